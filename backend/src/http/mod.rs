//! The wall to the outside: JSON over HTTP. Every route of the house stands in [`routes`].
//!
//! A handler does four things: who may (the first extractor in its signature), what was asked, one action, the answer.

mod alarm;
mod audit;
mod body;
mod caller;
mod case;
mod delivery;
mod envelope;
mod etag;
mod event;
mod explained;
mod find;
mod headers;
mod health;
mod input;
mod job;
mod limits;
pub mod lines;
mod metrics;
mod operations;
mod page;
mod paging;
mod party;
mod peer;
mod person;
mod problem;
mod provider;
mod session;
mod settings;
mod sign_in;
mod spec;
mod spot_check;
mod subject_report;
mod subscription;
mod token;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use openapi::privilege::Privilege;
use openapi::session::SignIn;
use openapi::settings::Settings;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use crate::actions::Actions;
use crate::clock::SharedClock;
use crate::config::Config;
use limits::Limits;
use operations::Operations;
use peer::Proxies;
use problem::Failure;
use provider::Provider;
use sign_in::DemoSignIn;
use token::Verifier;

pub use envelope::wrap;
pub use sign_in::DEMO_ISSUER;
pub use spec::{privileges, specification};

/// What the handlers share.
pub struct Http {
    actions: Arc<Actions>,
    verifier: Verifier,
    /// Outside the demo.
    provider: Option<Arc<Provider>>,
    demo: Option<DemoSignIn>,
    sign_in: SignIn,
    settings: Settings,
    limits: Limits,
    proxies: Proxies,
    /// In which what a caller sends must have come.
    client_timeout: Duration,
    operations: Operations,
    meter: metrics::Meter,
    stopping: AtomicBool,
    read_requires: Option<Privilege>,
    case_read_requires: Option<Privilege>,
    client_requires_end_user: bool,
}

impl Http {
    /// The door to these actions.
    ///
    /// # Errors
    /// When the demo's key or the client for the provider cannot be made.
    pub fn new(actions: Arc<Actions>, config: &Config, is_demo: bool, clock: SharedClock) -> anyhow::Result<Http> {
        let demo = is_demo.then(|| DemoSignIn::new(clock.clone())).transpose()?;
        let (verifier, provider) = match &demo {
            Some(demo) => {
                let (kid, key) = demo.verifying_key();
                (Verifier::for_demo(config.auth.clone(), kid, key, clock), None)
            }
            None => {
                let provider = Arc::new(Provider::new(&config.auth, clock.clone())?);
                (Verifier::new(config.auth.clone(), Arc::clone(&provider), clock), Some(provider))
            }
        };
        Ok(Http {
            actions,
            verifier,
            provider,
            sign_in: sign_in::describe(config, is_demo),
            demo,
            settings: settings::of(config),
            limits: Limits::new(&config.http),
            proxies: Proxies::new(config.http.trusted_proxies.clone()),
            client_timeout: Duration::from_secs(config.http.client_timeout_seconds),
            operations: Operations::of(&specification()),
            meter: metrics::Meter::new()?,
            stopping: AtomicBool::new(false),
            read_requires: config.auth.read_requires,
            case_read_requires: config.auth.case_read_requires,
            client_requires_end_user: config.auth.client_requires_end_user,
        })
    }

    /// From here on this process says that it is not ready, and keeps no connection open. It goes on answering.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Housekeeping, to be called at an interval.
    pub fn tidy(&self) {
        self.limits.forget_the_quiet();
    }
}

/// Every route of the house.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            utoipa_actix_web::scope("/api/v1")
                .service(sign_in::get_sign_in)
                .service(sign_in::demo_sign_in)
                .service(session::get_session)
                .service(settings::get_settings)
                .service(party::list_parties)
                .service(party::search_parties)
                .service(party::resolve_party)
                .service(party::create_party)
                .service(party::get_party)
                .service(party::update_party)
                .service(party::delete_party)
                .service(party::get_party_history)
                .service(party::reveal_party_address)
                .service(person::get_party_cpr)
                .service(person::preview_party_cpr)
                .service(person::fetch_party_cpr)
                .service(person::look_up_person)
                .service(find::find_party_personal_number)
                .service(find::find_person)
                .service(case::list_cases)
                .service(case::get_case)
                .service(case::put_case)
                .service(case::delete_case)
                .service(case::list_case_parties)
                .service(case::put_case_party)
                .service(case::delete_case_party)
                .service(case::list_party_cases)
                .service(subscription::get_party_subscription)
                .service(subscription::retry_party_subscription)
                .service(subscription::list_subscriptions)
                .service(subscription::get_subscription_summary)
                .service(event::list_events)
                .service(delivery::list_deliveries)
                .service(delivery::upload_delivery)
                .service(delivery::get_delivery)
                .service(delivery::list_delivery_problems)
                .service(delivery::retry_delivery)
                .service(job::list_jobs)
                .service(job::start_job_run)
                .service(job::get_job_run)
                .service(audit::list_audit_entries)
                .service(audit::search_audit_entries)
                .service(subject_report::make_subject_report)
                .service(alarm::list_audit_alarms)
                .service(spot_check::list_audit_samples)
                .service(spot_check::draw_audit_sample)
                .service(spot_check::get_audit_sample)
                .service(spot_check::note_audit_sample_entry)
                .service(audit::verify::verify_audit_log),
        )
        .service(health::get_liveness)
        .service(health::get_readiness);
}

/// What is no route: Swagger UI, the browser application, and the answers to unknown paths and methods.
pub fn rest(config: &mut web::ServiceConfig) {
    let to_docs = || async { HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish() };
    config
        .route("/docs", web::get().to(to_docs))
        .route("/metrics", web::get().to(metrics::get_metrics))
        .configure(explained::routes)
        .service(
            // Swagger UI would let a service on the internet judge the specification.
            SwaggerUi::new("/docs/{_:.*}")
                .config(utoipa_swagger_ui::Config::default().validator_url("none"))
                .url("/openapi.json", specification()),
        )
        .default_service(web::to(anything_else));
}

async fn anything_else(request: HttpRequest, house: web::Data<Http>) -> Result<HttpResponse, Failure> {
    let methods = house.operations.methods(request.path());
    if !methods.is_empty() {
        return Err(Failure::method_not_allowed(&methods));
    }
    let is_page = request.method().is_safe() && !request.path().starts_with("/api/");
    is_page.then(|| page::serve(&request)).flatten().ok_or_else(Failure::not_found)
}
