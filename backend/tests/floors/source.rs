//! Rust source as far as the floors need it: words without comments and strings, and the paths that they make.

/// One source file as a row of words and marks.
pub struct Source<'a> {
    tokens: Vec<Token<'a>>,
}

/// Where something stands; lines count from 1.
#[derive(Clone, Copy)]
pub struct Spot {
    pub line: usize,
}

/// A path as written, `use` groups taken apart: `a::{b, c::d}` is `a::b` and `a::c::d`.
pub struct NamedPath {
    pub spot: Spot,
    pub segments: Vec<String>,
}

#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

impl<'a> Source<'a> {
    pub fn read(text: &'a str) -> Source<'a> {
        let mut tokens = Vec::new();
        let (mut at, mut line) = (0, 1);
        while at < text.len() {
            let rest = &text[at..];
            let (length, is_token) = next(rest);
            if is_token {
                tokens.push(Token { text: &rest[..length], line });
            }
            line += rest[..length].matches('\n').count();
            at += length;
        }
        Source { tokens }
    }

    /// Where one of `words` stands.
    pub fn words(&self, words: &[&'static str]) -> Vec<(Spot, &'a str)> {
        let found = self.tokens.iter().filter(|token| words.contains(&token.text));
        found.map(|token| (Spot { line: token.line }, token.text)).collect()
    }

    /// Every path of two or more segments, and every single word that `use` or `extern crate` names.
    pub fn paths(&self) -> Vec<NamedPath> {
        let mut paths = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let imported = self.text(at.wrapping_sub(1)) == "use"
                || (self.text(at.wrapping_sub(1)) == "crate" && self.text(at.wrapping_sub(2)) == "extern");
            let leading = usize::from(self.text(at) == "::");
            let first = at + leading;
            if self.is_word(first) && (imported || self.text(first + 1) == "::")
                || (imported && self.text(first) == "{")
            {
                at = self.tree(first, &[], &mut paths).max(first + 1);
            } else {
                at += 1;
            }
        }
        paths
    }

    /// Reads one path or group that begins at `at` below `above`, and returns where it ends.
    fn tree(&self, mut at: usize, above: &[String], paths: &mut Vec<NamedPath>) -> usize {
        let mut segments = above.to_vec();
        let spot = Spot { line: self.tokens.get(at).map_or(0, |token| token.line) };
        loop {
            if self.text(at) == "{" {
                at += 1;
                while at < self.tokens.len() && self.text(at) != "}" {
                    at = if self.text(at) == "," { at + 1 } else { self.tree(at, &segments, paths).max(at + 1) };
                }
                return at + 1;
            }
            if !self.is_word(at) && self.text(at) != "*" {
                break;
            }
            segments.push(self.text(at).trim_start_matches("r#").to_owned());
            at += 1;
            if self.text(at) != "::" {
                break;
            }
            at += 1;
        }
        paths.push(NamedPath { spot, segments });
        at
    }

    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn is_word(&self, at: usize) -> bool {
        self.text(at).starts_with(is_word_start) && !BEFORE_A_PATH.contains(&self.text(at))
    }
}

/// Words of the language after which a path may begin with `::`; they are no part of it.
const BEFORE_A_PATH: [&str; 16] = [
    "use", "as", "in", "return", "break", "match", "if", "while", "else", "move", "mut", "ref", "dyn", "impl", "for",
    "where",
];

/// The length in bytes of what `rest` begins with, and whether it is a word or a mark.
fn next(rest: &str) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), false);
    }
    if let Some(length) = string(rest) {
        return (length, false);
    }
    if rest.starts_with("r#") && rest[2..].starts_with(is_word_start) {
        return (2 + word(&rest[2..]), true);
    }
    if rest.starts_with(is_word_start) {
        return (word(rest), true);
    }
    if rest.starts_with('\'') {
        return (character_or_lifetime(rest), false);
    }
    if rest.starts_with("::") {
        return (2, true);
    }
    let first = rest.chars().next().map_or(1, char::len_utf8);
    (first, !rest.starts_with(char::is_whitespace))
}

fn is_word_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn word(rest: &str) -> usize {
    rest.find(|character: char| character != '_' && !character.is_alphanumeric()).unwrap_or(rest.len())
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                break;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length of a string literal with its prefix (`b`, `c`, `r#`, …), if `rest` begins with one.
fn string(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).map(|after| after.trim_start_matches(['#']));
        let hashes = rest.strip_prefix(prefix).is_some_and(|after| after.starts_with('#'));
        after.is_some_and(|after| after.starts_with('"')) && (!hashes || prefix.ends_with('r'))
    })?;
    let after = &rest[prefix.len()..];
    let hashes = after.find('"')?;
    let body = prefix.len() + hashes + 1;
    if prefix.ends_with('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len()));
    }
    let mut escaped = false;
    for (at, character) in rest[body..].char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(body + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// `'a'` and `'\''` are characters, `'a` is a lifetime.
fn character_or_lifetime(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let body = at + escaped.len_utf8();
            rest[body..].find('\'').map_or(rest.len(), |end| body + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1 + word(&rest[1..]),
    }
}
