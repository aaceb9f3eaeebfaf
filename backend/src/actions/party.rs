//! Parties: list, search, read, create, edit, delete, reveal.

use cpr::PersonalNumber;
use uuid::Uuid;

use super::subscription::RECONCILE;
use super::{About, Actions, Context, Current, Error, Told};
use crate::domain::audit::Intent;
use crate::domain::change::Changed;
use crate::domain::delivery::Course;
use crate::domain::edit;
use crate::domain::input::{self, PartyKey, RawParty};
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::{Address, ChangeSource, Party, PartyCriteria, PartyFields, PartyKind, PartyVersion};
use crate::domain::protection::{self, Display, FieldChangeView, PartyView};
use crate::domain::retention::{Deleted, NewDeletion, Why};
use crate::domain::subscription::Following;
use crate::registry::Records;
use crate::store::party::Named;
use crate::store::register::{Kept, KeptRecords};
use crate::store::{self, Connection, Write};

/// How the log says that a number was given by hand: from then on the person can be followed.
pub(super) const GIVES_NUMBER: &str = "CPR-nummer sat på parten";

/// A version of a party as it may be shown.
pub struct VersionView {
    /// When, who, through which door.
    pub version: PartyVersion,
    /// Which fields.
    pub changes: Vec<FieldChangeView>,
}

impl Actions {
    /// Every party, page by page.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_parties(
        &self,
        context: &Context,
        kind: Option<PartyKind>,
        page: PageRequest,
    ) -> Result<Page<PartyView>, Error> {
        self.read(context, About::criteria("alle"), Told::page, async || {
            let read = self.database.read();
            self.views(context, &read, store::party::list(&read, kind, &page).await?).await
        })
        .await
    }

    /// The parties that meet all criteria; `asked` names them for the log, without values.
    ///
    /// # Errors
    /// As every read.
    pub async fn search_parties(
        &self,
        context: &Context,
        mut criteria: PartyCriteria,
        asked: String,
        page: PageRequest,
    ) -> Result<Page<PartyView>, Error> {
        criteria.mask_protected = self.policy.protection.display == Display::Mask;
        let about = About { number: criteria.personal_number, ..About::criteria(asked) };
        self.read(context, about, Told::page, async || {
            let read = self.database.read();
            self.views(context, &read, store::party::search(&read, &criteria, &page).await?).await
        })
        .await
    }

    /// One party.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_party(&self, context: &Context, id: Uuid) -> Result<PartyView, Error> {
        let told = |party: &PartyView| Told::party(id, party.personal_number);
        self.read(context, About::party(id), told, async || self.current(context, id).await).await
    }

    /// What changed on a party, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_party_history(
        &self,
        context: &Context,
        id: Uuid,
        page: PageRequest,
    ) -> Result<Page<VersionView>, Error> {
        self.read(context, About::party(id), Told::page, async || {
            let read = self.database.read();
            let party = store::party::get(&read, id).await?.ok_or(Error::NotFound)?;
            let left_protected = self.left_protected(id).await?;
            let policy = &self.policy.protection;
            self.note_disclosures(usize::from(party.is_protected() && policy.display == Display::Warn));
            let view = |version: PartyVersion| VersionView {
                changes: protection::history_view(&version, &party, left_protected, policy),
                version,
            };
            Ok(store::party::versions(&read, id, &page).await?.map(view))
        })
        .await
    }

    /// Whether the party ever left a protected person's number; only of interest while protected addresses are masked.
    async fn left_protected(&self, id: Uuid) -> Result<bool, Error> {
        if self.policy.protection.display == Display::Warn {
            return Ok(false);
        }
        let mut page = PageRequest { limit: 200, after: None };
        loop {
            let versions = store::party::versions(&self.database.read(), id, &page).await?;
            if versions.items.iter().any(protection::left_protected_number) {
                return Ok(true);
            }
            match versions.next {
                Some(next) => page.after = Some(next),
                None => return Ok(false),
            }
        }
    }

    /// The address of a party for somebody who gave a reason.
    ///
    /// # Errors
    /// [`Error::ReasonRequired`], [`Error::NotFound`].
    pub async fn reveal_party_address(&self, context: &Context, id: Uuid) -> Result<Option<Address>, Error> {
        let told = |party: &Party| Told::party(id, party.fields.personal_number);
        let party = self
            .read(context, About::party(id), told, async || {
                if context.reason.is_none() {
                    return Err(Error::ReasonRequired);
                }
                store::party::get(&self.database.read(), id).await?.ok_or(Error::NotFound)
            })
            .await?;
        let address = protection::reveal(&party);
        self.note_disclosures(usize::from(party.is_protected() && address.is_some()));
        Ok(address)
    }

    /// A new party.
    ///
    /// # Errors
    /// Wrong input, a personal number or external id that another party has.
    pub async fn create_party(&self, context: &Context, raw: RawParty) -> Result<PartyView, Error> {
        self.once(context, async || {
            let fields = input::party(raw, "")?;
            let number = fields.personal_number;
            let about = About { number, criteria: number.map(|_| GIVES_NUMBER.to_owned()), ..About::default() };
            let created = self
                .act(context, about, async |write| {
                    let party = self.create(context, write, fields).await?;
                    Ok((self.view(context, write, &party).await?, Told::party(party.id, number)))
                })
                .await;
            match created {
                Err(error) => Err(self.name_holder(error, number).await),
                created => created,
            }
        })
        .await
    }

    async fn create(&self, context: &Context, write: &Write, fields: PartyFields) -> Result<Party, Error> {
        let changed = edit::create(fields, Uuid::now_v7(), self.clock.now());
        self.store_change(context, write, None, changed, None).await
    }

    /// The one party with this key, or a new one; `true`: it is new.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none and none is to be created; a conflict when several companies share the key.
    pub async fn resolve_party(
        &self,
        context: &Context,
        key: PartyKey,
        create: Option<RawParty>,
    ) -> Result<(PartyView, bool), Error> {
        let number = match &key {
            PartyKey::PersonalNumber(number) => Some(*number),
            _ => None,
        };
        let opened = self.open(context, About { number, ..About::criteria(kind_of(&key)) }).await?;
        let fields =
            create.map(|raw| with_key(raw, &key).and_then(|raw| Ok(input::party(raw, "/create")?))).transpose();
        let resolved = match fields {
            Ok(fields) => self.resolve(context, &opened, &key, fields).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &resolved {
            self.give_up(&opened, error).await;
        }
        resolved
    }

    async fn resolve(
        &self,
        context: &Context,
        opened: &Intent,
        key: &PartyKey,
        fields: Option<PartyFields>,
    ) -> Result<(PartyView, bool), Error> {
        self.try_finish(context, opened, async |write| {
            // Whoever resolves the same key at the same time waits here, and then finds what we created.
            store::lock(write, &lock_name(key)).await?;
            let named = store::party::find_many(write, std::slice::from_ref(key)).await?.pop();
            let (party, created) = match named {
                Some(Named::One(party)) => (*party, false),
                Some(Named::Several) => {
                    let detail = "Flere parter har dette CVR-nummer. Brug et eksternt id, eller søg efter parten.";
                    return Err(Error::Conflict(detail.to_owned()));
                }
                Some(Named::Nobody) | None => {
                    (self.create(context, write, fields.ok_or(Error::NotFound)?).await?, true)
                }
            };
            let view = self.view(context, write, &party).await?;
            Ok(((view, created), Told::party(party.id, party.fields.personal_number)))
        })
        .await
    }

    /// The party with the fields that a person wrote over the version that the person read.
    ///
    /// # Errors
    /// Wrong input, [`Error::NotFound`], [`Error::Stale`], a personal number or external id that another party has.
    pub async fn update_party(
        &self,
        context: &Context,
        id: Uuid,
        expected_version: Option<i64>,
        raw: RawParty,
    ) -> Result<PartyView, Error> {
        let number = input::personal_number("/personalNumber", raw.personal_number.as_deref())?;
        let about = About { number, ..About::party(id) };
        let updated = self
            .act(context, about, async |write| {
                let party = self.expect(context, write, id, expected_version).await?;
                let had = party.fields.personal_number;
                // A kind cannot be unknown: none given is the one that it has.
                let kind = raw.kind.or(Some(party.fields.kind));
                let fields = input::party(RawParty { kind, ..raw }, "")?;
                let display = self.policy.protection.display;
                let changed = edit::edit(&party, fields, display, self.clock.now());
                let count = i64::from(changed.is_new_version());
                let party = self.store_change(context, write, Some(&party), changed, None).await?;
                // The number that the party had, when it no longer has it: the log of that person shows the end.
                Ok((self.view(context, write, &party).await?, Told { count, ..Told::party(id, had) }))
            })
            .await;
        match updated {
            Err(error) => Err(self.name_holder(error, number).await),
            updated => updated,
        }
    }

    /// Removes a party, and what came from CPR with it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Stale`], a conflict when the party is on a case.
    pub async fn delete_party(&self, context: &Context, id: Uuid, expected_version: Option<i64>) -> Result<(), Error> {
        self.act(context, About::party(id), async |write| {
            let party = self.expect(context, write, id, expected_version).await?;
            store::party::delete(write, id, party.version).await?;
            if let Some(number) = party.fields.personal_number {
                store::register::delete(write, number).await?;
            }
            if let Some(number) = party.fields.personal_number {
                store::subscription::forget_ended(write, number).await?;
            }
            let deletion = NewDeletion {
                what: Deleted::Party,
                why: Why::ByHand,
                number_digest: party.fields.personal_number.map(|number| self.digest(number)),
                party_id: Some(id),
            };
            store::deletion::append(write, &[deletion], self.clock.now()).await?;
            store::event::append(write, &[edit::delete(&party)], self.clock.now()).await?;
            Ok(((), Told::party(id, party.fields.personal_number)))
        })
        .await?;
        self.copy_deletions().await;
        Ok(())
    }

    /// The party in the version that the caller read.
    pub(super) async fn expect(
        &self,
        context: &Context,
        write: &Write,
        id: Uuid,
        version: Option<i64>,
    ) -> Result<Party, Error> {
        let party = store::party::get(write, id).await?.ok_or(Error::NotFound)?;
        match version {
            Some(version) if version != party.version => Err(self.stale(context, write, &party).await),
            _ => Ok(party),
        }
    }

    /// Somebody else was first: this is the party now.
    pub(super) async fn stale(&self, context: &Context, on: &impl Connection, party: &Party) -> Error {
        match self.view(context, on, party).await {
            Ok(view) => Error::Stale(Some(Current::Party(Box::new(view)))),
            Err(error) => error,
        }
    }

    /// Stores a change with everything that belongs to it: what CPR said with its records, the party, its version, its
    /// events.
    pub(super) async fn store_change(
        &self,
        context: &Context,
        write: &Write,
        before: Option<&Party>,
        changed: Changed,
        records: Option<Records>,
    ) -> Result<Party, Error> {
        let is_new_version = changed.is_new_version();
        let at = self.clock.now();
        if let Some(number) = changed.remove_register {
            store::register::delete(write, number).await?;
        }
        if let (Some(register), Some(records)) = (changed.store_register.clone(), records) {
            let records = KeptRecords {
                layout: records.layout().to_owned(),
                text: records.to_text(),
                source: register.source,
                date: register.register_date,
            };
            store::register::put(write, &Kept { register, records }).await?;
        }
        let party = &changed.party;
        match before {
            None => store::party::insert(write, party).await?,
            Some(before) if is_new_version => store::party::update(write, before, party).await?,
            Some(_) => {}
        }
        if is_new_version {
            let source = before.map_or(ChangeSource::User, |_| party.changed_by);
            let version = PartyVersion {
                party_id: party.id,
                version: party.version,
                at,
                by: context.caller.subject.clone(),
                source,
                changes: changed.changes.clone(),
            };
            store::party::insert_version(write, &version).await?;
        }
        let follows_anew = self.follow_number(write, before, &changed, at).await?;
        let left = changed.remove_register.filter(|number| changed.moved.iter().all(|moved| moved.from != *number));
        if let Some(number) = left.filter(|_| before.is_some_and(|before| before.register.is_some())) {
            let (what, why) = (Deleted::Register, Why::NumberLeft);
            let number_digest = Some(self.digest(number));
            let deletion = NewDeletion { what, why, number_digest, party_id: Some(party.id) };
            store::deletion::append(write, &[deletion], at).await?;
        }
        store::event::append(write, &changed.events, at).await?;
        if follows_anew {
            self.wake_after(write, RECONCILE).await?;
        }
        Ok(changed.party)
    }

    /// The party as it is now, as it may be shown.
    pub(super) async fn current(&self, context: &Context, id: Uuid) -> Result<PartyView, Error> {
        let read = self.database.read();
        let (party, following) = store::party::get_followed(&read, id, self.today()).await?.ok_or(Error::NotFound)?;
        let course = self.course_for(&read, following.iter()).await?;
        let view = self.view_of(context, &party, following, course.as_ref());
        self.note_disclosures(usize::from(view.tells_protected_address()));
        Ok(view)
    }

    /// A party as this caller may see it.
    pub(super) async fn view(
        &self,
        context: &Context,
        on: &impl Connection,
        party: &Party,
    ) -> Result<PartyView, Error> {
        let mut followings = store::subscription::followings(on, &[party.id], self.today()).await?;
        let course = self.course_for(on, followings.values()).await?;
        let view = self.view_of(context, party, followings.remove(&party.id), course.as_ref());
        self.note_disclosures(usize::from(view.tells_protected_address()));
        Ok(view)
    }

    /// Parties as this caller may see them.
    pub(super) async fn views(
        &self,
        context: &Context,
        on: &impl Connection,
        page: Page<Party>,
    ) -> Result<Page<PartyView>, Error> {
        let ids: Vec<Uuid> = page.items.iter().map(|party| party.id).collect();
        let mut followings = store::subscription::followings(on, &ids, self.today()).await?;
        let course = self.course_for(on, followings.values()).await?;
        let views = page.map(|party| self.view_of(context, &party, followings.remove(&party.id), course.as_ref()));
        self.note_disclosures(views.items.iter().filter(|view| view.tells_protected_address()).count());
        Ok(views)
    }

    /// How far the deliveries have come; asked once an answer, and only where it tells of somebody who is followed.
    pub(super) async fn course_for(
        &self,
        on: &impl Connection,
        mut followings: impl Iterator<Item = &Following>,
    ) -> Result<Option<Course>, Error> {
        if followings.all(|following| following.confirmed_at.is_none()) {
            return Ok(None);
        }
        Ok(store::delivery::course(on, self.policy.task_number.as_deref()).await?)
    }

    pub(super) fn view_of(
        &self,
        context: &Context,
        party: &Party,
        following: Option<Following>,
        course: Option<&Course>,
    ) -> PartyView {
        PartyView::of(party, following, course, self.reads_cases(context), &self.policy.protection)
    }

    /// Says which party holds the number that is in use.
    pub(super) async fn name_holder(&self, error: Error, number: Option<PersonalNumber>) -> Error {
        match (error, number) {
            (Error::PersonalNumberInUse(None), Some(number)) => {
                let holder = store::party::by_personal_number(&self.database.read(), number).await;
                Error::PersonalNumberInUse(holder.ok().flatten().map(|party| party.id))
            }
            (error, _) => error,
        }
    }
}

/// What is created has the key that it was not found by.
fn with_key(mut raw: RawParty, key: &PartyKey) -> Result<RawParty, Error> {
    let other =
        |pointer: &str| Error::field(pointer, "Skal være den samme nøgle, som der findes efter, eller udelades.");
    match key {
        PartyKey::Id(_) => {}
        PartyKey::PersonalNumber(number) => {
            let pointer = "/create/personalNumber";
            let given = input::personal_number(pointer, raw.personal_number.as_deref())?;
            if given.is_some_and(|given| given != *number) {
                return Err(other(pointer));
            }
            raw.personal_number = Some(number.digits().as_str().to_owned());
        }
        PartyKey::CvrNumber(cvr_number) => {
            let pointer = "/create/cvrNumber";
            let given = input::cvr_number(pointer, raw.cvr_number.as_deref())?;
            if given.is_some_and(|given| given != *cvr_number) {
                return Err(other(pointer));
            }
            raw.cvr_number = Some(cvr_number.clone());
        }
        PartyKey::ExternalId(key) => {
            let keys = raw.external_ids.get_or_insert_default();
            if keys.iter().any(|given| given.system == key.system && given.id != key.id) {
                return Err(other("/create/externalIds"));
            }
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
    }
    Ok(raw)
}

/// The field of a request that names a party.
pub(super) const fn kind_of(key: &PartyKey) -> &'static str {
    match key {
        PartyKey::Id(_) => "partyId",
        PartyKey::PersonalNumber(_) => "personalNumber",
        PartyKey::CvrNumber(_) => "cvrNumber",
        PartyKey::ExternalId(_) => "externalId",
    }
}

fn lock_name(key: &PartyKey) -> String {
    match key {
        PartyKey::Id(id) => format!("party {id}"),
        PartyKey::PersonalNumber(number) => format!("number {}", number.digits().as_str()),
        PartyKey::CvrNumber(cvr_number) => format!("cvr {cvr_number}"),
        PartyKey::ExternalId(key) => format!("external {} {}", key.system, key.id),
    }
}
