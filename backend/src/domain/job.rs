//! Jobs: when they are due, how long a failed one waits, and what a run tells (*job, kørsel*).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Copenhagen;
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// After the first failure a run is tried again after so long, then after twice as long, and so on.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest such wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// So much may the clocks of two servers differ; a job that was scheduled further ahead than that was scheduled by a clock
/// that has been set back since.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(10);

/// When a job runs by itself: a cron expression with seconds, read in Copenhagen.
///
/// A time that does not exist (the hour that spring leaves out) is taken when the clock jumps over it; a fixed time that comes
/// twice in autumn is taken the first time.
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    cron: Cron,
}

impl Schedule {
    /// The schedule that this expression means; `None` when it means none.
    pub fn parse(text: &str) -> Option<Schedule> {
        let cron = CronParser::builder().seconds(Seconds::Required).build().parse(text).ok()?;
        Some(Schedule { text: text.to_owned(), cron })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first time after `time`; `None` when there is none any more.
    pub fn next_after(&self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.cron.find_next_occurrence(&time.with_timezone(&Copenhagen), false).ok()?;
        Some(next.to_utc())
    }

    /// Whether the job is due, when it was last looked after at `seen`. Times that were missed (no process was there) are made
    /// up for once.
    pub fn is_due(&self, seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.next_after(seen).is_some_and(|next| next <= now)
    }
}

/// Whether `seen` is a time that a clock told which has been set back since.
pub fn is_from_the_future(seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    seen - now > CLOCKS_DIFFER
}

/// How long a run waits that follows `failures` failed ones, at least one.
pub fn wait_after(failures: u32) -> TimeDelta {
    let doublings = failures.saturating_sub(1).min(16);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
}

/// How long a run waits that goes on with the work of one whose process died: not at all, unless that happens again and again,
/// for then it may be the run that kills it. `attempt` is the one that died.
pub fn wait_after_death(attempt: u32) -> Option<TimeDelta> {
    attempt.checked_sub(2).filter(|many| *many > 0).map(wait_after)
}

/// What a run did: names and counts. There is no room for anybody's data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report(pub BTreeMap<String, u64>);

impl Report {
    /// A report with these counts.
    pub fn of<const N: usize>(counts: [(&str, u64); N]) -> Report {
        Report(counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect())
    }

    /// Adds to a count.
    pub fn add(&mut self, name: &str, count: u64) {
        *self.0.entry(name.to_owned()).or_default() += count;
    }

    /// Everything that was counted, for the audit log.
    pub fn sum(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It waits for its turn; there is at most one of a job.
    Queued,
    /// It is under way; there is at most one of a job.
    Running,
    /// It did what there was to do.
    Succeeded,
    /// It did not succeed.
    Failed,
    /// Its process stopped or died; another run goes on with the work.
    Interrupted,
}

/// How much of the work is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// So much.
    pub done: u64,
    /// Of so much, where that is known.
    pub total: Option<u64>,
}

/// Why a run failed or was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The code of the error.
    pub code: String,
    /// Whether trying again can help.
    pub retryable: bool,
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRun {
    /// Its key, which is also the key of its audit entry.
    pub id: Uuid,
    /// The job's name.
    pub job: String,
    /// How far it is.
    pub state: RunState,
    /// 1, or one more than the run has that failed or died and whose work this one does again.
    pub attempt: u32,
    /// Who asked for it by hand; `None`: its schedule, or something that happened.
    pub requested_by: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Not before this time.
    pub not_before: Option<DateTime<Utc>>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// How much of it is done.
    pub progress: Progress,
    /// What it did, when it has succeeded.
    pub report: Option<Report>,
    /// Why it did not.
    pub error: Option<Fault>,
}

/// A job and the runs that are of interest.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// When a run last succeeded.
    pub last_succeeded_at: Option<DateTime<Utc>>,
    /// When a run last failed.
    pub last_failed_at: Option<DateTime<Utc>>,
    /// The run that is under way.
    pub running: Option<JobRun>,
    /// The run that waits.
    pub queued: Option<JobRun>,
    /// The run that ended last.
    pub last: Option<JobRun>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text).unwrap()
    }

    /// A time in Copenhagen, with its offset.
    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// The times of a schedule in a span, in Copenhagen's words.
    fn times(text: &str, from: &str, to: &str) -> Vec<String> {
        let (schedule, to) = (schedule(text), at(to));
        let times = std::iter::successors(schedule.next_after(at(from)), |time| schedule.next_after(*time));
        times
            .take_while(|time| *time <= to)
            .map(|time| time.with_timezone(&Copenhagen).format("%d. %H:%M:%S%:z").to_string())
            .collect()
    }

    #[test]
    fn a_nightly_job_keeps_its_hour_when_the_clocks_change() {
        let nightly = "0 0 4 * * *";
        assert_eq!(
            times(nightly, "2026-10-24T00:00:00+02:00", "2026-10-26T12:00:00+01:00"),
            ["24. 04:00:00+02:00", "25. 04:00:00+01:00", "26. 04:00:00+01:00"]
        );
        assert_eq!(
            times(nightly, "2027-03-27T00:00:00+01:00", "2027-03-29T12:00:00+02:00"),
            ["27. 04:00:00+01:00", "28. 04:00:00+02:00", "29. 04:00:00+02:00"]
        );
        assert_eq!(
            times(nightly, "2027-10-30T00:00:00+02:00", "2027-11-01T00:00:00+01:00"),
            ["30. 04:00:00+02:00", "31. 04:00:00+01:00"]
        );
    }

    #[test]
    fn a_fixed_time_in_the_hour_of_the_change_is_taken_once() {
        let nightly = "0 30 2 * * *";
        // In spring there is no half past two: the clock jumps from two to three.
        assert_eq!(
            times(nightly, "2027-03-27T12:00:00+01:00", "2027-03-29T12:00:00+02:00"),
            ["28. 03:00:00+02:00", "29. 02:30:00+02:00"]
        );
        // In autumn there are two.
        assert_eq!(
            times(nightly, "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00"),
            ["25. 02:30:00+02:00", "26. 02:30:00+01:00"]
        );
    }

    #[test]
    fn an_interval_goes_on_through_both_hours() {
        let half_hours = "0 */30 * * * *";
        let autumn = times(half_hours, "2026-10-25T01:45:00+02:00", "2026-10-25T03:15:00+01:00");
        assert_eq!(
            autumn,
            [
                "25. 02:00:00+02:00",
                "25. 02:30:00+02:00",
                "25. 02:00:00+01:00",
                "25. 02:30:00+01:00",
                "25. 03:00:00+01:00"
            ]
        );
        let spring = times(half_hours, "2027-03-28T01:15:00+01:00", "2027-03-28T03:45:00+02:00");
        assert_eq!(spring, ["28. 01:30:00+01:00", "28. 03:00:00+02:00", "28. 03:30:00+02:00"]);
    }

    #[test]
    fn what_was_missed_is_made_up_for_once() {
        let five_minutes = schedule("0 */5 * * * *");
        let (seen, now) = (at("2026-11-23T08:00:00Z"), at("2026-11-23T11:58:00Z"));
        assert!(five_minutes.is_due(seen, now));
        assert!(!five_minutes.is_due(now, now));
        assert!(!five_minutes.is_due(now, at("2026-11-23T11:59:59Z")));
        assert!(five_minutes.is_due(now, at("2026-11-23T12:00:00Z")));
    }

    #[test]
    fn a_server_whose_clock_is_behind_does_not_run_what_ran() {
        let five_minutes = schedule("0 */5 * * * *");
        let seen_by_the_fast_one = at("2026-11-23T12:00:00.2Z");
        for slow in ["2026-11-23T11:59:58Z", "2026-11-23T12:00:00Z", "2026-11-23T12:04:59Z"] {
            assert!(!five_minutes.is_due(seen_by_the_fast_one, at(slow)), "{slow}");
            assert!(!is_from_the_future(seen_by_the_fast_one, at(slow)), "{slow}");
        }
        assert!(is_from_the_future(at("2026-11-24T12:00:00Z"), at("2026-11-23T12:00:00Z")));
    }

    #[test]
    fn a_schedule_that_never_comes_is_never_due() {
        let never = schedule("0 0 0 30 2 *");
        assert_eq!(never.next_after(at("2026-11-23T12:00:00Z")), None);
        assert!(!never.is_due(at("2020-01-01T00:00:00Z"), at("2026-11-23T12:00:00Z")));
        assert!(Schedule::parse("at night").is_none());
        assert!(Schedule::parse("30 3 * * *").is_none(), "without seconds");
    }

    #[test]
    fn the_wait_doubles_and_has_an_end() {
        let waits: Vec<i64> = (1..=8).map(|failures| wait_after(failures).num_seconds()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(wait_after(u32::MAX), LONGEST_WAIT);
        let after_deaths: Vec<Option<i64>> =
            (1..=4).map(|attempt| wait_after_death(attempt).map(|wait| wait.num_seconds())).collect();
        assert_eq!(after_deaths, [None, None, Some(30), Some(60)]);
    }
}
