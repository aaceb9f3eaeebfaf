use super::*;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

/// A change file of a day that follows another.
fn link(production: u32, previous: u32) -> Link {
    Link { production_date: day(production), previous: Some(day(previous)), is_status: false }
}

fn chain(last: u32) -> Chain {
    Chain { task_number: "431101".to_owned(), last: day(last), unbroken_since: day(1) }
}

const NOTHING: Applied = Applied { this_content: false, this_date: false, bridged: false };
const BRIDGED: Applied = Applied { bridged: true, ..NOTHING };

#[test]
fn every_situation_of_the_chain_has_its_verdict() {
    let status = Link { is_status: true, ..link(18, 18) };
    let known = Applied { this_content: true, ..NOTHING };
    let date_applied = Applied { this_date: true, ..NOTHING };
    let last = chain(17);
    for (situation, chain, link, before, verdict) in [
        ("next", Some(&last), link(18, 17), NOTHING, Verdict::Next),
        ("next, over a weekend", Some(&last), link(20, 17), NOTHING, Verdict::Next),
        ("same file again", Some(&last), link(17, 16), known, Verdict::AlreadyIngested),
        ("same file again, long ago", Some(&last), link(10, 9), known, Verdict::AlreadyIngested),
        ("same date, other content", Some(&last), link(17, 16), NOTHING, Verdict::SameDate),
        ("same older date, other content", Some(&last), link(12, 11), date_applied, Verdict::SameDate),
        ("older", Some(&last), link(16, 15), NOTHING, Verdict::Older),
        ("gap", Some(&last), link(19, 18), NOTHING, Verdict::Gap),
        ("fork", Some(&last), link(18, 16), NOTHING, Verdict::Fork),
        ("names none before it", Some(&last), Link { previous: None, ..link(18, 17) }, NOTHING, Verdict::Fork),
        ("first ever", None, link(18, 17), NOTHING, Verdict::First),
        ("first ever, names none", None, Link { previous: None, ..link(18, 17) }, NOTHING, Verdict::First),
        ("both dates equal, status", Some(&last), status, NOTHING, Verdict::Status),
        ("both dates equal, changes", Some(&last), link(18, 18), NOTHING, Verdict::Gap),
        ("gap, let go", Some(&last), link(19, 18), BRIDGED, Verdict::Bridged),
        ("fork, let go", Some(&last), link(18, 16), BRIDGED, Verdict::Bridged),
        ("same date, let go", Some(&last), link(17, 16), BRIDGED, Verdict::Bridged),
        ("older is never let go", Some(&last), link(16, 15), BRIDGED, Verdict::Older),
    ] {
        assert_eq!(judge(chain, &link, before), verdict, "{situation}");
    }
}

#[test]
fn the_chain_moves_forward_and_remembers_where_something_is_missing() {
    let after = |before: u32, link: &Link| {
        let chain = Chain::after(Some(&chain(before)), "431101", link);
        (chain.last, chain.unbroken_since)
    };
    assert_eq!(after(17, &link(18, 17)), (day(18), day(1)));
    assert_eq!(after(17, &link(20, 19)), (day(20), day(19)), "a gap");
    assert_eq!(after(17, &link(18, 16)), (day(18), day(1)), "a fork brings what came before too");
    assert_eq!(after(17, &link(17, 16)), (day(17), day(1)), "the same date again");
    assert_eq!(after(17, &link(12, 11)), (day(17), day(1)), "an older date again");
    assert_eq!(after(17, &Link { previous: None, ..link(18, 1) }), (day(18), day(18)), "nobody knows what it follows");
    let first = Chain::after(None, "431101", &link(18, 17));
    assert_eq!((first.last, first.unbroken_since), (day(18), day(17)));
}

fn pending(id: u128, link: Link) -> Pending {
    Pending {
        id: Uuid::from_u128(id),
        link,
        state: State::Received,
        reason: None,
        bridged: false,
        is_date_applied: false,
    }
}

type Stands = (u128, State, Option<Reason>);

fn planned(last: Option<u32>, pending: &[Pending]) -> (Option<u128>, Vec<Stands>) {
    let (next, standings) = plan(last.map(chain).as_ref(), pending);
    let standings = standings.into_iter().map(|standing| (standing.id.as_u128(), standing.state, standing.reason));
    (next.map(|id| id.as_u128()), standings.collect())
}

#[test]
fn deliveries_are_applied_by_their_dates_however_they_come() {
    let (next, standings) =
        planned(Some(17), &[pending(3, link(20, 19)), pending(2, link(19, 18)), pending(1, link(18, 17))]);
    assert_eq!(next, Some(1));
    assert_eq!(standings, [1, 2, 3].map(|id| (id, State::Received, None)));
    assert_eq!(planned(None, &[pending(2, link(19, 18)), pending(1, link(18, 17))]).0, Some(1));
}

#[test]
fn a_gap_stops_what_is_behind_it() {
    let all = [pending(1, link(19, 18)), pending(2, link(20, 19)), pending(3, link(24, 23))];
    let (next, standings) = planned(Some(17), &all);
    assert_eq!(next, None);
    let waiting = State::Waiting;
    assert_eq!(
        standings,
        [(1, waiting, Some(Reason::Gap)), (2, waiting, Some(Reason::Behind)), (3, waiting, Some(Reason::Gap))]
    );
}

#[test]
fn the_missing_one_closes_the_gap() {
    let waiting = Pending { state: State::Waiting, reason: Some(Reason::Gap), ..pending(1, link(19, 18)) };
    let (next, standings) = planned(Some(17), &[waiting, pending(2, link(18, 17))]);
    assert_eq!(next, Some(2));
    assert_eq!(standings, [(2, State::Received, None), (1, State::Received, None)]);
}

#[test]
fn what_an_operator_let_go_is_applied_and_the_rest_follows() {
    let bridged = Pending { bridged: true, state: State::Waiting, ..pending(1, link(19, 18)) };
    let (next, standings) = planned(Some(17), &[bridged, pending(2, link(20, 19))]);
    assert_eq!(next, Some(1));
    assert_eq!(standings, [(1, State::Received, None), (2, State::Received, None)]);
}

#[test]
fn of_two_contents_of_one_date_the_first_is_applied_and_the_other_waits() {
    let (next, standings) = planned(Some(17), &[pending(1, link(18, 17)), pending(2, link(18, 17))]);
    assert_eq!(next, Some(1));
    assert_eq!(standings[1], (2, State::Waiting, Some(Reason::SameDate)));
}

#[test]
fn what_was_begun_is_ended_first_and_old_data_are_refused() {
    let begun = Pending { state: State::Applying, ..pending(2, link(18, 17)) };
    let (next, standings) = planned(Some(17), &[pending(1, link(16, 15)), begun]);
    assert_eq!(next, Some(2));
    assert_eq!(standings, [(2, State::Applying, None), (1, State::Refused, Some(Reason::Older))]);
}
