//! A CPR office for one test: a TCP listener that speaks just enough HTTP, with a user, a password, tokens, and a list
//! of things to do wrong. The real simulator is another crate; this one is small enough to be believed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpr::gctp::{
    AddressingName, Answer, AnswerBody, Fields, Receipt, Request, RequestBody, ServiceAnswer, Stam, Style, Version,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the office saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    SignOn(String),
    NewPassword(String, String),
    Question(String),
}

/// What the office does with the next call instead of answering it.
#[derive(Debug, Clone)]
pub enum Mischief {
    /// Answers as if nothing was wrong.
    None,
    /// Does what was asked, then closes without a word.
    ActThenClose,
    /// Never answers.
    Hang,
    /// Answers with exactly these bytes and closes.
    Raw(Vec<u8>),
    /// Answers 200 with this body.
    Body(Vec<u8>),
    /// Answers with this receipt of the security system.
    Security(u32),
    /// Forgets all tokens, then answers.
    ForgetTokens,
    /// Answers, with a new token in the cookie.
    NewToken,
}

/// What a service says to a key.
pub type Service = dyn Fn(&str, &Fields) -> (ServiceAnswer, Option<Receipt>) + Send;

/// The state of the office.
pub struct State {
    pub password: String,
    pub expired: bool,
    /// The answer to the sign-on of any user, if it is not decided by the password.
    pub user_receipt: Option<u32>,
    /// The answer to a change of password other than 900.
    pub new_password_receipt: Option<u32>,
    /// Whether an accepted change of password hands out a token.
    pub token_with_new_password: bool,
    pub token: String,
    pub token_expires: &'static str,
    pub delay: Duration,
    pub seen: Vec<Seen>,
    pub headers: Vec<String>,
    pub mischief: VecDeque<Mischief>,
    /// The answer to every question.
    pub answer: Box<Service>,
}

#[derive(Clone)]
pub struct Office {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Office {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/cpr-online-gctp/gctp", listener.local_addr().unwrap());
        let state = State {
            password: "Gammel1!".to_owned(),
            expired: false,
            user_receipt: None,
            new_password_receipt: None,
            token_with_new_password: true,
            token: "a1B2c3D0".to_owned(),
            token_expires: "Mon, 15-Jan-2024 12:15:00 GMT",
            delay: Duration::ZERO,
            seen: Vec::new(),
            headers: Vec::new(),
            mischief: VecDeque::new(),
            answer: Box::new(person),
        };
        let office = Self { url, state: Arc::new(Mutex::new(state)) };
        let serving = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let office = serving.clone();
                tokio::spawn(async move { office.serve(stream).await });
            }
        });
        office
    }

    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    pub fn will(&self, mischief: impl IntoIterator<Item = Mischief>) {
        self.with(|state| state.mischief.extend(mischief));
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.with(|state| std::mem::take(&mut state.seen))
    }

    pub fn sign_ons(&self) -> usize {
        self.with(|state| state.seen.iter().filter(|seen| matches!(seen, Seen::SignOn(_))).count())
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some((head, body)) = read(&mut stream).await else { return };
        let (mischief, delay) = self.with(|state| (state.mischief.pop_front().unwrap_or(Mischief::None), state.delay));
        tokio::time::sleep(delay).await;
        if matches!(mischief, Mischief::ForgetTokens) {
            self.with(|state| state.token = "nobody's".to_owned());
        }
        let (cookie, answer) = self.with(|state| state.answer(&head, &body));
        let token = self.with(|state| state.token.clone());
        let response = match mischief {
            Mischief::None | Mischief::ForgetTokens => respond(cookie.as_deref(), &answer),
            Mischief::NewToken => respond(Some(&format!("Token={token}x")), &answer),
            Mischief::ActThenClose => return,
            Mischief::Hang => return tokio::time::sleep(Duration::from_secs(60)).await,
            Mischief::Raw(bytes) => bytes,
            Mischief::Body(body) => respond(None, &body),
            Mischief::Security(number) => respond(None, &security(number)),
        };
        let _ = stream.write_all(&response).await;
        let _ = stream.shutdown().await;
    }
}

impl State {
    fn answer(&mut self, head: &str, body: &[u8]) -> (Option<String>, Vec<u8>) {
        self.headers.push(head.to_owned());
        match Request::parse(body).unwrap().body {
            RequestBody::SignOn { user, password } => {
                assert_eq!(user, "WAB12345");
                self.seen.push(Seen::SignOn(password.expose().to_owned()));
                let number = match self.user_receipt {
                    Some(number) => number,
                    None if password.expose() != self.password => 905,
                    None if self.expired => 906,
                    None => 900,
                };
                (self.cookie(number == 900), security(number))
            }
            RequestBody::NewPassword { password, new_password, .. } => {
                let (old, new) = (password.expose().to_owned(), new_password.expose().to_owned());
                self.seen.push(Seen::NewPassword(old.clone(), new.clone()));
                let number = match self.new_password_receipt {
                    Some(number) => number,
                    None if old != self.password => 905,
                    None => 900,
                };
                if number == 900 {
                    self.password = new;
                    self.expired = false;
                }
                (self.cookie(number == 900 && self.token_with_new_password), security(number))
            }
            RequestBody::Question { service, key } => {
                self.seen.push(Seen::Question(service.clone()));
                let cookie = format!("cookie: token={}", self.token).to_ascii_lowercase();
                if !head.to_ascii_lowercase().lines().any(|line| line == cookie) {
                    return (None, security(901));
                }
                let (answer, receipt) = (self.answer)(&service, &key);
                let body = AnswerBody::Service { answer, receipt };
                (None, Answer { version: Version::V2, environment: None, body }.to_bytes(Style::default()))
            }
        }
    }

    fn cookie(&mut self, accepted: bool) -> Option<String> {
        accepted.then(|| {
            self.token = format!("t{:07}", self.seen.len());
            format!("Token={}; Expires={}", self.token, self.token_expires)
        })
    }
}

/// Jens Mortensen, whoever is asked for.
fn person(service: &str, key: &Fields) -> (ServiceAnswer, Option<Receipt>) {
    let number = cpr::PersonalNumber::parse(key.get("PNR").value().unwrap_or("0707614285")).unwrap();
    let person = Stam { number: Some(number), name: AddressingName::of("Mortensen", "Jens"), ..Stam::default() };
    (ServiceAnswer::of(service, &person), Some(Receipt::ok()))
}

pub fn security(number: u32) -> Vec<u8> {
    let text = if number == 900 { "Signon udført" } else { "Fejl" };
    let body = AnswerBody::Security(Receipt::security(number, text));
    Answer { version: Version::V2, environment: None, body }.to_bytes(Style::default())
}

pub fn respond(cookie: Option<&str>, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut response =
        format!("HTTP/1.1 200\r\nContent-Type: text/xml;charset=ISO-8859-1\r\nContent-Length: {length}\r\n");
    response += "Set-Cookie: AlteonP=Ab12; path=/; secure; HttpOnly; SameSite=Lax\r\n";
    if let Some(cookie) = cookie {
        response += &format!("Set-Cookie: {cookie}\r\n");
    }
    [response.as_bytes(), b"\r\n", body].concat()
}

async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            if name.eq_ignore_ascii_case("content-length") { value.trim().parse::<usize>().ok() } else { None }
        })?;
        while bytes.len() < end + 4 + length {
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
        return Some((head, bytes[end + 4..].to_vec()));
    }
}
