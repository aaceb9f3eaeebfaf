//! `docs/norms.md` says of each norm that the house must meet where it is proved: the tests that it names are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{check, workspace};

/// The norms that the house must meet, by chapter.
const NORMS: [(&str, &[u32]); 4] = [
    ("C", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ("D", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18]),
    ("S", &[1, 2, 4]),
    ("A", &[1, 2, 3, 4, 5, 6]),
];

pub fn check() -> anyhow::Result<()> {
    let root = workspace::root();
    let text = fs::read_to_string(root.join("docs/norms.md"))?;
    let read = |path: &str| fs::read_to_string(root.join(Path::new(path))).ok();
    check::no_faults(&faults(&text, read))
}

/// Norms without a row, rows that name neither a test nor why there is none, and tests that do not exist.
///
/// A row is `| C1 | what | where |`; `where` has tests as `path::name` in backticks, or begins with **Ikke opfyldt**.
fn faults(text: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut rows: BTreeMap<&str, &str> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let mut cells = line.trim_matches('|').split(" | ").map(str::trim);
        if let (Some(id), Some(_), Some(proof)) = (cells.next(), cells.next(), cells.next()) {
            rows.insert(id, proof);
        }
    }
    let mut faults = Vec::new();
    for id in NORMS.iter().flat_map(|(chapter, numbers)| numbers.iter().map(move |number| format!("{chapter}{number}")))
    {
        let Some(proof) = rows.get(id.as_str()) else {
            faults.push(format!("docs/norms.md: no row of {id}"));
            continue;
        };
        let tests: Vec<(&str, &str)> =
            proof.split('`').skip(1).step_by(2).filter_map(|word| word.split_once("::")).collect();
        if tests.is_empty() && !proof.starts_with("**Ikke opfyldt**") {
            faults.push(format!("docs/norms.md: {id} names no test and is not said to be unmet"));
        }
        for (path, name) in tests {
            let is_there = read(path).is_some_and(|source| source.contains(&format!("fn {name}(")));
            if !is_there {
                faults.push(format!("docs/norms.md: {id}: {path} has no test {name}"));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_norm_has_a_row_and_every_test_that_a_row_names_exists() {
        let mut text = String::new();
        for (chapter, numbers) in NORMS {
            for number in numbers {
                text += &format!("| {chapter}{number} | … | `a.rs::here` |\n");
            }
        }
        let text = text.replace("| C2 | … | `a.rs::here` |", "| C2 | … | `a.rs::gone`, `a.rs::here` |");
        let text = text.replace("| C3 | … | `a.rs::here` |", "| C3 | … | by care |");
        let text = text.replace("| C4 | … | `a.rs::here` |", "| C4 | … | **Ikke opfyldt**: why |");
        let text = text.replace("| A6 |", "| A7 |");
        let read = |path: &str| (path == "a.rs").then(|| "async fn here(house: &House) {}".to_owned());
        assert_eq!(
            faults(&text, read),
            [
                "docs/norms.md: C2: a.rs has no test gone",
                "docs/norms.md: C3 names no test and is not said to be unmet",
                "docs/norms.md: no row of A6"
            ]
        );
    }
}
