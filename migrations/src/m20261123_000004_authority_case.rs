//! The authority's cases (*sag*) and who is party to them.

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

CREATE TABLE authority_case (
    case_number {text} PRIMARY KEY,
    title TEXT,
    closed_at {time},
    responsible TEXT,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX authority_case_open ON authority_case (case_number) WHERE closed_at IS NULL;
CREATE INDEX authority_case_closed ON authority_case (case_number) WHERE closed_at IS NOT NULL;
CREATE INDEX authority_case_updated_at ON authority_case (updated_at);

-- A party on a case cannot be deleted; a case takes its relations with it.
CREATE TABLE case_party (
    case_number {text} NOT NULL REFERENCES authority_case (case_number) ON DELETE CASCADE,
    party_id {uuid} NOT NULL REFERENCES party (id),
    roles TEXT NOT NULL,
    subscribe BOOLEAN NOT NULL,
    PRIMARY KEY (case_number, party_id)
);
CREATE INDEX case_party_party ON case_party (party_id, case_number);
";

const DOWN: &str = r"
DROP TABLE case_party;
DROP TABLE authority_case;
";
