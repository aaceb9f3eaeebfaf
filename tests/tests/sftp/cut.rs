//! A line that is cut when so many bytes have come over it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Between a client and a server on loopback; ends with the process.
pub struct Proxy {
    port: u16,
    left: Arc<AtomicU64>,
}

impl Proxy {
    /// A line to the server on this port, whole for now.
    pub fn to(server: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let left = Arc::new(AtomicU64::new(u64::MAX));
        let of_line = Arc::clone(&left);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let (to_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || carry(client, to_server, &AtomicU64::new(u64::MAX)));
                let left = Arc::clone(&of_line);
                thread::spawn(move || carry(server, to_client, &left));
            }
        });
        Proxy { port, left }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets the server say so many bytes more.
    pub fn cut_after(&self, bytes: u64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    /// Whole again.
    pub fn mend(&self) {
        self.left.store(u64::MAX, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, left: &AtomicU64) {
    let mut piece = [0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        let before = left.load(Ordering::SeqCst);
        let is_cut = before < length as u64;
        if is_cut || to.write_all(&piece[..length]).is_err() {
            break;
        }
        if before < u64::MAX {
            left.store(before - length as u64, Ordering::SeqCst);
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
