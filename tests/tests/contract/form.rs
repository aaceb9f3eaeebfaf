//! What a reader of the specification may expect of every operation.

use std::collections::HashSet;

use tests::{House, on_each_database};

use super::operations;

async fn every_operation_is_named_described_and_tells_its_errors(house: &House) {
    let mut names = HashSet::new();
    let mut faults = Vec::new();
    for operation in operations(house).await {
        let (name, content) = (operation.name(), &operation.content);
        let mut fault = |text: String| faults.push(format!("{name}: {text}"));
        if !names.insert(name.to_owned()) {
            fault("stands twice".to_owned());
        }
        for key in ["summary", "description"] {
            if content[key].as_str().is_none_or(|text| text.trim().is_empty()) {
                fault(format!("no {key}"));
            }
        }
        if content["tags"].as_array().map(Vec::len) != Some(1) {
            fault("not one tag".to_owned());
        }
        let responses = content["responses"].as_object().expect("responses");
        for (status, response) in responses {
            if response["description"].as_str().is_none_or(str::is_empty) {
                fault(format!("{status} has no description"));
            }
            let is_problem = response["content"]["application/problem+json"].is_object();
            if status.starts_with(['4', '5']) && operation.path.starts_with("/api/v1") && !is_problem {
                fault(format!("{status} is no problem"));
            }
        }
        let expected: &[&str] = match operation.demands().as_slice() {
            [] => &[],
            demands if demands.iter().any(Vec::is_empty) => &["401"],
            _ => &["401", "403"],
        };
        for status in expected.iter().filter(|status| !responses.contains_key(**status)) {
            fault(format!("does not tell of {status}"));
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

on_each_database! { every_operation_is_named_described_and_tells_its_errors }
