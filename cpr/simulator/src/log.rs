//! What was asked of the office: time, user and service, never a key.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A question that was let in, or a sign-on that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub user: String,
    /// The service id, or `signon`, `newpass`.
    pub service: String,
}

/// The last questions, and how many there were of each service.
#[derive(Default)]
pub(crate) struct Log {
    entries: VecDeque<LogEntry>,
    counters: BTreeMap<String, u64>,
}

const KEPT_ENTRIES: usize = 10_000;

impl Log {
    /// Counts what came in, before it is known who asked.
    pub(crate) fn count(&mut self, service: &str) {
        *self.counters.entry(service.to_owned()).or_default() += 1;
    }

    pub(crate) fn write(&mut self, at: DateTime<Utc>, user: &str, service: &str) {
        if self.entries.len() == KEPT_ENTRIES {
            self.entries.pop_front();
        }
        self.entries.push_back(LogEntry { at, user: user.to_owned(), service: service.to_owned() });
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn counters(&self) -> BTreeMap<String, u64> {
        self.counters.clone()
    }
}
