//! The properties that `cargo xtask stress` tries with arbitrary bytes, tried with the samples, with cuttings of them, and
//! with every input that has once broken one (`fuzz/found`).

use std::fs;
use std::path::Path;

#[path = "../fuzz/properties.rs"]
mod properties;

#[test]
fn every_sample_of_an_extract_holds_as_a_file_and_line_by_line() {
    for file in files("corpus/extract") {
        properties::scan(&file);
        for line in file.split(|byte| *byte == b'\n') {
            for length in [line.len(), line.len() / 2, line.len().min(15), line.len().min(3)] {
                properties::record(&line[..length]);
            }
        }
    }
}

#[test]
fn every_sample_of_an_answer_holds() {
    files("corpus/gctp").iter().for_each(|file| properties::gctp(file));
    files("corpus/direkte").iter().for_each(|file| properties::direkte(file));
}

#[test]
fn what_once_broke_a_property_holds_now() {
    files("fuzz/found/record").iter().for_each(|file| properties::record(file));
    files("fuzz/found/scan").iter().for_each(|file| properties::scan(file));
    files("fuzz/found/gctp").iter().for_each(|file| properties::gctp(file));
    files("fuzz/found/direkte").iter().for_each(|file| properties::direkte(file));
}

fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).into_iter().flatten();
    entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}
