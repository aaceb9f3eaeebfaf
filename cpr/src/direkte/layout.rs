//! Where the fields of the messages stand: the one table for reader and writer.

/// A field: its first position, counted from 1 as CPR does, and its length.
struct Field {
    start: usize,
    length: usize,
}

/// The fields of a message, without gaps, in the order of their positions.
pub(super) struct Layout<const N: usize>([Field; N]);

const fn field(start: usize, length: usize) -> Field {
    Field { start, length }
}

/// Signing on.
pub(super) const LOG_ON: Layout<8> = Layout([
    field(1, 4),  // CPRTRANS
    field(5, 1),  // separator
    field(6, 4),  // KUNDENR
    field(10, 1), // ABON_TYPE
    field(11, 1), // DATA_TYPE
    field(12, 8), // BRUGER-ID
    field(20, 8), // PASSWORD
    field(28, 8), // NEWPASS
]);

/// A call about a person.
pub(super) const CALL: Layout<9> = Layout([
    field(1, 4),   // CPRTRANS
    field(5, 1),   // separator
    field(6, 4),   // KUNDENR
    field(10, 1),  // ABON_TYPE
    field(11, 1),  // DATA_TYPE
    field(12, 8),  // TOKEN
    field(20, 8),  // BRUGER-ID
    field(28, 2),  // FEJLNR
    field(30, 10), // PNR
]);

/// What every answer begins with, and all that the answer to a log-on is.
pub(super) const ANSWER: Layout<6> = Layout([
    field(1, 4),  // KUNDENR
    field(5, 1),  // ABON_TYPE
    field(6, 1),  // DATA_TYPE
    field(7, 8),  // TOKEN
    field(15, 8), // BRUGER-ID
    field(23, 2), // FEJLNR
]);

/// The length of the whole answer, DATALENGTH, behind [`ANSWER`] in the answer to a call.
pub(super) const DATA_LENGTH: usize = 4;

impl<const N: usize> Layout<N> {
    /// The length of the message.
    pub const fn length(&self) -> usize {
        let last = &self.0[N - 1];
        last.start - 1 + last.length
    }

    /// The message; values are filled with blanks on the right.
    pub fn write(&self, values: [&[u8]; N]) -> Vec<u8> {
        let mut message = vec![b' '; self.length()];
        for (Field { start, length }, value) in self.0.iter().zip(values) {
            debug_assert!(value.len() <= *length, "the types of the values fit their fields");
            message.iter_mut().skip(start - 1).take(*length).zip(value).for_each(|(slot, byte)| *slot = *byte);
        }
        message
    }

    /// The fields of a message; `None` if its length is another.
    pub fn read<'m>(&self, message: &'m [u8]) -> Option<[&'m [u8]; N]> {
        if message.len() != self.length() {
            return None;
        }
        let mut values: [&[u8]; N] = [&[]; N];
        for (Field { start, length }, value) in self.0.iter().zip(&mut values) {
            *value = message.get(start - 1..start - 1 + length)?;
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_contiguous<const N: usize>(layout: &Layout<N>) -> bool {
        layout.0.windows(2).all(|pair| pair[0].start + pair[0].length == pair[1].start) && layout.0[0].start == 1
    }

    #[test]
    fn the_tables_have_no_gaps_and_the_lengths_that_are_known() {
        assert!(is_contiguous(&LOG_ON) && is_contiguous(&CALL) && is_contiguous(&ANSWER));
        assert_eq!((LOG_ON.length(), CALL.length(), ANSWER.length()), (35, 39, 24));
    }
}
