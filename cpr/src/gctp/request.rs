//! Messages to CPR: sign-on, change of password, questions.

use std::fmt;

use super::message::{MessageError, Version, document, fields, frame, gctp, text, write_field};
use super::xml::{Element, Writer};
use super::{Fields, Record};

/// A message to CPR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Version of GCTP.
    pub version: Version,
    /// What is asked.
    pub body: RequestBody,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBody {
    /// Sign-on.
    SignOn {
        /// The user id.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// Change of password; signs on too.
    NewPassword {
        /// The user id.
        user: String,
        /// The password until now.
        password: Secret,
        /// The one from now on.
        new_password: Secret,
    },
    /// A question to a service (`CprSoeg`).
    Question {
        /// The service id.
        service: String,
        /// The criteria.
        key: Fields,
    },
}

impl Request {
    /// A sign-on.
    #[must_use]
    pub fn sign_on(user: impl Into<String>, password: Secret) -> Self {
        Self { version: Version::V2, body: RequestBody::SignOn { user: user.into(), password } }
    }

    /// A change of password.
    #[must_use]
    pub fn new_password(user: impl Into<String>, password: Secret, new_password: Secret) -> Self {
        Self { version: Version::V2, body: RequestBody::NewPassword { user: user.into(), password, new_password } }
    }

    /// A question to a service.
    #[must_use]
    pub fn question(service: impl Into<String>, key: &impl Record) -> Self {
        Self { version: Version::V2, body: RequestBody::Question { service: service.into(), key: key.write() } }
    }

    /// The same question with further criteria, such as a [`super::Page`].
    #[must_use]
    pub fn and(mut self, more: &impl Record) -> Self {
        if let RequestBody::Question { key, .. } = &mut self.body {
            key.merge(more.write());
        }
        self
    }

    /// Reads a message to CPR.
    ///
    /// # Errors
    /// [`MessageError`]. Updates (`CprAjour`) are not understood.
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        let document = document(&text(bytes)?)?;
        let gctp = gctp(&document)?;
        let version = Version::of(gctp.attribute("v"));
        let body = match (gctp.child("Sik"), gctp.child("System")) {
            (Some(security), _) => security_request(security)?,
            (None, Some(system)) => question(system)?,
            (None, None) => return Err(MessageError::Missing("element Sik or System")),
        };
        Ok(Self { version, body })
    }

    /// The bytes of the message, with prolog, on one line.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut xml = Writer::default();
        frame(&mut xml, self.version, None, |xml| match &self.body {
            RequestBody::SignOn { user, password } => {
                xml.leaf("Sik", [("function", "signon"), ("userid", user), ("password", password.expose())]);
            }
            RequestBody::NewPassword { user, password, new_password } => {
                xml.leaf(
                    "Sik",
                    [
                        ("function", "newpass"),
                        ("userid", user),
                        ("password", password.expose()),
                        ("newpass1", new_password.expose()),
                    ],
                );
            }
            RequestBody::Question { service, key } => {
                xml.element("System", &[("r", "CprSoeg")], |xml| {
                    xml.element("Service", &[("r", service)], |xml| {
                        xml.element("CprServiceHeader", &[("r", service)], |xml| {
                            xml.element("Key", &[], |xml| {
                                for (name, field) in key.iter() {
                                    write_field(xml, name, field);
                                }
                            });
                        });
                    });
                });
            }
        });
        xml.finish(true)
    }
}

/// A password. `Debug` is masked; there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a password.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(***)")
    }
}

fn security_request(security: &Element) -> Result<RequestBody, MessageError> {
    let user = security.attribute("userid").ok_or(MessageError::Missing("attribute userid"))?.to_owned();
    let secret = |name, expected| security.attribute(name).map(Secret::new).ok_or(MessageError::Missing(expected));
    let password = secret("password", "attribute password")?;
    match security.attribute("function") {
        Some("signon") => Ok(RequestBody::SignOn { user, password }),
        Some("newpass") => {
            let new_password = secret("newpass1", "attribute newpass1")?;
            Ok(RequestBody::NewPassword { user, password, new_password })
        }
        _ => Err(MessageError::Missing("function signon or newpass")),
    }
}

fn question(system: &Element) -> Result<RequestBody, MessageError> {
    if system.attribute("r") != Some("CprSoeg") {
        return Err(MessageError::Missing("System CprSoeg"));
    }
    let service = system.child("Service").ok_or(MessageError::Missing("element Service"))?;
    let header = service.child("CprServiceHeader").ok_or(MessageError::Missing("element CprServiceHeader"))?;
    let id = header.attribute("r").or(service.attribute("r")).ok_or(MessageError::Missing("a service id"))?;
    let key = header.child("Key").ok_or(MessageError::Missing("element Key"))?;
    Ok(RequestBody::Question { service: id.to_owned(), key: fields(key) })
}
