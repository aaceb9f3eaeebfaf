//! Who calls, as far as the network tells: by itself, or by the word of a proxy that is trusted.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR, X_FORWARDED_PROTO};

use crate::config::Network;

/// The proxies whose word is believed (`http.trusted_proxies`).
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// These.
    pub fn new(networks: Vec<Network>) -> Proxies {
        Proxies(networks)
    }

    /// The name under which requests without a good token are counted.
    pub fn counted(&self, request: &HttpRequest) -> String {
        let peer = request.peer_addr().map(|peer| peer.ip());
        peer.map_or_else(String::new, |peer| counted(self.caller(peer, request.headers())))
    }

    /// Whether the caller came by TLS: to us, or to a proxy that is trusted to say so.
    pub fn is_tls(&self, request: &HttpRequest) -> bool {
        let says_https = || {
            let said = last(request.headers(), &X_FORWARDED_PROTO);
            said.is_some_and(|said| said.eq_ignore_ascii_case("https"))
        };
        let is_believed = || request.peer_addr().is_some_and(|peer| self.trusts(peer.ip()));
        request.app_config().secure() || (is_believed() && says_https())
    }

    /// The caller behind the proxies. Each proxy adds the address that it saw at the end of `X-Forwarded-For`, so it is read
    /// from there, for as long as the address that tells is trusted: what a caller writes into it is never reached.
    fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = peer.to_canonical();
        let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).filter_map(|line| line.to_str().ok()).collect();
        for told in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            if !self.trusts(caller) {
                break;
            }
            let Some(address) = address(told.trim()) else { break };
            caller = address.to_canonical();
        }
        caller
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// The last of the values that a header has, however many lines it stands in: what the nearest proxy said.
fn last<'a>(headers: &'a HeaderMap, name: &actix_web::http::header::HeaderName) -> Option<&'a str> {
    headers.get_all(name).last()?.to_str().ok()?.rsplit(',').next().map(str::trim)
}

/// An address as proxies write it: alone, in brackets, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let without_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(without_port).or_else(in_brackets)
}

/// Whoever has an IPv6 address has the 2^64 of its network.
fn counted(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn proxies(networks: &[&str]) -> Proxies {
        Proxies::new(networks.iter().map(|network| network.parse().unwrap()).collect())
    }

    fn request(peer: &str, headers: &[(&str, &str)]) -> HttpRequest {
        let mut request = TestRequest::get().peer_addr(peer.parse().unwrap());
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        request.to_http_request()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_who_calls() {
        let proxies = proxies(&["10.0.0.1", "10.9.0.0/16"]);
        for (peer, told, counted) in [
            ("192.0.2.7:1", vec!["198.51.100.1"], "192.0.2.7"),
            ("10.0.0.1:1", vec!["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1:1", vec![], "10.0.0.1"),
            // The caller has written the first one, the proxy has added the second.
            ("10.0.0.1:1", vec!["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1:1", vec!["127.0.0.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1:1", vec!["1.1.1.1, 198.51.100.1, 10.9.3.3"], "198.51.100.1"),
            ("10.0.0.1:1", vec!["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1:1", vec!["unknown"], "10.0.0.1"),
            ("10.0.0.1:1", vec!["198.51.100.1, unknown"], "10.0.0.1"),
            ("[::ffff:10.0.0.1]:1", vec!["[2001:db8:1:2:3::4]:99"], "2001:db8:1:2::"),
        ] {
            let headers: Vec<(&str, &str)> = told.iter().map(|told| ("X-Forwarded-For", *told)).collect();
            assert_eq!(proxies.counted(&request(peer, &headers)), counted, "{peer} {told:?}");
        }
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_tls() {
        let proxies = proxies(&["10.0.0.1"]);
        for (peer, said, tls) in [
            ("10.0.0.1:1", "https", true),
            ("10.0.0.1:1", "http", false),
            ("10.0.0.1:1", "https, http", false),
            ("192.0.2.7:1", "https", false),
        ] {
            assert_eq!(proxies.is_tls(&request(peer, &[("X-Forwarded-Proto", said)])), tls, "{peer} {said}");
        }
    }
}
