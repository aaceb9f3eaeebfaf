//! The first load: parties and cases line by line, as an authority's other systems have them.
//!
//! Lines are taken in batches. As with any act, the log knows of each line before it is written, and its outcome is committed
//! with it. A line that cannot be taken is left out, and the others of its batch are written without it. Everything can be sent
//! again: a party is known by its keys, and one without keys by its place in its file.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest;
use cpr::PersonalNumber;
use uuid::Uuid;

use super::case::Expected;
use super::party::GIVES_NUMBER;
use super::{About, Actions, Context, Error, Told};
use crate::domain::audit::{Ending, Intent};
use crate::domain::caller::Caller;
use crate::domain::edit;
use crate::domain::input::{self, PartyKey, RawCase, RawParty};
use crate::domain::party::{Party, PartyFields, PartyKind};
use crate::store::audit::Row;
use crate::store::party::Named;
use crate::store::{self, Write};

/// What follows new cases.
const FOLLOWS: &str = "reconcile-subscriptions";

/// A file that is taken in.
#[derive(Debug, Clone, Copy)]
pub struct Import {
    /// SHA-256 of the file.
    pub file: [u8; 32],
    /// Looks at everything and keeps nothing.
    pub dry_run: bool,
}

/// What became of a line.
pub enum Taken {
    /// It is new.
    Created(String),
    /// It was there, and has changed (cases only).
    Changed(String),
    /// It was there. A party is left as it is: what people or CPR have made of it since is worth more than a file.
    Unchanged(String),
    /// It could not be taken.
    Refused(Error),
}

/// A line that was read: its number in the file, from 1, and what it says.
pub type Line<T> = (u64, T);

impl Import {
    fn context(&self, operation: &'static str) -> Context {
        let name: String = self.file[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Context {
            caller: Caller::house("import"),
            operation,
            trace_id: format!("import-{name}"),
            reason: None,
            case_number: None,
            idempotency: None,
            noted: Default::default(),
        }
    }

    /// The id of the party that this line makes, the same whenever the file is taken in.
    fn id_of(&self, line: u64) -> Uuid {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(&self.file);
        hash.update(&line.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finish().as_ref()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// A line that is ready to be written, and its place in the log.
struct Ready<T> {
    line: u64,
    what: T,
    intent: Intent,
}

/// Why a batch was not written: this line, or the database.
enum Stopped {
    At(u64, Error),
    Everywhere(Error),
}

impl Actions {
    /// Takes in parties; what became of each line, in order.
    ///
    /// # Errors
    /// When the database is away: nothing of the batch was written then.
    pub async fn import_parties(&self, import: &Import, lines: Vec<Line<RawParty>>) -> Result<Vec<Line<Taken>>, Error> {
        let context = import.context("import_parties");
        let mut taken = BTreeMap::new();
        let mut ready = Vec::new();
        for (line, raw) in lines {
            match input::party(raw, "") {
                Ok(fields) => {
                    let number = fields.personal_number;
                    let criteria = number.map(|_| GIVES_NUMBER.to_owned());
                    let intent = self.intent(&context, About { number, criteria, ..About::default() });
                    ready.push(Ready { line, what: fields, intent });
                }
                Err(faults) => drop(taken.insert(line, Taken::Refused(faults.into()))),
            }
        }
        self.import_batch(import, &context, &ready, &mut taken, async |write, batch| {
            self.write_parties(import, &context, write, batch).await
        })
        .await?;
        Ok(taken.into_iter().collect())
    }

    /// Takes in cases; what became of each line, in order.
    ///
    /// # Errors
    /// As [`Actions::import_parties`].
    pub async fn import_cases(&self, import: &Import, lines: Vec<Line<RawCase>>) -> Result<Vec<Line<Taken>>, Error> {
        let context = import.context("import_cases");
        let mut taken = BTreeMap::new();
        let mut ready = Vec::new();
        for (line, raw) in lines {
            let number = raw.case_number.clone().unwrap_or_default();
            match self.check_case(raw, &number) {
                Ok(fields) => {
                    let about = Context { case_number: Some(fields.case_number.clone()), ..context.clone() };
                    ready.push(Ready { line, intent: self.intent(&about, About::default()), what: fields });
                }
                Err(error) => drop(taken.insert(line, Taken::Refused(error))),
            }
        }
        self.import_batch(import, &context, &ready, &mut taken, async |write, batch| {
            let mut done = Vec::with_capacity(batch.len());
            for ready in batch {
                let context = Context { case_number: Some(ready.what.case_number.clone()), ..context.clone() };
                let written = self.write_case(&context, write, &ready.what, Expected::Anything).await;
                let (case, before) = match written {
                    Ok(written) => written,
                    // Wrong input is found before anything of the case is written.
                    Err(error @ Error::Invalid(_)) => {
                        done.push((Taken::Refused(error), Told::default()));
                        continue;
                    }
                    Err(error) => return Err(stop(ready.line, error)),
                };
                let taken = match before {
                    None => Taken::Created(case.case_number),
                    Some(version) if version != case.version => Taken::Changed(case.case_number),
                    Some(_) => Taken::Unchanged(case.case_number),
                };
                done.push((taken, Told::count(1)));
            }
            self.wake_after(write, FOLLOWS).await.map_err(Stopped::Everywhere)?;
            Ok(done)
        })
        .await?;
        self.calls.deliver();
        Ok(taken.into_iter().collect())
    }

    /// Writes a batch in one transaction with the outcomes in the log; again without a line that cannot be written.
    async fn import_batch<T>(
        &self,
        import: &Import,
        context: &Context,
        ready: &[Ready<T>],
        taken: &mut BTreeMap<u64, Taken>,
        write_all: impl AsyncFn(&Write, &[&Ready<T>]) -> Result<Vec<(Taken, Told)>, Stopped>,
    ) -> Result<(), Error> {
        let refused = |error: &Error, intent: Intent| Row::Entry(intent, self.unsuccessful(error));
        let mut rows: Vec<Row> = taken
            .values()
            .filter_map(|taken| if let Taken::Refused(error) = taken { Some(error) } else { None })
            .map(|error| refused(error, self.intent(context, About::default())))
            .collect();
        rows.extend(ready.iter().map(|ready| Row::Intent(ready.intent.clone())));
        if import.dry_run {
            rows = vec![Row::Entry(self.intent(context, About::criteria("prøve")), self.succeeded(&Told::default()))];
        }
        let write = self.database.begin().await?;
        store::audit::append_all(&write, &rows).await?;
        write.commit().await?;

        let mut left: Vec<&Ready<T>> = ready.iter().collect();
        let mut failed: Vec<(Uuid, Ending)> = Vec::new();
        loop {
            let write = self.database.begin().await?;
            match write_all(&write, &left).await {
                Ok(done) => {
                    let mut rows: Vec<Row> = failed.drain(..).map(|(id, ending)| Row::Outcome(id, ending)).collect();
                    for (ready, (what, told)) in left.iter().zip(done) {
                        let ending = match &what {
                            Taken::Refused(error) => self.unsuccessful(error),
                            _ => self.succeeded(&told),
                        };
                        rows.push(Row::Outcome(ready.intent.id, ending));
                        taken.insert(ready.line, what);
                    }
                    if !import.dry_run {
                        store::audit::append_all(&write, &rows).await?;
                        write.commit().await?;
                        self.news.notify_waiters();
                    }
                    return Ok(());
                }
                Err(Stopped::At(line, error)) => {
                    if let Some(place) = left.iter().position(|ready| ready.line == line) {
                        let ready = left.remove(place);
                        failed.push((ready.intent.id, self.unsuccessful(&error)));
                    }
                    taken.insert(line, Taken::Refused(error));
                }
                Err(Stopped::Everywhere(error)) => return Err(error),
            }
        }
    }

    async fn write_parties(
        &self,
        import: &Import,
        context: &Context,
        write: &Write,
        batch: &[&Ready<PartyFields>],
    ) -> Result<Vec<(Taken, Told)>, Stopped> {
        let keys: Vec<(usize, PartyKey)> = batch
            .iter()
            .enumerate()
            .flat_map(|(place, ready)| keys_of(import.id_of(ready.line), &ready.what).map(move |key| (place, key)))
            .collect();
        let asked: Vec<PartyKey> = keys.iter().map(|(_, key)| key.clone()).collect();
        let found = store::party::find_many(write, &asked).await.map_err(|error| Stopped::Everywhere(error.into()))?;
        let mut holders: Vec<Vec<Uuid>> = vec![Vec::new(); batch.len()];
        let mut by_key: HashMap<String, Uuid> = HashMap::new();
        for ((place, key), named) in keys.iter().zip(found) {
            if let Named::One(party) = named {
                holders[*place].push(party.id);
                by_key.insert(name_of(key), party.id);
            }
        }
        let mut done = Vec::with_capacity(batch.len());
        for (place, ready) in batch.iter().enumerate() {
            let id = import.id_of(ready.line);
            // A line before this one may have made the party.
            let mut known = holders[place].clone();
            known.extend(keys_of(id, &ready.what).filter_map(|key| by_key.get(&name_of(&key)).copied()));
            if let Some(company) =
                self.same_company(write, &ready.what).await.map_err(|error| stop(ready.line, error))?
            {
                known.push(company);
            }
            known.sort_unstable();
            known.dedup();
            let number = ready.what.personal_number;
            let (taken, told) = match known.as_slice() {
                [] => {
                    let changed = edit::create(ready.what.clone(), id, self.clock.now());
                    let party = self.store_change(context, write, None, changed, None).await;
                    let party = party.map_err(|error| stop(ready.line, error))?;
                    by_key.extend(keys_of(id, &ready.what).map(|key| (name_of(&key), id)));
                    (Taken::Created(party.id.to_string()), Told::party(id, number))
                }
                [only] => (Taken::Unchanged(only.to_string()), Told { count: 0, ..Told::party(*only, number) }),
                _ => {
                    let detail = "Linjens nøgler hører til flere parter.".to_owned();
                    (Taken::Refused(Error::Conflict(detail)), Told::default())
                }
            };
            done.push((taken, told));
        }
        Ok(done)
    }

    /// A company that is known by nothing but its numbers.
    async fn same_company(&self, write: &Write, fields: &PartyFields) -> Result<Option<Uuid>, Error> {
        let Some(cvr_number) = &fields.cvr_number else { return Ok(None) };
        if fields.kind != PartyKind::Company || !fields.external_ids.is_empty() {
            return Ok(None);
        }
        let companies = store::party::by_cvr_number(write, cvr_number).await?;
        let same = |company: &&Party| company.fields.p_number == fields.p_number;
        Ok(companies.iter().find(same).map(|company| company.id))
    }
}

/// A fault of the database's concerns every line, any other only its own.
fn stop(line: u64, error: Error) -> Stopped {
    match error {
        Error::Unavailable => Stopped::Everywhere(error),
        error => Stopped::At(line, error),
    }
}

/// The keys by which the party of a line may be known already.
fn keys_of(id: Uuid, fields: &PartyFields) -> impl Iterator<Item = PartyKey> + use<> {
    let number = fields.personal_number.map(PartyKey::PersonalNumber);
    let external_ids: Vec<PartyKey> = fields.external_ids.iter().cloned().map(PartyKey::ExternalId).collect();
    std::iter::once(PartyKey::Id(id)).chain(number).chain(external_ids)
}

/// A key as a word.
fn name_of(key: &PartyKey) -> String {
    let digits = |number: &PersonalNumber| number.digits().as_str().to_owned();
    match key {
        PartyKey::Id(id) => id.to_string(),
        PartyKey::PersonalNumber(number) => digits(number),
        PartyKey::CvrNumber(number) => format!("cvr {number}"),
        PartyKey::ExternalId(key) => format!("{} \u{0} {}", key.system, key.id),
    }
}
