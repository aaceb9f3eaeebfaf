//! Errors: `application/problem+json` (RFC 9457) with a closed list of codes.

use serde::{Deserialize, Serialize};

/// The body of every error answer. `title` and `detail` are Danish sentences for people; `code` is for programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    pub type_: String,
    /// What kind of problem it is, in Danish; the same for every problem of a code.
    pub title: String,
    /// What went wrong this time, in Danish. Never holds a personal number, a name or an address.
    pub detail: String,
    /// The HTTP status code.
    pub status: u16,
    /// The stable name of the problem.
    pub code: ProblemCode,
    /// Whether the same request can succeed later without anybody changing anything. Wait as long as `Retry-After` says, where it
    /// is set.
    pub retryable: bool,
    /// The request id, as in `X-Request-Id`, the log and the audit log.
    pub trace_id: String,
    /// For invalid input: which fields, as JSON Pointers (RFC 6901) into the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With `personal-number-in-use`: the party that holds the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_id: Option<uuid::Uuid>,
}

/// What is wrong with one field of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body, for example `/address/postalCode`; a parameter of the query is `/limit`. Empty: the
    /// request as a whole.
    pub pointer: String,
    /// What is wrong, in Danish.
    pub detail: String,
}

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $title:literal, $retryable:literal;)*) => {
        /// The closed list of problem codes. Each has one HTTP status and one Danish title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum ProblemCode {
            $($(#[$doc])* $variant,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [ProblemCode] = &[$(ProblemCode::$variant),*];

            /// The code as it stands in `code` and at the end of `type`.
            pub const fn code(self) -> &'static str {
                match self { $(ProblemCode::$variant => $code),* }
            }

            /// The HTTP status code.
            pub const fn status(self) -> u16 {
                match self { $(ProblemCode::$variant => $status),* }
            }

            /// The Danish title.
            pub const fn title(self) -> &'static str {
                match self { $(ProblemCode::$variant => $title),* }
            }

            /// Whether the same request can succeed later without anybody changing anything.
            pub const fn retryable(self) -> bool {
                match self { $(ProblemCode::$variant => $retryable),* }
            }
        }
    };
}

problem_codes! {
    /// JSON, path or query that cannot be parsed.
    InvalidRequest = "invalid-request", 400, "Forespørgslen kan ikke læses", false;
    /// No token, or one that is not valid.
    Unauthenticated = "unauthenticated", 401, "Log ind først", false;
    /// A valid token without the privilege.
    Forbidden = "forbidden", 403, "Det har du ikke adgang til", false;
    /// Nothing there.
    NotFound = "not-found", 404, "Findes ikke", false;
    /// The path is known, the method is not.
    MethodNotAllowed = "method-not-allowed", 405, "Metoden kan ikke bruges her", false;
    /// The state of the resource forbids it.
    Conflict = "conflict", 409, "Kan ikke lade sig gøre nu", false;
    /// Switched off or not configured in this installation.
    NotAvailableHere = "not-available-here", 409, "Ikke slået til her", false;
    /// The cursor or sequence number lies before what is still kept.
    CursorExpired = "cursor-expired", 410, "Stedet i listen findes ikke længere", false;
    /// `If-Match` names an older version.
    Stale = "stale", 412, "Ændret af en anden i mellemtiden", false;
    /// The body is larger than 1 MiB.
    PayloadTooLarge = "payload-too-large", 413, "Forespørgslen er for stor", false;
    /// The body is not JSON.
    UnsupportedMediaType = "unsupported-media-type", 415, "Formatet kan ikke bruges", false;
    /// An unknown field, a wrong type, a bad or out-of-range value.
    InvalidInput = "invalid-input", 422, "Felter er ikke udfyldt rigtigt", false;
    /// The same `Idempotency-Key` with another body.
    IdempotencyMismatch = "idempotency-mismatch", 422, "Nøglen er brugt til noget andet", false;
    /// `If-Match` is missing.
    PreconditionRequired = "precondition-required", 428, "Angiv hvilken version der ændres", false;
    /// Too many requests from this caller.
    TooManyRequests = "too-many-requests", 429, "For mange forespørgsler", true;
    /// A fault in this program.
    Internal = "internal", 500, "Der er en fejl i systemet", false;
    /// The database is away, full or read-only.
    Unavailable = "unavailable", 503, "Systemet er ikke tilgængeligt lige nu", true;
    /// Not a personal number that CPR can be asked about.
    PersonalNumberInvalid = "personal-number-invalid", 422, "Ugyldigt CPR-nummer", false;
    /// Another party holds the personal number.
    PersonalNumberInUse = "personal-number-in-use", 409, "CPR-nummeret er i brug", false;
    /// Finding a personal number needs name, address line 1 and postal code.
    NameAndAddressRequired = "name-and-address-required", 422, "Navn og adresse skal udfyldes", false;
    /// This installation wants a reason for the look-up.
    ReasonRequired = "reason-required", 422, "Angiv en begrundelse", false;
    /// CPR does not know the personal number.
    CprPersonNotFound = "cpr-person-not-found", 422, "Personen findes ikke i CPR", false;
    /// CPR has more hits than it is willing to list.
    CprTooManyHits = "cpr-too-many-hits", 422, "For mange personer passer", false;
    /// CPR wants more or better search criteria.
    CprCriteriaInsufficient = "cpr-criteria-insufficient", 422, "CPR kan ikke søge på så lidt", false;
    /// CPR does not answer, or not in a way that can be read.
    CprUnavailable = "cpr-unavailable", 503, "CPR svarer ikke", true;
    /// CPR refuses this organisation's user or service.
    CprRefused = "cpr-refused", 503, "CPR afviser os", false;
    /// A change file that is not whole, not counted right, of another task or another product.
    DeliveryRefused = "delivery-refused", 422, "Leverancen kan ikke bruges", false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_of_a_code_is_its_name() {
        for code in ProblemCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.code());
        }
    }
}
