//! A process that is killed while it applies a file: the next one goes on, and in the end nobody can tell.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cpr::extract::RecordBuilder;
use sea_orm::{ConnectionTrait, Statement};
use tempfile::TempDir;
use tests::database::runtime;
use tests::desk::{Desk, File, changed_number, nobodys_numbers, resident};
use uuid::Uuid;

const FILE: &str = "partsregister.db";

/// Persons of the file.
const PERSONS: usize = 20_000;

/// `cargo xtask stress` says here with which chance, and how often.
const SEED: &str = "CRASH_SEED";
const KILLS: &str = "CRASH_KILLS";

#[test]
fn a_process_that_is_killed_at_any_point_of_a_file_leaves_the_same_as_one_that_is_not() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (mut chance, kills) = (number(SEED).unwrap_or(1), number(KILLS).unwrap_or(3));
    runtime().block_on(async {
        let ground = Ground::new().await;
        let undisturbed = ground.copy();
        let began = Instant::now();
        assert!(undisturbed.child().wait().unwrap().success());
        let lasts = u64::try_from(began.elapsed().as_millis()).unwrap();
        let whole = undisturbed.tell().await;
        let mut hits = 0;
        for round in 1..=kills {
            let ground = ground.copy();
            let mut child = ground.child();
            // Several kills a file, most of them inside.
            for _ in 0..3 {
                chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                std::thread::sleep(Duration::from_millis((chance >> 33) % (lasts / 2).max(1)));
                child.kill().unwrap();
                hits += u64::from(!child.wait().unwrap().success());
                child = ground.child();
            }
            assert!(child.wait().unwrap().success());
            assert!(ground.tell().await == whole, "file {round} ended otherwise");
        }
        assert!(hits > 0, "no kill hit a process that was at work");
        println!("{kills} files, {hits} kills at work");
    });
}

/// A database with parties and the delivery that is about them.
struct Ground {
    folder: TempDir,
    delivery: Uuid,
}

impl Ground {
    async fn new() -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::open(&url(&folder)).await.unwrap();
        let numbers: Vec<_> = nobodys_numbers().take(PERSONS).collect();
        // One in ten is nobody of ours; one in a hundred changes to a number of its own.
        let ours: Vec<_> = numbers.iter().enumerate().filter(|(place, _)| place % 10 != 3).map(|(_, it)| *it).collect();
        desk.seed(&ours).await.unwrap();
        let spare: Vec<_> = nobodys_numbers().skip(PERSONS).take(PERSONS / 100).collect();
        let mut records: Vec<RecordBuilder> = Vec::new();
        for (place, number) in numbers.iter().enumerate() {
            if place % 100 == 7 {
                let new = spare[place / 100];
                records.extend(changed_number(*number, new, "60"));
                records.extend(resident(new, "Gerda Holmstad", 7));
            } else {
                let house = u32::try_from(place % 900).unwrap() + 1;
                let mut person = resident(*number, "Jens Mortensen", house);
                if place % 50 == 9 {
                    person.remove(0);
                }
                records.extend(person);
            }
        }
        let delivery = desk.take_in(&File::of(23, &records).unwrap()).await.unwrap();
        desk.actions.close().await;
        Ground { folder, delivery: delivery.id }
    }

    fn copy(&self) -> Ground {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(self.folder.path().join(FILE), folder.path().join(FILE)).unwrap();
        Ground { folder, delivery: self.delivery }
    }

    fn child(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apply_delivery"));
        command.arg(url(&self.folder)).arg(self.delivery.to_string()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Everything that is there but moments and random keys.
    async fn tell(self) -> Vec<String> {
        let connection = sea_orm::Database::connect(url(&self.folder)).await.unwrap();
        let mut told = Vec::new();
        for statement in [
            "SELECT hex(id) || name || coalesce(address_line1, '') || coalesce(personal_number, '') || version || changed_by \
                AS line FROM party ORDER BY id",
            "SELECT hex(party_id) || version || changed_by || source || changes AS line FROM party_history \
                ORDER BY party_id, version",
            "SELECT personal_number || person || layout || records || source || register_date AS line \
                FROM register_person ORDER BY personal_number",
            "SELECT hex(party_id) || personal_number AS line FROM party_former_number ORDER BY party_id",
            "SELECT type || hex(party_id) || changed_fields AS line FROM event ORDER BY party_id, seq",
            "SELECT progress || ' ' || changed || ' ' || unchanged || ' ' || failed || ' ' || unexpected || state AS line \
                FROM delivery",
            "SELECT number || kind || place || coalesce(hex(party_id), '') AS line FROM delivery_problem ORDER BY number",
            "SELECT (SELECT count(*) FROM event) = value AND (SELECT max(seq) FROM event) = value AS line FROM counter \
                WHERE name = 'event'",
            "SELECT count(*) || ' found' AS line FROM party_search WHERE party_search MATCH 'jens'",
        ] {
            let backend = connection.get_database_backend();
            for row in connection.query_all_raw(Statement::from_string(backend, statement)).await.unwrap() {
                let line = row.try_get::<String>("", "line");
                told.push(line.or_else(|_| row.try_get::<i64>("", "line").map(|line| line.to_string())).unwrap());
            }
        }
        told
    }
}

fn url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join(FILE).display())
}
