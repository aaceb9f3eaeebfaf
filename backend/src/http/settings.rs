//! What the browser needs to know of this installation.

use actix_web::{HttpResponse, get, web};
use openapi::problem::Problem;
use openapi::settings::{
    Capabilities, DialogElement, DialogTab, ProtectionDisplay, RequireReason, Settings, SubscriptionScope,
};

use super::Http;
use super::caller::{Allowed, Anybody};
use super::problem::Failure;
use crate::config::{self, Config};

/// Wording, placement and what is switched on
///
/// What a client needs to know of this installation: the red text, which element of the dialog stands on which tab, and which
/// operations can be used here.
#[utoipa::path(
    tag = "Session",
    operation_id = "get_settings",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "This installation", body = Settings),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/settings")]
pub async fn get_settings(_: Allowed<Anybody>, house: web::Data<Http>) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().json(&house.settings))
}

/// The settings that clients see.
pub fn of(config: &Config) -> Settings {
    let tab = |tab: config::DialogTab| match tab {
        config::DialogTab::General => DialogTab::General,
        config::DialogTab::Identification => DialogTab::Identification,
        config::DialogTab::Other => DialogTab::Other,
        config::DialogTab::Cpr => DialogTab::Cpr,
    };
    let placement = config.dialog.placement;
    let asks = config.can_look_up();
    let is_authority = config.cpr.gctp.profile == config::Profile::Authority;
    Settings {
        protection_message: config.protection.message.clone(),
        protection_display: match config.protection.display {
            config::ProtectionDisplay::Warn => ProtectionDisplay::Warn,
            config::ProtectionDisplay::Mask => ProtectionDisplay::Mask,
        },
        subscription_scope: match config.subscription.scope {
            config::SubscriptionScope::OpenAndRecentlyClosed => SubscriptionScope::OpenAndRecentlyClosed,
            config::SubscriptionScope::AllCases => SubscriptionScope::AllCases,
        },
        all_cases_reason: Some(config.subscription.all_cases_reason.clone()).filter(|reason| !reason.is_empty()),
        recently_closed_days: config.subscription.recently_closed_days,
        dialog_placement: [
            (DialogElement::FetchFromCpr, tab(placement.fetch_from_cpr)),
            (DialogElement::FindPersonalNumber, tab(placement.find_personal_number)),
            (DialogElement::UpdatedAt, tab(placement.updated_at)),
            (DialogElement::ProtectionMessage, tab(placement.protection_message)),
        ]
        .into(),
        capabilities: Capabilities {
            lookup: asks,
            // The private profile has no search services.
            find: asks && is_authority,
            family: asks && (is_authority || config.can_subscribe()),
            subscription: config.can_subscribe(),
            upload: config.cpr.delivery.upload,
        },
        require_reason: match config.audit.require_reason {
            config::RequireReason::Never => RequireReason::Never,
            config::RequireReason::WithoutCase => RequireReason::WithoutCase,
            config::RequireReason::Always => RequireReason::Always,
        },
    }
}
