//! What a search refuses to search by. Each check looks at one field or pair, and names CPR's error number.

use cpr::CprDate;
use cpr::codes::municipality;
use cpr::gctp::{FieldError, Fields, Page, Receipt, Record};

pub(super) fn municipality_of(key: &Fields) -> Result<Option<&str>, Receipt> {
    four_digits(key, "KOMK")?;
    match key.get("KOMK").value() {
        Some(code) if municipality(code).is_none() => Err(Receipt::error(3975, "Kommunekoden findes ikke")),
        code => Ok(code),
    }
}

pub(super) fn four_digits(key: &Fields, name: &str) -> Result<(), Receipt> {
    match key.get(name).value() {
        Some(code) if !is_digits(code) => Err(Receipt::error(725, format!("{name} må kun indeholde cifre"))),
        Some(code) if code.len() != 4 => Err(Receipt::error(724, format!("{name} skal udfyldes fuldt ud"))),
        _ => Ok(()),
    }
}

/// Three digits from 001, and perhaps a letter.
pub(super) fn house_number(key: &Fields, name: &str) -> Result<(), Receipt> {
    let Some(house) = key.get(name).value().map(str::trim_end) else { return Ok(()) };
    let fits = house.split_at_checked(3).is_some_and(|(number, letter)| {
        let is_letter = letter.is_empty() || (letter.len() == 1 && letter.bytes().all(|it| it.is_ascii_alphabetic()));
        is_digits(number) && number != "000" && is_letter
    });
    if fits { Ok(()) } else { Err(Receipt::error(30, format!("{name} skal være 001-999 og eventuelt et bogstav"))) }
}

pub(super) fn exclude_each_other(key: &Fields) -> Result<(), Receipt> {
    let filled = |name: &str| !key.get(name).is_empty();
    let clash = [("HNR", "BNR"), ("HNR", "HNRF"), ("HNR", "HNRT"), ("LIUL", "HNR")]
        .into_iter()
        .find(|(one, other)| filled(one) && filled(other));
    match clash {
        None => Ok(()),
        Some((one, other)) => Err(Receipt::error(1068, format!("Kun {one} eller {other} må udfyldes"))),
    }
}

pub(super) fn floor(key: &Fields) -> Result<(), Receipt> {
    let Some(floor) = key.get("ETAG").value() else { return Ok(()) };
    let text = floor.trim().to_lowercase();
    let is_number = is_digits(&text) && text.len() <= 2 && !text.trim_start_matches('0').is_empty();
    if is_number || matches!(text.as_str(), "st" | "kl" | "k2" | "k3" | "mz" | "kv" | "pt") {
        Ok(())
    } else {
        Err(Receipt::error(43, "Etagen er ugyldig"))
    }
}

pub(super) fn sex(key: &Fields) -> Result<(), Receipt> {
    match key.get("KON").value() {
        None | Some("K" | "k" | "M" | "m") => Ok(()),
        Some(_) => Err(Receipt::error(47, "Køn skal være K eller M")),
    }
}

pub(super) fn period(key: &Fields) -> Result<Period, Receipt> {
    let day = |name: &str| {
        let Some(text) = key.get(name).value() else { return Ok(None) };
        let date = CprDate::parse(text).filter(|date| date.time.is_none() && date.date().is_some());
        match date {
            Some(date) if date.year > 1857 => Ok(Some(date)),
            _ => Err(Receipt::error(1055, format!("{name} skal være en dato efter 1857"))),
        }
    };
    let period = Period { from: day("FDTO")?, to: day("TDTO")? };
    match (period.from, period.to) {
        (Some(from), Some(to)) if to <= from => Err(Receipt::error(672, "Til-dato skal være efter fra-dato")),
        _ => Ok(period),
    }
}

pub(super) fn extra_names(key: &Fields) -> Result<(), Receipt> {
    match key.get("NDNR").value() {
        None => Ok(()),
        Some("SY1" | "SY2" | "SY3" | "SY4" | "ST1" | "ST2" | "ST3" | "ST4") => {
            if ["NVN1", "NVN2", "NVN3"].into_iter().all(|name| key.get(name).is_empty()) {
                return Err(Receipt::error(3935, "Ekstra navn skal angives"));
            }
            Ok(())
        }
        Some(_) => Err(Receipt::error(3891, "NDNR skal være blank, SY1-SY4 eller ST1-ST4")),
    }
}

pub(super) fn page(key: &Fields) -> Result<Page, Receipt> {
    numeric(key, "MAXA")?;
    Page::read(key).map_err(form_error)
}

pub(super) fn numeric(key: &Fields, name: &str) -> Result<(), Receipt> {
    match key.get(name).value() {
        Some(text) if !is_digits(text) || text.len() > 9 => {
            Err(Receipt::error(37, format!("{name} skal være numerisk")))
        }
        _ => Ok(()),
    }
}

/// Nothing that the checks above let through fails to be read; should it, the field has a value of the wrong form.
pub(super) fn form_error(error: FieldError) -> Receipt {
    Receipt::error(60, format!("Ugyldige tegn i {}", error.field))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Clone, Copy)]
pub(super) struct Period {
    pub(super) from: Option<CprDate>,
    pub(super) to: Option<CprDate>,
}

impl Period {
    /// Whether a stay from `from` until `until` (still there if `None`) touches the period.
    pub(super) fn touches(&self, from: Option<CprDate>, until: Option<CprDate>) -> bool {
        let day = |date: CprDate| (date.year, date.month, date.day);
        let ends_before = |until: Option<CprDate>, from: Option<CprDate>| match (until, from) {
            (Some(until), Some(from)) => day(until) < day(from),
            _ => false,
        };
        !ends_before(until, self.from) && !ends_before(self.to, from)
    }
}
