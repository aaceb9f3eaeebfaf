//! Jobs: which there are, when they run, and asking for a run.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use openapi::job::{Job, JobError, JobProgress, JobRun, JobRunInput, JobRunState};
use openapi::page::{Page, PageQuery};
use openapi::problem::{Problem, ProblemCode};
use uuid::Uuid;

use super::body::{OptionalBody, Path, Query};
use super::caller::{Allowed, AskCpr, Operate};
use super::problem::Failure;
use super::{Http, input, paging};
use crate::actions::job::JobView;
use crate::domain;
use crate::domain::job::RunState;
use crate::domain::retention::Hold;

/// The jobs
///
/// What the house does by itself, when it will do it next, and how the last run went.
#[utoipa::path(
    tag = "Drift",
    operation_id = "list_jobs",
    params(PageQuery),
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "A page of jobs, by name", body = Page<Job>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/jobs")]
pub async fn list_jobs(
    _allowed: Allowed<AskCpr>,
    query: Query<PageQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let jobs = house.actions.list_jobs(page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(jobs, job)))
}

/// Run a job now
///
/// The run begins after this request, so it sees everything that was stored before it. When one is under way, one more is queued;
/// when one is queued, the answer is that one. Follow it at `Location`.
#[utoipa::path(
    tag = "Drift",
    operation_id = "start_job_run",
    params(
        ("name" = String, Path, description = "The job's name"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours"),
    ),
    request_body = Option<JobRunInput>,
    security(("bearer" = ["Opdater fra CPR", "Partsredaktør"])),
    responses(
        (status = 202, description = "The run that was queued; `Location` is set", body = JobRun),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A job takes no input", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/jobs/{name}/runs")]
pub async fn start_job_run(
    allowed: Allowed<Operate>,
    request: HttpRequest,
    name: Path<String>,
    house: web::Data<Http>,
    body: OptionalBody,
) -> Result<HttpResponse, Failure> {
    let context = input::repeatable(allowed.context(), &request, &body.bytes)?;
    let run = house.actions.start_job_run(&context, &name.0).await?;
    let place = format!("/api/v1/jobs/{}/runs/{}", run.job, run.id);
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, place)).json(job_run(run)))
}

/// A run of a job
///
/// How far it is; when it has ended, what it did or why it did not. The last 200 runs of a job are kept.
#[utoipa::path(
    tag = "Drift",
    operation_id = "get_job_run",
    params(("name" = String, Path, description = "The job's name"), ("id" = Uuid, Path, description = "The run")),
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The run", body = JobRun),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job or run", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/jobs/{name}/runs/{id}")]
pub async fn get_job_run(
    _allowed: Allowed<AskCpr>,
    path: Path<(String, Uuid)>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let (name, id) = path.0;
    let run = house.actions.get_job_run(&name, id).await?;
    Ok(HttpResponse::Ok().json(job_run(run)))
}

fn job(view: JobView) -> Job {
    Job {
        name: view.job.name,
        schedule: view.schedule.text().to_owned(),
        next_run_at: view.next_run_at,
        running: view.job.running.map(job_run),
        queued: view.job.queued.map(job_run),
        last_run: view.job.last.map(job_run),
        last_succeeded_at: view.job.last_succeeded_at,
        last_failed_at: view.job.last_failed_at,
    }
}

fn job_run(run: domain::job::JobRun) -> JobRun {
    JobRun {
        id: run.id,
        job: run.job,
        state: match run.state {
            RunState::Queued => JobRunState::Queued,
            RunState::Running => JobRunState::Running,
            RunState::Succeeded => JobRunState::Succeeded,
            RunState::Failed => JobRunState::Failed,
            RunState::Interrupted => JobRunState::Interrupted,
        },
        progress: JobProgress { done: run.progress.done, total: run.progress.total },
        requested_by: run.requested_by,
        requested_at: run.requested_at,
        not_before: run.not_before,
        started_at: run.started_at,
        finished_at: run.finished_at,
        report: run.report.map(|report| report.0),
        error: run.error.map(job_error),
    }
}

fn job_error(fault: domain::job::Fault) -> JobError {
    let known = ProblemCode::ALL.iter().find(|code| code.code() == fault.code);
    let detail = match (known, fault.code.as_str()) {
        (Some(code), _) => code.title(),
        (None, code) if let Some(hold) = Hold::from_code(code) => hold.text(),
        (None, "interrupted") => "Kørslen blev afbrudt, fordi programmet stoppede. En ny kørsel fortsætter arbejdet.",
        (None, _) => "Der er sket en fejl i systemet, og den er noteret.",
    };
    JobError { detail: detail.to_owned(), code: fault.code, retryable: fault.retryable }
}
