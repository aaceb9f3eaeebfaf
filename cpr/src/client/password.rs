//! Where the password lives, and how it is changed without ever being lost.
//!
//! `<file>` holds the password in force. A new one is written to `<file>.next` before it is sent, and renamed over
//! `<file>` once CPR has accepted it. So at every moment one of the two is in force, whatever stops us, and whoever
//! starts tries both.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::SettingsError;
use super::error::ClientError;
use crate::gctp::Secret;

/// A password that is older is renewed when somebody signs on with it. CPR lets it live for 90 days; what is left is for
/// those who have to find out why it was not renewed.
pub(crate) const RENEW_AFTER: TimeDelta = TimeDelta::days(60);
/// After a renewal that failed, so long nothing is tried: CPR allows one change a day.
pub(crate) const RENEW_AGAIN_AFTER: TimeDelta = TimeDelta::days(1);
/// How long to wait for another server that is just renewing the password.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// Where the password comes from.
#[derive(Debug, Clone)]
pub enum PasswordSource {
    /// A value of the configuration. Cannot be renewed.
    Fixed(Secret),
    /// A file that holds nothing else; white space around it is trimmed. Renewed when it expires.
    File(PathBuf),
}

impl PasswordSource {
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        match self {
            Self::Fixed(secret) if secret.expose().is_empty() => Err(SettingsError::Password),
            Self::File(path) if path.file_name().is_none() => Err(SettingsError::Password),
            _ => Ok(()),
        }
    }

    /// The passwords that may be in force: the one in use, then one whose change was interrupted.
    pub(crate) async fn candidates(&self) -> Result<Vec<Candidate>, ClientError> {
        match self {
            Self::Fixed(secret) => Ok(vec![Candidate { secret: secret.clone(), is_next: false }]),
            Self::File(path) => {
                let path = path.clone();
                blocking(move || read_candidates(&path)).await
            }
        }
    }

    /// When the password was last changed, as far as a file tells: it is written when a new password is made.
    pub(crate) async fn changed_at(&self) -> Option<DateTime<Utc>> {
        let Self::File(path) = self else { return None };
        let path = path.clone();
        let modified = blocking(move || fs::metadata(path).and_then(|file| file.modified()).map_err(failed("read")));
        modified.await.ok().map(DateTime::<Utc>::from)
    }

    /// Whether the password is so old that it should be renewed.
    pub(crate) async fn is_old(&self, now: DateTime<Utc>) -> bool {
        self.changed_at().await.is_some_and(|changed| now - changed >= RENEW_AFTER)
    }

    /// The right to change this password, waited for; `None`: it is no file, or `candidate` is not in force any more, because
    /// another server was faster. A candidate from `<file>.next` is put in its place.
    pub(crate) async fn renewal(&self, candidate: &Candidate) -> Result<Option<Renewal>, ClientError> {
        let Self::File(path) = self else { return Ok(None) };
        let renewal = Renewal::begin(path).await?;
        if candidate.is_next {
            if !self.is_still_next(candidate).await? {
                return Ok(None);
            }
            renewal.promote().await?;
        } else if renewal.current().await?.as_ref() != Some(&candidate.secret) {
            return Ok(None);
        }
        Ok(Some(renewal))
    }

    /// The password of an interrupted change is in force: puts it in its place, unless another server was faster.
    pub(crate) async fn finish_interrupted_change(&self, candidate: &Candidate) -> Result<(), ClientError> {
        let Self::File(path) = self else { return Ok(()) };
        let renewal = Renewal::begin(path).await?;
        if self.is_still_next(candidate).await? { renewal.promote().await } else { Ok(()) }
    }

    async fn is_still_next(&self, candidate: &Candidate) -> Result<bool, ClientError> {
        let now = self.candidates().await?;
        Ok(now.iter().any(|one| one.is_next && one.secret == candidate.secret))
    }
}

/// A password that may be in force.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub secret: Secret,
    /// Whether it comes from `<file>.next`.
    pub is_next: bool,
}

/// The right to change the password file, held against other servers that share it. Ends when dropped.
pub(crate) struct Renewal {
    path: PathBuf,
    _lock: File,
}

impl Renewal {
    /// Waits for the lock.
    pub async fn begin(path: &Path) -> Result<Self, ClientError> {
        let path = path.to_owned();
        blocking(move || {
            let options = || {
                let mut options = OpenOptions::new();
                options.read(true).write(true).create(true).truncate(false).mode(0o600);
                options
            };
            let lock = options().open(beside(&path, ".lock")).map_err(failed("open its lock"))?;
            let step = Duration::from_millis(100);
            let mut waited = Duration::ZERO;
            loop {
                match lock.try_lock() {
                    Ok(()) => return Ok(Self { path, _lock: lock }),
                    Err(TryLockError::WouldBlock) if waited < LOCK_PATIENCE => {
                        thread::sleep(step);
                        waited += step;
                    }
                    Err(TryLockError::WouldBlock) => {
                        return Err(failed("wait for its lock")(ErrorKind::TimedOut.into()));
                    }
                    Err(TryLockError::Error(error)) => return Err(failed("lock")(error)),
                }
            }
        })
        .await
    }

    /// The password in force, read anew: another server may have changed it while we waited.
    pub async fn current(&self) -> Result<Option<Secret>, ClientError> {
        let path = self.path.clone();
        blocking(move || read(&path)).await
    }

    /// Puts a new password beside the one in force, durably, before it is sent.
    pub async fn prepare(&self, next: &Secret) -> Result<(), ClientError> {
        let (path, next) = (self.path.clone(), next.clone());
        blocking(move || write_next(&path, &next).map_err(failed("write the next one"))).await
    }

    /// Makes the prepared password the one in force.
    pub async fn promote(&self) -> Result<(), ClientError> {
        let path = self.path.clone();
        blocking(move || {
            fs::rename(beside(&path, ".next"), &path).map_err(failed("put the next one in its place"))?;
            sync_folder(&path).map_err(failed("put the next one in its place"))
        })
        .await
    }

    /// Takes the prepared password away: CPR has said that it will not have it.
    pub async fn discard(&self) -> Result<(), ClientError> {
        let path = self.path.clone();
        blocking(move || match fs::remove_file(beside(&path, ".next")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove the next one")(error)),
            _ => Ok(()),
        })
        .await
    }
}

/// A new password by CPR's rules: `length` characters, at least 8, with a lower-case and an upper-case letter, a digit and a
/// special character. The specials are those of CPR's list that nothing on the way could take for its own.
///
/// # Errors
/// The system has no randomness to give.
pub(crate) fn generate(length: usize) -> Result<Secret, ClientError> {
    const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const DIGITS: &[u8] = b"0123456789";
    const SPECIALS: &[u8] = b"!#*()_-+=.:";
    const ALL: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#*()_-+=.:";
    // Drawing until a password fits the rules keeps every fitting one equally likely.
    loop {
        let mut password = String::with_capacity(length);
        while password.len() < length {
            let mut bytes = [0_u8; 64];
            getrandom::fill(&mut bytes).map_err(|_| failed("make a new one")(ErrorKind::Other.into()))?;
            // Bytes above the last full round would favour the first characters.
            let fair = bytes.into_iter().filter(|byte| usize::from(*byte) < 256 / ALL.len() * ALL.len());
            let characters = fair.map(|byte| char::from(ALL[usize::from(byte) % ALL.len()]));
            password.extend(characters.take(length - password.len()));
        }
        let has = |class: &[u8]| password.bytes().any(|byte| class.contains(&byte));
        let begins_with_letter = password.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        if begins_with_letter && [LOWER, UPPER, DIGITS, SPECIALS].into_iter().all(has) {
            return Ok(Secret::new(password));
        }
    }
}

fn read_candidates(path: &Path) -> Result<Vec<Candidate>, ClientError> {
    let current = read(path)?.map(|secret| Candidate { secret, is_next: false });
    let next = read(&beside(path, ".next"))?.map(|secret| Candidate { secret, is_next: true });
    let next = next.filter(|next| current.as_ref().is_none_or(|current| current.secret != next.secret));
    let all: Vec<Candidate> = current.into_iter().chain(next).collect();
    if all.is_empty() { Err(failed("read")(ErrorKind::NotFound.into())) } else { Ok(all) }
}

/// The password of a file; `None` if there is no file, or nothing in it.
fn read(path: &Path) -> Result<Option<Secret>, ClientError> {
    match fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(Secret::new(text.trim()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read")(error)),
    }
}

/// Writes `<file>.next` in one step: a crash leaves the whole password there, or none.
fn write_next(path: &Path, next: &Secret) -> io::Result<()> {
    let draft = beside(path, ".next.draft");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(next.expose().as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, beside(path, ".next"))?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn failed(step: &'static str) -> impl Fn(io::Error) -> ClientError {
    move |error| ClientError::PasswordFile { step, kind: error.kind() }
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
) -> Result<T, ClientError> {
    tokio::task::spawn_blocking(act).await.unwrap_or_else(|_| Err(failed("use")(ErrorKind::Other.into())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_generated_password_keeps_cprs_rules() {
        for length in [8, 14].repeat(250) {
            let password = generate(length).unwrap();
            let text = password.expose();
            assert_eq!(text.len(), length);
            assert!(text.bytes().any(|byte| byte.is_ascii_lowercase()));
            assert!(text.bytes().any(|byte| byte.is_ascii_uppercase()));
            assert!(text.bytes().any(|byte| byte.is_ascii_digit()));
            let special = |character: char| "~`!@#$%^*()_-+=,./\\{}[];:".contains(character);
            assert!(text.contains(special));
            assert!(text.chars().all(|character| character.is_ascii_alphanumeric() || special(character)));
        }
        assert_ne!(generate(14).unwrap(), generate(14).unwrap());
    }

    #[tokio::test]
    async fn the_next_password_is_readable_by_us_alone_and_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, " Gammel1! \n").unwrap();
        let source = PasswordSource::File(path.clone());
        let renewal = Renewal::begin(&path).await.unwrap();
        assert_eq!(renewal.current().await.unwrap(), Some(Secret::new("Gammel1!")));
        renewal.prepare(&Secret::new("Nyt2ndre!")).await.unwrap();
        let mode = fs::metadata(beside(&path, ".next")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let both: Vec<_> =
            source.candidates().await.unwrap().into_iter().map(|one| (one.secret, one.is_next)).collect();
        assert_eq!(both, [(Secret::new("Gammel1!"), false), (Secret::new("Nyt2ndre!"), true)]);
        renewal.promote().await.unwrap();
        let one = source.candidates().await.unwrap();
        assert_eq!((one.len(), one[0].secret.expose()), (1, "Nyt2ndre!"));
        assert!(source.changed_at().await.is_some());
        renewal.discard().await.unwrap();
    }

    #[tokio::test]
    async fn an_empty_or_missing_file_is_an_error_that_names_no_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let source = PasswordSource::File(path.clone());
        let missing = source.candidates().await.unwrap_err();
        assert_eq!(missing, ClientError::PasswordFile { step: "read", kind: ErrorKind::NotFound });
        fs::write(&path, "\n").unwrap();
        assert_eq!(source.candidates().await.unwrap_err(), missing);
        assert!(!missing.to_string().contains("password/"));
    }

    #[tokio::test]
    async fn two_servers_renew_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "Gammel1!").unwrap();
        let first = Renewal::begin(&path).await.unwrap();
        let second = tokio::spawn({
            let path = path.clone();
            async move { Renewal::begin(&path).await.unwrap().current().await.unwrap() }
        });
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert!(!second.is_finished());
        first.prepare(&Secret::new("Nyt2ndre!")).await.unwrap();
        first.promote().await.unwrap();
        drop(first);
        assert_eq!(second.await.unwrap(), Some(Secret::new("Nyt2ndre!")));
    }
}
