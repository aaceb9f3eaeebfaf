//! The bill of materials (CycloneDX 1.5) of what is shipped: every crate that is compiled into the program, or into the
//! page inside it. What else is in it (fonts, icons, Swagger UI) stands in `docs/third-party.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use serde_json::{Value, json};

use crate::{frontend, workspace};

/// The program's own platform, as far as crates care.
const SERVER: &str = "x86_64-unknown-linux-gnu";

/// Writes the bill.
pub fn write(path: &Path) -> anyhow::Result<()> {
    let bill = bill(&[(metadata(SERVER)?, "backend"), (metadata(frontend::TARGET)?, "frontend")], &checksums()?);
    fs::write(path, format!("{bill:#}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}: {} crates", path.display(), bill["components"].as_array().map_or(0, Vec::len));
    Ok(())
}

fn metadata(platform: &str) -> anyhow::Result<Value> {
    let mut cargo =
        workspace::cargo_with(&["metadata", "--format-version", "1", "--locked", "--filter-platform", platform]);
    let output = cargo.stderr(Stdio::inherit()).output().context("cannot start cargo metadata")?;
    serde_json::from_slice(&output.stdout).context("cargo metadata")
}

/// What Cargo.lock says of the crates' archives: SHA-256 by name and version.
fn checksums() -> anyhow::Result<BTreeMap<(String, String), String>> {
    let lock: toml::Table = fs::read_to_string(workspace::root().join("Cargo.lock"))?.parse()?;
    let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text = |package: &toml::Value, key: &str| Some(package.get(key)?.as_str()?.to_owned());
    Ok(packages
        .iter()
        .filter_map(|package| Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?)))
        .collect())
}

/// The bill of these roots, each in its view of the workspace.
fn bill(roots: &[(Value, &str)], checksums: &BTreeMap<(String, String), String>) -> Value {
    let mut components = BTreeMap::new();
    let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (metadata, root) in roots {
        let packages = by_id(&metadata["packages"]);
        let nodes = by_id(&metadata["resolve"]["nodes"]);
        let root = packages.iter().find(|(_, package)| package["name"] == *root).map(|(id, _)| *id);
        let mut waiting: Vec<&str> = root.into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            let (Some(package), Some(node)) = (packages.get(id), nodes.get(id)) else { continue };
            if !seen.insert(id) {
                continue;
            }
            let needs: Vec<&str> = shipped(node).collect();
            let refs = needs.iter().filter_map(|id| packages.get(id)).map(|package| purl(package));
            dependencies.entry(purl(package)).or_default().extend(refs);
            components.insert(purl(package), component(package, checksums));
            waiting.extend(needs);
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    let dependencies: Vec<Value> =
        dependencies.into_iter().map(|(of, on)| json!({ "ref": of, "dependsOn": on })).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "partsregister", "version": version } },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

fn by_id(list: &Value) -> BTreeMap<&str, &Value> {
    list.as_array().into_iter().flatten().filter_map(|one| Some((one["id"].as_str()?, one))).collect()
}

/// What a crate needs when it runs, not for building or testing it.
fn shipped(node: &Value) -> impl Iterator<Item = &str> {
    let is_shipped = |need: &&Value| {
        need["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    node["deps"].as_array().into_iter().flatten().filter(is_shipped).filter_map(|need| need["pkg"].as_str())
}

fn purl(package: &Value) -> String {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    format!("pkg:cargo/{}@{}", text("name"), text("version"))
}

fn component(package: &Value, checksums: &BTreeMap<(String, String), String>) -> Value {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": text("name"),
        "version": text("version"),
        "purl": purl(package),
    });
    if let Some(licence) = package["license"].as_str() {
        // Before SPDX a slash meant "or".
        component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
    }
    if let Some(checksum) = checksums.get(&(text("name"), text("version"))) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(source) = package["repository"].as_str() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": source }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bill_has_what_is_shipped_with_licence_and_checksum_and_not_what_only_tests() {
        let roots = [(metadata(SERVER).unwrap(), "backend"), (metadata(frontend::TARGET).unwrap(), "frontend")];
        let bill = bill(&roots, &checksums().unwrap());
        let components = bill["components"].as_array().unwrap();
        let of = |name: &str| components.iter().find(|component| component["name"] == name);
        for name in ["actix-web", "sea-orm", "yew", "backend", "frontend"] {
            assert!(of(name).is_some(), "{name}");
        }
        for name in ["proptest", "thirtyfour", "wasm-bindgen-cli-support", "xtask", "tests"] {
            assert!(of(name).is_none(), "{name}");
        }
        let foreign = components.iter().filter(|component| component.get("hashes").is_some());
        assert!(foreign.clone().all(|component| component["licenses"][0]["expression"].is_string()));
        assert!(foreign.count() > 200);
        let refs: BTreeSet<&str> = components.iter().filter_map(|component| component["bom-ref"].as_str()).collect();
        let needs = bill["dependencies"].as_array().unwrap().iter().flat_map(|of| of["dependsOn"].as_array().unwrap());
        for need in needs {
            assert!(refs.contains(need.as_str().unwrap()), "{need} is needed and not listed");
        }
    }
}
