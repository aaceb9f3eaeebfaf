//! Where the records of each person stand.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek};

use super::person::PersonRecords;
use super::record::number_of;
use super::split::Format;
use crate::PersonalNumber;

/// The persons of a file in order of first appearance, each with the places of its records.
///
/// Records of a person lie scattered: in some files all 003 stand behind everything else. So the place of a *run* is
/// kept, records of one person directly behind each other: 24 bytes for a person with its last run, 16 for each run
/// before it. A person in two runs costs 40 bytes, whatever the number of records.
pub struct Index {
    persons: Chunked<Person>,
    earlier: Chunked<Run>,
    format: Format,
}

/// A person and the last of its runs.
#[derive(Clone, Copy)]
struct Person {
    /// The ten digits as a number.
    key: u64,
    last: Run,
}

/// Bytes of the file, and the run of the same person before it.
#[derive(Clone, Copy)]
struct Run {
    offset: u64,
    length: u32,
    /// Its place in [`Index::earlier`], or [`NONE`].
    previous: u32,
}

const NONE: u32 = u32::MAX;

impl Index {
    /// How many persons the file has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.persons.length
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whose records the person with this ordinal (from 0) has. `None` beyond the last, and for a key that can be no
    /// personal number.
    #[must_use]
    pub fn personal_number(&self, ordinal: usize) -> Option<PersonalNumber> {
        number_of(&digits(self.persons.get(ordinal)?.key))
    }

    /// Reads all records of the person with this ordinal (from 0) into `person`, whose buffer is reused. `source` is the
    /// file that was scanned, best without a buffer around it: each run is read at once. [`PersonRecords::fault`] says
    /// whether the person can be taken.
    ///
    /// # Errors
    /// There is no such person, the source cannot be read, or it is not the one that was scanned.
    pub fn read_person(
        &self,
        ordinal: usize,
        source: &mut (impl Read + Seek),
        person: &mut PersonRecords,
    ) -> io::Result<()> {
        let Some(Person { key, last }) = self.persons.get(ordinal) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the file has not so many persons"));
        };
        let mut runs = vec![(last.offset, last.length)];
        let mut previous = last.previous;
        while let Some(run) = self.earlier.get(previous as usize) {
            runs.push((run.offset, run.length));
            previous = run.previous;
        }
        runs.reverse();
        person.read(source, self.format, digits(key), &runs)
    }

    /// The memory that the index holds, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.persons.memory() + self.earlier.memory()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Index({} persons)", self.len())
    }
}

/// An index in the making: also finds a person by its key.
pub(super) struct Builder {
    persons: Chunked<Person>,
    earlier: Chunked<Run>,
    /// Ordinals by the hash of their key, open addressing, at most three quarters full; [`NONE`] where nobody is.
    ordinals: Vec<u32>,
    /// What keys are multiplied with, odd: another number in each process, so that nobody can choose keys that meet.
    factor: u64,
}

/// More persons or runs than the index can count.
pub(super) struct Full;

impl Builder {
    pub(super) fn new() -> Self {
        let factor = RandomState::new().hash_one(0) | 1;
        Self { persons: Chunked::new(), earlier: Chunked::new(), ordinals: vec![NONE; 1024], factor }
    }

    /// Adds a run of the person with this key.
    pub(super) fn add(&mut self, key: u64, offset: u64, length: u32) -> Result<(), Full> {
        let slot = self.slot(key);
        if let Some(person) = self.persons.get_mut(self.ordinals[slot] as usize) {
            let previous = u32::try_from(self.earlier.length).ok().filter(|place| *place != NONE).ok_or(Full)?;
            self.earlier.push(std::mem::replace(&mut person.last, Run { offset, length, previous }));
            return Ok(());
        }
        let ordinal = u32::try_from(self.persons.length).ok().filter(|ordinal| *ordinal != NONE).ok_or(Full)?;
        self.ordinals[slot] = ordinal;
        self.persons.push(Person { key, last: Run { offset, length, previous: NONE } });
        if self.persons.length > self.ordinals.len() / 4 * 3 {
            self.grow();
        }
        Ok(())
    }

    pub(super) fn finish(self, format: Format) -> Index {
        Index { persons: self.persons, earlier: self.earlier, format }
    }

    /// Where the key's ordinal stands, or would stand.
    fn slot(&self, key: u64) -> usize {
        let mask = self.ordinals.len() - 1;
        // The upper half of the product depends on all digits.
        let mut slot = (key.wrapping_mul(self.factor) >> 32) as usize & mask;
        while self.persons.get(self.ordinals[slot] as usize).is_some_and(|person| person.key != key) {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.ordinals = vec![NONE; self.ordinals.len() * 2];
        for ordinal in 0..self.persons.length {
            if let (Some(person), Ok(place)) = (self.persons.get(ordinal), u32::try_from(ordinal)) {
                let slot = self.slot(person.key);
                self.ordinals[slot] = place;
            }
        }
    }
}

/// A vector in pieces: growing copies nothing, and never holds old and new at once.
struct Chunked<T> {
    chunks: Vec<Vec<T>>,
    length: usize,
}

impl<T: Copy> Chunked<T> {
    const CHUNK: usize = 1 << 14;

    const fn new() -> Self {
        Self { chunks: Vec::new(), length: 0 }
    }

    fn push(&mut self, value: T) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < Self::CHUNK => chunk.push(value),
            _ => {
                // The first piece grows with its need: most files are small.
                let capacity = if self.chunks.is_empty() { 0 } else { Self::CHUNK };
                let mut chunk = Vec::with_capacity(capacity);
                chunk.push(value);
                self.chunks.push(chunk);
            }
        }
        self.length += 1;
    }

    #[inline]
    fn get(&self, place: usize) -> Option<T> {
        self.chunks.get(place / Self::CHUNK)?.get(place % Self::CHUNK).copied()
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.chunks.get_mut(place / Self::CHUNK)?.get_mut(place % Self::CHUNK)
    }

    fn memory(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<T>()).sum()
    }
}

/// The number as ten digits.
fn digits(mut key: u64) -> [u8; 10] {
    let mut digits = [b'0'; 10];
    for digit in digits.iter_mut().rev() {
        *digit += (key % 10) as u8;
        key /= 10;
    }
    digits
}
