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
    let mut terms = Terms::default();
    let hit = if sql::is_sqlite(on) {
        hit_on_sqlite(on, &mut terms, tokens, criteria, page)?
    } else {
        hit_on_postgres(on, &mut terms, tokens, criteria, page)?
    };
    let statement = format!("WITH {hit} {} WHERE p.seq IN (SELECT seq FROM hit) ORDER BY p.seq DESC", columns(on));
    let mut hits = rows(on, &statement, terms.values, page, |row| Ok(sql::get::<i64>(row, "seq")?.to_string())).await?;
    if page.after.is_none() && hits.next.is_none() {
        // Of the same name, the one created first comes first, as in `by_name`.
        hits.items.reverse();
        hits.items.sort_by_cached_key(|party| sort_key(&party.fields.name));
    }
    Ok(hits)
}

/// FTS5 gives its hits in our order, and reading stops with the page.
fn hit_on_sqlite(
    on: &impl Connection,
    terms: &mut Terms,
    tokens: &[String],
    criteria: &PartyCriteria,
    page: &PageRequest,
) -> Result<String, Error> {
    let words = terms.value(fts5(tokens, criteria.mask_protected));
    terms.add(format!("s.party_search MATCH {words}"));
    if let Some(before) = cursor::number(page)? {
        let before = terms.value(before);
        terms.add(format!("s.rowid < {before}"));
    }
    // CROSS JOIN keeps the planner from turning the two around.
    let and_party = terms.more_criteria(on, criteria)?.then_some("CROSS JOIN party p ON p.seq = s.rowid");
    let limit = terms.value(cursor::fetch(page));
    Ok(format!(
        "hit AS (SELECT s.rowid AS seq FROM party_search s {} WHERE {} ORDER BY s.rowid DESC LIMIT {limit})",
        and_party.unwrap_or_default(),
        terms.text()
    ))
}

/// So many of the latest parties are looked at one by one before PostgreSQL's index is asked: what many parties meet fills
/// a page before they are through (5 ms), and what does not has few hits. The index gives its hits in no order: of many it
/// would be slow.
const LATEST: u32 = 16_384;

/// So many letters of a word are in PostgreSQL's index: see step `party_prefix` of the schema.
const INDEXED_LETTERS: usize = 8;

/// What PostgreSQL expects of words is never asked: neither before nor after statistics were made, nor for a plan that
/// serves any words.
fn hit_on_postgres(
    on: &impl Connection,
    terms: &mut Terms,
    tokens: &[String],
    criteria: &PartyCriteria,
    page: &PageRequest,
) -> Result<String, Error> {
    let words = terms.value(tsquery(tokens, |token| format!("'{token}':*")));
    let beginnings =
        terms.value(tsquery(tokens, |token| format!("'{}'", token.chars().take(INDEXED_LETTERS).collect::<String>())));
    // In a SELECT of its own, the text is read as a query once, not once a row.
    let meets = |words: &str, of: fn(&str) -> String| {
        let column = |name| format!("{} @@ (SELECT CAST({words} AS tsquery))", of(name));
        if criteria.mask_protected {
            column("s.shown")
        } else {
            format!("({} OR {})", column("s.shown"), column("s.hidden"))
        }
    };
    let by_word = meets(&words, str::to_owned);
    let by_beginning = meets(&beginnings, |column| format!("party_prefixes({column})"));
    let before = cursor::number(page)?.unwrap_or(i64::MAX);
    let before = terms.value(before);
    let and_party = if terms.more_criteria(on, criteria)? { "JOIN party p ON p.seq = s.seq" } else { "" };
    let limit = terms.value(cursor::fetch(page));
    let mut indexed = terms.conditions.clone();
    indexed.extend([format!("(SELECT count(*) FROM latest) < {limit}"), format!("s.seq < {before}"), by_beginning]);
    if tokens.iter().any(|token| token.chars().nth(INDEXED_LETTERS).is_some()) {
        indexed.push(by_word.clone());
    }
    let indexed = indexed.join(" AND ");
    terms.add(by_word);
    let latest = terms.text();
    Ok(format!(
        "latest AS MATERIALIZED (SELECT s.seq FROM \
            (SELECT * FROM party_search WHERE seq < {before} ORDER BY seq DESC LIMIT {LATEST}) s {and_party} \
            WHERE {latest} ORDER BY s.seq DESC LIMIT {limit}), \
        indexed AS MATERIALIZED (SELECT s.seq FROM party_search s {and_party} WHERE {indexed}), \
        hit AS (SELECT seq FROM latest UNION SELECT seq FROM indexed ORDER BY seq DESC LIMIT {limit})"
    ))
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

/// Words for PostgreSQL: all of them.
fn tsquery(tokens: &[String], word: impl Fn(&String) -> String) -> String {
    tokens.iter().map(word).collect::<Vec<_>>().join(" & ")
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

    /// [`Self::criteria`], and whether there are any.
    fn more_criteria(&mut self, on: &impl Connection, criteria: &PartyCriteria) -> Result<bool, Error> {
        let before = self.conditions.len();
        self.criteria(on, criteria)?;
        Ok(self.conditions.len() > before)
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
            Some(PartyFilter::Subscribed) => self.add(SUBSCRIBED),
            Some(PartyFilter::ChangedByCpr) => self.add("p.changed_by <> 'user' AND p.changed_by <> 'retention'"),
            Some(PartyFilter::Duplicates) => self.add(duplicates(criteria.mask_protected)),
            None => {}
        }
        Ok(())
    }
}

/// In the words of the index `party_without_number`; `kind = 'person'` would lead SQLite to the index of kinds.
const WITHOUT_PERSONAL_NUMBER: &str = "p.personal_number IS NULL AND p.kind <> 'company'";

/// CPR follows the party's number, or the one that it moved the person to.
const SUBSCRIBED: &str = "p.personal_number IN (SELECT personal_number FROM subscription WHERE state = 'active' \
    UNION ALL SELECT r.personal_number FROM register_person r JOIN subscription s ON s.personal_number = r.current_number \
    WHERE s.state = 'active')";

const PROTECTED: &str = "p.personal_number IN (SELECT personal_number FROM register_person WHERE protected)";

/// Another party has the same name and address, or the same CVR number while neither has a production unit number, or is
/// the same person: CPR moved the person from one number to the other, or one had the other's number. With masked
/// addresses, those of protected parties are not compared.
///
/// As a list of rows: looking for the double of each party along all names takes the longer the fewer there are.
fn duplicates(mask_protected: bool) -> String {
    let open = |party: &str| {
        if !mask_protected {
            return String::new();
        }
        format!(
            "AND NOT EXISTS (SELECT 1 FROM register_person hidden \
            WHERE hidden.personal_number = {party}.personal_number AND hidden.protected)"
        )
    };
    // Both parties of a pair `a`, `b`.
    let pair =
        |pairs: &str| format!("SELECT a.seq {pairs} AND a.id <> b.id UNION ALL SELECT b.seq {pairs} AND a.id <> b.id");
    let moved = "FROM register_person m JOIN party a ON a.personal_number = m.personal_number \
        JOIN party b ON b.personal_number = m.current_number WHERE m.current_number IS NOT NULL";
    let had = "FROM party_former_number n JOIN party a ON a.id = n.party_id \
        JOIN party b ON b.personal_number = n.personal_number WHERE n.personal_number IS NOT NULL";
    format!(
        "p.seq IN (SELECT q.seq FROM party q JOIN \
            (SELECT o.sort_name, o.postal_code, o.address_line1 FROM party o \
                WHERE o.address_line1 IS NOT NULL AND o.sort_name <> '' {} \
                GROUP BY o.sort_name, o.postal_code, o.address_line1 HAVING count(*) > 1) same \
            ON q.sort_name = same.sort_name AND q.postal_code = same.postal_code AND q.address_line1 = same.address_line1 \
            WHERE q.address_line1 IS NOT NULL {} \
        UNION ALL SELECT q.seq FROM party q WHERE q.p_number IS NULL AND q.cvr_number IN \
            (SELECT o.cvr_number FROM party o WHERE o.cvr_number IS NOT NULL AND o.p_number IS NULL \
                GROUP BY o.cvr_number HAVING count(*) > 1) \
        UNION ALL {} UNION ALL {})",
        open("o"),
        open("q"),
        pair(moved),
        pair(had)
    )
}
