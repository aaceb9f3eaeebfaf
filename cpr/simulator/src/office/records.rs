//! What the office tells of a person in the records of an extract (U12170-P): all types that the register has something
//! for. One task takes them all; CPR lets a customer choose.
//!
//! What CPR's description leaves open is decided here: 010 and 011 are absent where nothing is known; so is 002 for a
//! number without residence (20), for which CPR is said to write a municipality that is none; an emigrated person has
//! one 020; notes have no text but that they are fictitious.

use cpr::extract::{RecordBuilder, layout};
use cpr::{CprDate, PersonalNumber};

use crate::population::{Address, Name, Parent, Person, Population, Protection};

/// What a task has agreed on with CPR about the form of the records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// `Mortensen,Jens` instead of `Jens Mortensen`.
    pub(crate) surname_first: bool,
    /// 002 with the road's whole name.
    pub(crate) long: bool,
}

/// A reference to somebody who has no number.
const NO_NUMBER: &str = "0000000000";

/// The person's records in the order of their codes, without 099.
pub(crate) fn of(population: &Population, person: &Person, form: Form) -> Vec<RecordBuilder> {
    let teller = Teller { population, person, form, key: digits(person.number) };
    let mut records = vec![teller.person()];
    records.extend(person.address.as_ref().map(|address| teller.address(address)));
    records.push(teller.addressing());
    records.extend(teller.protections());
    records.extend(teller.emigration());
    records.extend(teller.contact_address());
    records.extend(person.disappeared.map(|since| teller.new_record("007").set_date("FORSVINDDTO", since)));
    records.push(teller.name());
    records.push(teller.birth());
    records.extend(teller.citizenship());
    records.extend(teller.church());
    records.extend(teller.civil_status());
    records.extend(teller.children());
    records.push(teller.parents());
    records.extend(teller.custody());
    records.extend(teller.guardianship());
    records.extend(teller.municipality());
    records.extend(teller.former());
    records.extend(teller.credit_warnings());
    records
}

/// A record's builder with text that is made to fit: cut at the end of the field, `?` for what CPR cannot write.
trait Fitting {
    fn text(self, code: &str, field: &str, text: &str) -> Self;
}

impl Fitting for RecordBuilder {
    fn text(self, code: &str, field: &str, text: &str) -> Self {
        let room = layout(code).and_then(|layout| layout.field(field)).map_or(0, |field| field.length);
        let writable = |character: char| if (' '..='\u{ff}').contains(&character) { character } else { '?' };
        let fitting: String = text.chars().map(writable).take(room).collect();
        if fitting.is_empty() { self } else { self.set(field, &fitting) }
    }
}

struct Teller<'a> {
    population: &'a Population,
    person: &'a Person,
    form: Form,
    key: String,
}

impl Teller<'_> {
    fn new_record(&self, code: &str) -> RecordBuilder {
        RecordBuilder::new(code, &self.key)
    }

    /// 001.
    fn person(&self) -> RecordBuilder {
        let Person { status, status_since, current_number, sex, born, job, .. } = self.person;
        let sex = if *sex == cpr::Sex::Male { "M" } else { "K" };
        let mut record = self.new_record("001").set("STATUS", status).set("KOEN", sex);
        record = record.set_date("FOED_DT", *born).set_date("START_DT-PERSON", day(*born)).text("001", "STILLING", job);
        if let Some(number) = current_number {
            record = record.set("PNRGAELD", &digits(*number));
        }
        if let Some(since) = status_since {
            record = record.set_date("STATUSHAENSTART", *since);
            if matches!(status.as_str(), "50" | "60") {
                record = record.set_date("SLUT_DT-PERSON", day(*since));
            }
        }
        record
    }

    /// 002.
    fn address(&self, address: &Address) -> RecordBuilder {
        let Address { municipality, road, house, floor, door, building, care_of, since, .. } = address;
        let mut record = self.new_record("002").set("KOMKOD", municipality).set("VEJKOD", road);
        for (field, value) in [("HUSNR", house), ("ETAGE", floor), ("SIDEDOER", door), ("BNR", building)] {
            record = record.text("002", field, value);
        }
        record = record.text("002", "CONVN", care_of);
        if let Some(since) = since {
            record = record.set_date("TILFLYDTO", *since);
        }
        let (in_municipality, from) = self.arrival_in_municipality(address);
        if let Some(since) = in_municipality {
            record = record.set_date("TILFLYKOMDTO", since);
            if let Some(from) = from {
                record = record.set("FRAFLYKOMKOD", from).set_date("FRAFLYKOMDTO", since);
            }
        }
        if let Some(supplementary) = &self.person.supplementary_address {
            record = record
                .set("START_MYNKOD-ADRTXT", municipality)
                .set_date("START_DT-ADRTXT", certain_day(supplementary.from));
            for (place, line) in supplementary.lines.iter().take(5).enumerate() {
                record = record.text("002", &format!("ADR{}-SUPLADR", place + 1), line);
            }
        }
        if self.form.long {
            record = record.text("002", "VEJNVN", self.population.road_name(municipality, road).unwrap_or_default());
        }
        record
    }

    /// Since when the person lives in the municipality, and from which one the person came.
    fn arrival_in_municipality(&self, address: &Address) -> (Option<CprDate>, Option<&str>) {
        let mut since = address.since;
        let former = self.person.former_addresses.iter().filter(|former| former.mark.is_empty());
        let mut former: Vec<_> = former.collect();
        former.sort_by_key(|former| former.until);
        while let Some(before) = former.pop().filter(|before| before.until.is_some() && before.until == since) {
            if before.municipality != address.municipality {
                return (since, Some(&before.municipality));
            }
            since = before.from;
        }
        (since, None)
    }

    /// 003: in full for residents, else the name alone.
    fn addressing(&self) -> RecordBuilder {
        let mut record = self.new_record("003").text("003", "ADRNVN", &self.addressing_name());
        let Some(address) = &self.person.address else { return record };
        let place = address.place();
        let texts = [
            ("CONVN", address.care_of.as_str()),
            ("LOKALITET", &address.locality),
            ("STANDARDADR", &self.population.standard_address(&place).unwrap_or_default()),
            ("BYNVN", &address.town),
            ("POSTDISTTXT", self.population.postal_district(&address.post).unwrap_or_default()),
            ("HUSNR", place.house),
            ("ETAGE", place.floor),
            ("SIDEDOER", place.door),
            ("BNR", place.building),
            ("VEJADRNVN", self.population.road_name(place.municipality, place.road).unwrap_or_default()),
        ];
        for (field, value) in texts {
            record = record.text("003", field, value);
        }
        record.set("POSTNR", &address.post).set("KOMKOD", place.municipality).set("VEJKOD", place.road)
    }

    fn addressing_name(&self) -> String {
        let written =
            |name: &Name| if self.form.surname_first { name.surname_first() } else { name.addressing.clone() };
        self.person.name.as_ref().map(written).unwrap_or_default()
    }

    /// 004.
    fn protections(&self) -> Vec<RecordBuilder> {
        let mut protections: Vec<&Protection> =
            self.person.protections.iter().filter(|protection| protection.kind != CREDIT_WARNING).collect();
        protections.sort_by(|one, other| one.kind.cmp(&other.kind));
        let record = |protection: &&Protection| {
            let record = self.new_record("004").set("BESKYTTYPE", &protection.kind);
            record.set_date("START_DT-BESKYTTELSE", certain_day(protection.from))
        };
        protections.iter().map(record).collect()
    }

    /// 050.
    fn credit_warnings(&self) -> Vec<RecordBuilder> {
        let warnings = self.person.protections.iter().filter(|protection| protection.kind == CREDIT_WARNING);
        let record = |warning: &Protection| {
            let from = CprDate { uncertain: false, ..warning.from };
            self.new_record("050").set("BESKYTTYPE", CREDIT_WARNING).set_date("HAENSTART", from)
        };
        warnings.map(record).collect()
    }

    /// 005.
    fn emigration(&self) -> Option<RecordBuilder> {
        let emigrated = self.person.emigrated.as_ref()?;
        let record = self.new_record("005").set("UDR_LANDEKOD", &emigrated.country);
        Some(foreign_lines(record.set_date("UDRDTO", emigrated.since), "005", &emigrated.lines))
    }

    /// 006.
    fn contact_address(&self) -> Option<RecordBuilder> {
        let address = self.person.contact_address.as_ref()?;
        let mut record = self.new_record("006").set_date("START_DT-ADRTXT", certain_day(address.from));
        for (place, line) in address.lines.iter().take(5).enumerate() {
            record = record.text("006", &format!("ADR{}-KONTAKTADR", place + 1), line);
        }
        Some(record)
    }

    /// 008.
    fn name(&self) -> RecordBuilder {
        let record = self.new_record("008");
        let Some(name) = &self.person.name else { return record };
        let mut record = record.text("008", "FORNVN", &name.first).text("008", "MELNVN", &name.middle);
        record = record.text("008", "MELNVN_MRK", &name.middle_mark).text("008", "EFTERNVN", &name.last);
        if let Some(since) = name.since {
            record = record.set_date("NVNHAENSTART", since);
        }
        record.text("008", "ADRNVN", &self.addressing_name())
    }

    /// 009.
    fn birth(&self) -> RecordBuilder {
        self.new_record("009").text("009", "MYNTXT-FØDESTED", &self.person.born_at)
    }

    /// 010.
    fn citizenship(&self) -> Option<RecordBuilder> {
        let country = Some(&self.person.citizenship).filter(|country| !country.is_empty())?;
        Some(self.new_record("010").set("LANDEKOD", country).set_date("HAENSTART-STATSBORGERSKAB", self.person.born))
    }

    /// 011.
    fn church(&self) -> Option<RecordBuilder> {
        let relation = Some(&self.person.church).filter(|relation| !relation.is_empty())?;
        Some(self.new_record("011").set("FKIRK", relation).set_date("START_DT-FOLKEKIRKE", day(self.person.born)))
    }

    /// 012 and 013, which name each other by the same key.
    fn civil_status(&self) -> Vec<RecordBuilder> {
        let Some(civil) = &self.person.civil else { return Vec::new() };
        let mut record = self.new_record("012").set("CIVST", &civil.status);
        if civil.status != "U" {
            record = spouse(record, "012", civil.spouse, &civil.spouse_name);
        }
        if let Some(since) = civil.since.filter(|_| civil.status != "U") {
            record = record.set_date("HAENSTART-CIVILSTAND", since);
        }
        let Some(separated) = civil.separated else { return vec![record] };
        let key = format!("{}0000", day(separated).digits());
        let separation = self.new_record("013").set("SEP_HENVIS-SEPARATION", &key);
        vec![record.set("SEP_HENVIS-CIVILSTAND", &key), separation.set_date("START_DT-SEPARATION", day(separated))]
    }

    /// 014.
    fn children(&self) -> Vec<RecordBuilder> {
        let record = |child: &PersonalNumber| self.new_record("014").set("PNR-BARN", &digits(*child));
        self.person.children.iter().map(record).collect()
    }

    /// 015. A parent that nobody knows has zeros and the birth date, uncertain.
    fn parents(&self) -> RecordBuilder {
        let mut record = self.new_record("015");
        for (parent, [since, number, name]) in [
            (&self.person.mother, ["MOR_DT", "PNRMOR", "MORNVN"]),
            (&self.person.father, ["FAR_DT", "PNRFAR", "FARNVN"]),
        ] {
            let known = parent.as_ref().filter(|parent| parent.number.is_some() || !parent.name.is_empty());
            let born = day(self.person.born).with_uncertainty(self.person.born.uncertain || known.is_none());
            record = record.set_date(since, born);
            record = record.set(number, &parent_number(known)).text("015", name, parent_name(known));
        }
        record
    }

    /// 016.
    fn custody(&self) -> Vec<RecordBuilder> {
        let record = |custody: &crate::population::Custody| {
            let mut record = self.new_record("016").set("RELTYP-FORÆLDREMYN", &custody.kind);
            record = record.set_date("START_DT-FORÆLDREMYN", day(custody.from));
            if let Some(holder) = custody.holder {
                record = record.set("RELPNR", &digits(holder));
                record = record.set_date("START_DT-RELPNR_PNR", certain_day(custody.from));
            }
            record
        };
        self.person.custody.iter().map(record).collect()
    }

    /// 017.
    fn guardianship(&self) -> Option<RecordBuilder> {
        let guardianship = self.person.guardianship.as_ref()?;
        let from = day(guardianship.from);
        let certain = certain_day(from);
        let mut record =
            self.new_record("017").set_date("START_DT-UMYNDIG", from).set("UMYN_RELTYP", &guardianship.kind);
        if let Some(guardian) = guardianship.guardian {
            record = record.set("RELPNR", &digits(guardian)).set_date("START_DT-RELPNR_PNR", certain);
        }
        if !guardianship.guardian_name.is_empty() {
            record = record.text("017", "RELADRSAT_RELPNR_TXT", &guardianship.guardian_name);
            record = record.set_date("START_DT-RELPNR_TXT", certain);
        }
        for (place, line) in guardianship.lines.iter().take(5).enumerate() {
            record = record.text("017", &format!("RELTXT{}", place + 1), line);
        }
        Some(record)
    }

    /// 018, 019 and 020.
    fn municipality(&self) -> Vec<RecordBuilder> {
        let mut records = Vec::new();
        for condition in &self.person.municipal_conditions {
            let record =
                self.new_record("018").set("KOMFORHTYP", &condition.kind).text("018", "KOMFORHKOD", &condition.code);
            records.push(record.set_date("START_DT-KOMMUNALE-FORHOLD", day(condition.from)));
        }
        for note in &self.person.notes {
            let record = self.new_record("019").set("NOTATNR", &note.number).set("NOTATLINIE", "Fiktivt notat");
            records.push(record.set_date("START_DT-NOTAT", certain_day(note.from)));
        }
        if let Some(emigrated) = &self.person.emigrated {
            let since = certain_day(emigrated.since);
            let record = self.new_record("020").set("VALGKODE", "0001").set_date("VALGRET_DT", since);
            records.push(record.set_date("START_DT-VALGOPLYSNINGER", since));
        }
        records
    }

    /// 022 to 029, as far as the register keeps history.
    fn former(&self) -> Vec<RecordBuilder> {
        let mut records = Vec::new();
        let dated = |record: RecordBuilder, field: &str, date: Option<CprDate>| match date {
            Some(date) => record.set_date(field, date),
            None => record,
        };
        for former in &self.person.former_numbers {
            let record = self.new_record("022").set("PNR", &digits(former.number));
            let record = dated(record, "START_DT-PERSON", former.from.map(day));
            records.push(dated(record, "SLUT_DT-PERSON", former.until.map(day)));
        }
        for former in &self.person.former_addresses {
            let mut record = self.new_record("023").text("023", "ANNKOR", &former.mark);
            record = record.set("KOMKOD", &former.municipality).set("VEJKOD", &former.road);
            for (field, value) in [
                ("HUSNR", &former.house),
                ("ETAGE", &former.floor),
                ("SIDEDOER", &former.door),
                ("BNR", &former.building),
                ("CONVN", &former.care_of),
            ] {
                record = record.text("023", field, value);
            }
            record = dated(record, "TILFLYDTO", former.from);
            records.push(dated(record, "FRAFLYDTO", former.until));
        }
        for former in &self.person.former_emigrations {
            let mut record = self.new_record("024").text("024", "ANNKOR", &former.mark);
            record = record.text("024", "UDR_LANDEKOD", &former.out_country).set("INDR_LANDEKOD", &former.in_country);
            record = dated(record, "UDRDTO", former.out).set_date("INDRDTO", former.back);
            records.push(foreign_lines(record, "024", &former.lines));
        }
        for former in &self.person.former_disappearances {
            let record = self.new_record("025").text("025", "ANNKOR", &former.mark);
            records.push(record.set_date("FORSVINDDTO", former.from).set_date("GENFINDDTO", former.until));
        }
        for former in &self.person.former_names {
            let mut record = self.new_record("026").text("026", "ANNKOR", &former.mark);
            record = record.text("026", "FORNVN", &former.first).text("026", "MELNVN", &former.middle);
            record = record.text("026", "EFTERNVN", &former.last);
            records.push(record.set_date("NVNHAENSTART", former.from).set_date("NVNHAENSLUT", former.until));
        }
        for former in &self.person.former_civil {
            let mut record = self.new_record("029").text("029", "ANNKOR", &former.mark).set("CIVST", &former.status);
            if former.status != "U" {
                record = spouse(record, "029", former.spouse, &former.spouse_name);
                record = dated(record, "HAENSTART-CIVILSTAND", former.from);
            }
            records.push(record.set_date("HAENSLUT-CIVILSTAND", former.until));
        }
        records
    }
}

const CREDIT_WARNING: &str = "0005";

/// The other one of a marriage, with zeros for somebody without a number.
fn spouse(record: RecordBuilder, code: &str, number: Option<PersonalNumber>, name: &str) -> RecordBuilder {
    match number {
        Some(number) => record.set("AEGTEPNR", &digits(number)),
        None => record.set("AEGTEPNR", NO_NUMBER).text(code, "AEGTENVN", name),
    }
}

fn parent_number(parent: Option<&Parent>) -> String {
    parent.and_then(|parent| parent.number).map_or_else(|| NO_NUMBER.to_owned(), digits)
}

fn parent_name(parent: Option<&Parent>) -> &str {
    parent.filter(|parent| parent.number.is_none()).map_or("", |parent| &parent.name)
}

fn foreign_lines(mut record: RecordBuilder, code: &str, lines: &[String]) -> RecordBuilder {
    for (place, line) in lines.iter().take(5).enumerate() {
        record = record.text(code, &format!("UDLANDADR{}", place + 1), line);
    }
    record
}

/// Without a time of day, for fields of ten characters.
fn day(date: CprDate) -> CprDate {
    CprDate { time: None, ..date }
}

/// The same for fields that have no uncertainty mark behind them.
fn certain_day(date: CprDate) -> CprDate {
    CprDate { uncertain: false, ..day(date) }
}

fn digits(number: PersonalNumber) -> String {
    number.digits().as_str().to_owned()
}
