//! Until when what CPR said of a person was needed, and the log of what was deleted (*sletteloggen*).

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

-- The last day on which it was seen that the row is needed. Not the rule, only when to look again: a row is looked at when
-- this day lies far enough back, and is then deleted or gets a later day. NULL: not noted yet, the next purge does it.
ALTER TABLE register_person ADD COLUMN needed_on {date};
CREATE INDEX register_person_needed_on ON register_person (needed_on, personal_number);

-- What was deleted for good, in a sequence without gaps, so that it can be deleted again after a restore. No personal data:
-- a keyed digest, and the key of a party that lost what CPR said of it or is gone.
CREATE TABLE deletion (
    seq BIGINT PRIMARY KEY,
    at {time} NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('register', 'party')),
    why TEXT NOT NULL,
    number_digest TEXT,
    party_id {uuid}
);
INSERT INTO counter (name, value) VALUES ('deletion', 0);
";

const DOWN: &str = r"
DELETE FROM counter WHERE name = 'deletion';
DROP TABLE deletion;
DROP INDEX register_person_needed_on;
ALTER TABLE register_person DROP COLUMN needed_on;
";
