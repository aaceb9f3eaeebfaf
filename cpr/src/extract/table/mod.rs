//! The table of fields of every record type, by CPR's own names: udtræksbeskrivelse U12170-P and U12160-P, and P12180 for
//! relatives. Positions are CPR's, counted from 1. Reader, writer and tests all take them from here.

mod current;
mod envelope;
mod historic;
mod relatives;

use super::layout::Layout;

const GROUPS: [&[Layout]; 4] = [envelope::ENVELOPE, current::CURRENT, historic::HISTORIC, relatives::RELATIVES];

/// By code, 000 to 999.
static BY_CODE: [Option<&'static Layout>; 1000] = by_code();

/// The layout of a record type, by its three digits. `None` for one that no public description shows.
#[must_use]
pub fn layout(code: &str) -> Option<&'static Layout> {
    let code = code.as_bytes().first_chunk().filter(|_| code.len() == 3)?;
    BY_CODE[code_number(*code)?]
}

/// All layouts, by code.
pub fn layouts() -> impl Iterator<Item = &'static Layout> {
    BY_CODE.iter().copied().flatten()
}

/// The layout of the record type with this number.
pub(super) fn layout_of(code: usize) -> Option<&'static Layout> {
    BY_CODE.get(code).copied().flatten()
}

/// Three digits as a number.
#[inline]
pub(super) const fn code_number(code: [u8; 3]) -> Option<usize> {
    let [hundreds, tens, ones] = [code[0].wrapping_sub(b'0'), code[1].wrapping_sub(b'0'), code[2].wrapping_sub(b'0')];
    if hundreds > 9 || tens > 9 || ones > 9 {
        return None;
    }
    Some(hundreds as usize * 100 + tens as usize * 10 + ones as usize)
}

const fn by_code() -> [Option<&'static Layout>; 1000] {
    let mut table = [None; 1000];
    let mut group = 0;
    while group < GROUPS.len() {
        let layouts: &'static [Layout] = GROUPS[group];
        let mut next = 0;
        while next < layouts.len() {
            let layout = &layouts[next];
            let code = layout.code.as_bytes();
            match code_number([code[0], code[1], code[2]]) {
                Some(number) => table[number] = Some(layout),
                None => panic!("a code is three digits"),
            }
            next += 1;
        }
        group += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::extract::Kind;

    #[test]
    fn fields_follow_each_other_without_gap_and_fill_the_record() {
        for layout in layouts() {
            let mut next = 4;
            for field in layout.fields {
                assert_eq!(field.start, next, "{} {}", layout.code, field.name);
                if next == layout.length + 1 {
                    assert!(layout.long_length.is_some(), "{} {}", layout.code, field.name);
                }
                next += field.length;
            }
            assert_eq!(next - 1, layout.longest(), "{}", layout.code);
            let borders = layout.fields.iter().map(|field| field.start + field.length - 1);
            assert!(borders.into_iter().any(|end| end == layout.length), "{} ends inside a field", layout.code);
        }
    }

    #[test]
    fn lengths_are_those_that_cpr_states() {
        let stated = [
            ("000", 35),
            ("001", 106),
            ("002", 306),
            ("003", 249),
            ("004", 37),
            ("005", 200),
            ("006", 203),
            ("007", 26),
            ("008", 193),
            ("009", 37),
            ("010", 30),
            ("011", 25),
            ("012", 95),
            ("013", 36),
            ("014", 23),
            ("015", 147),
            ("016", 58),
            ("017", 272),
            ("018", 60),
            ("019", 75),
            ("020", 47),
            ("021", 63),
            ("022", 45),
            ("023", 96),
            ("024", 218),
            ("025", 40),
            ("026", 173),
            ("027", 44),
            ("028", 36),
            ("029", 109),
            ("030", 48),
            ("031", 269),
            ("032", 269),
            ("033", 269),
            ("050", 29),
            ("052", 287),
            ("099", 45),
            ("910", 157),
            ("997", 43),
            ("999", 21),
        ];
        assert_eq!(layouts().map(|layout| (layout.code, layout.length)).collect::<Vec<_>>(), stated);
        let long = layouts().filter_map(|layout| Some((layout.code, layout.long_length?))).collect::<Vec<_>>();
        assert_eq!(long, [("001", 121), ("002", 382)]);
    }

    #[test]
    fn a_name_stands_once_in_a_record_and_the_key_comes_first() {
        for layout in layouts() {
            let names: BTreeSet<_> = layout.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), layout.fields.len(), "{}", layout.code);
            let key = layout.fields[0];
            assert_eq!((key.start, key.length), (4, 10), "{}", layout.code);
        }
    }

    #[test]
    fn a_kind_has_its_length_and_a_mark_follows_a_date() {
        for layout in layouts() {
            for (place, field) in layout.fields.iter().enumerate() {
                let length = match field.kind {
                    Kind::Day => 8,
                    Kind::Date | Kind::PersonalNumber => 10,
                    Kind::Time => 12,
                    Kind::Uncertainty => 1,
                    Kind::Digits | Kind::Text | Kind::RightText => field.length,
                };
                assert_eq!(field.length, length, "{} {}", layout.code, field.name);
                if field.kind == Kind::Uncertainty {
                    let marked = layout.fields[place - 1];
                    assert!(matches!(marked.kind, Kind::Date | Kind::Time), "{} {}", layout.code, field.name);
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_of_the_table_has_no_layout() {
        for code in ["", "01", "0010", "034", "051", "098", "1000", "abc", "0æ"] {
            assert!(layout(code).is_none(), "{code}");
        }
        assert_eq!(layout("014").map(|layout| layout.name), Some("Børn"));
    }
}
