//! Is this process alive, can it serve?

use actix_web::{HttpResponse, get, web};
use openapi::health::{Health, HealthCheck, HealthStatus};

use super::Http;

fn health(status: HealthStatus, checks: Vec<HealthCheck>) -> Health {
    Health { status, version: env!("CARGO_PKG_VERSION").to_owned(), checks }
}

/// Is the process alive?
///
/// Answers as long as the process can answer at all.
#[utoipa::path(
    tag = "Drift",
    operation_id = "get_liveness",
    security(()),
    responses((status = 200, description = "Alive", body = Health))
)]
#[get("/health/live")]
pub async fn get_liveness() -> HttpResponse {
    HttpResponse::Ok().json(health(HealthStatus::Ok, Vec::new()))
}

/// Can the process serve?
///
/// 503 only when this process cannot serve, that is without its database, or when it is about to stop. What else is wrong stands
/// in the body and changes nothing: CPR's state, deliveries that are missing or late, jobs that did not succeed.
#[utoipa::path(
    tag = "Drift",
    operation_id = "get_readiness",
    security(()),
    responses(
        (status = 200, description = "Ready", body = Health),
        (status = 503, description = "Cannot serve", body = Health),
    )
)]
#[get("/health/ready")]
pub async fn get_readiness(house: web::Data<Http>) -> HttpResponse {
    let check = |name: &str, fault: Option<String>, bad: HealthStatus| HealthCheck {
        name: name.to_owned(),
        status: if fault.is_none() { HealthStatus::Ok } else { bad },
        detail: fault,
    };
    if house.is_stopping() {
        let stopping = check("process", Some("Programmet er ved at stoppe.".to_owned()), HealthStatus::Down);
        return HttpResponse::ServiceUnavailable().json(health(HealthStatus::Down, vec![stopping]));
    }
    let readiness = house.actions.readiness().await;
    let database = check("database", readiness.database_fault, HealthStatus::Down);
    let cpr = check("cpr", readiness.cpr_fault, HealthStatus::Degraded);
    let channel = check("cpr-direkte", readiness.channel_fault, HealthStatus::Degraded);
    let deliveries = check("deliveries", readiness.deliveries_fault, HealthStatus::Degraded);
    let jobs = check("jobs", readiness.jobs_fault, HealthStatus::Degraded);
    let checks = vec![database, cpr, channel, deliveries, jobs];
    let has = |status: HealthStatus| checks.iter().any(|check| check.status == status);
    let (status, mut answer) = if has(HealthStatus::Down) {
        (HealthStatus::Down, HttpResponse::ServiceUnavailable())
    } else if has(HealthStatus::Degraded) {
        (HealthStatus::Degraded, HttpResponse::Ok())
    } else {
        (HealthStatus::Ok, HttpResponse::Ok())
    };
    answer.json(health(status, checks))
}
