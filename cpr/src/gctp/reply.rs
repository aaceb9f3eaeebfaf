//! Messages from CPR: receipts of the security system, and answers of services.

use super::layout::{Layout, Place, layout_of};
use super::message::{MessageError, Version, document, fields, frame, gctp, text, write_field};
use super::xml::{Element, Writer};
use super::{Fields, Receipt, ReceiptKind, Row, ServiceAnswer, Table};

/// A message from CPR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Version of GCTP.
    pub version: Version,
    /// The environment, such as `Demo`; absent in production.
    pub environment: Option<String>,
    /// What was said.
    pub body: AnswerBody,
}

/// What CPR said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerBody {
    /// The security system's receipt: on sign-on, and in place of an answer when the token is not known.
    Security(Receipt),
    /// A service's answer.
    Service {
        /// The data; empty when it refused.
        answer: ServiceAnswer,
        /// The receipt. Data without any is fine: the handbook's examples of 2001 have none.
        receipt: Option<Receipt>,
    },
}

/// How to write an answer; real ones differ by age and service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With XML prolog, as in the recordings of 2014 to 2016.
    pub prolog: bool,
    /// With the empty fields of the service, as in those recordings.
    pub empty_fields: bool,
    /// With a receipt even when all is well; the examples of 2001 have none.
    pub ok_receipt: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { prolog: false, empty_fields: true, ok_receipt: true }
    }
}

impl Answer {
    /// Reads an answer from ISO-8859-1 bytes.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        Self::parse_text(&text(bytes)?)
    }

    /// Reads an answer that is already decoded, for the day CPR names another charset in its `Content-Type`.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn parse_text(text: &str) -> Result<Self, MessageError> {
        let document = document(text)?;
        let gctp = gctp(&document)?;
        let version = Version::of(gctp.attribute("v"));
        let environment = gctp.attribute("env").map(str::to_owned);
        let security = gctp.child("Sik").and_then(|security| security.child("Kvit")).map(receipt);
        let body = match (security, gctp.child("System")) {
            (Some(receipt), system) if system.is_none() || receipt.sign_on().is_err() => AnswerBody::Security(receipt),
            (_, Some(system)) => service_answer(gctp, system)?,
            (_, None) => return Err(MessageError::Missing("element Sik with a receipt, or System")),
        };
        Ok(Self { version, environment, body })
    }

    /// The bytes of the answer, on one line.
    #[must_use]
    pub fn to_bytes(&self, style: Style) -> Vec<u8> {
        let mut xml = Writer::default();
        frame(&mut xml, self.version, self.environment.as_deref(), |xml| match &self.body {
            AnswerBody::Security(receipt) => xml.element("Sik", &[], |xml| write_receipt(xml, receipt)),
            AnswerBody::Service { answer, receipt } => {
                xml.element("System", &[("r", "CprSoeg")], |xml| {
                    xml.element("Service", &[("r", &answer.service)], |xml| {
                        let mut header = vec![("r", answer.service.as_str())];
                        header.extend(answer.timestamp.as_deref().map(|timestamp| ("ts", timestamp)));
                        xml.leaf("CprServiceHeader", header);
                        write_data(xml, answer, style);
                        if let Some(receipt) = receipt
                            && (style.ok_receipt || receipt.kind != ReceiptKind::Ok)
                        {
                            write_receipt(xml, receipt);
                        }
                    });
                });
            }
        });
        xml.finish(style.prolog)
    }
}

fn service_answer(gctp: &Element, system: &Element) -> Result<AnswerBody, MessageError> {
    let service = system.child("Service");
    let places = [service, Some(system), Some(gctp)];
    let receipt = places.into_iter().flatten().find_map(|place| place.child("Kvit")).map(receipt);
    let mut answer = ServiceAnswer::default();
    match (service, &receipt) {
        (Some(service), _) => {
            let header = service.child("CprServiceHeader");
            let named = service.attribute("r").or_else(|| header?.attribute("r"));
            named.ok_or(MessageError::Missing("a service id"))?.clone_into(&mut answer.service);
            answer.timestamp = header.and_then(|header| header.attribute("ts")).map(str::to_owned);
            let output = |data: &&Element| data.name == "CprData" && data.attribute("u") != Some("I");
            for data in service.children.iter().filter(output) {
                if let Some(role) = main_role(data) {
                    read_role(role, &mut answer);
                }
            }
        }
        (None, Some(receipt)) if receipt.refusal().is_some() => {}
        (None, _) => return Err(MessageError::Missing("element Service")),
    }
    Ok(AnswerBody::Service { answer, receipt })
}

fn main_role(data: &Element) -> Option<&Element> {
    let roles = || data.children.iter().filter(|child| child.name == "Rolle");
    roles().find(|role| role.attribute("r") == Some("HovedRolle")).or_else(|| roles().next())
}

fn read_role(group: &Element, answer: &mut ServiceAnswer) {
    answer.fields.merge(fields(group));
    for child in &group.children {
        match child.name {
            "Praes" => read_role(child, answer),
            "Table" => {
                let name = child.attribute("r").unwrap_or_default().to_owned();
                read_table(child, answer.tables.entry(name).or_default());
            }
            _ => {}
        }
    }
}

fn read_table(element: &Element, table: &mut Table) {
    table.total = element.attribute("aia").and_then(|total| total.trim().parse().ok()).or(table.total);
    for row in element.children.iter().filter(|child| child.name == "Row") {
        let attribute = |name| row.attribute(name).filter(|value| !value.trim().is_empty()).map(str::to_owned);
        match attribute("u").as_deref() {
            Some("REST") => table.rest = attribute("k"),
            kind => {
                table.rows.push(Row { key: attribute("k"), kind: kind.map(str::to_owned), fields: fields(row) });
            }
        }
    }
}

fn receipt(element: &Element) -> Receipt {
    let mut lines = Vec::new();
    values(element, &mut lines);
    Receipt {
        kind: ReceiptKind::of(element.attribute("r").unwrap_or_default()),
        number: element.attribute("v").and_then(|number| number.trim().parse().ok()),
        text: element.attribute("t").unwrap_or_default().to_owned(),
        lines,
    }
}

/// Every value of every field inside: the names of a long receipt's fields differ by source.
fn values(element: &Element, lines: &mut Vec<String>) {
    for child in &element.children {
        if matches!(child.name, "Field" | "F") {
            lines.extend(child.attribute("v").map(str::to_owned));
        }
        values(child, lines);
    }
}

fn write_data(xml: &mut Writer, answer: &ServiceAnswer, style: Style) {
    if answer.fields.is_empty() && answer.tables.is_empty() {
        return;
    }
    let layout = layout_of(&answer.service);
    let columns = layout.filter(|_| style.empty_fields);
    xml.element("CprData", &[("u", "O")], |xml| {
        xml.element("Rolle", &[("r", "HovedRolle")], |xml| {
            match layout.map(|layout| layout.place) {
                Some(Place::Presentation(group)) => {
                    xml.element("Praes", &[("r", group)], |xml| write_fields(xml, &answer.fields, layout, columns));
                }
                Some(Place::Loose) => write_fields(xml, &answer.fields, layout, columns),
                Some(Place::Rows(_) | Place::Key) | None => write_fields(xml, &answer.fields, None, None),
            }
            for (name, table) in &answer.tables {
                let total = table.total.map(|total| total.to_string());
                let mut attributes = vec![("r", name.as_str())];
                attributes.extend(total.as_deref().map(|total| ("aia", total)));
                xml.element("Table", &attributes, |xml| {
                    for row in &table.rows {
                        let columns = columns.filter(|_| row.kind.is_none());
                        xml.element("Row", &row_attributes(row.key.as_deref(), row.kind.as_deref()), |xml| {
                            write_fields(xml, &row.fields, layout, columns);
                        });
                    }
                    if let Some(rest) = &table.rest {
                        xml.leaf("Row", row_attributes(Some(rest), Some("REST")));
                    }
                });
            }
        });
    });
}

fn row_attributes<'row>(key: Option<&'row str>, kind: Option<&'row str>) -> Vec<(&'static str, &'row str)> {
    kind.map(|kind| ("u", kind)).into_iter().chain(key.map(|key| ("k", key))).collect()
}

/// The fields in the order of the layout, those it does not know last; the empty ones of `columns` too.
fn write_fields(xml: &mut Writer, fields: &Fields, layout: Option<Layout>, columns: Option<Layout>) {
    for name in layout.iter().flat_map(Layout::names) {
        let field = fields.get(name);
        if !field.is_empty() || columns.is_some() {
            write_field(xml, name, field);
        }
    }
    for (name, field) in fields.iter().filter(|(name, _)| !layout.is_some_and(|layout| layout.knows(name))) {
        write_field(xml, name, field);
    }
}

fn write_receipt(xml: &mut Writer, receipt: &Receipt) {
    let number = receipt.number.map(|number| number.to_string());
    let mut attributes = vec![("r", receipt.kind.word()), ("t", receipt.text.as_str())];
    attributes.extend(number.as_deref().map(|number| ("v", number)));
    if receipt.lines.is_empty() {
        return xml.leaf("Kvit", attributes);
    }
    xml.element("Kvit", &attributes, |xml| {
        xml.element("Table", &[("r", "FEJLTXT")], |xml| {
            for line in &receipt.lines {
                xml.element("Row", &[], |xml| xml.leaf("Field", [("r", "FEJLTXT"), ("v", line.as_str())]));
            }
        });
    });
}
