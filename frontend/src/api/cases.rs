//! The cases.

use gloo_net::http::Method;
use openapi::case::PartyCase;
use openapi::page::Page;
use uuid::Uuid;

use super::{Api, ApiError};

/// `GET /parties/{id}/cases`: the cases that the party is party to.
pub async fn list_party_cases(api: &Api, id: Uuid) -> Result<Page<PartyCase>, ApiError> {
    api.call(Method::GET, &format!("/parties/{id}/cases")).answer().await
}
