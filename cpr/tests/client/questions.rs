//! What is asked, and what is never said.

use super::*;

#[tokio::test]
async fn a_replacement_number_is_never_sent() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    let number = PersonalNumber::parse("6707614285").unwrap();
    assert_eq!(client.lookup(number, Profile::Authority).await.err(), Some(ClientError::ReplacementNumber));
    assert_eq!(client.family(number).await.err(), Some(ClientError::ReplacementNumber));
    assert_eq!(office.seen(), []);
}

#[tokio::test]
async fn every_service_is_asked_by_its_own_name() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    client.name(jens()).await.unwrap();
    client.address(jens()).await.unwrap();
    client.contact_address(jens()).await.unwrap();
    client.protections(jens()).await.unwrap();
    client.civil_status(jens()).await.unwrap();
    client.family(jens()).await.unwrap();
    client.former_numbers(jens()).await.unwrap();
    let by_name = NameCriteria { name: Some("Henriksen".to_owned()), sex: Some(Sex::Male), ..NameCriteria::default() };
    client.search_name(&by_name, &Page::default()).await.unwrap();
    client.search_address(&AddressCriteria::default(), &Page::default()).await.unwrap();
    let names: Vec<String> = office
        .seen()
        .into_iter()
        .filter_map(|seen| if let Seen::Question(service) = seen { Some(service) } else { None })
        .collect();
    let expected = ["NAVNE3", "ADRESSE3", "ADRESSE4", "BESKYT3", "CIVIL3", "FAMILIE", "TIDLPNR", "NVNSOG2", "ADRSOG1"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_search_is_paged_by_the_key_that_cpr_gave() {
    let office = Office::open().await;
    office.with(|state| {
        state.answer = Box::new(|service, key| {
            let page = Page::read(key).unwrap();
            let child = FamilieRow::default();
            let mut answer = ServiceAnswer::of_rows::<FamilieRow>(service, [("1".to_owned(), &child)]);
            let table = answer.tables.remove("FAMILIE").unwrap();
            let rest = page.after.is_none().then(|| "side2".to_owned());
            answer.tables.insert("NAVNSOEG".to_owned(), Table { rest, total: page.count.then_some(2), ..table });
            (answer, Some(Receipt::ok()))
        });
    });
    let client = client(&office, fixed());
    let criteria = NameCriteria { name: Some("Henriksen".to_owned()), ..NameCriteria::default() };
    let first = client.search_name(&criteria, &Page { count: true, ..Page::default() }).await.unwrap();
    assert_eq!((first.total, first.rest.as_deref(), first.hits.len()), (Some(2), Some("side2"), 1));
    let second = client.search_name(&criteria, &Page { after: first.rest, ..Page::default() }).await.unwrap();
    assert_eq!((second.total, second.rest), (None, None));
}

#[tokio::test]
async fn nothing_of_a_person_or_a_password_is_in_an_error() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    let text = |error: &ClientError| format!("{error} {error:?}");
    office.with(|state| {
        state.answer = Box::new(|service, _| {
            let receipt = Receipt::error(52, "Personnummeret 0707614285 er ikke gyldigt");
            (ServiceAnswer::empty(service), Some(receipt))
        });
    });
    let mut all = text(&lookup(&client).await.unwrap_err());
    office.with(|state| {
        state.answer = Box::new(|service, _| {
            let mut answer = ServiceAnswer::empty(service);
            answer.fields.set("FOEDDATO", cpr::gctp::Field::new("7. juli 1961"));
            (answer, Some(Receipt::ok()))
        });
    });
    all += &text(&lookup(&client).await.unwrap_err());
    office.will([Mischief::Body(b"<root>0707614285".to_vec())]);
    all += &text(&lookup(&client).await.unwrap_err());
    all += &format!("{client:?}");
    for personal in ["0707614285", "1961", "juli", "Gammel1!", "WAB12345"] {
        assert!(!all.contains(personal), "{personal} in {all}");
    }
    assert!(all.contains("field FOEDDATO: expected a date of 8 or 12 digits"));
}
