//! What goes wrong at CPR or on the way, told apart.

use super::*;

#[tokio::test]
async fn an_error_inside_cprs_security_system_is_not_held_against_the_user() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    office.will([Mischief::Security(999)]);
    assert_eq!(lookup(&client).await, refused(999));
    assert_eq!(refused(999).unwrap_err().kind(), ErrorKind::Unavailable);
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn a_security_system_that_keeps_failing_is_not_asked_by_every_caller() {
    let office = Office::open().await;
    office.with(|state| state.user_receipt = Some(999));
    let client = client(&office, fixed());
    for _ in 0..10 {
        assert_eq!(lookup(&client).await.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn a_silent_cpr_costs_no_more_than_the_time_of_a_call() {
    let office = Office::open().await;
    let timeout = Duration::from_secs(1);
    let settings = Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password: fixed(), timeout };
    let client = GctpClient::new(settings, clock().0).unwrap();
    lookup(&client).await.unwrap();
    office.will([Mischief::Hang]);
    let begin = Instant::now();
    assert_eq!(lookup(&client).await, Err(Unavailable::Timeout.into()));
    assert!(begin.elapsed() < timeout * 5, "{:?}", begin.elapsed());
    assert_eq!(client.health().await.state, State::Unreachable);
    lookup(&client).await.unwrap();
    assert_eq!(client.health().await.state, State::SignedOn);
}

#[tokio::test]
async fn after_two_failures_nothing_is_sent_for_a_moment() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.seen();
    office.will([Mischief::ActThenClose, Mischief::ActThenClose]);
    for _ in 0..2 {
        assert_eq!(lookup(&client).await, Err(Unavailable::Network.into()));
    }
    let paused = lookup(&client).await;
    let Err(ClientError::Unavailable(Unavailable::Paused(pause))) = paused else { panic!("{paused:?}") };
    assert!(pause <= Duration::from_secs(2));
    assert_eq!(office.seen().len(), 2);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_closes_cpr_for_nobody() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    let too_long = vec![b' '; 3_000_000];
    office.will([Mischief::Body(b"<html/>".to_vec()), Mischief::Body(too_long), Mischief::Body(b"<html/>".to_vec())]);
    for _ in 0..3 {
        let unreadable = lookup(&client).await;
        let read = matches!(unreadable, Err(ClientError::Unavailable(Unavailable::Garbled(_) | Unavailable::TooLong)));
        assert!(read, "{unreadable:?}");
        assert_eq!(client.health().await.state, State::SignedOn);
    }
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    let head = "HTTP/1.1 200\r\nContent-Type: text/xml\r\n";
    let whole = respond(None, &security(901));
    let stam = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/gctp/stamp.xml")).unwrap();
    let endless = [format!("{head}Content-Length: 3000000\r\n\r\n").into_bytes(), vec![b' '; 3_000_000]].concat();
    let chunked = {
        let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x1_0000], b"\r\n".to_vec()].concat();
        [format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes(), chunk.repeat(40), b"0\r\n\r\n".to_vec()]
            .concat()
    };
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    type Expected = fn(&Unavailable) -> bool;
    let cases: Vec<(Mischief, Expected)> = vec![
        (Mischief::Raw(whole[..whole.len() - 20].to_vec()), |error| *error == Unavailable::Network),
        (Mischief::Raw(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".to_vec()), |error| {
            *error == Unavailable::Status(503)
        }),
        (Mischief::Raw(redirect), |error| *error == Unavailable::Status(302)),
        (Mischief::Raw(endless), |error| *error == Unavailable::TooLong),
        (Mischief::Raw(chunked), |error| *error == Unavailable::TooLong),
        (Mischief::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), |error| *error == Unavailable::Network),
        (Mischief::Body(b"<html/>".to_vec()), |error| matches!(error, Unavailable::Garbled(Garbled::Message(_)))),
        (Mischief::Body(stam[..500].to_vec()), |error| matches!(error, Unavailable::Garbled(Garbled::Message(_)))),
        // STAMP's answer to a question to STAM.
        (Mischief::Body(stam), |error| matches!(error, Unavailable::Garbled(Garbled::Mismatch(_)))),
    ];
    for (mischief, expected) in cases {
        let office = Office::open().await;
        let client = client(&office, fixed());
        lookup(&client).await.unwrap();
        let what: String = format!("{mischief:?}").chars().take(60).collect();
        office.will([mischief]);
        let error = lookup(&client).await.unwrap_err();
        let ClientError::Unavailable(unavailable) = &error else { panic!("{error:?}") };
        assert!(expected(unavailable), "{what}: {error:?}");
        assert!(error.kind() == ErrorKind::Unavailable && error.is_retryable());
        lookup(&client).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_not_taken() {
    let office = Office::open().await;
    office.with(|state| {
        state.answer = Box::new(|service, _| {
            let number = PersonalNumber::parse("0706614184").ok();
            (ServiceAnswer::of(service, &Stam { number, ..Stam::default() }), Some(Receipt::ok()))
        });
    });
    let error = lookup(&client(&office, fixed())).await.unwrap_err();
    assert_eq!(error, Garbled::Mismatch("the person that was asked for").into());
}

#[tokio::test]
async fn refusals_of_services_are_told_apart() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    for (receipt, refusal, kind) in [
        (Receipt::error(172, "…"), Refusal::PersonNotFound, ErrorKind::NotFound),
        (Receipt::error(52, "…"), Refusal::NumberInvalid, ErrorKind::InvalidKey),
        (Receipt::error(1035, "…"), Refusal::NoAccess, ErrorKind::NoAccess),
        (Receipt::error(2212, "…"), Refusal::ClosedNow, ErrorKind::NoAccess),
        (Receipt::error(3974, "…"), Refusal::MunicipalityMissing, ErrorKind::InsufficientCriteria),
        (Receipt::error(4711, "…"), Refusal::Unknown(Some(4711)), ErrorKind::Refused),
        (Receipt::system(0, "…"), Refusal::Technical, ErrorKind::Unavailable),
    ] {
        office.with(|state| {
            state.answer = Box::new(move |service, _| (ServiceAnswer::empty(service), Some(receipt.clone())));
        });
        let error = lookup(&client).await.unwrap_err();
        assert_eq!((error.clone(), error.kind()), (refusal.into(), kind));
        assert_eq!(error.number(), refusal.number());
    }
    office.with(|state| state.answer = Box::new(|service, _| (ServiceAnswer::empty(service), None)));
    assert_eq!(lookup(&client).await, Err(Garbled::Mismatch("data or a receipt").into()));
}
