//! Signing in at the organisation's OpenID Connect provider: authorization code with PKCE (RFC 7636, S256), state and
//! nonce. What must survive the round trip lies in the session storage from leaving to coming back; the token never does.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openapi::session::SignIn;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Storage, UrlSearchParams, Window};

use super::Token;
use crate::api::{self, Access, ApiError, Provider};
use crate::text;

const STORED: &str = "partsregister.sign-in";

/// How to sign out at the provider (OpenID Connect RP-Initiated Logout 1.0).
#[derive(Clone, PartialEq)]
pub struct SignOut {
    endpoint: String,
    client_id: String,
    id_token: Option<String>,
}

/// What must survive the round trip.
#[derive(Serialize, Deserialize)]
struct RoundTrip {
    state: String,
    nonce: String,
    verifier: String,
    client_id: String,
    provider: Provider,
    return_to: String,
}

/// Why somebody who comes back is not signed in, and where they came from.
pub struct NotSignedIn {
    /// In words for them.
    pub why: &'static str,
    /// A page of the application.
    pub return_to: String,
}

/// The part of an ID token that is compared here. The token came straight from the provider over TLS, so its signature
/// proves nothing more (OpenID Connect Core 1.0, 3.1.3.7).
#[derive(Deserialize)]
struct IdToken {
    nonce: Option<String>,
}

/// Leaves for the provider. Returns only when that fails.
pub async fn leave(sign_in: &SignIn) -> Result<(), String> {
    let (Some(issuer), Some(client_id)) = (&sign_in.issuer, &sign_in.client_id) else {
        return Err(text::sign_in::NOT_CONFIGURED.to_owned());
    };
    let unfit = || text::error::UNREADABLE.to_owned();
    let window = window().ok_or_else(unfit)?;
    let location = window.location();
    let origin = location.origin().map_err(|_| unfit())?;
    let here = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let return_to = if here.starts_with("/login/") { "/".to_owned() } else { here };
    let public_url = sign_in.public_url.as_deref().unwrap_or(&origin);
    if public_url != origin {
        // The provider sends people back to that address only, and what survives the round trip does so per address.
        return location.assign(&format!("{public_url}{return_to}")).map_err(|_| unfit());
    }
    if !window.is_secure_context() {
        return Err(text::sign_in::NOT_SECURE.to_owned());
    }
    let provider = api::discover_provider(issuer).await.map_err(|_| text::sign_in::PROVIDER_AWAY.to_owned())?;
    let (state, nonce, verifier) = (random(&window), random(&window), random(&window));
    let (Some(state), Some(nonce), Some(verifier)) = (state, nonce, verifier) else { return Err(unfit()) };
    let challenge = challenge(&window, &verifier).await.ok_or_else(unfit)?;

    let query = UrlSearchParams::new().map_err(|_| unfit())?;
    query.append("response_type", "code");
    query.append("client_id", client_id);
    query.append("redirect_uri", &redirect_uri(&origin));
    query.append("scope", sign_in.scope.as_deref().unwrap_or("openid profile"));
    query.append("state", &state);
    query.append("nonce", &nonce);
    query.append("code_challenge", &challenge);
    query.append("code_challenge_method", "S256");
    let endpoint = &provider.authorization_endpoint;
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    let address = format!("{endpoint}{separator}{}", query.to_string());

    let trip = RoundTrip { state, nonce, verifier, client_id: client_id.clone(), provider, return_to };
    let stored = serde_json::to_string(&trip).map_err(|_| unfit())?;
    storage(&window).ok_or_else(unfit)?.set_item(STORED, &stored).map_err(|_| unfit())?;
    location.assign(&address).map_err(|_| unfit())
}

/// Takes what the provider sent people back with: the token, and the address that they came from.
pub async fn come_back() -> Result<(Token, String), NotSignedIn> {
    let Some((trip, answer)) = find_trip() else {
        return Err(NotSignedIn { why: text::sign_in::INTERRUPTED, return_to: "/".to_owned() });
    };
    match finish(&trip, &answer).await {
        Ok(token) => Ok((token, trip.return_to)),
        Err(why) => Err(NotSignedIn { why, return_to: trip.return_to }),
    }
}

/// The trip that began in this window, and the answer to it.
fn find_trip() -> Option<(RoundTrip, UrlSearchParams)> {
    let window = window()?;
    let storage = storage(&window)?;
    let stored = storage.get_item(STORED).ok().flatten()?;
    // Once, whatever comes of it.
    storage.remove_item(STORED).ok()?;
    let trip: RoundTrip = serde_json::from_str(&stored).ok()?;
    let answer = UrlSearchParams::new_with_str(&window.location().search().ok()?).ok()?;
    let is_ours = answer.get("state").as_deref() == Some(&trip.state)
        // Providers that say who answers must be the one that was asked (RFC 9207).
        && answer.get("iss").is_none_or(|issuer| issuer == trip.provider.issuer);
    is_ours.then_some((trip, answer))
}

async fn finish(trip: &RoundTrip, answer: &UrlSearchParams) -> Result<Token, &'static str> {
    let code = answer.get("code").ok_or_else(|| said(answer.get("error").as_deref()))?;
    let origin = window().and_then(|window| window.location().origin().ok()).ok_or(text::sign_in::INTERRUPTED)?;
    let endpoint = &trip.provider.token_endpoint;
    let tokens = api::exchange_code(endpoint, &trip.client_id, &redirect_uri(&origin), &code, &trip.verifier).await;
    let tokens = tokens.map_err(|error| match error {
        ApiError::Offline => text::sign_in::PROVIDER_AWAY,
        ApiError::Problem(_) | ApiError::Unreadable => text::sign_in::REFUSED,
    })?;
    if tokens.id_token.as_deref().is_some_and(|token| nonce_of(token).as_deref() != Some(&trip.nonce)) {
        return Err(text::sign_in::INTERRUPTED);
    }
    let access = Access::granted(&tokens, endpoint, &trip.client_id);
    let sign_out = trip.provider.end_session_endpoint.as_ref().map(|endpoint| SignOut {
        endpoint: endpoint.clone(),
        client_id: trip.client_id.clone(),
        id_token: tokens.id_token,
    });
    Ok(Token { access, sign_out })
}

/// What the provider says instead of a code (RFC 6749, 4.1.2.1), in words.
fn said(error: Option<&str>) -> &'static str {
    match error {
        Some("access_denied") | None => text::sign_in::REFUSED,
        Some("temporarily_unavailable" | "server_error") => text::sign_in::PROVIDER_AWAY,
        // The rest is about how the application is registered there, and nothing that the person can change.
        Some(_) => text::sign_in::NOT_REGISTERED,
    }
}

/// Leaves for the provider's sign-out; people come back to the first page.
pub fn sign_out(at: &SignOut) {
    let Some(window) = window() else { return };
    let (Ok(query), Ok(origin)) = (UrlSearchParams::new(), window.location().origin()) else { return };
    query.append("client_id", &at.client_id);
    query.append("post_logout_redirect_uri", &format!("{origin}/"));
    if let Some(token) = &at.id_token {
        query.append("id_token_hint", token);
    }
    let separator = if at.endpoint.contains('?') { '&' } else { '?' };
    // A browser that refuses to leave stays signed out here all the same.
    let _ = window.location().assign(&format!("{}{separator}{}", at.endpoint, query.to_string()));
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn storage(window: &Window) -> Option<Storage> {
    window.session_storage().ok().flatten()
}

fn redirect_uri(origin: &str) -> String {
    format!("{origin}/login/callback")
}

/// 256 random bits in 43 characters.
fn random(window: &Window) -> Option<String> {
    let mut bytes = [0_u8; 32];
    window.crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The S256 challenge of a verifier.
async fn challenge(window: &Window, verifier: &str) -> Option<String> {
    let subtle = window.crypto().ok()?.subtle();
    let digest = subtle.digest_with_str_and_u8_array("SHA-256", verifier.as_bytes()).ok()?;
    let buffer = JsFuture::from(digest).await.ok()?.dyn_into().ok()?;
    Some(BASE64_URL_SAFE_NO_PAD.encode(js_sys::Uint8Array::new(&buffer).to_vec()))
}

/// The nonce in an ID token.
fn nonce_of(id_token: &str) -> Option<String> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<IdToken>(&payload).ok()?.nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_turned_away_learns_whether_trying_again_can_help() {
        assert_eq!(said(Some("access_denied")), text::sign_in::REFUSED);
        assert_eq!(said(Some("temporarily_unavailable")), text::sign_in::PROVIDER_AWAY);
        assert_eq!(said(Some("unauthorized_client")), text::sign_in::NOT_REGISTERED);
    }

    #[test]
    fn the_nonce_is_read_from_the_id_token() {
        let token = |payload: &str| format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(payload));
        assert_eq!(nonce_of(&token(r#"{"sub":"x","nonce":"n-1"}"#)).as_deref(), Some("n-1"));
        assert_eq!(nonce_of(&token(r#"{"sub":"x"}"#)), None);
        assert_eq!(nonce_of("no token"), None);
    }
}
