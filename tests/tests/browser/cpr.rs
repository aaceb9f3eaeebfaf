//! *Hent fra CPR*, *Find CPR-nummer*, the tab *CPR*, protection.

use cpr_simulator::{LifeEvent, Trouble};
use serde_json::json;
use tests::database::Kind;
use tests::{House, run, run_following};
use thirtyfour::prelude::*;

use crate::caseworker::{
    AKSEL, CASEWORKER, JENS, at_the_list, at_the_party, choose_tab, create, create_fetched, leave_without_faults,
    no_barriers, press, read, see_button, see_words, text_of, type_keys, write, write_into, written,
};

#[test]
fn hent_fra_cpr_shows_the_changes_and_ok_saves_them() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        see_words(&browser, "#party .dialog-head", "Beskyttelse ikke kontrolleret i CPR").await;
        choose_tab(&browser, "Identifikation").await;
        press(&browser, "Hent fra CPR").await;
        see_words(&browser, "#fetch table", "Industrivænget 95").await;
        let changes = text_of(&browser, "#fetch table").await;
        for words in ["I registret", "Fra CPR", "Bliver", "J. Mortensen", "Jens Mortensen"] {
            assert!(changes.contains(words), "{words:?} is missing in {changes:?}");
        }
        no_barriers(&browser, "Hent fra CPR").await;
        assert_eq!(read(house, &party).await, party, "a preview saves nothing");
        press(&browser, "OK").await;
        see_words(&browser, ".stamp-updated", "Opdateret: 23-11-2026 10:00").await;
        browser.see_no("#fetch").await.unwrap();
        assert_eq!(read(house, &party).await.name, "Jens Mortensen");
        choose_tab(&browser, "CPR").await;
        see_words(&browser, "#party-panel", "Janne Mortensen").await;
        see_words(&browser, "#party-panel", "Tidligere ægtefælle:").await;
        choose_tab(&browser, "Generelt").await;
        assert_eq!(written(&browser, "Navn").await, "Jens Mortensen");
        assert_eq!(written(&browser, "Adresse 2").await, "c/o Christiansen");

        choose_tab(&browser, "Identifikation").await;
        press(&browser, "Hent fra CPR").await;
        see_words(&browser, "#fetch", "Ingen ændringer").await;
        no_barriers(&browser, "Ingen ændringer").await;
        press(&browser, "OK").await;
        browser.see_no("#fetch").await.unwrap();
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_keyboard_alone_fetches_from_cpr() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS })).await;
        let browser = at_the_list(house, CASEWORKER).await;
        see_words(&browser, "tbody", "J. Mortensen").await;
        type_keys(&browser, "/").await;
        type_keys(&browser, Key::Tab + Key::Tab).await;
        type_keys(&browser, Key::Tab + "").await;
        type_keys(&browser, Key::Enter + "").await;
        see_words(&browser, "#party-title", "J. Mortensen").await;
        browser.see("#party form").await.unwrap();
        // The cross, the tabs, the number field, the button.
        type_keys(&browser, Key::Tab + Key::Tab).await;
        type_keys(&browser, Key::Right + "").await;
        browser.see_field("CPR-nummer").await.unwrap();
        type_keys(&browser, Key::Tab + Key::Tab).await;
        type_keys(&browser, Key::Enter + "").await;
        see_words(&browser, "#fetch table", "Industrivænget 95").await;
        see_button(&browser, "OK").await;
        type_keys(&browser, Key::Enter + "").await;
        see_words(&browser, ".stamp-updated", "Opdateret: 23-11-2026").await;
        assert_eq!(read(house, &party).await.name, "Jens Mortensen");
        leave_without_faults(browser).await;
    });
}

#[test]
fn an_address_that_a_person_keeps_stays_and_says_so() {
    run(Kind::Sqlite, "", async |house: &House| {
        let address = json!({ "line1": "Prøvevej 1", "postalCode": "9000", "city": "Aalborg" });
        let party = create(house, json!({ "name": "Jens", "personalNumber": JENS, "address": address })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        choose_tab(&browser, "Identifikation").await;
        press(&browser, "Hent fra CPR").await;
        browser.see_text("label", "Behold adresse").await.unwrap().click().await.unwrap();
        press(&browser, "OK").await;
        browser.see_no("#fetch").await.unwrap();
        let stored = read(house, &party).await;
        assert_eq!(stored.name, "Jens Mortensen");
        assert_eq!(stored.address.and_then(|address| address.line1).as_deref(), Some("Prøvevej 1"));
        choose_tab(&browser, "Generelt").await;
        see_words(&browser, "#party-address-line1-hint", "CPR siger: Industrivænget 95").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_new_party_is_filled_from_cpr_and_stored_with_what_cpr_says() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = at_the_list(house, CASEWORKER).await;
        press(&browser, "Ny part").await;
        choose_tab(&browser, "Identifikation").await;
        write(&browser, "CPR-nummer", AKSEL).await;
        press(&browser, "Hent fra CPR").await;
        see_words(&browser, "#fetch", "Denne part har adressebeskyttelse").await;
        press(&browser, "OK").await;
        browser.see_no("#fetch").await.unwrap();
        press(&browser, "Gem").await;
        see_words(&browser, ".foot-message", "Parten er oprettet.").await;
        see_words(&browser, "#party .dialog-head", "Denne part har adressebeskyttelse").await;
        assert_eq!(text_of(&browser, "#party-title").await, "Aksel Sander");
        leave_without_faults(browser).await;
    });
}

#[test]
fn find_cpr_nummer_gives_an_emptied_number_back() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, JENS).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        choose_tab(&browser, "Identifikation").await;
        write(&browser, "CPR-nummer", "").await;
        press(&browser, "Gem").await;
        see_words(&browser, ".foot-message", "Gemt.").await;
        assert_eq!(read(house, &party).await.personal_number, None);

        press(&browser, "Find CPR-nummer").await;
        no_barriers(&browser, "the question before Find CPR-nummer").await;
        press(&browser, "Ja").await;
        press(&browser, "Find").await;
        see_words(&browser, ".candidates", "070761-4285").await;
        for words in ["Jens Mortensen", "født 07-07-1961", "navn ens", "husnummer ens"] {
            assert!(text_of(&browser, ".candidates").await.contains(words), "{words}");
        }
        no_barriers(&browser, "Find CPR-nummer").await;
        browser.screenshot("find-cpr-nummer").await.unwrap();
        browser.see(".candidate").await.unwrap().click().await.unwrap();
        press(&browser, "Vælg").await;
        press(&browser, "OK").await;
        browser.see_no("#fetch").await.unwrap();
        assert_eq!(written(&browser, "CPR-nummer").await, "070761-4285");
        assert_eq!(read(house, &party).await.personal_number.as_deref(), Some(JENS));
        leave_without_faults(browser).await;
    });
}

#[test]
fn find_asks_for_what_it_needs_and_tells_when_nobody_fits() {
    run(Kind::Sqlite, "", async |house: &House| {
        let address = json!({ "line1": "Svinget 50", "postalCode": "9000", "city": "Aalborg" });
        let party = create(house, json!({ "name": "Lars Henriksen", "address": address })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        // What stands in the dialog is asked with, saved or not.
        write(&browser, "Navn", "Ingen Findes").await;
        choose_tab(&browser, "Identifikation").await;
        press(&browser, "Find CPR-nummer").await;
        press(&browser, "Ja").await;
        let name = browser.see("#find-name").await.unwrap();
        assert_eq!(name.value().await.unwrap().as_deref(), Some("Ingen Findes"));
        press(&browser, "Find").await;
        see_words(&browser, "#find-results", "Ingen personer passer").await;
        see_button(&browser, "Søg bredere").await;
        no_barriers(&browser, "nobody fits").await;
        write_into(&name, "").await;
        press(&browser, "Find").await;
        see_words(&browser, "#find-name-error", "Skal udfyldes").await;
        write_into(&name, "Lars Henriksen").await;
        press(&browser, "Find").await;
        see_words(&browser, "#find-results", "Én person passer").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_protected_party_stands_under_the_red_message_on_every_tab() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, AKSEL).await;
        let browser = at_the_party(house, &[], &party).await;
        let before = "const message = document.querySelector('#party .protection');
            const address = document.getElementById('party-address-line1');
            return (message.compareDocumentPosition(address) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0";
        let before = browser.driver().execute(before, Vec::new()).await.unwrap();
        assert_eq!(before.json(), &json!(true), "the message comes before the address");
        for tab in ["Generelt", "Identifikation", "Andet", "CPR"] {
            choose_tab(&browser, tab).await;
            let head = browser.see("#party .dialog-head .protection").await.unwrap();
            assert!(head.text().await.unwrap().contains("Denne part har adressebeskyttelse"), "{tab}");
            assert!(!head.find_all(By::Css("svg")).await.unwrap().is_empty(), "an icon, not colour alone");
        }
        choose_tab(&browser, "Generelt").await;
        assert_eq!(written(&browser, "Adresse 1").await, "Industrivænget 26, 1. tv");
        leave_without_faults(browser).await;
    });
}

#[test]
fn under_mask_the_address_is_shown_for_a_reason_only() {
    run(Kind::Sqlite, "[protection]\ndisplay = \"mask\"", async |house: &House| {
        let party = create_fetched(house, AKSEL).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        assert_eq!(written(&browser, "Adresse 1").await, "");
        assert!(!text_of(&browser, "#party").await.contains("Industrivænget"));
        press(&browser, "Vis adresse").await;
        no_barriers(&browser, "Vis adresse").await;
        press(&browser, "Vis adresse").await;
        see_words(&browser, "#reveal", "Skriv en begrundelse").await;
        write(&browser, "Begrundelse", "Brev om prøvesag").await;
        press(&browser, "Vis adresse").await;
        see_words(&browser, "#party .revealed", "Industrivænget 26").await;
        press(&browser, "Skjul adresse").await;
        browser.see_no("#party .revealed").await.unwrap();
        // Five minutes pass in half a second, for this page alone.
        let hasten = "const real = window.setTimeout; \
            window.setTimeout = (act, wait, ...rest) => real(act, wait === 300000 ? 500 : wait, ...rest);";
        browser.driver().execute(hasten, Vec::new()).await.unwrap();
        press(&browser, "Vis adresse").await;
        write(&browser, "Begrundelse", "Endnu et brev").await;
        press(&browser, "Vis adresse").await;
        see_words(&browser, "#party .revealed", "Industrivænget 26").await;
        browser.see_no("#party .revealed").await.unwrap();
        assert!(!text_of(&browser, "#party").await.contains("Industrivænget"));
        // Saving something else leaves the hidden address as it is.
        write(&browser, "Mobil", "20 20 20 20").await;
        press(&browser, "Gem").await;
        see_words(&browser, ".foot-message", "Gemt.").await;
        let reveal = format!("/parties/{}/address/reveal", party.id);
        let shown = house.with(CASEWORKER).post(&reveal, &json!({ "reason": "prøve" })).await.expect(200).text();
        assert!(shown.contains("Industrivænget 26"), "{shown}");
        leave_without_faults(browser).await;
    });
}

#[test]
fn where_a_reason_is_required_cpr_is_not_asked_without_one() {
    run(Kind::Sqlite, "[audit]\nrequire_reason = \"always\"", async |house: &House| {
        let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        choose_tab(&browser, "Identifikation").await;
        press(&browser, "Hent fra CPR").await;
        press(&browser, "Fortsæt").await;
        see_words(&browser, "#fetch", "Skriv en begrundelse").await;
        no_barriers(&browser, "the reason").await;
        write(&browser, "Hvorfor slår du op?", "Prøvesag").await;
        press(&browser, "Fortsæt").await;
        see_words(&browser, "#fetch table", "Industrivænget 95").await;
        press(&browser, "OK").await;
        browser.see_no("#fetch").await.unwrap();
        assert_eq!(read(house, &party).await.name, "Jens Mortensen");
        leave_without_faults(browser).await;
    });
}

#[test]
fn with_cpr_away_each_button_explains_and_nothing_is_changed() {
    run(Kind::Sqlite, "", async |house: &House| {
        let address = json!({ "line1": "Prøvevej 1", "postalCode": "9000", "city": "Aalborg" });
        let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS, "address": address })).await;
        house.cpr().turn(|knobs| knobs.trouble = Some(Trouble::DropConnection));
        let browser = at_the_party(house, CASEWORKER, &party).await;
        choose_tab(&browser, "Identifikation").await;
        press(&browser, "Hent fra CPR").await;
        see_words(&browser, "#fetch .alert-error", "CPR svarer ikke").await;
        see_button(&browser, "Prøv igen").await;
        no_barriers(&browser, "CPR is away").await;
        press(&browser, "Fortryd").await;
        browser.see_no("#fetch").await.unwrap();
        press(&browser, "Find CPR-nummer").await;
        press(&browser, "Ja").await;
        press(&browser, "Find").await;
        see_words(&browser, "#find-results", "CPR svarer ikke").await;
        press(&browser, "Fortryd").await;
        assert_eq!(read(house, &party).await, party);
        browser.close().await.unwrap();
    });
}

/// Viggo Vandrer, without fixed abode (status 03).
const VIGGO: &str = "0303405003";
/// Tove Andreasen, who had disappeared from 1997 to 2001.
const TOVE: &str = "0702614074";

#[test]
fn nobody_is_urged_to_write_an_address_for_somebody_without_one() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, VIGGO).await;
        let browser = at_the_list(house, CASEWORKER).await;
        see_words(&browser, "tbody", "Uden fast bopæl").await;
        leave_without_faults(browser).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        see_words(&browser, "#party-panel .alert-info", "Uden fast bopæl").await;
        see_words(&browser, "#party-panel .alert-info", "nogle er registreret uden adresse, fordi de er truet").await;
        browser.screenshot("uden-fast-bopæl").await.unwrap();
        write(&browser, "Mobil", "30 30 30 30").await;
        press(&browser, "Gem").await;
        see_words(&browser, ".foot-message", "Gemt.").await;

        write(&browser, "Adresse 1", "Nyvej 2").await;
        press(&browser, "Gem").await;
        see_words(&browser, "#unlisted", "truet").await;
        no_barriers(&browser, "the question before an address is stored").await;
        browser.screenshot("adresse-bekræft").await.unwrap();
        press(&browser, "Gem adressen").await;
        see_words(&browser, "#unlisted", "Sæt kryds for at gemme adressen.").await;
        press(&browser, "Gå tilbage").await;
        browser.see_no("#unlisted").await.unwrap();
        assert_eq!(read(house, &party).await.address, None);
        press(&browser, "Gem").await;
        let confirm = "Personen har selv givet adressen og ved, at den kan ses her";
        browser.see_text("label", confirm).await.unwrap().click().await.unwrap();
        press(&browser, "Gem adressen").await;
        see_words(&browser, ".foot-message", "Gemt.").await;
        let stored = read(house, &party).await.address.and_then(|address| address.line1);
        assert_eq!(stored.as_deref(), Some("Nyvej 2"));
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_tab_cpr_tells_what_was_before_in_words_with_dates() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        let number = |text: &str| cpr::PersonalNumber::parse(text).unwrap();
        house.cpr().happen(LifeEvent::Marry, number(JENS), "0708610038").unwrap();
        let (jens, tove) = (create_fetched(house, JENS).await, create_fetched(house, TOVE).await);
        let browser = at_the_party(house, CASEWORKER, &tove).await;
        choose_tab(&browser, "CPR").await;
        see_words(&browser, "#party-panel", "Tidligere oplysninger").await;
        see_words(&browser, "#party-panel", "Forsvundet").await;
        let panel = text_of(&browser, "#party-panel").await;
        assert!(panel.contains("13-09-1997") && panel.contains("28-02-2001"), "{panel}");
        assert!(!panel.contains("13-09-1991"), "what CPR has corrected was never so: {panel}");
        no_barriers(&browser, "what was before").await;
        browser.see(".cpr-section:last-child").await.unwrap().scroll_into_view().await.unwrap();
        browser.screenshot("cpr-tidligere").await.unwrap();
        leave_without_faults(browser).await;
        let browser = at_the_party(house, CASEWORKER, &jens).await;
        choose_tab(&browser, "CPR").await;
        see_words(&browser, "#party-panel", "Fraskilt").await;
        choose_tab(&browser, "Andet").await;
        see_words(&browser, "#party-panel", "Historik").await;
        see_words(&browser, "#party-panel", "Status").await;
        let panel = text_of(&browser, "#party-panel").await;
        assert!(!panel.contains("status") && !panel.contains("lastAddress"), "{panel}");
        browser.screenshot("andet-historik").await.unwrap();
        leave_without_faults(browser).await;
    });
}
