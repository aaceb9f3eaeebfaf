//! How every operation is asked: token, version, JSON in and out, problems.

use std::rc::Rc;

use gloo_net::http::{Method, RequestBuilder, Response};
use openapi::problem::ProblemCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::File;
use yew::Callback;

use super::ApiError;
use super::access::{Access, Holder};

const BASE: &str = "/api/v1";

/// The signed-in way to the server.
#[derive(Clone)]
pub struct Api {
    access: Rc<Holder>,
    expired: Callback<()>,
}

/// One sign-in is one way to the server, however often its token is renewed.
impl PartialEq for Api {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.access, &other.access)
    }
}

/// A resource with the version that it was read in, to pass as `If-Match`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged<T> {
    /// The resource.
    pub value: T,
    /// Its `ETag`.
    pub etag: String,
}

/// One request, before it is sent.
pub(super) struct Call<'a> {
    api: Option<&'a Api>,
    builder: RequestBuilder,
    body: Option<Body>,
}

/// What a request carries.
enum Body {
    Json(String),
    Octets(File),
}

impl Api {
    /// Asks with this token and its successors; `expired` is called when the server no longer takes them.
    pub fn new(access: Access, expired: Callback<()>) -> Api {
        Api { access: Holder::new(access), expired }
    }

    /// Renews the token when that is due, so that whoever works without asking the server keeps it.
    pub async fn keep_alive(&self) {
        self.access.token().await;
    }

    /// When the session ends, where nothing will renew it; in milliseconds since 1970 by the browser's clock.
    pub fn ends(&self) -> Option<f64> {
        self.access.ends()
    }

    /// A request to `path` below the base path.
    pub(super) fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { api: Some(self), ..Call::anonymous(method, path) }
    }
}

impl<'a> Call<'a> {
    /// A request that needs no token.
    pub(super) fn anonymous(method: Method, path: &str) -> Call<'a> {
        let builder = RequestBuilder::new(&format!("{BASE}{path}")).method(method);
        Call { api: None, builder: builder.header("Accept", "application/json, application/problem+json"), body: None }
    }

    pub(super) fn header(self, name: &str, value: &str) -> Self {
        Call { builder: self.builder.header(name, value), ..self }
    }

    /// Adds what is known of the query.
    pub(super) fn query(self, pairs: &[(&str, Option<String>)]) -> Self {
        let known = pairs.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        Call { builder: self.builder.query(known), ..self }
    }

    pub(super) fn json<B: Serialize>(self, body: &B) -> Result<Self, ApiError> {
        let body = serde_json::to_string(body).map_err(|_| ApiError::Unreadable)?;
        Ok(Call { body: Some(Body::Json(body)), ..self })
    }

    /// A file as it is; the browser reads it while it is sent.
    pub(super) fn octets(self, file: File) -> Self {
        Call { body: Some(Body::Octets(file)), ..self }
    }

    /// Sends the request and reads a JSON answer.
    pub(super) async fn answer<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        self.send().await?.json().await.map_err(|_| ApiError::Unreadable)
    }

    /// Sends the request and reads a JSON answer with its version.
    pub(super) async fn tagged<T: DeserializeOwned>(self) -> Result<Tagged<T>, ApiError> {
        let response = self.send().await?;
        let etag = response.headers().get("ETag").unwrap_or_default();
        Ok(Tagged { value: response.json().await.map_err(|_| ApiError::Unreadable)?, etag })
    }

    /// Sends the request; an answer without content is fine.
    pub(super) async fn done(self) -> Result<(), ApiError> {
        self.send().await.map(drop)
    }

    async fn send(self) -> Result<Response, ApiError> {
        let builder = match self.api {
            Some(api) => self.builder.header("Authorization", &format!("Bearer {}", api.access.token().await)),
            None => self.builder,
        };
        let request = match self.body {
            Some(Body::Json(body)) => builder.header("Content-Type", "application/json").body(body),
            Some(Body::Octets(file)) => builder.header("Content-Type", "application/octet-stream").body(file),
            None => builder.build(),
        };
        let response = request.map_err(|_| ApiError::Unreadable)?.send().await.map_err(|_| ApiError::Offline)?;
        if response.ok() {
            return Ok(response);
        }
        let error = response.json().await.map_or(ApiError::Unreadable, ApiError::Problem);
        if let Some(api) = self.api
            && error.code() == Some(ProblemCode::Unauthenticated)
        {
            api.expired.emit(());
        }
        Err(error)
    }
}

/// The name that the contract gives a value, for a query.
pub(super) fn name(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}
