//! Whether the house is there.

use openapi::health::{Health, HealthStatus};
use reqwest::Method;
use tests::{House, on_each_database};

async fn a_house_that_is_open_is_alive_and_ready(house: &House) {
    for path in ["/health/live", "/health/ready"] {
        let health: Health = house.anonymous().request(Method::GET, path).send().await.expect(200).json();
        assert_eq!(health.status, HealthStatus::Ok, "{path}: {health:?}");
    }
}

on_each_database! { a_house_that_is_open_is_alive_and_ready }
