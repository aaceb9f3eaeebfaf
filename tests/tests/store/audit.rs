use backend::domain::audit::{AuditCriteria, Ending, Entry, Intent, Outcome};
use backend::store::audit::{self, Recorder, Row};
use backend::store::{Conflict, Error};
use chrono::Duration;
use tests::database::{TestDatabase, with_database};
use uuid::Uuid;

use super::{first, kept_noon, noon, open};

tests::on_each_database! {
    using with_database;
    an_intent_and_its_outcome_are_one_entry,
    an_entry_is_found_by_each_criterion,
    a_number_that_was_lost_is_told_with_the_entry,
    entries_come_newest_first_page_by_page,
    an_intent_ends_once,
    the_recorder_answers_when_the_row_is_committed,
    the_recorder_stores_everything_before_it_ends,
    a_bad_row_fails_alone,
}

fn intent(operation: &str) -> Intent {
    Intent {
        id: Uuid::new_v4(),
        at: kept_noon(),
        actor: "caseworker".to_owned(),
        on_behalf_of: None,
        operation: operation.to_owned(),
        party_id: None,
        number_digest: None,
        criteria: None,
        reason: None,
        case_number: None,
        trace_id: "t-1".to_owned(),
        actor_names: Vec::new(),
        case_relation: None,
    }
}

fn ending(outcome: Outcome) -> Ending {
    Ending { at: kept_noon(), outcome, problem: None, party_id: None, number_digest: None, result_count: Some(1) }
}

async fn an_intent_and_its_outcome_are_one_entry(database: &TestDatabase) {
    let database = open(database).await;
    let party_id = Some(Uuid::new_v4());
    let begun = Intent {
        party_id,
        number_digest: Some("d".to_owned()),
        criteria: Some("query".to_owned()),
        reason: Some("Partshøring".to_owned()),
        case_number: Some("2026-1".to_owned()),
        ..intent("fetch_from_cpr")
    };
    let ended = Ending { party_id, problem: Some("cpr-unavailable".to_owned()), ..ending(Outcome::Failed) };
    let write = database.begin().await.unwrap();
    audit::append(&write, &Row::Intent(begun.clone())).await.unwrap();
    write.commit().await.unwrap();
    let open_entry = Entry { intent: begun.clone(), ending: None };
    let log = audit::list(&database.read(), &AuditCriteria::default(), &first(50)).await.unwrap();
    assert_eq!(log.items, [open_entry]);

    let write = database.begin().await.unwrap();
    audit::append(&write, &Row::Outcome(begun.id, ended.clone())).await.unwrap();
    write.commit().await.unwrap();
    let log = audit::list(&database.read(), &AuditCriteria::default(), &first(50)).await.unwrap();
    assert_eq!(log.items, [Entry { intent: begun, ending: Some(ended) }]);
}

async fn an_entry_is_found_by_each_criterion(database: &TestDatabase) {
    let database = open(database).await;
    let party_id = Some(Uuid::new_v4());
    let (read, created, looked_up) = (
        Intent { actor: "auditor".to_owned(), at: noon() - Duration::hours(1), ..intent("read_audit") },
        intent("create_party"),
        Intent {
            number_digest: Some("d".to_owned()),
            case_number: Some("2026-1".to_owned()),
            ..intent("look_up_in_cpr")
        },
    );
    let write = database.begin().await.unwrap();
    audit::append(&write, &Row::Entry(read.clone(), ending(Outcome::Refused))).await.unwrap();
    audit::append(&write, &Row::Intent(created.clone())).await.unwrap();
    audit::append(&write, &Row::Intent(looked_up.clone())).await.unwrap();
    let made = Ending { party_id, number_digest: Some("lost".to_owned()), ..ending(Outcome::Succeeded) };
    audit::append(&write, &Row::Outcome(created.id, made)).await.unwrap();
    write.commit().await.unwrap();

    let all = AuditCriteria::default();
    for (criteria, expected) in [
        (all.clone(), vec![looked_up.id, created.id, read.id]),
        (AuditCriteria { actor: Some("auditor".to_owned()), ..all.clone() }, vec![read.id]),
        (AuditCriteria { operation: Some("create_party".to_owned()), ..all.clone() }, vec![created.id]),
        (AuditCriteria { party_id, ..all.clone() }, vec![created.id]),
        (AuditCriteria { number_digest: Some("d".to_owned()), ..all.clone() }, vec![looked_up.id]),
        (AuditCriteria { number_digest: Some("lost".to_owned()), ..all.clone() }, vec![created.id]),
        (AuditCriteria { case_number: Some("2026-1".to_owned()), ..all.clone() }, vec![looked_up.id]),
        (AuditCriteria { outcome: Some(Outcome::Refused), ..all.clone() }, vec![read.id]),
        (AuditCriteria { outcome: Some(Outcome::Succeeded), ..all.clone() }, vec![created.id]),
        (AuditCriteria { outcome: Some(Outcome::Unknown), ..all.clone() }, vec![looked_up.id]),
        (AuditCriteria { from: Some(kept_noon()), ..all.clone() }, vec![looked_up.id, created.id]),
        (AuditCriteria { to: Some(kept_noon()), ..all.clone() }, vec![read.id]),
        (AuditCriteria { party_id, actor: Some("auditor".to_owned()), ..all.clone() }, vec![]),
    ] {
        let log = audit::list(&database.read(), &criteria, &first(50)).await.unwrap();
        assert_eq!(log.items.iter().map(|entry| entry.intent.id).collect::<Vec<_>>(), expected, "{criteria:?}");
    }
}

async fn a_number_that_was_lost_is_told_with_the_entry(database: &TestDatabase) {
    let database = open(database).await;
    let (begun, both) = (intent("delete_party"), intent("refuse_party"));
    let lost = Ending { number_digest: Some("lost".to_owned()), ..ending(Outcome::Succeeded) };
    let write = database.begin().await.unwrap();
    audit::append(&write, &Row::Intent(begun.clone())).await.unwrap();
    audit::append(&write, &Row::Outcome(begun.id, lost.clone())).await.unwrap();
    audit::append(&write, &Row::Entry(both, lost)).await.unwrap();
    write.commit().await.unwrap();
    let log = audit::list(&database.read(), &AuditCriteria::default(), &first(50)).await.unwrap();
    assert_eq!(log.items.iter().map(Entry::number_digest).collect::<Vec<_>>(), [Some("lost"), Some("lost")]);
}

async fn entries_come_newest_first_page_by_page(database: &TestDatabase) {
    let database = open(database).await;
    let intents = [1, 2, 3].map(|at| intent(&format!("operation_{at}")));
    let write = database.begin().await.unwrap();
    for intent in &intents {
        audit::append(&write, &Row::Entry(intent.clone(), ending(Outcome::Succeeded))).await.unwrap();
    }
    write.commit().await.unwrap();
    let mut page = first(2);
    let one = audit::list(&database.read(), &AuditCriteria::default(), &page).await.unwrap();
    assert_eq!(one.items.iter().map(|entry| entry.intent.id).collect::<Vec<_>>(), [intents[2].id, intents[1].id]);
    page.after = one.next;
    let two = audit::list(&database.read(), &AuditCriteria::default(), &page).await.unwrap();
    assert_eq!(two.items.iter().map(|entry| entry.intent.id).collect::<Vec<_>>(), [intents[0].id]);
    assert_eq!(two.next, None);
}

async fn an_intent_ends_once(database: &TestDatabase) {
    let database = open(database).await;
    let write = database.begin().await.unwrap();
    let id = Uuid::new_v4();
    audit::append(&write, &Row::Outcome(id, ending(Outcome::Succeeded))).await.unwrap();
    audit::append(&write, &Row::Outcome(id, ending(Outcome::Failed))).await.unwrap();
    assert_eq!(write.commit().await, Err(Error::Conflict(Conflict::Key)));
}

async fn the_recorder_answers_when_the_row_is_committed(database: &TestDatabase) {
    let database = open(database).await;
    let (recorder, _) = Recorder::start(database.clone());
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let (recorder, database) = (recorder.clone(), database.clone());
            tokio::spawn(async move {
                let intent = intent("read_party");
                recorder.record(Row::Entry(intent.clone(), ending(Outcome::Succeeded))).await?;
                let log = audit::list(&database.read(), &AuditCriteria::default(), &first(200)).await?;
                Ok::<_, Error>(log.items.iter().any(|entry| entry.intent == intent))
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(true));
    }
}

async fn the_recorder_stores_everything_before_it_ends(database: &TestDatabase) {
    let database = open(database).await;
    let (recorder, task) = Recorder::start(database.clone());
    let callers: Vec<_> = (0..40)
        .map(|_| {
            let recorder = recorder.clone();
            tokio::spawn(async move { recorder.record(Row::Intent(intent("look_up_in_cpr"))).await })
        })
        .collect();
    drop(recorder);
    task.await.unwrap();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    let log = audit::list(&database.read(), &AuditCriteria::default(), &first(200)).await.unwrap();
    assert_eq!(log.items.len(), 40);
}

async fn a_bad_row_fails_alone(database: &TestDatabase) {
    let database = open(database).await;
    let (recorder, _) = Recorder::start(database.clone());
    let id = Uuid::new_v4();
    let rows =
        (0..20).map(|at| if at < 2 { Row::Outcome(id, ending(Outcome::Failed)) } else { Row::Intent(intent("x")) });
    let callers: Vec<_> = rows
        .map(|row| {
            let recorder = recorder.clone();
            tokio::spawn(async move { recorder.record(row).await })
        })
        .collect();
    let mut failed = Vec::new();
    for caller in callers {
        failed.extend(caller.await.unwrap().err());
    }
    assert_eq!(failed, [Error::Conflict(Conflict::Key)]);
}
