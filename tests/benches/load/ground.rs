//! The databases that are measured on, each with the crowd in it.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use backend::store::Database;
use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use tempfile::TempDir;
use test_servers::postgres::Cluster;

use crate::crowd;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        }
    }
}

/// A database with a crowd, and a folder for the servers' files; removed when dropped.
pub struct Ground {
    pub kind: Kind,
    pub url: String,
    pub folder: TempDir,
    _cluster: Option<Cluster>,
}

impl Ground {
    /// A database of this kind with so many parties. `kept` is where the filled SQLite file stays for the next time.
    pub async fn prepare(kind: Kind, crowd: u64, kept: &Path) -> anyhow::Result<Ground> {
        let folder = tempfile::tempdir_in(kept)?;
        let begun = Instant::now();
        let (url, cluster) = match kind {
            Kind::Sqlite => {
                let filled = kept.join(format!("crowd-{crowd}-{:016x}.db", recipe(folder.path()).await?));
                if !filled.exists() {
                    let filling = filled.with_extension("filling");
                    remove(&filling)?;
                    crowd::fill(&url_of(&filling), crowd).await?;
                    fs::rename(&filling, &filled)?;
                }
                let copy = folder.path().join("partsregister.db");
                fs::copy(&filled, &copy)?;
                (url_of(&copy), None)
            }
            Kind::Postgres => {
                let cluster = Cluster::start()?;
                execute(&cluster.url("postgres"), "CREATE DATABASE bench").await?;
                let url = cluster.url("bench");
                crowd::fill(&url, crowd).await?;
                // What autovacuum does by itself after a while.
                execute(&url, "VACUUM ANALYZE").await?;
                (url, Some(cluster))
            }
        };
        println!("{}: {crowd} parties are there ({:.0?})", kind.name(), begun.elapsed());
        Ok(Ground { kind, url, folder, _cluster: cluster })
    }
}

/// What a filled database depends on: the schema and the crowd's own source.
async fn recipe(folder: &Path) -> anyhow::Result<u64> {
    let file = folder.join("empty.db");
    let database = Database::connect(&url_of(&file), 1).await?;
    database.migrate().await?;
    database.close().await?;
    let pool = sqlx::SqlitePool::connect(&url_of(&file)).await?;
    let rows =
        sqlx::query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetch_all(&pool).await?;
    pool.close().await;
    let mut recipe = DefaultHasher::new();
    include_str!("crowd.rs").hash(&mut recipe);
    for row in rows {
        row.try_get::<String, _>("sql")?.hash(&mut recipe);
    }
    Ok(recipe.finish())
}

fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// Half a database of a run that was cut off.
fn remove(file: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", file.display()));
        if file.exists() {
            fs::remove_file(&file).with_context(|| file.display().to_string())?;
        }
    }
    Ok(())
}

async fn execute(url: &str, statement: &str) -> anyhow::Result<()> {
    let pool = sqlx::PgPool::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&pool).await?;
    pool.close().await;
    Ok(())
}
