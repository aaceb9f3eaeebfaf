//! `partsregister backup` and `restore`: a whole copy of an SQLite database while the server runs, and the way back, on which
//! what was deleted since is deleted again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use super::furnish_anew;
use crate::actions::Error;
use crate::actions::deletion::Redone;
use crate::clock::SharedClock;
use crate::config::Config;
use crate::store::backup::{self, sqlite_path};
use crate::store::deletion_file;

/// What to do instead of [`backup()`] and [`restore`] on PostgreSQL.
const ON_POSTGRESQL: &str = "på PostgreSQL tages sikkerhedskopien med pg_dump eller løbende arkivering af WAL og lægges tilbage \
    med pg_restore; se driftsvejledningens afsnit om sikkerhedskopi (docs/operations.md)";

/// Where the copy of the log of deletions is: as configured, else beside an SQLite database.
pub fn deletion_file(config: &Config) -> Option<PathBuf> {
    let configured = &config.retention.deletion_file;
    if !configured.as_os_str().is_empty() {
        return Some(configured.clone());
    }
    sqlite_path(config.database.url.reveal()).map(|path| beside(&path, "-deletions"))
}

/// Writes a whole copy of the database to `target`, readable for its owner alone, and reads all of it once. The server may
/// write meanwhile. What the copy of the log of deletions says at that moment stands beside it, in `target` with `.deletions`.
/// Answers its size in bytes.
///
/// # Errors
/// A Danish message: on PostgreSQL, when `target` is there already, cannot be written, or is not whole.
pub async fn backup(config: &Config, target: &Path) -> anyhow::Result<u64> {
    let Some(source) = sqlite_path(config.database.url.reveal()) else { bail!(ON_POSTGRESQL) };
    ensure!(source.is_file(), "der er ingen database i {} (database.url)", source.display());
    let deletions = beside(target, ".deletions");
    ensure!(!deletions.try_exists()?, "{} findes i forvejen; der skrives ikke oven i den", deletions.display());
    // The name is ours from here on; an empty file is no backup.
    create(target)?;
    let partial = beside(target, ".partial");
    let copied = async {
        create(&partial)?;
        backup::copy(&source, &partial).await.context("databasen kan ikke kopieres")?;
        backup::check(&partial).await.context("kopien er ikke hel")?;
        let copy = File::open(&partial)?;
        copy.sync_all().context("kopien kan ikke skrives til disken")?;
        let bytes = copy.metadata()?.len();
        if let Some(content) = deletion_file(config).map(|path| deletion_file::read(&path)).transpose()?.flatten() {
            deletion_file::create(&deletions, &content.key, &content.deletions)
                .context("sletteloggen kan ikke skrives")?;
        }
        fs::rename(&partial, target)?;
        sync_folder(target)?;
        Ok::<u64, anyhow::Error>(bytes)
    };
    let copied = copied.await;
    if copied.is_err() {
        for left in [&partial, &deletions, &target.to_owned()] {
            let _ = fs::remove_file(left);
        }
    }
    copied
}

/// Puts a backup in the place of the database, brings its schema up to date, and deletes again what was deleted since: what the
/// copy of the log of deletions beside the database says, and what stands in `deletions`. Without `source` it does the last
/// alone, which is the way after `pg_restore`.
///
/// # Errors
/// A Danish message: on PostgreSQL with a `source`; when a server uses the database; when there is a database and `replace` was
/// not said; when the backup is not whole; when a log of deletions is another database's. Until the backup was found whole
/// nothing is changed.
pub async fn restore(
    config: &Config,
    clock: SharedClock,
    source: Option<&Path>,
    deletions: &[PathBuf],
    replace: bool,
) -> anyhow::Result<Redone> {
    let mut contents = Vec::new();
    for path in deletions {
        let content = deletion_file::read(path).with_context(|| format!("{} kan ikke læses", path.display()))?;
        contents.push(content.with_context(|| format!("{} er ikke en slettelog", path.display()))?);
    }
    let path = sqlite_path(config.database.url.reveal());
    // Nobody runs jobs on it until we are done.
    let _alone = match (&path, source) {
        (None, Some(_)) => bail!(ON_POSTGRESQL),
        (Some(path), _) => Some(be_alone(path).await?),
        (None, None) => None,
    };
    if let (Some(path), Some(source)) = (&path, source) {
        put_in_place(source, path, replace).await?;
    }
    let mut config = config.clone();
    config.database.migrate = true;
    let (actions, mut redone) = furnish_anew(&config, clock).await?;
    let done = async {
        for content in contents {
            let more = actions.redo_deletions(content).await?;
            redone.deletions += more.deletions;
            redone.registers += more.registers;
            redone.parties += more.parties;
        }
        actions.note_restore(redone).await
    };
    let done = done.await;
    actions.close().await;
    done.map_err(told)
        .context("det, der var slettet, kunne ikke slettes igen; start ikke serveren, før det er gjort")?;
    Ok(redone)
}

/// The lock that a server has which runs jobs on the database; nobody else has it open either.
async fn be_alone(path: &Path) -> anyhow::Result<File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let lock = beside(path, "-jobs");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&lock)?;
    let in_use = "en server bruger databasen; stop den først";
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(in_use),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    if path.is_file() && backup::check(path).await.is_ok() {
        ensure!(backup::is_free(path).await?, in_use);
    }
    Ok(file)
}

async fn put_in_place(source: &Path, path: &Path, replace: bool) -> anyhow::Result<()> {
    ensure!(source.is_file(), "der er ingen sikkerhedskopi i {}", source.display());
    ensure!(
        replace || !path.try_exists()?,
        "der er en database i {}; skal den erstattes, så gentag kommandoen med --replace",
        path.display()
    );
    let fresh = beside(path, ".restoring");
    let _ = fs::remove_file(&fresh);
    let copied = async {
        let mut to = create(&fresh)?;
        let mut from = File::open(source).with_context(|| format!("{} kan ikke læses", source.display()))?;
        std::io::copy(&mut from, &mut to).context("sikkerhedskopien kan ikke kopieres")?;
        to.sync_all()?;
        backup::check(&fresh).await.context("sikkerhedskopien er ikke hel, eller ikke fra dette program")
    };
    if let Err(error) = copied.await {
        let _ = fs::remove_file(&fresh);
        return Err(error);
    }
    // What belongs to the database that is replaced must not be read into the new one.
    for left in ["-wal", "-shm", "-journal"] {
        match fs::remove_file(beside(path, left)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    fs::rename(&fresh, path)?;
    sync_folder(path)
}

/// Creates a file that is not there yet, readable for its owner alone.
fn create(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} findes i forvejen; der skrives ikke oven i den", path.display())
        }
        opened => opened.with_context(|| format!("{} kan ikke skrives", path.display())),
    }
}

fn sync_folder(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// An error of the actions, for the command line.
pub(super) fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Conflict(detail) => anyhow::anyhow!(detail),
        Error::Internal(what) => anyhow::anyhow!("internal: {what}"),
        error => anyhow::anyhow!("{}", error.code()),
    }
}
