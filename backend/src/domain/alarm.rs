//! Patterns in the log that somebody should look at (*alarmer*): look-ups that no case explains and that are many, odd in time,
//! or aimed at one person. A pattern proves nothing; the numbers are ours, chosen so that ordinary work does not meet them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Copenhagen;
use uuid::Uuid;

use super::subscription::danish_date;

/// So many different persons by one caller within an hour.
pub const MANY_PERSONS: usize = 50;
/// So many look-ups of one person by one caller, on so many different days.
pub const SAME_PERSON: (usize, usize) = (5, 3);
/// So many different callers who look up one person within a day.
pub const MANY_CALLERS: usize = 5;
/// So many look-ups by one caller in one night, from 22 to 6 in Denmark.
pub const AT_NIGHT: usize = 3;
/// So many refused attempts by one caller within an hour.
pub const REFUSED: usize = 10;

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// One caller, many persons, little time.
    ManyPersons,
    /// One caller comes back to one person.
    SamePerson,
    /// Many callers, one person.
    ManyCallers,
    /// One caller at night.
    AtNight,
    /// One caller tries what is not allowed.
    Refused,
}

/// An entry of the log, as far as patterns show in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: the person for whom a system acted, else the actor.
    pub actor: String,
    /// The digest of the person's number, or the party's id: tells one person from another.
    pub person: Option<String>,
    /// The party, where one is known.
    pub party_id: Option<Uuid>,
    /// It was refused; otherwise it is a look-up.
    pub is_refused: bool,
}

/// A pattern that was met.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Which.
    pub pattern: Pattern,
    /// Who; `None` when it is many.
    pub actor: Option<String>,
    /// Whom, where it is one person and the party is known.
    pub party_id: Option<Uuid>,
    /// The first entry of it.
    pub from: DateTime<Utc>,
    /// The last one.
    pub to: DateTime<Utc>,
    /// How many: persons, look-ups, callers or attempts.
    pub count: usize,
}

/// The alarms that these traces raise, the latest first. The traces come in the order of their times.
pub fn alarms(traces: &[Trace]) -> Vec<Alarm> {
    let mut of_actor: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    let mut of_person: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    let mut refused: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    for trace in traces {
        if trace.is_refused {
            refused.entry(&trace.actor).or_default().push(trace);
            continue;
        }
        of_actor.entry(&trace.actor).or_default().push(trace);
        if let Some(person) = &trace.person {
            of_person.entry(person).or_default().push(trace);
        }
    }
    let mut found = Vec::new();
    for traces in of_actor.values() {
        let persons = |window: &[&Trace]| distinct(window, |trace| trace.person.as_deref());
        found.extend(busiest(Pattern::ManyPersons, traces, TimeDelta::hours(1), MANY_PERSONS, persons));
        found.extend(nights(traces));
    }
    for traces in of_person.values() {
        let callers = |window: &[&Trace]| distinct(window, |trace| Some(trace.actor.as_str()));
        found.extend(busiest(Pattern::ManyCallers, traces, TimeDelta::days(1), MANY_CALLERS, callers));
        found.extend(returns(traces));
    }
    for traces in refused.values() {
        found.extend(busiest(Pattern::Refused, traces, TimeDelta::hours(1), REFUSED, <[_]>::len));
    }
    found.sort_by_key(|alarm| (std::cmp::Reverse(alarm.to), alarm.pattern));
    found
}

/// The window of this length in which most was counted, when that is enough: one alarm, however long it went on.
fn busiest<'a>(
    pattern: Pattern,
    traces: &[&'a Trace],
    length: TimeDelta,
    enough: usize,
    count: impl Fn(&[&'a Trace]) -> usize,
) -> Option<Alarm> {
    let (mut best, mut begin) = (None::<Alarm>, 0);
    for end in 0..traces.len() {
        while traces[end].at - traces[begin].at > length {
            begin += 1;
        }
        let window = &traces[begin..=end];
        // What has too few entries need not be counted.
        let counted = if window.len() < enough { 0 } else { count(window) };
        if counted >= enough && best.as_ref().is_none_or(|best| counted > best.count) {
            best = Some(alarm(pattern, window, counted));
        }
    }
    best
}

/// One caller who came back to one person.
fn returns(traces: &[&Trace]) -> Vec<Alarm> {
    let mut of_actor: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    for trace in traces {
        of_actor.entry(&trace.actor).or_default().push(trace);
    }
    let (times, days) = SAME_PERSON;
    let is_return = |traces: &Vec<&Trace>| {
        let on: BTreeSet<_> = traces.iter().map(|trace| danish_date(trace.at)).collect();
        traces.len() >= times && on.len() >= days
    };
    let returns = of_actor.into_values().filter(is_return);
    returns.map(|traces| alarm(Pattern::SamePerson, &traces, traces.len())).collect()
}

/// One caller in one night.
fn nights(traces: &[&Trace]) -> Vec<Alarm> {
    let mut nights: BTreeMap<chrono::NaiveDate, Vec<&Trace>> = BTreeMap::new();
    for trace in traces {
        let hour = trace.at.with_timezone(&Copenhagen).hour();
        if !(6..22).contains(&hour) {
            // The night belongs to the day on which it began.
            nights.entry(danish_date(trace.at - TimeDelta::hours(6))).or_default().push(trace);
        }
    }
    let many = nights.into_values().filter(|traces| traces.len() >= AT_NIGHT);
    many.map(|traces| alarm(Pattern::AtNight, &traces, traces.len())).collect()
}

fn distinct<'a>(window: &[&'a Trace], what: impl Fn(&'a Trace) -> Option<&'a str>) -> usize {
    window.iter().filter_map(|trace| what(trace)).collect::<BTreeSet<_>>().len()
}

fn alarm(pattern: Pattern, window: &[&Trace], count: usize) -> Alarm {
    let is_one_person = matches!(pattern, Pattern::SamePerson | Pattern::ManyCallers);
    let first = window.first().map(|trace| trace.at).unwrap_or_default();
    Alarm {
        pattern,
        actor: window.first().filter(|_| pattern != Pattern::ManyCallers).map(|trace| trace.actor.clone()),
        party_id: window.iter().rev().find_map(|trace| trace.party_id).filter(|_| is_one_person),
        from: first,
        to: window.last().map_or(first, |trace| trace.at),
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many minutes after 10.00 in Denmark on a Monday in winter.
    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-23T09:00:00Z").unwrap().to_utc() + TimeDelta::minutes(minutes)
    }

    fn trace(minutes: i64, actor: &str, person: usize) -> Trace {
        Trace {
            at: at(minutes),
            actor: actor.to_owned(),
            person: Some(format!("p{person}")),
            party_id: Some(Uuid::from_u128(person as u128)),
            is_refused: false,
        }
    }

    fn patterns(traces: &[Trace]) -> Vec<(Pattern, usize)> {
        alarms(traces).into_iter().map(|alarm| (alarm.pattern, alarm.count)).collect()
    }

    #[test]
    fn many_persons_within_an_hour_raise_one_alarm() {
        let hour = |count: usize| (0..count).map(|n| trace(n as i64 % 60, "sb1", n)).collect::<Vec<_>>();
        let sorted = |mut traces: Vec<Trace>| {
            traces.sort_by_key(|trace| trace.at);
            traces
        };
        assert_eq!(patterns(&sorted(hour(49))), []);
        assert_eq!(patterns(&sorted(hour(60))), [(Pattern::ManyPersons, 60)]);
        // The same person again and again is not many, and a working day is no hour.
        let same: Vec<Trace> = (0..200).map(|n| trace(n / 4, "sb1", 1)).collect();
        assert_eq!(patterns(&same), []);
        let day: Vec<Trace> = (0..200).map(|n| trace(n as i64 * 2, "sb1", n)).collect();
        assert_eq!(patterns(&day), []);
    }

    #[test]
    fn who_comes_back_to_one_person_on_several_days_is_told_with_the_party() {
        let day = 24 * 60;
        let traces: Vec<Trace> = [0, 1, day, day + 1, 2 * day].map(|minutes| trace(minutes, "sb1", 7)).into();
        let found = alarms(&traces);
        assert_eq!((found[0].pattern, found[0].count), (Pattern::SamePerson, 5));
        assert_eq!((found[0].actor.as_deref(), found[0].party_id), (Some("sb1"), Some(Uuid::from_u128(7))));
        assert_eq!((found[0].from, found[0].to), (at(0), at(2 * day)));
        assert_eq!(patterns(&traces[..4]), [], "two days");
    }

    #[test]
    fn many_callers_of_one_person_within_a_day_are_one_alarm_without_a_name() {
        let traces: Vec<Trace> = (0..6).map(|n| trace(n * 60, &format!("sb{n}"), 7)).collect();
        let found = alarms(&traces);
        assert_eq!((found.len(), found[0].pattern, found[0].count), (1, Pattern::ManyCallers, 6));
        assert_eq!((found[0].actor.as_deref(), found[0].party_id), (None, Some(Uuid::from_u128(7))));
    }

    #[test]
    fn a_night_is_one_night_across_midnight() {
        // 23.00, 01.00 and 05.00, and 06.00, which is morning.
        let traces: Vec<Trace> =
            [13 * 60, 15 * 60, 19 * 60, 20 * 60].map(|minutes| trace(minutes, "sb1", minutes as usize)).into();
        assert_eq!(patterns(&traces), [(Pattern::AtNight, 3)]);
        assert_eq!(patterns(&traces[1..]), []);
    }

    #[test]
    fn refused_attempts_are_no_look_ups() {
        let traces: Vec<Trace> = (0..12).map(|n| Trace { is_refused: true, ..trace(n, "sb1", 7) }).collect();
        assert_eq!(patterns(&traces), [(Pattern::Refused, 12)]);
        assert_eq!(patterns(&traces[..9]), []);
    }
}
