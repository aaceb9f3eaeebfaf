//! The caller's side of HTTP/1.1, as thin as it can be, because it runs on the machine that it measures: requests are
//! bytes that were made before, of answers only status and length are read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads the answer to its end; the body, when the status is 200, 201 or 202.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, length) = loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server closed the connection");
            if let Some(head) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (head + 4, content_length(&self.buffer[..head])?);
            }
        };
        while self.buffer.len() < head + length {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the answer is cut off");
        }
        let status = self.buffer.get(9..12).unwrap_or_default();
        if !matches!(status, b"200" | b"201" | b"202") {
            bail!("{}", String::from_utf8_lossy(&self.buffer));
        }
        Ok(&self.buffer[head..head + length])
    }
}

fn content_length(head: &[u8]) -> anyhow::Result<usize> {
    let head = std::str::from_utf8(head)?;
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value.trim())
    });
    line.context("an answer without length")?.parse().context("the length of an answer")
}

/// The bytes of a `GET`.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// The bytes of a `POST` of JSON.
pub fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
        content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What a burst of requests came to.
pub struct Burst {
    /// Answers in a second.
    pub per_second: f64,
    /// How long each answer took.
    pub times: Vec<Duration>,
}

/// Sends the requests again and again over so many connections, spread over these servers, for so long.
pub async fn burst(
    addresses: &[SocketAddr],
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    lasts: Duration,
) -> anyhow::Result<Burst> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for address in addresses.iter().cycle().take(connections) {
        callers.push(Connection::open(*address).await?);
    }
    let begun = Instant::now();
    let callers: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < lasts {
                    let at = next.fetch_add(1, Ordering::Relaxed) % requests.len();
                    times.push(time(&mut caller, &requests[at]).await?);
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await??);
    }
    Ok(Burst { per_second: times.len() as f64 / begun.elapsed().as_secs_f64(), times })
}

/// One request over and over on one connection: how long the answer takes.
pub async fn time(caller: &mut Connection, request: &[u8]) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    caller.ask(request).await?;
    Ok(begun.elapsed())
}
