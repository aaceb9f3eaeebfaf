//! Places of the log, told outside the database: whoever can change all of it cannot change these.
//!
//! Every minute and at stop each server tells where the chains stand that have grown, its own and others': in its own log
//! (target `audit.anchor`), which is collected elsewhere, and as a line of a file where one is set (`audit.anchor_file`).

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::actions::{Actions, Error, hex};
use crate::domain::audit::{Place, Verification};
use crate::store;

/// At its start a server tells the chains again that others, who may be dead, wrote in this time.
const LOOK_BACK: TimeDelta = TimeDelta::days(2);
/// Lines that are compared at a time.
const LINES: usize = 500;
/// A line of ours is shorter.
const LONGEST: u64 = 1024;

/// Where the chains stood when they were last told, by number.
#[derive(Default)]
pub struct Anchored(std::sync::Mutex<BTreeMap<i64, i64>>);

/// A line of the file.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    chain: i64,
    position: i64,
    hash: String,
    at: DateTime<Utc>,
}

impl Actions {
    /// Tells where the chains stand that have grown since this process told it last.
    pub async fn anchor_audit_log(&self) {
        let since = self.clock.now() - LOOK_BACK;
        let places = match store::audit::places(&self.database.read(), since).await {
            Ok(places) => places,
            Err(error) => return tracing::warn!(%error, "the audit log was not anchored"),
        };
        let grown: Vec<Place> = {
            let anchored = self.anchored.0.lock().unwrap_or_else(PoisonError::into_inner);
            places.iter().filter(|place| anchored.get(&place.chain) != Some(&place.position)).copied().collect()
        };
        let lines: Vec<Line> = grown.iter().map(Line::of).collect();
        for line in &lines {
            tracing::info!(
                target: "audit.anchor",
                chain = line.chain,
                position = line.position,
                hash = line.hash,
                at = %line.at.to_rfc3339(),
                "the audit log stands here"
            );
        }
        if let Some(file) = self.policy.anchor_file.clone().filter(|_| !lines.is_empty()) {
            let written = tokio::task::spawn_blocking(move || append(&file, &lines)).await;
            let written = written.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
            if let Err(error) = written {
                // Told again next time.
                return tracing::error!(kind = %error.kind(), "the file of the anchors cannot be written (audit.anchor_file)");
            }
        }
        let mut anchored = self.anchored.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is too old to be listed again is forgotten.
        *anchored = places.iter().map(|place| (place.chain, place.position)).collect();
    }

    /// Compares the log with the places in the file.
    pub(super) async fn compare_anchors(&self, verification: &mut Verification) -> Result<(), Error> {
        let Some(path) = self.policy.anchor_file.clone() else { return Ok(()) };
        let (lines, mut read) = mpsc::channel(2);
        let reading = tokio::task::spawn_blocking(move || read_all(&path, &lines));
        let mut found = 0;
        while let Some(batch) = read.recv().await {
            let places: Vec<Place> = batch.iter().filter_map(|line| line.as_ref()?.place()).collect();
            verification.unreadable_anchors += (batch.len() - places.len()) as i64;
            verification.first_broken = store::audit::check(&self.database.read(), &places).await?;
            if verification.first_broken.is_some() {
                break;
            }
            found += places.len() as i64;
        }
        // Who still reads ends when nobody listens.
        drop(read);
        let read = reading.await.map_err(|_| Error::Internal("a thread ended".to_owned()))?;
        read.map_err(|error| Error::Internal(format!("the file of the anchors cannot be read: {}", error.kind())))?;
        verification.anchors = Some(found);
        Ok(())
    }
}

impl Line {
    fn of(place: &Place) -> Line {
        Line { chain: place.chain, position: place.position, hash: hex(&place.hash), at: place.at }
    }

    fn place(&self) -> Option<Place> {
        let mut hash = [0; 32];
        let is_hash = self.hash.len() == 64 && self.hash.is_ascii();
        for (byte, digits) in hash.iter_mut().zip(self.hash.as_bytes().chunks(2)).filter(|_| is_hash) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        is_hash.then_some(Place { chain: self.chain, position: self.position, hash, at: self.at })
    }
}

/// Adds lines, and waits for the disk.
fn append(path: &Path, lines: &[Line]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut text = if ends_within_a_line(&mut file)? { "\n".to_owned() } else { String::new() };
    for line in lines {
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// After a power cut the last line may be half a line.
fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Sends every line, `None` for one that is not ours, until nobody listens. A file that is not there has none.
fn read_all(path: &Path, lines: &mpsc::Sender<Vec<Option<Line>>>) -> io::Result<()> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        file => file?,
    };
    let mut file = BufReader::new(file);
    let mut batch = Vec::with_capacity(LINES);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = file.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if length > 0 {
            batch.push(serde_json::from_slice(&line).ok());
        }
        let is_end = length == 0;
        let is_heard = !(is_end || batch.len() == LINES) || lines.blocking_send(std::mem::take(&mut batch)).is_ok();
        if is_end || !is_heard {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_even_behind_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchors.jsonl");
        let place = |position| Place { chain: 3, position, hash: [7; 32], at: DateTime::UNIX_EPOCH };
        append(&path, &[Line::of(&place(1)), Line::of(&place(2))]).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"chain\":3,\"pos").unwrap();
        append(&path, &[Line::of(&place(9))]).unwrap();
        let (lines, mut read) = mpsc::channel(2);
        read_all(&path, &lines).unwrap();
        let read: Vec<Option<Place>> =
            read.try_recv().unwrap().iter().map(|line| line.as_ref().and_then(Line::place)).collect();
        assert_eq!(read, [Some(place(1)), Some(place(2)), None, Some(place(9))]);
    }
}
