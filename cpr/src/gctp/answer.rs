//! What a service of CPR said, generic: fields and tables by CPR's own names.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::layout::{FieldError, Place, Record};
use super::{Field, Fields};

/// The answer of one service: everything that was delivered about the main person (*HovedRolle*), whether this crate
/// knows the field or not.
///
/// The JSON form is stable and compact, made to be stored as "what CPR said" and read again later:
/// `{"service":"STAM","ts":"…","fields":{"PNR":"…","ADRNVN":{"v":"…","t":"…"}},"tables":{"…":{"aia":3,"rest":"…","rows":[{"k":"…","f":{…}}]}}}`,
/// where everything empty is left out. `Debug` shows names of fields and counts only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAnswer {
    /// The service id, such as `STAM`.
    pub service: String,
    /// CPR's communication timestamp: 14 digits of Danish local time and 6 of microseconds.
    #[serde(rename = "ts", default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The fields of the main person, loose or in a presentation group.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
    /// The tables by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, Table>,
}

/// A table of an answer.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// How many rows there are in all, over all pages, where that was asked for.
    #[serde(rename = "aia", default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// The key of the next page; `None` on the last one. Opaque.
    #[serde(rename = "rest", default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<String>,
    /// The rows of this page, break rows among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The row's key. Opaque; it begins with a personal number in some tables.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The kind of row where it is no hit: `B`, a break row, which heads the rows that follow.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The fields of the row.
    #[serde(rename = "f", default, skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
}

impl ServiceAnswer {
    /// An answer without content, as CPR gives when nothing is registered.
    #[must_use]
    pub fn empty(service: impl Into<String>) -> Self {
        Self { service: service.into(), ..Self::default() }
    }

    /// An answer with one record.
    #[must_use]
    pub fn of<R: Record>(service: impl Into<String>, record: &R) -> Self {
        Self { fields: record.write(), ..Self::empty(service) }
    }

    /// An answer with a table of records, each with its row key.
    #[must_use]
    pub fn of_rows<'r, R: Record + 'r>(
        service: impl Into<String>,
        rows: impl IntoIterator<Item = (String, &'r R)>,
    ) -> Self {
        let rows = rows.into_iter().map(|(key, row)| Row { key: Some(key), kind: None, fields: row.write() }).collect();
        let mut answer = Self::empty(service);
        if let Place::Rows(name) = R::LAYOUT.place {
            answer.tables.insert(name.to_owned(), Table { rows, ..Table::default() });
        }
        answer
    }

    /// Whether CPR said nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.tables.values().all(|table| table.rows.is_empty())
    }

    /// The field of that name among the loose ones and the presentation groups.
    #[must_use]
    pub fn field(&self, name: &str) -> &Field {
        self.fields.get(name)
    }

    /// The main person's fields, read as a record.
    ///
    /// # Errors
    /// A field whose value has not the form that its column expects.
    pub fn record<R: Record>(&self) -> Result<R, FieldError> {
        R::read(&self.fields)
    }

    /// The hits of the record's table; no break rows. If there is no table of that name but a single other one, that
    /// one is meant: the names of some tables are known from hearsay only.
    ///
    /// # Errors
    /// A field whose value has not the form that its column expects.
    pub fn rows<R: Record>(&self) -> Result<Vec<R>, FieldError> {
        let hits = self.table_of::<R>().into_iter().flat_map(|table| &table.rows).filter(|row| row.kind.is_none());
        hits.map(|row| R::read(&row.fields)).collect()
    }

    /// The table that [`Self::rows`] reads.
    #[must_use]
    pub fn table_of<R: Record>(&self) -> Option<&Table> {
        let Place::Rows(name) = R::LAYOUT.place else { return None };
        match (self.tables.get(name), self.tables.len()) {
            (Some(table), _) => Some(table),
            (None, 1) => self.tables.values().next(),
            (None, _) => None,
        }
    }

    /// When CPR answered, Danish local time, to the second.
    #[must_use]
    pub fn answered_at(&self) -> Option<NaiveDateTime> {
        let digits = self.timestamp.as_deref()?;
        let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
        let date = NaiveDate::from_ymd_opt(number(0, 4)?.try_into().ok()?, number(4, 6)?, number(6, 8)?)?;
        Some(date.and_time(NaiveTime::from_hms_opt(number(8, 10)?, number(10, 12)?, number(12, 14)?)?))
    }
}

impl fmt::Debug for ServiceAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServiceAnswer")
            .field("service", &self.service)
            .field("fields", &self.fields)
            .field("tables", &self.tables)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Table")
            .field("total", &self.total)
            .field("has_more", &self.rest.is_some())
            .field("rows", &self.rows.len())
            .finish()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Row").field("kind", &self.kind).field("fields", &self.fields).finish_non_exhaustive()
    }
}
