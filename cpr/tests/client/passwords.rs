//! A user that is never locked by us, and a password that is never lost.

use super::*;

#[tokio::test]
async fn a_wrong_password_is_sent_once_and_never_again() {
    let office = Office::open().await;
    let client = client(&office, PasswordSource::Fixed(Secret::new("Forkert1!")));
    for _ in 0..8 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    assert_eq!(office.seen(), [sign_on("Forkert1!")]);
    assert_eq!(client.health().await.state, State::Refused(SignOnRefusal::PasswordWrong));
    let error = refused(905).unwrap_err();
    assert_eq!((error.kind(), error.number(), error.is_retryable()), (ErrorKind::Refused, Some(905), false));
}

#[tokio::test]
async fn a_refused_user_is_not_tried_again_with_any_password() {
    for number in [902, 903, 904] {
        let office = Office::open().await;
        office.with(|state| state.user_receipt = Some(number));
        let file = File::with("Gammel1!");
        file.set_next("Anden22!");
        let client = client(&office, file.source());
        for _ in 0..6 {
            assert_eq!(lookup(&client).await, refused(number));
        }
        assert_eq!(office.seen(), [sign_on("Gammel1!")]);
        // The administrator reactivates the user and writes the new password into the file.
        office.with(|state| {
            state.user_receipt = None;
            state.password = "Engangs9!".to_owned();
        });
        std::fs::write(&file.path, "Engangs9!\n").unwrap();
        lookup(&client).await.unwrap();
        assert_eq!(office.seen(), [sign_on("Engangs9!"), question()]);
        assert_eq!(client.health().await.state, State::SignedOn);
    }
}

#[tokio::test]
async fn a_wrong_password_file_is_tried_again_when_it_changes() {
    let office = Office::open().await;
    let file = File::with("Forkert1!");
    let client = client(&office, file.source());
    for _ in 0..4 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    std::fs::write(&file.path, "Forkert2!").unwrap();
    for _ in 0..4 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    assert_eq!(office.seen(), [sign_on("Forkert1!"), sign_on("Forkert2!")]);
    std::fs::write(&file.path, "Gammel1!").unwrap();
    lookup(&client).await.unwrap();
    std::fs::remove_file(&file.path).unwrap();
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn a_missing_password_file_is_named_as_such() {
    let office = Office::open().await;
    let client = client(&office, PasswordSource::File("/nonexistent/cpr-password".into()));
    let error = lookup(&client).await.unwrap_err();
    assert!(matches!(error, ClientError::PasswordFile { step: "read", .. }));
    assert_eq!((error.kind(), office.seen()), (ErrorKind::Refused, vec![]));
}

#[tokio::test]
async fn an_expired_password_is_renewed() {
    for with_token in [true, false] {
        let office = Office::open().await;
        office.with(|state| {
            state.expired = true;
            state.token_with_new_password = with_token;
        });
        let file = File::with("Gammel1!\n");
        let client = client(&office, file.source());
        lookup(&client).await.unwrap();
        let new = file.text();
        assert_eq!(office.with(|state| state.password.clone()), new);
        assert_eq!(file.next(), None);
        let mut expected = vec![sign_on("Gammel1!"), Seen::NewPassword("Gammel1!".to_owned(), new.clone())];
        if !with_token {
            expected.push(sign_on(&new));
        }
        expected.push(question());
        assert_eq!(office.seen(), expected);
        assert!(client.health().await.password_age.is_some());
    }
}

#[tokio::test]
async fn an_expired_password_of_the_configuration_cannot_be_renewed() {
    let office = Office::open().await;
    office.with(|state| state.expired = true);
    let client = client(&office, fixed());
    for _ in 0..6 {
        assert_eq!(lookup(&client).await, refused(906));
    }
    assert_eq!(office.seen(), [sign_on("Gammel1!")]);
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_finished_by_the_next_question() {
    let office = Office::open().await;
    office.with(|state| state.expired = true);
    let file = File::with("Gammel1!");
    let client = client(&office, file.source());
    office.will([Mischief::None, Mischief::ActThenClose]);
    assert_eq!(lookup(&client).await, Err(Unavailable::Network.into()));
    // CPR has the new password, the file the old one.
    let new = file.next().unwrap();
    assert_eq!((file.text().as_str(), office.with(|state| state.password.clone())), ("Gammel1!", new.clone()));
    office.seen();
    lookup(&client).await.unwrap();
    assert_eq!(office.seen(), [sign_on("Gammel1!"), sign_on(&new), question()]);
    assert_eq!((file.text(), file.next()), (new, None));
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_a_change() {
    let office = Office::open().await;
    office.with(|state| {
        state.expired = true;
        state.delay = Duration::from_millis(300);
    });
    let file = File::with("Gammel1!");
    let client = client(&office, file.source());
    assert!(tokio::time::timeout(Duration::from_millis(450), lookup(&client)).await.is_err());
    lookup(&client).await.unwrap();
    assert_eq!((file.text(), file.next()), (office.with(|state| state.password.clone()), None));
    let changes = office.seen().into_iter().filter(|seen| matches!(seen, Seen::NewPassword(..))).count();
    assert_eq!(changes, 1);
}

#[tokio::test]
async fn a_crash_before_the_new_password_was_sent_is_healed_at_start() {
    let office = Office::open().await;
    office.with(|state| state.expired = true);
    let file = File::with("Gammel1!");
    file.set_next("AldrigSendt1!");
    // And one in the middle of writing.
    std::fs::write(file.path.with_extension("next.draft"), "Aldrig").unwrap();
    lookup(&client(&office, file.source())).await.unwrap();
    let new = file.text();
    assert_ne!(new, "AldrigSendt1!");
    assert_eq!(office.seen(), [sign_on("Gammel1!"), Seen::NewPassword("Gammel1!".to_owned(), new), question()]);
    assert_eq!(file.next(), None);
}

#[tokio::test]
async fn a_crash_after_the_new_password_was_accepted_is_healed_at_start() {
    let office = Office::open().await;
    office.with(|state| state.password = "Accepteret1!".to_owned());
    let file = File::with("Gammel1!");
    file.set_next("Accepteret1!");
    lookup(&client(&office, file.source())).await.unwrap();
    assert_eq!(office.seen(), [sign_on("Gammel1!"), sign_on("Accepteret1!"), question()]);
    assert_eq!((file.text().as_str(), file.next()), ("Accepteret1!", None));
}

#[tokio::test]
async fn a_crash_that_left_only_the_next_password_is_healed_at_start() {
    let office = Office::open().await;
    office.with(|state| {
        state.password = "Accepteret1!".to_owned();
        state.expired = true;
    });
    let file = File::with("");
    file.set_next("Accepteret1!");
    lookup(&client(&office, file.source())).await.unwrap();
    assert_eq!(office.with(|state| state.password.clone()), file.text());
    assert_eq!(file.next(), None);
}

#[tokio::test]
async fn both_passwords_wrong_are_tried_once_each() {
    let office = Office::open().await;
    let file = File::with("Forkert1!");
    file.set_next("Forkert2!");
    let client = client(&office, file.source());
    for _ in 0..6 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    assert_eq!(office.seen(), [sign_on("Forkert1!"), sign_on("Forkert2!")]);
}

#[tokio::test]
async fn a_new_password_that_cpr_will_not_have_is_thrown_away() {
    let office = Office::open().await;
    office.with(|state| {
        state.expired = true;
        state.new_password_receipt = Some(908);
    });
    let file = File::with("Gammel1!");
    let client = client(&office, file.source());
    for _ in 0..6 {
        assert_eq!(lookup(&client).await, refused(908));
    }
    assert_eq!(office.seen().len(), 2);
    assert_eq!((file.text().as_str(), file.next()), ("Gammel1!", None));
}

#[tokio::test]
async fn an_old_password_is_renewed_long_before_it_expires() {
    for (days, renews) in [(59, false), (60, true)] {
        let office = Office::open().await;
        let file = File::with("Gammel1!");
        file.age(days);
        let client = client(&office, file.source());
        lookup(&client).await.unwrap();
        assert_eq!(file.text() != "Gammel1!", renews, "{days} days");
        assert_eq!((file.text(), file.next()), (office.with(|state| state.password.clone()), None));
        let mut expected = vec![sign_on("Gammel1!"), question()];
        if renews {
            expected.insert(1, Seen::NewPassword("Gammel1!".to_owned(), file.text()));
        }
        assert_eq!(office.seen(), expected);
    }
}

#[tokio::test]
async fn a_renewal_before_its_time_that_fails_disturbs_nobody_and_is_tried_again_the_next_day() {
    let office = Office::open().await;
    office.with(|state| state.new_password_receipt = Some(908));
    let file = File::with("Gammel1!");
    file.age(70);
    let (clock, minutes) = clock();
    let settings =
        Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password: file.source(), timeout: TIMEOUT };
    let client = GctpClient::new(settings, clock).unwrap();
    let changes = || office.seen().into_iter().filter(|seen| matches!(seen, Seen::NewPassword(..))).count();
    lookup(&client).await.unwrap();
    assert_eq!((changes(), file.text().as_str(), file.next()), (1, "Gammel1!", None));
    minutes.store(180, Ordering::SeqCst);
    lookup(&client).await.unwrap();
    assert_eq!((changes(), client.health().await.state), (0, State::SignedOn));
    minutes.store(25 * 60, Ordering::SeqCst);
    office.with(|state| state.new_password_receipt = None);
    lookup(&client).await.unwrap();
    assert_eq!((changes(), file.text()), (1, office.with(|state| state.password.clone())));
}

#[tokio::test]
async fn two_servers_with_one_old_file_renew_it_once() {
    let office = Office::open().await;
    office.with(|state| state.delay = Duration::from_millis(40));
    let file = File::with("Gammel1!");
    file.age(61);
    let (first, second) = (client(&office, file.source()), client(&office, file.source()));
    let (one, two) = tokio::join!(lookup(&first), lookup(&second));
    assert_eq!((one, two), (Ok(()), Ok(())));
    let changes = office.seen().into_iter().filter(|seen| matches!(seen, Seen::NewPassword(..))).count();
    assert_eq!(changes, 1);
    assert_eq!(office.with(|state| state.password.clone()), file.text());
}

#[tokio::test]
async fn two_servers_with_one_file_change_the_password_once() {
    let office = Office::open().await;
    office.with(|state| {
        state.expired = true;
        state.delay = Duration::from_millis(40);
    });
    let file = File::with("Gammel1!");
    let (first, second) = (client(&office, file.source()), client(&office, file.source()));
    let (one, two) = tokio::join!(lookup(&first), lookup(&second));
    // The office knows one token; the server that signed on first asks again, as after any 901.
    assert_eq!((one, two), (Ok(()), Ok(())));
    let changes = office.seen().into_iter().filter(|seen| matches!(seen, Seen::NewPassword(..))).count();
    assert_eq!(changes, 1);
    assert_eq!(office.with(|state| state.password.clone()), file.text());
}
