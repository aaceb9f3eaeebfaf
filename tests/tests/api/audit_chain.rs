//! Whether the log is what was written, as *Revisor* asks it; deletion by age; and what is found about who looks.

use std::sync::Arc;
use std::time::Duration;

use backend::app::App;
use backend::clock::SystemClock;
use openapi::audit::{AuditEntry, AuditOutcome};
use openapi::party::Party;
use openapi::problem::ProblemCode;
use openapi::verification::{AuditFault, AuditVerification};
use reqwest::Method;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::json;
use tests::database::Kind;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, log, run_job};

async fn verify(house: &House) -> AuditVerification {
    house.with(&["Revisor"]).get("/audit/verify").await.expect(200).json()
}

async fn the_log_is_verified_for_the_auditor_alone_and_that_stands_in_it(house: &House) {
    create(house, json!({ "name": "Jens Mortensen" })).await;
    house.with(CASEWORKER).get("/audit/verify").await.problem(ProblemCode::Forbidden);
    let verification = verify(house).await;
    assert!(verification.valid, "{verification:?}");
    assert!(verification.checked >= 3, "{verification:?}");
    assert_eq!((verification.first_broken, verification.anchors, verification.removed), (None, None, None));
    let noted = log(house, "&operation=verify_audit_log").await;
    let outcomes: Vec<AuditOutcome> = noted.iter().map(|entry| entry.outcome).collect();
    assert_eq!(outcomes, [AuditOutcome::Succeeded, AuditOutcome::Refused]);
    assert_eq!(noted[0].result_count, Some(verification.checked));
}

async fn an_entry_that_was_altered_is_named(house: &House) {
    let party = create(house, json!({ "name": "Jens Mortensen" })).await;
    house.with(&[]).get(&format!("/parties/{}", party.id)).await.expect(200);
    let attacker = house.database().connect().await.unwrap();
    let unguard = match attacker.get_database_backend() {
        DbBackend::Postgres => "ALTER TABLE audit DISABLE TRIGGER USER",
        _ => "DROP TRIGGER audit_update",
    };
    attacker.execute_unprepared(unguard).await.unwrap();
    let hide = "UPDATE audit SET actor = 'en anden' WHERE operation = 'get_party'";
    attacker.execute_unprepared(hide).await.unwrap();
    let verification = verify(house).await;
    let entry = log(house, "&operation=get_party").await.remove(0);
    let broken = verification.first_broken.expect("a break");
    assert!(!verification.valid);
    assert_eq!((broken.id, broken.fault), (Some(entry.id), AuditFault::Altered));
}

async fn what_is_older_than_the_log_is_kept_is_deleted_and_the_rest_still_holds(house: &House) {
    create(house, json!({ "name": "Jens Mortensen" })).await;
    let old = log(house, "&operation=create_party").await;
    assert_eq!(old.len(), 1);
    house.let_pass(Duration::from_secs(29 * 24 * 3600));
    run_job(house, "purge-audit-entries").await;
    assert_eq!(verify(house).await.removed, None);
    house.let_pass(Duration::from_secs(2 * 24 * 3600));
    create(house, json!({ "name": "Karla Bach" })).await;
    // The schedule may have been first.
    run_job(house, "purge-audit-entries").await;
    let left = log(house, "&operation=create_party").await;
    assert_eq!(left.len(), 1);
    assert_ne!(left[0].id, old[0].id);
    let verification = verify(house).await;
    assert!(verification.valid, "{verification:?}");
    let removed = verification.removed.expect("what was deleted");
    assert!(removed.rows >= 2, "{removed:?}");
    assert!(removed.until <= house.now() - chrono::Duration::days(30));
}

async fn the_register_finds_whether_the_party_is_on_a_case_of_the_actors(house: &House) {
    let theirs = create(house, json!({ "name": "Jens Mortensen" })).await;
    let other = create(house, json!({ "name": "Karla Bach" })).await;
    // The test's persons are called by what they may.
    let case = json!({ "status": "open", "responsible": "MED ", "parties": [{ "partyId": theirs.id, "roles": [] }] });
    house.with(&["Sagsintegration"]).api(Method::PUT, "/cases/S-1").json(&case).send().await.expect(201);
    for party in [&theirs, &other] {
        house.with(&[]).get(&format!("/parties/{}", party.id)).await.expect(200).json::<Party>();
    }
    let relation = async |party: &Party| -> Option<bool> {
        let read: Vec<AuditEntry> = log(house, &format!("&operation=get_party&partyId={}", party.id)).await;
        read[0].case_relation
    };
    assert_eq!((relation(&theirs).await, relation(&other).await), (Some(true), Some(false)));
}

async fn who_is_turned_away_is_noted_once_a_minute(house: &House) {
    for _ in 0..3 {
        house.bearing("not.a.token").get("/parties").await.problem(ProblemCode::Unauthenticated);
    }
    let reader = house.with(&[]);
    let mut refused = 0;
    while refused < 2 {
        refused += usize::from(reader.get("/parties").await.status == 429);
    }
    let noted = log(house, "&outcome=refused").await;
    let noted: Vec<_> = noted.iter().map(|entry| (entry.actor.as_str(), entry.problem.as_deref())).collect();
    assert_eq!(noted, [("med ", Some("too-many-requests")), ("ip 127.0.0.1", Some("unauthenticated"))]);
}

on_each_database! {
    the_log_is_verified_for_the_auditor_alone_and_that_stands_in_it,
    an_entry_that_was_altered_is_named,
    what_is_older_than_the_log_is_kept_is_deleted_and_the_rest_still_holds with "audit.retention_days = 30",
    the_register_finds_whether_the_party_is_on_a_case_of_the_actors,
    who_is_turned_away_is_noted_once_a_minute with "http.rate_limit = { per_second = 1, burst = 10 }",
}

/// Another server of the house comes and goes, and tells where the log stands.
async fn tell_outside(house: &House) {
    let server = App::start(house.config().clone(), Arc::new(SystemClock)).await.unwrap();
    server.stop().await.unwrap();
}

#[test]
fn the_log_is_compared_with_what_servers_told_outside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("anchors.jsonl");
    let settings = format!("audit.anchor_file = '{}'", file.display());
    tests::run(Kind::Sqlite, &settings, async |house: &House| {
        create(house, json!({ "name": "Jens Mortensen" })).await;
        tell_outside(house).await;
        let verification = verify(house).await;
        assert!(verification.valid, "{verification:?}");
        assert!(verification.anchors.is_some_and(|anchors| anchors.checked > 0 && anchors.unreadable == 0));

        // What was told is not there: somebody with all rights and the key has written the end of the log anew.
        let told = std::fs::read_to_string(&file).unwrap();
        let mut last: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
        last["hash"] = "00".repeat(32).into();
        std::fs::write(&file, format!("{told}half a li\n{last}\n")).unwrap();
        let verification = verify(house).await;
        assert_eq!(verification.first_broken.map(|broken| broken.fault), Some(AuditFault::Altered));
        last["position"] = 1_000_000.into();
        std::fs::write(&file, format!("{told}half a li\n{last}\n")).unwrap();
        let verification = verify(house).await;
        assert_eq!(verification.first_broken.map(|broken| broken.fault), Some(AuditFault::Removed));
    });
}
