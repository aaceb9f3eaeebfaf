use crate::CprDate;
use crate::codes::ProtectionKind;
use crate::gctp::layout::record;
use crate::gctp::{Field, Place, inferred};

record! {
    /// Current protections (*nuværende beskyttelse*), answer of BESKYT3: the four kinds side by side. Read them with
    /// [`Beskyt3::in_force`]; build them with [`Beskyt3::of`].
    pub struct Beskyt3 in Place::Loose;
    /// Name and address: kind.
    kind_1: Option<ProtectionKind> = inferred::PROTECTION_KIND[0];
    /// Reported (`JA`), or made automatically with name and address protection (`NEJ`).
    reported_1: Option<bool> = "CBSK_INDRAP1";
    /// Start.
    start_1: Option<CprDate> = "CBSK_STARTDATO1";
    /// Automatic deletion; information, never an end.
    deletion_1: Option<CprDate> = "CBSK_SLETDATO1";
    /// Authority, code and name.
    authority_1: Field = "CBSK_STARTMYNKOD1";
    /// Local directory: kind.
    kind_2: Option<ProtectionKind> = inferred::PROTECTION_KIND[1];
    /// Reported or automatic.
    reported_2: Option<bool> = "CBSK_INDRAP2";
    /// Start.
    start_2: Option<CprDate> = "CBSK_STARTDATO2";
    /// Automatic deletion.
    deletion_2: Option<CprDate> = "CBSK_SLETDATO2";
    /// Authority.
    authority_2: Field = "CBSK_STARTMYNKOD2";
    /// Marketing: kind.
    kind_3: Option<ProtectionKind> = inferred::PROTECTION_KIND[2];
    /// Reported or automatic.
    reported_3: Option<bool> = "CBSK_INDRAP3";
    /// Start.
    start_3: Option<CprDate> = "CBSK_STARTDATO3";
    /// Automatic deletion.
    deletion_3: Option<CprDate> = "CBSK_SLETDATO3";
    /// Authority.
    authority_3: Field = "CBSK_STARTMYNKOD3";
    /// Research: kind.
    kind_4: Option<ProtectionKind> = inferred::PROTECTION_KIND[3];
    /// Reported or automatic.
    reported_4: Option<bool> = "CBSK_INDRAP4";
    /// Start.
    start_4: Option<CprDate> = "CBSK_STARTDATO4";
    /// Automatic deletion.
    deletion_4: Option<CprDate> = "CBSK_SLETDATO4";
    /// Authority.
    authority_4: Field = "CBSK_STARTMYNKOD4";
    /// Whether there were protections before.
    has_former: bool = inferred::PROTECTION_HISTORY;
}

/// One protection in force. A record that is present is in force: CPR removes what has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// What is protected.
    pub kind: ProtectionKind,
    /// Whether it was reported, or made automatically with name and address protection.
    pub reported: Option<bool>,
    /// From when.
    pub start: Option<CprDate>,
    /// When CPR will delete it; information, never an end date.
    pub deletion: Option<CprDate>,
    /// The registering authority.
    pub authority: Field,
}

impl Beskyt3 {
    /// The protections that CPR delivered, in the order of their kinds. One counts as delivered when any of its fields
    /// is filled; where its kind was not among them, its place tells it.
    #[must_use]
    pub fn in_force(&self) -> Vec<Protection> {
        let slots = [
            (&self.kind_1, self.reported_1, self.start_1, self.deletion_1, &self.authority_1),
            (&self.kind_2, self.reported_2, self.start_2, self.deletion_2, &self.authority_2),
            (&self.kind_3, self.reported_3, self.start_3, self.deletion_3, &self.authority_3),
            (&self.kind_4, self.reported_4, self.start_4, self.deletion_4, &self.authority_4),
        ];
        let filled = slots.into_iter().zip(ProtectionKind::ALL).filter(|((kind, reported, start, deletion, by), _)| {
            kind.is_some() || reported.is_some() || start.is_some() || deletion.is_some() || !by.is_empty()
        });
        filled
            .map(|((kind, reported, start, deletion, authority), by_place)| Protection {
                kind: kind.clone().unwrap_or_else(|| by_place.clone()),
                reported,
                start,
                deletion,
                authority: authority.clone(),
            })
            .collect()
    }

    /// The answer that holds these protections; of two of one kind the last stands, a kind that the service has no
    /// place for is left out.
    #[must_use]
    pub fn of(protections: impl IntoIterator<Item = Protection>) -> Self {
        let mut answer = Self::default();
        for Protection { kind, reported, start, deletion, authority } in protections {
            let slot = match kind {
                ProtectionKind::NameAndAddress => (
                    &mut answer.kind_1,
                    &mut answer.reported_1,
                    &mut answer.start_1,
                    &mut answer.deletion_1,
                    &mut answer.authority_1,
                ),
                ProtectionKind::LocalDirectory => (
                    &mut answer.kind_2,
                    &mut answer.reported_2,
                    &mut answer.start_2,
                    &mut answer.deletion_2,
                    &mut answer.authority_2,
                ),
                ProtectionKind::Marketing => (
                    &mut answer.kind_3,
                    &mut answer.reported_3,
                    &mut answer.start_3,
                    &mut answer.deletion_3,
                    &mut answer.authority_3,
                ),
                ProtectionKind::Research => (
                    &mut answer.kind_4,
                    &mut answer.reported_4,
                    &mut answer.start_4,
                    &mut answer.deletion_4,
                    &mut answer.authority_4,
                ),
                ProtectionKind::CreditWarning | ProtectionKind::Unknown(_) => continue,
            };
            *slot.0 = Some(kind);
            *slot.1 = reported;
            *slot.2 = start;
            *slot.3 = deletion;
            *slot.4 = authority;
        }
        answer
    }
}
