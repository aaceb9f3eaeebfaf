//! `partsregister import`: what becomes of the lines of a file, and how a run that was stopped goes on.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use backend::app::import::{Kind, Summary, import};
use backend::clock::SettableClock;
use openapi::case::{CaseParty, CaseStatus};
use openapi::page::Page;
use openapi::party::Party;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, log};

const JENS: &str = "0707614285";

async fn each_line_has_an_outcome_and_the_good_ones_are_there(house: &House) {
    let there =
        create(house, json!({ "name": "Allerede her", "externalIds": [{ "system": "esdh", "id": "0" }] })).await;
    let file = Lines::of(&[
        json!({ "name": "Jens", "personalNumber": JENS, "externalIds": [{ "system": "esdh", "id": "1" }] }).to_string(),
        json!({ "name": "Uden nøgle" }).to_string(),
        String::new(),
        "{ nonsense".to_owned(),
        json!({ "nmae": "Forkert felt" }).to_string(),
        json!({ "name": "Umuligt nummer", "personalNumber": "3113990000" }).to_string(),
        json!({ "name": "Et andet navn", "externalIds": [{ "system": "esdh", "id": "0" }] }).to_string(),
        json!({ "name": "Jens igen", "personalNumber": "070761-4285" }).to_string(),
        json!({ "name": "To parters nøgler", "personalNumber": JENS, "externalIds": [{ "system": "esdh", "id": "0" }] })
            .to_string(),
    ]);
    let summary = file.import(house, Kind::Parties, false).await;
    assert_eq!(summary, Summary { created: 2, changed: 0, unchanged: 2, refused: 4, stopped: false });
    let outcomes = file.outcomes();
    let lines: Vec<u64> = outcomes.iter().map(|outcome| outcome["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 2, 4, 5, 6, 7, 8, 9]);
    let codes: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome["code"].as_str()).collect();
    assert_eq!(codes, ["invalid-request", "invalid-input", "personal-number-invalid", "conflict"]);
    assert_eq!(outcomes[3]["errors"][0]["pointer"], "/nmae");
    assert_eq!(outcomes[5]["id"], there.id.to_string());
    assert_eq!(outcomes[6]["id"], outcomes[0]["id"]);
    let report = fs::read_to_string(file.report()).unwrap();
    assert!(!report.contains(JENS) && !report.contains("Jens"), "{report}");

    let jens = party(house, &outcomes[0]).await;
    assert_eq!((jens.name.as_str(), jens.personal_number.as_deref()), ("Jens", Some(JENS)));
    assert_eq!(party(house, &outcomes[5]).await, there, "a party that is there is left as it is");
    // The log knows who gave the party its number.
    let entries = log(house, &format!("&partyId={}&operation=import_parties", jens.id)).await;
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.actor == "import" && entry.subject.criteria.is_some()), "{entries:?}");
    // Newest first: the second line gave nobody a number.
    assert_eq!((entries[0].result_count, entries[1].result_count), (Some(0), Some(1)));
}

async fn the_same_file_again_changes_nothing(house: &House) {
    let lines: Vec<String> =
        (0..450).map(|place| json!({ "name": format!("Uden nøgle {place}") }).to_string()).collect();
    let file = Lines::of(&lines);
    let first = file.import(house, Kind::Parties, false).await;
    assert_eq!(first, Summary { created: 450, ..Summary::default() });
    // A finished report says all; without it, everything is looked for and found.
    assert_eq!(file.import(house, Kind::Parties, false).await, first);
    fs::remove_file(file.report()).unwrap();
    assert_eq!(file.import(house, Kind::Parties, false).await, Summary { unchanged: 450, ..Summary::default() });
    assert_eq!(count(house).await, 450);
}

async fn a_run_that_was_stopped_goes_on_where_its_report_ends(house: &House) {
    let lines: Vec<String> =
        (0..450).map(|place| json!({ "name": format!("Uden nøgle {place}") }).to_string()).collect();
    let file = Lines::of(&lines);
    let mut asked = 0;
    let after_one_batch = std::future::poll_fn(|_| {
        asked += 1;
        if asked > 1 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    let clock = Arc::new(SettableClock::at(house.now()));
    let stopped = import(house.config(), clock, Kind::Parties, &file.path(), false, after_one_batch).await.unwrap();
    assert_eq!(stopped, Summary { created: 200, stopped: true, ..Summary::default() });
    // As a power cut leaves it: the last line half written, and a batch that was committed and not written down.
    let report = fs::read_to_string(file.report()).unwrap();
    let kept: Vec<&str> = report.lines().take(101).collect();
    fs::write(file.report(), format!("{}\n{{\"line\":101,\"outc", kept.join("\n"))).unwrap();
    let summary = file.import(house, Kind::Parties, false).await;
    assert_eq!(summary, Summary { created: 350, unchanged: 100, ..Summary::default() });
    assert_eq!(file.outcomes().len(), 450);
    assert_eq!(count(house).await, 450);
}

async fn a_dry_run_tells_what_would_happen_and_keeps_nothing(house: &House) {
    let file = Lines::of(&[json!({ "name": "Jens", "personalNumber": JENS }).to_string(), "{}".to_owned()]);
    let summary = file.import(house, Kind::Parties, true).await;
    assert_eq!(summary, Summary { created: 1, refused: 1, ..Summary::default() });
    assert_eq!(count(house).await, 0);
    assert!(!file.report().exists());
    assert_eq!(file.import(house, Kind::Parties, false).await, summary);
}

async fn cases_come_with_their_parties_and_are_brought_up_to_date(house: &House) {
    let jens = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    let case = |status: Value| {
        let parties = json!([{ "personalNumber": JENS, "roles": ["Ansøger"] }]);
        let mut case = json!({ "caseNumber": "2026-1", "title": "Byggesag", "parties": parties });
        case.as_object_mut().unwrap().extend(status.as_object().unwrap().clone());
        case.to_string()
    };
    let unknown = json!({ "caseNumber": "2026-2", "status": "open", "parties": [{ "personalNumber": "0706614184" }] });
    let nameless = json!({ "status": "open" });
    let open = case(json!({ "status": "open" }));
    let file = Lines::of(&[open.clone(), unknown.to_string(), nameless.to_string(), open]);
    let summary = file.import(house, Kind::Cases, false).await;
    assert_eq!(summary, Summary { created: 1, unchanged: 1, refused: 2, ..Summary::default() });
    let outcomes = file.outcomes();
    assert_eq!(outcomes[0]["id"], "2026-1");
    assert_eq!(outcomes[1]["errors"][0]["pointer"], "/parties/0/personalNumber");
    assert_eq!(outcomes[2]["errors"][0]["pointer"], "/caseNumber");

    let caseworker = house.with(CASEWORKER);
    let parties: Page<CaseParty> = caseworker.get("/cases/2026-1/parties").await.expect(200).json();
    assert_eq!((parties.items[0].party.id, parties.items[0].roles.as_slice()), (jens.id, &["Ansøger".to_owned()][..]));
    // That a person was put on a case stands in the log of that person.
    assert_eq!(log(house, &format!("&partyId={}&operation=import_cases", jens.id)).await.len(), 1);

    let closed = Lines::of(&[case(json!({ "status": "closed", "closedAt": "2026-11-20T12:00:00Z" }))]);
    let summary = closed.import(house, Kind::Cases, false).await;
    assert_eq!(summary, Summary { changed: 1, ..Summary::default() });
    let case: openapi::case::Case = caseworker.get("/cases/2026-1").await.expect(200).json();
    assert_eq!((case.status, case.title.as_deref()), (CaseStatus::Closed, Some("Byggesag")));
}

async fn the_report_of_another_file_is_not_written_over(house: &House) {
    let file = Lines::of(&[json!({ "name": "Den ene" }).to_string()]);
    file.import(house, Kind::Parties, false).await;
    fs::write(file.path(), json!({ "name": "Den anden" }).to_string()).unwrap();
    let clock = Arc::new(SettableClock::at(house.now()));
    let refused = import(house.config(), clock, Kind::Parties, &file.path(), false, std::future::pending()).await;
    assert!(refused.unwrap_err().to_string().contains("hører til en anden fil"));
    assert_eq!(count(house).await, 1);
}

on_each_database! {
    each_line_has_an_outcome_and_the_good_ones_are_there,
    the_same_file_again_changes_nothing,
    a_run_that_was_stopped_goes_on_where_its_report_ends,
    a_dry_run_tells_what_would_happen_and_keeps_nothing,
    cases_come_with_their_parties_and_are_brought_up_to_date,
    the_report_of_another_file_is_not_written_over,
}

/// A file in a folder of its own.
struct Lines {
    folder: TempDir,
}

impl Lines {
    fn of(lines: &[String]) -> Lines {
        let file = Lines { folder: tempfile::tempdir().unwrap() };
        fs::write(file.path(), lines.join("\n")).unwrap();
        file
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("lines.jsonl")
    }

    fn report(&self) -> PathBuf {
        self.folder.path().join("lines.jsonl.outcome.jsonl")
    }

    async fn import(&self, house: &House, kind: Kind, dry_run: bool) -> Summary {
        let clock = Arc::new(SettableClock::at(house.now()));
        import(house.config(), clock, kind, &self.path(), dry_run, std::future::pending()).await.unwrap()
    }

    fn outcomes(&self) -> Vec<Value> {
        let report = fs::read_to_string(self.report()).unwrap();
        report.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn party(house: &House, outcome: &Value) -> Party {
    let id = outcome["id"].as_str().unwrap();
    house.with(CASEWORKER).get(&format!("/parties/{id}")).await.expect(200).json()
}

/// How many parties there are.
async fn count(house: &House) -> usize {
    let (mut count, mut next) = (0, String::new());
    loop {
        let path = format!("/parties?limit=200{next}");
        let page: Page<Party> = house.with(CASEWORKER).get(&path).await.expect(200).json();
        count += page.items.len();
        match page.next {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return count,
        }
    }
}
