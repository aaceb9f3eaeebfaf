//! Reading the log.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use crate::domain::audit::{AuditCriteria, Ending, Entry, Intent, Outcome};
use crate::domain::page::{Page, PageRequest};
use crate::store::sql::{self, get, values};
use crate::store::{Connection, Error, cursor};

/// Rows are numbered when they are stored, a moment after the time that they tell, and servers' clocks differ. So far
/// beside a time its row is looked for; which ones are meant is decided by the time itself.
const SLACK: TimeDelta = TimeDelta::days(1);

/// The entries that meet all criteria, newest first; an intent comes with its outcome, where there is one.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn list(on: &impl Connection, criteria: &AuditCriteria, page: &PageRequest) -> Result<Page<Entry>, Error> {
    let mut values: Vec<Value> = Vec::new();
    let mut conditions = vec!["i.phase <> 'outcome'".to_owned()];
    let mut must = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(before) = cursor::number(page)? {
        must("i.seq < ?", before.into());
    }
    if let Some(from) = criteria.from {
        must("i.at >= ?", sql::micros(from).into());
        must("i.seq >= (SELECT seq FROM audit WHERE at >= ? ORDER BY at LIMIT 1)", sql::micros(from - SLACK).into());
    }
    if let Some(to) = criteria.to {
        must("i.at < ?", sql::micros(to).into());
        must("i.seq <= (SELECT seq FROM audit WHERE at < ? ORDER BY at DESC LIMIT 1)", sql::micros(to + SLACK).into());
    }
    if let Some(actor) = &criteria.actor {
        must("i.actor = ?", actor.as_str().into());
    }
    if let Some(person) = &criteria.on_behalf_of {
        must("i.on_behalf_of = ?", person.as_str().into());
    }
    // A party that was only found or made by the operation, and a number that was lost, stand in the outcome.
    if let Some(party_id) = criteria.party_id {
        must("i.entry_id IN (SELECT entry_id FROM audit WHERE party_id = ?)", party_id.into());
    }
    if let Some(digest) = &criteria.number_digest {
        must("i.entry_id IN (SELECT entry_id FROM audit WHERE number_digest = ?)", digest.as_str().into());
    }
    if let Some(subject) = &criteria.subject {
        let (digests, ids) = (values.len() + 1, values.len() + 2);
        values.extend(values![sql::json(&subject.digests)?, sql::id_list(on, &subject.party_ids)]);
        let (of_intent, of_outcome) =
            (sql::text_in(on, "i.number_digest", digests), sql::text_in(on, "o.number_digest", digests));
        conditions.push(format!(
            "i.entry_id IN (SELECT entry_id FROM audit WHERE {} UNION SELECT entry_id FROM audit WHERE {}) \
            AND (coalesce(i.number_digest, o.number_digest) IS NULL OR {of_intent} OR {of_outcome})",
            sql::text_in(on, "number_digest", digests),
            sql::id_in(on, "party_id", ids)
        ));
    }
    if let Some(ids) = &criteria.ids {
        values.push(sql::id_list(on, ids).into());
        conditions.push(sql::id_in(on, "i.entry_id", values.len()));
    }
    let mut must = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(case_number) = &criteria.case_number {
        must("i.case_number = ?", case_number.as_str().into());
    }
    if let Some(operation) = &criteria.operation {
        must("i.operation = ?", operation.as_str().into());
    }
    match criteria.outcome {
        Some(Outcome::Unknown) => {
            must("coalesce(i.outcome, o.outcome, 'unknown') = ?", Outcome::Unknown.name().into());
        }
        Some(Outcome::Succeeded) => must("coalesce(i.outcome, o.outcome) = ?", Outcome::Succeeded.name().into()),
        // Few of many: the second condition is the one of the index.
        Some(outcome) => {
            let few = "i.entry_id IN (SELECT entry_id FROM audit WHERE outcome = ? AND outcome <> 'succeeded')";
            must(few, outcome.name().into());
        }
        None => {}
    }
    values.push(cursor::fetch(page).into());
    let statement = format!(
        "SELECT i.seq, i.entry_id, i.at, i.actor, i.on_behalf_of, i.operation, i.party_id, i.number_digest, i.criteria, i.reason, \
        i.case_number, i.trace_id, i.case_relation, coalesce(i.ended_at, o.ended_at) AS ended_at, \
        coalesce(i.outcome, o.outcome) AS outcome, \
        coalesce(i.problem, o.problem) AS problem, o.party_id AS outcome_party_id, o.number_digest AS outcome_number_digest, \
        coalesce(i.result_count, o.result_count) AS result_count \
        FROM audit i LEFT JOIN audit o ON o.entry_id = i.entry_id AND o.phase = 'outcome' \
        WHERE {} ORDER BY i.seq DESC LIMIT ${}",
        conditions.join(" AND "),
        values.len()
    );
    let rows = sql::all(on, &statement, values).await?;
    let entries = rows.iter().map(|row| Ok((get(row, "seq")?, entry(row)?))).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(entries, page, |(seq, _): &(i64, Entry)| seq.to_string()).map(|(_, entry)| entry))
}

/// The time of the first row that is still kept.
///
/// # Errors
/// As every read.
pub async fn oldest(on: &impl Connection) -> Result<Option<DateTime<Utc>>, Error> {
    let row = sql::one(on, "SELECT at FROM audit ORDER BY seq LIMIT 1", Vec::new()).await?;
    row.map(|row| get(&row, "at")).transpose()
}

/// The entries that were opened in this time and never closed, oldest first; not those of runs that are under way.
///
/// # Errors
/// As every read.
pub async fn list_open(
    on: &impl Connection,
    from: Option<DateTime<Utc>>,
    before: DateTime<Utc>,
) -> Result<Vec<Uuid>, Error> {
    let mut values = vec![Value::from(sql::micros(before))];
    let since = match from {
        Some(from) => {
            values.push(sql::micros(from).into());
            "AND i.at >= $2"
        }
        None => "",
    };
    let statement = format!(
        "SELECT i.entry_id FROM audit i WHERE i.at < $1 {since} AND i.phase = 'intent' \
        AND NOT EXISTS (SELECT 1 FROM audit o WHERE o.entry_id = i.entry_id AND o.phase = 'outcome') \
        AND NOT EXISTS (SELECT 1 FROM job WHERE held_by = i.entry_id) ORDER BY i.seq"
    );
    sql::all(on, &statement, values).await?.iter().map(|row| get(row, "entry_id")).collect()
}

fn entry(row: &QueryResult) -> Result<Entry, Error> {
    let party_id = get(row, "party_id")?;
    let ending = match get::<Option<String>>(row, "outcome")? {
        None => None,
        Some(outcome) => Some(Ending {
            at: get(row, "ended_at")?,
            outcome: Outcome::from_name(&outcome).ok_or_else(|| Error::unreadable("outcome"))?,
            problem: get(row, "problem")?,
            party_id: get::<Option<uuid::Uuid>>(row, "outcome_party_id")?.or(party_id),
            number_digest: get(row, "outcome_number_digest")?,
            result_count: get(row, "result_count")?,
        }),
    };
    Ok(Entry {
        intent: Intent {
            id: get(row, "entry_id")?,
            at: get(row, "at")?,
            actor: get(row, "actor")?,
            on_behalf_of: get(row, "on_behalf_of")?,
            operation: get(row, "operation")?,
            party_id,
            number_digest: get(row, "number_digest")?,
            criteria: get(row, "criteria")?,
            reason: get(row, "reason")?,
            case_number: get(row, "case_number")?,
            trace_id: get(row, "trace_id")?,
            actor_names: Vec::new(),
            case_relation: get(row, "case_relation")?,
        },
        ending,
    })
}
