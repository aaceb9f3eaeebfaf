//! *Find CPR-nummer*: from name and address to candidates, one audited question after the other.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{About, Actions, Context, Error, Told};
use crate::domain::find::{self, Candidate, Question, Step, Wanted, Widen};
use crate::domain::input::{self, RawAddress};
use crate::domain::party::{Address, Party, PartyKind};
use crate::domain::person::Sex;
use crate::domain::protection;
use crate::registry;
use crate::store;

/// The longest name.
const MAX_NAME: usize = 200;

/// Whom somebody looks for. On a party, what is `None` is the party's own.
#[derive(Clone, Default)]
pub struct Find {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Option<RawAddress>,
    /// Sex, where known.
    pub sex: Option<Sex>,
    /// Birth date, where known.
    pub birth_date: Option<NaiveDate>,
    /// Search former names too.
    pub include_former_names: bool,
    /// How far to go.
    pub widen: Widen,
}

/// What was found, as it may be shown.
pub struct Found {
    /// The persons that can be meant.
    pub candidates: Vec<Candidate>,
    /// CPR has more than are listed.
    pub more: bool,
    /// The questions that were asked, with their hits.
    pub searched: Vec<(Step, u32)>,
    /// The wider search that can be asked next.
    pub wider: Option<Widen>,
}

impl Actions {
    /// Finds the number of a party.
    ///
    /// # Errors
    /// CPR's; [`Error::NotFound`]; [`Error::NameAndAddressRequired`]; [`Error::ReasonRequired`].
    pub async fn find_party_personal_number(
        &self,
        context: &Context,
        party_id: Uuid,
        find: Find,
    ) -> Result<Found, Error> {
        let told = |party: &Party| Told::party(party_id, party.fields.personal_number);
        let party = self
            .read(context, About::party(party_id), told, async || {
                store::party::get(&self.database.read(), party_id).await?.ok_or(Error::NotFound)
            })
            .await?;
        if party.fields.kind == PartyKind::Company {
            return Err(Error::field("", "En virksomhed har ikke et CPR-nummer."));
        }
        let name = find.name.clone().unwrap_or_else(|| party.fields.name.clone());
        let address = match &find.address {
            Some(address) => input::address("/address", address.clone())?,
            // Who else lives there would tell a hidden address.
            None if self.view_of(context, &party, None, None).address_masked && context.reason.is_none() => {
                let about = About::party(party_id);
                return self.read(context, about, |_| Told::default(), async || Err(Error::ReasonRequired)).await;
            }
            None => party.fields.address.clone(),
        };
        self.find(context, Some(party_id), &name, address, find).await
    }

    /// Finds the number of a person who is no party.
    ///
    /// # Errors
    /// As [`Actions::find_party_personal_number`].
    pub async fn find_person(&self, context: &Context, find: Find) -> Result<Found, Error> {
        let name = find.name.clone().unwrap_or_default();
        let address = find.address.clone().map(|address| input::address("/address", address)).transpose()?.flatten();
        self.find(context, None, &name, address, find).await
    }

    async fn find(
        &self,
        context: &Context,
        party_id: Option<Uuid>,
        name: &str,
        address: Option<Address>,
        find: Find,
    ) -> Result<Found, Error> {
        let name = input::line("/name", Some(name), MAX_NAME)?.unwrap_or_default();
        let line = address.as_ref().and_then(|address| address.line1.as_deref()).unwrap_or_default();
        if !in_latin_1(&name) || !in_latin_1(line) {
            return Err(Error::CprCriteriaInsufficient);
        }
        let mut wanted = Wanted::new(&name, address.as_ref(), find.widen).map_err(|_| Error::NameAndAddressRequired)?;
        wanted.sex = find.sex;
        wanted.birth_date = find.birth_date;
        wanted.include_former_names = find.include_former_names;
        if !self.policy.finds {
            return Err(Error::NotAvailableHere("Private må ikke søge efter CPR-numre i CPR.".to_owned()));
        }
        let cpr = self.cpr()?;

        let mut searched = Vec::new();
        let mut found = Vec::new();
        let mut more = false;
        let mut municipality: Option<String> = None;
        while let Some(step) = find::next_step(&wanted, &searched) {
            let mut hits = 0;
            for question in find::questions(&wanted, step, municipality.as_deref()) {
                let about = About { party_id, ..About::criteria(step_name(step)) };
                let opened = self.open(context, about).await?;
                let asked = async {
                    self.check_reason(context)?;
                    Ok(match &question {
                        Question::Address(question) => cpr.search_address(question).await?,
                        Question::Name(question) => cpr.search_name(question).await?,
                    })
                };
                let answer = self
                    .close_asked(&opened, asked.await, |found: &registry::Found| Told::count(i64::from(found.hits)))
                    .await?;
                hits += answer.hits;
                more |= answer.more;
                municipality = municipality.or(answer.municipality);
                found.extend(answer.candidates);
            }
            searched.push((step, hits));
        }
        let policy = &self.policy.protection;
        let has_reason = context.reason.is_some();
        let candidates: Vec<Candidate> = find::candidates(&wanted, found)
            .into_iter()
            .map(|candidate| protection::candidate_view(candidate, policy, has_reason))
            .collect();
        let told = |candidate: &&Candidate| candidate.protected && candidate.address.is_some();
        self.note_disclosures(candidates.iter().filter(told).count());
        Ok(Found { candidates, more, wider: find::wider(&wanted, &searched), searched })
    }
}

/// CPR reads and writes ISO-8859-1: for other letters it cannot be asked.
fn in_latin_1(text: &str) -> bool {
    text.chars().all(|letter| u32::from(letter) <= 0xff)
}

/// The step as the log names it.
const fn step_name(step: Step) -> &'static str {
    match step {
        Step::FullAddress => "navn og adresse",
        Step::WithoutDoor => "navn og adresse uden dør",
        Step::WithoutFloor => "navn og adresse uden etage og dør",
        Step::Name => "navn",
    }
}
