//! From a row to a party: everything that a party shows comes with one statement.

use chrono::NaiveDate;
use cpr::PersonalNumber;
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::party::{Address, ExternalId, Party, PartyFields};
use crate::domain::person::Register;
use crate::domain::subscription::{Following, Reason, ReasonKind, State};
use crate::store::sql::{self, get, get_json, get_name, get_number};
use crate::store::subscription::{HAS_NUMBER, IS_REASON, NUMBER};
use crate::store::{Connection, Error};

/// `SELECT` and `FROM`: the party `p`, what CPR said of its number `r`, and who holds the number that CPR moved it to.
pub fn columns(on: &impl Connection) -> String {
    selection(on, "", "")
}

/// [`columns`], and how the party is followed today (`$1`).
pub fn followed_columns(on: &impl Connection) -> String {
    let (group, list) = json_words(on);
    let more = format!(
        ", s.state AS subscription_state, s.confirmed_at, \
        (SELECT CAST({group}({list}(c.follow_kind, c.case_number, c.follow_until)) AS text) FROM case_party cp \
        JOIN authority_case c ON c.case_number = cp.case_number \
        WHERE cp.party_id = p.id AND {HAS_NUMBER} AND {IS_REASON}) AS reasons"
    );
    selection(on, &more, &format!(" LEFT JOIN subscription s ON s.personal_number = {NUMBER}"))
}

fn selection(on: &impl Connection, more: &str, join: &str) -> String {
    let (group, list) = json_words(on);
    format!(
        "SELECT p.*, r.person, r.source, r.register_date, r.updated_at AS register_updated_at, holder.id AS holder, \
        (SELECT CAST({group}({list}(k.system, k.external_id)) AS text) FROM party_external_id k \
        WHERE k.party_id = p.id) AS external_ids, \
        (SELECT CAST({group}(n.personal_number) AS text) FROM party_former_number n \
        WHERE n.party_id = p.id) AS former_numbers{more} \
        FROM party p \
        LEFT JOIN register_person r ON r.personal_number = p.personal_number \
        LEFT JOIN party holder ON holder.personal_number = r.current_number AND holder.id <> p.id{join}"
    )
}

/// What makes a list of rows, and a list of values.
fn json_words(on: &impl Connection) -> (&'static str, &'static str) {
    if sql::is_sqlite(on) { ("json_group_array", "json_array") } else { ("json_agg", "json_build_array") }
}

/// How the party in a row of [`followed_columns`] is followed; `None` = it is neither followed nor to be followed.
pub fn following(row: &QueryResult) -> Result<Option<Following>, Error> {
    let state = get::<Option<String>>(row, "subscription_state")?;
    let mut reasons: Vec<Reason> = list::<(ReasonKind, String, NaiveDate)>(row, "reasons")?
        .into_iter()
        .map(|(kind, case_number, until)| Reason { kind, case_number, until })
        .collect();
    reasons.sort_by(|one, other| one.case_number.cmp(&other.case_number));
    if state.is_none() && reasons.is_empty() {
        return Ok(None);
    }
    let state = state.map_or(Ok(State::None), |_| get_name(row, "subscription_state"))?;
    Ok(Some(Following { state, confirmed_at: get(row, "confirmed_at")?, reasons }))
}

/// The party in a row of [`columns`].
pub fn party(row: &QueryResult) -> Result<Party, Error> {
    let number = get_number(row, "personal_number")?;
    Ok(Party {
        id: get(row, "id")?,
        fields: PartyFields {
            kind: get_name(row, "kind")?,
            name: get(row, "name")?,
            email: get(row, "email")?,
            phone: get(row, "phone")?,
            mobile: get(row, "mobile")?,
            address: address(row)?,
            personal_number: number,
            cvr_number: get(row, "cvr_number")?,
            p_number: get(row, "p_number")?,
            external_ids: external_ids(row)?,
            owns_email_domain: get(row, "owns_email_domain")?,
            active: get(row, "active")?,
        },
        address_kind: get_name(row, "address_kind")?,
        keeps_name: get(row, "keeps_name")?,
        keeps_address: get(row, "keeps_address")?,
        former_numbers: former_numbers(row)?,
        register: register(row)?,
        current_number_held_by: get::<Option<Uuid>>(row, "holder")?,
        changed_by: get_name(row, "changed_by")?,
        version: get(row, "version")?,
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
    })
}

fn address(row: &QueryResult) -> Result<Option<Address>, Error> {
    let address = Address {
        line1: get(row, "address_line1")?,
        line2: get(row, "address_line2")?,
        postal_code: get(row, "postal_code")?,
        city: get(row, "city")?,
        country_code: get(row, "country_code")?,
    };
    let empty = address.line1.is_none()
        && address.line2.is_none()
        && address.postal_code.is_none()
        && address.city.is_none()
        && address.country_code.is_none();
    Ok((!empty).then_some(address))
}

fn external_ids(row: &QueryResult) -> Result<Vec<ExternalId>, Error> {
    let keys = list::<(String, String)>(row, "external_ids")?;
    let mut keys: Vec<ExternalId> = keys.into_iter().map(|(system, id)| ExternalId { system, id }).collect();
    keys.sort();
    Ok(keys)
}

fn former_numbers(row: &QueryResult) -> Result<Vec<PersonalNumber>, Error> {
    let mut numbers = list::<String>(row, "former_numbers")?
        .iter()
        .map(|digits| PersonalNumber::parse(digits).map_err(|_| Error::unreadable("former_numbers")))
        .collect::<Result<Vec<PersonalNumber>, Error>>()?;
    numbers.sort();
    Ok(numbers)
}

/// A list that the database made; PostgreSQL makes NULL of an empty one.
fn list<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Vec<T>, Error> {
    if get::<Option<String>>(row, column)?.is_none() {
        return Ok(Vec::new());
    }
    get_json(row, column)
}

fn register(row: &QueryResult) -> Result<Option<Register>, Error> {
    if get::<Option<String>>(row, "person")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Register {
        person: get_json(row, "person")?,
        source: get_name(row, "source")?,
        register_date: get::<NaiveDate>(row, "register_date")?,
        updated_at: get(row, "register_updated_at")?,
    }))
}
