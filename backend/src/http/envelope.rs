//! What every answer has around it: the request id, problem bodies, caching and security headers, one log line, its measure.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use openapi::problem::Problem;
use tracing::Instrument;
use uuid::Uuid;

use super::Http;
use super::caller::Attempt;
use super::explained::Text;
use super::headers::{self, Kind, set};
use super::page::Page;

/// The header that names a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request at hand.
#[derive(Clone)]
struct TraceId(String);

/// The id of a request: stands in the answer, the log and the audit log.
pub fn trace_id(request: &HttpRequest) -> String {
    request.extensions().get::<TraceId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Wraps every request: whatever is logged on its behalf, down to the calls to CPR, carries its id. (The span is one of
/// errors, so that no level of the log leaves it out.)
pub async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = chosen_id(request.headers().get(&REQUEST_ID)).unwrap_or_else(|| Uuid::new_v4().to_string());
    let span = tracing::error_span!("request", trace_id = %id);
    answer(request, next, id).instrument(span).await
}

async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    id: String,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    request.extensions_mut().insert(TraceId(id.clone()));
    let method = request.method().clone();
    let is_api = request.path().starts_with("/api/");
    let is_docs = request.path().starts_with("/docs");

    let mut response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        // An extractor or middleware refused: the answer is the error's own.
        Err(error) => return Err(error),
    };

    let problem = response.response().extensions().get::<Problem>().cloned();
    let code = problem.as_ref().map(|problem| problem.code.code());
    if let Some(problem) = problem {
        note_attempt(response.request(), &problem).await;
        let body = serde_json::to_vec(&Problem { trace_id: id.clone(), ..problem })?;
        response = response.map_body(|_, _| BoxBody::new(body));
        set(&mut response, header::CONTENT_TYPE, "application/problem+json");
    }
    set(&mut response, REQUEST_ID, &id);
    if is_api {
        set(&mut response, header::CACHE_CONTROL, "no-store");
    }
    let house = response.request().app_data::<web::Data<Http>>().cloned();
    let by_tls = house.as_ref().is_some_and(|house| house.proxies.is_tls(response.request()));
    let kind = kind(&response, is_docs).await;
    headers::put(&mut response, &kind, by_tls);
    if let Some(house) = house {
        let operation = house.operations.name(response.request());
        house.meter.note(operation, response.status(), code, started.elapsed());
        if house.is_stopping() {
            // Whoever keeps the connection would lose the request that comes when we are gone.
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
    }
    // The pattern, not the path: a path may hold anything that a caller types.
    let route = response.request().match_pattern();
    tracing::info!(
        %method,
        route = route.as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        code,
        ms = started.elapsed().as_millis() as u64,
        "request"
    );
    Ok(response)
}

/// Sees to it that an operation that was let in and failed before its action began stands in the log.
async fn note_attempt(request: &HttpRequest, problem: &Problem) {
    let attempt = request.extensions().get::<Attempt>().cloned();
    let (Some(attempt), Some(house)) = (attempt, request.app_data::<web::Data<Http>>()) else { return };
    if let Err(error) = house.actions.note_attempt(&attempt.context, attempt.party_id, problem.code.code()).await {
        tracing::warn!(fault = error.code(), trace_id = %attempt.context.trace_id, "an attempt could not be noted");
    }
}

/// What an answer is to a browser. The application exchanges its code at the provider, so the policy of its page must let it;
/// nothing but the page waits for the provider.
async fn kind<B>(response: &ServiceResponse<B>, is_docs: bool) -> Kind {
    let (is_page, is_text) = {
        let extensions = response.response().extensions();
        (extensions.contains::<Page>(), extensions.contains::<Text>())
    };
    let house = response.request().app_data::<web::Data<Http>>();
    match house.and_then(|house| house.provider.as_ref()) {
        Some(provider) if is_page => Kind::Page { sign_in_at: provider.origins().await },
        None if is_page => Kind::Page { sign_in_at: Vec::new() },
        _ if is_docs => Kind::Docs,
        _ if is_text => Kind::Text,
        _ => Kind::Data,
    }
}

/// The caller's id for the request, unless it is too long, has odd characters or could be a personal number.
fn chosen_id(value: Option<&HeaderValue>) -> Option<String> {
    let id = value?.to_str().ok()?;
    let fits =
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let number_like = digits == 10 && id.bytes().all(|byte| byte.is_ascii_digit() || b"-_.".contains(&byte));
    (fits && !number_like).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_that_could_be_a_personal_number_is_replaced() {
        let chosen = |id: &'static str| chosen_id(Some(&HeaderValue::from_static(id)));
        assert_eq!(chosen("0707614285"), None);
        assert_eq!(chosen("070761-4285"), None);
        assert_eq!(chosen("med blank"), None);
        assert_eq!(chosen(""), None);
        assert_eq!(chosen("a-1.b_2").as_deref(), Some("a-1.b_2"));
        assert_eq!(chosen("2026112317"), None);
    }
}
