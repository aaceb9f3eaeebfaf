//! What comes back: a head, and behind it a person's records.

use super::layout::{ANSWER, DATA_LENGTH};
use super::refusal::Refusal;
use super::request::{Data, LOGS_ON, Subscription};
use super::text::{Text, Token};
use crate::extract;

/// The length of the head of an answer to a call, the length field included.
pub const HEADER_LENGTH: usize = AnswerHead::LENGTH + DATA_LENGTH;
/// The longest answer that the four digits of its length can name.
pub const LONGEST_ANSWER: usize = 9999;

/// What every answer begins with. The answer to a log-on is no more than this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerHead {
    /// The customer number of the message.
    pub customer: Text<4>,
    /// The subscription type of the message, `9` for a log-on.
    pub subscription: Subscription,
    /// The data type of the message.
    pub data: Data,
    /// The token; new after a log-on.
    pub token: Token,
    /// The user of the message.
    pub user: Text<8>,
    /// Why CPR refused (*FEJLNR*), if it did.
    pub refusal: Option<Refusal>,
}

/// What is wrong with an answer. Names the place and the expectation, never the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The connection ended before the answer did.
    #[error("the answer ends after {read} of {expected} bytes")]
    ClosedEarly {
        /// How many bytes the part that was being read has.
        expected: usize,
        /// How many of them came.
        read: usize,
    },
    /// A field of the head has another form.
    #[error("expected {0}")]
    Head(&'static str),
    /// The records are missing where they were asked for.
    #[error("the answer has no records")]
    NoRecords,
    /// The records are none, not complete, or counted wrong.
    #[error("the records: {0}")]
    Extract(extract::Refusal),
    /// The person cannot be taken.
    #[error("the records: {0}")]
    Person(extract::PersonFault),
    /// The records are not those of the one person that was asked for.
    #[error("the records are not those of the person that was asked for")]
    OtherPerson,
}

impl AnswerHead {
    /// Its length on the wire.
    pub const LENGTH: usize = ANSWER.length();

    /// The answer to a log-on, accepted or refused.
    #[must_use]
    pub fn to_log_on(customer: Text<4>, user: Text<8>, outcome: Result<Token, Refusal>) -> Self {
        Self {
            customer,
            subscription: Subscription::Other(LOGS_ON),
            data: Data::Nothing,
            token: outcome.unwrap_or(Token::NONE),
            user,
            refusal: outcome.err(),
        }
    }

    /// The 24 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let number = self.refusal.map_or(0, Refusal::number);
        ANSWER.write([
            self.customer.bytes(),
            &[self.subscription.byte()],
            &[self.data.byte()],
            &self.token.0,
            self.user.bytes(),
            &[b'0' + number / 10 % 10, b'0' + number % 10],
        ])
    }

    /// Reads the 24 bytes.
    ///
    /// # Errors
    /// [`Malformed::Head`] if the customer number or the error number are no digits.
    pub fn parse(bytes: &[u8; Self::LENGTH]) -> Result<Self, Malformed> {
        let fields = ANSWER.read(bytes).ok_or(Malformed::Head("24 bytes"))?;
        let [customer, subscription, data, token, user, error] = fields;
        if !customer.iter().all(u8::is_ascii_digit) {
            return Err(Malformed::Head("a customer number of four digits at position 1"));
        }
        let refusal = match error {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Refusal::of((tens - b'0') * 10 + (ones - b'0')),
            _ => return Err(Malformed::Head("an error number of two digits at position 23")),
        };
        let first = |field: &[u8]| field.first().copied().unwrap_or(b' ');
        Ok(Self {
            customer: Text::of(customer),
            subscription: Subscription::of(first(subscription)),
            data: Data::of(first(data)),
            token: Token(*Text::of(token).bytes()),
            user: Text::of(user),
            refusal,
        })
    }
}

/// The length of the whole answer, head included (*DATALENGTH*). Blanks are read as "no more than the head": nobody
/// has published what stands there when no data were asked for.
///
/// # Errors
/// [`Malformed::Head`] if the field holds something else.
pub fn data_length(field: &[u8; DATA_LENGTH]) -> Result<usize, Malformed> {
    match std::str::from_utf8(field).map(|text| text.trim_matches(' ')) {
        Ok("") => Ok(HEADER_LENGTH),
        Ok(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map_err(|_| Malformed::Head("a length at position 25"))
        }
        _ => Err(Malformed::Head("a length of four digits at position 25")),
    }
}

/// The answer to a call: head, length and records; `None` if it is longer than its length field can tell.
#[must_use]
pub fn with_data(head: &AnswerHead, records: &[u8]) -> Option<Vec<u8>> {
    let length = HEADER_LENGTH + records.len();
    (length <= LONGEST_ANSWER).then(|| {
        let mut bytes = head.to_bytes();
        bytes.extend_from_slice(format!("{length:0DATA_LENGTH$}").as_bytes());
        bytes.extend_from_slice(records);
        bytes
    })
}
