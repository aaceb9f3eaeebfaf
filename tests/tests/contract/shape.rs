//! As much of JSON Schema as the specification uses. A keyword that is not understood is a failure, not a pass.

use serde_json::{Map, Value};

/// The schemas of a specification.
pub struct Shapes {
    spec: Value,
}

/// What only describes.
const DESCRIBING: &[&str] =
    &["description", "title", "example", "examples", "default", "deprecated", "format", "propertyNames"];

impl Shapes {
    /// The schemas that this specification names.
    pub fn of(spec: Value) -> Shapes {
        Shapes { spec }
    }

    /// Whether a value has this shape, and every field of its objects is told of; `at` names the place in what went wrong.
    pub fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let schema = schema.as_object().ok_or_else(|| format!("{at}: a schema that is no object"))?;
        if let Some(name) = schema.get("$ref") {
            let name = name.as_str().and_then(|name| name.strip_prefix('#')).unwrap_or_default();
            let named = self.spec.pointer(name).ok_or_else(|| format!("{at}: there is no schema {name}"))?;
            return self.check(named, value, at);
        }
        for (keyword, wanted) in schema {
            self.check_keyword(schema, keyword, wanted, value, at)?;
        }
        Ok(())
    }

    fn check_keyword(
        &self,
        all: &Map<String, Value>,
        keyword: &str,
        wanted: &Value,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        let fits = match (keyword, wanted) {
            ("type", Value::String(name)) => is_of_type(value, name),
            ("type", Value::Array(names)) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(value, name)),
            ("enum", Value::Array(values)) => values.contains(value),
            ("const", one) => value == one,
            ("minimum", least) => value.as_f64().is_none_or(|value| least.as_f64().is_some_and(|least| value >= least)),
            ("maximum", most) => value.as_f64().is_none_or(|value| most.as_f64().is_some_and(|most| value <= most)),
            ("oneOf" | "anyOf", Value::Array(schemas)) => {
                schemas.iter().any(|schema| self.check(schema, value, at).is_ok())
            }
            ("allOf", Value::Array(schemas)) => {
                return schemas.iter().try_for_each(|schema| self.check(schema, value, at));
            }
            ("items", schema) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let check = |(place, item)| self.check(schema, item, &format!("{at}/{place}"));
                return items.iter().enumerate().try_for_each(check);
            }
            ("required", Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                match value.as_object().and_then(|object| names.into_iter().find(|name| !object.contains_key(*name))) {
                    Some(name) => return Err(format!("{at}/{name} is missing")),
                    None => true,
                }
            }
            ("properties", Value::Object(properties)) => return self.check_fields(all, properties, value, at),
            ("additionalProperties", Value::Bool(_)) => true,
            ("additionalProperties", schema) => {
                let told = schema_properties(all);
                let mut fields =
                    value.as_object().into_iter().flatten().filter(|(name, _)| !told.contains(&name.as_str()));
                return fields.try_for_each(|(name, field)| self.check(schema, field, &format!("{at}/{name}")));
            }
            (describing, _) if DESCRIBING.contains(&describing) => true,
            _ => return Err(format!("{at}: the keyword {keyword} is not understood")),
        };
        if fits { Ok(()) } else { Err(format!("{at}: {value} does not fit {keyword} {wanted}")) }
    }

    fn check_fields(
        &self,
        schema: &Map<String, Value>,
        properties: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        for (name, field) in value.as_object().into_iter().flatten() {
            match properties.get(name) {
                Some(schema) => self.check(schema, field, &format!("{at}/{name}"))?,
                None if schema.contains_key("additionalProperties") => {}
                None => return Err(format!("{at}/{name} is not in the specification")),
            }
        }
        Ok(())
    }
}

/// The fields that a schema names.
fn schema_properties(schema: &Map<String, Value>) -> Vec<&str> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_missing_a_wrong_and_an_untold_field_are_found() {
        let shapes = Shapes::of(json!({ "components": { "schemas": { "Name": { "type": "string" } } } }));
        let schema = json!({
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": { "$ref": "#/components/schemas/Name" },
                "age": { "type": ["integer", "null"], "minimum": 0 },
                "pets": { "type": "array", "items": { "oneOf": [{ "type": "null" }, { "enum": ["cat"] }] } },
            },
        });
        for good in [json!({ "name": "x" }), json!({ "name": "x", "age": null, "pets": [null, "cat"] })] {
            assert_eq!(shapes.check(&schema, &good, "it"), Ok(()));
        }
        for bad in [
            json!({}),
            json!({ "name": 1 }),
            json!({ "name": "x", "age": -1 }),
            json!({ "name": "x", "age": "1" }),
            json!({ "name": "x", "pets": ["dog"] }),
            json!({ "name": "x", "colour": "red" }),
            json!([]),
        ] {
            assert!(shapes.check(&schema, &bad, "it").is_err(), "{bad}");
        }
        assert!(shapes.check(&json!({ "pattern": "x" }), &json!("x"), "it").is_err(), "an unknown keyword");
    }
}
