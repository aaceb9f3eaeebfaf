//! What CPR's statuses make of a party: addresses abroad, in Greenland and none at all, the dead, and those without a name.

use cpr::{CprDate, PersonalNumber};
use openapi::event::{EventPage, EventType};
use openapi::page::Page;
use openapi::party::{Address, AddressKind, HISTORY_FIELDS, KeepableField, Party, PartyVersion};
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, read};

const JENS: &str = "0707614285";

async fn whom_cpr_has_no_address_for_has_none_and_it_is_shown_why(house: &House) {
    let typed = json!({ "line1": "Et gæt 1", "postalCode": "9000", "city": "Aalborg" });
    for (number, status, kind) in [
        ("1312814362", "70", AddressKind::None),
        ("0708614327", "90", AddressKind::None),
        ("2810465002", "20", AddressKind::None),
        ("0303405003", "03", AddressKind::NoFixedAbode),
        ("0909435005", "07", AddressKind::NoFixedAbode),
    ] {
        let party = create(house, json!({ "name": "x", "personalNumber": number, "address": typed })).await;
        assert_eq!(party.address_kind, AddressKind::Local);
        let fetched = fetch(house, &party, json!({})).await;
        let cpr = fetched.cpr.as_ref().expect("CPR was asked");
        assert_eq!((cpr.status.as_deref(), fetched.address_kind), (Some(status), kind), "{number}");
        assert_eq!((&fetched.address, cpr.kept.len()), (&None, 0), "{number}");
        assert!(cpr.status_text.as_deref().is_some_and(|text| !text.is_empty()));
        assert_eq!(cpr.status_since.is_some(), matches!(status, "20" | "70" | "90"), "{status}: {cpr:?}");
        let history = house.with(CASEWORKER).get(&format!("/parties/{}/history", party.id)).await.expect(200);
        let changes = history.json::<Page<PartyVersion>>().items.into_iter().flat_map(|version| version.changes);
        let fields: Vec<String> = changes.map(|change| change.field).collect();
        assert!(fields.contains(&"status".to_owned()), "{fields:?}");
        assert!(fields.iter().all(|field| HISTORY_FIELDS.contains(&field.as_str())), "{fields:?}");
    }
}

async fn an_address_abroad_and_one_in_greenland_are_shown_as_such(house: &House) {
    let abroad = create(house, json!({ "name": "x", "personalNumber": "1706455058" })).await;
    let abroad = fetch(house, &abroad, json!({})).await;
    let expected = Address {
        line1: Some("Storgatan 1 lgh 1101".to_owned()),
        line2: Some("211 42 Malmö, Sverige".to_owned()),
        postal_code: None,
        city: None,
        country_code: Some("SE".to_owned()),
    };
    assert_eq!((abroad.address, abroad.address_kind), (Some(expected), AddressKind::Foreign));
    assert_eq!(abroad.cpr.and_then(|cpr| cpr.status).as_deref(), Some("80"));

    let greenland = create(house, json!({ "name": "x", "personalNumber": "1102425029" })).await;
    let greenland = fetch(house, &greenland, json!({})).await;
    let address = greenland.address.expect("an address");
    assert_eq!((greenland.address_kind, address.city.as_deref()), (AddressKind::Greenland, Some("Nuuk")));
    assert!(address.line1.as_deref().is_some_and(|line| line.starts_with("Qullilerfik 14")), "{address:?}");
}

async fn names_and_addresses_come_with_all_their_letters(house: &House) {
    for (number, name, line1, line2) in [
        ("0909435048", "Åse Ærø-Østergård", "Boulevarden 101, 1. mf", Some("c/o Møbler & Søn, Havnegården, Vestbyen")),
        ("2205445008", "Renée D'Arcy-Müller", "Hovedgaden 2B, 2. tv", None),
        // CPR's addressing name ends after 34 characters.
        ("2005495000", "Alexandra Benedikte Charlotte Dorothea Rosenkrantz-Lund", "Boulevarden 7, 3. tv", None),
    ] {
        let party = create(house, json!({ "name": "x", "personalNumber": number })).await;
        let fetched = fetch(house, &party, json!({})).await;
        assert_eq!(fetched.name, name);
        let address = fetched.address.expect("an address");
        let without_points = |text: &str| text.replace(['.', ','], "");
        assert_eq!(address.line1.as_deref().map(without_points), Some(without_points(line1)), "{address:?}");
        assert_eq!(address.line2.as_deref(), line2);
    }
}

async fn a_child_without_a_name_leaves_the_partys_name(house: &House) {
    let party = create(house, json!({ "name": "Dreng Ingdahl", "personalNumber": "0101005038" })).await;
    let fetched = fetch(house, &party, json!({})).await;
    assert_eq!(fetched.name, "Dreng Ingdahl");
    assert_eq!(fetched.address_kind, AddressKind::Danish);
    // Nobody chose that name over CPR's: as soon as CPR has one, it is in force.
    assert!(fetched.cpr.is_some_and(|cpr| cpr.kept.is_empty()));
    let born = number("0101005038");
    house.cpr().edit(|people| people.rename(born, ("Viggo", "", "Ingdahl"), date("20261101"))).expect("the child");
    assert_eq!(fetch(house, &party, json!({})).await.name, "Viggo Ingdahl");
}

async fn who_dies_loses_the_address_and_the_feed_tells(house: &House) {
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let alive = fetch(house, &party, json!({})).await;
    house.cpr().edit(|people| people.die(number(JENS), date("20261120"))).expect("Jens is in the register");
    let dead = fetch(house, &party, json!({})).await;
    let cpr = dead.cpr.clone().expect("CPR was asked");
    assert_eq!((cpr.status.as_deref(), dead.address, dead.address_kind), (Some("90"), None, AddressKind::None));
    let last = cpr.last_address.expect("CPR's last known address");
    let line1 = |address: &Address| address.line1.clone();
    assert_eq!(line1(&last), alive.address.as_ref().and_then(line1));
    assert_eq!(dead.version, alive.version + 1);

    let feed: EventPage = house.with(&[]).get("/events?limit=200").await.expect(200).json();
    let types: Vec<EventType> = feed.items.iter().map(|event| event.type_).collect();
    let times = |wanted| types.iter().filter(|type_| **type_ == wanted).count();
    assert_eq!((times(EventType::PartyDeceased), times(EventType::PartyStatusChanged)), (1, 1), "{types:?}");
    assert_eq!(times(EventType::PartyUpdated), 2, "one for each changed version: {types:?}");
}

async fn an_address_that_somebody_typed_over_cprs_is_kept_until_it_is_released(house: &House) {
    let editor = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let fetched = fetch(house, &party, json!({})).await;
    let path = format!("/parties/{}", party.id);
    let put = async |version: i64, input| -> Party {
        let put = editor.api(Method::PUT, &path).header("If-Match", &format!("\"{version}.x\""));
        put.json(&input).send().await.expect(200).json()
    };
    let typed = json!({ "line1": "Søgade 16", "postalCode": "9000", "city": "Aalborg" });
    let kept = put(fetched.version, json!({ "name": fetched.name, "personalNumber": JENS, "address": typed })).await;
    assert_eq!(kept.address_kind, AddressKind::Local);
    let cpr = kept.cpr.clone().expect("CPR was asked");
    assert_eq!(cpr.kept.iter().map(|kept| kept.field).collect::<Vec<_>>(), [KeepableField::Address]);
    assert_eq!(cpr.kept[0].register, serde_json::to_value(&fetched.address).unwrap());
    assert_eq!(fetch(house, &party, json!({})).await.address, kept.address, "a fetch leaves the choice");

    // No address is a value too; and CPR's own value releases it.
    let none = put(kept.version, json!({ "name": fetched.name, "personalNumber": JENS })).await;
    assert_eq!((none.address_kind, none.cpr.map(|cpr| cpr.kept.len())), (AddressKind::None, Some(1)));
    let own = json!({ "name": fetched.name, "personalNumber": JENS, "address": fetched.address });
    let released = put(none.version, own).await;
    assert_eq!((released.address_kind, released.cpr.map(|cpr| cpr.kept.len())), (AddressKind::Danish, Some(0)));
    assert_eq!(released.address, fetched.address);
}

async fn a_preview_can_be_used_once_by_whom_it_was_shown_to_and_not_for_ever(house: &House) {
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let path = format!("/parties/{}/cpr/fetch", party.id);
    let caller = house.with(CASEWORKER);
    let first = crate::preview(house, &party, json!({})).await;
    let use_it = json!({ "previewId": first.preview_id });
    house.with(&["Opdater fra CPR"]).post(&path, &use_it).await.problem(ProblemCode::InvalidInput);
    let other = create(house, json!({ "name": "En anden" })).await;
    let other = format!("/parties/{}/cpr/fetch", other.id);
    caller.post(&other, &use_it).await.problem(ProblemCode::InvalidInput);
    assert_eq!(read(house, &party).await, party);

    let late = crate::preview(house, &party, json!({})).await;
    house.let_pass(std::time::Duration::from_secs(16 * 60));
    let answer = house.with(CASEWORKER).post(&path, &json!({ "previewId": late.preview_id })).await;
    assert_eq!(answer.problem(ProblemCode::InvalidInput).errors[0].pointer, "/previewId");
    assert_eq!(read(house, &party).await, party);
}

fn number(text: &str) -> PersonalNumber {
    PersonalNumber::parse(text).expect("a personal number")
}

fn date(text: &str) -> CprDate {
    CprDate::parse(text).expect("a date")
}

on_each_database! {
    whom_cpr_has_no_address_for_has_none_and_it_is_shown_why,
    an_address_abroad_and_one_in_greenland_are_shown_as_such,
    names_and_addresses_come_with_all_their_letters,
    a_child_without_a_name_leaves_the_partys_name,
    who_dies_loses_the_address_and_the_feed_tells,
    an_address_that_somebody_typed_over_cprs_is_kept_until_it_is_released,
    a_preview_can_be_used_once_by_whom_it_was_shown_to_and_not_for_ever,
}
