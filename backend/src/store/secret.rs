//! Secrets that the house makes for itself, the same for all servers on one database.

use super::sql::{self, get, values};
use super::{Database, Error};

/// The secret of this name; `fresh` becomes it when there is none yet. Of two servers that start at once, one's is kept.
///
/// # Errors
/// As every write.
pub async fn get_or_keep(database: &Database, name: &str, fresh: &str) -> Result<String, Error> {
    let write = database.begin().await?;
    let keep = "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    sql::execute(&write, keep, values![name, fresh]).await?;
    let row = sql::one(&write, "SELECT value FROM secret WHERE name = $1", values![name]).await?;
    let value = get(&row.ok_or_else(|| Error::Internal("a secret was not kept".to_owned()))?, "value")?;
    write.commit().await?;
    Ok(value)
}
