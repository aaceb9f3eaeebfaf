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
    let refused = all(house).await.len();
    upload(house, &sound()).await.expect(202);
    assert_eq!(all(house).await.len(), refused + 1, "what was refused blocks nothing");
    assert_eq!(parts_without_a_delivery(house).await, 0, "nothing is kept of what was refused");
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

/// Pieces that belong to no delivery that is to be applied.
async fn parts_without_a_delivery(house: &House) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let connection = house.database().connect().await.unwrap();
    let question = "SELECT count(*) AS parts FROM delivery_part WHERE content_hash NOT IN \
        (SELECT content_hash FROM delivery WHERE state IN ('received', 'waiting', 'applying'))";
    let statement = Statement::from_string(connection.get_database_backend(), question);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get("", "parts").unwrap()
}

on_each_database! {
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
