//! *Kontakter* → *Ekstern part*: the list, the preview beside it, and what can be done with a row.

mod delete;
mod list;
mod preview;
mod rows;

use openapi::page::Page;
use openapi::party::{Party, PartyFilter, PartySearch};
use uuid::Uuid;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;
use yew_router::prelude::*;

use self::delete::DeleteDialog;
use self::list::{List, MenuAt};
use self::preview::Preview;
use self::rows::{Question, Rows, RowsAct};
use super::party::PartyDialog;
use crate::api::{self, Api, ApiError};
use crate::components::alert::Failure;
use crate::components::field::Checkbox;
use crate::components::icon::Icon;
use crate::components::load_view::{Empty, Loading};
use crate::components::menu::{Menu, MenuItem};
use crate::components::tabs::focus;
use crate::form::number::{self, Query};
use crate::listen::on_shortcut;
use crate::load::{Load, Wanted};
use crate::route::{PartyQuery, Route, Tab};
use crate::session::use_signed_in;
use crate::text;

/// Rows per page.
const LIMIT: u32 = 50;
/// How long to wait for the next letter before the question is asked.
const TYPING_PAUSE: std::time::Duration = std::time::Duration::from_millis(150);
const SEARCH_FIELD: &str = "party-search";

/// Which dialog stands over the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Opened {
    /// None.
    Nothing,
    /// A new party.
    New,
    /// The properties of this party.
    Party(Uuid),
}

#[derive(Properties, PartialEq)]
pub struct ContactsProps {
    pub opened: Opened,
}

/// The page.
#[component]
pub fn Contacts(props: &ContactsProps) -> Html {
    let signed_in = use_signed_in();
    let navigator = use_navigator().expect("the router is around every page");
    let tab = use_location().and_then(|place| place.query::<PartyQuery>().ok()).unwrap_or_default().fane;

    let question = use_state(Question::default);
    let round = use_state(|| 0_u32);
    let rows = use_reducer(Rows::default);
    let asking = use_state(|| false);
    let selected = use_state(|| None::<Uuid>);
    let menu = use_state(|| None::<MenuAt>);
    let deleting = use_state(|| None::<Party>);
    let shortcut = use_state(|| true);

    {
        let (api, rows, asking) = (signed_in.api.clone(), rows.dispatcher(), asking.setter());
        use_effect_with(((*question).clone(), *round), move |(question, _)| {
            let (question, wanted) = (question.clone(), Wanted::new());
            let still = wanted.clone();
            asking.set(true);
            spawn_local(async move {
                if !question.typed.is_empty() {
                    sleep(TYPING_PAUSE).await;
                }
                if !still.is_wanted() {
                    return;
                }
                let answer = ask(&api, &question, None).await;
                if still.is_wanted() {
                    asking.set(false);
                    rows.dispatch(RowsAct::Answered(question, answer));
                }
            });
            move || wanted.drop_it()
        });
    }
    use_effect_with(*shortcut, |wanted| {
        let listener = wanted.then(|| on_shortcut("/", || focus(SEARCH_FIELD)));
        move || drop(listener)
    });

    let on_more = {
        let (api, rows, asking) = (signed_in.api.clone(), rows.clone(), asking.clone());
        Callback::from(move |()| {
            let (Some(cursor), false) = (rows.next.clone(), *asking) else { return };
            let (api, question, rows) = (api.clone(), rows.question.clone(), rows.dispatcher());
            let asking = asking.setter();
            asking.set(true);
            spawn_local(async move {
                let answer = ask(&api, &question, Some(cursor)).await;
                rows.dispatch(RowsAct::More(question, answer));
                asking.set(false);
            });
        })
    };
    let on_open = {
        let navigator = navigator.clone();
        use_callback((), move |id: Uuid, ()| navigator.push(&Route::Party { id }))
    };
    let on_new = {
        let navigator = navigator.clone();
        use_callback((), move |(), ()| navigator.push(&Route::NewParty))
    };
    let on_close = {
        let navigator = navigator.clone();
        use_callback((), move |(), ()| navigator.push(&Route::Parties))
    };
    let on_tab = {
        let (navigator, opened) = (navigator.clone(), props.opened);
        Callback::from(move |fane: Tab| {
            let route = match opened {
                Opened::Party(id) => Route::Party { id },
                Opened::New => Route::NewParty,
                Opened::Nothing => return,
            };
            // A query of one known word can always be written.
            let _ = navigator.replace_with_query(&route, PartyQuery { fane });
        })
    };
    let on_saved = {
        let (rows, selected, navigator, opened) =
            (rows.dispatcher(), selected.setter(), navigator.clone(), props.opened);
        Callback::from(move |party: Party| {
            selected.set(Some(party.id));
            if opened == Opened::New {
                // A query of one known word can always be written.
                let _ = navigator.replace_with_query(&Route::Party { id: party.id }, PartyQuery { fane: tab });
            }
            rows.dispatch(RowsAct::Put(Box::new(party)));
        })
    };
    let on_deleted = {
        let (rows, selected, deleting) = (rows.dispatcher(), selected.setter(), deleting.setter());
        Callback::from(move |id: Uuid| {
            deleting.set(None);
            selected.set(None);
            rows.dispatch(RowsAct::Remove(id));
            focus(SEARCH_FIELD);
        })
    };
    let on_menu = {
        let (menu, selected) = (menu.setter(), selected.setter());
        use_callback((), move |at: MenuAt, ()| {
            selected.set(Some(at.party));
            menu.set(Some(at));
        })
    };

    let parties: &[Party] = match &rows.parties {
        Load::Ready(parties) => parties,
        Load::Loading | Load::Failed(_) => &[],
    };
    let chosen = selected.and_then(|id| parties.iter().find(|party| party.id == id)).cloned();
    let menu_items = |at: &MenuAt| {
        let close = menu.setter();
        let row = list::row_id(at.party);
        let entry = |label: &'static str, act: Callback<()>| {
            let (close, row) = (close.clone(), row.clone());
            MenuItem {
                label: label.into(),
                on_choose: Callback::from(move |()| {
                    // A dialog gives the focus back to where it was: that is the row, not the menu.
                    focus(&row);
                    close.set(None);
                    act.emit(());
                }),
            }
        };
        let id = at.party;
        let mut items = vec![entry(text::list::PROPERTIES, on_open.reform(move |()| id))];
        if signed_in.may_edit() {
            items.push(entry(text::list::NEW, on_new.clone()));
            let (deleting, party) = (deleting.setter(), parties.iter().find(|party| party.id == id).cloned());
            items.push(entry(text::list::DELETE, Callback::from(move |()| deleting.set(party.clone()))));
        }
        items
    };
    let close_menu = {
        let menu = menu.clone();
        Callback::from(move |()| {
            if let Some(at) = &*menu {
                focus(&list::row_id(at.party));
            }
            menu.set(None);
        })
    };
    let retry = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };

    html! {
        <div class="contacts">
            <div class="contacts-head">
                <h1>{ text::list::TITLE }</h1>
                { tools(&question) }
                if signed_in.may_edit() {
                    <button type="button" class="button button-primary" onclick={on_new.reform(|_| ())}>
                        { Icon::PersonAdd.draw() }{ text::list::NEW }
                    </button>
                }
            </div>
            <div class="contacts-body">
                <section class="contacts-list" aria-label={text::list::TABLE} aria-busy={asking.to_string()}>
                    { match &rows.parties {
                        Load::Loading => html! { <Loading /> },
                        Load::Failed(error) => html! { <Failure error={error.clone()} on_retry={retry} /> },
                        Load::Ready(none) if none.is_empty() => html! {
                            <Empty text={if rows.question == Question::default() { text::list::EMPTY } else { text::list::NO_HITS }} />
                        },
                        Load::Ready(parties) => html! {
                            <List parties={parties.clone()} selected={*selected} on_open={on_open.clone()} {on_menu}
                                on_select={let selected = selected.setter(); Callback::from(move |id| selected.set(Some(id)))} />
                        },
                    } }
                    { foot(&rows, on_more) }
                </section>
                <Preview party={chosen} on_open={on_open.clone()} />
            </div>
            <div class="contacts-keys">
                <p>{ text::list::KEYS }</p>
                <Checkbox id="use-shortcut" label={text::list::USE_SHORTCUT} checked={*shortcut}
                    on_change={let shortcut = shortcut.setter(); Callback::from(move |wanted| shortcut.set(wanted))} />
            </div>
            if let Some(at) = &*menu {
                <Menu label={text::list::MENU} items={menu_items(at)} at={at.place} on_close={close_menu} />
            }
            if let Some(party) = &*deleting {
                <DeleteDialog party={party.clone()} {on_deleted}
                    on_close={let deleting = deleting.setter(); Callback::from(move |()| deleting.set(None))} />
            }
            if props.opened != Opened::Nothing {
                <PartyDialog id={match props.opened { Opened::Party(id) => Some(id), Opened::New | Opened::Nothing => None }}
                    {tab} {on_tab} {on_close} {on_saved} {on_open} />
            }
        </div>
    }
}

/// The search field and the filter.
fn tools(question: &UseStateHandle<Question>) -> Html {
    let oninput = {
        let question = question.clone();
        move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            question.set(Question { typed, ..(*question).clone() });
        }
    };
    let onchange = {
        let question = question.clone();
        move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            let filter = FILTERS.iter().find(|(name, ..)| *name == value).map(|(_, filter, _)| *filter);
            question.set(Question { filter, ..(*question).clone() });
        }
    };
    let chosen = question.filter;
    html! {
        <div class="contacts-tools" role="search">
            <div class="tool tool-search">
                <label for={SEARCH_FIELD}>{ text::list::SEARCH }</label>
                <span class="search-box">
                    { Icon::Search.draw() }
                    <input id={SEARCH_FIELD} class="form-input" type="search" autocomplete="off" spellcheck="false"
                        placeholder={text::list::SEARCH_HINT} value={question.typed.clone()} {oninput} />
                </span>
            </div>
            <div class="tool">
                <label for="party-filter">{ text::list::FILTER }</label>
                <select id="party-filter" class="form-select" {onchange}>
                    <option value="" selected={chosen.is_none()}>{ text::list::ALL }</option>
                    for (name, filter, label) in FILTERS {
                        <option value={name} selected={chosen == Some(filter)}>{ label }</option>
                    }
                </select>
            </div>
        </div>
    }
}

const FILTERS: [(&str, PartyFilter, &str); 5] = [
    ("protected", PartyFilter::Protected, text::list::PROTECTED),
    ("without-number", PartyFilter::WithoutPersonalNumber, text::list::WITHOUT_NUMBER),
    ("subscribed", PartyFilter::Subscribed, text::list::SUBSCRIBED),
    ("changed", PartyFilter::ChangedByCpr, text::list::CHANGED_BY_CPR),
    ("duplicates", PartyFilter::Duplicates, text::list::DUPLICATES),
];

/// How many there are, and the way to more.
fn foot(rows: &Rows, on_more: Callback<()>) -> Html {
    let Load::Ready(parties) = &rows.parties else { return Html::default() };
    html! {
        <div class="contacts-foot">
            <p role="status">{ text::list::shown(parties.len(), rows.next.is_some()) }</p>
            if let Some(error) = &rows.more_failed {
                <Failure error={error.clone()} on_retry={on_more.clone()} />
            }
            if rows.next.is_some() {
                <button type="button" class="button button-secondary" onclick={on_more.reform(|_| ())}>{ text::list::MORE }</button>
            }
        </div>
    }
}

/// Asks for a page: everything is a list, anything else is a search, and a number is searched as a number.
async fn ask(api: &Api, question: &Question, cursor: Option<String>) -> Result<Page<Party>, ApiError> {
    let mut search = PartySearch { filter: question.filter, limit: Some(LIMIT), ..PartySearch::default() };
    match number::query(&question.typed) {
        Query::Everything if question.filter.is_none() => return api::list_parties(api, LIMIT, cursor).await,
        Query::Everything => {}
        Query::PersonalNumber(number) => search.personal_number = Some(number),
        Query::CvrNumber(number) => search.cvr_number = Some(number),
        Query::Words(words) => search.query = Some(words),
    }
    search.cursor = cursor;
    api::search_parties(api, &search).await
}
