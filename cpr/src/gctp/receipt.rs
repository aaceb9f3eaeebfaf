//! Receipts (*Kvit*): how CPR says that it worked, or why not. Every number of the handbook's lists is a named error.

use std::fmt;

/// A receipt as it stands in a message. Its texts may quote a personal number, so `Debug` shows kind and number only.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What sort of receipt it is (`r`).
    pub kind: ReceiptKind,
    /// The number (`v`), if it is one.
    pub number: Option<u32>,
    /// The text (`t`).
    pub text: String,
    /// The lines of a long message.
    pub lines: Vec<String>,
}

/// The sort of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptKind {
    /// `Ok`: fine.
    Ok,
    /// `Afslut`: an update was saved.
    Saved,
    /// `Anmrk`: a remark that may be passed over.
    Remark,
    /// `Fejl`: an error in data or key.
    Error,
    /// `System`: a technical error at CPR.
    System,
    /// `Dump`: a technical dump.
    Dump,
    /// `returKode`: a receipt of the security system.
    Security,
    /// A sort that nobody knew.
    Unknown(String),
}

impl ReceiptKind {
    /// The kind of CPR's word; an unknown one is kept.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "Ok" => Self::Ok,
            "Afslut" => Self::Saved,
            "Anmrk" => Self::Remark,
            "Fejl" => Self::Error,
            "System" => Self::System,
            "Dump" => Self::Dump,
            "returKode" => Self::Security,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// CPR's word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Ok => "Ok",
            Self::Saved => "Afslut",
            Self::Remark => "Anmrk",
            Self::Error => "Fejl",
            Self::System => "System",
            Self::Dump => "Dump",
            Self::Security => "returKode",
            Self::Unknown(word) => word,
        }
    }
}

impl Receipt {
    /// `Ok`.
    #[must_use]
    pub fn ok() -> Self {
        Self { kind: ReceiptKind::Ok, number: Some(0), text: String::new(), lines: Vec::new() }
    }

    /// `Fejl` with a number and CPR's text.
    #[must_use]
    pub fn error(number: u32, text: impl Into<String>) -> Self {
        Self { kind: ReceiptKind::Error, number: Some(number), text: text.into(), lines: Vec::new() }
    }

    /// `System`: a technical error at CPR.
    #[must_use]
    pub fn system(number: u32, text: impl Into<String>) -> Self {
        Self { kind: ReceiptKind::System, number: Some(number), text: text.into(), lines: Vec::new() }
    }

    /// A receipt of the security system.
    #[must_use]
    pub fn security(number: u32, text: impl Into<String>) -> Self {
        Self { kind: ReceiptKind::Security, number: Some(number), text: text.into(), lines: Vec::new() }
    }

    /// Why a service refused, or `None` if it did not. A remark is no refusal: the data stand beside it.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self.kind {
            ReceiptKind::Ok | ReceiptKind::Saved | ReceiptKind::Remark => None,
            ReceiptKind::System | ReceiptKind::Dump => Some(Refusal::Technical),
            ReceiptKind::Unknown(_) if self.number == Some(0) => None,
            ReceiptKind::Error | ReceiptKind::Security | ReceiptKind::Unknown(_) => Some(Refusal::of(self.number)),
        }
    }

    /// What the security system said.
    ///
    /// # Errors
    /// Everything but 900.
    pub fn sign_on(&self) -> Result<(), SignOnRefusal> {
        match self.number {
            Some(900) => Ok(()),
            number => Err(SignOnRefusal::of(number)),
        }
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Receipt")
            .field("kind", &self.kind)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Declares an enum of numbered errors.
macro_rules! numbered {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $number:literal, $message:literal; )+ }
        $( plain { $( $(#[$plain_meta:meta])* $plain:ident, $plain_message:literal; )+ } )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        pub enum $name {
            $( $(#[$variant_meta])* #[doc = concat!("\n\nNumber ", $number, ".")] #[error($message)] $variant, )+
            $( $( $(#[$plain_meta])* #[error($plain_message)] $plain, )+ )?
            /// A number that is in no list we know; `None` if there was no number.
            #[error("CPR refused with a number that is in no list: {0:?}")]
            Unknown(Option<u32>),
        }

        impl $name {
            /// The refusals that have a number of their own.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The refusal of a number.
            #[must_use]
            pub fn of(number: Option<u32>) -> Self {
                match number {
                    $( Some($number) => Self::$variant, )+
                    other => Self::Unknown(other),
                }
            }

            /// CPR's number.
            #[must_use]
            pub fn number(self) -> Option<u32> {
                match self {
                    $( Self::$variant => Some($number), )+
                    $( $( Self::$plain => None, )+ )?
                    Self::Unknown(number) => number,
                }
            }
        }
    };
}

numbered! {
    /// What the security system of CPR Services says other than 900.
    pub enum SignOnRefusal {
        /// The token is missing, unknown or expired: sign on and repeat once.
        TokenUnknown = 901, "the token is not known";
        /// The user id is not defined.
        UserUnknown = 902, "the user id is not defined in CPR's security system";
        /// The user id is inactive or locked; the customer's administrator must act.
        UserInactive = 903, "the user id is inactive or locked";
        /// The user id has the wrong form.
        UserMalformed = 904, "the user id has the wrong form";
        /// Wrong password. The fifth in a row locks the user.
        PasswordWrong = 905, "the password is wrong";
        /// The password has expired and must be changed.
        PasswordExpired = 906, "the password has expired";
        /// The two new passwords differ.
        PasswordsDiffer = 907, "the two new passwords differ";
        /// The new password breaks the rules.
        NewPasswordInvalid = 908, "the new password breaks CPR's rules";
        /// An error inside CPR's security system.
        ServerError = 999, "CPR's security system failed";
    }
}

numbered! {
    /// Why a service refused. Names nothing that was asked.
    pub enum Refusal {
        /// The authority does not exist.
        AuthorityUnknown = 4, "the authority code does not exist";
        /// The sending authority may not use the service.
        AuthorityMayNot = 5, "the authority may not use the service";
        /// A field that the service does not have.
        FieldUnknown = 16, "the service has no such field";
        /// The key has a type that does not exist.
        KeyUnknown = 27, "the key type does not exist";
        /// House number: not 001–999 and an optional letter.
        HouseNumberInvalid = 30, "the house number is not 001-999 and an optional letter";
        /// Number of rows, or another numeric field.
        NotNumeric = 37, "a numeric field is not numeric";
        /// Invalid date.
        DateInvalid = 40, "a date is invalid";
        /// Invalid floor.
        FloorInvalid = 43, "the floor is invalid";
        /// Sex other than k/K/m/M.
        SexInvalid = 47, "the sex is not K or M";
        /// Even/odd other than L or U.
        ParityInvalid = 48, "even or odd house numbers are neither L nor U";
        /// Not a valid personal number.
        NumberInvalid = 52, "not a valid personal number";
        /// Characters outside CPR's set.
        CharactersInvalid = 60, "characters outside CPR's set";
        /// A mark other than blank, x, X.
        MarkInvalid = 78, "a mark is neither blank nor X";
        /// Invalid timestamp.
        TimestampInvalid = 89, "a timestamp is invalid";
        /// The person is not in CPR.
        PersonNotFound = 172, "the person is not in CPR";
        /// The user has no access through the authority.
        AuthorityNoAccess = 184, "the authority has no access to the event";
        /// A search in former names needs a name.
        NameMissing = 628, "a search in former names needs a name";
        /// The to-date must be later than the from-date.
        PeriodInvalid = 672, "the period ends before it begins";
        /// A field of four digits must be filled in full.
        FourDigitsMissing = 724, "a field of four digits is not filled in full";
        /// Digits only.
        DigitsOnly = 725, "a field takes digits only";
        /// **No access to the service.**
        NoAccess = 1035, "no access to the service";
        /// The period has a wrong form or begins before 1858.
        PeriodFormInvalid = 1055, "a date of the period is invalid or before 1858";
        /// Two fields of which only one may be filled.
        ExcludingFields = 1068, "two fields are filled that exclude each other";
        /// Deleting a protection that does not exist.
        ProtectionMissing = 2017, "the protection does not exist";
        /// No access at this time.
        ClosedNow = 2212, "no access to the service at this time";
        /// Access only between two times of day.
        ClosedOutsideHours = 2213, "access to the service only at certain hours";
        /// Invalid restart key.
        RestartKeyInvalid = 2660, "the key of the next page is invalid";
        /// The way extra names count is none of those known.
        ExtraNamesInvalid = 3891, "the way extra names count is unknown";
        /// Extra names are announced but not given.
        ExtraNamesMissing = 3935, "extra names are announced but not given";
        /// The municipality must be given.
        MunicipalityMissing = 3974, "the municipality must be given";
        /// The municipality does not exist.
        MunicipalityUnknown = 3975, "the municipality does not exist";
        /// Not a UUID of version 4.
        UuidInvalid = 4333, "not a UUID of version 4";
        /// The chosen authority cannot be used for the event.
        AuthorityUnusable = 4455, "the authority cannot be used for the event";
        /// Country or "on behalf of" is not allowed at initialisation.
        OnBehalfOf = 4599, "country or on behalf of is not allowed here";
        /// The authority may not be used as the establishing one.
        AuthorityNotEstablishing = 5322, "the authority may not be used as the establishing one";
        /// The key was changed after initialisation.
        KeyChanged = 5404, "the key was changed after initialisation";
    }
    plain {
        /// A technical error at CPR (receipt `System` or `Dump`).
        Technical, "a technical error at CPR";
    }
}

/// What a caller can do about a [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalGroup {
    /// The person is not in CPR (172).
    NotFound,
    /// The personal number or another field of the question has an invalid value.
    InvalidKey,
    /// The criteria are not enough to search by.
    InsufficientCriteria,
    /// The user has no access to the service (1035, 184, 5).
    NoAccess,
    /// The service is closed at this time (2212, 2213).
    Closed,
    /// An error at CPR: try later.
    Technical,
    /// A number that is in no list we know.
    Unknown,
}

impl Refusal {
    /// The group of the refusal.
    #[must_use]
    pub fn group(self) -> RefusalGroup {
        match self {
            Self::PersonNotFound => RefusalGroup::NotFound,
            Self::NameMissing | Self::ExtraNamesMissing | Self::MunicipalityMissing => {
                RefusalGroup::InsufficientCriteria
            }
            Self::NoAccess | Self::AuthorityMayNot | Self::AuthorityNoAccess => RefusalGroup::NoAccess,
            Self::ClosedNow | Self::ClosedOutsideHours => RefusalGroup::Closed,
            Self::Technical => RefusalGroup::Technical,
            Self::Unknown(_) => RefusalGroup::Unknown,
            _ => RefusalGroup::InvalidKey,
        }
    }
}
