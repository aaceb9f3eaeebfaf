//! The properties dialog (*Egenskaber*): four tabs over one party, stored or new.

pub mod cpr_tab;
mod discard;
mod fetch;
mod find;
mod head;
mod other;
mod placed;
mod reason;
mod reveal;
mod save;
mod stale;
mod subscription;
mod tabs;
mod unlisted;

use openapi::party::{Address, Party, PartyInput};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;
use yew_router::prelude::*;

use self::discard::DiscardDialog;
use self::fetch::{FetchDialog, Fetched};
use self::find::{Chosen, FindAsk, FindDialog};
use self::reveal::RevealDialog;
use self::stale::{Resolution, StaleDialog};
use self::unlisted::UnlistedDialog;
use crate::api::{self, ApiError, Tagged};
use crate::components::alert::Failure;
use crate::components::dialog::Dialog;
use crate::components::icon::Icon;
use crate::components::load_view::Loading;
use crate::components::tabs::{Tabs, focus};
use crate::form::editing::{Act, Editing, LookedUp};
use crate::form::field::{Field, FieldErrors};
use crate::form::number::{self, NumberHint};
use crate::listen::{ask_before_leaving, let_go, stay_here};
use crate::load::Wanted;
use crate::route::Tab;
use crate::session::use_signed_in;
use crate::text;

/// How long a revealed address stays.
const REVEALED_FOR: std::time::Duration = std::time::Duration::from_secs(5 * 60);
const FORM: &str = "party-form";

#[derive(Properties, PartialEq)]
pub struct PartyDialogProps {
    /// `None` is a new party.
    pub id: Option<Uuid>,
    pub tab: Tab,
    pub on_tab: Callback<Tab>,
    pub on_close: Callback<()>,
    /// The party is stored as it is now.
    pub on_saved: Callback<Party>,
    /// Opens another party.
    pub on_open: Callback<Uuid>,
}

/// What stands over the dialog.
#[derive(Clone, PartialEq)]
enum Over {
    Nothing,
    Discard {
        /// The way out is the browser's way back, not the list.
        back: bool,
    },
    Stale(Box<Tagged<Party>>),
    Fetch {
        /// Another number than the stored party's.
        number: Option<String>,
        /// A reason that was given already.
        reason: Option<String>,
    },
    FindAsk,
    Find,
    Reveal,
    /// An address would be stored for a person for whom CPR tells none.
    Unlisted,
}

/// The dialog.
#[component]
pub fn PartyDialog(props: &PartyDialogProps) -> Html {
    let signed_in = use_signed_in();
    let editing = use_reducer(Editing::new);
    let load_failed = use_state(|| None::<ApiError>);
    let round = use_state(|| 0_u32);
    let over = use_state(|| Over::Nothing);
    // The last creation that was tried, so that trying it again creates nothing twice.
    let attempt = use_mut_ref(|| None::<(PartyInput, Uuid)>);

    {
        let (api, editing, load_failed) = (signed_in.api.clone(), editing.clone(), load_failed.setter());
        use_effect_with((props.id, *round), move |(id, _)| {
            let wanted = Wanted::new();
            if *id != editing.party().map(|party| party.id) {
                editing.dispatch(Act::Open);
                load_failed.set(None);
                if let Some(id) = *id {
                    let still = wanted.clone();
                    spawn_local(async move {
                        match api::get_party(&api, id).await {
                            _ if !still.is_wanted() => {}
                            Ok(party) => editing.dispatch(Act::Loaded(Box::new(party))),
                            Err(error) => load_failed.set(Some(error)),
                        }
                    });
                }
            }
            move || wanted.drop_it()
        });
    }
    use_effect_with(editing.is_dirty(), |dirty| {
        let listener = dirty.then(ask_before_leaving);
        move || drop(listener)
    });
    {
        let over = over.setter();
        use_effect_with((editing.is_dirty(), props.id, props.tab), move |(dirty, ..)| {
            let stay = dirty.then(|| stay_here(move || over.set(Over::Discard { back: true })));
            move || drop(stay)
        });
    }
    {
        let hide = editing.dispatcher();
        use_effect_with(editing.revealed.is_some(), move |shown| {
            let wanted = Wanted::new();
            if *shown {
                let still = wanted.clone();
                spawn_local(async move {
                    sleep(REVEALED_FOR).await;
                    if still.is_wanted() {
                        hide.dispatch(Act::Hide);
                    }
                });
            }
            move || wanted.drop_it()
        });
    }

    let close_over = {
        let over = over.setter();
        use_callback((), move |(), ()| over.set(Over::Nothing))
    };
    let ask = {
        let over = over.setter();
        use_callback((), move |what: Over, ()| over.set(what))
    };
    let guarded_close = {
        let (dirty, ask, on_close) = (editing.is_dirty(), ask.clone(), props.on_close.clone());
        Callback::from(move |()| if dirty { ask.emit(Over::Discard { back: false }) } else { on_close.emit(()) })
    };
    let on_confirmed_save = {
        let (api, editing, ask, on_saved, on_tab) =
            (signed_in.api.clone(), editing.clone(), ask.clone(), props.on_saved.clone(), props.on_tab.clone());
        let may_fetch = signed_in.may_ask_cpr();
        Callback::from(move |()| {
            ask.emit(Over::Nothing);
            let (api, editing, ask) = (api.clone(), editing.clone(), ask.clone());
            let (on_saved, on_tab, attempt) = (on_saved.clone(), on_tab.clone(), attempt.clone());
            editing.dispatch(Act::Sending);
            spawn_local(async move {
                match save::save(&api, &editing, &attempt, may_fetch).await {
                    save::Outcome::Saved(act, party) => {
                        editing.dispatch(act);
                        on_saved.emit(*party);
                    }
                    save::Outcome::SavedButNotFetched(act, party, error) => {
                        editing.dispatch(act);
                        editing.dispatch(Act::FetchFailed(error, text::dialog::CREATED_NOT_FETCHED));
                        on_saved.emit(*party);
                    }
                    save::Outcome::Stale(theirs) => {
                        editing.dispatch(Act::Stop);
                        ask.emit(Over::Stale(theirs));
                    }
                    save::Outcome::Failed(error) => {
                        if let Some(tab) = FieldErrors::of(error.field_errors()).first_tab() {
                            on_tab.emit(tab);
                        }
                        editing.dispatch(Act::Failed(error));
                        focus(ERRORS);
                    }
                }
            });
        })
    };
    let on_save = {
        let (editing, ask, send) = (editing.clone(), ask.clone(), on_confirmed_save.clone());
        Callback::from(move |()| {
            if editing.busy {
                return;
            }
            if editing.stored.is_some() && !editing.is_dirty() {
                editing.dispatch(Act::Say(text::dialog::NO_CHANGES));
            } else if editing.gives_an_address_to_somebody_without() {
                ask.emit(Over::Unlisted);
            } else {
                send.emit(());
            }
        })
    };
    let on_fetch = {
        let (editing, ask, on_tab) = (editing.clone(), ask.clone(), props.on_tab.clone());
        Callback::from(move |()| match number_to_ask(&editing) {
            Ok(number) => ask.emit(Over::Fetch { number, reason: None }),
            Err(why) => {
                editing.dispatch(Act::Wrong(FieldErrors::one(Field::PersonalNumber, why)));
                on_tab.emit(go_to(Field::PersonalNumber));
            }
        })
    };
    let on_fetched = {
        let (editing, close_over, on_saved) = (editing.clone(), close_over.clone(), props.on_saved.clone());
        Callback::from(move |fetched: Fetched| {
            close_over.emit(());
            match fetched {
                Fetched::Stored(party) => {
                    on_saved.emit(party.value.clone());
                    editing.dispatch(Act::Fetched(party, text::dialog::FETCHED));
                }
                Fetched::LookedUp(person, reason) => {
                    editing.dispatch(Act::Filled(person, LookedUp { reason }, text::dialog::FILLED));
                }
            }
        })
    };
    let on_chosen = {
        let ask = ask.clone();
        Callback::from(move |chosen: Chosen| {
            ask.emit(Over::Fetch { number: Some(chosen.number), reason: chosen.reason })
        })
    };
    let on_resolved = {
        let (editing, close_over) = (editing.clone(), close_over.clone());
        let on_save_again = {
            let (api, editing, on_saved) = (signed_in.api.clone(), editing.clone(), props.on_saved.clone());
            let ask = ask.clone();
            move |theirs: Box<Tagged<Party>>| {
                let merged = editing.after(Act::TakeBoth(theirs.clone()));
                editing.dispatch(Act::TakeBoth(theirs));
                editing.dispatch(Act::Sending);
                let (api, editing, on_saved, ask) = (api.clone(), editing.clone(), on_saved.clone(), ask.clone());
                spawn_local(async move {
                    match save::update(&api, &merged).await {
                        save::Outcome::Saved(act, party) | save::Outcome::SavedButNotFetched(act, party, _) => {
                            editing.dispatch(act);
                            on_saved.emit(*party);
                        }
                        save::Outcome::Stale(theirs) => {
                            editing.dispatch(Act::Stop);
                            ask.emit(Over::Stale(theirs));
                        }
                        save::Outcome::Failed(error) => editing.dispatch(Act::Failed(error)),
                    }
                });
            }
        };
        let on_saved = props.on_saved.clone();
        Callback::from(move |resolution: Resolution| {
            close_over.emit(());
            match resolution {
                Resolution::TakeTheirs(theirs) => {
                    on_saved.emit(theirs.value.clone());
                    editing.dispatch(Act::TakeTheirs(theirs));
                }
                Resolution::SaveMine(theirs) => on_save_again(theirs),
            }
        })
    };
    let on_revealed = {
        let (editing, close_over) = (editing.clone(), close_over.clone());
        Callback::from(move |address: Option<Address>| {
            close_over.emit(());
            editing.dispatch(Act::Reveal(address));
        })
    };
    let on_open_other = {
        let (close_over, on_open) = (close_over.clone(), props.on_open.clone());
        Callback::from(move |id: Uuid| {
            close_over.emit(());
            on_open.emit(id);
        })
    };
    let on_submit = {
        let on_save = on_save.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            on_save.emit(());
        }
    };
    let reload = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };

    let on_its_way = props.id.is_some() && editing.stored.is_none();
    let body = match &*load_failed {
        Some(error) => html! { <Failure error={error.clone()} on_retry={reload} /> },
        None if on_its_way => html! { <Loading /> },
        None => html! {
            <form id={FORM} onsubmit={on_submit} novalidate=true>
                { outcome(&editing, &on_save, &on_open_other, &props.on_tab) }
                <Tabs selected={props.tab} on_select={props.on_tab.clone()} wrong={wrong_tabs(&editing)}>
                    { tabs::panel(&tabs::Panel {
                        tab: props.tab,
                        editing: &editing,
                        dispatch: editing.dispatcher(),
                        signed_in: &signed_in,
                        on_fetch: &on_fetch,
                        ask: &ask,
                        on_open: &on_open_other,
                    }) }
                </Tabs>
            </form>
        },
    };
    let discard = {
        let on_close = props.on_close.clone();
        move |_| on_close.emit(())
    };
    let on_discard = {
        let (navigator, on_close) = (use_navigator().expect("the router is around every page"), props.on_close.clone());
        Callback::from(move |back: bool| {
            let_go();
            if back { navigator.back() } else { on_close.emit(()) }
        })
    };
    let footer = if signed_in.may_edit() {
        html! {
            <>
                <button type="submit" form={FORM} class="button button-primary" aria-disabled={editing.busy.then_some("true")}>
                    { text::button::SAVE }
                </button>
                <button type="button" class="button button-secondary" onclick={discard}>{ text::button::CANCEL }</button>
                { message(&editing) }
            </>
        }
    } else if editing.message.is_some() {
        message(&editing)
    } else {
        html! { <p class="read-only">{ text::dialog::READ_ONLY }</p> }
    };

    html! {
        <>
            <Dialog id="party" wide=true title={text::list::PROPERTIES} head={head::head(&editing, on_its_way)}
                on_close={guarded_close} {footer}>
                { body }
            </Dialog>
            { match &*over {
                Over::Nothing => Html::default(),
                Over::Discard { back } => {
                    let back = *back;
                    html! { <DiscardDialog on_discard={on_discard.reform(move |()| back)} on_stay={close_over} /> }
                },
                Over::Stale(theirs) => html! {
                    <StaleDialog theirs={(**theirs).clone()} base={editing.stored_form()} mine={editing.form.clone()} {on_resolved} on_close={close_over} />
                },
                Over::Fetch { number, reason } => html! {
                    <FetchDialog party={editing.party().map(|party| party.id)} number={number.clone()}
                        known_reason={reason.clone()} form={editing.form.clone()} {on_fetched} on_close={close_over}
                        on_open={on_open_other} />
                },
                Over::FindAsk => html! {
                    <FindAsk on_yes={ask.reform(|()| Over::Find)} on_close={close_over} />
                },
                Over::Find => html! {
                    <FindDialog party={editing.party().cloned()} form={editing.form.clone()} {on_chosen} on_close={close_over} />
                },
                Over::Unlisted => html! { <UnlistedDialog on_save={on_confirmed_save} on_close={close_over} /> },
                Over::Reveal => html! {
                    <RevealDialog party={editing.party().map(|party| party.id)} {on_revealed} on_close={close_over} />
                },
            } }
        </>
    }
}

/// Where the focus goes when something is wrong.
const ERRORS: &str = "party-errors";

/// What went well, beside the buttons, where it moves nothing.
fn message(editing: &Editing) -> Html {
    let icon = if editing.failure.is_some() { Icon::Warning } else { Icon::Success };
    html! {
        <p class={classes!("foot-message", editing.failure.is_some().then_some("foot-warning"))} role="status">
            if let Some(message) = editing.message {
                { icon.draw() }{ message }
            }
        </p>
    }
}

/// What is wrong after the last act.
fn outcome(editing: &Editing, on_retry: &Callback<()>, on_open: &Callback<Uuid>, on_tab: &Callback<Tab>) -> Html {
    html! {
        <div id={ERRORS} class="outcome" tabindex="-1">
            if let Some(error) = &editing.failure {
                <Failure error={error.clone()} on_retry={on_retry.clone()}>
                    if !editing.errors.is_empty() {
                        <ul class="error-list">
                            for (field, detail) in editing.errors.iter() {
                                <li>{ match field {
                                    Some(field) => html! {
                                        <button type="button" class="link" onclick={on_tab.reform(move |_| go_to(field))}>
                                            { format!("{}: {detail}", field.label()) }
                                        </button>
                                    },
                                    None => html! { detail },
                                } }</li>
                            }
                        </ul>
                    }
                    { held_by(error, on_open) }
                </Failure>
            }
        </div>
    }
}

/// Moves to a field, once its tab is drawn, and tells which tab that is.
fn go_to(field: Field) -> Tab {
    spawn_local(async move {
        sleep(std::time::Duration::ZERO).await;
        focus(&tabs::field_id(field));
    });
    field.tab()
}

/// The way to the party that holds the number.
fn held_by(error: &ApiError, on_open: &Callback<Uuid>) -> Html {
    html! {
        if let Some(holder) = error.held_by() {
            <p>
                <button type="button" class="link" onclick={on_open.reform(move |_| holder)}>{ text::dialog::OPEN_HOLDER }</button>
            </p>
        }
    }
}

fn wrong_tabs(editing: &Editing) -> Vec<Tab> {
    editing.errors.iter().filter_map(|(field, _)| field.map(Field::tab)).collect()
}

/// The number that CPR is to be asked about: `None` for the stored party's own.
fn number_to_ask(editing: &Editing) -> Result<Option<String>, &'static str> {
    let typed = editing.form.get(Field::PersonalNumber);
    match number::hint(typed) {
        NumberHint::Empty => return Err(text::number::MISSING),
        NumberHint::Incomplete => return Err(text::number::INCOMPLETE),
        NumberHint::NotANumber => return Err(text::number::NOT_A_NUMBER),
        NumberHint::ImpossibleDate => return Err(text::number::IMPOSSIBLE_DATE),
        NumberHint::Replacement => return Err(text::number::REPLACEMENT),
        NumberHint::NoControlDigit | NumberHint::Fine => {}
    }
    let own = editing.party().and_then(|party| party.personal_number.clone());
    let typed = number::bare(typed);
    Ok((own.as_ref() != Some(&typed)).then_some(typed))
}
