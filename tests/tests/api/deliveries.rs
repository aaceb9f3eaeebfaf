//! CPR's change files: taken in from a folder and through the API, refused, remembered.

use openapi::delivery::{Delivery, DeliveryProblem, DeliveryReason, DeliveryState};
use openapi::job::JobRunState;
use openapi::page::Page;
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::json;
use tests::change_file::{TASK, change_file, faulty, lay};
use tests::client::Answer;
use tests::{House, on_each_database};

use crate::{CASEWORKER, log, run_job};

const SETTINGS: &str = "[cpr.delivery]\nupload = true\ntask_number = '999901'";

const JENS: &str = "0707614285";

fn sound() -> Vec<u8> {
    change_file("2026-11-20", "2026-11-19", &[JENS, "0701614011"])
}

async fn upload(house: &House, bytes: &[u8]) -> Answer {
    let request = house.with(CASEWORKER).api(Method::POST, "/deliveries?fileName=d261120.l999901");
    request.header("Content-Type", "application/octet-stream").body(bytes).send().await
}

async fn all(house: &House) -> Vec<Delivery> {
    house.with(CASEWORKER).get("/deliveries?limit=200").await.expect(200).json::<Page<Delivery>>().items
}

async fn problems(house: &House, delivery: &Delivery) -> Vec<DeliveryProblem> {
    let path = format!("/deliveries/{}/problems", delivery.id);
    house.with(CASEWORKER).get(&path).await.expect(200).json::<Page<DeliveryProblem>>().items
}

/// Lets the house fetch what is in its folder; what it counted.
async fn receive(house: &House) -> std::collections::BTreeMap<String, u64> {
    let run = run_job(house, "receive-deliveries").await;
    assert_eq!(run.state, JobRunState::Succeeded, "{run:?}");
    run.report.unwrap()
}

async fn a_file_that_is_sent_in_can_be_followed(house: &House) {
    let answer = upload(house, &sound()).await.expect(202);
    let delivery: Delivery = answer.json();
    assert_eq!(answer.header("Location"), Some(format!("/api/v1/deliveries/{}", delivery.id).as_str()));
    assert_eq!(delivery.file_name.as_deref(), Some("d261120.l999901"));
    assert_eq!(delivery.task_number.as_deref(), Some(TASK));
    assert_eq!(delivery.production_date, "2026-11-20".parse().ok());
    assert_eq!(delivery.previous_production_date, "2026-11-19".parse().ok());
    assert_eq!(delivery.persons_in_file, Some(2));
    assert_eq!(delivery.size, sound().len() as i64);
    let again: Delivery = upload(house, &sound()).await.expect(202).json();
    assert_eq!(again.id, delivery.id, "the same content is the same delivery");
    assert_eq!(all(house).await.len(), 1);
    assert!(!log(house, "&operation=upload_delivery").await.is_empty());
}

async fn a_file_with_a_fault_is_refused_and_says_why(house: &House) {
    for (fault, bytes, reason) in faulty(&sound()) {
        let answer = upload(house, &bytes).await;
        let problem = answer.problem(ProblemCode::DeliveryRefused);
        assert!(!problem.detail.is_empty() && !answer.text().contains("0707"), "{fault}: {answer:?}");
        let newest = all(house).await.remove(0);
        assert_eq!(newest.state, DeliveryState::Refused, "{fault}");
        assert_eq!(serde_json::to_value(newest.reason_code).unwrap(), reason, "{fault}");
        assert!(newest.reason.is_some(), "{fault}");
        let told = problems(house, &newest).await;
        assert_eq!(told.len(), 1, "{fault}");
        assert!(told[0].place.is_some() && !told[0].text.contains("0707"), "{fault}: {told:?}");
    }
    assert_eq!(parts(house).await, 0, "nothing is kept of what was refused");
    let refused = all(house).await.len();
    upload(house, &sound()).await.expect(202);
    assert_eq!(all(house).await.len(), refused + 1, "what was refused blocks nothing");
}

async fn change_files_are_fetched_from_the_folder_once(house: &House) {
    let folder = house.deliveries();
    lay(folder, "D261120.L999901", &sound());
    lay(folder, "laesmig.txt", b"ikke en leverance");
    let report = receive(house).await;
    assert_eq!((report["received"], report["listed"], report["otherNames"]), (1, 1, 1), "{report:?}");
    let known = all(house).await;
    assert_eq!((known.len(), known[0].file_name.as_deref()), (1, Some("D261120.L999901")));
    let report = receive(house).await;
    assert_eq!((report["received"], report["known"]), (0, 0), "{report:?}");

    lay(folder, "d261121.l999901", &sound());
    let report = receive(house).await;
    assert_eq!((report["received"], report["known"]), (0, 1), "the same content under another name: {report:?}");
    lay(folder, "d261121.l999901", &change_file("2026-11-23", "2026-11-20", &[]));
    let report = receive(house).await;
    assert_eq!(report["received"], 1, "another content under the same name: {report:?}");
    assert_eq!(all(house).await.len(), 2);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 3, "nothing is taken away");
}

async fn a_file_that_is_not_whole_is_given_a_second_look(house: &House) {
    let whole = sound();
    for cut in [5, 30, 100] {
        lay(house.deliveries(), "d261120.l999901", &whole[..whole.len() - cut]);
        assert_eq!(receive(house).await["incomplete"], 1, "{cut}");
        assert!(all(house).await.is_empty(), "it may be on its way");
    }
    assert_eq!(receive(house).await["refused"], 1);
    let refused = all(house).await;
    assert_eq!(refused[0].reason_code, Some(DeliveryReason::Incomplete));

    lay(house.deliveries(), "d261120.l999901", &whole);
    assert_eq!(receive(house).await["received"], 1, "the whole one is another content");
}

async fn every_fault_of_a_file_in_the_folder_has_its_reason_and_blocks_nothing(house: &House) {
    let faults = faulty(&sound());
    for (number, (_, bytes, _)) in faults.iter().enumerate() {
        lay(house.deliveries(), &format!("d2611{:02}.l999901", number + 1), bytes);
    }
    lay(house.deliveries(), "d261130.l999901", &sound());
    receive(house).await;
    let report = receive(house).await;
    let known = all(house).await;
    for (number, (fault, _, reason)) in faults.iter().enumerate() {
        let name = format!("d2611{:02}.l999901", number + 1);
        let delivery = known.iter().find(|delivery| delivery.file_name.as_deref() == Some(&name));
        let delivery = delivery.unwrap_or_else(|| panic!("{fault}: no delivery, {report:?}"));
        assert_eq!(serde_json::to_value(delivery.reason_code).unwrap(), *reason, "{fault}");
    }
    assert!(
        known.iter().any(|delivery| delivery.file_name.as_deref() == Some("d261130.l999901")
            && delivery.state != DeliveryState::Refused)
    );
}

async fn a_refused_file_is_fetched_again_when_somebody_asks(house: &House) {
    lay(house.deliveries(), "d261120.l999901", b"Kaere kommune\n");
    assert_eq!(receive(house).await["incomplete"], 1);
    assert_eq!(receive(house).await["refused"], 1);
    let refused = all(house).await.remove(0);
    assert_eq!(receive(house).await["refused"], 0);
    let retry = format!("/deliveries/{}/retry", refused.id);
    house.with(CASEWORKER).api(Method::POST, &retry).send().await.expect(202);
    let again = log_of_intakes(house).await;
    receive(house).await;
    receive(house).await;
    assert!(log_of_intakes(house).await > again, "it was read again");

    // An upload has no place to be fetched from again.
    let request = house.with(CASEWORKER).api(Method::POST, "/deliveries");
    let request = request.header("Content-Type", "application/octet-stream").body(*b"Kaere naboer\n");
    request.send().await.problem(ProblemCode::DeliveryRefused);
    let sent = all(house).await.remove(0);
    house
        .with(CASEWORKER)
        .post(&format!("/deliveries/{}/retry", sent.id), &json!({}))
        .await
        .problem(ProblemCode::Conflict);
}

async fn log_of_intakes(house: &House) -> usize {
    log(house, "&operation=take_in_delivery").await.len()
}

async fn sending_in_is_switched_off_unless_the_settings_say_otherwise(house: &House) {
    upload(house, &sound()).await.problem(ProblemCode::NotAvailableHere);
    let settings = house.with(CASEWORKER).get("/settings").await.expect(200).value();
    assert_eq!(settings["capabilities"]["upload"], false);
}

async fn what_is_sent_in_must_be_a_file_with_a_proper_name(house: &House) {
    let caller = house.with(CASEWORKER);
    let send = async |query: &str, kind: &str| {
        let request = caller.api(Method::POST, &format!("/deliveries{query}"));
        request.header("Content-Type", kind).body(sound()).send().await
    };
    send("", "application/json").await.problem(ProblemCode::UnsupportedMediaType);
    for name in ["0707614285", "070761-4285.l999901"] {
        let answer = send(&format!("?fileName={name}"), "application/octet-stream").await;
        assert_eq!(answer.problem(ProblemCode::InvalidInput).errors[0].pointer, "/fileName");
        assert!(!answer.text().contains("4285"));
    }
    send("?name=x", "application/octet-stream").await.problem(ProblemCode::InvalidInput);
    send("", "application/octet-stream").await.expect(202);
}

async fn only_who_may_operate_sends_in_and_tries_again(house: &House) {
    for privileges in [&["Opdater fra CPR"][..], &["Partsredaktør"], &["Revisor"]] {
        let request = house.with(privileges).api(Method::POST, "/deliveries");
        let request = request.header("Content-Type", "application/octet-stream").body(sound());
        request.send().await.problem(ProblemCode::Forbidden);
    }
    assert!(all(house).await.is_empty());
}

async fn a_repeated_upload_is_answered_once_and_its_key_fits_no_other_file(house: &House) {
    let send = async |bytes: Vec<u8>| {
        let request = house.with(CASEWORKER).api(Method::POST, "/deliveries").header("Idempotency-Key", "k-1");
        request.header("Content-Type", "application/octet-stream").body(bytes).send().await
    };
    let first: Delivery = send(sound()).await.expect(202).json();
    assert_eq!(send(sound()).await.expect(202).json::<Delivery>().id, first.id);
    let other = change_file("2026-11-23", "2026-11-20", &[]);
    send(other).await.problem(ProblemCode::IdempotencyMismatch);
}

/// Sends in a file of a day that follows another, lets what can be applied be applied; how the delivery stands then.
async fn deliver(house: &House, produced: &str, previous: &str) -> Delivery {
    let sent: Delivery = upload(house, &change_file(produced, previous, &[JENS])).await.expect(202).json();
    stands(house, &sent).await
}

/// How a delivery stands when everything whose turn it is has been applied.
async fn stands(house: &House, delivery: &Delivery) -> Delivery {
    let run = run_job(house, "apply-deliveries").await;
    assert_eq!(run.state, JobRunState::Succeeded, "{run:?}");
    house.with(CASEWORKER).get(&format!("/deliveries/{}", delivery.id)).await.expect(200).json()
}

fn waits(delivery: &Delivery, reason: DeliveryReason, missing_since: Option<&str>) {
    assert_eq!((delivery.state, delivery.reason_code), (DeliveryState::Waiting, Some(reason)), "{delivery:?}");
    assert_eq!(delivery.missing_since, missing_since.map(|date| date.parse().unwrap()), "{delivery:?}");
    assert!(delivery.reason.is_some());
}

fn is_applied(delivery: &Delivery) {
    assert_eq!((delivery.state, delivery.reason_code), (DeliveryState::Applied, None), "{delivery:?}");
    assert!(delivery.applied_at.is_some());
    assert_eq!(delivery.persons, delivery.changed + delivery.unchanged + delivery.failed);
    assert_eq!(Some(delivery.persons), delivery.persons_in_file);
}

async fn bridge(house: &House, delivery: &Delivery, reason: &str) -> Answer {
    let path = format!("/deliveries/{}/retry", delivery.id);
    house.with(CASEWORKER).post(&path, &json!({ "bridge": { "reason": reason } })).await
}

async fn deliveries_follow_each_other_and_a_gap_waits_for_what_is_missing(house: &House) {
    is_applied(&deliver(house, "2026-11-19", "2026-11-18").await);
    is_applied(&deliver(house, "2026-11-20", "2026-11-19").await);
    let behind_the_gap = deliver(house, "2026-11-24", "2026-11-23").await;
    waits(&behind_the_gap, DeliveryReason::Gap, Some("2026-11-23"));
    let behind_that = deliver(house, "2026-11-25", "2026-11-24").await;
    waits(&behind_that, DeliveryReason::Behind, Some("2026-11-24"));
    upload(house, b"Kaere kommune\n").await.problem(ProblemCode::DeliveryRefused);
    is_applied(&deliver(house, "2026-11-23", "2026-11-20").await);
    for delivery in [&behind_the_gap, &behind_that] {
        is_applied(&stands(house, delivery).await);
    }
    assert_eq!(parts(house).await, 0, "the bytes are gone");
}

async fn a_gap_is_bridged_with_a_reason_that_stands_in_the_log(house: &House) {
    is_applied(&deliver(house, "2026-11-20", "2026-11-19").await);
    let waiting = deliver(house, "2026-11-24", "2026-11-23").await;
    let behind = deliver(house, "2026-11-25", "2026-11-24").await;
    let problem = bridge(house, &waiting, " ").await.problem(ProblemCode::InvalidInput);
    assert_eq!(problem.errors[0].pointer, "/bridge/reason");
    // A second gap, behind a file that is missing too: the older one has to go first.
    let second = deliver(house, "2026-11-27", "2026-11-26").await;
    waits(&second, DeliveryReason::Gap, Some("2026-11-26"));
    for (delivery, can_be_bridged) in [(&waiting, true), (&behind, false), (&second, false)] {
        assert_eq!(stands(house, delivery).await.can_be_bridged, can_be_bridged, "{delivery:?}");
    }
    for delivery in [&behind, &second] {
        bridge(house, delivery, "Filen findes ikke mere").await.problem(ProblemCode::Conflict);
    }
    let retry = format!("/deliveries/{}/retry", waiting.id);
    house.with(CASEWORKER).api(Method::POST, &retry).send().await.expect(202);
    waits(&stands(house, &waiting).await, DeliveryReason::Gap, Some("2026-11-23"));

    bridge(house, &waiting, "Filen findes ikke mere hos CPR").await.expect(202);
    let applied = stands(house, &waiting).await;
    is_applied(&applied);
    let bridged = applied.bridge.unwrap();
    assert_eq!((bridged.reason.as_str(), bridged.at), ("Filen findes ikke mere hos CPR", house.now()));
    is_applied(&stands(house, &behind).await);
    assert!(stands(house, &second).await.can_be_bridged && !applied.can_be_bridged);
    let entries = log(house, "&operation=retry_delivery").await;
    let reasons: Vec<_> = entries.iter().filter_map(|entry| entry.reason.as_deref()).collect();
    assert!(reasons.contains(&"Filen findes ikke mere hos CPR"), "{reasons:?}");
    bridge(house, &waiting, "igen").await.problem(ProblemCode::Conflict);
    house.with(CASEWORKER).api(Method::POST, &retry).send().await.problem(ProblemCode::Conflict);
}

async fn another_content_of_a_date_waits_and_older_data_are_refused(house: &House) {
    is_applied(&deliver(house, "2026-11-20", "2026-11-19").await);
    let rerun: Delivery =
        upload(house, &change_file("2026-11-20", "2026-11-19", &["0701614011"])).await.expect(202).json();
    waits(&stands(house, &rerun).await, DeliveryReason::SameDate, None);
    is_applied(&deliver(house, "2026-11-23", "2026-11-20").await);
    let waiting = stands(house, &rerun).await;
    waits(&waiting, DeliveryReason::SameDate, None);
    assert!(waiting.can_be_bridged);
    bridge(house, &rerun, "CPR har kørt igen").await.expect(202);
    is_applied(&stands(house, &rerun).await);

    let older = deliver(house, "2026-11-18", "2026-11-17").await;
    assert_eq!((older.state, older.reason_code), (DeliveryState::Refused, Some(DeliveryReason::Older)));
    bridge(house, &older, "Tag den alligevel").await.problem(ProblemCode::Conflict);
    let fork = deliver(house, "2026-11-24", "2026-11-20").await;
    waits(&fork, DeliveryReason::Fork, None);
    assert!(fork.can_be_bridged && !older.can_be_bridged);
    bridge(house, &fork, "CPR har talt forkert").await.expect(202);
    is_applied(&stands(house, &fork).await);
}

async fn an_empty_delivery_is_one_too_and_files_come_in_any_order(house: &House) {
    let folder = house.deliveries();
    lay(folder, "d261101.l999901", &change_file("2026-11-24", "2026-11-23", &[JENS]));
    lay(folder, "d261102.l999901", &change_file("2026-11-23", "2026-11-20", &[]));
    lay(folder, "d261103.l999901", &change_file("2026-11-20", "2026-11-19", &[JENS]));
    assert_eq!(receive(house).await["received"], 3);
    for delivery in all(house).await {
        is_applied(&stands(house, &delivery).await);
    }
}

/// All pieces.
async fn parts(house: &House) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let connection = house.database().connect().await.unwrap();
    let statement =
        Statement::from_string(connection.get_database_backend(), "SELECT count(*) AS parts FROM delivery_part");
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get("", "parts").unwrap()
}

on_each_database! {
    deliveries_follow_each_other_and_a_gap_waits_for_what_is_missing with SETTINGS,
    a_gap_is_bridged_with_a_reason_that_stands_in_the_log with SETTINGS,
    another_content_of_a_date_waits_and_older_data_are_refused with SETTINGS,
    an_empty_delivery_is_one_too_and_files_come_in_any_order with SETTINGS,
    a_file_that_is_sent_in_can_be_followed with SETTINGS,
    a_file_with_a_fault_is_refused_and_says_why with SETTINGS,
    change_files_are_fetched_from_the_folder_once with SETTINGS,
    a_file_that_is_not_whole_is_given_a_second_look with SETTINGS,
    every_fault_of_a_file_in_the_folder_has_its_reason_and_blocks_nothing with SETTINGS,
    a_refused_file_is_fetched_again_when_somebody_asks with SETTINGS,
    sending_in_is_switched_off_unless_the_settings_say_otherwise,
    what_is_sent_in_must_be_a_file_with_a_proper_name with SETTINGS,
    only_who_may_operate_sends_in_and_tries_again with SETTINGS,
    a_repeated_upload_is_answered_once_and_its_key_fits_no_other_file with SETTINGS,
}
