//! Jobs: whose turn it is, and the runs.

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

-- held_by is the run that has the job now; while its process lives, beats rises every few seconds.
CREATE TABLE job (
    name {text} PRIMARY KEY,
    held_by {uuid},
    beats BIGINT NOT NULL,
    scheduled_for {time} NOT NULL,
    last_succeeded_at {time},
    last_failed_at {time}
);

CREATE TABLE job_run (
    id {uuid} PRIMARY KEY,
    job {text} NOT NULL,
    state {text} NOT NULL,
    attempt BIGINT NOT NULL,
    requested_by TEXT,
    requested_at {time} NOT NULL,
    not_before {time},
    started_at {time},
    finished_at {time},
    done BIGINT NOT NULL,
    total BIGINT,
    report TEXT,
    error TEXT
);
-- One at a time, and one more that waits: the database itself says so.
CREATE UNIQUE INDEX job_run_running ON job_run (job) WHERE state = 'running';
CREATE UNIQUE INDEX job_run_queued ON job_run (job) WHERE state = 'queued';
CREATE INDEX job_run_finished_at ON job_run (job, finished_at);
";

const DOWN: &str = r"
DROP TABLE job_run;
DROP TABLE job;
";
