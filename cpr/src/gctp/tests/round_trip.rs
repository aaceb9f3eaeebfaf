//! What is written is read back, and arbitrary bytes never panic.

use proptest::prelude::*;

use super::*;

/// Any text that XML can carry and CPR might deliver: letters, signs that need escaping, line ends.
fn text() -> impl Strategy<Value = Option<String>> {
    let filled = prop_oneof!["[ -~æøåÆØÅéü\u{a0}-\u{ff}]{0,40}", "[\"<>&'+%\t\n\r æøå€œ]{1,12}", "\\PC{0,20}"];
    filled.prop_map(|text: String| {
        let text = text.trim_end().to_owned();
        if text.trim().is_empty() { None } else { Some(text) }
    })
}

fn any_number() -> impl Strategy<Value = Option<PersonalNumber>> {
    "(0[1-9]|[12][0-8])(0[1-9]|1[0-2])[0-9]{6}".prop_map(|digits| PersonalNumber::parse(&digits).ok())
}

fn any_date() -> impl Strategy<Value = Option<CprDate>> {
    prop::option::of(("[0-9]{8}", prop::option::of("[0-9]{4}"), any::<bool>())).prop_map(|parts| {
        let (day, time, uncertain) = parts?;
        let digits = day + &time.unwrap_or_default();
        if digits.bytes().all(|byte| byte == b'0') {
            return None;
        }
        CprDate::parse(&digits).map(|date| date.with_uncertainty(uncertain))
    })
}

fn certain_date() -> impl Strategy<Value = Option<CprDate>> {
    any_date().prop_map(|date| date.map(|date| date.with_uncertainty(false)))
}

fn field() -> impl Strategy<Value = Field> {
    (text(), text(), text(), text(), text()).prop_map(|(v, t, ts, tm, tl)| {
        Field::new(v.unwrap_or_default())
            .with_text(t.unwrap_or_default())
            .with_short_text(ts.unwrap_or_default())
            .with_medium_text(tm.unwrap_or_default())
            .with_long_text(tl.unwrap_or_default())
    })
}

/// Fields for a layout, of the given content; every record is then read from them and compared by what it writes.
fn filled(layout: Layout) -> impl Strategy<Value = Fields> {
    let names: Vec<&'static str> = layout.names().collect();
    prop::collection::vec(field(), names.len()).prop_map(move |fields| names.iter().copied().zip(fields).collect())
}

/// What a record keeps of a message survives writing and reading: on the wire, in JSON, as record.
fn survives<R: Record + PartialEq + std::fmt::Debug>(service: &str, record: &R) -> Result<(), TestCaseError> {
    let answer = match R::LAYOUT.place {
        Place::Rows(_) => ServiceAnswer::of_rows(service, [("1".to_owned(), record)]),
        _ => ServiceAnswer::of(service, record),
    };
    let message = Answer {
        version: Version::V2,
        environment: Some("Demo".to_owned()),
        body: AnswerBody::Service { answer: answer.clone(), receipt: Some(Receipt::ok()) },
    };
    for style in [Style::default(), Style { prolog: true, empty_fields: false, ok_receipt: true }] {
        let read = Answer::parse(&message.to_bytes(style));
        prop_assert_eq!(read.as_ref(), Ok(&message));
    }
    let json = serde_json::to_string(&answer).unwrap();
    let answer: ServiceAnswer = serde_json::from_str(&json).unwrap();
    match R::LAYOUT.place {
        Place::Rows(_) => prop_assert_eq!(&answer.rows::<R>().unwrap()[0], record),
        _ => prop_assert_eq!(&answer.record::<R>().unwrap(), record),
    }
    Ok(())
}

/// The record of arbitrary content, as far as its typed columns can hold it.
fn lenient<R: Record>(mut fields: Fields) -> R {
    loop {
        match R::read(&fields) {
            Ok(record) => return record,
            Err(error) => fields.set(error.field, Field::default()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_person_survives_writing_and_reading(
        number in any_number(), current_number in any_number(), name in text(), turned in text(), care_of in text(),
        birth_date in any_date(), status_since in certain_date(), status in 0..PersonStatus::ALL.len(),
        municipality in field(), standard_address in text(), line in text(), protected in any::<bool>(),
    ) {
        let person = Stam {
            number, current_number, care_of, birth_date, status_since, municipality, standard_address,
            name: AddressingName {
                natural: name.map(|name| name.trim().to_owned()),
                surname_first: turned.map(|name| name.trim().to_owned()),
            },
            sex: number.map(PersonalNumber::sex),
            status: Some(PersonStatus::ALL[status].clone()),
            protected: Protected(protected),
            foreign_line_3: line,
            ..Stam::default()
        };
        survives(service::STAM, &person)?;
        survives(service::STAMP, &person)?;
    }

    #[test]
    fn any_name_survives(fields in filled(Navne3::LAYOUT)) {
        survives(service::NAVNE3, &lenient::<Navne3>(fields))?;
    }

    #[test]
    fn any_address_survives(fields in filled(Adresse3::LAYOUT), start in any_date()) {
        survives(service::ADRESSE3, &Adresse3 { start, ..lenient(fields) })?;
    }

    #[test]
    fn any_contact_address_survives(fields in filled(Adresse4::LAYOUT), start in certain_date()) {
        survives(service::ADRESSE4, &Adresse4 { start, ..lenient(fields) })?;
    }

    #[test]
    fn any_protection_survives(
        fields in filled(Beskyt3::LAYOUT), deletion_1 in certain_date(), reported_2 in any::<Option<bool>>(),
    ) {
        survives(service::BESKYT3, &Beskyt3 { deletion_1, reported_2, ..lenient(fields) })?;
    }

    #[test]
    fn any_civil_status_survives(
        fields in filled(Civil3::LAYOUT), status in 0..CivilStatus::ALL.len(), spouse_number in any_number(),
        start in any_date(), spouse_birth_date in any_date(),
    ) {
        let status = Some(CivilStatus::ALL[status].clone());
        survives(service::CIVIL3, &Civil3 { status, spouse_number, start, spouse_birth_date, ..lenient(fields) })?;
    }

    #[test]
    fn any_relative_survives(fields in filled(FamilieRow::LAYOUT), number in any_number(), born in certain_date()) {
        let number_or_birth_date =
            number.map(NumberOrBirthDate::Number).or(born.map(NumberOrBirthDate::BirthDate));
        survives(service::FAMILIE, &FamilieRow { number_or_birth_date, ..lenient(fields) })?;
    }

    #[test]
    fn any_former_number_survives(
        fields in filled(TidlpnrRow::LAYOUT), number in any_number(), start in any_date(), end in any_date(),
    ) {
        survives(service::TIDLPNR, &TidlpnrRow { number, start, end, ..lenient(fields) })?;
    }

    #[test]
    fn any_hit_survives(
        address in filled(AdrsogRow::LAYOUT), name in filled(NvnsogRow::LAYOUT), number in any_number(),
        birth_date in any_date(), end in certain_date(),
    ) {
        survives(service::ADRSOG1, &AdrsogRow { number, birth_date, end, ..lenient(address) })?;
        survives(service::NVNSOG2, &NvnsogRow { number, sex: Some(Sex::Female), ..lenient(name) })?;
    }

    #[test]
    fn any_question_survives(
        name in text(), road_name in text(), from in certain_date(), age_from in any::<Option<u32>>(),
        sex in any::<bool>(), marks in any::<[bool; 4]>(), after in text(), size in any::<Option<u32>>(),
    ) {
        let sex = Some(if sex { Sex::Male } else { Sex::Female });
        let [former_residents, archive, no_break_rows, former_names] = marks;
        let address = AddressCriteria {
            name: name.clone(), road_name, from, sex, former_residents, archive, no_break_rows,
            ..AddressCriteria::default()
        };
        let by_name = NameCriteria { name, age_from, sex, former_names, ..NameCriteria::default() };
        let page = Page { size, count: former_names, after };
        let request = Request::question(service::ADRSOG1, &address).and(&page);
        let read = Request::parse(&request.to_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&request));
        prop_assert_eq!(AddressCriteria::read(&address.write()), Ok(address));
        prop_assert_eq!(NameCriteria::read(&by_name.write()), Ok(by_name));
        prop_assert_eq!(Page::read(&page.write()), Ok(page));
    }

    #[test]
    fn any_secret_survives(user in "[A-Z0-9]{1,8}", old in "[ -~]{1,20}", new in "[ -~æøå]{1,20}") {
        let request = Request::new_password(user, Secret::new(old), Secret::new(new));
        let read = Request::parse(&request.to_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&request));
    }

    #[test]
    fn latin_1_is_one_byte_per_character(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = decode_latin1(&bytes).into_owned();
        prop_assert_eq!(text.chars().count(), bytes.len());
        prop_assert_eq!(encode_latin1(&text), Ok(bytes));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Answer::parse(&bytes);
        let _ = Request::parse(&bytes);
    }

    #[test]
    fn a_damaged_message_never_panics(
        at in 0..1200_usize, with in any::<u8>(), cut in 0..1400_usize, which in 0..4_usize,
    ) {
        let mut bytes = [sample!("stamp.xml"), sample!("nvnsog2-page-1.xml"), sample!("adrsog1.xml"),
            sample!("long-receipt.xml")][which].to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        bytes.truncate(cut);
        if let Ok(Answer { body: AnswerBody::Service { answer, .. }, .. }) = Answer::parse(&bytes) {
            let _ = answer.record::<Stam>();
            let _ = answer.rows::<AdrsogRow>();
            let _ = answer.rows::<NvnsogRow>();
            let _ = answer.answered_at();
        }
    }
}
