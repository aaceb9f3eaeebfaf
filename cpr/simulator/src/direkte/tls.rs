//! The door of CPR Direkte in the network: TLS from the first byte, with a certificate of an authority that is made at
//! start and lives as long as the simulator.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use cpr::direkte::Request;

use crate::knobs::DirekteTrouble;
use crate::server::{Exchange, lock};

/// How long a connection may take to bring its message.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing is said to who meets [`DirekteTrouble::Silence`].
const SILENCE: Duration = Duration::from_secs(60);

/// A certificate for this machine, and the authority that vouches for it.
pub(crate) struct Identity {
    /// For the acceptor.
    tls: Arc<ServerConfig>,
    /// The authority's certificate, PEM.
    pub(crate) authority: String,
}

impl Identity {
    /// A new authority and a new certificate for `localhost` and the loopback addresses.
    pub(crate) fn new() -> io::Result<Self> {
        let failed = |error: rcgen::Error| io::Error::other(error.to_string());
        let authority_key = KeyPair::generate().map_err(failed)?;
        let mut authority = CertificateParams::new(Vec::new()).map_err(failed)?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        authority.distinguished_name.push(DnType::CommonName, "CPR-simulator");
        let pem = authority.self_signed(&authority_key).map_err(failed)?.pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().map_err(failed)?;
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new(names.to_vec()).map_err(failed)?;
        params.distinguished_name.push(DnType::CommonName, "CPR Direkte, simulator");
        let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
        let tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .map_err(io::Error::other)?;
        Ok(Self { tls: Arc::new(tls), authority: pem })
    }
}

/// Serves until the runtime ends.
pub(crate) async fn serve(listener: TcpListener, identity: Arc<Identity>, exchange: Arc<Mutex<Exchange>>) {
    let acceptor = TlsAcceptor::from(Arc::clone(&identity.tls));
    loop {
        // An accept fails when files run out; the next one may succeed.
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (acceptor, exchange) = (acceptor.clone(), Arc::clone(&exchange));
        tokio::spawn(async move {
            let peer = if peer.ip().is_loopback() { peer.ip() } else { IpAddr::V4(Ipv4Addr::LOCALHOST) };
            // Whoever breaks the connection off has no use for an error.
            let _ = speak(&acceptor, stream, peer, &exchange).await;
        });
    }
}

/// One message and its answer.
async fn speak(acceptor: &TlsAcceptor, stream: TcpStream, peer: IpAddr, exchange: &Mutex<Exchange>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = timeout(PATIENCE, acceptor.accept(stream)).await??;
    let mut message = timeout(PATIENCE, read(&mut stream)).await??;
    let (answer, knobs, trouble) = {
        let mut exchange = lock(exchange);
        let answer = exchange.answer_direkte(&message, peer);
        let trouble = exchange.knobs.direkte.next_trouble();
        (answer, exchange.knobs.direkte.clone(), trouble)
    };
    message.clear();
    sleep(Duration::from_millis(knobs.latency_ms)).await;
    let Some(mut answer) = answer else { return Ok(()) };
    match trouble {
        None => {}
        Some(DirekteTrouble::CloseAfter(count)) => answer.truncate(count),
        Some(DirekteTrouble::WrongLength(by)) => change_length(&mut answer, by),
        Some(DirekteTrouble::Silence) => {
            sleep(SILENCE).await;
            return Ok(());
        }
        Some(DirekteTrouble::Garbage) => answer = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
    }
    let segment = if knobs.segment == 0 { answer.len().max(1) } else { knobs.segment };
    for piece in answer.chunks(segment) {
        stream.write_all(piece).await?;
        stream.flush().await?;
    }
    stream.shutdown().await
}

/// 35 bytes, or 39.
async fn read(stream: &mut TlsStream<TcpStream>) -> io::Result<Vec<u8>> {
    let mut begin = [0; 10];
    stream.read_exact(&mut begin).await?;
    let mut message = begin.to_vec();
    message.resize(Request::length(&begin), 0);
    stream.read_exact(message.get_mut(begin.len()..).unwrap_or_default()).await?;
    Ok(message)
}

/// Makes the length field (positions 25–28) wrong by so much.
fn change_length(answer: &mut [u8], by: i16) {
    if let Some(field) = answer.get_mut(24..28) {
        let length: i32 = std::str::from_utf8(field).ok().and_then(|digits| digits.parse().ok()).unwrap_or_default();
        let wrong = (length + i32::from(by)).clamp(0, 9999);
        field.copy_from_slice(format!("{wrong:04}").as_bytes());
    }
}
