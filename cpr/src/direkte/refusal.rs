//! The error numbers (*FEJLNR*), as the lists of three public clients agree on them.

/// Why CPR refused a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// 01: user or password are wrong. The fifth in a row locks the user.
    #[error("user or password are wrong (01)")]
    WrongPassword,
    /// 02: the password has expired, a new one is required.
    #[error("the password has expired (02)")]
    PasswordExpired,
    /// 03: the new password breaks CPR's rules.
    #[error("the new password has a wrong form (03)")]
    NewPasswordMalformed,
    /// 04: the service table is temporarily closed.
    #[error("no access now, the service table is closed (04)")]
    ServiceTableClosed,
    /// 05: nobody in CPR has the number.
    #[error("nobody has the number (05)")]
    UnknownPerson,
    /// 06: the customer number is unknown.
    #[error("the customer number is unknown (06)")]
    UnknownCustomer,
    /// 07: the token has expired; log on again.
    #[error("the token has expired (07)")]
    TokenExpired,
    /// 08: deadlock inside CPR.
    #[error("deadlock in CPR (08)")]
    Deadlock,
    /// 09: CPR's front end does not reach its system.
    #[error("no connection inside CPR (09)")]
    NoConnection,
    /// 10: the subscription type (*ABON_TYPE*) is unknown.
    #[error("the subscription type is unknown (10)")]
    UnknownSubscriptionType,
    /// 11: the data type (*DATA_TYPE*) is unknown.
    #[error("the data type is unknown (11)")]
    UnknownDataType,
    /// 14: the profile table is temporarily closed.
    #[error("no access now, the profile table is closed (14)")]
    ProfileTableClosed,
    /// 16: the call came from an address that CPR does not let in.
    #[error("the IP address is not approved (16)")]
    WrongAddress,
    /// 17: no personal number in the call.
    #[error("the personal number is missing (17)")]
    NumberMissing,
    /// 18: the profile is not active.
    #[error("the profile is not active (18)")]
    ProfileInactive,
    /// 24: the person-code profile table is temporarily closed.
    #[error("no access now, the table of person codes is closed (24)")]
    PersonCodeTableClosed,
    /// 28: the person-code profile is not active.
    #[error("the profile of the person code is not active (28)")]
    PersonCodeProfileInactive,
    /// 99: the user has no access to the transaction.
    #[error("the user has no access to the transaction (99)")]
    NoAccess,
    /// A number that no list explains.
    #[error("refused with a number that is not documented ({0:02})")]
    Undocumented(u8),
}

/// What a caller can do about a [`Refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// It passes by itself: try again later.
    Later,
    /// It stays as long as the personal number is this one.
    Number,
    /// Somebody must act: password, approved address, agreement with CPR.
    Configuration,
}

/// Every documented number with its meaning.
const NUMBERS: [(u8, Refusal); 18] = [
    (1, Refusal::WrongPassword),
    (2, Refusal::PasswordExpired),
    (3, Refusal::NewPasswordMalformed),
    (4, Refusal::ServiceTableClosed),
    (5, Refusal::UnknownPerson),
    (6, Refusal::UnknownCustomer),
    (7, Refusal::TokenExpired),
    (8, Refusal::Deadlock),
    (9, Refusal::NoConnection),
    (10, Refusal::UnknownSubscriptionType),
    (11, Refusal::UnknownDataType),
    (14, Refusal::ProfileTableClosed),
    (16, Refusal::WrongAddress),
    (17, Refusal::NumberMissing),
    (18, Refusal::ProfileInactive),
    (24, Refusal::PersonCodeTableClosed),
    (28, Refusal::PersonCodeProfileInactive),
    (99, Refusal::NoAccess),
];

impl Refusal {
    /// The refusal of a number; `None` for 0, which is none.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        let known = NUMBERS.iter().find(|(known, _)| *known == number).map(|(_, refusal)| *refusal);
        (number != 0).then(|| known.unwrap_or(Self::Undocumented(number)))
    }

    /// CPR's number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Undocumented(number) => number,
            known => NUMBERS.iter().find(|(_, refusal)| *refusal == known).map_or(0, |(number, _)| *number),
        }
    }

    /// What a caller can do about it. A number that nobody explains is taken for one that somebody must look into.
    #[must_use]
    pub fn kind(self) -> RefusalKind {
        match self {
            Self::ServiceTableClosed
            | Self::TokenExpired
            | Self::Deadlock
            | Self::NoConnection
            | Self::ProfileTableClosed
            | Self::PersonCodeTableClosed => RefusalKind::Later,
            Self::UnknownPerson => RefusalKind::Number,
            Self::WrongPassword
            | Self::PasswordExpired
            | Self::NewPasswordMalformed
            | Self::UnknownCustomer
            | Self::UnknownSubscriptionType
            | Self::UnknownDataType
            | Self::WrongAddress
            | Self::NumberMissing
            | Self::ProfileInactive
            | Self::PersonCodeProfileInactive
            | Self::NoAccess
            | Self::Undocumented(_) => RefusalKind::Configuration,
        }
    }
}
