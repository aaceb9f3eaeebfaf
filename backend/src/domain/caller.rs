//! Who is asking.

use std::collections::BTreeSet;

use openapi::privilege::Privilege;

/// The caller of an operation, as the token says: a person, or a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token's `sub`, else its `client_id`.
    pub subject: String,
    /// The token's `name`, else its `preferred_username`.
    pub name: Option<String>,
    /// Whether the token was given to a person or to a system.
    pub kind: CallerKind,
    /// The person for whom a system acts, as the system names them.
    pub on_behalf_of: Option<String>,
    /// What the caller may.
    pub privileges: BTreeSet<Privilege>,
}

/// To whom a token was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// Somebody who signed in.
    Person,
    /// A program under its own name.
    System,
}

/// What an installation wants of callers beside a valid token; `None`: nothing.
pub type Demand = Option<Privilege>;

impl Caller {
    /// The house itself under this name: a job, a chore; or somebody of whom no more is known. What they may is not asked.
    pub fn house(name: impl Into<String>) -> Caller {
        Caller {
            subject: name.into(),
            name: None,
            kind: CallerKind::System,
            on_behalf_of: None,
            privileges: BTreeSet::new(),
        }
    }

    /// Whether the caller has this privilege.
    pub fn has(&self, privilege: Privilege) -> bool {
        self.privileges.contains(&privilege)
    }

    /// What a case system may call the person who asks: subject or name of the token, or as a system named the person for
    /// whom it acts. Nothing where no person is known.
    pub fn names(&self) -> Vec<String> {
        match self.kind {
            CallerKind::Person => {
                std::iter::once(&self.subject).chain(&self.name).map(|name| name.trim().to_owned()).collect()
            }
            CallerKind::System => self.on_behalf_of.iter().cloned().collect(),
        }
    }

    /// Whether the caller has what an installation wants beside a valid token.
    pub fn meets(&self, demand: Demand) -> bool {
        demand.is_none_or(|privilege| self.has(privilege))
    }

    /// Giving a party a (new) personal number through find or fetch takes both privileges.
    pub fn may_give_number(&self) -> bool {
        self.has(Privilege::UpdateFromCpr) && self.has(Privilege::PartyEditor)
    }
}
