//! Signing in: here, and at the organisation's OpenID Connect provider.

use gloo_net::http::{Method, RequestBuilder};
use openapi::session::{DemoSignInRequest, DemoToken, SignIn};
use serde::{Deserialize, Serialize};
use web_sys::UrlSearchParams;

use super::ApiError;
use super::client::Call;

/// `GET /sign-in`: how people sign in here.
pub async fn get_sign_in() -> Result<SignIn, ApiError> {
    Call::anonymous(Method::GET, "/sign-in").answer().await
}

/// `POST /sign-in/demo`: a token as one of the demo's persons.
pub async fn demo_sign_in(id: String) -> Result<DemoToken, ApiError> {
    Call::anonymous(Method::POST, "/sign-in/demo").json(&DemoSignInRequest { id })?.answer().await
}

/// The provider's addresses (OpenID Connect Discovery 1.0).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provider {
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where a code becomes tokens.
    pub token_endpoint: String,
    /// Where people sign out, if the provider has such a place.
    pub end_session_endpoint: Option<String>,
}

/// What the provider gives for a code.
#[derive(Clone, Deserialize)]
pub struct Tokens {
    /// For this server.
    pub access_token: String,
    /// Who signed in.
    pub id_token: Option<String>,
}

/// Reads the provider's addresses at the well-known place below its issuer identifier.
pub async fn discover_provider(issuer: &str) -> Result<Provider, ApiError> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let response = RequestBuilder::new(&address).send().await.map_err(|_| ApiError::Offline)?;
    response.json().await.map_err(|_| ApiError::Unreadable)
}

/// Exchanges a code for tokens (RFC 6749, 4.1.3, with the verifier of RFC 7636).
pub async fn exchange_code(
    token_endpoint: &str,
    client_id: &str,
    redirect_uri: &str,
    code: &str,
    verifier: &str,
) -> Result<Tokens, ApiError> {
    let form = UrlSearchParams::new().map_err(|_| ApiError::Unreadable)?;
    form.append("grant_type", "authorization_code");
    form.append("client_id", client_id);
    form.append("redirect_uri", redirect_uri);
    form.append("code", code);
    form.append("code_verifier", verifier);
    let request =
        RequestBuilder::new(token_endpoint).method(Method::POST).body(form).map_err(|_| ApiError::Unreadable)?;
    let response = request.send().await.map_err(|_| ApiError::Offline)?;
    response.json().await.map_err(|_| ApiError::Unreadable)
}
