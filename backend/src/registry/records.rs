//! What CPR said of a person, kept as CPR said it, filtered by [`Keep`], and read again when somebody looks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cpr::gctp::ServiceAnswer;
use serde::{Deserialize, Serialize};

use super::{Keep, translate};
use crate::domain::details::Details;
use crate::domain::person::RegisterSource;

/// The layout of [`Records`] as they are stored: answers of CPR Services by service id.
pub const LAYOUT: &str = "gctp/1";

/// What CPR's services said of one person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
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
#[error("stored records cannot be read: expected layout {LAYOUT}")]
pub struct Unreadable;

impl Records {
    /// The text to store beside [`LAYOUT`].
    pub fn to_json(&self) -> String {
        // Text by text keys of text: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was stored.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn from_json(layout: &str, json: &str) -> Result<Records, Unreadable> {
        if layout != LAYOUT {
            return Err(Unreadable);
        }
        serde_json::from_str(json).map_err(|_| Unreadable)
    }

    /// The CPR tab. `source` and `register_date` are those of the register that the records belong to; a section that
    /// CPR dated itself has its own date.
    pub fn details(&self, keep: &Keep, source: RegisterSource, register_date: NaiveDate) -> Details {
        translate::details(self, keep, source, register_date)
    }

    /// Takes what other services said of the same person.
    pub fn add(&mut self, other: Records) {
        self.services.extend(other.services);
    }

    pub(super) fn say(&mut self, answer: ServiceAnswer, keep: &Keep) {
        self.services.insert(answer.service.clone(), Reply::Said(keep.filter(answer)));
    }

    pub(super) fn refuse(&mut self, service: &str) {
        self.services.insert(service.to_owned(), Reply::NotEntitled);
    }

    /// What a service said; `None` if it said nothing.
    pub(super) fn said(&self, service: &str) -> Option<&ServiceAnswer> {
        match self.services.get(service)? {
            Reply::Said(answer) => Some(answer),
            Reply::NotEntitled => None,
        }
    }

    pub(super) fn is_refused(&self, service: &str) -> bool {
        self.services.get(service) == Some(&Reply::NotEntitled)
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
        let again = Records::from_json(LAYOUT, &records.to_json()).unwrap();
        assert!(again == records && again.is_refused("FAMILIE") && again.said("FAMILIE").is_none());
        assert_eq!(again.said("STAM").unwrap().field("ADRNVN").plain_text(), Some("Jens Mortensen"));
    }

    #[test]
    fn another_layout_or_a_damaged_text_is_told_without_repeating_it() {
        assert_eq!(Records::from_json("direkte/1", "{}"), Err(Unreadable));
        assert_eq!(Records::from_json(LAYOUT, "{\"services\":"), Err(Unreadable));
        assert!(!Unreadable.to_string().contains("services"));
    }
}
