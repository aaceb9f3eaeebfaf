//! Parties page by page.

use sea_orm::Value;

use super::row::{columns, party};
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::{Party, PartyCriteria, PartyFilter, PartyKind};
use crate::domain::search::sort_key;
use crate::store::sql;
use crate::store::{Connection, Error, cursor};

/// Every party, or every party of a kind, in order of creation. The place is a number, so it may stand in a URL.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn list(on: &impl Connection, kind: Option<PartyKind>, page: &PageRequest) -> Result<Page<Party>, Error> {
    let mut terms = Terms::default();
    let after = terms.value(cursor::number(page)?.unwrap_or(0));
    terms.add(format!("p.seq > {after}"));
    if let Some(kind) = kind {
        let kind = terms.value(sql::name(&kind)?);
        terms.add(format!("p.kind = {kind}"));
    }
    let limit = terms.value(cursor::fetch(page));
    let statement = format!("{} WHERE {} ORDER BY p.seq LIMIT {limit}", columns(on), terms.text());
    rows(on, &statement, terms.values, page, |row| Ok(sql::get::<i64>(row, "seq")?.to_string())).await
}

/// The parties that meet all criteria.
///
/// Without words: by name, in Danish order. The place then holds a name: it belongs into the body of a question, never
/// into a URL. By words: by name too when all hits fit into the first page; of more, the party created last comes first,
/// because the index of words gives its hits in that order, and reading stops with the page however many there are.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn search(on: &impl Connection, criteria: &PartyCriteria, page: &PageRequest) -> Result<Page<Party>, Error> {
    match &criteria.tokens {
        Some(tokens) if tokens.is_empty() || !tokens.iter().all(|token| is_word(token)) => {
            Ok(Page { items: Vec::new(), next: None })
        }
        Some(tokens) => by_words(on, tokens, criteria, page).await,
        None => by_name(on, criteria, page).await,
    }
}

async fn by_words(
    on: &impl Connection,
    tokens: &[String],
    criteria: &PartyCriteria,
    page: &PageRequest,
) -> Result<Page<Party>, Error> {
    let sqlite = sql::is_sqlite(on);
    let seq = if sqlite { "s.rowid" } else { "s.seq" };
    let mut terms = Terms::default();
    let words = terms.value(if sqlite { fts5(tokens, criteria.mask_protected) } else { tsquery(tokens) });
    terms.add(match (sqlite, criteria.mask_protected) {
        (true, _) => format!("s.party_search MATCH {words}"),
        (false, true) => format!("s.shown @@ CAST({words} AS tsquery)"),
        (false, false) => format!("(s.shown @@ CAST({words} AS tsquery) OR s.hidden @@ CAST({words} AS tsquery))"),
    });
    if let Some(before) = cursor::number(page)? {
        let before = terms.value(before);
        terms.add(format!("{seq} < {before}"));
    }
    let words_alone = terms.conditions.len();
    terms.criteria(on, criteria)?;
    // CROSS JOIN keeps SQLite's planner from turning the two around.
    let and_party = if terms.conditions.len() > words_alone {
        terms.add(format!("p.seq = {seq}"));
        "CROSS JOIN party p"
    } else {
        ""
    };
    // The limit is a value for a reason: PostgreSQL makes a plan for these very words as long as it believes that a plan
    // for any words would read a tenth of all rows. With a plan for any words, rare ones take seconds.
    let limit = terms.value(cursor::fetch(page));
    let statement = format!(
        "WITH hit AS (SELECT {seq} AS seq FROM party_search s {and_party} WHERE {} ORDER BY {seq} DESC LIMIT {limit}) \
        {} WHERE p.seq IN (SELECT seq FROM hit) ORDER BY p.seq DESC",
        terms.text(),
        columns(on)
    );
    let mut hits = rows(on, &statement, terms.values, page, |row| Ok(sql::get::<i64>(row, "seq")?.to_string())).await?;
    if page.after.is_none() && hits.next.is_none() {
        // Of the same name, the one created first comes first, as in `by_name`.
        hits.items.reverse();
        hits.items.sort_by_cached_key(|party| sort_key(&party.fields.name));
    }
    Ok(hits)
}

async fn by_name(on: &impl Connection, criteria: &PartyCriteria, page: &PageRequest) -> Result<Page<Party>, Error> {
    let mut terms = Terms::default();
    if let Some(place) = &page.after {
        let (seq, name) = place.split_once(' ').ok_or(Error::Place)?;
        let seq: i64 = seq.parse().map_err(|_| Error::Place)?;
        let (name, seq) = (terms.value(name), terms.value(seq));
        terms.add(format!("(p.sort_name, p.seq) > ({name}, {seq})"));
    }
    terms.criteria(on, criteria)?;
    let condition = if terms.conditions.is_empty() { String::new() } else { format!("WHERE {}", terms.text()) };
    let limit = terms.value(cursor::fetch(page));
    // Sorted before the rest of the row is fetched: a selection may have many more rows than the page.
    let statement = format!(
        "WITH hit AS (SELECT p.seq FROM party p {condition} ORDER BY p.sort_name, p.seq LIMIT {limit}) \
        {} WHERE p.seq IN (SELECT seq FROM hit) ORDER BY p.sort_name, p.seq",
        columns(on)
    );
    rows(on, &statement, terms.values, page, |row| {
        Ok(format!("{} {}", sql::get::<i64>(row, "seq")?, sql::get::<String>(row, "sort_name")?))
    })
    .await
}

async fn rows(
    on: &impl Connection,
    statement: &str,
    values: Vec<Value>,
    page: &PageRequest,
    place: impl Fn(&sea_orm::QueryResult) -> Result<String, Error>,
) -> Result<Page<Party>, Error> {
    let rows = sql::all(on, statement, values).await?;
    let rows = rows.iter().map(|row| Ok((party(row)?, place(row)?))).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(rows, page, |(_, place)| place.clone()).map(|(party, _)| party))
}

/// Nothing else is ever stored; and a word can neither end the quotes that it stands in nor be cut into several.
fn is_word(token: &str) -> bool {
    !token.is_empty() && token.chars().all(char::is_alphanumeric)
}

/// Words for FTS5: each in quotes, as a prefix; all of them.
fn fts5(tokens: &[String], shown_only: bool) -> String {
    let words: Vec<String> = tokens.iter().map(|token| format!("\"{token}\"*")).collect();
    let words = words.join(" AND ");
    if shown_only { format!("shown : ({words})") } else { words }
}

/// The same for PostgreSQL.
fn tsquery(tokens: &[String]) -> String {
    let words: Vec<String> = tokens.iter().map(|token| format!("'{token}':*")).collect();
    words.join(" & ")
}

/// Conditions that must all hold, and the values that they speak of.
#[derive(Default)]
struct Terms {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Terms {
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn add(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    fn text(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// Everything but the words.
    fn criteria(&mut self, on: &impl Connection, criteria: &PartyCriteria) -> Result<(), Error> {
        if let Some(number) = criteria.personal_number {
            let number = self.value(sql::digits(number));
            self.add(format!(
                "p.id IN (SELECT id FROM party WHERE personal_number = {number} \
                UNION ALL SELECT party_id FROM party_former_number WHERE personal_number = {number})"
            ));
        }
        if let Some(cvr_number) = &criteria.cvr_number {
            let cvr_number = self.value(cvr_number.as_str());
            self.add(format!("p.cvr_number = {cvr_number}"));
        }
        if let Some(key) = &criteria.external_id {
            let (system, id) = (self.value(key.system.as_str()), self.value(key.id.as_str()));
            self.add(format!(
                "p.id = (SELECT party_id FROM party_external_id WHERE system = {system} AND external_id = {id})"
            ));
        }
        if let Some(ids) = &criteria.ids {
            self.value(sql::id_list(on, ids));
            self.add(sql::id_in(on, "p.id", self.values.len()));
        }
        if let Some(case_number) = &criteria.case_number {
            let case_number = self.value(case_number.as_str());
            self.add(format!("p.id IN (SELECT party_id FROM case_party WHERE case_number = {case_number})"));
        }
        if let Some(kind) = criteria.kind {
            let kind = self.value(sql::name(&kind)?);
            self.add(format!("p.kind = {kind}"));
        }
        if let Some(since) = criteria.changed_since {
            let since = self.value(sql::micros(since));
            // As a list of rows, so that SQLite does not walk along all names instead when few have changed.
            self.add(format!("p.seq IN (SELECT seq FROM party WHERE updated_at >= {since})"));
        }
        match criteria.filter {
            Some(PartyFilter::Protected) => self.add(PROTECTED),
            Some(PartyFilter::WithoutPersonalNumber) => self.add(WITHOUT_PERSONAL_NUMBER),
            Some(PartyFilter::ChangedByCpr) => self.add("p.changed_by <> 'user'"),
            Some(PartyFilter::Duplicates) => self.add(duplicates(criteria.mask_protected)),
            None => {}
        }
        Ok(())
    }
}

/// In the words of the index `party_without_number`; `kind = 'person'` would lead SQLite to the index of kinds.
const WITHOUT_PERSONAL_NUMBER: &str = "p.personal_number IS NULL AND p.kind <> 'company'";

const PROTECTED: &str = "p.personal_number IN (SELECT personal_number FROM register_person WHERE protected)";

/// Another party has the same name and address, or the same CVR number while neither has a production unit number, or is
/// the same person: CPR moved the person from one number to the other, or one had the other's number. With masked
/// addresses, those of protected parties are not compared.
fn duplicates(mask_protected: bool) -> String {
    let open = |party: &str| {
        format!(
            "NOT EXISTS (SELECT 1 FROM register_person hidden \
            WHERE hidden.personal_number = {party}.personal_number AND hidden.protected)"
        )
    };
    let both_open = if mask_protected { format!("AND {} AND {}", open("p"), open("q")) } else { String::new() };
    format!(
        "(EXISTS (SELECT 1 FROM party q WHERE q.sort_name = p.sort_name AND q.postal_code = p.postal_code \
            AND q.address_line1 = p.address_line1 AND q.id <> p.id AND p.sort_name <> '' {both_open}) \
        OR EXISTS (SELECT 1 FROM party q WHERE q.cvr_number = p.cvr_number AND q.id <> p.id \
            AND q.p_number IS NULL AND p.p_number IS NULL) \
        OR EXISTS (SELECT 1 FROM register_person m JOIN party q ON q.personal_number = m.current_number \
            WHERE m.personal_number = p.personal_number AND q.id <> p.id) \
        OR EXISTS (SELECT 1 FROM register_person m JOIN party q ON q.personal_number = m.personal_number \
            WHERE m.current_number = p.personal_number AND q.id <> p.id) \
        OR EXISTS (SELECT 1 FROM party_former_number n JOIN party q ON q.personal_number = n.personal_number \
            WHERE n.party_id = p.id AND q.id <> p.id) \
        OR EXISTS (SELECT 1 FROM party_former_number n WHERE n.personal_number = p.personal_number \
            AND n.party_id <> p.id))"
    )
}
