//! Everything behind the doors of the office. Through each door one message in, one out: security, service, receipt and
//! style, without the network.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, Timelike as _, Utc};
use chrono_tz::Europe::Copenhagen;
use cpr::PersonalNumber;
use cpr::gctp::{
    Answer, AnswerBody, MessageError, Receipt, Request, RequestBody, ServiceAnswer, SignOnRefusal, Style, Version,
};

use super::Clock;
use crate::desk::{Desk, Mood, Token};
use crate::direkte::{Door, Surroundings};
use crate::knobs::{Command, Knobs, Trouble, TroubleOn};
use crate::life::{self, LifeError, LifeEvent};
use crate::log::Log;
use crate::memory::{Happened, Memory, State};
use crate::night::{NightCommand, NightError, NightShift, Production, is_weekend};
use crate::office::{Office, Question, SERVICES};

/// Everything that an answer depends on.
pub(crate) struct Exchange {
    pub(crate) desk: Desk,
    pub(crate) office: Office,
    pub(crate) direkte: Door,
    pub(crate) night: NightShift,
    pub(crate) knobs: Knobs,
    pub(crate) log: Log,
    pub(crate) clock: Clock,
    /// What the last press of a button came to, for the page. Danish.
    pub(crate) said: String,
    /// What happened to people, oldest first, and how much of it the last file saw.
    pub(crate) happened: Vec<Happened>,
    pub(crate) told: usize,
    pub(crate) memory: Option<Memory>,
}

/// From this hour on CPR's files of the day are ready.
const FILES_ARE_READY: u32 = 20;

/// A message and where it came from.
pub(super) struct Incoming<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) token: Option<&'a str>,
    pub(super) peer: IpAddr,
}

/// What goes back.
pub(super) struct Outgoing {
    pub(super) body: Vec<u8>,
    pub(super) token: Option<Token>,
    pub(super) at: DateTime<Utc>,
    pub(super) load_balancer_cookie: bool,
    pub(super) trouble: Option<Trouble>,
}

const SIGN_ON: &str = "signon";
const NEW_PASSWORD: &str = "newpass";
/// What is counted for a service id that the office does not have: the wire may hold anything.
const UNKNOWN: &str = "unknown";

impl Exchange {
    pub(super) fn command(&mut self, command: Command) {
        let now = (self.clock)();
        for desk in [&mut self.desk, &mut self.direkte.desk] {
            match command {
                Command::ForgetTokens => desk.forget_tokens(),
                Command::ExpirePassword => desk.expire_password(now),
                Command::LockUser => desk.lock(),
                Command::UnlockUser => desk.unlock(),
            }
        }
    }

    /// The day in Denmark.
    pub(crate) fn today(&self) -> NaiveDate {
        (self.clock)().with_timezone(&Copenhagen).date_naive()
    }

    /// Something happens to a person; gives the number that came of it, if one did.
    pub(crate) fn happen(
        &mut self,
        event: LifeEvent,
        number: PersonalNumber,
        other: &str,
    ) -> Result<Option<PersonalNumber>, LifeError> {
        let today = self.today();
        let new = life::happen(&mut self.office.population, event, number, other, today)?;
        let (number, other) = (number.digits().as_str().to_owned(), other.to_owned());
        self.happened.push(Happened { on: today, event, number, other });
        self.remember();
        Ok(new)
    }

    /// Lines of input from the customer.
    pub(crate) fn take_input(&mut self, lines: &str) {
        self.night.take_input(lines, &self.office.population);
        self.remember();
    }

    /// The night does something; gives the files that it was about.
    pub(crate) fn night_command(&mut self, command: &NightCommand) -> Result<Vec<Production>, NightError> {
        let (today, last) = (self.today(), self.night.last());
        let outcome = self.night.command(command, &self.office.population, &self.knobs.night, today);
        if self.night.last() != last {
            self.told = self.happened.len();
        }
        self.remember();
        outcome
    }

    /// Delivers today's file when its hour has come.
    pub(super) fn deliver_on_schedule(&mut self) -> Result<(), NightError> {
        let (now, today) = ((self.clock)().with_timezone(&Copenhagen), self.today());
        let is_due =
            now.hour() >= FILES_ARE_READY && !is_weekend(today) && self.night.last().is_none_or(|last| last < today);
        if self.knobs.night.scheduled && is_due {
            self.night_command(&NightCommand::Deliver)?;
        }
        Ok(())
    }

    /// Answers a message to CPR Direkte; `None` if it is none.
    pub(crate) fn answer_direkte(&mut self, message: &[u8], peer: IpAddr) -> Option<Vec<u8>> {
        let mut around = Surroundings {
            population: &self.office.population,
            night: &mut self.night,
            log: &mut self.log,
            knobs: &self.knobs.direkte,
            form: self.knobs.night,
            no_password_fits: self.knobs.wrong_password,
            one_password_change_a_day: self.knobs.one_password_change_a_day,
            peer,
            now: (self.clock)(),
        };
        let answer = self.direkte.answer(message, &mut around);
        self.remember();
        answer
    }

    fn remember(&mut self) {
        let Some(memory) = &mut self.memory else { return };
        let state = State {
            last: self.night.last(),
            happened: self.happened.clone(),
            told: self.told,
            subscriptions: self.night.subscriptions.remembered(),
        };
        if let Err(error) = memory.save(&state) {
            self.said = format!("Simulatorens hukommelse kan ikke skrives: {}", error.kind());
        }
    }

    /// Answers a message.
    ///
    /// # Errors
    /// If it is no GCTP; what CPR says to that is not documented.
    pub(super) fn answer(&mut self, incoming: &Incoming<'_>) -> Result<Outgoing, MessageError> {
        let Request { version, body } = Request::parse(incoming.bytes)?;
        // Version 2.0 is checked against a schema, so its messages need the namespace, which 1.0 could leave out.
        if version == Version::V2 && !names_the_namespace(incoming.bytes) {
            return Err(MessageError::Missing("the namespace http://www.cpr.dk"));
        }
        let at = (self.clock)();
        let service = match &body {
            RequestBody::SignOn { .. } => SIGN_ON,
            RequestBody::NewPassword { .. } => NEW_PASSWORD,
            RequestBody::Question { service, .. } => {
                SERVICES.iter().find(|known| *known == service).copied().unwrap_or(UNKNOWN)
            }
        };
        self.log.count(service);
        let trouble = self.knobs.next_trouble(match service {
            SIGN_ON => TroubleOn::SignOn,
            NEW_PASSWORD => TroubleOn::NewPassword,
            _ => TroubleOn::Services,
        });
        if matches!(trouble, Some(Trouble::HttpStatus(_))) {
            // The front end alone answers: nothing happens behind it.
            return Ok(self.outgoing(Vec::new(), None, at, trouble));
        }
        let mood = Mood {
            no_password_fits: self.knobs.wrong_password,
            one_change_a_day: self.knobs.one_password_change_a_day,
        };
        let peer = incoming.peer;
        let (body, token) = match &body {
            RequestBody::SignOn { user, password } => {
                let outcome = self.desk.sign_on((user, password.expose()), &mood, peer, at);
                self.signed_on(outcome, service, trouble, at)
            }
            RequestBody::NewPassword { user, password, new_password } => {
                let credentials = (user.as_str(), password.expose());
                let outcome = self.desk.change_password(credentials, new_password.expose(), &mood, peer, at);
                self.signed_on(outcome, service, trouble, at)
            }
            RequestBody::Question { service: id, key } => match self.desk.user_of(incoming.token, peer, at) {
                Err(refusal) => (AnswerBody::Security(security_receipt(refusal)), None),
                Ok(user) => {
                    self.log.write(at, user, service);
                    let asked = Question { service: id, key, profile: self.knobs.profile, now: at };
                    (self.ask(&asked, trouble), None)
                }
            },
        };
        let environment = matches!(body, AnswerBody::Service { .. }).then(|| "Demo".to_owned());
        // Where nothing is registered the receipt is all there is.
        let is_bare = matches!(&body, AnswerBody::Service { answer, .. } if answer.is_empty());
        let style = Style {
            prolog: self.knobs.prolog.unwrap_or(version == Version::V1),
            empty_fields: !self.knobs.omit_empty_fields,
            ok_receipt: !self.knobs.omit_receipt || is_bare,
        };
        let bytes = Answer { version, environment, body }.to_bytes(style);
        Ok(self.outgoing(bytes, token, at, trouble))
    }

    fn outgoing(&self, body: Vec<u8>, token: Option<Token>, at: DateTime<Utc>, trouble: Option<Trouble>) -> Outgoing {
        Outgoing { body, token, at, load_balancer_cookie: self.knobs.load_balancer_cookie, trouble }
    }

    fn signed_on(
        &mut self,
        outcome: Result<Token, SignOnRefusal>,
        service: &str,
        trouble: Option<Trouble>,
        at: DateTime<Utc>,
    ) -> (AnswerBody, Option<Token>) {
        let (receipt, token) = match outcome {
            _ if trouble == Some(Trouble::SystemReceipt) => (security_receipt(SignOnRefusal::ServerError), None),
            Err(refusal) => (security_receipt(refusal), None),
            Ok(token) => {
                self.log.write(at, self.desk.user(), service);
                (Receipt::security(900, "Signon udført"), Some(token))
            }
        };
        (AnswerBody::Security(receipt), token)
    }

    fn ask(&mut self, question: &Question<'_>, trouble: Option<Trouble>) -> AnswerBody {
        let outcome = match (trouble, self.knobs.refuse.get(question.service)) {
            (Some(Trouble::SystemReceipt), _) => Err(Receipt::system(0, "Teknisk fejl")),
            (_, Some(number)) => Err(Receipt::error(u32::from(*number), refusal_text(*number))),
            _ => self.office.answer(question),
        };
        let (mut answer, receipt) = match outcome {
            Ok(answer) => (answer, Receipt::ok()),
            Err(receipt) => (ServiceAnswer::empty(question.service), receipt),
        };
        let local = question.now.with_timezone(&Copenhagen);
        answer.timestamp = Some(local.format("%Y%m%d%H%M%S%6f").to_string());
        AnswerBody::Service { answer, receipt: Some(receipt) }
    }
}

fn names_the_namespace(bytes: &[u8]) -> bool {
    const NAMESPACE: &[u8] = b"http://www.cpr.dk";
    bytes.windows(NAMESPACE.len()).any(|window| window == NAMESPACE)
}

fn security_receipt(refusal: SignOnRefusal) -> Receipt {
    let text = match refusal {
        SignOnRefusal::TokenUnknown => "Token kendes ikke",
        SignOnRefusal::UserUnknown => "Bruger-id er ikke defineret i sikkerhedssystemet",
        SignOnRefusal::UserInactive => "Bruger-id er inaktivt i sikkerhedssystemet",
        SignOnRefusal::UserMalformed => "Ugyldig Bruger-id indtastet",
        SignOnRefusal::PasswordWrong => "Ugyldig kodeord indtastet",
        SignOnRefusal::PasswordExpired => "Dit kodeord er udløbet",
        SignOnRefusal::PasswordsDiffer => "Begge kodeord skal være ens",
        SignOnRefusal::NewPasswordInvalid => "Det nye kodeord er ikke gyldigt",
        SignOnRefusal::ServerError | SignOnRefusal::Unknown(_) => "Implementation error",
    };
    Receipt::security(refusal.number().unwrap_or(999), text)
}

fn refusal_text(number: u16) -> &'static str {
    match number {
        1035 => "De har ikke adgang til søgningen",
        2212 => "De har ikke adgang til søgningen på dette tidspunkt",
        _ => "Fejl",
    }
}
