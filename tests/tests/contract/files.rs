//! The files in `openapi/` are what the routes say.

use std::fs;
use std::path::Path;

use backend::http;

const HINT: &str = "differs from the routes: run `cargo xtask openapi` and review the change";

#[test]
fn the_specification_in_the_repository_is_the_one_of_the_routes() {
    let made = format!("{}\n", http::specification().to_pretty_json().unwrap());
    assert!(kept("openapi.json") == made, "openapi/openapi.json {HINT}");
}

#[test]
fn the_table_of_privileges_in_the_repository_is_the_one_of_the_routes() {
    assert!(kept("privileges.txt") == http::privileges(), "openapi/privileges.txt {HINT}");
}

fn kept(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
