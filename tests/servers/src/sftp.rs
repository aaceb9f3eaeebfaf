//! An SFTP server as CPR's is: OpenSSH's, with a host key and one user who signs in by key, and may read only.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, bail, ensure};

use crate::leash::{self, Leash};

/// Debian's place for it; it starts itself anew for each connection and must know where it is.
const SERVER: &str = "/usr/sbin/sshd";

/// The time that a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; stopped and removed when dropped.
#[derive(Debug)]
pub struct SftpServer {
    folder: PathBuf,
    port: u16,
    user: String,
    _leash: Leash,
}

impl SftpServer {
    /// Starts a server on a free port of loopback, with keys of its own.
    ///
    /// # Errors
    /// When OpenSSH's server is not installed.
    pub fn start() -> anyhow::Result<SftpServer> {
        ensure!(is_installed(), "OpenSSH's server is missing: install Debian's package `openssh-server`");
        let folder = tempfile::Builder::new().prefix("partsregister-sftp-").tempdir_in("/tmp")?;
        for key in ["host_key", "user_key", "other_key"] {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]).current_dir(folder.path());
            ensure!(make.status().context("cannot start ssh-keygen")?.success(), "ssh-keygen failed");
        }
        fs::copy(folder.path().join("user_key.pub"), folder.path().join("authorized_keys"))?;
        fs::create_dir_all(folder.path().join("files/ud"))?;
        if fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0) {
            // What Debian's service makes before it starts.
            fs::create_dir_all("/run/sshd")?;
            fs::set_permissions("/run/sshd", fs::Permissions::from_mode(0o755))?;
        }
        let user = String::from_utf8(Command::new("id").arg("-un").output()?.stdout)?.trim().to_owned();
        let port = free_port()?;
        let at = folder.path().display();
        fs::write(
            folder.path().join("config"),
            format!(
                "ListenAddress 127.0.0.1\nPort {port}\nHostKey {at}/host_key\nPidFile none\n\
                 AuthorizedKeysFile {at}/authorized_keys\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n\
                 PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 Subsystem sftp internal-sftp -R -d {at}/files\n"
            ),
        )?;
        let mut server = Command::new(SERVER);
        server.args(["-D", "-e", "-f"]).arg(folder.path().join("config"));
        let leash = Leash::start(&server, "TERM", folder.path(), None).context("cannot start sshd")?;
        // From here on the leash removes the folder.
        let folder = folder.keep();
        let start = Instant::now();
        while !leash::output(&folder).contains("Server listening") {
            if start.elapsed() > PATIENCE {
                bail!("sshd does not start:\n{}", leash::output(&folder));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(SftpServer { folder, port, user, _leash: leash })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The user who may sign in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The file with the user's private key.
    pub fn user_key(&self) -> PathBuf {
        self.folder.join("user_key")
    }

    /// The file with a private key that nobody knows.
    pub fn other_key(&self) -> PathBuf {
        self.folder.join("other_key")
    }

    /// The server's public key, as `known_hosts` has it.
    pub fn host_key(&self) -> anyhow::Result<String> {
        public_key(&self.folder.join("host_key.pub"))
    }

    /// Another public key.
    pub fn other_host_key(&self) -> anyhow::Result<String> {
        public_key(&self.folder.join("other_key.pub"))
    }

    /// The folder that its users begin in.
    pub fn files(&self) -> PathBuf {
        self.folder.join("files")
    }
}

/// Whether the server is on this machine.
pub fn is_installed() -> bool {
    Path::new(SERVER).exists()
}

fn public_key(file: &Path) -> anyhow::Result<String> {
    Ok(fs::read_to_string(file)?.trim().to_owned())
}

/// sshd takes no port 0: a port that was free a moment ago.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
