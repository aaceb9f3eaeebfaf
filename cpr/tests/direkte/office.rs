//! CPR Direkte for one test: a TLS listener with a certificate of its own, a user, a password, a token, and a list of
//! things to do instead of answering. The real simulator is another crate; this one is small enough to be believed: it
//! cuts the messages by hand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cpr::client::PasswordSource;
use cpr::direkte::client::DirekteConfig;
use cpr::gctp::Secret;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What the office does with the next message instead of answering it.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers as if nothing was wrong.
    Normal,
    /// Answers with exactly these bytes and closes.
    Raw(Vec<u8>),
    /// Answers byte by byte.
    Dribble,
    /// Answers, and closes the TCP connection without the farewell of TLS.
    Abrupt,
    /// Never answers.
    Hang,
    /// Refuses with this number, in 24 bytes.
    Refuse(u8),
    /// Forgets its token, then answers.
    Forget,
}

pub struct State {
    pub password: String,
    pub token: String,
    pub records: Vec<u8>,
    pub delay: Duration,
    pub seen: Vec<String>,
    pub script: VecDeque<Act>,
    pub open_at_once: usize,
    pub most_open: usize,
}

#[derive(Clone)]
pub struct Office {
    pub port: u16,
    pub ca: Arc<tempfile::NamedTempFile>,
    state: Arc<Mutex<State>>,
}

impl Office {
    pub async fn open() -> Self {
        Self::open_as("127.0.0.1").await
    }

    /// With a certificate for this name.
    pub async fn open_as(name: &str) -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), ca.self_signed(&ca_key).unwrap().pem()).unwrap();
        let issuer = Issuer::new(ca, ca_key);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = State {
            password: "Hemm1ig!".to_owned(),
            token: "t0k3n+00".to_owned(),
            records: super::records("0707614285"),
            delay: Duration::ZERO,
            seen: Vec::new(),
            script: VecDeque::new(),
            open_at_once: 0,
            most_open: 0,
        };
        let office = Self {
            port: listener.local_addr().unwrap().port(),
            ca: Arc::new(file),
            state: Arc::new(Mutex::new(state)),
        };
        let serving = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (office, acceptor) = (serving.clone(), acceptor.clone());
                tokio::spawn(async move {
                    office.with(|state| {
                        state.open_at_once += 1;
                        state.most_open = state.most_open.max(state.open_at_once);
                    });
                    office.serve(stream, acceptor).await;
                    office.with(|state| state.open_at_once -= 1);
                });
            }
        });
        office
    }

    pub fn config(&self) -> DirekteConfig {
        DirekteConfig {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            transaction: "OFF4".to_owned(),
            customer_number: "9999".to_owned(),
            user: "abcd12".to_owned(),
            password: PasswordSource::Fixed(Secret::new("Hemm1ig!")),
            ca_file: Some(self.ca.path().to_owned()),
            connect_timeout: DirekteConfig::CONNECT_TIMEOUT,
            timeout: DirekteConfig::TIMEOUT,
        }
    }

    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    pub fn will(&self, script: impl IntoIterator<Item = Act>) {
        self.with(|state| state.script.extend(script));
    }

    /// What came since the last time, each message in one word: `log-on`, or subscription and data type.
    pub fn seen(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.seen))
    }

    async fn serve(&self, stream: TcpStream, acceptor: TlsAcceptor) {
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        let mut message = vec![0; 35];
        if stream.read_exact(&mut message).await.is_err() {
            return;
        }
        if &message[9..11] != b"90" {
            message.resize(39, 0);
            if stream.read_exact(&mut message[35..]).await.is_err() {
                return;
            }
        }
        let (act, delay) = self.with(|state| (state.script.pop_front().unwrap_or(Act::Normal), state.delay));
        tokio::time::sleep(delay).await;
        if matches!(act, Act::Forget) {
            self.with(|state| state.token = "f0rg0tt3".to_owned());
        }
        let answer = self.with(|state| state.answer(&message));
        let _ = match act {
            Act::Normal | Act::Forget => stream.write_all(&answer).await,
            Act::Raw(bytes) => stream.write_all(&bytes).await,
            Act::Refuse(number) => stream.write_all(format!("999900        abcd12  {number:02}").as_bytes()).await,
            Act::Hang => return tokio::time::sleep(Duration::from_secs(60)).await,
            Act::Abrupt => {
                let _ = stream.write_all(&answer).await;
                let _ = stream.flush().await;
                return;
            }
            Act::Dribble => {
                for byte in answer {
                    let _ = stream.write_all(&[byte]).await;
                    let _ = stream.flush().await;
                }
                Ok(())
            }
        };
        let _ = stream.shutdown().await;
    }
}

impl State {
    fn answer(&mut self, message: &[u8]) -> Vec<u8> {
        let text = |from: usize, to: usize| std::str::from_utf8(&message[from - 1..to]).unwrap();
        assert_eq!((text(1, 9), text(10, 10).len()), ("OFF4,9999", 1));
        if text(10, 11) == "90" {
            self.seen.push("log-on".to_owned());
            assert_eq!((text(12, 19), text(28, 35)), ("abcd12  ", "        "));
            if text(20, 27) != self.password {
                return b"999990        abcd12  01".to_vec();
            }
            let number: u8 = self.token[6..].parse().unwrap_or_default();
            self.token = format!("t0k3n+{:02}", number + 1);
            return format!("999990{}abcd12  00", self.token).into_bytes();
        }
        self.seen.push(text(10, 11).to_owned());
        assert_eq!((text(20, 27), text(28, 29), text(30, 39)), ("abcd12  ", "00", "0707614285"));
        let head = format!("9999{}{}abcd12  ", text(10, 11), text(12, 19));
        if text(12, 19) != self.token {
            return format!("{head}07").into_bytes();
        }
        let records: &[u8] = if text(11, 11) == "6" { &self.records } else { &[] };
        let mut answer = format!("{head}00{:04}", 28 + records.len()).into_bytes();
        answer.extend_from_slice(records);
        answer
    }
}
