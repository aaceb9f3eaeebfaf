//! Two servers behind a proxy that asks who is ready: one after the other is replaced while people work, and nobody is
//! refused. With PostgreSQL only: a SQLite file belongs to one server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backend::app::App;
use backend::clock::{SettableClock, SharedClock};
use serde_json::json;
use tests::House;
use tests::client::Caller;
use tests::database::Kind;
use tests::issuer::Person;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::CASEWORKER;

/// Longer than the proxy takes to see that a server is not ready any more.
const DRAIN: &str = "[http]\ndrain_seconds = 3\nrate_limit = { per_second = 1000000, burst = 1000000 }";

/// A proxy as an authority has it, as small as can be: connections go in turn to those that are ready.
struct Proxy {
    address: SocketAddr,
    servers: Arc<Mutex<Vec<(SocketAddr, bool)>>>,
    tasks: [JoinHandle<()>; 2],
}

impl Proxy {
    async fn open() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let servers: Arc<Mutex<Vec<(SocketAddr, bool)>>> = Arc::default();
        let (known, turn) = (Arc::clone(&servers), AtomicUsize::new(0));
        let passing = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let ready: Vec<SocketAddr> = known
                    .lock()
                    .unwrap()
                    .iter()
                    .filter(|(_, is_ready)| *is_ready)
                    .map(|(address, _)| *address)
                    .collect();
                let server = ready[turn.fetch_add(1, Ordering::Relaxed) % ready.len()];
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(server).await.unwrap();
                    // Either side may end the connection as it likes.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        let looked_at = Arc::clone(&servers);
        let looking = tokio::spawn(async move {
            let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
            loop {
                let addresses: Vec<SocketAddr> =
                    looked_at.lock().unwrap().iter().map(|(address, _)| *address).collect();
                for address in addresses {
                    let asked = http.get(format!("http://{address}/health/ready")).send().await;
                    let is_ready = asked.is_ok_and(|answer| answer.status() == 200);
                    let mut servers = looked_at.lock().unwrap();
                    servers.iter_mut().filter(|(known, _)| *known == address).for_each(|(_, ready)| *ready = is_ready);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        Proxy { address, servers, tasks: [passing, looking] }
    }

    /// Adds a server, and waits until it is used.
    async fn add(&self, server: &App) {
        self.servers.lock().unwrap().push((server.address(), false));
        let started = Instant::now();
        while !self.servers.lock().unwrap().iter().any(|(address, ready)| *address == server.address() && *ready) {
            assert!(started.elapsed() < Duration::from_secs(60), "the server does not become ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn servers_are_replaced_one_after_the_other_and_nobody_is_refused(house: &House) {
    let clock: SharedClock = Arc::new(SettableClock::at(house.now()));
    let start = async || App::start(house.config().clone(), Arc::clone(&clock)).await.unwrap();
    let proxy = Proxy::open().await;
    let (first, second) = (start().await, start().await);
    proxy.add(&first).await;
    proxy.add(&second).await;

    let (is_over, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let token = house.issuer().token(&Person::new("sagsbehandler", CASEWORKER));
    let works: Vec<JoinHandle<()>> = (0..4)
        .map(|worker| {
            let caller = Caller::new(&format!("http://{}", proxy.address), Some(token.clone())).unwrap();
            let (is_over, written) = (Arc::clone(&is_over), Arc::clone(&written));
            tokio::spawn(async move {
                for count in 0.. {
                    let party = json!({ "name": format!("Prøve {worker} {count}") });
                    let created = caller.post("/parties", &party).await.expect(201).value();
                    let id = created["id"].as_str().unwrap().to_owned();
                    caller.get(&format!("/parties/{id}")).await.expect(200);
                    written.lock().unwrap().push(id);
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            })
        })
        .collect();

    let third = start().await;
    proxy.add(&third).await;
    first.stop().await.unwrap();
    let fourth = start().await;
    proxy.add(&fourth).await;
    second.stop().await.unwrap();
    let before = written.lock().unwrap().len();
    let started = Instant::now();
    while written.lock().unwrap().len() < before + 20 {
        assert!(started.elapsed() < Duration::from_secs(60), "the new servers do not serve");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    for work in works {
        work.await.expect("nobody is refused");
    }
    let written = std::mem::take(&mut *written.lock().unwrap());
    for id in &written {
        house.with(CASEWORKER).get(&format!("/parties/{id}")).await.expect(200);
    }
    tokio::join!(async { third.stop().await.unwrap() }, async { fourth.stop().await.unwrap() });
}

#[test]
fn servers_are_replaced_while_people_work() {
    tests::run(Kind::Postgres, DRAIN, servers_are_replaced_one_after_the_other_and_nobody_is_refused);
}
