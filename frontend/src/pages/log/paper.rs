//! A citizen's own report as it is printed and handed out. It speaks to the citizen.

use std::rc::Rc;

use openapi::party::{AddressKind, FieldChange, KeepableField, Party};
use openapi::subject_report::{SubjectActor, SubjectCase, SubjectChange, SubjectEntry, SubjectParty, SubjectReport};
use openapi::subscription::{PastReason, Subscription};
use serde_json::Value;
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

use super::entries::outcome;
use crate::components::masked::Masked;
use crate::components::protection::ProtectionMessage;
use crate::components::table::Table;
use crate::form::{date, identity, number};
use crate::pages::party::cpr_tab::sections;
use crate::route::Route;
use crate::text;
use crate::text::log::report as words;

#[derive(Properties, PartialEq)]
pub struct PaperProps {
    pub report: Rc<SubjectReport>,
    /// Personal numbers are printed whole.
    pub whole_numbers: bool,
}

/// The report.
#[component]
pub fn Paper(props: &PaperProps) -> Html {
    let report = &props.report;
    let others: Vec<String> = report.other_personal_numbers.iter().map(|other| number::formatted(other)).collect();
    let facts = [
        (words::FOR, Some(number::formatted(&report.personal_number))),
        (words::OTHER_NUMBERS, (!others.is_empty()).then(|| others.join(", "))),
        (words::MADE, Some(date::time(report.made_at))),
        (words::LOG_FROM, report.log_from.map(date::time)),
        (
            words::STAFF_LINE,
            Some(if report.staff_included { words::STAFF_SHOWN } else { words::STAFF_HIDDEN }.to_owned()),
        ),
    ];
    html! {
        <article id="paper" class={classes!("panel", "paper", props.whole_numbers.then_some("whole-numbers"))}
            aria-labelledby="paper-title">
            <h2 id="paper-title">{ words::TITLE }</h2>
            <dl class="pairs">{ for facts.into_iter().filter_map(|(label, value)| pair(label, value?)) }</dl>
            <p>{ words::INTRO }</p>
            if report.parties.is_empty() {
                <section><h3>{ words::HELD }</h3><p>{ words::NOTHING_HELD }</p></section>
            }
            for (place, held) in report.parties.iter().enumerate() {
                <Held key={place} held={held.clone()} />
            }
            <section>
                <h3>{ words::DONE }</h3>
                if report.entries.is_empty() {
                    <p>{ words::NOTHING_DONE }</p>
                } else {
                    { done(&report.entries) }
                }
                if report.more_entries {
                    <p>{ words::MORE }</p>
                }
                <p class="nothing">{ words::SEARCH_NOTE }</p>
            </section>
        </article>
    }
}

/// Ways to parties, for whoever has to look at them.
pub fn links(ids: &[Uuid]) -> Html {
    html! {
        <p class="cell-links">
            for id in ids {
                <Link<Route> classes="link" to={Route::Party { id: *id }}>{ text::log::OPEN_PARTY }</Link<Route>>
            }
        </p>
    }
}

fn pair(label: &'static str, value: String) -> Option<Html> {
    (!value.is_empty()).then(|| html! { <div><dt>{ label }</dt><dd><Masked text={value} /></dd></div> })
}

#[derive(Properties, PartialEq)]
struct HeldProps {
    held: SubjectParty,
}

/// What is held on one party.
#[component]
fn Held(props: &HeldProps) -> Html {
    let held = &props.held;
    html! {
        <>
            <section>
                <h3>{ words::HELD }</h3>
                <ProtectionMessage party={held.party.clone()} />
                { values(&held.party) }
            </section>
            <section>
                <h3>{ words::DETAILS }</h3>
                { sections(&held.details) }
                <p class="nothing">{ words::DETAILS_NOTE }</p>
            </section>
            <section>
                <h3>{ words::CASES }</h3>
                if held.cases.is_empty() {
                    <p>{ words::NO_CASES }</p>
                } else {
                    { cases(&held.cases) }
                }
            </section>
            <section>
                <h3>{ words::SUBSCRIPTION }</h3>
                { subscription(&held.subscription) }
            </section>
            <section>
                <h3>{ words::CHANGES }</h3>
                if held.changes.is_empty() {
                    <p>{ words::NO_CHANGES }</p>
                } else {
                    { changes(&held.changes) }
                }
                if held.earlier_changes_withheld {
                    <p class="nothing">{ words::EARLIER }</p>
                }
            </section>
        </>
    }
}

/// Every value in force with where it comes from.
fn values(party: &Party) -> Html {
    let cpr = party.cpr.as_ref();
    let kept = |field| cpr.and_then(|cpr| cpr.kept.iter().find(|kept| kept.field == field));
    let name_source = match kept(KeepableField::Name) {
        Some(kept) => text::field::kept(kept.register.as_str().unwrap_or_default()),
        None => source(cpr.is_some()).to_owned(),
    };
    let address_source = match kept(KeepableField::Address) {
        Some(kept) => text::field::kept(&value_text(&kept.register)),
        None => source(cpr.is_some() && party.address_kind != AddressKind::Local).to_owned(),
    };
    let here = || words::FROM_HERE.to_owned();
    let from_cpr = || source(true).to_owned();
    let ids: Vec<String> = party.external_ids.iter().map(|id| format!("{}: {}", id.system, id.id)).collect();
    let former: Vec<String> =
        cpr.map_or_else(Vec::new, |cpr| cpr.former_personal_numbers.iter().map(|n| number::formatted(n)).collect());
    let last_address = cpr.and_then(|cpr| cpr.last_address.as_ref()).and_then(identity::one_line);
    let status = cpr.and_then(|cpr| cpr.status.as_deref()).map(text::party::status_sentence);
    let protection = party.protection.name_and_address.map(|protected| {
        if protected { text::protection::PROTECTED } else { text::protection::NOT_PROTECTED }.to_owned()
    });
    let lines = [
        (text::field::NAME, Some(party.name.clone()), name_source),
        (text::field::PERSONAL_NUMBER, party.personal_number.as_deref().map(number::formatted), here()),
        (text::other::field("formerPersonalNumbers"), Some(former.join(", ")), from_cpr()),
        (text::field::ADDRESS, Some(identity::address_or_reason(party)), address_source),
        (text::other::field("lastAddress"), last_address, from_cpr()),
        (text::field::STATUS, status, from_cpr()),
        (text::other::field("birthDate"), cpr.and_then(|cpr| cpr.birth_date).map(date::date), from_cpr()),
        (text::field::PROTECTION, protection, from_cpr()),
        (text::field::EMAIL, party.email.clone(), here()),
        (text::field::PHONE, party.phone.clone(), here()),
        (text::field::MOBILE, party.mobile.clone(), here()),
        (text::field::CVR_NUMBER, party.cvr_number.clone(), here()),
        (text::field::P_NUMBER, party.p_number.clone(), here()),
        (text::other::field("externalIds"), Some(ids.join(", ")), here()),
    ];
    let row = |(label, value, from): (&str, Option<String>, String)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(vec![html! { label.to_owned() }, html! { <Masked text={value} /> }, html! { from }])
    };
    let columns = [words::FIELD, words::VALUE, words::SOURCE];
    let as_of = cpr.map(|cpr| {
        let subscription = cpr.source == openapi::party::RegisterSource::Subscription;
        text::dialog::as_of(&date::date(cpr.register_date), subscription)
    });
    let facts = [
        (words::CREATED, Some(date::time(party.created_at))),
        (words::UPDATED, Some(date::time(party.updated_at))),
        (words::FROM_CPR, as_of),
    ];
    html! {
        <>
            <dl class="pairs">{ for facts.into_iter().filter_map(|(label, value)| pair(label, value?)) }</dl>
            <Table label={words::HELD} columns={columns.map(AttrValue::from).to_vec()}
                rows={lines.into_iter().filter_map(row).collect::<Vec<_>>()} />
        </>
    }
}

const fn source(cpr: bool) -> &'static str {
    if cpr { words::FROM_CPR } else { words::FROM_HERE }
}

fn cases(cases: &[SubjectCase]) -> Html {
    let columns = [
        text::other::CASE_NUMBER,
        text::other::CASE_TITLE,
        text::other::STATUS,
        text::other::ROLES,
        text::other::RESPONSIBLE,
    ];
    let row = |row: &SubjectCase| {
        let closed = row.case.closed_at.map(|at| date::time(at)[..10].to_owned());
        let status = match row.case.status {
            openapi::case::CaseStatus::Open => text::other::OPEN.to_owned(),
            openapi::case::CaseStatus::Closed => text::other::closed(closed.as_deref()),
        };
        vec![
            html! { &row.case.case_number },
            html! { <Masked text={row.case.title.clone().unwrap_or_default()} /> },
            html! { status },
            html! { row.roles.join(", ") },
            html! { row.case.responsible.clone().unwrap_or_default() },
        ]
    };
    // A column in which nothing stands is left out: staff are withheld.
    let count = if cases.iter().any(|row| row.case.responsible.is_some()) { columns.len() } else { columns.len() - 1 };
    let rows = cases.iter().map(|case| row(case).into_iter().take(count).collect()).collect::<Vec<Vec<Html>>>();
    html! {
        <Table label={words::CASES} columns={columns.into_iter().take(count).map(AttrValue::from).collect::<Vec<_>>()} {rows} />
    }
}

fn subscription(it: &Subscription) -> Html {
    let since = [
        it.confirmed_at.map(|at| text::subscriptions::confirmed_at(&date::time(at))),
        it.ended_at.map(|at| text::subscriptions::ended_at(&date::time(at))),
    ];
    let columns =
        [text::subscriptions::KIND, text::subscriptions::CASE, text::subscriptions::FROM, text::subscriptions::TO];
    let row = |reason: &PastReason| {
        vec![
            html! { text::subscriptions::kind(reason.kind) },
            html! { reason.case_number.clone().unwrap_or_default() },
            html! { date::time(reason.from) },
            html! { reason.to.map_or_else(|| text::subscriptions::STILL.to_owned(), date::time) },
        ]
    };
    if it.reason_history.is_empty() {
        return html! { <p>{ words::NEVER_FOLLOWED }</p> };
    }
    html! {
        <>
            <p>
                { text::subscriptions::state(it.state) }
                for line in since.into_iter().flatten() { { ". " }{ line } }
            </p>
            <Table label={text::subscriptions::PAST_REASONS} columns={columns.map(AttrValue::from).to_vec()}
                rows={it.reason_history.iter().map(row).collect::<Vec<_>>()} />
        </>
    }
}

fn changes(changes: &[SubjectChange]) -> Html {
    let columns = [text::log::WHEN, text::log::WHO, text::other::WHAT];
    let row = |change: &SubjectChange| {
        let source = text::other::source(change.source);
        vec![
            html! { date::time(change.at) },
            html! { <>{ who(&change.by) }<span class="cell-note">{ source }</span></> },
            html! { <>for field in &change.fields { <span class="change"><Masked text={changed(field)} /></span> }</> },
        ]
    };
    html! {
        <Table label={words::CHANGES} columns={columns.map(AttrValue::from).to_vec()}
            rows={changes.iter().map(row).collect::<Vec<_>>()} />
    }
}

/// One changed field in words.
fn changed(change: &FieldChange) -> String {
    let field = text::other::field(&change.field);
    if change.masked && change.old.is_null() && change.new.is_null() {
        return format!("{field}: {}", words::HIDDEN);
    }
    let old = if change.masked && change.old.is_null() { words::HIDDEN.to_owned() } else { value_text(&change.old) };
    let new = value_text(&change.new);
    if old.is_empty() {
        format!("{field}: {}", or_empty(&new))
    } else {
        format!("{field}: {} ({} {old})", or_empty(&new), words::BEFORE)
    }
}

fn or_empty(text: &str) -> &str {
    if text.is_empty() { words::EMPTY } else { text }
}

/// A value of the history in words.
fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { text::button::YES } else { text::button::NO }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => number::formatted(text),
        Value::Array(items) => {
            items.iter().map(value_text).filter(|item| !item.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Object(fields) if fields.contains_key("nameAndAddress") => match fields["nameAndAddress"] {
            Value::Bool(true) => text::protection::PROTECTED.to_owned(),
            Value::Bool(false) => text::protection::NOT_PROTECTED.to_owned(),
            _ => String::new(),
        },
        Value::Object(fields) if fields.contains_key("line1") => {
            let address = serde_json::from_value(value.clone()).ok();
            address.and_then(|address| identity::one_line(&address)).unwrap_or_default()
        }
        // A key of another system. The order of an object's fields is nobody's promise.
        Value::Object(fields) => {
            let texts = ["system", "id"].map(|name| fields.get(name).map(value_text));
            texts.into_iter().flatten().collect::<Vec<_>>().join(": ")
        }
    }
}

fn done(entries: &[SubjectEntry]) -> Html {
    let columns = [text::log::WHEN, text::log::WHAT, words::PURPOSE, text::log::WHO, text::log::ENDED];
    let row = |entry: &SubjectEntry| {
        vec![
            html! { date::time(entry.at) },
            html! { text::log::operation(&entry.operation).to_owned() },
            html! {
                <>
                    if let Some(reason) = &entry.reason {
                        <Masked text={reason.clone()} />
                    }
                    if let Some(number) = &entry.case_number {
                        <span class="cell-note">{ text::log::case(number) }</span>
                    }
                </>
            },
            html! { who(&entry.by) },
            outcome(entry.outcome, entry.problem.as_deref()),
        ]
    };
    html! {
        <Table label={words::DONE} columns={columns.map(AttrValue::from).to_vec()}
            rows={entries.iter().map(row).collect::<Vec<_>>()} />
    }
}

fn who(actor: &SubjectActor) -> String {
    match &actor.name {
        _ if actor.automatic => words::AUTOMATIC.to_owned(),
        Some(name) => name.clone(),
        None => words::staff(actor.number),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_the_history_are_told_in_words() {
        for (value, told) in [
            (json!(null), ""),
            (json!("0707614285"), "070761-4285"),
            (json!(true), "Ja"),
            (json!(["0707614285"]), "070761-4285"),
            (json!({ "nameAndAddress": true, "asOf": null }), "Navne- og adressebeskyttelse"),
            (
                json!({ "line1": "Vej 1", "line2": null, "postalCode": "9000", "city": "Aalborg", "countryCode": "DK" }),
                "Vej 1, 9000 Aalborg",
            ),
            (json!([{ "system": "esdh", "id": "1" }]), "esdh: 1"),
        ] {
            assert_eq!(value_text(&value), told, "{value}");
        }
    }

    #[test]
    fn a_change_tells_what_is_and_what_was() {
        let change =
            |old: Value, new: Value, masked| changed(&FieldChange { field: "name".to_owned(), old, new, masked });
        assert_eq!(change(json!(""), json!("Jens"), false), "Navn: Jens");
        assert_eq!(change(json!("Jens"), json!("Hans"), false), "Navn: Hans (før Jens)");
        assert_eq!(change(json!("Jens"), json!(null), false), "Navn: (tom) (før Jens)");
        assert_eq!(change(json!(null), json!("Hans"), true), "Navn: Hans (før (skjult))");
        assert_eq!(change(json!(null), json!(null), true), "Navn: (skjult)");
    }
}
