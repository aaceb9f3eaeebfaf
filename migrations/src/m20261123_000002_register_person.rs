//! What CPR said of a person, one row per personal number: what a party shows of it, and the records as received.

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

CREATE TABLE register_person (
    personal_number {text} PRIMARY KEY,
    current_number {text},
    protected BOOLEAN NOT NULL,
    person TEXT NOT NULL,
    layout TEXT NOT NULL,
    records TEXT NOT NULL,
    source TEXT NOT NULL,
    register_date {date} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE INDEX register_person_current_number ON register_person (current_number) WHERE current_number IS NOT NULL;
CREATE INDEX register_person_protected ON register_person (personal_number) WHERE protected;
";

const DOWN: &str = r"
DROP TABLE register_person;
";
