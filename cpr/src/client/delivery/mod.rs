//! Where CPR lays its change files: a folder, or an SFTP server. Only ever read: nothing is written, renamed or deleted there.
//!
//! ```no_run
//! # async fn example(source: cpr::client::delivery::Source) -> Result<(), Box<dyn std::error::Error>> {
//! let visit = source.visit().await?;
//! for file in visit.list().await? {
//!     let bytes: std::fs::File = visit.fetch(&file, std::fs::File::create_new("copy")?).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod folder;
mod sftp;

use std::fs::File;
use std::io;
use std::path::PathBuf;

pub use sftp::{HostKey, SftpSettings};

/// Where change files come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A folder of an SFTP server.
    Sftp(SftpSettings),
}

/// A file there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name in the folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written, seconds since 1970 by the other side's clock; 0 where it does not tell.
    pub modified_at: i64,
}

/// A visit: one connection, for several questions.
pub enum Visit {
    /// To a folder.
    Folder(PathBuf),
    /// To an SFTP server.
    Sftp(Box<sftp::Connection>),
}

/// Why a source cannot be read. Names no file and no user.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nobody answers there, or not in time.
    #[error("the server cannot be reached")]
    Unreachable,
    /// The server showed another host key than the one that is configured.
    #[error("the server's host key is {offered}, which is not the one that is configured")]
    HostKey {
        /// The fingerprint of the key that it showed.
        offered: String,
    },
    /// The server does not let us in with this user and key.
    #[error("the server does not accept the user and the key")]
    Refused,
    /// Our own key cannot be read.
    #[error("the key file cannot be read")]
    KeyFile,
    /// There is no such folder, or it cannot be read.
    #[error("the folder cannot be read")]
    Folder,
    /// The connection broke, or something is not as the protocol wants it.
    #[error("the connection broke off")]
    Broken,
    /// The file is not what the listing said: it is being written, or was taken away.
    #[error("the file changed while it was read")]
    Changed,
    /// Our own copy cannot be written.
    #[error("the copy cannot be written: {0}")]
    Copy(io::ErrorKind),
}

impl SourceError {
    /// Whether it can be over by itself.
    pub fn is_passing(&self) -> bool {
        match self {
            SourceError::Unreachable | SourceError::Broken | SourceError::Changed | SourceError::Copy(_) => true,
            SourceError::HostKey { .. } | SourceError::Refused | SourceError::KeyFile | SourceError::Folder => false,
        }
    }
}

impl Source {
    /// Goes there.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn visit(&self) -> Result<Visit, SourceError> {
        Ok(match self {
            Source::Folder(path) => Visit::Folder(path.clone()),
            Source::Sftp(settings) => Visit::Sftp(Box::new(sftp::Connection::open(settings).await?)),
        })
    }
}

impl Visit {
    /// The files there, without folders, in no particular order.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn list(&self) -> Result<Vec<RemoteFile>, SourceError> {
        match self {
            Visit::Folder(path) => folder::list(path.clone()).await,
            Visit::Sftp(connection) => connection.list().await,
        }
    }

    /// Copies a file's bytes to the end of `copy` and gives it back. It must have the size that the listing told.
    ///
    /// # Errors
    /// [`SourceError`]; what is in `copy` then is worth nothing.
    pub async fn fetch(&self, file: &RemoteFile, copy: File) -> Result<File, SourceError> {
        match self {
            Visit::Folder(path) => folder::fetch(path.clone(), file.clone(), copy).await,
            Visit::Sftp(connection) => connection.fetch(file, copy).await,
        }
    }
}

/// Does what may wait for a disk where it holds nobody up.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(SourceError::Broken))
}
