//! What callers of the API see, on each database.

mod audit;
mod cases;
mod cpr;
mod events;
mod find;
mod health;
mod mask;
mod parties;
mod session;

use openapi::party::Party;
use serde_json::Value;
use tests::House;

const EDITOR: &[&str] = &["Partsredaktør"];
const CASEWORKER: &[&str] = &["Opdater fra CPR", "Partsredaktør"];

/// Creates a party as the caseworker.
async fn create(house: &House, input: Value) -> Party {
    house.with(CASEWORKER).post("/parties", &input).await.expect(201).json()
}

/// Reads a party as the caseworker.
async fn read(house: &House, party: &Party) -> Party {
    house.with(CASEWORKER).get(&format!("/parties/{}", party.id)).await.expect(200).json()
}
