//! Who am I, what may I, and how to sign in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::privilege::Privilege;

/// The caller, as the token says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The token's `sub`, else its `client_id`.
    pub subject: String,
    /// The token's `name`, else its `preferred_username`.
    pub name: Option<String>,
    /// Whether the token was given to a person or to a system.
    pub kind: CallerKind,
    /// With a system: the person whom this request names in `X-On-Behalf-Of`.
    pub on_behalf_of: Option<String>,
    /// What the caller may.
    pub privileges: Vec<Privilege>,
    /// Whether the caller may read parties here: an installation may demand a privilege for that.
    pub may_read_parties: bool,
    /// Whether the caller may read cases here.
    pub may_read_cases: bool,
}

/// To whom a token was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CallerKind {
    /// Somebody who signed in.
    Person,
    /// A program under its own name (client credentials).
    System,
}

/// How callers sign in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SignInMode {
    /// At the organisation's OpenID Connect provider.
    Oidc,
    /// As one of the demo's persons; only with `--demo`.
    Demo,
}

/// How to sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Which way.
    pub mode: SignInMode,
    /// The provider's issuer identifier.
    pub issuer: Option<String>,
    /// The public client of the browser application (authorization code + PKCE).
    pub client_id: Option<String>,
    /// The scope to ask for.
    pub scope: Option<String>,
    /// The origin at which the provider knows the browser application: its redirect URIs are `<publicUrl>/login/callback`
    /// and, after sign-out, `<publicUrl>/`. Null: wherever it was opened.
    pub public_url: Option<String>,
    /// In the demo: as whom one can sign in; the first is the caseworker.
    pub persons: Vec<DemoPerson>,
}

/// Somebody to be in the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DemoPerson {
    /// Pass to `POST /sign-in/demo`.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// What the person does.
    pub title: String,
}

/// As whom to sign in to the demo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DemoSignInRequest {
    /// One of `persons`.
    pub id: String,
}

/// A token for the demo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DemoToken {
    /// Send as `Authorization: Bearer`.
    pub access_token: String,
    /// Until when it is valid.
    pub expires_at: DateTime<Utc>,
}
