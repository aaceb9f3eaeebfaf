//! How parties are followed in CPR: one party's subscription, all of them, and what is in the way.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use openapi::page::Page;
use openapi::problem::Problem;
use openapi::subscription::{
    DeliveryGap, LastDelivery, NotSubscribedBecause, PartySubscription, PastReason, ReasonKind, Subscription,
    SubscriptionError, SubscriptionListQuery, SubscriptionReason, SubscriptionState, SubscriptionSummary,
};
use uuid::Uuid;

use super::body::{OptionalBody, Path, Query};
use super::caller::{Allowed, AskCpr, Operate, ReadParties};
use super::problem::Failure;
use super::{Http, input, paging};
use crate::actions::subscription::{PastReasonView, SubscriptionView, produced};
use crate::domain::protection::FollowingView;
use crate::domain::subscription::{self as domain, NotSubscribed, ReasonView, State};

/// How a party is followed
///
/// Whether it is to be followed and why, where that stands with CPR, and which reasons there were before. Reasons name their
/// cases to callers who may read cases.
#[utoipa::path(
    tag = "Abonnement",
    operation_id = "get_party_subscription",
    params(("id" = Uuid, Path, description = "The party")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The subscription", body = Subscription),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/parties/{id}/subscription")]
pub async fn get_party_subscription(
    allowed: Allowed<ReadParties>,
    id: Path<Uuid>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let subscription = house.actions.get_party_subscription(&allowed.context(), id.0).await?;
    Ok(HttpResponse::Ok().json(contract(subscription)))
}

/// Ask CPR again
///
/// What waits for its next attempt is tried as soon as the job `reconcile-subscriptions` comes to it, a moment later. A number
/// that CPR does not know is not tried again before the party has another one.
#[utoipa::path(
    tag = "Abonnement",
    operation_id = "retry_party_subscription",
    params(
        ("id" = Uuid, Path, description = "The party"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours"),
    ),
    security(("bearer" = ["Opdater fra CPR", "Partsredaktør"])),
    responses(
        (status = 200, description = "The subscription; it is tried in a moment", body = Subscription),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Nothing waits, or CPR Direkte is not configured here", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/{id}/subscription/retry")]
pub async fn retry_party_subscription(
    allowed: Allowed<Operate>,
    request: HttpRequest,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: OptionalBody,
) -> Result<HttpResponse, Failure> {
    let context = input::repeatable(allowed.context(), &request, &body.bytes)?;
    let subscription = house.actions.retry_party_subscription(&context, id.0).await?;
    Ok(HttpResponse::Ok().json(contract(subscription)))
}

/// List subscriptions
///
/// In the order in which CPR was first asked; with `state=none`, parties in order of creation.
#[utoipa::path(
    tag = "Abonnement",
    operation_id = "list_subscriptions",
    params(SubscriptionListQuery),
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "A page of subscriptions", body = Page<Subscription>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/subscriptions")]
pub async fn list_subscriptions(
    allowed: Allowed<AskCpr>,
    query: Query<SubscriptionListQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let state = query.0.state.map(state_from);
    let subscriptions = house.actions.list_subscriptions(&allowed.context(), state, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(subscriptions, contract)))
}

/// Wanted beside confirmed
///
/// How many persons are to be followed, how many of them CPR has confirmed, and where the others stand; the last delivery, the
/// next one, and what is missing.
#[utoipa::path(
    tag = "Abonnement",
    operation_id = "get_subscription_summary",
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The numbers", body = SubscriptionSummary),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/subscriptions/summary")]
pub async fn get_subscription_summary(
    allowed: Allowed<AskCpr>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let summary = house.actions.get_subscription_summary(&allowed.context()).await?;
    let counts = summary.counts;
    Ok(HttpResponse::Ok().json(SubscriptionSummary {
        wanted: counts.wanted,
        confirmed: counts.confirmed,
        by_state: counts.by_state.into_iter().map(|(state, count)| (state_to(state), count)).collect(),
        last_delivery: summary.last_delivery.map(|delivery| LastDelivery {
            id: delivery.id,
            production_date: produced(&delivery),
            applied_at: delivery.applied_at,
        }),
        next_delivery_expected: summary.next_delivery_expected,
        lag_seconds: summary.lag_seconds,
        next_run_at: summary.next_run_at,
        gaps: summary
            .gaps
            .into_iter()
            .map(|(task_number, missing_date)| DeliveryGap { task_number, missing_date })
            .collect(),
    }))
}

/// What a party shows of its subscription.
pub fn of_party(view: FollowingView) -> PartySubscription {
    PartySubscription {
        state: state_to(view.state),
        wanted: view.wanted,
        reasons: view.reasons.into_iter().map(reason).collect(),
    }
}

/// A subscription as callers see it.
pub fn contract(view: SubscriptionView) -> Subscription {
    let it = view.subscription;
    let of = |time: fn(&domain::Subscription) -> Option<chrono::DateTime<chrono::Utc>>| it.as_ref().and_then(time);
    Subscription {
        party_id: view.party_id,
        wanted: view.wanted,
        state: state_to(it.as_ref().map_or(State::None, |it| it.state)),
        reasons: view.reasons.into_iter().map(reason).collect(),
        reason_history: view.history.into_iter().map(past_reason).collect(),
        not_subscribed_because: view.because.map(because),
        requested_at: of(|it| it.requested_at),
        confirmed_at: of(|it| it.confirmed_at),
        end_requested_at: of(|it| it.end_requested_at),
        ended_at: of(|it| it.ended_at),
        last_error: it.as_ref().and_then(|it| it.failure.clone()).map(|failure| SubscriptionError {
            code: failure.code,
            at: failure.at,
            attempts: failure.attempts,
            next_attempt_at: failure.next_attempt_at,
        }),
    }
}

fn reason(view: ReasonView) -> SubscriptionReason {
    SubscriptionReason { kind: kind(view.kind), case_number: view.case_number, until: view.until }
}

fn past_reason(view: PastReasonView) -> PastReason {
    PastReason { kind: kind(view.reason.kind), case_number: view.case_number, from: view.reason.from, to: view.to }
}

fn kind(kind: domain::ReasonKind) -> ReasonKind {
    match kind {
        domain::ReasonKind::OpenCase => ReasonKind::OpenCase,
        domain::ReasonKind::RecentlyClosedCase => ReasonKind::RecentlyClosedCase,
        domain::ReasonKind::AllCases => ReasonKind::AllCases,
    }
}

fn because(because: NotSubscribed) -> NotSubscribedBecause {
    match because {
        NotSubscribed::NoPersonalNumber => NotSubscribedBecause::NoPersonalNumber,
        NotSubscribed::ReplacementNumber => NotSubscribedBecause::ReplacementNumber,
        NotSubscribed::Company => NotSubscribedBecause::Company,
        NotSubscribed::NoCase => NotSubscribedBecause::NoCase,
        NotSubscribed::OptedOut => NotSubscribedBecause::OptedOut,
        NotSubscribed::UnknownToCpr => NotSubscribedBecause::UnknownToCpr,
        NotSubscribed::ChannelOff => NotSubscribedBecause::ChannelOff,
    }
}

/// The contract's and the house's states, side by side.
macro_rules! states {
    ($($name:ident),*) => {
        fn state_to(state: State) -> SubscriptionState {
            match state { $(State::$name => SubscriptionState::$name),* }
        }

        fn state_from(state: SubscriptionState) -> State {
            match state { $(SubscriptionState::$name => State::$name),* }
        }
    };
}

states!(None, Requested, Active, Ending, Ended, Failed);
