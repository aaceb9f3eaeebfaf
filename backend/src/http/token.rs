//! From a bearer token to a caller: RFC 9068 and plain OpenID Connect access tokens, signed by the provider's keys.
//!
//! Accepted are RS256, PS256, ES256 and EdDSA with a key of the provider's key set; never `none`, never a symmetric key, never
//! a key that the token itself brings or points at. `iss`, `aud`, `exp` and `nbf` are checked with 60 s leeway against the
//! house's clock. Why a token is refused is one of [`Refusal`].

mod keys;
mod refusal;

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use openapi::privilege::Privilege;
use openapi::problem::ProblemCode;
use serde_json::{Map, Value};

use super::problem::Failure;
use super::provider::Provider;
use crate::clock::SharedClock;
use crate::config;
use crate::domain::caller::{Caller, CallerKind};
use keys::{KeySet, NoKey, RemoteKeys};
use refusal::{Counts, Refusal};

const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
const LEEWAY_SECONDS: i64 = 60;
/// No provider's access token is larger; a larger one is not even looked at.
const MAX_TOKEN: usize = 16 * 1024;
/// OpenID Connect Core 1.0, section 2: `sub` has at most so many characters.
const MAX_SUBJECT: usize = 255;

/// Checks tokens.
pub struct Verifier {
    settings: config::Auth,
    keys: KeySource,
    clock: SharedClock,
    refused: Counts,
}

enum KeySource {
    /// The demo's own key, made at start.
    Fixed(KeySet),
    /// The provider's, fetched and cached.
    Remote(Arc<RemoteKeys>),
}

/// Why there is no caller.
enum NoCaller {
    Refused(Refusal),
    ProviderAway,
}

impl From<Refusal> for NoCaller {
    fn from(refusal: Refusal) -> NoCaller {
        NoCaller::Refused(refusal)
    }
}

impl Verifier {
    /// Tokens of the configured provider.
    pub fn new(settings: config::Auth, provider: Arc<Provider>, clock: SharedClock) -> Verifier {
        let keys = KeySource::Remote(Arc::new(RemoteKeys::new(provider, clock.clone())));
        Verifier { settings, keys, clock, refused: Counts::default() }
    }

    /// Tokens that the demo signs itself with this key.
    pub fn for_demo(settings: config::Auth, kid: &str, key: DecodingKey, clock: SharedClock) -> Verifier {
        let keys = KeySource::Fixed(KeySet::one(kid, key));
        Verifier { settings, keys, clock, refused: Counts::default() }
    }

    /// How often tokens were refused by this process, by reason.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.refused.read()
    }

    /// Whether the provider answered when it was last asked for its keys; `None` in the demo, and before it was asked.
    pub fn provider_answers(&self) -> Option<bool> {
        match &self.keys {
            KeySource::Fixed(_) => None,
            KeySource::Remote(keys) => keys.provider_answers(),
        }
    }

    /// The caller behind the `Authorization` header.
    ///
    /// # Errors
    /// 401 without a valid token, 503 when the provider's keys cannot be fetched.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        match self.check(headers).await {
            Ok(caller) => Ok(caller),
            Err(NoCaller::Refused(refusal)) => {
                self.refused.note(refusal);
                Err(refusal.failure())
            }
            Err(NoCaller::ProviderAway) => Err(Failure::new(
                ProblemCode::Unavailable,
                "Organisationens log ind-tjeneste svarer ikke lige nu. Prøv igen om lidt.",
            )
            .header(header::RETRY_AFTER, "10")),
        }
    }

    async fn check(&self, headers: &HeaderMap) -> Result<Caller, NoCaller> {
        let token = bearer(headers)?;
        if token.len() > MAX_TOKEN {
            return Err(Refusal::TooLarge.into());
        }
        check_header(token)?;
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Malformed)?;
        let key = self.key(header.kid.as_deref(), header.alg).await?;
        let mut validation = Validation::new(header.alg);
        // Our clock decides about time, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation);
        let claims = decoded.map_err(|error| refusal(error.kind()))?.claims;
        check_times(&claims, self.clock.now())?;
        if is_no_access_token(&claims) {
            return Err(Refusal::NoAccessToken.into());
        }
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let subject = text("sub").or_else(|| text("client_id"));
        let subject = subject.filter(|subject| subject.chars().count() <= MAX_SUBJECT).ok_or(Refusal::Subject)?;
        let name = text("name").or_else(|| text("preferred_username")).map(str::to_owned);
        Ok(Caller {
            subject: subject.to_owned(),
            name,
            kind: if is_system(&claims) { CallerKind::System } else { CallerKind::Person },
            on_behalf_of: None,
            privileges: self.privileges(claims.get(&self.settings.privilege_claim)),
        })
    }

    /// An array of texts, or one text that is split at blanks; values that name no privilege are dropped.
    fn privileges(&self, claim: Option<&Value>) -> BTreeSet<Privilege> {
        let values: Vec<&str> = match claim {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => text.split_whitespace().collect(),
            _ => Vec::new(),
        };
        let map = &self.settings.privilege_map;
        values
            .into_iter()
            .filter_map(|value| map.get(value).copied().or_else(|| Privilege::from_claim(value)))
            .collect()
    }

    async fn key(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<DecodingKey>, NoCaller> {
        match &self.keys {
            KeySource::Fixed(keys) => keys.find(kid, algorithm).ok_or(NoCaller::Refused(Refusal::Key)),
            KeySource::Remote(remote) => remote.find(kid, algorithm).await.map_err(|no_key| match no_key {
                NoKey::Unknown => NoCaller::Refused(Refusal::Key),
                NoKey::ProviderAway => NoCaller::ProviderAway,
            }),
        }
    }
}

/// The one token of a request (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut given = headers.get_all(header::AUTHORIZATION);
    let only = given.next().ok_or(Refusal::Missing)?;
    if given.next().is_some() {
        return Err(Refusal::Malformed);
    }
    let (scheme, token) = only.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Refusal::Malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Refusal::Malformed) }
}

/// What the header itself says against a token, before any key is looked for.
fn check_header(token: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = token.splitn(4, '.').collect();
    let [encoded, _, _] = parts.as_slice() else { return Err(Refusal::Malformed) };
    let header = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok();
    let header = header.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let header = header.ok_or(Refusal::Malformed)?;
    let algorithm = header.get("alg").and_then(Value::as_str).and_then(|name| name.parse::<Algorithm>().ok());
    if !algorithm.is_some_and(|algorithm| ALGORITHMS.contains(&algorithm)) {
        return Err(Refusal::Algorithm);
    }
    if ["jwk", "jku", "x5u", "x5c"].iter().any(|name| header.contains_key(*name)) {
        return Err(Refusal::BringsKey);
    }
    if header.contains_key("crit") {
        return Err(Refusal::Critical);
    }
    // RFC 9068, section 4, says `at+jwt`; providers from before it say `JWT` or nothing (RFC 7519, 5.1). Compared as media
    // types are, and `application/` may be left out (RFC 7515, 4.1.9).
    let is_access_token = match header.get("typ") {
        None => true,
        Some(Value::String(kind)) => {
            let kind = kind.to_ascii_lowercase();
            ["jwt", "at+jwt"].contains(&kind.strip_prefix("application/").unwrap_or(&kind))
        }
        Some(_) => false,
    };
    if is_access_token { Ok(()) } else { Err(Refusal::Type) }
}

fn refusal(fault: &ErrorKind) -> Refusal {
    match fault {
        ErrorKind::InvalidIssuer => Refusal::Issuer,
        ErrorKind::InvalidAudience => Refusal::Audience,
        ErrorKind::InvalidSignature => Refusal::Signature,
        ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
        ErrorKind::InvalidToken => Refusal::Malformed,
        _ => Refusal::Claims,
    }
}

fn check_times(claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let now = now.timestamp();
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            value.as_i64().or_else(|| value.as_f64().map(|time| time as i64)).map(Some).ok_or(Refusal::Claims)
        }
    };
    let expires = time("exp")?.ok_or(Refusal::Claims)?;
    if expires.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(Refusal::Expired);
    }
    for begins in [time("nbf")?, time("iat")?].into_iter().flatten() {
        if begins > now + LEEWAY_SECONDS {
            return Err(Refusal::Early);
        }
    }
    Ok(())
}

/// ID tokens are for the client that asked for them. Their audience is the client, so they are seldom for us; where a
/// provider uses one name for both, they show by the claims that only they have: hashes of what came beside them, and the
/// nonce of the sign-in (OpenID Connect Core 1.0, 3.1.3.6 and 3.3.2.11). Keycloak says in a claim `typ` what a token is, and
/// once wrote the nonce into access tokens too.
fn is_no_access_token(claims: &Map<String, Value>) -> bool {
    let kind = claims.get("typ").and_then(Value::as_str);
    match kind {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => false,
        Some(kind) if ["id", "refresh", "offline", "logout"].contains(&kind.to_ascii_lowercase().as_str()) => true,
        _ => ["at_hash", "c_hash", "s_hash", "nonce"].iter().any(|name| claims.contains_key(*name)),
    }
}

/// Whether a system signed in as itself, without a person (RFC 6749, 4.4). No claim says so everywhere: `sub` is missing or
/// names the client (RFC 9068, 2.2; Okta), or the provider has a mark of its own (Entra ID `idtyp`, Auth0 `gty`, Keycloak's
/// name of a service account).
fn is_system(claims: &Map<String, Value>) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let clients = || ["client_id", "azp", "appid", "cid"].into_iter().filter_map(text);
    let account = text("preferred_username").and_then(|name| name.strip_prefix("service-account-"));
    text("sub").is_none_or(|subject| clients().any(|client| client == subject))
        || text("idtyp") == Some("app")
        || text("gty") == Some("client-credentials")
        || account.is_some_and(|account| clients().any(|client| client.eq_ignore_ascii_case(account)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(claims: Value) -> Map<String, Value> {
        claims.as_object().unwrap().clone()
    }

    #[test]
    fn a_client_without_a_person_is_a_system_at_every_provider_that_says_so() {
        for (provider, token) in [
            ("RFC 9068", json!({ "sub": "esdh", "client_id": "esdh" })),
            ("without sub", json!({ "client_id": "esdh" })),
            ("Okta", json!({ "sub": "0oa1", "cid": "0oa1" })),
            ("Auth0", json!({ "sub": "esdh@clients", "azp": "esdh", "gty": "client-credentials" })),
            ("Entra ID", json!({ "sub": "9c5e", "azp": "77aa", "idtyp": "app" })),
            (
                "Keycloak",
                json!({ "sub": "5f2c", "azp": "ESDH", "preferred_username": "service-account-esdh", "typ": "Bearer" }),
            ),
        ] {
            assert!(is_system(&claims(token)), "{provider}");
        }
        for (what, token) in [
            ("RFC 9068", json!({ "sub": "birgit", "client_id": "partsregister" })),
            ("Entra ID", json!({ "sub": "9c5e", "azp": "77aa", "idtyp": "user" })),
            (
                "a name that only begins so",
                json!({ "sub": "5f2c", "azp": "spa", "preferred_username": "service-account-esdh" }),
            ),
        ] {
            assert!(!is_system(&claims(token)), "{what}");
        }
    }

    #[test]
    fn an_id_token_and_a_refresh_token_are_told_from_an_access_token() {
        for token in [
            json!({ "sub": "birgit", "nonce": "n" }),
            json!({ "sub": "birgit", "at_hash": "h" }),
            json!({ "sub": "birgit", "typ": "ID" }),
            json!({ "sub": "birgit", "typ": "Refresh" }),
        ] {
            assert!(is_no_access_token(&claims(token.clone())), "{token}");
        }
        for token in [json!({ "sub": "birgit" }), json!({ "sub": "birgit", "typ": "Bearer", "nonce": "n" })] {
            assert!(!is_no_access_token(&claims(token.clone())), "{token}");
        }
    }
}
