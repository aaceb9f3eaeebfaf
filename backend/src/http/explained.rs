//! What `type` of a problem leads to: a page for each problem code, for people who meet one (RFC 9457, 3.1.1).

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::{HttpResponse, guard, web};
use openapi::problem::ProblemCode;

use super::problem::Failure;

/// Marks an answer that is a page of text.
pub struct Text;

const STYLE: &str = "body{max-width:42rem;margin:3rem auto;padding:0 1rem;font:1.05rem/1.6 system-ui,sans-serif;color:#1a1a1a}\
    h1{font-size:1.7rem;line-height:1.25}h2{font-size:1.1rem;margin:1.6rem 0 .2rem}p{margin:.2rem 0}a{color:#0059b3}\
    code{font-size:.95em;background:#f0f0f0;padding:.1em .3em}li{margin:.4rem 0}";

/// What a code means and what to do about it, in Danish.
struct Explanation {
    means: &'static str,
    instead: &'static str,
}

/// `/problems/`, `/problems/<code>` and their style.
pub fn routes(config: &mut web::ServiceConfig) {
    // Heads are asked for too, by programs that look whether a link leads somewhere.
    let get = || web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    config
        .route("/problems", get().to(all))
        .route("/problems/", get().to(all))
        .route("/problems/style.css", get().to(style))
        .route("/problems/{code}", get().to(one));
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(STYLE)
}

async fn all() -> HttpResponse {
    let mut list = String::new();
    for code in ProblemCode::ALL {
        let (code, status, title) = (code.code(), code.status(), code.title());
        let _ = write!(list, "<li><a href=\"/problems/{code}\">{title}</a> <code>{code}</code> ({status})</li>");
    }
    page("Fejl i Partsregister", &format!("<p>Hver fejl har en kode, og hver kode sin side.</p><ul>{list}</ul>"))
}

async fn one(code: web::Path<String>) -> Result<HttpResponse, Failure> {
    let code = ProblemCode::ALL.iter().find(|known| known.code() == code.as_str()).ok_or_else(Failure::not_found)?;
    let Explanation { means, instead } = explanation(*code);
    let again = if code.retryable() {
        "Ja: den samme forespørgsel kan lykkes senere, uden at nogen ændrer noget."
    } else {
        "Nej: den samme forespørgsel får det samme svar, indtil nogen ændrer noget."
    };
    let (name, status) = (code.code(), code.status());
    Ok(page(
        code.title(),
        &format!(
            "<p><code>{name}</code>, HTTP-status {status}</p><h2>Hvad det betyder</h2><p>{means}</p>\
             <h2>Hvad du kan gøre</h2><p>{instead}</p><h2>Hjælper det at prøve igen?</h2><p>{again}</p>\
             <p><a href=\"/problems/\">Alle fejl</a></p>"
        ),
    ))
}

fn page(title: &str, body: &str) -> HttpResponse {
    let mut answer = HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(format!(
            "<!doctype html><html lang=\"da\"><head><meta charset=\"utf-8\"><title>{title} - Partsregister</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <link rel=\"stylesheet\" href=\"/problems/style.css\"></head><body><main><h1>{title}</h1>{body}</main></body></html>"
        ));
    answer.extensions_mut().insert(Text);
    answer
}

/// One for each code; the compiler sees to it that none is missing.
const fn explanation(code: ProblemCode) -> Explanation {
    const ASK: &str = "Kontakt din systemadministrator, og oplys fejlens sporings-id (traceId).";
    let (means, instead) = match code {
        ProblemCode::InvalidRequest => (
            "Forespørgslen kunne ikke læses: den er ikke gyldig JSON, adressen er forkert skrevet, eller den kom for langsomt.",
            "Er du i browseren, så genindlæs siden. Kommer fejlen fra et andet system, skal det rettes dér.",
        ),
        ProblemCode::Unauthenticated => (
            "Der var ikke et gyldigt adgangstoken med: du er ikke logget ind, eller din session er udløbet.",
            "Log ind igen.",
        ),
        ProblemCode::Forbidden => (
            "Du er logget ind, men har ikke det privilegium, som handlingen kræver. Forsøget står i loggen.",
            "Bed om privilegiet hos den, der tildeler adgange, hvis du skal bruge det i dit arbejde.",
        ),
        ProblemCode::NotFound => (
            "Der er ikke noget på den adresse. Det kan være slettet, eller adressen kan være forkert.",
            "Søg efter det i stedet.",
        ),
        ProblemCode::MethodNotAllowed => (
            "Adressen findes, men kan ikke bruges på den måde.",
            "Svarets Allow-felt nævner de metoder, der kan bruges. Se /docs/.",
        ),
        ProblemCode::Conflict => (
            "Forespørgslen er i orden, men noget andet står i vejen, for eksempel er parten stadig part i en sag.",
            "Fejlens tekst siger hvad. Fjern det, og prøv igen.",
        ),
        ProblemCode::NotAvailableHere => (
            "Det, der blev bedt om, er ikke slået til i denne installation.",
            "Kontakt din systemadministrator, hvis I har brug for det.",
        ),
        ProblemCode::CursorExpired => (
            "Stedet i listen er ældre end det, der gemmes.",
            "Begynd forfra. Fejlens tekst siger, hvor der kan fortsættes.",
        ),
        ProblemCode::Stale => (
            "En anden har ændret det samme, siden du hentede det. Intet er overskrevet.",
            "Hent det igen, se hvad der er ændret, og lav din ændring på ny.",
        ),
        ProblemCode::PayloadTooLarge => {
            ("Forespørgslen fylder mere end 1 MiB, eller leverancen mere end 10 GiB.", "Del den i flere.")
        }
        ProblemCode::UnsupportedMediaType => (
            "Forespørgslen siger ikke, at den er JSON (eller en leverance ikke, at den er en fil).",
            "Send den med Content-Type: application/json, en leverance med application/octet-stream.",
        ),
        ProblemCode::InvalidInput => (
            "Et eller flere felter er ikke udfyldt rigtigt. Fejlen nævner hvert felt (errors) og hvad der er galt.",
            "Ret felterne, og prøv igen.",
        ),
        ProblemCode::IdempotencyMismatch => {
            ("Nøglen i Idempotency-Key er brugt før, til en anden forespørgsel.", "Brug en ny nøgle til hver handling.")
        }
        ProblemCode::PreconditionRequired => (
            "Der mangler et If-Match-felt: det skal fremgå, hvilken version der ændres, så ingen overskriver en andens arbejde.",
            "Hent den nuværende version, og send dens ETag med.",
        ),
        ProblemCode::TooManyRequests => (
            "Der er kommet flere forespørgsler på kort tid, end én bruger må sende, eller for mange med et ugyldigt token fra \
             den samme adresse.",
            "Vent det antal sekunder, som svaret siger (Retry-After). Skal et system sende flere, kan grænsen hæves.",
        ),
        ProblemCode::Internal => ("Der er en fejl i programmet. Den er noteret i loggen.", ASK),
        ProblemCode::Unavailable => (
            "Databasen eller organisationens log ind-tjeneste svarer ikke lige nu. Der er ikke ændret noget.",
            "Vent lidt, og prøv igen. Bliver det ved, så kontakt din systemadministrator.",
        ),
        ProblemCode::PersonalNumberInvalid => (
            "CPR-nummeret kan ikke være et personnummer, eller det er et erstatningsnummer, som CPR ikke kender.",
            "Se nummeret efter. Et CPR-nummer har ti cifre og begynder med en dato.",
        ),
        ProblemCode::PersonalNumberInUse => (
            "En anden part har allerede CPR-nummeret. Et nummer står på højst én part.",
            "Brug den part, der har nummeret (partyId).",
        ),
        ProblemCode::NameAndAddressRequired => (
            "Et CPR-nummer kan kun findes ud fra et navn, en adresselinje og et postnummer.",
            "Udfyld dem, og prøv igen.",
        ),
        ProblemCode::ReasonRequired => (
            "I denne installation skal et opslag have en begrundelse. Den står i loggen.",
            "Skriv hvorfor, eller vælg den sag, det er til.",
        ),
        ProblemCode::CprPersonNotFound => ("CPR kender ingen med det CPR-nummer.", "Se nummeret efter."),
        ProblemCode::CprTooManyHits => {
            ("Flere personer passer, end CPR vil vise.", "Udfyld mere: husnummer, etage, dør, fødselsdato.")
        }
        ProblemCode::CprCriteriaInsufficient => {
            ("CPR kan ikke søge på de oplysninger, der er udfyldt.", "Ret dem, eller udfyld flere.")
        }
        ProblemCode::CprUnavailable => (
            "CPR svarer ikke, eller har lukket på dette tidspunkt. Der er ikke ændret noget.",
            "Vent lidt, og prøv igen. Alt, hvad der ikke skal spørge CPR, virker imens.",
        ),
        ProblemCode::CprRefused => {
            ("CPR afviser myndighedens bruger eller adgangen til tjenesten. Der er ikke ændret noget.", ASK)
        }
        ProblemCode::DeliveryRefused => (
            "Filen er ikke en hel og rigtig leverance fra CPR til denne myndighed. Intet i den er brugt.",
            "Fejlens tekst siger hvad og hvor. Hent filen igen hos CPR, som den er.",
        ),
    };
    Explanation { means, instead }
}
