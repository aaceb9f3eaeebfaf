//! The file's own records, and what CPR says about subscriptions and rejected input.

use crate::extract::layout::{Layout, day, digits, person, record, text, time};

pub(super) const ENVELOPE: &[Layout] = &[
    record(
        "000",
        "Startrecord",
        35,
        &[text("SORTFELT-10", 4, 10), digits("OPGAVENR", 14, 6), day("PRODDTO", 20), day("PRODDTOFORRIG", 28)],
    ),
    record(
        "910",
        "Fejlrecord",
        157,
        &[text("SORTFELT-10", 4, 10), text("INDDATA", 14, 75), digits("FEJLNR", 89, 4), text("FEJLTXT-UDTRÆK", 93, 65)],
    ),
    record(
        "997",
        "Kvittering for sletning af personnummer-abonnement",
        43,
        &[person("PNR", 4), time("TIMESTAMPU", 14), text("HAENDELSE", 26, 3), text("NGLKONST", 29, 15)],
    ),
    record("999", "Slutrecord", 21, &[text("SORTFELT-10", 4, 10), digits("TAELLER", 14, 8)]),
];
