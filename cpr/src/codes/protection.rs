/// A protection that a person has asked for (*beskyttelse*). CPR Services writes the code with five digits, the
/// records of extracts with four.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtectionKind {
    /// 00001 *Navne- og adressebeskyttelse*: name and address are not given from CPR to private parties; authorities
    /// get them with the mark and must not pass them on. The only kind that blanks an answer.
    NameAndAddress,
    /// 00002 *Lokalvejviserbeskyttelse*: not in local directories.
    LocalDirectory,
    /// 00003 *Markedsføringsbeskyttelse*: not to be approached for marketing.
    Marketing,
    /// 00004 *Forskerbeskyttelse*: not in extracts for research. Discontinued; still in old data.
    Research,
    /// 00005 *Kreditadvarsel*: a warning to those who give credit.
    CreditWarning,
    /// A code that is in no table we know, as it was delivered.
    Unknown(String),
}

impl ProtectionKind {
    /// Every known kind, in the order of the codes.
    pub const ALL: &'static [Self] =
        &[Self::NameAndAddress, Self::LocalDirectory, Self::Marketing, Self::Research, Self::CreditWarning];

    /// The kind of a code of four or five digits; an unknown one is kept.
    #[must_use]
    pub fn of(code: &str) -> Self {
        if !matches!(code.len(), 4 | 5) {
            return Self::Unknown(code.to_owned());
        }
        match code.trim_start_matches('0') {
            "1" => Self::NameAndAddress,
            "2" => Self::LocalDirectory,
            "3" => Self::Marketing,
            "4" => Self::Research,
            "5" => Self::CreditWarning,
            _ => Self::Unknown(code.to_owned()),
        }
    }

    /// The code as CPR Services writes it, five digits.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NameAndAddress => "00001",
            Self::LocalDirectory => "00002",
            Self::Marketing => "00003",
            Self::Research => "00004",
            Self::CreditWarning => "00005",
            Self::Unknown(code) => code,
        }
    }

    /// The Danish name; empty for an unknown code.
    #[must_use]
    pub fn text(&self) -> &'static str {
        match self {
            Self::NameAndAddress => "Navne- og adressebeskyttelse",
            Self::LocalDirectory => "Lokalvejviserbeskyttelse",
            Self::Marketing => "Markedsføringsbeskyttelse",
            Self::Research => "Forskerbeskyttelse",
            Self::CreditWarning => "Kreditadvarsel",
            Self::Unknown(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_and_five_digits_mean_the_same_kind() {
        for kind in ProtectionKind::ALL {
            assert_eq!(&ProtectionKind::of(kind.code()), kind);
            assert_eq!(&ProtectionKind::of(&kind.code()[1..]), kind);
        }
        assert_eq!(ProtectionKind::of("00009").code(), "00009");
        assert_eq!(ProtectionKind::of("1"), ProtectionKind::Unknown("1".to_owned()));
    }
}
