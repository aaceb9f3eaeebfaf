//! The audit log becomes chains of rows (decision 0022), and the databases refuse that a row is changed or taken away.
//!
//! Rows from before this step get their places when a server first starts with it: that needs a key.

use sea_orm_migration::prelude::*;

use crate::dialect::{is_sqlite, run};

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await?;
        run(manager, if is_sqlite(manager) { GUARDS_SQLITE } else { GUARDS_POSTGRES }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, if is_sqlite(manager) { NO_GUARDS_SQLITE } else { NO_GUARDS_POSTGRES }).await?;
        run(manager, DOWN).await
    }
}

const UP: &str = r"

-- A chain's head: the position and hash of its last row. Numbers rise by one, so that a chain that is missing shows.
-- Rows up to removed_position were deleted by age; removed_hash is that of the last of them.
CREATE TABLE audit_chain (
    number BIGINT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('earlier', 'server')),
    started_at {time} NOT NULL,
    position BIGINT NOT NULL,
    hash {bytes} NOT NULL,
    last_at {time} NOT NULL,
    seal {bytes} NOT NULL,
    removed_position BIGINT NOT NULL DEFAULT 0,
    removed_hash {bytes},
    removed_until {time},
    removed_seal {bytes}
);
CREATE INDEX audit_chain_last_at ON audit_chain (last_at);

-- Whether the party was on a case that the actor was responsible for.
ALTER TABLE audit ADD COLUMN case_relation BOOLEAN;
ALTER TABLE audit ADD COLUMN chain BIGINT;
ALTER TABLE audit ADD COLUMN position BIGINT;
ALTER TABLE audit ADD COLUMN hash {bytes};
CREATE UNIQUE INDEX audit_place ON audit (chain, position);
CREATE INDEX authority_case_responsible ON authority_case (lower(responsible)) WHERE responsible IS NOT NULL;
";

const DOWN: &str = r"
DROP INDEX authority_case_responsible;
DROP INDEX audit_place;
ALTER TABLE audit DROP COLUMN hash;
ALTER TABLE audit DROP COLUMN position;
ALTER TABLE audit DROP COLUMN chain;
ALTER TABLE audit DROP COLUMN case_relation;
DROP TABLE audit_chain;
";

/// What goes: a row with a place in a chain comes in, a row from before gets its place, a head goes forward, and rows that
/// the head says are deleted by age are deleted.
const GUARDS_SQLITE: &str = r"
CREATE TRIGGER audit_insert BEFORE INSERT ON audit
WHEN NEW.chain IS NULL OR NEW.position IS NULL OR NEW.hash IS NULL
BEGIN
    SELECT RAISE(ABORT, 'a row of the audit log has a place in a chain');
END;

CREATE TRIGGER audit_update BEFORE UPDATE ON audit
WHEN NOT (
    OLD.chain IS NULL AND NEW.chain IS NOT NULL AND NEW.position IS NOT NULL AND NEW.hash IS NOT NULL
    AND NEW.seq IS OLD.seq AND NEW.entry_id IS OLD.entry_id AND NEW.phase IS OLD.phase AND NEW.at IS OLD.at
    AND NEW.actor IS OLD.actor AND NEW.operation IS OLD.operation AND NEW.party_id IS OLD.party_id
    AND NEW.number_digest IS OLD.number_digest AND NEW.criteria IS OLD.criteria AND NEW.reason IS OLD.reason
    AND NEW.case_number IS OLD.case_number AND NEW.trace_id IS OLD.trace_id AND NEW.ended_at IS OLD.ended_at
    AND NEW.outcome IS OLD.outcome AND NEW.problem IS OLD.problem AND NEW.result_count IS OLD.result_count
    AND NEW.case_relation IS OLD.case_relation AND NEW.on_behalf_of IS OLD.on_behalf_of
)
BEGIN
    SELECT RAISE(ABORT, 'a row of the audit log is never changed');
END;

CREATE TRIGGER audit_delete BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM audit_chain WHERE number = OLD.chain AND removed_position >= OLD.position)
BEGIN
    SELECT RAISE(ABORT, 'a row of the audit log is deleted by its age only');
END;

CREATE TRIGGER audit_chain_update BEFORE UPDATE ON audit_chain
WHEN NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.started_at <> OLD.started_at
    OR NEW.position < OLD.position OR NEW.removed_position < OLD.removed_position OR NEW.removed_position > NEW.position
BEGIN
    SELECT RAISE(ABORT, 'the head of a chain goes forward only');
END;

CREATE TRIGGER audit_chain_delete BEFORE DELETE ON audit_chain
BEGIN
    SELECT RAISE(ABORT, 'the head of a chain stays');
END;
";

const NO_GUARDS_SQLITE: &str = r"
DROP TRIGGER audit_chain_delete;
DROP TRIGGER audit_chain_update;
DROP TRIGGER audit_delete;
DROP TRIGGER audit_update;
DROP TRIGGER audit_insert;
";

const GUARDS_POSTGRES: &str = r"
-- Not of the rows that are there: they get their places later.
ALTER TABLE audit ADD CONSTRAINT audit_has_place
    CHECK (chain IS NOT NULL AND position IS NOT NULL AND hash IS NOT NULL) NOT VALID;

CREATE FUNCTION audit_guard_update() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.chain IS NULL AND NEW.chain IS NOT NULL AND NEW.position IS NOT NULL AND NEW.hash IS NOT NULL
        AND to_jsonb(NEW) - 'chain' - 'position' - 'hash' = to_jsonb(OLD) - 'chain' - 'position' - 'hash' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a row of the audit log is never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION audit_guard_delete() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_chain WHERE number = OLD.chain AND removed_position >= OLD.position) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a row of the audit log is deleted by its age only' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION audit_chain_guard_update() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number = OLD.number AND NEW.kind = OLD.kind AND NEW.started_at = OLD.started_at
        AND NEW.position >= OLD.position AND NEW.removed_position >= OLD.removed_position
        AND NEW.removed_position <= NEW.position THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the head of a chain goes forward only' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION audit_refuse() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log stays' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_update BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard_update();
CREATE TRIGGER audit_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard_delete();
CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_chain_update BEFORE UPDATE ON audit_chain
    FOR EACH ROW EXECUTE FUNCTION audit_chain_guard_update();
CREATE TRIGGER audit_chain_delete BEFORE DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_chain_truncate BEFORE TRUNCATE ON audit_chain EXECUTE FUNCTION audit_refuse();
";

const NO_GUARDS_POSTGRES: &str = r"
DROP TRIGGER audit_chain_truncate ON audit_chain;
DROP TRIGGER audit_chain_delete ON audit_chain;
DROP TRIGGER audit_chain_update ON audit_chain;
DROP TRIGGER audit_truncate ON audit;
DROP TRIGGER audit_delete ON audit;
DROP TRIGGER audit_update ON audit;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_chain_guard_update();
DROP FUNCTION audit_guard_delete();
DROP FUNCTION audit_guard_update();
ALTER TABLE audit DROP CONSTRAINT audit_has_place;
";
