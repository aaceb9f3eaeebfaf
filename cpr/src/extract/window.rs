//! The file as it passes by: one buffer, cut into lines or joined records.

use std::io::{self, Read};

use memchr::memchr_iter;

use super::refusal::{Fault, ScanError};
use super::scan::{LineEnd, Scanner};
use super::split::{Format, is_blank};
use super::table::{code_number, layout_of};

/// No line is longer than this, in bytes. The longest record has 382 characters.
pub const MAX_LINE: usize = 64 << 10;

const BUFFER: usize = 4 * MAX_LINE;

/// As much of a file as its format is told by, and as much as must be at hand to cut a joined record: the longest one
/// and the beginning of the next.
const HEAD: usize = 1024;

/// A buffer over the source: the bytes that are not taken yet, and what is known of them.
pub(super) struct Window<'a, R> {
    source: &'a mut R,
    buffer: Vec<u8>,
    /// The bytes not taken yet are `from..to`; those before `looked_at` have been looked at.
    from: usize,
    to: usize,
    looked_at: usize,
    /// Where in the file the buffer begins.
    offset: u64,
    is_at_end: bool,
    has_crlf: bool,
    /// Whether a byte above 7F may be among those not taken yet.
    has_high: bool,
    /// Where in the file the first control character stands that has no business there.
    control_at: u64,
}

impl<'a, R: Read> Window<'a, R> {
    /// Reads the beginning of the file, and what it tells of the format.
    pub(super) fn open(source: &'a mut R) -> io::Result<(Self, Format)> {
        let mut window = Self {
            source,
            buffer: vec![0; BUFFER],
            from: 0,
            to: 0,
            looked_at: 0,
            offset: 0,
            is_at_end: false,
            has_crlf: false,
            has_high: false,
            control_at: u64::MAX,
        };
        window.fill(HEAD)?;
        let head = window.rest();
        let format = Format::of_file(head);
        window.has_crlf = memchr::memchr(b'\n', head).is_some_and(|end| head[..end].ends_with(b"\r"));
        Ok((window, format))
    }

    /// Where in the file the first byte stands that is not taken yet.
    pub(super) fn offset(&self) -> u64 {
        self.offset + self.from as u64
    }

    pub(super) fn line_end(&self, format: Format) -> LineEnd {
        match format {
            Format::Joined { .. } => LineEnd::None,
            Format::Lines if self.has_crlf => LineEnd::CrLf,
            Format::Lines => LineEnd::Lf,
        }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.from..self.to]
    }

    /// Reads on until at least `wanted` bytes are at hand, or the end of the file. Says whether there is anything new.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        let before = self.to - self.from;
        if before >= wanted || self.is_at_end {
            return Ok(false);
        }
        self.buffer.copy_within(self.from..self.to, 0);
        self.offset += self.from as u64;
        // A line end may have been taken as the last byte, before it was looked at.
        self.looked_at = self.looked_at.saturating_sub(self.from);
        (self.from, self.to) = (0, before);
        while self.to < wanted && !self.is_at_end {
            match self.source.read(&mut self.buffer[self.to..]) {
                Ok(0) => self.is_at_end = true,
                Ok(read) => self.to += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.look();
        Ok(self.to > before)
    }

    /// Looks for control characters and bytes above 7F in what is new. Written so that the compiler can look at many bytes
    /// at once.
    fn look(&mut self) {
        // `&` and `|` instead of `&&` and `||`: no branches.
        let is_bad = |byte: u8, next: u8| (byte < 0x20) & (byte != b'\n') & ((byte != b'\r') | (next != b'\n'));
        let bytes = &self.buffer[self.looked_at..self.to];
        let Some((last, most)) = bytes.split_last() else { return };
        let pairs = || most.iter().zip(&bytes[1..]);
        let (bad, high) =
            pairs().fold((false, 0), |(bad, high), (byte, next)| (bad | is_bad(*byte, *next), high | byte));
        // What follows the last byte is not known yet, unless nothing follows.
        let ends_badly = self.is_at_end && is_bad(*last, b'\n');
        self.has_high = self.has_high_rest() || (high | last) > 0x7f;
        if (bad || ends_badly) && self.control_at == u64::MAX {
            let place = pairs().position(|(byte, next)| is_bad(*byte, *next)).unwrap_or(most.len());
            self.control_at = self.offset + (self.looked_at + place) as u64;
        }
        self.looked_at = if self.is_at_end { self.to } else { self.to - 1 };
    }

    /// Whether what was there before the new bytes had one above 7F.
    fn has_high_rest(&self) -> bool {
        self.has_high && self.looked_at > self.from
    }

    /// Refuses the record from `at` to `end` if a control character is in it. What is no extract at all is left to the
    /// scanner, which has a better word for it.
    fn check(&self, scanner: &Scanner, at: u64, end: u64) -> Result<(), ScanError> {
        let is_ours = scanner.is_begun() || self.rest().starts_with(b"000");
        if self.control_at < end && is_ours {
            return Err(scanner.refusal_behind(Fault::ControlByte, at).into());
        }
        Ok(())
    }
}

/// Gives the scanner all records of the file. The format that comes back knows the lengths of a file without line ends.
pub(super) fn read_records<R: Read>(
    window: &mut Window<'_, R>,
    mut format: Format,
    scanner: &mut Scanner,
) -> Result<Format, ScanError> {
    match format {
        Format::Lines => read_lines(window, scanner)?,
        Format::Joined { .. } => while read_joined(window, &mut format, scanner)? {},
    }
    Ok(format)
}

fn read_lines<R: Read>(window: &mut Window<'_, R>, scanner: &mut Scanner) -> Result<(), ScanError> {
    loop {
        let rest = window.rest();
        let offset = window.offset();
        let mut start = 0;
        for end in memchr_iter(b'\n', rest) {
            let (at, next) = (offset + start as u64, offset + end as u64 + 1);
            let line = &rest[start..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if window.control_at < next {
                window.check(scanner, at, next)?;
            }
            scanner.take(line, at, next, window.has_high)?;
            start = end + 1;
        }
        window.from += start;
        let left = window.rest().len();
        if left > MAX_LINE {
            if !scanner.is_begun() {
                scanner.take(window.rest(), window.offset(), window.offset(), window.has_high)?;
            }
            return Err(scanner.refusal_behind(Fault::LongLine, window.offset()).into());
        }
        if !window.fill(left + 1)? {
            // The last line, without line end.
            let (line, at) = (window.rest(), window.offset());
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let end = at + line.len() as u64;
            window.check(scanner, at, end)?;
            scanner.take(line, at, end, window.has_high)?;
            return Ok(());
        }
    }
}

/// One record of a file without line ends; `false` at the end of the file.
fn read_joined<R: Read>(
    window: &mut Window<'_, R>,
    format: &mut Format,
    scanner: &mut Scanner,
) -> Result<bool, ScanError> {
    window.fill(HEAD)?;
    let (rest, at) = (window.rest(), window.offset());
    if let [b'\r' | b'\n', ..] = rest {
        window.from += 1;
        return Ok(true);
    }
    if is_blank(rest) && (rest.is_empty() || scanner.is_ended()) {
        let is_empty = rest.is_empty();
        window.from = window.to;
        return Ok(!is_empty);
    }
    let behind = |fault| Err(scanner.refusal_behind(fault, at).into());
    if scanner.is_ended() {
        return behind(Fault::DataAfterEnd);
    }
    let Some(code) = rest.first_chunk().and_then(|code| code_number(*code)) else { return behind(Fault::NotARecord) };
    if layout_of(code).is_none() {
        return behind(Fault::UnknownCode);
    }
    let length = format.joined_length(code, rest).unwrap_or_default();
    let Some(record) = rest.get(..length) else { return behind(Fault::Truncated) };
    window.check(scanner, at, at + length as u64)?;
    if memchr::memchr2(b'\r', b'\n', record).is_some() {
        return behind(Fault::ControlByte);
    }
    scanner.take(record, at, at + length as u64, window.has_high)?;
    window.from += length;
    Ok(true)
}
