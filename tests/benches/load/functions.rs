//! What criterion measured: the medians of the benchmark `functions`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::report::{Goal, Report};

/// Reads criterion's folder, where there is one.
pub fn read(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let mut found = Vec::new();
    find(folder, &mut found)?;
    found.sort();
    if found.is_empty() {
        return Ok(());
    }
    report.heading("Functions (criterion)");
    report.text("| Function | Median | Throughput |\n|---|---|---|\n");
    let mut lines = None;
    for folder in found {
        let read = |file: &str| anyhow::Ok(serde_json::from_slice::<Value>(&fs::read(folder.join(file))?)?);
        let (benchmark, estimates) = (read("benchmark.json")?, read("estimates.json")?);
        let name = benchmark["full_id"].as_str().unwrap_or_default();
        let nanoseconds = estimates["median"]["point_estimate"].as_f64().unwrap_or_default();
        let throughput = &benchmark["throughput"];
        let throughput = match (throughput["Bytes"].as_f64(), throughput["Elements"].as_f64()) {
            (Some(bytes), _) => format!("{:.0} MB/s", bytes * 1e3 / nanoseconds),
            (_, Some(elements)) => format!("{:.0} per second", elements * 1e9 / nanoseconds),
            _ => String::new(),
        };
        report.text(&format!("| {name} | {:.2} µs | {throughput} |\n", nanoseconds / 1000.0));
        if name == "extract/lines" {
            lines = Some(nanoseconds);
        } else if let (true, Some(lines)) = (name.starts_with("extract/scan"), lines) {
            let share = lines / nanoseconds;
            report.goal(
                "criterion: scan of a change file, of the speed of finding its lines",
                share,
                "",
                Goal::AtLeast(0.25),
            );
        }
        if name.starts_with("gctp") || name.starts_with("extract") {
            report.note(&format!("criterion: {name}"), &throughput);
        }
    }
    Ok(())
}

/// The folders `new` below this one: criterion's latest results.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        if path.join("estimates.json").exists() && path.ends_with("new") {
            found.push(path);
        } else if path.is_dir() {
            find(&path, found)?;
        }
    }
    Ok(())
}
