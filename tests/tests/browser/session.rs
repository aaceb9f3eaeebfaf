//! Coming back from the provider to where one was, and leaving again.

use std::time::Duration;

use serde_json::json;
use tests::browser::Browser;
use tests::database::Kind;
use tests::issuer::Person;
use tests::{House, run};

use crate::caseworker::{
    AKSEL, CASEWORKER, at_the_list, create, create_fetched, leave_without_faults, press, see_words, write,
};

#[test]
fn a_link_to_a_tab_is_followed_after_signing_in() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, AKSEL).await;
        house.issuer().next_to_sign_in(Person::new("birgit", CASEWORKER));
        let link = format!("/kontakter/ekstern-part/{}?fane=cpr", party.id);
        let browser = Browser::open(&house.url(), &link).await.unwrap();
        press(&browser, "Log ind").await;
        see_words(&browser, "#party-title", "Aksel Sander").await;
        see_words(&browser, "#party-panel", "Civilstand").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn an_expired_token_leads_back_to_signing_in_and_says_why() {
    run(Kind::Sqlite, "", async |house: &House| {
        create(house, json!({ "name": "Vita Prøve" })).await;
        let browser = at_the_list(house, CASEWORKER).await;
        see_words(&browser, "tbody", "Vita Prøve").await;
        house.let_pass(Duration::from_secs(3 * 3600));
        write(&browser, "Søg", "vita").await;
        see_words(&browser, ".sign-in", "din adgang er udløbet").await;
        house.issuer().next_to_sign_in(Person::new("birgit", CASEWORKER));
        press(&browser, "Log ind").await;
        see_words(&browser, "tbody", "Vita Prøve").await;
        browser.close().await.unwrap();
    });
}

#[test]
fn the_token_is_gone_when_the_page_is_loaded_anew() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = at_the_list(house, CASEWORKER).await;
        browser.go("/kontakter/ekstern-part").await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap();
        let kept = "return JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage), document.cookie])";
        let kept = browser.driver().execute(kept, Vec::new()).await.unwrap();
        assert_eq!(kept.json(), &json!("[[],[],\"\"]"), "nothing is kept in the browser");
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_token_that_the_house_has_never_taken_is_not_called_expired() {
    run(Kind::Sqlite, "auth.audience = 'another-system'", async |house: &House| {
        house.issuer().next_to_sign_in(Person::new("birgit", CASEWORKER));
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        press(&browser, "Log ind").await;
        see_words(&browser, ".sign-in", "Partsregister godtager ikke adgangen").await;
        browser.screenshot("log-ind-ikke-godtaget").await.unwrap();
        browser.close().await.unwrap();
    });
}

#[test]
fn who_signs_out_leaves_the_page_where_they_were() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = at_the_list(house, CASEWORKER).await;
        browser.see_text("a", "Abonnement").await.unwrap().click().await.unwrap();
        browser.see_text("h1", "Abonnement").await.unwrap();
        press(&browser, "Log ud").await;
        browser.see_text("button", "Log ind").await.unwrap();
        assert_eq!(browser.driver().current_url().await.unwrap().path(), "/");
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_accessibility_statement_is_linked_on_every_page_and_needs_no_sign_in() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = Browser::open(&house.url(), "/tilgaengelighed").await.unwrap();
        browser.see_text("h1", "Tilgængelighedserklæring").await.unwrap();
        let barriers = browser.barriers().await.unwrap();
        assert!(barriers.is_empty(), "{barriers:#?}");
        browser.screenshot("tilgængelighed").await.unwrap();
        leave_without_faults(browser).await;
        let browser = at_the_list(house, CASEWORKER).await;
        browser.see_text("a", "Tilgængelighedserklæring").await.unwrap().click().await.unwrap();
        see_words(&browser, "#main", "EN 301 549").await;
        assert_eq!(browser.driver().title().await.unwrap(), "Tilgængelighedserklæring – Partsregister");
        browser.screenshot("tilgængelighed-inde").await.unwrap();
        leave_without_faults(browser).await;
    });
}
