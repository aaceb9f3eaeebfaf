//! The tab *CPR*: what CPR knows, section by section; what was not asked says so.

use chrono::{DateTime, Utc};
use openapi::cpr_tab::{
    AddressItem, Availability, CitizenshipItem, CivilStatusItem, ContactAddressItem, CprDate, CprTab, FormerNumberItem,
    GuardianshipItem, HistoryItem, NameItem, ProtectionItem, Relative, Section, StatusItem,
};
use openapi::party::{AddressKind, PartyKind};
use uuid::Uuid;
use yew::prelude::*;

use crate::api;
use crate::components::alert::{Alert, Severity};
use crate::components::load_view::{Empty, load_view};
use crate::components::masked::Masked;
use crate::form::{date, identity, number};
use crate::load::use_load;
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct CprPanelProps {
    pub kind: PartyKind,
    /// The stored party, and when CPR was last asked.
    pub party: Option<(Uuid, Option<DateTime<Utc>>)>,
}

/// The panel. Another party is another panel: nothing of the one before is seen while it loads.
#[component]
pub fn CprPanel(props: &CprPanelProps) -> Html {
    let may = use_signed_in().may_see_cpr();
    match props.party {
        _ if props.kind == PartyKind::Company => html! { <Empty text={text::cpr::COMPANY} /> },
        None => html! { <Empty text={text::dialog::AFTER_SAVE} /> },
        Some(_) if !may => html! { <Empty text={text::cpr::NOT_ALLOWED} /> },
        Some((id, asked)) => html! { <Sections key={id.to_string()} {id} {asked} /> },
    }
}

#[derive(Properties, PartialEq)]
struct SectionsProps {
    id: Uuid,
    asked: Option<DateTime<Utc>>,
}

#[component]
fn Sections(props: &SectionsProps) -> Html {
    let api = use_signed_in().api;
    let tab = use_load((props.id, props.asked), move |(id, _)| {
        let (api, id) = (api.clone(), *id);
        async move { api::get_party_cpr(&api, id).await }
    });
    html! {
        <>
            if props.asked.is_none() {
                <Alert severity={Severity::Info}>{ text::cpr::NOTHING_FETCHED }</Alert>
            }
            { load_view(&tab, "", |tab| Some(sections(tab))) }
        </>
    }
}

/// The sections of the tab. On paper the last four digits of personal numbers are left out.
pub fn sections(tab: &CprTab) -> Html {
    html! {
        <div class="cpr-sections">
            { section(text::cpr::NAMES, &tab.names, name) }
            { section(text::cpr::STATUS, &tab.status, status) }
            { section(text::cpr::PROTECTIONS, &tab.protections, protection) }
            { section(text::cpr::ADDRESS, &tab.address, address) }
            { section(text::cpr::CONTACT_ADDRESS, &tab.contact_address, contact_address) }
            { section(text::cpr::CIVIL_STATUS, &tab.civil_status, civil_status) }
            { section(text::cpr::CHILDREN, &tab.children, relative) }
            { section(text::cpr::PARENTS, &tab.parents, relative) }
            { section(text::cpr::CUSTODY, &tab.custody, relative) }
            { section(text::cpr::GUARDIANSHIP, &tab.guardianship, guardianship) }
            { section(text::cpr::CITIZENSHIP, &tab.citizenship, citizenship) }
            { section(text::cpr::FORMER_NUMBERS, &tab.former_numbers, former_number) }
            { section(text::cpr::HISTORY, &tab.history, history) }
        </div>
    }
}

/// A section: its items in lines, or why there are none.
fn section<T>(title: &'static str, section: &Section<T>, lines: fn(&T) -> Vec<String>) -> Html {
    let reason = match section.availability {
        Availability::Delivered if section.items.is_empty() => Some(text::cpr::NOTHING),
        Availability::Delivered => None,
        Availability::NotFetched => Some(text::cpr::NOT_FETCHED),
        Availability::NotEntitled => Some(text::cpr::NOT_ENTITLED),
        Availability::NotKept => Some(text::cpr::NOT_KEPT),
    };
    html! {
        <section class="cpr-section">
            <h3>
                { title }
                if let Some(as_of) = section.as_of {
                    <span class="cpr-as-of">{ text::cpr::as_of(&date::date(as_of)) }</span>
                }
            </h3>
            if let Some(reason) = reason {
                <p class="nothing">{ reason }</p>
            } else {
                <ul>
                    for item in &section.items {
                        <li>for line in lines(item).into_iter().filter(|line| !line.is_empty()) { <span><Masked text={line} /></span> }</li>
                    }
                </ul>
            }
        </section>
    }
}

fn name(item: &NameItem) -> Vec<String> {
    let parts = [&item.first_names, &item.middle_name, &item.last_name];
    let full = parts.into_iter().filter_map(|part| part.as_deref()).collect::<Vec<_>>().join(" ");
    let addressing = item.addressing_name.clone().filter(|name| *name != full);
    let addressing = addressing.map(|name| format!("{}: {name}", text::cpr::ADDRESSING_NAME));
    vec![full, addressing.unwrap_or_default(), since(item.from.as_ref())]
}

fn status(item: &StatusItem) -> Vec<String> {
    vec![format!("{} ({})", item.text, item.code), since(item.from.as_ref())]
}

fn address(item: &AddressItem) -> Vec<String> {
    let line = match item.address.as_ref().and_then(identity::one_line) {
        _ if item.masked => text::cpr::HIDDEN.to_owned(),
        Some(line) => line,
        None if item.kind == AddressKind::NoFixedAbode => text::cpr::NO_FIXED_ABODE.to_owned(),
        None => text::cpr::NOTHING.to_owned(),
    };
    let municipality = item.municipality.clone().map(|name| format!("{}: {name}", text::cpr::MUNICIPALITY));
    let moved = item.in_municipality_from.as_ref().map(|from| text::cpr::municipality_from(&date::cpr_date(from)));
    vec![line, since(item.from.as_ref()), municipality.unwrap_or_default(), moved.unwrap_or_default()]
}

fn contact_address(item: &ContactAddressItem) -> Vec<String> {
    let line = if item.masked { text::cpr::HIDDEN.to_owned() } else { item.lines.join(", ") };
    vec![line, period(item.from.as_ref(), item.to.as_ref())]
}

fn civil_status(item: &CivilStatusItem) -> Vec<String> {
    let mut lines = vec![item.text.clone(), since(item.from.as_ref())];
    if let Some(spouse) = &item.spouse {
        lines.extend(relative_as(text::cpr::spouse(&item.code), spouse));
    }
    lines
}

fn relative(relative: &Relative) -> Vec<String> {
    relative_as(text::cpr::relation(relative.relation), relative)
}

fn relative_as(what: &str, relative: &Relative) -> Vec<String> {
    let name = relative.name.clone().unwrap_or_else(|| text::cpr::NAME_NOT_TOLD.to_owned());
    let number = match (&relative.personal_number, &relative.birth_date) {
        (Some(number), _) => number::formatted(number),
        (None, Some(born)) => text::party::born(&date::cpr_date(born)),
        (None, None) => text::cpr::NO_NUMBER.to_owned(),
    };
    let address = match relative.address.as_ref().and_then(identity::one_line) {
        _ if relative.address_masked => text::cpr::HIDDEN.to_owned(),
        line => line.unwrap_or_default(),
    };
    let protected = if relative.protected { text::cpr::RELATIVE_PROTECTED.to_owned() } else { String::new() };
    let word = relative.status.as_deref().and_then(text::party::status_word).unwrap_or_default().to_owned();
    vec![format!("{what}: {name}"), number, word, protected, address, since(relative.from.as_ref())]
}

fn guardianship(item: &GuardianshipItem) -> Vec<String> {
    let number = item.personal_number.as_deref().map(number::formatted).unwrap_or_default();
    let who = format!("{}: {}", text::cpr::GUARDIAN, item.lines.join(", "));
    vec![who, number, period(item.from.as_ref(), item.to.as_ref())]
}

fn citizenship(item: &CitizenshipItem) -> Vec<String> {
    vec![item.country.clone(), since(item.from.as_ref())]
}

fn protection(item: &ProtectionItem) -> Vec<String> {
    let deletion = item.expected_deletion.as_ref().map(|date| text::cpr::expected_deletion(&date::cpr_date(date)));
    vec![item.text.clone(), since(item.from.as_ref()), deletion.unwrap_or_default()]
}

fn former_number(item: &FormerNumberItem) -> Vec<String> {
    vec![number::formatted(&item.personal_number), period(item.from.as_ref(), item.to.as_ref())]
}

fn history(item: &HistoryItem) -> Vec<String> {
    let address = match item.address.as_ref().and_then(identity::one_line) {
        _ if item.masked => text::cpr::HIDDEN.to_owned(),
        line => line.unwrap_or_default(),
    };
    let told = item.text.clone().or_else(|| item.name.clone()).unwrap_or_default();
    let mut lines = vec![told, address, period(item.from.as_ref(), item.to.as_ref())];
    if let Some(spouse) = &item.spouse {
        lines.extend(relative_as(text::cpr::spouse(""), spouse));
    }
    lines
}

fn since(from: Option<&CprDate>) -> String {
    from.map(|from| text::cpr::from(&date::cpr_date(from))).unwrap_or_default()
}

fn period(from: Option<&CprDate>, to: Option<&CprDate>) -> String {
    text::cpr::period(from.map(date::cpr_date).as_deref(), to.map(date::cpr_date).as_deref()).unwrap_or_default()
}
