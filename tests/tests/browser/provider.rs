//! Signing in as in an organisation: at the certified `oidc-provider`, with its discovery, keys, consent, refresh tokens
//! and sign-out. Provider and browser live in real time, so the house does too.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use backend::clock::{Clock, SystemClock};
use openapi::privilege::Privilege;
use openapi::session::{CallerKind, Session};
use reqwest::Method;
use serde_json::{Value, json};
use test_servers::oidc::Provider;
use tests::browser::Browser;
use tests::database::Kind;
use tests::{House, run};

/// The provider's audience for our API, in `tests/oidc/server.mjs`.
const AUDIENCE: &str = "https://partsregister.test/api";

const NEW_PARTY: &str = "/kontakter/ekstern-part/ny";

#[test]
fn people_sign_in_at_the_provider_and_come_back_to_where_they_were() {
    at_the_provider("log-ind", json!({}), async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        sign_in(&browser, "birgit").await;
        browser.see_text("*", "Birgit Bruger").await.unwrap();
        browser.see_text("*", "Der er ingen eksterne parter endnu.").await.unwrap();
        browser.see_field("Navn").await.unwrap();
        assert_eq!(address(&browser).await, format!("{}{NEW_PARTY}", house.url()));
        assert_eq!(stored(&browser).await, json!([{}, {}]), "what the browser keeps");
        assert_no_complaints(&browser).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn who_signs_out_is_signed_out_at_the_provider_too() {
    at_the_provider("log-ud", json!({}), async |house| {
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        sign_in(&browser, "lars").await;
        browser.see_text("*", "Lars Læser").await.unwrap();
        browser.see_text("button", "Log ud").await.unwrap().click().await.unwrap();
        browser.see_text("button", "Ja, log ud").await.unwrap().click().await.unwrap();
        let sign_in = browser.see_text("button", "Log ind").await.unwrap();
        assert_eq!(address(&browser).await, format!("{}/", house.url()));
        sign_in.click().await.unwrap();
        browser.see_field("Brugernavn").await.unwrap();
        browser.close().await.unwrap();
    });
}

#[test]
fn who_says_no_at_the_provider_is_told_so_and_can_try_again_from_the_same_place() {
    at_the_provider("afbryd", json!({}), async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
        browser.see_text("button", "Afbryd").await.unwrap().click().await.unwrap();
        let refused = "Din organisations log ind gav ikke adgang. Prøv igen, eller spørg din administrator.";
        browser.see_text("*", refused).await.unwrap();
        assert_eq!(address(&browser).await, format!("{}{NEW_PARTY}", house.url()));
        assert_eq!(stored(&browser).await, json!([{}, {}]), "what the browser keeps");
        sign_in(&browser, "birgit").await;
        browser.see_field("Navn").await.unwrap();
        browser.close().await.unwrap();
    });
}

#[test]
fn an_answer_that_belongs_to_no_question_of_this_window_signs_nobody_in() {
    at_the_provider("forfalsket", json!({}), async |house| {
        let browser = Browser::open(&house.url(), "/login/callback?code=abc&state=forged").await.unwrap();
        let interrupted = "Log ind blev ikke gennemført. Prøv igen.";
        browser.see_text("*", interrupted).await.unwrap();

        // Nor while a question is under way.
        browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
        browser.see_field("Brugernavn").await.unwrap();
        browser.go("/login/callback?code=abc&state=forged").await.unwrap();
        browser.see_text("*", interrupted).await.unwrap();
        assert_eq!(address(&browser).await, format!("{}/", house.url()));
        assert_eq!(stored(&browser).await, json!([{}, {}]), "what the browser keeps");
        browser.close().await.unwrap();
    });
}

#[test]
fn a_short_token_is_renewed_under_way_and_each_refresh_token_is_used_once() {
    at_the_provider("kort", json!({ "access_token_seconds": 4 }), async |house| {
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        sign_in(&browser, "birgit").await;
        browser.see_text("*", "Der er ingen eksterne parter endnu.").await.unwrap();
        for round in 1..=2 {
            // Longer than half of the token's life, when it is due.
            tokio::time::sleep(Duration::from_millis(2_500)).await;
            let before = times_asked_for_tokens(&browser).await;
            let search = browser.see_field("Søg").await.unwrap();
            search.clear().await.unwrap();
            search.send_keys(format!("Ingen {round}")).await.unwrap();
            until("renewed", async || times_asked_for_tokens(&browser).await > before).await;
            // The provider takes a refresh token once, and ends everything when one comes twice.
            browser
                .see_text("*", "Ingen eksterne parter passer. Prøv med færre eller kortere ord, eller vis alle.")
                .await
                .unwrap();
        }
        assert_no_complaints(&browser).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn who_only_types_keeps_the_session() {
    at_the_provider("skriver", json!({ "access_token_seconds": 4 }), async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        sign_in(&browser, "birgit").await;
        let name = browser.see_field("Navn").await.unwrap();
        let before = times_asked_for_tokens(&browser).await;
        until("renewed", async || {
            name.send_keys("x").await.unwrap();
            times_asked_for_tokens(&browser).await > before
        })
        .await;
        assert_no_complaints(&browser).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn whose_token_has_expired_is_told_and_comes_back_to_the_same_place() {
    // Without refresh tokens: the session ends with the access token.
    at_the_provider("udloeb", json!({ "grant_types": ["authorization_code"] }), async |house| {
        let browser = Browser::open(&house.url(), "/drift/abonnement").await.unwrap();
        sign_in(&browser, "birgit").await;
        browser.see_text("h1", "Abonnement").await.unwrap();
        house.set_time(SystemClock.now() + chrono::Duration::hours(2));
        // The page looks after the jobs by itself, and is refused.
        let expired = "Du er logget ud, fordi din adgang er udløbet. Log ind igen for at fortsætte.";
        browser.see_text("*", expired).await.unwrap();
        browser.screenshot("log-ind-udløbet").await.unwrap();
        assert_eq!(address(&browser).await, format!("{}/drift/abonnement", house.url()));
        house.set_time(SystemClock.now());
        // The provider remembers who it is.
        browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
        browser.see_text("h1", "Abonnement").await.unwrap();
        assert_eq!(address(&browser).await, format!("{}/drift/abonnement", house.url()));
        browser.close().await.unwrap();
    });
}

#[test]
fn who_cannot_keep_the_session_is_told_before_it_ends() {
    let properties = json!({ "grant_types": ["authorization_code"], "access_token_seconds": 120 });
    at_the_provider("ender", properties, async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        sign_in(&browser, "birgit").await;
        let warning = browser.see("#party .alert-warning").await.unwrap().text().await.unwrap();
        assert!(warning.contains("Din adgang udløber kl. "), "{warning}");
        browser.screenshot("adgang-udløber").await.unwrap();
        let barriers = browser.barriers().await.unwrap();
        assert!(barriers.is_empty(), "{barriers:#?}");
        assert_no_complaints(&browser).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn who_may_not_read_is_told_who_they_are_and_what_to_do() {
    at_the_provider_with("", ", read_requires = 'Partsredaktør'", "uden-ret", json!({}), None, async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        sign_in(&browser, "lars").await;
        browser.see_text("h1", "Du har ikke adgang til eksterne parter").await.unwrap();
        let page = browser.see("#main").await.unwrap().text().await.unwrap();
        for words in ["Lars Læser", "Du har ingen privilegier i Partsregister.", "Bed din administrator"] {
            assert!(page.contains(words), "{words:?} is missing in {page:?}");
        }
        browser.screenshot("ingen-adgang").await.unwrap();
        let barriers = browser.barriers().await.unwrap();
        assert!(barriers.is_empty(), "{barriers:#?}");
        assert_no_complaints(&browser).await;
        browser.close().await.unwrap();
    });
}

#[test]
fn while_the_provider_is_away_the_page_says_so() {
    // Nobody listens at this port: it was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let auth = format!("auth.issuer = 'http://127.0.0.1:{port}'");
    run(Kind::Sqlite, &auth, async |house: &House| {
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
        browser.see_text("*", "Din organisations log ind svarer ikke. Prøv igen om lidt.").await.unwrap();
        browser.screenshot("log-ind-svarer-ikke").await.unwrap();
        let barriers = browser.barriers().await.unwrap();
        assert!(barriers.is_empty(), "{barriers:#?}");
        browser.close().await.unwrap();
    });
}

#[test]
fn sign_in_begins_at_the_address_that_the_provider_knows() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let known = format!("http://localhost:{port}");
    let settings = format!("http.bind = '127.0.0.1:{port}'\nhttp.public_url = '{known}/'");
    at_the_provider_with(&settings, "", "adresse", json!({}), Some(&known), async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
        until("there", async || address(&browser).await == format!("{known}{NEW_PARTY}")).await;
        sign_in(&browser, "birgit").await;
        browser.see_field("Navn").await.unwrap();
        assert_eq!(address(&browser).await, format!("{known}{NEW_PARTY}"));
        browser.close().await.unwrap();
    });
}

#[test]
fn an_integration_signs_in_by_client_credentials_under_its_client_id() {
    at_the_provider("uden-browser", json!({}), async |house| {
        let client = register(json!({
            "client_name": "sagssystem",
            "grant_types": ["client_credentials"],
            "response_types": [],
            "redirect_uris": [],
            "privileges": "Sagsintegration",
        }))
        .await;
        let secret = client["client_secret"].as_str().unwrap();
        let request = http().post(format!("{}/token", provider().issuer())).basic_auth("sagssystem", Some(secret));
        let body = "grant_type=client_credentials";
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let tokens: Value = request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();

        let integration = house.bearing(tokens["access_token"].as_str().unwrap());
        let session: Session = integration.get("/session").await.expect(200).json();
        assert_eq!((session.subject.as_str(), session.kind), ("sagssystem", CallerKind::System));
        assert_eq!(session.privileges, [Privilege::CaseIntegration]);
        let case = integration.api(Method::PUT, "/cases/2026-1").header("X-On-Behalf-Of", "birgit");
        case.json(&json!({ "status": "open" })).send().await.expect(201);
        integration.get("/audit").await.expect(403);
    });
}

#[test]
fn no_page_asks_for_what_its_policy_forbids() {
    at_the_provider("politik", json!({}), async |house| {
        let browser = Browser::open(&house.url(), NEW_PARTY).await.unwrap();
        sign_in(&browser, "birgit").await;
        browser.see_field("Navn").await.unwrap();
        for tab in ["Identifikation", "Andet", "CPR"] {
            browser.see_text("*[@role='tab']", tab).await.unwrap().click().await.unwrap();
        }
        assert_no_complaints(&browser).await;
        browser.go("/docs/").await.unwrap();
        browser.see(".opblock").await.unwrap();
        browser.see("button.authorize").await.unwrap().click().await.unwrap();
        browser.see(".modal-ux").await.unwrap();
        assert_no_complaints(&browser).await;
        browser.close().await.unwrap();
    });
}

/// Runs a test in a house whose browser application is registered at the provider as `client_id`, with these further
/// properties.
fn at_the_provider(client_id: &str, properties: Value, test: impl AsyncFnOnce(&House)) {
    at_the_provider_with("", "", client_id, properties, None, test);
}

/// The same with further settings, some of them of `auth`, and another address than the house's own.
fn at_the_provider_with(
    settings: &str,
    more_auth: &str,
    client_id: &str,
    properties: Value,
    known_as: Option<&str>,
    test: impl AsyncFnOnce(&House),
) {
    let issuer = provider().issuer();
    let auth =
        format!("auth = {{ issuer = '{issuer}', audience = '{AUDIENCE}', client_id = '{client_id}' {more_auth} }}");
    run(Kind::Sqlite, &format!("{auth}\n{settings}"), async |house: &House| {
        house.set_time(SystemClock.now());
        let url = known_as.map_or_else(|| house.url(), str::to_owned);
        let mut client = json!({
            "client_name": client_id,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": [format!("{url}/login/callback")],
            "post_logout_redirect_uris": [format!("{url}/")],
        });
        for (key, value) in properties.as_object().unwrap() {
            client[key] = value.clone();
        }
        register(client).await;
        test(house).await;
    });
}

/// One provider for all tests of the program; it ends with it.
fn provider() -> &'static Provider {
    static PROVIDER: OnceLock<Provider> = OnceLock::new();
    PROVIDER.get_or_init(|| Provider::start().unwrap())
}

/// Makes a client known to the provider: OpenID Connect Dynamic Client Registration 1.0. Its name becomes its id.
async fn register(client: Value) -> Value {
    let answer = http().post(format!("{}/reg", provider().issuer())).json(&client).send().await.unwrap();
    answer.error_for_status().unwrap().json().await.unwrap()
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// From **Log ind** through the provider's pages.
async fn sign_in(browser: &Browser, person: &str) {
    browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
    browser.see_field("Brugernavn").await.unwrap().send_keys(person).await.unwrap();
    browser.see_text("button", "Fortsæt").await.unwrap().click().await.unwrap();
    browser.see_text("button", "Giv adgang").await.unwrap().click().await.unwrap();
}

/// Waits until it holds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(20), "not {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn address(browser: &Browser) -> String {
    browser.driver().current_url().await.unwrap().to_string()
}

/// Everything in the local and the session storage.
async fn stored(browser: &Browser) -> Value {
    let script = "return [{ ...localStorage }, { ...sessionStorage }]";
    browser.driver().execute(script, Vec::new()).await.unwrap().json().clone()
}

/// How often the page has asked the provider for tokens since it was loaded.
async fn times_asked_for_tokens(browser: &Browser) -> u32 {
    let script = "return performance.getEntriesByType('resource').filter(it => it.name.endsWith('/token')).length";
    browser.driver().execute(script, Vec::new()).await.unwrap().convert().unwrap()
}

async fn assert_no_complaints(browser: &Browser) {
    let complaints = browser.console_errors().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
