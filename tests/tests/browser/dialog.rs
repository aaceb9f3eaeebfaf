//! The properties dialog: tabs, fields, errors, two who edit at once.

use serde_json::json;
use tests::database::Kind;
use tests::{House, run};
use thirtyfour::prelude::*;

use crate::caseworker::{
    AKSEL, CASEWORKER, at_the_list, at_the_party, choose_tab, create, create_fetched, is_offered, leave_without_faults,
    no_barriers, press, read, see_button, see_words, text_of, type_keys, write, written,
};

#[test]
fn the_four_tabs_hold_what_the_manual_shows() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create_fetched(house, AKSEL).await;
        house
            .with(CASEWORKER)
            .put(
                "/cases/S-17",
                &json!({
                    "title": "Prøvesag", "status": "open", "parties": [{ "partyId": party.id, "roles": ["Ansøger"] }]
                }),
            )
            .await
            .expect(201);
        let browser = at_the_party(house, CASEWORKER, &party).await;
        assert_eq!(text_of(&browser, "#party .initials").await, "AS");
        assert_eq!(text_of(&browser, "#party .person-kind").await, "Ekstern part");
        for label in [
            "Navn",
            "E-mail",
            "Telefon",
            "Mobil",
            "Adresse 1",
            "Adresse 2",
            "Postnummer",
            "By",
            "Landekode",
            "Parten er ejer af e-maildomænet",
        ] {
            browser
                .driver()
                .find(By::XPath(format!("//*[@id=//label[normalize-space(.)='{label}']/@for]")))
                .await
                .unwrap_or_else(|_| panic!("no field {label}"));
        }
        no_barriers(&browser, "Generelt").await;
        choose_tab(&browser, "Identifikation").await;
        assert_eq!(written(&browser, "CPR-nummer").await, "070161-4011");
        browser.see_field("CVR-nummer").await.unwrap();
        see_button(&browser, "Hent fra CPR").await;
        see_button(&browser, "Find CPR-nummer").await;
        see_words(&browser, "#party .stamp-updated", "Opdateret: 23-11-2026 10:00").await;
        no_barriers(&browser, "Identifikation").await;
        choose_tab(&browser, "Andet").await;
        see_words(&browser, "#party-panel", "Prøvesag").await;
        no_barriers(&browser, "Andet").await;
        choose_tab(&browser, "CPR").await;
        see_words(&browser, "#party-panel", "Civilstand").await;
        no_barriers(&browser, "CPR").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_four_elements_stand_where_the_settings_put_them() {
    let placement = r#"
        [dialog.placement]
        fetchFromCpr = "general"
        findPersonalNumber = "other"
        updatedAt = "cpr"
        protectionMessage = "identification"
    "#;
    run(Kind::Sqlite, placement, async |house: &House| {
        let party = create_fetched(house, AKSEL).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        for (tab, fetch, find, stamp, message) in [
            ("Generelt", true, false, false, false),
            ("Identifikation", false, false, false, true),
            ("Andet", false, true, false, false),
            ("CPR", false, false, true, false),
        ] {
            choose_tab(&browser, tab).await;
            assert_eq!(is_offered(&browser, "Hent fra CPR").await, fetch, "{tab}");
            assert_eq!(is_offered(&browser, "Find CPR-nummer").await, find, "{tab}");
            let panel = browser.see("#party-panel").await.unwrap();
            assert_eq!(!panel.find_all(By::Css(".stamp-updated")).await.unwrap().is_empty(), stamp, "{tab}");
            assert_eq!(!panel.find_all(By::Css(".protection")).await.unwrap().is_empty(), message, "{tab}");
            let head = browser.see("#party .dialog-head .protection").await.unwrap().text().await.unwrap();
            assert!(head.contains("Denne part har adressebeskyttelse"), "{tab}");
        }
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_party_is_created_after_its_errors_are_corrected_then_edited_and_deleted() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = at_the_list(house, CASEWORKER).await;
        press(&browser, "Ny part").await;
        write(&browser, "Adresse 1", "Prøvevej 1").await;
        write(&browser, "Postnummer", "90").await;
        choose_tab(&browser, "Andet").await;
        press(&browser, "Gem").await;
        // The first field that is wrong brings its tab forward.
        let wrong = browser.see("#party-address-postalCode[aria-invalid=true]").await.unwrap();
        let described = wrong.attr("aria-describedby").await.unwrap().unwrap_or_default();
        assert!(!text_of(&browser, &format!("#{described}")).await.is_empty());
        see_words(&browser, "#party-errors", "Postnummer:").await;
        no_barriers(&browser, "field errors").await;
        assert_eq!(written(&browser, "Adresse 1").await, "Prøvevej 1", "nothing typed is lost");

        write(&browser, "Navn", "Vita Prøve").await;
        write(&browser, "Postnummer", "9000").await;
        press(&browser, "Gem").await;
        see_words(&browser, ".foot-message", "Parten er oprettet.").await;
        write(&browser, "Mobil", "20 20 20 20").await;
        type_keys(&browser, Key::Enter + "").await;
        see_words(&browser, ".foot-message", "Gemt.").await;
        press(&browser, "Fortryd").await;
        browser.see_no("#party").await.unwrap();

        let row = browser.see_text("td", "Vita Prøve").await.unwrap();
        browser.driver().action_chain().context_click_element(&row).perform().await.unwrap();
        press(&browser, "Slet").await;
        no_barriers(&browser, "Slet").await;
        press(&browser, "Slet").await;
        browser.see_no("dialog").await.unwrap();
        see_words(&browser, "section", "Der er ingen eksterne parter").await;
        browser.close().await.unwrap();
    });
}

#[test]
fn somebody_elses_change_is_shown_and_mine_goes_on_top_of_it() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create(house, json!({ "name": "Vita Prøve", "phone": "10 10 10 10" })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        write(&browser, "Mobil", "20 20 20 20").await;

        let other = house.with(CASEWORKER);
        let path = format!("/parties/{}", party.id);
        let etag = other.get(&path).await.expect(200).etag().to_owned();
        let theirs = json!({ "name": "Vita Prøve", "phone": "30 30 30 30" });
        let put = other.api(reqwest::Method::PUT, &path).header("If-Match", &etag).json(&theirs);
        put.send().await.expect(200);

        press(&browser, "Gem").await;
        see_words(&browser, "#stale", "30 30 30 30").await;
        no_barriers(&browser, "the stale edit").await;
        press(&browser, "Gem mine ændringer oveni").await;
        see_words(&browser, ".foot-message", "Gemt.").await;
        let stored = read(house, &party).await;
        assert_eq!((stored.phone.as_deref(), stored.mobile.as_deref()), (Some("30 30 30 30"), Some("20 20 20 20")));
        browser.close().await.unwrap();
    });
}

#[test]
fn escape_asks_before_changes_are_lost() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create(house, json!({ "name": "Vita Prøve" })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        write(&browser, "Telefon", "10 10 10 10").await;
        type_keys(&browser, Key::Escape + "").await;
        see_words(&browser, "#discard", "ikke er gemt").await;
        no_barriers(&browser, "unsaved changes").await;
        press(&browser, "Bliv her").await;
        browser.see_no("#discard").await.unwrap();
        assert_eq!(written(&browser, "Telefon").await, "10 10 10 10");
        type_keys(&browser, Key::Escape + "").await;
        press(&browser, "Kassér ændringer").await;
        browser.see_no("dialog").await.unwrap();
        assert_eq!(read(house, &party).await, party);
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_browsers_way_back_asks_before_changes_are_lost() {
    run(Kind::Sqlite, "", async |house: &House| {
        create(house, json!({ "name": "Vita Prøve" })).await;
        let browser = at_the_list(house, CASEWORKER).await;
        let row = browser.see_text("td", "Vita Prøve").await.unwrap();
        browser.driver().action_chain().double_click_element(&row).perform().await.unwrap();
        write(&browser, "Telefon", "10 10 10 10").await;
        choose_tab(&browser, "Identifikation").await;
        browser.driver().back().await.unwrap();
        see_words(&browser, "#discard", "ikke er gemt").await;
        press(&browser, "Bliv her").await;
        browser.see_no("#discard").await.unwrap();
        assert!(browser.driver().current_url().await.unwrap().as_str().contains("fane=identifikation"));
        choose_tab(&browser, "Generelt").await;
        assert_eq!(written(&browser, "Telefon").await, "10 10 10 10");
        browser.driver().back().await.unwrap();
        press(&browser, "Kassér ændringer").await;
        browser.see_no("dialog").await.unwrap();
        let left = browser.driver().current_url().await.unwrap();
        assert!(left.as_str().ends_with("/kontakter/ekstern-part"), "{left}");
        // Without changes nothing is asked.
        browser.driver().forward().await.unwrap();
        see_words(&browser, "#party-title", "Vita Prøve").await;
        browser.driver().back().await.unwrap();
        browser.see_no("dialog").await.unwrap();
        leave_without_faults(browser).await;
    });
}

#[test]
fn tab_never_leaves_the_dialog() {
    run(Kind::Sqlite, "", async |house: &House| {
        let party = create(house, json!({ "name": "Vita Prøve" })).await;
        let browser = at_the_party(house, CASEWORKER, &party).await;
        let inside = "return document.getElementById('party').contains(document.activeElement)";
        for back in [false, true] {
            for step in 0..20 {
                type_keys(&browser, if back { Key::Shift + Key::Tab } else { Key::Tab + "" }).await;
                let inside = browser.driver().execute(inside, Vec::new()).await.unwrap();
                assert_eq!(inside.json(), &json!(true), "outside after {step} steps");
            }
        }
        leave_without_faults(browser).await;
    });
}
