use cpr::{CprDate, PersonalNumber};
use cpr_simulator::population::{Address, Person};
use cpr_simulator::{Profile, Trouble};

use crate::raw::{Office, question, values};

#[test]
fn knobs_are_read_and_turned_over_http() {
    let office = Office::open();
    let knobs = office.control("GET", "knobs", "").body;
    assert!(knobs.contains("\"profile\":\"authority\"") && knobs.contains("\"trouble\":null"), "{knobs}");
    let turned = office.control("PUT", "knobs", r#"{"profile": "private", "trouble": {"http-status": 502}}"#);
    assert_eq!(turned.status(), 200, "{}", turned.body);
    let knobs = office.simulator.knobs();
    assert_eq!((knobs.profile, knobs.trouble), (Profile::Private, Some(Trouble::HttpStatus(502))));
    assert_eq!(office.control("PUT", "knobs", r#"{"latency": 1}"#).status(), 400);
    let lists = r#"{"refuse": {"FAMILIE": 1035}, "trouble": "drop-connection", "trouble_times": 1}"#;
    assert_eq!(office.control("PUT", "knobs", lists).status(), 200);
    assert_eq!(office.simulator.knobs().refuse["FAMILIE"], 1035);
}

#[test]
fn commands_are_given_over_http() {
    let office = Office::open();
    let token = office.token();
    assert_eq!(office.control("POST", "commands", "\"forget-tokens\"").status(), 204);
    let ask = question("STAM", &[("PNR", "0707614285")]);
    assert!(office.post(Some(&token), &ask).body.contains("v=\"901\""));
    assert_eq!(office.control("POST", "commands", "\"burn\"").status(), 400);
    assert_eq!(office.control("POST", "commands", "\"expire-password\"").status(), 204);
    assert!(office.post(None, &crate::raw::sign_on("WDM00001", "Demo-2026")).body.contains("v=\"906\""));
    assert_eq!(office.control("POST", "commands", "\"lock-user\"").status(), 204);
    assert!(office.post(None, &crate::raw::sign_on("WDM00001", "Demo-2026")).body.contains("v=\"903\""));
}

#[test]
fn what_was_asked_is_counted_and_logged_without_its_key() {
    let office = Office::open();
    office.ask("STAM", &[("PNR", "0707614285")]);
    office.ask("STAM", &[("PNR", "0701614011")]);
    office.post(None, &question("STAM", &[("PNR", "0701614011")]));
    office.ask("0707614285", &[]);
    let counters = office.simulator.counters();
    assert_eq!((counters["signon"], counters["STAM"], counters["unknown"]), (3, 3, 1));
    let log = office.control("GET", "log", "").body;
    assert_eq!(log.matches("\"service\":\"STAM\"").count(), 2, "the one without a token was not let in");
    assert!(
        log.contains("\"at\":\"2024-01-15T09:15:00.123456Z\",\"user\":\"WDM00001\",\"service\":\"signon\""),
        "{log}"
    );
    assert!(!log.contains("0707614285") && !log.contains("0701614011"));
    assert!(office.control("GET", "counters", "").body.contains("\"STAM\":3"));
}

#[test]
fn edits_of_the_register_show_in_the_next_answer() {
    let office = Office::open();
    let jens = PersonalNumber::parse("0707614285").unwrap();
    let today = CprDate::parse("20240115").unwrap();
    office.simulator.edit(|population| population.protect(jens, "0001", today)).unwrap();
    office.simulator.edit(|population| population.rename(jens, ("Jens", "", "Holm"), today)).unwrap();
    let body = office.ask("STAM", &[("PNR", "0707614285")]);
    assert_eq!((values(&body, "ADRNVN"), values(&body, "BESKYT")), (vec!["Holm,Jens"], vec!["1"]));
    let former = office.ask("NVNSOG2", &[("NVN", "Mortensen"), ("NVN1", "Jens"), ("KON", "M"), ("HNVS", "X")]);
    assert_eq!(values(&former, "PNR"), ["0707614285"]);
}

#[test]
fn who_is_taken_into_the_register_is_found() {
    let office = Office::open();
    let number = PersonalNumber::parse("3005575006").unwrap();
    office.simulator.edit(|population| {
        population.name_road("0851", "8560", "Nyvej");
        let address = Address {
            municipality: "0851".to_owned(),
            road: "8560".to_owned(),
            house: "001".to_owned(),
            post: "9000".to_owned(),
            ..Address::default()
        };
        population.insert(Person::resident(number, ("Nils", "Ny", "Nielsen"), address)).unwrap();
    });
    let body = office.ask("ADRSOG1", &[("POST", "9000"), ("VNVN", "Nyvej"), ("NVN", "Ny Nielsen")]);
    assert_eq!(values(&body, "CNVN_ADRNVN"), ["Nielsen,Nils Ny"]);
    assert_eq!(values(&office.ask("STAM", &[("PNR", "3005575006")]), "STADR"), ["Nyvej 1"]);
}
