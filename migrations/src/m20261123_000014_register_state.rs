//! The state of CPR that kept records are of, where it is not the one that a party shows: a delivery that tells nothing new
//! of a party brings its records along and moves nothing else.

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

/// NULL: the state that the row's `source` and `register_date` tell.
const UP: &str = r"
ALTER TABLE register_person ADD COLUMN records_source TEXT;
ALTER TABLE register_person ADD COLUMN records_date {date};
";

const DOWN: &str = r"
ALTER TABLE register_person DROP COLUMN records_date;
ALTER TABLE register_person DROP COLUMN records_source;
";
