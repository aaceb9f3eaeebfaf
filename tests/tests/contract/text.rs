//! Every text that anybody can send, wherever it stands in a body: one that cannot be seen or is too long is refused at its
//! place, and what is kept is in one Unicode form (NFC).

use openapi::party::Party;
use openapi::problem::Problem;
use reqwest::Method;
use serde_json::{Map, Value, json};
use tests::{House, on_each_database};

use super::{Operation, operations};

const EVERYTHING: &[&str] = &["Opdater fra CPR", "Partsredaktør", "Sagsintegration", "Revisor"];
const JENS: &str = "0707614285";

/// A bell, a mark that turns the direction of writing, a blank that nobody sees, a NUL; and more than any field may hold.
fn unfit() -> Vec<String> {
    let hidden = ["a\u{7}b", "a\u{202e}b", "a\u{200b}b", "a\u{0}b"];
    hidden.map(str::to_owned).into_iter().chain(["x".repeat(5_000)]).collect()
}

/// Places that take more than a line, or nothing of it: a search's words are cut out of whatever is sent, and an id of the demo
/// is compared with a few.
const OTHERWISE: [&str; 2] = ["search_parties /query", "demo_sign_in /id"];

async fn a_text_that_cannot_be_seen_or_is_too_long_is_refused_wherever_it_stands(house: &House) {
    let spec = house.anonymous().request(Method::GET, "/openapi.json").send().await.expect(200).value();
    let party: Party =
        house.with(EVERYTHING).post("/parties", &json!({ "name": "Vita Prøve" })).await.expect(201).json();
    let id = party.id.to_string();
    let mut places = 0;
    for operation in operations(house).await {
        let schema = &operation.content["requestBody"]["content"]["application/json"]["schema"];
        let mut found = Vec::new();
        texts(&spec, schema, &mut Vec::new(), &mut found);
        for place in &found {
            let pointer = format!("/{}", place.join("/"));
            if OTHERWISE.contains(&format!("{} {pointer}", operation.name()).as_str()) {
                continue;
            }
            for text in unfit() {
                let mut body = base(operation.name());
                put(&spec, schema, &mut body, place, &text);
                let problem = refused(house, &operation, &id, &body).await;
                let told: Vec<&str> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
                let name = operation.name();
                assert!(told.contains(&pointer.as_str()), "{name} {pointer}: {problem:?} for {}", text.escape_debug());
            }
            places += 1;
        }
    }
    assert!(places > 40, "{places} texts were found");
    let kept: Party = house.with(EVERYTHING).get(&format!("/parties/{id}")).await.expect(200).json();
    assert_eq!(kept.version, party.version, "nothing of it was kept");
}

async fn a_control_character_in_a_query_is_refused_wherever_it_stands(house: &House) {
    let mut places = 0;
    for operation in operations(house).await {
        for parameter in operation.content["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "query" || !parameter["schema"].to_string().contains("string") {
                continue;
            }
            let name = parameter["name"].as_str().unwrap_or_default();
            let path = format!("{}?{name}=a%07b", path(&operation, "00000000-0000-4000-8000-000000000000"));
            let answer = house.with(EVERYTHING).request(operation.method.clone(), &path).send().await;
            assert!([400, 422].contains(&answer.status), "{} {name}: {}", operation.name(), answer.text());
            places += 1;
        }
    }
    assert!(places > 15, "{places} parameters were found");
}

async fn what_is_kept_is_in_one_unicode_form(house: &House) {
    let caller = house.with(EVERYTHING);
    // A letter and a ring above it, as some systems write it (NFD).
    let (sent, kept) = ("A\u{30a}se  Sko\u{308}ld", "\u{c5}se Sk\u{f6}ld");
    let party = json!({ "name": sent, "address": { "line1": sent, "line2": sent, "city": sent },
        "externalIds": [{ "system": sent, "id": sent }] });
    let party: Party = caller.post("/parties", &party).await.expect(201).json();
    let address = party.address.expect("an address");
    for field in [Some(party.name), address.line1, address.line2, address.city] {
        assert_eq!(field.as_deref(), Some(kept));
    }
    assert_eq!((party.external_ids[0].system.as_str(), party.external_ids[0].id.as_str()), (kept, kept));
    let case = json!({ "status": "open", "title": sent, "responsible": sent,
        "parties": [{ "partyId": party.id, "roles": [sent] }] });
    let case = caller.put("/cases/%41%CC%8A-1", &case).await.expect(201).value();
    assert_eq!(case["caseNumber"], "\u{c5}-1");
    assert_eq!((case["title"].as_str(), case["responsible"].as_str()), (Some(kept), Some(kept)));
    assert_eq!(case["parties"][0]["roles"], json!([kept]));
    let reason = json!({ "reason": sent, "personalNumber": JENS, "caseNumber": "A\u{30a}-1" });
    caller.post("/cpr/lookup", &reason).await.expect(200);
    let entry = &caller.get("/audit?operation=look_up_person").await.expect(200).value()["items"][0];
    assert_eq!((entry["reason"].as_str(), entry["caseNumber"].as_str()), (Some(kept), Some("\u{c5}-1")));
}

on_each_database! {
    a_text_that_cannot_be_seen_or_is_too_long_is_refused_wherever_it_stands
        with "cpr.delivery.upload = true\nhttp.cpr_rate_limit = { per_second = 1000, burst = 10000 }",
    a_control_character_in_a_query_is_refused_wherever_it_stands,
    what_is_kept_is_in_one_unicode_form,
}

/// What an operation needs beside the text that is tried.
fn base(operation: &str) -> Value {
    match operation {
        "put_case" => json!({ "status": "open" }),
        "note_audit_sample_entry" => json!({ "finding": "in-order" }),
        _ => json!({}),
    }
}

fn path(operation: &Operation, id: &str) -> String {
    let path = operation
        .path
        .replace("{caseNumber}", "S-1")
        .replace("{partyId}", id)
        .replace("{entryId}", id)
        .replace("{id}", id);
    path.replace("{name}", "close-audit-entries")
}

async fn refused(house: &House, operation: &Operation, id: &str, body: &Value) -> Problem {
    let request = house.with(EVERYTHING).request(operation.method.clone(), &path(operation, id));
    let answer = request.header("If-Match", "*").json(body).send().await;
    assert_eq!(answer.status, 422, "{} took {body}: {}", operation.name(), answer.text());
    answer.json()
}

/// The place of every text in a schema: what has no list of values and no format.
fn texts(spec: &Value, schema: &Value, at: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let schema = resolved(spec, schema);
    let is = |name: &str| {
        schema["type"] == name || schema["type"].as_array().is_some_and(|types| types.contains(&json!(name)))
    };
    for branch in ["oneOf", "anyOf", "allOf"] {
        for branch in schema[branch].as_array().into_iter().flatten() {
            texts(spec, branch, at, found);
        }
    }
    if is("string") && schema["enum"].is_null() && schema["format"].is_null() {
        found.push(at.clone());
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        at.push(name.clone());
        texts(spec, field, at, found);
        at.pop();
    }
    if is("array") {
        at.push("0".to_owned());
        texts(spec, &schema["items"], at, found);
        at.pop();
    }
}

fn resolved<'a>(spec: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(name) => spec.pointer(name).unwrap_or(schema),
        None => schema,
    }
}

/// The schema of an object or a list behind alternatives with `null`.
fn inner<'a>(spec: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolved(spec, schema);
    let branches = schema["oneOf"].as_array().into_iter().flatten();
    branches.map(|branch| resolved(spec, branch)).find(|branch| branch["type"] != "null").unwrap_or(schema)
}

/// Puts a text at a place of a body, with what else is required on the way there.
fn put(spec: &Value, schema: &Value, body: &mut Value, place: &[String], text: &str) {
    let Some((first, rest)) = place.split_first() else {
        *body = json!(text);
        return;
    };
    let schema = inner(spec, schema);
    if schema["items"].is_object() {
        let mut item = Value::Null;
        put(spec, &schema["items"], &mut item, rest, text);
        *body = json!([item]);
        return;
    }
    if !body.is_object() {
        *body = Value::Object(Map::new());
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if body[name].is_null() {
            body[name] = json!("x");
        }
    }
    let mut field = body[first.as_str()].take();
    put(spec, &schema["properties"][first.as_str()], &mut field, rest, text);
    body[first.as_str()] = field;
}
