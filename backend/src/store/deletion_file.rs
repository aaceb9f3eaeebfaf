//! The copy of the log of deletions beside the database: a file that only grows at its end, one line of JSON a deletion.
//!
//! A database that is restored does not know what was deleted after the backup was made; the file does. It is written after
//! the commit and caught up with the table when it missed something, so it never names what was not deleted.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;
use super::database::make_file;
use crate::domain::retention::Deletion;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    /// What the file is, and its layout.
    partsregister: String,
    /// Names the key of the digests: with another one nobody would be found.
    key: String,
}

const LAYOUT: &str = "deletions/1";

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Names the key of the digests.
    pub key: String,
    /// The deletions, in order.
    pub deletions: Vec<Deletion>,
}

/// Reads a file; `None`: there is none, or nothing in it. A last line that was not written to its end counts as not written.
///
/// # Errors
/// [`Error::Unavailable`] when it cannot be read, [`Error::Internal`] when it is not such a file.
pub fn read(path: &Path) -> Result<Option<Content>, Error> {
    match File::open(path) {
        Ok(file) => read_lines(&file),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(away(error)),
    }
}

fn read_lines(file: &File) -> Result<Option<Content>, Error> {
    let mut lines = BufReader::new(file);
    let Some(head) = read_head(&mut lines)? else { return Ok(None) };
    let mut content = Content { key: head.key, deletions: Vec::new() };
    while let Some(line) = line(&mut lines)? {
        content.deletions.push(serde_json::from_str(&line).map_err(|_| foreign())?);
    }
    Ok(Some(content))
}

fn read_head(lines: &mut impl BufRead) -> Result<Option<Head>, Error> {
    let Some(head) = line(lines)? else { return Ok(None) };
    let head: Head = serde_json::from_str(&head).map_err(|_| foreign())?;
    if head.partsregister == LAYOUT { Ok(Some(head)) } else { Err(foreign()) }
}

fn line(lines: &mut impl BufRead) -> Result<Option<String>, Error> {
    let mut line = String::new();
    lines.read_line(&mut line).map_err(away)?;
    Ok(line.ends_with('\n').then_some(line))
}

/// Adds what the file does not have yet, and waits for the disk. The rows are those after the last one that it has, in order;
/// other processes may do the same at the same time.
///
/// # Errors
/// [`Error::Unavailable`] when it cannot be written, [`Error::Internal`] when it is not such a file or of another key.
pub fn extend(path: &Path, key: &str, deletions: &[Deletion]) -> Result<(), Error> {
    make_file(path).map_err(away)?;
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(away)?;
    // Until the file is closed.
    file.lock().map_err(away)?;
    let head = read_head(&mut BufReader::new(&file))?;
    if head.as_ref().is_some_and(|head| head.key != key) {
        return Err(Error::Internal("the file of deletions is of another key".to_owned()));
    }
    let (last, end) = if head.is_some() { last_line(&mut file)? } else { (0, 0) };
    file.set_len(end).map_err(away)?;
    file.seek(SeekFrom::Start(end)).map_err(away)?;
    let fresh = deletions.iter().filter(|deletion| deletion.seq > last);
    write_lines(&mut file, head.is_none().then_some(key), fresh)?;
    file.sync_all().map_err(away)
}

/// Writes a new file that has these and nothing else.
///
/// # Errors
/// [`Error::Unavailable`] when it is there already or cannot be written.
pub fn create(path: &Path, key: &str, deletions: &[Deletion]) -> Result<(), Error> {
    if path.try_exists().map_err(away)? {
        return Err(away(ErrorKind::AlreadyExists.into()));
    }
    extend(path, key, deletions)
}

/// Takes the ones before a number out: they are too old. The file is another one afterwards, under the same name.
///
/// # Errors
/// As [`extend`].
pub fn drop_before(path: &Path, first: i64) -> Result<(), Error> {
    let Some(content) = read(path)? else { return Ok(()) };
    if content.deletions.first().is_none_or(|oldest| oldest.seq >= first) {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).open(path).map_err(away)?;
    file.lock().map_err(away)?;
    let Some(content) = read(path)? else { return Ok(()) };
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = Path::new(&fresh);
    let _ = std::fs::remove_file(fresh);
    let kept: Vec<Deletion> = content.deletions.into_iter().filter(|deletion| deletion.seq >= first).collect();
    create(fresh, &content.key, &kept)?;
    std::fs::rename(fresh, path).map_err(away)
}

fn write_lines<'a>(
    file: &mut File,
    key: Option<&str>,
    deletions: impl Iterator<Item = &'a Deletion>,
) -> Result<(), Error> {
    let mut lines = BufWriter::new(file);
    let mut put = |line: Result<String, serde_json::Error>| {
        let line = line.map_err(|_| Error::Internal("a deletion has no JSON form".to_owned()))?;
        writeln!(lines, "{line}").map_err(away)
    };
    if let Some(key) = key {
        put(serde_json::to_string(&Head { partsregister: LAYOUT.to_owned(), key: key.to_owned() }))?;
    }
    for deletion in deletions {
        put(serde_json::to_string(deletion))?;
    }
    lines.flush().map_err(away)
}

/// The number in the last line that was written to its end (0 in the head), and where that line ends. What comes after it was
/// cut off when a process died.
fn last_line(file: &mut File) -> Result<(i64, u64), Error> {
    /// Two of the longest lines.
    const TAIL: u64 = 4096;
    let length = file.metadata().map_err(away)?.len();
    let start = length.saturating_sub(TAIL);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(away)?;
    file.read_to_end(&mut bytes).map_err(away)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n').ok_or_else(foreign)?;
    let line = bytes[..end].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let deletion: Option<Deletion> = serde_json::from_slice(line).ok();
    Ok((deletion.map_or(0, |deletion| deletion.seq), start + end as u64 + 1))
}

fn away(error: std::io::Error) -> Error {
    Error::Unavailable(format!("file of deletions: {}", error.kind()))
}

fn foreign() -> Error {
    Error::Internal("this is not a file of deletions of this program's".to_owned())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::retention::{Deleted, Why};

    fn deletion(seq: i64) -> Deletion {
        let at = DateTime::from_timestamp(seq, 0).unwrap();
        Deletion { seq, at, what: Deleted::Register, why: Why::Expired, number_digest: None, party_id: None }
    }

    fn numbers(path: &Path) -> Vec<i64> {
        read(path).unwrap().unwrap().deletions.iter().map(|deletion| deletion.seq).collect()
    }

    #[test]
    fn what_is_there_is_not_written_twice_and_a_line_that_was_cut_off_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deletions");
        assert_eq!(read(&path), Ok(None));
        extend(&path, "k", &[deletion(1), deletion(2)]).unwrap();
        extend(&path, "k", &[deletion(2), deletion(3)]).unwrap();
        assert_eq!(numbers(&path), [1, 2, 3]);

        let length = std::fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 5).unwrap();
        assert_eq!(numbers(&path), [1, 2]);
        extend(&path, "k", &[deletion(3), deletion(4)]).unwrap();
        assert_eq!(numbers(&path), [1, 2, 3, 4]);

        drop_before(&path, 3).unwrap();
        assert_eq!(numbers(&path), [3, 4]);
        assert!(create(&path, "k", &[]).is_err(), "never over another file");
    }

    #[test]
    fn a_file_of_another_key_or_of_somebody_elses_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deletions");
        extend(&path, "one", &[deletion(1)]).unwrap();
        assert!(matches!(extend(&path, "other", &[deletion(2)]), Err(Error::Internal(_))));
        assert_eq!(numbers(&path), [1]);
        std::fs::write(&path, "something else\n").unwrap();
        assert!(matches!(extend(&path, "one", &[deletion(2)]), Err(Error::Internal(_))));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "something else\n");
    }

    #[cfg(unix)]
    #[test]
    fn it_is_readable_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deletions");
        extend(&path, "k", &[]).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
