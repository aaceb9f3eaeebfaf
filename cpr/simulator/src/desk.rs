//! The security desk: user, password and tokens, by the rules that CPR publishes for its users.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use cpr::gctp::SignOnRefusal;

/// A token: eight letters and digits, good for a time (two hours for GCTP) from one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The value of the cookie.
    pub value: String,
    /// Until when.
    pub expires: DateTime<Utc>,
}

/// The one user of the office, and the tokens given to that user.
pub(crate) struct Desk {
    user: String,
    password: String,
    password_set: DateTime<Utc>,
    /// When the user last chose a password, which is allowed once a day.
    changed: Option<DateTime<Utc>>,
    earlier_passwords: Vec<String>,
    wrong_in_a_row: u32,
    token_life: TimeDelta,
    tokens: BTreeMap<String, (DateTime<Utc>, IpAddr)>,
}

/// How the desk is disposed towards the user at the moment.
pub(crate) struct Mood {
    /// Every password is wrong.
    pub(crate) no_password_fits: bool,
    /// A second change of password within a day is refused.
    pub(crate) one_change_a_day: bool,
}

const WRONG_PASSWORDS_THAT_LOCK: u32 = 5;
const PASSWORD_LIFE: TimeDelta = TimeDelta::days(90);
const TOKEN_LIFE: TimeDelta = TimeDelta::hours(2);
/// The special characters that a password may hold, and one of which it must.
const SPECIAL: &str = "~`!@#$%^*()_-+=,./\\{}[];:";

impl Desk {
    pub(crate) fn new(user: String, password: String, now: DateTime<Utc>) -> Self {
        Self {
            user,
            password,
            password_set: now,
            changed: None,
            earlier_passwords: Vec::new(),
            wrong_in_a_row: 0,
            token_life: TOKEN_LIFE,
            tokens: BTreeMap::new(),
        }
    }

    /// How long the tokens live that are given from now on.
    pub(crate) fn set_token_life(&mut self, life: TimeDelta) {
        self.token_life = life;
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Signs on.
    pub(crate) fn sign_on(
        &mut self,
        (user, password): (&str, &str),
        mood: &Mood,
        peer: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<Token, SignOnRefusal> {
        self.recognise(user, password, mood)?;
        if now - self.password_set >= PASSWORD_LIFE {
            return Err(SignOnRefusal::PasswordExpired);
        }
        Ok(self.draw_token(peer, now))
    }

    /// Changes the password, an expired one too, and signs on.
    pub(crate) fn change_password(
        &mut self,
        (user, password): (&str, &str),
        new: &str,
        mood: &Mood,
        peer: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<Token, SignOnRefusal> {
        self.recognise(user, password, mood)?;
        let changed_today = self.changed.is_some_and(|changed| now - changed < TimeDelta::days(1));
        let used = self.password == new || self.earlier_passwords.iter().any(|earlier| earlier == new);
        if !follows_the_rules(new) || used || (mood.one_change_a_day && changed_today) {
            return Err(SignOnRefusal::NewPasswordInvalid);
        }
        self.earlier_passwords.push(std::mem::replace(&mut self.password, new.to_owned()));
        self.password_set = now;
        self.changed = Some(now);
        Ok(self.draw_token(peer, now))
    }

    /// The user whose token this is.
    pub(crate) fn user_of(&self, token: Option<&str>, peer: IpAddr, now: DateTime<Utc>) -> Result<&str, SignOnRefusal> {
        match token.and_then(|token| self.tokens.get(token)) {
            Some((expires, given_to)) if now < *expires && *given_to == peer => Ok(&self.user),
            _ => Err(SignOnRefusal::TokenUnknown),
        }
    }

    pub(crate) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    pub(crate) fn expire_password(&mut self, now: DateTime<Utc>) {
        self.password_set = now - PASSWORD_LIFE;
    }

    pub(crate) fn lock(&mut self) {
        self.wrong_in_a_row = WRONG_PASSWORDS_THAT_LOCK;
    }

    pub(crate) fn unlock(&mut self) {
        self.wrong_in_a_row = 0;
    }

    fn recognise(&mut self, user: &str, password: &str, mood: &Mood) -> Result<(), SignOnRefusal> {
        if !is_user_id(user) {
            return Err(SignOnRefusal::UserMalformed);
        }
        if user != self.user {
            return Err(SignOnRefusal::UserUnknown);
        }
        if self.wrong_in_a_row >= WRONG_PASSWORDS_THAT_LOCK {
            return Err(SignOnRefusal::UserInactive);
        }
        if mood.no_password_fits || password != self.password {
            self.wrong_in_a_row += 1;
            return Err(SignOnRefusal::PasswordWrong);
        }
        self.wrong_in_a_row = 0;
        Ok(())
    }

    fn draw_token(&mut self, peer: IpAddr, now: DateTime<Utc>) -> Token {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.tokens.retain(|_, (expires, _)| now < *expires);
        // Every RandomState has keys of its own, so its hash of anything is a fresh random number.
        let mut number = RandomState::new().hash_one(now);
        let value: String = std::iter::repeat_with(|| {
            let letter = LETTERS[usize::try_from(number % 62).unwrap_or_default()];
            number /= 62;
            char::from(letter)
        })
        .take(8)
        .collect();
        let expires = now + self.token_life;
        self.tokens.insert(value.clone(), (expires, peer));
        Token { value, expires }
    }
}

/// Whether a user id has the form of one: eight letters and digits, the first a `W`.
pub(crate) fn is_user_id(user: &str) -> bool {
    user.len() == 8 && user.starts_with('W') && user.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// CPR's rules for a password: eight characters or more, all of them letters, digits or of a list of special ones, and
/// at least one small letter, one capital, one digit and one special character.
pub(crate) fn follows_the_rules(password: &str) -> bool {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let is_special = |character: char| SPECIAL.contains(character);
    password.len() >= 8
        && password.chars().all(|character| character.is_ascii_alphanumeric() || is_special(character))
        && has(|character| character.is_ascii_lowercase())
        && has(|character| character.is_ascii_uppercase())
        && has(|character| character.is_ascii_digit())
        && has(|character| SPECIAL.contains(character))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const USER: &str = "WDM00001";
    const PASSWORD: &str = "Demo-2026";
    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const FAIR: Mood = Mood { no_password_fits: false, one_change_a_day: true };

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn desk() -> Desk {
        Desk::new(USER.to_owned(), PASSWORD.to_owned(), noon())
    }

    #[test]
    fn a_token_has_eight_letters_and_digits_and_lives_two_hours_at_one_address() {
        let mut desk = desk();
        let token = desk.sign_on((USER, PASSWORD), &FAIR, HERE, noon()).unwrap();
        assert_eq!(token.value.len(), 8);
        assert!(token.value.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(token.expires, noon() + TimeDelta::hours(2));
        let just_before = noon() + TimeDelta::hours(2) - TimeDelta::seconds(1);
        assert_eq!(desk.user_of(Some(&token.value), HERE, just_before), Ok(USER));
        assert_eq!(
            desk.user_of(Some(&token.value), HERE, noon() + TimeDelta::hours(2)),
            Err(SignOnRefusal::TokenUnknown)
        );
        let elsewhere = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        assert_eq!(desk.user_of(Some(&token.value), elsewhere, noon()), Err(SignOnRefusal::TokenUnknown));
        assert_eq!(desk.user_of(None, HERE, noon()), Err(SignOnRefusal::TokenUnknown));
        let second = desk.sign_on((USER, PASSWORD), &FAIR, HERE, noon()).unwrap();
        assert_ne!(second.value, token.value);
        desk.forget_tokens();
        assert_eq!(desk.user_of(Some(&second.value), HERE, noon()), Err(SignOnRefusal::TokenUnknown));
    }

    #[test]
    fn the_fifth_wrong_password_in_a_row_locks_the_user() {
        let mut desk = desk();
        let wrong = (USER, "Demo-2027");
        for _ in 0..4 {
            assert_eq!(desk.sign_on(wrong, &FAIR, HERE, noon()), Err(SignOnRefusal::PasswordWrong));
        }
        assert!(desk.sign_on((USER, PASSWORD), &FAIR, HERE, noon()).is_ok());
        for _ in 0..5 {
            assert_eq!(desk.sign_on(wrong, &FAIR, HERE, noon()), Err(SignOnRefusal::PasswordWrong));
        }
        assert_eq!(desk.sign_on((USER, PASSWORD), &FAIR, HERE, noon()), Err(SignOnRefusal::UserInactive));
        desk.unlock();
        assert!(desk.sign_on((USER, PASSWORD), &FAIR, HERE, noon()).is_ok());
    }

    #[test]
    fn users_are_malformed_or_unknown() {
        for (user, refused) in [
            ("", SignOnRefusal::UserMalformed),
            ("demo", SignOnRefusal::UserMalformed),
            ("ADM00001", SignOnRefusal::UserMalformed),
            ("WDM0000-", SignOnRefusal::UserMalformed),
            ("WDM00002", SignOnRefusal::UserUnknown),
        ] {
            assert_eq!(desk().sign_on((user, PASSWORD), &FAIR, HERE, noon()), Err(refused), "{user}");
        }
    }

    #[test]
    fn a_password_lives_ninety_days_and_can_be_changed_when_it_is_dead() {
        let mut desk = desk();
        let later = noon() + TimeDelta::days(90);
        assert!(desk.sign_on((USER, PASSWORD), &FAIR, HERE, later - TimeDelta::seconds(1)).is_ok());
        assert_eq!(desk.sign_on((USER, PASSWORD), &FAIR, HERE, later), Err(SignOnRefusal::PasswordExpired));
        let change = |desk: &mut Desk, old, new, now| desk.change_password((USER, old), new, &FAIR, HERE, now);
        assert_eq!(change(&mut desk, "Demo-2027", "Next_2027", later), Err(SignOnRefusal::PasswordWrong));
        assert_eq!(change(&mut desk, PASSWORD, "next_2027", later), Err(SignOnRefusal::NewPasswordInvalid));
        assert_eq!(change(&mut desk, PASSWORD, PASSWORD, later), Err(SignOnRefusal::NewPasswordInvalid));
        let token = change(&mut desk, PASSWORD, "Next_2027", later).unwrap();
        assert_eq!(desk.user_of(Some(&token.value), HERE, later), Ok(USER));
        assert!(desk.sign_on((USER, "Next_2027"), &FAIR, HERE, later).is_ok());
        let soon = later + TimeDelta::hours(23);
        assert_eq!(change(&mut desk, "Next_2027", "Then_2028", soon), Err(SignOnRefusal::NewPasswordInvalid));
        let next_day = later + TimeDelta::days(1);
        assert_eq!(change(&mut desk, "Next_2027", PASSWORD, next_day), Err(SignOnRefusal::NewPasswordInvalid));
        assert!(change(&mut desk, "Next_2027", "Then_2028", next_day).is_ok());
    }

    #[test]
    fn passwords_follow_the_published_rules() {
        for (password, accepted) in [
            ("Abcdef1-", true),
            ("~`!@#$%^*()_-+=,./\\{}[];:aA1", true),
            ("Abcde1-", false),
            ("abcdef1-", false),
            ("ABCDEF1-", false),
            ("Abcdefg-", false),
            ("Abcdefg1", false),
            ("Abcdef1-&", false),
            ("Abcdef1-\"", false),
            ("Abcdef1-æ", false),
            ("Abcdef1- ", false),
        ] {
            assert_eq!(follows_the_rules(password), accepted, "{password}");
        }
    }

    #[test]
    fn on_a_bad_day_no_password_fits() {
        let mood = Mood { no_password_fits: true, one_change_a_day: true };
        assert_eq!(desk().sign_on((USER, PASSWORD), &mood, HERE, noon()), Err(SignOnRefusal::PasswordWrong));
    }
}
