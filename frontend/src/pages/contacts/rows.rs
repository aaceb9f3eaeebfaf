//! The rows of the list so far: what was asked, what came, and what has been changed since.

use std::rc::Rc;

use openapi::page::Page;
use openapi::party::{Party, PartyFilter};
use uuid::Uuid;
use yew::Reducible;

use crate::api::ApiError;
use crate::load::Load;

/// What is asked of the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Question {
    /// What stands in the search field.
    pub typed: String,
    /// Which parties are to be shown.
    pub filter: Option<PartyFilter>,
}

/// The rows so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The question that these rows answer.
    pub question: Question,
    /// The rows.
    pub parties: Load<Vec<Party>>,
    /// The way to more.
    pub next: Option<String>,
    /// Why more did not come.
    pub more_failed: Option<ApiError>,
}

/// What happens to the rows.
pub enum RowsAct {
    /// The first page is here.
    Answered(Question, Result<Page<Party>, ApiError>),
    /// A further page is here; dropped when something else has been asked since.
    More(Question, Result<Page<Party>, ApiError>),
    /// A party was stored.
    Put(Box<Party>),
    /// A party was deleted.
    Remove(Uuid),
}

impl Default for Rows {
    fn default() -> Self {
        Rows { question: Question::default(), parties: Load::Loading, next: None, more_failed: None }
    }
}

impl Rows {
    fn after(&self, act: RowsAct) -> Rows {
        match act {
            RowsAct::Answered(question, Ok(page)) => {
                Rows { question, parties: Load::Ready(page.items), next: page.next, more_failed: None }
            }
            RowsAct::Answered(question, Err(error)) => {
                Rows { question, parties: Load::Failed(error), next: None, more_failed: None }
            }
            RowsAct::More(question, _) if question != self.question => self.clone(),
            RowsAct::More(_, Ok(page)) => {
                let further = |mut parties: Vec<Party>| {
                    parties.extend(page.items);
                    parties
                };
                Rows { next: page.next, more_failed: None, ..self.with(further) }
            }
            RowsAct::More(_, Err(error)) => Rows { more_failed: Some(error), ..self.clone() },
            RowsAct::Put(party) => self.with(|mut parties| {
                match parties.iter_mut().find(|row| row.id == party.id) {
                    Some(row) => *row = *party,
                    None => parties.insert(0, *party),
                }
                parties
            }),
            RowsAct::Remove(id) => self.with(|mut parties| {
                parties.retain(|row| row.id != id);
                parties
            }),
        }
    }

    fn with(&self, change: impl FnOnce(Vec<Party>) -> Vec<Party>) -> Rows {
        let parties = match &self.parties {
            Load::Ready(parties) => Load::Ready(change(parties.clone())),
            other => other.clone(),
        };
        Rows { parties, ..self.clone() }
    }
}

impl Reducible for Rows {
    type Action = RowsAct;

    fn reduce(self: Rc<Self>, act: RowsAct) -> Rc<Self> {
        Rc::new(self.after(act))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::party_form::tests::party;

    fn page(names: &[&str], next: Option<&str>) -> Result<Page<Party>, ApiError> {
        let item = |name: &&str| Party { id: Uuid::new_v4(), name: (*name).to_owned(), ..party() };
        Ok(Page { items: names.iter().map(item).collect(), next: next.map(str::to_owned) })
    }

    fn asked(typed: &str) -> Question {
        Question { typed: typed.to_owned(), filter: None }
    }

    fn names(rows: &Rows) -> Vec<&str> {
        match &rows.parties {
            Load::Ready(parties) => parties.iter().map(|party| party.name.as_str()).collect(),
            Load::Loading | Load::Failed(_) => Vec::new(),
        }
    }

    #[test]
    fn more_rows_go_below_and_those_of_another_question_nowhere() {
        let rows = Rows::default().after(RowsAct::Answered(asked("a"), page(&["Anna"], Some("2"))));
        let more = rows.after(RowsAct::More(asked("a"), page(&["Asta"], None)));
        assert_eq!((names(&more), more.next.as_deref()), (vec!["Anna", "Asta"], None));
        let other = rows.after(RowsAct::More(asked("b"), page(&["Bo"], None)));
        assert_eq!((names(&other), other.next.as_deref()), (vec!["Anna"], Some("2")));
    }

    #[test]
    fn when_more_does_not_come_the_rows_stay() {
        let rows = Rows::default().after(RowsAct::Answered(asked(""), page(&["Anna"], Some("2"))));
        let rows = rows.after(RowsAct::More(asked(""), Err(ApiError::Offline)));
        assert_eq!((names(&rows), rows.more_failed.is_some()), (vec!["Anna"], true));
    }

    #[test]
    fn a_stored_party_takes_its_row_and_a_new_one_stands_first() {
        let rows = Rows::default().after(RowsAct::Answered(asked(""), page(&["Anna", "Bo"], None)));
        let Load::Ready(parties) = &rows.parties else { panic!("there are rows") };
        let changed = Party { name: "Bodil".to_owned(), ..parties[1].clone() };
        let id = changed.id;
        let rows = rows.after(RowsAct::Put(Box::new(changed)));
        assert_eq!(names(&rows), ["Anna", "Bodil"]);
        let new = Party { id: Uuid::new_v4(), name: "Carl".to_owned(), ..party() };
        let rows = rows.after(RowsAct::Put(Box::new(new))).after(RowsAct::Remove(id));
        assert_eq!(names(&rows), ["Carl", "Anna"]);
    }
}
