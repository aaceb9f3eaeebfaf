//! Dates as CPR keeps them: possibly incomplete, possibly uncertain.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A date, perhaps with a time, as registered: `ÅÅÅÅMMDD` or `ÅÅÅÅMMDDTTMM`, Danish local time.
///
/// CPR keeps dates that are no calendar dates: month or day `00` where nobody knew, minutes `99`. They are kept as
/// they are; [`CprDate::date`] gives a calendar date only where there is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CprDate {
    /// Year, four digits; 0 = not known.
    pub year: u16,
    /// Month 1–12; 0 = not known. Nonsense that CPR delivers is kept.
    pub month: u8,
    /// Day of the month; 0 = not known.
    pub day: u8,
    /// Hour and minute where they were delivered. Minutes may be 99.
    pub time: Option<(u8, u8)>,
    /// CPR's uncertainty mark (`*`).
    pub uncertain: bool,
}

/// How much of a [`CprDate`] is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Only the year, `196100000000`.
    Year,
    /// Year and month.
    Month,
    /// A calendar day.
    Day,
    /// A calendar day and a time of day.
    Minute,
    /// The digits are no date.
    None,
}

impl CprDate {
    /// A certain calendar date without a time.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        use chrono::Datelike;
        Self {
            year: u16::try_from(date.year()).unwrap_or(0),
            month: u8::try_from(date.month()).unwrap_or(0),
            day: u8::try_from(date.day()).unwrap_or(0),
            time: None,
            uncertain: false,
        }
    }

    /// Reads 8 or 12 digits. `None` if the text has another form; the caller says which field it was.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !matches!(text.len(), 8 | 12) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let pair = |place: usize| text.get(place..place + 2).and_then(|digits| digits.parse::<u8>().ok());
        Some(Self {
            year: text.get(..4)?.parse().ok()?,
            month: pair(4)?,
            day: pair(6)?,
            time: if text.len() == 12 { Some((pair(8)?, pair(10)?)) } else { None },
            uncertain: false,
        })
    }

    /// The same date with the given uncertainty mark.
    #[must_use]
    pub fn with_uncertainty(self, uncertain: bool) -> Self {
        Self { uncertain, ..self }
    }

    /// The digits as CPR writes them: 8, or 12 when there is a time.
    #[must_use]
    pub fn digits(self) -> String {
        let Self { year, month, day, .. } = self;
        match self.time {
            Some((hour, minute)) => format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}"),
            None => format!("{year:04}{month:02}{day:02}"),
        }
    }

    /// The calendar date, if year, month and day are all known and possible.
    #[must_use]
    pub fn date(self) -> Option<NaiveDate> {
        if self.year == 0 {
            return None;
        }
        NaiveDate::from_ymd_opt(self.year.into(), self.month.into(), self.day.into())
    }

    /// Date and time, Danish local time, if all of it is known and possible.
    #[must_use]
    pub fn date_time(self) -> Option<NaiveDateTime> {
        let (hour, minute) = self.time?;
        Some(self.date()?.and_time(NaiveTime::from_hms_opt(hour.into(), minute.into(), 0)?))
    }

    /// How much of the date is known.
    #[must_use]
    pub fn precision(self) -> Precision {
        match (self.date(), self.date_time()) {
            (Some(_), Some(_)) => Precision::Minute,
            (Some(_), None) => Precision::Day,
            (None, _) if self.year == 0 => Precision::None,
            (None, _) if self.day == 0 && (1..=12).contains(&self.month) => Precision::Month,
            (None, _) if self.day == 0 && self.month == 0 => Precision::Year,
            (None, _) => Precision::None,
        }
    }
}

impl fmt::Debug for CprDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A birth date is personal too; the precision is what helps in a log.
        write!(formatter, "CprDate({:?}{})", self.precision(), if self.uncertain { ", uncertain" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_dates_are_calendar_dates() {
        let date = CprDate::parse("19610707").unwrap();
        assert_eq!(date.date(), NaiveDate::from_ymd_opt(1961, 7, 7));
        assert_eq!(date.precision(), Precision::Day);
        assert_eq!(CprDate::of(date.date().unwrap()), date);
        let time = CprDate::parse("198112131338").unwrap();
        assert_eq!(time.date_time().unwrap().to_string(), "1981-12-13 13:38:00");
        assert_eq!(time.precision(), Precision::Minute);
    }

    #[test]
    fn incomplete_dates_stay_as_they_are() {
        for (text, precision) in [
            ("196100000000", Precision::Year),
            ("196107000000", Precision::Month),
            ("19610000", Precision::Year),
            ("196107079999", Precision::Day),
            ("196107072099", Precision::Day),
            ("12345678", Precision::None),
            ("00000000", Precision::None),
            ("196113000000", Precision::None),
        ] {
            let date = CprDate::parse(text).unwrap();
            assert_eq!((date.digits().as_str(), date.precision()), (text, precision));
        }
    }

    #[test]
    fn other_forms_are_no_dates() {
        for text in ["", "1961", "1961-07-07", "1961070A", "19610707123", "１９６１０７０７"] {
            assert_eq!(CprDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn printing_a_date_shows_no_digit() {
        let date = CprDate::parse("19610707").unwrap().with_uncertainty(true);
        assert_eq!(format!("{date:?}"), "CprDate(Day, uncertain)");
    }
}
