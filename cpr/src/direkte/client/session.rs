//! The session with CPR Direkte: one token for everybody, one log-on at a time, and a user that is never locked by us.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::{Instrument, error, info, warn};

use super::error::DirekteError;
use super::wire::Wire;
use crate::client::breaker::Breaker;
use crate::client::{ClientError, PasswordSource, Unavailable};
use crate::direkte::{Caller, LogOn, Malformed, Password, Refusal, Token};
use crate::gctp::Secret;

/// How many connections we have to CPR at a time. CPR publishes no limit.
const CONNECTIONS: usize = 4;

pub(super) struct Session {
    wire: Wire,
    caller: Caller,
    password: PasswordSource,
    connections: Semaphore,
    breaker: Breaker,
    /// The same for logging on, which can fail while CPR is well within reach.
    hesitation: Breaker,
    /// Where the breakers' time begins; they ask for nothing but differences.
    started: Instant,
    token: Mutex<Tokens>,
    /// Held while logging on. Whoever waits for it finds the token of the one before.
    log_on: tokio::sync::Mutex<Refusals>,
    /// Why nothing is sent any more, for those who look from outside.
    latched: Mutex<Option<Refusal>>,
}

/// How the client stands with CPR Direkte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not logged on; the next call does it.
    LoggedOff,
    /// Logged on.
    LoggedOn,
    /// The last call did not reach CPR.
    Unreachable,
    /// CPR refuses our user; nothing is sent until the password changes.
    Refused(Refusal),
}

/// A token to call with.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub token: Token,
    /// Counts tokens, so that a caller can say which one CPR no longer knows.
    serial: u64,
}

#[derive(Default)]
struct Tokens {
    current: Option<Held>,
    last_serial: u64,
}

/// The passwords that CPR refused, and why. None of them is sent again: the fifth wrong one locks the user.
#[derive(Default)]
struct Refusals(Vec<(Secret, Refusal)>);

impl Session {
    pub fn new(wire: Wire, caller: Caller, password: PasswordSource) -> Self {
        Self {
            wire,
            caller,
            password,
            connections: Semaphore::new(CONNECTIONS),
            breaker: Breaker::default(),
            hesitation: Breaker::default(),
            started: Instant::now(),
            token: Mutex::default(),
            log_on: tokio::sync::Mutex::default(),
            latched: Mutex::default(),
        }
    }

    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// A token that CPR knows, as far as we can tell. `unknown` is one that CPR has just said has expired.
    pub async fn token(self: &Arc<Self>, unknown: Option<&Held>) -> Result<Held, DirekteError> {
        let unknown = unknown.map(|held| held.serial);
        if let Some(held) = self.usable(unknown) {
            return Ok(held);
        }
        // In a task of its own: a caller who goes away must not make us forget that a password was refused.
        let session = Arc::clone(self);
        match tokio::spawn(async move { session.log_on(unknown).await }.in_current_span()).await {
            Ok(held) => held,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(DirekteError::Unreachable("the process is stopping")),
        }
    }

    /// Sends a call.
    pub async fn call(&self, message: &[u8]) -> Result<Vec<u8>, DirekteError> {
        self.in_turn(self.wire.call(message)).await
    }

    pub async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.password.changed_at().await
    }

    pub fn state(&self) -> State {
        if let Some(refusal) = *lock(&self.latched) {
            State::Refused(refusal)
        } else if self.breaker.is_failing() {
            State::Unreachable
        } else if self.usable(None).is_some() {
            State::LoggedOn
        } else {
            State::LoggedOff
        }
    }

    async fn log_on(&self, unknown: Option<u64>) -> Result<Held, DirekteError> {
        let mut refusals = self.log_on.lock().await;
        if let Some(held) = self.usable(unknown) {
            return Ok(held);
        }
        let secret = self.secret().await?;
        if let Some((_, refusal)) = refusals.0.iter().find(|(refused, _)| *refused == secret) {
            return Err((*refusal).into());
        }
        let password = Password::new(secret.expose()).ok_or(DirekteError::PasswordForm)?;
        let leave = self.hesitation.enter(self.now()).map_err(paused)?;
        let outcome = self.attempt(password).await;
        let is_final = matches!(&outcome, Err(DirekteError::Refused(refusal)) if is_about_the_password(*refusal));
        self.hesitation.record(leave, outcome.is_err() && !is_final, self.now());
        match outcome {
            Ok(token) => {
                *refusals = Refusals::default();
                *lock(&self.latched) = None;
                info!("logged on to CPR Direkte");
                Ok(self.keep(token))
            }
            Err(DirekteError::Refused(refusal)) if is_final => {
                error!(number = refusal.number(), "CPR Direkte refuses our user; the password is not sent again");
                refusals.0.push((secret, refusal));
                *lock(&self.latched) = Some(refusal);
                Err(refusal.into())
            }
            Err(error) => Err(error),
        }
    }

    /// One log-on.
    async fn attempt(&self, password: Password) -> Result<Token, DirekteError> {
        let message = LogOn { caller: self.caller, password, new_password: None }.to_bytes();
        let head = self.in_turn(self.wire.log_on(&message)).await?;
        match head.refusal {
            Some(refusal) => Err(refusal.into()),
            None if head.token == Token::NONE => Err(Malformed::Head("a token at position 7").into()),
            None => Ok(head.token),
        }
    }

    /// The password in force.
    async fn secret(&self) -> Result<Secret, DirekteError> {
        let candidates = self.password.candidates().await.map_err(|error| match error {
            ClientError::PasswordFile { kind, .. } => DirekteError::PasswordFile(kind),
            _ => DirekteError::PasswordForm,
        })?;
        let current = candidates.into_iter().find(|candidate| !candidate.is_next);
        current.map(|candidate| candidate.secret).ok_or(DirekteError::PasswordForm)
    }

    /// Waits for a free connection and takes note of whether CPR was reached.
    async fn in_turn<T>(&self, exchange: impl Future<Output = Result<T, DirekteError>>) -> Result<T, DirekteError> {
        let _connection =
            self.connections.acquire().await.map_err(|_| DirekteError::Unreachable("the process is stopping"))?;
        let leave = self.breaker.enter(self.now()).map_err(paused)?;
        let outcome = exchange.await;
        let unreached = matches!(outcome, Err(DirekteError::Unreachable(_) | DirekteError::Timeout));
        self.breaker.record(leave, unreached, self.now());
        if let Err(error @ (DirekteError::Unreachable(_) | DirekteError::Timeout | DirekteError::Malformed(_))) =
            &outcome
        {
            warn!(%error, "CPR Direkte did not answer");
        }
        outcome
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + self.started.elapsed()
    }

    fn usable(&self, unknown: Option<u64>) -> Option<Held> {
        lock(&self.token).current.filter(|held| Some(held.serial) != unknown)
    }

    fn keep(&self, token: Token) -> Held {
        let mut tokens = lock(&self.token);
        tokens.last_serial += 1;
        let held = Held { token, serial: tokens.last_serial };
        tokens.current = Some(held);
        held
    }
}

/// Whether the same password would be refused again, and counted. Other refusals of a log-on end at CPR (an address
/// is approved, a profile activated) without anything changing here.
fn is_about_the_password(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::WrongPassword | Refusal::PasswordExpired | Refusal::NewPasswordMalformed)
}

fn paused(unavailable: Unavailable) -> DirekteError {
    match unavailable {
        Unavailable::Paused(pause) => DirekteError::Paused(pause),
        _ => DirekteError::Unreachable("no connection"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
