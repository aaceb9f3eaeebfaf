//! CPR's change files: which came, what became of them, sending one in, trying one again.

use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, post, web};
use futures_util::StreamExt;
use openapi::delivery::{
    Delivery, DeliveryBridge, DeliveryListQuery, DeliveryProblem, DeliveryReason, DeliveryRetry, DeliveryState,
    DeliveryUploadQuery,
};
use openapi::page::{Page, PageQuery};
use openapi::problem::{Problem, ProblemCode};
use uuid::Uuid;

use super::body::{OptionalBody, Path, Query, too_slow};
use super::caller::{Allowed, AskCpr, Operate};
use super::problem::Failure;
use super::{Http, input, paging};
use crate::actions;
use crate::domain::{self, delivery as house};

/// The largest change file, 10 GiB: the whole country, with every record type, is about nine.
const MAX_UPLOAD: u64 = 10 << 30;

/// List deliveries
///
/// CPR's change files as they were taken in, what came last first: what became of each, and what one waits for.
#[utoipa::path(
    tag = "Leverancer",
    operation_id = "list_deliveries",
    params(DeliveryListQuery),
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "A page of deliveries", body = Page<Delivery>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/deliveries")]
pub async fn list_deliveries(
    allowed: Allowed<AskCpr>,
    query: Query<DeliveryListQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let state = query.0.state.map(state_from);
    let deliveries = house.actions.list_deliveries(&allowed.context(), state, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(deliveries, contract)))
}

/// Read a delivery
///
/// How far it is, and why it waits or was refused.
#[utoipa::path(
    tag = "Leverancer",
    operation_id = "get_delivery",
    params(("id" = Uuid, Path, description = "The delivery")),
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The delivery", body = Delivery),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such delivery", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/deliveries/{id}")]
pub async fn get_delivery(
    allowed: Allowed<AskCpr>,
    id: Path<Uuid>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let delivery = house.actions.get_delivery(&allowed.context(), id.0).await?;
    Ok(HttpResponse::Ok().json(contract(delivery)))
}

/// What is wrong with a delivery
///
/// Why it was refused, which persons were set aside, which record types are unknown. Places are told by their numbers in the
/// file; what stands there is not.
#[utoipa::path(
    tag = "Leverancer",
    operation_id = "list_delivery_problems",
    params(("id" = Uuid, Path, description = "The delivery"), PageQuery),
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "A page of problems, in the order in which they were found", body = Page<DeliveryProblem>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such delivery", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/deliveries/{id}/problems")]
pub async fn list_delivery_problems(
    allowed: Allowed<AskCpr>,
    id: Path<Uuid>,
    query: Query<PageQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let problems = house.actions.list_delivery_problems(&allowed.context(), id.0, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(problems, problem)))
}

/// Send in a change file
///
/// The body is the file as CPR made it, at most 10 GiB. It is read to its end first: one that is not whole, not counted right, of
/// another task or another product is `delivery-refused`, and nothing in it is used. A sound one is applied when its turn comes;
/// follow it at `Location`. The same content again is the same delivery. Only where `cpr.delivery.upload` allows it.
#[utoipa::path(
    tag = "Leverancer",
    operation_id = "upload_delivery",
    params(
        DeliveryUploadQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours"),
    ),
    request_body(content = inline(Vec<u8>), content_type = "application/octet-stream"),
    security(("bearer" = ["Opdater fra CPR", "Partsredaktør"])),
    responses(
        (status = 202, description = "The delivery; `Location` is set", body = Delivery),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Switched off here", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Larger than 10 GiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "No octet stream", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Refused, or a bad file name", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/deliveries")]
pub async fn upload_delivery(
    allowed: Allowed<Operate>,
    request: HttpRequest,
    query: Query<DeliveryUploadQuery>,
    house: web::Data<Http>,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    house.actions.check_upload()?;
    // Bytes without a name are an octet stream (RFC 9110, 8.3).
    if !["application/octet-stream", ""].contains(&request.content_type()) {
        let detail = "Send filen, som den er, med Content-Type: application/octet-stream.";
        return Err(Failure::new(ProblemCode::UnsupportedMediaType, detail));
    }
    let file_name =
        domain::input::file_name("/fileName", query.0.file_name.as_deref()).map_err(actions::Error::from)?;
    // The bytes of the body are not at hand for the digest: the action adds the hash of the file.
    let context = input::repeatable(allowed.context(), &request, &web::Bytes::new())?;
    let file = to_disk(&request, payload, house.client_timeout).await?;
    let delivery = house.actions.upload_delivery(&context, file_name, file).await?;
    Ok(accepted(delivery))
}

/// Try a delivery again
///
/// One that waits is looked at anew; with `bridge` it is let go although something is missing before it, or although another
/// content of its date was applied. One that was refused is fetched again in the next run. Older data than what was applied are
/// never let go.
#[utoipa::path(
    tag = "Leverancer",
    operation_id = "retry_delivery",
    params(
        ("id" = Uuid, Path, description = "The delivery"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours"),
    ),
    request_body = Option<DeliveryRetry>,
    security(("bearer" = ["Opdater fra CPR", "Partsredaktør"])),
    responses(
        (status = 202, description = "The delivery as it stands now; `Location` is set", body = Delivery),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such delivery", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is nothing to try again, or an older one has to go first", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No reason", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/deliveries/{id}/retry")]
pub async fn retry_delivery(
    allowed: Allowed<Operate>,
    request: HttpRequest,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: OptionalBody<DeliveryRetry>,
) -> Result<HttpResponse, Failure> {
    let context = input::repeatable(allowed.context(), &request, &body.bytes)?;
    let (context, bridge) = match body.value.and_then(|asked| asked.bridge) {
        Some(bridge) => {
            let reason = domain::input::line("/bridge/reason", bridge.reason.as_deref(), input::MAX_REASON);
            let reason = reason.map_err(actions::Error::from)?;
            let reason = reason.ok_or_else(|| Failure::field("/bridge/reason", "Skriv en begrundelse."))?;
            (actions::Context { reason: Some(reason.clone()), ..context }, Some(reason))
        }
        None => (context, None),
    };
    let delivery = house.actions.retry_delivery(&context, id.0, bridge).await?;
    Ok(accepted(delivery))
}

fn accepted(delivery: house::Delivery) -> HttpResponse {
    let place = format!("/api/v1/deliveries/{}", delivery.id);
    HttpResponse::Accepted().insert_header((header::LOCATION, place)).json(contract(delivery))
}

/// Writes a body to a file that has no name, as it comes; `patience` is how long the next piece may take.
async fn to_disk(request: &HttpRequest, mut payload: web::Payload, patience: Duration) -> Result<File, Failure> {
    let too_large = || Failure::new(ProblemCode::PayloadTooLarge, "En leverance må højst fylde 10 GiB.");
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_UPLOAD) {
        return Err(too_large());
    }
    let mut file = on_disk(tempfile::tempfile).await?;
    let mut length = 0;
    while let Some(piece) = tokio::time::timeout(patience, payload.next()).await.map_err(|_| too_slow())? {
        let piece = piece.map_err(|_| Failure::new(ProblemCode::InvalidRequest, "Forespørgslen blev afbrudt."))?;
        length += piece.len() as u64;
        if length > MAX_UPLOAD {
            return Err(too_large());
        }
        file = on_disk(move || file.write_all(&piece).map(|()| file)).await?;
    }
    Ok(file)
}

/// Does what waits for a disk where it holds nobody up; a full one is no fault of the caller's.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Failure> {
    match web::block(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            tracing::warn!(fault = %error.kind(), "a temporary file fails");
            Err(actions::Error::Unavailable.into())
        }
        Err(_) => Err(actions::Error::Internal("a thread ended".to_owned()).into()),
    }
}

/// A delivery as callers see it.
pub fn contract(delivery: house::Delivery) -> Delivery {
    let missing_since = delivery.missing_since();
    let counts = delivery.counts;
    let (task_number, link, persons_in_file) = match delivery.envelope {
        Some(envelope) => (Some(envelope.task_number), Some(envelope.link), Some(envelope.persons)),
        None => (None, None, None),
    };
    Delivery {
        id: delivery.id,
        file_name: delivery.file_name,
        size: delivery.size,
        task_number,
        production_date: link.map(|link| link.production_date),
        previous_production_date: link.and_then(|link| link.previous),
        state: state_to(delivery.state),
        reason: delivery.reason.map(|reason| reason.text().to_owned()),
        reason_code: delivery.reason.map(reason_to),
        missing_since,
        can_be_bridged: delivery.may_be_bridged,
        bridge: delivery.bridge.map(|bridge| DeliveryBridge { reason: bridge.reason, by: bridge.by, at: bridge.at }),
        persons_in_file,
        persons: counts.persons(),
        changed: counts.changed,
        unchanged: counts.unchanged,
        failed: counts.failed,
        unexpected: counts.unexpected,
        received_at: delivery.received_at,
        applied_at: delivery.applied_at,
    }
}

fn problem(problem: house::DeliveryProblem) -> DeliveryProblem {
    DeliveryProblem { kind: problem.kind, place: problem.place, text: problem.text, party_id: problem.party_id }
}

/// The contract's and the house's states and reasons, side by side.
macro_rules! same {
    ($to:ident: $house:ty => $wire:ty { $($name:ident),* }) => {
        fn $to(value: $house) -> $wire {
            match value { $(<$house>::$name => <$wire>::$name),* }
        }
    };
}

same!(state_to: house::State => DeliveryState { Received, Waiting, Applying, Applied, Refused });
same!(state_from: DeliveryState => house::State { Received, Waiting, Applying, Applied, Refused });
same!(reason_to: house::Reason => DeliveryReason {
    Gap, Behind, SameDate, Fork, Older, WrongTask, ForeignProduct, BadStart, Incomplete, BadEnd, WrongCount, Unreadable
});
