//! The first load: `partsregister import` of parties and of cases with them, into an empty database.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::ensure;
use cpr::PersonalNumber;
use serde_json::json;
use tests::desk::nobodys_numbers;

use crate::ground::{Ground, Kind};
use crate::process::write_settings;
use crate::report::Report;
use crate::{Plan, World, crowd};

pub async fn measure(plan: &Plan, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let parties = (plan.crowd / 5) as usize;
    let cases = parties * 3 / 2;
    report.text(&format!(
        "`partsregister import` of {parties} parties and {cases} cases into an empty database; each case has two parties, \
        named by number and by id in another system.\n\n\
        | | lines/s | seconds | the last tenth, seconds |\n|---|---|---|---|\n"
    ));
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let ground = Ground::prepare(kind, 0, &plan.folder).await?;
        let settings = write_settings(ground.folder.path(), &world.settings(&ground.url))?;
        let numbers: Vec<PersonalNumber> = nobodys_numbers().take(parties).collect();
        let folder = ground.folder.path();
        let (first, last) = (parties * 9 / 10, cases * 9 / 10);
        for (what, count, files) in [
            (
                "parties",
                parties,
                [
                    write(folder, "parties", 0..first, |place| party(place, numbers[place]))?,
                    write(folder, "parties", first..parties, |place| party(place, numbers[place]))?,
                ],
            ),
            (
                "cases",
                cases,
                [
                    write(folder, "cases", 0..last, |place| Ok(case(place, &numbers)))?,
                    write(folder, "cases", last..cases, |place| Ok(case(place, &numbers)))?,
                ],
            ),
        ] {
            let mut seconds = Vec::new();
            for file in files {
                let begun = Instant::now();
                let mut import = Command::new(&plan.server);
                import.args(["import", "--kind", what]).arg(file).arg("--config").arg(&settings);
                let done = import.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
                ensure!(done.success(), "import: {done}");
                seconds.push(begun.elapsed().as_secs_f64());
            }
            let all: f64 = seconds.iter().sum();
            let name = format!("{count} {what} on {}", kind.name());
            report.text(&format!("| {name} | {:.0} | {all:.0} | {:.1} |\n", count as f64 / all, seconds[1]));
            report.note(&name, &format!("{:.0} lines/s, {all:.0} s", count as f64 / all));
        }
    }
    Ok(())
}

/// A file with these lines.
fn write(
    folder: &Path,
    name: &str,
    places: std::ops::Range<usize>,
    line: impl Fn(usize) -> anyhow::Result<String>,
) -> anyhow::Result<std::path::PathBuf> {
    let path = folder.join(format!("{name}-{}.jsonl", places.start));
    let mut file = BufWriter::new(File::create(&path)?);
    for place in places {
        writeln!(file, "{}", line(place)?)?;
    }
    file.flush()?;
    Ok(path)
}

fn party(place: usize, number: PersonalNumber) -> anyhow::Result<String> {
    let name = crowd::somebody(place as u64)?.fields.name;
    let key = json!({ "system": "esdh", "id": place.to_string() });
    Ok(json!({ "name": name, "personalNumber": number.digits().as_str(), "externalIds": [key] }).to_string())
}

fn case(place: usize, numbers: &[PersonalNumber]) -> String {
    let applicant = json!({ "personalNumber": numbers[place % numbers.len()].digits().as_str(), "roles": ["Ansøger"] });
    let other = (place * 7 + 1) % numbers.len();
    let parties = if other == place % numbers.len() {
        json!([applicant])
    } else {
        json!([applicant, { "externalId": { "system": "esdh", "id": other.to_string() }, "roles": ["Nabo"] }])
    };
    json!({ "caseNumber": format!("2026-{place}"), "title": "Byggesag", "status": "open", "parties": parties })
        .to_string()
}
