//! The floors of the backend: what each may name, and the test that fails, with file and line, when one names more.
//!
//! Arrows point down only: `http` and `jobs` call `actions`, `actions` call `store`, `domain` and `registry`. The walls
//! (web, SQL, CPR) are crates that only the room at that wall may name. A crate that is on no list (serde, chrono,
//! tracing …) is free for all.

mod source;

use std::fs;
use std::path::{Path, PathBuf};

use source::{Source, Spot};

struct Floor {
    name: &'static str,
    /// The other floors that it may name.
    floors: &'static [&'static str],
    /// The walled crates that it may name, or the only items of them.
    crates: &'static [&'static str],
    /// Words of the language that it does without.
    never: &'static [&'static str],
}

const FLOORS: [Floor; 9] = [
    Floor { name: "domain", floors: &[], crates: &["openapi::privilege::Privilege"], never: &["async", "await"] },
    Floor { name: "store", floors: &["domain"], crates: &["sea_orm", "sqlx", "migrations", "tokio"], never: &[] },
    Floor { name: "registry", floors: &["domain"], crates: &["cpr", "tokio"], never: &[] },
    Floor {
        name: "actions",
        floors: &["domain", "store", "registry", "clock", "config", "telemetry"],
        crates: &["tokio"],
        never: &[],
    },
    Floor {
        name: "jobs",
        floors: &["actions", "domain", "clock", "config", "telemetry"],
        crates: &["tokio"],
        never: &[],
    },
    Floor {
        name: "http",
        floors: &["actions", "domain", "clock", "config", "telemetry"],
        crates: &["openapi", "tokio", WEB, "reqwest", "jsonwebtoken"],
        never: &[],
    },
    Floor { name: "clock", floors: &[], crates: &[], never: &[] },
    // Settings may demand privileges by name.
    Floor { name: "config", floors: &[], crates: &["openapi::privilege::Privilege"], never: &[] },
    Floor { name: "telemetry", floors: &[], crates: &[], never: &[] },
];

/// The rooms above all floors: they put the house together and may name everything.
const ROOF: [&str; 3] = ["app", "lib", "main"];

/// A value that every floor may hold, like a date; the rest of `cpr` stands behind its wall.
const VALUE: &str = "cpr::PersonalNumber";

/// Stands for every crate of the web framework.
const WEB: &str = "actix and what mounts on it";

const WEB_CRATES: [&str; 9] = [
    "actix_web",
    "actix_http",
    "actix_rt",
    "actix_service",
    "awc",
    "utoipa",
    "utoipa_actix_web",
    "utoipa_swagger_ui",
    "rust_embed",
];

/// Crates that stand behind a wall, or wait: named only where a floor's list says so.
const WALLED: [&str; 13] = [
    "sea_orm",
    "sea_orm_migration",
    "sea_query",
    "sqlx",
    "migrations",
    "cpr",
    "cpr_simulator",
    "openapi",
    "reqwest",
    "jsonwebtoken",
    "tokio",
    "futures_util",
    "async_trait",
];

/// Walled only against `domain`, which never waits; the others may use them like serde.
const WAITING: [&str; 2] = ["futures_util", "async_trait"];

#[test]
fn every_floor_names_only_what_it_may() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut read = 0;
    let mut faults = Vec::new();
    for file in rust_files(&house) {
        let inside = file.strip_prefix(&house).unwrap().to_str().unwrap().to_owned();
        read += 1;
        faults.extend(faults_in(&inside, &fs::read_to_string(&file).unwrap()));
    }
    assert!(read > 0, "no source in {}", house.display());
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// What a file of the backend names without being allowed to; `inside` is its path below `backend/src`.
fn faults_in(inside: &str, text: &str) -> Vec<String> {
    let mut module: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
    module.pop_if(|last| *last == "mod");
    let room = module[0];
    if ROOF.contains(&room) {
        return Vec::new();
    }
    let Some(floor) = FLOORS.iter().find(|floor| floor.name == room) else {
        return vec![format!("backend/src/{inside}: `{room}` is no floor of the house (see backend/tests/floors)")];
    };
    let source = Source::read(text);
    let named = source.paths().into_iter().filter_map(|path| {
        let fault = floor.fault_of(&absolute(&module, &path.segments))?;
        Some((path.spot, fault))
    });
    let words = source.words(floor.never).into_iter().map(|(spot, word)| (spot, format!("uses `{word}`")));
    let faults = named.chain(words);
    faults.map(|(Spot { line }, fault)| format!("backend/src/{inside}:{line}: `{room}` {fault}")).collect()
}

impl Floor {
    fn fault_of(&self, path: &[String]) -> Option<String> {
        let fault = || Some(format!("names {}", path.join("::")));
        match path {
            [root, room, ..] if root == "crate" => {
                let is_floor = FLOORS.iter().any(|floor| floor.name == room) || ROOF.contains(&room.as_str());
                if is_floor && room != self.name && !self.floors.contains(&room.as_str()) { fault() } else { None }
            }
            [root, ..] if WEB_CRATES.contains(&root.as_str()) => {
                if self.crates.contains(&WEB) {
                    None
                } else {
                    fault()
                }
            }
            [root, ..] if WAITING.contains(&root.as_str()) && self.name != "domain" => None,
            [root, ..] if WALLED.contains(&root.as_str()) => {
                let allowed = self.crates.iter().chain([&VALUE]).any(|allowed| {
                    let allowed: Vec<&str> = allowed.split("::").collect();
                    path.len() >= allowed.len() && path.iter().zip(&allowed).all(|(named, allowed)| named == allowed)
                });
                if allowed { None } else { fault() }
            }
            _ => None,
        }
    }
}

/// Turns `self::` and `super::` into `crate::`. Modules inside the file are not counted, which errs towards the root.
fn absolute(module: &[&str], path: &[String]) -> Vec<String> {
    let up = path.iter().take_while(|segment| *segment == "super").count();
    let itself = path.first().is_some_and(|first| first == "self");
    if up == 0 && !itself {
        return path.to_owned();
    }
    let kept = &module[..module.len().saturating_sub(up)];
    let rest = &path[up.max(usize::from(itself))..];
    std::iter::once("crate").chain(kept.iter().copied()).map(str::to_owned).chain(rest.iter().cloned()).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

#[test]
fn a_planted_violation_is_found_with_its_line() {
    for (inside, text, fault) in [
        ("domain/party.rs", "use std::fmt;\nuse sea_orm::entity::prelude::*;\n", "2: `domain` names sea_orm::entity"),
        ("domain/party.rs", "fn a() {}\n\nasync fn b() {}\n", "3: `domain` uses `async`"),
        ("domain/mod.rs", "use cpr::{PersonalNumber, gctp::Answer};\n", "1: `domain` names cpr::gctp::Answer"),
        ("domain/mod.rs", "use openapi::privilege::*;\n", "1: `domain` names openapi::privilege::*"),
        ("domain/mod.rs", "fn at(clock: &dyn crate::clock::Clock) {}\n", "1: `domain` names crate::clock::Clock"),
        (
            "store/party.rs",
            "use crate::{\n    domain,\n    registry::Answer,\n};\n",
            "3: `store` names crate::registry",
        ),
        ("store/party.rs", "use super::super::actions;\n", "1: `store` names crate::actions"),
        ("registry.rs", "use super::store;\n", "1: `registry` names crate::store"),
        ("registry.rs", "fn a() { sea_orm::Database::connect(\"x\") }\n", "1: `registry` names sea_orm::Database"),
        ("actions/find.rs", "use ::actix_web::web;\n", "1: `actions` names actix_web::web"),
        ("actions/find.rs", "use sea_orm as database;\n", "1: `actions` names sea_orm"),
        ("actions/find.rs", "extern crate openapi;\n", "1: `actions` names openapi"),
        ("jobs.rs", "use crate::store as kept;\n", "1: `jobs` names crate::store"),
        (
            "http/party.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::store::Party;\n}\n",
            "3: `http` names crate::store",
        ),
        ("config.rs", "use crate::http::Route;\n", "1: `config` names crate::http::Route"),
        ("http/party.rs", "use crate::app::App;\n", "1: `http` names crate::app::App"),
        ("helpers.rs", "", ": `helpers` is no floor"),
    ] {
        let faults = faults_in(inside, text);
        assert!(faults.len() == 1 && faults[0].contains(fault), "{inside} {text:?} gave {faults:?}");
    }
}

#[test]
fn what_a_floor_may_name_is_no_fault() {
    for (inside, text) in [
        ("domain/party.rs", "use cpr::PersonalNumber;\nuse openapi::privilege::Privilege;\nuse serde::Serialize;\n"),
        (
            "domain/party.rs",
            "// use sea_orm::Value;\n/* async /* nested */ crate::store */\nconst A: &str = \"actix_web::web\";\n",
        ),
        (
            "domain/party.rs",
            "const A: &str = r#\"crate::store \" async\"#; const B: char = '\"'; const C: char = '\\'';\n",
        ),
        (
            "domain/party.rs",
            "fn a<'crate_>(settings: &Settings) -> bool { settings.cpr.is_some() && settings.openapi }\n",
        ),
        ("domain/mod.rs", "use self::party::Party;\nmod party;\n"),
        ("store/party.rs", "use sea_orm::{ConnectionTrait, Statement};\nuse crate::domain::party::Party;\n"),
        ("registry/person.rs", "use super::super::domain::Party;\nuse cpr::gctp;\n"),
        ("actions/mod.rs", "use crate::{clock::Clock, config::Config, domain, registry, store};\nasync fn a() {}\n"),
        (
            "http/mod.rs",
            "use actix_web::{get, web};\nuse openapi::party::Party;\nuse crate::actions;\nuse crate::http::error;\n",
        ),
        ("http/openapi.rs", "use crate::http::openapi;\nuse super::store_of_keys;\n"),
        ("app.rs", "use crate::{http, store};\nuse sea_orm::Database;\n"),
    ] {
        let faults = faults_in(inside, text);
        assert!(faults.is_empty(), "{inside} {text:?} gave {faults:?}");
    }
}
