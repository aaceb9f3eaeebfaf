//! Names of change files, and which of the files in a folder are taken.

use std::collections::BTreeSet;

/// The name of a change file: `dÅÅMMDD.lNNNNNN` in any case. It tells that the file is one; date and task stand inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// The name, when it is one.
    pub fn parse(name: &str) -> Option<FileName> {
        let bytes = name.as_bytes();
        let fits = bytes.len() == 15
            && bytes[0].eq_ignore_ascii_case(&b'd')
            && bytes[1..7].iter().all(u8::is_ascii_digit)
            && bytes[7] == b'.'
            && bytes[8].eq_ignore_ascii_case(&b'l')
            && bytes[9..].iter().all(u8::is_ascii_digit);
        fits.then(|| FileName(name.to_owned()))
    }

    /// As it is written where it stands.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file where change files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written, seconds since 1970 by the other side's clock.
    pub modified_at: i64,
}

/// Which of the files are change files that are there completely, and how many have other names.
///
/// A file is there when its size is the same in two listings. Serviceplatformen lays a file `<name>.metadata` beside each
/// change file when it is complete; where there is any, a change file without is not taken.
pub fn take(before: &[Listed], now: &[Listed]) -> (Vec<Listed>, usize) {
    const COMPANION: &str = ".metadata";
    let companions: BTreeSet<String> = now
        .iter()
        .filter_map(|file| file.name.to_ascii_lowercase().strip_suffix(COMPANION).map(str::to_owned))
        .filter(|name| FileName::parse(name).is_some())
        .collect();
    let mut taken = Vec::new();
    let mut others = 0;
    for file in now {
        let name = file.name.to_ascii_lowercase();
        if FileName::parse(&name).is_none() {
            others += usize::from(!name.strip_suffix(COMPANION).is_some_and(|name| companions.contains(name)));
            continue;
        }
        let is_stable = before.contains(file);
        if is_stable && (companions.is_empty() || companions.contains(&name)) {
            taken.push(file.clone());
        }
    }
    taken.sort_by(|one, other| one.name.cmp(&other.name));
    (taken, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> Listed {
        Listed { name: name.to_owned(), size, modified_at: 1 }
    }

    fn names(before: &[Listed], now: &[Listed]) -> (Vec<String>, usize) {
        let (taken, others) = take(before, now);
        (taken.into_iter().map(|file| file.name).collect(), others)
    }

    #[test]
    fn a_change_file_is_known_by_its_name_in_any_case() {
        for name in ["d140520.l431101", "D100312.L431101", "d100312.L431101"] {
            assert!(FileName::parse(name).is_some(), "{name}");
        }
        let input = "d181213.i463003";
        for name in [input, "d140520.l43110", "140520.l431101", "d140520.l431101.metadata", "dåå0520.l431101", ""] {
            assert!(FileName::parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_file_that_grows_is_not_taken() {
        let (one, same, grown) = (file("d140520.l431101", 1), file("d140521.l431101", 5), file("d140520.l431101", 2));
        let before = [one, same.clone()];
        assert_eq!(names(&before, &[grown, same]), (vec!["d140521.l431101".to_owned()], 0));
        assert_eq!(names(&[], &[file("d140520.l431101", 1)]), (vec![], 0));
    }

    #[test]
    fn beside_metadata_only_what_has_its_own_is_taken() {
        let all = [
            file("D140520.L431101", 1),
            file("d140520.l431101.METADATA", 1),
            file("d140521.l431101", 1),
            file("d140522.l431101.metadata", 1),
        ];
        assert_eq!(names(&all, &all), (vec!["D140520.L431101".to_owned()], 0));
    }

    #[test]
    fn other_names_are_counted_and_not_taken() {
        let all = [file("readme.txt", 1), file("0707614285.metadata", 1), file("d140520.l431101", 1)];
        assert_eq!(names(&all, &all), (vec!["d140520.l431101".to_owned()], 2));
    }
}
