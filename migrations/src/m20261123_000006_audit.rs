//! The audit log (*loggen*): append-only rows.

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

-- An entry is an intent row and an outcome row with the same entry_id, or one row of phase 'entry'.
-- Parties and cases may be gone when the log is read: no references.
CREATE TABLE audit (
    seq {sequence},
    entry_id {uuid} NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('intent', 'outcome', 'entry')),
    at {time} NOT NULL,
    actor TEXT,
    operation TEXT,
    party_id {uuid},
    number_digest TEXT,
    criteria TEXT,
    reason TEXT,
    case_number {text},
    trace_id TEXT,
    ended_at {time},
    outcome TEXT,
    problem TEXT,
    result_count BIGINT
);
CREATE UNIQUE INDEX audit_entry ON audit (entry_id, phase);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_operation ON audit (operation, seq);
CREATE INDEX audit_party ON audit (party_id, seq) WHERE party_id IS NOT NULL;
CREATE INDEX audit_number ON audit (number_digest, seq) WHERE number_digest IS NOT NULL;
CREATE INDEX audit_outcome ON audit (outcome, seq) WHERE outcome <> 'succeeded';
CREATE INDEX audit_case ON audit (case_number, seq) WHERE case_number IS NOT NULL;
";

const DOWN: &str = r"
DROP TABLE audit;
";
