//! A citizen's own report (*indsigtsrapport*): what is held of one person, and what was done with it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use uuid::Uuid;

use super::case::Related;
use super::party::VersionView;
use super::subscription::SubscriptionView;
use super::{About, Actions, Context, Error, Told};
use crate::domain::audit::{AuditCriteria, Entry, Subject};
use crate::domain::case::Case;
use crate::domain::details::Details;
use crate::domain::page::PageRequest;
use crate::domain::party::{Party, PartyVersion};
use crate::domain::protection::{self, PartyView};
use crate::domain::subject_report::{Actor, Actors};
use crate::store::{self, Read};

/// The most entries of the log in one report.
const MAX_ENTRIES: usize = 10_000;
/// How many rows are read at a time.
const BATCH: u32 = 1_000;
/// How often a number leads to a party, and the party to another number. CPR changes a person's number once or twice.
const MAX_STEPS: usize = 8;

/// Everything that the register can tell one person about that person.
pub struct SubjectReport {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The number that was asked about.
    pub number: PersonalNumber,
    /// The person's other numbers.
    pub other_numbers: Vec<PersonalNumber>,
    /// Whether staff are named.
    pub with_staff: bool,
    /// What is held.
    pub parties: Vec<SubjectParty>,
    /// Parties that the log names with one of the numbers and that do not have it now.
    pub other_party_ids: Vec<Uuid>,
    /// How far the log reaches back.
    pub log_from: Option<DateTime<Utc>>,
    /// What was done and by whom, newest first.
    pub entries: Vec<(Entry, Actor)>,
    /// There are older entries.
    pub more_entries: bool,
}

/// What is held of the person on one party.
pub struct SubjectParty {
    /// The party.
    pub view: PartyView,
    /// What else CPR has told.
    pub details: Details,
    /// The cases.
    pub cases: Vec<Related<Case>>,
    /// Whether and why the person is followed.
    pub subscription: SubscriptionView,
    /// What was changed and by whom, newest first.
    pub changes: Vec<(VersionView, Actor)>,
    /// There were changes about somebody else who had the party before.
    pub earlier_changes_withheld: bool,
}

impl Actions {
    /// Everything that the register can tell one person about that person. Staff are withheld unless `with_staff`.
    ///
    /// # Errors
    /// [`Error::ReasonRequired`] when staff are to be named without a reason.
    pub async fn make_subject_report(
        &self,
        context: &Context,
        number: PersonalNumber,
        with_staff: bool,
    ) -> Result<SubjectReport, Error> {
        let what = if with_staff { "indsigtsrapport med medarbejdere" } else { "indsigtsrapport" };
        let about = About { number: Some(number), ..About::criteria(what) };
        let told = |report: &SubjectReport| Told {
            party_id: report.parties.first().map(|party| party.view.id),
            ..Told::count(i64::try_from(report.parties.len()).unwrap_or(i64::MAX))
        };
        self.read(context, about, told, async || {
            if with_staff && context.reason.is_none() {
                return Err(Error::ReasonRequired);
            }
            self.subject_report(context, number, with_staff).await
        })
        .await
    }

    async fn subject_report(
        &self,
        context: &Context,
        number: PersonalNumber,
        with_staff: bool,
    ) -> Result<SubjectReport, Error> {
        let read = self.database.read();
        let (numbers, held) = persons_of(&read, number).await?;
        let subject = self.subject(&numbers, &held);
        let (found, more_entries) = entries_about(&read, subject).await?;
        let ids: BTreeSet<Uuid> = held.iter().map(|party| party.id).collect();
        let named = |entry: &Entry| entry.ending.as_ref().and_then(|ending| ending.party_id).or(entry.intent.party_id);
        let other: BTreeSet<Uuid> = found.iter().filter_map(named).filter(|id| !ids.contains(id)).collect();

        let mut actors = Actors::new(with_staff);
        let entries = found.into_iter().map(|entry| {
            let actor = actors.tell(entry.intent.who());
            (entry, actor)
        });
        let entries = entries.collect();
        let mut parties = Vec::with_capacity(held.len());
        for party in &held {
            parties.push(self.subject_party(context, &read, party, &mut actors).await?);
        }
        self.note_disclosures(parties.iter().filter(|party| party.view.tells_protected_address()).count());
        Ok(SubjectReport {
            made_at: self.clock.now(),
            number,
            other_numbers: numbers.into_iter().filter(|other| *other != number).collect(),
            with_staff,
            parties,
            other_party_ids: other.into_iter().collect(),
            log_from: store::audit::oldest(&read).await?,
            entries,
            more_entries,
        })
    }

    /// The person with a number, now or formerly, as the log knows one.
    pub(super) async fn subject_with(&self, number: PersonalNumber) -> Result<Subject, Error> {
        let (numbers, parties) = persons_of(&self.database.read(), number).await?;
        Ok(self.subject(&numbers, &parties))
    }

    fn subject(&self, numbers: &BTreeSet<PersonalNumber>, parties: &[Party]) -> Subject {
        Subject {
            digests: numbers.iter().map(|number| self.digest(*number)).collect(),
            party_ids: parties.iter().map(|party| party.id).collect(),
        }
    }

    async fn subject_party(
        &self,
        context: &Context,
        read: &Read<'_>,
        party: &Party,
        actors: &mut Actors,
    ) -> Result<SubjectParty, Error> {
        // Whoever may make the report may make it whole: it names cases, whatever reading them demands elsewhere.
        let reads_cases = true;
        let policy = self.policy.protection.in_own_report(context.reason.is_some());
        let mut followings = store::subscription::followings(read, &[party.id], self.today()).await?;
        let course = self.course_for(read, followings.values()).await?;
        let following = followings.remove(&party.id);
        let details = self.kept_details(read, party).await?;
        let mut cases = cases_of(read, party.id).await?;
        for related in cases.iter_mut().filter(|_| !actors.names_staff()) {
            related.what.responsible = None;
        }
        let (history, earlier_changes_withheld) =
            protection::own_history(versions_of(read, party.id).await?, party, &policy);
        let changes = history.into_iter().map(|(version, changes)| {
            let actor = actors.tell(&version.by);
            (VersionView { version, changes }, actor)
        });
        let changes = changes.collect();
        Ok(SubjectParty {
            view: PartyView::of(party, following, course.as_ref(), reads_cases, &policy),
            details: protection::own_details(details, party.is_protected(), &policy),
            cases,
            subscription: self.subscription_of(read, party, reads_cases).await?,
            changes,
            earlier_changes_withheld,
        })
    }
}

/// The numbers of the person who has or had this number, and the parties that have or had one of them. A person whose number
/// CPR has changed may stand here twice, under either.
async fn persons_of(
    read: &Read<'_>,
    number: PersonalNumber,
) -> Result<(BTreeSet<PersonalNumber>, Vec<Party>), store::Error> {
    let mut numbers = BTreeSet::from([number]);
    let mut parties: Vec<Party> = Vec::new();
    let mut asked = BTreeSet::new();
    for _ in 0..MAX_STEPS {
        let new: Vec<PersonalNumber> = numbers.difference(&asked).copied().collect();
        if new.is_empty() {
            break;
        }
        for number in new {
            asked.insert(number);
            for party in store::party::by_number_now_or_before(read, number).await? {
                let person = party.register.as_ref().map(|register| &register.person);
                numbers.extend(party.fields.personal_number);
                numbers.extend(&party.former_numbers);
                numbers.extend(person.and_then(|person| person.current_number));
                if parties.iter().all(|known| known.id != party.id) {
                    parties.push(party);
                }
            }
        }
    }
    Ok((numbers, parties))
}

async fn entries_about(read: &Read<'_>, subject: Subject) -> Result<(Vec<Entry>, bool), store::Error> {
    let criteria = AuditCriteria { subject: Some(subject), ..AuditCriteria::default() };
    let mut page = PageRequest { limit: BATCH, after: None };
    let mut entries = Vec::new();
    while entries.len() < MAX_ENTRIES {
        let found = store::audit::list(read, &criteria, &page).await?;
        entries.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok((entries, false)),
        }
    }
    Ok((entries, true))
}

async fn versions_of(read: &Read<'_>, id: Uuid) -> Result<Vec<PartyVersion>, store::Error> {
    let mut page = PageRequest { limit: BATCH, after: None };
    let mut versions = Vec::new();
    loop {
        let found = store::party::versions(read, id, &page).await?;
        versions.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(versions),
        }
    }
}

async fn cases_of(read: &Read<'_>, id: Uuid) -> Result<Vec<Related<Case>>, store::Error> {
    let mut page = PageRequest { limit: BATCH, after: None };
    let mut cases = Vec::new();
    loop {
        let found = store::case::cases_of(read, id, &page).await?;
        cases.extend(found.items.into_iter().map(|(case, relation)| Related { what: case, relation }));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(cases),
        }
    }
}
