//! The door of the change files: an SFTP server (SSH file transfer protocol, version 3) that lets the customer in by key and
//! shows one folder, `ud`, which can only be read. What lies there is what the night put in the folder of this machine.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId};
use russh_sftp::protocol::{Attrs, Data, FileAttributes, FileMode, Handle, Name, OpenFlags, Status, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// The folder, as CPR names it.
pub(crate) const OUT: &str = "ud";
/// More than the protocol has to give at once, whatever the client asks for.
const PIECE: usize = 1 << 18;

/// The keys of the host and of the customer, made at start.
pub(crate) struct Keys {
    host: PrivateKey,
    customer: PrivateKey,
}

/// What the door needs to know.
pub(crate) struct Door {
    /// How to talk, with the host's key.
    pub(crate) config: Arc<server::Config>,
    /// Who may come in.
    pub(crate) user: String,
    /// By which key.
    pub(crate) key: PublicKey,
    /// Where the files lie.
    pub(crate) folder: PathBuf,
}

impl Keys {
    pub(crate) fn new() -> io::Result<Self> {
        let new_key = || -> io::Result<PrivateKey> {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
            Ok(PrivateKey::from(Ed25519Keypair::from_seed(&seed)))
        };
        Ok(Self { host: new_key()?, customer: new_key()? })
    }

    /// The host's public key, `ssh-ed25519 AAAA…`.
    pub(crate) fn host_key(&self) -> io::Result<String> {
        self.host.public_key().to_openssh().map_err(io::Error::other)
    }

    /// The customer's private key, as OpenSSH writes it.
    pub(crate) fn customer_key(&self) -> io::Result<String> {
        Ok(self.customer.to_openssh(LineEnding::LF).map_err(io::Error::other)?.to_string())
    }

    /// The door for this user.
    pub(crate) fn door(self, user: String, folder: PathBuf) -> Door {
        let config = server::Config {
            keys: vec![self.host],
            // Nobody's password is guessed here: tests of refused users need not wait.
            auth_rejection_time: Duration::ZERO,
            auth_rejection_time_initial: Some(Duration::ZERO),
            nodelay: true,
            ..server::Config::default()
        };
        Door { config: Arc::new(config), user, key: self.customer.public_key().clone(), folder }
    }
}

/// Serves until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, door: Arc<Door>) {
    loop {
        // An accept fails when files run out; the next one may succeed.
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        tokio::spawn(speak(stream, Arc::clone(&door)));
    }
}

async fn speak(stream: TcpStream, door: Arc<Door>) {
    let config = Arc::clone(&door.config);
    // Whoever breaks the connection off has no use for an error.
    if let Ok(session) = server::run_stream(config, stream, Visitor { door, channels: HashMap::new() }).await {
        let _ = session.await;
    }
}

/// One connection: who it is, and which channels it opened.
struct Visitor {
    door: Arc<Door>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl server::Handler for Visitor {
    type Error = russh::Error;

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let is_customer = user == self.door.user && key.public_key.key_data() == self.door.key.key_data();
        Ok(if is_customer { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        match self.channels.remove(&id) {
            Some(channel) if name == "sftp" => {
                session.channel_success(id)?;
                let visit = Visit { folder: self.door.folder.clone(), handles: HashMap::new(), opened: 0 };
                russh_sftp::server::run(channel.into_stream(), visit).await;
                Ok(())
            }
            _ => session.channel_failure(id),
        }
    }
}

/// What a client has open.
enum Open {
    /// A file.
    File(File),
    /// A listing, until it has been told.
    Listing(Vec<russh_sftp::protocol::File>),
}

/// A client in the folder.
struct Visit {
    folder: PathBuf,
    handles: HashMap<String, Open>,
    opened: u64,
}

/// What a path of the client's means.
enum Place {
    Root,
    Out,
    File(String),
}

/// A path, absolute or from where the client begins; nothing above, and no folders below `ud`.
fn place(path: &str) -> Result<Place, StatusCode> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match parts.as_slice() {
        [] => Ok(Place::Root),
        [OUT] => Ok(Place::Out),
        [OUT, name] if *name != ".." => Ok(Place::File((*name).to_owned())),
        _ => Err(StatusCode::NoSuchFile),
    }
}

fn code(error: &io::Error) -> StatusCode {
    if error.kind() == io::ErrorKind::NotFound { StatusCode::NoSuchFile } else { StatusCode::Failure }
}

fn attributes(about: &fs::Metadata) -> FileAttributes {
    let mut attributes = FileAttributes::empty();
    attributes.size = Some(about.len());
    attributes.permissions = Some(if about.is_dir() { 0o555 } else { 0o444 });
    attributes.set_type(if about.is_dir() { FileMode::DIR } else { FileMode::REG });
    attributes.mtime = u32::try_from(about.mtime()).ok();
    attributes.atime = attributes.mtime;
    attributes
}

impl Visit {
    fn about(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let path = match place(path)? {
            Place::Root | Place::Out => self.folder.clone(),
            Place::File(name) => self.folder.join(name),
        };
        fs::metadata(path).map(|about| attributes(&about)).map_err(|error| code(&error))
    }

    fn keep(&mut self, id: u32, open: Open) -> Handle {
        self.opened += 1;
        let handle = self.opened.to_string();
        self.handles.insert(handle.clone(), open);
        Handle { id, handle }
    }

    fn listing(folder: &Path) -> io::Result<Vec<russh_sftp::protocol::File>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A file that was taken away between the two questions is not there.
            let (Ok(name), Ok(about)) = (entry.file_name().into_string(), entry.metadata()) else { continue };
            if about.is_file() {
                files.push(russh_sftp::protocol::File::new(name, attributes(&about)));
            }
        }
        Ok(files)
    }
}

impl russh_sftp::server::Handler for Visit {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        // Whatever would change something.
        StatusCode::PermissionDenied
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        let path = match place(&path)? {
            Place::Root => "/".to_owned(),
            Place::Out => format!("/{OUT}"),
            Place::File(name) => format!("/{OUT}/{name}"),
        };
        Ok(Name { id, files: vec![russh_sftp::protocol::File::dummy(path)] })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.about(&path)? })
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.about(&path)? })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        let Some(Open::File(file)) = self.handles.get(&handle) else { return Err(StatusCode::Failure) };
        let about = file.metadata().map_err(|error| code(&error))?;
        Ok(Attrs { id, attrs: attributes(&about) })
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        let listing = match place(&path)? {
            Place::Root => {
                let out = russh_sftp::protocol::File::new(OUT, self.about(OUT)?);
                vec![out]
            }
            Place::Out => Visit::listing(&self.folder).map_err(|error| code(&error))?,
            Place::File(_) => return Err(StatusCode::NoSuchFile),
        };
        Ok(self.keep(id, Open::Listing(listing)))
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        match self.handles.get_mut(&handle) {
            Some(Open::Listing(files)) if !files.is_empty() => Ok(Name { id, files: std::mem::take(files) }),
            Some(Open::Listing(_)) => Err(StatusCode::Eof),
            _ => Err(StatusCode::Failure),
        }
    }

    async fn open(&mut self, id: u32, path: String, flags: OpenFlags, _: FileAttributes) -> Result<Handle, StatusCode> {
        if flags.bits() != OpenFlags::READ.bits() {
            return Err(StatusCode::PermissionDenied);
        }
        let Place::File(name) = place(&path)? else { return Err(StatusCode::NoSuchFile) };
        let file = File::open(self.folder.join(name)).map_err(|error| code(&error))?;
        Ok(self.keep(id, Open::File(file)))
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, length: u32) -> Result<Data, StatusCode> {
        let Some(Open::File(file)) = self.handles.get(&handle) else { return Err(StatusCode::Failure) };
        let wanted = usize::try_from(length).unwrap_or(PIECE).min(PIECE);
        let mut data = vec![0; wanted];
        let read = file.read_at(&mut data, offset).map_err(|error| code(&error))?;
        data.truncate(read);
        if read == 0 && wanted > 0 { Err(StatusCode::Eof) } else { Ok(Data { id, data }) }
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        self.handles.remove(&handle).ok_or(StatusCode::Failure)?;
        let (error_message, language_tag) = ("Ok".to_owned(), "en-US".to_owned());
        Ok(Status { id, status_code: StatusCode::Ok, error_message, language_tag })
    }
}
