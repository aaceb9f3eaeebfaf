//! The four elements of the dialog whose tab the installation chooses.

use openapi::party::PartyKind;
use openapi::settings::DialogElement;
use yew::prelude::*;

use super::Over;
use super::tabs::Panel;
use crate::components::icon::Icon;
use crate::components::protection::ProtectionMessage;
use crate::form::date;
use crate::text;

/// The red message beside the address, on the tab that is configured for it.
pub fn protection(panel: &Panel) -> Html {
    let here = panel.signed_in.place_of(DialogElement::ProtectionMessage) == panel.tab;
    match panel.editing.party().filter(|_| here) {
        Some(party) => html! { <ProtectionMessage party={party.clone()} /> },
        None => Html::default(),
    }
}

/// *Hent fra CPR*, *Find CPR-nummer* and *Opdateret*, those that stand on this tab.
pub fn cpr_tools(panel: &Panel) -> Html {
    let (editing, signed_in) = (panel.editing, panel.signed_in);
    let here = |element| signed_in.place_of(element) == panel.tab;
    let person = editing.form.kind == PartyKind::Person;
    // A party that does not exist yet gets its number by being created.
    let may = person && signed_in.may_ask_cpr() && (editing.stored.is_some() || signed_in.may_edit());
    let capabilities = signed_in.settings.capabilities;
    let fetch = may && capabilities.lookup && here(DialogElement::FetchFromCpr);
    let find = may && capabilities.find && here(DialogElement::FindPersonalNumber);
    let stamp = person && here(DialogElement::UpdatedAt);
    html! {
        <div class="cpr-tools">
            if fetch {
                <button type="button" class="button button-secondary" onclick={panel.on_fetch.reform(|_| ())}>
                    { Icon::Sync.draw() }{ text::dialog::FETCH }
                </button>
            }
            if find {
                <button type="button" class="button button-secondary" onclick={panel.ask.reform(|_| Over::FindAsk)}>
                    { Icon::PersonFind.draw() }{ text::dialog::FIND }
                </button>
            }
            if stamp {
                { updated(panel) }
            }
        </div>
    }
}

fn updated(panel: &Panel) -> Html {
    let Some(party) = panel.editing.party() else { return Html::default() };
    match &party.cpr {
        Some(cpr) => {
            let subscription = cpr.source == openapi::party::RegisterSource::Subscription;
            html! {
                <p class="stamp">
                    <span class="stamp-updated">{ text::dialog::updated(&date::time(cpr.updated_at)) }</span>
                    <span>{ text::dialog::as_of(&date::date(cpr.register_date), subscription) }</span>
                    if let Some(next) = cpr.next_expected {
                        <span>{ text::dialog::followed(cpr.current_as_of.map(date::date), &date::time(next)) }</span>
                    }
                </p>
            }
        }
        None => html! { <p class="stamp"><span class="stamp-updated">{ text::dialog::NEVER_FETCHED }</span></p> },
    }
}
