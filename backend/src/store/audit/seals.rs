//! The hashes of the chains. All are keyed (HMAC-SHA-256) with a key that only servers have: who can write to the database
//! but does not know it cannot make a row, a head or a removal that holds.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};

use super::columns::Columns;

/// A hash.
pub type Hash = [u8; 32];

/// Makes the hashes.
#[derive(Clone)]
pub struct Seals(hmac::Key);

impl Seals {
    /// With a key of its own, made of the installation's.
    pub fn new(key: &[u8]) -> Seals {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), b"partsregister audit chain");
        Seals(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
    }

    /// What the first row of a chain follows.
    pub fn origin(&self, number: i64, kind: &str, started_at: DateTime<Utc>) -> Hash {
        let mut hash = self.begin(b"chain", number);
        hash.update(&time(started_at));
        hash.update(kind.as_bytes());
        end(hash)
    }

    /// A row, and everything before it.
    pub fn row(&self, number: i64, position: i64, before: &Hash, columns: &Columns) -> Hash {
        let mut hash = self.begin(b"row", number);
        hash.update(&position.to_be_bytes());
        hash.update(before);
        columns.add_to(&mut hash);
        end(hash)
    }

    /// The head of a chain.
    pub fn head(&self, number: i64, position: i64, last: &Hash, last_at: DateTime<Utc>) -> Hash {
        let mut hash = self.begin(b"head", number);
        hash.update(&position.to_be_bytes());
        hash.update(last);
        hash.update(&time(last_at));
        end(hash)
    }

    /// That the rows up to a position, all older than a time, were deleted by age.
    pub fn removal(&self, number: i64, position: i64, last: &Hash, until: DateTime<Utc>) -> Hash {
        let mut hash = self.begin(b"removal", number);
        hash.update(&position.to_be_bytes());
        hash.update(last);
        hash.update(&time(until));
        end(hash)
    }

    /// The words differ in their first letters, so no hash of one kind is one of another.
    fn begin(&self, word: &[u8], number: i64) -> hmac::Context {
        let mut hash = hmac::Context::with_key(&self.0);
        hash.update(word);
        hash.update(&number.to_be_bytes());
        hash
    }
}

fn end(hash: hmac::Context) -> Hash {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.sign().as_ref());
    bytes
}

fn time(time: DateTime<Utc>) -> [u8; 8] {
    time.timestamp_micros().to_be_bytes()
}
