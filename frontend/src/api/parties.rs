//! The parties.

use gloo_net::http::Method;
use openapi::page::Page;
use openapi::party::{Party, PartyInput, PartySearch, PartyVersion, RevealRequest, RevealedAddress};
use uuid::Uuid;

use super::{Api, ApiError, Tagged};

/// `GET /parties`: a page of all parties.
pub async fn list_parties(api: &Api, limit: u32, cursor: Option<String>) -> Result<Page<Party>, ApiError> {
    let query = [("limit", Some(limit.to_string())), ("cursor", cursor)];
    api.call(Method::GET, "/parties").query(&query).answer().await
}

/// `POST /parties/search`: a page of the parties that match.
pub async fn search_parties(api: &Api, search: &PartySearch) -> Result<Page<Party>, ApiError> {
    api.call(Method::POST, "/parties/search").json(search)?.answer().await
}

/// `GET /parties/{id}`.
pub async fn get_party(api: &Api, id: Uuid) -> Result<Tagged<Party>, ApiError> {
    api.call(Method::GET, &format!("/parties/{id}")).tagged().await
}

/// `POST /parties`. The same `attempt` again creates nothing twice.
pub async fn create_party(api: &Api, input: &PartyInput, attempt: Uuid) -> Result<Tagged<Party>, ApiError> {
    let call = api.call(Method::POST, "/parties").header("Idempotency-Key", &attempt.to_string());
    call.json(input)?.tagged().await
}

/// `PUT /parties/{id}`: replaces the writable fields, unless the party is no longer the one that `etag` names.
pub async fn update_party(api: &Api, id: Uuid, etag: &str, input: &PartyInput) -> Result<Tagged<Party>, ApiError> {
    api.call(Method::PUT, &format!("/parties/{id}")).header("If-Match", etag).json(input)?.tagged().await
}

/// `DELETE /parties/{id}`, unless the party is no longer the one that `etag` names.
pub async fn delete_party(api: &Api, id: Uuid, etag: &str) -> Result<(), ApiError> {
    api.call(Method::DELETE, &format!("/parties/{id}")).header("If-Match", etag).done().await
}

/// `GET /parties/{id}/history`: the latest versions.
pub async fn get_party_history(api: &Api, id: Uuid) -> Result<Page<PartyVersion>, ApiError> {
    api.call(Method::GET, &format!("/parties/{id}/history")).answer().await
}

/// `POST /parties/{id}/address/reveal`: shows a masked address once.
pub async fn reveal_party_address(api: &Api, id: Uuid, reason: String) -> Result<RevealedAddress, ApiError> {
    let request = RevealRequest { reason: Some(reason) };
    api.call(Method::POST, &format!("/parties/{id}/address/reveal")).json(&request)?.answer().await
}
