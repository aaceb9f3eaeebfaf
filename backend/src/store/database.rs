//! The database's door: connections, transactions, the schema.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use migrations::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::Mutex;

use super::Error;
use super::audit::{Chain, Row};

/// How long a caller waits for a connection before the database counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(5);

/// PostgreSQL's limits, unless the database's address sets `options` itself: for a statement, for the wait for a row that
/// somebody else has locked, and for a transaction of ours that does nothing while others wait for its locks. Steps of the
/// schema take as long as they take. No plan is compiled to machine code: that takes 35 ms, longer than any of our statements.
const TIME_LIMITS: [(&str, &str); 4] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("jit", "off"),
];

/// So long a database that was written counts as one that can be.
const BEAT_LASTS: Duration = Duration::from_secs(1);

/// The WAL is cut back to this size when it has been larger.
const WAL_LIMIT: u64 = 16 << 20;

/// After so many pages of 4 KiB the WAL is moved into the database file. A batch of a change file writes half of SQLite's
/// own limit, so that every second one would wait for the disk, and write anew the pages that all batches share.
const WAL_PAGES: u64 = 4000;

/// So much of the database the connection that writes remembers, KiB: more than a batch of a change file touches, so that
/// nothing is written before the commit.
const WRITER_CACHE: i64 = 32 << 10;

/// "partsreg", so that two servers that start at once run the steps one after the other.
const MIGRATION_LOCK: i64 = 0x7061_7274_7372_6567;

/// The register's database: one SQLite file or one PostgreSQL database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Database {
    writing: DatabaseConnection,
    reading: DatabaseConnection,
    last_beat: Arc<Mutex<Option<Instant>>>,
    /// This process's chain of the log, once it is begun.
    chain: Arc<OnceLock<Chain>>,
    /// SQLite: the file whose lock is the right to run jobs.
    job_lock: Option<Arc<Path>>,
}

/// The right of a process to run jobs, until it is dropped.
#[derive(Debug)]
pub enum JobRight {
    /// PostgreSQL: servers share the jobs.
    Shared,
    /// SQLite: one process runs all of them. The system takes the lock back when the process dies, so whoever has it knows that
    /// every earlier holder of a job is dead.
    Alone(File),
}

impl Database {
    /// Opens `sqlite://path` or `postgres://…`.
    ///
    /// SQLite: the file and its folder are made when missing, readable for their owner alone; one connection writes and
    /// `max_connections` read. PostgreSQL: one pool of `max_connections`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached or opened, [`Error::Internal`] when the address is not understood.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Database, Error> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Database::open_file(url, max_connections).await,
            Some(("postgres" | "postgresql", _)) => Database::join_server(url, max_connections).await,
            _ => Err(Error::Internal("a database address begins with sqlite:// or postgres://".to_owned())),
        }
    }

    async fn open_file(url: &str, max_connections: u32) -> Result<Database, Error> {
        let path = sqlite_path(url)
            .ok_or_else(|| Error::Internal("a database address of SQLite names a file: sqlite://path".to_owned()))?;
        make_file(&path).map_err(|error| Error::Unavailable(format!("input/output: {}", error.kind())))?;
        let mut options = options(url);
        options.test_before_acquire(false).max_lifetime(None::<Duration>).idle_timeout(None::<Duration>);
        let mut writer = options.clone();
        writer.max_connections(1).map_sqlx_sqlite_opts(|options| {
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(PATIENCE)
                .foreign_keys(true)
                // What is deleted is overwritten in the file, not only given free.
                .pragma("secure_delete", "ON")
                .pragma("journal_size_limit", WAL_LIMIT.to_string())
                .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
                .pragma("cache_size", (-WRITER_CACHE).to_string())
        });
        let writing = sea_orm::Database::connect(writer).await?;
        options
            .max_connections(max_connections.max(1))
            .map_sqlx_sqlite_opts(|options| options.read_only(true).busy_timeout(PATIENCE));
        let reading = sea_orm::Database::connect(options).await?;
        let mut lock = path.into_os_string();
        lock.push("-jobs");
        Ok(Database { job_lock: Some(Path::new(&lock).into()), ..Database::of(writing, reading) })
    }

    async fn join_server(url: &str, max_connections: u32) -> Result<Database, Error> {
        let mut options = options(url);
        // A connection that lay idle may have been cut: it is tried before it is handed out.
        options.max_connections(max_connections.max(1)).test_before_acquire_if_idle_for(Duration::from_secs(5));
        options.map_sqlx_postgres_opts(|options| match options.get_options() {
            None => options.options(TIME_LIMITS),
            Some(_) => options,
        });
        let pool = sea_orm::Database::connect(options).await?;
        Ok(Database::of(pool.clone(), pool))
    }

    fn of(writing: DatabaseConnection, reading: DatabaseConnection) -> Database {
        Database { writing, reading, last_beat: Arc::default(), chain: Arc::default(), job_lock: None }
    }

    /// Brings the schema up to date: all missing steps in one transaction, one server at a time.
    ///
    /// # Errors
    /// [`Error::Internal`] when the schema has steps that this version does not know.
    pub async fn migrate(&self) -> Result<(), Error> {
        let write = self.begin().await?;
        if self.writing.get_database_backend() == DbBackend::Postgres {
            let wait = format!(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
            );
            write.transaction.execute_unprepared(&wait).await?;
        }
        Migrator::up(&write.transaction, None).await?;
        write.commit().await
    }

    /// Whether the database can be written: nothing can be done without a row in the log. Only what was really committed
    /// tells that the disk is not full. Asked often, it still writes once in a second.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it is away, full or read-only.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut last_beat = self.last_beat.lock().await;
        if last_beat.is_some_and(|beat| beat.elapsed() < BEAT_LASTS) {
            return Ok(());
        }
        let write = self.begin().await?;
        let beat = "INSERT INTO heartbeat (id, beats) VALUES (1, 1) \
            ON CONFLICT (id) DO UPDATE SET beats = heartbeat.beats + 1";
        super::sql::execute(&write, beat, Vec::new()).await?;
        write.commit().await?;
        *last_beat = Some(Instant::now());
        Ok(())
    }

    /// Reads outside any transaction: every statement sees what was committed before it.
    pub fn read(&self) -> Read<'_> {
        Read(&self.reading)
    }

    /// Begins a transaction that may write. On SQLite there is one at a time, and a task that holds one must not ask for
    /// another. Dropped without [`Write::commit`], it leaves nothing behind.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when its turn does not come in time.
    pub async fn begin(&self) -> Result<Write, Error> {
        // A deferred transaction that reads before it writes fails when somebody else wrote in between, however long the
        // time limit.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writing.begin_with_options(options).await?;
        Ok(Write { transaction, chain: Arc::clone(&self.chain), log: std::sync::Mutex::default() })
    }

    /// This process's chain of the log.
    pub(super) fn chain(&self) -> &OnceLock<Chain> {
        &self.chain
    }

    /// Moves SQLite's write-ahead log into the database file and empties it; to be called at an interval. Nothing on
    /// PostgreSQL.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away or full.
    pub async fn checkpoint(&self) -> Result<(), Error> {
        if self.writing.get_database_backend() == DbBackend::Sqlite {
            self.writing.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// The right to run jobs; `None` while another process on this SQLite file has it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the file beside the database cannot be made or locked.
    pub fn job_right(&self) -> Result<Option<JobRight>, Error> {
        let Some(path) = &self.job_lock else { return Ok(Some(JobRight::Shared)) };
        let fault = |error: io::Error| Error::Unavailable(format!("input/output: {}", error.kind()));
        make_file(path).map_err(fault)?;
        // Not the database's own file: closing it would take SQLite's locks along.
        let file = OpenOptions::new().write(true).open(path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(JobRight::Alone(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(fault(error)),
        }
    }

    /// Closes every connection; on SQLite the write-ahead log is emptied into the file.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is already away.
    pub async fn close(&self) -> Result<(), Error> {
        self.reading.close_by_ref().await?;
        Ok(self.writing.close_by_ref().await?)
    }
}

/// Reads outside any transaction.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a>(&'a DatabaseConnection);

/// A transaction.
#[derive(Debug)]
pub struct Write {
    transaction: DatabaseTransaction,
    chain: Arc<OnceLock<Chain>>,
    /// The rows of the log that belong to it.
    log: std::sync::Mutex<Vec<Row>>,
}

impl Write {
    /// Makes everything that was written last, all or nothing. The rows of the log are written here, so that their chain's
    /// head is locked after everything else and for no longer than the commit takes.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; whether it was kept is then unknown when the connection broke. What appending to the log can
    /// find.
    pub async fn commit(self) -> Result<(), Error> {
        let rows = std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(chain) = self.chain.get().filter(|_| !rows.is_empty()) else {
            return Ok(self.transaction.commit().await?);
        };
        let place = chain.follow(&self, &rows).await?;
        self.transaction.commit().await?;
        chain.stands_at(place);
        Ok(())
    }

    /// Keeps rows of the log for the commit.
    pub(super) fn append(&self, rows: &[Row]) -> Result<(), Error> {
        if self.chain.get().is_none() {
            return Err(Error::Internal("the log has no chain yet".to_owned()));
        }
        self.log.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(rows);
        Ok(())
    }
}

/// Lets one transaction at a time go on that is about to create the same thing; `what` names it, and nothing needs to be
/// there yet. The others wait until this one has ended, and then see what it created.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn lock(write: &Write, what: &str) -> Result<(), Error> {
    if write.locks() {
        super::sql::execute(write, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", vec![what.into()]).await?;
    }
    Ok(())
}

/// Where a statement can go: [`Read`] or [`Write`].
#[expect(private_bounds, reason = "sealed: nobody else implements it, and only the store sees what is behind it")]
pub trait Connection: Raw {}

impl Connection for Read<'_> {}
impl Connection for Write {}

pub(super) trait Raw: Sync {
    type Raw: ConnectionTrait + Sync;

    fn raw(&self) -> &Self::Raw;

    /// Whether what is read must be locked, because it is read to decide what to write.
    fn locks(&self) -> bool;
}

impl Raw for Read<'_> {
    type Raw = DatabaseConnection;

    fn raw(&self) -> &DatabaseConnection {
        self.0
    }

    fn locks(&self) -> bool {
        false
    }
}

impl Raw for Write {
    type Raw = DatabaseTransaction;

    fn raw(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    fn locks(&self) -> bool {
        // SQLite has one writing transaction at a time.
        self.transaction.get_database_backend() == DbBackend::Postgres
    }
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.connect_timeout(PATIENCE).acquire_timeout(PATIENCE).min_connections(0).sqlx_logging(false);
    options
}

/// The file that an address of SQLite names; `None`: it is no address of SQLite, or names no file.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    let path = path.split('?').next()?;
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

/// SQLite gives the files beside the database (`-wal`, `-shm`) the permissions of the database itself.
pub(super) fn make_file(path: &Path) -> io::Result<()> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.create(parent)?;
    }
    match file.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        opened => opened.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_that_cannot_be_written_does_not_answer_a_ping() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("partsregister.db").display());
        let database = Database::connect(&url, 2).await.unwrap();
        database.migrate().await.unwrap();
        database.writing.execute_unprepared("PRAGMA query_only = true").await.unwrap();
        assert!(matches!(database.ping().await, Err(Error::Unavailable(_))));
        database.writing.execute_unprepared("PRAGMA query_only = false").await.unwrap();
        assert_eq!(database.ping().await, Ok(()));
    }
}
