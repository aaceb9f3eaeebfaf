//! From a bearer token to a caller: RFC 9068 and plain OpenID Connect access tokens, signed by the provider's keys.
//!
//! Accepted are RS256, PS256, ES256 and EdDSA with a key of the provider's key set; never `none`, never a symmetric key, never
//! a key that the token itself brings or points at. `iss`, `aud`, `exp` and `nbf` are checked with 60 s leeway against the
//! house's clock.

use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};

use actix_web::http::header;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation};
use openapi::privilege::Privilege;
use openapi::problem::ProblemCode;
use serde_json::{Map, Value};

use super::problem::Failure;
use super::provider::Provider;
use crate::clock::SharedClock;
use crate::config;
use crate::domain::caller::Caller;

const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
const LEEWAY_SECONDS: i64 = 60;
/// No provider's access token is larger; a larger one is not even looked at.
const MAX_TOKEN: usize = 16 * 1024;
/// An unknown `kid` makes us ask the provider for its keys, at most this often.
const REFETCH_EVERY: TimeDelta = TimeDelta::seconds(10);
/// Keys older than this are fetched again: one that the provider withdrew must not be good for ever.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// Checks tokens.
pub struct Verifier {
    settings: config::Auth,
    keys: KeySource,
    clock: SharedClock,
}

enum KeySource {
    /// The demo's own key, made at start.
    Fixed(KeySet),
    /// The provider's, fetched and cached.
    Remote(RemoteKeys),
}

impl Verifier {
    /// Tokens of the configured provider.
    pub fn new(settings: config::Auth, provider: Arc<Provider>, clock: SharedClock) -> Verifier {
        let keys = KeySource::Remote(RemoteKeys::new(provider, clock.clone()));
        Verifier { settings, keys, clock }
    }

    /// Tokens that the demo signs itself with this key.
    pub fn for_demo(settings: config::Auth, kid: &str, key: DecodingKey, clock: SharedClock) -> Verifier {
        let keys =
            KeySource::Fixed(KeySet(vec![Key { kid: Some(kid.to_owned()), algorithm: None, key: Arc::new(key) }]));
        Verifier { settings, keys, clock }
    }

    /// The caller behind the `Authorization` header.
    ///
    /// # Errors
    /// 401 without a valid token, 503 when the provider's keys cannot be fetched.
    pub async fn caller(&self, authorization: Option<&header::HeaderValue>) -> Result<Caller, Failure> {
        let Some(authorization) = authorization else {
            return Err(unauthenticated("Der mangler et adgangstoken. Log ind, og prøv igen.", None));
        };
        let token = authorization
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(invalid)?;
        if token.len() > MAX_TOKEN {
            return Err(invalid());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
        let brings_a_key = header.jwk.is_some() || header.jku.is_some() || header.x5u.is_some() || header.x5c.is_some();
        if !ALGORITHMS.contains(&header.alg) || brings_a_key {
            return Err(invalid());
        }
        let key = self.key(header.kid.as_deref(), header.alg).await?;
        let mut validation = Validation::new(header.alg);
        // Our clock decides about time, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        let claims =
            jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation).map_err(|_| invalid())?.claims;
        check_times(&claims, self.clock.now())?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let subject = text("sub").or_else(|| text("client_id")).ok_or_else(invalid)?.to_owned();
        let name = text("name").or_else(|| text("preferred_username")).map(str::to_owned);
        Ok(Caller { subject, name, privileges: self.privileges(claims.get(&self.settings.privilege_claim)) })
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

    async fn key(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<DecodingKey>, Failure> {
        match &self.keys {
            KeySource::Fixed(keys) => keys.find(kid, algorithm).ok_or_else(invalid),
            KeySource::Remote(remote) => remote.find(kid, algorithm).await,
        }
    }
}

fn check_times(claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Failure> {
    let now = now.timestamp();
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().or_else(|| value.as_f64().map(|time| time as i64)).map(Some).ok_or_else(invalid),
    };
    let expires = time("exp")?.ok_or_else(invalid)?;
    if expires.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(unauthenticated("Din session er udløbet. Log ind igen.", Some("The token has expired")));
    }
    for begins in [time("nbf")?, time("iat")?].into_iter().flatten() {
        if begins > now + LEEWAY_SECONDS {
            return Err(invalid());
        }
    }
    Ok(())
}

fn invalid() -> Failure {
    unauthenticated("Adgangstokenet er ikke gyldigt. Log ind igen.", Some("The token is not valid"))
}

/// 401 with the challenge of RFC 6750.
fn unauthenticated(detail: &str, error: Option<&str>) -> Failure {
    let challenge = match error {
        None => "Bearer realm=\"partsregister\"".to_owned(),
        Some(error) => {
            format!("Bearer realm=\"partsregister\", error=\"invalid_token\", error_description=\"{error}\"")
        }
    };
    Failure::new(ProblemCode::Unauthenticated, detail).header(header::WWW_AUTHENTICATE, &challenge)
}

struct Key {
    kid: Option<String>,
    algorithm: Option<KeyAlgorithm>,
    key: Arc<DecodingKey>,
}

/// The keys of one issuer.
struct KeySet(Vec<Key>);

impl KeySet {
    /// Keys of a published set; one that we do not understand says nothing of the others (RFC 7517, 5).
    fn of(set: Vec<Value>) -> KeySet {
        // `alg` is optional (RFC 7517, 4.4), and Entra ID leaves it out.
        let signing = |jwk: &Jwk| {
            !matches!(jwk.common.public_key_use, Some(jsonwebtoken::jwk::PublicKeyUse::Encryption))
                && (jwk.common.key_algorithm.is_none() || jwk.is_supported())
        };
        KeySet(
            set.into_iter()
                .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
                .filter(signing)
                .filter_map(|jwk| {
                    let key = DecodingKey::from_jwk(&jwk).ok()?;
                    (key.family() != AlgorithmFamily::Hmac).then(|| Key {
                        kid: jwk.common.key_id.clone(),
                        algorithm: jwk.common.key_algorithm,
                        key: Arc::new(key),
                    })
                })
                .collect(),
        )
    }

    /// The one key that a token of this `kid` and algorithm can be signed with; none when there are several.
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<DecodingKey>> {
        let mut fitting = self.0.iter().filter(|key| {
            (kid.is_none() || key.kid.as_deref() == kid)
                && key.key.family() == algorithm.family()
                && key.algorithm.is_none_or(|declared| declared.to_string() == format!("{algorithm:?}"))
        });
        let key = fitting.next()?;
        fitting.next().is_none().then(|| key.key.clone())
    }
}

struct RemoteKeys {
    provider: Arc<Provider>,
    clock: SharedClock,
    cached: RwLock<Arc<Fetched>>,
    tried: tokio::sync::Mutex<Option<DateTime<Utc>>>,
}

struct Fetched {
    keys: KeySet,
    at: DateTime<Utc>,
}

fn provider_away() -> Failure {
    Failure::new(ProblemCode::Unavailable, "Organisationens log ind-tjeneste svarer ikke lige nu. Prøv igen om lidt.")
        .header(header::RETRY_AFTER, "10")
}

impl RemoteKeys {
    fn new(provider: Arc<Provider>, clock: SharedClock) -> RemoteKeys {
        RemoteKeys {
            provider,
            clock,
            cached: RwLock::new(Arc::new(Fetched { keys: KeySet(Vec::new()), at: DateTime::UNIX_EPOCH })),
            tried: tokio::sync::Mutex::new(None),
        }
    }

    fn cached(&self) -> Arc<Fetched> {
        self.cached.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// A clock that was set back does not lock the keys.
    fn is_within(&self, at: DateTime<Utc>, period: TimeDelta) -> bool {
        (self.clock.now() - at).abs() < period
    }

    async fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<DecodingKey>, Failure> {
        let known = self.cached();
        if let Some(key) = known.keys.find(kid, algorithm).filter(|_| self.is_within(known.at, FRESH)) {
            return Ok(key);
        }
        let mut tried = self.tried.lock().await;
        // Somebody else may have fetched while we waited.
        let known = self.cached();
        let key = known.keys.find(kid, algorithm);
        if let Some(key) = key.clone().filter(|_| self.is_within(known.at, FRESH)) {
            return Ok(key);
        }
        if tried.is_some_and(|at| self.is_within(at, REFETCH_EVERY)) {
            return match key {
                // Stale, but the provider does not answer: better than to lock everybody out.
                Some(key) => Ok(key),
                None if known.keys.0.is_empty() => Err(provider_away()),
                None => Err(invalid()),
            };
        }
        *tried = Some(self.clock.now());
        match self.provider.keys().await {
            Ok(keys) => {
                let keys = KeySet::of(keys);
                let found = keys.find(kid, algorithm);
                let fetched = Arc::new(Fetched { keys, at: self.clock.now() });
                *self.cached.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fetched;
                found.ok_or_else(invalid)
            }
            Err(error) => {
                tracing::warn!(%error, "the identity provider's keys cannot be fetched");
                match key {
                    Some(key) => Ok(key),
                    // With keys in hand an unknown `kid` is only an unknown `kid`.
                    None if !known.keys.0.is_empty() => Err(invalid()),
                    None => Err(provider_away()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_without_alg_is_taken_and_one_that_we_do_not_understand_hides_no_other() {
        let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
        let keys = KeySet::of(vec![
            json!({ "kid": "no kind" }),
            json!({ "kty": "AKP", "kid": "later", "alg": "ML-DSA-65", "pub": "AA" }),
            json!({ "kty": "EC", "kid": "odd", "crv": "P-999", "x": 1, "y": y }),
            json!({ "kty": "oct", "kid": "shared", "k": "c2VjcmV0" }),
            json!({ "kty": "EC", "kid": "encrypts", "use": "enc", "crv": "P-256", "x": x, "y": y }),
            json!({ "kty": "EC", "kid": "signs", "use": "sig", "crv": "P-256", "x": x, "y": y }),
        ]);
        let kids: Vec<Option<&str>> = keys.0.iter().map(|key| key.kid.as_deref()).collect();
        assert_eq!(kids, [Some("signs")]);
        assert!(keys.find(Some("signs"), Algorithm::ES256).is_some());
    }
}
