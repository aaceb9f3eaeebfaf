//! Where one record ends and the next begins.

use memchr::memchr;

use super::table::{code_number, layout_of};

/// The codes that decide how a file is read.
pub(super) const START: usize = 0;
pub(super) const PERSON: usize = 1;
pub(super) const REJECTED: usize = 910;
pub(super) const RECEIPT: usize = 997;
pub(super) const END: usize = 999;

/// How the records of a file are told apart; the same for the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// By line ends: a line is a record, whatever its length.
    Lines,
    /// By the lengths of the table, one record directly behind the other. Which form of 001 and of 002 the file has is
    /// decided at the first one (`None`: not met yet).
    Joined { person: Option<usize>, address: Option<usize> },
}

impl Format {
    /// The format of a file that begins like this. Without line ends: a start record in its exact length, and directly
    /// behind it another record.
    pub(super) fn of_file(head: &[u8]) -> Self {
        let start = layout_of(START).map_or(0, |layout| layout.length);
        let is_joined = head.starts_with(b"0000000000000")
            && head.get(start..).is_some_and(|next| begins_record(next) && !next.starts_with(b"000"))
            && memchr(b'\n', &head[..start]).is_none();
        if is_joined { Self::Joined { person: None, address: None } } else { Self::Lines }
    }

    /// The length of the record at the beginning of `rest`, in a file without line ends. Decides which form the file
    /// has, where the record is the first one of its type and `rest` reaches to the record behind it. `None`: no length is
    /// known.
    pub(super) fn joined_length(&mut self, code: usize, rest: &[u8]) -> Option<usize> {
        let layout = layout_of(code)?;
        let (Self::Joined { person, address }, Some(long)) = (self, layout.long_length) else {
            return Some(layout.length);
        };
        let decided = if code == PERSON { person } else { address };
        Some(*decided.get_or_insert_with(|| {
            let fits = |length: usize| rest.get(length..).is_some_and(begins_record);
            if !fits(layout.length) && fits(long) { long } else { layout.length }
        }))
    }
}

/// Whether a known code and ten characters of a key stand here, digits but in a rejected line.
fn begins_record(bytes: &[u8]) -> bool {
    let Some((code, rest)) = bytes.split_first_chunk() else { return false };
    let Some(code) = code_number(*code).filter(|code| layout_of(*code).is_some()) else { return false };
    rest.first_chunk::<10>().is_some_and(|key| code == REJECTED || key.iter().all(u8::is_ascii_digit))
}

/// The records in the bytes of a run, in order, as places in `bytes`.
pub(super) fn records(mut format: Format, bytes: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = bytes.get(next..).filter(|rest| !rest.is_empty())?;
            if let [b'\r' | b'\n', ..] = rest {
                next += 1;
                continue;
            }
            let start = next;
            let length = match format {
                Format::Lines => memchr(b'\n', rest).unwrap_or(rest.len()),
                Format::Joined { .. } => {
                    let code = rest.first_chunk().and_then(|code| code_number(*code));
                    code.and_then(|code| format.joined_length(code, rest)).unwrap_or(rest.len()).min(rest.len())
                }
            };
            next += length;
            let line = &rest[..length];
            let length = line.strip_suffix(b"\r").unwrap_or(line).len();
            if !is_blank(&rest[..length]) {
                return Some(start..start + length);
            }
        }
    })
}

/// Whether a line is empty or has nothing but blanks.
#[inline]
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(|byte| *byte == b' ') && line.iter().all(|byte| *byte == b' ')
}
