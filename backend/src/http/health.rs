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
/// 503 only when this process cannot serve, that is without its database, or when it is about to stop. CPR's state stands in
/// the body and changes nothing.
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
    let status = match (database.status, cpr.status, channel.status) {
        (HealthStatus::Down, ..) => HealthStatus::Down,
        (_, HealthStatus::Ok, HealthStatus::Ok) => HealthStatus::Ok,
        _ => HealthStatus::Degraded,
    };
    let mut answer = if status == HealthStatus::Down { HttpResponse::ServiceUnavailable() } else { HttpResponse::Ok() };
    answer.json(health(status, vec![database, cpr, channel]))
}
