//! What is stored of a person (`cpr.keep`): every field of CPR's belongs to a kind, and what belongs to none that is
//! kept, or to none at all, is dropped before it is stored.
//!
//! Name, address, status and protection as a party shows them are the party's own; this is about the records beside it.

use std::collections::BTreeSet;

use cpr::gctp::{Fields, ServiceAnswer, layout_of, service};

/// A kind of data about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Names.
    Names,
    /// Address and contact address.
    Address,
    /// Person status.
    Status,
    /// Civil status and spouse.
    CivilStatus,
    /// Parents and children.
    Family,
    /// Custody.
    Custody,
    /// Guardianship.
    Guardianship,
    /// Citizenship.
    Citizenship,
    /// Protections.
    Protection,
    /// Former personal numbers.
    FormerNumbers,
    /// Former names and addresses, and the marks that there are any.
    History,
}

impl Kind {
    const NAMES: [(Kind, &str); 11] = [
        (Kind::Names, "names"),
        (Kind::Address, "address"),
        (Kind::Status, "status"),
        (Kind::CivilStatus, "civil-status"),
        (Kind::Family, "family"),
        (Kind::Custody, "custody"),
        (Kind::Guardianship, "guardianship"),
        (Kind::Citizenship, "citizenship"),
        (Kind::Protection, "protection"),
        (Kind::FormerNumbers, "former-numbers"),
        (Kind::History, "history"),
    ];

    /// The kind of a word of `cpr.keep`.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::NAMES.into_iter().find(|(_, word)| *word == name).map(|(kind, _)| kind)
    }
}

/// The kinds that this installation stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep(BTreeSet<Kind>);

impl Keep {
    /// Everything that has a kind.
    pub fn all() -> Keep {
        Kind::NAMES.into_iter().map(|(kind, _)| kind).collect()
    }

    /// Whether a kind is stored.
    pub fn has(&self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }

    /// Whether anything of a service's answer is stored beyond what identifies the person.
    pub(super) fn wants(&self, service: &str) -> bool {
        match service {
            service::NAVNE3 => self.has(Kind::Names),
            service::ADRESSE3 | service::ADRESSE4 => self.has(Kind::Address),
            service::BESKYT3 => self.has(Kind::Protection),
            service::FAMILIE => self.has(Kind::Family) || self.has(Kind::Custody),
            service::CIVIL3 => self.has(Kind::CivilStatus),
            service::TIDLPNR => self.has(Kind::FormerNumbers),
            _ => true,
        }
    }

    /// The answer without what is not stored.
    pub(super) fn filter(&self, mut answer: ServiceAnswer) -> ServiceAnswer {
        let service = answer.service.clone();
        answer.fields = self.filter_fields(&service, &answer.fields);
        for table in answer.tables.values_mut() {
            if service == service::FAMILIE && !self.has(Kind::Family) {
                table.rows.retain(|row| !row.fields.get(CUSTODY_MARK).is_empty());
            }
            for row in &mut table.rows {
                // Row keys are opaque and begin with personal numbers; nobody reads them again.
                row.key = None;
                row.fields = self.filter_fields(&service, &row.fields);
            }
            table.rest = None;
        }
        answer
    }

    fn filter_fields(&self, service: &str, fields: &Fields) -> Fields {
        let keeps = |name: &str| match field_kind(service, name) {
            Some(FieldKind::Identity) => true,
            Some(FieldKind::Of(kind)) => self.has(kind),
            Some(FieldKind::Relative) => self.has(Kind::Family) || self.has(Kind::Custody),
            None => false,
        };
        fields.iter().filter(|(name, _)| keeps(name)).map(|(name, field)| (name, field.clone())).collect()
    }
}

impl FromIterator<Kind> for Keep {
    fn from_iter<Kinds: IntoIterator<Item = Kind>>(kinds: Kinds) -> Keep {
        Keep(kinds.into_iter().collect())
    }
}

const CUSTODY_MARK: &str = "FORAELDREMYNMRK";

/// What a field belongs to.
enum FieldKind {
    /// Says who the person is: number, sex, birth date. Always stored.
    Identity,
    /// Of one kind.
    Of(Kind),
    /// Says who a relative is.
    Relative,
}

/// What a field of a service's answer belongs to; `None` for what is never stored, unknown fields among it.
fn field_kind(service: &str, name: &str) -> Option<FieldKind> {
    use FieldKind::{Identity, Of, Relative};
    if !layout_of(service).is_some_and(|layout| layout.knows(name)) {
        return None;
    }
    Some(match (service, name) {
        // An order to move, and cases that wait in CPR, are the authorities' own.
        (_, "FLYTPAMRK" | "I_VENT_MRK") => return None,
        (_, "HISTORIKMRK" | "TIDLADRMRK" | "TIDLKOMMRK") => Of(Kind::History),
        (_, "KOEN" | "CNVN_KOEN" | "FOEDDATO" | "FOEDDATOUSM") => Identity,
        (service::STAM | service::STAMP, "PNR") => Identity,
        (service::STAM | service::STAMP, "PNRGAELD" | "STATUS" | "STARTDATOSTATUS") => Of(Kind::Status),
        (service::STAM | service::STAMP, "ADRNVN") => Of(Kind::Names),
        (service::STAM | service::STAMP, "BESKYT") => Of(Kind::Protection),
        (service::STAM | service::STAMP | service::ADRESSE3 | service::ADRESSE4, _) => Of(Kind::Address),
        (service::NAVNE3, status) if status.starts_with("CNVN_STATUS") => Of(Kind::Status),
        (service::NAVNE3, _) => Of(Kind::Names),
        (service::BESKYT3, _) => Of(Kind::Protection),
        (service::CIVIL3, _) => Of(Kind::CivilStatus),
        (service::TIDLPNR, _) => Of(Kind::FormerNumbers),
        (service::FAMILIE, CUSTODY_MARK) => Of(Kind::Custody),
        (service::FAMILIE, _) => Relative,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use cpr::gctp::{Field, Row, Table};

    use super::*;

    fn answer(service: &str, fields: &[&str]) -> ServiceAnswer {
        let fields = fields.iter().map(|name| (*name, Field::new("1"))).collect();
        ServiceAnswer { fields, ..ServiceAnswer::empty(service) }
    }

    fn kept(keep: &Keep, answer: ServiceAnswer) -> Vec<String> {
        keep.filter(answer).fields.iter().map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn every_word_of_the_setting_is_a_kind() {
        for (kind, name) in Kind::NAMES {
            assert_eq!(Kind::from_name(name), Some(kind));
        }
        assert_eq!(Kind::from_name("church"), None);
    }

    #[test]
    fn what_has_no_kind_is_never_stored() {
        let unknown = answer("ADRESSE3", &["HUSNR", "FLYTPAMRK", "FKIRK", "BOLIGTYPKOD"]);
        assert_eq!(kept(&Keep::all(), unknown), ["HUSNR"]);
        assert_eq!(kept(&Keep::all(), answer("STAM", &["PNR", "I_VENT_MRK", "ADRNVN"])), ["ADRNVN", "PNR"]);
        assert!(kept(&Keep::all(), answer("KIRKE3", &["FKIRK"])).is_empty());
    }

    #[test]
    fn a_kind_that_is_not_kept_leaves_every_answer() {
        let keep: Keep = [Kind::Address, Kind::Status].into_iter().collect();
        let stam = answer("STAM", &["PNR", "ADRNVN", "BESKYT", "STADR", "STATUS", "KOEN"]);
        assert_eq!(kept(&keep, stam), ["KOEN", "PNR", "STADR", "STATUS"]);
        assert!(!keep.wants("NAVNE3") && keep.wants("ADRESSE3") && !keep.wants("FAMILIE"));
    }

    #[test]
    fn custody_alone_keeps_only_the_relatives_that_it_is_about() {
        let row = |mark: &str| Row {
            key: Some("0707614285".to_owned()),
            kind: None,
            fields: [("FAMMRK", Field::new("Barn")), (CUSTODY_MARK, Field::new(mark))].into_iter().collect(),
        };
        let mut family = ServiceAnswer::empty("FAMILIE");
        family.tables.insert("FAMILIE".to_owned(), Table { rows: vec![row("X"), row("")], ..Table::default() });
        let rows = |keep: Keep| keep.filter(family.clone()).tables["FAMILIE"].rows.clone();
        let custody = rows([Kind::Custody].into_iter().collect());
        assert_eq!((custody.len(), custody[0].key.as_deref()), (1, None));
        let only_family = rows([Kind::Family].into_iter().collect());
        assert_eq!(only_family.len(), 2);
        assert!(only_family[0].fields.get(CUSTODY_MARK).is_empty());
    }
}
