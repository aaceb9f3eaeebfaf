//! What browsers may do with an answer. Each kind of answer gets exactly what it needs (`Content-Security-Policy`), and all the
//! rest; there is no header by which another site might read one (CORS), and a test sees to it that there is none.

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CROSS_ORIGIN_OPENER_POLICY, CROSS_ORIGIN_RESOURCE_POLICY, HeaderName, HeaderValue,
    PERMISSIONS_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// A year, as browsers' lists demand. Not for the hosts below: they are the authority's to decide about.
const ONLY_TLS: &str = "max-age=31536000";

/// What the house never uses of a device. What is not named here browsers give only to the page itself.
const NO_DEVICES: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                          magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// What an answer is to a browser.
pub enum Kind {
    /// The application, which speaks with the house and, to sign in, with these origins.
    Page {
        /// The provider's.
        sign_in_at: Vec<String>,
    },
    /// Swagger UI.
    Docs,
    /// A page of text with the house's style.
    Text,
    /// Data, or a part of a page: not to be looked at by itself.
    Data,
}

impl Kind {
    fn policy(&self) -> String {
        let allowed = match self {
            // WebAssembly is compiled, which is what `wasm-unsafe-eval` means; text is never made into a program.
            Kind::Page { sign_in_at } => format!(
                "script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; \
                 connect-src {}; ",
                std::iter::once("'self'").chain(sign_in_at.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
            ),
            // It styles itself inline and has its pictures in its style.
            Kind::Docs => {
                "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
                    .to_owned()
            }
            Kind::Text => "style-src 'self'; ".to_owned(),
            Kind::Data => String::new(),
        };
        let base = if matches!(self, Kind::Page { .. }) { "'self'" } else { "'none'" };
        format!("default-src 'none'; {allowed}base-uri {base}; form-action 'none'; frame-ancestors 'none'")
    }
}

/// Puts them on an answer. `by_tls`: the caller came by TLS, and shall from now on.
pub fn put<B>(response: &mut ServiceResponse<B>, kind: &Kind, by_tls: bool) {
    set(response, CONTENT_SECURITY_POLICY, &kind.policy());
    set(response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, X_FRAME_OPTIONS, "DENY");
    set(response, REFERRER_POLICY, "no-referrer");
    set(response, PERMISSIONS_POLICY, NO_DEVICES);
    set(response, CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    set(response, CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    if by_tls {
        set(response, STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
}

/// Sets a header of an answer.
pub fn set<B>(response: &mut ServiceResponse<B>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
