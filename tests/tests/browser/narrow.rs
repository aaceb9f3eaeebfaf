//! Every page and dialog in a window 320 pixels wide: WCAG 2.1, 1.4.10 (a page of 1280 at 400 %). Nothing is wider than the
//! window, and axe finds no barriers.

use cpr_simulator::LifeEvent;
use serde_json::json;
use tests::browser::Browser;
use tests::database::Kind;
use tests::issuer::Person;
use tests::{House, run, run_following};

use crate::caseworker::{
    AKSEL, CASEWORKER, JENS, at_the_list, choose_tab, create, create_fetched, leave_without_faults, no_barriers, press,
    see_words,
};

const WIDTH: u32 = 320;

async fn fits(browser: &Browser, place: &str) {
    browser.screenshot(&format!("smal-{place}")).await.unwrap();
    let overflow = browser.overflow().await.unwrap();
    assert!(overflow.is_null(), "{place}: {overflow}");
    no_barriers(browser, place).await;
}

#[test]
fn the_list_and_the_properties_fit_into_a_narrow_window() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, JENS).await;
        create_fetched(house, AKSEL).await;
        create(house, json!({ "name": "Låsesmeden i Nørresundby ApS", "kind": "company", "cvrNumber": "12345678" }))
            .await;
        let case = json!({ "title": "Byggesag", "status": "open", "parties": [{ "partyId": party.id, "roles": ["Ansøger"] }] });
        house.with(CASEWORKER).put("/cases/2026-0001", &case).await.expect(201);
        let browser = at_the_list(house, CASEWORKER).await;
        browser.narrow(WIDTH).await.unwrap();
        see_words(&browser, "tbody", "Jens Mortensen").await;
        fits(&browser, "liste").await;
        browser.see_text("td", "Aksel Sander").await.unwrap().click().await.unwrap();
        see_words(&browser, ".preview", "Denne part har adressebeskyttelse").await;
        fits(&browser, "forhåndsvisning").await;
        browser.see_text("td", "Jens Mortensen").await.unwrap().click().await.unwrap();
        press(&browser, "Åbn").await;
        browser.see_field("Navn").await.unwrap();
        fits(&browser, "generelt").await;
        choose_tab(&browser, "Andet").await;
        see_words(&browser, "#party-panel", "Historik").await;
        see_words(&browser, "#party-panel", "Byggesag").await;
        fits(&browser, "andet").await;
        choose_tab(&browser, "CPR").await;
        see_words(&browser, "#party-panel", "Civilstand").await;
        fits(&browser, "cpr").await;
        choose_tab(&browser, "Identifikation").await;
        fits(&browser, "identifikation").await;
        press(&browser, "Find CPR-nummer").await;
        fits(&browser, "find-spørg").await;
        press(&browser, "Ja").await;
        press(&browser, "Find").await;
        see_words(&browser, "#find", "Søgt på").await;
        fits(&browser, "find").await;
        press(&browser, "Luk").await;
        browser.see_no("#find").await.unwrap();
        house.cpr().happen(LifeEvent::Move, cpr::PersonalNumber::parse(JENS).unwrap(), "").unwrap();
        press(&browser, "Hent fra CPR").await;
        see_words(&browser, "#fetch table", "Hovedgaden").await;
        fits(&browser, "hent").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_overview_of_subscriptions_fits_into_a_narrow_window() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, JENS).await;
        let case = json!({ "status": "open", "parties": [{ "partyId": party.id }] });
        house.with(CASEWORKER).put("/cases/2026-0001", &case).await.expect(201);
        let browser = at_the_list(house, CASEWORKER).await;
        browser.narrow(WIDTH).await.unwrap();
        browser.see_text("a", "Abonnement").await.unwrap().click().await.unwrap();
        see_words(&browser, "[aria-labelledby=jobs-title]", "Afstem abonnementer").await;
        house.cpr().night().deliver().unwrap();
        press(&browser, "Kør nu: Hent leverancer").await;
        see_words(&browser, "[aria-labelledby=deliveries-title]", "23-11-2026").await;
        fits(&browser, "abonnement").await;
        press(&browser, "23-11-2026").await;
        see_words(&browser, "#delivery", "Ingen problemer.").await;
        fits(&browser, "leverance").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn what_stands_before_signing_in_fits_into_a_narrow_window() {
    run(Kind::Sqlite, "auth.read_requires = 'Partsredaktør'", async |house: &House| {
        house.issuer().next_to_sign_in(Person::new("birgit", &["Sagsintegration"]));
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        browser.narrow(WIDTH).await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap();
        fits(&browser, "log-ind").await;
        browser.see_text("a", "Tilgængelighedserklæring").await.unwrap().click().await.unwrap();
        browser.see_text("h1", "Tilgængelighedserklæring").await.unwrap();
        fits(&browser, "tilgængelighed").await;
        browser.see_text("a", "Til Partsregister").await.unwrap().click().await.unwrap();
        press(&browser, "Log ind").await;
        browser.see_text("h1", "Du har ikke adgang til eksterne parter").await.unwrap();
        fits(&browser, "ingen-adgang").await;
        leave_without_faults(browser).await;
    });
}
