//! *Kontrol*: the log, a citizen's report, spot checks.

use openapi::audit::AuditOutcome;
use openapi::spot_check::AuditFinding;

pub const CONTROL: &str = "Kontrol";
pub const TITLE: &str = "Log";
pub const NOT_ALLOWED: &str = "Siden kræver privilegiet Revisor.";
pub const LEAD: &str = "Hvem har set, søgt og ændret hvad, hvornår og hvorfor. At du læser loggen, står også i loggen.";
pub const FILTERS: &str = "Afgræns";
pub const FROM: &str = "Fra og med";
pub const TO: &str = "Til og med";
pub const DAY_HINT: &str = "dd-mm-åååå";
pub const NOT_A_DAY: &str = "Skriv en dato som dd-mm-åååå.";
pub const ACTOR: &str = "Hvem";
pub const ACTOR_HINT: &str = "Brugerens id, som det står i loggen";
pub const ON_BEHALF_OF: &str = "På vegne af";
pub const ON_BEHALF_OF_HINT: &str = "Personen, som et andet system handlede for";
pub const OPERATION: &str = "Handling";
pub const OUTCOME: &str = "Udfald";
pub const CASE: &str = "Sagsnummer";
pub const NUMBER: &str = "CPR-nummer";
pub const NUMBER_HINT: &str = "Finder også, hvad der er gjort under tidligere numre";
pub const ANY: &str = "Alle";
pub const SHOW: &str = "Vis";
pub const RESET: &str = "Nulstil";
pub const OF_ONE_PARTY: &str = "Kun poster om én part.";
pub const ALL_PARTIES: &str = "Vis alle parter";
pub const ENTRIES: &str = "Poster i loggen";
pub const NOTHING: &str = "Ingen poster i loggen passer.";
pub const WHEN: &str = "Tidspunkt";
pub const WHO: &str = "Hvem";
pub const WHAT: &str = "Handling";
pub const ABOUT: &str = "Om";
pub const WHY: &str = "Begrundelse og sag";
pub const ENDED: &str = "Udfald";
pub const OPEN_PARTY: &str = "Åbn parten";
pub const ONLY_PARTY: &str = "Kun denne part";
pub const A_NUMBER: &str = "En person";
pub const MORE: &str = "Vis flere";

pub fn on_behalf_of(person: &str) -> String {
    format!("på vegne af {person}")
}

pub fn case(number: &str) -> String {
    format!("Sag {number}")
}

pub fn criteria(criteria: &str) -> String {
    format!("Søgt på: {criteria}")
}

pub fn count(count: i64) -> String {
    if count == 1 { "1 post".to_owned() } else { format!("{count} poster") }
}

pub fn shown(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => "1 post".to_owned(),
        (count, false) => format!("{count} poster"),
        (count, true) => format!("De seneste {count} poster"),
    }
}

/// Every operation that stands in the log and that a person may look for, in the order of the choice.
pub const OPERATIONS: [(&str, &str); 52] = [
    ("look_up_person", "Slog op i CPR"),
    ("preview_party_cpr", "Så, hvad CPR ville ændre"),
    ("fetch_party_cpr", "Hentede fra CPR"),
    ("find_party_personal_number", "Søgte CPR-nummer til en part"),
    ("find_person", "Søgte CPR-nummer"),
    ("get_party", "Åbnede en part"),
    ("get_party_cpr", "Så fanen CPR"),
    ("get_party_history", "Så historik"),
    ("reveal_party_address", "Viste beskyttet adresse"),
    ("get_party_subscription", "Så abonnement"),
    ("list_party_cases", "Så partens sager"),
    ("list_parties", "Så listen over parter"),
    ("search_parties", "Søgte efter parter"),
    ("create_party", "Oprettede en part"),
    ("update_party", "Rettede en part"),
    ("delete_party", "Slettede en part"),
    ("resolve_party", "Fandt eller oprettede en part"),
    ("list_cases", "Så listen over sager"),
    ("get_case", "Så en sag"),
    ("put_case", "Skrev en sag"),
    ("delete_case", "Slettede en sag"),
    ("list_case_parties", "Så en sags parter"),
    ("put_case_party", "Satte en part på en sag"),
    ("delete_case_party", "Tog en part af en sag"),
    ("list_subscriptions", "Så abonnementer"),
    ("get_subscription_summary", "Så abonnementernes tal"),
    ("retry_party_subscription", "Prøvede et abonnement igen"),
    ("subscribe_person", "Bad CPR følge en person"),
    ("unsubscribe_person", "Bad CPR holde op med at følge en person"),
    ("list_events", "Læste hændelser"),
    ("list_deliveries", "Så leverancer"),
    ("get_delivery", "Så en leverance"),
    ("list_delivery_problems", "Så en leverances problemer"),
    ("upload_delivery", "Sendte en leverance ind"),
    ("take_in_delivery", "Tog en leverance ind"),
    ("retry_delivery", "Prøvede en leverance igen"),
    ("start_job_run", "Startede en opgave"),
    ("list_audit_entries", "Læste loggen"),
    ("search_audit_entries", "Søgte i loggen"),
    ("verify_audit_log", "Kontrollerede loggen"),
    ("make_subject_report", "Lavede en indsigtsrapport"),
    ("list_audit_alarms", "Så usædvanlige mønstre"),
    ("draw_audit_sample", "Trak en stikprøve"),
    ("list_audit_samples", "Så stikprøver"),
    ("get_audit_sample", "Så en stikprøve"),
    ("note_audit_sample_entry", "Noterede til en stikprøve"),
    ("import_parties", "Importerede parter"),
    ("import_cases", "Importerede sager"),
    ("reconcile_subscriptions", "Afstemte abonnementer"),
    ("receive_deliveries", "Hentede leverancer"),
    ("apply_deliveries", "Anvendte leverancer"),
    ("close_audit_entries", "Lukkede åbne poster i loggen"),
];

/// An operation in Danish; one that this page does not know keeps its own name.
pub fn operation(name: &str) -> &str {
    OPERATIONS.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words)
}

pub const OUTCOMES: [AuditOutcome; 4] =
    [AuditOutcome::Succeeded, AuditOutcome::Refused, AuditOutcome::Failed, AuditOutcome::Unknown];

pub const fn outcome(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Succeeded => "Udført",
        AuditOutcome::Refused => "Afvist",
        AuditOutcome::Failed => "Mislykkedes",
        AuditOutcome::Unknown => "Udfald ukendt",
    }
}

/// Why something did not succeed, by the code of the problem; a code that this page does not know keeps its own name.
pub fn problem(code: &str) -> &str {
    match code {
        "forbidden" => "manglede adgang",
        "not-found" => "fandtes ikke",
        "invalid-input" | "invalid-request" => "forkert udfyldt",
        "personal-number-invalid" => "ugyldigt CPR-nummer",
        "personal-number-in-use" => "CPR-nummeret var i brug",
        "reason-required" => "begrundelse manglede",
        "name-and-address-required" => "navn og adresse manglede",
        "conflict" => "stred mod det, der stod",
        "stale" => "en anden var først",
        "precondition-required" => "uden angivet version",
        "cpr-person-not-found" => "CPR kendte ikke nummeret",
        "cpr-too-many-hits" => "for mange passede",
        "cpr-criteria-insufficient" => "for få oplysninger",
        "cpr-unavailable" => "CPR svarede ikke",
        "cpr-refused" => "CPR afviste",
        "not-available-here" => "ikke sat op her",
        other => other,
    }
}

/// Patterns that somebody should look at.
pub mod alarm {
    use openapi::alarm::AuditPattern;

    pub const TITLE: &str = "Usædvanlige mønstre de seneste syv dage";
    pub const LEAD: &str = "Opslag uden sag, som nogen bør se på. Et mønster beviser intet.";
    pub const NONE: &str = "Ingen usædvanlige mønstre.";
    pub const PATTERN: &str = "Mønster";
    pub const PERIOD: &str = "Periode";
    pub const ENTRIES: &str = "Poster";
    pub const SHOW: &str = "Vis posterne";
    pub const SEVERAL: &str = "Flere";

    pub fn pattern(pattern: AuditPattern, count: u64) -> String {
        match pattern {
            AuditPattern::ManyPersons => format!("{count} forskellige personer på en time"),
            AuditPattern::SamePerson => format!("Samme person {count} gange på flere dage"),
            AuditPattern::ManyCallers => format!("{count} brugere slog samme person op på et døgn"),
            AuditPattern::AtNight => format!("{count} opslag om natten"),
            AuditPattern::Refused => format!("{count} afviste forsøg på en time"),
        }
    }
}

/// A citizen's own report.
pub mod report {
    pub const TITLE: &str = "Indsigtsrapport";
    pub const LEAD: &str = "Alt, hvad registret kan fortælle én person om personen selv. Rapporten kan udskrives og \
        udleveres. At den laves, står i loggen.";
    pub const NUMBER: &str = "Personens CPR-nummer";
    pub const REASON_HINT: &str = "Fx journalnummeret på anmodningen";
    pub const REASON_HINT_MASKED: &str =
        "Fx journalnummeret på anmodningen. Uden begrundelse er personens egne beskyttede adresser skjult";
    pub const STAFF: &str = "Vis medarbejderes navne (kræver begrundelse)";
    pub const MAKE: &str = "Lav rapport";
    pub const PRINT: &str = "Udskriv";
    pub const WHOLE: &str = "Skriv hele CPR-numre på udskriften";
    pub const WORKING: &str = "Laver rapporten …";
    pub const STAFF_NEEDS_REASON: &str = "Skriv, hvorfor personen skal kende medarbejdernes navne.";
    pub const CHECK: &str = "Læs rapporten igennem, før du udleverer den: begrundelser, sagstitler og egne felter er fri \
        tekst, som kan nævne andre.";
    pub const SEVERAL: &str = "Rapporten dækker flere parter. Kontrollér, at de er samme person, før du udleverer den.";
    pub const OTHERS: &str = "Loggen nævner personens CPR-nummer på parter, som ikke har det nu. Se efter, om deres \
        historik rummer noget om personen.";

    pub const FOR: &str = "CPR-nummer";
    pub const OTHER_NUMBERS: &str = "Andre CPR-numre";
    pub const MADE: &str = "Lavet";
    pub const LOG_FROM: &str = "Loggen går tilbage til";
    pub const STAFF_LINE: &str = "Medarbejdere";
    pub const STAFF_SHOWN: &str = "nævnes ved navn";
    pub const STAFF_HIDDEN: &str = "nævnes ikke ved navn";
    pub const INTRO: &str = "Rapporten viser, hvad der er registreret om dig i Partsregister, hvor det kommer fra, hvorfor \
        du eventuelt følges i CPR, og hvornår og til hvad oplysningerne er brugt.";
    pub const NOTHING_HELD: &str = "Der er ikke registreret noget om personen.";
    pub const HELD: &str = "Registrerede oplysninger";
    pub const FIELD: &str = "Oplysning";
    pub const VALUE: &str = "Registreret";
    pub const SOURCE: &str = "Kommer fra";
    pub const FROM_CPR: &str = "CPR";
    pub const FROM_HERE: &str = "Skrevet af myndigheden";
    pub const CREATED: &str = "Oprettet";
    pub const UPDATED: &str = "Senest ændret";
    pub const DETAILS: &str = "Yderligere oplysninger fra CPR";
    pub const DETAILS_NOTE: &str =
        "Beskyttede adresser på andre personer vises ikke, og det gør en værges navn og adresse heller ikke.";
    pub const CASES: &str = "Sager, du er part i";
    pub const NO_CASES: &str = "Du er ikke part i nogen sag.";
    pub const SUBSCRIPTION: &str = "Hvorfor du følges i CPR";
    pub const NEVER_FOLLOWED: &str = "Du følges ikke i CPR og er ikke blevet det.";
    pub const CHANGES: &str = "Ændringer af oplysningerne";
    pub const NO_CHANGES: &str = "Der er ikke ændret noget.";
    pub const EARLIER: &str = "Tidligere ændringer handler om en anden, som parten dengang var, og vises ikke.";
    pub const BEFORE: &str = "før";
    pub const DONE: &str = "Opslag og anden brug";
    pub const NOTHING_DONE: &str = "Der er ingen poster i loggen.";
    pub const PURPOSE: &str = "Formål";
    pub const MORE: &str = "Kun de seneste 10.000 poster vises.";
    pub const SEARCH_NOTE: &str = "Søgninger, hvor du kun var ét af flere resultater, kan ikke vises: loggen gemmer, hvad der \
        blev søgt på, ikke hvem der blev fundet.";
    pub const EMPTY: &str = "(tom)";
    pub const HIDDEN: &str = "(skjult)";

    pub fn staff(number: u32) -> String {
        format!("Medarbejder {number}")
    }

    pub const AUTOMATIC: &str = "Systemet selv";
}

/// Spot checks.
pub mod sample {
    pub const TITLE: &str = "Stikprøver";
    pub const LEAD: &str = "Tilfældigt udtrukne opslag uden sag. Opslag med en sag er sat til side. Ingen kan \
        forudse eller styre udtrækket.";
    pub const DRAW: &str = "Træk stikprøve";
    pub const SIZE: &str = "Antal opslag";
    pub const SIZE_WRONG: &str = "Skriv et tal fra 1 til 200.";
    pub const RECENT: &str = "Uden datoer trækkes blandt de seneste 30 dage.";
    pub const LIST: &str = "Trukne stikprøver";
    pub const NONE: &str = "Der er ikke trukket nogen stikprøver endnu.";
    pub const DRAWN_AT: &str = "Trukket";
    pub const PERIOD: &str = "Opslag i perioden";
    pub const POPULATION: &str = "Trukket blandt";
    pub const SET_ASIDE: &str = "Sat til side";
    pub const PROGRESS: &str = "Bedømt";
    pub const SEED: &str = "Nøgle til udtrækket";
    pub const ENTRIES: &str = "Udtrukne opslag";
    pub const EMPTY: &str = "Der var ingen opslag uden sag i perioden.";
    pub const GONE: &str = "Posten er slettet efter loggens frist.";
    pub const NOTES: &str = "Bedømmelse";
    pub const NO_NOTES: &str = "Ikke bedømt";
    pub const JUDGE: &str = "Bedøm";
    pub const JUDGE_TITLE: &str = "Bedøm opslaget";
    pub const FINDING: &str = "Resultat";
    pub const FINDING_MISSING: &str = "Vælg et resultat.";
    pub const NOTE: &str = "Notat";
    pub const NOTE_MISSING: &str = "Skriv, hvad der er fundet ud af.";
    pub const KEPT: &str = "Notatet lægges til de tidligere og kan ikke ændres bagefter.";

    pub fn of(time: &str) -> String {
        format!("Stikprøve {time}")
    }

    pub fn open(time: &str) -> String {
        format!("Åbn stikprøven fra {time}")
    }

    pub fn progress(noted: u64, drawn: u64) -> String {
        format!("{noted} af {drawn}")
    }

    pub fn look_ups(count: u64) -> String {
        if count == 1 { "1 opslag".to_owned() } else { format!("{count} opslag") }
    }

    pub fn judge(what: &str, time: &str) -> String {
        format!("Bedøm: {what} {time}")
    }
}

pub const FINDINGS: [AuditFinding; 3] = [AuditFinding::InOrder, AuditFinding::UnderInquiry, AuditFinding::NotInOrder];

pub const fn finding(finding: AuditFinding) -> &'static str {
    match finding {
        AuditFinding::InOrder => "I orden",
        AuditFinding::UnderInquiry => "Undersøges",
        AuditFinding::NotInOrder => "Ikke i orden",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_on_personal_data_has_danish_words() {
        let table = include_str!("../../../openapi/privileges.txt");
        // What shows nobody's data and does nothing stands in no log.
        const SILENT: [&str; 9] = [
            "get_session",
            "get_settings",
            "get_sign_in",
            "demo_sign_in",
            "get_liveness",
            "get_readiness",
            "list_jobs",
            "get_job_run",
            "get_metrics",
        ];
        let names =
            table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_whitespace().nth(2));
        let wordless: Vec<&str> = names.filter(|name| !SILENT.contains(name) && operation(name) == *name).collect();
        assert!(wordless.is_empty(), "{wordless:?}");
    }
}
