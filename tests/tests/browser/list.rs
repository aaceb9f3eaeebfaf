//! *Kontakter* → *Ekstern part*: the list, the preview, the context menu.

use serde_json::json;
use tests::database::Kind;
use tests::{House, run};
use thirtyfour::prelude::*;

use crate::caseworker::{
    AKSEL, CASEWORKER, POUL_ERIK, at_the_list, create, create_fetched, is_offered, leave_without_faults, no_barriers,
    press, see_button, see_words, text_of, type_keys, write,
};

#[test]
fn the_list_shows_number_address_protection_and_a_word_for_the_dead() {
    run(Kind::Sqlite, "", async |house: &House| {
        create_fetched(house, AKSEL).await;
        create_fetched(house, POUL_ERIK).await;
        create(house, json!({ "kind": "company", "name": "Prøve Byg ApS", "cvrNumber": "10000010" })).await;
        let browser = at_the_list(house, CASEWORKER).await;
        see_words(&browser, "tbody", "Prøve Byg ApS").await;
        let rows = text_of(&browser, "tbody").await;
        for words in ["Aksel Sander", "070161-4011", "Industrivænget 26, 1. tv", "Beskyttet", "Død", "CVR 10000010"] {
            assert!(rows.contains(words), "{words:?} is missing in {rows:?}");
        }
        no_barriers(&browser, "the list").await;
        browser.see_text("td", "Aksel Sander").await.unwrap().click().await.unwrap();
        see_words(&browser, "aside", "Denne part har adressebeskyttelse").await;
        let preview = text_of(&browser, "aside").await;
        assert!(preview.find("Denne part har adressebeskyttelse") < preview.find("Industrivænget 26"), "{preview:?}");
        no_barriers(&browser, "the preview").await;
        browser.screenshot("liste").await.unwrap();
        leave_without_faults(browser).await;
    });
}

#[test]
fn one_finds_while_typing_by_words_and_by_number() {
    run(Kind::Sqlite, "", async |house: &House| {
        create(house, json!({ "name": "Vita Prøve", "personalNumber": "0101019995" })).await;
        create(house, json!({ "name": "Otto Øvelse", "address": { "line1": "Åvej 1" } })).await;
        let browser = at_the_list(house, &[]).await;
        for (typed, found, other) in
            [("vit prø", "Vita Prøve", "Otto"), ("aavej", "Otto Øvelse", "Vita"), ("010101-9995", "Vita Prøve", "Otto")]
        {
            write(&browser, "Søg", typed).await;
            browser.see_no("[id^=party-row-]:nth-child(2)").await.unwrap();
            see_words(&browser, "tbody", found).await;
            assert!(!text_of(&browser, "tbody").await.contains(other), "{typed}");
        }
        write(&browser, "Søg", "findes ikke").await;
        see_words(&browser, "section", "Ingen eksterne parter passer").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn more_rows_come_when_asked_for() {
    run(Kind::Sqlite, "", async |house: &House| {
        for number in 0..60 {
            create(house, json!({ "name": format!("Prøve {number}") })).await;
        }
        let browser = at_the_list(house, &[]).await;
        see_words(&browser, ".contacts-foot", "De første 50 parter").await;
        press(&browser, "Vis flere").await;
        see_words(&browser, ".contacts-foot", "60 parter").await;
        assert!(!is_offered(&browser, "Vis flere").await);
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_keyboard_alone_finds_opens_and_comes_back() {
    run(Kind::Sqlite, "", async |house: &House| {
        create(house, json!({ "name": "Vita Prøve" })).await;
        create(house, json!({ "name": "Vera Prøve" })).await;
        let browser = at_the_list(house, &[]).await;
        see_words(&browser, "tbody", "Vita").await;
        type_keys(&browser, "/").await;
        type_keys(&browser, "vita").await;
        browser.see_no("tbody tr:nth-child(2)").await.unwrap();
        // From the field over the filter to the list.
        type_keys(&browser, Key::Tab + Key::Tab).await;
        type_keys(&browser, Key::Down + "").await;
        browser.see("tr[aria-selected=true]").await.unwrap();
        type_keys(&browser, Key::Enter + "").await;
        see_words(&browser, "#party-title", "Vita Prøve").await;
        type_keys(&browser, Key::Escape + "").await;
        browser.see_no("#party").await.unwrap();
        let focused = browser.driver().active_element().await.unwrap().text().await.unwrap();
        assert!(focused.contains("Vita Prøve"), "the focus is on {focused:?}");
        leave_without_faults(browser).await;
    });
}

#[test]
fn the_context_menu_opens_the_properties_by_mouse_and_by_keyboard() {
    run(Kind::Sqlite, "", async |house: &House| {
        create(house, json!({ "name": "Vita Prøve" })).await;
        let browser = at_the_list(house, CASEWORKER).await;
        let row = browser.see_text("td", "Vita Prøve").await.unwrap();
        browser.driver().action_chain().context_click_element(&row).perform().await.unwrap();
        no_barriers(&browser, "the menu").await;
        press(&browser, "Egenskaber").await;
        see_words(&browser, "#party-title", "Vita Prøve").await;
        type_keys(&browser, Key::Escape + "").await;
        browser.see_no("#party").await.unwrap();
        type_keys(&browser, Key::Shift + Key::F10).await;
        browser.see("[role=menu]").await.unwrap();
        type_keys(&browser, Key::Enter + "").await;
        see_words(&browser, "#party-title", "Vita Prøve").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_reader_is_offered_nothing_that_changes() {
    run(Kind::Sqlite, "", async |house: &House| {
        create(house, json!({ "name": "Vita Prøve" })).await;
        let browser = at_the_list(house, &[]).await;
        let row = browser.see_text("td", "Vita Prøve").await.unwrap();
        browser.driver().action_chain().context_click_element(&row).perform().await.unwrap();
        let menu = text_of(&browser, "[role=menu]").await;
        assert_eq!(menu.trim(), "Egenskaber");
        press(&browser, "Egenskaber").await;
        see_words(&browser, "#party-title", "Vita Prøve").await;
        press(&browser, "Identifikation").await;
        see_button(&browser, "Luk").await;
        for button in ["Ny part", "Gem", "Hent fra CPR", "Find CPR-nummer"] {
            assert!(!is_offered(&browser, button).await, "{button} is offered");
        }
        let number = browser.see_field("CPR-nummer").await.unwrap();
        assert!(number.prop("readOnly").await.unwrap().is_some_and(|value| value == "true"));
        leave_without_faults(browser).await;
    });
}
