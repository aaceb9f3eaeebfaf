use chrono::TimeDelta;
use cpr_simulator::{Command, Options, Simulator};

use crate::raw::{Office, SIGN_ON_OK, new_password, question, sign_on};

const USER: &str = "WDM00001";
const PASSWORD: &str = "Demo-2026";

fn receipt(text: &str, number: u32) -> String {
    format!(
        "<root xmlns=\"http://www.cpr.dk\"><Gctp v=\"2.0\"><Sik><Kvit r=\"returKode\" t=\"{text}\" v=\"{number}\"/></Sik></Gctp></root>"
    )
}

#[test]
fn signing_on_is_answered_byte_for_byte_as_documented() {
    let answer = Office::open().post(None, &sign_on(USER, PASSWORD));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.body, SIGN_ON_OK);
    assert_eq!(answer.bytes.len(), 118);
    assert_eq!(answer.header("content-length"), ["118"]);
    assert_eq!(answer.header("connection"), ["close"]);
    assert_eq!(answer.header("content-type"), ["text/xml;charset=ISO-8859-1"]);
    assert_eq!(answer.header("date"), ["Mon, 15 Jan 2024 09:15:00 GMT"]);
    assert_eq!(answer.token().unwrap().len(), 8);
    let cookies = answer.header("set-cookie");
    assert!(cookies[0].ends_with("; Expires=Mon, 15-Jan-2024 11:15:00 GMT"), "{cookies:?}");
    assert!(cookies[1].starts_with("AlteonP="), "{cookies:?}");
}

#[test]
fn a_wrong_password_is_answered_byte_for_byte_as_documented() {
    let answer = Office::open().post(None, &sign_on(USER, "Demo-2027"));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.body, receipt("Ugyldig kodeord indtastet", 905));
    assert_eq!(answer.bytes.len(), 130);
    assert_eq!(answer.token(), None);
}

#[test]
fn other_methods_and_paths_and_bodies_without_length_or_form_are_turned_away() {
    let office = Office::open();
    let get = b"GET /cpr-online-gctp/gctp HTTP/1.1\r\nHost: gctp.cpr.dk\r\nConnection: close\r\n\r\n";
    assert_eq!(office.send(get).status(), 405);
    let elsewhere = b"POST /cics/dmwg/cscwbsgn HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert_eq!(office.send(elsewhere).status(), 404);
    let chunked = b"POST /cpr-online-gctp/gctp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n";
    assert_eq!(office.send(chunked).status(), 411);
    assert_eq!(office.post(None, "<root>").status(), 400);
    assert_eq!(office.post(None, "<root/>").status(), 400);
    let bare = sign_on(USER, PASSWORD).replace(" xmlns=\"http://www.cpr.dk\"", "");
    assert_eq!(office.post(None, &bare).status(), 400, "2.0 is checked against its schema");
    assert_eq!(office.post(None, &bare.replace("2.0", "1.0")).status(), 200);
}

#[test]
fn a_question_needs_a_token_that_is_known_and_has_not_expired() {
    let office = Office::open();
    let unknown = receipt("Token kendes ikke", 901);
    let ask = question("STAM", &[("PNR", "0707614285")]);
    assert_eq!(office.post(None, &ask).body, unknown);
    assert_eq!(office.post(Some("AAAAAAAA"), &ask).body, unknown);
    let token = office.token();
    assert!(office.post(Some(&token), &ask).body.contains("Jens Mortensen"));
    assert_eq!(office.post(Some(&token), &ask).token(), None, "a token is sent only when it is new");
    office.let_pass(TimeDelta::seconds(2 * 3600 - 1));
    assert!(office.post(Some(&token), &ask).body.contains("Jens Mortensen"));
    office.let_pass(TimeDelta::seconds(1));
    assert_eq!(office.post(Some(&token), &ask).body, unknown);
    let token = office.token();
    office.simulator.command(Command::ForgetTokens);
    assert_eq!(office.post(Some(&token), &ask).body, unknown);
}

#[test]
fn users_are_known_malformed_or_locked_after_five_wrong_passwords() {
    let office = Office::open();
    let malformed = receipt("Ugyldig Bruger-id indtastet", 904);
    assert_eq!(office.post(None, &sign_on("demo", PASSWORD)).body, malformed);
    let unknown = receipt("Bruger-id er ikke defineret i sikkerhedssystemet", 902);
    assert_eq!(office.post(None, &sign_on("WXX99999", PASSWORD)).body, unknown);
    for _ in 0..5 {
        assert!(office.post(None, &sign_on(USER, "Demo-2027")).body.contains("v=\"905\""));
    }
    let locked = receipt("Bruger-id er inaktivt i sikkerhedssystemet", 903);
    assert_eq!(office.post(None, &sign_on(USER, PASSWORD)).body, locked);
    office.simulator.command(Command::UnlockUser);
    assert_eq!(office.post(None, &sign_on(USER, PASSWORD)).body, SIGN_ON_OK);
}

#[test]
fn an_expired_password_is_changed_and_the_new_one_signs_on() {
    let office = Office::open();
    office.let_pass(TimeDelta::days(90));
    let expired = office.post(None, &sign_on(USER, PASSWORD));
    assert_eq!(expired.body, receipt("Dit kodeord er udløbet", 906));
    assert_eq!(expired.token(), None);
    let unacceptable = receipt("Det nye kodeord er ikke gyldigt", 908);
    assert_eq!(office.post(None, &new_password(USER, PASSWORD, "kort")).body, unacceptable);
    assert_eq!(office.post(None, &new_password(USER, PASSWORD, PASSWORD)).body, unacceptable);
    let changed = office.post(None, &new_password(USER, PASSWORD, "Next_2027"));
    assert_eq!(changed.body, SIGN_ON_OK);
    let ask = question("STAM", &[("PNR", "0707614285")]);
    assert!(office.post(changed.token().as_deref(), &ask).body.contains("Jens Mortensen"));
    assert!(office.post(None, &sign_on(USER, PASSWORD)).body.contains("v=\"905\""));
    assert_eq!(office.post(None, &sign_on(USER, "Next_2027")).body, SIGN_ON_OK);
    assert_eq!(office.post(None, &new_password(USER, "Next_2027", "Then_2028")).body, unacceptable, "same day");
    office.simulator.turn(|knobs| knobs.one_password_change_a_day = false);
    assert_eq!(office.post(None, &new_password(USER, "Next_2027", "Then_2028")).body, SIGN_ON_OK);
    assert_eq!(office.simulator.password(), "Then_2028");
}

#[test]
fn a_simulator_starts_on_loopback_only_with_a_user_and_a_password_of_the_right_form() {
    let options = || Options::new(|| chrono::DateTime::UNIX_EPOCH);
    let error = |options| Simulator::start(options).unwrap_err().kind();
    let invalid = std::io::ErrorKind::InvalidInput;
    assert_eq!(error(Options { bind: "0.0.0.0:0".to_owned(), ..options() }), invalid);
    assert_eq!(error(Options { user: "demo".to_owned(), ..options() }), invalid);
    assert_eq!(error(Options { password: "demo".to_owned(), ..options() }), invalid);
}

#[test]
fn a_dropped_simulator_listens_no_more_and_its_port_is_free() {
    let office = Office::open();
    let address = office.simulator.address();
    drop(office);
    assert!(std::net::TcpStream::connect(address).is_err());
    let bind = address.to_string();
    let again = Simulator::start(Options { bind, ..Options::new(|| chrono::DateTime::UNIX_EPOCH) }).unwrap();
    assert_eq!(again.address(), address);
}
