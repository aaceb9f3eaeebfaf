//! Dates and times as people in Denmark write them.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Utc, Weekday};
use openapi::cpr_tab::{CprDate, Precision};

/// `21-11-2025`.
pub fn date(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

/// `21-11-2025 09:05`, Copenhagen time.
pub fn time(time: DateTime<Utc>) -> String {
    copenhagen(time).format("%d-%m-%Y %H:%M").to_string()
}

/// What time it is, by the browser's clock.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

/// How long ago something was: `3 dage siden`.
pub fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} siden", duration((now - time).num_seconds()))
}

/// So many seconds in the largest fitting unit: `3 dage`, `1 time`, `5 minutter`.
pub fn duration(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let (count, one, many) = match minutes {
        0..60 => (minutes, "minut", "minutter"),
        60..2880 => (minutes / 60, "time", "timer"),
        _ => (minutes / 1440, "dag", "dage"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A date of CPR's, as exact as CPR has it: `1961`, `07-1961`, `07-07-1961`, `07-07-1961 10:34`; `ca.` before an
/// uncertain one.
pub fn cpr_date(cpr: &CprDate) -> String {
    let parts: Vec<&str> = cpr.value.split(['-', 'T']).collect();
    let written = match (cpr.precision, parts.as_slice()) {
        (Precision::Year, [year, ..]) => (*year).to_owned(),
        (Precision::Month, [year, month, ..]) => format!("{month}-{year}"),
        (Precision::Day, [year, month, day, ..]) => format!("{day}-{month}-{year}"),
        (Precision::Minute, [year, month, day, time, ..]) => {
            format!("{day}-{month}-{year} {}", time.get(..5).unwrap_or(time))
        }
        _ => cpr.value.clone(),
    };
    if cpr.uncertain { format!("ca. {written}") } else { written }
}

/// Reads a day as people in Denmark write it: `23-11-2026`, also with dots, slashes or single digits. Nothing typed is no day.
///
/// # Errors
/// What was typed is no day.
pub fn read(typed: &str) -> Result<Option<NaiveDate>, NotADay> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let written = typed.trim().replace(['.', '/'], "-");
    let day = NaiveDate::parse_from_str(&written, "%d-%m-%Y").map_err(|_| NotADay)?;
    // A year of two digits is a slip, not the first century.
    if day.year() < 1900 { Err(NotADay) } else { Ok(Some(day)) }
}

/// What was typed is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADay;

/// The day in Denmark.
pub fn day_of(time: DateTime<Utc>) -> NaiveDate {
    copenhagen(time).date()
}

/// The moment at which a day begins in Denmark.
pub fn start_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    midnight(day)
}

/// The moment at which a day is over in Denmark.
pub fn end_of(day: NaiveDate) -> Option<DateTime<Utc>> {
    midnight(day.succ_opt()?)
}

fn midnight(day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    [2, 1]
        .map(|hours| (midnight - Duration::hours(hours)).and_utc())
        .into_iter()
        .find(|utc| copenhagen(*utc) == midnight)
}

/// Central European time with the summer time of Directive 2000/84/EC: from the last Sunday of March to the last Sunday
/// of October, both at 01:00 UTC. Right for every time since 1996; the register has no older ones.
fn copenhagen(time: DateTime<Utc>) -> NaiveDateTime {
    let utc = time.naive_utc();
    let change = |month| last_sunday(utc.year(), month).and_then(|day| day.and_hms_opt(1, 0, 0));
    let summer = change(3).is_some_and(|start| utc >= start) && change(10).is_some_and(|end| utc < end);
    utc + Duration::hours(if summer { 2 } else { 1 })
}

/// The last Sunday of a month with 31 days.
fn last_sunday(year: i32, month: u32) -> Option<NaiveDate> {
    let last = NaiveDate::from_ymd_opt(year, month, 31)?;
    Some(last - Duration::days(i64::from(last.weekday().days_since(Weekday::Sun))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(rfc3339: &str) -> String {
        time(rfc3339.parse().unwrap())
    }

    #[test]
    fn times_are_copenhagen_times_in_summer_and_winter() {
        assert_eq!(at("2026-11-23T17:45:46Z"), "23-11-2026 18:45");
        assert_eq!(at("2026-07-01T22:30:00Z"), "02-07-2026 00:30");
        assert_eq!(at("2026-12-31T23:00:00Z"), "01-01-2027 00:00");
    }

    #[test]
    fn the_hour_changes_at_one_oclock_utc_on_the_last_sundays() {
        assert_eq!(at("2027-03-28T00:59:00Z"), "28-03-2027 01:59");
        assert_eq!(at("2027-03-28T01:00:00Z"), "28-03-2027 03:00");
        assert_eq!(at("2026-10-25T00:59:00Z"), "25-10-2026 02:59");
        assert_eq!(at("2026-10-25T01:00:00Z"), "25-10-2026 02:00");
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1);
        for typed in ["01-03-2026", " 1-3-2026 ", "1.3.2026", "01/03/2026"] {
            assert_eq!(read(typed), Ok(day), "{typed}");
        }
        assert_eq!(read("  "), Ok(None));
        for typed in ["2026-03-01", "31-02-2026", "1-3-26", "i går", "13-13-2026"] {
            assert_eq!(read(typed), Err(NotADay), "{typed}");
        }
    }

    #[test]
    fn a_day_begins_and_ends_at_danish_midnight() {
        let day = |typed: &str| read(typed).unwrap().unwrap();
        let told = |time: Option<DateTime<Utc>>| time.map(|time| time.to_rfc3339());
        assert_eq!(told(start_of(day("23-11-2026"))).as_deref(), Some("2026-11-22T23:00:00+00:00"));
        assert_eq!(told(end_of(day("01-07-2026"))).as_deref(), Some("2026-07-01T22:00:00+00:00"));
        assert_eq!(told(start_of(day("25-10-2026"))).as_deref(), Some("2026-10-24T22:00:00+00:00"));
        assert_eq!(told(end_of(day("25-10-2026"))).as_deref(), Some("2026-10-25T23:00:00+00:00"));
    }

    #[test]
    fn a_duration_is_told_in_its_largest_unit() {
        for (seconds, told) in [
            (-5, "0 minutter"),
            (60, "1 minut"),
            (3599, "59 minutter"),
            (3600, "1 time"),
            (47 * 3600, "47 timer"),
            (48 * 3600, "2 dage"),
        ] {
            assert_eq!(duration(seconds), told);
        }
        let moment: DateTime<Utc> = "2026-11-23T17:45:46Z".parse().unwrap();
        assert_eq!(ago(moment, moment + Duration::days(3)), "3 dage siden");
    }

    #[test]
    fn a_date_of_cprs_is_as_exact_as_cpr_has_it() {
        let written =
            |value: &str, precision, uncertain| cpr_date(&CprDate { value: value.to_owned(), precision, uncertain });
        assert_eq!(written("1961", Precision::Year, false), "1961");
        assert_eq!(written("1961-07", Precision::Month, false), "07-1961");
        assert_eq!(written("1961-07-07", Precision::Day, true), "ca. 07-07-1961");
        assert_eq!(written("1997-09-09T08:28", Precision::Minute, false), "09-09-1997 08:28");
    }
}
