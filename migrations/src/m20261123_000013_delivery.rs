//! CPR's change files (*leverancer*): what came, its bytes until they are applied, and how far each task has come.

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

-- A delivery is known by its content. The row is written last, when all its parts are there.
CREATE TABLE delivery (
    id {uuid} PRIMARY KEY,
    content_hash {text} NOT NULL,
    file_name TEXT,
    size BIGINT NOT NULL,
    task_number {text},
    production_date {date},
    previous_production_date {date},
    is_status BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'waiting', 'applying', 'applied', 'refused')),
    reason TEXT,
    persons_in_file BIGINT,
    -- How many persons of the file, in order of first appearance, have been handled.
    progress BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    unexpected BIGINT NOT NULL,
    bridge_reason TEXT,
    bridge_by TEXT,
    bridge_at {time},
    -- Once applied: the production date that was the task's last until then, and whether the file says so too.
    followed {date},
    verified_previous BOOLEAN NOT NULL,
    received_at {time} NOT NULL,
    applied_at {time}
);
CREATE UNIQUE INDEX delivery_content_hash ON delivery (content_hash);
CREATE INDEX delivery_open ON delivery (task_number, production_date) WHERE state IN ('received', 'waiting', 'applying');
CREATE INDEX delivery_applied ON delivery (applied_at) WHERE applied_at IS NOT NULL;
CREATE INDEX delivery_unverified ON delivery (task_number) WHERE state = 'applied' AND NOT verified_previous;

-- A file's bytes in pieces of at most 1 MiB, each deflated. No reference to the delivery: its row comes last.
CREATE TABLE delivery_part (
    content_hash {text} NOT NULL,
    part_no BIGINT NOT NULL,
    written_at {time} NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (content_hash, part_no)
);

CREATE TABLE delivery_problem (
    delivery_id {uuid} NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    place TEXT,
    detail TEXT NOT NULL,
    party_id {uuid},
    PRIMARY KEY (delivery_id, number)
);

-- How far each task has come. unbroken_since: the production date of the first delivery after which none was missing.
CREATE TABLE delivery_chain (
    task_number {text} PRIMARY KEY,
    last_production_date {date} NOT NULL,
    unbroken_since {date} NOT NULL
);

-- What was seen where the files come from, so that a file is fetched once.
CREATE TABLE delivery_source_file (
    name {text} PRIMARY KEY,
    size BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    taken BOOLEAN NOT NULL
);
";

const DOWN: &str = r"
DROP TABLE delivery_source_file;
DROP TABLE delivery_chain;
DROP TABLE delivery_problem;
DROP TABLE delivery_part;
DROP TABLE delivery;
";
