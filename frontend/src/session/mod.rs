//! Who is signed in, and what they may. The token lives in memory only: a reload of the page signs out.

pub mod oidc;
mod renewal;

use std::rc::Rc;

use chrono::{DateTime, Utc};
use openapi::privilege::Privilege;
use openapi::session::Session;
use openapi::settings::{DialogElement, RequireReason, Settings};
use yew::prelude::*;

pub use self::renewal::use_renewal;
use crate::api::{Access, Api};
use crate::route::Tab;

/// A token, and how to give it back.
#[derive(Clone, PartialEq)]
pub struct Token {
    /// For this server.
    pub access: Access,
    /// With an OpenID Connect provider: where and how to sign out there.
    pub sign_out: Option<oidc::SignOut>,
}

/// Somebody signed in: the way to the server, who it is, and what this installation is like.
#[derive(Clone, PartialEq)]
pub struct SignedIn {
    /// The way to the server.
    pub api: Api,
    /// Who.
    pub session: Rc<Session>,
    /// The installation.
    pub settings: Rc<Settings>,
    /// When the session ends, if that is near and nothing will renew it.
    pub ends_at: Option<DateTime<Utc>>,
    /// Signs out.
    pub sign_out: Callback<()>,
}

impl SignedIn {
    /// Create, edit and delete parties.
    pub fn may_edit(&self) -> bool {
        self.has(Privilege::PartyEditor)
    }

    /// Ask CPR.
    pub fn may_ask_cpr(&self) -> bool {
        self.has(Privilege::UpdateFromCpr)
    }

    /// Give a party another number through CPR.
    pub fn may_give_number(&self) -> bool {
        self.may_edit() && self.may_ask_cpr()
    }

    /// Run jobs, send in and retry deliveries, and retry subscriptions.
    pub fn may_operate(&self) -> bool {
        self.may_edit() && self.may_ask_cpr()
    }

    /// Read the log, make a citizen's report, draw spot checks.
    pub fn may_audit(&self) -> bool {
        self.has(Privilege::Auditor)
    }

    /// Read the CPR tab, and see a masked address for a reason.
    pub fn may_see_cpr(&self) -> bool {
        self.may_edit() || self.may_ask_cpr()
    }

    /// Whether a question to CPR needs a reason here. The browser asks outside of any case, so `without-case` means yes.
    pub fn must_give_reason(&self) -> bool {
        self.settings.require_reason != RequireReason::Never
    }

    /// The tab on which an element of the dialog stands.
    pub fn place_of(&self, element: DialogElement) -> Tab {
        use openapi::settings::DialogTab;
        match self.settings.dialog_placement.get(&element) {
            Some(DialogTab::General) => Tab::Generelt,
            Some(DialogTab::Identification) => Tab::Identifikation,
            Some(DialogTab::Other) => Tab::Andet,
            Some(DialogTab::Cpr) => Tab::Cpr,
            None if element == DialogElement::ProtectionMessage => Tab::Generelt,
            None => Tab::Identifikation,
        }
    }

    fn has(&self, privilege: Privilege) -> bool {
        self.session.privileges.contains(&privilege)
    }
}

/// Who is signed in, for the pages that only exist for people who are.
#[hook]
pub fn use_signed_in() -> SignedIn {
    use_context::<SignedIn>().expect("pages are drawn below the session")
}
