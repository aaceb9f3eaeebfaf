//! A private PostgreSQL cluster: half a second to start, reached by a socket in its own folder, gone with us.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, bail, ensure};

use crate::leash::{self, Leash, User};

/// A running cluster with superuser `postgres`; stops and is removed when dropped.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    _leash: Leash,
}

/// The time that a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Cluster {
    /// Starts a cluster that loses its data when the machine fails, which tests do not mind.
    ///
    /// PostgreSQL refuses to run as root, so for root it runs as the user `postgres` of Debian's package.
    pub fn start() -> anyhow::Result<Cluster> {
        let programs = programs()?;
        let user = if is_root()? { Some(postgres_user()?) } else { None };
        // Directly below /tmp, because the path of a socket is limited to 107 bytes.
        let folder = tempfile::Builder::new().prefix("partsregister-pg-").tempdir_in("/tmp")?;
        if let Some(user) = user {
            chown(folder.path(), Some(user.id), Some(user.group))?;
        }
        let data = folder.path().join("data");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "--username=postgres", "--pgdata"]);
        initdb.arg(&data).current_dir(folder.path());
        if let Some(user) = user {
            use std::os::unix::process::CommandExt;
            initdb.uid(user.id).gid(user.group);
        }
        let made = initdb.output().context("cannot start initdb")?;
        ensure!(made.status.success(), "initdb failed:\n{}", String::from_utf8_lossy(&made.stderr));

        let mut server = Command::new(programs.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        for setting in
            ["listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"]
        {
            server.args(["-c", setting]);
        }
        // SIGQUIT is PostgreSQL's immediate shutdown.
        let leash = Leash::start(&server, "QUIT", folder.path(), user).context("cannot start postgres")?;
        // From here on the leash removes the folder.
        let cluster = Cluster { folder: folder.keep(), _leash: leash };
        cluster.wait_until_ready(&programs)?;
        Ok(cluster)
    }

    /// The address of one of its databases; `postgres` is always there.
    pub fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=postgres", self.folder.display())
    }

    fn wait_until_ready(&self, programs: &Path) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.arg("--quiet").arg("--host").arg(&self.folder);
            if ready.status().context("cannot start pg_isready")?.success() {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                bail!("PostgreSQL does not answer:\n{}", leash::output(&self.folder));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The folder of PostgreSQL's server programs: Debian's newest, else where `postgres` on the `PATH` is.
///
/// # Errors
/// When there is none; the message says what to install.
pub fn programs() -> anyhow::Result<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("postgres").exists())
        .max();
    if let Some((_, programs)) = newest {
        return Ok(programs);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|folder| folder.join("postgres").exists());
    found.context("PostgreSQL's server is missing: install Debian's package `postgresql`")
}

fn is_root() -> anyhow::Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

fn postgres_user() -> anyhow::Result<User> {
    let users = fs::read_to_string("/etc/passwd")?;
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let ids = fields.into_iter().find(|fields| fields.first() == Some(&"postgres") && fields.len() > 3);
    let ids = ids.context("PostgreSQL does not run as root, and this machine has no user `postgres`")?;
    Ok(User { id: ids[2].parse()?, group: ids[3].parse()? })
}
