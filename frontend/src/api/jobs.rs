//! The jobs.

use gloo_net::http::Method;
use openapi::job::Job;
use openapi::page::Page;

use super::{Api, ApiError};

/// `GET /jobs`: every job, with the run that is under way and the last one.
pub async fn list_jobs(api: &Api) -> Result<Page<Job>, ApiError> {
    api.call(Method::GET, "/jobs").answer().await
}

/// `POST /jobs/{name}/runs`: *Kør nu*.
pub async fn start_job_run(api: &Api, name: &str) -> Result<(), ApiError> {
    api.call(Method::POST, &format!("/jobs/{name}/runs")).done().await
}
