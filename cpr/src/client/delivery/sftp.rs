//! An SFTP server (SSH file transfer protocol, version 3). CPR's is reached by user and key; how its host is known must be
//! configured, and is never learnt from the first connection.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate, load_secret_key};
use russh_sftp::client::SftpSession;
use russh_sftp::client::error::Error as SftpError;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use super::{RemoteFile, SourceError, on_disk};

/// Pieces in which a file is copied.
const PIECE: usize = 1 << 18;

/// How an SFTP server is reached.
#[derive(Debug, Clone)]
pub struct SftpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port, 22 as a rule.
    pub port: u16,
    /// Our user there.
    pub user: String,
    /// The file with our private key: OpenSSH or PEM, without passphrase.
    pub key_file: PathBuf,
    /// How the host is known.
    pub host_key: HostKey,
    /// The folder with CPR's files, from where the sign-in leads to; empty: that place itself.
    pub folder: String,
    /// For signing in, and for each answer.
    pub timeout: Duration,
}

/// How a host is known: its public key, or the fingerprint of it.
#[derive(Clone, PartialEq, Eq)]
pub struct HostKey(Known);

#[derive(Clone, PartialEq, Eq)]
enum Known {
    Key(Box<PublicKey>),
    Fingerprint(String),
}

/// A connection that has signed in.
pub struct Connection {
    /// Ends the connection when it is dropped.
    _session: Handle<Host>,
    sftp: SftpSession,
    folder: String,
    timeout: Duration,
}

impl HostKey {
    /// Reads `ssh-ed25519 AAAA…` (a line of `known_hosts` too, whose names are not looked at) or `SHA256:…`. `None`: it is
    /// neither.
    pub fn parse(text: &str) -> Option<HostKey> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if let [fingerprint] = words.as_slice() {
            let digest = fingerprint.strip_prefix("SHA256:")?.trim_end_matches('=');
            let fits =
                digest.len() == 43 && digest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
            return fits.then(|| HostKey(Known::Fingerprint(format!("SHA256:{digest}"))));
        }
        // The type and the key are the first two words, or follow the names of the host.
        let key = words.windows(2).take(2).find_map(|pair| PublicKey::from_openssh(&pair.join(" ")).ok())?;
        Some(HostKey(Known::Key(Box::new(PublicKey::new(key.key_data().clone(), "")))))
    }

    fn is(&self, offered: &PublicKey) -> bool {
        match &self.0 {
            Known::Key(key) => key.key_data() == offered.key_data(),
            Known::Fingerprint(fingerprint) => *fingerprint == offered.fingerprint(HashAlg::Sha256).to_string(),
        }
    }

    /// The algorithms to ask for: a server with several keys shows the one that we know.
    fn preferred(&self) -> russh::Preferred {
        let mut preferred = russh::Preferred::default();
        if let Known::Key(key) = &self.0 {
            let (known, knows_rsa) = (key.algorithm(), key.algorithm().is_rsa());
            let of_this_kind =
                |algorithm: &&Algorithm| **algorithm == known || (knows_rsa && (*algorithm).clone().is_rsa());
            preferred.key = Cow::Owned(preferred.key.iter().filter(of_this_kind).cloned().collect());
        }
        preferred
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Known::Key(key) => write!(formatter, "HostKey({})", key.fingerprint(HashAlg::Sha256)),
            Known::Fingerprint(fingerprint) => write!(formatter, "HostKey({fingerprint})"),
        }
    }
}

/// Sees whether the host is the one that we know, and remembers what it showed when it is not.
struct Host {
    known: HostKey,
    stranger: Arc<Mutex<Option<String>>>,
}

impl client::Handler for Host {
    type Error = russh::Error;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let key = offered.public_key();
        let is_known = self.known.is(&key);
        if !is_known {
            let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
            *self.stranger.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        }
        Ok(is_known)
    }
}

impl Connection {
    pub(super) async fn open(settings: &SftpSettings) -> Result<Connection, SourceError> {
        let key_file = settings.key_file.clone();
        let key = on_disk(move || load_secret_key(key_file, None).map_err(|_| SourceError::KeyFile)).await?;
        let config = client::Config {
            preferred: settings.host_key.preferred(),
            inactivity_timeout: Some(settings.timeout * 2),
            keepalive_interval: Some(settings.timeout / 2),
            nodelay: true,
            ..client::Config::default()
        };
        let stranger = Arc::<Mutex<Option<String>>>::default();
        let host = Host { known: settings.host_key.clone(), stranger: Arc::clone(&stranger) };
        let place = (settings.host.clone(), settings.port);
        let connected = timeout(settings.timeout, client::connect(Arc::new(config), place, host)).await;
        if let Some(offered) = stranger.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(SourceError::HostKey { offered });
        }
        let mut session = connected.map_err(|_| SourceError::Unreachable)?.map_err(|error| match error {
            // It has other kinds of keys only: not the one that we know either.
            russh::Error::NoCommonAlgo { .. } => SourceError::HostKey { offered: "another kind of key".to_owned() },
            _ => SourceError::Unreachable,
        })?;
        let signed_in = async {
            let hash = if key.algorithm().is_rsa() {
                session.best_supported_rsa_hash().await.map_err(|_| SourceError::Broken)?.flatten()
            } else {
                None
            };
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
            let answer = session.authenticate_publickey(settings.user.clone(), key).await;
            if !answer.map_err(|_| SourceError::Broken)?.success() {
                return Err(SourceError::Refused);
            }
            let channel = session.channel_open_session().await.map_err(|_| SourceError::Broken)?;
            channel.request_subsystem(true, "sftp").await.map_err(|_| SourceError::Broken)?;
            let limits = russh_sftp::client::Config {
                request_timeout_secs: settings.timeout.as_secs().max(1),
                ..russh_sftp::client::Config::default()
            };
            SftpSession::new_with_config(channel.into_stream(), limits).await.map_err(|_| SourceError::Broken)
        };
        let sftp = timeout(settings.timeout, signed_in).await.map_err(|_| SourceError::Unreachable)??;
        Ok(Connection { _session: session, sftp, folder: settings.folder.clone(), timeout: settings.timeout })
    }

    pub(super) async fn list(&self) -> Result<Vec<RemoteFile>, SourceError> {
        let folder = if self.folder.is_empty() { "." } else { &self.folder };
        let entries = timeout(self.timeout, self.sftp.read_dir(folder)).await.map_err(|_| SourceError::Broken)?;
        let entries = entries.map_err(|error| match error {
            SftpError::Status(_) => SourceError::Folder,
            _ => SourceError::Broken,
        })?;
        let file = |entry: russh_sftp::client::fs::DirEntry| {
            let about = entry.metadata();
            // A server that tells no permissions tells no kinds either.
            let is_file = about.permissions.is_none() || entry.file_type().is_file();
            is_file.then(|| RemoteFile {
                name: entry.file_name(),
                size: about.len(),
                modified_at: about.mtime.map_or(0, i64::from),
            })
        };
        Ok(entries.filter_map(file).collect())
    }

    pub(super) async fn fetch(&self, file: &RemoteFile, mut copy: File) -> Result<File, SourceError> {
        let path = match self.folder.trim_end_matches('/') {
            "" if self.folder.is_empty() => file.name.clone(),
            folder => format!("{folder}/{}", file.name),
        };
        let opened = self.sftp.open(path).await.map_err(|error| match error {
            SftpError::Status(_) => SourceError::Changed,
            _ => SourceError::Broken,
        });
        let mut from = opened?;
        let mut copied = 0_u64;
        let mut piece = vec![0; PIECE];
        loop {
            // A server that trickles is a broken one.
            let read =
                timeout(self.timeout, read_full(&mut from, &mut piece)).await.map_err(|_| SourceError::Broken)?;
            let length = read.map_err(|_| SourceError::Broken)?;
            if length == 0 {
                break;
            }
            copied += length as u64;
            if copied > file.size {
                return Err(SourceError::Changed);
            }
            (copy, piece) = on_disk(move || {
                copy.write_all(&piece[..length]).map_err(|error| SourceError::Copy(error.kind()))?;
                Ok((copy, piece))
            })
            .await?;
        }
        if copied == file.size { Ok(copy) } else { Err(SourceError::Changed) }
    }
}

/// Fills the piece, or reads to the end.
async fn read_full(from: &mut russh_sftp::client::fs::File, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match from.read(&mut piece[filled..]).await? {
            0 => break,
            length => filled += length,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made for this test; nobody has the private half.
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFaB31e0BxypzK1JCZB7MNFXTwPLsxWDjzDa3qXVc2A5";

    #[test]
    fn a_host_is_known_by_its_key_or_by_the_fingerprint_of_it() {
        let key = PublicKey::from_openssh(KEY).unwrap();
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        for text in [KEY.to_owned(), format!("{KEY} cpr"), format!("ftp.example,192.0.2.1 {KEY}"), fingerprint] {
            assert!(HostKey::parse(&text).is_some_and(|known| known.is(&key)), "{text}");
        }
        let other = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(!HostKey::parse(other).unwrap().is(&key));
        for text in ["", "ssh-ed25519", "ssh-ed25519 AAAA", "SHA256:abc", "MD5:00:11", "ftp.example"] {
            assert!(HostKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_the_kind_of_key_that_is_known_is_asked_for() {
        let preferred = HostKey::parse(KEY).unwrap().preferred();
        assert_eq!(
            preferred.key.iter().map(|algorithm| algorithm.as_str().to_owned()).collect::<Vec<_>>(),
            ["ssh-ed25519"]
        );
    }
}
