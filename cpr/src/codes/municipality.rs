//! The municipalities of CPR's address codes.

/// The name of a municipality (*kommune*) by its code of four digits. Includes the "fictive municipalities" of
/// administrative numbers, and `0958` Qaasuitsup, which was split into 0959 and 0960 in 2018 and stands in old rows.
#[must_use]
pub fn municipality(code: &str) -> Option<&'static str> {
    let place = MUNICIPALITIES.binary_search_by_key(&code, |&(code, _)| code).ok()?;
    MUNICIPALITIES.get(place).map(|&(_, name)| name)
}

/// Whether a municipality code lies in Greenland: 0955 and above.
#[must_use]
pub fn is_greenland(code: &str) -> bool {
    code.len() == 4 && code.parse::<u16>().is_ok_and(|code| code >= 955)
}

const MUNICIPALITIES: &[(&str, &str)] = &[
    ("0010", "Sømandsskattekontoret"),
    ("0011", "SKAT"),
    ("0012", "ATP"),
    ("0019", "Administrativt personnummer"),
    ("0101", "København"),
    ("0147", "Frederiksberg"),
    ("0151", "Ballerup"),
    ("0153", "Brøndby"),
    ("0155", "Dragør"),
    ("0157", "Gentofte"),
    ("0159", "Gladsaxe"),
    ("0161", "Glostrup"),
    ("0163", "Herlev"),
    ("0165", "Albertslund"),
    ("0167", "Hvidovre"),
    ("0169", "Høje-Taastrup"),
    ("0173", "Lyngby-Taarbæk"),
    ("0175", "Rødovre"),
    ("0183", "Ishøj"),
    ("0185", "Tårnby"),
    ("0187", "Vallensbæk"),
    ("0190", "Furesø"),
    ("0201", "Allerød"),
    ("0210", "Fredensborg"),
    ("0217", "Helsingør"),
    ("0219", "Hillerød"),
    ("0223", "Hørsholm"),
    ("0230", "Rudersdal"),
    ("0240", "Egedal"),
    ("0250", "Frederikssund"),
    ("0253", "Greve"),
    ("0259", "Køge"),
    ("0260", "Halsnæs"),
    ("0265", "Roskilde"),
    ("0269", "Solrød"),
    ("0270", "Gribskov"),
    ("0306", "Odsherred"),
    ("0316", "Holbæk"),
    ("0320", "Faxe"),
    ("0326", "Kalundborg"),
    ("0329", "Ringsted"),
    ("0330", "Slagelse"),
    ("0336", "Stevns"),
    ("0340", "Sorø"),
    ("0350", "Lejre"),
    ("0360", "Lolland"),
    ("0370", "Næstved"),
    ("0376", "Guldborgsund"),
    ("0390", "Vordingborg"),
    ("0400", "Bornholm"),
    ("0410", "Middelfart"),
    ("0411", "Christiansø"),
    ("0420", "Assens"),
    ("0430", "Faaborg-Midtfyn"),
    ("0440", "Kerteminde"),
    ("0450", "Nyborg"),
    ("0461", "Odense"),
    ("0479", "Svendborg"),
    ("0480", "Nordfyns"),
    ("0482", "Langeland"),
    ("0492", "Ærø"),
    ("0510", "Haderslev"),
    ("0530", "Billund"),
    ("0540", "Sønderborg"),
    ("0550", "Tønder"),
    ("0561", "Esbjerg"),
    ("0563", "Fanø"),
    ("0573", "Varde"),
    ("0575", "Vejen"),
    ("0580", "Aabenraa"),
    ("0607", "Fredericia"),
    ("0615", "Horsens"),
    ("0621", "Kolding"),
    ("0630", "Vejle"),
    ("0657", "Herning"),
    ("0661", "Holstebro"),
    ("0665", "Lemvig"),
    ("0671", "Struer"),
    ("0706", "Syddjurs"),
    ("0707", "Norddjurs"),
    ("0710", "Favrskov"),
    ("0727", "Odder"),
    ("0730", "Randers"),
    ("0740", "Silkeborg"),
    ("0741", "Samsø"),
    ("0746", "Skanderborg"),
    ("0751", "Aarhus"),
    ("0756", "Ikast-Brande"),
    ("0760", "Ringkøbing-Skjern"),
    ("0766", "Hedensted"),
    ("0773", "Morsø"),
    ("0779", "Skive"),
    ("0787", "Thisted"),
    ("0791", "Viborg"),
    ("0810", "Brønderslev"),
    ("0813", "Frederikshavn"),
    ("0820", "Vesthimmerlands"),
    ("0825", "Læsø"),
    ("0840", "Rebild"),
    ("0846", "Mariagerfjord"),
    ("0849", "Jammerbugt"),
    ("0851", "Aalborg"),
    ("0860", "Hjørring"),
    ("0955", "Kujalleq"),
    ("0956", "Sermersooq"),
    ("0957", "Qeqqata"),
    ("0958", "Qaasuitsup"),
    ("0959", "Avannaata"),
    ("0960", "Qeqertalik"),
    ("0961", "Uden for kommunal inddeling i Grønland"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_municipality_is_found() {
        assert!(MUNICIPALITIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(municipality("0851"), Some("Aalborg"));
        assert_eq!(municipality("0960"), Some("Qeqertalik"));
        assert_eq!(municipality("851"), None);
    }

    #[test]
    fn greenland_begins_at_0955() {
        assert!(is_greenland("0955") && is_greenland("0961"));
        assert!(!is_greenland("0860") && !is_greenland("") && !is_greenland("9551x"));
    }
}
