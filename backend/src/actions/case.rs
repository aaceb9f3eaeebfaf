//! Cases and who is party to them, as the case system says.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::party::kind_of;
use super::{About, Actions, Context, Current, Error, Told};
use crate::domain::case::{Case, CaseCriteria, CaseRelation};
use crate::domain::input::{self, CaseFields, CasePartyFields, FieldFault, PartyKey, RawCase};
use crate::domain::page::{Page, PageRequest};
use crate::domain::protection::PartyView;
use crate::domain::subscription::follow;
use crate::store::audit::Row;
use crate::store::subscription::Whose;
use crate::store::{self, Write};

/// How the log says that a party was put on a case: from then on the person can be followed.
const ON_CASE: &str = "sat på sagen";

/// The most parties that one request can put on a case.
const MAX_PARTIES: usize = 500;

/// A party of a case, or a case of a party.
pub struct Related<T> {
    /// The party or the case.
    pub what: T,
    /// What the party is to the case.
    pub relation: CaseRelation,
}

/// What a caller expects of a case that is about to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anything.
    Anything,
    /// This version.
    Version(i64),
    /// That there is one.
    Something,
    /// That there is none yet.
    Nothing,
}

impl Actions {
    /// The cases that meet all criteria.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_cases(
        &self,
        context: &Context,
        criteria: CaseCriteria,
        page: PageRequest,
    ) -> Result<Page<Case>, Error> {
        self.read(context, About::criteria("sager"), Told::page, async || {
            Ok(store::case::list(&self.database.read(), &criteria, &page).await?)
        })
        .await
    }

    /// One case.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_case(&self, context: &Context, case_number: &str) -> Result<Case, Error> {
        self.read(
            context,
            About::default(),
            |_| Told::count(1),
            async || store::case::get(&self.database.read(), case_number).await?.ok_or(Error::NotFound),
        )
        .await
    }

    /// Writes a case as the case system has it; `true`: it is new here.
    ///
    /// # Errors
    /// Wrong input, a party that is not known, [`Error::Stale`].
    pub async fn put_case(
        &self,
        context: &Context,
        case_number: &str,
        raw: RawCase,
        expected: Expected,
    ) -> Result<(Case, bool), Error> {
        let fields = self.check_case(raw, case_number)?;
        self.act(context, About::default(), async |write| {
            let (case, before) = self.write_case(context, write, &fields, expected).await?;
            Ok(((case, before.is_none()), Told::count(1)))
        })
        .await
    }

    /// The fields of a case, checked.
    pub(super) fn check_case(&self, raw: RawCase, case_number: &str) -> Result<CaseFields, Error> {
        if raw.parties.as_ref().is_some_and(|parties| parties.len() > MAX_PARTIES) {
            return Err(Error::field("/parties", "En sag kan højst have 500 parter ad gangen."));
        }
        Ok(input::case(raw, case_number)?)
    }

    /// Writes a case; the case, and the version that it had before. Wrong input is found before anything is written.
    pub(super) async fn write_case(
        &self,
        context: &Context,
        write: &Write,
        fields: &CaseFields,
        expected: Expected,
    ) -> Result<(Case, Option<i64>), Error> {
        store::lock(write, &format!("case {}", fields.case_number)).await?;
        let now = self.clock.now();
        let before = store::case::get(write, &fields.case_number).await?;
        let fits = match expected {
            Expected::Anything => true,
            Expected::Version(version) => before.as_ref().is_some_and(|case| case.version == version),
            Expected::Something => before.is_some(),
            Expected::Nothing => before.is_none(),
        };
        if !fits {
            return Err(Error::Stale(before.map(|case| Current::Case(Box::new(case)))));
        }
        let mut case = Case {
            case_number: fields.case_number.clone(),
            title: fields.title.clone(),
            status: fields.status,
            responsible: fields.responsible.clone(),
            created_at: before.as_ref().map_or(now, |case| case.created_at),
            updated_at: before.as_ref().map_or(now, |case| case.updated_at),
            version: before.as_ref().map_or(1, |case| case.version),
            follow: Some(follow(fields.status, &self.policy.follow)),
        };
        let old = store::case::relations(write, &case.case_number).await?;
        let new = match &fields.parties {
            Some(parties) => Some(self.relations(write, &case.case_number, parties).await?),
            None => None,
        };
        let moved = new.as_ref().is_some_and(|new| *new != by_party(&old));
        match &before {
            None => store::case::insert(write, &case).await?,
            Some(before) if *before != case || moved => {
                self.touch(&mut case, now);
                store::case::update(write, &case, before.version).await?;
            }
            Some(_) => {}
        }
        if let Some(new) = new.filter(|_| moved) {
            let relations: Vec<CaseRelation> = new.values().cloned().collect();
            store::case::replace_relations(write, &case.case_number, &relations).await?;
            self.note_moved(context, write, &by_party(&old), &new).await?;
        }
        let follows_anew = before.as_ref().is_none_or(|before| before.follow != case.follow);
        if moved || (follows_anew && !old.is_empty()) {
            self.follow_anew(write, Whose::Cases(&[&case.case_number])).await?;
        }
        Ok((case, before.map(|before| before.version)))
    }

    /// The relations that a case is to have.
    async fn relations(
        &self,
        write: &Write,
        case_number: &str,
        parties: &[CasePartyFields],
    ) -> Result<BTreeMap<Uuid, CaseRelation>, Error> {
        let keys: Vec<PartyKey> = parties.iter().map(|wanted| wanted.party.clone()).collect();
        let found = store::party::find_many(write, &keys).await?;
        let mut relations = BTreeMap::new();
        for (place, (wanted, party)) in parties.iter().zip(found).enumerate() {
            let key = kind_of(&wanted.party);
            let fault = |detail: &str| Error::Invalid(vec![FieldFault::new(format!("/parties/{place}/{key}"), detail)]);
            let party = party.one().ok_or_else(|| fault("Der er ingen part med denne nøgle."))?;
            let relation = CaseRelation {
                case_number: case_number.to_owned(),
                party_id: party.id,
                roles: wanted.roles.clone(),
                subscribe: wanted.subscribe,
            };
            if relations.insert(party.id, relation).is_some() {
                return Err(fault("Parten står der to gange."));
            }
        }
        Ok(relations)
    }

    /// Notes for each party that it was put on or taken off the case: the log of a person shows it.
    async fn note_moved(
        &self,
        context: &Context,
        write: &Write,
        old: &BTreeMap<Uuid, CaseRelation>,
        new: &BTreeMap<Uuid, CaseRelation>,
    ) -> Result<(), Error> {
        let on = new.keys().filter(|id| !old.contains_key(id)).map(|id| (*id, ON_CASE));
        let off = old.keys().filter(|id| !new.contains_key(id)).map(|id| (*id, "taget af sagen"));
        let changed = new
            .iter()
            .filter(|(id, relation)| old.get(id).is_some_and(|before| before != *relation))
            .map(|(id, _)| (*id, "ændret på sagen"));
        let moved: Vec<(Uuid, &str)> = on.chain(off).chain(changed).collect();
        let ids: Vec<Uuid> = moved.iter().map(|(id, _)| *id).collect();
        let parties = store::party::get_many(write, &ids).await?;
        for (id, what) in moved {
            let number = parties.iter().find(|party| party.id == id).and_then(|party| party.fields.personal_number);
            let about = About { number, criteria: Some(what.to_owned()), ..About::party(id) };
            let row = Row::Entry(self.intent(context, about), self.succeeded(&Told::count(1)));
            store::audit::append(write, &row).await?;
        }
        Ok(())
    }

    /// Removes a case; its parties stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_case(&self, context: &Context, case_number: &str) -> Result<(), Error> {
        self.act(context, About::default(), async |write| {
            // Locked first: a party that is put on the case meanwhile must not leave with it unnoticed.
            store::case::get(write, case_number).await?.ok_or(Error::NotFound)?;
            let old = by_party(&store::case::relations(write, case_number).await?);
            if !store::case::delete(write, case_number).await? {
                return Err(Error::NotFound);
            }
            self.note_moved(context, write, &old, &BTreeMap::new()).await?;
            self.follow_anew(write, Whose::Cases(&[case_number])).await?;
            Ok(((), Told::count(1)))
        })
        .await
    }

    /// Who is party to a case.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_case_parties(
        &self,
        context: &Context,
        case_number: &str,
        page: PageRequest,
    ) -> Result<Page<Related<PartyView>>, Error> {
        self.read(context, About::default(), Told::page, async || {
            let read = self.database.read();
            store::case::get(&read, case_number).await?.ok_or(Error::NotFound)?;
            let relations = store::case::parties_of(&read, case_number, &page).await?;
            let ids: Vec<Uuid> = relations.items.iter().map(|relation| relation.party_id).collect();
            let parties = Page { items: store::party::get_many(&read, &ids).await?, next: None };
            let views = self.views(context, &read, parties).await?;
            let mut views: BTreeMap<Uuid, PartyView> = views.items.into_iter().map(|view| (view.id, view)).collect();
            let next = relations.next;
            // A party that was deleted between the two questions is no longer on the case.
            let related = |relation: CaseRelation| Some(Related { what: views.remove(&relation.party_id)?, relation });
            Ok(Page { items: relations.items.into_iter().filter_map(related).collect(), next })
        })
        .await
    }

    /// The cases that a party is on.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_party_cases(
        &self,
        context: &Context,
        party_id: Uuid,
        page: PageRequest,
    ) -> Result<Page<Related<Case>>, Error> {
        self.read(context, About::party(party_id), Told::page, async || {
            let read = self.database.read();
            store::party::get(&read, party_id).await?.ok_or(Error::NotFound)?;
            let cases = store::case::cases_of(&read, party_id, &page).await?;
            Ok(cases.map(|(case, relation)| Related { what: case, relation }))
        })
        .await
    }

    /// Makes a party a party to a case, or changes what it is to it; `true`: it is new on the case.
    ///
    /// # Errors
    /// Wrong roles, [`Error::NotFound`] for the case or the party.
    pub async fn put_case_party(
        &self,
        context: &Context,
        case_number: &str,
        party_id: Uuid,
        roles: Vec<String>,
        subscribe: bool,
    ) -> Result<(Related<PartyView>, bool), Error> {
        let roles = input::roles("/roles", roles)?;
        let relation = CaseRelation { case_number: case_number.to_owned(), party_id, roles, subscribe };
        let about = About { criteria: Some(ON_CASE.to_owned()), ..About::party(party_id) };
        self.act(context, about, async |write| {
            let mut case = store::case::get(write, case_number).await?.ok_or(Error::NotFound)?;
            let party = store::party::get(write, party_id).await?.ok_or(Error::NotFound)?;
            let before = store::case::relation(write, case_number, party_id).await?;
            if before.as_ref() != Some(&relation) {
                store::case::relate(write, &relation).await?;
                let version = case.version;
                self.touch(&mut case, self.clock.now());
                store::case::update(write, &case, version).await?;
                self.follow_anew(write, Whose::Relation(case_number, party_id)).await?;
            }
            let related = Related { what: self.view(context, write, &party).await?, relation: relation.clone() };
            Ok(((related, before.is_none()), Told::party(party_id, party.fields.personal_number)))
        })
        .await
    }

    /// Takes a party off a case.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the case, or when the party is not on it.
    pub async fn delete_case_party(&self, context: &Context, case_number: &str, party_id: Uuid) -> Result<(), Error> {
        self.act(context, About::party(party_id), async |write| {
            let mut case = store::case::get(write, case_number).await?.ok_or(Error::NotFound)?;
            if !store::case::unrelate(write, case_number, party_id).await? {
                return Err(Error::NotFound);
            }
            let version = case.version;
            self.touch(&mut case, self.clock.now());
            store::case::update(write, &case, version).await?;
            self.follow_anew(write, Whose::Relation(case_number, party_id)).await?;
            Ok(((), Told { party_id: Some(party_id), ..Told::count(1) }))
        })
        .await
    }

    fn touch(&self, case: &mut Case, now: DateTime<Utc>) {
        case.version += 1;
        case.updated_at = now;
    }
}

fn by_party(relations: &[CaseRelation]) -> BTreeMap<Uuid, CaseRelation> {
    relations.iter().map(|relation| (relation.party_id, relation.clone())).collect()
}
