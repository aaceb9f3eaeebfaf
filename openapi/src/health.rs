//! Is this process alive, can it serve?

use serde::{Deserialize, Serialize};

/// The process's health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether this process can serve.
    pub status: HealthStatus,
    /// The program's version.
    pub version: String,
    /// The parts that were looked at; empty for `/health/live`.
    pub checks: Vec<HealthCheck>,
}

/// One part of the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// `database`, `cpr`, `cpr-direkte`, `deliveries` or `jobs` (`ok` where it is not configured); `process` alone when it is about
    /// to stop.
    pub name: String,
    /// Its state.
    pub status: HealthStatus,
    /// What is wrong, in Danish.
    pub detail: Option<String>,
}

/// Good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HealthStatus {
    /// Works.
    Ok,
    /// Works, but something outside does not.
    Degraded,
    /// Does not work.
    Down,
}
