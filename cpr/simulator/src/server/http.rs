//! HTTP: the GCTP address, the control panel, and broken answers.

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServerHandle;
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use cpr::gctp::MAX_MESSAGE_BYTES;

use super::exchange::{Exchange, Incoming, Outgoing};
use super::{GCTP_PATH, lock};
use crate::knobs::{Command, Knobs, Trouble};

type State = web::Data<Mutex<Exchange>>;

/// Serves until it is told to stop; tells through the channel whether it began.
pub(super) fn serve(
    listener: TcpListener,
    exchange: &Arc<Mutex<Exchange>>,
    begun: &mpsc::Sender<io::Result<ServerHandle>>,
) {
    let state = State::from(Arc::clone(exchange));
    let app = move || {
        App::new()
            .app_data(state.clone())
            .app_data(web::PayloadConfig::new(MAX_MESSAGE_BYTES))
            .service(web::resource(GCTP_PATH).route(web::post().to(gctp)))
            .service(web::resource("/control/knobs").route(web::get().to(knobs)).route(web::put().to(set_knobs)))
            .service(web::resource("/control/commands").route(web::post().to(command)))
            .service(web::resource("/control/counters").route(web::get().to(counters)))
            .service(web::resource("/control/log").route(web::get().to(log)))
    };
    actix_web::rt::System::new().block_on(async {
        match HttpServer::new(app).workers(1).disable_signals().listen(listener) {
            Err(error) => {
                // Whoever started it hears of it, or is gone.
                let _ = begun.send(Err(error));
            }
            Ok(server) => {
                let server = server.run();
                let _ = begun.send(Ok(server.handle()));
                // It ends by its handle; there is nobody left to tell an error to.
                let _ = server.await;
            }
        }
    });
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

async fn counters(state: State) -> HttpResponse {
    HttpResponse::Ok().json(lock(&state).log.counters())
}

async fn log(state: State) -> HttpResponse {
    HttpResponse::Ok().json(lock(&state).log.entries())
}
