//! Asking CPR about one person: look-up, preview, fetch (*Hent fra CPR*), and the CPR tab.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{About, Actions, Context, Error, Told};
use crate::domain::apply::{self, Delivered, NumberFault, PreviewChange};
use crate::domain::audit::Intent;
use crate::domain::change::KeepableField;
use crate::domain::details::Details;
use crate::domain::order::Moment;
use crate::domain::party::Party;
use crate::domain::person::{Person, Register, RegisterSource, Status};
use crate::domain::protection::{self, Display, PartyView, PersonView};
use crate::domain::subscription::danish_date;
use crate::registry::records::Records;
use crate::registry::{Answer, Registry};
use crate::store::preview::Preview as StoredPreview;
use crate::store::{self, Connection};

/// How long a preview can be applied.
const PREVIEW_LASTS: Duration = Duration::minutes(15);

/// A moved number leads to a number that may have moved itself; CPR's chains are shorter than this.
const MAX_HOPS: usize = 3;

/// What a fetch is asked to do.
#[derive(Debug, Clone, Default)]
pub struct Fetch {
    /// A number other than the party's own.
    pub number: Option<PersonalNumber>,
    /// Apply exactly the answer of this preview.
    pub preview_id: Option<Uuid>,
    /// Fields in which the party's value stays; `None` leaves earlier choices.
    pub keep: Option<Vec<KeepableField>>,
}

/// What a fetch would change, as it may be shown.
pub struct PreviewView {
    /// Pass to fetch to apply exactly this answer.
    pub id: Uuid,
    /// Until when that is possible.
    pub expires_at: DateTime<Utc>,
    /// What CPR answered.
    pub person: PersonView,
    /// The fields that would change, and those in which a value is kept.
    pub changes: Vec<PreviewChange>,
    /// CPR says what the party says.
    pub unchanged: bool,
}

/// CPR's answer about a party's person, with the records that are kept of it.
struct Asked {
    delivered: Delivered,
    records: Records,
}

/// [`Asked`] while it waits to be applied.
#[derive(Serialize, Deserialize)]
struct Waiting {
    person: Person,
    register_date: NaiveDate,
    updated_at: DateTime<Utc>,
    moved_from: Vec<String>,
    #[serde(default)]
    deleted: Vec<String>,
    current_number_held_by: Option<Uuid>,
    layout: String,
    records: String,
}

impl Actions {
    /// What CPR says of a person; nothing is stored.
    ///
    /// # Errors
    /// CPR's, [`Error::ReasonRequired`], a number that CPR cannot be asked about.
    pub async fn look_up_person(&self, context: &Context, number: PersonalNumber) -> Result<PersonView, Error> {
        let opened = self.open(context, About::number(number)).await?;
        let asked = async {
            self.check_reason(context)?;
            if number.is_replacement() {
                return Err(Error::PersonalNumberInvalid("/personalNumber".to_owned()));
            }
            Ok(self.cpr()?.look_up(number).await?)
        };
        let answer = self.close_asked(&opened, asked.await, |_| Told::count(1)).await?;
        let register = self.register(answer.person);
        let view = PersonView::of(&register, &self.policy.protection, context.reason.is_some());
        self.note_disclosures(usize::from(view.tells_protected_address()));
        Ok(view)
    }

    /// What a fetch would change; nothing is stored but the answer, for a short time.
    ///
    /// # Errors
    /// As [`Actions::fetch_party_cpr`].
    pub async fn preview_party_cpr(
        &self,
        context: &Context,
        party_id: Uuid,
        number: Option<PersonalNumber>,
    ) -> Result<PreviewView, Error> {
        let (about, party) = self.about_fetch(party_id, number).await?;
        let opened = self.open(context, about).await?;
        let prepared = async {
            let party = party.ok_or(Error::NotFound)?;
            let asked = self.ask_for(context, &party, number).await?;
            let id = Uuid::new_v4();
            let expires_at = self.clock.now() + PREVIEW_LASTS;
            let preview = StoredPreview {
                id,
                party_id,
                party_version: party.version,
                actor: context.caller.subject.clone(),
                answer: asked.write()?,
                expires_at,
            };
            Ok((party, asked, preview))
        };
        let (party, asked, preview) = match prepared.await {
            Ok(prepared) => prepared,
            Err(error) => {
                self.give_up(&opened, &error).await;
                return Err(error);
            }
        };
        let (id, expires_at) = (preview.id, preview.expires_at);
        self.finish(context, &opened, async |write| {
            store::preview::put(write, &preview).await?;
            Ok(((), Told { party_id: Some(party_id), ..Told::count(1) }))
        })
        .await?;
        let policy = &self.policy.protection;
        let has_reason = context.reason.is_some();
        let changes = apply::preview(&party, &asked.delivered);
        let register = &asked.delivered.register;
        let person = PersonView::of(register, policy, has_reason);
        self.note_disclosures(usize::from(person.tells_protected_address()));
        Ok(PreviewView {
            id,
            expires_at,
            person,
            unchanged: changes.iter().all(|change| change.current == change.result),
            changes: protection::preview_view(changes, &party, register, policy, has_reason),
        })
    }

    /// Brings CPR's data to the party.
    ///
    /// # Errors
    /// CPR's; [`Error::NotFound`]; [`Error::Stale`] when the party is not in the expected version, or not in the one that
    /// was previewed; [`Error::Forbidden`] when it would give the party a new number and the caller may not.
    pub async fn fetch_party_cpr(
        &self,
        context: &Context,
        party_id: Uuid,
        fetch: Fetch,
        expected_version: Option<i64>,
    ) -> Result<PartyView, Error> {
        self.once(context, async || {
            let (about, party) = self.about_fetch(party_id, fetch.number).await?;
            let opened = self.open(context, about).await?;
            let done = self.fetch(context, &opened, party_id, party, &fetch, expected_version).await;
            if let Err(error) = &done {
                self.give_up(&opened, error).await;
            }
            done
        })
        .await
    }

    async fn fetch(
        &self,
        context: &Context,
        opened: &Intent,
        party_id: Uuid,
        party: Option<Party>,
        fetch: &Fetch,
        expected_version: Option<i64>,
    ) -> Result<PartyView, Error> {
        // CPR is asked between two transactions, never inside one.
        let asked = match fetch.preview_id {
            Some(_) => None,
            None => {
                let party = party.ok_or(Error::NotFound)?;
                if expected_version.is_some_and(|version| version != party.version) {
                    return Err(self.stale(context, &self.database.read(), &party).await);
                }
                let number = apply::number_to_ask(&party, fetch.number).map_err(number_fault)?;
                if party.fields.personal_number != Some(number) {
                    self.check_new_number(context, &party, number).await?;
                }
                Some(self.ask_for(context, &party, fetch.number).await?)
            }
        };
        let mut new_number = None;
        let done = self
            .try_finish(context, opened, async |write| {
                let party = self.expect(context, write, party_id, expected_version).await?;
                let asked = match (asked, fetch.preview_id) {
                    (Some(asked), _) => asked,
                    (None, Some(preview_id)) => {
                        self.take_preview(context, write, &party, preview_id, fetch.number).await?
                    }
                    (None, None) => return Err(Error::Internal("nothing was asked".to_owned())),
                };
                let number = asked.delivered.register.person.personal_number;
                let asked_number = asked.delivered.moved_from.first().copied().unwrap_or(number);
                if party.fields.personal_number != Some(asked_number) && !context.caller.may_give_number() {
                    return Err(forbidden_number());
                }
                new_number = Some(number);
                let told = Told::party(party_id, party.fields.personal_number);
                let known = party.register.as_ref().filter(|known| known.person.personal_number == number);
                let asked_at = Moment::from(&asked.delivered.register);
                if known.is_some_and(|known| !asked_at.replaces(&known.into())) {
                    // Somebody asked CPR after us and was here before us: the newer answer stands.
                    return match fetch.preview_id {
                        Some(_) => Err(self.stale(context, write, &party).await),
                        None => Ok((self.view(context, write, &party).await?, Told { count: 0, ..told })),
                    };
                }
                let changed = apply::apply(&party, asked.delivered, fetch.keep.as_deref());
                let count = i64::from(changed.is_new_version());
                let records = Some(asked.records);
                let party = self.store_change(context, write, Some(&party), changed, records).await?;
                Ok((self.view(context, write, &party).await?, Told { count, ..told }))
            })
            .await;
        match done {
            Err(error) => Err(self.name_holder(error, new_number).await),
            done => done,
        }
    }

    /// The CPR tab.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_party_cpr(&self, context: &Context, party_id: Uuid) -> Result<Details, Error> {
        let told = |(_, number): &(Details, Option<PersonalNumber>)| Told::party(party_id, *number);
        let (details, _) = self
            .read(context, About::party(party_id), told, async || {
                let read = self.database.read();
                let party = store::party::get(&read, party_id).await?.ok_or(Error::NotFound)?;
                let number = party.fields.personal_number;
                let details = self.kept_details(&read, &party).await?;
                let is_told = party.is_protected() && self.policy.protection.display == Display::Warn;
                self.note_disclosures(usize::from(is_told));
                Ok((protection::details_view(details, party.is_protected(), &self.policy.protection), number))
            })
            .await?;
        Ok(details)
    }

    /// What is kept of a party's person beyond what the party shows, with nothing hidden yet.
    pub(super) async fn kept_details(&self, on: &impl Connection, party: &Party) -> Result<Details, Error> {
        let kept = match party.fields.personal_number {
            Some(number) => store::register::get(on, number).await?,
            None => None,
        };
        let unreadable = |_| Error::Internal("kept records cannot be read".to_owned());
        let (records, source, date) = match kept {
            Some(kept) => (
                Records::from_text(&kept.records.layout, &kept.records.text).map_err(unreadable)?,
                kept.records.source,
                kept.records.date,
            ),
            None => (Records::default(), RegisterSource::Lookup, self.today()),
        };
        Ok(records.details(&self.policy.keep, source, date))
    }

    /// Asks CPR for a party's person; follows a moved number unless another party holds the current one.
    async fn ask_for(
        &self,
        context: &Context,
        party: &Party,
        requested: Option<PersonalNumber>,
    ) -> Result<Asked, Error> {
        self.check_reason(context)?;
        let cpr = self.cpr()?;
        let mut number = apply::number_to_ask(party, requested).map_err(number_fault)?;
        let mut answer = cpr.look_up(number).await?;
        let (mut moved_from, mut deleted) = (Vec::new(), Vec::new());
        let mut current_number_held_by = None;
        while let Some(current) = moved_to(&answer)
            && moved_from.len() < MAX_HOPS
        {
            let holder = store::party::by_personal_number(&self.database.read(), current).await?;
            if let Some(holder) = holder.filter(|holder| holder.id != party.id) {
                current_number_held_by = Some(holder.id);
                break;
            }
            if answer.person.status == Some(Status::Deleted) {
                deleted.push(number);
            }
            // Another number is another person to the log.
            let opened = self.open(context, About { number: Some(current), ..About::party(party.id) }).await?;
            answer =
                self.close_asked(&opened, cpr.look_up(current).await.map_err(Error::from), |_| Told::count(1)).await?;
            moved_from.push(number);
            number = current;
        }
        let details = self.details(cpr, number).await;
        let answer = answer.with_details(details);
        let register = self.register(answer.person);
        let delivered = Delivered { register, moved_from, deleted, current_number_held_by };
        Ok(Asked { delivered, records: answer.records })
    }

    /// The sections of the CPR tab: all records of the person where CPR Direkte is configured and answers, else what CPR's
    /// services tell.
    async fn details(&self, cpr: &dyn Registry, number: PersonalNumber) -> Records {
        if let Some(channel) = &self.channel {
            match channel.details(number).await {
                Ok(Some(records)) => return records,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "CPR Direkte did not give the records of a person"),
            }
        }
        cpr.details(number).await
    }

    async fn take_preview(
        &self,
        context: &Context,
        write: &store::Write,
        party: &Party,
        preview_id: Uuid,
        number: Option<PersonalNumber>,
    ) -> Result<Asked, Error> {
        let gone = || Error::field("/previewId", "Forhåndsvisningen findes ikke længere. Hent fra CPR igen.");
        let actor = &context.caller.subject;
        let preview = store::preview::take(write, preview_id, party.id, actor, self.clock.now()).await?;
        let preview = preview.ok_or_else(gone)?;
        if preview.party_version != party.version {
            return Err(self.stale(context, write, party).await);
        }
        let asked = Asked::read(&preview.answer)?;
        let shown = asked.delivered.register.person.personal_number;
        if number.is_some_and(|number| number != shown && !asked.delivered.moved_from.contains(&number)) {
            return Err(Error::field("/personalNumber", "Forhåndsvisningen er af et andet CPR-nummer."));
        }
        Ok(asked)
    }

    /// Whether the caller may give the party this number, before CPR is troubled.
    async fn check_new_number(&self, context: &Context, party: &Party, number: PersonalNumber) -> Result<(), Error> {
        if !context.caller.may_give_number() {
            return Err(forbidden_number());
        }
        let holder = store::party::by_personal_number(&self.database.read(), number).await?;
        match holder.filter(|holder| holder.id != party.id) {
            Some(holder) => Err(Error::PersonalNumberInUse(Some(holder.id))),
            None => Ok(()),
        }
    }

    /// Whom a fetch is about, as far as it is known before it begins, and the party as it is then.
    async fn about_fetch(
        &self,
        party_id: Uuid,
        number: Option<PersonalNumber>,
    ) -> Result<(About, Option<Party>), Error> {
        let party = store::party::get(&self.database.read(), party_id).await?;
        let number = number.or(party.as_ref().and_then(|party| party.fields.personal_number));
        Ok((About { number, ..About::party(party_id) }, party))
    }

    /// CPR's state of this moment.
    pub(super) fn register(&self, person: Person) -> Register {
        let Moment { source, date, received_at } = Moment::lookup(self.clock.now());
        Register { person, source, register_date: date, updated_at: received_at }
    }

    /// The date in Denmark.
    pub(super) fn today(&self) -> NaiveDate {
        danish_date(self.clock.now())
    }
}

fn moved_to(answer: &Answer) -> Option<PersonalNumber> {
    answer.person.current_number.filter(|_| answer.person.status.as_ref().is_some_and(Status::is_moved))
}

fn number_fault(fault: NumberFault) -> Error {
    match fault {
        NumberFault::Missing => {
            Error::field("/personalNumber", "Parten har ikke et CPR-nummer. Udfyld det, eller find det.")
        }
        NumberFault::Replacement => Error::PersonalNumberInvalid("/personalNumber".to_owned()),
        NumberFault::Company => Error::field("/personalNumber", "En virksomhed har ikke et CPR-nummer."),
    }
}

fn forbidden_number() -> Error {
    Error::Forbidden("Det kræver både Opdater fra CPR og Partsredaktør at give en part et nyt CPR-nummer.".to_owned())
}

fn written(numbers: &[PersonalNumber]) -> Vec<String> {
    numbers.iter().map(|number| number.digits().as_str().to_owned()).collect()
}

impl Asked {
    fn write(&self) -> Result<String, Error> {
        let register = &self.delivered.register;
        let waiting = Waiting {
            person: register.person.clone(),
            register_date: register.register_date,
            updated_at: register.updated_at,
            moved_from: written(&self.delivered.moved_from),
            deleted: written(&self.delivered.deleted),
            current_number_held_by: self.delivered.current_number_held_by,
            layout: self.records.layout().to_owned(),
            records: self.records.to_text(),
        };
        serde_json::to_string(&waiting).map_err(|_| Error::Internal("a preview has no JSON form".to_owned()))
    }

    fn read(text: &str) -> Result<Asked, Error> {
        let unreadable = || Error::Internal("a stored preview cannot be read".to_owned());
        let waiting: Waiting = serde_json::from_str(text).map_err(|_| unreadable())?;
        let read = |numbers: &[String]| -> Result<Vec<PersonalNumber>, Error> {
            numbers.iter().map(|digits| PersonalNumber::parse(digits).map_err(|_| unreadable())).collect()
        };
        let (moved_from, deleted) = (read(&waiting.moved_from)?, read(&waiting.deleted)?);
        Ok(Asked {
            delivered: Delivered {
                register: Register {
                    person: waiting.person,
                    source: RegisterSource::Lookup,
                    register_date: waiting.register_date,
                    updated_at: waiting.updated_at,
                },
                moved_from,
                deleted,
                current_number_held_by: waiting.current_number_held_by,
            },
            records: Records::from_text(&waiting.layout, &waiting.records).map_err(|_| unreadable())?,
        })
    }
}
