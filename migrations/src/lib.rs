//! The steps of Partsregister's database schema, the same for SQLite and PostgreSQL: one file per step, up and down.
//!
//! A step is SQL that both databases read; the few words that they spell differently stand in braces and are listed in
//! [`dialect`]. A step that is on `main` is never changed: what it missed is another step.

mod dialect;
mod m20261123_000001_party;
mod m20261123_000002_register_person;
mod m20261123_000003_party_search;
mod m20261123_000004_authority_case;
mod m20261123_000005_event;
mod m20261123_000006_audit;
mod m20261123_000007_idempotency_key;
mod m20261123_000008_preview;
mod m20261123_000009_secret;
mod m20261123_000010_heartbeat;
mod m20261123_000011_subscription;
mod m20261123_000012_job;
mod m20261123_000013_delivery;
mod m20261123_000014_register_state;
mod m20261123_000015_party_prefix;
mod m20261123_000016_party_name_address;
mod m20261123_000018_spot_check;
mod m20261124_000022_audit_on_behalf_of;
mod m20261124_000023_audit_chain;
mod m20261124_000024_deletion;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

/// Runs the steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_party::Migration),
            Box::new(m20261123_000002_register_person::Migration),
            Box::new(m20261123_000003_party_search::Migration),
            Box::new(m20261123_000004_authority_case::Migration),
            Box::new(m20261123_000005_event::Migration),
            Box::new(m20261123_000006_audit::Migration),
            Box::new(m20261123_000007_idempotency_key::Migration),
            Box::new(m20261123_000008_preview::Migration),
            Box::new(m20261123_000009_secret::Migration),
            Box::new(m20261123_000010_heartbeat::Migration),
            Box::new(m20261123_000011_subscription::Migration),
            Box::new(m20261123_000012_job::Migration),
            Box::new(m20261123_000013_delivery::Migration),
            Box::new(m20261123_000014_register_state::Migration),
            Box::new(m20261123_000015_party_prefix::Migration),
            Box::new(m20261123_000016_party_name_address::Migration),
            Box::new(m20261123_000018_spot_check::Migration),
            Box::new(m20261124_000022_audit_on_behalf_of::Migration),
            Box::new(m20261124_000023_audit_chain::Migration),
            Box::new(m20261124_000024_deletion::Migration),
        ]
    }
}
