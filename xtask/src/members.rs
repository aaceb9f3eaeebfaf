//! Every crate inherits the workspace's lints and takes its versions from the one table of the root manifest.

use std::fs;

use anyhow::Context;
use toml::{Table, Value};

use crate::{check, workspace};

pub fn check() -> anyhow::Result<()> {
    let root = manifest("Cargo.toml")?;
    let members = root["workspace"]["members"].as_array().context("workspace.members is a list")?;
    let mut faults = Vec::new();
    for member in members.iter().filter_map(Value::as_str) {
        let path = format!("{member}/Cargo.toml");
        faults.extend(faults_in(&manifest(&path)?).into_iter().map(|fault| format!("{path}: {fault}")));
    }
    check::no_faults(&faults)
}

fn manifest(path: &str) -> anyhow::Result<Table> {
    let text = fs::read_to_string(workspace::root().join(path)).with_context(|| path.to_owned())?;
    text.parse().with_context(|| path.to_owned())
}

fn faults_in(manifest: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    if !inherits(manifest.get("lints")) {
        faults.push("misses `[lints] workspace = true`".to_owned());
    }
    let package = manifest.get("package").and_then(Value::as_table);
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        if !inherits(package.and_then(|package| package.get(key))) {
            faults.push(format!("misses `{key}.workspace = true`"));
        }
    }
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for table in std::iter::once(manifest).chain(targets.filter_map(Value::as_table)) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let dependencies = table.get(kind).and_then(Value::as_table).into_iter().flatten();
            let own = dependencies.filter(|(_, dependency)| !inherits(Some(dependency)));
            faults.extend(own.map(|(name, _)| format!("{kind}: `{name}` is not taken from the workspace's table")));
        }
    }
    faults
}

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        package = { name = "a", version.workspace = true, edition.workspace = true, rust-version.workspace = true, license.workspace = true, publish.workspace = true }
        lints.workspace = true
        dependencies = { serde.workspace = true, chrono = { workspace = true, features = ["clock"] } }
    "#;

    #[test]
    fn a_member_that_inherits_everything_is_in_order() {
        assert_eq!(faults_in(&GOOD.parse().unwrap()), Vec::<String>::new());
    }

    #[test]
    fn a_version_of_its_own_is_a_fault_wherever_it_stands() {
        let own = GOOD.replace("serde.workspace = true", "serde = \"1\"")
            + "\n[target.'cfg(unix)'.dev-dependencies]\nlibc = \"0.2\"";
        let faults = faults_in(&own.parse().unwrap()).join("\n");
        assert!(faults.contains("dependencies: `serde`") && faults.contains("dev-dependencies: `libc`"), "{faults}");
        let faults = faults_in(&GOOD.replace("lints.workspace = true", "").parse().unwrap());
        assert_eq!(faults, ["misses `[lints] workspace = true`"]);
    }
}
