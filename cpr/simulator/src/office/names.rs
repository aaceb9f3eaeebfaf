//! How names are compared in searches.
//!
//! CPR's documents say: whole name parts, current names, capital and small letters alike. They do not say more, so
//! nothing more is folded here: `å` is not `aa`, an accent counts, a hyphen joins one name part. A blank (or the `_`
//! that CPR allows in searches) separates parts, each of which must be among the person's, in whatever order.

use crate::population::Person;

/// The name parts that a search asks for, in small letters.
pub(super) struct NameParts(Vec<String>);

impl NameParts {
    pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(texts.into_iter().flat_map(parts).collect())
    }

    pub(super) fn match_current(&self, person: &Person) -> bool {
        let Some(name) = &person.name else { return self.0.is_empty() };
        self.match_all([name.first.as_str(), &name.middle, &name.last])
    }

    pub(super) fn match_all<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let names: Vec<String> = names.into_iter().flat_map(parts).collect();
        self.0.iter().all(|part| names.contains(part))
    }
}

fn parts(text: &str) -> impl Iterator<Item = String> {
    text.split([' ', '_']).filter(|part| !part.is_empty()).map(str::to_lowercase)
}
