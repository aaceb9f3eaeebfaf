//! The specification, made from the routes, without a database.

use actix_web::App;
use utoipa::Modify;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Info, License, OpenApi, Ref, RefOr, Server};
use utoipa_actix_web::AppExt;

use super::operations::of_path;

/// The subjects, in the order in which somebody new needs them.
const TAGS: [(&str, &str); 8] = [
    ("Session", "How to sign in, who I am, what this installation can do"),
    ("Parter", "The external parties: search, read, create, edit, delete"),
    ("CPR", "Look-up, *Hent fra CPR*, *Find CPR-nummer*, the CPR tab"),
    ("Sager", "Cases, as the case system has them, and who is party to them"),
    ("Leverancer", "CPR's change files: which came, what became of them"),
    ("Hændelser", "The feed of what changed"),
    ("Log", "Who has seen and done what"),
    ("Drift", "Jobs and health"),
];

/// OpenAPI 3.1 of the whole API.
pub fn specification() -> OpenApi {
    let (_, mut spec) = App::new().into_utoipa_app().configure(super::routes).split_for_parts();
    let mut info = Info::new("Partsregister", env!("CARGO_PKG_VERSION"));
    info.description = Some(include_str!("description.md").to_owned());
    info.license = Some(License::builder().name("MIT").identifier(Some("MIT")).build());
    spec.info = info;
    spec.servers = Some(vec![Server::new("/")]);
    let tag = |(name, about): (&str, &str)| TagBuilder::new().name(name).description(Some(about)).build();
    spec.tags = Some(TAGS.map(tag).to_vec());
    Bearer.modify(&mut spec);
    tell_what_all_answer(&mut spec);
    spec
}

/// The problems that stand at no handler, because the edge answers with them whatever is asked.
fn tell_what_all_answer(spec: &mut OpenApi) {
    for (_, item) in spec.paths.paths.iter_mut().filter(|(path, _)| path.starts_with("/api/")) {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let mut told = vec![("429", "Too many requests; `Retry-After` is set")];
            if operation.request_body.is_some() || operation.parameters.as_ref().is_some_and(|all| !all.is_empty()) {
                told.push(("400", "The request cannot be read"));
            }
            let is_asked = |parameter: &RefOr<Parameter>| match parameter {
                RefOr::T(parameter) => !matches!(parameter.parameter_in, ParameterIn::Path),
                RefOr::Ref(_) => true,
            };
            let asks = operation.parameters.iter().flatten().any(is_asked);
            if asks || operation.request_body.is_some() {
                told.push(("422", "A value cannot be used"));
            }
            if operation.request_body.is_some() {
                told.push(("413", "The body is too large"));
                told.push(("415", "The body is of another media type"));
            }
            // Whoever needs a token is asked for at the provider and noted in the database.
            if operation.responses.responses.contains_key("401") {
                told.push(("503", "The database or the identity provider is away; `Retry-After` is set"));
            }
            for (status, description) in told {
                let answer = || RefOr::T(problem(description));
                operation.responses.responses.entry(status.to_owned()).or_insert_with(answer);
            }
        }
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, spec: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token of the organisation's OpenID Connect provider. In the demo: POST /api/v1/sign-in/demo."))
            .build();
        spec.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// Every operation and the privileges that it needs, one a line, for people to read and reviewers to compare.
pub fn privileges() -> String {
    let mut lines = Vec::new();
    for (path, item) in &specification().paths.paths {
        for (method, operation) in of_path(item) {
            let name = operation.operation_id.as_deref().unwrap_or_default();
            lines.push(format!("{:<6} {path:<46} {name:<27} {}", method.as_str(), needed(operation)));
        }
    }
    lines.sort_by_key(|line| line.split_whitespace().nth(1).map(str::to_owned));
    format!(
        "# Written by `cargo xtask openapi` from the routes; a test compares it with what they do.\n{}\n",
        lines.join("\n")
    )
}

/// The security requirements in words: alternatives, each a list of privileges.
fn needed(operation: &Operation) -> String {
    let value = serde_json::to_value(&operation.security).unwrap_or_default();
    let alternatives: Vec<String> = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|alternative| match alternative["bearer"].as_array() {
            None => "intet token".to_owned(),
            Some(privileges) if privileges.is_empty() => "ethvert gyldigt token".to_owned(),
            Some(privileges) => {
                privileges.iter().filter_map(|privilege| privilege.as_str()).collect::<Vec<_>>().join(" + ")
            }
        })
        .collect();
    if alternatives.is_empty() { "ikke angivet".to_owned() } else { alternatives.join(" | ") }
}
