//! HTTP by hand: what goes over the wire is what stands in the tests.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use cpr_simulator::{Options, Simulator};

/// A simulator whose clock stands at 15 January 2024, 10:15:00.123456 in Denmark, until it is moved.
pub struct Office {
    pub simulator: Simulator,
    seconds: Arc<AtomicI64>,
}

/// An answer, its body as bytes and decoded from ISO-8859-1.
pub struct Answer {
    pub head: String,
    pub bytes: Vec<u8>,
    pub body: String,
}

pub const SIGN_ON_OK: &str = "<root xmlns=\"http://www.cpr.dk\"><Gctp v=\"2.0\"><Sik><Kvit r=\"returKode\" t=\"Signon udført\" v=\"900\"/></Sik></Gctp></root>";

impl Office {
    pub fn open() -> Self {
        let seconds = Arc::new(AtomicI64::new(0));
        let passed = Arc::clone(&seconds);
        let clock = move || start() + TimeDelta::seconds(passed.load(Ordering::SeqCst));
        Self { simulator: Simulator::start(Options::new(clock)).unwrap(), seconds }
    }

    pub fn let_pass(&self, time: TimeDelta) {
        self.seconds.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    /// Signs on by hand; the token.
    pub fn token(&self) -> String {
        let answer = self.post(None, &sign_on("WDM00001", "Demo-2026"));
        answer.token().unwrap_or_else(|| panic!("no token: {}", answer.body))
    }

    /// Signs on and asks; the body of the answer.
    pub fn ask(&self, service: &str, key: &[(&str, &str)]) -> String {
        self.post(Some(&self.token()), &question(service, key)).body
    }

    pub fn post(&self, token: Option<&str>, body: &str) -> Answer {
        let bytes: Vec<u8> = body.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
        let cookie = token.map(|token| format!("Cookie: Token={token}\r\n")).unwrap_or_default();
        let head = format!(
            "POST /cpr-online-gctp/gctp HTTP/1.1\r\nHost: gctp.cpr.dk\r\nUser-Agent: CPR/1.0\r\n\
             Content-Type: text/xml\r\n{cookie}Content-Length: {}\r\n\r\n",
            bytes.len()
        );
        self.send(&[head.as_bytes(), &bytes].concat())
    }

    pub fn control(&self, method: &str, path: &str, json: &str) -> Answer {
        let length = json.len();
        let head = format!(
            "{method} /control/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{json}"
        );
        self.send(head.as_bytes())
    }

    pub fn send(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.simulator.address()).unwrap();
        stream.write_all(request).unwrap();
        let mut all = Vec::new();
        // A broken connection may end in an error; what arrived is what counts.
        let _ = stream.read_to_end(&mut all);
        let end = all.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |place| place + 4);
        let bytes = all.split_off(end);
        let body = bytes.iter().copied().map(char::from).collect();
        Answer { head: String::from_utf8(all).unwrap(), bytes, body }
    }
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    pub fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    pub fn token(&self) -> Option<String> {
        let cookie = self.header("set-cookie").into_iter().find_map(|cookie| cookie.strip_prefix("Token="))?;
        cookie.split(';').next().map(str::to_owned)
    }
}

fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2024-01-15T09:15:00.123456Z").unwrap().to_utc()
}

pub fn sign_on(user: &str, password: &str) -> String {
    sik(&format!("function=\"signon\" userid=\"{user}\" password=\"{password}\""))
}

pub fn new_password(user: &str, password: &str, new: &str) -> String {
    sik(&format!("function=\"newpass\" userid=\"{user}\" password=\"{password}\" newpass1=\"{new}\""))
}

fn sik(attributes: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>\n\
         <root xmlns=\"http://www.cpr.dk\"><Gctp v=\"2.0\"><Sik {attributes}/></Gctp></root>"
    )
}

pub fn question(service: &str, key: &[(&str, &str)]) -> String {
    let fields: String = key.iter().map(|(name, value)| format!("<Field r=\"{name}\" v=\"{value}\"/>")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>\n\
         <root xmlns=\"http://www.cpr.dk\"><Gctp v=\"2.0\"><System r=\"CprSoeg\"><Service r=\"{service}\">\
         <CprServiceHeader r=\"{service}\"><Key>{fields}</Key></CprServiceHeader></Service></System></Gctp></root>"
    )
}

/// The `Kvit` with an error number: whether the body holds it.
pub fn has_error(body: &str, number: u32) -> bool {
    body.contains("<Kvit r=\"Fejl\"") && body.contains(&format!(" v=\"{number}\"/></Service>"))
}

/// The value of the attribute `v` of each field of that name, in order; an empty field gives an empty text.
pub fn values<'a>(body: &'a str, field: &str) -> Vec<&'a str> {
    let begin = format!("<Field r=\"{field}\"");
    let after = body.split(begin.as_str()).skip(1);
    after.map(|rest| rest.strip_prefix(" v=\"").and_then(|rest| rest.split('"').next()).unwrap_or("")).collect()
}
