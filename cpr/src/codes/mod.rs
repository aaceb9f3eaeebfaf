//! The code tables that belong to CPR: what its short codes mean, with the Danish words that a reader is shown.
//!
//! An unknown code is never an error: CPR adds codes without asking. Each enum keeps it in `Unknown`.

mod civil_status;
mod country;
mod family;
mod municipality;
mod protection;
mod status;

pub use civil_status::CivilStatus;
pub use country::{Country, country};
pub use family::{CustodyHolder, FamilyRelation};
pub use municipality::{is_greenland, municipality};
pub use protection::ProtectionKind;
pub use status::{AddressStanding, PersonStatus};

/// Declares an enum of codes with the Danish text of each, and keeps the codes that nobody knew.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $code:literal, $text:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
            /// A code that is in no table we know, as it was delivered.
            Unknown(String),
        }

        impl $name {
            /// Every known value, in the order of the table.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The value of a code; an unknown one is kept.
            #[must_use]
            pub fn of(code: &str) -> Self {
                match code {
                    $( $code => Self::$variant, )+
                    other => Self::Unknown(other.to_owned()),
                }
            }

            /// CPR's code.
            #[must_use]
            pub fn code(&self) -> &str {
                match self {
                    $( Self::$variant => $code, )+
                    Self::Unknown(code) => code,
                }
            }

            /// The Danish words for a reader; empty for an unknown code.
            #[must_use]
            pub fn text(&self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Unknown(_) => "",
                }
            }
        }
    };
}
pub(crate) use codes;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back_as_the_same_value() {
        for value in PersonStatus::ALL {
            assert_eq!(&PersonStatus::of(value.code()), value);
            assert!(!value.text().is_empty());
        }
        for value in CivilStatus::ALL {
            assert_eq!(&CivilStatus::of(value.code()), value);
        }
        for value in FamilyRelation::ALL {
            assert_eq!(&FamilyRelation::of(value.code()), value);
        }
    }

    #[test]
    fn an_unknown_code_is_kept() {
        let status = PersonStatus::of("42");
        assert_eq!((status.code(), status.text()), ("42", ""));
    }
}
