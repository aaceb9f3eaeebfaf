//! Functions that every look-up and every search runs through: `cargo bench -p tests --features bench --bench functions`.

use std::hint::black_box;

use backend::domain::address_line::AddressLine;
use backend::domain::search::{query_tokens, sort_key, words};
use cpr::extract::{PersonRecords, RecordBuilder, Writer, scan};
use cpr::gctp::{Adresse3, AdrsogRow, Answer, AnswerBody, Stam, Style};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

criterion_group!(benches, gctp, extract, search, addresses);
criterion_main!(benches);

/// Answers written by hand from CPR's documents, ISO-8859-1; a page of a search as long as CPR's pages are.
fn gctp(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("gctp");
    let person = include_bytes!("../../cpr/corpus/gctp/stamp-with-prolog.xml");
    let address = include_bytes!("../../cpr/corpus/gctp/adresse3.xml");
    let page = long_page();

    group.throughput(Throughput::Bytes(person.len() as u64));
    group.bench_function("parse a person (STAMP), into typed fields", |bencher| {
        bencher.iter(|| service(black_box(person)).record::<Stam>().unwrap());
    });
    group.throughput(Throughput::Bytes(address.len() as u64));
    group.bench_function("parse an address (ADRESSE3), into typed fields", |bencher| {
        bencher.iter(|| service(black_box(address)).record::<Adresse3>().unwrap());
    });
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("parse a page of 100 hits (ADRSOG1), into typed rows", |bencher| {
        bencher.iter(|| service(black_box(&page)).rows::<AdrsogRow>().unwrap());
    });
    for (name, bytes) in [("write a person (STAMP)", person.as_slice()), ("write a page of 100 hits (ADRSOG1)", &page)]
    {
        let answer = Answer::parse(bytes).unwrap();
        group.throughput(Throughput::Bytes(answer.to_bytes(Style::default()).len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(&answer).to_bytes(Style::default())));
    }
    group.finish();
}

fn service(bytes: &[u8]) -> cpr::gctp::ServiceAnswer {
    match Answer::parse(bytes).unwrap().body {
        AnswerBody::Service { answer, .. } => answer,
        AnswerBody::Security(_) => unreachable!("a service answered"),
    }
}

/// The sample's hits over and over, to a hundred.
fn long_page() -> Vec<u8> {
    let mut answer = Answer::parse(include_bytes!("../../cpr/corpus/gctp/adrsog1.xml")).unwrap();
    if let AnswerBody::Service { answer, .. } = &mut answer.body {
        for table in answer.tables.values_mut() {
            table.rows = table.rows.iter().filter(|row| row.kind.is_none()).cycle().take(100).cloned().collect();
        }
    }
    answer.to_bytes(Style::default())
}

/// A change file of 20,000 persons, 21 MB. The first row only finds the line ends: what memory gives.
fn extract(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("extract");
    let file = change_file(20_000);
    let persons = scan(&mut file.as_slice()).unwrap().index;

    group.throughput(Throughput::Bytes(file.len() as u64));
    group.bench_function("lines", |bencher| {
        bencher.iter(|| memchr::memchr_iter(b'\n', black_box(&file)).fold(0, |sum, end| sum ^ end));
    });
    group.bench_function("scan", |bencher| {
        bencher.iter(|| scan(&mut black_box(file.as_slice())).unwrap().index.len());
    });
    group.bench_function("read all persons, five fields of each", |bencher| {
        let mut source = std::io::Cursor::new(&file);
        let mut person = PersonRecords::default();
        bencher.iter(|| {
            for ordinal in 0..persons.len() {
                persons.read_person(ordinal, &mut source, &mut person).unwrap();
                let record = |code| person.one(code).unwrap();
                black_box((record("001").text("STATUS"), record("001").date("FOED_DT")));
                black_box((record("008").text("FORNVN"), record("008").text("EFTERNVN")));
                black_box(record("003").text("STANDARDADR"));
            }
        });
    });
    group.bench_function("write", |bencher| bencher.iter(|| change_file(black_box(20_000))));
    group.finish();
}

/// Persons with eight records each, all blanks written, LF.
fn change_file(count: u32) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), cpr::extract::Style::default());
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    writer.start("999901", day(23), Some(day(20))).unwrap();
    for person in 0..count {
        let key = format!("{:02}{:02}81{:04}", 2 + person % 27, 1 + person / 27 % 12, person / 324);
        let record = |code| RecordBuilder::new(code, &key);
        for record in [
            record("001").set("STATUS", "01").set("KOEN", "M").set("FOED_DT", "1981-02-03"),
            record("002").set("KOMKOD", "0851").set("VEJKOD", "8530").set("HUSNR", "004").set("SIDEDOER", "th"),
            record("003")
                .set("ADRNVN", "Prøve Æblegård")
                .set("STANDARDADR", "Kastanjealléen 4, th")
                .set("POSTNR", "9000"),
            record("008").set("FORNVN", "Prøve").set("EFTERNVN", "Æblegård").set("NVNHAENSTART", "198102032000"),
            record("010").set("LANDEKOD", "5100"),
            record("011").set("FKIRK", "F").set("START_DT-FOLKEKIRKE", "1981-02-03"),
            record("012").set("CIVST", "U"),
            record("099").set("TIMESTAMPU", "202611210932").set("HAENDELSE", "A01"),
        ] {
            writer.record(&record).unwrap();
        }
    }
    writer.finish().unwrap()
}

fn search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("search");
    let name = "Åse Ærøskøbing-Müller Østergaard";
    let line = "Østergade 101 B, 2. tv";
    group.throughput(Throughput::Elements(1));
    group.bench_function("words of a party's name and address line", |bencher| {
        bencher.iter(|| (words(black_box(name)), words(black_box(line))));
    });
    group.bench_function("tokens of a query of two words", |bencher| {
        bencher.iter(|| query_tokens(black_box("åse øster")));
    });
    group.bench_function("sort key of a name", |bencher| bencher.iter(|| sort_key(black_box(name))));
    group.finish();
}

fn addresses(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("address");
    group.throughput(Throughput::Elements(1));
    for line in ["Boulevarden 101, 1 m", "Hovedgaden 2 B, 2 tv", "c/o Christiansen, Industrivænget 95,1. mf."] {
        group.bench_function(format!("parse `{}`", line.replace('/', "∕")), |bencher| {
            bencher.iter(|| AddressLine::parse(black_box(line)));
        });
    }
    group.finish();
}
