//! A caller of the API, and the answers that the caller gets.

use openapi::problem::{Problem, ProblemCode};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Somebody who calls: nobody in particular, or the holder of a token.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    house: String,
    token: Option<String>,
}

/// A request before it is sent.
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    what: String,
    builder: reqwest::RequestBuilder,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    what: String,
    /// The HTTP status code.
    pub status: u16,
    /// The header lines.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Caller {
    /// A caller of the house at `house`, an address without slash at its end.
    pub fn new(house: &str, token: Option<String>) -> anyhow::Result<Caller> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        Ok(Caller { http, house: house.to_owned(), token })
    }

    /// A request to the API; `path` begins below `/api/v1`.
    pub fn api(&self, method: Method, path: &str) -> Request {
        self.request(method, &format!("/api/v1{path}"))
    }

    /// A request to any path of the house.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let what = format!("{method} {path}");
        let mut builder = self.http.request(method, format!("{}{path}", self.house));
        if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        Request { what, builder }
    }

    /// `GET` below `/api/v1`.
    pub async fn get(&self, path: &str) -> Answer {
        self.api(Method::GET, path).send().await
    }

    /// `POST` below `/api/v1`.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.api(Method::POST, path).json(body).send().await
    }

    /// `PUT` below `/api/v1`.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        self.api(Method::PUT, path).json(body).send().await
    }

    /// `DELETE` below `/api/v1`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.api(Method::DELETE, path).send().await
    }
}

impl Request {
    /// With a header line.
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.builder = self.builder.header(name, value.as_bytes());
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Request {
        self.builder = self.builder.json(body);
        self
    }

    /// With a body as it is; the content type is for the test to say.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.builder = self.builder.body(body.into());
        self
    }

    /// Sends it and reads the answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(self) -> Answer {
        let what = self.what;
        let answer = self.builder.send().await.unwrap_or_else(|error| panic!("{what}: no answer: {error:?}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.unwrap_or_else(|error| panic!("{what}: the answer breaks off: {error:?}"));
        Answer { what, status, headers, body: body.into() }
    }
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
        assert_eq!(self.status, status, "{} answered {} {reason}: {}", self.what, self.status, self.text());
        self
    }

    /// The body as a type of the contract.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error} in {}", self.what, self.text()))
    }

    /// The body as JSON of any form.
    #[track_caller]
    pub fn value(&self) -> Value {
        self.json()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header line, if it is there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().and_then(|value: &HeaderValue| value.to_str().ok());
        if values.next().is_some() { None } else { value }
    }

    /// The entity tag.
    #[track_caller]
    pub fn etag(&self) -> &str {
        self.header("ETag").unwrap_or_else(|| panic!("{} has no ETag", self.what))
    }

    /// Asserts that this is a problem of the contract, of this code and its status, in its media type.
    #[track_caller]
    pub fn problem(&self, code: ProblemCode) -> Problem {
        let problem: Problem = self.json();
        assert_eq!(problem.code, code, "{} answered {}", self.what, self.text());
        assert_eq!(self.status, code.status(), "{}: the status of {}", self.what, code.code());
        assert_eq!(problem.status, self.status, "{}: the status in the body", self.what);
        assert_eq!(problem.type_, format!("/problems/{}", code.code()));
        assert_eq!(self.header("Content-Type"), Some("application/problem+json"));
        problem
    }
}
