//! *Gem*: what is sent, and what can come of it.

use std::cell::RefCell;

use openapi::party::{Party, PartyInput};
use openapi::person::FetchRequest;
use openapi::problem::ProblemCode;
use uuid::Uuid;

use crate::api::{self, Api, ApiError, Tagged};
use crate::form::editing::{Act, Editing};
use crate::text;

/// What came of it.
pub enum Outcome {
    /// Stored, and what that does to the dialog.
    Saved(Act, Box<Party>),
    /// The party was created, but the person who was looked up for it could not be fetched.
    SavedButNotFetched(Act, Box<Party>, ApiError),
    /// Somebody else was first; this is theirs.
    Stale(Box<Tagged<Party>>),
    /// Nothing is stored.
    Failed(ApiError),
}

/// Stores what stands in the fields.
pub async fn save(
    api: &Api,
    editing: &Editing,
    attempt: &RefCell<Option<(PartyInput, Uuid)>>,
    may_fetch: bool,
) -> Outcome {
    if editing.stored.is_some() {
        return update(api, editing).await;
    }
    let input = editing.form.to_input(None);
    let key = key_of(&input, attempt);
    let created = match api::create_party(api, &input, key).await {
        Ok(created) => created,
        Err(error) => return Outcome::Failed(error),
    };
    attempt.replace(None);
    let id = created.value.id;
    let looked_up = editing.looked_up.as_ref().filter(|_| may_fetch && created.value.personal_number.is_some());
    let Some(looked_up) = looked_up else {
        return saved(editing, created, text::dialog::CREATED);
    };
    // What was looked up for the new party is stored with it: protection above all.
    let request = FetchRequest { reason: looked_up.reason.clone(), ..FetchRequest::default() };
    match api::fetch_party_cpr(api, id, &request).await {
        Ok(fetched) => saved(editing, fetched, text::dialog::CREATED),
        Err(error) => {
            let party = created.value.clone();
            let act = Act::Saved(Box::new(editing.form.clone()), Box::new(created), text::dialog::CREATED);
            Outcome::SavedButNotFetched(act, Box::new(party), error)
        }
    }
}

/// Stores the changes of a stored party.
pub async fn update(api: &Api, editing: &Editing) -> Outcome {
    let Some(stored) = &editing.stored else { return Outcome::Failed(ApiError::Unreadable) };
    let id = stored.value.id;
    let input = editing.form.to_input(Some(&stored.value));
    match api::update_party(api, id, &stored.etag, &input).await {
        Ok(party) => saved(editing, party, text::dialog::SAVED),
        Err(error) if error.code() == Some(ProblemCode::Stale) => match api::get_party(api, id).await {
            Ok(theirs) => Outcome::Stale(Box::new(theirs)),
            Err(error) => Outcome::Failed(error),
        },
        Err(error) => Outcome::Failed(error),
    }
}

fn saved(editing: &Editing, party: Tagged<Party>, message: &'static str) -> Outcome {
    let value = Box::new(party.value.clone());
    Outcome::Saved(Act::Saved(Box::new(editing.form.clone()), Box::new(party), message), value)
}

/// The key of this creation: the same as long as the same is tried again.
fn key_of(input: &PartyInput, attempt: &RefCell<Option<(PartyInput, Uuid)>>) -> Uuid {
    let mut attempt = attempt.borrow_mut();
    match &*attempt {
        Some((tried, key)) if tried == input => *key,
        _ => {
            let key = Uuid::new_v4();
            *attempt = Some((input.clone(), key));
            key
        }
    }
}
