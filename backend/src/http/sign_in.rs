//! How callers sign in: at the organisation's provider, or in the demo as one of a few persons.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use openapi::privilege::Privilege;
use openapi::problem::{Problem, ProblemCode};
use openapi::session::{DemoPerson, DemoSignInRequest, DemoToken, SignIn, SignInMode};
use serde_json::json;

use super::Http;
use super::body::Body;
use super::problem::Failure;
use super::provider;
use crate::clock::SharedClock;
use crate::config;

/// The demo's issuer and audience; nothing outside the demo accepts them.
pub const DEMO_ISSUER: &str = "https://demo.partsregister.invalid";
const DEMO_KEY_ID: &str = "demo";
const DEMO_HOURS: i64 = 10;

/// Somebody to be in the demo.
struct DemoRole {
    id: &'static str,
    name: &'static str,
    title: &'static str,
    privileges: &'static [Privilege],
}

/// The first is the caseworker with both privileges.
const DEMO_ROLES: [DemoRole; 5] = [
    DemoRole {
        id: "sagsbehandler",
        name: "Signe Sagsbehandler",
        title: "Sagsbehandler: må hente fra CPR og redigere parter",
        privileges: &[Privilege::UpdateFromCpr, Privilege::PartyEditor],
    },
    DemoRole {
        id: "redaktoer",
        name: "Rasmus Redaktør",
        title: "Partsredaktør: må redigere parter, ikke hente fra CPR",
        privileges: &[Privilege::PartyEditor],
    },
    DemoRole {
        id: "opdaterer",
        name: "Olga Opdaterer",
        title: "Må opdatere parter fra CPR, ikke redigere dem",
        privileges: &[Privilege::UpdateFromCpr],
    },
    DemoRole { id: "laeser", name: "Lone Læser", title: "Må kun se parter", privileges: &[] },
    DemoRole {
        id: "revisor",
        name: "Rune Revisor",
        title: "Revisor: må læse loggen",
        privileges: &[Privilege::Auditor],
    },
];

/// Signs the demo's tokens with a key that was made at start and is gone with the process.
pub struct DemoSignIn {
    key: EncodingKey,
    public: Vec<u8>,
    clock: SharedClock,
}

impl DemoSignIn {
    /// Makes a key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new(clock: SharedClock) -> anyhow::Result<DemoSignIn> {
        let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
            .map_err(|_| anyhow::anyhow!("no key for the demo"))?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref())
            .map_err(|_| anyhow::anyhow!("the demo's key is unreadable"))?;
        Ok(DemoSignIn {
            key: EncodingKey::from_ed_der(document.as_ref()),
            public: pair.public_key().as_ref().to_vec(),
            clock,
        })
    }

    /// What checks the demo's tokens: key id and key.
    pub fn verifying_key(&self) -> (&'static str, DecodingKey) {
        (DEMO_KEY_ID, DecodingKey::from_ed_der(&self.public))
    }

    fn token(&self, role: &DemoRole) -> Result<DemoToken, Failure> {
        let now = self.clock.now();
        let expires_at = now + Duration::hours(DEMO_HOURS);
        let claims = json!({
            "iss": DEMO_ISSUER,
            "aud": DEMO_ISSUER,
            "sub": format!("demo:{}", role.id),
            "name": role.name,
            "iat": now.timestamp(),
            "exp": expires_at.timestamp(),
            "privileges": role.privileges.iter().map(|privilege| privilege.claim()).collect::<Vec<_>>(),
        });
        let header = Header { kid: Some(DEMO_KEY_ID.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let access_token = jsonwebtoken::encode(&header, &claims, &self.key)
            .map_err(|error| crate::actions::Error::Internal(error.to_string()))?;
        Ok(DemoToken { access_token, expires_at })
    }
}

/// What `GET /sign-in` answers.
pub fn describe(config: &config::Config, is_demo: bool) -> SignIn {
    let settings = &config.auth;
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    if is_demo {
        let person =
            |role: &DemoRole| DemoPerson { id: role.id.into(), name: role.name.into(), title: role.title.into() };
        return SignIn {
            mode: SignInMode::Demo,
            issuer: None,
            client_id: None,
            scope: None,
            public_url: None,
            persons: DEMO_ROLES.iter().map(person).collect(),
        };
    }
    SignIn {
        mode: SignInMode::Oidc,
        issuer: text(&settings.issuer),
        client_id: text(&settings.client_id),
        scope: text(&settings.scope),
        public_url: provider::origin(&config.http.public_url),
        persons: Vec::new(),
    }
}

/// How to sign in
///
/// Which provider and client the browser application uses, or in the demo as whom one can sign in. Needs no token.
#[utoipa::path(
    tag = "Session",
    operation_id = "get_sign_in",
    security(()),
    responses((status = 200, description = "How to sign in", body = SignIn))
)]
#[get("/sign-in")]
pub async fn get_sign_in(house: web::Data<Http>) -> HttpResponse {
    HttpResponse::Ok().json(&house.sign_in)
}

/// Sign in to the demo
///
/// Exists with `--demo` only; elsewhere it is `not-available-here`.
#[utoipa::path(
    tag = "Session",
    operation_id = "demo_sign_in",
    security(()),
    request_body = DemoSignInRequest,
    responses(
        (status = 200, description = "A token", body = DemoToken),
        (status = 409, description = "This is no demo", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Nobody of that id", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sign-in/demo")]
pub async fn demo_sign_in(
    request: HttpRequest,
    house: web::Data<Http>,
    body: Body<DemoSignInRequest>,
) -> Result<HttpResponse, Failure> {
    house.limits.requests.check(&format!("ip {}", house.proxies.counted(&request)))?;
    let Some(demo) = &house.demo else {
        return Err(Failure::new(
            ProblemCode::NotAvailableHere,
            "Her logger man ind hos organisationens log ind-tjeneste.",
        ));
    };
    let role = DEMO_ROLES
        .iter()
        .find(|role| role.id == body.value.id)
        .ok_or_else(|| Failure::field("/id", "Der er ingen demoperson med det id."))?;
    Ok(HttpResponse::Ok().json(demo.token(role)?))
}
