//! The session with CPR: one token for everybody, signed on by one at a time, and a user that is never locked by us.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderValue;
use tracing::{Instrument, error, info, warn};

use super::breaker::Breaker;
use super::error::{ClientError, Garbled, Unavailable};
use super::password::{Candidate, PasswordSource, RENEW_AGAIN_AFTER, generate};
use super::transport::{NewToken, Reply, Transport};
use super::{Clock, Health, State};
use crate::gctp::{AnswerBody, Request, Secret, SignOnRefusal};

/// The life of a token when CPR does not say, by the handbook.
const TOKEN_LIFE: TimeDelta = TimeDelta::hours(2);
/// A token is renewed this long before it ends, or after nine tenths of its life if that is later.
const RENEW_BEFORE: TimeDelta = TimeDelta::minutes(5);
/// The password in force, the one of an interrupted change, and one that another server put in place meanwhile.
const MOST_ATTEMPTS: usize = 3;
/// The length of the passwords that we make.
const PASSWORD_LENGTH: usize = 14;

pub(super) struct Session {
    transport: Transport,
    user: String,
    password: PasswordSource,
    clock: Clock,
    breaker: Breaker,
    /// The same for signing on, which can fail while CPR is well within reach.
    hesitation: Breaker,
    token: Mutex<Tokens>,
    /// Held while signing on. Whoever waits for it finds the token of the one before.
    sign_on: tokio::sync::Mutex<Refusals>,
    /// Why nothing is sent any more, for those who look from outside.
    latched: Mutex<Option<SignOnRefusal>>,
    /// A renewal before its time failed; until then it is not tried again.
    next_renewal: Mutex<Option<DateTime<Utc>>>,
}

/// A token to ask with.
#[derive(Clone)]
pub(super) struct Token {
    cookie: HeaderValue,
    renew_at: DateTime<Utc>,
    /// Counts tokens, so that a caller can say which one CPR no longer knows.
    serial: u64,
}

#[derive(Default)]
struct Tokens {
    current: Option<Token>,
    last_serial: u64,
}

/// The passwords that CPR refused. None of them is sent again: the fifth wrong one locks the user.
#[derive(Default)]
struct Refusals {
    passwords: Vec<Secret>,
    reason: Option<SignOnRefusal>,
}

/// How an attempt to sign on ended, other than by an error.
enum Attempt {
    /// With a token.
    SignedOn(Token),
    /// Another password is in force by now; try with that.
    Again,
    /// CPR would not.
    Refused(SignOnRefusal),
}

impl Session {
    pub fn new(transport: Transport, user: String, password: PasswordSource, clock: Clock) -> Self {
        Self {
            transport,
            user,
            password,
            clock,
            breaker: Breaker::default(),
            hesitation: Breaker::default(),
            token: Mutex::default(),
            sign_on: tokio::sync::Mutex::default(),
            latched: Mutex::default(),
            next_renewal: Mutex::default(),
        }
    }

    /// A token that CPR knows, as far as we can tell. `unknown` is one that CPR has just said it does not know.
    pub async fn token(self: &Arc<Self>, unknown: Option<&Token>) -> Result<Token, ClientError> {
        let unknown = unknown.map(|token| token.serial);
        if let Some(token) = self.usable(unknown) {
            return Ok(token);
        }
        // In a task of its own: a caller who goes away must not stop a change of password half-way.
        let session = Arc::clone(self);
        match tokio::spawn(async move { session.sign_on(unknown).await }.in_current_span()).await {
            Ok(token) => token,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Unavailable::Network.into()),
        }
    }

    /// Asks with a token, and keeps a new one if the answer carries it.
    pub async fn call(&self, request: &Request, token: &Token) -> Result<AnswerBody, ClientError> {
        let reply = self.send(request, Some(&token.cookie)).await?;
        if let Some(new) = reply.token {
            self.keep(new);
        }
        Ok(reply.answer.body)
    }

    pub async fn health(&self) -> Health {
        let state = if let Some(refusal) = *lock(&self.latched) {
            State::Refused(refusal)
        } else if self.breaker.is_failing() {
            State::Unreachable
        } else if self.usable(None).is_some() {
            State::SignedOn
        } else {
            State::SignedOff
        };
        Health { state, password_age: self.password_changed_at().await.map(|changed| (self.clock)() - changed) }
    }

    pub async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.password.changed_at().await
    }

    async fn sign_on(&self, unknown: Option<u64>) -> Result<Token, ClientError> {
        let mut refusals = self.sign_on.lock().await;
        if let Some(token) = self.usable(unknown) {
            return Ok(token);
        }
        for _ in 0..MOST_ATTEMPTS {
            let candidates = self.password.candidates().await?;
            let untried = |candidate: &&Candidate| !refusals.passwords.contains(&candidate.secret);
            let Some(candidate) = candidates.iter().find(untried) else { break };
            let refusal = match self.attempt(candidate).await? {
                Attempt::SignedOn(token) => {
                    *refusals = Refusals::default();
                    *lock(&self.latched) = None;
                    info!("signed on to CPR Services");
                    return Ok(self.renew_in_time(candidate).await.unwrap_or(token));
                }
                Attempt::Again => continue,
                Attempt::Refused(refusal) if is_final(refusal) => refusal,
                Attempt::Refused(refusal) => return Err(ClientError::SignOn(refusal)),
            };
            error!(number = refusal.number(), "CPR Services refuse our user; the password is not sent again");
            refusals.reason = Some(refusal);
            if refusal == SignOnRefusal::PasswordWrong {
                refusals.passwords.push(candidate.secret.clone());
            } else {
                // It is not the password: no other one would be taken either.
                refusals.passwords.extend(candidates.into_iter().map(|candidate| candidate.secret));
            }
        }
        // Without a refusal the passwords changed faster than we could try them: nobody's fault, try later.
        let reason = refusals.reason.ok_or(Unavailable::Technical)?;
        *lock(&self.latched) = Some(reason);
        Err(ClientError::SignOn(reason))
    }

    /// Signs on with one password, and renews it if it has expired. Pauses after failures that may pass.
    async fn attempt(&self, candidate: &Candidate) -> Result<Attempt, ClientError> {
        let leave = self.hesitation.enter((self.clock)())?;
        let outcome = match self.enter(candidate).await {
            Ok(Attempt::Refused(SignOnRefusal::PasswordExpired)) => self.renew(candidate).await,
            outcome => outcome,
        };
        let may_pass = match &outcome {
            Ok(Attempt::Refused(refusal)) => !is_final(*refusal),
            outcome => matches!(outcome, Err(ClientError::Unavailable(_))),
        };
        self.hesitation.record(leave, may_pass, (self.clock)());
        outcome
    }

    /// One sign-on with one password.
    async fn enter(&self, candidate: &Candidate) -> Result<Attempt, ClientError> {
        let reply = self.send(&Request::sign_on(&self.user, candidate.secret.clone()), None).await?;
        let AnswerBody::Security(receipt) = reply.answer.body else {
            return Err(Garbled::Mismatch("a receipt of the security system").into());
        };
        if let Err(refusal) = receipt.sign_on() {
            return Ok(Attempt::Refused(refusal));
        }
        let token = reply.token.ok_or(Garbled::Mismatch("a token with the accepted sign-on"))?;
        if candidate.is_next
            && let Err(error) = self.password.finish_interrupted_change(candidate).await
        {
            // We are signed on; the file is tried again at the next sign-on.
            error!(%error, "the changed password of CPR Services is in force but not in its place");
        }
        Ok(Attempt::SignedOn(self.keep(token)))
    }

    /// Renews a password that has become old, long before CPR would refuse it; gives the token that came with the new one.
    /// What goes wrong is tried again another day: we are signed on all the same.
    async fn renew_in_time(&self, candidate: &Candidate) -> Option<Token> {
        let now = (self.clock)();
        if lock(&self.next_renewal).is_some_and(|next| now < next) || !self.password.is_old(now).await {
            return None;
        }
        let refused = match self.renew(candidate).await {
            Ok(Attempt::SignedOn(token)) => return Some(token),
            Ok(Attempt::Again) => return None,
            Ok(Attempt::Refused(refusal)) => ClientError::SignOn(refusal),
            Err(error) => error,
        };
        warn!(%refused, "the password of CPR Services has become old and could not be renewed; tried again in a day");
        *lock(&self.next_renewal) = Some(now + RENEW_AGAIN_AFTER);
        None
    }

    /// Changes the password. Whatever stops us, one of the two files holds the password in force.
    async fn renew(&self, old: &Candidate) -> Result<Attempt, ClientError> {
        if matches!(self.password, PasswordSource::Fixed(_)) {
            return Ok(Attempt::Refused(SignOnRefusal::PasswordExpired));
        }
        let Some(renewal) = self.password.renewal(old).await? else { return Ok(Attempt::Again) };
        let next = generate(PASSWORD_LENGTH)?;
        renewal.prepare(&next).await?;
        let request = Request::new_password(&self.user, old.secret.clone(), next);
        // If no answer comes, nobody knows which of the two is in force: both stay where they are.
        let reply = self.send(&request, None).await?;
        let AnswerBody::Security(receipt) = reply.answer.body else {
            return Err(Garbled::Mismatch("a receipt of the security system").into());
        };
        match receipt.sign_on() {
            Ok(()) => {
                info!("renewed the password of CPR Services");
                renewal.promote().await?;
                Ok(reply.token.map_or(Attempt::Again, |token| Attempt::SignedOn(self.keep(token))))
            }
            Err(refusal) => {
                if is_final(refusal) {
                    warn!(number = refusal.number(), "CPR Services do not take the new password");
                    renewal.discard().await?;
                }
                Ok(Attempt::Refused(refusal))
            }
        }
    }

    async fn send(&self, request: &Request, token: Option<&HeaderValue>) -> Result<Reply, Unavailable> {
        let leave = self.breaker.enter((self.clock)())?;
        let reply = self.transport.call(request, token).await;
        // An answer of any content shows that CPR is there: one about one person that cannot be read must not keep
        // everybody away.
        let unreached = matches!(reply, Err(Unavailable::Network | Unavailable::Timeout | Unavailable::Status(_)));
        self.breaker.record(leave, unreached, (self.clock)());
        if let Err(unavailable) = &reply {
            warn!(%unavailable, "CPR Services did not answer");
        }
        reply
    }

    fn usable(&self, unknown: Option<u64>) -> Option<Token> {
        let now = (self.clock)();
        let tokens = lock(&self.token);
        tokens.current.as_ref().filter(|token| Some(token.serial) != unknown && now < token.renew_at).cloned()
    }

    fn keep(&self, new: NewToken) -> Token {
        let now = (self.clock)();
        // An end that has passed already tells of two clocks that differ; 901 will tell when it is over.
        let expires = new.expires.filter(|expires| *expires > now).unwrap_or(now + TOKEN_LIFE);
        let margin = ((expires - now) / 10).min(RENEW_BEFORE);
        let mut tokens = lock(&self.token);
        tokens.last_serial += 1;
        let token = Token { cookie: new.cookie, renew_at: expires - margin, serial: tokens.last_serial };
        tokens.current = Some(token.clone());
        token
    }
}

/// Whether a refusal stays until somebody acts: unknown, inactive or malformed user, wrong, expired or unacceptable
/// password. Others, an error inside CPR among them, may pass.
fn is_final(refusal: SignOnRefusal) -> bool {
    match refusal {
        SignOnRefusal::UserUnknown
        | SignOnRefusal::UserInactive
        | SignOnRefusal::UserMalformed
        | SignOnRefusal::PasswordWrong
        | SignOnRefusal::PasswordExpired
        | SignOnRefusal::PasswordsDiffer
        | SignOnRefusal::NewPasswordInvalid => true,
        SignOnRefusal::TokenUnknown | SignOnRefusal::ServerError | SignOnRefusal::Unknown(_) => false,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
