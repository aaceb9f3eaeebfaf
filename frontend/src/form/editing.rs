//! The state of the properties dialog, and what changes it: a plain function from state and act to state.

use std::rc::Rc;

use openapi::party::{Address, Party, PartyKind};
use openapi::person::Person;
use yew::Reducible;

use super::field::{Field, FieldErrors};
use super::party_form::PartyForm;
use super::{identity, number};
use crate::api::{ApiError, Tagged};

/// The dialog's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Editing {
    /// The party as it is stored; none while it is new or on its way.
    pub stored: Option<Tagged<Party>>,
    /// What stands in the fields.
    pub form: PartyForm,
    /// What the server found wrong with the fields.
    pub errors: FieldErrors,
    /// Why the last act failed, beyond the fields.
    pub failure: Option<ApiError>,
    /// The last act's success, in words.
    pub message: Option<&'static str>,
    /// Something is on its way.
    pub busy: bool,
    /// A new party's fields came from a look-up, with this reason: what it says must be fetched once the party exists.
    pub looked_up: Option<LookedUp>,
    /// A masked address that is shown for a while.
    pub revealed: Option<Option<Address>>,
}

/// That a person was looked up for a new party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUp {
    /// The reason that was given.
    pub reason: Option<String>,
}

/// What happens in the dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Another party is opened; `None` is a new one.
    Open,
    /// The party is here.
    Loaded(Box<Tagged<Party>>),
    /// Something was typed.
    Type(Field, String),
    /// A field was left.
    Leave(Field),
    /// Person or company was chosen.
    Kind(PartyKind),
    /// *Parten er ejer af e-maildomænet*.
    OwnsEmailDomain(bool),
    /// A request is on its way.
    Sending,
    /// These fields were stored.
    Saved(Box<PartyForm>, Box<Tagged<Party>>, &'static str),
    /// CPR's data were stored.
    Fetched(Box<Tagged<Party>>, &'static str),
    /// A look-up fills the fields of a new party.
    Filled(Box<Person>, LookedUp, &'static str),
    /// The server found fields wrong, or something failed.
    Failed(ApiError),
    /// The party was created, but what CPR says did not come with it.
    FetchFailed(ApiError, &'static str),
    /// The request has ended without an outcome of its own.
    Stop,
    /// The fields are wrong as they stand.
    Wrong(FieldErrors),
    /// Somebody else's version is taken, without the changes made here.
    TakeTheirs(Box<Tagged<Party>>),
    /// Somebody else's version is taken, with the changes made here on top.
    TakeBoth(Box<Tagged<Party>>),
    /// Only words.
    Say(&'static str),
    /// A masked address is shown.
    Reveal(Option<Address>),
    /// It is hidden again.
    Hide,
}

impl Editing {
    /// An empty dialog.
    pub fn new() -> Editing {
        Editing {
            stored: None,
            form: PartyForm::empty(),
            errors: FieldErrors::default(),
            failure: None,
            message: None,
            busy: false,
            looked_up: None,
            revealed: None,
        }
    }

    /// The stored party.
    pub fn party(&self) -> Option<&Party> {
        self.stored.as_ref().map(|stored| &stored.value)
    }

    /// The fields as they are stored.
    pub fn stored_form(&self) -> PartyForm {
        self.party().map_or_else(PartyForm::empty, PartyForm::of)
    }

    /// Whether something would be lost.
    pub fn is_dirty(&self) -> bool {
        self.form.differs_from(&self.stored_form())
    }

    /// Whether an address would be stored for a person for whom CPR tells none.
    pub fn gives_an_address_to_somebody_without(&self) -> bool {
        let is_without = |party: &Party| identity::why_without_address(party).is_some();
        self.party().is_some_and(is_without) && self.form.address().is_some()
    }

    /// The state after an act.
    pub fn after(&self, act: Act) -> Editing {
        let quiet =
            || Editing { errors: FieldErrors::default(), failure: None, message: None, busy: false, ..self.clone() };
        match act {
            Act::Open => Editing::new(),
            Act::Loaded(stored) => {
                Editing { form: PartyForm::of(&stored.value), stored: Some(*stored), ..Editing::new() }
            }
            Act::Type(field, value) => {
                let mut form = self.form.clone();
                form.set(field, value);
                Editing { form, errors: self.errors.without(field), message: None, ..self.clone() }
            }
            Act::Leave(Field::PersonalNumber) => {
                let mut form = self.form.clone();
                form.set(Field::PersonalNumber, number::formatted(form.get(Field::PersonalNumber)));
                Editing { form, ..self.clone() }
            }
            Act::Leave(_) => self.clone(),
            Act::Kind(kind) => {
                let mut form = self.form.clone();
                form.kind = kind;
                Editing { form, message: None, ..self.clone() }
            }
            Act::OwnsEmailDomain(owns) => {
                let mut form = self.form.clone();
                form.owns_email_domain = owns;
                Editing { form, message: None, ..self.clone() }
            }
            Act::Sending => Editing { busy: true, ..quiet() },
            Act::Saved(sent, stored, message) => Editing {
                form: self.form.rebased(&sent, &PartyForm::of(&stored.value)),
                stored: Some(*stored),
                message: Some(message),
                looked_up: None,
                revealed: None,
                ..quiet()
            },
            Act::Fetched(stored, message) => Editing {
                form: self.form.after_fetch(&self.stored_form(), &PartyForm::of(&stored.value)),
                stored: Some(*stored),
                message: Some(message),
                looked_up: None,
                revealed: None,
                ..quiet()
            },
            Act::Filled(person, looked_up, message) => {
                let mut form = self.form.clone();
                form.fill_from(&person);
                Editing { form, looked_up: Some(looked_up), message: Some(message), ..quiet() }
            }
            Act::Failed(error) => {
                Editing { errors: FieldErrors::of(error.field_errors()), failure: Some(error), ..quiet() }
            }
            Act::FetchFailed(error, message) => Editing { failure: Some(error), message: Some(message), ..quiet() },
            Act::Stop => quiet(),
            Act::Wrong(errors) => Editing { errors, ..quiet() },
            Act::TakeTheirs(stored) => {
                Editing { form: PartyForm::of(&stored.value), stored: Some(*stored), revealed: None, ..quiet() }
            }
            Act::TakeBoth(stored) => Editing {
                form: self.form.rebased(&self.stored_form(), &PartyForm::of(&stored.value)),
                stored: Some(*stored),
                ..quiet()
            },
            Act::Say(message) => Editing { message: Some(message), ..quiet() },
            Act::Reveal(address) => Editing { revealed: Some(address), ..quiet() },
            Act::Hide => Editing { revealed: None, ..self.clone() },
        }
    }
}

impl Reducible for Editing {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        Rc::new(self.after(act))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::party_form::tests::party;

    fn stored(change: impl FnOnce(&mut Party)) -> Box<Tagged<Party>> {
        let mut value = party();
        change(&mut value);
        Box::new(Tagged { etag: format!("\"{}.x\"", value.version), value })
    }

    fn opened() -> Editing {
        Editing::new().after(Act::Loaded(stored(|_| {})))
    }

    fn typed(editing: &Editing, field: Field, value: &str) -> Editing {
        editing.after(Act::Type(field, value.to_owned()))
    }

    #[test]
    fn what_is_typed_is_lost_neither_by_a_failure_nor_by_being_offline() {
        let editing =
            typed(&opened(), Field::Phone, "11 11 11 11").after(Act::Sending).after(Act::Failed(ApiError::Offline));
        assert_eq!(editing.form.get(Field::Phone), "11 11 11 11");
        assert_eq!(editing.failure, Some(ApiError::Offline));
        assert!(editing.is_dirty() && !editing.busy);
    }

    #[test]
    fn what_is_typed_while_saving_stays_and_is_still_unsaved() {
        let sending = typed(&opened(), Field::Phone, "11 11 11 11");
        let sent = sending.form.clone();
        let editing = typed(&sending.after(Act::Sending), Field::Mobile, "30 30 30 30");
        let answer = stored(|party| party.phone = Some("11 11 11 11".to_owned()));
        let editing = editing.after(Act::Saved(Box::new(sent), answer, "Gemt."));
        assert_eq!(editing.form.get(Field::Mobile), "30 30 30 30");
        assert!(editing.is_dirty());
        assert_eq!(editing.message, Some("Gemt."));
    }

    #[test]
    fn a_fetch_leaves_nothing_unsaved_that_cpr_has_just_said() {
        let editing = typed(&opened(), Field::PersonalNumber, "");
        let editing = editing.after(Act::Fetched(stored(|party| party.name = "Vita Ny Prøve".to_owned()), "Hentet"));
        assert!(!editing.is_dirty());
        assert_eq!(editing.form.get(Field::PersonalNumber), "010101-9995");
        assert_eq!(editing.form.get(Field::Name), "Vita Ny Prøve");
    }

    #[test]
    fn my_changes_can_go_on_top_of_somebody_elses_and_are_still_to_be_saved() {
        let theirs = stored(|party| {
            party.version = 4;
            party.email = Some("ny@example.dk".to_owned());
        });
        let editing = typed(&opened(), Field::Phone, "11 11 11 11");
        let both = editing.after(Act::TakeBoth(theirs.clone()));
        assert_eq!((both.form.get(Field::Phone), both.form.get(Field::Email)), ("11 11 11 11", "ny@example.dk"));
        assert!(both.is_dirty());
        assert_eq!(both.stored.as_ref().map(|stored| stored.etag.as_str()), Some("\"4.x\""));
        assert!(!editing.after(Act::TakeTheirs(theirs)).is_dirty());
    }

    #[test]
    fn an_address_by_hand_is_asked_about_only_where_cpr_tells_none() {
        assert!(!typed(&opened(), Field::Line1, "Nyvej 2").gives_an_address_to_somebody_without());
        let without = stored(|party| {
            party.address = None;
            party.address_kind = openapi::party::AddressKind::NoFixedAbode;
        });
        let editing = Editing::new().after(Act::Loaded(without));
        assert!(!editing.gives_an_address_to_somebody_without(), "nothing is written");
        assert!(!typed(&editing, Field::Phone, "1").gives_an_address_to_somebody_without());
        assert!(typed(&editing, Field::Line1, "Nyvej 2").gives_an_address_to_somebody_without());
    }

    #[test]
    fn a_revealed_address_is_hidden_again() {
        let editing = opened().after(Act::Reveal(None));
        assert_eq!(editing.revealed, Some(None));
        assert_eq!(editing.after(Act::Hide).revealed, None);
    }

    #[test]
    fn the_number_field_is_formatted_when_it_is_left() {
        let editing = typed(&opened(), Field::PersonalNumber, "0101019995").after(Act::Leave(Field::PersonalNumber));
        assert_eq!(editing.form.get(Field::PersonalNumber), "010101-9995");
        assert!(!editing.is_dirty());
    }
}
