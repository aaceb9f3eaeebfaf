//! What a fetch from CPR would change, as rows for people to read and to choose in.

use openapi::party::{Address, KeepableField, KeptField, Protection};
use openapi::person::{Preview, PreviewChange, PreviewField};
use serde_json::Value;

use super::{identity, number};
use crate::text;

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// What the field is called.
    pub label: &'static str,
    /// What the party says.
    pub current: String,
    /// What CPR says.
    pub register: String,
    /// What the party will say.
    pub result: String,
    /// The field by which the party's own value can be kept.
    pub keepable: Option<KeepableField>,
    /// The party's own value is kept.
    pub kept: bool,
}

/// The fields whose own value stays unless somebody chooses otherwise: the earlier choices.
pub fn kept_before(preview: &Preview) -> Vec<KeepableField> {
    let kept =
        preview.changes.iter().filter(|change| change.result == change.current && change.register != change.current);
    kept.filter_map(|change| keepable(change.field)).collect()
}

/// The rows of a preview with these fields kept; protection first, because it is what must not be overlooked.
pub fn rows(preview: &Preview, keep: &[KeepableField]) -> Vec<ChangeRow> {
    let mut changes: Vec<&PreviewChange> = preview.changes.iter().collect();
    changes.sort_by_key(|change| change.field != PreviewField::Protection);
    let row = |change: &PreviewChange| {
        let keepable = keepable(change.field);
        let kept = keepable.is_some_and(|field| keep.contains(&field));
        let (current, register) = (written(change.field, &change.current), written(change.field, &change.register));
        let result = match keepable {
            Some(_) if kept => current.clone(),
            Some(_) => register.clone(),
            None => written(change.field, &change.result),
        };
        ChangeRow { label: label(change.field), current, register, result, keepable, kept }
    };
    changes.into_iter().map(row).collect()
}

/// The choice to send: every kept field, or nothing where nothing could be chosen.
pub fn choice(preview: &Preview, keep: &[KeepableField]) -> Option<Vec<KeepableField>> {
    let could_choose = preview.changes.iter().any(|change| keepable(change.field).is_some());
    could_choose.then(|| keep.to_vec())
}

/// What CPR says of a field in which the party's own value is kept.
pub fn kept_in_words(kept: &KeptField) -> String {
    let field = match kept.field {
        KeepableField::Name => PreviewField::Name,
        KeepableField::Address => PreviewField::Address,
    };
    written(field, &kept.register)
}

const fn keepable(field: PreviewField) -> Option<KeepableField> {
    match field {
        PreviewField::Name => Some(KeepableField::Name),
        PreviewField::Address => Some(KeepableField::Address),
        PreviewField::PersonalNumber | PreviewField::Status | PreviewField::Protection => None,
    }
}

const fn label(field: PreviewField) -> &'static str {
    match field {
        PreviewField::PersonalNumber => text::field::PERSONAL_NUMBER,
        PreviewField::Name => text::field::NAME,
        PreviewField::Address => text::field::ADDRESS,
        PreviewField::Status => text::field::STATUS,
        PreviewField::Protection => text::field::PROTECTION,
    }
}

/// A value of a preview in words.
fn written(field: PreviewField, value: &Value) -> String {
    match field {
        PreviewField::Name => value.as_str().unwrap_or_default().to_owned(),
        PreviewField::PersonalNumber => value.as_str().map(number::formatted).unwrap_or_default(),
        PreviewField::Address => serde_json::from_value::<Address>(value.clone())
            .ok()
            .as_ref()
            .and_then(identity::one_line)
            .unwrap_or_default(),
        PreviewField::Status => value.as_str().map(text::party::status_sentence).unwrap_or_default(),
        PreviewField::Protection => protection(value).to_owned(),
    }
}

fn protection(value: &Value) -> &'static str {
    let protected = match value {
        Value::Bool(protected) => Some(*protected),
        other => serde_json::from_value::<Protection>(other.clone()).ok().and_then(|known| known.name_and_address),
    };
    match protected {
        Some(true) => text::protection::PROTECTED,
        Some(false) => text::protection::NOT_PROTECTED,
        None => text::protection::NEVER_ASKED,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn preview(changes: Value) -> Preview {
        serde_json::from_value(json!({
            "previewId": "0190b2c8-0000-7000-8000-000000000002", "expiresAt": "2026-11-23T18:00:00Z",
            "person": {
                "personalNumber": "0101019995", "currentPersonalNumber": null, "name": "Vita Prøve", "address": null,
                "addressKind": "none", "addressMasked": false,
                "protection": { "nameAndAddress": true, "message": null, "asOf": null }, "withheld": false,
                "status": "01", "statusText": "Bopæl i Danmark", "statusSince": null, "birthDate": null, "sex": null
            },
            "changes": changes, "unchanged": false
        }))
        .unwrap()
    }

    #[test]
    fn protection_stands_first_and_values_are_in_words() {
        let address = json!({ "line1": "Prøvevej 1", "line2": null, "postalCode": "9000", "city": "Aalborg", "countryCode": "DK" });
        let preview = preview(json!([
            { "field": "address", "current": null, "register": address, "result": address },
            { "field": "personalNumber", "current": null, "register": "0101019995", "result": "0101019995" },
            { "field": "protection", "current": { "nameAndAddress": null, "message": null, "asOf": null },
              "register": { "nameAndAddress": true, "message": "Beskyttet", "asOf": null },
              "result": { "nameAndAddress": true, "message": "Beskyttet", "asOf": null } }
        ]));
        let rows = rows(&preview, &[]);
        let labels: Vec<_> = rows.iter().map(|row| row.label).collect();
        assert_eq!(labels, ["Beskyttelse", "Adresse", "CPR-nummer"]);
        assert_eq!(rows[0].register, "Navne- og adressebeskyttelse");
        assert_eq!((rows[1].current.as_str(), rows[1].result.as_str()), ("", "Prøvevej 1, 9000 Aalborg"));
        assert_eq!(rows[2].result, "010101-9995");
    }

    #[test]
    fn an_earlier_choice_is_proposed_and_can_be_released() {
        let preview =
            preview(json!([{ "field": "name", "current": "Vita P.", "register": "Vita Prøve", "result": "Vita P." }]));
        let kept = kept_before(&preview);
        assert_eq!(kept, [KeepableField::Name]);
        assert_eq!(rows(&preview, &kept)[0].result, "Vita P.");
        assert_eq!(rows(&preview, &[])[0].result, "Vita Prøve");
        assert_eq!(choice(&preview, &[]), Some(Vec::new()), "an empty list releases");
    }

    #[test]
    fn where_nothing_can_be_kept_no_choice_is_sent() {
        let preview = preview(json!([{ "field": "status", "current": null, "register": "01", "result": "01" }]));
        assert_eq!(choice(&preview, &[]), None);
    }
}
