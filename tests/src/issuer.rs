//! An OpenID Connect provider of the tests' own, reached over HTTP as a real one is: discovery, keys, and the
//! authorization code flow with PKCE for the browser.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, Responder, web};
use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use backend::clock::SharedClock;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

/// The audience for which its tokens are made unless a test says otherwise.
pub const AUDIENCE: &str = "partsregister-api";
/// The browser application's name here.
pub const CLIENT_ID: &str = "partsregister-spa";

/// A provider on loopback; stops when dropped.
pub struct Issuer {
    desk: Arc<Desk>,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// Somebody who signs in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The token's `sub`.
    pub subject: String,
    /// The token's `name`.
    pub name: String,
    /// The claim `privileges`.
    pub privileges: Vec<String>,
}

struct Desk {
    url: String,
    clock: SharedClock,
    keys: Mutex<Vec<Key>>,
    times_keys_were_read: AtomicU32,
    is_away: AtomicBool,
    /// Who signs in next in the browser; there is nobody to type a password.
    person: Mutex<Person>,
    /// Code → who, and the challenge that the verifier must meet.
    codes: Mutex<HashMap<String, (Person, String)>>,
}

struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

impl Issuer {
    /// Starts a provider with one key, whose tokens begin and end by `clock`.
    pub fn start(clock: SharedClock) -> anyhow::Result<Issuer> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let desk = Arc::new(Desk {
            url: format!("http://{}", listener.local_addr()?),
            clock,
            keys: Mutex::new(vec![Key::new(1)?]),
            times_keys_were_read: AtomicU32::new(0),
            is_away: AtomicBool::new(false),
            person: Mutex::new(Person::new("browser", &[])),
            codes: Mutex::default(),
        });
        let shared = web::Data::from(Arc::clone(&desk));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/keys", web::get().to(keys))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/logout", web::get().to(logout))
        });
        let server = server.workers(1).disable_signals().listen(listener)?.run();
        let handle = server.handle();
        let thread = std::thread::Builder::new().name("issuer".to_owned());
        let thread = thread.spawn(move || {
            // The test that needs the provider fails by itself when this ends early.
            let _ = actix_web::rt::System::new().block_on(server);
        })?;
        Ok(Issuer { desk, server: handle, thread: Some(thread) })
    }

    /// The issuer identifier.
    pub fn url(&self) -> &str {
        &self.desk.url
    }

    /// An access token of this person, good for an hour from now.
    pub fn token(&self, person: &Person) -> String {
        self.desk.token(person)
    }

    /// The claims that [`Issuer::token`] would sign, for tests that change one.
    pub fn claims(&self, person: &Person) -> Value {
        self.desk.claims(person)
    }

    /// Signs any claims with the newest key.
    pub fn sign(&self, claims: &Value) -> String {
        self.desk.sign(claims)
    }

    /// Signs any claims with the newest key under a header that says what the test wants; `alg`, `typ` and `kid` are as usual
    /// unless it says them too.
    pub fn sign_under(&self, header: &Value, claims: &Value) -> String {
        self.desk.sign_under(header, claims)
    }

    /// The key set, as anybody can read it.
    pub fn published_keys(&self) -> Value {
        self.desk.published_keys()
    }

    /// Publishes another key under the `kid` of the newest one.
    pub fn publish_a_namesake(&self) -> anyhow::Result<()> {
        let mut keys = lock(&self.desk.keys);
        let number = keys.last().and_then(|key| key.id.parse::<u32>().ok()).unwrap_or(0);
        keys.push(Key::new(number)?);
        Ok(())
    }

    /// Takes a new key into use; `keep_old` leaves the old ones among the published.
    pub fn rotate(&self, keep_old: bool) -> anyhow::Result<()> {
        let mut keys = lock(&self.desk.keys);
        let number = keys.last().and_then(|key| key.id.parse::<u32>().ok()).unwrap_or(0) + 1;
        if !keep_old {
            keys.clear();
        }
        keys.push(Key::new(number)?);
        Ok(())
    }

    /// How often somebody has asked for the keys.
    pub fn times_keys_were_read(&self) -> u32 {
        self.desk.times_keys_were_read.load(Ordering::SeqCst)
    }

    /// Whether it answers that it cannot serve now; questions for its keys are counted all the same.
    pub fn be_away(&self, is_away: bool) {
        self.desk.is_away.store(is_away, Ordering::SeqCst);
    }

    /// Who signs in next in the browser.
    pub fn next_to_sign_in(&self, person: Person) {
        *lock(&self.desk.person) = person;
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        // The command is sent at once; the answer would have to be awaited.
        drop(self.server.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Person {
    /// A person of this name who may do what `privileges` say.
    pub fn new(subject: &str, privileges: &[&str]) -> Person {
        let privileges = privileges.iter().map(|privilege| (*privilege).to_owned()).collect();
        Person { subject: subject.to_owned(), name: format!("Test {subject}"), privileges }
    }
}

impl Desk {
    fn published_keys(&self) -> Value {
        let keys: Vec<Value> = lock(&self.keys).iter().map(Key::published).collect();
        json!({ "keys": keys })
    }

    fn token(&self, person: &Person) -> String {
        self.sign(&self.claims(person))
    }

    fn claims(&self, person: &Person) -> Value {
        let now = self.clock.now().timestamp();
        json!({
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": person.subject,
            "name": person.name,
            "privileges": person.privileges,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        })
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_under(&json!({}), claims)
    }

    fn sign_under(&self, wanted: &Value, claims: &Value) -> String {
        let keys = lock(&self.keys);
        let key = &keys[keys.len() - 1];
        let mut header = json!({ "typ": "JWT", "alg": "ES256", "kid": key.id });
        for (name, value) in wanted.as_object().into_iter().flatten() {
            header[name] = value.clone();
        }
        let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signature = key.pair.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", signature.map(encoded).unwrap_or_default())
    }
}

impl Key {
    fn new(number: u32) -> anyhow::Result<Key> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).context("no new key")?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref());
        Ok(Key { id: number.to_string(), pair: pair.context("a key of our own making is refused")? })
    }

    fn published(&self) -> Value {
        // An uncompressed point: 4, then the two coordinates.
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": encoded(x), "y": encoded(y) })
    }
}

/// The tokens come from another host than the issuer's, as at some providers.
async fn discovery(desk: web::Data<Desk>) -> impl Responder {
    let url = &desk.url;
    let tokens = url.replace("127.0.0.1", "localhost");
    for_browsers(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/keys"),
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{tokens}/token"),
        "end_session_endpoint": format!("{url}/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

async fn keys(desk: web::Data<Desk>) -> impl Responder {
    desk.times_keys_were_read.fetch_add(1, Ordering::SeqCst);
    if desk.is_away.load(Ordering::SeqCst) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    for_browsers(desk.published_keys())
}

#[derive(Deserialize)]
struct Authorization {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
}

/// Signs the next person in without asking, and sends the browser back with a code.
async fn authorize(desk: web::Data<Desk>, asked: web::Query<Authorization>) -> impl Responder {
    if asked.response_type != "code" || asked.client_id != CLIENT_ID || asked.code_challenge_method != "S256" {
        return HttpResponse::BadRequest().body("only code with PKCE, only for the application of the tests");
    }
    let person = lock(&desk.person).clone();
    let code = format!("code-{}", lock(&desk.codes).len() + 1);
    lock(&desk.codes).insert(code.clone(), (person, asked.code_challenge.clone()));
    let separator = if asked.redirect_uri.contains('?') { '&' } else { '?' };
    let back = format!("{}{separator}code={code}&state={}", asked.redirect_uri, percent_encoded(&asked.state));
    HttpResponse::Found().insert_header((header::LOCATION, back)).finish()
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    code: String,
    client_id: String,
    code_verifier: String,
}

/// Gives a token for a code, once, to whom knows the verifier of its challenge.
async fn token(desk: web::Data<Desk>, asked: web::Form<TokenRequest>) -> impl Responder {
    let known = lock(&desk.codes).remove(&asked.code);
    let challenge = encoded(digest(&SHA256, asked.code_verifier.as_bytes()));
    match known {
        Some((person, expected))
            if expected == challenge && asked.grant_type == "authorization_code" && asked.client_id == CLIENT_ID =>
        {
            for_browsers(json!({ "access_token": desk.token(&person), "token_type": "Bearer", "expires_in": 3600 }))
        }
        _ => HttpResponse::BadRequest()
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .json(json!({ "error": "invalid_grant" })),
    }
}

#[derive(Deserialize)]
struct Leaving {
    post_logout_redirect_uri: String,
}

async fn logout(asked: web::Query<Leaving>) -> impl Responder {
    HttpResponse::Found().insert_header((header::LOCATION, asked.post_logout_redirect_uri.clone())).finish()
}

fn for_browsers(body: Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")).json(body)
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
