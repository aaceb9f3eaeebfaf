//! Secrets that the house makes for itself.

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

CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
";

const DOWN: &str = r"
DROP TABLE secret;
";
