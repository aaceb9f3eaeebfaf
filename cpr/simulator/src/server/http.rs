//! HTTP: the GCTP address, the control panel, and broken answers; and the thread in which every door is served.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServerHandle;
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use cpr::PersonalNumber;
use cpr::gctp::MAX_MESSAGE_BYTES;

use super::exchange::{Exchange, Incoming, Outgoing};
use super::{Doors, GCTP_PATH, lock, page};
use crate::direkte::tls;
use crate::knobs::{Command, Knobs, Trouble};
use crate::life::Happening;
use crate::night::{NightCommand, Production};
use crate::sftp;

pub(super) type State = web::Data<Mutex<Exchange>>;

/// How often it is looked whether the hour of today's file has come.
const GLANCE: Duration = Duration::from_secs(20);

/// Serves until it is told to stop; tells through the channel whether it began.
pub(super) fn serve(doors: Doors, begun: &mpsc::Sender<io::Result<ServerHandle>>) {
    let Doors { http, direkte, identity, sftp, sftp_door, exchange } = doors;
    let state = State::from(Arc::clone(&exchange));
    let app = move || {
        App::new()
            .app_data(state.clone())
            .app_data(web::PayloadConfig::new(MAX_MESSAGE_BYTES))
            .service(web::resource(GCTP_PATH).route(web::post().to(gctp)))
            .service(web::resource("/control/knobs").route(web::get().to(knobs)).route(web::put().to(set_knobs)))
            .service(web::resource("/control/commands").route(web::post().to(command)))
            .service(web::resource("/control/counters").route(web::get().to(counters)))
            .service(web::resource("/control/log").route(web::get().to(log)))
            .service(web::resource("/control/persons").route(web::post().to(happen)))
            .service(web::resource("/control/night").route(web::get().to(night)).route(web::post().to(tell_night)))
            .service(web::resource("/control/input").route(web::post().to(input)))
            .configure(page::routes)
    };
    actix_web::rt::System::new().block_on(async {
        match HttpServer::new(app).workers(1).disable_signals().listen(http) {
            Err(error) => {
                // Whoever started it hears of it, or is gone.
                let _ = begun.send(Err(error));
            }
            Ok(server) => {
                let listeners = waiting(direkte).and_then(|direkte| Ok((direkte, waiting(sftp)?)));
                let (direkte, sftp) = match listeners {
                    Ok(listeners) => listeners,
                    Err(error) => {
                        let _ = begun.send(Err(error));
                        return;
                    }
                };
                let doors = [
                    actix_web::rt::spawn(tls::serve(direkte, identity, Arc::clone(&exchange))),
                    actix_web::rt::spawn(sftp::serve(sftp, sftp_door)),
                    actix_web::rt::spawn(keep_schedule(exchange)),
                ];
                let server = server.run();
                let _ = begun.send(Ok(server.handle()));
                // It ends by its handle; there is nobody left to tell an error to.
                let _ = server.await;
                doors.iter().for_each(actix_web::rt::task::JoinHandle::abort);
            }
        }
    });
}

/// A listener of this runtime.
fn waiting(listener: std::net::TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// Looks at the clock now and then.
async fn keep_schedule(exchange: Arc<Mutex<Exchange>>) {
    loop {
        actix_web::rt::time::sleep(GLANCE).await;
        let outcome = lock(&exchange).deliver_on_schedule();
        if let Err(error) = outcome {
            lock(&exchange).said = format!("Aftenens fil kunne ikke laves: {error}");
        }
    }
}

async fn gctp(request: HttpRequest, body: Bytes, state: State) -> HttpResponse {
    if !request.headers().contains_key(header::CONTENT_LENGTH) {
        return HttpResponse::LengthRequired().finish();
    }
    let token = token_of(&request);
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip());
    let incoming = Incoming { bytes: &body, token: token.as_deref(), peer };
    let (answer, latency, close) = {
        let mut exchange = lock(&state);
        (exchange.answer(&incoming), exchange.knobs.latency_ms, exchange.knobs.close_connections)
    };
    if latency > 0 {
        actix_web::rt::time::sleep(Duration::from_millis(latency)).await;
    }
    let mut response = answer.map_or_else(|_| HttpResponse::BadRequest().finish(), respond);
    if close {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

/// The value of the cookie `Token`, in whatever case it is written.
fn token_of(request: &HttpRequest) -> Option<String> {
    let headers = request.headers().get_all(header::COOKIE).filter_map(|header| header.to_str().ok());
    let mut cookies = headers.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(name, _)| name.eq_ignore_ascii_case("Token")).map(|(_, value)| value.to_owned())
}

fn respond(outgoing: Outgoing) -> HttpResponse {
    let Outgoing { mut body, token, at, load_balancer_cookie, trouble } = outgoing;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::DATE, at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
    if let Some(token) = token {
        let expires = token.expires.format("%a, %d-%b-%Y %H:%M:%S GMT");
        response.append_header((header::SET_COOKIE, format!("Token={}; Expires={expires}", token.value)));
    }
    if load_balancer_cookie {
        let cookie = "AlteonP=AAAAAAAAAAAAAAAAAAAAAA$$; path=/; secure; HttpOnly; SameSite=Lax";
        response.append_header((header::SET_COOKIE, cookie));
    }
    response.content_type("text/xml;charset=ISO-8859-1");
    let half = body.len() / 2;
    match trouble {
        None | Some(Trouble::SystemReceipt) => response.body(body),
        Some(Trouble::HttpStatus(status)) => {
            HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)).finish()
        }
        Some(Trouble::GarbledXml) => {
            body.truncate(half);
            response.body(body)
        }
        Some(Trouble::OversizedAnswer(size)) => {
            let before_end = body.len().saturating_sub("</root>".len());
            let blanks = size.saturating_sub(body.len());
            body.splice(before_end..before_end, std::iter::repeat_n(b' ', blanks));
            response.body(body)
        }
        Some(Trouble::DropConnection) => broken(&mut response, &body, 0),
        Some(Trouble::TruncatedAnswer) => broken(&mut response, &body, half),
    }
}

/// An answer of which only the first bytes arrive; not even its head, if there are none.
fn broken(response: &mut actix_web::HttpResponseBuilder, body: &[u8], arriving: usize) -> HttpResponse {
    let first = body.get(..arriving).filter(|first| !first.is_empty()).map(Bytes::copy_from_slice);
    let is_sent = first.is_none();
    response.body(BoxBody::new(Broken { promised: body.len(), first, is_sent }))
}

/// A body that breaks off.
struct Broken {
    promised: usize,
    first: Option<Bytes>,
    is_sent: bool,
}

impl MessageBody for Broken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.promised as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if !self.is_sent {
            // What was given so far is sent while the body waits.
            self.is_sent = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

async fn knobs(state: State) -> HttpResponse {
    HttpResponse::Ok().json(&lock(&state).knobs)
}

async fn set_knobs(knobs: web::Json<Knobs>, state: State) -> HttpResponse {
    let mut exchange = lock(&state);
    exchange.knobs = knobs.into_inner();
    HttpResponse::Ok().json(&exchange.knobs)
}

async fn command(command: web::Json<Command>, state: State) -> HttpResponse {
    lock(&state).command(command.into_inner());
    HttpResponse::NoContent().finish()
}

async fn happen(happening: web::Json<Happening>, state: State) -> HttpResponse {
    let Happening { event, number, other } = happening.into_inner();
    let Ok(number) = PersonalNumber::parse(&number) else {
        return HttpResponse::BadRequest().body("number: ten digits");
    };
    match lock(&state).happen(event, number, &other) {
        Ok(new) => {
            HttpResponse::Ok().json(serde_json::json!({ "number": new.map(|new| new.digits().as_str().to_owned()) }))
        }
        Err(error) => HttpResponse::BadRequest().body(error.to_string()),
    }
}

async fn night(state: State) -> HttpResponse {
    let exchange = lock(&state);
    let night = &exchange.night;
    let productions: Vec<_> = night.productions().iter().map(production_json).collect();
    HttpResponse::Ok().json(serde_json::json!({
        "taskNumber": night.task,
        "folder": night.folder,
        "followed": night.subscriptions.active().len(),
        "nextDate": night.next_date(exchange.today()),
        "productions": productions,
    }))
}

async fn tell_night(command: web::Json<NightCommand>, state: State) -> HttpResponse {
    match lock(&state).night_command(&command) {
        Ok(productions) => HttpResponse::Ok().json(productions.iter().map(production_json).collect::<Vec<_>>()),
        Err(error) => HttpResponse::BadRequest().body(error.to_string()),
    }
}

fn production_json(production: &Production) -> serde_json::Value {
    let Production { date, previous, file_name, bytes, persons, state } = production;
    serde_json::json!({
        "date": date,
        "previous": previous,
        "fileName": file_name,
        "size": bytes.len(),
        "persons": persons,
        "state": state,
    })
}

/// Lines of input as text, ISO-8859-1 or UTF-8: they hold nothing but digits and letters of English.
async fn input(body: Bytes, state: State) -> HttpResponse {
    let text = String::from_utf8_lossy(&body);
    lock(&state).take_input(&text);
    HttpResponse::NoContent().finish()
}

async fn counters(state: State) -> HttpResponse {
    HttpResponse::Ok().json(lock(&state).log.counters())
}

async fn log(state: State) -> HttpResponse {
    HttpResponse::Ok().json(lock(&state).log.entries())
}
