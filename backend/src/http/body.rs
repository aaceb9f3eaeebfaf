//! What was asked: JSON bodies, query strings and path segments, with errors that name the place.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::StreamExt;
use openapi::problem::ProblemCode;
use serde::de::DeserializeOwned;

use super::problem::Failure;
use super::{Http, caller};

/// What an extractor is on its way to; it begins when the caller is let in.
type OnItsWay<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// The largest JSON body.
const MAX_BODY: usize = 1024 * 1024;

/// A JSON body. 415 without a JSON content type, 413 over 1 MiB, 400 when it is no JSON, 422 with a pointer when it is JSON
/// of another shape.
pub struct Body<T> {
    /// The value.
    pub value: T,
    /// The bytes that it was read from, for the digest of idempotent requests.
    pub bytes: web::Bytes,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = OnItsWay<Body<T>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = actix_web::HttpMessage::mime_type(request).ok().flatten().is_some_and(|mime| {
            mime.type_() == "application"
                && (mime.subtype() == "json" || mime.suffix().is_some_and(|suffix| suffix == "json"))
        });
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
            .unwrap_or(0);
        let mut payload = payload.take();
        let let_in = caller::let_in(request);
        let time = client_timeout(request);
        Box::pin(async move {
            let_in.await;
            if !is_json {
                return Err(Failure::new(
                    ProblemCode::UnsupportedMediaType,
                    "Send JSON med Content-Type: application/json.",
                ));
            }
            let too_large = || Failure::new(ProblemCode::PayloadTooLarge, "En forespørgsel må højst fylde 1 MiB.");
            if announced > MAX_BODY {
                return Err(too_large());
            }
            let read = async {
                let mut bytes = web::BytesMut::new();
                while let Some(chunk) = payload.next().await {
                    let chunk =
                        chunk.map_err(|_| Failure::new(ProblemCode::InvalidRequest, "Forespørgslen blev afbrudt."))?;
                    if bytes.len() + chunk.len() > MAX_BODY {
                        return Err(too_large());
                    }
                    bytes.extend_from_slice(&chunk);
                }
                Ok::<_, Failure>(bytes.freeze())
            };
            let bytes = tokio::time::timeout(time, read).await.map_err(|_| too_slow())??;
            Ok(Body { value: from_json(&bytes)?, bytes })
        })
    }
}

/// In which all of a body must have come (`http.client_timeout_seconds`): whoever sends it a byte at a time holds nothing for
/// long.
fn client_timeout(request: &HttpRequest) -> Duration {
    request.app_data::<web::Data<Http>>().map_or(Duration::from_secs(30), |house| house.client_timeout)
}

/// A body that did not come in time.
pub fn too_slow() -> Failure {
    Failure::new(ProblemCode::InvalidRequest, "Forespørgslen kom for langsomt, og resten blev ikke læst.")
}

/// A JSON body that may be left out; as [`Body`] where there is one. Without a type it is for operations that take no input.
pub struct OptionalBody<T = Nothing> {
    /// The value, where there is one.
    pub value: Option<T>,
    /// The bytes, for the digest of idempotent requests.
    pub bytes: web::Bytes,
}

/// No input.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<T: DeserializeOwned + 'static> FromRequest for OptionalBody<T> {
    type Error = Failure;
    type Future = OnItsWay<OptionalBody<T>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Body::<T>::from_request(request, payload);
        let announced = request.headers().get(header::CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0")
            || request.headers().contains_key(header::TRANSFER_ENCODING);
        let let_in = caller::let_in(request);
        Box::pin(async move {
            let_in.await;
            if !announced {
                return Ok(OptionalBody { value: None, bytes: web::Bytes::new() });
            }
            let Body { value, bytes } = body.await?;
            Ok(OptionalBody { value: Some(value), bytes })
        })
    }
}

/// Reads JSON of a known shape.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            Failure::field(pointer(error.path(), &inner.to_string()), fault(&inner.to_string()))
        } else {
            not_json(inner)
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Failure {
    Failure::new(
        ProblemCode::InvalidRequest,
        format!("Forespørgslen er ikke gyldig JSON (linje {}, tegn {}).", error.line(), error.column()),
    )
}

/// The query string. 400 when it cannot be decoded, 422 with a pointer when a value cannot be used.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Failure;
    type Future = OnItsWay<Query<T>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (let_in, query) = (caller::let_in(request), from_query(request.query_string()));
        Box::pin(async move {
            let_in.await;
            query.map(Query)
        })
    }
}

fn from_query<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let decodes = text.split('&').all(percent_decodes);
    if !decodes {
        return Err(Failure::new(ProblemCode::InvalidRequest, "Søgestrengen i adressen kan ikke læses."));
    }
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let message = error.inner().to_string();
        Failure::field(pointer(error.path(), &message), fault(&message))
    })
}

/// Every `%` begins an escape, and what is escaped is UTF-8 without control characters.
fn percent_decodes(text: &str) -> bool {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| (byte as char).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else { return false };
        bytes.push((high * 16 + low) as u8);
    }
    // Nothing that is asked for has control characters in it, and the databases differ in what they make of them.
    std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains(char::is_control))
}

/// A path segment. 400 when it cannot be read. (`web::Path` would write the whole path into the log then, and people type
/// anything there.)
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Failure;
    type Future = OnItsWay<Path<T>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.match_info().load().map(Path).map_err(|_| unreadable(request));
        let let_in = caller::let_in(request);
        Box::pin(async move {
            let_in.await;
            path
        })
    }
}

/// `GET /parties/search` comes to the route of `/parties/{id}`: the path is known, only not with this method.
fn unreadable(request: &HttpRequest) -> Failure {
    let house = request.app_data::<web::Data<Http>>();
    match house.map(|house| house.operations.literal_methods(request.path())) {
        Some(methods) if !methods.is_empty() => Failure::method_not_allowed(&methods),
        _ => Failure::new(ProblemCode::InvalidRequest, "Adressen kan ikke læses."),
    }
}

/// The JSON Pointer (RFC 6901) of the field that serde complains of.
fn pointer(path: &serde_path_to_error::Path, message: &str) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    let mut last = String::new();
    for segment in path.iter() {
        last = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        if !is_name(&last) {
            return pointer;
        }
        pointer.push('/');
        pointer.push_str(&last);
    }
    // An unknown, missing or repeated field is reported at the object that holds it, or does not.
    let field =
        ["unknown field `", "missing field `", "duplicate field `"].iter().find_map(|words| quoted(message, words));
    if let Some(field) = field
        && field != last
        && is_name(field)
    {
        pointer.push('/');
        pointer.push_str(field);
    }
    pointer
}

/// Looks like the name of a field or the place in a list. Anything else that a caller sends as one may be a person's data and
/// is not repeated: the pointer then ends at the object that holds it.
fn is_name(text: &str) -> bool {
    let plain = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    plain && digits <= 4
}

fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    message.strip_prefix(before)?.split('`').next()
}

/// serde's complaint in Danish. Its own words may repeat the value, so none of them are handed on.
fn fault(message: &str) -> &'static str {
    if message.starts_with("unknown field") {
        "Feltet findes ikke her."
    } else if message.starts_with("missing field") {
        "Feltet skal udfyldes."
    } else if message.starts_with("duplicate field") {
        "Feltet står der to gange."
    } else if message.starts_with("unknown variant") {
        "Værdien er ikke en af dem, der kan bruges."
    } else if message.starts_with("invalid type") {
        "Værdien har en forkert type."
    } else {
        "Værdien kan ikke bruges."
    }
}

#[cfg(test)]
mod tests {
    use openapi::party::{PartyInput, PartyListQuery, PartySearch};

    use super::*;

    fn refused<T: DeserializeOwned>(json: &str) -> openapi::problem::Problem {
        match from_json::<T>(json.as_bytes()) {
            Ok(_) => panic!("{json} was accepted"),
            Err(failure) => failure.problem(),
        }
    }

    #[test]
    fn what_is_no_json_is_400() {
        for json in ["", "{", "{\"name\": }", "{} {}", "{\"name\": \"a\",}"] {
            assert_eq!(refused::<PartyInput>(json).status, 400, "{json}");
        }
    }

    #[test]
    fn a_wrong_field_is_422_and_pointed_at() {
        let wrong = [
            (r#"{"name": 5}"#, "/name"),
            (r#"{"nmae": "x"}"#, "/nmae"),
            (r#"{"id": "x"}"#, "/id"),
            (r#"{"address": {"line9": "x"}}"#, "/address/line9"),
            (r#"{"address": {"line1": false}}"#, "/address/line1"),
            (r#"{"externalIds": [{"system": "a", "id": "b"}, {"system": "a"}]}"#, "/externalIds/1/id"),
            (r#"{"kind": "king"}"#, "/kind"),
            (r#"{"name": "a", "name": "b"}"#, "/name"),
            (r#"[]"#, ""),
        ];
        for (json, pointer) in wrong {
            let problem = refused::<PartyInput>(json);
            assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (422, pointer), "{json}");
        }
        assert_eq!(refused::<PartySearch>(r#"{"ids": ["x"]}"#).errors[0].pointer, "/ids/0");
    }

    #[test]
    fn an_error_never_repeats_a_key_that_is_no_name() {
        for (json, pointer) in [(r#"{"070761-4285": "x"}"#, ""), (r#"{"address": {"0707614285": 1}}"#, "/address")] {
            assert_eq!(refused::<PartyInput>(json).errors[0].pointer, pointer, "{json}");
        }
    }

    #[test]
    fn an_error_never_repeats_the_value() {
        let problem = refused::<PartyInput>(r#"{"ownsEmailDomain": "0707614285"}"#);
        assert!(!serde_json::to_string(&problem).unwrap().contains("0707614285"));
    }

    #[test]
    fn a_query_that_cannot_be_decoded_is_400_and_a_bad_value_is_422() {
        let refused = |query: &str| match from_query::<PartyListQuery>(query) {
            Ok(_) => panic!("{query} was accepted"),
            Err(failure) => failure.problem(),
        };
        assert_eq!(refused("cursor=%zz").status, 400);
        assert_eq!(refused("cursor=%ff").status, 400);
        for (query, pointer) in
            [("limit=many", "/limit"), ("limit=-1", "/limit"), ("lmit=1", "/lmit"), ("kind=king", "/kind")]
        {
            let problem = refused(query);
            assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (422, pointer), "{query}");
        }
        assert!(from_query::<PartyListQuery>("limit=5&kind=company&cursor=%C3%A6").is_ok());
    }
}
