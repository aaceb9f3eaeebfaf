//! What happened to parties, in a sequence without gaps. The counter row gives the numbers.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}

const UP: &str = r"

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('event', 0);

-- A deleted party's events stay: no reference.
CREATE TABLE event (
    seq BIGINT PRIMARY KEY,
    id {uuid} NOT NULL,
    type TEXT NOT NULL,
    party_id {uuid} NOT NULL,
    changed_fields TEXT NOT NULL,
    occurred_at {time} NOT NULL
);
CREATE INDEX event_type ON event (type, seq);
";

const DOWN: &str = r"
DROP TABLE event;
DROP TABLE counter;
";
