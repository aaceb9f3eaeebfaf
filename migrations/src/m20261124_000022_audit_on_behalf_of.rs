//! For whom a system acted: an entry of the log has an actor, and where that is a system, the person behind it.

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
ALTER TABLE audit ADD COLUMN on_behalf_of TEXT;
CREATE INDEX audit_on_behalf_of ON audit (on_behalf_of, seq) WHERE on_behalf_of IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX audit_on_behalf_of;
ALTER TABLE audit DROP COLUMN on_behalf_of;
";
