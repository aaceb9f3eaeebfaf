//! What CPR said of a person, kept as CPR said it, filtered by [`Keep`], and read again when somebody looks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cpr::PersonalNumber;
use cpr::extract::PersonRecords;
use cpr::gctp::ServiceAnswer;
use serde::{Deserialize, Serialize};

use super::{Keep, extract, translate};
use crate::domain::details::Details;
use crate::domain::person::RegisterSource;

/// The layout of answers of CPR Services, by service id.
pub const SERVICES: &str = "gctp/1";
/// The layout of records as change files and CPR Direkte bring them: lines.
pub const LINES: &str = "extract/1";

/// What CPR said of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Records(Content);

#[derive(Clone, PartialEq)]
enum Content {
    Services(Services),
    Lines(String),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Content::Services(services) => services.fmt(formatter),
            Content::Lines(_) => formatter.write_str("Lines(**)"),
        }
    }
}

/// What CPR's services said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Services {
    /// By service id. What is not here was not asked, or did not answer.
    services: BTreeMap<String, Reply>,
}

/// What one service said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reply {
    /// An answer, filtered.
    Said(ServiceAnswer),
    /// We have no access to the service.
    NotEntitled,
}

/// The stored records are of a layout that nobody here reads, or are damaged. Repeats nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored records cannot be read: expected layout {SERVICES} or {LINES}")]
pub struct Unreadable;

impl Default for Records {
    fn default() -> Records {
        Records(Content::Services(Services::default()))
    }
}

impl Records {
    /// The layout of [`Records::to_text`].
    pub fn layout(&self) -> &'static str {
        match &self.0 {
            Content::Services(_) => SERVICES,
            Content::Lines(_) => LINES,
        }
    }

    /// The text to store beside [`Records::layout`].
    pub fn to_text(&self) -> String {
        match &self.0 {
            // Text by text keys of text: nothing in it can fail to be written.
            Content::Services(services) => serde_json::to_string(services).unwrap_or_default(),
            Content::Lines(lines) => lines.clone(),
        }
    }

    /// What was stored.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn from_text(layout: &str, text: &str) -> Result<Records, Unreadable> {
        match layout {
            SERVICES => Ok(Records(Content::Services(serde_json::from_str(text).map_err(|_| Unreadable)?))),
            LINES => Ok(Records::of_lines(text.to_owned())),
            _ => Err(Unreadable),
        }
    }

    /// The CPR tab. `source` and `date` are those of the state that the records are of; a section that CPR dated itself
    /// has its own date.
    pub fn details(&self, keep: &Keep, source: RegisterSource, date: NaiveDate) -> Details {
        match &self.0 {
            Content::Services(_) => translate::details(self, keep, source, date),
            Content::Lines(lines) => {
                // What we wrote is ISO-8859-1; damaged lines tell nothing.
                let records = PersonRecords::from_lines(lines).unwrap_or_default();
                extract::details(&records, keep, source, date)
            }
        }
    }

    /// Takes what else was said of the same person. Lines are a person's whole state and stand for all services.
    pub fn add(&mut self, other: Records) {
        match (&mut self.0, other.0) {
            (Content::Services(own), Content::Services(other)) => own.services.extend(other.services),
            (Content::Lines(_), Content::Services(_)) => {}
            (own, lines @ Content::Lines(_)) => *own = lines,
        }
    }

    /// The numbers that the person had before, sorted; none when CPR was not asked for them.
    pub(super) fn former_numbers(&self, number: PersonalNumber) -> Vec<PersonalNumber> {
        match &self.0 {
            Content::Services(_) => translate::former_numbers(self, number),
            Content::Lines(lines) => {
                extract::former_numbers(&PersonRecords::from_lines(lines).unwrap_or_default(), number)
            }
        }
    }

    pub(super) fn of_lines(lines: String) -> Records {
        Records(Content::Lines(lines))
    }

    pub(super) fn say(&mut self, answer: ServiceAnswer, keep: &Keep) {
        if let Content::Services(own) = &mut self.0 {
            own.services.insert(answer.service.clone(), Reply::Said(keep.filter(answer)));
        }
    }

    pub(super) fn refuse(&mut self, service: &str) {
        if let Content::Services(own) = &mut self.0 {
            own.services.insert(service.to_owned(), Reply::NotEntitled);
        }
    }

    /// What a service said; `None` if it said nothing.
    pub(super) fn said(&self, service: &str) -> Option<&ServiceAnswer> {
        match self.reply(service)? {
            Reply::Said(answer) => Some(answer),
            Reply::NotEntitled => None,
        }
    }

    pub(super) fn is_refused(&self, service: &str) -> bool {
        self.reply(service) == Some(&Reply::NotEntitled)
    }

    fn reply(&self, service: &str) -> Option<&Reply> {
        match &self.0 {
            Content::Services(own) => own.services.get(service),
            Content::Lines(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use cpr::gctp::{Field, ServiceAnswer};

    use super::*;

    #[test]
    fn what_was_stored_is_read_again() {
        let fields = [("PNR", Field::new("0707614285")), ("ADRNVN", Field::coded("Mortensen,Jens", "Jens Mortensen"))];
        let answer = ServiceAnswer { fields: fields.into_iter().collect(), ..ServiceAnswer::empty("STAM") };
        let mut records = Records::default();
        records.say(answer, &Keep::all());
        records.refuse("FAMILIE");
        let again = Records::from_text(records.layout(), &records.to_text()).unwrap();
        assert!(again == records && again.is_refused("FAMILIE") && again.said("FAMILIE").is_none());
        assert_eq!(again.said("STAM").unwrap().field("ADRNVN").plain_text(), Some("Jens Mortensen"));
    }

    #[test]
    fn another_layout_or_a_damaged_text_is_told_without_repeating_it() {
        assert_eq!(Records::from_text("direkte/1", "{}"), Err(Unreadable));
        assert_eq!(Records::from_text(SERVICES, "{\"services\":"), Err(Unreadable));
        assert!(!Unreadable.to_string().contains("services"));
    }
}
