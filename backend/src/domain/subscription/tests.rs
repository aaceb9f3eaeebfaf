use chrono::Duration;
use proptest::prelude::*;

use super::*;
use crate::domain::testing::{GERDA, GERDA_OLD, number};

const USUAL: FollowPolicy = FollowPolicy { scope: Scope::OpenAndRecentlyClosed, recently_closed_days: 90 };

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn closed_until(at: &str, days: u32) -> NaiveDate {
    follow(CaseStatus::Closed(time(at)), &FollowPolicy { recently_closed_days: days, ..USUAL }).until
}

fn subscription(state: State) -> Subscription {
    let asked = Subscription::none(number(GERDA), Uuid::nil());
    let at = time("2026-03-02T09:00:00Z");
    match state {
        State::None => asked,
        State::Requested => asked.request(Uuid::nil(), at),
        State::Active => asked.request(Uuid::nil(), at).confirm(at),
        State::Ending => asked.request(Uuid::nil(), at).confirm(at).request_end(at),
        State::Ended => asked.request(Uuid::nil(), at).confirm(at).request_end(at).end(at),
        State::Failed => asked.request(Uuid::nil(), at).fail("05", Retry::WhenNumberChanges, at),
    }
}

#[test]
fn an_open_case_follows_without_end_and_a_closed_one_for_some_days_of_the_danish_calendar() {
    assert_eq!(follow(CaseStatus::Open, &USUAL), Follow { kind: ReasonKind::OpenCase, until: WITHOUT_END });
    assert_eq!(closed_until("2026-06-01T12:00:00Z", 90), day("2026-08-30"));
    // Half past midnight in Denmark is the evening before in UTC.
    assert_eq!(closed_until("2026-05-31T22:30:00Z", 90), day("2026-08-30"));
    assert_eq!(closed_until("2026-01-31T23:30:00Z", 0), day("2026-02-01"));
}

#[test]
fn all_cases_follow_without_end_and_say_so() {
    let all = FollowPolicy { scope: Scope::AllCases, ..USUAL };
    let closed = follow(CaseStatus::Closed(time("2010-01-01T00:00:00Z")), &all);
    assert_eq!(closed, Follow { kind: ReasonKind::AllCases, until: WITHOUT_END });
    assert_eq!(follow(CaseStatus::Open, &all).kind, ReasonKind::OpenCase);
}

#[test]
fn the_days_are_counted_by_the_calendar_across_both_changes_of_the_clock() {
    // 2026-03-29 has 23 hours, 2026-10-25 has 25.
    assert_eq!(closed_until("2026-03-28T23:30:00Z", 1), day("2026-03-30"));
    assert_eq!(end_of_day(day("2026-03-29")), time("2026-03-29T22:00:00Z"));
    assert_eq!(end_of_day(day("2026-03-28")), time("2026-03-28T23:00:00Z"));
    assert_eq!(closed_until("2026-10-24T22:30:00Z", 1), day("2026-10-26"));
    assert_eq!(end_of_day(day("2026-10-25")), time("2026-10-25T23:00:00Z"));
    assert_eq!(end_of_day(day("2026-10-24")), time("2026-10-24T22:00:00Z"));
}

#[test]
fn more_days_than_the_calendar_has_are_no_end() {
    assert_eq!(closed_until("2026-06-01T12:00:00Z", u32::MAX), WITHOUT_END);
}

#[test]
fn another_decision_has_another_fingerprint() {
    let decisions =
        [USUAL, FollowPolicy { recently_closed_days: 91, ..USUAL }, FollowPolicy { scope: Scope::AllCases, ..USUAL }];
    let mut fingerprints = decisions.map(|decision| decision.fingerprint()).to_vec();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 3);
}

proptest! {
    /// The same rule said in hours: a closed case is a reason until the midnight after its last day.
    #[test]
    fn a_case_is_a_reason_until_the_midnight_that_ends_its_last_day(
        closed in 0_i64..40_000 * 3_600, days in 0_u32..400, passed in 0_i64..500 * 24 * 3_600,
    ) {
        let closed_at = time("2000-01-01T00:00:00Z") + Duration::seconds(closed * 20);
        let now = closed_at + Duration::seconds(passed);
        let until = follow(CaseStatus::Closed(closed_at), &FollowPolicy { recently_closed_days: days, ..USUAL }).until;
        prop_assert_eq!(until >= danish_date(now), now < end_of_day(until));
        prop_assert_eq!(until - danish_date(closed_at), Duration::days(days.into()));
    }

    /// Whatever happens and however often it is asked: the steps lead to what is wanted and then stop, and a person is asked
    /// about once per change of what is wanted as long as CPR answers.
    #[test]
    fn the_steps_lead_to_what_is_wanted(wishes in proptest::collection::vec((any::<bool>(), 0_u8..4), 1..40)) {
        let mut it = subscription(State::None);
        let mut now = time("2026-03-02T09:00:00Z");
        for (wanted, luck) in wishes {
            now += Duration::hours(7);
            match next_step(wanted, &it, true, now, false) {
                Some(Step::Subscribe) => {
                    it = it.request(Uuid::nil(), now);
                    it = if luck == 0 { it.fail("unreachable", Retry::Later, now) } else { it.confirm(now) };
                }
                Some(Step::Unsubscribe) => {
                    it = it.request_end(now);
                    it = if luck == 0 { it.fail("08", Retry::Later, now) } else { it.end(now) };
                }
                Some(Step::Close) => it = it.end(now),
                None => {}
            }
            if luck > 0 {
                prop_assert_eq!(it.state == State::Active, wanted, "{:?}", it.state);
                prop_assert_eq!(next_step(wanted, &it, true, now, true), None);
            }
        }
    }
}

#[test]
fn what_failed_waits_longer_each_time_and_somebody_can_ask_at_once() {
    let now = time("2026-03-02T09:00:00Z");
    let waits = [1, 2, 3, 4, 10, u32::MAX].map(|attempts| (next_attempt(attempts, now) - now).num_minutes());
    assert_eq!(waits, [1, 2, 4, 8, 360, 360]);
    let failed = subscription(State::Requested).fail("unreachable", Retry::Later, now);
    assert_eq!((failed.state, failed.failure.as_ref().map(|failure| failure.attempts)), (State::Requested, Some(1)));
    assert_eq!(next_step(true, &failed, false, now, false), None);
    assert_eq!(next_step(true, &failed, false, now, true), Some(Step::Subscribe));
    assert_eq!(next_step(true, &failed, false, now + Duration::minutes(1), false), Some(Step::Subscribe));
    let again = failed.request(Uuid::nil(), now + Duration::minutes(1));
    assert_eq!(again.requested_at, failed.requested_at, "the age of what is stuck");
    assert_eq!(again.fail("unreachable", Retry::Later, now).failure.map(|failure| failure.attempts), Some(2));
}

#[test]
fn a_number_that_cpr_does_not_know_is_not_asked_about_again() {
    let unknown = subscription(State::Failed);
    for by_hand in [false, true] {
        assert_eq!(next_step(true, &unknown, false, time("2030-01-01T00:00:00Z"), by_hand), None);
    }
    assert_eq!(next_step(false, &unknown, false, time("2026-03-02T09:00:00Z"), false), Some(Step::Close));
}

#[test]
fn whoever_may_have_been_asked_for_is_told_to_stop() {
    let now = time("2026-03-02T09:00:00Z");
    assert_eq!(next_step(false, &subscription(State::Requested), false, now, false), Some(Step::Unsubscribe));
    assert_eq!(next_step(true, &subscription(State::Ending), false, now, false), Some(Step::Subscribe));
}

#[test]
fn a_changed_number_is_over_at_once_and_a_double_one_when_the_other_is_confirmed() {
    let now = time("2026-03-03T09:00:00Z");
    let moved = |moved_as| Moved { from: number(GERDA_OLD), to: number(GERDA), moved_as };
    let changed = subscription(State::Active).moved(moved(MovedAs::Changed), now);
    assert_eq!((changed.state, changed.ended_at, changed.moved_to), (State::Ended, Some(now), Some(number(GERDA))));
    assert_eq!(next_step(false, &changed, true, now, true), None);

    let deleted = subscription(State::Active).moved(moved(MovedAs::Deleted), now);
    assert_eq!((deleted.state, deleted.moved_to), (State::Active, Some(number(GERDA))));
    assert_eq!(next_step(false, &deleted, false, now, true), None);
    assert_eq!(next_step(false, &deleted, true, now, false), Some(Step::Unsubscribe));
}

#[test]
fn why_somebody_is_not_followed_is_told_by_what_stands_first_in_the_way() {
    let usual = Circumstances {
        kind: PartyKind::Person,
        number: Some(number(GERDA)),
        wanted: true,
        opted_out: false,
        state: State::None,
        channel: true,
    };
    let replacement = Some(PersonalNumber::parse("6101904001").unwrap());
    for (it, expected) in [
        (usual, None),
        (Circumstances { kind: PartyKind::Company, number: None, ..usual }, Some(NotSubscribed::Company)),
        (Circumstances { number: None, wanted: false, ..usual }, Some(NotSubscribed::NoPersonalNumber)),
        (Circumstances { number: replacement, wanted: false, ..usual }, Some(NotSubscribed::ReplacementNumber)),
        (Circumstances { wanted: false, ..usual }, Some(NotSubscribed::NoCase)),
        (Circumstances { wanted: false, opted_out: true, ..usual }, Some(NotSubscribed::OptedOut)),
        (Circumstances { state: State::Failed, ..usual }, Some(NotSubscribed::UnknownToCpr)),
        (Circumstances { channel: false, ..usual }, Some(NotSubscribed::ChannelOff)),
        (Circumstances { channel: false, state: State::Active, ..usual }, None),
        (Circumstances { state: State::Requested, ..usual }, None),
    ] {
        assert_eq!(not_subscribed_because(&it), expected, "{it:?}");
    }
}

#[test]
fn a_reason_that_ran_out_ended_with_its_last_day() {
    let past = PastReason {
        kind: ReasonKind::RecentlyClosedCase,
        case_number: "S-1".to_owned(),
        from: time("2026-03-01T09:00:00Z"),
        until: day("2026-03-29"),
        ended_at: None,
    };
    assert_eq!(past.to(time("2026-03-29T21:59:59Z")), None);
    assert_eq!(past.to(time("2026-03-29T22:00:00Z")), Some(time("2026-03-29T22:00:00Z")));
    let cut = PastReason { ended_at: Some(time("2026-03-05T10:00:00Z")), ..past };
    assert_eq!(cut.to(time("2026-03-06T10:00:00Z")), Some(time("2026-03-05T10:00:00Z")));
}
