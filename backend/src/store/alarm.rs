//! What patterns of the log are looked for in.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::sql::{self, get, values};
use super::{Connection, Error};
use crate::domain::alarm::Trace;
use crate::domain::spot_check::LOOK_UPS;

/// Look-ups of persons in this time that no case explains, and refused attempts, in the order of the log after a place in it,
/// each with its place.
///
/// # Errors
/// As every read.
pub async fn traces(
    on: &impl Connection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Trace)>, Error> {
    let statement = format!(
        "SELECT i.seq, i.at, coalesce(i.on_behalf_of, i.actor) AS actor, coalesce(i.number_digest, o.number_digest) AS digest, \
        coalesce(o.party_id, i.party_id) AS party_id, coalesce(i.outcome, o.outcome, 'unknown') AS outcome \
        FROM audit i LEFT JOIN audit o ON o.entry_id = i.entry_id AND o.phase = 'outcome' \
        WHERE i.phase <> 'outcome' AND i.at >= $1 AND i.at < $2 AND i.seq > $3 AND i.actor NOT LIKE 'job:%' \
        AND (coalesce(i.outcome, o.outcome, 'unknown') = 'refused' OR (i.case_number IS NULL AND NOT coalesce(i.case_relation, o.case_relation, false) AND {} \
        AND coalesce(i.outcome, o.outcome, 'unknown') IN ('succeeded', 'unknown'))) ORDER BY i.seq LIMIT $4",
        sql::text_in(on, "i.operation", 5)
    );
    let values = values![sql::micros(from), sql::micros(to), after, i64::from(limit), sql::json(&LOOK_UPS)?];
    let trace = |row: &QueryResult| {
        let party_id: Option<Uuid> = get(row, "party_id")?;
        let digest: Option<String> = get(row, "digest")?;
        let trace = Trace {
            at: get(row, "at")?,
            actor: get(row, "actor")?,
            person: digest.or_else(|| party_id.map(|id| id.to_string())),
            party_id,
            is_refused: get::<String>(row, "outcome")? == "refused",
        };
        Ok((get(row, "seq")?, trace))
    };
    sql::all(on, &statement, values).await?.iter().map(trace).collect()
}
