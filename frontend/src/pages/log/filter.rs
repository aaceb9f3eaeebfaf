//! What to look for in the log.

use openapi::audit::{AuditOutcome, AuditSearch};
use uuid::Uuid;
use yew::prelude::*;

use crate::components::field::{Choice, DayField, TextField};
use crate::form::{date, number};
use crate::text;

/// What was filled in; empty is anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// A day as it was typed.
    pub from: String,
    /// A day that is included.
    pub to: String,
    pub actor: String,
    pub on_behalf_of: String,
    pub operation: String,
    pub outcome: Option<AuditOutcome>,
    pub case_number: String,
    pub personal_number: String,
    pub party: Option<Uuid>,
}

impl Filter {
    /// The question that this is to the server.
    pub fn search(&self) -> AuditSearch {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        AuditSearch {
            from: date::read(&self.from).ok().flatten().and_then(date::start_of),
            to: date::read(&self.to).ok().flatten().and_then(date::end_of),
            actor: filled(&self.actor),
            on_behalf_of: filled(&self.on_behalf_of),
            operation: filled(&self.operation),
            outcome: self.outcome,
            case_number: filled(&self.case_number),
            personal_number: filled(&number::bare(&self.personal_number)),
            party_id: self.party,
            ..AuditSearch::default()
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct FilterProps {
    pub asked: Filter,
    pub on_ask: Callback<Filter>,
}

/// The form. Nothing is asked before *Vis*: every question stands in the log.
#[component]
pub fn FilterForm(props: &FilterProps) -> Html {
    let filter = use_state(|| props.asked.clone());
    {
        let filter = filter.setter();
        use_effect_with(props.asked.clone(), move |asked| filter.set(asked.clone()));
    }
    let set = |change: fn(&mut Filter, String)| {
        let filter = filter.clone();
        Callback::from(move |value: String| {
            let mut changed = (*filter).clone();
            change(&mut changed, value);
            filter.set(changed);
        })
    };
    let tried = use_state(|| false);
    let wrong = |day: &str| *tried && date::read(day).is_err();
    let onsubmit = {
        let (filter, on_ask, tried) = (filter.clone(), props.on_ask.clone(), tried.setter());
        move |event: SubmitEvent| {
            event.prevent_default();
            let is_wrong = date::read(&filter.from).is_err() || date::read(&filter.to).is_err();
            tried.set(is_wrong);
            if !is_wrong {
                on_ask.emit((*filter).clone());
            }
        }
    };
    let any = || (AttrValue::from(""), AttrValue::from(text::log::ANY));
    let operations = text::log::OPERATIONS.map(|(name, words)| (AttrValue::from(name), AttrValue::from(words)));
    let outcomes = text::log::OUTCOMES
        .map(|outcome| (AttrValue::from(name_of(outcome)), AttrValue::from(text::log::outcome(outcome))));
    let on_everybody = {
        let (filter, on_ask) = (filter.clone(), props.on_ask.clone());
        move |_| on_ask.emit(Filter { party: None, ..(*filter).clone() })
    };
    html! {
        <form class="panel filter" aria-labelledby="filter-title" {onsubmit}>
            <h2 id="filter-title">{ text::log::FILTERS }</h2>
            <div class="filter-fields">
                <DayField id="log-from" label={text::log::FROM} value={filter.from.clone()} wrong={wrong(&filter.from)}
                    on_input={set(|filter, value| filter.from = value)} />
                <DayField id="log-to" label={text::log::TO} value={filter.to.clone()} wrong={wrong(&filter.to)}
                    on_input={set(|filter, value| filter.to = value)} />
                <Choice id="log-operation" label={text::log::OPERATION} value={filter.operation.clone()}
                    options={std::iter::once(any()).chain(operations).collect::<Vec<_>>()}
                    on_change={set(|filter, value| filter.operation = value)} />
                <Choice id="log-outcome" label={text::log::OUTCOME} value={filter.outcome.map_or("", name_of)}
                    options={std::iter::once(any()).chain(outcomes).collect::<Vec<_>>()}
                    on_change={set(|filter, value| filter.outcome = outcome_of(&value))} />
                <TextField id="log-number" label={text::log::NUMBER} value={filter.personal_number.clone()}
                    hint={text::log::NUMBER_HINT} on_input={set(|filter, value| filter.personal_number = value)} />
                <TextField id="log-case" label={text::log::CASE} value={filter.case_number.clone()}
                    on_input={set(|filter, value| filter.case_number = value)} />
                <TextField id="log-actor" label={text::log::ACTOR} value={filter.actor.clone()}
                    hint={text::log::ACTOR_HINT} on_input={set(|filter, value| filter.actor = value)} />
                <TextField id="log-on-behalf-of" label={text::log::ON_BEHALF_OF} value={filter.on_behalf_of.clone()}
                    hint={text::log::ON_BEHALF_OF_HINT} on_input={set(|filter, value| filter.on_behalf_of = value)} />
            </div>
            if props.asked.party.is_some() {
                <p class="filter-party">
                    <span class="badge badge-info">{ text::log::OF_ONE_PARTY }</span>
                    <button type="button" class="button button-secondary button-row" onclick={on_everybody}>
                        { text::log::ALL_PARTIES }
                    </button>
                </p>
            }
            <div class="filter-buttons">
                <button type="submit" class="button button-primary">{ text::log::SHOW }</button>
                <button type="button" class="button button-secondary" onclick={props.on_ask.reform(|_| Filter::default())}>
                    { text::log::RESET }
                </button>
            </div>
        </form>
    }
}

const fn name_of(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Succeeded => "succeeded",
        AuditOutcome::Refused => "refused",
        AuditOutcome::Failed => "failed",
        AuditOutcome::Unknown => "unknown",
    }
}

fn outcome_of(name: &str) -> Option<AuditOutcome> {
    text::log::OUTCOMES.into_iter().find(|outcome| name_of(*outcome) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_not_asked_and_days_are_danish_ones() {
        assert_eq!(Filter::default().search(), AuditSearch::default());
        let filter = Filter {
            from: "23-11-2026".to_owned(),
            to: "23-11-2026".to_owned(),
            personal_number: " 070761-4285 ".to_owned(),
            outcome: outcome_of("refused"),
            ..Filter::default()
        };
        let search = filter.search();
        assert_eq!(search.from.map(|time| time.to_rfc3339()).as_deref(), Some("2026-11-22T23:00:00+00:00"));
        assert_eq!(search.to.map(|time| time.to_rfc3339()).as_deref(), Some("2026-11-23T23:00:00+00:00"));
        assert_eq!(search.personal_number.as_deref(), Some("0707614285"));
        assert_eq!(search.outcome, Some(AuditOutcome::Refused));
    }
}
