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
    /// Who it says it is.
    pub issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where a code becomes tokens.
    pub token_endpoint: String,
    /// Where people sign out, if the provider has such a place.
    pub end_session_endpoint: Option<String>,
}

/// What the provider gives for a code or a refresh token.
#[derive(Deserialize)]
pub struct Tokens {
    /// For this server.
    pub access_token: String,
    /// How long it is good, in seconds.
    pub expires_in: Option<f64>,
    /// For the next access token.
    pub refresh_token: Option<String>,
    /// Who signed in.
    pub id_token: Option<String>,
}

/// Reads the provider's addresses at the well-known place below its issuer identifier.
pub async fn discover_provider(issuer: &str) -> Result<Provider, ApiError> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let response = RequestBuilder::new(&address).send().await.map_err(|_| ApiError::Offline)?;
    let provider: Provider = response.json().await.map_err(|_| ApiError::Unreadable)?;
    if provider.issuer == issuer { Ok(provider) } else { Err(ApiError::Unreadable) }
}

/// Exchanges a code for tokens (RFC 6749, 4.1.3, with the verifier of RFC 7636).
pub async fn exchange_code(
    token_endpoint: &str,
    client_id: &str,
    redirect_uri: &str,
    code: &str,
    verifier: &str,
) -> Result<Tokens, ApiError> {
    let grant = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("code", code),
        ("code_verifier", verifier),
    ];
    ask_for_tokens(token_endpoint, &grant).await
}

/// Exchanges a refresh token for new tokens (RFC 6749, 6).
pub async fn refresh(token_endpoint: &str, client_id: &str, refresh_token: &str) -> Result<Tokens, ApiError> {
    let grant = [("grant_type", "refresh_token"), ("client_id", client_id), ("refresh_token", refresh_token)];
    ask_for_tokens(token_endpoint, &grant).await
}

async fn ask_for_tokens(token_endpoint: &str, grant: &[(&str, &str)]) -> Result<Tokens, ApiError> {
    let form = UrlSearchParams::new().map_err(|_| ApiError::Unreadable)?;
    for (name, value) in grant {
        form.append(name, value);
    }
    let request =
        RequestBuilder::new(token_endpoint).method(Method::POST).body(form).map_err(|_| ApiError::Unreadable)?;
    let response = request.send().await.map_err(|_| ApiError::Offline)?;
    if response.status() >= 500 {
        return Err(ApiError::Offline);
    }
    response.json().await.map_err(|_| ApiError::Unreadable)
}
