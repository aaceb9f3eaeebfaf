//! TLS in the server itself.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client, tls};
use tempfile::TempDir;
use tests::database::Kind;
use tests::{House, run};

/// A certificate for the loopback address, and the folder where the house finds it.
struct Files(TempDir);

impl Files {
    fn new() -> Files {
        Files(tempfile::tempdir().expect("a folder"))
    }

    fn settings(&self) -> String {
        let path = |name: &str| self.0.path().join(name).display().to_string();
        format!("[http.tls]\ncert_file = '{}'\nkey_file = '{}'\n", path("cert.pem"), path("key.pem"))
    }

    /// Lays a new certificate and its key there; gives the certificate.
    fn renew(&self) -> Certificate {
        let (cert, key) = pair();
        self.lay(&cert, &key);
        Certificate::from_pem(cert.as_bytes()).expect("a certificate")
    }

    fn lay(&self, cert: &str, key: &str) {
        write(&self.0.path().join("key.pem"), key);
        write(&self.0.path().join("cert.pem"), cert);
    }
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).expect("a file");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("its rights");
}

/// A certificate that vouches for itself, and its key, PEM.
fn pair() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// A browser that trusts this certificate and no other.
fn trusting(certificate: &Certificate, version: Option<tls::Version>) -> Client {
    let client = Client::builder().no_proxy().tls_certs_only([certificate.clone()]);
    let client = match version {
        Some(version) => client.tls_version_min(version).tls_version_max(version),
        None => client,
    };
    client.build().expect("a client")
}

#[test]
fn the_server_speaks_tls_1_2_and_1_3_and_wants_to_be_spoken_to_so() {
    let files = Files::new();
    let certificate = files.renew();
    run(Kind::Sqlite, &files.settings(), async |house: &House| {
        assert!(house.url().starts_with("https://127.0.0.1:"), "{}", house.url());
        for version in [tls::Version::TLS_1_2, tls::Version::TLS_1_3] {
            for path in ["/health/live", "/api/v1/parties", "/docs/", "/problems/stale"] {
                let url = format!("{}{path}", house.url());
                let answer = trusting(&certificate, Some(version)).get(url).send().await.expect("an answer");
                let told = answer.headers().get("Strict-Transport-Security");
                assert_eq!(told.and_then(|told| told.to_str().ok()), Some("max-age=31536000"), "{path}");
            }
        }
        // Nothing is said to whoever speaks without TLS.
        let plain = house.url().replace("https://", "http://");
        assert!(Client::builder().no_proxy().build().unwrap().get(plain).send().await.is_err());
    });
}

#[test]
fn a_new_certificate_is_taken_up_and_no_connection_breaks() {
    let files = Files::new();
    let first = files.renew();
    run(Kind::Sqlite, &files.settings(), async |house: &House| {
        let url = format!("{}/health/live", house.url());
        let reached = async |client: &Client| client.get(&url).send().await.is_ok_and(|answer| answer.status() == 200);
        // Keeps its connection, and would get no other: it trusts the first certificate alone.
        let held = trusting(&first, None);
        assert!(reached(&held).await);
        let second = files.renew();
        let began = Instant::now();
        while !reached(&trusting(&second, None)).await {
            assert!(began.elapsed() < Duration::from_secs(60), "the new certificate is not taken up");
            assert!(reached(&held).await, "the connection from before is kept");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(reached(&held).await, "the connection from before is kept");
        assert!(!reached(&trusting(&first, None)).await, "the first certificate is out of force");
    });
}
