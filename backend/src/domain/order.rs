//! Which of two states of a person that CPR told is the newer one. CPR tells it through two doors, and what comes later is
//! not always what was true later.
//!
//! A look-up holds CPR's state of its moment; a delivery holds that of its production date, and is received later. So a
//! look-up wins over everything that was received before it, and a delivery wins over older deliveries and over look-ups
//! made on or before its production date.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Copenhagen;

use super::person::{Register, RegisterSource};

/// The place of a state of CPR's in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Through which door it came.
    pub source: RegisterSource,
    /// The date whose state it is: of a look-up its day in Denmark, of a delivery its production date.
    pub date: NaiveDate,
    /// When it was received here.
    pub received_at: DateTime<Utc>,
}

impl Moment {
    /// A look-up of now.
    pub fn lookup(now: DateTime<Utc>) -> Moment {
        let date = now.with_timezone(&Copenhagen).date_naive();
        Moment { source: RegisterSource::Lookup, date, received_at: now }
    }

    /// A delivery that was produced on a date and is applied now.
    pub const fn delivery(produced: NaiveDate, now: DateTime<Utc>) -> Moment {
        Moment { source: RegisterSource::Subscription, date: produced, received_at: now }
    }

    /// Whether this state takes the place of one that is kept already. Of two that nothing tells apart, the one that is
    /// received last.
    pub fn replaces(&self, kept: &Moment) -> bool {
        match (self.source, kept.source) {
            (RegisterSource::Lookup, RegisterSource::Lookup) => self.received_at >= kept.received_at,
            // The delivery may have been applied while CPR was answering.
            (RegisterSource::Lookup, RegisterSource::Subscription) => {
                self.received_at >= kept.received_at || self.date > kept.date
            }
            (RegisterSource::Subscription, _) => self.date >= kept.date,
        }
    }
}

impl From<&Register> for Moment {
    fn from(register: &Register) -> Moment {
        Moment { source: register.source, date: register.register_date, received_at: register.updated_at }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    /// An hour of a day in March 2026, in Denmark (one hour ahead of UTC).
    fn at(on: u32, hour: u32) -> DateTime<Utc> {
        (day(on).and_hms_opt(hour, 0, 0).unwrap() - Duration::hours(1)).and_utc()
    }

    #[test]
    fn the_table_of_doors() {
        let lookup = |on, hour| Moment::lookup(at(on, hour));
        let delivery = |produced, applied| Moment::delivery(day(produced), at(applied, 5));
        for (name, new, kept, replaces) in [
            ("a later look-up", lookup(3, 12), lookup(3, 11), true),
            ("a look-up whose answer was overtaken", lookup(3, 11), lookup(3, 12), false),
            ("a look-up after a delivery", lookup(4, 9), delivery(3, 4), true),
            ("a look-up of the day of production, before the file came", lookup(3, 22), delivery(3, 4), false),
            ("a look-up of a later day, overtaken by the file", lookup(4, 4), delivery(3, 4), true),
            ("a delivery after a look-up of its own day", delivery(3, 4), lookup(3, 23), true),
            ("a delivery after a look-up of an earlier day", delivery(3, 4), lookup(2, 9), true),
            ("a delivery that was produced before the look-up", delivery(3, 4), lookup(4, 0), false),
            ("the next delivery", delivery(4, 5), delivery(3, 4), true),
            ("another delivery of the same day, bridged", delivery(3, 5), delivery(3, 4), true),
            ("an older delivery that comes late", delivery(2, 6), delivery(3, 4), false),
        ] {
            assert_eq!(new.replaces(&kept), replaces, "{name}");
        }
    }

    #[test]
    fn the_day_of_a_look_up_is_denmarks() {
        let night = DateTime::parse_from_rfc3339("2026-07-01T22:30:00Z").unwrap().to_utc();
        assert_eq!(Moment::lookup(night).date, NaiveDate::from_ymd_opt(2026, 7, 2).unwrap());
    }

    /// A state: through which door, and when. A delivery comes some nights after its production, never before.
    fn moments() -> impl Strategy<Value = Moment> {
        (any::<bool>(), 1..20_u32, 0..24_u32, 1..5_u32).prop_map(|(lookup, on, hour, nights)| {
            if lookup { Moment::lookup(at(on, hour)) } else { Moment::delivery(day(on), at(on + nights, hour)) }
        })
    }

    proptest! {
        #[test]
        fn a_state_is_never_replaced_by_one_of_an_earlier_day(kept in moments(), new in moments()) {
            if new.replaces(&kept) && new.source == RegisterSource::Subscription {
                prop_assert!(new.date >= kept.date);
            }
            if new.replaces(&kept) && new.source == RegisterSource::Lookup {
                prop_assert!(new.received_at >= kept.received_at || new.date > kept.date);
            }
        }

        #[test]
        fn received_in_order_the_last_of_two_of_the_same_door_wins(one in moments(), other in moments()) {
            if one.source == other.source {
                prop_assert!(one.replaces(&other) || other.replaces(&one));
                prop_assert!(one.replaces(&one));
            }
        }

        #[test]
        fn of_deliveries_and_look_ups_received_in_order_the_newest_day_is_kept(
            mut received in proptest::collection::vec(moments(), 1..8),
        ) {
            received.sort_by_key(|moment| moment.received_at);
            let mut kept = received[0];
            for new in &received {
                if new.replaces(&kept) {
                    kept = *new;
                }
            }
            let newest = received.iter().map(|moment| moment.date).max().unwrap();
            prop_assert_eq!(kept.date, newest);
        }
    }
}
