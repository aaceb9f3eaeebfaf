//! *Drift* → *Abonnement*, and the subscription on the tab *Andet*.

use std::time::Duration;

use cpr_simulator::LifeEvent;
use openapi::party::Party;
use serde_json::json;
use tests::browser::Browser;
use tests::change_file::file_of_task;
use tests::database::Kind;
use tests::{House, run, run_following};
use thirtyfour::prelude::*;

use crate::caseworker::{
    CASEWORKER, JENS, at_the_list, at_the_party, choose_tab, create, is_offered, leave_without_faults, no_barriers,
    press, see_button, see_words, text_of, write,
};

/// A party on an open case.
async fn on_a_case(house: &House, personal_number: &str) -> Party {
    let party = create(house, json!({ "name": "Jens Mortensen", "personalNumber": personal_number })).await;
    let case = json!({ "title": "Prøvesag", "status": "open", "parties": [{ "partyId": party.id }] });
    house.with(&["Sagsintegration"]).put(&format!("/cases/S-{}", party.id), &case).await.expect(201);
    party
}

async fn at_the_overview(house: &House, privileges: &[&str]) -> Browser {
    let browser = at_the_list(house, privileges).await;
    browser.see_text("a", "Abonnement").await.unwrap().click().await.unwrap();
    browser.see_text("h1", "Abonnement").await.unwrap();
    browser
}

/// Presses *Kør nu* of a job, and waits until it has run.
async fn run_now(browser: &Browser, job: &str) {
    press(browser, &format!("Kør nu: {job}")).await;
    let row = format!("//tr[td[normalize-space(.)='{job}']][.//span[normalize-space(.)='Lykkedes']]");
    let wait = (Duration::from_secs(20), Duration::from_millis(100));
    let query = browser.driver().query(By::XPath(row)).wait(wait.0, wait.1);
    assert!(query.exists().await.unwrap(), "{job} does not succeed");
    see_button(browser, &format!("Kør nu: {job}")).await;
}

#[test]
fn what_is_followed_and_what_was_delivered_stand_on_one_page() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        let party = on_a_case(house, JENS).await;
        let browser = at_the_overview(house, CASEWORKER).await;
        see_words(&browser, "#main", "Der er ikke kommet nogen leverancer endnu.").await;
        no_barriers(&browser, "the empty overview").await;

        run_now(&browser, "Afstem abonnementer").await;
        see_words(&browser, ".tiles", "1 af 1").await;
        house.cpr().happen(LifeEvent::Move, cpr::PersonalNumber::parse(JENS).unwrap(), "").unwrap();
        house.cpr().night().deliver().unwrap();
        run_now(&browser, "Hent leverancer").await;
        run_now(&browser, "Anvend leverancer").await;
        see_words(&browser, ".tiles", "23-11-2026").await;
        see_words(&browser, "#main", "Intet hænger.").await;
        see_words(&browser, "[aria-labelledby=deliveries-title]", "Anvendt").await;
        no_barriers(&browser, "the overview").await;
        browser.screenshot("abonnement").await.unwrap();
        press(&browser, "23-11-2026").await;
        see_words(&browser, "#delivery", "Ingen problemer.").await;
        no_barriers(&browser, "a delivery").await;
        browser.screenshot("leverance").await.unwrap();
        press(&browser, "Luk").await;
        browser.see_no("#delivery").await.unwrap();
        leave_without_faults(browser).await;

        let browser = at_the_party(house, CASEWORKER, &party).await;
        choose_tab(&browser, "Andet").await;
        see_words(&browser, "#party-subscription", "Følges af CPR").await;
        let part = text_of(&browser, "#party-subscription").await;
        for words in ["Åben sag", "Indtil videre", "Bekræftet 23-11-2026 10:00"] {
            assert!(part.contains(words), "{words:?} is missing in {part:?}");
        }
        no_barriers(&browser, "Andet").await;
        browser.screenshot("andet-abonnement").await.unwrap();
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_gap_is_named_and_bridged_with_a_reason() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        on_a_case(house, JENS).await;
        let browser = at_the_overview(house, CASEWORKER).await;
        run_now(&browser, "Afstem abonnementer").await;
        house.cpr().night().deliver().unwrap();
        run_now(&browser, "Hent leverancer").await;
        run_now(&browser, "Anvend leverancer").await;
        house.let_pass(Duration::from_secs(24 * 3600));
        house.cpr().night().withhold().unwrap();
        house.let_pass(Duration::from_secs(24 * 3600));
        house.cpr().night().deliver().unwrap();
        leave_without_faults(browser).await;

        let browser = at_the_overview(house, CASEWORKER).await;
        run_now(&browser, "Hent leverancer").await;
        run_now(&browser, "Anvend leverancer").await;
        see_words(&browser, ".alert-warning", "Der mangler en leverance").await;
        see_words(&browser, ".alert-warning", "24-11-2026").await;
        no_barriers(&browser, "a gap").await;
        browser.screenshot("abonnement-mangler").await.unwrap();
        // What waits behind another that waits cannot be let go before it.
        let behind = file_of_task(&house.config().cpr.delivery.task_number, "2026-11-27", "2026-11-26", &[JENS]);
        let sent = house.with(CASEWORKER).api(reqwest::Method::POST, "/deliveries");
        sent.header("Content-Type", "application/octet-stream").body(behind).send().await.expect(202);
        run_now(&browser, "Anvend leverancer").await;
        press(&browser, "27-11-2026").await;
        see_words(&browser, "#delivery", "Venter").await;
        assert!(!is_offered(&browser, "Byg bro").await);
        press(&browser, "Luk").await;
        browser.see_no("#delivery").await.unwrap();
        press(&browser, "25-11-2026").await;
        press(&browser, "Byg bro").await;
        see_words(&browser, "#delivery", "Skriv en begrundelse").await;
        no_barriers(&browser, "the bridge").await;
        browser.screenshot("leverance-bro").await.unwrap();
        write(&browser, "Begrundelse", "CPR kan ikke skaffe filen").await;
        press(&browser, "Byg bro").await;
        browser.see_no("#delivery").await.unwrap();
        see_words(&browser, ".alert-warning", "26-11-2026").await;
        press(&browser, "25-11-2026").await;
        see_words(&browser, "#delivery", "CPR kan ikke skaffe filen").await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn a_delivery_is_sent_in_by_hand() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        let folder = tempfile::tempdir().unwrap();
        let task = house.config().cpr.delivery.task_number.clone();
        let sound = file_of_task(&task, "2026-11-23", "2026-11-20", &[JENS]);
        std::fs::write(folder.path().join("ændringer"), sound).unwrap();
        std::fs::write(folder.path().join("brev.txt"), "Kære kommune\n").unwrap();
        let browser = at_the_overview(house, CASEWORKER).await;
        let choose = async |name: &str| {
            let field = browser.driver().find(By::Id("delivery-file")).await.unwrap();
            field.send_keys(folder.path().join(name).to_str().unwrap()).await.unwrap();
        };
        choose("brev.txt").await;
        see_words(&browser, ".upload .alert-error", "Leverancen").await;
        no_barriers(&browser, "a refused upload").await;
        browser.screenshot("leverance-afvist").await.unwrap();
        choose("ændringer").await;
        see_words(&browser, ".upload", "Filen er modtaget.").await;
        run_now(&browser, "Anvend leverancer").await;
        see_words(&browser, "[aria-labelledby=deliveries-title]", "Anvendt").await;
        see_words(&browser, ".tiles", "23-11-2026").await;
        no_barriers(&browser, "an upload").await;
        browser.screenshot("leverance-sendt-ind").await.unwrap();
        browser.close().await.unwrap();
    });
}

#[test]
fn who_hangs_is_named_with_the_reason() {
    run_following(Kind::Sqlite, "", async |house: &House| {
        // Nobody has this number: 3 March 1953 is a date whose numbers all pass modulus 11, and this one does not.
        on_a_case(house, "0303530002").await;
        let browser = at_the_overview(house, CASEWORKER).await;
        run_now(&browser, "Afstem abonnementer").await;
        see_words(&browser, "[aria-labelledby=stuck-title]", "CPR kender ikke nummeret (05)").await;
        no_barriers(&browser, "what hangs").await;
        browser.screenshot("abonnement-haenger").await.unwrap();
        browser.see_text("a", "Jens Mortensen").await.unwrap().click().await.unwrap();
        see_words(&browser, "#party-subscription", "CPR kender ikke nummeret").await;
        browser.screenshot("andet-afvist").await.unwrap();
        // Asking again cannot help before the number is corrected; then it is asked by itself.
        assert!(!is_offered(&browser, "Prøv igen").await);
        leave_without_faults(browser).await;
    });
}

#[test]
fn that_all_cases_are_followed_stands_there_with_its_reason_and_readers_are_offered_nothing() {
    let settings = "[subscription]\nscope = \"all-cases\"\nall_cases_reason = \"Byrådets beslutning 7/2026\"";
    run(Kind::Sqlite, settings, async |house: &House| {
        let browser = at_the_overview(house, &["Opdater fra CPR"]).await;
        see_words(&browser, "#main", "Byrådets beslutning 7/2026").await;
        see_words(&browser, "[aria-labelledby=jobs-title]", "Afstem abonnementer").await;
        assert!(!is_offered(&browser, "Kør nu").await);
        no_barriers(&browser, "all cases").await;
        leave_without_faults(browser).await;
        let browser = at_the_list(house, &[]).await;
        assert!(!text_of(&browser, ".frame-nav").await.contains("Abonnement"));
        leave_without_faults(browser).await;
    });
}
