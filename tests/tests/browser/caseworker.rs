//! A caseworker at the browser: what hands do on the page, in the words that stand there.

use std::time::{Duration, Instant};

use openapi::party::Party;
use serde_json::{Value, json};
use tests::House;
use tests::browser::Browser;
use tests::issuer::Person;
use thirtyfour::prelude::*;

pub const CASEWORKER: &[&str] = &["Opdater fra CPR", "Partsredaktør"];

/// How long something may take to appear, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);

/// Jens Mortensen, divorced, one child.
pub const JENS: &str = "0707614285";
/// Aksel Sander, name and address protected.
pub const AKSEL: &str = "0701614011";
/// Poul-Erik Møller-Madsen, dead.
pub const POUL_ERIK: &str = "0708614327";

/// Signs in at the provider with these privileges and stands before the list.
pub async fn at_the_list(house: &House, privileges: &[&str]) -> Browser {
    enter(house, privileges, "/").await
}

/// Signs in and stands before the properties of a party.
pub async fn at_the_party(house: &House, privileges: &[&str], party: &Party) -> Browser {
    let browser = enter(house, privileges, &format!("/kontakter/ekstern-part/{}", party.id)).await;
    browser.see("#party form, #party .alert").await.unwrap();
    browser
}

async fn enter(house: &House, privileges: &[&str], path: &str) -> Browser {
    house.issuer().next_to_sign_in(Person::new("birgit", privileges));
    let browser = Browser::open(&house.url(), path).await.unwrap();
    press(&browser, "Log ind").await;
    browser.see_text("h1", "Ekstern part").await.unwrap();
    browser
}

/// Creates a party as the caseworker.
pub async fn create(house: &House, input: Value) -> Party {
    house.with(CASEWORKER).post("/parties", &input).await.expect(201).json()
}

/// Creates a party with this number and fetches it from CPR.
pub async fn create_fetched(house: &House, number: &str) -> Party {
    let party = create(house, json!({ "name": "Ny", "personalNumber": number })).await;
    let path = format!("/parties/{}/cpr/fetch", party.id);
    house.with(CASEWORKER).post(&path, &json!({})).await.expect(200).json()
}

/// Reads a party as the caseworker.
pub async fn read(house: &House, party: &Party) -> Party {
    house.with(CASEWORKER).get(&format!("/parties/{}", party.id)).await.expect(200).json()
}

/// Presses the button with this name, in the uppermost dialog when there is one.
pub async fn press(browser: &Browser, name: &str) {
    let begun = Instant::now();
    // A button that the page draws anew before it is pressed was not pressed.
    while let Err(error) = see_button(browser, name).await.click().await {
        assert!(begun.elapsed() < PATIENCE, "the button {name:?} cannot be pressed: {error}");
        tokio::time::sleep(LOOK).await;
    }
}

/// The button with this name, in the uppermost dialog when there is one.
pub async fn see_button(browser: &Browser, name: &str) -> WebElement {
    let button = format!("//button[normalize-space(.)='{name}' or @aria-label='{name}']");
    let path = format!("(//dialog[@open])[last()]{button} | {button}[not(//dialog[@open])]");
    let begun = Instant::now();
    loop {
        // An element that the page draws anew while the browser is asked about it ends the question early.
        let patient = browser.driver().query(By::XPath(path.as_str())).and_displayed().wait(PATIENCE, LOOK);
        match patient.first().await {
            Ok(button) => return button,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "no button {name:?} appears: {error}"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether a button with this name is offered now, anywhere on the page.
pub async fn is_offered(browser: &Browser, name: &str) -> bool {
    let path = format!("//button[normalize-space(.)='{name}']");
    !browser.driver().find_all(By::XPath(path)).await.unwrap().is_empty()
}

/// Chooses a tab of the properties dialog.
pub async fn choose_tab(browser: &Browser, name: &str) {
    press(browser, name).await;
    browser.see(&format!("[role=tab][aria-selected=true][id='{}']", tab_id(name))).await.unwrap();
}

fn tab_id(name: &str) -> String {
    let place = ["Generelt", "Identifikation", "Andet", "CPR"].iter().position(|tab| *tab == name).unwrap();
    format!("party-tab-{place}")
}

/// Replaces what stands in a field, as hands do.
pub async fn write(browser: &Browser, label: &str, text: &str) {
    let field = browser.see_field(label).await.unwrap();
    write_into(&field, text).await;
}

/// Replaces what stands in this field.
pub async fn write_into(field: &WebElement, text: &str) {
    field.click().await.unwrap();
    field.send_keys(Key::Control + "a").await.unwrap();
    field.send_keys(if text.is_empty() { Key::Delete + "" } else { text.into() }).await.unwrap();
}

/// What stands in a field.
pub async fn written(browser: &Browser, label: &str) -> String {
    browser.see_field(label).await.unwrap().value().await.unwrap().unwrap_or_default()
}

/// Types keys wherever the focus is.
pub async fn type_keys(browser: &Browser, keys: impl Into<TypingData>) {
    browser.driver().active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// All text of an element.
pub async fn text_of(browser: &Browser, selector: &str) -> String {
    browser.see(selector).await.unwrap().text().await.unwrap()
}

/// Waits until an element's text has this in it.
pub async fn see_words(browser: &Browser, selector: &str, words: &str) {
    let mut text = String::new();
    for _ in 0..400 {
        if let Ok(element) = browser.driver().find(By::Css(selector)).await
            && let Ok(now) = element.text().await
        {
            text = now;
            if text.contains(words) {
                return;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{words:?} does not appear in {selector}: {text:?}");
}

/// That axe-core finds nothing serious on the page as it stands.
pub async fn no_barriers(browser: &Browser, place: &str) {
    let barriers = browser.barriers().await.unwrap();
    assert!(barriers.is_empty(), "{place}: {barriers:#?}");
}

/// Closes the window; nothing may have been written to the console as an error.
pub async fn leave_without_faults(browser: Browser) {
    let errors = browser.console_errors().await.unwrap();
    assert!(errors.is_empty(), "{errors:#?}");
    browser.close().await.unwrap();
}
