//! The session with CPR Direkte: one token for everybody, one log-on at a time, and a user that is never locked by us.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::{Instrument, error, info, warn};

use super::error::DirekteError;
use super::wire::Wire;
use crate::client::breaker::Breaker;
use crate::client::password::{Candidate, RENEW_AGAIN_AFTER, generate};
use crate::client::{ClientError, Clock, PasswordSource, Unavailable};
use crate::direkte::{Caller, LogOn, Malformed, Password, Refusal, Token};
use crate::gctp::Secret;

/// How many connections we have to CPR at a time. CPR publishes no limit.
const CONNECTIONS: usize = 4;
/// The password in force, the one of an interrupted change, and one that another server put in place meanwhile.
const MOST_ATTEMPTS: usize = 3;
/// The length of every password of CPR Direkte.
const PASSWORD_LENGTH: usize = 8;

pub(super) struct Session {
    wire: Wire,
    caller: Caller,
    password: PasswordSource,
    /// For the age of the password.
    clock: Clock,
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
    /// A renewal before its time failed; until then it is not tried again.
    next_renewal: Mutex<Option<DateTime<Utc>>>,
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

impl Refusals {
    fn of(&self, candidate: &Candidate) -> Option<Refusal> {
        self.0.iter().find(|(refused, _)| *refused == candidate.secret).map(|(_, refusal)| *refusal)
    }
}

/// How an attempt to log on ended, other than by an error.
enum Attempt {
    /// With a token.
    LoggedOn(Token),
    /// Another password is in force by now; try with that.
    Again,
}

impl Session {
    pub fn new(wire: Wire, caller: Caller, password: PasswordSource, clock: Clock) -> Self {
        Self {
            wire,
            caller,
            password,
            clock,
            connections: Semaphore::new(CONNECTIONS),
            breaker: Breaker::default(),
            hesitation: Breaker::default(),
            started: Instant::now(),
            token: Mutex::default(),
            log_on: tokio::sync::Mutex::default(),
            latched: Mutex::default(),
            next_renewal: Mutex::default(),
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
        self.log_on_in_turn(&mut refusals).await
    }

    async fn log_on_in_turn(&self, refusals: &mut Refusals) -> Result<Held, DirekteError> {
        for _ in 0..MOST_ATTEMPTS {
            let candidate = &self.untried(refusals).await?;
            let password = Password::new(candidate.secret.expose()).ok_or(DirekteError::PasswordForm)?;
            let leave = self.hesitation.enter(self.now()).map_err(paused)?;
            let outcome = match self.attempt(candidate, password).await {
                Err(DirekteError::Refused(Refusal::PasswordExpired)) => self.renew(candidate).await,
                outcome => outcome,
            };
            let is_final = matches!(&outcome, Err(DirekteError::Refused(refusal)) if is_about_the_password(*refusal));
            self.hesitation.record(leave, outcome.is_err() && !is_final, self.now());
            match outcome {
                Ok(Attempt::LoggedOn(token)) => {
                    *refusals = Refusals::default();
                    *lock(&self.latched) = None;
                    info!("logged on to CPR Direkte");
                    return Ok(self.keep(self.renew_in_time(candidate).await.unwrap_or(token)));
                }
                Ok(Attempt::Again) => {}
                Err(DirekteError::Refused(refusal)) if is_final => {
                    error!(number = refusal.number(), "CPR Direkte refuses our user; the password is not sent again");
                    refusals.0.push((candidate.secret.clone(), refusal));
                    *lock(&self.latched) = Some(refusal);
                }
                Err(error) => return Err(error),
            }
        }
        match *lock(&self.latched) {
            Some(refusal) => Err(refusal.into()),
            // The passwords changed faster than we could try them: nobody's fault, try later.
            None => Err(DirekteError::Unreachable("the password is just being changed")),
        }
    }

    /// The first password that CPR has not refused.
    async fn untried(&self, refusals: &Refusals) -> Result<Candidate, DirekteError> {
        let candidates = self.password.candidates().await.map_err(password_file)?;
        match candidates.iter().find(|candidate| refusals.of(candidate).is_none()) {
            Some(candidate) => Ok(candidate.clone()),
            None => {
                let refusal = candidates.iter().find_map(|candidate| refusals.of(candidate));
                Err(refusal.map_or(DirekteError::PasswordForm, DirekteError::Refused))
            }
        }
    }

    /// Logs on with one password.
    async fn attempt(&self, candidate: &Candidate, password: Password) -> Result<Attempt, DirekteError> {
        let token = self.send_log_on(password, None).await?.ok_or(Malformed::Head("a token at position 7"))?;
        if candidate.is_next
            && let Err(error) = self.password.finish_interrupted_change(candidate).await
        {
            // We are logged on; the file is tried again at the next log-on.
            error!(%error, "the changed password of CPR Direkte is in force but not in its place");
        }
        Ok(Attempt::LoggedOn(token))
    }

    /// Renews a password that has become old, long before CPR would refuse it; gives the token that came with the new one.
    /// What goes wrong is tried again another day: we are logged on all the same.
    async fn renew_in_time(&self, candidate: &Candidate) -> Option<Token> {
        let now = (self.clock)();
        if lock(&self.next_renewal).is_some_and(|next| now < next) || !self.password.is_old(now).await {
            return None;
        }
        match self.renew(candidate).await {
            Ok(Attempt::LoggedOn(token)) => Some(token),
            Ok(Attempt::Again) => None,
            Err(refused) => {
                warn!(%refused, "the password of CPR Direkte has become old and could not be renewed; tried again in a day");
                *lock(&self.next_renewal) = Some(now + RENEW_AGAIN_AFTER);
                None
            }
        }
    }

    /// Changes the password by a log-on that carries the next one. Whatever stops us, one of the two files holds the password
    /// in force. That such a log-on is answered with a token like any other is not documented; without one we log on again.
    async fn renew(&self, old: &Candidate) -> Result<Attempt, DirekteError> {
        if matches!(self.password, PasswordSource::Fixed(_)) {
            return Err(Refusal::PasswordExpired.into());
        }
        let Some(renewal) = self.password.renewal(old).await.map_err(password_file)? else { return Ok(Attempt::Again) };
        let next = generate(PASSWORD_LENGTH).map_err(password_file)?;
        let form = |secret: &Secret| Password::new(secret.expose()).ok_or(DirekteError::PasswordForm);
        let (password, new_password) = (form(&old.secret)?, form(&next)?);
        renewal.prepare(&next).await.map_err(password_file)?;
        // If no answer comes, nobody knows which of the two is in force: both stay where they are.
        match self.send_log_on(password, Some(new_password)).await {
            Ok(token) => {
                info!("renewed the password of CPR Direkte");
                renewal.promote().await.map_err(password_file)?;
                Ok(token.map_or(Attempt::Again, Attempt::LoggedOn))
            }
            Err(DirekteError::Refused(refusal)) => {
                warn!(number = refusal.number(), "CPR Direkte does not take the new password");
                if is_about_the_password(refusal) {
                    renewal.discard().await.map_err(password_file)?;
                }
                Err(refusal.into())
            }
            Err(error) => Err(error),
        }
    }

    /// One log-on; gives the token, if there is one in the answer.
    async fn send_log_on(
        &self,
        password: Password,
        new_password: Option<Password>,
    ) -> Result<Option<Token>, DirekteError> {
        let message = LogOn { caller: self.caller, password, new_password }.to_bytes();
        let head = self.in_turn(self.wire.log_on(&message)).await?;
        match head.refusal {
            Some(refusal) => Err(refusal.into()),
            None => Ok(Some(head.token).filter(|token| *token != Token::NONE)),
        }
    }

    pub async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.password.changed_at().await
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

fn password_file(error: ClientError) -> DirekteError {
    match error {
        ClientError::PasswordFile { kind, .. } => DirekteError::PasswordFile(kind),
        _ => DirekteError::PasswordForm,
    }
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
