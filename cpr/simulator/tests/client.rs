//! The real client against the simulator, over a socket: what one writes the other reads.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cpr::PersonalNumber;
use cpr::client::{ClientError, ErrorKind, GctpClient, PasswordSource, Profile, Settings};
use cpr::codes::{FamilyRelation, PersonStatus};
use cpr::gctp::{AddressCriteria, NameCriteria, Page, Refusal, Secret, SignOnRefusal};
use cpr_simulator::{Command, Options, Population, Profile as Customer, Simulator, Trouble, TroubleOn};

/// Simulator and client with one clock, which can be moved.
struct Line {
    simulator: Simulator,
    client: GctpClient,
    seconds: Arc<AtomicI64>,
}

impl Line {
    fn open() -> Self {
        Self::with(|simulator| PasswordSource::Fixed(Secret::new(simulator.password())))
    }

    fn with_password_file(file: &Path) -> Self {
        Self::with(|simulator| {
            std::fs::write(file, simulator.password()).unwrap();
            PasswordSource::File(file.to_owned())
        })
    }

    fn with(password: impl FnOnce(&Simulator) -> PasswordSource) -> Self {
        let seconds = Arc::new(AtomicI64::new(0));
        let passed = Arc::clone(&seconds);
        let now = move || start() + TimeDelta::seconds(passed.load(Ordering::SeqCst));
        let simulator = Simulator::start(Options::new(now.clone())).unwrap();
        let password = password(&simulator);
        let client = GctpClient::new(settings(&simulator, password), Arc::new(now)).unwrap();
        Self { simulator, client, seconds }
    }

    fn let_pass(&self, time: TimeDelta) {
        self.seconds.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    async fn jens(&self) -> Result<String, ClientError> {
        let found = self.client.lookup(number("0707614285"), Profile::Authority).await?;
        Ok(found.value.name.full().unwrap())
    }

    fn count(&self, service: &str) -> u64 {
        self.simulator.counters().get(service).copied().unwrap_or(0)
    }
}

fn settings(simulator: &Simulator, password: PasswordSource) -> Settings {
    Settings { url: simulator.url(), user: simulator.user(), password, timeout: Duration::from_secs(5) }
}

fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-06-15T09:15:00Z").unwrap().to_utc()
}

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn everything_that_is_said_of_everybody_can_be_read() {
    let line = Line::open();
    let population = Population::demo();
    for person in population.persons() {
        let number = person.number;
        let stam = line.client.lookup(number, Profile::Authority).await.unwrap().value;
        assert_eq!(stam.name.full().as_deref(), person.name.as_ref().map(|name| name.addressing.as_str()));
        assert_eq!((stam.sex, stam.birth_date), (Some(person.sex), Some(person.born)));
        assert_eq!(stam.status, Some(PersonStatus::of(&person.status)));
        assert_eq!(stam.protected.0, person.is_protected());
        assert_eq!(stam.current_number, person.current_number);
        assert_eq!(stam.has_any_address(), person.address.is_some() || person.emigrated.is_some());
        assert_eq!(stam.care_of.unwrap_or_default(), person.address.as_ref().map_or("", |it| it.care_of.as_str()));

        let name = line.client.name(number).await.unwrap().value;
        assert_eq!(name.first_names.as_deref(), person.name.as_ref().map(|name| name.first.as_str()));
        let address = line.client.address(number).await.unwrap().value;
        assert_eq!(address.has_contact_address, person.contact_address.is_some());
        let contact = line.client.contact_address(number).await.unwrap().value;
        let lines = person.contact_address.iter().flat_map(|address| &address.lines);
        assert_eq!(contact.lines(), lines.map(String::as_str).collect::<Vec<_>>());
        let protections = line.client.protections(number).await.unwrap().value.in_force();
        assert_eq!(protections.len(), person.protections.len());
        let civil = line.client.civil_status(number).await.unwrap().value;
        assert_eq!(civil.spouse_number, person.civil.as_ref().and_then(|civil| civil.spouse));
        let family = line.client.family(number).await.unwrap().value;
        let children = family.iter().filter(|row| row.relation == Some(FamilyRelation::Child));
        assert_eq!(children.count(), person.children.len());
        let former = line.client.former_numbers(number).await.unwrap().value;
        assert_eq!(former.len(), person.former_numbers.len());
    }
    assert_eq!(line.count("signon"), 1);
}

#[tokio::test]
async fn protected_persons_come_in_full_for_authorities_and_withheld_for_private_parties() {
    let line = Line::open();
    let aksel = number("0701614011");
    let full = line.client.lookup(aksel, Profile::Authority).await.unwrap().value;
    assert!(full.protected.0 && !full.is_withheld());
    line.simulator.turn(|knobs| knobs.profile = Customer::Private);
    let blanked = line.client.lookup(aksel, Profile::Private).await.unwrap().value;
    assert!(blanked.protected.0 && blanked.is_withheld());
    let refused = line.client.lookup(aksel, Profile::Authority).await.unwrap_err();
    assert_eq!(refused, ClientError::Refused(Refusal::NoAccess));
}

#[tokio::test]
async fn a_whole_road_is_read_page_by_page() {
    let line = Line::open();
    let road = AddressCriteria { postal_code: some("9000"), road_name: some("Industrivænget"), ..Default::default() };
    let mut page = Page { count: true, ..Page::default() };
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    loop {
        let found = line.client.search_address(&road, &page).await.unwrap();
        seen.extend(found.hits.iter().filter_map(|hit| hit.number));
        assert_eq!(found.total, Some(42));
        pages += 1;
        page.after = found.rest;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (42, 3));
    page.after = some("FEDCBA9876543210");
    let wrong = line.client.search_address(&road, &page).await.unwrap_err();
    assert_eq!(wrong, ClientError::Refused(Refusal::RestartKeyInvalid));
}

#[tokio::test]
async fn a_person_is_found_by_name_and_former_name() {
    let line = Line::open();
    let sex = Some(cpr::Sex::Male);
    let name = NameCriteria { name: some("Børgesen"), sex, former_names: true, ..Default::default() };
    let found = line.client.search_name(&name, &Page::default()).await.unwrap();
    assert_eq!(found.hits.iter().map(|hit| hit.number).collect::<Vec<_>>(), [Some(number("0701614011"))]);
    assert_eq!(found.rest, None);
    let without_sex = NameCriteria { sex: None, ..name };
    let refused = line.client.search_name(&without_sex, &Page::default()).await.unwrap_err();
    assert_eq!(refused, ClientError::Refused(Refusal::SexInvalid));
}

#[tokio::test]
async fn many_callers_share_one_token_and_a_lost_one_is_replaced_once() {
    let line = Line::open();
    let all = || async {
        let calls = (0..20).map(|_| {
            let client = line.client.clone();
            tokio::spawn(async move { client.lookup(number("0707614285"), Profile::Authority).await })
        });
        for call in calls.collect::<Vec<_>>() {
            assert!(call.await.unwrap().is_ok());
        }
    };
    all().await;
    assert_eq!((line.count("signon"), line.count("STAM")), (1, 20));
    line.simulator.command(Command::ForgetTokens);
    all().await;
    assert_eq!(line.count("signon"), 2);
    line.let_pass(TimeDelta::hours(2));
    all().await;
    assert_eq!(line.count("signon"), 3);
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_until_the_user_is_locked() {
    let line = Line::open();
    line.simulator.turn(|knobs| knobs.wrong_password = true);
    for _ in 0..10 {
        let refused = line.jens().await.unwrap_err();
        assert_eq!(refused, ClientError::SignOn(SignOnRefusal::PasswordWrong));
    }
    line.simulator.turn(|knobs| knobs.wrong_password = false);
    let right = PasswordSource::Fixed(Secret::new(line.simulator.password()));
    let again = GctpClient::new(settings(&line.simulator, right), Arc::new(start)).unwrap();
    assert!(again.lookup(number("0707614285"), Profile::Authority).await.is_ok(), "the user was not locked");
}

#[tokio::test]
async fn an_expired_password_is_renewed_in_its_file_and_a_lost_answer_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    let line = Line::with_password_file(&file);
    assert_eq!(line.jens().await.unwrap(), "Jens Mortensen");
    line.let_pass(TimeDelta::days(90));
    assert_eq!(line.jens().await.unwrap(), "Jens Mortensen");
    assert_eq!((line.count("newpass"), std::fs::read_to_string(&file).unwrap()), (1, line.simulator.password()));

    line.let_pass(TimeDelta::days(90));
    line.simulator.turn(|knobs| {
        knobs.trouble = Some(Trouble::DropConnection);
        knobs.trouble_on = TroubleOn::NewPassword;
        knobs.trouble_times = Some(1);
    });
    let before = line.simulator.password();
    assert!(line.jens().await.is_err());
    assert_ne!(line.simulator.password(), before, "CPR has changed it");
    assert_eq!(line.jens().await.unwrap(), "Jens Mortensen");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), line.simulator.password());
}

#[tokio::test]
async fn every_trouble_is_an_unavailable_cpr_and_passes() {
    for trouble in [
        Trouble::DropConnection,
        Trouble::HttpStatus(500),
        Trouble::HttpStatus(503),
        Trouble::TruncatedAnswer,
        Trouble::OversizedAnswer(3_000_000),
        Trouble::GarbledXml,
        Trouble::SystemReceipt,
    ] {
        let line = Line::open();
        line.jens().await.unwrap();
        line.simulator.turn(|knobs| {
            knobs.trouble = Some(trouble);
            knobs.trouble_times = Some(1);
        });
        let error = line.jens().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{trouble:?}: {error}");
        assert_eq!(line.jens().await.unwrap(), "Jens Mortensen", "{trouble:?}");
    }
}

#[tokio::test]
async fn a_service_without_access_is_told_from_the_others() {
    let line = Line::open();
    line.simulator.turn(|knobs| {
        knobs.refuse.insert("FAMILIE".to_owned(), 1035);
    });
    let refused = line.client.family(number("0707614285")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NoAccess);
    assert_eq!(line.jens().await.unwrap(), "Jens Mortensen");
}

#[tokio::test]
async fn answers_in_every_style_are_read() {
    for (prolog, omit_empty_fields, omit_receipt) in [(true, false, false), (false, true, false), (true, true, true)] {
        let line = Line::open();
        line.simulator.turn(|knobs| {
            knobs.prolog = Some(prolog);
            knobs.omit_empty_fields = omit_empty_fields;
            knobs.omit_receipt = omit_receipt;
        });
        assert_eq!(line.jens().await.unwrap(), "Jens Mortensen");
        let contact = line.client.contact_address(number("0707614285")).await.unwrap().value;
        assert_eq!(contact.lines(), [] as [&str; 0]);
    }
}
