//! The searches, their pages, and the results that are kept between two pages.

mod addresses;
mod checks;
mod names;

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use cpr::gctp::{
    AdrsogRow, Field, Fields, NvnsogRow, Page, Place, Receipt, Record, Row, ServiceAnswer, Table, service,
};

use super::{Office, Question, SEARCH_ID, only_known_keys};
use crate::population::Population;

/// CPR's page size, and the largest that MAXA can ask for.
const PAGE: usize = 20;
const KEPT_SEARCHES: usize = 100;

/// The results of searches that did not fit in one page.
#[derive(Default)]
pub(super) struct Searches {
    kept: VecDeque<Search>,
    begun: u64,
}

struct Search {
    id: String,
    service: String,
    criteria: Fields,
    hits: Vec<Hit>,
}

/// A hit, and the road under which the address search lists it.
struct Hit {
    row: Row,
    road: Option<(String, String)>,
}

impl Office {
    pub(super) fn search_done(&mut self, question: &Question<'_>) -> Result<ServiceAnswer, Receipt> {
        only_known_keys(question.key, &[], &[SEARCH_ID])?;
        let id = question.key.get(SEARCH_ID).value().unwrap_or_default();
        self.searches.kept.retain(|search| search.id != id);
        Ok(ServiceAnswer::empty(question.service))
    }

    /// The page that was asked for, of a new search or of a kept one.
    fn page(
        &mut self,
        question: &Question<'_>,
        page: &Page,
        break_rows: bool,
        find: impl FnOnce(&Population) -> Vec<Hit>,
    ) -> Result<ServiceAnswer, Receipt> {
        let size = page.size.map_or(PAGE, |size| usize::try_from(size).unwrap_or(PAGE)).clamp(1, PAGE);
        let view = View { size, count: page.count, break_rows };
        let criteria = without_paging(question.key);
        if let Some(after) = &page.after {
            let found = self.searches.find(question.service, &criteria, after);
            let (search, from) = found.ok_or_else(|| Receipt::error(2660, "Forkert genstartsnøgle"))?;
            return Ok(view.answer(search, from));
        }
        let id = self.searches.next_id(question.now);
        let mut hits = find(&self.population);
        for key in hits.iter_mut().filter_map(|hit| hit.row.key.as_mut()) {
            key.push_str(&id);
        }
        let search = Search { id, service: question.service.to_owned(), criteria, hits };
        let answer = view.answer(&search, 0);
        if search.hits.len() > size {
            self.searches.keep(search);
        }
        Ok(answer)
    }
}

/// How a page shows a search.
struct View {
    size: usize,
    count: bool,
    break_rows: bool,
}

impl View {
    fn answer(&self, search: &Search, from: usize) -> ServiceAnswer {
        let hits = &search.hits;
        let to = hits.len().min(from + self.size);
        let mut rows = Vec::new();
        for (place, hit) in hits.iter().enumerate().take(to).skip(from) {
            let road_before = place.checked_sub(1).and_then(|before| hits[before].road.as_ref());
            if let Some(road) = hit.road.as_ref().filter(|road| self.break_rows && road_before != Some(road)) {
                rows.push(addresses::break_row(road));
            }
            rows.push(hit.row.clone());
        }
        let total = if self.count { u32::try_from(hits.len()).ok() } else { None };
        let rest = hits.get(to).and_then(|hit| hit.row.key.clone());
        let mut answer = ServiceAnswer::empty(&search.service);
        if hits.len() > self.size {
            answer.fields.set(SEARCH_ID, Field::new(&search.id));
        }
        let layout = if search.service == service::ADRSOG1 { AdrsogRow::LAYOUT } else { NvnsogRow::LAYOUT };
        if let Place::Rows(name) = layout.place {
            answer.tables.insert(name.to_owned(), Table { total, rest, rows });
        }
        answer
    }
}

impl Searches {
    /// The kept search whose page begins at the row of that key.
    fn find(&self, service: &str, criteria: &Fields, key: &str) -> Option<(&Search, usize)> {
        self.kept.iter().filter(|search| search.service == service && search.criteria == *criteria).find_map(|search| {
            let place = search.hits.iter().position(|hit| hit.row.key.as_deref() == Some(key))?;
            Some((search, place))
        })
    }

    fn keep(&mut self, search: Search) {
        if self.kept.len() == KEPT_SEARCHES {
            self.kept.pop_front();
        }
        self.kept.push_back(search);
    }

    /// Sixteen hexadecimal digits that look like CPR's: time in units of 1/4096 microsecond. Two searches in the same
    /// microsecond differ in the last digits.
    fn next_id(&mut self, now: DateTime<Utc>) -> String {
        self.begun += 1;
        let time = u64::try_from(now.timestamp_micros()).unwrap_or_default() << 12;
        format!("{:016X}", time | (self.begun & 0xFFF))
    }
}

/// What must stay the same from page to page: everything but the paging itself.
fn without_paging(key: &Fields) -> Fields {
    let criteria = key.iter().filter(|(name, _)| !Page::LAYOUT.knows(name));
    criteria.map(|(name, field)| (name, field.clone())).collect()
}
