//! A folder of this machine.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use super::{RemoteFile, SourceError, on_disk};

pub(super) async fn list(folder: PathBuf) -> Result<Vec<RemoteFile>, SourceError> {
    on_disk(move || {
        let entries = fs::read_dir(&folder).map_err(|_| SourceError::Folder)?;
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|_| SourceError::Folder)?;
            // A file that was taken away between the two questions is not there; a link is no file of this folder.
            let Ok(about) = entry.metadata() else { continue };
            let Ok(name) = entry.file_name().into_string() else { continue };
            if about.is_file() {
                let modified = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                let modified_at = modified.and_then(|time| i64::try_from(time.as_secs()).ok()).unwrap_or(0);
                files.push(RemoteFile { name, size: about.len(), modified_at });
            }
        }
        Ok(files)
    })
    .await
}

pub(super) async fn fetch(folder: PathBuf, file: RemoteFile, mut copy: File) -> Result<File, SourceError> {
    on_disk(move || {
        let mut from = File::open(folder.join(&file.name)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SourceError::Changed,
            _ => SourceError::Folder,
        })?;
        // One byte more shows that it has grown.
        let mut limited = (&mut from).take(file.size + 1);
        let copied = io::copy(&mut limited, &mut copy).map_err(|error| SourceError::Copy(error.kind()))?;
        if copied == file.size { Ok(copy) } else { Err(SourceError::Changed) }
    })
    .await
}
