use proptest::prelude::*;

use super::*;
use crate::PersonalNumber;

// The messages here were written by hand from the positions that public clients agree on, not by this code.

fn caller() -> Caller {
    Caller {
        transaction: Text::new("OFF4").unwrap(),
        customer: Text::new("9999").unwrap(),
        user: Text::new("abcd12").unwrap(),
    }
}

fn head() -> AnswerHead {
    AnswerHead {
        customer: Text::new("9999").unwrap(),
        subscription: Subscription::Create,
        data: Data::Records,
        token: Token(*b"t0k3n+ab"),
        user: Text::new("abcd12").unwrap(),
        refusal: None,
    }
}

#[test]
fn a_log_on_has_35_bytes() {
    let password = Password::new("Hemm1ig!").unwrap();
    let log_on = LogOn { caller: caller(), password, new_password: None };
    let bytes = b"OFF4,999990abcd12  Hemm1ig!        ";
    assert_eq!((log_on.to_bytes().as_slice(), bytes.len()), (bytes.as_slice(), 35));
    assert_eq!(Request::parse(bytes), Ok(Request::LogOn(log_on.clone())));

    let renewed = LogOn { new_password: Password::new("Ny_kode2"), ..log_on };
    let bytes = b"OFF4,999990abcd12  Hemm1ig!Ny_kode2";
    assert_eq!(renewed.to_bytes(), bytes);
    assert_eq!(Request::parse(bytes), Ok(Request::LogOn(renewed)));
}

#[test]
fn a_call_has_39_bytes() {
    let number = PersonalNumber::parse("0707614285").unwrap();
    for (subscription, data, bytes) in [
        (Subscription::Create, Data::Records, b"OFF4,999916t0k3n+ababcd12  000707614285"),
        (Subscription::Create, Data::Nothing, b"OFF4,999910t0k3n+ababcd12  000707614285"),
        (Subscription::End, Data::Nothing, b"OFF4,999930t0k3n+ababcd12  000707614285"),
        (Subscription::Leave, Data::Records, b"OFF4,999906t0k3n+ababcd12  000707614285"),
    ] {
        let call = Call::about(number, caller(), Token(*b"t0k3n+ab"), subscription, data);
        assert_eq!(call.to_bytes(), bytes);
        assert_eq!(Request::parse(bytes), Ok(Request::Call(call)));
    }
    let Ok(Request::Call(odd)) = Request::parse(b"PRIV,12347x        ab      00          ") else { panic!() };
    assert_eq!((odd.subscription, odd.data), (Subscription::Other(b'7'), Data::Other(b'x')));
    assert_eq!((odd.caller.transaction.as_str(), odd.number.as_str()), ("PRIV", ""));
}

#[test]
fn the_tenth_byte_tells_how_long_a_message_is() {
    assert_eq!(Request::length(b"OFF4,99999"), 35);
    assert_eq!(Request::length(b"OFF4,99991"), 39);
}

#[test]
fn what_is_no_message_is_refused_with_its_place() {
    assert_eq!(Request::parse(b""), Err(RequestError::Length));
    assert_eq!(Request::parse(b"OFF4,999990abcd12  Hemm1ig!       "), Err(RequestError::Length));
    assert_eq!(Request::parse(b"OFF4;999990abcd12  Hemm1ig!        "), Err(RequestError::Position(5)));
    assert_eq!(Request::parse(b"OFF4,999910abcd12  Hemm1ig!        "), Err(RequestError::Position(10)));
    assert_eq!(Request::parse(b"OFF4,999996abcd12  Hemm1ig!        "), Err(RequestError::Position(11)));
    assert_eq!(Request::parse(b"OFF4,999990t0k3n+ababcd12  000707614285"), Err(RequestError::Position(10)));
    assert_eq!(Request::parse(b"OFF4,999916t0k3n+ababcd12  010707614285"), Err(RequestError::Position(28)));
}

#[test]
fn the_answer_to_a_log_on_has_24_bytes() {
    let accepted = AnswerHead::to_log_on(head().customer, head().user, Ok(Token(*b"t0k3n+ab")));
    let bytes = b"999990t0k3n+ababcd12  00";
    assert_eq!((accepted.to_bytes().as_slice(), AnswerHead::parse(bytes)), (bytes.as_slice(), Ok(accepted)));

    let refused = AnswerHead::to_log_on(head().customer, head().user, Err(Refusal::WrongPassword));
    let bytes = b"999990        abcd12  01";
    assert_eq!((refused.to_bytes().as_slice(), AnswerHead::parse(bytes)), (bytes.as_slice(), Ok(refused)));
}

#[test]
fn the_answer_to_a_call_tells_its_whole_length() {
    let header_only = with_data(&head(), b"").unwrap();
    assert_eq!(header_only, b"999916t0k3n+ababcd12  000028");
    let answer = with_data(&head(), b"000...").unwrap();
    assert_eq!(answer, b"999916t0k3n+ababcd12  000034000...");
    assert_eq!(data_length(b"0034"), Ok(34));
    assert_eq!(with_data(&head(), &[b' '; LONGEST_ANSWER - HEADER_LENGTH]).map(|bytes| bytes.len()), Some(9999));
    assert_eq!(with_data(&head(), &[b' '; LONGEST_ANSWER - HEADER_LENGTH + 1]), None);
}

#[test]
fn a_length_is_four_digits_or_blank() {
    assert_eq!(data_length(b"    "), Ok(28));
    assert_eq!(data_length(b"  34"), Ok(34));
    for field in [b"3 4 ", b"-034", b"+034", b"003x", b"\xE60 4"] {
        assert_eq!(data_length(field), Err(Malformed::Head("a length of four digits at position 25")));
    }
}

#[test]
fn something_else_at_the_port_is_recognised() {
    assert!(matches!(AnswerHead::parse(b"HTTP/1.1 400 Bad Request"), Err(Malformed::Head(_))));
    assert!(matches!(AnswerHead::parse(b"999990t0k3n+ababcd12    "), Err(Malformed::Head(_))));
}

#[test]
fn every_documented_number_is_itself_again() {
    let documented = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 16, 17, 18, 24, 28, 99];
    for number in 1..=99 {
        let refusal = Refusal::of(number).unwrap();
        assert_eq!(refusal.number(), number);
        assert_eq!(matches!(refusal, Refusal::Undocumented(_)), !documented.contains(&number), "{number}");
        assert!(refusal.to_string().contains(&format!("({number:02})")), "{refusal}");
    }
    assert_eq!(Refusal::of(0), None);
}

#[test]
fn a_number_says_whether_trying_again_can_help() {
    for number in 1..=99 {
        let expected = match number {
            4 | 7 | 8 | 9 | 14 | 24 => RefusalKind::Later,
            5 => RefusalKind::Number,
            _ => RefusalKind::Configuration,
        };
        assert_eq!(Refusal::of(number).unwrap().kind(), expected, "{number}");
    }
}

#[test]
fn values_that_do_not_fit_are_not_made() {
    assert!(Text::<4>::new("OFF44").is_none() && Text::<4>::new("").is_none() && Text::<4>::new("ÆØ").is_none());
    assert!(Text::<4>::new("A B").is_none());
    assert!(Password::new("Hemm1ig").is_none() && Password::new("Hemm1ig!!").is_none());
    assert!(Password::new("Hemm1ig ").is_none() && Password::new("Hemmæ1!").is_none());
}

#[test]
fn nothing_secret_is_printed() {
    let number = PersonalNumber::parse("0707614285").unwrap();
    let call = Call::about(number, caller(), Token(*b"t0k3n+ab"), Subscription::Create, Data::Records);
    let log_on = LogOn { caller: caller(), password: Password::new("Hemm1ig!").unwrap(), new_password: None };
    let answer = Answer { lines: b"0010707614285".to_vec() };
    let printed = format!("{call:?} {log_on:?} {:?} {answer:?}", head());
    for secret in ["0707614285", "t0k3n", "Hemm1ig", "abcd12", "1000"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

fn graphic<const N: usize>() -> impl Strategy<Value = Text<N>> {
    proptest::collection::vec(0x21_u8..0x7F, 1..=N)
        .prop_map(|bytes| Text::new(std::str::from_utf8(&bytes).unwrap()).unwrap())
}

proptest! {
    #[test]
    fn any_call_is_itself_again(
        transaction in graphic::<4>(), customer in graphic::<4>(), user in graphic::<8>(), number in graphic::<10>(),
        token in any::<[u8; 8]>(), subscription in any::<u8>().prop_filter("a log-on", |byte| *byte != b'9'),
        data in any::<u8>(),
    ) {
        let call = Call {
            caller: Caller { transaction, customer, user },
            subscription: Subscription::of(subscription),
            data: Data::of(data),
            token: Token(token),
            number,
        };
        let bytes = call.to_bytes();
        prop_assert_eq!(bytes.len(), CALL_LENGTH);
        prop_assert_eq!(Request::length(bytes[..10].try_into().unwrap()), CALL_LENGTH);
        prop_assert_eq!(Request::parse(&bytes), Ok(Request::Call(call)));
    }

    #[test]
    fn any_head_is_itself_again(
        customer in "[0-9]{4}", user in graphic::<8>(), token in any::<[u8; 8]>(), subscription in any::<u8>(),
        data in any::<u8>(), number in 0_u8..100,
    ) {
        let head = AnswerHead {
            customer: Text::new(&customer).unwrap(),
            subscription: Subscription::of(subscription),
            data: Data::of(data),
            token: Token(token),
            user,
            refusal: Refusal::of(number),
        };
        let bytes: [u8; 24] = head.to_bytes().try_into().unwrap();
        prop_assert_eq!(AnswerHead::parse(&bytes), Ok(head));
    }

    #[test]
    fn no_bytes_frighten_the_readers(
        bytes in proptest::collection::vec(any::<u8>(), 0..64), head in any::<[u8; 24]>(), length in any::<[u8; 4]>(),
    ) {
        let _ = Request::parse(&bytes);
        let _ = AnswerHead::parse(&head);
        prop_assert!(data_length(&length).is_ok_and(|length| length <= LONGEST_ANSWER) || data_length(&length).is_err());
        let number = PersonalNumber::parse("0707614285").unwrap();
        prop_assert!(Answer::check(bytes, number).is_err());
    }
}
