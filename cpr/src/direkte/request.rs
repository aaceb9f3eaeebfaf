//! What is sent: a log-on or a call.

use super::layout::{CALL, LOG_ON};
use super::text::{Password, Text, Token};
use crate::PersonalNumber;

/// The length of a [`LogOn`].
pub const LOG_ON_LENGTH: usize = LOG_ON.length();
/// The length of a [`Call`].
pub const CALL_LENGTH: usize = CALL.length();

const SEPARATOR: &[u8] = b",";
/// *ABON_TYPE* of a log-on.
pub(super) const LOGS_ON: u8 = b'9';

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The transaction (*CPRTRANS*): `OFF4` for public authorities, `PRIV` for private companies.
    pub transaction: Text<4>,
    /// The customer number (*KUNDENR*), four digits.
    pub customer: Text<4>,
    /// The user (*BRUGER-ID*).
    pub user: Text<8>,
}

/// Signing on; answered by an [`AnswerHead`](super::AnswerHead) with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOn {
    /// Who.
    pub caller: Caller,
    /// The password in force.
    pub password: Password,
    /// The one that shall take its place (*NEWPASS*).
    pub new_password: Option<Password>,
}

/// A call about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who.
    pub caller: Caller,
    /// What shall become of the subscription (*ABON_TYPE*).
    pub subscription: Subscription,
    /// What shall be told (*DATA_TYPE*).
    pub data: Data,
    /// The token of the log-on.
    pub token: Token,
    /// The personal number as it stands on the wire (*PNR*).
    pub number: Text<10>,
}

/// What shall become of the subscription (*ABON_TYPE*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subscription {
    /// `0`: it stays as it is.
    Leave,
    /// `1`: it is created, or stays.
    Create,
    /// `3`: it ends.
    End,
    /// Something that CPR refuses with 10.
    Other(u8),
}

/// What shall be told (*DATA_TYPE*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Data {
    /// `0`: nothing; the answer is its header.
    Nothing,
    /// `6`: the records agreed for the customer's task.
    Records,
    /// Something that CPR refuses with 11.
    Other(u8),
}

/// A message to CPR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// 35 bytes.
    LogOn(LogOn),
    /// 39 bytes.
    Call(Call),
}

/// Why bytes are no message to CPR. Names the place and the expectation, never the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Neither of the two lengths.
    #[error("a message has 35 or 39 bytes")]
    Length,
    /// A field has not the value that it always has.
    #[error("position {0} has not the value that it has in such a message")]
    Position(usize),
}

impl Subscription {
    /// Reads position 10.
    #[must_use]
    pub fn of(byte: u8) -> Self {
        match byte {
            b'0' => Self::Leave,
            b'1' => Self::Create,
            b'3' => Self::End,
            other => Self::Other(other),
        }
    }

    /// The character on the wire.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Leave => b'0',
            Self::Create => b'1',
            Self::End => b'3',
            Self::Other(other) => other,
        }
    }
}

impl Data {
    /// Reads position 11.
    #[must_use]
    pub fn of(byte: u8) -> Self {
        match byte {
            b'0' => Self::Nothing,
            b'6' => Self::Records,
            other => Self::Other(other),
        }
    }

    /// The character on the wire.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Nothing => b'0',
            Self::Records => b'6',
            Self::Other(other) => other,
        }
    }
}

impl LogOn {
    /// The 35 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Caller { transaction, customer, user } = &self.caller;
        LOG_ON.write([
            transaction.bytes(),
            SEPARATOR,
            customer.bytes(),
            &[LOGS_ON],
            b"0",
            user.bytes(),
            self.password.bytes(),
            self.new_password.as_ref().map_or(&[], |password| password.bytes()),
        ])
    }
}

impl Call {
    /// A call about a person.
    #[must_use]
    pub fn about(number: PersonalNumber, caller: Caller, token: Token, subscription: Subscription, data: Data) -> Self {
        Self { caller, subscription, data, token, number: Text::of(number.digits().as_str().as_bytes()) }
    }

    /// The 39 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Caller { transaction, customer, user } = &self.caller;
        CALL.write([
            transaction.bytes(),
            SEPARATOR,
            customer.bytes(),
            &[self.subscription.byte()],
            &[self.data.byte()],
            &self.token.0,
            user.bytes(),
            b"00",
            self.number.bytes(),
        ])
    }
}

impl Request {
    /// How long a message is that begins with these ten bytes; the tenth tells a log-on.
    #[must_use]
    pub fn length(begin: &[u8; 10]) -> usize {
        if begin[9] == LOGS_ON { LOG_ON_LENGTH } else { CALL_LENGTH }
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn parse(message: &[u8]) -> Result<Self, RequestError> {
        let caller = |transaction, customer, user| Caller {
            transaction: Text::of(transaction),
            customer: Text::of(customer),
            user: Text::of(user),
        };
        let expect = |met: bool, position| if met { Ok(()) } else { Err(RequestError::Position(position)) };
        if let Some(fields) = LOG_ON.read(message) {
            let [transaction, separator, customer, subscription, data, user, password, new_password] = fields;
            expect(separator == SEPARATOR, 5)?;
            expect(subscription == [LOGS_ON], 10)?;
            expect(data == b"0", 11)?;
            return Ok(Self::LogOn(LogOn {
                caller: caller(transaction, customer, user),
                password: Password::of(password),
                new_password: (new_password != [b' '; 8]).then(|| Password::of(new_password)),
            }));
        }
        let fields = CALL.read(message).ok_or(RequestError::Length)?;
        let [transaction, separator, customer, subscription, data, token, user, error, number] = fields;
        expect(separator == SEPARATOR, 5)?;
        expect(subscription != [LOGS_ON], 10)?;
        expect(error == b"00", 28)?;
        let first = |field: &[u8]| field.first().copied().unwrap_or(b' ');
        Ok(Self::Call(Call {
            caller: caller(transaction, customer, user),
            subscription: Subscription::of(first(subscription)),
            data: Data::of(first(data)),
            token: Token(*Text::of(token).bytes()),
            number: Text::of(number),
        }))
    }
}
