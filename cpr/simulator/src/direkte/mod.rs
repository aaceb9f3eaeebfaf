//! CPR Direkte: one message in, one out, without the network.
//!
//! Where CPR's description is not public the strictest reading is taken: a locked user is told 01 like one with a wrong
//! password; a token is good for one address and one user; a replacement number is one that CPR does not know.

pub(crate) mod tls;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Copenhagen;
use cpr::PersonalNumber;
use cpr::direkte::{AnswerHead, Call, Caller, Data, LogOn, Refusal, Request, Subscription, Text, Token, with_data};
use cpr::extract::{LineEnd, Style, Writer};
use cpr::gctp::SignOnRefusal;

use crate::desk::{Desk, Mood};
use crate::knobs::{DirekteKnobs, NightKnobs};
use crate::log::Log;
use crate::night::NightShift;
use crate::office::records::{self, Form};
use crate::population::{Person, Population};

/// The customer at the door of CPR Direkte.
pub(crate) struct Door {
    pub(crate) customer: Text<4>,
    pub(crate) desk: Desk,
}

/// What an answer depends on.
pub(crate) struct Surroundings<'a> {
    pub(crate) population: &'a Population,
    pub(crate) night: &'a mut NightShift,
    pub(crate) log: &'a mut Log,
    pub(crate) knobs: &'a DirekteKnobs,
    pub(crate) form: NightKnobs,
    pub(crate) no_password_fits: bool,
    pub(crate) one_password_change_a_day: bool,
    pub(crate) peer: IpAddr,
    pub(crate) now: DateTime<Utc>,
}

/// The transaction for public authorities, the only one here.
const TRANSACTION: &str = "OFF4";

impl Door {
    /// The answer to a message; `None` if it is none, and the connection is closed without a word.
    pub(crate) fn answer(&mut self, message: &[u8], around: &mut Surroundings<'_>) -> Option<Vec<u8>> {
        match Request::parse(message).ok()? {
            Request::LogOn(log_on) => {
                around.log.count("direkte log-on");
                let outcome = self.log_on(&log_on, around);
                if outcome.is_ok() {
                    around.log.write(around.now, log_on.caller.user.as_str(), "direkte log-on");
                }
                Some(AnswerHead::to_log_on(log_on.caller.customer, log_on.caller.user, outcome).to_bytes())
            }
            Request::Call(call) => {
                let name = format!("direkte {}{}", letter(call.subscription.byte()), letter(call.data.byte()));
                around.log.count(&name);
                Some(self.call(&call, &name, around))
            }
        }
    }

    fn log_on(&mut self, log_on: &LogOn, around: &Surroundings<'_>) -> Result<Token, Refusal> {
        self.admit(&log_on.caller)?;
        refuse(around.knobs, "log-on")?;
        self.desk.set_token_life(TimeDelta::minutes(around.knobs.token_minutes.into()));
        let mood =
            Mood { no_password_fits: around.no_password_fits, one_change_a_day: around.one_password_change_a_day };
        let credentials = (log_on.caller.user.as_str(), log_on.password.expose());
        let outcome = match &log_on.new_password {
            None => self.desk.sign_on(credentials, &mood, around.peer, around.now),
            Some(new) => self.desk.change_password(credentials, new.expose(), &mood, around.peer, around.now),
        };
        let token = outcome.map_err(|refusal| match refusal {
            SignOnRefusal::PasswordExpired => Refusal::PasswordExpired,
            SignOnRefusal::NewPasswordInvalid | SignOnRefusal::PasswordsDiffer => Refusal::NewPasswordMalformed,
            _ => Refusal::WrongPassword,
        })?;
        token.value.as_bytes().try_into().map(Token).map_err(|_| Refusal::NoConnection)
    }

    fn call(&mut self, call: &Call, name: &str, around: &mut Surroundings<'_>) -> Vec<u8> {
        let outcome = self.handle(call, name, around);
        let head = |refusal| AnswerHead {
            customer: call.caller.customer,
            subscription: call.subscription,
            data: call.data,
            token: call.token,
            user: call.caller.user,
            refusal,
        };
        match outcome {
            Ok(records) => with_data(&head(None), &records)
                // What CPR does with an answer that its length field cannot name is not known.
                .unwrap_or_else(|| head(Some(Refusal::NoConnection)).to_bytes()),
            Err(refusal) => head(Some(refusal)).to_bytes(),
        }
    }

    fn handle(&mut self, call: &Call, name: &str, around: &mut Surroundings<'_>) -> Result<Vec<u8>, Refusal> {
        self.admit(&call.caller)?;
        let token = std::str::from_utf8(&call.token.0).ok();
        let user = self.desk.user_of(token, around.peer, around.now).map_err(|_| Refusal::TokenExpired)?;
        if user != call.caller.user.as_str() {
            return Err(Refusal::TokenExpired);
        }
        around.log.write(around.now, user, name);
        refuse(around.knobs, "*")?;
        if matches!(call.subscription, Subscription::Other(_)) {
            return Err(Refusal::UnknownSubscriptionType);
        }
        if matches!(call.data, Data::Other(_)) {
            return Err(Refusal::UnknownDataType);
        }
        let digits = call.number.as_str();
        if digits.is_empty() {
            return Err(Refusal::NumberMissing);
        }
        refuse(around.knobs, digits)?;
        let number = PersonalNumber::parse(digits).map_err(|_| Refusal::UnknownPerson)?;
        let person = around.population.person(number).ok_or(Refusal::UnknownPerson)?;
        around.night.subscriptions.follow_changed_numbers(around.population);
        match call.subscription {
            Subscription::Create => around.night.subscriptions.create(number),
            Subscription::End => around.night.subscriptions.end(number),
            Subscription::Leave | Subscription::Other(_) => {}
        }
        if call.data == Data::Nothing { Ok(Vec::new()) } else { self.records(person, around) }
    }

    /// The person's records, enclosed like a change file but without line ends and without 099.
    fn records(&self, person: &Person, around: &Surroundings<'_>) -> Result<Vec<u8>, Refusal> {
        let form = Form { surname_first: around.form.surname_first, long: around.form.long };
        let style = Style { line_end: LineEnd::None, padded: true, long: around.form.long, names_last: false };
        let mut writer = Writer::new(Vec::new(), style);
        let write = || {
            let today = around.now.with_timezone(&Copenhagen).date_naive();
            writer.start(&format!("{}01", self.customer.as_str()), today, None)?;
            for record in records::of(around.population, person, form) {
                writer.record(&record)?;
            }
            writer.finish()
        };
        // A record that cannot be written is a mistake in the population.
        write().map_err(|_| Refusal::NoConnection)
    }

    /// Whether this customer may use this transaction.
    fn admit(&self, caller: &Caller) -> Result<(), Refusal> {
        if caller.customer != self.customer {
            return Err(Refusal::UnknownCustomer);
        }
        if caller.transaction.as_str() == TRANSACTION { Ok(()) } else { Err(Refusal::NoAccess) }
    }
}

fn refuse(knobs: &DirekteKnobs, what: &str) -> Result<(), Refusal> {
    knobs.refuse.get(what).and_then(|number| Refusal::of(*number)).map_or(Ok(()), Err)
}

/// A type on the wire as it is counted: the wire may hold anything.
fn letter(byte: u8) -> char {
    if byte.is_ascii_digit() { char::from(byte) } else { '?' }
}
