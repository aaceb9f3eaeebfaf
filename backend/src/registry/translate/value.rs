//! Single values: dates, status, sex, texts.

use chrono::NaiveDate;
use cpr::codes::PersonStatus;

use crate::domain::person::{CprDate, Precision, Sex, Status};
use crate::domain::text::squeeze;

/// A date as precise as it is known; `None` when nothing of it is.
///
/// Minutes of 99 and midnight both mean that only the day is known.
pub(in crate::registry) fn date(date: cpr::CprDate) -> Option<CprDate> {
    let cpr::CprDate { year, month, day, time, uncertain } = date;
    let (value, precision) = match date.precision() {
        cpr::Precision::None => return None,
        cpr::Precision::Year => (format!("{year:04}"), Precision::Year),
        cpr::Precision::Month => (format!("{year:04}-{month:02}"), Precision::Month),
        cpr::Precision::Minute if time != Some((0, 0)) => {
            let (hour, minute) = time.unwrap_or_default();
            (format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"), Precision::Minute)
        }
        cpr::Precision::Day | cpr::Precision::Minute => (format!("{year:04}-{month:02}-{day:02}"), Precision::Day),
    };
    Some(CprDate { value, precision, uncertain })
}

/// The calendar date, when it is complete.
pub(in crate::registry) fn day(date: Option<cpr::CprDate>) -> Option<NaiveDate> {
    date.and_then(cpr::CprDate::date)
}

pub(super) fn status(status: &PersonStatus) -> Status {
    Status::from(status.code().to_owned())
}

pub(in crate::registry) fn sex(sex: cpr::Sex) -> Sex {
    match sex {
        cpr::Sex::Female => Sex::Female,
        cpr::Sex::Male => Sex::Male,
    }
}

/// A text with single blanks; `None` when there is nothing in it.
pub(in crate::registry) fn text(text: impl AsRef<str>) -> Option<String> {
    Some(squeeze(text.as_ref())).filter(|text| !text.is_empty())
}

/// Texts joined by `, `; `None` when there is nothing in them.
pub(in crate::registry) fn joined<'t, T: AsRef<str> + 't>(
    texts: impl IntoIterator<Item = &'t Option<T>>,
) -> Option<String> {
    let texts: Vec<String> = texts.into_iter().flatten().filter_map(text).collect();
    text(texts.join(", "))
}

/// `Mortensen,Jens` as `Jens Mortensen`.
pub(in crate::registry) fn natural_order(name: &str) -> String {
    match name.split_once(',') {
        Some((surname, first_names)) => format!("{} {}", first_names.trim(), surname.trim()),
        None => name.to_owned(),
    }
}

/// CPR's type of a protection with four digits, as the records write it; CPR Services write five.
pub(in crate::registry) fn protection_code(code: &str) -> String {
    let digits = code.trim_start_matches('0');
    if code.trim().is_empty() { String::new() } else { format!("{digits:0>4}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_precise_as_cpr_knows_it() {
        for (digits, value) in [
            ("19610707", Some("1961-07-07")),
            ("196107071034", Some("1961-07-07T10:34")),
            ("196107070000", Some("1961-07-07")),
            ("196107071099", Some("1961-07-07")),
            ("196107000000", Some("1961-07")),
            ("196100000000", Some("1961")),
            ("000000000001", None),
        ] {
            let read = cpr::CprDate::parse(digits).and_then(date);
            assert_eq!(read.map(|date| date.value).as_deref(), value, "{digits}");
        }
        let uncertain = date(cpr::CprDate::parse("19610707").unwrap().with_uncertainty(true)).unwrap();
        assert!(uncertain.uncertain);
    }
}
