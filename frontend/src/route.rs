//! Every address of the application.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yew_router::Routable;

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Routable)]
pub enum Route {
    /// Leads to the first thing to do here.
    #[at("/")]
    Home,
    /// *Kontakter*, whose first (and so far only) kind of contact is the external party.
    #[at("/kontakter")]
    Contacts,
    /// *Ekstern part*: the list.
    #[at("/kontakter/ekstern-part")]
    Parties,
    /// The list, with the dialog for a new party over it.
    #[at("/kontakter/ekstern-part/ny")]
    NewParty,
    /// The list, with the properties of a party over it; `?fane=` names the tab.
    #[at("/kontakter/ekstern-part/:id")]
    Party {
        /// The party's key.
        id: Uuid,
    },
    /// *Drift*, whose only page is *Abonnement*.
    #[at("/drift")]
    Operations,
    /// *Abonnement*: whom CPR follows for us, what CPR has delivered, and what is in the way.
    #[at("/drift/abonnement")]
    Subscriptions,
    /// *Tilgængelighedserklæring*; needs no sign-in.
    #[at("/tilgaengelighed")]
    Accessibility,
    /// *Kontrol*, whose first page is *Log*.
    #[at("/kontrol")]
    Control,
    /// *Log*: who has seen and done what.
    #[at("/kontrol/log")]
    Log,
    /// *Stikprøver*: look-ups drawn at random, and what was found out about each.
    #[at("/kontrol/stikproever")]
    Samples,
    /// *Indsigtsrapport*: a citizen's own report.
    #[at("/kontrol/indsigtsrapport")]
    SubjectReport,
    /// Where the organisation's provider sends people back to.
    #[at("/login/callback")]
    SignInCallback,
    /// Any other address.
    #[not_found]
    #[at("/findes-ikke")]
    NotFound,
}

/// The tabs of the properties dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tab {
    /// *Generelt*.
    #[default]
    Generelt,
    /// *Identifikation*.
    Identifikation,
    /// *Andet*.
    Andet,
    /// *CPR*.
    Cpr,
}

impl Tab {
    /// Every tab, in the order in which they stand.
    pub const ALL: [Tab; 4] = [Tab::Generelt, Tab::Identifikation, Tab::Andet, Tab::Cpr];
}

/// What stands after `?` in the address of a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartyQuery {
    /// The tab, *fane*.
    #[serde(default)]
    pub fane: Tab,
}
