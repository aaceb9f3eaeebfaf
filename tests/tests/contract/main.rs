//! The specification says what the house does, and the house does what the specification says.

mod answers;
mod files;
mod form;
mod shape;
mod walk;

use serde_json::Value;
use tests::House;

/// One operation of the specification.
struct Operation {
    method: reqwest::Method,
    path: String,
    content: Value,
}

impl Operation {
    fn name(&self) -> &str {
        self.content["operationId"].as_str().unwrap_or("without operationId")
    }

    /// The alternatives, each a list of privileges that together suffice; none when no token is needed.
    fn demands(&self) -> Vec<Vec<String>> {
        let alternatives =
            self.content["security"].as_array().unwrap_or_else(|| panic!("{} has no security", self.name()));
        let bearers = alternatives.iter().filter_map(|alternative| alternative["bearer"].as_array());
        bearers
            .map(|privileges| privileges.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
            .collect()
    }
}

/// Every operation of the specification that this house serves.
async fn operations(house: &House) -> Vec<Operation> {
    let answer = house.anonymous().request(reqwest::Method::GET, "/openapi.json").send().await.expect(200);
    let mut operations = Vec::new();
    for (path, item) in answer.value()["paths"].as_object().expect("paths") {
        for method in ["get", "put", "post", "delete", "patch"] {
            if let Some(content) = item.get(method) {
                let method = method.to_uppercase().parse().expect("a method");
                operations.push(Operation { method, path: path.clone(), content: content.clone() });
            }
        }
    }
    assert!(!operations.is_empty());
    operations
}
