//! Change files: where they come from, and whether one is what it should be. What is in them is not looked at here.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, SeekFrom};

use cpr::client::delivery::{RemoteFile, Source, SourceError, Visit};
use cpr::extract::{Fault, Place, Product, Refusal, ScanError, scan};

use crate::domain::delivery::{DeliveryProblem, Envelope, Link, Listed, Reason};

/// The record type that tells what happened to a person (*hændelse*).
const EVENT: &str = "099";

/// Where change files come from.
pub struct Deliveries {
    source: Source,
}

/// A visit there.
pub struct DeliveryVisit(Visit);

/// Why the files cannot be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceFault {
    /// Nobody answers, or the connection broke off.
    Unreachable,
    /// The server showed another host key than the one that is configured.
    HostKey,
    /// The server does not accept our user and key.
    Refused,
    /// Our key file cannot be read.
    KeyFile,
    /// There is no such folder.
    Folder,
    /// The file changed while it was fetched: it is not complete yet.
    Changed,
    /// Our own copy cannot be written.
    Copy,
}

impl SourceFault {
    /// A stable name for it.
    pub const fn code(self) -> &'static str {
        match self {
            SourceFault::Unreachable => "delivery-source-unreachable",
            SourceFault::HostKey => "delivery-source-host-key",
            SourceFault::Refused => "delivery-source-refused",
            SourceFault::KeyFile => "delivery-source-key-file",
            SourceFault::Folder => "delivery-source-folder",
            SourceFault::Changed => "delivery-source-changed",
            SourceFault::Copy => "delivery-source-copy",
        }
    }

    /// Whether it can be over by itself.
    pub const fn is_passing(self) -> bool {
        matches!(self, SourceFault::Unreachable | SourceFault::Changed | SourceFault::Copy)
    }
}

impl From<SourceError> for SourceFault {
    fn from(error: SourceError) -> SourceFault {
        // The message names a fingerprint at most: what an operator compares with CPR's letter.
        tracing::warn!(%error, "change files cannot be fetched");
        match error {
            SourceError::Unreachable | SourceError::Broken => SourceFault::Unreachable,
            SourceError::HostKey { .. } => SourceFault::HostKey,
            SourceError::Refused => SourceFault::Refused,
            SourceError::KeyFile => SourceFault::KeyFile,
            SourceError::Folder => SourceFault::Folder,
            SourceError::Changed => SourceFault::Changed,
            SourceError::Copy(_) => SourceFault::Copy,
        }
    }
}

impl Deliveries {
    /// From this source.
    pub fn new(source: Source) -> Deliveries {
        Deliveries { source }
    }

    /// Goes there.
    ///
    /// # Errors
    /// [`SourceFault`].
    pub async fn visit(&self) -> Result<DeliveryVisit, SourceFault> {
        Ok(DeliveryVisit(self.source.visit().await?))
    }
}

impl DeliveryVisit {
    /// The files there.
    ///
    /// # Errors
    /// [`SourceFault`].
    pub async fn list(&self) -> Result<Vec<Listed>, SourceFault> {
        let listed = |file: RemoteFile| Listed { name: file.name, size: file.size, modified_at: file.modified_at };
        Ok(self.0.list().await?.into_iter().map(listed).collect())
    }

    /// Copies a file's bytes to the end of `copy`.
    ///
    /// # Errors
    /// [`SourceFault`]; [`SourceFault::Changed`] when it is not as it was listed.
    pub async fn fetch(&self, file: &Listed, copy: File) -> Result<File, SourceFault> {
        let file = RemoteFile { name: file.name.clone(), size: file.size, modified_at: file.modified_at };
        Ok(self.0.fetch(&file, copy).await?)
    }
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspected {
    /// A change or status file, whole and counted right.
    Sound(Envelope),
    /// Something else, or not whole.
    Refused(Reason, DeliveryProblem),
}

/// Reads a file from its beginning to its end, without holding it, and goes back. Takes time and waits for the disk: not for
/// a thread that serves others.
///
/// # Errors
/// When it cannot be read.
pub fn inspect(mut file: File) -> io::Result<(File, Inspected)> {
    file.seek(SeekFrom::Start(0))?;
    let scanned = scan(&mut BufReader::with_capacity(1 << 18, &file));
    file.seek(SeekFrom::Start(0))?;
    let inspected = match scanned {
        Ok(scan) => {
            let persons = i64::try_from(scan.index.len()).unwrap_or(i64::MAX);
            let tells_events = scan.counts().any(|(code, _)| code == EVENT);
            let link = Link {
                production_date: scan.envelope.production_date,
                previous: scan.envelope.previous_production_date,
                is_status: persons > 0 && !tells_events,
            };
            Inspected::Sound(Envelope { task_number: scan.envelope.task_number, link, persons })
        }
        Err(ScanError::Refused(refusal)) => Inspected::Refused(reason(refusal.fault), problem(&refusal)),
        Err(ScanError::Io(error)) => return Err(error),
    };
    Ok((file, inspected))
}

fn reason(fault: Fault) -> Reason {
    match fault {
        Fault::Foreign(_) => Reason::ForeignProduct,
        Fault::NoStart | Fault::BadStart(..) | Fault::SecondStart => Reason::BadStart,
        Fault::Empty | Fault::MissingEnd | Fault::Truncated => Reason::Incomplete,
        Fault::BadEnd | Fault::DataAfterEnd => Reason::BadEnd,
        Fault::WrongCount { .. } => Reason::WrongCount,
        Fault::NotARecord
        | Fault::ShortRecord
        | Fault::NotANumber
        | Fault::ControlByte
        | Fault::Utf8
        | Fault::UnknownCode
        | Fault::LongLine
        | Fault::TooMany => Reason::Unreadable,
    }
}

fn problem(refusal: &Refusal) -> DeliveryProblem {
    let Place { record, byte } = refusal.place;
    DeliveryProblem {
        kind: refusal.fault.code().to_owned(),
        place: Some(format!("post {record}, byte {byte}")),
        text: text(refusal.fault),
        party_id: None,
    }
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Empty => "Filen er tom.".to_owned(),
        Fault::NoStart => "Den første post er ikke en startpost (000).".to_owned(),
        Fault::BadStart(field, _) => format!("Startposten (000) kan ikke læses: felt {field}."),
        Fault::Foreign(product) => format!("Filen er {}.", product_name(product)),
        Fault::SecondStart => "Der er endnu en startpost (000): filen er sat sammen af flere.".to_owned(),
        Fault::MissingEnd => "Der er ingen slutpost (999): filen er skåret over eller ikke færdig.".to_owned(),
        Fault::BadEnd => "Slutpostens (999) antal er ikke 8 cifre.".to_owned(),
        Fault::DataAfterEnd => "Der står noget efter slutposten (999).".to_owned(),
        Fault::WrongCount { stated, found } => {
            format!("Slutposten (999) siger {stated} poster, og der er {found} i filen.")
        }
        Fault::NotARecord => "En linje begynder ikke med tre cifre.".to_owned(),
        Fault::ShortRecord => "En post slutter før position 13.".to_owned(),
        Fault::NotANumber => "Position 4-13 er ikke ti cifre.".to_owned(),
        Fault::ControlByte => "Der er et styretegn i en post.".to_owned(),
        Fault::Utf8 => {
            "Filen er omsat til UTF-8 undervejs; den skal være, som CPR leverer den (ISO-8859-1).".to_owned()
        }
        Fault::UnknownCode => "En ukendt posttype i en fil uden linjeskift.".to_owned(),
        Fault::Truncated => "Filen slutter midt i en post.".to_owned(),
        Fault::LongLine => "En linje er længere end nogen post.".to_owned(),
        Fault::TooMany => "Der er flere personer eller spredte poster, end der kan holdes styr på.".to_owned(),
    }
}

const fn product_name(product: Product) -> &'static str {
    match product {
        Product::PrivateExtract => "ændringsudtrækket til private virksomheder (U09480-P)",
        Product::AddressMatch => "en adressematch (U08080-P)",
        Product::RegistrationExtract => "registreringsudtrækket, som Grønland får",
        Product::Register => "et register over myndigheder, veje eller postnumre",
        Product::Unknown => "et ukendt produkt med bredere poster",
    }
}
