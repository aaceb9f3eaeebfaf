//! CPR's change files as tests need them: whole ones, and ones with every fault.

use std::path::Path;

use chrono::NaiveDate;
use cpr::extract::{RecordBuilder, Style, Writer};

/// The task of the tests: customer 9999, serial 01.
pub const TASK: &str = "999901";

/// A change file of the tests' task, of a day and after another, in which these persons are, resident and with one event each.
///
/// # Panics
/// When a date or a number is none.
pub fn change_file(produced: &str, previous: &str, persons: &[&str]) -> Vec<u8> {
    file_of_task(TASK, produced, previous, persons)
}

/// As [`change_file`], of any task.
///
/// # Panics
/// When the task, a date or a number is none.
pub fn file_of_task(task: &str, produced: &str, previous: &str, persons: &[&str]) -> Vec<u8> {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut writer = Writer::new(Vec::new(), Style::default());
    let mut write = || {
        writer.start(task, day(produced), Some(day(previous)))?;
        for number in persons {
            writer.record(&RecordBuilder::new("001", number).set("STATUS", "01").set("KOEN", "M"))?;
            writer.record(&RecordBuilder::new("099", number).set("HAENDELSE", "A01"))?;
        }
        Ok::<(), cpr::extract::WriteError>(())
    };
    write().unwrap_or_else(|error| panic!("{error}"));
    writer.finish().unwrap_or_else(|error| panic!("{error}"))
}

/// The file with every fault that makes it useless, each with the reason that it is refused for.
pub fn faulty(sound: &[u8]) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = || String::from_utf8_lossy(sound).into_owned();
    let lines = || text().lines().map(str::to_owned).collect::<Vec<String>>();
    let joined = |lines: Vec<String>| (lines.join("\n") + "\n").into_bytes();
    let last = lines().len() - 1;
    let changed = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines();
        change(&mut lines);
        joined(lines)
    };
    vec![
        ("nothing in it", Vec::new(), "incomplete"),
        ("no start record", changed(&|lines| drop(lines.remove(0))), "bad-start"),
        ("two start records", changed(&|lines| lines.insert(1, lines[0].clone())), "bad-start"),
        ("no end record", changed(&|lines| drop(lines.pop())), "incomplete"),
        ("cut in the middle", sound[..sound.len() / 2].to_vec(), "incomplete"),
        ("the end record in the middle", changed(&|lines| lines.swap(2, last)), "wrong-count"),
        ("data after the end", changed(&|lines| lines.push(lines[1].clone())), "bad-end"),
        ("a record missing", changed(&|lines| drop(lines.remove(1))), "wrong-count"),
        ("a record twice", changed(&|lines| lines.insert(2, lines[2].clone())), "wrong-count"),
        ("no number where the key is", changed(&|lines| lines[1].replace_range(3..13, "0707a14285")), "unreadable"),
        ("a line that is no record", changed(&|lines| lines[1].replace_range(0..3, "abc")), "unreadable"),
        ("a register of roads", joined(vec![format!("000{}", "99990120261123")]), "foreign-product"),
        ("another task", file_of_task("999902", "2026-11-20", "2026-11-19", &["0707614285"]), "wrong-task"),
        ("a letter", b"Kaere kommune\n".to_vec(), "bad-start"),
    ]
}

/// Lays a file into a folder the way CPR names it.
///
/// # Panics
/// When the disk does not take it.
pub fn lay(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
}
