//! What the page and Swagger UI are allowed is what they need, and they work with it.

use reqwest::Method;
use tests::browser::Browser;
use tests::database::Kind;
use tests::{House, run};

use crate::caseworker::{CASEWORKER, at_the_list, leave_without_faults};

#[test]
fn the_page_is_allowed_what_it_needs_and_nothing_more() {
    run(Kind::Sqlite, "", async |house: &House| {
        let get = async |path: &str| house.anonymous().request(Method::GET, path).send().await.expect(200);
        let page = get("/").await;
        // The provider, and where it says that it gives tokens: another name of the same machine here.
        let provider = house.issuer().url();
        let tokens = provider.replace("127.0.0.1", "localhost");
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; \
             connect-src 'self' {provider} {tokens}; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
        );
        assert_eq!(page.header("Content-Security-Policy"), Some(policy.as_str()));
        // The browser takes the headers of an answer that says that its copy is good.
        let again = house.anonymous().request(Method::GET, "/").header("If-None-Match", page.etag());
        assert_eq!(again.send().await.expect(304).header("Content-Security-Policy"), Some(policy.as_str()));
        let text = page.text();
        let parts: Vec<&str> = text.split('"').filter(|part| part.contains("assets/")).collect();
        assert!(parts.len() > 4, "{text}");
        for part in parts {
            let part = get(&format!("/{}", part.trim_start_matches('/'))).await;
            for (name, value) in
                [("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin")]
            {
                assert_eq!(part.header(name), Some(value));
            }
            assert!(
                part.header("Content-Security-Policy")
                    .is_some_and(|policy| policy.starts_with("default-src 'none'; base"))
            );
        }
        assert!(!text.contains("http://") && !text.contains("https://"), "nothing comes from elsewhere: {text}");
        let browser = at_the_list(house, CASEWORKER).await;
        leave_without_faults(browser).await;
    });
}

#[test]
fn swagger_ui_shows_the_operations_under_its_own_policy() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = Browser::open(&house.url(), "/docs/").await.unwrap();
        browser.see("#operations-Parter-search_parties").await.unwrap();
        browser.see("#operations-Drift-get_readiness .opblock-summary-control").await.unwrap().click().await.unwrap();
        browser.see_text("button", "Try it out").await.unwrap().click().await.unwrap();
        browser.see_text("button", "Execute").await.unwrap().click().await.unwrap();
        browser.see(".live-responses-table .response-col_status").await.unwrap();
        browser.screenshot("swagger-ui").await.unwrap();
        leave_without_faults(browser).await;
    });
}

#[test]
fn an_explanation_of_a_problem_can_be_read() {
    run(Kind::Sqlite, "", async |house: &House| {
        let browser = Browser::open(&house.url(), "/problems/stale").await.unwrap();
        browser.see_text("h1", "Ændret af en anden i mellemtiden").await.unwrap();
        assert!(browser.barriers().await.unwrap().is_empty());
        browser.screenshot("problem").await.unwrap();
        leave_without_faults(browser).await;
    });
}
