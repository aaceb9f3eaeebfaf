//! How fast a change file is applied, on each database, beside the same rows written by hand.

use std::time::{Duration, Instant};

use cpr::PersonalNumber;
use cpr::extract::RecordBuilder;
use tests::desk::{Desk, File, nobodys_numbers, resident};

use crate::ground::{Ground, Kind};
use crate::process::cpu_of;
use crate::report::{Goal, Report};
use crate::{Plan, by_hand};

pub async fn measure(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let persons = (plan.crowd / 5).clamp(5_000, 50_000) as usize;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let ground = Ground::prepare(kind, plan.crowd, &plan.folder).await?;
        on(&ground, persons, report).await?;
    }
    Ok(())
}

async fn on(ground: &Ground, persons: usize, report: &mut Report) -> anyhow::Result<()> {
    let name = ground.kind.name();
    let desk = Desk::open(&ground.url).await?;
    let numbers: Vec<_> = nobodys_numbers().take(persons).collect();
    desk.seed(&numbers).await?;
    report.heading(&format!("A file of {persons} persons, {name}"));
    report.text(
        "All of them are parties, nine records each. The processor time is that of the program, with SQLite in it; \
        PostgreSQL's is beside it.\n\n\
        | | changed persons/s | processor time a person |\n|---|---|---|\n",
    );
    let mut moved = 0.0;
    for (what, day, who, shift) in [
        ("first delivery: name, address, status", 10, "Jens Mortensen", 0),
        ("all have moved", 11, "Jens Mortensen", 300),
        ("all have another name", 12, "Karl Mortensen", 300),
        ("nothing is new", 13, "Karl Mortensen", 300),
    ] {
        let delivery = desk.take_in(&night(&numbers, day, who, shift)?).await?;
        let (began, cpu) = (Instant::now(), cpu_of(std::process::id())?);
        desk.apply(delivery.id).await?;
        let per_second = say(what, persons, began.elapsed(), cpu_of(std::process::id())? - cpu, report);
        if day == 11 {
            moved = per_second;
        }
        if day < 13 {
            report.goal(&format!("{what}, {name}, persons a second"), per_second, "", Goal::AtLeast(10_000.0));
        } else {
            report.note(&format!("{what}, {name}, persons a second"), &format!("{per_second:.0}"));
        }
    }
    let now = backend::clock::Clock::now(&*desk.clock);
    desk.actions.close().await;
    desk.database.close().await?;

    let (began, cpu) = (Instant::now(), cpu_of(std::process::id())?);
    match ground.kind {
        Kind::Sqlite => by_hand::on_sqlite(&ground.url, now).await?,
        Kind::Postgres => by_hand::on_postgres(&ground.url, now).await?,
    }
    let cpu = cpu_of(std::process::id())? - cpu;
    let by_hand = say("by hand: the rows of a move, no reading, no deciding", persons, began.elapsed(), cpu, report);
    report.goal(&format!("a move on {name}, share of the rows by hand"), moved / by_hand, "", Goal::AtLeast(0.5));
    Ok(())
}

fn night(numbers: &[PersonalNumber], day: u32, name: &str, shift: usize) -> anyhow::Result<File> {
    let of = |(place, number): (usize, &PersonalNumber)| {
        resident(*number, name, u32::try_from((place + shift) % 900 + 1).unwrap_or(1))
    };
    let records: Vec<RecordBuilder> = numbers.iter().enumerate().flat_map(of).collect();
    Ok(File::of(day, &records)?)
}

fn say(what: &str, persons: usize, took: Duration, cpu: Duration, report: &mut Report) -> f64 {
    let per_second = persons as f64 / took.as_secs_f64();
    let each = cpu.as_secs_f64() * 1e6 / persons as f64;
    report.text(&format!("| {what} | {per_second:.0} | {each:.0} µs |\n"));
    println!("{what}: {per_second:.0} persons/s, {each:.0} µs of processor time each");
    per_second
}
