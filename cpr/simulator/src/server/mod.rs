//! The office's doors on loopback, in a thread of their own: an HTTP server, CPR Direkte, and an SFTP server.

mod exchange;
mod http;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use cpr::direkte::{Password, Text};
use tempfile::{NamedTempFile, TempDir};

pub(crate) use self::exchange::Exchange;
use crate::desk::{self, Desk};
use crate::direkte::Door;
use crate::direkte::tls::Identity;
use crate::knobs::{Command, Knobs};
use crate::life::{LifeError, LifeEvent};
use crate::log::{Log, LogEntry};
use crate::memory::{self, Memory};
use crate::night::{Flaw, NightCommand, NightError, NightShift, Production};
use crate::office::Office;
use crate::population::Population;
use crate::sftp;

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
    /// Address and port of CPR Direkte, loopback only; port 0 takes a free one.
    pub direkte_bind: String,
    /// The customer number, four digits. The task is this with `01` behind it.
    pub customer_number: String,
    /// The user id at CPR Direkte, of the same form as the other one.
    pub direkte_user: String,
    /// The password there: by CPR's rules, and exactly eight characters.
    pub direkte_password: String,
    /// Address and port of the SFTP server that shows the change files, loopback only; port 0 takes a free one.
    pub sftp_bind: String,
    /// Where the customer's private key for the SFTP server is put (OpenSSH, without passphrase); `None` = a file that goes
    /// away with the simulator.
    pub sftp_key_file: Option<PathBuf>,
    /// Where change files are put; `None` = a folder that goes away with the simulator.
    pub delivery_folder: Option<PathBuf>,
    /// Where the certificate is put that vouches for CPR Direkte (PEM); `None` = a file that goes away with the simulator.
    pub ca_file: Option<PathBuf>,
    /// Where is kept what a restart must not forget: whom the customer follows, what happened to people (other than by
    /// [`Simulator::edit`]), the day of the last file. `None` = everything is forgotten.
    pub memory: Option<PathBuf>,
}

impl Options {
    /// The demo persons on free ports of 127.0.0.1, for user `WDM00001` with password `Demo-2026`; at CPR Direkte for
    /// user `WDM00002` of customer 9999 with password `Dir_2026`.
    pub fn new(clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self {
            bind: "127.0.0.1:0".to_owned(),
            user: "WDM00001".to_owned(),
            password: "Demo-2026".to_owned(),
            clock: Arc::new(clock),
            population: Population::demo(),
            knobs: Knobs::default(),
            direkte_bind: "127.0.0.1:0".to_owned(),
            customer_number: "9999".to_owned(),
            direkte_user: "WDM00002".to_owned(),
            direkte_password: "Dir_2026".to_owned(),
            sftp_bind: "127.0.0.1:0".to_owned(),
            sftp_key_file: None,
            delivery_folder: None,
            ca_file: None,
            memory: None,
        }
    }
}

/// A CPR office that answers GCTP and CPR Direkte, and makes change files, until it is dropped.
///
/// It runs in a thread of its own and can be started from any runtime, or from none.
pub struct Simulator {
    exchange: Arc<Mutex<Exchange>>,
    address: SocketAddr,
    direkte_address: SocketAddr,
    ca_file: PathBuf,
    sftp_address: SocketAddr,
    sftp_host_key: String,
    sftp_key_file: PathBuf,
    folder: PathBuf,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    _own_files: [Option<NamedTempFile>; 2],
    _own_folder: Option<TempDir>,
}

/// What the thread of the office serves.
struct Doors {
    http: TcpListener,
    direkte: TcpListener,
    identity: Arc<Identity>,
    sftp: TcpListener,
    sftp_door: Arc<sftp::Door>,
    exchange: Arc<Mutex<Exchange>>,
}

impl Simulator {
    /// Starts the office and waits until it listens.
    ///
    /// # Errors
    /// If an address is not loopback or is taken, user ids, passwords or the customer number have not the form that CPR
    /// asks for, or the files cannot be written.
    pub fn start(options: Options) -> io::Result<Self> {
        for user in [&options.user, &options.direkte_user] {
            ensure(desk::is_user_id(user), "a user id has eight letters and digits, the first a W")?;
        }
        for password in [&options.password, &options.direkte_password] {
            ensure(desk::follows_the_rules(password), "the password breaks CPR's rules")?;
        }
        let has_eight = Password::new(&options.direkte_password).is_some();
        ensure(has_eight, "a password of CPR Direkte has exactly eight characters")?;
        let digits = options.customer_number.bytes().all(|byte| byte.is_ascii_digit());
        let customer = Text::new(&options.customer_number).filter(|_| digits && options.customer_number.len() == 4);
        let customer =
            customer.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a customer number has four digits"))?;

        let files = [&options.ca_file, &options.sftp_key_file, &options.memory].into_iter().flatten();
        for folder in files.filter_map(|file| file.parent()).chain(options.delivery_folder.as_deref()) {
            std::fs::create_dir_all(folder)?;
        }
        let (http, direkte, sftp) =
            (listen(&options.bind)?, listen(&options.direkte_bind)?, listen(&options.sftp_bind)?);
        let (address, direkte_address, sftp_address) = (http.local_addr()?, direkte.local_addr()?, sftp.local_addr()?);
        let identity = Arc::new(Identity::new()?);
        let (ca_file, own_ca_file) = written(options.ca_file, &identity.authority)?;
        let sftp_keys = sftp::Keys::new()?;
        let sftp_host_key = sftp_keys.host_key()?;
        let (sftp_key_file, own_key_file) = written(options.sftp_key_file, &sftp_keys.customer_key()?)?;
        let (folder, own_folder) = match options.delivery_folder {
            Some(path) => (path, None),
            None => {
                let folder = TempDir::with_prefix("cpr-simulator")?;
                (folder.path().to_owned(), Some(folder))
            }
        };

        let (memory, state) = options.memory.map(Memory::open).transpose()?.unzip();
        let state = state.unwrap_or_default();
        let mut population = options.population;
        let (told, untold) = state.happened.split_at(state.told.min(state.happened.len()));
        memory::relive(&mut population, told);
        let seen = population.clone();
        memory::relive(&mut population, untold);

        let now = (options.clock)();
        let task = format!("{}01", options.customer_number);
        let exchange = Arc::new(Mutex::new(Exchange {
            desk: Desk::new(options.user, options.password, now),
            direkte: Door { customer, desk: Desk::new(options.direkte_user, options.direkte_password, now) },
            night: NightShift::new(task.clone(), folder.clone(), seen, &state),
            office: Office::new(population),
            knobs: options.knobs,
            log: Log::default(),
            clock: options.clock,
            said: String::new(),
            told: told.len(),
            happened: state.happened,
            memory,
        }));
        let (sender, receiver) = mpsc::channel();
        let sftp_door = Arc::new(sftp_keys.door(task, folder.clone()));
        let doors = Doors { http, direkte, identity, sftp, sftp_door, exchange: Arc::clone(&exchange) };
        let thread =
            std::thread::Builder::new().name("cpr-simulator".to_owned()).spawn(move || http::serve(doors, &sender))?;
        let handle = receiver.recv().map_err(|_| io::Error::other("the simulator's thread ended"))??;
        Ok(Self {
            exchange,
            address,
            direkte_address,
            ca_file,
            sftp_address,
            sftp_host_key,
            sftp_key_file,
            folder,
            handle,
            thread: Some(thread),
            _own_files: [own_ca_file, own_key_file],
            _own_folder: own_folder,
        })
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

    /// The page with the buttons.
    #[must_use]
    pub fn page_url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// CPR Direkte.
    #[must_use]
    pub fn direkte(&self) -> Direkte<'_> {
        Direkte(self)
    }

    /// The SFTP server.
    #[must_use]
    pub fn sftp(&self) -> Sftp<'_> {
        Sftp(self)
    }

    /// The night.
    #[must_use]
    pub fn night(&self) -> Night<'_> {
        Night(self)
    }

    /// Something happens to a person today, at every door at once; gives the new number where there is one: of a child, or
    /// of the person. `other` is the spouse's number of a marriage and the surname of a renaming.
    ///
    /// # Errors
    /// [`LifeError`].
    pub fn happen(
        &self,
        event: LifeEvent,
        number: PersonalNumber,
        other: &str,
    ) -> Result<Option<PersonalNumber>, LifeError> {
        self.exchange().happen(event, number, other)
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

/// How to reach the simulator's CPR Direkte, and as whom.
#[derive(Clone, Copy)]
pub struct Direkte<'a>(&'a Simulator);

impl Direkte<'_> {
    /// The host, which the certificate is for.
    #[must_use]
    pub fn host(&self) -> String {
        self.0.direkte_address.ip().to_string()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.direkte_address.port()
    }

    /// The file with the certificate to trust.
    #[must_use]
    pub fn ca_file(&self) -> &Path {
        &self.0.ca_file
    }

    /// The customer number.
    #[must_use]
    pub fn customer_number(&self) -> String {
        self.0.exchange().direkte.customer.as_str().to_owned()
    }

    /// The user that may log on.
    #[must_use]
    pub fn user(&self) -> String {
        self.0.exchange().direkte.desk.user().to_owned()
    }

    /// The password that is right at the moment.
    #[must_use]
    pub fn password(&self) -> String {
        self.0.exchange().direkte.desk.password().to_owned()
    }
}

/// How to reach the simulator's SFTP server, and as whom. The user is the task's number.
#[derive(Clone, Copy)]
pub struct Sftp<'a>(&'a Simulator);

impl Sftp<'_> {
    /// The host.
    #[must_use]
    pub fn host(&self) -> String {
        self.0.sftp_address.ip().to_string()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.sftp_address.port()
    }

    /// The user that may sign in.
    #[must_use]
    pub fn user(&self) -> String {
        self.0.night().task_number()
    }

    /// The file with the user's private key.
    #[must_use]
    pub fn key_file(&self) -> &Path {
        &self.0.sftp_key_file
    }

    /// The host's public key, `ssh-ed25519 AAAA…`, another one after each start.
    #[must_use]
    pub fn host_key(&self) -> &str {
        &self.0.sftp_host_key
    }

    /// The folder with the change files.
    #[must_use]
    pub fn out_dir(&self) -> &'static str {
        sftp::OUT
    }
}

/// The night: whom the customer follows, and the change files.
#[derive(Clone, Copy)]
pub struct Night<'a>(&'a Simulator);

impl Night<'_> {
    /// The task of the files (*opgavenummer*).
    #[must_use]
    pub fn task_number(&self) -> String {
        self.0.exchange().night.task.clone()
    }

    /// Where files are put.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Whom the customer follows at this moment.
    #[must_use]
    pub fn followed(&self) -> BTreeSet<PersonalNumber> {
        self.0.exchange().night.subscriptions.active().clone()
    }

    /// The day that the next file will be of.
    #[must_use]
    pub fn next_date(&self) -> NaiveDate {
        let exchange = self.0.exchange();
        exchange.night.next_date(exchange.today())
    }

    /// The files that were produced, oldest first; the last thirty are kept.
    #[must_use]
    pub fn productions(&self) -> Vec<Production> {
        self.0.exchange().night.productions().to_vec()
    }

    /// Does as told; gives the files that it was about, in the order in which they were put.
    ///
    /// # Errors
    /// [`NightError`].
    pub fn command(&self, command: &NightCommand) -> Result<Vec<Production>, NightError> {
        self.0.exchange().night_command(command)
    }

    /// Produces the next file and puts it in the folder.
    ///
    /// # Errors
    /// [`NightError`].
    pub fn deliver(&self) -> Result<Production, NightError> {
        self.one(&NightCommand::Deliver)
    }

    /// Produces the next file and holds it back; [`Production::bytes`] has it.
    ///
    /// # Errors
    /// [`NightError`].
    pub fn withhold(&self) -> Result<Production, NightError> {
        self.one(&NightCommand::Withhold)
    }

    /// Produces the next file and puts it in the folder with a flaw.
    ///
    /// # Errors
    /// [`NightError`].
    pub fn deliver_flawed(&self, flaw: Flaw) -> Result<Production, NightError> {
        self.one(&NightCommand::Flawed { flaw })
    }

    /// Puts a file that was held back or spoilt in the folder, as it should be.
    ///
    /// # Errors
    /// [`NightError`].
    pub fn release(&self, date: NaiveDate) -> Result<Production, NightError> {
        self.one(&NightCommand::Release { date })
    }

    /// Takes lines of input of type 06, as from a file in `ind`.
    pub fn take_input(&self, lines: &str) {
        self.0.exchange().take_input(lines);
    }

    /// The next file says that input for this number was rejected (910).
    pub fn reject(&self, number: PersonalNumber) {
        self.0.exchange().night.reject_number(number);
    }

    fn one(&self, command: &NightCommand) -> Result<Production, NightError> {
        self.command(command)?.pop().ok_or(NightError::NothingProduced)
    }
}

/// The file with this in it, readable by its owner alone: where it was asked for, or one that goes away.
fn written(path: Option<PathBuf>, content: &str) -> io::Result<(PathBuf, Option<NamedTempFile>)> {
    let folder = path.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let mut file = match (&path, folder) {
        (None, _) => NamedTempFile::with_prefix("cpr-simulator")?,
        (Some(_), folder) => NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?,
    };
    file.write_all(content.as_bytes())?;
    match path {
        None => Ok((file.path().to_owned(), Some(file))),
        Some(path) => {
            file.persist(&path)?;
            Ok((path, None))
        }
    }
}

fn listen(bind: &str) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = bind.to_socket_addrs()?.collect();
    let loopback = addresses.iter().all(|address| address.ip().is_loopback());
    ensure(loopback, "the simulator listens on loopback addresses only")?;
    TcpListener::bind(addresses.as_slice())
}

fn ensure(met: bool, expectation: &'static str) -> io::Result<()> {
    if met { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, expectation)) }
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
pub(crate) fn lock(exchange: &Mutex<Exchange>) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn a_file_comes_at_20_o_clock_on_weekdays_once() {
        let minutes = Arc::new(AtomicI64::new(0));
        let passed = Arc::clone(&minutes);
        // Friday, 19:59 in Denmark.
        let start: DateTime<Utc> = "2024-01-19T18:59:00Z".parse().unwrap();
        let clock = move || start + chrono::TimeDelta::minutes(passed.load(Ordering::SeqCst));
        let simulator = Simulator::start(Options::new(clock)).unwrap();
        let glance = || {
            simulator.exchange().deliver_on_schedule().unwrap();
            simulator.night().productions().last().map(|production| production.date.to_string())
        };
        minutes.store(5, Ordering::SeqCst);
        assert_eq!(glance(), None, "not unless it is turned on");
        simulator.turn(|knobs| knobs.night.scheduled = true);
        minutes.store(0, Ordering::SeqCst);
        assert_eq!(glance(), None);
        minutes.store(1, Ordering::SeqCst);
        assert_eq!(glance().as_deref(), Some("2024-01-19"));
        for later in [2, 24 * 60 + 5, 48 * 60 + 5, 72 * 60] {
            minutes.store(later, Ordering::SeqCst);
            assert_eq!(glance().as_deref(), Some("2024-01-19"), "at most one a day, and none on Saturday and Sunday");
        }
        minutes.store(72 * 60 + 1, Ordering::SeqCst);
        assert_eq!(glance().as_deref(), Some("2024-01-22"));
        assert_eq!(simulator.night().productions().len(), 2);
    }
}
