//! A change file on our own disk: its persons, a stretch at a time.

use std::fs::File;
use std::io;
use std::ops::Range;

use chrono::NaiveDateTime;
use cpr::PersonalNumber;
use cpr::extract::{Index, PersonRecords, Scan, scan};

use super::{Fault, read};
use crate::domain::person::{Person, Status};
use crate::registry::{Answer, Keep};

/// A changed number leads to a number that may have been changed itself; CPR's chains are shorter than this.
const MAX_HOPS: usize = 3;

/// A change file that is whole.
pub struct ChangeFile {
    file: File,
    index: Index,
    keep: Keep,
    /// Whom CPR no longer follows for us (997), and since when, in Danish time.
    pub ended: Vec<(PersonalNumber, Option<NaiveDateTime>)>,
    /// About whom CPR rejected what we sent (910), with CPR's number of the fault.
    pub rejected: Vec<(PersonalNumber, String)>,
    /// Where a number's records are; made when somebody has changed number.
    ordinals: Option<Vec<(PersonalNumber, usize)>>,
    buffer: PersonRecords,
}

/// A person of a file.
pub struct InFile {
    /// The person's place in the file, from 0, by first appearance.
    pub ordinal: usize,
    /// The number, where the key is one.
    pub number: Option<PersonalNumber>,
    /// What the records say, or why they cannot be used.
    pub answer: Result<Answer, Fault>,
    /// The number is nobody's any more (50, 60).
    pub moved: Option<Moved>,
    /// Numbers that the person had before, and of which the file says nothing else.
    pub left: Vec<PersonalNumber>,
}

/// Where a number has gone.
pub struct Moved {
    /// The number that the person has now.
    pub to: PersonalNumber,
    /// The numbers on the way there, the person's own first.
    pub by: Vec<PersonalNumber>,
    /// What the file says of the current number, if anything.
    pub current: Option<Answer>,
}

/// The file is not what it was when it was taken in, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// Another file, or a damaged one.
    #[error("the file is not the one that was taken in")]
    Another,
    /// The disk.
    #[error("the file cannot be read: {0}")]
    Unreadable(io::ErrorKind),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> FileFault {
        FileFault::Unreadable(error.kind())
    }
}

impl ChangeFile {
    /// Finds the persons of a file that was found whole when it was taken in. Reads all of it, once.
    ///
    /// # Errors
    /// [`FileFault`].
    pub fn open(mut file: File, keep: Keep) -> Result<ChangeFile, FileFault> {
        let Scan { index, receipts, rejected, .. } = scan(&mut file).map_err(|error| match error {
            cpr::extract::ScanError::Refused(_) => FileFault::Another,
            cpr::extract::ScanError::Io(error) => error.into(),
        })?;
        let time = |at: cpr::CprDate| at.date_time().or_else(|| at.date()?.and_hms_opt(0, 0, 0));
        let ended = receipts.iter().filter_map(|receipt| Some((receipt.number?, receipt.at.and_then(time)))).collect();
        let rejected = rejected.into_iter().filter_map(|line| Some((line.number?, line.code))).collect();
        Ok(ChangeFile { file, index, keep, ended, rejected, ordinals: None, buffer: PersonRecords::default() })
    }

    /// How many persons there are.
    pub fn persons(&self) -> usize {
        self.index.len()
    }

    /// These persons.
    ///
    /// # Errors
    /// [`FileFault::Unreadable`].
    pub fn read(&mut self, ordinals: Range<usize>) -> Result<Vec<InFile>, FileFault> {
        ordinals.map(|ordinal| self.person(ordinal)).collect()
    }

    fn person(&mut self, ordinal: usize) -> Result<InFile, FileFault> {
        let answer = self.answer(ordinal)?;
        let person = answer.as_ref().ok().map(|answer| &answer.person);
        let target = person.and_then(target);
        let former = person.map(|person| person.former_numbers.clone()).unwrap_or_default();
        let number = self.index.personal_number(ordinal);
        let moved = match (target, number) {
            (Some(target), Some(number)) => Some(self.follow(number, target)?),
            _ => None,
        };
        let mut left = Vec::new();
        for before in former {
            // A number that the file says is still somebody's, or that went elsewhere, is not ours to take over.
            let contradicted = match self.of_number(before)? {
                Some(Ok(old)) => self::target(&old.person) != number,
                Some(Err(_)) | None => false,
            };
            if moved.is_none() && !contradicted {
                left.push(before);
            }
        }
        Ok(InFile { ordinal, number, answer, moved, left })
    }

    /// The number that a changed number leads to in the end, as far as the file knows.
    fn follow(&mut self, number: PersonalNumber, target: PersonalNumber) -> Result<Moved, FileFault> {
        let mut moved = Moved { to: target, by: vec![number], current: None };
        while let Some(Ok(answer)) = self.of_number(moved.to)? {
            match self::target(&answer.person) {
                Some(next) if moved.by.len() < MAX_HOPS && !moved.by.contains(&next) => {
                    moved.by.push(moved.to);
                    moved.to = next;
                }
                Some(_) => break,
                None => {
                    moved.current = Some(answer);
                    break;
                }
            }
        }
        Ok(moved)
    }

    /// What the file says of a number, if anything.
    fn of_number(&mut self, number: PersonalNumber) -> Result<Option<Result<Answer, Fault>>, FileFault> {
        let index = &self.index;
        let ordinals = self.ordinals.get_or_insert_with(|| {
            let place = |ordinal| Some((index.personal_number(ordinal)?, ordinal));
            let mut ordinals: Vec<(PersonalNumber, usize)> = (0..index.len()).filter_map(place).collect();
            ordinals.sort_unstable();
            ordinals
        });
        let place = ordinals.binary_search_by_key(&number, |(number, _)| *number);
        match place.ok().and_then(|place| ordinals.get(place)) {
            Some(&(_, ordinal)) => self.answer(ordinal).map(Some),
            None => Ok(None),
        }
    }

    fn answer(&mut self, ordinal: usize) -> Result<Result<Answer, Fault>, FileFault> {
        self.index.read_person(ordinal, &mut self.file, &mut self.buffer)?;
        Ok(read(&self.buffer, &self.keep))
    }
}

/// The number that a person has in place of this one.
fn target(person: &Person) -> Option<PersonalNumber> {
    person.current_number.filter(|_| person.status.as_ref().is_some_and(Status::is_moved))
}
