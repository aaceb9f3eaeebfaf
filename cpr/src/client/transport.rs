//! One call: a message out, a bounded answer back.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{CONNECTION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Client, Response, Url, redirect};

use super::SettingsError;
use super::error::{Garbled, Unavailable};
use crate::gctp::{Answer, MAX_MESSAGE_BYTES, MessageError, Request};

/// The only door to the network.
pub(super) struct Transport {
    http: Client,
    url: Url,
    timeout: Duration,
}

/// What came back: the message, and a new token if there was one.
pub(super) struct Reply {
    pub answer: Answer,
    pub token: Option<NewToken>,
}

/// A token as CPR hands it out.
pub(super) struct NewToken {
    /// The whole `Cookie` header.
    pub cookie: HeaderValue,
    /// When it ends, if CPR said so.
    pub expires: Option<DateTime<Utc>>,
}

impl Transport {
    pub fn new(url: &str, timeout: Duration) -> Result<Self, SettingsError> {
        let url = Url::parse(url).map_err(|_| SettingsError::Url)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(SettingsError::InsecureUrl),
            _ => return Err(SettingsError::Url),
        }
        if url.host_str().is_none_or(str::is_empty) || !url.username().is_empty() || url.password().is_some() {
            return Err(SettingsError::Url);
        }
        if timeout.is_zero() {
            return Err(SettingsError::Timeout);
        }
        let http = Client::builder()
            .user_agent("CPR/1.0")
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            // CPR's handbook: one connection per transaction; reuse is not guaranteed.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|_| SettingsError::Tls)?;
        Ok(Self { http, url, timeout })
    }

    /// Sends a message and reads the answer, all within the time of a call.
    pub async fn call(&self, request: &Request, token: Option<&HeaderValue>) -> Result<Reply, Unavailable> {
        tokio::time::timeout(self.timeout, self.exchange(request, token)).await.map_err(|_| Unavailable::Timeout)?
    }

    async fn exchange(&self, request: &Request, token: Option<&HeaderValue>) -> Result<Reply, Unavailable> {
        let mut call = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "text/xml")
            .header(CONNECTION, "close")
            .body(request.to_bytes());
        if let Some(token) = token {
            call = call.header(COOKIE, token);
        }
        // The error of reqwest names the address; the kind is enough.
        let response = call.send().await.map_err(|_| Unavailable::Network)?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(Unavailable::Status(status));
        }
        let token = new_token(response.headers());
        let utf_8 = names_utf_8(response.headers());
        let bytes = bounded(response).await?;
        let answer = if utf_8 {
            let text = std::str::from_utf8(&bytes);
            text.map_err(|error| MessageError::Malformed { at: error.valid_up_to() as u64 })
                .and_then(Answer::parse_text)
        } else {
            Answer::parse(&bytes)
        };
        Ok(Reply { answer: answer.map_err(Garbled::from)?, token })
    }
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The body, as long as it is not longer than any message of CPR; a longer one is not read to its end.
async fn bounded(mut response: Response) -> Result<Vec<u8>, Unavailable> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Unavailable::Network)? {
        if bytes.len() + chunk.len() > MAX_MESSAGE_BYTES {
            return Err(Unavailable::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn names_utf_8(headers: &HeaderMap) -> bool {
    let named =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    named.split(';').any(|part| part.trim().replace('"', "") == "charset=utf-8")
}

/// The token among the cookies. Its name is written in different ways; a handbook of 2014 has `ZZZzzzzzzz` for "token
/// not accepted".
fn new_token(headers: &HeaderMap) -> Option<NewToken> {
    headers.get_all(SET_COOKIE).iter().find_map(|cookie| {
        let mut parts = cookie.to_str().ok()?.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let value = value.trim();
        if !name.trim().eq_ignore_ascii_case("token") || value.is_empty() || value == "ZZZzzzzzzzz" {
            return None;
        }
        let mut header = HeaderValue::from_str(&format!("Token={value}")).ok()?;
        header.set_sensitive(true);
        let expires = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            if name.trim().eq_ignore_ascii_case("expires") { cookie_date(value) } else { None }
        });
        Some(NewToken { cookie: header, expires })
    })
}

/// `Mon, 15-Jan-2024 12:15:00 GMT`, or with blanks in the date.
fn cookie_date(text: &str) -> Option<DateTime<Utc>> {
    let (_, date) = text.trim().split_once(',')?;
    let date = date.trim().strip_suffix("GMT")?.trim().replace('-', " ");
    Some(NaiveDateTime::parse_from_str(&date, "%d %b %Y %H:%M:%S").ok()?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(cookies: &[&str]) -> Option<(String, Option<String>)> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(SET_COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        let token = new_token(&headers)?;
        Some((token.cookie.to_str().unwrap().to_owned(), token.expires.map(|expires| expires.to_rfc3339())))
    }

    #[test]
    fn the_token_is_found_among_the_cookies() {
        let end = Some("2024-01-15T12:15:00+00:00".to_owned());
        let balancer = "AlteonP=Ab12; path=/; secure; HttpOnly; SameSite=Lax";
        let hyphens = "Token=a1B2c3D4; Expires=Mon, 15-Jan-2024 12:15:00 GMT";
        let blanks = "TOKEN=a1B2c3D4; Path=/; expires=Mon, 15 Jan 2024 12:15:00 GMT; Secure";
        assert_eq!(token(&[balancer, hyphens]), Some(("Token=a1B2c3D4".to_owned(), end.clone())));
        assert_eq!(token(&[blanks]), Some(("Token=a1B2c3D4".to_owned(), end)));
        assert_eq!(token(&["Token=a1B2c3D4; Path=/"]), Some(("Token=a1B2c3D4".to_owned(), None)));
        assert_eq!(token(&["Token=x; Expires=soon"]), Some(("Token=x".to_owned(), None)));
    }

    #[test]
    fn what_is_no_token_is_none() {
        for cookie in ["AlteonP=x", "Token=", "Token", "Token=ZZZzzzzzzzz", "TokenX=1"] {
            assert_eq!(token(&[cookie]), None, "{cookie}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        let refused = |url: &str| Transport::new(url, Duration::from_secs(1)).err();
        for url in [
            "https://gctp.cpr.dk/cpr-online-gctp/gctp",
            "http://127.0.0.1:8123/x",
            "http://[::1]:1/",
            "http://localhost/",
        ] {
            assert_eq!(refused(url), None, "{url}");
        }
        for url in
            ["http://gctp.cpr.dk/x", "http://10.0.0.1/", "http://localhost.example.org/", "http://127.0.0.1.nip.io/"]
        {
            assert_eq!(refused(url), Some(SettingsError::InsecureUrl), "{url}");
        }
        for url in ["", "gctp.cpr.dk", "ftp://127.0.0.1/", "https://user:secret@gctp.cpr.dk/"] {
            assert_eq!(refused(url), Some(SettingsError::Url), "{url}");
        }
    }

    #[test]
    fn the_charset_is_latin_1_unless_the_header_says_utf_8() {
        let named =
            |value: &'static str| names_utf_8(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]));
        assert!(!named("text/xml;charset=ISO-8859-1") && !named("text/xml") && !names_utf_8(&HeaderMap::new()));
        assert!(named("text/xml; charset=UTF-8") && named("text/xml;charset=\"utf-8\""));
    }
}
