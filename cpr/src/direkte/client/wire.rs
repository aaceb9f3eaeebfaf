//! One message: connect, send, read the answer to its end, close.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};

use super::error::DirekteError;
use super::settings::{ConfigError, DirekteConfig};
use crate::direkte::{AnswerHead, HEADER_LENGTH, Malformed, data_length};

/// The only door to the network.
pub(super) struct Wire {
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: TlsConnector,
    connect_timeout: Duration,
    timeout: Duration,
}

impl Wire {
    pub fn new(config: &DirekteConfig) -> Result<Self, ConfigError> {
        let name = ServerName::try_from(config.host.clone()).map_err(|_| ConfigError::Host)?;
        let extra = match &config.ca_file {
            None => Vec::new(),
            Some(file) => {
                let certificates: Result<Vec<_>, _> =
                    CertificateDer::pem_file_iter(file).and_then(|certificates| certificates.collect());
                certificates.ok().filter(|certificates| !certificates.is_empty()).ok_or(ConfigError::CaFile)?
            }
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let has_extra = !extra.is_empty();
        let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
            .map_err(|_| if has_extra { ConfigError::CaFile } else { ConfigError::Tls })?;
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| ConfigError::Tls)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            name,
            tls: TlsConnector::from(Arc::new(tls)),
            connect_timeout: config.connect_timeout,
            timeout: config.timeout,
        })
    }

    /// Sends a log-on.
    pub async fn log_on(&self, message: &[u8]) -> Result<AnswerHead, DirekteError> {
        self.in_time(async {
            let mut stream = self.send(message).await?;
            read_head(&mut stream).await
        })
        .await
    }

    /// Sends a call; gives what stands behind the header of the answer, which may be nothing.
    pub async fn call(&self, message: &[u8]) -> Result<Vec<u8>, DirekteError> {
        self.in_time(async {
            let mut stream = self.send(message).await?;
            let head = read_head(&mut stream).await?;
            // What comes behind a refusal is not documented, and is not read.
            if let Some(refusal) = head.refusal {
                return Err(refusal.into());
            }
            let length = data_length(&read(&mut stream).await?)?;
            let mut records = vec![0; length.saturating_sub(HEADER_LENGTH)];
            fill(&mut stream, &mut records).await?;
            Ok(records)
        })
        .await
    }

    async fn in_time<T>(&self, exchange: impl Future<Output = Result<T, DirekteError>>) -> Result<T, DirekteError> {
        timeout(self.timeout, exchange).await.map_err(|_| DirekteError::Timeout)?
    }

    async fn send(&self, message: &[u8]) -> Result<TlsStream<TcpStream>, DirekteError> {
        let connect = async {
            let unreachable = |why| move |_: io::Error| DirekteError::Unreachable(why);
            let stream =
                TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable("no connection"))?;
            // A message is one small packet; there is nothing to wait for.
            stream.set_nodelay(true).map_err(unreachable("no connection"))?;
            self.tls.connect(self.name.clone(), stream).await.map_err(unreachable("TLS was not agreed on"))
        };
        let mut stream = timeout(self.connect_timeout, connect).await.map_err(|_| DirekteError::Timeout)??;
        let broken = |_: io::Error| DirekteError::Unreachable("the connection broke");
        stream.write_all(message).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
        Ok(stream)
    }
}

async fn read_head(stream: &mut TlsStream<TcpStream>) -> Result<AnswerHead, DirekteError> {
    Ok(AnswerHead::parse(&read(stream).await?)?)
}

async fn read<const N: usize>(stream: &mut TlsStream<TcpStream>) -> Result<[u8; N], DirekteError> {
    let mut bytes = [0; N];
    fill(stream, &mut bytes).await?;
    Ok(bytes)
}

/// Reads until the place is full, over however many segments.
async fn fill(stream: &mut TlsStream<TcpStream>, place: &mut [u8]) -> Result<(), DirekteError> {
    let expected = place.len();
    let mut read = 0;
    while let Some(rest) = place.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest).await {
            Ok(0) => return Err(Malformed::ClosedEarly { expected, read }.into()),
            Ok(count) => read += count,
            // Closed without the farewell of TLS.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return Err(Malformed::ClosedEarly { expected, read }.into());
            }
            Err(_) => return Err(DirekteError::Unreachable("the connection broke")),
        }
    }
    Ok(())
}
