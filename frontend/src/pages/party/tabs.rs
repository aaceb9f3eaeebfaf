//! The panels of the tabs *Generelt* and *Identifikation*; the other two have rooms of their own.

use openapi::party::{KeepableField, Party, PartyKind};
use uuid::Uuid;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::cpr_tab::CprPanel;
use super::other::OtherPanel;
use super::{Over, placed};
use crate::components::address::address_lines;
use crate::components::alert::{Alert, Severity};
use crate::components::field::{Checkbox, TextField};
use crate::components::icon::Icon;
use crate::form::editing::{Act, Editing};
use crate::form::field::Field;
use crate::form::number::{self, NumberHint};
use crate::form::{changes, identity};
use crate::route::Tab;
use crate::session::SignedIn;
use crate::text;

/// What a panel needs.
pub struct Panel<'a> {
    pub tab: Tab,
    pub editing: &'a Editing,
    pub dispatch: UseReducerDispatcher<Editing>,
    pub signed_in: &'a SignedIn,
    pub on_fetch: &'a Callback<()>,
    pub ask: &'a Callback<Over>,
    pub on_open: &'a Callback<Uuid>,
}

/// The panel of the selected tab.
pub fn panel(panel: &Panel) -> Html {
    match panel.tab {
        Tab::Generelt => general(panel),
        Tab::Identifikation => identification(panel),
        Tab::Andet => html! {
            <>
                { placed::protection(panel) }
                { placed::cpr_tools(panel) }
                <OtherPanel party={panel.editing.party().map(|party| (party.id, party.version))} />
            </>
        },
        Tab::Cpr => html! {
            <>
                { placed::protection(panel) }
                { placed::cpr_tools(panel) }
                <CprPanel kind={panel.editing.form.kind}
                    party={panel.editing.party().map(|party| (party.id, party.cpr.as_ref().map(|cpr| cpr.updated_at)))} />
            </>
        },
    }
}

/// The id of a field of the dialog on the page.
pub fn field_id(field: Field) -> String {
    format!("party-{}", field.id())
}

fn general(panel: &Panel) -> Html {
    let editing = panel.editing;
    html! {
        <div class="fields">
            if editing.stored.is_none() {
                { kind(panel) }
            }
            { text_field(panel, Field::Name, "field-wide", kept(panel, KeepableField::Name)) }
            { text_field(panel, Field::Email, "field-wide", None) }
            <div class="field-pair">
                { text_field(panel, Field::Phone, "", None) }
                { text_field(panel, Field::Mobile, "", None) }
            </div>
            { owns_email_domain(panel) }
            <div class="field-group">
                { placed::protection(panel) }
                { address(panel) }
            </div>
            { placed::cpr_tools(panel) }
        </div>
    }
}

/// The address: hidden until it is revealed, or its five fields.
fn address(panel: &Panel) -> Html {
    let editing = panel.editing;
    let masked = editing.party().is_some_and(|party| party.address_masked);
    html! {
        <>
            if masked {
                { hidden_address(panel) }
            }
            if let Some(party) = editing.party() {
                { instead_of_address(party) }
            }
            { text_field(panel, Field::Line1, "field-wide", kept(panel, KeepableField::Address)) }
            { text_field(panel, Field::Line2, "field-wide", None) }
            <div class="field-town">
                { text_field(panel, Field::PostalCode, "", None) }
                { text_field(panel, Field::City, "", None) }
                { text_field(panel, Field::CountryCode, "", None) }
            </div>
        </>
    }
}

fn hidden_address(panel: &Panel) -> Html {
    match &panel.editing.revealed {
        Some(revealed) => html! {
            <div class="revealed">
                <p>{ text::protection::SHOWN }</p>
                <p>{ revealed.as_ref().map_or_else(|| html! { text::protection::NO_ADDRESS }, address_lines) }</p>
                <button type="button" class="button button-secondary"
                    onclick={let dispatch = panel.dispatch.clone(); move |_| dispatch.dispatch(Act::Hide)}>
                    { text::protection::HIDE }
                </button>
            </div>
        },
        None => html! {
            <div class="hidden-address">
                <p>{ text::party::ADDRESS_HIDDEN }</p>
                if panel.signed_in.may_see_cpr() {
                    <button type="button" class="button button-secondary" onclick={panel.ask.reform(|_| Over::Reveal)}>
                        { Icon::Visibility.draw() }{ text::protection::SHOW }
                    </button>
                }
            </div>
        },
    }
}

/// What CPR says when there is no address: no fixed abode, none at all, the last known one. Nobody is urged to write one.
fn instead_of_address(party: &Party) -> Html {
    let last = party.cpr.as_ref().and_then(|cpr| cpr.last_address.as_ref());
    html! {
        <>
            if let Some(word) = identity::why_without_address(party) {
                <Alert severity={Severity::Info} heading={word}>{ text::party::NO_ADDRESS_IS_FINE }</Alert>
            }
            if let Some(last) = last {
                <p class="last-address">{ text::dialog::LAST_ADDRESS }{ " " }{ identity::one_line(last).unwrap_or_default() }</p>
            }
        </>
    }
}

fn identification(panel: &Panel) -> Html {
    let editing = panel.editing;
    let person = editing.form.kind == PartyKind::Person;
    let typed = editing.form.get(Field::PersonalNumber);
    let wrong = editing.errors.at(Field::PersonalNumber).is_some();
    let hint = hint_text(number::hint(typed)).filter(|_| panel.signed_in.may_edit() && !wrong);
    html! {
        <div class="fields">
            { placed::protection(panel) }
            if person {
                { text_field(panel, Field::PersonalNumber, "field-number", hint.map(Into::into)) }
            }
            { placed::cpr_tools(panel) }
            if let Some(party) = editing.party() {
                { numbers_of_before(panel, party) }
            }
            { text_field(panel, Field::CvrNumber, "field-number", None) }
            if !person {
                { text_field(panel, Field::PNumber, "field-number", None) }
            }
        </div>
    }
}

/// Former numbers, and who holds the number that CPR has moved the person to.
fn numbers_of_before(panel: &Panel, party: &Party) -> Html {
    let Some(cpr) = &party.cpr else { return Html::default() };
    let former: Vec<String> = cpr.former_personal_numbers.iter().map(|number| number::formatted(number)).collect();
    html! {
        <>
            if let Some(holder) = cpr.current_number_held_by {
                <Alert severity={Severity::Warning}>
                    <p>{ text::dialog::NUMBER_HELD_BY }</p>
                    <button type="button" class="link" onclick={panel.on_open.reform(move |_| holder)}>
                        { text::dialog::OPEN_HOLDER }
                    </button>
                </Alert>
            }
            if !former.is_empty() {
                <p class="former-numbers">{ text::dialog::FORMER_NUMBERS }{ " " }{ former.join(", ") }</p>
            }
        </>
    }
}

const fn hint_text(hint: NumberHint) -> Option<&'static str> {
    match hint {
        NumberHint::Empty | NumberHint::Fine => None,
        NumberHint::Incomplete => Some(text::number::INCOMPLETE),
        NumberHint::NotANumber => Some(text::number::NOT_A_NUMBER),
        NumberHint::ImpossibleDate => Some(text::number::IMPOSSIBLE_DATE),
        NumberHint::Replacement => Some(text::number::REPLACEMENT),
        NumberHint::NoControlDigit => Some(text::number::NO_CONTROL_DIGIT),
    }
}

fn kind(panel: &Panel) -> Html {
    let dispatch = panel.dispatch.clone();
    let company = panel.editing.form.kind == PartyKind::Company;
    let onchange = move |event: Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        dispatch.dispatch(Act::Kind(if value == "company" { PartyKind::Company } else { PartyKind::Person }));
    };
    html! {
        <div class="form-group">
            <label class="form-label" for="party-kind">{ text::field::KIND }</label>
            <select id="party-kind" class="form-select" {onchange}>
                <option value="person" selected={!company}>{ text::party::PERSON }</option>
                <option value="company" selected={company}>{ text::party::COMPANY }</option>
            </select>
        </div>
    }
}

fn owns_email_domain(panel: &Panel) -> Html {
    let dispatch = panel.dispatch.clone();
    html! {
        <Checkbox id="party-ownsEmailDomain" label={text::field::OWNS_EMAIL_DOMAIN}
            checked={panel.editing.form.owns_email_domain} disabled={!panel.signed_in.may_edit()}
            on_change={move |owns| dispatch.dispatch(Act::OwnsEmailDomain(owns))} />
    }
}

/// That a value of the user's is in force, and what CPR says instead.
fn kept(panel: &Panel, field: KeepableField) -> Option<AttrValue> {
    let cpr = panel.editing.party()?.cpr.as_ref()?;
    let kept = cpr.kept.iter().find(|kept| kept.field == field)?;
    Some(text::field::kept(&changes::kept_in_words(kept)).into())
}

fn text_field(panel: &Panel, field: Field, width: &'static str, hint: Option<AttrValue>) -> Html {
    let editing = panel.editing;
    let (typing, leaving) = (panel.dispatch.clone(), panel.dispatch.clone());
    let kind = match field {
        Field::Email => "email",
        Field::Phone | Field::Mobile => "tel",
        _ => "text",
    };
    html! {
        <TextField id={field_id(field)} label={field.label()} value={editing.form.get(field).to_owned()} {kind} width={width}
            {hint} error={editing.errors.at(field).map(|error| AttrValue::from(error.to_owned()))}
            read_only={!panel.signed_in.may_edit()}
            on_input={move |value| typing.dispatch(Act::Type(field, value))}
            on_leave={move |()| leaving.dispatch(Act::Leave(field))} />
    }
}
