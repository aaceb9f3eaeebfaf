//! CPR's answers that were shown in a preview and wait to be applied.

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

CREATE TABLE preview (
    id {uuid} PRIMARY KEY,
    party_id {uuid} NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    party_version BIGINT NOT NULL,
    actor TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires_at {time} NOT NULL
);
CREATE INDEX preview_expires_at ON preview (expires_at);
CREATE INDEX preview_party ON preview (party_id);
";

const DOWN: &str = r"
DROP TABLE preview;
";
