//! The page with the buttons: everyday life, and the night. Plain HTML and forms, for a demonstration at the desk.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};
use cpr::PersonalNumber;

use super::exchange::Exchange;
use super::http::State;
use super::lock;
use crate::life::{Happening, LifeError, LifeEvent};
use crate::night::{NightCommand, Production, ProductionState};
use crate::population::Person;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(page)))
        .service(web::resource("/hverdag").route(web::post().to(everyday)))
        .service(web::resource("/nat").route(web::post().to(night)));
}

const EVENTS: [(LifeEvent, &str, &str); 11] = [
    (LifeEvent::Move, "move", "Flytter"),
    (LifeEvent::Rename, "rename", "Skifter efternavn"),
    (LifeEvent::Marry, "marry", "Gifter sig"),
    (LifeEvent::HaveChild, "have-child", "Får et barn"),
    (LifeEvent::Protect, "protect", "Får adressebeskyttelse"),
    (LifeEvent::Unprotect, "unprotect", "Beskyttelsen ophører"),
    (LifeEvent::Emigrate, "emigrate", "Udrejser"),
    (LifeEvent::Disappear, "disappear", "Forsvinder"),
    (LifeEvent::Die, "die", "Dør"),
    (LifeEvent::Renumber, "renumber", "Får nyt personnummer"),
    (LifeEvent::DoubleNumber, "double-number", "Havde to personnumre"),
];

/// What a button sends, and what stands on it.
const NIGHT: [(&str, &str); 6] = [
    ("command=deliver", "Levér nu"),
    ("command=withhold", "Hold tilbage (for sent eller aldrig)"),
    ("command=twice", "Levér den seneste en gang til"),
    ("command=out-of-order", "Levér to i omvendt rækkefølge"),
    ("command=flawed&flaw=cut", "Levér afskåret"),
    ("command=flawed&flaw=wrong-count", "Levér med forkert antal"),
];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}button{font:inherit;padding:.35rem .8rem;margin:.2rem .2rem .2rem 0}\
select,input{font:inherit;padding:.3rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;\
border-bottom:1px solid #d5d5d5;vertical-align:top}.said{background:#eef5ee;border-left:4px solid #3a7d44;padding:.5rem 1rem}\
form.line{display:inline}.quiet{color:#595959}code{font-size:.9em}";

async fn everyday(form: web::Form<Happening>, state: State) -> HttpResponse {
    let Happening { event, number, other } = form.into_inner();
    let mut exchange = lock(&state);
    let outcome = PersonalNumber::parse(&number)
        .map_err(|_| LifeError::UnknownPerson)
        .and_then(|number| exchange.happen(event, number, &other).map(|new| (number, new)));
    let label = EVENTS.iter().find(|(known, ..)| *known == event).map_or("", |(_, _, label)| label);
    exchange.said = match outcome {
        Ok((number, new)) => {
            let name = exchange.office.population.person(number).map(name).unwrap_or_default();
            let new = new.map(|new| format!(" Nyt personnummer: {}.", hyphenated(new))).unwrap_or_default();
            format!("{name}: {}.{new}", label.to_lowercase())
        }
        Err(error) => format!("{label}: {}", in_danish(error)),
    };
    back()
}

async fn night(form: web::Form<NightCommand>, state: State) -> HttpResponse {
    let mut exchange = lock(&state);
    exchange.said = match exchange.night_command(&form) {
        Ok(productions) if productions.is_empty() => "Dagen er sat.".to_owned(),
        Ok(productions) => productions.iter().map(in_words).collect::<Vec<_>>().join(" "),
        Err(error) => format!("Det lykkedes ikke: {error}."),
    };
    back()
}

fn back() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/")).finish()
}

async fn page(state: State) -> HttpResponse {
    let exchange = lock(&state);
    let mut html =
        String::from("<!doctype html><html lang=da><meta charset=utf-8><title>CPR-simulatoren</title><style>");
    html.push_str(STYLE);
    html.push_str("</style><h1>CPR-simulatoren</h1><p class=quiet>Alle personer er opdigtede.</p>");
    if !exchange.said.is_empty() {
        // Writing to a String does not fail; so in the whole page.
        let _ = write!(html, "<p class=said role=status>{}</p>", escaped(&exchange.said));
    }
    everyday_section(&mut html, &exchange);
    night_section(&mut html, &exchange);
    followed_section(&mut html, &exchange);
    let _ = write!(
        html,
        "<h2>Mere</h2><p>Filer lægges i <code>{}</code>, opgave <code>{}</code>. Simulatoren kan også drilles: \
         <a href=/control/knobs>/control/knobs</a>, og fortæller, hvad der er spurgt om: \
         <a href=/control/counters>/control/counters</a>, <a href=/control/log>/control/log</a>.</p></html>",
        escaped(&exchange.night.folder.display().to_string()),
        exchange.night.task,
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html)
}

fn everyday_section(html: &mut String, exchange: &Exchange) {
    let followed = exchange.night.subscriptions.active();
    html.push_str("<h2>Hverdagen</h2><form method=post action=/hverdag><p><label>Person <select name=number>");
    for (label, is_followed) in [("Følges", true), ("Andre", false)] {
        let _ = write!(html, "<optgroup label={label}>");
        let living = |person: &&Person| !matches!(person.status.as_str(), "30" | "50" | "60" | "90");
        for person in exchange.office.population.persons().filter(living) {
            if followed.contains(&person.number) == is_followed {
                let (digits, text) = (person.number.digits(), hyphenated(person.number));
                let _ = write!(html, "<option value={}>{text} {}", digits.as_str(), escaped(&name(person)));
            }
        }
        html.push_str("</optgroup>");
    }
    html.push_str(
        "</select></label> <label>Ægtefællens personnummer eller nyt efternavn <input name=other></label></p><p>",
    );
    for (_, value, label) in EVENTS {
        let _ = write!(html, "<button name=event value={value}>{label}</button>");
    }
    html.push_str("</p></form>");
}

fn night_section(html: &mut String, exchange: &Exchange) {
    let night = &exchange.night;
    let next = night.next_date(exchange.today());
    let _ = write!(html, "<h2>Natten</h2><p>Næste fil er for <b>{}</b>.</p>", next.format("%d.%m.%Y"));
    for (fields, label) in NIGHT {
        html.push_str("<form class=line method=post action=/nat>");
        for (name, value) in fields.split('&').filter_map(|field| field.split_once('=')) {
            let _ = write!(html, "<input type=hidden name={name} value={value}>");
        }
        let _ = write!(html, "<button>{label}</button></form>");
    }
    let _ = write!(
        html,
        "<form method=post action=/nat><p><input type=hidden name=command value=set-date><label>Lad næste fil være for \
         <input type=date name=date value={next}></label> <button>Sæt dagen</button></p></form>"
    );
    if night.productions().is_empty() {
        return;
    }
    html.push_str("<table><thead><tr><th>Dag<th>Forrige<th>Fil<th>Personer<th>Tilstand<th></thead>");
    for production in night.productions().iter().rev() {
        let Production { date, previous, file_name, persons, state, .. } = production;
        let (day, before) = (date.format("%d.%m.%Y"), previous.format("%d.%m.%Y"));
        let _ = write!(
            html,
            "<tr><td>{day}<td>{before}<td><code>{file_name}</code><td>{persons}<td>{}<td>\
             <form method=post action=/nat><input type=hidden name=command value=release>\
             <input type=hidden name=date value={date}><button>{}</button></form>",
            match state {
                ProductionState::Withheld => "holdt tilbage",
                ProductionState::Flawed => "leveret med fejl",
                ProductionState::Delivered => "leveret",
            },
            if *state == ProductionState::Delivered { "Levér igen" } else { "Levér den rigtige" },
        );
    }
    html.push_str("</table>");
}

fn followed_section(html: &mut String, exchange: &Exchange) {
    let followed = exchange.night.subscriptions.active();
    let _ = write!(html, "<h2>Følges</h2><p>{} følges af kunden.</p>", people(followed.len()));
    if followed.is_empty() {
        return;
    }
    html.push_str("<table><thead><tr><th>Personnummer<th>Navn<th>Bopæl</thead>");
    for person in followed.iter().filter_map(|number| exchange.office.population.person(*number)) {
        let _ = write!(
            html,
            "<tr><td>{}<td>{}{}<td>{}",
            hyphenated(person.number),
            escaped(&name(person)),
            if person.is_protected() { " <b>(beskyttet)</b>" } else { "" },
            escaped(&residence(exchange, person)),
        );
    }
    html.push_str("</table>");
}

fn residence(exchange: &Exchange, person: &Person) -> String {
    let population = &exchange.office.population;
    if let Some(address) = &person.address {
        let street = population.standard_address(&address.place()).unwrap_or_default();
        let district = population.postal_district(&address.post).unwrap_or_default();
        return format!("{street}, {} {district}", address.post);
    }
    let words = match person.status.as_str() {
        "50" => "nummeret er slettet",
        "60" => "nummeret er ændret",
        "70" => "forsvundet",
        "80" => "udrejst",
        "90" => "død",
        _ => "ingen bopæl",
    };
    words.to_owned()
}

fn in_words(production: &Production) -> String {
    let what = match production.state {
        ProductionState::Withheld => "er lavet og holdt tilbage",
        ProductionState::Flawed => "er leveret med fejl",
        ProductionState::Delivered => "er leveret",
    };
    format!("Filen for {} med {} {what}.", production.date.format("%d.%m.%Y"), people(production.persons))
}

fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} personer") }
}

fn in_danish(error: LifeError) -> &'static str {
    match error {
        LifeError::UnknownPerson => "personen findes ikke.",
        LifeError::UnknownSpouse => "skriv også ægtefællens personnummer.",
        LifeError::NotAlive => "personen er død, eller nummeret bruges ikke mere.",
        LifeError::NoNumber => "der er intet nummer tilbage.",
    }
}

fn name(person: &Person) -> String {
    person.name.as_ref().map_or_else(|| "(uden navn)".to_owned(), |name| name.addressing.clone())
}

fn hyphenated(number: PersonalNumber) -> String {
    let digits = number.digits();
    let (date, serial) = digits.as_str().split_at(6);
    format!("{date}-{serial}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
