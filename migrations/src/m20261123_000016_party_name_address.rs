//! Parties by name and address together, to tell duplicates without reading them all.

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
        run(manager, "DROP INDEX party_name_address").await
    }
}

const UP: &str = "CREATE INDEX party_name_address ON party (sort_name, postal_code, address_line1) \
    WHERE address_line1 IS NOT NULL";
