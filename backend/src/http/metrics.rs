//! What the outside watches, in Prometheus' text format: counts and times, never anybody's data.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use prometheus::{Gauge, GaugeVec, Opts, Registry, TextEncoder};

use super::Http;
use crate::actions::metrics::Measures;

/// `GET /metrics`. Without a database it says so, and nothing else.
pub async fn get_metrics(house: web::Data<Http>) -> HttpResponse {
    let measures = house.actions.get_metrics().await.ok();
    match rendered(measures.as_deref()) {
        Ok(text) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, prometheus::TEXT_FORMAT)).body(text),
        Err(fault) => {
            tracing::error!(%fault, "metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn rendered(measures: Option<&Measures>) -> Result<String, prometheus::Error> {
    let text = Page(Registry::new_custom(Some("partsregister".to_owned()), None)?);
    text.many("build_info", "The program's version.", "version", [(env!("CARGO_PKG_VERSION").to_owned(), 1.0)])?;
    text.one("database_up", "Whether the database answers.", if measures.is_some() { 1.0 } else { 0.0 })?;
    let Some(measures) = measures else { return text.encoded() };
    let summary = &measures.summary;
    text.one("subscriptions_wanted", "Persons who are to be followed.", summary.counts.wanted as f64)?;
    text.one("subscriptions_confirmed", "Of those, persons whom CPR follows.", summary.counts.confirmed as f64)?;
    let states = summary.counts.by_state.iter().map(|(state, count)| (state.name().to_owned(), *count as f64));
    text.many("subscriptions", "Persons by where their subscriptions stand.", "state", states)?;
    text.one("delivery_gaps", "Production dates that are missing.", summary.gaps.len() as f64)?;
    if let Some(lag) = summary.lag_seconds {
        text.one("delivery_lag_seconds", "For how long a delivery has been due and is not applied.", lag as f64)?;
    }
    if let Some(applied_at) = summary.last_delivery.as_ref().and_then(|delivery| delivery.applied_at) {
        text.one("delivery_last_applied_timestamp_seconds", "When a delivery was last applied.", seconds(applied_at))?;
    }
    let jobs = &measures.jobs;
    let succeeded = jobs.iter().filter_map(|job| Some((job.name.clone(), seconds(job.last_succeeded_at?))));
    text.many("job_last_success_timestamp_seconds", "When a run of the job last succeeded.", "job", succeeded)?;
    let failed = jobs.iter().filter_map(|job| Some((job.name.clone(), seconds(job.last_failed_at?))));
    text.many("job_last_failure_timestamp_seconds", "When a run of the job last failed.", "job", failed)?;
    let running = jobs.iter().map(|job| (job.name.clone(), if job.running.is_some() { 1.0 } else { 0.0 }));
    text.many("job_running", "Whether a run of the job is under way.", "job", running)?;
    text.encoded()
}

/// A page of measures.
struct Page(Registry);

impl Page {
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

    fn encoded(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.0.gather())
    }
}

fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp() as f64
}
