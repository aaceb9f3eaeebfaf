//! The tables of fields. A record is declared once, with [`record!`]; from that come the struct, its reader, its writer
//! and its [`Layout`], so that whoever writes (the simulator) and whoever reads (the client) use the same names.

use super::records::{
    Adresse3, Adresse4, AdrsogRow, Beskyt3, Civil3, FamilieRow, Navne3, NvnsogRow, Stam, Stamp, TidlpnrRow,
};
use super::{Fields, service};

/// Something that CPR writes as a set of fields.
pub trait Record: Sized {
    /// The table of its fields.
    const LAYOUT: Layout;

    /// Reads the record; absent fields are empty, unknown ones are passed over.
    ///
    /// # Errors
    /// The first field whose value has not the form that its column expects.
    fn read(fields: &Fields) -> Result<Self, FieldError>;

    /// The filled fields of the record.
    fn write(&self) -> Fields;
}

/// The fields of one record in CPR's order, and where they stand in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Where the fields stand.
    pub place: Place,
    /// The fields in the order in which CPR writes them, as far as it is known.
    pub columns: &'static [Column],
}

/// Where the fields of a record stand in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a question's key.
    Key,
    /// In a presentation group (*Praes*) of that name.
    Presentation(&'static str),
    /// Loose in the main role.
    Loose,
    /// In the rows of the table of that name.
    Rows(&'static str),
}

/// A field, and the field with its uncertainty mark if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// CPR's name of the field.
    pub name: &'static str,
    /// CPR's name of the field that marks this one as uncertain.
    pub mark: Option<&'static str>,
}

/// A field whose value has another form than its column expects. Names the place and the expectation, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field {field}: expected {expected}")]
pub struct FieldError {
    /// CPR's name of the field.
    pub field: &'static str,
    /// What the column expects.
    pub expected: &'static str,
}

impl Layout {
    /// The names of all fields, marks after the fields they mark.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().flat_map(|column| [Some(column.name), column.mark]).flatten()
    }

    /// Whether the record has a field of that name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

/// The layout of a service's answer, if this crate has one.
#[must_use]
pub fn layout_of(service_id: &str) -> Option<Layout> {
    Some(match service_id {
        service::STAM => Stam::LAYOUT,
        service::STAMP => Stamp::LAYOUT,
        service::NAVNE3 => Navne3::LAYOUT,
        service::ADRESSE3 => Adresse3::LAYOUT,
        service::ADRESSE4 => Adresse4::LAYOUT,
        service::BESKYT3 => Beskyt3::LAYOUT,
        service::FAMILIE => FamilieRow::LAYOUT,
        service::CIVIL3 => Civil3::LAYOUT,
        service::TIDLPNR => TidlpnrRow::LAYOUT,
        service::ADRSOG1 => AdrsogRow::LAYOUT,
        service::NVNSOG2 => NvnsogRow::LAYOUT,
        _ => return None,
    })
}

/// Declares a record: `field: Type = "CPRNAME", mark "CPRMARK";`.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $place:expr;
        $( $(#[$field_meta:meta])* $field:ident: $type:ty = $cpr:expr $(, mark $mark:expr)?; )+
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name { $( $(#[$field_meta])* pub $field: $type, )+ }

        impl $crate::gctp::Record for $name {
            const LAYOUT: $crate::gctp::Layout = $crate::gctp::Layout {
                place: $place,
                columns: &[$( $crate::gctp::Column { name: $cpr, mark: $crate::gctp::layout::mark!($($mark)?) } ),+],
            };

            fn read(fields: &$crate::gctp::Fields) -> Result<Self, $crate::gctp::FieldError> {
                Ok(Self { $(
                    $field: {
                        let mark: Option<&str> = $crate::gctp::layout::mark!($($mark)?);
                        let mark = mark.map_or($crate::gctp::Field::EMPTY, |name| fields.get(name));
                        $crate::gctp::value::Value::read(fields.get($cpr), mark)
                            .map_err(|expected| $crate::gctp::FieldError { field: $cpr, expected })?
                    },
                )+ })
            }

            fn write(&self) -> $crate::gctp::Fields {
                let mut fields = $crate::gctp::Fields::default();
                $(
                    let (field, mark) = $crate::gctp::value::Value::write(&self.$field);
                    fields.set($cpr, field);
                    if let Some(name) = $crate::gctp::layout::mark!($($mark)?) {
                        let name: &str = name;
                        fields.set(name, mark);
                    }
                )+
                fields
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}{:?}", stringify!($name), $crate::gctp::Record::write(self))
            }
        }
    };
}
pub(crate) use record;

macro_rules! mark {
    () => {
        None
    };
    ($mark:expr) => {
        Some($mark)
    };
}
pub(crate) use mark;
