//! The feed of events.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use openapi::event::{Event, EventPage, EventQuery, EventType};
use openapi::problem::Problem;

use super::body::Query;
use super::caller::{Allowed, ReadParties};
use super::problem::Failure;
use super::{Http, paging};
use crate::domain::event as domain;

/// The longest wait.
const MAX_WAIT_SECONDS: u32 = 30;

/// Follow the changes
///
/// A gap-free feed: one event concerns one party, tells which fields changed and never to what. Begin with `after=0` (or with
/// `latest` after a first load), and pass the last `seq` that you have handled. `wait` keeps the request open until there is
/// something. `after` beyond `latest` is an empty page; before what is still kept it is `cursor-expired`.
#[utoipa::path(
    tag = "Hændelser",
    operation_id = "list_events",
    params(EventQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A piece of the feed", body = EventPage),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "Events after `after` are no longer kept", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/events")]
pub async fn list_events(
    allowed: Allowed<ReadParties>,
    query: Query<EventQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let limit = paging::limit(query.0.limit)?;
    let after = query.0.after.unwrap_or(0);
    if after < 0 {
        return Err(Failure::field("/after", "Skal være 0 eller mere."));
    }
    let wait = query.0.wait.unwrap_or(0);
    if wait > MAX_WAIT_SECONDS {
        return Err(Failure::field("/wait", format!("Skal være 0 til {MAX_WAIT_SECONDS} sekunder.")));
    }
    let type_ = query.0.type_.map(type_from);
    let wait = Duration::from_secs(u64::from(wait));
    let page = house.actions.list_events(&allowed.context(), after, limit, type_, wait).await?;
    let items = page.items.into_iter().map(event).collect();
    Ok(HttpResponse::Ok().json(EventPage { items, latest: page.latest, oldest: page.oldest }))
}

fn event(event: domain::Event) -> Event {
    Event {
        seq: event.seq,
        id: event.id,
        type_: type_to(event.event.type_),
        party_id: event.event.party_id,
        occurred_at: event.occurred_at,
        changed_fields: event.event.changed_fields,
    }
}

/// The contract's and the house's types of events, side by side.
macro_rules! types {
    ($($name:ident),*) => {
        fn type_to(type_: domain::EventType) -> EventType {
            match type_ { $(domain::EventType::$name => EventType::$name),* }
        }

        fn type_from(type_: EventType) -> domain::EventType {
            match type_ { $(EventType::$name => domain::EventType::$name),* }
        }
    };
}

types!(
    PartyCreated,
    PartyUpdated,
    PartyDeleted,
    PartyProtectionChanged,
    PartyDeceased,
    PartyStatusChanged,
    PartyPersonalNumberChanged,
    PartyDuplicateFound,
    SubscriptionRequested,
    SubscriptionActive,
    SubscriptionEnded,
    SubscriptionFailed
);
