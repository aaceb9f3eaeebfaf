//! What the outside watches, in Prometheus' text format: counts and times, never anybody's data. Every label has few values,
//! all of them words of this program.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use prometheus::{Gauge, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};

use super::Http;
use crate::actions::metrics::{DOOR_STATES, Door, Measures};

/// Up to so many seconds a request is counted into each class.
const SECONDS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What this process counts of the requests that it answers.
pub struct Meter {
    requests: HistogramVec,
    problems: IntCounterVec,
}

impl Meter {
    /// Counts nothing yet.
    ///
    /// # Errors
    /// When a name is none for Prometheus.
    pub fn new() -> Result<Meter, prometheus::Error> {
        let requests = HistogramOpts::new("request_duration_seconds", "Until the answer to a request began.");
        let problems = Opts::new("problems_total", "Answers that were problems, by code.");
        Ok(Meter {
            requests: HistogramVec::new(requests.buckets(SECONDS.to_vec()), &["operation", "status"])?,
            problems: IntCounterVec::new(problems, &["code"])?,
        })
    }

    /// Counts a request that was answered.
    pub fn note(&self, operation: &str, status: StatusCode, problem: Option<&str>, took: Duration) {
        let class = match status.as_u16() {
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.requests.with_label_values(&[operation, class]).observe(took.as_secs_f64());
        if let Some(code) = problem {
            self.problems.with_label_values(&[code]).inc();
        }
    }
}

/// `GET /metrics`. Without a database it says so, and tells only what this process knows by itself.
pub async fn get_metrics(house: web::Data<Http>) -> HttpResponse {
    let measures = house.actions.get_metrics().await.ok();
    match rendered(&house, measures.as_deref()).await {
        Ok(text) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, prometheus::TEXT_FORMAT)).body(text),
        Err(fault) => {
            tracing::error!(%fault, "metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

async fn rendered(house: &Http, measures: Option<&Measures>) -> Result<String, prometheus::Error> {
    let text = Page(Registry::new_custom(Some("partsregister".to_owned()), None)?);
    text.many("build_info", "The program's version.", "version", [(env!("CARGO_PKG_VERSION").to_owned(), 1.0)])?;
    text.one("database_up", "Whether the database answers.", if measures.is_some() { 1.0 } else { 0.0 })?;
    text.0.register(Box::new(house.meter.requests.clone()))?;
    text.0.register(Box::new(house.meter.problems.clone()))?;
    let own = house.actions.get_own_measures().await;
    for counted in own.counted {
        text.0.register(counted)?;
    }
    let refused = house.verifier.refused();
    text.counts("tokens_refused_total", "Requests without a valid token, by what was wrong.", "reason", refused)?;
    if let Some(answers) = house.verifier.provider_answers() {
        text.one("identity_provider_up", "Whether the provider told its keys when last asked.", f64::from(answers))?;
    }
    text.counts("database_errors_total", "Errors of the database, by kind.", "kind", own.database_errors)?;
    text.doors(&own.doors)?;
    if let Some(measures) = measures {
        text.kept(measures)?;
    }
    text.encoded()
}

/// A page of measures.
struct Page(Registry);

impl Page {
    /// What the database tells.
    fn kept(&self, measures: &Measures) -> Result<(), prometheus::Error> {
        let summary = &measures.summary;
        self.one("subscriptions_wanted", "Persons who are to be followed.", summary.counts.wanted as f64)?;
        self.one("subscriptions_confirmed", "Of those, persons whom CPR follows.", summary.counts.confirmed as f64)?;
        let states = summary.counts.by_state.iter().map(|(state, count)| (state.name().to_owned(), *count as f64));
        self.many("subscriptions", "Persons by where their subscriptions stand.", "state", states)?;
        self.one("delivery_gaps", "Production dates that are missing.", summary.gaps.len() as f64)?;
        if let Some(lag) = summary.lag_seconds {
            self.one("delivery_lag_seconds", "For how long a delivery has been due and is not applied.", lag as f64)?;
        }
        if let Some(applied_at) = summary.last_delivery.as_ref().and_then(|delivery| delivery.applied_at) {
            let help = "When a delivery was last applied.";
            self.one("delivery_last_applied_timestamp_seconds", help, seconds(applied_at))?;
        }
        // Not `job`: that label is Prometheus' own.
        let jobs = &measures.jobs;
        let succeeded = jobs.iter().filter_map(|job| Some((job.name.clone(), seconds(job.last_succeeded_at?))));
        self.many("job_last_success_timestamp_seconds", "When a run of the job last succeeded.", "name", succeeded)?;
        let failed = jobs.iter().filter_map(|job| Some((job.name.clone(), seconds(job.last_failed_at?))));
        self.many("job_last_failure_timestamp_seconds", "When a run of the job last failed.", "name", failed)?;
        let running = jobs.iter().map(|job| (job.name.clone(), if job.running.is_some() { 1.0 } else { 0.0 }));
        self.many("job_running", "Whether a run of the job is under way.", "name", running)?;
        let began = jobs.iter().filter_map(|job| Some((job.name.clone(), seconds(job.running.as_ref()?.started_at?))));
        self.many("job_started_timestamp_seconds", "When the run that is under way began.", "name", began)
    }

    /// How we stand with CPR, door by door.
    fn doors(&self, doors: &[Door]) -> Result<(), prometheus::Error> {
        let states =
            GaugeVec::new(Opts::new("cpr_state", "How we stand with CPR: 1 at the state."), &["door", "state"])?;
        for door in doors {
            for state in DOOR_STATES {
                let is_it = door.state == state;
                states.get_metric_with_label_values(&[door.name, state])?.set(if is_it { 1.0 } else { 0.0 });
            }
        }
        self.0.register(Box::new(states))?;
        let changed = doors.iter().filter_map(|door| Some((door.name.to_owned(), seconds(door.password_changed_at?))));
        let help = "When the password was changed, as its file tells.";
        self.many("cpr_password_changed_timestamp_seconds", help, "door", changed)
    }

    fn one(&self, name: &str, help: &str, value: f64) -> Result<(), prometheus::Error> {
        let gauge = Gauge::new(name, help)?;
        gauge.set(value);
        self.0.register(Box::new(gauge))
    }

    fn many(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (String, f64)>,
    ) -> Result<(), prometheus::Error> {
        let gauges = GaugeVec::new(Opts::new(name, help), &[label])?;
        for (of, value) in values {
            gauges.get_metric_with_label_values(&[&of])?.set(value);
        }
        self.0.register(Box::new(gauges))
    }

    /// What was counted since the process began.
    fn counts(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'static str, u64)>,
    ) -> Result<(), prometheus::Error> {
        let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
        for (of, value) in values {
            counters.get_metric_with_label_values(&[of])?.inc_by(value);
        }
        self.0.register(Box::new(counters))
    }

    fn encoded(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.0.gather())
    }
}

fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp() as f64
}
