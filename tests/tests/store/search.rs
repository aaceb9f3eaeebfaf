use backend::domain::page::PageRequest;
use backend::domain::party::{ChangeSource, ExternalId, Party, PartyCriteria, PartyFilter, PartyKind};
use backend::domain::person::Status;
use backend::domain::search::{party_tokens, query_tokens, sort_key};
use backend::store::{Database, Error, party};
use chrono::Duration;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sea_orm::{ConnectionTrait, DbBackend};
use tests::database::{TestDatabase, with_database};

use super::{at, first, named, noon, number, numbered, open, registered, store};

tests::on_each_database! {
    using with_database;
    every_word_must_begin_a_word_of_the_party,
    search_finds_what_the_rule_says,
    the_index_alone_finds_what_the_rule_says,
    pages_go_on_from_the_index,
    a_query_without_words_finds_nothing,
    a_query_cannot_break_out_of_its_quotes,
    words_follow_the_party,
    a_masked_party_is_not_found_by_its_address,
    more_hits_than_a_page_come_newest_first,
    hits_that_fit_into_a_page_come_by_name,
    words_go_with_every_other_criterion,
    without_words_parties_come_by_name_in_danish_order,
    each_criterion_selects,
    duplicates_are_told,
    masked_addresses_make_no_duplicates,
}

fn words(query: &str) -> PartyCriteria {
    PartyCriteria { tokens: Some(query_tokens(query)), ..PartyCriteria::default() }
}

async fn names(database: &Database, criteria: &PartyCriteria) -> Vec<String> {
    let found = party::search(&database.read(), criteria, &first(50)).await.unwrap();
    found.items.into_iter().map(|party| party.fields.name).collect()
}

async fn every_word_must_begin_a_word_of_the_party(database: &TestDatabase) {
    let database = open(database).await;
    let mut jens = at(named("Jens Åge Mortensen"), "Boulevarden 101, 1 m", "6000", "Kolding");
    jens.fields.email = Some("jens.mortensen@example.dk".to_owned());
    let rene = at(named("René O'Hara-Ærø"), "Ny Østergade 2", "1101", "København K");
    store(&database, &[jens, rene]).await;
    for (query, expected) in [
        ("jens", "Jens Åge Mortensen"),
        ("JEN mort", "Jens Åge Mortensen"),
        ("mortensen, jens", "Jens Åge Mortensen"),
        ("aage", "Jens Åge Mortensen"),
        ("åg", "Jens Åge Mortensen"),
        ("boul 101", "Jens Åge Mortensen"),
        ("6000 kolding", "Jens Åge Mortensen"),
        ("example.dk", "Jens Åge Mortensen"),
        ("j", "Jens Åge Mortensen"),
        ("rene", "René O'Hara-Ærø"),
        ("hara ærø", "René O'Hara-Ærø"),
        ("østergade københavn", "René O'Hara-Ærø"),
    ] {
        assert_eq!(names(&database, &words(query)).await, [expected], "{query}");
    }
    for query in ["ens", "jens rene", "jensen", "aero", "6001", "ostergade"] {
        assert!(names(&database, &words(query)).await.is_empty(), "{query}");
    }
}

/// Both databases against the rule, spelled out over every party: so they agree with each other too.
async fn search_finds_what_the_rule_says(database: &TestDatabase) {
    search_against_the_rule(&open(database).await).await;
}

/// The latest parties are looked at one by one on PostgreSQL; here none of them meets anything.
async fn the_index_alone_finds_what_the_rule_says(database: &TestDatabase) {
    let raw = database.connect().await.unwrap();
    let database = open(database).await;
    if raw.get_database_backend() == DbBackend::Postgres {
        let latest = "INSERT INTO party_search (seq, shown) \
            SELECT seq, array_to_tsvector(ARRAY['zz']) FROM generate_series(1000001, 1020000) AS seq";
        raw.execute_unprepared(latest).await.unwrap();
    }
    search_against_the_rule(&database).await;
}

async fn search_against_the_rule(database: &Database) {
    let mut runner = TestRunner::deterministic();
    let any = |pattern: &str| {
        let pattern = proptest::string::string_regex(pattern).unwrap();
        move |runner: &mut TestRunner| pattern.new_tree(runner).unwrap().current()
    };
    // Few letters, so that words begin alike; cases, accents, marks of their own and letters from elsewhere.
    let name = any("[a-cA-C0-2éÉåÅæØß\u{30a}\u{301}Ω中 .'-]{0,14}|[aæ]{7,11}");
    let query = any("[a-cA-C0-2éåÅæØß\u{30a}中 -]{1,5}|[aæ]{6,11}");
    let mut parties: Vec<Party> = Vec::new();
    for serial in 0..200 {
        let mut party = at(numbered(&name(&mut runner), number(serial)), &name(&mut runner), "1101", "København K");
        if serial.is_multiple_of(3) {
            party.register = Some(registered(&party, Status::Resident, None, serial.is_multiple_of(2)));
        }
        parties.push(party);
    }
    store(database, &parties).await;
    let mut found = 0;
    for at in 0..300 {
        let tokens = query_tokens(&query(&mut runner));
        let mask_protected = at % 2 == 0;
        let mut expected: Vec<&str> =
            parties.iter().filter(|party| meets(party, &tokens, mask_protected)).map(name_of).collect();
        expected.sort_by_cached_key(|name| sort_key(name));
        let criteria = PartyCriteria { tokens: Some(tokens), mask_protected, ..PartyCriteria::default() };
        let page = PageRequest { limit: 200, after: None };
        let hits = party::search(&database.read(), &criteria, &page).await.unwrap();
        assert_eq!(hits.items.iter().map(name_of).collect::<Vec<_>>(), expected, "{:?}", criteria.tokens);
        found += hits.items.len();
    }
    assert!(found > 1000, "{found} hits are too few to say anything");
}

fn name_of(party: &Party) -> &str {
    &party.fields.name
}

fn meets(party: &Party, tokens: &[String], mask_protected: bool) -> bool {
    let words = party_tokens(party);
    let words = if mask_protected && party.is_protected() { words.open } else { words.full };
    !tokens.is_empty() && tokens.iter().all(|token| words.iter().any(|word| word.starts_with(token.as_str())))
}

async fn a_query_without_words_finds_nothing(database: &TestDatabase) {
    let database = open(database).await;
    store(&database, &[named("Jens"), named("")]).await;
    assert!(names(&database, &words(" .,*")).await.is_empty());
}

async fn a_query_cannot_break_out_of_its_quotes(database: &TestDatabase) {
    let database = open(database).await;
    store(&database, &[named("Jens"), named("Near Or Not And")]).await;
    for token in ["", "x\"* OR \"jens", "x' | 'jens", "x\\' | 'jens", "jens\") OR (\"near", "*", ":*"] {
        let criteria = PartyCriteria { tokens: Some(vec![token.to_owned()]), ..PartyCriteria::default() };
        // `query_tokens` never makes such a token.
        let found = party::search(&database.read(), &criteria, &first(50)).await;
        assert!(found.is_ok_and(|page| page.items.is_empty()), "{token}");
    }
    for query in ["near", "or", "not", "and"] {
        assert_eq!(names(&database, &words(query)).await, ["Near Or Not And"]);
    }
}

async fn words_follow_the_party(database: &TestDatabase) {
    let database = open(database).await;
    let before = named("Før");
    store(&database, std::slice::from_ref(&before)).await;
    let mut party = before.clone();
    party.fields.name = "Efter".to_owned();
    party.version = 2;
    let write = database.begin().await.unwrap();
    party::update(&write, &before, &party).await.unwrap();
    write.commit().await.unwrap();
    assert!(names(&database, &words("før")).await.is_empty());
    assert_eq!(names(&database, &words("efter")).await, ["Efter"]);
    let write = database.begin().await.unwrap();
    party::delete(&write, party.id, 2).await.unwrap();
    write.commit().await.unwrap();
    assert!(names(&database, &words("efter")).await.is_empty());
}

fn protected(name: &str, serial: u32) -> Party {
    let mut party = at(numbered(name, number(serial)), "Skjulvej 1", "8000", "Aarhus C");
    party.register = Some(registered(&party, Status::Resident, None, true));
    party
}

async fn a_masked_party_is_not_found_by_its_address(database: &TestDatabase) {
    let database = open(database).await;
    let open_party = at(named("Aksel Åben"), "Skjulvej 1", "8000", "Aarhus C");
    store(&database, &[protected("Aksel Skjult", 1), open_party]).await;
    let masked = |query| PartyCriteria { mask_protected: true, ..words(query) };
    assert_eq!(names(&database, &words("skjulvej")).await, ["Aksel Skjult", "Aksel Åben"]);
    assert_eq!(names(&database, &words("aksel skjulvej 8000")).await, ["Aksel Skjult", "Aksel Åben"]);
    assert_eq!(names(&database, &masked("skjulvej")).await, ["Aksel Åben"]);
    assert_eq!(names(&database, &masked("aksel aarhus")).await, ["Aksel Åben"]);
    assert_eq!(names(&database, &masked("aksel")).await, ["Aksel Skjult", "Aksel Åben"]);
}

async fn more_hits_than_a_page_come_newest_first(database: &TestDatabase) {
    let database = open(database).await;
    let parties: Vec<Party> = (0..7).map(|at| named(&format!("Jens {at}"))).collect();
    store(&database, &parties).await;
    let mut page = first(3);
    let mut found = Vec::new();
    loop {
        let hits = party::search(&database.read(), &words("jens"), &page).await.unwrap();
        found.extend(hits.items);
        store(&database, &[named("Jens Ny")]).await;
        page.after = hits.next;
        if page.after.is_none() {
            break;
        }
    }
    assert!(found.iter().rev().eq(parties.iter()));
    page.after = Some("x".to_owned());
    let lost = party::search(&database.read(), &words("jens"), &page).await.map(|_| ());
    assert_eq!(lost, Err(Error::Place));
}

/// A page that the latest parties fill, and pages that they do not, without a party twice or never.
async fn pages_go_on_from_the_index(database: &TestDatabase) {
    let raw = database.connect().await.unwrap();
    let database = open(database).await;
    let parties: Vec<Party> = (0..9).map(|at| named(&format!("Langtnavnet {at}"))).collect();
    store(&database, &parties[..6]).await;
    if raw.get_database_backend() == DbBackend::Postgres {
        let gap = "INSERT INTO party_search (seq, shown) \
            SELECT seq, array_to_tsvector(ARRAY['langtnav']) FROM generate_series(101, 20100) AS seq";
        raw.execute_unprepared(gap).await.unwrap();
        raw.execute_unprepared("ALTER TABLE party ALTER seq RESTART WITH 20101").await.unwrap();
    }
    store(&database, &parties[6..]).await;
    let mut page = first(2);
    let mut found = Vec::new();
    loop {
        let hits = party::search(&database.read(), &words("langtnavn"), &page).await.unwrap();
        found.extend(hits.items);
        page.after = hits.next;
        if page.after.is_none() {
            break;
        }
    }
    assert!(found.iter().rev().eq(parties.iter()), "{:?}", found.iter().map(name_of).collect::<Vec<_>>());
}

async fn hits_that_fit_into_a_page_come_by_name(database: &TestDatabase) {
    let database = open(database).await;
    store(&database, &["Jens Å", "Jens Æ", "Jens B", "Jens A"].map(named)).await;
    assert_eq!(names(&database, &words("jens")).await, ["Jens A", "Jens B", "Jens Æ", "Jens Å"]);
    let three = party::search(&database.read(), &words("jens"), &first(3)).await.unwrap();
    assert_eq!(three.items.iter().map(name_of).collect::<Vec<_>>(), ["Jens A", "Jens B", "Jens Æ"]);
}

async fn words_go_with_every_other_criterion(database: &TestDatabase) {
    let database = open(database).await;
    let mut company = named("Jens Byg");
    company.fields.kind = PartyKind::Company;
    company.fields.cvr_number = Some("12345678".to_owned());
    store(&database, &[company.clone(), named("Jens Sen"), protected("Jens Skjult", 1)]).await;
    let by_kind = PartyCriteria { kind: Some(PartyKind::Company), ..words("jens") };
    let by_number = PartyCriteria { personal_number: Some(number(1)), ..words("jens") };
    let by_filter = PartyCriteria { filter: Some(PartyFilter::Protected), mask_protected: true, ..words("jens") };
    let by_all = PartyCriteria {
        cvr_number: Some("12345678".to_owned()),
        ids: Some(vec![company.id]),
        changed_since: Some(noon()),
        ..by_kind.clone()
    };
    assert_eq!(names(&database, &by_kind).await, ["Jens Byg"]);
    assert_eq!(names(&database, &by_all).await, ["Jens Byg"]);
    assert_eq!(names(&database, &by_number).await, ["Jens Skjult"]);
    assert_eq!(names(&database, &by_filter).await, ["Jens Skjult"]);
}

async fn without_words_parties_come_by_name_in_danish_order(database: &TestDatabase) {
    let database = open(database).await;
    let sorted = ["Abel", "abel b", "Ole", "Zoë", "Ærø", "Østen", "Aase", "Åse"];
    let parties: Vec<Party> = [3, 7, 0, 5, 2, 6, 1, 4].map(|at| named(sorted[at])).to_vec();
    store(&database, &parties).await;
    let mut page = PageRequest { limit: 3, after: None };
    let mut found = Vec::new();
    loop {
        let hits = party::search(&database.read(), &PartyCriteria::default(), &page).await.unwrap();
        found.extend(hits.items.into_iter().map(|party| party.fields.name));
        page.after = hits.next;
        if page.after.is_none() {
            break;
        }
    }
    // `Aase` and `Åse` have the same key, and the one created first comes first.
    assert_eq!(found, ["Abel", "abel b", "Ole", "Zoë", "Ærø", "Østen", "Åse", "Aase"]);
    page.after = Some("x".to_owned());
    let lost = party::search(&database.read(), &PartyCriteria::default(), &page).await.map(|_| ());
    assert_eq!(lost, Err(Error::Place));
}

async fn each_criterion_selects(database: &TestDatabase) {
    let database = open(database).await;
    let mut moved = numbered("Flyttet", number(2));
    moved.former_numbers = vec![number(9)];
    moved.changed_by = ChangeSource::Lookup;
    let mut company = named("Firma");
    company.fields.kind = PartyKind::Company;
    company.fields.cvr_number = Some("12345678".to_owned());
    company.fields.external_ids = vec![ExternalId { system: "crm".to_owned(), id: "1".to_owned() }];
    let mut late = named("Sen");
    late.updated_at = noon() + Duration::hours(1);
    store(&database, &[protected("Skjult", 1), moved, company.clone(), late]).await;
    let all = PartyCriteria::default();
    let filter = |filter| PartyCriteria { filter: Some(filter), ..PartyCriteria::default() };
    for (criteria, expected) in [
        (PartyCriteria { personal_number: Some(number(2)), ..all.clone() }, vec!["Flyttet"]),
        (PartyCriteria { personal_number: Some(number(9)), ..all.clone() }, vec!["Flyttet"]),
        (PartyCriteria { cvr_number: Some("12345678".to_owned()), ..all.clone() }, vec!["Firma"]),
        (PartyCriteria { external_id: company.fields.external_ids.first().cloned(), ..all.clone() }, vec!["Firma"]),
        (PartyCriteria { ids: Some(vec![company.id]), ..all.clone() }, vec!["Firma"]),
        (PartyCriteria { ids: Some(vec![]), ..all.clone() }, vec![]),
        (PartyCriteria { case_number: Some("1".to_owned()), ..all.clone() }, vec![]),
        (PartyCriteria { kind: Some(PartyKind::Company), ..all.clone() }, vec!["Firma"]),
        (PartyCriteria { changed_since: Some(noon() + Duration::minutes(1)), ..all.clone() }, vec!["Sen"]),
        (filter(PartyFilter::Protected), vec!["Skjult"]),
        (filter(PartyFilter::WithoutPersonalNumber), vec!["Sen"]),
        (filter(PartyFilter::ChangedByCpr), vec!["Flyttet"]),
        (filter(PartyFilter::Duplicates), vec![]),
    ] {
        assert_eq!(names(&database, &criteria).await, expected);
    }
}

fn duplicates(mask_protected: bool) -> PartyCriteria {
    PartyCriteria { filter: Some(PartyFilter::Duplicates), mask_protected, ..PartyCriteria::default() }
}

async fn duplicates_are_told(database: &TestDatabase) {
    let database = open(database).await;
    let company = |name: &str, p_number: Option<&str>| {
        let mut company = named(name);
        company.fields.kind = PartyKind::Company;
        company.fields.cvr_number = Some("12345678".to_owned());
        company.fields.p_number = p_number.map(str::to_owned);
        company
    };
    let mut moved = numbered("Dobbelt gammel", number(1));
    moved.register = Some(registered(&moved, Status::Deleted, Some(number(2)), false));
    let mut former = numbered("Tidligere ny", number(3));
    former.former_numbers = vec![number(4)];
    store(
        &database,
        &[
            at(named("Adresse Ens"), "Vej 1", "8000", "Aarhus C"),
            at(named("ADRESSE ENS"), "Vej 1", "8000", "Aarhus C"),
            at(named("Adresse Ens"), "Vej 2", "8000", "Aarhus C"),
            company("Byg 1", None),
            company("Byg 2", None),
            company("Byg P-enhed", Some("1234567890")),
            moved,
            numbered("Dobbelt ny", number(2)),
            former,
            numbered("Tidligere gammel", number(4)),
            named("Alene"),
            named("Alene"),
        ],
    )
    .await;
    let expected = [
        "Adresse Ens",
        "ADRESSE ENS",
        "Byg 1",
        "Byg 2",
        "Dobbelt gammel",
        "Dobbelt ny",
        "Tidligere gammel",
        "Tidligere ny",
    ];
    assert_eq!(names(&database, &duplicates(false)).await, expected);
}

async fn masked_addresses_make_no_duplicates(database: &TestDatabase) {
    let database = open(database).await;
    let open_party = at(named("Ens"), "Skjulvej 1", "8000", "Aarhus C");
    store(&database, &[protected("Ens", 1), open_party]).await;
    assert_eq!(names(&database, &duplicates(false)).await, ["Ens", "Ens"]);
    assert!(names(&database, &duplicates(true)).await.is_empty());
}
