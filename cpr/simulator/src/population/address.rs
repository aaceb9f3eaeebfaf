//! Where a person lives, lived, or went.

use cpr::CprDate;
use serde::Deserialize;

use super::reading::{date, date_or_none};

/// A current address in Denmark or Greenland.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Municipality code, four digits.
    pub municipality: String,
    /// Road code, four digits; 99xx are no roads but say "no fixed abode" and the like.
    pub road: String,
    /// House number: three digits and perhaps a letter.
    #[serde(default)]
    pub house: String,
    /// Floor: `01`–`99`, `st`, `kl`, `k2`, `k3`.
    #[serde(default)]
    pub floor: String,
    /// Door: `tv`, `mf`, `th`, or four digits.
    #[serde(default)]
    pub door: String,
    /// Building number (*bygningsnummer*), Greenland only.
    #[serde(default)]
    pub building: String,
    /// With its `c/o `.
    #[serde(default)]
    pub care_of: String,
    /// Locality (*lokalitet*).
    #[serde(default)]
    pub locality: String,
    /// Supplementary town name (*bynavn*).
    #[serde(default)]
    pub town: String,
    /// Postal code.
    pub post: String,
    /// Moved in.
    #[serde(default, deserialize_with = "date_or_none")]
    pub since: Option<CprDate>,
}

impl Address {
    /// The status of who lives there: `01`; `03` where the road is none (99xx); `05` and `07` in Greenland.
    pub(super) fn status(&self) -> &'static str {
        match (self.municipality.starts_with("09"), self.road.starts_with("99")) {
            (false, false) => "01",
            (false, true) => "03",
            (true, false) => "05",
            (true, true) => "07",
        }
    }

    /// The parts that name the dwelling.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place {
            municipality: &self.municipality,
            road: &self.road,
            house: &self.house,
            floor: &self.floor,
            door: &self.door,
            building: &self.building,
        }
    }
}

/// An address that the person had.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerAddress {
    /// Empty on a normal row, else `K` corrected, `A` annulled.
    #[serde(default)]
    pub mark: String,
    /// As in [`Address`].
    pub municipality: String,
    /// As in [`Address`].
    pub road: String,
    /// As in [`Address`].
    #[serde(default)]
    pub house: String,
    /// As in [`Address`].
    #[serde(default)]
    pub floor: String,
    /// As in [`Address`].
    #[serde(default)]
    pub door: String,
    /// As in [`Address`].
    #[serde(default)]
    pub building: String,
    /// As in [`Address`].
    #[serde(default)]
    pub care_of: String,
    /// Moved in.
    #[serde(default, deserialize_with = "date_or_none")]
    pub from: Option<CprDate>,
    /// Moved out.
    #[serde(default, deserialize_with = "date_or_none")]
    pub until: Option<CprDate>,
}

impl FormerAddress {
    /// The parts that name the dwelling.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place {
            municipality: &self.municipality,
            road: &self.road,
            house: &self.house,
            floor: &self.floor,
            door: &self.door,
            building: &self.building,
        }
    }
}

/// The parts of an address that name a dwelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// As in [`Address`].
    pub municipality: &'a str,
    /// As in [`Address`].
    pub road: &'a str,
    /// As in [`Address`].
    pub house: &'a str,
    /// As in [`Address`].
    pub floor: &'a str,
    /// As in [`Address`].
    pub door: &'a str,
    /// As in [`Address`].
    pub building: &'a str,
}

/// Gone abroad.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emigrated {
    /// CPR's code of the country.
    pub country: String,
    /// When.
    #[serde(deserialize_with = "date")]
    pub since: CprDate,
    /// The foreign address, up to five lines.
    #[serde(default)]
    pub lines: Vec<String>,
}

/// A period abroad that has ended; its beginning may lie before the register.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emigration {
    /// Empty on a normal row.
    #[serde(default)]
    pub mark: String,
    /// Country gone to.
    #[serde(default)]
    pub out_country: String,
    /// When.
    #[serde(default, deserialize_with = "date_or_none")]
    pub out: Option<CprDate>,
    /// Country come from.
    pub in_country: String,
    /// When.
    #[serde(deserialize_with = "date")]
    pub back: CprDate,
    /// The foreign address, up to five lines.
    #[serde(default)]
    pub lines: Vec<String>,
}

/// A disappearance that has ended.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disappearance {
    /// Empty on a normal row, else `K` corrected, `A` annulled.
    #[serde(default)]
    pub mark: String,
    /// Gone.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Found.
    #[serde(deserialize_with = "date")]
    pub until: CprDate,
}

/// An address of up to five lines of text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextAddress {
    /// The lines.
    pub lines: Vec<String>,
    /// Registered.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Day of deletion.
    #[serde(default, deserialize_with = "date_or_none")]
    pub until: Option<CprDate>,
}
