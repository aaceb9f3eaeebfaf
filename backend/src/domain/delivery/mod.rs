//! CPR's change files (*leverancer*): what they are, what becomes of them, and the chain that they form.

mod chain;
mod name;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::chain::{Applied, Break, Chain, Course, Link, Pending, Standing, Verdict, judge, plan};
pub use self::name::{FileName, Listed, take};

/// What has become of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Taken in; it is applied when its turn comes.
    Received,
    /// Does not follow what was applied last.
    Waiting,
    /// Being applied.
    Applying,
    /// Applied.
    Applied,
    /// Refused; its bytes are gone.
    Refused,
}

/// Why a delivery waits or was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Waits for a delivery that has not come.
    Gap,
    /// Waits for one that is here and waits too.
    Behind,
    /// Other content for a production date that was applied.
    SameDate,
    /// Follows an older delivery than the last, or does not say which.
    Fork,
    /// Older than what was applied.
    Older,
    /// Of another task.
    WrongTask,
    /// Another product of CPR's.
    ForeignProduct,
    /// No start record, or several.
    BadStart,
    /// No end record at its end.
    Incomplete,
    /// Something after the end record, or several.
    BadEnd,
    /// Another number of records than the end record says.
    WrongCount,
    /// A record that cannot be read.
    Unreadable,
}

impl Reason {
    /// Whether a delivery with this reason waits; else it was refused.
    pub const fn waits(self) -> bool {
        matches!(self, Reason::Gap | Reason::Behind | Reason::SameDate | Reason::Fork)
    }

    /// Whether it lies in what was applied before, and not in the file.
    pub const fn is_of_chain(self) -> bool {
        self.waits() || matches!(self, Reason::Older)
    }

    /// The reason in Danish.
    pub const fn text(self) -> &'static str {
        match self {
            Reason::Gap => {
                "Leverancen bygger videre på en leverance, der mangler. Skaf den, eller spring over med en begrundelse."
            }
            Reason::Behind => "Leverancen bygger videre på en anden leverance, som også venter.",
            Reason::SameDate => "Der er allerede indlæst en leverance med samme produktionsdato og et andet indhold.",
            Reason::Fork => "Leverancen bygger ikke videre på den seneste, der er indlæst.",
            Reason::Older => {
                "Leverancen er ældre end det, der er indlæst, og nyere oplysninger overskrives aldrig af ældre."
            }
            Reason::WrongTask => "Leverancen hører til en anden opgave hos CPR end den, der er sat op her.",
            Reason::ForeignProduct => "Filen er et andet produkt fra CPR end ændringsudtrækket.",
            Reason::BadStart => "Filen begynder ikke med netop én startpost.",
            Reason::Incomplete => "Filen slutter ikke med en slutpost: den er skåret over eller ikke færdig.",
            Reason::BadEnd => "Filens slutpost står ikke sidst, eller der er flere.",
            Reason::WrongCount => "Filen har et andet antal poster, end dens slutpost siger.",
            Reason::Unreadable => "En post i filen kan ikke læses.",
        }
    }
}

/// A delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The key.
    pub id: Uuid,
    /// SHA-256 of the content, 64 hexadecimal digits: a delivery is known by it.
    pub content_hash: String,
    /// Its name where it came from.
    pub file_name: Option<String>,
    /// Bytes.
    pub size: i64,
    /// What its envelope says; `None` where the envelope could not be read.
    pub envelope: Option<Envelope>,
    /// What has become of it.
    pub state: State,
    /// Why it waits or was refused.
    pub reason: Option<Reason>,
    /// Who let it go, and why.
    pub bridge: Option<Bridge>,
    /// An operator can let it go: it waits, and nothing older of its task could still be applied before it.
    pub may_be_bridged: bool,
    /// How many persons of the file, in order of first appearance, have been handled.
    pub progress: i64,
    /// What became of them.
    pub counts: Counts,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// When the last of it was applied.
    pub applied_at: Option<DateTime<Utc>>,
}

/// What a sound file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// CPR's task, 6 digits.
    pub task_number: String,
    /// Where it stands in the task's chain.
    pub link: Link,
    /// How many persons are in it.
    pub persons: i64,
}

/// An operator's decision to go on although something is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bridge {
    /// Why.
    pub reason: String,
    /// Who: the token's subject.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of the persons of a delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Something changed here.
    pub changed: i64,
    /// Nothing changed here.
    pub unchanged: i64,
    /// Set aside.
    pub failed: i64,
    /// Of the unchanged: nobody here has them.
    pub unexpected: i64,
}

impl Counts {
    /// All persons.
    pub const fn persons(&self) -> i64 {
        self.changed + self.unchanged + self.failed
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.failed += other.failed;
        self.unexpected += other.unexpected;
    }
}

impl Delivery {
    /// Refused because of what it is, whatever was applied before.
    pub fn is_refused_for_itself(&self) -> bool {
        self.state == State::Refused && !self.reason.is_some_and(Reason::is_of_chain)
    }

    /// With a gap: the production date that it follows.
    pub fn missing_since(&self) -> Option<NaiveDate> {
        match self.reason {
            Some(Reason::Gap | Reason::Behind) => self.envelope.as_ref()?.link.previous,
            _ => None,
        }
    }
}

/// What is wrong with a delivery or with one person in it. Never says what stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryProblem {
    /// A stable name for it, `kebab-case`.
    pub kind: String,
    /// Where in the file, in Danish ("post 17", "person 3").
    pub place: Option<String>,
    /// What is wrong, in Danish.
    pub text: String,
    /// The party, where the person has one here.
    pub party_id: Option<Uuid>,
}
