//! Spot checks (*stikprøver*): drawn samples of look-ups, and what was found out about each.

use sea_orm_migration::prelude::*;

use crate::dialect::{is_sqlite, run};

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        run(manager, if is_sqlite(manager) { KEEP_ON_SQLITE } else { KEEP_ON_POSTGRESQL }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await?;
        if is_sqlite(manager) { Ok(()) } else { run(manager, "DROP FUNCTION spot_check_note_is_kept()").await }
    }
}

const UP: &str = r"

-- The seed lets anybody draw the sample again from the log: nothing in it was picked.
CREATE TABLE spot_check (
    seq {sequence},
    id {uuid} NOT NULL UNIQUE,
    drawn_at {time} NOT NULL,
    drawn_by TEXT NOT NULL,
    reason TEXT,
    from_at {time} NOT NULL,
    to_at {time} NOT NULL,
    size BIGINT NOT NULL,
    seed TEXT NOT NULL,
    -- Look-ups of the time without case relation, and those set aside because they have one.
    eligible BIGINT NOT NULL,
    set_aside BIGINT NOT NULL
);

-- An entry of the log may be gone when the sample is read, by the log's own time limit: no reference.
CREATE TABLE spot_check_entry (
    spot_check_id {uuid} NOT NULL REFERENCES spot_check (id) ON DELETE CASCADE,
    entry_id {uuid} NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (spot_check_id, entry_id)
);

-- Only ever added to; the last one is what holds.
CREATE TABLE spot_check_note (
    seq {sequence},
    spot_check_id {uuid} NOT NULL,
    entry_id {uuid} NOT NULL,
    at {time} NOT NULL,
    noted_by TEXT NOT NULL,
    finding TEXT NOT NULL CHECK (finding IN ('in-order', 'under-inquiry', 'not-in-order')),
    note TEXT,
    FOREIGN KEY (spot_check_id, entry_id) REFERENCES spot_check_entry (spot_check_id, entry_id) ON DELETE CASCADE
);
CREATE INDEX spot_check_note_entry ON spot_check_note (spot_check_id, entry_id, seq);
";

const KEEP_ON_SQLITE: &str = r"
CREATE TRIGGER spot_check_note_is_kept BEFORE UPDATE ON spot_check_note
BEGIN SELECT RAISE(ABORT, 'a note of a spot check is never changed'); END;
";

const KEEP_ON_POSTGRESQL: &str = r"
CREATE FUNCTION spot_check_note_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a note of a spot check is never changed'; END $$;
CREATE TRIGGER spot_check_note_is_kept BEFORE UPDATE ON spot_check_note
FOR EACH ROW EXECUTE FUNCTION spot_check_note_is_kept();
";

const DOWN: &str = r"
DROP TABLE spot_check_note;
DROP TABLE spot_check_entry;
DROP TABLE spot_check;
";
