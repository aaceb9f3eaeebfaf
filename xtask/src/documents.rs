//! Documents name only files that are there: links and paths in backticks of the README and of `docs/`. And those that make
//! claims name the tests that prove them, which are there too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{check, workspace};

/// Documents whose claims are rows of tables, each of which names a test or says why there is none (`docs/norms.md` has a check
/// of its own).
const CLAIMS: [&str; 1] = ["docs/security.md"];

/// Made by building or running, so not in a clean clone.
const MADE: [&str; 3] = ["target", "data", "frontend/dist"];

pub fn check() -> anyhow::Result<()> {
    let root = workspace::root();
    let mut faults = Vec::new();
    let functions = functions(root)?;
    for document in documents(root)? {
        let text = fs::read_to_string(root.join(&document))?;
        faults.extend(missing(root, &document, &text));
        if CLAIMS.iter().any(|claims| document == Path::new(claims)) {
            faults.extend(unproved(&functions, &document, &text));
        }
    }
    check::no_faults(&faults)
}

/// The README of the root and of each crate, and everything below `docs`.
fn documents(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let is_document =
        |inside: &Path, name: &str| name == "README.md" || (inside.starts_with("docs") && name.ends_with(".md"));
    files(root, is_document)
}

/// The name of every function in the repository.
fn functions(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut functions = BTreeSet::new();
    for file in files(root, |_, name| name.ends_with(".rs"))? {
        for line in fs::read_to_string(root.join(file))?.lines() {
            let name =
                line.split_once("fn ").map(|(_, rest)| rest.split(|c: char| !is_of_name(c)).next().unwrap_or(rest));
            functions.extend(name.map(str::to_owned));
        }
    }
    Ok(functions)
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Tests that a document names and that are not there, and rows of its tables that name none.
fn unproved(functions: &BTreeSet<String>, document: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let at = format!("{}:{}", document.display(), index + 1);
        let named: Vec<&str> = line.split('`').skip(1).step_by(2).filter(|word| is_test(word)).collect();
        for name in named.iter().filter(|name| !functions.contains(**name)) {
            faults.push(format!("{at}: there is no test {name}"));
        }
        let follows = |next: usize| lines.get(next).is_some_and(|next| next.starts_with("|-"));
        let is_claim = line.starts_with("| ") && !follows(index + 1);
        if is_claim && named.is_empty() && !line.contains("No test:") {
            faults.push(format!("{at}: names no test, and does not say why there is none (\"No test:\")"));
        }
    }
    faults
}

/// Named as our tests are: a sentence of at least three words.
fn is_test(word: &str) -> bool {
    word.chars().all(|c| is_of_name(c) && !c.is_ascii_uppercase()) && word.matches('_').count() >= 2
}

/// The files of the repository that are wanted, by their place and name.
fn files(root: &Path, is_wanted: impl Fn(&Path, &str) -> bool) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let inside = path.strip_prefix(root)?.to_owned();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_made = MADE.iter().any(|made| inside.starts_with(made)) || name == "node_modules";
            if path.is_dir() && !is_made && !name.starts_with('.') {
                folders.push(path);
            } else if is_wanted(&inside, name) {
                found.push(inside);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What `document` names and is neither below the root nor beside the document.
fn missing(root: &Path, document: &Path, text: &str) -> Vec<String> {
    let beside = document.parent().unwrap_or(Path::new(""));
    let mut missing = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for path in named(root, line) {
            let made = MADE.iter().any(|made| Path::new(path).starts_with(made));
            if !made && !root.join(path).exists() && !root.join(beside).join(path).exists() {
                missing.push(format!("{}:{}: {path} does not exist", document.display(), index + 1));
            }
        }
    }
    missing
}

/// The repository paths in a line: relative links, and words in backticks that look like one.
fn named<'a>(root: &Path, line: &'a str) -> Vec<&'a str> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let links = links.filter(|target| !target.contains(':') && !target.starts_with('#'));
    let links = links.map(|target| target.split('#').next().unwrap_or(target));
    let words = line.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
    links.chain(words.filter(|word| is_path(root, word))).map(|path| path.trim_end_matches('/')).collect()
}

/// A word with a slash between, which names a source file or begins with one of our folders.
fn is_path(root: &Path, word: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    let Some((first, _)) = word.split_once('/') else { return false };
    let endings = [".rs", ".toml", ".md", ".json", ".txt", ".html", ".js", ".css", ".sh", ".png"];
    !first.is_empty()
        && word.chars().all(plain)
        && (root.join(first).is_dir() || endings.iter().any(|ending| word.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_is_found_with_its_line() {
        let text =
            "See `xtask/src/documents.rs`.\n\nAnd `xtask/src/none.rs`, [here](docs/none.md#head), `gone/away.rs`.";
        let missing = missing(workspace::root(), Path::new("README.md"), text);
        let expected = ["docs/none.md", "xtask/src/none.rs", "gone/away.rs"];
        assert_eq!(missing, expected.map(|path| format!("README.md:3: {path} does not exist")));
    }

    #[test]
    fn a_claim_without_a_test_that_is_there_is_found() {
        let functions = BTreeSet::from(["a_claim_is_proved".to_owned()]);
        let text = "| Claim | Test |\n|---|---|\n| a | `a_claim_is_proved` |\n| b | `nobody_proves_it` |\n| c | `x_y` |\n\
                    | d | No test: of paper |\n\nAnd `cpr_rate_limit`.";
        let told = unproved(&functions, Path::new("docs/security.md"), text);
        let expected = [
            "docs/security.md:4: there is no test nobody_proves_it",
            "docs/security.md:5: names no test, and does not say why there is none (\"No test:\")",
            "docs/security.md:8: there is no test cpr_rate_limit",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_only_looks_like_a_path_is_left_alone() {
        let text = "`application/json`, `GET /parties`, `POST …/cpr/fetch`, `cargo xtask run`, `data/partsregister.db`, \
                    `target/release/partsregister`, [law](https://www.retsinformation.dk/eli/lta/2017/646)";
        assert_eq!(missing(workspace::root(), Path::new("README.md"), text), Vec::<String>::new());
    }
}
