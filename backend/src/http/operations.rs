//! The operations of the specification, found again by method and path.

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::http::Method;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, PathItem};

/// Names every operation (`operationId`), which is also the name of its handler, its action and its audit entries.
pub struct Operations {
    names: HashMap<(Method, String), &'static str>,
    paths: Vec<(Vec<String>, Vec<Method>)>,
}

/// Every operation of a path with its method.
pub fn of_path(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

impl Operations {
    /// The operations of this specification.
    pub fn of(spec: &OpenApi) -> Operations {
        let mut names = HashMap::new();
        let mut paths = Vec::new();
        for (path, item) in &spec.paths.paths {
            let mut methods = Vec::new();
            for (method, operation) in of_path(item) {
                let name: &'static str = operation.operation_id.clone().unwrap_or_default().leak();
                names.insert((method.clone(), path.clone()), name);
                methods.push(method);
            }
            paths.push((path.split('/').map(str::to_owned).collect(), methods));
        }
        Operations { names, paths }
    }

    /// The name of the operation that the request was routed to.
    pub fn name(&self, request: &HttpRequest) -> &'static str {
        let pattern = request.match_pattern().unwrap_or_default();
        self.names.get(&(request.method().clone(), pattern)).copied().unwrap_or("unknown")
    }

    /// The methods of a path that is written out in the specification, without parameters; empty for any other.
    pub fn literal_methods(&self, path: &str) -> Vec<&Method> {
        let fits = |known: &[String]| known.iter().map(String::as_str).eq(path.split('/'));
        self.paths.iter().filter(|(known, _)| fits(known)).flat_map(|(_, methods)| methods).collect()
    }

    /// The methods that a path knows; empty for an unknown path. `/parties/search` is a path of its own, and not the party
    /// whose id is `search`.
    pub fn methods(&self, path: &str) -> Vec<&Method> {
        let literal = self.literal_methods(path);
        if !literal.is_empty() {
            return literal;
        }
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |known: &[String]| {
            known.len() == asked.len()
                && known
                    .iter()
                    .zip(&asked)
                    .all(|(known, asked)| (known.starts_with('{') && !asked.is_empty()) || known == asked)
        };
        self.paths.iter().filter(|(known, _)| fits(known)).flat_map(|(_, methods)| methods).collect()
    }
}
