//! Who am I, and what is this installation.

use gloo_net::http::Method;
use openapi::session::Session;
use openapi::settings::Settings;

use super::{Api, ApiError};

/// `GET /session`.
pub async fn get_session(api: &Api) -> Result<Session, ApiError> {
    api.call(Method::GET, "/session").answer().await
}

/// `GET /settings`.
pub async fn get_settings(api: &Api) -> Result<Settings, ApiError> {
    api.call(Method::GET, "/settings").answer().await
}
