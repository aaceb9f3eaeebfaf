//! How the values of the population file are read.

use cpr::{CprDate, PersonalNumber, Sex};
use serde::{Deserialize, Deserializer, de::Error as _};

pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PersonalNumber, D::Error> {
    PersonalNumber::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn number_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PersonalNumber>, D::Error> {
    number(deserializer).map(Some)
}

pub(super) fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PersonalNumber>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| PersonalNumber::parse(text).map_err(D::Error::custom)).collect()
}

pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CprDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    let (digits, uncertain) = text.strip_suffix('*').map_or((text.as_str(), false), |digits| (digits, true));
    let date = CprDate::parse(digits).ok_or_else(|| D::Error::custom("a date has 8 or 12 digits, perhaps a `*`"))?;
    Ok(date.with_uncertainty(uncertain))
}

pub(super) fn date_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CprDate>, D::Error> {
    date(deserializer).map(Some)
}

pub(super) fn sex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sex, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "M" => Ok(Sex::Male),
        "K" => Ok(Sex::Female),
        _ => Err(D::Error::custom("sex is `M` or `K`")),
    }
}
