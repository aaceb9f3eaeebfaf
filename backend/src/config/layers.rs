//! Defaults, file, environment: one tree on top of the other.

use std::path::Path;

use toml::{Table, Value};

use super::{ConfigError, private};

/// The documented default file, which is the defaults.
const DEFAULTS: &str = include_str!("../../config.default.toml");

const PREFIX: &str = "PARTSREGISTER_";

/// Tables whose keys the operator chooses.
const FREE: [&str; 1] = ["auth.privilege_map"];

/// Secrets that can be given as `<key>_file` instead.
pub const SECRETS: [&str; 3] = ["database.url", "cpr.gctp.password", "cpr.direkte.password"];

/// The defaults with `texts` on top of them, one after the other, and then the environment; secrets are read from files.
pub fn merge(texts: &[&str], environment: impl Iterator<Item = (String, String)>) -> Result<Table, ConfigError> {
    let mut tree = parse(DEFAULTS)?;
    for text in texts {
        overlay(&mut tree, parse(text)?, "")?;
    }
    for (name, value) in environment {
        if let Some(path) = name.strip_prefix(PREFIX) {
            set(&mut tree, &path.split("__").collect::<Vec<_>>(), &value, "", &name)?;
        }
    }
    for key in SECRETS {
        read_secret(&mut tree, key)?;
    }
    Ok(tree)
}

/// The defaults alone.
#[cfg(test)]
pub fn defaults() -> Result<Table, ConfigError> {
    parse(DEFAULTS)
}

/// The tree as TOML with secrets hidden.
pub fn printable(tree: &Table) -> String {
    let mut tree = tree.clone();
    for key in SECRETS {
        if let Some(Value::String(secret)) = find(&mut tree, key)
            && !secret.is_empty()
            && !(secret.starts_with("sqlite:"))
        {
            *secret = "***".to_owned();
        }
    }
    tree.to_string()
}

/// The content of a file that a key names.
pub fn read_file(key: &str, path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        key: key.to_owned(),
        path: path.display().to_string(),
        reason: error.to_string(),
    })
}

fn parse(text: &str) -> Result<Table, ConfigError> {
    text.parse::<Table>().map_err(|error| {
        let end = error.span().map_or(0, |span| span.start.min(text.len()));
        ConfigError::NotToml { line: text[..end].lines().count().max(1), reason: error.message().to_owned() }
    })
}

fn overlay(base: &mut Table, over: Table, path: &str) -> Result<(), ConfigError> {
    for (key, value) in over {
        let name = join(path, &key);
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) if !FREE.contains(&name.as_str()) => {
                overlay(base, over, &name)?;
            }
            (Some(base), value) => *base = value,
            (None, _) => return Err(ConfigError::UnknownKey(name)),
        }
    }
    Ok(())
}

/// Sets the value that an environment variable names. Its type is that of the default: a text is taken as it is, everything
/// else is read as TOML.
fn set(tree: &mut Table, path: &[&str], text: &str, at: &str, variable: &str) -> Result<(), ConfigError> {
    let unknown = || ConfigError::UnknownKey(variable.to_owned());
    let (wanted, rest) = path.split_first().ok_or_else(unknown)?;
    let key = tree.keys().find(|key| same(key, wanted)).cloned().ok_or_else(unknown)?;
    let name = join(at, &key);
    let entry = tree.get_mut(&key).ok_or_else(unknown)?;
    if !rest.is_empty() {
        return match entry {
            Value::Table(inner) if !FREE.contains(&name.as_str()) => set(inner, rest, text, &name, variable),
            _ => Err(unknown()),
        };
    }
    *entry = match entry {
        Value::String(_) => Value::String(text.to_owned()),
        _ => format!("value = {text}")
            .parse::<Table>()
            .ok()
            .and_then(|mut table| table.remove("value"))
            .ok_or_else(|| ConfigError::invalid(variable, "værdien kan ikke læses"))?,
    };
    Ok(())
}

fn read_secret(tree: &mut Table, key: &str) -> Result<(), ConfigError> {
    let file_key = format!("{key}_file");
    let Some(Value::String(path)) = find(tree, &file_key).map(|value| value.clone()) else { return Ok(()) };
    if path.is_empty() {
        return Ok(());
    }
    private::check(&file_key, Path::new(&path))?;
    let secret = read_file(&file_key, Path::new(&path))?.trim().to_owned();
    let default = parse(DEFAULTS)?;
    let Some(value) = find(tree, key) else { return Ok(()) };
    let unset = find(&mut default.clone(), key).map(|default| default.clone());
    if unset.as_ref() != Some(value) {
        return Err(ConfigError::invalid(&file_key, format!("angiv kun én af {key} og {file_key}")));
    }
    *value = Value::String(secret);
    Ok(())
}

fn find<'a>(tree: &'a mut Table, key: &str) -> Option<&'a mut Value> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    match (tree.get_mut(first)?, rest) {
        (value, "") => Some(value),
        (Value::Table(inner), rest) => find(inner, rest),
        _ => None,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Environment variables know neither case nor hyphen.
fn same(key: &str, variable: &str) -> bool {
    key.replace('-', "_").eq_ignore_ascii_case(variable)
}
