//! Parties: create, read, change, delete, list, search.

use openapi::page::Page;
use openapi::party::{AddressKind, ChangeSource, Party, PartyVersion};
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{House, on_each_database};

use crate::{CASEWORKER, EDITOR, create, read};

async fn a_party_is_created_read_changed_and_deleted(house: &House) {
    let editor = house.with(EDITOR);
    let created = editor
        .post("/parties", &json!({ "name": "Åse Ørsted", "email": "aase@example.dk", "address": { "line1": "Søgade 16", "postalCode": "9000", "city": "Aalborg" } }))
        .await
        .expect(201);
    let party: Party = created.json();
    let path = format!("/parties/{}", party.id);
    assert_eq!(created.header("Location"), Some(format!("/api/v1{path}").as_str()));
    assert_eq!(party.name, "Åse Ørsted");
    assert_eq!(party.address_kind, AddressKind::Local);
    assert_eq!(party.address.as_ref().and_then(|address| address.country_code.as_deref()), Some("DK"));
    assert_eq!((party.protection.name_and_address, party.cpr.is_none()), (None, true));
    assert_eq!((party.created_at, party.updated_at), (house.now(), house.now()));

    let found = editor.get(&path).await.expect(200);
    assert_eq!(found.json::<Party>(), party);
    assert_eq!(found.etag(), created.etag());
    assert!(found.etag().starts_with(&format!("\"{}.", party.version)), "{}", found.etag());
    editor.api(Method::GET, &path).header("If-None-Match", found.etag()).send().await.expect(304);

    let change = json!({ "name": "Åse Ørsted Holm", "email": "aase@example.dk" });
    editor.put(&path, &change).await.expect(428).problem(ProblemCode::PreconditionRequired);
    let changed =
        editor.api(Method::PUT, &path).header("If-Match", found.etag()).json(&change).send().await.expect(200);
    let changed_party: Party = changed.json();
    assert_eq!(changed_party.name, "Åse Ørsted Holm");
    assert_eq!(changed_party.address, None, "PUT replaces all writable fields");
    assert!(changed_party.version > party.version);

    let stale = editor.api(Method::PUT, &path).header("If-Match", found.etag()).json(&change).send().await;
    stale.problem(ProblemCode::Stale);
    assert_eq!(stale.etag(), changed.etag());
    let stale = editor.api(Method::DELETE, &path).header("If-Match", found.etag()).send().await;
    stale.problem(ProblemCode::Stale);

    let history: Page<PartyVersion> = editor.get(&format!("{path}/history")).await.expect(200).json();
    let change = history.items.iter().find(|version| version.version == changed_party.version).expect("the change");
    assert_eq!((change.source, change.by.as_str()), (ChangeSource::User, "med Partsredaktør"));
    let mut fields: Vec<&str> = change.changes.iter().map(|change| change.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["address", "name"]);

    editor.delete(&path).await.problem(ProblemCode::PreconditionRequired);
    editor.api(Method::DELETE, &path).header("If-Match", changed.etag()).send().await.expect(204);
    editor.get(&path).await.problem(ProblemCode::NotFound);
}

async fn the_same_values_again_change_nothing(house: &House) {
    let editor = house.with(EDITOR);
    let input = json!({ "name": "Ove Brammer", "phone": "12 34 56 78" });
    let party = create(house, input.clone()).await;
    let path = format!("/parties/{}", party.id);
    let before = editor.get(&path).await.expect(200);
    let again = editor.api(Method::PUT, &path).header("If-Match", before.etag()).json(&input).send().await.expect(200);
    assert_eq!(again.etag(), before.etag());
    assert_eq!(again.json::<Party>(), party);
}

async fn wrong_input_is_named_by_pointer_and_changes_nothing(house: &House) {
    let caseworker = house.with(CASEWORKER);
    for (input, pointer) in [
        (json!({}), "/name"),
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "x".repeat(201) }), "/name"),
        (json!({ "name": 7 }), "/name"),
        (json!({ "name": "A", "colour": "red" }), "/colour"),
        (json!({ "name": "A", "kind": "dog" }), "/kind"),
        (json!({ "name": "A", "address": { "line1": "Søgade 1", "postalCode": "90001" } }), "/address/postalCode"),
        (json!({ "name": "A", "address": { "line1": "Søgade 1", "road": "x" } }), "/address/road"),
        (json!({ "name": "A", "address": { "line1": "Søgade 1", "countryCode": "Danmark" } }), "/address/countryCode"),
        (json!({ "name": "A", "personalNumber": "310299-0000" }), "/personalNumber"),
        (json!({ "name": "A", "personalNumber": "12345" }), "/personalNumber"),
        (json!({ "name": "A", "cvrNumber": "123" }), "/cvrNumber"),
        (json!({ "name": "A", "kind": "company", "personalNumber": "070761-4285" }), "/personalNumber"),
        (json!({ "name": "A", "externalIds": [{ "system": "", "id": "1" }] }), "/externalIds/0/system"),
    ] {
        let answer = caseworker.post("/parties", &input).await;
        let is_number = pointer == "/personalNumber" && input["kind"].is_null();
        let code = if is_number { ProblemCode::PersonalNumberInvalid } else { ProblemCode::InvalidInput };
        let problem = answer.problem(code);
        let pointers: Vec<&str> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, [pointer], "{input} gave {answer:?}");
    }
    let nothing: Page<Party> = caseworker.get("/parties").await.expect(200).json();
    assert!(nothing.items.is_empty());
}

async fn what_cannot_be_read_is_refused_as_such(house: &House) {
    let editor = house.with(EDITOR);
    let post = || editor.api(Method::POST, "/parties");
    let json = "application/json";
    post().header("Content-Type", json).body("{ \"name\": ").send().await.problem(ProblemCode::InvalidRequest);
    post().header("Content-Type", "text/plain").body("{}").send().await.problem(ProblemCode::UnsupportedMediaType);
    let large = format!("{{ \"name\": \"{}\" }}", "x".repeat(1024 * 1024));
    post().header("Content-Type", json).body(large).send().await.problem(ProblemCode::PayloadTooLarge);
    editor.get("/parties/no-uuid").await.problem(ProblemCode::InvalidRequest);
    editor.get("/parties?limit=0").await.problem(ProblemCode::InvalidInput);
    editor.get("/parties?limit=201").await.problem(ProblemCode::InvalidInput);
    editor.get("/parties?colour=red").await.problem(ProblemCode::InvalidInput);
    editor.get("/nothing").await.problem(ProblemCode::NotFound);
    let wrong_method = editor.api(Method::PATCH, "/parties").send().await;
    wrong_method.problem(ProblemCode::MethodNotAllowed);
    assert!(wrong_method.header("Allow").is_some_and(|methods| methods.contains("POST")), "{wrong_method:?}");
}

async fn a_personal_number_belongs_to_one_party(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let holder = create(house, json!({ "name": "Jens Mortensen", "personalNumber": "070761-4285" })).await;
    assert_eq!(holder.personal_number.as_deref(), Some("0707614285"));
    let answer = caseworker.post("/parties", &json!({ "name": "En anden", "personalNumber": "0707614285" })).await;
    let problem = answer.problem(ProblemCode::PersonalNumberInUse);
    assert_eq!(problem.party_id, Some(holder.id));
    assert!(!answer.text().contains("0707614285"), "{answer:?}");
}

async fn a_list_shows_every_party_once_while_others_are_created(house: &House) {
    let caseworker = house.with(CASEWORKER);
    for number in 0..7 {
        create(house, json!({ "name": format!("Part {number}") })).await;
    }
    let mut seen = Vec::new();
    let mut path = "/parties?limit=3".to_owned();
    loop {
        let page: Page<Party> = caseworker.get(&path).await.expect(200).json();
        seen.extend(page.items.into_iter().map(|party| party.name));
        let Some(next) = page.next else { break };
        create(house, json!({ "name": "Kommet til" })).await;
        path = format!("/parties?limit=3&cursor={next}");
        assert!(seen.len() < 30, "the list does not end: {seen:?}");
    }
    for number in 0..7 {
        let times = seen.iter().filter(|name| **name == format!("Part {number}")).count();
        assert_eq!(times, 1, "Part {number} in {seen:?}");
    }
}

async fn a_search_finds_the_beginnings_of_words_as_danes_write_them(house: &House) {
    for (name, line1, city) in [
        ("Åse Ørsted", "Søgade 16", "Aalborg"),
        ("Aage Møller-Madsen", "Industrivænget 4, st. tv", "Hasseris"),
        ("René Müller", "Svinget 52", "Århus"),
    ] {
        create(house, json!({ "name": name, "address": { "line1": line1, "postalCode": "9000", "city": city } })).await;
    }
    for (query, expected) in [
        ("aase", vec!["Åse Ørsted"]),
        ("ÅSE", vec!["Åse Ørsted"]),
        ("å", vec!["Aage Møller-Madsen", "René Müller", "Åse Ørsted"]),
        ("rene muller", vec!["René Müller"]),
        ("møl mads", vec!["Aage Møller-Madsen"]),
        ("moller", vec![]),
        ("industriv 4", vec!["Aage Møller-Madsen"]),
        ("aarhus", vec!["René Müller"]),
        ("rsted", vec![]),
        ("åse møller", vec![]),
        ("-", vec![]),
        ("'\"*:&|!()", vec![]),
    ] {
        assert_eq!(names_found(house, json!({ "query": query })).await, expected, "{query}");
    }
}

async fn a_search_by_key_finds_its_party_alone(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": "0707614285" })).await;
    let firm = create(house, json!({ "name": "Firmaet ApS", "kind": "company", "cvrNumber": "12345678", "externalIds": [{ "system": "crm", "id": "7" }] })).await;
    for (criteria, expected) in [
        (json!({ "personalNumber": "070761-4285" }), "Jens Mortensen"),
        (json!({ "cvrNumber": "12345678" }), "Firmaet ApS"),
        (json!({ "externalId": { "system": "crm", "id": "7" } }), "Firmaet ApS"),
        (json!({ "kind": "company" }), "Firmaet ApS"),
        (json!({ "ids": [jens.id] }), "Jens Mortensen"),
        (json!({ "filter": "without-personal-number" }), ""),
    ] {
        let expected: Vec<&str> = Some(expected).filter(|name| !name.is_empty()).into_iter().collect();
        assert_eq!(names_found(house, criteria.clone()).await, expected, "{criteria}");
    }
    assert_eq!(read(house, &firm).await.external_ids.len(), 1);
}

async fn a_request_that_is_repeated_with_its_key_acts_once(house: &House) {
    let editor = house.with(EDITOR);
    let send = |input: Value| editor.api(Method::POST, "/parties").header("Idempotency-Key", "k-1").json(&input).send();
    let first: Party = send(json!({ "name": "Kun én" })).await.expect(201).json();
    let again: Party = send(json!({ "name": "Kun én" })).await.expect(201).json();
    assert_eq!(first, again);
    send(json!({ "name": "En anden" })).await.problem(ProblemCode::IdempotencyMismatch);
    assert_eq!(names_found(house, json!({ "kind": "person" })).await, ["Kun én"]);

    let others = house.with(CASEWORKER).api(Method::POST, "/parties").header("Idempotency-Key", "k-1");
    others.json(&json!({ "name": "Min egen" })).send().await.expect(201);
}

async fn resolving_a_key_creates_once_and_finds_afterwards(house: &House) {
    let system = house.with(&["Sagsintegration"]);
    let key = json!({ "system": "esdh", "id": "P-17" });
    system.post("/parties/resolve", &json!({ "externalId": key })).await.problem(ProblemCode::NotFound);
    let wish = json!({ "externalId": key, "create": { "name": "Ny Part" } });
    let created: Party = system.post("/parties/resolve", &wish).await.expect(201).json();
    let found: Party = system.post("/parties/resolve", &wish).await.expect(200).json();
    assert_eq!((created.id, found.external_ids.len()), (found.id, 1));
}

async fn names_found(house: &House, criteria: Value) -> Vec<String> {
    let page: Page<Party> = house.with(CASEWORKER).post("/parties/search", &criteria).await.expect(200).json();
    let mut names: Vec<String> = page.items.into_iter().map(|party| party.name).collect();
    names.sort();
    names
}

on_each_database! {
    a_party_is_created_read_changed_and_deleted,
    the_same_values_again_change_nothing,
    wrong_input_is_named_by_pointer_and_changes_nothing,
    what_cannot_be_read_is_refused_as_such,
    a_personal_number_belongs_to_one_party,
    a_list_shows_every_party_once_while_others_are_created,
    a_search_finds_the_beginnings_of_words_as_danes_write_them,
    a_search_by_key_finds_its_party_alone,
    a_request_that_is_repeated_with_its_key_acts_once,
    resolving_a_key_creates_once_and_finds_afterwards,
}
