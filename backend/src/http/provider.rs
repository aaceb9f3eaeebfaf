//! The organisation's OpenID Connect provider, as its discovery document describes it (OpenID Connect Discovery 1.0).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::clock::SharedClock;
use crate::config;

const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_ANSWER: usize = 1024 * 1024;
/// How long the address of its tokens is believed.
const BELIEVED: TimeDelta = TimeDelta::hours(1);
/// How long a provider that does not answer is left alone.
const LEFT_ALONE: TimeDelta = TimeDelta::seconds(10);

/// The way to the provider.
pub struct Provider {
    issuer: String,
    jwks_url: String,
    client: reqwest::Client,
    clock: SharedClock,
    token_origin: tokio::sync::Mutex<TokenOrigin>,
}

/// The part of the discovery document that the house needs.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    token_endpoint: Option<String>,
}

/// Where the browser exchanges its code, and until when not to ask again.
#[derive(Default)]
struct TokenOrigin {
    origin: Option<String>,
    settled_until: Option<DateTime<Utc>>,
}

impl Provider {
    /// The configured provider; nothing is asked yet.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: &config::Auth, clock: SharedClock) -> anyhow::Result<Provider> {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Provider {
            issuer: settings.issuer.clone(),
            jwks_url: settings.jwks_url.clone(),
            client,
            clock,
            token_origin: tokio::sync::Mutex::default(),
        })
    }

    /// Its published keys, each as it stands there.
    ///
    /// # Errors
    /// When it does not answer, or says of itself what cannot be true.
    pub async fn keys(&self) -> anyhow::Result<Vec<Value>> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Value>,
        }
        let address = if self.jwks_url.is_empty() { self.discover().await?.jwks_uri } else { self.jwks_url.clone() };
        Ok(self.get::<Keys>(&address).await?.keys)
    }

    /// The origins with which the browser application speaks when somebody signs in: the issuer's, and that of its token
    /// endpoint, which some providers have elsewhere.
    pub async fn origins(&self) -> Vec<String> {
        let mut token_origin = self.token_origin.lock().await;
        let now = self.clock.now();
        // A clock that was set back does not settle it for longer.
        if token_origin.settled_until.is_none_or(|until| until <= now || now + BELIEVED < until) {
            match self.discover().await {
                Ok(discovery) => {
                    token_origin.origin = discovery.token_endpoint.as_deref().and_then(origin);
                    token_origin.settled_until = Some(now + BELIEVED);
                }
                Err(error) => {
                    tracing::warn!(%error, "the identity provider does not describe itself");
                    token_origin.settled_until = Some(now + LEFT_ALONE);
                }
            }
        }
        let mut origins: Vec<String> = origin(&self.issuer).into_iter().chain(token_origin.origin.clone()).collect();
        origins.dedup();
        origins
    }

    async fn discover(&self) -> anyhow::Result<Discovery> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovery: Discovery = self.get(&address).await?;
        anyhow::ensure!(discovery.issuer == self.issuer, "the discovery document names another issuer");
        Ok(discovery)
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> anyhow::Result<T> {
        let mut answer = self.client.get(address).send().await?.error_for_status()?;
        anyhow::ensure!(answer.status().is_success(), "unexpected status {}", answer.status());
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            anyhow::ensure!(bytes.len() + chunk.len() <= MAX_ANSWER, "the answer is too large");
            bytes.extend_from_slice(&chunk);
        }
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// Scheme, host and port of an address.
pub fn origin(address: &str) -> Option<String> {
    Some(Url::parse(address).ok()?.origin().ascii_serialization())
}
