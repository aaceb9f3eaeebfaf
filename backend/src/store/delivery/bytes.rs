//! The bytes of a delivery, in deflated pieces: one truth for all servers, in the backup with everything else, and short
//! transactions however large the file.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::super::sql::{self, get, values};
use super::super::{Connection, Database, Error, Write, lock};

/// The size of a piece before it is deflated.
pub const PART: usize = 1 << 20;

/// Pieces that are removed in one transaction.
const REMOVED_AT_ONCE: i64 = 32;

/// Puts a file's bytes into the database, each piece in a transaction of its own. Of two servers that do the same at once,
/// both succeed.
pub struct PartWriter<'a> {
    database: &'a Database,
    content_hash: &'a str,
}

impl<'a> PartWriter<'a> {
    /// For the content with this hash.
    pub fn new(database: &'a Database, content_hash: &'a str) -> PartWriter<'a> {
        PartWriter { database, content_hash }
    }

    /// Stores piece `number` (from 0) unless it is there.
    ///
    /// # Errors
    /// As every write; [`Error::Unavailable`] when the disk is full.
    pub async fn put(&self, number: i64, piece: Vec<u8>, now: DateTime<Utc>) -> Result<(), Error> {
        let deflated = tokio::task::spawn_blocking(move || deflate(&piece)).await.map_err(|_| broken())??;
        let write = self.database.begin().await?;
        let statement = "INSERT INTO delivery_part (content_hash, part_no, bytes, written_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT DO NOTHING";
        sql::execute(&write, statement, values![self.content_hash, number, deflated, sql::micros(now)]).await?;
        write.commit().await
    }

    /// Whether all pieces are there, in the transaction that stores the delivery's row: nobody removes them meanwhile.
    ///
    /// # Errors
    /// As every write.
    pub async fn are_there(&self, write: &Write, pieces: i64) -> Result<bool, Error> {
        lock(write, &lock_name(self.content_hash)).await?;
        let statement = "SELECT count(*) AS pieces FROM delivery_part WHERE content_hash = $1";
        let row = sql::one(write, statement, values![self.content_hash]).await?;
        Ok(row.map_or(Ok(0), |row| get::<i64>(&row, "pieces"))? == pieces)
    }
}

/// Writes the bytes of a content into a file that has no name and is gone when it is closed, and goes back to its beginning.
///
/// # Errors
/// [`Error::Missing`] when they are not there; [`Error::Unavailable`] when the disk is full.
pub async fn open_bytes(on: &impl Connection, content_hash: &str) -> Result<File, Error> {
    let mut file = tempfile::tempfile().map_err(away)?;
    let statement = "SELECT bytes FROM delivery_part WHERE content_hash = $1 AND part_no = $2";
    for number in 0_i64.. {
        let Some(row) = sql::one(on, statement, values![content_hash, number]).await? else {
            if number == 0 {
                return Err(Error::Missing);
            }
            break;
        };
        let deflated: Vec<u8> = get(&row, "bytes")?;
        let inflate = move || {
            let mut piece = Vec::with_capacity(PART);
            let mut inflating = DeflateDecoder::new(deflated.as_slice());
            inflating.read_to_end(&mut piece).map_err(|_| Error::unreadable("piece of a delivery"))?;
            file.write_all(&piece).map_err(away)?;
            Ok::<File, Error>(file)
        };
        file = tokio::task::spawn_blocking(inflate).await.map_err(|_| broken())??;
    }
    file.seek(SeekFrom::Start(0)).map_err(away)?;
    Ok(file)
}

/// Contents whose pieces nobody needs: the delivery is applied; or none is to be applied from them, and none was added since
/// `before`.
///
/// # Errors
/// As every read.
pub async fn orphans(on: &impl Connection, before: DateTime<Utc>) -> Result<Vec<String>, Error> {
    let statement = "SELECT p.content_hash FROM delivery_part p LEFT JOIN delivery d ON d.content_hash = p.content_hash \
        WHERE d.id IS NULL OR d.state IN ('refused', 'applied') GROUP BY p.content_hash \
        HAVING max(p.written_at) < $1 OR max(d.state) = 'applied'";
    let rows = sql::all(on, statement, values![sql::micros(before)]).await?;
    rows.iter().map(|row| get(row, "content_hash")).collect()
}

/// Removes the bytes of a content, unless a delivery is to be applied from them; a few pieces a transaction.
///
/// # Errors
/// As every write.
pub async fn drop_bytes(database: &Database, content_hash: &str) -> Result<(), Error> {
    let statement = "DELETE FROM delivery_part WHERE content_hash = $1 AND part_no IN \
        (SELECT part_no FROM delivery_part WHERE content_hash = $1 ORDER BY part_no LIMIT $2) AND NOT EXISTS \
        (SELECT 1 FROM delivery WHERE content_hash = $1 AND state IN ('received', 'waiting', 'applying'))";
    loop {
        let write = database.begin().await?;
        lock(&write, &lock_name(content_hash)).await?;
        let removed = sql::execute(&write, statement, values![content_hash, REMOVED_AT_ONCE]).await?;
        write.commit().await?;
        if removed == 0 {
            return Ok(());
        }
    }
}

fn lock_name(content_hash: &str) -> String {
    format!("delivery {content_hash}")
}

fn deflate(piece: &[u8]) -> Result<Vec<u8>, Error> {
    let mut deflating = DeflateEncoder::new(Vec::with_capacity(piece.len() / 4), Compression::fast());
    deflating.write_all(piece).map_err(away)?;
    deflating.finish().map_err(away)
}

/// The disk or the folder of temporary files fails: trying again can help.
fn away(error: std::io::Error) -> Error {
    Error::Unavailable(format!("temporary file: {}", error.kind()))
}

fn broken() -> Error {
    Error::Internal("a thread ended".to_owned())
}
