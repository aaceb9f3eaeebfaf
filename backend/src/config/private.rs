//! Files that hold secrets: whoever may sign in on the machine may not therefore read them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::ConfigError;

/// What others may do with a file: read, write, execute.
const OTHERS: u32 = 0o007;

/// Sees to it that the file is there and is nobody's business; no file is asked for when the path is empty. A group may have
/// access: it is what an operator gives on purpose.
///
/// # Errors
/// A message that names the key, the file and what to do. It never tells what is in the file.
pub fn check(key: &str, file: &Path) -> Result<(), ConfigError> {
    if file.as_os_str().is_empty() {
        return Ok(());
    }
    let about = std::fs::metadata(file).map_err(|error| ConfigError::Unreadable {
        key: key.to_owned(),
        path: file.display().to_string(),
        reason: error.to_string(),
    })?;
    let mode = about.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        let file = file.display();
        let reason = format!("{file} er åben for alle på maskinen (rettigheder {mode:03o}). Luk den: chmod o= {file}");
        return Err(ConfigError::invalid(key, reason));
    }
    Ok(())
}
