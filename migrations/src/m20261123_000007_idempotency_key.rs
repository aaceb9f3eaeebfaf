//! The outcomes of requests that carried an `Idempotency-Key`.

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

-- outcome is NULL while the first request is under way.
CREATE TABLE idempotency_key (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    lease_until {time} NOT NULL,
    expires_at {time} NOT NULL,
    outcome TEXT,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_key_expires_at ON idempotency_key (expires_at);
";

const DOWN: &str = r"
DROP TABLE idempotency_key;
";
