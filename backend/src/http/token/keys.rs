//! The provider's keys: which one signed a token, and when they are asked for again.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::SharedClock;
use crate::http::provider::Provider;

/// An unknown `kid` makes us ask the provider for its keys, at most this often.
const REFETCH_EVERY: TimeDelta = TimeDelta::seconds(10);
/// Keys older than this are fetched again: one that the provider withdrew must not be good for ever.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// The keys of one issuer.
#[derive(Clone, Default)]
pub struct KeySet(Arc<[Key]>);

struct Key {
    kid: Option<String>,
    algorithm: Option<KeyAlgorithm>,
    key: Arc<DecodingKey>,
}

impl KeySet {
    /// One key of our own.
    pub fn one(kid: &str, key: DecodingKey) -> KeySet {
        KeySet(Arc::new([Key { kid: Some(kid.to_owned()), algorithm: None, key: Arc::new(key) }]))
    }

    /// Keys of a published set; one that we do not understand says nothing of the others (RFC 7517, 5).
    fn of(set: Vec<Value>) -> KeySet {
        // `alg` is optional (RFC 7517, 4.4), and Entra ID leaves it out.
        let signing = |jwk: &Jwk| {
            !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption))
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
    pub fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<Arc<DecodingKey>> {
        let mut fitting = self.0.iter().filter(|key| {
            (kid.is_none() || key.kid.as_deref() == kid)
                && key.key.family() == algorithm.family()
                && key.algorithm.is_none_or(|declared| declared.to_string() == format!("{algorithm:?}"))
        });
        let key = fitting.next()?;
        fitting.next().is_none().then(|| key.key.clone())
    }
}

/// Why there is no key for a token.
pub enum NoKey {
    /// The provider has none such, or several.
    Unknown,
    /// The provider has told us none yet, and does not answer.
    ProviderAway,
}

/// The provider's keys, fetched when they are needed and kept.
pub struct RemoteKeys {
    provider: Arc<Provider>,
    clock: SharedClock,
    known: RwLock<Known>,
    /// When the provider was last asked. Whoever holds it asks; the others wait for the answer.
    asked: Mutex<Option<DateTime<Utc>>>,
}

#[derive(Clone, Default)]
struct Known {
    keys: KeySet,
    fetched_at: Option<DateTime<Utc>>,
    /// It did not answer when it was last asked.
    is_away: bool,
}

impl RemoteKeys {
    /// The keys of this provider; nothing is asked yet.
    pub fn new(provider: Arc<Provider>, clock: SharedClock) -> RemoteKeys {
        RemoteKeys { provider, clock, known: RwLock::default(), asked: Mutex::default() }
    }

    /// Whether the provider answered when it was last asked for its keys; `None`: it was not asked yet.
    pub fn provider_answers(&self) -> Option<bool> {
        let known = self.known();
        (known.is_away || known.fetched_at.is_some()).then_some(!known.is_away)
    }

    /// The key of a token.
    ///
    /// # Errors
    /// [`NoKey`].
    pub async fn find(self: &Arc<Self>, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<DecodingKey>, NoKey> {
        let known = self.known();
        if let Some(key) = known.keys.find(kid, algorithm) {
            if self.are_fresh(&known) {
                return Ok(key);
            }
            if known.is_away {
                // Old keys are better than to lock everybody out, and nobody waits for a provider that may not come back.
                self.ask_behind();
                return Ok(key);
            }
        }
        let asked = self.asked.lock().await;
        // Somebody else may have fetched while we waited.
        let known = self.known();
        match known.keys.find(kid, algorithm) {
            Some(key) if self.are_fresh(&known) => return Ok(key),
            _ => self.ask(asked).await,
        }
        let known = self.known();
        match known.keys.find(kid, algorithm) {
            Some(key) => Ok(key),
            None if known.fetched_at.is_none() => Err(NoKey::ProviderAway),
            // With keys in hand an unknown `kid` is only an unknown `kid`.
            None => Err(NoKey::Unknown),
        }
    }

    fn ask_behind(self: &Arc<Self>) {
        let keys = Arc::clone(self);
        tokio::spawn(async move {
            // Else somebody asks already.
            if let Ok(asked) = keys.asked.try_lock() {
                keys.ask(asked).await;
            }
        });
    }

    /// Asks the provider, unless it was asked a moment ago.
    async fn ask(&self, mut asked: MutexGuard<'_, Option<DateTime<Utc>>>) {
        if asked.is_some_and(|at| self.is_within(at, REFETCH_EVERY)) {
            return;
        }
        *asked = Some(self.clock.now());
        let answer = self.provider.keys().await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(keys) => *known = Known { keys: KeySet::of(keys), fetched_at: Some(self.clock.now()), is_away: false },
            Err(error) => {
                tracing::warn!(%error, "the identity provider's keys cannot be fetched");
                known.is_away = true;
            }
        }
    }

    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn are_fresh(&self, known: &Known) -> bool {
        known.fetched_at.is_some_and(|at| self.is_within(at, FRESH))
    }

    /// A clock that was set back does not lock the keys.
    fn is_within(&self, at: DateTime<Utc>, period: TimeDelta) -> bool {
        (self.clock.now() - at).abs() < period
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
