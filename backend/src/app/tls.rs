//! TLS in the server itself: versions 1.2 and 1.3, with a certificate and a key from files that are read again when they
//! change. A connection keeps what it began with; the next one gets the new certificate.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use aws_lc_rs::digest;
use tokio::task::JoinHandle;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};

use crate::config::{self, Tls};

const LOOK_EVERY: Duration = Duration::from_secs(5);
const CERT_FILE: &str = "http.tls.cert_file";
const KEY_FILE: &str = "http.tls.key_file";

/// The certificate in force, and the files that it comes from.
#[derive(Debug)]
pub struct Certificate {
    cert_file: PathBuf,
    key_file: PathBuf,
    in_force: RwLock<Arc<CertifiedKey>>,
    /// The digest of what was read last, good or bad.
    seen: Mutex<Vec<u8>>,
}

impl Certificate {
    /// What the settings name; `None`: the server speaks HTTP.
    ///
    /// # Errors
    /// A Danish message that names the key and what is wrong with its file, never what is in it.
    pub fn load(settings: &Tls) -> anyhow::Result<Option<Arc<Certificate>>> {
        if !settings.is_on() {
            return Ok(None);
        }
        let (cert_file, key_file) = (settings.cert_file.clone(), settings.key_file.clone());
        let (cert, key) = (read(CERT_FILE, &cert_file)?, read(KEY_FILE, &key_file)?);
        let in_force = RwLock::new(Arc::new(certified(&cert, &key)?));
        let seen = Mutex::new(fingerprint(&cert, &key));
        Ok(Some(Arc::new(Certificate { cert_file, key_file, in_force, seen })))
    }

    /// How connections begin.
    ///
    /// # Errors
    /// When the library cannot speak these versions.
    pub fn server_config(self: &Arc<Self>) -> anyhow::Result<ServerConfig> {
        let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
        let builder = ServerConfig::builder_with_provider(crypto()).with_protocol_versions(&versions)?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::<Certificate>::clone(self));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    /// Looks at the files now and then, until the task is aborted.
    pub fn watch(self: &Arc<Self>) -> JoinHandle<()> {
        let certificate = Arc::clone(self);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(LOOK_EVERY);
            loop {
                ticks.tick().await;
                match certificate.refresh() {
                    Ok(true) => tracing::info!("the certificate was exchanged"),
                    Ok(false) => {}
                    Err(error) => tracing::warn!("{error:#}; the certificate from before stays in force"),
                }
            }
        })
    }

    /// Takes new files into force; whether there were any. The same bad files are complained of once.
    fn refresh(&self) -> anyhow::Result<bool> {
        let (cert, key) = (read(CERT_FILE, &self.cert_file)?, read(KEY_FILE, &self.key_file)?);
        let found = fingerprint(&cert, &key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == found {
            return Ok(false);
        }
        *seen = found;
        let fresh = Arc::new(certified(&cert, &key)?);
        *self.in_force.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.in_force.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The one provider of the house.
fn crypto() -> Arc<CryptoProvider> {
    Arc::new(provider::default_provider())
}

fn read(key: &str, file: &Path) -> anyhow::Result<Vec<u8>> {
    if key == KEY_FILE {
        config::check_private(key, file)?;
    }
    std::fs::read(file).with_context(|| format!("{key}: filen {} kan ikke læses", file.display()))
}

fn fingerprint(cert: &[u8], key: &[u8]) -> Vec<u8> {
    let mut both = digest::Context::new(&digest::SHA256);
    for file in [cert, key] {
        both.update(digest::digest(&digest::SHA256, file).as_ref());
    }
    both.finish().as_ref().to_vec()
}

/// Chain and key, when they belong together.
fn certified(cert: &[u8], key: &[u8]) -> anyhow::Result<CertifiedKey> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(cert)
        .collect::<Result<_, _>>()
        .map_err(|_| anyhow!("{CERT_FILE}: filen kan ikke læses som certifikater (PEM)"))?;
    if chain.is_empty() {
        return Err(anyhow!("{CERT_FILE}: der er intet certifikat (PEM) i filen"));
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| anyhow!("{KEY_FILE}: der er ingen privat nøgle (PEM, uden adgangskode) i filen"))?;
    CertifiedKey::from_der(chain, key, &crypto()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            anyhow!("{KEY_FILE}: nøglen hører ikke til certifikatet i {CERT_FILE}")
        }
        rustls::Error::InvalidCertificate(_) => anyhow!("{CERT_FILE}: det første certifikat kan ikke læses"),
        _ => anyhow!("{KEY_FILE}: nøglen kan ikke bruges (RSA fra 2048 bit, ECDSA og Ed25519 kan)"),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    /// A certificate that vouches for itself, and its key, PEM.
    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    /// Files with this in them.
    fn laid(cert: &str, key: &str) -> (TempDir, Tls) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Tls { cert_file: folder.path().join("cert.pem"), key_file: folder.path().join("key.pem") };
        lay(&settings, cert, key);
        (folder, settings)
    }

    fn lay(settings: &Tls, cert: &str, key: &str) {
        for (file, text) in [(&settings.cert_file, cert), (&settings.key_file, key)] {
            std::fs::write(file, text).unwrap();
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    fn complaint(settings: &Tls) -> String {
        format!("{:#}", Certificate::load(settings).map(|_| ()).unwrap_err())
    }

    #[test]
    fn files_that_cannot_be_used_are_named_with_their_key_and_told_of_nothing() {
        let ((cert, key), (_, other)) = (pair(), pair());
        for (cert, key, named) in [
            ("", key.as_str(), "http.tls.cert_file: der er intet certifikat"),
            (key.as_str(), key.as_str(), "http.tls.cert_file: der er intet certifikat"),
            (cert.as_str(), "", "http.tls.key_file: der er ingen privat nøgle"),
            (cert.as_str(), cert.as_str(), "http.tls.key_file: der er ingen privat nøgle"),
            (cert.as_str(), other.as_str(), "http.tls.key_file: nøglen hører ikke til"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n", key.as_str(), "http.tls.cert_file: filen kan ikke læses som"),
        ] {
            let (_folder, settings) = laid(cert, key);
            let complaint = complaint(&settings);
            assert!(complaint.starts_with(named), "{complaint}");
            assert!(!complaint.contains("BEGIN"), "{complaint}");
        }
        let (_folder, settings) = laid(&cert, &key);
        let gone = Tls { cert_file: "/nowhere".into(), ..settings.clone() };
        assert!(complaint(&gone).starts_with("http.tls.cert_file: filen /nowhere kan ikke læses"));
        std::fs::set_permissions(&settings.key_file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(complaint(&settings).contains("chmod o="), "{}", complaint(&settings));
    }

    #[test]
    fn bad_files_leave_the_certificate_in_force_and_good_ones_follow_it() {
        let ((cert, key), (next_cert, next_key)) = (pair(), pair());
        let (_folder, settings) = laid(&cert, &key);
        let certificate = Certificate::load(&settings).unwrap().unwrap();
        let in_force = || certificate.in_force.read().unwrap().cert.clone();
        let first = in_force();
        assert!(!certificate.refresh().unwrap(), "nothing new");
        // The certificate comes before its key.
        lay(&settings, &next_cert, &key);
        assert!(certificate.refresh().is_err());
        assert!(!certificate.refresh().unwrap(), "the same files are complained of once");
        assert_eq!(in_force(), first);
        lay(&settings, &next_cert, &next_key);
        assert!(certificate.refresh().unwrap());
        assert_ne!(in_force(), first);
        std::fs::remove_file(&settings.cert_file).unwrap();
        assert!(certificate.refresh().is_err());
    }
}
