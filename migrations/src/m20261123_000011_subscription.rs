//! Who is followed in CPR (*abonnement*), and for which reasons.

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

-- What the rule says of a case: as what, and up to and including which Danish day its parties are followed. NULL: not
-- computed yet, which the server does at its start; then nobody is followed because of it.
ALTER TABLE authority_case ADD COLUMN follow_kind TEXT;
ALTER TABLE authority_case ADD COLUMN follow_until {date};

-- Whether somebody is to be followed is asked of all parties at once: both questions are answered by the index alone.
CREATE INDEX authority_case_follow ON authority_case (case_number, follow_until);
DROP INDEX case_party_party;
CREATE INDEX case_party_party ON case_party (party_id, case_number, subscribe);

-- Which rule they were computed by, and what else an installation remembers of its settings.
CREATE TABLE remembered (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One a personal number. The party may be gone before CPR has confirmed the end: no reference.
CREATE TABLE subscription (
    seq {sequence},
    personal_number {text} NOT NULL,
    party_id {uuid} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('none', 'requested', 'active', 'ending', 'ended', 'failed')),
    requested_at {time},
    confirmed_at {time},
    end_requested_at {time},
    ended_at {time},
    error_code TEXT,
    error_at {time},
    error_attempts BIGINT NOT NULL,
    next_attempt_at {time},
    moved_to {text}
);
CREATE UNIQUE INDEX subscription_personal_number ON subscription (personal_number);
CREATE INDEX subscription_state ON subscription (state, seq);

-- The reasons that hold or held: from_at to the end of the day until, or to ended_at when something ended it before. A
-- case may be gone when somebody asks why a party was followed: no reference.
CREATE TABLE subscription_reason (
    seq {sequence},
    party_id {uuid} NOT NULL REFERENCES party (id) ON DELETE CASCADE,
    case_number {text} NOT NULL,
    kind TEXT NOT NULL,
    from_at {time} NOT NULL,
    until {date} NOT NULL,
    ended_at {time}
);
CREATE INDEX subscription_reason_party ON subscription_reason (party_id, seq);
CREATE INDEX subscription_reason_case ON subscription_reason (case_number, party_id);
";

const DOWN: &str = r"
DROP TABLE subscription_reason;
DROP TABLE subscription;
DROP TABLE remembered;
DROP INDEX case_party_party;
CREATE INDEX case_party_party ON case_party (party_id, case_number);
DROP INDEX authority_case_follow;
ALTER TABLE authority_case DROP COLUMN follow_until;
ALTER TABLE authority_case DROP COLUMN follow_kind;
";
