//! What is written only to know whether the database can be written.

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

CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY,
    beats BIGINT NOT NULL
);
";

const DOWN: &str = r"
DROP TABLE heartbeat;
";
