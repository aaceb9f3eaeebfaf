//! Honest freshness: up to which day a followed party is known to be as CPR has it, and when the next news are due.
//!
//! CPR produces change files on weekdays, ready after 20:00 in Copenhagen (CPR, vejledning om udtræk). Which weekdays are
//! left out is not told; the calendar here serves expectations only. The chain of deliveries needs none.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Copenhagen;

use super::delivery::Course;

/// From when on the file of a production date can be fetched, in Copenhagen.
const READY: NaiveTime = NaiveTime::from_hms_opt(20, 0, 0).expect("a time");

/// How current what CPR says of a followed party is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Freshness {
    /// The production date up to which it is as CPR has it; `None` before the first delivery, and when nobody follows it.
    pub current_as_of: Option<NaiveDate>,
    /// When the next delivery is due; in the past when it is late.
    pub next_expected: Option<DateTime<Utc>>,
}

impl Freshness {
    /// Of a party that CPR has followed since `confirmed_at` and of whom CPR told the state of `register_date`.
    pub fn of(
        confirmed_at: Option<DateTime<Utc>>,
        register_date: Option<NaiveDate>,
        course: Option<&Course>,
    ) -> Freshness {
        let Some(confirmed_on) = confirmed_at.map(day_in_copenhagen) else { return Freshness::default() };
        Freshness {
            current_as_of: course.and_then(|course| current_as_of(course, confirmed_on, register_date)),
            next_expected: Some(ready_at(next_expected(course.map(|course| course.chain.last), confirmed_on))),
        }
    }
}

/// The production date of the last applied delivery of the unbroken chain since the subscription was confirmed; `None`
/// before there is one. A look-up or a delivery after a break begins anew: the person is then known whole.
pub fn current_as_of(course: &Course, confirmed_on: NaiveDate, register_date: Option<NaiveDate>) -> Option<NaiveDate> {
    let known_whole_on = register_date.map_or(confirmed_on, |date| date.max(confirmed_on));
    let broken = course.breaks.iter().find(|broken| known_whole_on <= broken.missing_until);
    let last = match broken {
        Some(broken) => broken.last_before,
        None => Some(course.chain.last),
    };
    last.filter(|last| *last >= confirmed_on)
}

/// The production date of the delivery that is due next for a subscription confirmed on this day; it lies in the past when
/// the delivery is late.
pub fn next_expected(last_applied: Option<NaiveDate>, confirmed_on: NaiveDate) -> NaiveDate {
    match last_applied {
        Some(last) => working_day_after(last),
        None if is_working_day(confirmed_on) => confirmed_on,
        None => working_day_after(confirmed_on),
    }
}

/// When the file of a production date can be fetched.
pub fn ready_at(production_date: NaiveDate) -> DateTime<Utc> {
    let ready = production_date.and_time(READY);
    // 20:00 exists once on every day of Copenhagen's.
    Copenhagen.from_local_datetime(&ready).earliest().map_or_else(|| ready.and_utc(), |ready| ready.to_utc())
}

/// For how many seconds the delivery that is due has been ready and is not applied; 0 while none is due.
pub fn lag_seconds(last_applied: NaiveDate, now: DateTime<Utc>) -> i64 {
    (now - ready_at(working_day_after(last_applied))).num_seconds().max(0)
}

/// The calendar day in Copenhagen.
pub fn day_in_copenhagen(time: DateTime<Utc>) -> NaiveDate {
    time.with_timezone(&Copenhagen).date_naive()
}

/// The first working day after this one.
pub fn working_day_after(date: NaiveDate) -> NaiveDate {
    let days = (1..).map_while(|count| date.checked_add_days(Days::new(count)));
    days.into_iter().find(|day| is_working_day(*day)).unwrap_or(date)
}

/// Whether CPR is expected to produce a change file.
///
/// No Saturdays, Sundays and public holidays (helligdage). The Great Prayer Day is none since 2024 (act no. 214 of 6 March
/// 2023). 5 June, 24 and 31 December are no public holidays, but public offices are closed: a delivery that does not come then
/// is no reason for alarm, and one that does is taken like any other.
pub fn is_working_day(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_day_off(date)
}

fn is_day_off(date: NaiveDate) -> bool {
    let fixed = [(1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)];
    // Maundy Thursday, Good Friday, Easter Monday, Ascension, Whit Monday; until 2023 the Great Prayer Day.
    let moving = [-3, -2, 1, 39, 50];
    const GREAT_PRAYER_DAY: i64 = 26;
    let from_easter = easter(date.year()).map(|easter| (date - easter).num_days());
    fixed.contains(&(date.month(), date.day()))
        || from_easter.is_some_and(|days| moving.contains(&days) || (days == GREAT_PRAYER_DAY && date.year() < 2024))
}

/// Easter Sunday, by the anonymous Gregorian rule (Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let day = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(day / 31).ok()?, u32::try_from(day % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::{Break, Chain, Link};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_where_the_calendars_say() {
        for sunday in ["1961-04-02", "2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"]
        {
            assert_eq!(easter(day(sunday).year()), Some(day(sunday)));
        }
    }

    #[test]
    fn working_days_leave_out_weekends_and_days_off() {
        for (date, next) in [
            ("2026-11-23", "2026-11-24"),
            ("2026-11-20", "2026-11-23"),
            ("2026-04-01", "2026-04-07"), // Easter
            ("2026-05-13", "2026-05-15"), // Ascension
            ("2026-05-22", "2026-05-26"), // Whit Monday
            ("2023-05-04", "2023-05-08"), // Great Prayer Day
            ("2024-04-25", "2024-04-26"), // no longer
            ("2026-06-04", "2026-06-08"), // Constitution Day and a weekend
            ("2026-12-23", "2026-12-28"),
            ("2026-12-30", "2027-01-04"),
        ] {
            assert_eq!(working_day_after(day(date)), day(next), "{date}");
        }
    }

    #[test]
    fn a_file_is_ready_at_eight_in_copenhagen_in_winter_and_in_summer() {
        assert_eq!(ready_at(day("2026-11-23")).to_rfc3339(), "2026-11-23T19:00:00+00:00");
        assert_eq!(ready_at(day("2026-07-01")).to_rfc3339(), "2026-07-01T18:00:00+00:00");
    }

    #[test]
    fn the_lag_counts_from_when_the_due_file_was_ready() {
        let now = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        assert_eq!(lag_seconds(day("2026-11-20"), now("2026-11-23T18:59:59Z")), 0);
        assert_eq!(lag_seconds(day("2026-11-20"), now("2026-11-23T20:00:00Z")), 3600);
        assert_eq!(lag_seconds(day("2026-11-23"), now("2026-11-23T20:00:00Z")), 0);
    }

    #[test]
    fn the_next_one_is_due_on_the_working_day_after_the_last() {
        assert_eq!(next_expected(Some(day("2026-11-20")), day("2026-11-01")), day("2026-11-23"));
        assert_eq!(next_expected(None, day("2026-11-23")), day("2026-11-23"));
        assert_eq!(next_expected(None, day("2026-11-21")), day("2026-11-23"));
    }

    fn course(last: &str, breaks: &[(Option<&str>, &str)]) -> Course {
        let last = day(last);
        let chain = Chain { task_number: "431101".to_owned(), last, unbroken_since: day("2026-11-02") };
        let breaks =
            breaks.iter().map(|(before, until)| Break { last_before: before.map(day), missing_until: day(until) });
        Course { chain, breaks: breaks.collect() }
    }

    #[test]
    fn a_party_is_current_as_of_the_last_delivery_since_it_is_followed() {
        let course = course("2026-11-20", &[]);
        assert_eq!(current_as_of(&course, day("2026-11-18"), None), Some(day("2026-11-20")));
        assert_eq!(current_as_of(&course, day("2026-11-20"), None), Some(day("2026-11-20")));
        assert_eq!(current_as_of(&course, day("2026-11-21"), None), None);
    }

    #[test]
    fn a_bridged_gap_holds_back_whoever_was_followed_before_it_until_the_person_is_known_whole_again() {
        let course = course("2026-11-20", &[(Some("2026-11-16"), "2026-11-18")]);
        let as_of = |confirmed: &str, register: Option<&str>| current_as_of(&course, day(confirmed), register.map(day));
        assert_eq!(as_of("2026-11-10", Some("2026-11-10")), Some(day("2026-11-16")));
        assert_eq!(as_of("2026-11-17", Some("2026-11-17")), None, "confirmed in the gap");
        assert_eq!(
            as_of("2026-11-10", Some("2026-11-18")),
            Some(day("2026-11-16")),
            "a look-up before that evening's file"
        );
        assert_eq!(as_of("2026-11-10", Some("2026-11-19")), Some(day("2026-11-20")), "delivered or looked up after it");
        assert_eq!(as_of("2026-11-19", None), Some(day("2026-11-20")));
    }

    #[test]
    fn a_task_that_began_after_the_subscription_says_nothing_of_what_was_before() {
        let link = |previous: Option<&str>| Link {
            production_date: day("2026-11-18"),
            previous: previous.map(day),
            is_status: false,
        };
        let began = Break::of(None, &link(Some("2026-11-17"))).unwrap();
        let course = Course { breaks: vec![began], ..course("2026-11-18", &[]) };
        assert_eq!(current_as_of(&course, day("2026-11-16"), None), None);
        assert_eq!(current_as_of(&course, day("2026-11-17"), None), Some(day("2026-11-18")));
        assert_eq!(Break::of(None, &link(None)), None);
        assert_eq!(Break::of(Some(day("2026-11-17")), &link(Some("2026-11-16"))), None, "a fork loses nothing");
    }
}
