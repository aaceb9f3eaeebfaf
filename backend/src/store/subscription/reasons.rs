//! The record of reasons: since when and until when a case was a reason to follow a party.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{QueryResult, Value};
use serde_json::json;
use uuid::Uuid;

use super::wanted::{HAS_NUMBER, IS_REASON};
use crate::domain::case::CaseStatus;
use crate::domain::subscription::{FollowPolicy, PastReason, danish_date, follow};
use crate::store::database::Raw;
use crate::store::sql::{self, get, get_name, values};
use crate::store::{Connection, Database, Error, Write, remembered};

/// Whose reasons may have changed.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Those of everybody who is or was on these cases.
    Cases(&'a [&'a str]),
    /// Those of this party.
    Party(Uuid),
    /// Those of this party because of this case.
    Relation(&'a str, Uuid),
}

/// Brings the record to what holds now: what no longer holds ended now, what holds since now began now. To be called in the
/// transaction of every change of a case, of who is on it, and of whether a party has a number that CPR can know, after the
/// change. What a calendar day ends needs no call: the record knows the day from the beginning.
///
/// # Errors
/// As every write.
pub async fn note_reasons(write: &Write, whose: Whose<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    let scope = Scope::of(write, whose)?;
    scope.lock(write).await?;
    let values = |values: Vec<Value>| values.into_iter().chain(scope.values.clone()).collect::<Vec<_>>();
    let (today, at) = (danish_date(now), sql::micros(now));
    let (of_reason, of_relation) = (scope.on("w"), scope.on("cp"));
    let holds = "w.ended_at IS NULL AND w.until >= $1";

    let ended = format!(
        "UPDATE subscription_reason AS w SET ended_at = $2 WHERE {holds} AND {of_reason} AND NOT EXISTS (\
            SELECT 1 FROM case_party cp JOIN authority_case c ON c.case_number = cp.case_number \
            JOIN party p ON p.id = cp.party_id WHERE cp.case_number = w.case_number AND cp.party_id = w.party_id \
            AND c.follow_kind = w.kind AND {IS_REASON} AND {HAS_NUMBER})"
    );
    sql::execute(write, &ended, values(values![today, at])).await?;
    // What began and ended in the same moment never was.
    let empty =
        format!("DELETE FROM subscription_reason AS w WHERE w.ended_at = $2 AND w.from_at = $2 AND {of_reason}");
    sql::execute(write, &empty, values(values![today, at])).await?;
    let last_day = "(SELECT c.follow_until FROM authority_case c WHERE c.case_number = w.case_number)";
    let moved = format!(
        "UPDATE subscription_reason AS w SET until = {last_day} WHERE {holds} AND {of_reason} AND w.until <> {last_day}"
    );
    sql::execute(write, &moved, values(values![today, at])).await?;
    let begun = format!(
        "INSERT INTO subscription_reason (party_id, case_number, kind, from_at, until) \
        SELECT cp.party_id, cp.case_number, c.follow_kind, $2, c.follow_until FROM case_party cp \
        JOIN authority_case c ON c.case_number = cp.case_number JOIN party p ON p.id = cp.party_id \
        WHERE {IS_REASON} AND {HAS_NUMBER} AND {of_relation} AND NOT EXISTS (SELECT 1 FROM subscription_reason w \
            WHERE w.case_number = cp.case_number AND w.party_id = cp.party_id AND {holds})"
    );
    sql::execute(write, &begun, values(values![today, at])).await?;
    Ok(())
}

/// All reasons of a party end now: another person has its number from here on, and begins anew.
///
/// # Errors
/// As every write.
pub async fn end_reasons(write: &Write, party_id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let statement = "UPDATE subscription_reason SET ended_at = $3 \
        WHERE ended_at IS NULL AND until >= $1 AND party_id = $2 AND from_at < $3";
    sql::execute(write, statement, values![danish_date(now), party_id, sql::micros(now)]).await?;
    Ok(())
}

/// The reasons that hold or held for these parties, the latest first.
///
/// # Errors
/// As every read.
pub async fn history(on: &impl Connection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<PastReason>>, Error> {
    let statement = format!(
        "SELECT * FROM subscription_reason WHERE {} ORDER BY from_at DESC, seq DESC",
        sql::id_in(on, "party_id", 1)
    );
    let mut found: BTreeMap<Uuid, Vec<PastReason>> = BTreeMap::new();
    for row in &sql::all(on, &statement, values![sql::id_list(on, ids)]).await? {
        found.entry(get(row, "party_id")?).or_default().push(past_reason(row)?);
    }
    Ok(found)
}

fn past_reason(row: &QueryResult) -> Result<PastReason, Error> {
    Ok(PastReason {
        kind: get_name(row, "kind")?,
        case_number: get(row, "case_number")?,
        from: get(row, "from_at")?,
        until: get(row, "until")?,
        ended_at: get(row, "ended_at")?,
    })
}

/// How many cases are computed anew in one transaction.
const BATCH: usize = 1_000;

/// The name under which the rule is remembered by which all cases were computed.
const RULE: &str = "follow-policy";

/// Computes anew what every case is to the following of its parties, unless it was computed by this very decision; how many
/// cases there were.
///
/// # Errors
/// As every write. What was done until then stays; the next call begins anew.
pub async fn recompute(database: &Database, policy: &FollowPolicy, now: DateTime<Utc>) -> Result<u64, Error> {
    if remembered::get(&database.read(), RULE).await?.as_ref() == Some(&policy.fingerprint()) {
        return Ok(0);
    }
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let write = database.begin().await?;
        let lock = if write.locks() { " FOR UPDATE" } else { "" };
        let statement = format!(
            "SELECT case_number, closed_at FROM authority_case WHERE case_number > $1 ORDER BY case_number LIMIT $2{lock}"
        );
        let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let rows = sql::all(&write, &statement, values![after.as_str(), batch]).await?;
        let mut numbers: Vec<String> = Vec::with_capacity(rows.len());
        let mut computed = Vec::with_capacity(rows.len());
        for row in &rows {
            let status = get::<Option<_>>(row, "closed_at")?.map_or(CaseStatus::Open, CaseStatus::Closed);
            let follow = follow(status, policy);
            let number: String = get(row, "case_number")?;
            computed.push(json!({ "n": number, "k": sql::name(&follow.kind)?, "u": follow.until.to_string() }));
            numbers.push(number);
        }
        let Some(last) = numbers.last() else { break };
        let list = if sql::is_sqlite(&write) {
            "(SELECT value ->> 'n' AS n, value ->> 'k' AS k, value ->> 'u' AS u FROM json_each($1)) AS l"
        } else {
            "json_to_recordset(CAST($1 AS json)) AS l (n text, k text, u date)"
        };
        let update = format!(
            "UPDATE authority_case SET follow_kind = l.k, follow_until = l.u FROM {list} WHERE authority_case.case_number = l.n"
        );
        sql::execute(&write, &update, values![sql::json(&computed)?]).await?;
        let of: Vec<&str> = numbers.iter().map(String::as_str).collect();
        note_reasons(&write, Whose::Cases(&of), now).await?;
        write.commit().await?;
        count += rows.len() as u64;
        after.clone_from(last);
    }
    let write = database.begin().await?;
    remembered::put(&write, RULE, &policy.fingerprint()).await?;
    write.commit().await?;
    Ok(count)
}

/// The rows that a call is about: a condition on `case_number` and `party_id` whose values begin at `$3`.
struct Scope {
    cases: Option<String>,
    party: Option<String>,
    values: Vec<Value>,
}

impl Scope {
    fn of(write: &Write, whose: Whose<'_>) -> Result<Scope, Error> {
        Ok(match whose {
            Whose::Cases(numbers) => Scope {
                cases: Some(sql::text_in(write, "{}.case_number", 3)),
                party: None,
                values: values![sql::json(&numbers)?],
            },
            Whose::Party(id) => Scope { cases: None, party: Some("{}.party_id = $3".to_owned()), values: values![id] },
            Whose::Relation(number, id) => Scope {
                cases: Some("{}.case_number = $3".to_owned()),
                party: Some("{}.party_id = $4".to_owned()),
                values: values![number, id],
            },
        })
    }

    /// The condition on the rows of this alias.
    fn on(&self, alias: &str) -> String {
        let conditions: Vec<&str> = self.cases.iter().chain(&self.party).map(String::as_str).collect();
        conditions.join(" AND ").replace("{}", alias)
    }

    /// Locks everybody concerned until the transaction ends. Of two transactions that change a case and a party on it, the
    /// one that comes second to the party sees what the first has done, so no reason is left behind that nobody computed
    /// from both. Everybody locks in the same order, cases before parties.
    async fn lock(&self, write: &Write) -> Result<(), Error> {
        if !write.locks() {
            return Ok(());
        }
        let statement = format!(
            "SELECT p.id FROM party p WHERE p.id IN (SELECT cp.party_id FROM case_party cp WHERE {} \
            UNION SELECT w.party_id FROM subscription_reason w WHERE {}) ORDER BY p.seq FOR UPDATE",
            self.on("cp"),
            self.on("w")
        );
        let values = values![None::<String>, None::<String>].into_iter().chain(self.values.clone()).collect();
        sql::all(write, &statement, values).await?;
        Ok(())
    }
}
