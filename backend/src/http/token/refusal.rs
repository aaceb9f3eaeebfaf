//! Why tokens are refused: a closed list, told in the answer and counted in `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header;
use openapi::problem::ProblemCode;

use crate::http::problem::Failure;

/// Why a request has no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no `Authorization`.
    Missing,
    /// Not one bearer token of three parts whose header is JSON.
    Malformed,
    /// Larger than any provider's access token.
    TooLarge,
    /// An algorithm that is not taken: `none`, a symmetric one, or another.
    Algorithm,
    /// The token brings its key along, or points at one.
    BringsKey,
    /// The token says that we must understand something that we do not (`crit`).
    Critical,
    /// The header says that it is no access token (`typ`).
    Type,
    /// No key of the provider has this `kid`, or several have.
    Key,
    /// The key did not sign this.
    Signature,
    /// Another issuer's.
    Issuer,
    /// For somebody else.
    Audience,
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    Early,
    /// A claim that must be there is missing, or is of another kind.
    Claims,
    /// It says who signed in, not what a caller may: an ID token, or one for renewal.
    NoAccessToken,
    /// It names neither person nor client.
    Subject,
}

impl Refusal {
    const ALL: [Refusal; 16] = [
        Refusal::Missing,
        Refusal::Malformed,
        Refusal::TooLarge,
        Refusal::Algorithm,
        Refusal::BringsKey,
        Refusal::Critical,
        Refusal::Type,
        Refusal::Key,
        Refusal::Signature,
        Refusal::Issuer,
        Refusal::Audience,
        Refusal::Expired,
        Refusal::Early,
        Refusal::Claims,
        Refusal::NoAccessToken,
        Refusal::Subject,
    ];

    /// The label in `/metrics`, and the words for whoever sets up a client.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Refusal::Missing => ("missing", "no token"),
            Refusal::Malformed => ("malformed", "not one bearer token in the form of a JWT"),
            Refusal::TooLarge => ("too-large", "the token is too large"),
            Refusal::Algorithm => ("algorithm", "the algorithm is not accepted"),
            Refusal::BringsKey => ("brings-key", "a key in the token, or an address of one, is not accepted"),
            Refusal::Critical => ("critical", "the header demands an extension that is not known here"),
            Refusal::Type => ("type", "the header says that it is no access token"),
            Refusal::Key => ("key", "no single key of the provider fits"),
            Refusal::Signature => ("signature", "the signature does not fit"),
            Refusal::Issuer => ("issuer", "another issuer"),
            Refusal::Audience => ("audience", "another audience"),
            Refusal::Expired => ("expired", "the token has expired"),
            Refusal::Early => ("early", "the token is not valid yet"),
            Refusal::Claims => ("claims", "a claim is missing or of another type"),
            Refusal::NoAccessToken => ("no-access-token", "an ID token or a refresh token is no access token"),
            Refusal::Subject => ("subject", "neither sub nor client_id names the caller"),
        }
    }

    /// 401 with the challenge of RFC 6750, section 3.
    pub fn failure(self) -> Failure {
        let (detail, error) = match self {
            Refusal::Missing => ("Der mangler et adgangstoken. Log ind, og prøv igen.", String::new()),
            Refusal::Expired => ("Din session er udløbet. Log ind igen.", self.invalid_token()),
            _ => ("Adgangstokenet er ikke gyldigt. Log ind igen.", self.invalid_token()),
        };
        let challenge = format!("Bearer realm=\"partsregister\"{error}");
        let failure = Failure::new(ProblemCode::Unauthenticated, detail).header(header::WWW_AUTHENTICATE, &challenge);
        match self {
            // Nobody tries what works by sending nothing, or a token that was good once.
            Refusal::Missing | Refusal::Expired => failure,
            _ => failure.suspicious(),
        }
    }

    fn invalid_token(self) -> String {
        format!(", error=\"invalid_token\", error_description=\"{}\"", self.words().1)
    }
}

/// How often a token was refused, for each reason.
#[derive(Debug, Default)]
pub struct Counts([AtomicU64; Refusal::ALL.len()]);

impl Counts {
    /// Once more.
    pub fn note(&self, refusal: Refusal) {
        self.0[refusal as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Every reason with its count.
    pub fn read(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Refusal::ALL.into_iter().map(|refusal| (refusal.words().0, self.0[refusal as usize].load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_counted_under_its_own_name() {
        for refusal in Refusal::ALL {
            let counts = Counts::default();
            counts.note(refusal);
            let counted: Vec<_> = counts.read().filter(|(_, count)| *count > 0).collect();
            assert_eq!(counted, [(refusal.words().0, 1)]);
        }
    }
}
