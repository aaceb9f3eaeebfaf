use std::time::{Duration, Instant};

use cpr_simulator::{Trouble, TroubleOn};

use crate::raw::{Office, SIGN_ON_OK, has_error, new_password, question, sign_on};

fn ask() -> String {
    question("STAM", &[("PNR", "0707614285")])
}

fn in_trouble(trouble: Trouble) -> (Office, String) {
    let office = Office::open();
    let token = office.token();
    office.simulator.turn(|knobs| knobs.trouble = Some(trouble));
    (office, token)
}

#[test]
fn a_connection_is_dropped_before_a_byte_of_the_answer() {
    let (office, token) = in_trouble(Trouble::DropConnection);
    let answer = office.post(Some(&token), &ask());
    assert_eq!((answer.head.as_str(), answer.bytes.len()), ("", 0));
    office.simulator.turn(|knobs| knobs.trouble = None);
    assert_eq!(office.post(Some(&token), &ask()).status(), 200);
}

#[test]
fn an_answer_breaks_off_after_its_first_half() {
    let (office, token) = in_trouble(Trouble::TruncatedAnswer);
    let answer = office.post(Some(&token), &ask());
    let promised: usize = answer.header("content-length")[0].parse().unwrap();
    assert_eq!(answer.bytes.len(), promised / 2);
}

#[test]
fn an_answer_is_blown_up() {
    let (office, token) = in_trouble(Trouble::OversizedAnswer(3_000_000));
    let answer = office.post(Some(&token), &ask());
    assert_eq!(answer.bytes.len(), 3_000_000);
    assert!(answer.body.ends_with("   </root>"));
}

#[test]
fn an_answer_is_garbled_but_complete_as_http() {
    let (office, token) = in_trouble(Trouble::GarbledXml);
    let answer = office.post(Some(&token), &ask());
    assert_eq!(answer.header("content-length"), [answer.bytes.len().to_string()]);
    assert!(answer.body.starts_with("<root") && !answer.body.ends_with("</root>"));
}

#[test]
fn the_front_end_answers_with_an_http_status() {
    let (office, token) = in_trouble(Trouble::HttpStatus(503));
    let answer = office.post(Some(&token), &ask());
    assert_eq!((answer.status(), answer.bytes.len()), (503, 0));
    assert_eq!(office.simulator.counters()["STAM"], 1);
    assert_eq!(office.simulator.log().len(), 1, "the sign-on alone");
}

#[test]
fn a_technical_receipt_takes_the_place_of_data() {
    let (office, token) = in_trouble(Trouble::SystemReceipt);
    let body = office.post(Some(&token), &ask()).body;
    assert!(body.contains("<Kvit r=\"System\"") && !body.contains("CprData"), "{body}");
    assert!(office.post(None, &sign_on("WDM00001", "Demo-2026")).body.contains("v=\"999\""));
}

#[test]
fn trouble_lasts_as_often_as_it_was_told_and_meets_what_it_was_told() {
    let office = Office::open();
    let token = office.token();
    office.simulator.turn(|knobs| {
        knobs.trouble = Some(Trouble::HttpStatus(500));
        knobs.trouble_times = Some(2);
        knobs.trouble_on = TroubleOn::Services;
    });
    assert_eq!(office.post(None, &sign_on("WDM00001", "Demo-2026")).body, SIGN_ON_OK);
    assert_eq!(office.post(Some(&token), &ask()).status(), 500);
    assert_eq!(office.post(Some(&token), &ask()).status(), 500);
    assert_eq!(office.post(Some(&token), &ask()).status(), 200);
}

#[test]
fn a_change_of_password_whose_answer_is_lost_has_happened() {
    let (office, _) = in_trouble(Trouble::DropConnection);
    office.post(None, &new_password("WDM00001", "Demo-2026", "Next_2027"));
    assert_eq!(office.simulator.password(), "Next_2027");
    let (office, _) = in_trouble(Trouble::HttpStatus(503));
    office.post(None, &new_password("WDM00001", "Demo-2026", "Next_2027"));
    assert_eq!(office.simulator.password(), "Demo-2026");
}

#[test]
fn a_service_is_refused_and_the_others_answer() {
    let office = Office::open();
    office.simulator.turn(|knobs| {
        knobs.refuse.insert("FAMILIE".to_owned(), 1035);
    });
    assert!(has_error(&office.ask("FAMILIE", &[("PNR", "0707614285")]), 1035));
    assert!(office.ask("STAM", &[("PNR", "0707614285")]).contains("Jens Mortensen"));
}

#[test]
fn no_password_is_right_when_the_knob_says_so() {
    let office = Office::open();
    office.simulator.turn(|knobs| knobs.wrong_password = true);
    for _ in 0..5 {
        assert!(office.post(None, &sign_on("WDM00001", "Demo-2026")).body.contains("v=\"905\""));
    }
    assert!(office.post(None, &sign_on("WDM00001", "Demo-2026")).body.contains("v=\"903\""));
}

#[test]
fn answers_wait_for_the_latency() {
    let office = Office::open();
    office.simulator.turn(|knobs| knobs.latency_ms = 150);
    let begun = Instant::now();
    office.token();
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[test]
fn old_styles_of_xml_are_written_on_demand() {
    let office = Office::open();
    office.simulator.turn(|knobs| {
        knobs.prolog = Some(true);
        knobs.omit_empty_fields = true;
        knobs.omit_receipt = true;
        knobs.load_balancer_cookie = false;
    });
    let token = office.token();
    let answer = office.post(Some(&token), &ask());
    assert!(answer.body.starts_with("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>"));
    assert!(!answer.body.contains("Kvit") && !answer.body.contains("BYNVN"), "{}", answer.body);
    assert_eq!(answer.header("set-cookie"), [] as [&str; 0]);
    let nothing = office.ask("ADRESSE4", &[("PNR", "0707614285")]);
    assert!(nothing.contains("<Kvit r=\"Ok\"") && !nothing.contains("CprData"), "{nothing}");
    let refused = office.ask("STAM", &[("PNR", "0709614029")]);
    assert!(has_error(&refused, 172), "an error keeps its receipt");
}
