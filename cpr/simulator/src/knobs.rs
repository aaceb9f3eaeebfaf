//! What can be turned on the simulator: how it behaves, and how it misbehaves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the office behaves. As JSON the names are those of the fields; what is left out is as by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// For whom the user signs on.
    pub profile: Profile,
    /// Milliseconds before each answer.
    pub latency_ms: u64,
    /// What goes wrong with answers.
    pub trouble: Option<Trouble>,
    /// How many answers the trouble lasts; `None` = until it is turned off.
    pub trouble_times: Option<u32>,
    /// Which answers the trouble meets.
    pub trouble_on: TroubleOn,
    /// Services that answer with an error number, such as `{"FAMILIE": 1035}` (no access) or 2212 (not now).
    pub refuse: BTreeMap<String, u16>,
    /// Every password is wrong (905), and counted as such.
    pub wrong_password: bool,
    /// A second change of password within 24 hours is refused (908).
    pub one_password_change_a_day: bool,
    /// Answers begin with an XML declaration; `None` = version 1.0 does, 2.0 does not.
    pub prolog: Option<bool>,
    /// Empty fields are left out, as in answers of 2001.
    pub omit_empty_fields: bool,
    /// Answers with data have no receipt (`Kvit`), as in answers of 2001.
    pub omit_receipt: bool,
    /// Answers carry the cookie of CPR's load balancer.
    pub load_balancer_cookie: bool,
    /// One connection per message, which CPR's handbook gives as the rule.
    pub close_connections: bool,
    /// How CPR Direkte behaves.
    pub direkte: DirekteKnobs,
    /// How the night behaves.
    pub night: NightKnobs,
}

/// How CPR Direkte behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DirekteKnobs {
    /// Milliseconds before each answer.
    pub latency_ms: u64,
    /// Answers are sent in pieces of so many bytes; 0 = in one.
    pub segment: usize,
    /// What goes wrong with answers.
    pub trouble: Option<DirekteTrouble>,
    /// How many answers the trouble lasts; `None` = until it is turned off.
    pub trouble_times: Option<u32>,
    /// Error numbers: for `log-on`, for a personal number of ten digits, or for `*`, every call.
    pub refuse: BTreeMap<String, u8>,
    /// How long a token lives, in minutes.
    pub token_minutes: u32,
}

/// What goes wrong with an answer of CPR Direkte. What was asked has been done all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirekteTrouble {
    /// The connection is closed after so many bytes.
    CloseAfter(usize),
    /// The length field is wrong by this.
    WrongLength(i16),
    /// Nothing is answered, and the connection stays open for a minute.
    Silence,
    /// Bytes that are no answer.
    Garbage,
}

/// How the night behaves: what CPR and the customer have agreed on for the task, and how files look and arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NightKnobs {
    /// Each weekday at 20 o'clock (Danish time) a file is delivered, unless there is one of that day already.
    pub scheduled: bool,
    /// Who is newly followed comes in the next file (event A74). Whether CPR does so after CPR Direkte has given the
    /// records already is not known.
    pub new_subscriptions: bool,
    /// Ended subscriptions are receipted (997).
    pub receipts: bool,
    /// `Mortensen,Jens` instead of `Jens Mortensen`.
    pub surname_first: bool,
    /// How lines end.
    pub line_ends: LineEnds,
    /// Blanks at the end of lines are written.
    pub padded: bool,
    /// 001 and 002 in their long form.
    pub long: bool,
    /// All 003 in one block at the end.
    pub names_last: bool,
    /// How a file comes to lie in the folder.
    pub writing: Writing,
}

/// What stands between records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnds {
    /// A line feed.
    #[default]
    Lf,
    /// Carriage return and line feed.
    CrLf,
    /// Nothing.
    None,
}

/// How a file comes to lie in the folder. What CPR's server does is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writing {
    /// Under another name first.
    #[default]
    Renamed,
    /// At once, under its own name.
    Direct,
    /// Under its own name, in pieces within two seconds.
    Slowly,
}

/// Who asks: decides which services there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Everything but the services for private parties.
    #[default]
    Authority,
    /// STAMP only, with protected persons blanked. That private parties have no search is our reading; CPR does not
    /// say.
    Private,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// The connection is closed instead of an answer.
    DropConnection,
    /// An answer with this HTTP status and an empty body.
    HttpStatus(u16),
    /// Half of the answer, then the connection is closed.
    TruncatedAnswer,
    /// The answer, blown up with blanks to this number of bytes.
    OversizedAnswer(usize),
    /// A complete body that is no complete XML.
    GarbledXml,
    /// A technical receipt, `System`.
    SystemReceipt,
}

/// Which answers trouble meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleOn {
    /// All.
    #[default]
    Everything,
    /// Sign-on and change of password.
    SignOn,
    /// Change of password.
    NewPassword,
    /// The services.
    Services,
}

/// What can be done to the users of the office, at both doors, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// No token is known any more.
    ForgetTokens,
    /// The password has reached its age.
    ExpirePassword,
    /// As after the fifth wrong password.
    LockUser,
    /// As by the administrator.
    UnlockUser,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            profile: Profile::Authority,
            latency_ms: 0,
            trouble: None,
            trouble_times: None,
            trouble_on: TroubleOn::Everything,
            refuse: BTreeMap::new(),
            wrong_password: false,
            one_password_change_a_day: true,
            prolog: None,
            omit_empty_fields: false,
            omit_receipt: false,
            load_balancer_cookie: true,
            close_connections: true,
            direkte: DirekteKnobs::default(),
            night: NightKnobs::default(),
        }
    }
}

impl Default for DirekteKnobs {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            segment: 0,
            trouble: None,
            trouble_times: None,
            refuse: BTreeMap::new(),
            token_minutes: 30,
        }
    }
}

impl Default for NightKnobs {
    fn default() -> Self {
        Self {
            scheduled: false,
            new_subscriptions: true,
            receipts: true,
            surname_first: true,
            line_ends: LineEnds::Lf,
            padded: true,
            long: false,
            names_last: false,
            writing: Writing::Renamed,
        }
    }
}

impl DirekteKnobs {
    /// The trouble that the next answer meets, counted down.
    pub(crate) fn next_trouble(&mut self) -> Option<DirekteTrouble> {
        counted(self.trouble?, &mut self.trouble_times)
    }
}

fn counted<T>(trouble: T, times: &mut Option<u32>) -> Option<T> {
    match times {
        None => Some(trouble),
        Some(0) => None,
        Some(times) => {
            *times -= 1;
            Some(trouble)
        }
    }
}

impl Knobs {
    /// The trouble that the next answer meets, counted down.
    pub(crate) fn next_trouble(&mut self, message: TroubleOn) -> Option<Trouble> {
        let met = match self.trouble_on {
            TroubleOn::Everything => true,
            TroubleOn::SignOn => message != TroubleOn::Services,
            wanted => message == wanted,
        };
        counted(self.trouble.filter(|_| met)?, &mut self.trouble_times)
    }
}
