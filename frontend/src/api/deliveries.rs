//! CPR's change files.

use gloo_net::http::Method;
use openapi::delivery::{Delivery, DeliveryProblem, DeliveryRetry, DeliveryState};
use openapi::page::Page;
use uuid::Uuid;
use web_sys::File;

use super::client::name;
use super::{Api, ApiError};

/// `GET /deliveries`: a page, the latest first.
pub async fn list_deliveries(
    api: &Api,
    state: Option<DeliveryState>,
    limit: u32,
    cursor: Option<String>,
) -> Result<Page<Delivery>, ApiError> {
    let query = [("state", state.as_ref().and_then(name)), ("limit", Some(limit.to_string())), ("cursor", cursor)];
    api.call(Method::GET, "/deliveries").query(&query).answer().await
}

/// `GET /deliveries/{id}/problems`: the first page.
pub async fn list_delivery_problems(api: &Api, id: Uuid) -> Result<Page<DeliveryProblem>, ApiError> {
    api.call(Method::GET, &format!("/deliveries/{id}/problems")).answer().await
}

/// `POST /deliveries`: takes in a change file.
pub async fn upload_delivery(api: &Api, file: File) -> Result<(), ApiError> {
    let query = [("fileName", Some(file.name()))];
    api.call(Method::POST, "/deliveries").query(&query).octets(file).done().await
}

/// `POST /deliveries/{id}/retry`: tries again what was set aside, or lets a waiting delivery go.
pub async fn retry_delivery(api: &Api, id: Uuid, retry: &DeliveryRetry) -> Result<(), ApiError> {
    api.call(Method::POST, &format!("/deliveries/{id}/retry")).json(retry)?.done().await
}
