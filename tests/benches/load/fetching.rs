//! *Hent fra CPR*: `POST /parties/{id}/cpr/fetch`, less the time that CPR itself takes.
//!
//! CPR's time is measured by asking the simulator the same eight questions with nothing around them: first the two of
//! the look-up at once, then the six behind the CPR tab at once, each on a connection of its own, as CPR's handbook wants
//! it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use cpr::PersonalNumber;
use cpr::gctp::{LookupKey, Request, Secret, service};
use cpr_simulator::{GCTP_PATH, Simulator};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ground::Kind;
use crate::numbers::{median, ms, percentile};
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::traffic::{self, Connection};

const AT_FIRST: [&str; 2] = [service::STAM, service::NAVNE3];
const THEN: [&str; 6] =
    [service::ADRESSE3, service::ADRESSE4, service::BESKYT3, service::FAMILIE, service::CIVIL3, service::TIDLPNR];

const FETCHES: usize = 500;

struct Subject {
    fetch: Vec<u8>,
    number: PersonalNumber,
}

pub async fn measure(
    kind: Kind,
    house: &Process,
    simulator: &Simulator,
    token: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let office = Office::sign_on(simulator).await?;
    let mut caller = Connection::open(house.address).await?;
    let mut subjects = Vec::new();
    let mut first_time = Vec::new();
    for number in cpr_simulator::Population::demo().persons().map(|person| person.number) {
        let party = json!({ "name": "Navn fra sagen", "personalNumber": number.digits().as_str() }).to_string();
        let Ok(party) = caller.ask(&traffic::post("/api/v1/parties", token, &party)).await else {
            // Somebody whose number was changed, and who was fetched by the old one, has this number already.
            continue;
        };
        let party: Value = serde_json::from_slice(party)?;
        let id = party["id"].as_str().context("a party has an id")?;
        let subject = Subject { fetch: traffic::post(&format!("/api/v1/parties/{id}/cpr/fetch"), token, "{}"), number };
        let before = simulator.counters();
        let begun = Instant::now();
        let fetched = caller.ask(&subject.fetch).await;
        let took = begun.elapsed();
        if fetched.is_err() {
            // CPR knows nothing of that number; the rest of the answer has been read.
            continue;
        }
        // Somebody who got another number is another conversation.
        if asked_all_once(&before, &simulator.counters()) {
            first_time.push(took.saturating_sub(office.ask(subject.number).await?));
            subjects.push(subject);
        }
    }
    ensure!(subjects.len() >= 20, "only {} persons to fetch", subjects.len());

    let (mut whole, mut cpr, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for subject in subjects.iter().cycle().take(FETCHES) {
        let fetch = traffic::time(&mut caller, &subject.fetch).await?;
        let asking = office.ask(subject.number).await?;
        whole.push(fetch);
        cpr.push(asking);
        own.push(fetch.saturating_sub(asking));
    }
    report.heading(&format!("*Hent fra CPR*, {}", kind.name()));
    report.text(&format!(
        "{} fetches of {} persons, one after the other, eight questions to CPR each; CPR has nothing new. After each the same \
        questions are put to the simulator directly.\n\n| | p50 | p90 | p99 |\n|---|---|---|---|\n",
        whole.len(),
        subjects.len()
    ));
    for (what, times) in [
        ("the fetch", &whole),
        ("the questions alone", &cpr),
        ("difference", &own),
        ("difference at the first fetch of a person, which stores everything", &first_time),
    ] {
        let [p50, p90, p99] = [50, 90, 99].map(|percent| ms(percentile(times, percent)));
        report.text(&format!("| {what} | {p50} | {p90} | {p99} |\n"));
    }
    let own_ms = |times: &[Duration]| median(times).as_secs_f64() * 1000.0;
    let name = kind.name();
    report.goal(&format!("*Hent fra CPR* on {name} less CPR's own time, p50"), own_ms(&own), " ms", Goal::Below(3.0));
    report.goal(
        &format!("*Hent fra CPR* on {name}, first time, less CPR's own time, p50"),
        own_ms(&first_time),
        " ms",
        Goal::Below(3.0),
    );
    Ok(())
}

fn asked_all_once(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> bool {
    let asked = |service: &str| after.get(service).unwrap_or(&0) - before.get(service).unwrap_or(&0);
    AT_FIRST.iter().chain(&THEN).all(|service| asked(service) == 1)
}

/// Asks the simulator without a client.
struct Office {
    address: SocketAddr,
    token: String,
}

impl Office {
    async fn sign_on(simulator: &Simulator) -> anyhow::Result<Office> {
        let sign_on = Request::sign_on(simulator.user(), Secret::new(simulator.password()));
        let mut office = Office { address: simulator.address(), token: String::new() };
        let answer = office.exchange(&sign_on).await?;
        let answer = String::from_utf8_lossy(&answer);
        let (_, token) = answer.split_once("Token=").context("no token")?;
        office.token = token.split(';').next().unwrap_or_default().to_owned();
        Ok(office)
    }

    /// All questions of a fetch.
    async fn ask(&self, number: PersonalNumber) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        for services in [&AT_FIRST[..], &THEN] {
            let key = LookupKey { number: Some(number) };
            try_join_all(services.iter().map(|service| {
                let question = Request::question(*service, &key);
                async move { self.exchange(&question).await }
            }))
            .await?;
        }
        Ok(begun.elapsed())
    }

    async fn exchange(&self, request: &Request) -> anyhow::Result<Vec<u8>> {
        let body = request.to_bytes();
        let head = format!(
            "POST {GCTP_PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\nconnection: close\r\n\
            cookie: Token={}\r\ncontent-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(&[head.as_bytes(), &body].concat()).await?;
        let mut answer = Vec::with_capacity(8 * 1024);
        stream.read_to_end(&mut answer).await?;
        ensure!(answer.starts_with(b"HTTP/1.1 200 "), "the simulator: {}", String::from_utf8_lossy(&answer));
        Ok(answer)
    }
}
