//! *Kontrol*, for the auditor: *Log*, *Stikprøver*, *Indsigtsrapport*.

use std::time::Duration;

use openapi::party::Party;
use serde_json::json;
use tests::browser::Browser;
use tests::database::Kind;
use tests::{House, run, run_following};

use crate::caseworker::{
    AKSEL, CASEWORKER, JENS, at_the_list, create_fetched, is_offered, leave_without_faults, no_barriers, press, read,
    see_words, text_of, write,
};

const AUDITOR: &[&str] = &["Revisor"];
/// Gitte Sander, married to Aksel, who is protected.
const GITTE: &str = "0709614118";

async fn at(house: &House, page: &str) -> Browser {
    let browser = at_the_list(house, AUDITOR).await;
    browser.see_text("a", page).await.unwrap().click().await.unwrap();
    browser.see_text("h1", page).await.unwrap();
    browser
}

/// A party with look-ups: with a case, without, and refused.
async fn looked_at(house: &House) -> Party {
    let party = create_fetched(house, JENS).await;
    let case = json!({ "title": "Byggetilladelse", "status": "open", "responsible": "Signe Sagsbehandler",
        "parties": [{ "partyId": party.id, "roles": ["Ansøger"] }] });
    house.with(&["Sagsintegration"]).put("/cases/2026-1001", &case).await.expect(201);
    let ask = json!({ "personalNumber": JENS, "reason": "Partshøring", "caseNumber": "2026-1001" });
    house.with(CASEWORKER).post("/cpr/lookup", &ask).await.expect(200);
    read(house, &party).await;
    house.with(&[]).post("/cpr/lookup", &ask).await.expect(403);
    // What happens in the very moment of a draw is after it.
    house.let_pass(Duration::from_secs(1));
    party
}

#[test]
fn the_auditor_finds_in_the_log_who_did_what_and_the_party() {
    run(Kind::Sqlite, "", async |house: &House| {
        looked_at(house).await;
        house.with(CASEWORKER).post("/cpr/lookup", &json!({ "personalNumber": GITTE })).await.expect(200);
        let browser = at(house, "Log").await;
        see_words(&browser, "#main .panel table", "Slog op i CPR").await;
        see_words(&browser, "#main .panel table", "Partshøring").await;
        see_words(&browser, "#main .panel table", "manglede adgang").await;
        see_words(&browser, "#alarms", "Ingen usædvanlige mønstre.").await;
        no_barriers(&browser, "the log").await;
        browser.screenshot("log").await.unwrap();

        write(&browser, "Fra og med", "2026").await;
        press(&browser, "Vis").await;
        see_words(&browser, "form", "Skriv en dato som dd-mm-åååå.").await;
        write(&browser, "Fra og med", "23-11-2026").await;
        write(&browser, "CPR-nummer", "070961-4118").await;
        press(&browser, "Vis").await;
        see_words(&browser, "#main .panel-head [role=status]", "1 post").await;
        press(&browser, "Nulstil").await;
        see_words(&browser, "#main .panel table", "Partshøring").await;
        browser.see_field("Udfald").await.unwrap().send_keys("Afvist").await.unwrap();
        press(&browser, "Vis").await;
        see_words(&browser, "#main .panel-head [role=status]", "1 post").await;
        press(&browser, "Nulstil").await;
        see_words(&browser, "#main .panel table", "Partshøring").await;
        // Reading the log stands in the log.
        see_words(&browser, "#main .panel table", "Søgte i loggen").await;

        browser.resize(320, 900).await.unwrap();
        no_barriers(&browser, "the log on a narrow screen").await;
        browser.screenshot("log-smal").await.unwrap();
        let wide = "return document.documentElement.scrollWidth";
        let width = browser.driver().execute(wide, Vec::new()).await.unwrap().json().as_u64();
        assert!(width.is_some_and(|width| width <= 320), "the page is {width:?} wide");
        browser.resize(1280, 900).await.unwrap();

        press(&browser, "Kun denne part").await;
        see_words(&browser, ".filter-party", "Kun poster om én part.").await;
        browser.see_text("a", "Åbn parten").await.unwrap().click().await.unwrap();
        see_words(&browser, "#party", "Jens Mortensen").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_pattern_leads_to_its_entries() {
    run(Kind::Sqlite, "", async |house: &House| {
        for _ in 0..10 {
            house.with(&["Sagsintegration"]).post("/cpr/lookup", &json!({})).await.expect(403);
        }
        create_fetched(house, GITTE).await;
        house.let_pass(Duration::from_secs(1));
        let browser = at(house, "Log").await;
        see_words(&browser, "#alarms", "10 afviste forsøg på en time").await;
        no_barriers(&browser, "an alarm").await;
        press(&browser, "Vis posterne").await;
        see_words(&browser, "#main .panel-head [role=status]", "10 poster").await;
        browser.screenshot("log-alarm").await.unwrap();
        leave_without_faults(browser).await;
    });
}

#[test]
fn nobody_but_the_auditor_is_led_to_the_log() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = at_the_list(house, CASEWORKER).await;
        assert!(!text_of(&browser, ".frame-nav").await.contains("Kontrol"));
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_citizens_report_is_made_and_printed_without_the_last_digits_of_numbers() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        looked_at(house).await;
        let browser = at(house, "Indsigtsrapport").await;
        no_barriers(&browser, "the empty report").await;
        press(&browser, "Lav rapport").await;
        see_words(&browser, "form", "Skriv et CPR-nummer først").await;
        write(&browser, "Personens CPR-nummer", "070761-4285").await;
        browser.see_text("label", "Vis medarbejderes navne (kræver begrundelse)").await.unwrap().click().await.unwrap();
        press(&browser, "Lav rapport").await;
        see_words(&browser, "form", "Skriv, hvorfor personen skal kende medarbejdernes navne.").await;
        browser.see_text("label", "Vis medarbejderes navne (kræver begrundelse)").await.unwrap().click().await.unwrap();
        press(&browser, "Lav rapport").await;

        see_words(&browser, "#paper", "Jens Mortensen").await;
        let paper = text_of(&browser, "#paper").await;
        for words in
            ["070761-4285", "Skrevet af myndigheden", "Byggetilladelse", "Åben sag", "Partshøring", "Medarbejder 1"]
        {
            assert!(paper.contains(words), "{words:?} is missing in {paper}");
        }
        for staff in ["Signe Sagsbehandler", "med Opdater"] {
            assert!(!paper.contains(staff), "{staff:?} is named in {paper}");
        }
        no_barriers(&browser, "the report").await;
        browser.screenshot("indsigt").await.unwrap();
        browser.resize(320, 900).await.unwrap();
        no_barriers(&browser, "the report on a narrow screen").await;
        browser.resize(320, 2400).await.unwrap();
        browser.screenshot("indsigt-smal").await.unwrap();

        browser.resize(794, 3000).await.unwrap();
        browser.show_on_paper(true).await.unwrap();
        let printed = text_of(&browser, "#main").await;
        assert!(printed.contains("070761-xxxx") && !printed.contains("4285"), "{printed}");
        assert!(!printed.contains("Lav rapport") && !printed.contains("Udskriv"), "{printed}");
        browser.screenshot("indsigt-papir").await.unwrap();
        browser.print("indsigt").await.unwrap();
        browser.show_on_paper(false).await.unwrap();
        browser.resize(1280, 900).await.unwrap();
        browser.see_text("label", "Skriv hele CPR-numre på udskriften").await.unwrap().click().await.unwrap();
        browser.show_on_paper(true).await.unwrap();
        see_words(&browser, "#main", "070761-4285").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_report_on_paper_shows_no_protected_address_of_a_relative() {
    run(Kind::Sqlite, "", async |house: &House| {
        create_fetched(house, GITTE).await;
        let browser = at(house, "Indsigtsrapport").await;
        write(&browser, "Personens CPR-nummer", GITTE).await;
        press(&browser, "Lav rapport").await;
        see_words(&browser, "#paper", "Ægtefælle: Aksel Sander").await;
        see_words(&browser, "#paper", "Adressen er skjult").await;
        browser.resize(1280, 1800).await.unwrap();
        browser.screenshot("indsigt-beskyttet").await.unwrap();
        write(&browser, "Personens CPR-nummer", AKSEL).await;
        press(&browser, "Lav rapport").await;
        see_words(&browser, "#paper", "Der er ikke registreret noget om personen.").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_sample_is_drawn_and_what_is_found_out_is_noted() {
    run(Kind::Sqlite, "", async |house: &House| {
        looked_at(house).await;
        let browser = at(house, "Stikprøver").await;
        see_words(&browser, "#main", "Der er ikke trukket nogen stikprøver endnu.").await;
        no_barriers(&browser, "no samples").await;
        write(&browser, "Antal opslag", "0").await;
        press(&browser, "Træk stikprøve").await;
        see_words(&browser, "form", "Skriv et tal fra 1 til 200.").await;
        write(&browser, "Antal opslag", "1").await;
        press(&browser, "Træk stikprøve").await;
        see_words(&browser, "#sample", "Ikke bedømt").await;
        no_barriers(&browser, "a sample").await;

        browser.see("#sample .button-row").await.unwrap().click().await.unwrap();
        press(&browser, "Gem").await;
        see_words(&browser, "#judge", "Vælg et resultat.").await;
        browser.see_text("label", "Undersøges").await.unwrap().click().await.unwrap();
        see_words(&browser, "#judge", "Skriv, hvad der er fundet ud af.").await;
        no_barriers(&browser, "judging").await;
        browser.screenshot("stikproeve-bedoem").await.unwrap();
        write(&browser, "Notat", "Spurgt sagsbehandleren").await;
        browser.see_no("#judge .form-error-message").await.unwrap();
        press(&browser, "Gem").await;
        browser.see_no("#judge").await.unwrap();
        see_words(&browser, "#sample .notes", "Spurgt sagsbehandleren").await;
        see_words(&browser, "[aria-labelledby=samples-title]", "1 af 1").await;
        browser.resize(1280, 1200).await.unwrap();
        browser.screenshot("stikproeve").await.unwrap();
        browser.resize(320, 1600).await.unwrap();
        no_barriers(&browser, "a sample on a narrow screen").await;
        browser.screenshot("stikproeve-smal").await.unwrap();
        assert!(!is_offered(&browser, "Slet").await);
        leave_without_faults(browser).await;
    });
}
