//! Outcomes of requests that carried an `Idempotency-Key`, so that a repeated one is answered and not done again.

use chrono::{DateTime, Utc};

use super::sql::{self, get, get_json, values};
use super::{Error, Write};

/// A request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The caller; keys of different callers have nothing to do with each other.
    pub actor: String,
    /// The key.
    pub key: String,
    /// Digest of operation, path and body: what must be the same when the key is.
    pub body_digest: String,
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is the first with its key: do it, then [`complete`] or [`release`].
    First,
    /// The first one is still under way.
    UnderWay,
    /// The key was used with another body.
    Mismatch,
    /// It was done: its answer is rendered from this, anew each time.
    Done(serde_json::Value),
}

/// Claims a key for a request; to be committed before the request is acted on. A claim that is neither completed nor
/// released (its process died) is void after `lease_until`, everything after `expires_at`.
///
/// # Errors
/// As every write.
pub async fn claim(
    write: &Write,
    request: &Request,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Claim, Error> {
    let void = "DELETE FROM idempotency_key WHERE actor = $1 AND key = $2 \
        AND (expires_at <= $3 OR (outcome IS NULL AND lease_until <= $3))";
    sql::execute(write, void, values![request.actor.as_str(), request.key.as_str(), sql::micros(now)]).await?;
    // Of two at once, the second waits here until the first one's claim is committed.
    let claim = "INSERT INTO idempotency_key (actor, key, body_digest, lease_until, expires_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT DO NOTHING";
    let values = values![
        request.actor.as_str(),
        request.key.as_str(),
        request.body_digest.as_str(),
        sql::micros(lease_until),
        sql::micros(expires_at),
    ];
    if sql::execute(write, claim, values).await? > 0 {
        return Ok(Claim::First);
    }
    let known = "SELECT body_digest, outcome FROM idempotency_key WHERE actor = $1 AND key = $2";
    let Some(row) = sql::one(write, known, values![request.actor.as_str(), request.key.as_str()]).await? else {
        // Released between the two statements: the caller may try again.
        return Ok(Claim::UnderWay);
    };
    if get::<String>(&row, "body_digest")? != request.body_digest {
        return Ok(Claim::Mismatch);
    }
    match get::<Option<String>>(&row, "outcome")? {
        None => Ok(Claim::UnderWay),
        Some(_) => Ok(Claim::Done(get_json(&row, "outcome")?)),
    }
}

/// Keeps how a claimed request ended (an id or a problem, never a person's data); in the act's own transaction.
///
/// # Errors
/// [`Error::Stale`] when the claim is void by now: the act must not be committed.
pub async fn complete(write: &Write, request: &Request, outcome: &serde_json::Value) -> Result<(), Error> {
    let statement = "UPDATE idempotency_key SET outcome = $4 \
        WHERE actor = $1 AND key = $2 AND body_digest = $3 AND outcome IS NULL";
    let values =
        values![request.actor.as_str(), request.key.as_str(), request.body_digest.as_str(), sql::json(outcome)?,];
    if sql::execute(write, statement, values).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Gives a claim back: the request ended in a way that is not kept, and may be tried again.
///
/// # Errors
/// As every write.
pub async fn release(write: &Write, request: &Request) -> Result<(), Error> {
    let statement = "DELETE FROM idempotency_key WHERE actor = $1 AND key = $2 AND outcome IS NULL";
    sql::execute(write, statement, values![request.actor.as_str(), request.key.as_str()]).await?;
    Ok(())
}

/// Removes what has expired; how many.
///
/// # Errors
/// As every write.
pub async fn purge(write: &Write, now: DateTime<Utc>) -> Result<u64, Error> {
    sql::execute(write, "DELETE FROM idempotency_key WHERE expires_at <= $1", values![sql::micros(now)]).await
}
