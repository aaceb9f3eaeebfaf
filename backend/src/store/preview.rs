//! CPR's answers that were shown in a preview and wait to be applied as shown.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sql::{self, get, values};
use super::{Error, Write};

/// An answer that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The key that the caller got.
    pub id: Uuid,
    /// The party that it was shown for.
    pub party_id: Uuid,
    /// The party's version then.
    pub party_version: i64,
    /// Who asked.
    pub actor: String,
    /// The answer, JSON that `actions` writes and reads.
    pub answer: String,
    /// When it is thrown away.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a preview.
///
/// # Errors
/// [`Error::Missing`] when there is no such party.
pub async fn put(write: &Write, preview: &Preview) -> Result<(), Error> {
    let statement = "INSERT INTO preview (id, party_id, party_version, actor, answer, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = values![
        preview.id,
        preview.party_id,
        preview.party_version,
        preview.actor.as_str(),
        preview.answer.as_str(),
        sql::micros(preview.expires_at),
    ];
    sql::execute(write, statement, values).await?;
    Ok(())
}

/// Takes the caller's own preview of this party out, so that it is applied once; `None` when there is none, or it has
/// expired.
///
/// # Errors
/// As every write.
pub async fn take(
    write: &Write,
    id: Uuid,
    party_id: Uuid,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Option<Preview>, Error> {
    let statement = "DELETE FROM preview WHERE id = $1 AND party_id = $2 AND actor = $3 AND expires_at > $4 \
        RETURNING id, party_id, party_version, actor, answer, expires_at";
    let Some(row) = sql::one(write, statement, values![id, party_id, actor, sql::micros(now)]).await? else {
        return Ok(None);
    };
    Ok(Some(Preview {
        id: get(&row, "id")?,
        party_id: get(&row, "party_id")?,
        party_version: get(&row, "party_version")?,
        actor: get(&row, "actor")?,
        answer: get(&row, "answer")?,
        expires_at: get(&row, "expires_at")?,
    }))
}

/// Removes what has expired; how many. CPR's data must not wait here for nobody.
///
/// # Errors
/// As every write.
pub async fn purge(write: &Write, now: DateTime<Utc>) -> Result<u64, Error> {
    sql::execute(write, "DELETE FROM preview WHERE expires_at <= $1", values![sql::micros(now)]).await
}
