//! Tokens whose signature has been found good: a caller sends the same one with every request, and to check it costs more
//! than to read a party.
//!
//! Only the signature is remembered, and only for the very key that made it: when the provider's keys are fetched anew,
//! every token is checked anew. Its times are compared with the clock at each request as before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

/// So many callers' tokens are remembered; with one more, all are forgotten.
const MOST: usize = 4096;

/// What a token says.
pub type Claims = Arc<Map<String, Value>>;

/// The tokens that were checked, by their SHA-256: the tokens themselves are not kept.
#[derive(Default)]
pub struct Seen(Mutex<HashMap<[u8; 32], (Arc<DecodingKey>, Claims)>>);

impl Seen {
    /// What this token says, if it was found to be signed with this key.
    pub fn claims(&self, token: &str, key: &Arc<DecodingKey>) -> Option<Claims> {
        let digest = sha256(token)?;
        let seen = self.lock();
        let (signed_with, claims) = seen.get(&digest)?;
        Arc::ptr_eq(signed_with, key).then(|| Arc::clone(claims))
    }

    /// Remembers a token that was found to be signed with this key.
    pub fn remember(&self, token: &str, key: &Arc<DecodingKey>, claims: &Claims) {
        let Some(digest) = sha256(token) else { return };
        let mut seen = self.lock();
        if seen.len() >= MOST {
            seen.clear();
        }
        seen.insert(digest, (Arc::clone(key), Arc::clone(claims)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], (Arc<DecodingKey>, Claims)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sha256(token: &str) -> Option<[u8; 32]> {
    digest(&SHA256, token.as_bytes()).as_ref().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Arc<DecodingKey> {
        Arc::new(DecodingKey::from_secret(b"any"))
    }

    #[test]
    fn a_token_is_known_only_with_the_key_that_it_was_checked_with() {
        let (seen, key, claims) = (Seen::default(), key(), Claims::default());
        assert!(seen.claims("token", &key).is_none());
        seen.remember("token", &key, &claims);
        assert!(seen.claims("token", &key).is_some_and(|known| Arc::ptr_eq(&known, &claims)));
        assert!(seen.claims("tokem", &key).is_none());
        assert!(seen.claims("token", &self::key()).is_none(), "the keys were fetched anew");
    }

    #[test]
    fn the_memory_is_bounded() {
        let (seen, key, claims) = (Seen::default(), key(), Claims::default());
        for number in 0..=MOST {
            seen.remember(&number.to_string(), &key, &claims);
        }
        assert_eq!(seen.lock().len(), 1);
        assert!(seen.claims(&MOST.to_string(), &key).is_some());
    }
}
