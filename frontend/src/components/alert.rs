//! Messages: what went wrong, what went well.

use yew::prelude::*;

use super::icon::Icon;
use crate::api::ApiError;
use crate::text;

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// For your information.
    Info,
    /// It worked.
    Success,
    /// Be careful.
    Warning,
    /// It did not work.
    Error,
}

#[derive(Properties, PartialEq)]
pub struct AlertProps {
    pub severity: Severity,
    #[prop_or_default]
    pub heading: Option<AttrValue>,
    #[prop_or_default]
    pub children: Html,
}

/// A message that screen readers say when it appears.
#[component]
pub fn Alert(props: &AlertProps) -> Html {
    let (class, icon, role) = match props.severity {
        Severity::Info => ("alert-info", Icon::Info, "status"),
        Severity::Success => ("alert-success", Icon::Success, "status"),
        Severity::Warning => ("alert-warning", Icon::Warning, "alert"),
        Severity::Error => ("alert-error", Icon::Error, "alert"),
    };
    html! {
        <div class={classes!("alert", class)} {role}>
            <span class="alert-icon">{ icon.draw() }</span>
            <div class="alert-body">
                if let Some(heading) = &props.heading {
                    <p class="alert-heading">{ heading }</p>
                }
                <div class="alert-text">{ props.children.clone() }</div>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct FailureProps {
    pub error: ApiError,
    /// Offered where trying again can help.
    #[prop_or_default]
    pub on_retry: Option<Callback<()>>,
    #[prop_or_default]
    pub children: Html,
}

/// An operation that failed: what happened, and a way to try again where that can help.
#[component]
pub fn Failure(props: &FailureProps) -> Html {
    let error = &props.error;
    let retry = props.on_retry.clone().filter(|_| error.retryable());
    html! {
        <Alert severity={Severity::Error} heading={error.title()}>
            <p>{ error.detail() }</p>
            { props.children.clone() }
            if let Some(retry) = retry {
                <p>
                    <button type="button" class="button button-secondary" onclick={move |_| retry.emit(())}>
                        { text::button::RETRY }
                    </button>
                </p>
            }
            if let Some(trace) = error.trace_id() {
                <p class="trace">{ text::error::trace(trace) }</p>
            }
        </Alert>
    }
}
