//! Every Danish sentence that a person reads, except those that the server writes.

pub mod log;

/// The frame around every page.
pub mod frame {
    pub const APPLICATION: &str = "Partsregister";
    pub const SKIP: &str = "Spring til indhold";
    pub const NAVIGATION: &str = "Hovedmenu";
    pub const CONTACTS: &str = "Kontakter";
    pub const EXTERNAL_PARTY: &str = "Ekstern part";
    pub const OPERATIONS: &str = "Drift";
    pub const SIGN_OUT: &str = "Log ud";
    pub const NOT_FOUND_TITLE: &str = "Siden findes ikke";
    pub const NOT_FOUND: &str = "Adressen fører ingen steder hen.";
    pub const TO_LIST: &str = "Gå til Ekstern part";

    pub fn window(place: &str) -> String {
        format!("{place} – {APPLICATION}")
    }
}

/// Words that stand on many buttons.
pub mod button {
    pub const SAVE: &str = "Gem";
    pub const CANCEL: &str = "Fortryd";
    pub const CLOSE: &str = "Luk";
    pub const OK: &str = "OK";
    pub const YES: &str = "Ja";
    pub const NO: &str = "Nej";
    pub const RETRY: &str = "Prøv igen";
    pub const CONTINUE: &str = "Fortsæt";
}

/// Signing in.
pub mod sign_in {
    pub const TITLE: &str = "Log ind";
    pub const LEAD: &str = "Register over eksterne parter med opslag i CPR.";
    pub const DEMO: &str =
        "Dette er en demonstration. Alle personer er opdigtede, og CPR er en simulator på denne maskine.";
    pub const DEMO_CHOOSE: &str = "Vælg, hvem du vil være:";
    pub const BUTTON: &str = "Log ind";
    pub const PROVIDER: &str = "Du logger ind hos din organisation og kommer tilbage hertil bagefter.";
    pub const WORKING: &str = "Logger ind …";
    pub const EXPIRED: &str = "Du er logget ud, fordi din adgang er udløbet. Log ind igen for at fortsætte.";
    pub const NOT_TAKEN: &str = "Din organisation har logget dig ind, men Partsregister godtager ikke adgangen. Det er \
        opsætningen, der skal rettes: kontakt din administrator.";
    pub const NOT_REGISTERED: &str =
        "Din organisations log ind kender ikke Partsregister, som det er sat op. Kontakt din administrator.";
    pub const SIGNED_OUT: &str = "Du er logget ud.";
    pub const INTERRUPTED: &str = "Log ind blev ikke gennemført. Prøv igen.";
    pub const REFUSED: &str = "Din organisations log ind gav ikke adgang. Prøv igen, eller spørg din administrator.";
    pub const PROVIDER_AWAY: &str = "Din organisations log ind svarer ikke. Prøv igen om lidt.";
    pub const NOT_SECURE: &str = "Log ind kræver en sikker forbindelse (https). Kontakt din administrator.";
    pub const NOT_CONFIGURED: &str = "Log ind er ikke sat op her. Kontakt din administrator.";

    pub fn ending(time: &str) -> String {
        format!("Din adgang udløber kl. {time}. Gem det, du er i gang med; derefter skal du logge ind igen.")
    }

    pub fn as_person(name: &str) -> String {
        format!("Log ind som {name}")
    }
}

/// Signed in, and no right to read.
pub mod no_access {
    pub const TITLE: &str = "Du har ikke adgang til eksterne parter";
    pub const NONE: &str = "Du har ingen privilegier i Partsregister.";
    pub const SOME: &str = "Dine privilegier i Partsregister:";
    pub const ASK: &str = "Bed din administrator om det privilegium, du mangler. Log derefter ud og ind igen.";

    pub fn lead(name: &str) -> String {
        format!("Du er logget ind som {name}. I denne installation kræver det et privilegium at se eksterne parter.")
    }
}

/// The accessibility statement.
pub mod accessibility {
    pub const TITLE: &str = "Tilgængelighedserklæring";
    pub const BACK: &str = "Til Partsregister";
    pub const LEAD: [&str; 2] = [
        "Partsregister skal kunne bruges af alle medarbejdere, også med tastatur alene, skærmlæser eller forstørrelse. \
        Erklæringen følger lov om tilgængelighed af offentlige organers websteder og mobilapplikationer.",
        "Den gælder programmets sider, som de leveres. Den myndighed, der bruger programmet, udgiver sin egen erklæring \
        for det samlede websted i WAS-Tool.",
    ];
    pub const PARTS: [(&str, &[&str]); 4] = [
        (
            "Overensstemmelse",
            &[
                "Siderne er bygget efter EN 301 549 og WCAG 2.1, niveau A og AA. De er delvist i overensstemmelse: de er \
                afprøvet som beskrevet herunder, men ikke af mennesker, der til daglig bruger hjælpemidler.",
            ],
        ),
        (
            "Sådan er det afprøvet",
            &[
                "Hver side og dialog kontrolleres med axe-core i en browser, hver gang programmet ændres: der er ingen \
                alvorlige eller kritiske fund. De vigtigste arbejdsgange udføres med tastatur alene, og siderne kan bruges \
                i en bredde på 320 punkter uden vandret rulning af siden.",
                "Erklæringen er udarbejdet den 24. november 2026 på grundlag af en selvevaluering.",
            ],
        ),
        (
            "Henvendelse",
            &["Møder du en barriere, eller har du brug for oplysningerne på en anden måde, så skriv til den, der har \
                ansvaret for Partsregister i din organisation: i første omgang jeres it-support."],
        ),
        (
            "Håndhævelse",
            &["Digitaliseringsstyrelsen fører tilsyn med loven. Får du ikke et tilfredsstillende svar fra din \
                organisation, kan du henvende dig dertil."],
        ),
    ];
    pub const KNOWN: &str = "Kendte begrænsninger";
    pub const BARRIERS: [&str; 1] =
        ["Beskrivelsen af API'et for udviklere (/docs) er tredjepartssoftware og er ikke omfattet."];
}

/// Failures that the server cannot describe.
pub mod error {
    pub const OFFLINE_TITLE: &str = "Ingen forbindelse";
    pub const OFFLINE: &str =
        "Der er ikke forbindelse til Partsregister. Kontrollér netværket, og prøv igen. Intet er ændret.";
    pub const UNREADABLE_TITLE: &str = "Uventet svar";
    pub const UNREADABLE: &str = "Svaret fra Partsregister kan ikke læses. Genindlæs siden, og prøv igen.";

    pub fn trace(id: &str) -> String {
        format!("Sporings-id: {id}")
    }
}

/// Loading, and nothing there.
pub mod load {
    pub const LOADING: &str = "Henter …";
}

/// The list of parties.
pub mod list {
    pub const TITLE: &str = "Ekstern part";
    pub const SEARCH: &str = "Søg";
    pub const SEARCH_HINT: &str = "Navn, adresse, by, e-mail, CPR- eller CVR-nummer";
    pub const FILTER: &str = "Vis";
    pub const NEW: &str = "Ny part";
    pub const TABLE: &str = "Eksterne parter";
    pub const NAME: &str = "Navn";
    pub const NUMBER: &str = "CPR-/CVR-nummer";
    pub const ADDRESS: &str = "Adresse";
    pub const STATE: &str = "Beskyttelse og status";
    pub const MORE: &str = "Vis flere";
    pub const EMPTY: &str = "Der er ingen eksterne parter endnu.";
    pub const NO_HITS: &str = "Ingen eksterne parter passer. Prøv med færre eller kortere ord, eller vis alle.";
    pub const ALL: &str = "Alle";
    pub const PROTECTED: &str = "Beskyttede";
    pub const WITHOUT_NUMBER: &str = "Uden CPR-nummer";
    pub const SUBSCRIBED: &str = "Abonneret";
    pub const CHANGED_BY_CPR: &str = "Ændret af CPR";
    pub const DUPLICATES: &str = "Mulige dubletter";
    pub const KEYS: &str = "Piletaster flytter, Enter åbner, Skift+F10 viser menuen.";
    pub const USE_SHORTCUT: &str = "Tasten / går til Søg";
    pub const OPEN: &str = "Åbn";
    pub const PROPERTIES: &str = "Egenskaber";
    pub const DELETE: &str = "Slet";
    pub const MENU: &str = "Handlinger";
    pub const PREVIEW: &str = "Egenskaber for den valgte part";
    pub const PREVIEW_EMPTY: &str = "Vælg en part på listen for at se dens oplysninger her.";

    pub fn shown(count: usize, more: bool) -> String {
        match (count, more) {
            (1, false) => "1 part".to_owned(),
            (count, false) => format!("{count} parter"),
            (count, true) => format!("De første {count} parter"),
        }
    }
}

/// What is said of a party.
pub mod party {
    pub const EXTERNAL_PARTY: &str = "Ekstern part";
    pub const COMPANY: &str = "Virksomhed";
    pub const PERSON: &str = "Person";
    pub const NO_NUMBER: &str = "Intet CPR- eller CVR-nummer";
    pub const NO_FIXED_ABODE: &str = "Uden fast bopæl";
    pub const NO_ADDRESS: &str = "Ingen adresse i CPR";
    pub const NO_ADDRESS_IS_FINE: &str =
        "Det er ikke en fejl, der skal rettes: nogle er registreret uden adresse, fordi de er truet.";
    pub const ADDRESS_HIDDEN: &str = "Adressen er skjult";
    pub const PROTECTED_BADGE: &str = "Beskyttet";
    pub const INACTIVE: &str = "Ikke aktiv";
    pub const UNNAMED: &str = "(uden navn)";

    pub fn born(date: &str) -> String {
        format!("født {date}")
    }

    /// One word for a status that somebody who writes to the party must know; none for those who live in Denmark or
    /// Greenland. Codes: CPR's person statuses.
    pub fn status_word(status: &str) -> Option<&'static str> {
        match status {
            "20" => Some("Ikke bopæl i Danmark"),
            "30" => Some("Annulleret nummer"),
            "50" => Some("Slettet nummer"),
            "60" => Some("Ændret nummer"),
            "70" => Some("Forsvundet"),
            "80" => Some("Udrejst"),
            "90" => Some("Død"),
            _ => None,
        }
    }

    /// A status with its code.
    pub fn status_sentence(status: &str) -> String {
        let words = match status {
            "01" => "Bopæl i Danmark",
            "03" => "Uden fast bopæl i Danmark",
            "05" => "Bopæl i Grønland",
            "07" => "Uden fast bopæl i Grønland",
            other => status_word(other).unwrap_or("Ukendt status"),
        };
        format!("{words} ({status})")
    }
}

/// Labels of fields.
pub mod field {
    pub const KIND: &str = "Type";
    pub const NAME: &str = "Navn";
    pub const EMAIL: &str = "E-mail";
    pub const PHONE: &str = "Telefon";
    pub const MOBILE: &str = "Mobil";
    pub const ADDRESS: &str = "Adresse";
    pub const LINE1: &str = "Adresse 1";
    pub const LINE2: &str = "Adresse 2";
    pub const POSTAL_CODE: &str = "Postnummer";
    pub const CITY: &str = "By";
    pub const COUNTRY_CODE: &str = "Landekode";
    pub const PERSONAL_NUMBER: &str = "CPR-nummer";
    pub const CVR_NUMBER: &str = "CVR-nummer";
    pub const P_NUMBER: &str = "P-nummer";
    pub const OWNS_EMAIL_DOMAIN: &str = "Parten er ejer af e-maildomænet";
    pub const STATUS: &str = "Status";
    pub const PROTECTION: &str = "Beskyttelse";
    pub const REASON: &str = "Begrundelse";
    pub const REASON_MISSING: &str = "Skriv en begrundelse.";

    pub fn kept(register: &str) -> String {
        if register.is_empty() {
            "Egen værdi er valgt.".to_owned()
        } else {
            format!("Egen værdi er valgt. CPR siger: {register}")
        }
    }
}

/// Hints beside the number field.
pub mod number {
    pub const INCOMPLETE: &str = "Et CPR-nummer har ti cifre.";
    pub const NOT_A_NUMBER: &str = "Skriv kun cifre og bindestreg: ddmmåå-xxxx.";
    pub const IMPOSSIBLE_DATE: &str = "De første seks cifre er ingen dato.";
    pub const REPLACEMENT: &str = "Erstatningspersonnummer: CPR kender det ikke og bliver ikke spurgt.";
    pub const NO_CONTROL_DIGIT: &str =
        "Kontrolcifferet passer ikke. Det er tilladt siden 2007, men se efter tastefejl.";
    pub const MISSING: &str = "Skriv et CPR-nummer først.";
}

/// Name and address protection.
pub mod protection {
    pub const NEVER_ASKED: &str = "Beskyttelse ikke kontrolleret i CPR";
    pub const PROTECTED: &str = "Navne- og adressebeskyttelse";
    pub const NOT_PROTECTED: &str = "Ingen navne- og adressebeskyttelse";
    pub const DISCLOSURE: &str = "Navn og adresse må ikke videregives til private.";
    pub const SHOW: &str = "Vis adresse";
    pub const HIDE: &str = "Skjul adresse";
    pub const SHOW_TITLE: &str = "Vis beskyttet adresse";
    pub const SHOW_LEAD: &str =
        "Skriv, hvorfor du har brug for adressen. Visningen logges, og adressen skjules igen efter fem minutter.";
    pub const SHOWN: &str = "Adressen er vist og skjules igen efter fem minutter:";
    pub const NO_ADDRESS: &str = "Parten har ingen adresse.";
}

/// The properties dialog.
pub mod dialog {
    pub const GENERAL: &str = "Generelt";
    pub const IDENTIFICATION: &str = "Identifikation";
    pub const OTHER: &str = "Andet";
    pub const CPR: &str = "CPR";
    pub const NEW_PARTY: &str = "Ny part";
    pub const SAVED: &str = "Gemt.";
    pub const CREATED: &str = "Parten er oprettet.";
    pub const NO_CHANGES: &str = "Der er ingen ændringer at gemme.";
    pub const FILLED: &str = "Felterne er udfyldt fra CPR. Tryk Gem for at oprette parten.";
    pub const FETCHED: &str = "Oplysningerne er hentet fra CPR og gemt.";
    pub const CREATED_NOT_FETCHED: &str =
        "Parten er oprettet, men oplysningerne fra CPR kom ikke med. Tryk Hent fra CPR for at prøve igen.";
    pub const READ_ONLY: &str = "Du kan se oplysningerne, men ikke ændre dem.";
    pub const FETCH: &str = "Hent fra CPR";
    pub const FIND: &str = "Find CPR-nummer";
    pub const NEVER_FETCHED: &str = "Opdateret: aldrig hentet fra CPR";
    pub const LAST_ADDRESS: &str = "Sidste kendte adresse i CPR:";
    pub const NUMBER_HELD_BY: &str =
        "Personen har fået nyt CPR-nummer, og en anden part i registret har det nye nummer.";
    pub const OPEN_HOLDER: &str = "Åbn den anden part";
    pub const FORMER_NUMBERS: &str = "Tidligere CPR-numre:";
    pub const AFTER_SAVE: &str = "Gem parten først.";

    pub fn updated(time: &str) -> String {
        format!("Opdateret: {time}")
    }

    pub fn as_of(date: &str, subscription: bool) -> String {
        let door = if subscription { "leveret ved abonnement" } else { "slået op" };
        format!("CPR pr. {date}, {door}")
    }

    pub fn followed(to: Option<String>, next: &str) -> String {
        match to {
            Some(date) => format!("Følges i CPR til og med {date}; næste levering ventes {next}"),
            None => format!("Følges i CPR; første levering ventes {next}"),
        }
    }
}

/// An address by hand for somebody whom CPR has without one.
pub mod unlisted {
    pub const TITLE: &str = "Skal adressen stå i registret?";
    pub const LEAD: &str = "CPR oplyser ingen adresse for personen. Det kan være, fordi personen er truet og derfor er \
        registreret uden fast bopæl, så ingen kan finde vedkommende.";
    pub const SEEN: &str = "En adresse, du skriver her, kan ses af alle med adgang til registret og af de systemer, der henter \
        fra det. Gem den kun, hvis personen selv har givet den til dette brug.";
    pub const CONFIRM: &str = "Personen har selv givet adressen og ved, at den kan ses her";
    pub const MISSING: &str = "Sæt kryds for at gemme adressen.";
    pub const SAVE: &str = "Gem adressen";
    pub const BACK: &str = "Gå tilbage";
}

/// Leaving with changes that are not saved.
pub mod discard {
    pub const TITLE: &str = "Kassér ændringerne?";
    pub const LEAD: &str = "Du har ændringer, der ikke er gemt.";
    pub const DISCARD: &str = "Kassér ændringer";
    pub const STAY: &str = "Bliv her";
}

/// Deleting a party.
pub mod delete {
    pub const TITLE: &str = "Slet part";
    pub const LEAD: &str = "Parten og alt, hvad der er hentet om den fra CPR, slettes. Det kan ikke fortrydes.";
    pub const DELETE: &str = "Slet";
    pub const KEEP: &str = "Fortryd";
}

/// Two who edit the same party.
pub mod stale {
    pub const TITLE: &str = "Ændret af en anden";
    pub const LEAD: &str = "En anden har ændret parten, siden du åbnede den. Dine ændringer er ikke gemt.";
    pub const NOTHING_DIFFERS: &str = "Der er ingen forskel på felterne her.";
    pub const FIELD: &str = "Felt";
    pub const THEIRS: &str = "Gemt af en anden";
    pub const MINE: &str = "Dit";
    pub const MERGED: &str = "Hvis du gemmer oveni";
    pub const RELOAD: &str = "Hent den gemte";
    pub const SAVE_MINE: &str = "Gem mine ændringer oveni";
}

/// *Hent fra CPR*.
pub mod fetch {
    pub const TITLE: &str = "Hent fra CPR";
    pub const ASKING: &str = "Spørger CPR …";
    pub const UNCHANGED: &str = "Ingen ændringer";
    pub const UNCHANGED_LEAD: &str =
        "CPR siger det samme som registret. OK gemmer, at oplysningerne er kontrolleret nu.";
    pub const CHANGES: &str = "Ændringer fra CPR";
    pub const FIELD: &str = "Felt";
    pub const CURRENT: &str = "I registret";
    pub const IN_FORM: &str = "I felterne";
    pub const REGISTER: &str = "Fra CPR";
    pub const RESULT: &str = "Bliver";
    pub const EMPTY: &str = "(tom)";
    pub const WITHHELD: &str =
        "CPR giver ikke navn og adresse, fordi personen er beskyttet. Det, der står i registret, bliver stående.";
    pub const MASKED: &str = "Adressen er skjult, fordi personen er beskyttet.";
    pub const REASON_TITLE: &str = "Hvorfor slår du op?";
    pub const REASON_LEAD: &str = "Begrundelsen står i loggen over opslag.";
    pub const FILL_LEAD: &str = "OK udfylder felterne. Intet gemmes, før du trykker Gem.";

    pub fn keep(field: &str) -> String {
        format!("Behold {}", field.to_lowercase())
    }

    pub fn moved(number: &str) -> String {
        format!("Personen har fået nyt CPR-nummer: {number}")
    }
}

/// *Find CPR-nummer*.
pub mod find {
    use openapi::find::{Agrees, FindStep};

    pub const TITLE: &str = "Find CPR-nummer";
    pub const ASK: &str = "Vil du finde CPR-nummeret ud fra partens navn og adresse?";
    pub const LEAD: &str = "Navn, Adresse 1 og Postnummer skal være udfyldt.";
    pub const FIND: &str = "Find";
    pub const WIDER: &str = "Søg bredere";
    pub const CHOOSE: &str = "Vælg";
    pub const FORMER_NAMES: &str = "Søg også i tidligere navne";
    pub const MISSING: &str = "Skal udfyldes for at kunne søge.";
    pub const ZERO_TITLE: &str = "Ingen personer passer";
    pub const ZERO: &str =
        "CPR kender ingen med dette navn på denne adresse. Ret felterne, eller søg bredere, hvis det tilbydes.";
    pub const ONE: &str = "Én person passer. Kontrollér oplysningerne, før du vælger.";
    pub const TOO_MANY_TITLE: &str = "For mange passer";
    pub const TOO_MANY: &str = "CPR har flere, end der vises her. Skriv mere af navnet eller adressen for at se færre.";
    pub const CANDIDATES: &str = "Personer fundet i CPR";
    pub const MAY_NOT_CHOOSE: &str = "Du kan søge, men ikke give parten et nyt CPR-nummer.";
    pub const ADDRESS_HIDDEN: &str = "adressen er skjult uden begrundelse";
    pub const REASON_OPTIONAL: &str = "Begrundelse (viser beskyttede adresser)";

    pub fn many(count: usize) -> String {
        format!("{count} personer passer. Sammenlign, og vælg den rigtige.")
    }

    pub fn step(step: FindStep, hits: u32) -> String {
        let question = match step {
            FindStep::FullAddress => "navn og hele adressen",
            FindStep::WithoutDoor => "navn og adresse uden dør",
            FindStep::WithoutFloor => "navn og adresse uden etage og dør",
            FindStep::Name => "navn alene",
        };
        format!("{question}: {hits}")
    }

    pub fn searched(steps: &[String]) -> String {
        format!("Søgt på {}.", steps.join(" · "))
    }

    pub fn agreement(what: &str, agrees: Agrees) -> String {
        let word = match agrees {
            Agrees::Same => "ens",
            Agrees::Different => "afviger",
            Agrees::Unknown => "ukendt",
        };
        format!("{what} {word}")
    }

    pub const AGREE_NAME: &str = "navn";
    pub const AGREE_STREET: &str = "vej";
    pub const AGREE_HOUSE_NUMBER: &str = "husnummer";
    pub const AGREE_FLOOR: &str = "etage";
    pub const AGREE_DOOR: &str = "dør";
    pub const AGREE_POSTAL_CODE: &str = "postnummer";
}

/// The tab *Andet*.
pub mod other {
    use openapi::party::ChangeSource;

    pub const CASES: &str = "Sager";
    pub const NO_CASES: &str = "Parten er ikke part i nogen sag.";
    pub const CASE_NUMBER: &str = "Sagsnummer";
    pub const CASE_TITLE: &str = "Titel";
    pub const STATUS: &str = "Status";
    pub const ROLES: &str = "Rolle";
    pub const RESPONSIBLE: &str = "Ansvarlig";
    pub const OPEN: &str = "Åben";
    pub const HISTORY: &str = "Historik";
    pub const NO_HISTORY: &str = "Der er ingen ændringer endnu.";
    pub const WHEN: &str = "Hvornår";
    pub const WHO: &str = "Hvem";
    pub const WHAT: &str = "Ændret";
    pub const FIRST_ONLY: &str = "Kun de første vises.";
    pub const CREATED: &str = "Oprettet";

    pub fn closed(date: Option<&str>) -> String {
        date.map_or("Lukket".to_owned(), |date| format!("Lukket {date}"))
    }

    pub const fn source(source: ChangeSource) -> &'static str {
        match source {
            ChangeSource::Lookup => "opslag i CPR",
            ChangeSource::Subscription => "abonnement i CPR",
            ChangeSource::Retention => "oplysninger fra CPR slettet",
            ChangeSource::User => "rettet her",
        }
    }

    /// The Danish name of a field in the history of a party.
    pub fn field(name: &str) -> &'static str {
        match name {
            "kind" => "Type",
            "name" => "Navn",
            "email" => "E-mail",
            "phone" => "Telefon",
            "mobile" => "Mobil",
            "address" => "Adresse",
            "personalNumber" => "CPR-nummer",
            "cvrNumber" => "CVR-nummer",
            "pNumber" => "P-nummer",
            "externalIds" => "Nøgler i andre systemer",
            "ownsEmailDomain" => "Ejer af e-maildomænet",
            "active" => "Aktiv",
            "status" => "Status",
            "statusSince" => "Status fra",
            "protection" => "Beskyttelse",
            "birthDate" => "Fødselsdato",
            "sex" => "Køn",
            "formerPersonalNumbers" => "Tidligere CPR-numre",
            "lastAddress" => "Sidste kendte adresse",
            "kept" => "Egne værdier i stedet for CPR's",
            // A field that this page does not know is named all the same.
            _ => "Andre oplysninger",
        }
    }
}

/// Following parties in CPR: the page *Abonnement* and the tab *Andet*.
pub mod subscriptions {
    use openapi::subscription::{NotSubscribedBecause, ReasonKind, SubscriptionState};

    pub const TITLE: &str = "Abonnement";
    pub const NOT_ALLOWED: &str = "Siden kræver privilegiet Opdater fra CPR.";
    pub const ALL_CASES: &str = "Parterne i alle sager følges i CPR, også i sager, der er lukket for længe siden";
    pub const CHANNEL_OFF: &str =
        "Abonnement er ikke sat op i denne installation: CPR bliver ikke bedt om at følge nogen.";
    pub const GAP: &str = "Der mangler en leverance";
    pub const LAST: &str = "Seneste leverance";
    pub const NEXT: &str = "Næste ventes";
    pub const OVERDUE: &str = "er ikke kommet endnu";
    pub const LAG: &str = "Forsinkelse";
    pub const NO_LAG: &str = "Ingen";
    pub const OF_A_DAY: &str = "må højst være 24 timer";
    pub const CONFIRMED: &str = "Bekræftet af CPR";
    pub const UNKNOWN: &str = "–";
    pub const STUCK: &str = "Det, der hænger";
    pub const NOTHING_STUCK: &str = "Intet hænger.";
    pub const PARTY: &str = "Part";
    pub const A_PARTY: &str = "Part";
    pub const PARTY_GONE: &str = "(parten er slettet)";
    pub const STATE: &str = "Tilstand";
    pub const WHY: &str = "Årsag";
    pub const SINCE: &str = "Siden";
    pub const NEXT_ATTEMPT: &str = "Næste forsøg";
    pub const NO_NEXT_ATTEMPT: &str = "Prøves ikke igen af sig selv";

    pub const OF_PARTY: &str = "Abonnement i CPR";
    pub const REASONS: &str = "Årsager";
    pub const KIND: &str = "Årsag";
    pub const CASE: &str = "Sag";
    pub const UNTIL: &str = "Til og med";
    pub const NO_END: &str = "Indtil videre";
    pub const HIDDEN_CASE: &str = "(vises ikke for dig)";
    pub const PAST_REASONS: &str = "Tidligere og nuværende årsager";
    pub const FROM: &str = "Fra";
    pub const TO: &str = "Til";
    pub const STILL: &str = "Gælder nu";

    pub fn applied(time: &str) -> String {
        format!("anvendt {time}")
    }

    pub fn gap(task: &str, date: &str) -> String {
        format!(
            "Opgave {task}: leverancen med produktionsdato {date} er ikke kommet. Senere leverancer venter på den og \
            anvendes ikke, før den kommer, eller en operatør bygger bro."
        )
    }

    pub fn confirmed(confirmed: u64, wanted: u64) -> String {
        format!("{confirmed} af {wanted}")
    }

    pub fn missing(count: u64) -> String {
        format!("{count} mangler")
    }

    pub fn state(state: SubscriptionState) -> &'static str {
        match state {
            SubscriptionState::None => "Ikke fulgt",
            SubscriptionState::Requested => "Bestilt, ikke bekræftet",
            SubscriptionState::Active => "Følges af CPR",
            SubscriptionState::Ending => "Afmeldt, ikke bekræftet",
            SubscriptionState::Ended => "Afmeldt",
            SubscriptionState::Failed => "Afvist af CPR",
        }
    }

    pub fn kind(kind: ReasonKind) -> &'static str {
        match kind {
            ReasonKind::OpenCase => "Åben sag",
            ReasonKind::RecentlyClosedCase => "Nyligt lukket sag",
            ReasonKind::AllCases => "Lukket sag (alle sager følges)",
        }
    }

    pub fn because(because: NotSubscribedBecause) -> &'static str {
        match because {
            NotSubscribedBecause::NoPersonalNumber => "Parten følges ikke: den har intet CPR-nummer.",
            NotSubscribedBecause::ReplacementNumber => {
                "Parten følges ikke: den har et erstatningspersonnummer, som CPR ikke kender."
            }
            NotSubscribedBecause::Company => "Parten følges ikke: en virksomhed står ikke i CPR.",
            NotSubscribedBecause::NoCase => "Parten følges ikke: den er ikke part i en åben eller nyligt lukket sag.",
            NotSubscribedBecause::OptedOut => {
                "Parten følges ikke: på sine sager er den part på en måde, der ikke skal følges."
            }
            NotSubscribedBecause::UnknownToCpr => {
                "Parten følges ikke: CPR kender ikke nummeret. Ret CPR-nummeret, så prøves der igen."
            }
            NotSubscribedBecause::ChannelOff => "Parten følges ikke: abonnement er ikke sat op i denne installation.",
        }
    }

    /// What CPR Direkte's error numbers mean; the number stands behind it.
    pub fn error(code: &str) -> String {
        let words = match code {
            "unreachable" => return "CPR svarer ikke".to_owned(),
            "01" | "02" | "03" => "CPR afviser myndighedens bruger eller kodeord",
            "04" => "CPR holder lukket",
            "05" => "CPR kender ikke nummeret",
            "06" => "CPR kender ikke myndighedens kundenummer",
            "07" | "08" | "09" => "Fejl hos CPR",
            "14" | "16" | "18" | "24" | "28" => "CPR giver ikke myndigheden adgang",
            _ => "CPR afviste",
        };
        format!("{words} ({code})")
    }

    pub fn attempts(count: u32, last: &str) -> String {
        if count == 1 { format!("1 forsøg, {last}") } else { format!("{count} forsøg, senest {last}") }
    }

    pub fn confirmed_at(time: &str) -> String {
        format!("Bekræftet {time}")
    }

    pub fn requested_at(time: &str) -> String {
        format!("Bestilt {time}")
    }

    pub fn end_requested_at(time: &str) -> String {
        format!("Afmeldt {time}")
    }

    pub fn ended_at(time: &str) -> String {
        format!("Afmelding bekræftet {time}")
    }

    pub fn next_attempt(time: Option<&str>) -> String {
        time.map_or_else(|| NO_NEXT_ATTEMPT.to_owned(), |time| format!("Prøves igen {time}"))
    }
}

/// CPR's change files.
pub mod delivery {
    use openapi::delivery::{Delivery, DeliveryState};

    pub const TITLE: &str = "Leverancer";
    pub const NONE: &str = "Der er ikke kommet nogen leverancer endnu.";
    pub const DATE: &str = "Produktionsdato";
    pub const NO_DATE: &str = "Ukendt dato";
    pub const FILE: &str = "Fil";
    pub const UPLOADED: &str = "(sendt ind)";
    pub const STATE: &str = "Tilstand";
    pub const PERSONS: &str = "Personer";
    pub const REPORT: &str = "Resultat";
    pub const RECEIVED: &str = "Modtaget";
    pub const APPLIED: &str = "Anvendt";
    pub const TASK: &str = "Opgave";
    pub const FOLLOWS: &str = "Følger efter";
    pub const BRIDGED: &str = "Bro bygget";
    pub const PROGRESS: &str = "Personer behandlet";
    pub const PROBLEMS: &str = "Problemer";
    pub const NO_PROBLEMS: &str = "Ingen problemer.";
    pub const PLACE: &str = "Hvor";
    pub const PROBLEM: &str = "Hvad";
    pub const BRIDGE: &str = "Byg bro";
    pub const BRIDGE_TITLE: &str = "Gå videre, selv om noget mangler?";
    pub const UPLOAD: &str = "Send en leverance ind";
    pub const UPLOADING: &str = "Sender filen …";
    pub const UPLOAD_TAKEN: &str = "Filen er modtaget. Den anvendes, når det er dens tur.";

    pub fn one(date: Option<&str>) -> String {
        date.map_or_else(|| "Leverance".to_owned(), |date| format!("Leverance {date}"))
    }

    pub fn state(state: DeliveryState) -> &'static str {
        match state {
            DeliveryState::Received => "Modtaget",
            DeliveryState::Waiting => "Venter",
            DeliveryState::Applying => "Anvendes nu",
            DeliveryState::Applied => "Anvendt",
            DeliveryState::Refused => "Afvist",
        }
    }

    pub fn report(delivery: &Delivery) -> String {
        let mut parts = vec![format!("{} ændret", delivery.changed), format!("{} uændret", delivery.unchanged)];
        if delivery.failed > 0 {
            parts.push(format!("{} sat til side", delivery.failed));
        }
        if delivery.unexpected > 0 {
            parts.push(format!("{} uden part her", delivery.unexpected));
        }
        parts.join(" · ")
    }

    pub fn bridge(missing: Option<&str>) -> String {
        let what = missing.map_or_else(String::new, |date| format!(" Leverancen med produktionsdato {date} mangler."));
        format!(
            "Byg kun bro, når det, der mangler, ikke kommer.{what} Ændringer i det, der mangler, kommer ikke med; hent de \
            berørte parter fra CPR bagefter. Begrundelsen står i loggen."
        )
    }

    pub fn bridged(by: &str, at: &str, reason: &str) -> String {
        format!("{at} af {by}: {reason}")
    }
}

/// The jobs.
pub mod jobs {
    use std::collections::BTreeMap;

    use openapi::job::JobRunState;

    pub const TITLE: &str = "Opgaver";
    pub const NONE: &str = "Der er ingen opgaver.";
    pub const JOB: &str = "Opgave";
    pub const LAST_RUN: &str = "Senest";
    pub const NEXT_RUN: &str = "Næste gang";
    pub const NOW: &str = "Nu";
    pub const NEVER: &str = "Aldrig kørt";
    pub const QUEUED: &str = "Venter på at køre";
    pub const RUN_NOW: &str = "Kør nu";

    /// What a job does, in two words; a job that this page does not know keeps its own name.
    pub fn name(job: &str) -> &str {
        match job {
            "reconcile-subscriptions" => "Afstem abonnementer",
            "receive-deliveries" => "Hent leverancer",
            "apply-deliveries" => "Anvend leverancer",
            "purge" => "Ryd op",
            "purge-audit-entries" => "Slet gamle poster i loggen",
            "purge-preview" => "Se hvad der ville blive ryddet op",
            "close-audit-entries" => "Luk åbne poster i loggen",
            other => other,
        }
    }

    pub fn run_now(job: &str) -> String {
        format!("{RUN_NOW}: {}", name(job))
    }

    pub fn under_way(job: &str) -> String {
        format!("{} kører", name(job))
    }

    pub fn state(state: JobRunState) -> &'static str {
        match state {
            JobRunState::Queued => "I kø",
            JobRunState::Running => "Kører",
            JobRunState::Succeeded => "Lykkedes",
            JobRunState::Failed => "Mislykkedes",
            JobRunState::Interrupted => "Afbrudt",
        }
    }

    pub fn progress(done: u64, total: Option<u64>) -> String {
        total.map_or_else(|| format!("{done} behandlet"), |total| format!("{done} af {total}"))
    }

    pub fn report(report: &BTreeMap<String, u64>) -> String {
        report.iter().map(|(what, count)| format!("{}: {count}", count_of(what))).collect::<Vec<_>>().join(" · ")
    }

    /// What is counted; a count that this page does not know keeps its own name.
    fn count_of(what: &str) -> &str {
        match what {
            "requested" => "bestilt",
            "confirmed" => "bekræftet",
            "ended" => "afmeldt",
            "failed" => "mislykkedes",
            "wanted" => "skal følges",
            "deliveries" => "leverancer",
            "listed" => "set",
            "known" => "kendt i forvejen",
            "otherNames" => "andre filer",
            "incomplete" => "ikke færdige",
            "received" => "modtaget",
            "refused" => "afvist",
            "waiting" => "venter",
            "applied" => "anvendt",
            "persons" => "personer",
            "changed" => "ændret",
            "unchanged" => "uændret",
            "unexpected" => "uden part her",
            "closed" => "lukket",
            "deleted" | "removed" => "slettet",
            other => other,
        }
    }
}

/// The tab *CPR*.
pub mod cpr {
    use openapi::cpr_tab::Relation;

    pub const NOT_ALLOWED: &str = "Oplysningerne fra CPR kræver privilegiet Opdater fra CPR eller Partsredaktør.";
    pub const COMPANY: &str = "En virksomhed står ikke i CPR.";
    pub const NOT_FETCHED: &str = "Ikke hentet fra CPR.";
    pub const NOT_ENTITLED: &str = "CPR giver ikke organisationen adgang til disse oplysninger.";
    pub const NOT_KEPT: &str = "Opbevares ikke her.";
    pub const NOTHING: &str = "Ingen.";
    pub const NOTHING_FETCHED: &str =
        "CPR er ikke spurgt om denne part endnu. Tryk Hent fra CPR på fanen Identifikation.";

    pub const NAMES: &str = "Navn";
    pub const STATUS: &str = "Status";
    pub const ADDRESS: &str = "Adresse";
    pub const CONTACT_ADDRESS: &str = "Kontaktadresse";
    pub const CIVIL_STATUS: &str = "Civilstand";
    pub const CHILDREN: &str = "Børn";
    pub const PARENTS: &str = "Forældre";
    pub const CUSTODY: &str = "Forældremyndighed";
    pub const GUARDIANSHIP: &str = "Værgemål";
    pub const CITIZENSHIP: &str = "Statsborgerskab";
    pub const PROTECTIONS: &str = "Beskyttelser";
    pub const FORMER_NUMBERS: &str = "Tidligere CPR-numre";
    pub const HISTORY: &str = "Tidligere oplysninger";

    pub const ADDRESSING_NAME: &str = "Adresseringsnavn";
    pub const MUNICIPALITY: &str = "Kommune";
    pub const NO_FIXED_ABODE: &str = "Uden fast bopæl";
    pub const HIDDEN: &str = "Adressen er skjult";
    pub const RELATIVE_PROTECTED: &str = "Beskyttet";
    pub const NAME_NOT_TOLD: &str = "navn ikke oplyst";
    pub const NO_NUMBER: &str = "uden CPR-nummer";
    pub const GUARDIAN: &str = "Værge";

    pub fn from(date: &str) -> String {
        format!("fra {date}")
    }

    pub fn period(from: Option<&str>, to: Option<&str>) -> Option<String> {
        match (from, to) {
            (Some(from), Some(to)) => Some(format!("{from} – {to}")),
            (Some(from), None) => Some(format!("fra {from}")),
            (None, Some(to)) => Some(format!("til {to}")),
            (None, None) => None,
        }
    }

    pub fn municipality_from(date: &str) -> String {
        format!("i kommunen fra {date}")
    }

    pub fn expected_deletion(date: &str) -> String {
        format!("forventet sletning {date} (kun CPR ophæver den)")
    }

    pub fn as_of(date: &str) -> String {
        format!("pr. {date}")
    }

    /// What the other one of a marriage or partnership is, by CPR's code of the civil status that it led to.
    pub fn spouse(civil_status: &str) -> &'static str {
        match civil_status {
            "F" => "Tidligere ægtefælle",
            "E" => "Afdød ægtefælle",
            "P" => "Registreret partner",
            "O" => "Tidligere partner",
            "L" => "Afdød partner",
            _ => "Ægtefælle",
        }
    }

    pub fn relation(relation: Relation) -> &'static str {
        match relation {
            Relation::Mother => "Mor",
            Relation::Father => "Far",
            Relation::Child => "Barn",
            Relation::Spouse => "Ægtefælle",
            Relation::CustodyHolder => "Indehaver af forældremyndighed",
            Relation::Other => "Anden relation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::other;
    use super::party::{status_sentence, status_word};

    #[test]
    fn those_who_live_here_need_no_word_and_every_other_status_has_one() {
        for resident in ["01", "03", "05", "07"] {
            assert_eq!(status_word(resident), None);
        }
        for elsewhere in ["20", "30", "50", "60", "70", "80", "90"] {
            assert!(status_word(elsewhere).is_some(), "{elsewhere}");
        }
        assert_eq!(status_sentence("90"), "Død (90)");
        assert_eq!(status_sentence("03"), "Uden fast bopæl i Danmark (03)");
    }

    #[test]
    fn every_field_of_a_history_has_a_danish_name_of_its_own() {
        let fields = openapi::party::HISTORY_FIELDS;
        let mut names: Vec<&str> = fields.into_iter().map(other::field).collect();
        assert!(!names.contains(&"Andre oplysninger"), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), fields.len());
    }
}
