//! The alarms: `docs/operations.md` says of each what to do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{check, workspace};

/// Compares the alarms with the entries of the guide.
pub fn check() -> anyhow::Result<()> {
    let guide = fs::read_to_string(workspace::root().join("docs/operations.md"))?;
    check::no_faults(&faults(&fs::read_to_string(folder().join("alerts.yml"))?, &guide))
}

fn folder() -> PathBuf {
    Path::new(workspace::root()).join("docs/operations")
}

/// Alarms without an entry, and entries of alarms that do not exist. An entry is a row of a table that begins with the name.
fn faults(alarms: &str, guide: &str) -> Vec<String> {
    let alarms: BTreeSet<&str> = alarms.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let entries: BTreeSet<&str> = rows.map(|(name, _)| name).filter(|name| name.starts_with("Partsregister")).collect();
    let missing = alarms.difference(&entries).map(|name| format!("docs/operations.md: no entry of the alarm {name}"));
    let unknown = entries.difference(&alarms).map(|name| format!("docs/operations/alerts.yml: no alarm {name}"));
    missing.chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn an_alarm_without_an_entry_and_an_entry_without_an_alarm_are_faults() {
        let alarms = "groups:\n  rules:\n    - alert: PartsregisterDown\n    - alert: PartsregisterSlow\n";
        let guide = "| `PartsregisterDown` | … |\n| `PartsregisterLoud` | … |\nSee `PartsregisterSlow`.";
        assert_eq!(
            faults(alarms, guide),
            [
                "docs/operations.md: no entry of the alarm PartsregisterSlow",
                "docs/operations/alerts.yml: no alarm PartsregisterLoud"
            ]
        );
    }

    #[test]
    fn prometheus_accepts_the_alarms_and_each_rings_when_it_should() {
        for arguments in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]] {
            let run = Command::new("promtool").args(arguments).current_dir(folder()).output();
            let run = run.expect("promtool (Debian's package prometheus)");
            let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
            assert!(run.status.success(), "{arguments:?}: {said}");
        }
    }

    #[test]
    fn every_alarm_is_tried() {
        let read = |name: &str| fs::read_to_string(folder().join(name)).unwrap();
        let (alarms, tried) = (read("alerts.yml"), read("alerts.test.yml"));
        let alarms: Vec<&str> = alarms.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
        assert!(!alarms.is_empty());
        for alarm in alarms {
            // Once where it is silent, once where it rings.
            let rings = tried.lines().any(|line| line.trim() == format!("alertname: {alarm}"));
            let is_silent = tried.contains(&format!("alertname: {alarm} }}"));
            assert!(rings && is_silent, "{alarm}");
        }
    }
}
