//! What the program says about itself, as text and as JSON at once, at the finest level: who asked is found again in every
//! line, and nobody's data is in any.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use backend::telemetry;
use cpr::PersonalNumber;
use cpr_simulator::{Flaw, LifeEvent, Trouble};
use openapi::job::JobRunState;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{House, on_each_database, run_following};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::{CASEWORKER, create, run_job};

const JENS: &str = "0707614285";

/// Everything that this test program's houses say, from the first call on.
#[derive(Clone, Default)]
pub struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    fn buffer(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much it is.
    pub fn so_far(&self) -> usize {
        self.buffer().len()
    }

    /// What was said since then.
    pub fn since(&self, before: usize) -> String {
        String::from_utf8_lossy(&self.buffer()[before..]).into_owned()
    }

    /// The lines among them that are JSON.
    fn lines_since(&self, before: usize) -> Vec<Value> {
        self.since(before).lines().filter(|line| line.starts_with('{')).map(|line| line.parse().unwrap()).collect()
    }
}

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.buffer().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Said {
    type Writer = Said;

    fn make_writer(&'a self) -> Said {
        self.clone()
    }
}

/// Begins to listen. The tests' own client speaks through the same libraries as the house (it asks for paths with numbers in
/// them), so `hyper` and `reqwest` are not listened to.
pub fn listen() -> &'static Said {
    static SAID: OnceLock<Said> = OnceLock::new();
    SAID.get_or_init(|| {
        let said = Said::default();
        let finest = "trace,hyper=off,hyper_util=off,reqwest=off,h2=off,rustls=off,mio=off";
        let listening = tracing_subscriber::registry().with(EnvFilter::new(finest));
        let listening = listening.with(telemetry::text(said.clone())).with(telemetry::json(said.clone()));
        assert!(listening.try_init().is_ok(), "somebody else listens");
        said
    })
}

async fn every_line_about_a_request_carries_its_id_down_to_the_questions_to_cpr(house: &House) {
    let (said, id) = (listen(), uuid::Uuid::new_v4().to_string());
    let before = said.so_far();
    house.cpr().turn(|knobs| knobs.trouble = Some(Trouble::HttpStatus(500)));
    let look_up = house.with(CASEWORKER).api(Method::POST, "/cpr/lookup").json(&json!({ "personalNumber": JENS }));
    look_up.header("X-Request-Id", &id).send().await.expect(503);
    let lines = said.lines_since(before);
    let of_request: Vec<&Value> = lines.iter().filter(|line| line["span"]["trace_id"] == json!(id)).collect();
    let with = |message: &str| of_request.iter().find(|line| line["message"] == json!(message));
    let request = with("request").unwrap_or_else(|| panic!("{of_request:#?}"));
    assert_eq!((&request["status"], &request["code"]), (&json!(503), &json!("cpr-unavailable")), "{request}");
    assert_eq!((&request["route"], &request["level"]), (&json!("/api/v1/cpr/lookup"), &json!("INFO")), "{request}");
    assert!(with("CPR Services did not answer").is_some(), "the client of CPR says so: {of_request:#?}");
    let asked = with("asked CPR").unwrap_or_else(|| panic!("{of_request:#?}"));
    assert_eq!((&asked["door"], &asked["question"]), (&json!("cpr-services"), &json!("look-up")), "{asked}");
    assert_eq!((&asked["outcome"], &asked["level"]), (&json!("unavailable"), &json!("WARN")), "{asked}");
}

async fn the_jobs_name_nobody_and_their_questions_carry_their_run(house: &House) {
    let said = listen();
    let before = said.so_far();
    let party = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    let case = json!({ "status": "open", "parties": [{ "partyId": party.id }] });
    house.with(&["Sagsintegration"]).put("/cases/S-1", &case).await.expect(201);
    let followed = run_job(house, "reconcile-subscriptions").await;
    assert_eq!(followed.state, JobRunState::Succeeded, "{followed:?}");
    let jens = PersonalNumber::parse(JENS).unwrap();
    for (event, other) in [(LifeEvent::Move, ""), (LifeEvent::Rename, "Holm"), (LifeEvent::Protect, "")] {
        house.cpr().happen(event, jens, other).unwrap();
    }
    house.cpr().night().deliver().unwrap();
    house.cpr().night().deliver_flawed(Flaw::WrongCount).unwrap();
    for job in ["receive-deliveries", "apply-deliveries", "close-audit-entries"] {
        assert_eq!(run_job(house, job).await.state, JobRunState::Succeeded, "{job}");
    }
    house.with(&["Sagsintegration"]).delete("/cases/S-1").await.expect(204);
    assert_eq!(run_job(house, "reconcile-subscriptions").await.state, JobRunState::Succeeded);

    let lines = said.lines_since(before);
    let asked = |question: &str| {
        let mut of_question = lines.iter().filter(|line| line["question"] == json!(question));
        of_question
            .any(|line| line["door"] == json!("cpr-direkte") && line["span"]["job"] == json!("reconcile-subscriptions"))
    };
    assert!(asked("subscribe") && asked("unsubscribe"), "{lines:#?}");
    for secret in [JENS, "070761-4285", "Mortensen", "Holm", "Industriv", "Hovedgaden"] {
        for line in said.since(before).lines() {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}

on_each_database! { every_line_about_a_request_carries_its_id_down_to_the_questions_to_cpr }

mod following {
    use super::*;

    on_each_database! { using run_following; the_jobs_name_nobody_and_their_questions_carry_their_run }
}
