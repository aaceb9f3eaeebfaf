//! The demo (`serve --demo`): a CPR simulator of its own, and parties and cases to look at. The persons are the fictitious ones
//! of CPR's demo system; the companies are invented.
//!
//! The simulator's files lie beside the database under `data/`: what the demo knows of CPR and what CPR knows of the demo
//! are kept together, so that a restart finds both as they were.

use std::collections::BTreeSet;

use anyhow::Context as _;
use chrono::Duration;
use cpr_simulator::{Knobs, NightKnobs, Options, Simulator};
use openapi::privilege::Privilege;

use crate::actions::case::Expected;
use crate::actions::person::Fetch;
use crate::actions::{Actions, Context};
use crate::clock::SharedClock;
use crate::domain::caller::Caller;
use crate::domain::input::{RawAddress, RawCase, RawCaseParty, RawParty};
use crate::domain::page::PageRequest;
use crate::domain::party::{ExternalId, PartyKind};
use crate::http::DEMO_ISSUER;

/// What the demo has beside the house.
pub struct Demo {
    simulator: Simulator,
}

impl Demo {
    /// Starts the simulator on free ports of loopback.
    ///
    /// # Errors
    /// When there is no free port, or its files cannot be written.
    pub fn start(clock: SharedClock) -> anyhow::Result<Demo> {
        let options = Options {
            knobs: Knobs { night: NightKnobs { scheduled: true, ..NightKnobs::default() }, ..Knobs::default() },
            delivery_folder: Some("data/deliveries".into()),
            ca_file: Some("data/cpr-simulator-ca.pem".into()),
            memory: Some("data/cpr-simulator.json".into()),
            ..Options::new(move || clock.now())
        };
        let simulator = Simulator::start(options).context("CPR-simulatoren kan ikke startes")?;
        Ok(Demo { simulator })
    }

    /// The settings of the demo, as TOML on top of the defaults.
    pub fn settings(&self) -> String {
        let (direkte, night) = (self.simulator.direkte(), self.simulator.night());
        format!(
            "[auth]\nissuer = '{DEMO_ISSUER}'\naudience = '{DEMO_ISSUER}'\n\
             [cpr.gctp]\nurl = '{}'\nuser = '{}'\npassword = '{}'\n\
             [cpr.direkte]\nhost = '{}'\nport = {}\nca_file = '{}'\n\
             customer_number = '{}'\nuser = '{}'\npassword = '{}'\n\
             [cpr.delivery]\nfolder = '{}'\ntask_number = '{}'\nupload = true\n",
            self.simulator.url(),
            self.simulator.user(),
            self.simulator.password(),
            direkte.host(),
            direkte.port(),
            direkte.ca_file().display(),
            direkte.customer_number(),
            direkte.user(),
            direkte.password(),
            night.folder().display(),
            night.task_number(),
        )
    }

    /// The page on which people move and files are delivered.
    pub fn simulator_url(&self) -> String {
        self.simulator.page_url()
    }
}

/// A person of the demo: name and number as the authority knows them, and an address that may be old or missing.
struct Person {
    name: &'static str,
    number: &'static str,
    line1: &'static str,
    postal: &'static str,
    /// CPR has been asked.
    fetched: bool,
}

const fn person(
    name: &'static str,
    number: &'static str,
    line1: &'static str,
    postal: &'static str,
    fetched: bool,
) -> Person {
    Person { name, number, line1, postal, fetched }
}

const PERSONS: [Person; 30] = [
    person("Jens Mortensen", "0707614285", "Skovvej 34", "6800 Varde", false),
    person("Aksel Sander", "0701614011", "", "", true),
    person("Gitte Sander", "0709614118", "", "", true),
    person("Kirsten Svanholm-Nielsen", "", "Industrivænget 2, 2 th", "9000 Aalborg", false),
    person("Lars Henriksen", "", "Svinget 50", "9000 Aalborg", false),
    person("Asta Jakobsen", "0701614038", "", "", true),
    person("Anne Mortensen", "0706614184", "", "", true),
    person("Lise Kofoed-Svendsen", "0706614818", "Industrivænget 4,2 th", "9000 Aalborg", false),
    person("Erna Møller-Madsen", "0707614226", "", "", true),
    person("Bodil Mikkelsen", "0707614234", "", "", true),
    person("Kurt Bang Christensen", "0708610089", "Via di Sole 49", "", false),
    person("Monika Eliasen", "0708614246", "", "", false),
    person("Robert Ullersen", "0108610069", "", "", false),
    person("Christian Svanholm-Nielsen", "0708614319", "", "", true),
    person("Poul-Erik Møller-Madsen", "0708614327", "Industrivænget 4, st. tv", "9000 Aalborg", false),
    person("Harald Mikkelsen", "0708614335", "", "", true),
    person("Helle Gunvorsen", "0709614258", "Svinget 57", "9000 Aalborg", false),
    person("Winnie Carlson", "0709614738", "", "", true),
    person("Henrik Mortensen", "0709614169", "", "", true),
    person("Arne Nikolaisen", "0709614037", "", "", true),
    person("Asger Johansen", "0709614045", "", "", true),
    person("Bettina Folmersen", "0709614096", "", "", true),
    person("Annette Ingdahl", "0709614126", "", "", true),
    person("Vibeke Sejersen", "0709614452", "", "", true),
    person("Anne-Birgitte Wicker", "0709614568", "", "", true),
    person("Bo Dahl-Eriksen", "0709614673", "", "", true),
    person("Janne Mortensen", "1312814362", "", "", true),
    person("Kaj Roland", "0905414143", "", "", true),
    person("Lisbeth Henriksen", "0912414426", "", "", true),
    person("Uri Ullermann", "2802363039", "", "", true),
];

/// Name, CVR number (invented, no valid control digit), address.
const COMPANIES: [(&str, &str, &str, &str); 4] = [
    ("Aalborg Tagdækning ApS", "10000010", "Industrivænget 110", "9000 Aalborg"),
    ("Varde Vvs og Varme A/S", "10000020", "Skovvej 12", "6800 Varde"),
    ("Advokatfirmaet Nordlys", "10000030", "Søgade 1", "9000 Aalborg"),
    ("Boligforeningen Svinget", "10000040", "Svinget 2", "9000 Aalborg"),
];

/// Case number, title, how many days ago it was closed, and the parties' places in the list with their roles.
type DemoCase = (&'static str, &'static str, Option<i64>, &'static [(usize, &'static str)]);

const CASES: [DemoCase; 7] = [
    ("2026-1001", "Byggetilladelse, Industrivænget 95", None, &[(0, "Ansøger"), (6, "Nabo")]),
    ("2026-1002", "Klage over støj, Svinget", None, &[(4, "Klager"), (23, "Indklaget"), (24, "Vidne")]),
    ("2026-1003", "Aktindsigt", None, &[(1, "Ansøger")]),
    ("2026-1004", "Boligstøtte", None, &[(5, "Ansøger"), (9, "Ansøger"), (15, "Ægtefælle")]),
    ("2026-0877", "Vejbidrag, Søgade", Some(20), &[(3, "Grundejer"), (22, "Grundejer")]),
    ("2026-0512", "Dødsbo", Some(80), &[(8, "Arving"), (14, "Afdøde")]),
    ("2025-0311", "Nedrivning", Some(400), &[(18, "Ejer")]),
];

/// Fills an empty register; leaves one that is not empty.
///
/// # Errors
/// When the database does not take it.
pub async fn seed(actions: &Actions, clock: &SharedClock) -> anyhow::Result<()> {
    let context = context();
    let first = PageRequest { limit: 1, after: None };
    if !actions.list_parties(&context, None, first).await.map_err(failed)?.items.is_empty() {
        return Ok(());
    }
    let mut ids = Vec::new();
    for person in &PERSONS {
        let (postal_code, city) = person.postal.split_once(' ').unwrap_or_default();
        let party = RawParty {
            name: Some(person.name.to_owned()),
            personal_number: filled(person.number),
            address: Some(RawAddress {
                line1: filled(person.line1),
                postal_code: filled(postal_code),
                city: filled(city),
                ..RawAddress::default()
            }),
            email: Some(format!(
                "{}@example.org",
                person.name.split([' ', '-']).next().unwrap_or("post").to_lowercase()
            ))
            .filter(|email| email.is_ascii()),
            ..RawParty::default()
        };
        let id = actions.create_party(&context, party).await.map_err(failed)?.id;
        ids.push(id);
        if person.fetched {
            actions.fetch_party_cpr(&context, id, Fetch::default(), None).await.map_err(failed)?;
        }
    }
    for (place, (name, cvr_number, line1, postal)) in COMPANIES.into_iter().enumerate() {
        let (postal_code, city) = postal.split_once(' ').unwrap_or_default();
        let party = RawParty {
            kind: Some(PartyKind::Company),
            name: Some(name.to_owned()),
            cvr_number: Some(cvr_number.to_owned()),
            address: Some(RawAddress {
                line1: filled(line1),
                postal_code: filled(postal_code),
                city: filled(city),
                ..RawAddress::default()
            }),
            external_ids: Some(vec![ExternalId { system: "demo".to_owned(), id: format!("virksomhed-{place}") }]),
            ..RawParty::default()
        };
        actions.create_party(&context, party).await.map_err(failed)?;
    }
    for (case_number, title, closed_days_ago, parties) in CASES {
        let party = |(place, role): &(usize, &str)| RawCaseParty {
            party_id: Some(ids[*place]),
            roles: Some(vec![(*role).to_owned()]),
            ..RawCaseParty::default()
        };
        let case = RawCase {
            title: Some(title.to_owned()),
            open: Some(closed_days_ago.is_none()),
            closed_at: closed_days_ago.map(|days| clock.now() - Duration::days(days)),
            responsible: Some("Signe Sagsbehandler".to_owned()),
            parties: Some(parties.iter().map(party).collect()),
            ..RawCase::default()
        };
        actions.put_case(&context, case_number, case, Expected::Anything).await.map_err(failed)?;
    }
    Ok(())
}

fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn failed(error: crate::actions::Error) -> anyhow::Error {
    anyhow::anyhow!("{}", error.code())
}

/// The demo's own hand, as the log shows it.
fn context() -> Context {
    Context {
        caller: Caller {
            privileges: BTreeSet::from([Privilege::UpdateFromCpr, Privilege::PartyEditor]),
            ..Caller::house("demo:opsætning")
        },
        operation: "seed_demo",
        trace_id: "demo".to_owned(),
        reason: Some("Opsætning af demoen".to_owned()),
        case_number: None,
        idempotency: None,
        noted: Default::default(),
    }
}
