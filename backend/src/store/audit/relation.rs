//! Whether the party of a row stands on a case of the actor's: found by us, not told by the caller.

use sea_orm::Value;
use serde_json::json;

use super::Row;
use crate::store::sql::{self, get};
use crate::store::{Error, Write};

/// For each row whether its party is on a case that the actor is responsible for; `None` where nobody's case is asked for, or
/// no party is known yet.
///
/// A case is the actor's when its *responsible* is what the actor's token says of who it is, upper and lower case apart.
pub async fn of(write: &Write, rows: &[Row]) -> Result<Vec<Option<bool>>, Error> {
    let mut relations = Vec::with_capacity(rows.len());
    let mut asked = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let names = row.actor_names();
        let party_id = row.party_id().filter(|_| !names.is_empty());
        relations.push(party_id.map(|_| false));
        if let Some(party_id) = party_id {
            let party = party_id.simple().to_string();
            asked.extend(names.iter().map(|name| json!({ "place": place, "party": party, "name": name })));
        }
    }
    if asked.is_empty() {
        return Ok(relations);
    }
    let asked_for = if sql::is_sqlite(write) {
        "(SELECT value ->> 'place' AS place, unhex(value ->> 'party') AS party, value ->> 'name' AS name \
        FROM json_each($1)) AS w"
    } else {
        "json_to_recordset(CAST($1 AS json)) AS w (place bigint, party uuid, name text)"
    };
    let statement = format!(
        "SELECT w.place FROM {asked_for} WHERE EXISTS (SELECT 1 FROM case_party r \
        JOIN authority_case c ON c.case_number = r.case_number \
        WHERE r.party_id = w.party AND c.responsible IS NOT NULL AND lower(c.responsible) = lower(w.name))"
    );
    for row in sql::all(write, &statement, vec![Value::from(sql::json(&asked)?)]).await? {
        let place = usize::try_from(get::<i64>(&row, "place")?).unwrap_or(usize::MAX);
        if let Some(relation) = relations.get_mut(place) {
            *relation = Some(true);
        }
    }
    Ok(relations)
}
