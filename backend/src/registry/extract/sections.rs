//! The CPR tab, section by section, from kept lines.

use std::borrow::Cow;

use chrono::NaiveDate;
use cpr::PersonalNumber;
use cpr::codes::{CivilStatus, ProtectionKind, country, municipality};
use cpr::extract::{PersonRecords, Record, Reference};

use super::{code, field, person};
use crate::domain::details::{
    AddressItem, Availability, CitizenshipItem, CivilStatusItem, ContactAddressItem, Details, FormerNumberItem,
    GuardianshipItem, HistoryItem, NameItem, ProtectionItem, Relation, Relative, Section, StatusItem,
};
use crate::domain::party::Address;
use crate::domain::person::{CprDate, RegisterSource, Status};
use crate::registry::translate::address::{Delivered, parts};
use crate::registry::translate::value::{date, joined, natural_order, protection_code, text};
use crate::registry::{Keep, Kind};

/// The CPR tab of kept lines.
///
/// A record type that every person has exactly one of, and that is not there, was not chosen for the task: CPR told
/// nothing. One that a person may have none of, and that is not there, says that there is none.
pub(in crate::registry) fn details(
    records: &PersonRecords,
    keep: &Keep,
    source: RegisterSource,
    register_date: NaiveDate,
) -> Details {
    let of = Reading { records, keep, source, register_date };
    let has = |codes: &[&str]| codes.iter().any(|code| records.one(code).is_some());
    Details {
        names: of.section(Kind::Names, has(&["008", "003"]), || names(records)),
        status: of.section(Kind::Status, has(&["001"]), || statuses(records)),
        address: of.section(Kind::Address, has(&["002", "003", "005"]), || addresses(records)),
        contact_address: of.section(Kind::Address, true, || contact_addresses(records)),
        civil_status: of.section(Kind::CivilStatus, has(&["012"]), || civil_statuses(records)),
        children: of.section(Kind::Family, true, || children(records)),
        parents: of.section(Kind::Family, has(&["015"]), || parents(records)),
        custody: of.section(Kind::Custody, true, || custody(records)),
        guardianship: of.section(Kind::Guardianship, true, || guardianship(records)),
        citizenship: of.section(Kind::Citizenship, has(&["010"]), || citizenship(records)),
        protections: of.section(Kind::Protection, true, || protections(records)),
        former_numbers: of.section(Kind::FormerNumbers, true, || former_numbers(records)),
        history: of.section(Kind::History, true, || history(records)),
    }
}

struct Reading<'a> {
    records: &'a PersonRecords,
    keep: &'a Keep,
    source: RegisterSource,
    register_date: NaiveDate,
}

impl Reading<'_> {
    fn section<T>(&self, kind: Kind, told: bool, items: impl FnOnce() -> Vec<T>) -> Section<T> {
        if !self.keep.has(kind) {
            return Section::empty(Availability::NotKept);
        }
        // Without 001 the lines are damaged: an absence says nothing.
        if !told || self.records.one("001").is_none() {
            return Section::empty(Availability::NotFetched);
        }
        Section {
            availability: Availability::Delivered,
            as_of: Some(self.register_date),
            source: Some(self.source),
            items: items(),
        }
    }
}

fn names(records: &PersonRecords) -> Vec<NameItem> {
    let (full, clear) = (records.one("008"), records.one("003"));
    let part = |name: &str| full.as_ref().and_then(|record| field(record, name));
    let addressing_name = part("ADRNVN").or_else(|| clear.as_ref().and_then(|record| field(record, "ADRNVN")));
    let item = NameItem {
        first_names: part("FORNVN"),
        middle_name: part("MELNVN"),
        last_name: part("EFTERNVN"),
        addressing_name: addressing_name.and_then(|name| text(natural_order(&name))),
        from: full.as_ref().and_then(|record| from(record, "NVNHAENSTART")),
    };
    let filled = [&item.first_names, &item.middle_name, &item.last_name, &item.addressing_name];
    if filled.into_iter().any(Option::is_some) { vec![item] } else { Vec::new() }
}

fn statuses(records: &PersonRecords) -> Vec<StatusItem> {
    let Some(core) = records.one("001") else { return Vec::new() };
    let item = |status| StatusItem { status: Status::from(status), from: from(&core, "STATUSHAENSTART") };
    code(&core, "STATUS").map(item).into_iter().collect()
}

fn addresses(records: &PersonRecords) -> Vec<AddressItem> {
    let status = records.one("001").and_then(|core| code(&core, "STATUS")).map(Status::from);
    let delivered = person::address(records);
    let (address, kind) = delivered.of(status.as_ref());
    let (coded, abroad) = (records.one("002"), records.one("005"));
    let moved_in = coded.as_ref().and_then(|record| from(record, "TILFLYDTO"));
    let item = AddressItem {
        address,
        kind,
        masked: false,
        municipality: delivered.municipality.as_deref().and_then(municipality).map(str::to_owned),
        from: moved_in.or_else(|| abroad.as_ref().and_then(|record| from(record, "UDRDTO"))),
        in_municipality_from: coded.as_ref().and_then(|record| from(record, "TILFLYKOMDTO")),
    };
    let nothing = item.address.is_none() && item.municipality.is_none() && item.from.is_none();
    if nothing { Vec::new() } else { vec![item] }
}

fn contact_addresses(records: &PersonRecords) -> Vec<ContactAddressItem> {
    let Some(record) = records.one("006") else { return Vec::new() };
    let names = ["ADR1-KONTAKTADR", "ADR2-KONTAKTADR", "ADR3-KONTAKTADR", "ADR4-KONTAKTADR", "ADR5-KONTAKTADR"];
    let lines: Vec<String> = names.iter().filter_map(|name| field(&record, name)).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    // SLET_DT is CPR's own housekeeping and no end.
    vec![ContactAddressItem { lines, masked: false, from: from(&record, "START_DT-ADRTXT"), to: None }]
}

fn civil_statuses(records: &PersonRecords) -> Vec<CivilStatusItem> {
    let Some(record) = records.one("012") else { return Vec::new() };
    let Some(civil_status) = field(&record, "CIVST").map(|code| CivilStatus::of(&code)) else { return Vec::new() };
    vec![CivilStatusItem {
        code: civil_status.code().to_owned(),
        text: civil_status.text().to_owned(),
        from: from(&record, "HAENSTART-CIVILSTAND"),
        spouse: SPOUSE.read(&record, Relation::Spouse),
    }]
}

fn children(records: &PersonRecords) -> Vec<Relative> {
    let child = |record: Record<'_>| match record.reference("PNR-BARN") {
        Reference::Number(number) => {
            let clear = records.records("033").find(|clear| clear.reference("PNRBARN") == Reference::Number(number));
            Some(known(number, Relation::Child, clear.as_ref()))
        }
        Reference::Nobody | Reference::WithoutNumber | Reference::Unreadable => None,
    };
    records.records("014").filter_map(child).collect()
}

fn parents(records: &PersonRecords) -> Vec<Relative> {
    [mother(records), father(records)].into_iter().flatten().collect()
}

fn mother(records: &PersonRecords) -> Option<Relative> {
    let mother = Referred { number: "PNRMOR", name: "MORNVN", birth_date: "MOR_FOED_DT" };
    parent(records, &mother, Relation::Mother, "MOR_DT", ("031", "PNRMOR"))
}

fn father(records: &PersonRecords) -> Option<Relative> {
    let father = Referred { number: "PNRFAR", name: "FARNVN", birth_date: "FAR_FOED_DT" };
    parent(records, &father, Relation::Father, "FAR_DT", ("032", "PNRFAR"))
}

fn parent(
    records: &PersonRecords,
    referred: &Referred,
    relation: Relation,
    since: &str,
    (clear, clear_number): (&str, &str),
) -> Option<Relative> {
    let record = records.one("015")?;
    let mut relative = referred.read(&record, relation)?;
    if let Some(number) = relative.personal_number {
        let clear = records.one(clear).filter(|clear| clear.reference(clear_number) == Reference::Number(number));
        relative = known(number, relation, clear.as_ref());
    }
    Some(Relative { from: from(&record, since), ..relative })
}

/// Who has custody over the person. The records of a person do not tell over whom the person has it.
fn custody(records: &PersonRecords) -> Vec<Relative> {
    let holder = |record: Record<'_>| {
        let relative = match code(&record, "RELTYP-FORÆLDREMYN")?.as_str() {
            "0003" => mother(records).unwrap_or_else(|| unnamed(Relation::Mother)),
            "0004" => father(records).unwrap_or_else(|| unnamed(Relation::Father)),
            _ => match record.reference("RELPNR") {
                Reference::Number(number) => known(number, Relation::CustodyHolder, None),
                _ => unnamed(Relation::CustodyHolder),
            },
        };
        Some(Relative { from: from(&record, "START_DT-FORÆLDREMYN"), ..relative })
    };
    records.records("016").filter_map(holder).collect()
}

fn guardianship(records: &PersonRecords) -> Vec<GuardianshipItem> {
    // A task has one or the other; the second tells more.
    let Some(record) = records.one("052").or_else(|| records.one("017")) else { return Vec::new() };
    let names = ["RELADRSAT_RELPNR_TXT", "RELTXT1", "RELTXT2", "RELTXT3", "RELTXT4", "RELTXT5"];
    vec![GuardianshipItem {
        personal_number: match record.reference("RELPNR") {
            Reference::Number(number) => Some(number),
            _ => None,
        },
        lines: names.iter().filter_map(|name| field(&record, name)).collect(),
        from: from(&record, "START_DT-UMYNDIG"),
        to: None,
    }]
}

fn citizenship(records: &PersonRecords) -> Vec<CitizenshipItem> {
    let Some(record) = records.one("010") else { return Vec::new() };
    let Some(code) = code(&record, "LANDEKOD") else { return Vec::new() };
    vec![CitizenshipItem {
        country_code: country(&code).and_then(|land| land.iso).map(str::to_owned),
        country: country_name(&code),
        from: from(&record, "HAENSTART-STATSBORGERSKAB"),
    }]
}

fn country_name(code: &str) -> String {
    country(code).map_or_else(|| format!("Landekode {code}"), |land| land.name.to_owned())
}

fn protections(records: &PersonRecords) -> Vec<ProtectionItem> {
    let item = |record: &Record<'_>, since: &str, deletion: Option<&str>| {
        let kind = ProtectionKind::of(&code(record, "BESKYTTYPE")?);
        Some(ProtectionItem {
            code: protection_code(kind.code()),
            text: kind.text().to_owned(),
            from: from(record, since),
            expected_deletion: deletion.and_then(|name| from(record, name)),
        })
    };
    let protections =
        records.records("004").filter_map(|record| item(&record, "START_DT-BESKYTTELSE", Some("SLET_DT-BESKYTTELSE")));
    let warnings = records.records("050").filter_map(|record| item(&record, "HAENSTART", None));
    protections.chain(warnings).collect()
}

fn former_numbers(records: &PersonRecords) -> Vec<FormerNumberItem> {
    let item = |record: Record<'_>| match record.reference("PNR") {
        Reference::Number(personal_number) => {
            let (from, to) = (from(&record, "START_DT-PERSON"), from(&record, "SLUT_DT-PERSON"));
            Some(FormerNumberItem { personal_number, from, to })
        }
        _ => None,
    };
    records.records("022").filter_map(item).collect()
}

/// What was once in force, the latest first: names, addresses, civil statuses, separations, citizenships and
/// disappearances. What CPR has corrected, undone or replaced (`ANNKOR`) is kept and not shown.
fn history(records: &PersonRecords) -> Vec<HistoryItem> {
    let in_force = |code| records.records(code).filter(|record| record.correction().is_none());
    let names = in_force("026").map(|record| HistoryItem {
        name: text(["FORNVN", "MELNVN", "EFTERNVN"].map(|name| record.text(name)).join(" ")),
        ..former(&record, "NVNHAENSTART", "NVNHAENSLUT")
    });
    let addresses = in_force("023")
        .map(|record| HistoryItem { address: coded_address(&record), ..former(&record, "TILFLYDTO", "FRAFLYDTO") });
    let abroad = in_force("024")
        .map(|record| HistoryItem { address: foreign_address(&record), ..former(&record, "UDRDTO", "INDRDTO") });
    let civil_statuses = in_force("029").map(|record| HistoryItem {
        text: field(&record, "CIVST").map(|code| CivilStatus::of(&code).text().to_owned()),
        spouse: SPOUSE.read(&record, Relation::Spouse),
        ..former(&record, "HAENSTART-CIVILSTAND", "HAENSLUT-CIVILSTAND")
    });
    let separations = in_force("030").map(|record| HistoryItem {
        text: Some("Separeret".to_owned()),
        ..former(&record, "START_DT-SEPARATION", "SLUT_DT-SEPARATION")
    });
    let citizenships = in_force("027").map(|record| HistoryItem {
        text: code(&record, "LANDEKOD").map(|code| format!("Statsborgerskab: {}", country_name(&code))),
        ..former(&record, "HAENSTART-STATSBORGERSKAB", "HAENSLUT-STATSBORGERSKAB")
    });
    let disappearances = in_force("025").map(|record| HistoryItem {
        text: Some("Forsvundet".to_owned()),
        ..former(&record, "FORSVINDDTO", "GENFINDDTO")
    });
    let all = names.chain(addresses).chain(abroad).chain(civil_statuses).chain(separations);
    let told = |item: &HistoryItem| item.name.is_some() || item.address.is_some() || item.text.is_some();
    let mut items: Vec<HistoryItem> = all.chain(citizenships).chain(disappearances).filter(told).collect();
    let begin = |item: &HistoryItem| item.from.as_ref().map(|date| date.value.clone());
    items.sort_by_key(|item| std::cmp::Reverse(begin(item)));
    items
}

/// Something that was in force between these two dates.
fn former(record: &Record<'_>, start: &str, end: &str) -> HistoryItem {
    HistoryItem {
        name: None,
        text: None,
        spouse: None,
        address: None,
        masked: false,
        from: from(record, start),
        to: from(record, end),
    }
}

/// CPR's history of addresses has no road names, only their codes.
fn coded_address(record: &Record<'_>) -> Option<Address> {
    let of = |name: &str| field(record, name);
    let road = code(record, "VEJKOD").map(|road| format!("Vejkode {road},"));
    let line = road
        .map(|road| parts(&road, of("HUSNR").as_deref(), of("ETAGE").as_deref(), of("SIDEDOER").as_deref()).standard());
    let line1 = line.map(|line| line.trim_end_matches(',').to_owned());
    let town = code(record, "KOMKOD");
    let city = town.as_deref().map(|code| municipality(code).map_or_else(|| format!("Kommune {code}"), str::to_owned));
    let greenland = town.as_deref().is_some_and(cpr::codes::is_greenland);
    let line2 = joined([&of("CONVN")]);
    let filled = line1.is_some() || line2.is_some() || city.is_some();
    let country_code = Some(if greenland { "GL" } else { "DK" }.to_owned());
    filled.then_some(Address { line1, line2, postal_code: None, city, country_code })
}

fn foreign_address(record: &Record<'_>) -> Option<Address> {
    let line = |name: &str| field(record, name).map(Cow::Owned);
    let left_for = code(record, "UDR_LANDEKOD");
    let delivered = Delivered {
        country: left_for.as_deref().map(Cow::Borrowed),
        foreign_lines: ["UDLANDADR1", "UDLANDADR2", "UDLANDADR3", "UDLANDADR4", "UDLANDADR5"].map(line),
        ..Delivered::default()
    };
    delivered.abroad().or_else(|| {
        // Where to is all that CPR was told.
        let land = country(left_for.as_deref()?)?;
        Some(Address {
            line1: Some(land.name.to_owned()),
            line2: None,
            postal_code: None,
            city: None,
            country_code: land.iso.map(str::to_owned),
        })
    })
}

/// The fields of a record that tell of a relative.
struct Referred {
    number: &'static str,
    name: &'static str,
    birth_date: &'static str,
}

/// The spouse or partner of a civil status, present (012) or former (029).
const SPOUSE: Referred = Referred { number: "AEGTEPNR", name: "AEGTENVN", birth_date: "AEGTEFOED_DT" };

impl Referred {
    /// The relative; `None` when CPR knows nobody.
    fn read(&self, record: &Record<'_>, relation: Relation) -> Option<Relative> {
        if let Reference::Number(number) = record.reference(self.number) {
            return Some(known(number, relation, None));
        }
        let name = field(record, self.name).and_then(|name| text(natural_order(&name)));
        let birth_date = from(record, self.birth_date);
        (name.is_some() || birth_date.is_some()).then(|| Relative { name, birth_date, ..unnamed(relation) })
    }
}

/// Somebody with a number. Only a record of clear text tells of name, address and protection; without it the mark is not
/// known, and counts as one.
fn known(number: PersonalNumber, relation: Relation, clear: Option<&Record<'_>>) -> Relative {
    let relative = Relative { personal_number: Some(number), protected: true, ..unnamed(relation) };
    let Some(clear) = clear else { return relative };
    let of = |name: &str| field(clear, name).map(Cow::Owned);
    let delivered = Delivered {
        standard: of("STANDARDADR"),
        has_road: code(clear, "VEJKOD").is_some(),
        road: of("VEJADRNVN"),
        house_number: of("HUSNR"),
        floor: of("ETAGE"),
        door: of("SIDEDOER"),
        building: of("BNR"),
        care_of: of("CONVN"),
        locality: of("LOKALITET"),
        town: of("BYNVN"),
        postal_code: code(clear, "POSTNR").map(Cow::Owned),
        postal_district: of("POSTDISTTXT"),
        municipality: code(clear, "KOMKOD").map(Cow::Owned),
        ..Delivered::default()
    };
    Relative {
        name: field(clear, "ADRNVN").and_then(|name| text(natural_order(&name))),
        address: delivered.any().0,
        protected: field(clear, "START_DT-BESKYTTELSE").is_some(),
        ..relative
    }
}

/// Somebody of whom nothing is known yet: not in CPR, so not protected there.
fn unnamed(relation: Relation) -> Relative {
    Relative {
        relation,
        personal_number: None,
        name: None,
        birth_date: None,
        address: None,
        address_masked: false,
        protected: false,
        status: None,
        from: None,
    }
}

fn from(record: &Record<'_>, name: &str) -> Option<CprDate> {
    record.date(name).and_then(date)
}
