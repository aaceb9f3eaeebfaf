//! The page and the control panel, by hand.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

fn send(line: &Line, method: &str, path: &str, content_type: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(line.simulator.address()).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn press(line: &Line, path: &str, form: &str) -> String {
    let answer = send(line, "POST", path, "application/x-www-form-urlencoded", form);
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    send(line, "GET", "/", "", "")
}

#[test]
fn the_buttons_move_a_person_and_deliver() {
    let line = Line::open();
    line.follow(&["0707614285"]);
    let page = send(&line, "GET", "/", "", "");
    assert!(page.contains("<option value=0707614285>070761-4285 Jens Mortensen"), "{page}");
    assert!(page.contains("Næste fil er for <b>15.01.2024</b>"));
    let page = press(&line, "/hverdag", "number=0707614285&other=&event=move");
    assert!(page.contains("Jens Mortensen: flytter."));
    assert!(page.contains("Hovedgaden 12, 1. th, 9000 Aalborg"));
    let page = press(&line, "/hverdag", "number=0707614285&other=&event=marry");
    assert!(page.contains("skriv også ægtefællens personnummer"));
    let page = press(&line, "/nat", "command=deliver");
    assert!(page.contains("Filen for 15.01.2024 med 1 person er leveret."), "{page}");
    let page = press(&line, "/nat", "command=flawed&flaw=cut");
    assert!(page.contains("leveret med fejl") && page.contains("Levér den rigtige"));
    let page = press(&line, "/nat", "command=release&date=2024-01-16");
    assert!(!page.contains("leveret med fejl"));
    let page = press(&line, "/nat", "command=set-date&date=2024-02-01");
    assert!(page.contains("Næste fil er for <b>01.02.2024</b>"));
}

#[test]
fn what_is_written_on_the_page_is_escaped() {
    let line = Line::open();
    line.follow(&["0707614285"]);
    let page = press(&line, "/hverdag", "number=0707614285&other=%3Cb%3EO%27%26&event=rename");
    assert!(page.contains("Jens &lt;b&gt;O&#39;&amp;") || page.contains("Jens &lt;b&gt;O'&amp;"), "{page}");
    assert!(!page.contains("<b>O"));
}

#[test]
fn the_control_panel_speaks_json() {
    let line = Line::open();
    let json = |method: &str, path: &str, body: &str| send(&line, method, path, "application/json", body);
    let moved = json("POST", "/control/persons", r#"{"event": "renumber", "number": "0707614285"}"#);
    assert!(moved.contains(r#"{"number":"070761"#), "{moved}");
    assert!(
        json("POST", "/control/persons", r#"{"event": "move", "number": "0707614285"}"#).starts_with("HTTP/1.1 400")
    );
    assert!(
        json("POST", "/control/persons", r#"{"event": "burn", "number": "0707614285"}"#).starts_with("HTTP/1.1 400")
    );
    assert!(json("POST", "/control/input", "06999900OP0701614011\n").starts_with("HTTP/1.1 204"));
    let delivered = json("POST", "/control/night", r#"{"command": "deliver"}"#);
    assert!(
        delivered.contains(r#""fileName":"d240115.l999901""#) && delivered.contains(r#""persons":1"#),
        "{delivered}"
    );
    let flawed = json("POST", "/control/night", r#"{"command": "flawed", "flaw": "wrong-count"}"#);
    assert!(flawed.contains(r#""state":"flawed""#), "{flawed}");
    let night = json("GET", "/control/night", "");
    assert!(night.contains(r#""nextDate":"2024-01-17""#) && night.contains(r#""followed":1"#), "{night}");
    let knobs = json("PUT", "/control/knobs", r#"{"night": {"line_ends": "cr-lf"}, "direkte": {"refuse": {"*": 4}}}"#);
    assert!(knobs.starts_with("HTTP/1.1 200"), "{knobs}");
    assert_eq!(line.simulator.knobs().direkte.refuse["*"], 4);
}
