//! Following parties in CPR.

use gloo_net::http::Method;
use openapi::page::Page;
use openapi::subscription::{Subscription, SubscriptionState, SubscriptionSummary};
use uuid::Uuid;

use super::client::name;
use super::{Api, ApiError};

/// `GET /parties/{id}/subscription`: how a party is followed.
pub async fn get_party_subscription(api: &Api, id: Uuid) -> Result<Subscription, ApiError> {
    api.call(Method::GET, &format!("/parties/{id}/subscription")).answer().await
}

/// `POST /parties/{id}/subscription/retry`: asks CPR again at once.
pub async fn retry_party_subscription(api: &Api, id: Uuid) -> Result<Subscription, ApiError> {
    api.call(Method::POST, &format!("/parties/{id}/subscription/retry")).answer().await
}

/// `GET /subscriptions`: the first page of those that stand there.
pub async fn list_subscriptions(api: &Api, state: SubscriptionState) -> Result<Page<Subscription>, ApiError> {
    api.call(Method::GET, "/subscriptions").query(&[("state", name(&state))]).answer().await
}

/// `GET /subscriptions/summary`: whether what is wanted is what CPR has confirmed.
pub async fn get_subscription_summary(api: &Api) -> Result<SubscriptionSummary, ApiError> {
    api.call(Method::GET, "/subscriptions/summary").answer().await
}
