//! What is stored of records (`cpr.keep`): every field of every record belongs to a kind, or is never stored.

use std::sync::LazyLock;

use cpr::extract::{PersonRecords, Record, layouts};

use crate::registry::{Keep, Kind};

/// When a field is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Says who the person is. Always.
    Identity,
    /// With its kind.
    Of(Kind),
    /// With the history, when what it is the history of is stored too.
    Former(Kind),
    /// A parent: with the family, and with custody where this type of custody holder is that parent.
    Parent(&'static str),
    /// Never: church, birth place, notes, municipal conditions, elections, orders to move, occupation, events. Unknown
    /// records and fields are not in the table, and are not stored either.
    Never,
}

const ADDRESS: Rule = Rule::Of(Kind::Address);
const GUARDIANSHIP: Rule = Rule::Of(Kind::Guardianship);
const FAMILY: Rule = Rule::Of(Kind::Family);

/// Code, rule, CPR's names of the fields. The key of a record stays with what is stored of it.
#[rustfmt::skip]
const RULES: &[(&str, Rule, &[&str])] = &[
    ("001", Rule::Identity, &["KOEN", "FOED_DT", "FOED_DT_UMRK"]),
    ("001", Rule::Of(Kind::Status), &["PNRGAELD", "STATUS", "STATUSHAENSTART", "STATUSDTO_UMRK"]),
    ("001", Rule::Never, &[
        "START_DT-PERSON", "START_DT_UMRK-PERSON", "SLUT_DT-PERSON", "SLUT_DT_UMRK-PERSON", "STILLING", "NGLKONST",
    ]),
    ("002", ADDRESS, &[
        "KOMKOD", "VEJKOD", "HUSNR", "ETAGE", "SIDEDOER", "BNR", "CONVN", "TILFLYDTO", "TILFLYDTO_UMRK",
        "TILFLYKOMDTO", "TILFLYKOMDT_UMRK", "FRAFLYKOMKOD", "FRAFLYKOMDTO", "FRAFLYKOMDT_UMRK",
        "START_MYNKOD-ADRTXT", "ADR1-SUPLADR", "ADR2-SUPLADR", "ADR3-SUPLADR", "ADR4-SUPLADR", "ADR5-SUPLADR",
        "START_DT-ADRTXT", "SLET_DT-ADRTXT", "VEJNVN", "ADRESSE_UUID",
    ]),
    ("003", Rule::Of(Kind::Names), &["ADRNVN"]),
    ("003", ADDRESS, &[
        "CONVN", "LOKALITET", "STANDARDADR", "BYNVN", "POSTNR", "POSTDISTTXT", "KOMKOD", "VEJKOD", "HUSNR", "ETAGE",
        "SIDEDOER", "BNR", "VEJADRNVN",
    ]),
    ("004", Rule::Of(Kind::Protection), &["BESKYTTYPE", "START_DT-BESKYTTELSE", "SLET_DT-BESKYTTELSE"]),
    ("005", ADDRESS, &[
        "UDR_LANDEKOD", "UDRDTO", "UDRDTO_UMRK", "UDLANDADR1", "UDLANDADR2", "UDLANDADR3", "UDLANDADR4", "UDLANDADR5",
    ]),
    ("006", ADDRESS, &[
        "ADR1-KONTAKTADR", "ADR2-KONTAKTADR", "ADR3-KONTAKTADR", "ADR4-KONTAKTADR", "ADR5-KONTAKTADR",
        "START_DT-ADRTXT", "SLET_DT-ADRTXT",
    ]),
    ("007", Rule::Of(Kind::Status), &["FORSVINDDTO", "FORSVINDDTO_UMRK"]),
    ("008", Rule::Of(Kind::Names), &[
        "FORNVN", "FORNVN_MRK", "MELNVN", "MELNVN_MRK", "EFTERNVN", "EFTERNVN_MRK", "NVNHAENSTART",
        "HAENSTART_UMRK-NAVNE", "ADRNVN",
    ]),
    ("009", Rule::Never, &["START_MYNKOD-FØDESTED", "MYNTXT-FØDESTED"]),
    ("010", Rule::Of(Kind::Citizenship), &[
        "LANDEKOD", "HAENSTART-STATSBORGERSKAB", "HAENSTART_UMRK-STATSBORGERSKAB",
    ]),
    ("011", Rule::Never, &["FKIRK", "START_DT-FOLKEKIRKE", "START_DT_UMRK-FOLKEKIRKE"]),
    ("012", Rule::Of(Kind::CivilStatus), &[
        "CIVST", "AEGTEPNR", "AEGTEFOED_DT", "AEGTEFOEDDT_UMRK", "AEGTENVN", "AEGTENVN_MRK", "HAENSTART-CIVILSTAND",
        "HAENSTART_UMRK-CIVILSTAND", "SEP_HENVIS-CIVILSTAND",
    ]),
    ("013", Rule::Of(Kind::CivilStatus), &[
        "SEP_HENVIS-SEPARATION", "START_DT-SEPARATION", "START_DT_UMRK-SEPARATION",
    ]),
    ("014", FAMILY, &["PNR-BARN"]),
    ("015", Rule::Parent("0003"), &[
        "MOR_DT", "MOR_DT_UMRK", "PNRMOR", "MOR_FOED_DT", "MOR_FOED_DT_UMRK", "MORNVN", "MORNVN_MRK",
    ]),
    ("015", Rule::Parent("0004"), &[
        "FAR_DT", "FAR_DT_UMRK", "PNRFAR", "FAR_FOED_DT", "FAR_FOED_DT_UMRK", "FARNVN", "FARNVN_MRK",
    ]),
    ("016", Rule::Of(Kind::Custody), &[
        "RELTYP-FORÆLDREMYN", "START_DT-FORÆLDREMYN", "START_DT_UMRK-FORÆLDREMYN", "SLET_DT-FORÆLDREMYN", "RELPNR",
        "START_DT-RELPNR_PNR",
    ]),
    ("017", GUARDIANSHIP, &[
        "START_DT-UMYNDIG", "START_DT_UMRK-UMYNDIG", "SLET_DT-UMYNDIG", "UMYN_RELTYP", "RELPNR", "START_DT-RELPNR_PNR",
        "RELADRSAT_RELPNR_TXT", "START_DT-RELPNR_TXT", "RELTXT1", "RELTXT2", "RELTXT3", "RELTXT4", "RELTXT5",
    ]),
    ("018", Rule::Never, &[
        "KOMFORHTYP", "KOMFORHKOD", "START_DT-KOMMUNALE-FORHOLD", "START_DT_UMRK-KOMMUNALE-FORHOLD",
        "BEMAERK-KOMMUNALE-FORHOLD",
    ]),
    ("019", Rule::Never, &["NOTATNR", "NOTATLINIE", "START_DT-NOTAT", "SLET_DT-NOTAT"]),
    ("020", Rule::Never, &["VALGKODE", "VALGRET_DT", "START_DT-VALGOPLYSNINGER", "SLET_DT-VALGOPLYSNINGER"]),
    ("021", Rule::Never, &["START_DT-FLYTTEPÅBUD", "BEMAERK-FLYTTEPÅBUD", "SLET_DT-FLYTTEPÅBUD"]),
    ("022", Rule::Of(Kind::FormerNumbers), &[
        "PNR", "START_DT-PERSON", "START_DT_UMRK-PERSON", "SLUT_DT-PERSON", "SLUT_DT_UMRK-PERSON",
    ]),
    ("023", Rule::Former(Kind::Address), &[
        "ANNKOR", "KOMKOD", "VEJKOD", "HUSNR", "ETAGE", "SIDEDOER", "BNR", "CONVN", "TILFLYDTO", "TILFLYDTO_UMRK",
        "FRAFLYDTO", "FRAFLYDTO_UMRK",
    ]),
    ("024", Rule::Former(Kind::Address), &[
        "ANNKOR", "UDR_LANDEKOD", "UDRDTO", "UDRDTO_UMRK", "INDR_LANDEKOD", "INDRDTO", "INDRDTO_UMRK", "UDLANDADR1",
        "UDLANDADR2", "UDLANDADR3", "UDLANDADR4", "UDLANDADR5",
    ]),
    ("025", Rule::Former(Kind::Status), &[
        "ANNKOR", "FORSVINDDTO", "FORSVINDDTO_UMRK", "GENFINDDTO", "GENFINDDTO_UMRK",
    ]),
    ("026", Rule::Former(Kind::Names), &[
        "ANNKOR", "FORNVN", "FORNVN_MRK", "MELNVN", "MELNVN_MRK", "EFTERNVN", "EFTERNVN_MRK", "NVNHAENSTART",
        "HAENSTART_UMRK-NAVNE", "NVNHAENSLUT", "HAENSLUT_UMRK-NAVNE",
    ]),
    ("027", Rule::Former(Kind::Citizenship), &[
        "ANNKOR", "LANDEKOD", "HAENSTART-STATSBORGERSKAB", "HAENSTART_UMRK-STATSBORGERSKAB",
        "HAENSLUT-STATSBORGERSKAB", "HAENSLUT_UMRK-STATSBORGERSKAB",
    ]),
    ("028", Rule::Never, &[
        "FKIRK", "START_DT-FOLKEKIRKE", "START_DT_UMRK-FOLKEKIRKE", "SLUT_DT-FOLKEKIRKE", "SLUT_DT_UMRK-FOLKEKIRKE",
    ]),
    ("029", Rule::Former(Kind::CivilStatus), &[
        "ANNKOR", "CIVST", "AEGTEPNR", "AEGTEFOED_DT", "AEGTEFOEDDT_UMRK", "AEGTENVN", "AEGTENVN_MRK",
        "HAENSTART-CIVILSTAND", "HAENSTART_UMRK-CIVILSTAND", "HAENSLUT-CIVILSTAND", "HAENSLUT_UMRK-CIVILSTAND",
        "SEP_HENVIS-CIVILSTAND",
    ]),
    ("030", Rule::Former(Kind::CivilStatus), &[
        "ANNKOR", "SEP_HENVIS-SEPARATION", "START_DT-SEPARATION", "START_DT_UMRK-SEPARATION", "SLUT_DT-SEPARATION",
        "SLUT_DT_UMRK-SEPARATION",
    ]),
    ("031", FAMILY, RELATIVE),
    ("031", FAMILY, &["PNRMOR"]),
    ("032", FAMILY, RELATIVE),
    ("032", FAMILY, &["PNRFAR"]),
    ("033", FAMILY, RELATIVE),
    ("033", FAMILY, &["PNRBARN"]),
    ("050", Rule::Of(Kind::Protection), &["BESKYTTYPE", "HAENSTART"]),
    ("052", GUARDIANSHIP, &[
        "START_DT-UMYNDIG", "START_DT_UMRK-UMYNDIG", "SLET_DT-UMYNDIG", "UMYN_RELTYP", "RELPNR", "START_DT-RELPNR_PNR",
        "RELADRSAT_RELPNR_TXT", "START_DT-RELPNR_TXT", "RELTXT1", "RELTXT2", "RELTXT3", "RELTXT4", "RELTXT5",
        "VAERGEMAALS_TYPE",
    ]),
    ("099", Rule::Never, &["TIMESTAMPU", "HAENDELSE", "AFLEDTMRK", "NGLKONST"]),
    ("000", Rule::Never, &["OPGAVENR", "PRODDTO", "PRODDTOFORRIG"]),
    ("910", Rule::Never, &["INDDATA", "FEJLNR", "FEJLTXT-UDTRÆK"]),
    ("997", Rule::Never, &["TIMESTAMPU", "HAENDELSE", "NGLKONST"]),
    ("999", Rule::Never, &["TAELLER"]),
];

const RELATIVE: &[&str] = &[
    "ADRNVN",
    "CONVN",
    "LOKALITET",
    "STANDARDADR",
    "BYNVN",
    "POSTNR",
    "POSTDISTTXT",
    "KOMKOD",
    "VEJKOD",
    "HUSNR",
    "ETAGE",
    "SIDEDOER",
    "BNR",
    "VEJADRNVN",
    "START_DT-BESKYTTELSE",
];

/// Where code and key of a record end.
const KEY_END: usize = 13;

/// A part of a record that one rule decides about: from and to, counted from 0, the second excluded.
type Span = (Rule, usize, usize);

/// The spans of every record type that anything may be stored of, by code.
static SPANS: LazyLock<Vec<(&'static str, Vec<Span>)>> = LazyLock::new(|| {
    let spans = |code: &str| -> Vec<Span> {
        let layout = layouts().find(|layout| layout.code == code);
        let mut spans: Vec<Span> = Vec::new();
        for field in layout.into_iter().flat_map(|layout| layout.fields).filter(|field| field.start > KEY_END) {
            let (from, to) = (field.start - 1, field.start - 1 + field.length);
            let rule = rule_of(code, field.name).unwrap_or(Rule::Never);
            match spans.last_mut() {
                Some((last, _, end)) if *last == rule && *end == from => *end = to,
                _ => spans.push((rule, from, to)),
            }
        }
        spans.retain(|(rule, ..)| *rule != Rule::Never);
        spans
    };
    let by_code = layouts().map(|layout| (layout.code, spans(layout.code)));
    by_code.filter(|(_, spans)| !spans.is_empty()).collect()
});

/// The rule of a field; `None` for a field that nobody has decided about.
fn rule_of(code: &str, field: &str) -> Option<Rule> {
    RULES.iter().find(|(of, _, fields)| *of == code && fields.contains(&field)).map(|(_, rule, _)| *rule)
}

pub(super) fn kept_lines(records: &PersonRecords, keep: &Keep) -> String {
    let holders: Vec<_> = records.records("016").map(|record| record.text("RELTYP-FORÆLDREMYN")).collect();
    let keeps = |rule: Rule| match rule {
        Rule::Identity => true,
        Rule::Of(kind) => keep.has(kind),
        Rule::Former(kind) => keep.has(Kind::History) && keep.has(kind),
        Rule::Parent(holder) => {
            keep.has(Kind::Family) || (keep.has(Kind::Custody) && holders.iter().any(|other| other == holder))
        }
        Rule::Never => false,
    };
    let mut text = String::new();
    for record in records.iter() {
        if let Some(line) = line(&record, keeps) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line);
        }
    }
    text
}

/// The record without what is not stored: blanks stand in its place.
fn line(record: &Record<'_>, keeps: impl Fn(Rule) -> bool) -> Option<String> {
    let place = SPANS.binary_search_by_key(&record.code(), |(code, _)| code).ok()?;
    let (_, spans) = SPANS.get(place)?;
    let raw = record.raw();
    let mut line = String::with_capacity(raw.len() + 8);
    // ISO-8859-1 is the beginning of Unicode: a byte is a character.
    line.extend(raw.iter().take(KEY_END).map(|byte| char::from(*byte)));
    let (mut at, mut kept) = (KEY_END, false);
    for (_, from, to) in spans.iter().filter(|(rule, ..)| keeps(*rule)) {
        let Some(part) = raw.get(*from..(*to).min(raw.len())) else { break };
        line.extend(std::iter::repeat_n(' ', from - at));
        line.extend(part.iter().map(|byte| char::from(*byte)));
        at = from + part.len();
        kept = true;
    }
    line.truncate(line.trim_end_matches(' ').len());
    kept.then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_record_has_been_decided_about_once() {
        for layout in layouts() {
            for field in layout.fields.iter().filter(|field| field.start > KEY_END) {
                let rules =
                    RULES.iter().filter(|(code, _, fields)| *code == layout.code && fields.contains(&field.name));
                assert_eq!(rules.count(), 1, "{} {}", layout.code, field.name);
            }
        }
        for (code, _, fields) in RULES {
            let layout = layouts().find(|layout| layout.code == *code).expect("a record type that there is");
            for field in *fields {
                assert!(layout.field(field).is_some(), "{code} has no field {field}");
            }
        }
    }

    fn lines(lines: &[String], keep: &Keep) -> String {
        kept_lines(&PersonRecords::from_lines(&lines.join("\n")).unwrap(), keep)
    }

    /// A line with texts at CPR's positions.
    fn record(code: &str, parts: &[(usize, &str)]) -> String {
        let mut line: Vec<char> = format!("{code}0707614285").chars().collect();
        for (start, text) in parts {
            line.resize(line.len().max(start - 1), ' ');
            line.splice((start - 1).min(line.len()).., text.chars());
        }
        line.into_iter().collect()
    }

    #[test]
    fn what_has_no_kind_is_never_stored() {
        let person = [
            record("001", &[(24, "01000000000000 M1961-07-07"), (73, "Smed"), (107, "EGEN REFERENCE")]),
            record("009", &[(14, "8331Nørholm")]),
            record("011", &[(14, "F1961-07-07")]),
            record("018", &[(14, "1A")]),
            record("019", &[(14, "01Notat")]),
            record("020", &[(14, "0001")]),
            record("021", &[(14, "2020-01-01Påbud")]),
            record("028", &[(14, "U1961-07-07")]),
            record("099", &[(14, "202405150000A01"), (31, "EGEN REFERENCE")]),
            record("077", &[(14, "Ukendt")]),
        ];
        assert_eq!(lines(&person, &Keep::all()), record("001", &[(24, "01000000000000 M1961-07-07")]));
        let nothing: Keep = std::iter::empty::<Kind>().collect();
        assert_eq!(lines(&person, &nothing), record("001", &[(39, "M1961-07-07")]));
    }

    #[test]
    fn name_and_address_of_one_record_are_kept_apart() {
        let clear = record("003", &[(14, "Mortensen,Jens"), (116, "Industrivænget 95, 1. mf"), (184, "9000Aalborg")]);
        let only = |kind: Kind| lines(std::slice::from_ref(&clear), &[kind].into_iter().collect());
        assert_eq!(only(Kind::Names), record("003", &[(14, "Mortensen,Jens")]));
        assert_eq!(only(Kind::Address), record("003", &[(116, "Industrivænget 95, 1. mf"), (184, "9000Aalborg")]));
        assert_eq!(only(Kind::History), "");
        assert_eq!(lines(&[format!("{clear:<249}hale")], &Keep::all()), clear, "no tail");
    }

    #[test]
    fn custody_alone_keeps_only_the_parent_who_has_it() {
        let parents = record("015", &[(14, "1990-01-01"), (25, "1312814362"), (81, "1990-01-01"), (92, "0707614285")]);
        let custody = record("016", &[(14, "00031990-01-01")]);
        let only = |kind: Kind| lines(&[parents.clone(), custody.clone()], &[kind].into_iter().collect());
        let mother = record("015", &[(14, "1990-01-01"), (25, "1312814362")]);
        assert_eq!(only(Kind::Custody), format!("{mother}\n{custody}"));
        assert_eq!(only(Kind::Family), parents);
    }

    #[test]
    fn a_history_is_kept_with_what_it_is_the_history_of() {
        let former_name = record("026", &[(15, "Jens")]);
        let of = |kinds: &[Kind]| lines(std::slice::from_ref(&former_name), &kinds.iter().copied().collect());
        assert_eq!(of(&[Kind::History]), "");
        assert_eq!(of(&[Kind::Names]), "");
        assert_eq!(of(&[Kind::History, Kind::Names]), former_name);
    }
}
