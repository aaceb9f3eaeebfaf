//! The office's door: an HTTP server on loopback, in a thread of its own.

mod exchange;
mod http;

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use chrono::{DateTime, Utc};

use self::exchange::Exchange;
use crate::desk::{self, Desk};
use crate::knobs::{Command, Knobs};
use crate::log::LogEntry;
use crate::population::Population;

/// The path of the one GCTP address, CPR's own.
pub const GCTP_PATH: &str = "/cpr-online-gctp/gctp";

/// What the office takes for the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How to start a simulator.
#[derive(Clone)]
pub struct Options {
    /// Address and port, loopback only; port 0 takes a free one.
    pub bind: String,
    /// The user id: eight letters and digits, the first a `W`.
    pub user: String,
    /// The password, by CPR's rules.
    pub password: String,
    /// The time.
    pub clock: Clock,
    /// Who is in the register.
    pub population: Population,
    /// How the office behaves at first.
    pub knobs: Knobs,
}

impl Options {
    /// The demo persons on a free port of 127.0.0.1, for user `WDM00001` with password `Demo-2026`.
    pub fn new(clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self {
            bind: "127.0.0.1:0".to_owned(),
            user: "WDM00001".to_owned(),
            password: "Demo-2026".to_owned(),
            clock: Arc::new(clock),
            population: Population::demo(),
            knobs: Knobs::default(),
        }
    }
}

/// A CPR office that answers GCTP until it is dropped.
///
/// It runs in a thread of its own and can be started from any runtime, or from none.
pub struct Simulator {
    exchange: Arc<Mutex<Exchange>>,
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts the office and waits until it listens.
    ///
    /// # Errors
    /// If the address is not loopback or is taken, or user id or password have not the form that CPR asks for.
    pub fn start(options: Options) -> io::Result<Self> {
        let Options { bind, user, password, clock, population, knobs } = options;
        let invalid = |what| io::Error::new(io::ErrorKind::InvalidInput, what);
        if !desk::is_user_id(&user) {
            return Err(invalid("a user id has eight letters and digits, the first a W"));
        }
        if !desk::follows_the_rules(&password) {
            return Err(invalid("the password breaks CPR's rules"));
        }
        let addresses: Vec<SocketAddr> = bind.to_socket_addrs()?.collect();
        if addresses.iter().any(|address| !address.ip().is_loopback()) {
            return Err(invalid("the simulator listens on loopback addresses only"));
        }
        let listener = TcpListener::bind(addresses.as_slice())?;
        let address = listener.local_addr()?;
        let desk = Desk::new(user, password, clock());
        let exchange = Arc::new(Mutex::new(Exchange::new(desk, population, knobs, clock)));
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::clone(&exchange);
        let thread = std::thread::Builder::new()
            .name("cpr-simulator".to_owned())
            .spawn(move || http::serve(listener, &shared, &sender))?;
        let handle = receiver.recv().map_err(|_| io::Error::other("the simulator's thread ended"))??;
        Ok(Self { exchange, address, handle, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The GCTP address, as `http://127.0.0.1:PORT/cpr-online-gctp/gctp`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{GCTP_PATH}", self.address)
    }

    /// The user id that may sign on.
    #[must_use]
    pub fn user(&self) -> String {
        self.exchange().desk.user().to_owned()
    }

    /// The password that is right at the moment.
    #[must_use]
    pub fn password(&self) -> String {
        self.exchange().desk.password().to_owned()
    }

    /// How the office behaves; `trouble_times` is counted down.
    #[must_use]
    pub fn knobs(&self) -> Knobs {
        self.exchange().knobs.clone()
    }

    /// Changes how the office behaves: `simulator.turn(|knobs| knobs.latency_ms = 200)`.
    pub fn turn(&self, turn: impl FnOnce(&mut Knobs)) {
        turn(&mut self.exchange().knobs);
    }

    /// Does something to the user or the tokens.
    pub fn command(&self, command: Command) {
        self.exchange().command(command);
    }

    /// Changes the register: `simulator.edit(|population| population.protect(number, "0001", today))`.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut Population) -> T) -> T {
        edit(&mut self.exchange().office.population)
    }

    /// How many messages came in, by service id; `signon` and `newpass` for the security system, `unknown` for ids
    /// that the office does not have. Questions that were turned away count too.
    #[must_use]
    pub fn counters(&self) -> BTreeMap<String, u64> {
        self.exchange().log.counters()
    }

    /// The last sign-ons that were accepted, and questions that were let in.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.exchange().log.entries()
    }

    fn exchange(&self) -> MutexGuard<'_, Exchange> {
        lock(&self.exchange)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The command is sent when `stop` is called; the thread ends when it is done.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported there.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Simulator").field("address", &self.address).finish_non_exhaustive()
    }
}

/// An edit that panics leaves a register that is still one.
fn lock(exchange: &Mutex<Exchange>) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}
