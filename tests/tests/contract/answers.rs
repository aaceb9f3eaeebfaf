//! What is answered has the shape that the specification tells, and no field more.

use std::collections::{BTreeSet, HashMap};

use openapi::audit::{AuditEntry, AuditOutcome, AuditUse};
use openapi::job::JobRun;
use openapi::page::Page;
use openapi::party::Party;
use openapi::person::Preview;
use openapi::spot_check::AuditSampleContent;
use reqwest::Method;
use serde_json::{Value, json};
use tests::client::Answer;
use tests::{House, on_each_database};

use super::shape::Shapes;
use super::{Operation, operations};

const JENS: &str = "0707614285";
const EVERYTHING: &[&str] = &["Opdater fra CPR", "Partsredaktør", "Sagsintegration", "Revisor"];

async fn every_answer_has_the_shape_that_the_specification_tells(house: &House) {
    let spec = house.anonymous().request(Method::GET, "/openapi.json").send().await.expect(200).value();
    let mut walk = Walk {
        house,
        operations: operations(house).await,
        shapes: Shapes::of(spec),
        seen: BTreeSet::new(),
        entry: NOBODY.to_owned(),
        called: Vec::new(),
    };
    let address = json!({ "line1": "Industrivænget 95, 1. mf.", "postalCode": "9000" });
    let who = json!({ "name": "Jens Mortensen", "address": address });
    let jens = json!({ "name": "Jens", "personalNumber": JENS, "externalIds": [{ "system": "esdh", "id": "1" }] });
    let firm = json!({ "name": "Firmaet ApS", "kind": "company", "cvrNumber": "12345678" });
    let none = Value::Null;

    let party: Party = walk.call("create_party", "", &jens, 201).await.json();
    let id = party.id.to_string();
    walk.call("create_party", "", &firm, 201).await;
    walk.call("create_party", "", &jens, 409).await;
    walk.call("create_party", "", &json!({ "nmae": "x" }), 422).await;
    let preview: Preview = walk.call("preview_party_cpr", &id, &json!({}), 200).await.json();
    walk.call("fetch_party_cpr", &id, &json!({ "previewId": preview.preview_id, "keep": ["name"] }), 200).await;
    walk.call("preview_party_cpr", &id, &json!({}), 200).await;
    walk.call("fetch_party_cpr", &id, &json!({ "previewId": NOBODY }), 422).await;
    walk.call("get_party_cpr", &id, &none, 200).await;
    walk.call("look_up_person", "", &json!({ "personalNumber": JENS }), 200).await;
    walk.call("look_up_person", "", &json!({ "personalNumber": "0101575008" }), 422).await;
    walk.call("find_person", "", &who, 200).await;
    walk.call("find_person", "", &json!({}), 422).await;
    walk.call("find_party_personal_number", &id, &who, 200).await;
    walk.call("resolve_party", "", &json!({ "personalNumber": JENS }), 200).await;
    walk.call("resolve_party", "", &json!({ "cvrNumber": "87654321" }), 404).await;
    walk.call(
        "resolve_party",
        "",
        &json!({ "cvrNumber": "87654321", "create": { "name": "Ny", "kind": "company" } }),
        201,
    )
    .await;
    walk.call("get_party", &id, &none, 200).await;
    walk.call("get_party", NOBODY, &none, 404).await;
    walk.call("update_party", &id, &jens, 200).await;
    walk.call("list_parties", "", &none, 200).await;
    walk.call("search_parties", "", &json!({ "query": "jens" }), 200).await;
    walk.call("search_parties", "", &json!({ "limit": 0 }), 422).await;
    walk.call("get_party_history", &id, &none, 200).await;
    walk.call("make_subject_report", "", &json!({ "personalNumber": JENS, "reason": "Prøve" }), 200).await;
    walk.call("make_subject_report", "", &json!({}), 422).await;
    walk.call("reveal_party_address", &id, &json!({ "reason": "Prøve" }), 200).await;
    walk.call("reveal_party_address", &id, &json!({}), 422).await;

    let case =
        json!({ "status": "open", "title": "Byggesag", "parties": [{ "personalNumber": JENS, "roles": ["part"] }] });
    walk.call("put_case", "", &case, 201).await;
    walk.call("put_case", "", &case, 200).await;
    walk.call("put_case", "", &json!({}), 422).await;
    walk.call("get_case", "", &none, 200).await;
    walk.call("list_cases", "", &none, 200).await;
    walk.call("list_case_parties", "", &none, 200).await;
    walk.call("list_party_cases", &id, &none, 200).await;
    walk.call("get_party_subscription", &id, &none, 200).await;
    walk.call("get_party_subscription", NOBODY, &none, 404).await;
    walk.call("retry_party_subscription", &id, &none, 409).await;
    walk.call("list_subscriptions", "", &none, 200).await;
    walk.call("get_subscription_summary", "", &none, 200).await;
    walk.call("delete_party", &id, &none, 409).await;
    walk.call("delete_case_party", &id, &none, 204).await;
    walk.call("delete_case_party", &id, &none, 404).await;
    walk.call("put_case_party", &id, &json!({ "roles": ["part"] }), 201).await;
    walk.call("put_case_party", &id, &json!({ "roles": ["part"] }), 200).await;
    walk.call("delete_case", "", &none, 204).await;
    walk.call("get_case", "", &none, 404).await;
    walk.call("delete_party", &id, &none, 204).await;
    let run: JobRun = walk.call("start_job_run", "", &none, 202).await.json();
    walk.call("start_job_run", "", &json!({ "input": 1 }), 422).await;
    walk.call("get_job_run", &run.id.to_string(), &none, 200).await;
    walk.call("get_job_run", NOBODY, &none, 404).await;
    walk.call("list_jobs", "", &none, 200).await;
    walk.call("list_events", "", &none, 200).await;
    walk.call("list_audit_entries", "", &none, 200).await;
    walk.call("search_audit_entries", "", &json!({ "personalNumber": JENS }), 200).await;
    walk.call("search_audit_entries", "", &json!({ "personalNumber": "1" }), 422).await;
    walk.call("look_up_person", "", &json!({ "personalNumber": JENS }), 200).await;
    // What happens in the very moment of a draw is after it.
    house.let_pass(std::time::Duration::from_secs(1));
    let drawn: AuditSampleContent = walk.call("draw_audit_sample", "", &json!({}), 201).await.json();
    walk.call("draw_audit_sample", "", &json!({ "size": 0 }), 422).await;
    walk.call("list_audit_alarms", "", &none, 200).await;
    walk.call("list_audit_samples", "", &none, 200).await;
    let sample = drawn.sample.id.to_string();
    walk.call("get_audit_sample", &sample, &none, 200).await;
    walk.call("get_audit_sample", NOBODY, &none, 404).await;
    let finding = json!({ "finding": "in-order" });
    walk.call("note_audit_sample_entry", &sample, &finding, 404).await;
    // Everybody here is one and the same, and nobody judges what is their own.
    walk.entry = drawn.entries[0].id.to_string();
    walk.call("note_audit_sample_entry", &sample, &finding, 409).await;
    walk.call("note_audit_sample_entry", &sample, &json!({}), 422).await;
    walk.call("verify_audit_log", "", &none, 200).await;
    let delivery = walk.call("upload_delivery", "", &none, 202).await.value();
    let delivery = delivery["id"].as_str().expect("an id").to_owned();
    walk.call("list_deliveries", "", &none, 200).await;
    walk.call("get_delivery", &delivery, &none, 200).await;
    walk.call("get_delivery", NOBODY, &none, 404).await;
    walk.call("list_delivery_problems", &delivery, &none, 200).await;
    walk.call("retry_delivery", NOBODY, &none, 404).await;
    walk.call("retry_delivery", &delivery, &json!({ "bridge": {} }), 422).await;
    for name in ["get_session", "get_settings", "get_sign_in", "get_liveness", "get_readiness"] {
        walk.call(name, "", &none, 200).await;
    }
    walk.call("demo_sign_in", "", &json!({ "id": "x" }), 409).await;

    let all: BTreeSet<String> = walk.operations.iter().map(|operation| operation.name().to_owned()).collect();
    assert_eq!(walk.seen, all, "an operation that this walk does not call");
    walk.stands_in_the_log().await;
}

/// What has nothing to do with anybody's data.
const ABOUT_NOBODY: &[&str] = &[
    "demo_sign_in",
    "get_job_run",
    "get_liveness",
    "get_readiness",
    "get_session",
    "get_settings",
    "get_sign_in",
    "list_jobs",
];

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

struct Walk<'a> {
    house: &'a House,
    operations: Vec<Operation>,
    shapes: Shapes,
    seen: BTreeSet<String>,
    /// Which entry of the log a path names.
    entry: String,
    /// The request ids of what was called, with the operation and whether it succeeded.
    called: Vec<(String, String, bool)>,
}

impl Walk<'_> {
    /// Calls an operation for a party (where its path names one), and looks at the answer.
    async fn call(&mut self, name: &str, party: &str, body: &Value, status: u16) -> Answer {
        let operation = self.operations.iter().find(|operation| operation.name() == name);
        let operation = operation.unwrap_or_else(|| panic!("the specification has no {name}"));
        let path = operation.path.replace("{caseNumber}", "S-1").replace("{partyId}", party).replace("{id}", party);
        let path = path.replace("{name}", "close-audit-entries").replace("{entryId}", &self.entry);
        let mut request = self.house.with(EVERYTHING).request(operation.method.clone(), &path);
        if ["update_party", "delete_party"].contains(&name) {
            request = request.header("If-Match", "*");
        }
        let request = match name {
            "upload_delivery" => request.header("Content-Type", "application/octet-stream").body(change_file()),
            _ if body.is_null() => request,
            _ => request.json(body),
        };
        let answer = request.send().await.expect(status);
        let told = &operation.content["responses"][status.to_string()];
        assert!(told.is_object(), "{name}: {status} is not in the specification");
        let media_type = answer.header("Content-Type").map(|value| value.split(';').next().unwrap_or(value).to_owned());
        match (&media_type, told.get("content")) {
            (None, None) => {
                assert!(answer.body.is_empty(), "{name}: {status} has a body that the specification does not tell")
            }
            (Some(media_type), Some(content)) => {
                let schema = &content[media_type.as_str()]["schema"];
                assert!(schema.is_object(), "{name}: {status} is {media_type}, which the specification does not tell");
                if let Err(fault) = self.shapes.check(schema, &answer.value(), name) {
                    panic!("{fault}: {}", answer.text());
                }
            }
            other => panic!("{name}: {status} is {other:?}"),
        }
        self.seen.insert(name.to_owned());
        let id = answer.header("X-Request-Id").expect("a request id").to_owned();
        self.called.push((id, name.to_owned(), status < 400));
        answer
    }

    /// Each call has its entry, with its kind, by the id of its request: those that succeeded and those that did not.
    async fn stands_in_the_log(&self) {
        let mut entries: HashMap<(String, String), Vec<AuditEntry>> = HashMap::new();
        let auditor = self.house.with(&["Revisor"]);
        let mut cursor = String::new();
        loop {
            let page: Page<AuditEntry> = auditor.get(&format!("/audit?limit=200{cursor}")).await.expect(200).json();
            for entry in page.items {
                entries.entry((entry.trace_id.clone(), entry.operation.clone())).or_default().push(entry);
            }
            match page.next {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        for (id, name, succeeded) in &self.called {
            let noted = entries.get(&(id.clone(), name.clone())).map(Vec::as_slice).unwrap_or_default();
            if ABOUT_NOBODY.contains(&name.as_str()) {
                continue;
            }
            let is_so = |entry: &AuditEntry| (entry.outcome == AuditOutcome::Succeeded) == *succeeded;
            assert!(noted.iter().any(is_so), "{name} is not in the log as it ended: {noted:?}");
            assert!(noted.iter().all(|entry| entry.kind != AuditUse::Job), "{name} has no kind of use");
        }
    }
}

fn change_file() -> Vec<u8> {
    tests::change_file::change_file("2026-11-20", "2026-11-19", &[JENS])
}

on_each_database! { every_answer_has_the_shape_that_the_specification_tells with "cpr.delivery.upload = true" }
