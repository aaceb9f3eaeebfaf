//! The browser application: built by `cargo xtask`, compressed there, embedded here.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
struct Dist;

/// Marks the answer that is the application's page, or says that the browser's copy of it is still good: the browser takes
/// the headers of both.
pub struct Page;

/// The file at this path, or the application itself for the paths of its pages.
pub fn serve(request: &HttpRequest) -> Option<HttpResponse> {
    let path = request.path().trim_start_matches('/');
    if !path.is_empty()
        && let Some(answer) = file(request, path)
    {
        return Some(answer);
    }
    // A page of the application has no dot, and its address begins with none of the house's own words.
    let first = path.split('/').next().unwrap_or_default();
    let is_page = !["assets", "docs", "health", "metrics", "problems"].contains(&first)
        && !path.rsplit('/').next().unwrap_or_default().contains('.');
    is_page.then(|| {
        file(request, "index.html").unwrap_or_else(|| {
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body("Browserprogrammet er ikke bygget. Kør: cargo xtask run\n")
        })
    })
}

fn file(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    // The compressed neighbours are not files of their own.
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let plain = Dist::get(path)?;
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepts = |coding: &str| {
        accepted.split(',').any(|item| {
            let mut parts = item.trim().split(';');
            parts.next() == Some(coding) && !parts.any(|weight| weight.trim() == "q=0")
        })
    };
    let compressed: Option<(&str, EmbeddedFile)> = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(coding))
        .find_map(|(coding, suffix)| Some((coding, Dist::get(&format!("{path}.{suffix}"))?)));
    let etag = format!(
        "\"{}\"",
        plain.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    );
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::VARY, "Accept-Encoding"));
    if path == "index.html" {
        answer.extensions_mut().insert(Page);
    }
    if known {
        return Some(answer.finish());
    }
    answer.content_type(plain.metadata.mimetype());
    let (coding, data) = match compressed {
        Some((coding, file)) => (Some(coding), file.data),
        None => (None, plain.data),
    };
    if let Some(coding) = coding {
        answer.insert_header((header::CONTENT_ENCODING, coding));
    }
    Some(answer.body(data.into_owned()))
}
