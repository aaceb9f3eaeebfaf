//! CPR Direkte, CPR's online service of fixed-length messages over TCP: subscribes to a person, ends the subscription,
//! and gives a person's records as a change file does.
//!
//! CPR's own document (*CPR Direkte, grænsefladebeskrivelse OFF4*) is not public; what stands here is what four
//! independent public clients agree on, and the places where they do not are named.
//!
//! No input or output: bytes to values and back. The client (feature `client`) asks and reads with it, the simulator reads
//! and answers with it, and both cut the bytes by the same tables (`layout.rs`).
//!
//! * [`Request`]: a [`LogOn`] of 35 bytes, or a [`Call`] of 39
//! * [`AnswerHead`]: the 24 bytes that every answer begins with; after a call the length of the whole answer follows
//! * [`Refusal`]: the error numbers (*FEJLNR*)

mod answer;
#[cfg(feature = "client")]
pub mod client;
mod layout;
mod records;
mod refusal;
mod request;
mod text;

pub use answer::{AnswerHead, HEADER_LENGTH, LONGEST_ANSWER, Malformed, data_length, with_data};
#[cfg(feature = "client")]
pub use client::{DirekteClient, DirekteConfig, DirekteError, Subscribed};
pub use records::Answer;
pub use refusal::{Refusal, RefusalKind};
pub use request::{CALL_LENGTH, Call, Caller, Data, LOG_ON_LENGTH, LogOn, Request, RequestError, Subscription};
pub use text::{Password, Text, Token};

#[cfg(test)]
mod tests;
