//! Parties (*ekstern part*): their values in force, keys in other systems, former personal numbers and versions.

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

-- seq is the order of creation and the row of party_search; the key to the outside is id.
CREATE TABLE party (
    seq {sequence},
    id {uuid} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'company')),
    name TEXT NOT NULL,
    sort_name {text} NOT NULL,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    address_line1 TEXT,
    address_line2 TEXT,
    postal_code TEXT,
    city TEXT,
    country_code TEXT,
    address_kind TEXT NOT NULL,
    personal_number {text},
    cvr_number {text},
    p_number {text},
    owns_email_domain BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    keeps_name BOOLEAN NOT NULL,
    keeps_address BOOLEAN NOT NULL,
    changed_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX party_id ON party (id);
CREATE UNIQUE INDEX party_personal_number ON party (personal_number) WHERE personal_number IS NOT NULL;
CREATE INDEX party_cvr_number ON party (cvr_number) WHERE cvr_number IS NOT NULL;
CREATE INDEX party_sort_name ON party (sort_name, seq);
CREATE INDEX party_kind ON party (kind, seq);
CREATE INDEX party_kind_sort_name ON party (kind, sort_name, seq);
CREATE INDEX party_without_number ON party (sort_name, seq) WHERE personal_number IS NULL AND kind <> 'company';
CREATE INDEX party_changed_by_cpr ON party (sort_name, seq) WHERE changed_by <> 'user';
CREATE INDEX party_updated_at ON party (updated_at);

CREATE TABLE party_external_id (
    party_id {uuid} NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    system {text} NOT NULL,
    external_id {text} NOT NULL,
    PRIMARY KEY (party_id, system)
);
CREATE UNIQUE INDEX party_external_id_key ON party_external_id (system, external_id);

CREATE TABLE party_former_number (
    party_id {uuid} NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    personal_number {text} NOT NULL,
    PRIMARY KEY (party_id, personal_number)
);
CREATE INDEX party_former_number_number ON party_former_number (personal_number);

CREATE TABLE party_history (
    party_id {uuid} NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    at {time} NOT NULL,
    changed_by TEXT NOT NULL,
    source TEXT NOT NULL,
    changes TEXT NOT NULL,
    PRIMARY KEY (party_id, version)
);
";

const DOWN: &str = r"
DROP TABLE party_history;
DROP TABLE party_former_number;
DROP TABLE party_external_id;
DROP TABLE party;
";
