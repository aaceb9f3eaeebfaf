//! A database of one test's own, on either of the two.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::OnceLock;

use anyhow::Context;
use futures_util::FutureExt;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use tempfile::TempDir;
use test_servers::postgres::Cluster;
use uuid::Uuid;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The embedded one, in a file.
    Sqlite,
    /// A private cluster.
    Postgres,
}

/// A database that nobody else uses; removed by [`TestDatabase::remove`].
#[derive(Debug)]
pub enum TestDatabase {
    /// A file in a folder of its own.
    Sqlite {
        /// Removed when dropped.
        folder: TempDir,
    },
    /// One of the cluster's.
    Postgres {
        /// Its name there.
        name: String,
    },
}

/// The migrated database of the cluster, of which tests get copies: thirty milliseconds each.
const TEMPLATE: &str = "partsregister_template";

/// `cargo xtask test` starts one cluster for all test programs and says here where; without it each starts its own.
const CLUSTER: &str = "TEST_POSTGRES_URL";

/// Runs a test with an empty database of its own, and removes it whether the test passes or panics. Settings belong to
/// houses, and there is none here.
///
/// # Panics
/// When the test does, and when there is no database.
pub fn with_database(kind: Kind, settings: &str, test: impl AsyncFnOnce(&TestDatabase)) {
    assert!(settings.is_empty(), "settings without a house");
    runtime().block_on(async {
        let database = TestDatabase::empty(kind).await.unwrap_or_else(|error| panic!("no database: {error:?}"));
        let outcome = AssertUnwindSafe(test(&database)).catch_unwind().await;
        let removed = database.remove().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
        removed.unwrap_or_else(|error| panic!("the database stays: {error:?}"));
    });
}

/// What every test runs in: two threads, as a small server has.
///
/// # Panics
/// When the system gives no threads.
pub fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap_or_else(|error| panic!("no runtime: {error}"))
}

impl TestDatabase {
    /// An empty database, without a schema.
    pub async fn empty(kind: Kind) -> anyhow::Result<TestDatabase> {
        match kind {
            Kind::Sqlite => Ok(TestDatabase::Sqlite { folder: tempfile::tempdir()? }),
            Kind::Postgres => TestDatabase::of_template("template0").await,
        }
    }

    /// A database with today's schema and nothing in it. (On SQLite the house makes the schema itself, at its start.)
    pub async fn migrated(kind: Kind) -> anyhow::Result<TestDatabase> {
        match kind {
            Kind::Sqlite => TestDatabase::empty(kind).await,
            Kind::Postgres => {
                make_template().await.context("the template database")?;
                TestDatabase::of_template(TEMPLATE).await
            }
        }
    }

    async fn of_template(template: &str) -> anyhow::Result<TestDatabase> {
        let name = format!("test_{}", Uuid::new_v4().simple());
        execute_in_cluster(&format!("create database {name} template {template}")).await?;
        Ok(TestDatabase::Postgres { name })
    }

    /// The address, as `database.url` takes it.
    pub fn url(&self) -> anyhow::Result<String> {
        match self {
            TestDatabase::Sqlite { folder } => Ok(format!("sqlite://{}/partsregister.db", folder.path().display())),
            TestDatabase::Postgres { name } => cluster_url(name),
        }
    }

    /// A connection beside the house's own.
    pub async fn connect(&self) -> anyhow::Result<DatabaseConnection> {
        let url = self.url()?;
        Ok(Database::connect(if url.starts_with("sqlite:") { format!("{url}?mode=rwc") } else { url }).await?)
    }

    /// Removes it, with whoever is still connected.
    pub async fn remove(self) -> anyhow::Result<()> {
        match self {
            TestDatabase::Sqlite { folder } => Ok(folder.close()?),
            TestDatabase::Postgres { name } => execute_in_cluster(&format!("drop database {name} with (force)")).await,
        }
    }
}

/// Makes the template unless another test of the run has; tests in other processes wait.
async fn make_template() -> anyhow::Result<()> {
    static MADE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    let make = || async {
        let cluster = connect_to_cluster().await?;
        cluster.execute_unprepared("select pg_advisory_lock(20261123)").await?;
        let known = format!("select 1 from pg_database where datname = '{TEMPLATE}'");
        let known =
            cluster.query_one_raw(sea_orm::Statement::from_string(cluster.get_database_backend(), known)).await?;
        if known.is_none() {
            // Under another name until it is complete.
            cluster.execute_unprepared("drop database if exists partsregister_unfinished").await?;
            cluster.execute_unprepared("create database partsregister_unfinished template template0").await?;
            let template = Database::connect(cluster_url("partsregister_unfinished")?).await?;
            Migrator::up(&template, None).await?;
            template.close().await?;
            let rename = format!("alter database partsregister_unfinished rename to {TEMPLATE}");
            cluster.execute_unprepared(&rename).await?;
        }
        // Closing the connection gives the lock back.
        cluster.close().await?;
        anyhow::Ok(())
    };
    MADE.get_or_try_init(make).await.copied()
}

async fn execute_in_cluster(statement: &str) -> anyhow::Result<()> {
    let cluster = connect_to_cluster().await?;
    cluster.execute_unprepared(statement).await?;
    Ok(cluster.close().await?)
}

/// One connection, because an advisory lock belongs to the connection that took it.
async fn connect_to_cluster() -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(cluster_url("postgres")?);
    options.max_connections(1).sqlx_logging(false);
    Ok(Database::connect(options).await?)
}

/// The address of a database of the run's cluster.
fn cluster_url(database: &str) -> anyhow::Result<String> {
    static OWN: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match std::env::var(CLUSTER) {
        Ok(url) => Ok(url.replacen("/postgres?", &format!("/{database}?"), 1)),
        Err(_) => match OWN.get_or_init(|| Cluster::start().map_err(|error| format!("{error:#}"))) {
            Ok(cluster) => Ok(cluster.url(database)),
            Err(error) => anyhow::bail!("PostgreSQL: {error}"),
        },
    }
}
