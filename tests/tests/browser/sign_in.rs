//! Who comes to the page, and how they get in.

use tests::browser::Browser;
use tests::database::{Kind, runtime};
use tests::demo::Demo;
use tests::issuer::Person;
use tests::{House, run};

#[test]
fn the_page_opens_without_faults_and_without_barriers() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap();
        browser.screenshot("log-ind").await.unwrap();
        let barriers = browser.barriers().await.unwrap();
        assert!(barriers.is_empty(), "{barriers:#?}");
        let errors = browser.console_errors().await.unwrap();
        assert!(errors.is_empty(), "{errors:#?}");
        browser.close().await.unwrap();
    });
}

#[test]
fn signing_in_goes_by_the_organisations_provider_and_back_to_the_list() {
    run(Kind::Sqlite, "", async |house: &House| {
        house.issuer().next_to_sign_in(Person::new("birgit", &["Opdater fra CPR", "Partsredaktør"]));
        let browser = Browser::open(&house.url(), "/").await.unwrap();
        browser.see_text("button", "Log ind").await.unwrap().click().await.unwrap();
        browser.see_text("*", "Test birgit").await.unwrap();
        browser.see_text("a", "Ekstern part").await.unwrap();
        let address = browser.driver().current_url().await.unwrap();
        assert!(!address.as_str().contains("code="), "the code stays in the address: {address}");
        let errors = browser.console_errors().await.unwrap();
        assert!(errors.is_empty(), "{errors:#?}");
        browser.close().await.unwrap();
    });
}

#[test]
fn in_the_demo_one_signs_in_as_one_of_its_persons() {
    let demo = Demo::start().unwrap();
    runtime().block_on(async {
        let browser = Browser::open(demo.url(), "/").await.unwrap();
        let button = browser.see("button").await.unwrap();
        assert!(button.text().await.unwrap().starts_with("Log ind som "), "the first button");
        button.click().await.unwrap();
        browser.see_text("a", "Ekstern part").await.unwrap();
        browser.close().await.unwrap();
    });
}
