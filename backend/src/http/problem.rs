//! Errors to HTTP: the only file that turns what went wrong into a status code.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, http::StatusCode};
use openapi::problem::{FieldError, Problem, ProblemCode};

use super::{case, etag, party};
use crate::actions::{self, Current};

/// What a handler or an extractor answers when it cannot do what was asked.
#[derive(Debug)]
pub struct Failure {
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    party_id: Option<uuid::Uuid>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
    suspicious: bool,
}

impl Failure {
    /// A problem with this Danish explanation.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Failure {
        Failure {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            party_id: None,
            headers: Vec::new(),
            suspicious: false,
        }
    }

    /// Input that is wrong in one field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Failure {
        Failure::fields(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Input that is wrong in these fields.
    pub fn fields(errors: Vec<FieldError>) -> Failure {
        let detail = match errors.as_slice() {
            [only] => only.detail.clone(),
            several => format!("{} felter er ikke udfyldt rigtigt.", several.len()),
        };
        Failure { errors, ..Failure::new(ProblemCode::InvalidInput, detail) }
    }

    /// Nothing there.
    pub fn not_found() -> Failure {
        Failure::new(ProblemCode::NotFound, "Det, du leder efter, findes ikke.")
    }

    /// A path that knows other methods.
    pub fn method_not_allowed(methods: &[&Method]) -> Failure {
        let allowed = methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        Failure::new(ProblemCode::MethodNotAllowed, format!("Brug en af metoderne {allowed}."))
            .header(header::ALLOW, &allowed)
    }

    /// With a header in the answer.
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Failure {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Somebody may be trying what works.
    pub fn suspicious(self) -> Failure {
        Failure { suspicious: true, ..self }
    }

    /// Whether somebody may be trying what works.
    pub fn is_suspicious(&self) -> bool {
        self.suspicious
    }

    /// The body, complete but for the request id.
    pub fn problem(&self) -> Problem {
        Problem {
            type_: format!("/problems/{}", self.code.code()),
            title: self.code.title().to_owned(),
            detail: self.detail.clone(),
            status: self.code.status(),
            code: self.code,
            retryable: self.code.retryable(),
            trace_id: String::new(),
            errors: self.errors.clone(),
            party_id: self.party_id,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.code.code())
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// An answer whose body is written by [`super::envelope`], which knows the request id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.problem());
        response
    }
}

impl From<actions::Error> for Failure {
    fn from(error: actions::Error) -> Failure {
        use actions::Error;
        match error {
            Error::NotFound => Failure::not_found(),
            Error::Forbidden(detail) => Failure::new(ProblemCode::Forbidden, detail),
            Error::Conflict(detail) => Failure::new(ProblemCode::Conflict, detail),
            Error::NotAvailableHere(detail) => Failure::new(ProblemCode::NotAvailableHere, detail),
            Error::Stale(current) => {
                let failure = Failure::new(
                    ProblemCode::Stale,
                    "Oplysningerne er ændret, siden du hentede dem. Hent dem igen, før du gemmer.",
                );
                let tag = current.map(|current| match current {
                    Current::Party(party) => etag::tag(party.version, &party::contract::party(*party)),
                    Current::Case(current) => etag::tag(current.version, &case::contract(*current)),
                });
                match tag {
                    Some(Ok((tag, _))) => failure.header(header::ETAG, &tag),
                    _ => failure,
                }
            }
            Error::Invalid(faults) => Failure::fields(
                faults.into_iter().map(|fault| FieldError { pointer: fault.pointer, detail: fault.detail }).collect(),
            ),
            Error::PersonalNumberInvalid(pointer) => {
                let detail = "CPR-nummeret er ikke et personnummer, som CPR kan slå op.";
                Failure {
                    errors: vec![FieldError { pointer, detail: detail.to_owned() }],
                    ..Failure::new(ProblemCode::PersonalNumberInvalid, detail)
                }
            }
            Error::PersonalNumberInUse(holder) => Failure {
                party_id: holder,
                ..Failure::new(ProblemCode::PersonalNumberInUse, "En anden part har allerede dette CPR-nummer.")
            },
            Error::NameAndAddressRequired => Failure::new(
                ProblemCode::NameAndAddressRequired,
                "Udfyld navn, adresse 1 og postnummer for at finde et CPR-nummer.",
            ),
            Error::ReasonRequired => Failure::new(
                ProblemCode::ReasonRequired,
                "Her skal et opslag have en begrundelse. Skriv hvorfor, og prøv igen.",
            ),
            Error::CursorExpired { oldest } => Failure::new(
                ProblemCode::CursorExpired,
                match oldest {
                    Some(oldest) => format!(
                        "Så gamle hændelser gemmes ikke længere. Hent alle parter igen, og fortsæt med after={}.",
                        oldest - 1
                    ),
                    None => "Så gamle hændelser gemmes ikke længere. Hent alle parter igen.".to_owned(),
                },
            ),
            Error::IdempotencyMismatch => Failure::new(
                ProblemCode::IdempotencyMismatch,
                "Nøglen i Idempotency-Key er allerede brugt til en anden forespørgsel.",
            ),
            Error::CprPersonNotFound => {
                Failure::new(ProblemCode::CprPersonNotFound, "CPR kender ikke en person med dette CPR-nummer.")
            }
            Error::CprTooManyHits => Failure::new(
                ProblemCode::CprTooManyHits,
                "Der er for mange personer, der passer. Udfyld flere oplysninger, og søg igen.",
            ),
            Error::CprCriteriaInsufficient => Failure::new(
                ProblemCode::CprCriteriaInsufficient,
                "CPR kan ikke søge på disse oplysninger. Ret eller tilføj oplysninger, og søg igen.",
            ),
            Error::CprUnavailable => Failure::new(
                ProblemCode::CprUnavailable,
                "CPR svarer ikke lige nu. Der er ikke ændret noget. Prøv igen om lidt.",
            ),
            Error::CprRefused => Failure::new(
                ProblemCode::CprRefused,
                "CPR afviser myndighedens adgang. Der er ikke ændret noget. Kontakt din systemadministrator.",
            ),
            Error::DeliveryRefused(detail) => Failure::new(ProblemCode::DeliveryRefused, detail),
            Error::DeliverySource(_) => Failure::new(
                ProblemCode::CprUnavailable,
                "Leverancerne kan ikke hentes lige nu. Der er ikke ændret noget.",
            ),
            Error::PurgeHeld(hold) => Failure::new(ProblemCode::Conflict, hold.text()),
            Error::Unavailable | Error::Interrupted => Failure::new(
                ProblemCode::Unavailable,
                "Databasen er ikke tilgængelig lige nu. Der er ikke ændret noget. Prøv igen om lidt.",
            )
            .header(header::RETRY_AFTER, "5"),
            Error::Internal(what) => {
                tracing::error!(fault = %what, "internal fault");
                Failure::new(
                    ProblemCode::Internal,
                    "Der er sket en fejl i systemet, og den er noteret. Prøv igen, eller kontakt din systemadministrator.",
                )
            }
        }
    }
}
