//! How long what CPR said of a person is kept (*opbevaring, sletning*), what goes then, and what stays.
//!
//! The need is what allows an authority to hold it (CPR Act § 31), and nothing is kept longer than needed (GDPR, article 5,
//! 1, e). Why it is so, and what law says: decision 0024.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::change::{Changed, address_value, conclude, local_kind};
use super::party::{AddressKind, ChangeSource, FieldChange, Party, PartyVersion};

/// What is known of the need for what CPR said of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The person's party is on a case that is open or was closed a short time ago, whether or not it is followed because of
    /// it, or is about to become the person of such a party.
    pub needed: bool,
    /// The last day on which it was noted that it is needed; a look-up is one.
    pub noted_on: NaiveDate,
    /// The last day of the last reason on record, past or to come.
    pub reasons_until: Option<NaiveDate>,
}

/// The last day on which it was needed; today while it still is.
pub fn last_needed_on(facts: &Facts, today: NaiveDate) -> NaiveDate {
    let until = facts.reasons_until.unwrap_or(facts.noted_on).max(facts.noted_on);
    if facts.needed { today } else { until.min(today) }
}

/// The first day on which what CPR said of a person may go; `None` while it is needed.
///
/// It stays for `register_days` whole days in Copenhagen after the day on which the last reason ended, or on which somebody
/// looked the person up, whichever is later.
pub fn may_go_from(facts: &Facts, register_days: u32, today: NaiveDate) -> Option<NaiveDate> {
    if facts.needed || facts.reasons_until.is_some_and(|until| until >= today) {
        return None;
    }
    let stays = Days::new(u64::from(register_days) + 1);
    Some(last_needed_on(facts, today).checked_add_days(stays).unwrap_or(NaiveDate::MAX))
}

/// Nothing that was needed on this day or later may go today: who was, need not be looked at.
pub fn looked_at_before(register_days: u32, today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(Days::new(register_days.into())).unwrap_or(NaiveDate::MIN)
}

/// What a purge is about to do, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Persons whose data may go.
    pub due: u64,
    /// Persons of whom anything is kept.
    pub persons: u64,
    /// Cases that there are.
    pub cases: u64,
}

/// Why a purge deletes nothing until a person has looked and started it by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The database comes from a backup: what happened to cases since is not known here.
    AfterRestore,
    /// Nobody has let it delete anything yet, or no case was ever there: reasons may not have been loaded.
    FirstTime,
    /// Far fewer cases than last time: a load may have failed.
    CasesShrunk,
    /// Far more persons than usual.
    TooMany,
}

impl Hold {
    const ALL: [Hold; 4] = [Hold::AfterRestore, Hold::FirstTime, Hold::CasesShrunk, Hold::TooMany];

    /// The code of the failed run.
    pub const fn code(self) -> &'static str {
        match self {
            Hold::AfterRestore => "purge-held-after-restore",
            Hold::FirstTime => "purge-held-first-time",
            Hold::CasesShrunk => "purge-held-cases-shrunk",
            Hold::TooMany => "purge-held-too-many",
        }
    }

    /// The hold with this code.
    pub fn from_code(code: &str) -> Option<Hold> {
        Hold::ALL.into_iter().find(|hold| hold.code() == code)
    }

    /// The same in Danish, with what to do.
    pub const fn text(self) -> &'static str {
        match self {
            Hold::AfterRestore => {
                "Databasen er lagt tilbage fra en sikkerhedskopi. Der slettes ikke CPR-oplysninger, før nogen har set, at \
                 sagerne er ajour, og har startet jobbet selv."
            }
            Hold::FirstTime => {
                "Det er første gang, der er CPR-oplysninger at slette. Se antallet i purge-preview og at sagerne er \
                 indlæst, og start jobbet selv. Derefter kører det af sig selv."
            }
            Hold::CasesShrunk => {
                "Der er under halvt så mange sager som sidste gang. Er de faldet ud ved en fejl, ville CPR-oplysninger \
                 blive slettet for tidligt. Se efter, og start jobbet selv, hvis det er rigtigt."
            }
            Hold::TooMany => {
                "Der er usædvanligt mange personer at slette CPR-oplysninger om, mere end hver tiende. Se antallet i \
                 purge-preview, og start jobbet selv, hvis det er rigtigt."
            }
        }
    }
}

/// So many persons may always go in one run, however few there are.
const ALWAYS: u64 = 100;
/// Of more, not over one in so many.
const SHARE: u64 = 10;

/// Whether a run that nobody asked for has to wait for a person. `cases_before`: how many cases there were when a run last
/// deleted or had nothing to delete; `restored`: nobody has let it delete since the database was restored.
pub fn hold(survey: &Survey, cases_before: Option<u64>, restored: bool) -> Option<Hold> {
    match cases_before {
        _ if survey.due == 0 => None,
        _ if restored => Some(Hold::AfterRestore),
        None => Some(Hold::FirstTime),
        Some(before) if have_shrunk(survey.cases, before) => Some(Hold::CasesShrunk),
        Some(_) if survey.due > ALWAYS && survey.due.saturating_mul(SHARE) > survey.persons => Some(Hold::TooMany),
        Some(_) => None,
    }
}

/// The number of cases to compare the next run's with. That there are none at all is believed only when a person said so.
pub fn cases_to_remember(survey: &Survey, before: Option<u64>, by_hand: bool) -> Option<u64> {
    let believed = by_hand || (survey.cases > 0 && before.is_none_or(|before| !have_shrunk(survey.cases, before)));
    if believed { Some(survey.cases) } else { before }
}

fn have_shrunk(cases: u64, before: u64) -> bool {
    cases.saturating_mul(2) < before
}

/// What was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deleted {
    /// What CPR said of a person; the party stays.
    Register,
    /// The party, with what CPR said of it.
    Party,
}

/// Why it was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nobody needed it for so long.
    Expired,
    /// Somebody deleted the party.
    ByHand,
    /// The party got another person's number, or lost its own.
    NumberLeft,
}

/// A deletion that is about to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeletion {
    /// What.
    pub what: Deleted,
    /// Why.
    pub why: Why,
    /// Keyed digest of the person's number, where there was one.
    pub number_digest: Option<String>,
    /// The party.
    pub party_id: Option<Uuid>,
}

/// A row of the log of deletions (*sletteloggen*): enough to do it again after a restore, and no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// Its place: rises by one, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Deleted,
    /// Why.
    pub why: Why,
    /// Keyed digest of the person's number, where there was one.
    pub number_digest: Option<String>,
    /// The party.
    pub party_id: Option<Uuid>,
}

/// A party without what CPR said of its person.
pub struct Forgotten {
    /// The party, its new version and events. The values in `changes` are gone too.
    pub changed: Changed,
    /// Earlier versions in which values were taken out, to be stored over what they were.
    pub history: Vec<PartyVersion>,
}

/// Takes everything from a party that came from CPR. What identifies it to the cases that it was party to stays as a local
/// value: the name in force, the number, and numbers that the party had here before; so does what was typed here.
///
/// CPR's address goes. Of a protected person any address does: the mark that would warn of it goes too. Earlier versions
/// keep who changed which field when, without the values that came from CPR.
pub fn forget(party: &Party, history: &[PartyVersion], at: DateTime<Utc>) -> Forgotten {
    let mut after = party.clone();
    let from_cpr = !matches!(party.address_kind, AddressKind::Local | AddressKind::None);
    if from_cpr || party.is_protected() {
        after.fields.address = None;
    }
    after.address_kind = local_kind(after.fields.address.as_ref());
    after.register = None;
    after.current_number_held_by = None;
    after.former_numbers = own_numbers(party, history);
    after.keeps_name = false;
    after.keeps_address = false;

    let told = Told::of(party, history, &after);
    let mut changed = Changed {
        remove_register: party.fields.personal_number,
        ..conclude(Some(party), after, ChangeSource::Retention, at)
    };
    told.take_from(&mut changed.changes, false);
    let mut rewritten = Vec::new();
    for version in history {
        let mut without = version.clone();
        told.take_from(&mut without.changes, leaves_number(version));
        if without != *version {
            rewritten.push(without);
        }
    }
    Forgotten { changed, history: rewritten }
}

/// Those of the party's former numbers that it had here itself: case systems may know it by them.
fn own_numbers(party: &Party, history: &[PartyVersion]) -> Vec<PersonalNumber> {
    let changes = history.iter().flat_map(|version| &version.changes);
    let had: BTreeSet<&str> =
        changes.filter(|change| change.field == "personalNumber").filter_map(|change| change.old.as_str()).collect();
    party.former_numbers.iter().copied().filter(|number| had.contains(number.digits().as_str())).collect()
}

/// The version took the number from the party. That the person was protected stays with it: history is masked by it.
fn leaves_number(version: &PartyVersion) -> bool {
    version.changes.iter().any(|change| change.field == "personalNumber" && !change.old.is_null())
}

/// What CPR told of names and addresses, and what of it stays.
struct Told {
    values: Vec<Value>,
    stays: Value,
    /// Every address goes, wherever it came from.
    any_address: bool,
}

impl Told {
    fn of(party: &Party, history: &[PartyVersion], after: &Party) -> Told {
        let mut values = Vec::new();
        if let Some(register) = &party.register {
            values.push(Value::from(register.person.name.clone()));
            values.extend(
                [&register.person.address, &register.person.last_address].map(|line| address_value(line.as_ref())),
            );
        }
        let from_cpr = history.iter().filter(|version| version.source.is_cpr());
        let changes = from_cpr.flat_map(|version| &version.changes);
        let named = changes.filter(|change| matches!(change.field.as_str(), "name" | "address"));
        values.extend(named.map(|change| change.new.clone()));
        values.retain(|value| !value.is_null());
        if !party.keeps_address && party.address_kind != AddressKind::Local {
            values.push(address_value(party.fields.address.as_ref()));
        }
        Told { values, stays: Value::from(after.fields.name.clone()), any_address: party.is_protected() }
    }

    fn take_from(&self, changes: &mut [FieldChange], keep_protection: bool) {
        for change in changes {
            let goes = |value: &Value| match change.field.as_str() {
                "status" | "statusSince" | "birthDate" | "sex" | "lastAddress" => true,
                "formerPersonalNumbers" => true,
                "protection" => !keep_protection,
                "name" => *value != self.stays && self.values.contains(value),
                "address" => self.any_address || self.values.contains(value),
                _ => false,
            };
            let (old, new) = (goes(&change.old), goes(&change.new));
            if old {
                change.old = Value::Null;
            }
            if new {
                change.new = Value::Null;
            }
        }
    }
}

#[cfg(test)]
mod tests;
