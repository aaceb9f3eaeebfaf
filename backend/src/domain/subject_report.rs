//! A citizen's own report (*indsigtsrapport*): who did something is told apart, but named only by decision (C-579/21).

/// How the log names jobs: `job:apply-deliveries`.
const JOB: &str = "job:";

/// Who did something, as a report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Tells one from another within the report, from 1.
    pub number: u32,
    /// A job of the house did it.
    pub is_automatic: bool,
    /// Who; `None` when staff are withheld.
    pub name: Option<String>,
}

/// Everybody in a report, numbered as they come.
#[derive(Debug)]
pub struct Actors {
    with_staff: bool,
    known: Vec<String>,
}

impl Actors {
    /// Nobody yet.
    pub const fn new(with_staff: bool) -> Actors {
        Actors { with_staff, known: Vec::new() }
    }

    /// Whether staff are named.
    pub const fn names_staff(&self) -> bool {
        self.with_staff
    }

    /// The one with this name in the log.
    pub fn tell(&mut self, subject: &str) -> Actor {
        let place = self.known.iter().position(|known| known == subject).unwrap_or_else(|| {
            self.known.push(subject.to_owned());
            self.known.len() - 1
        });
        let is_automatic = subject.starts_with(JOB);
        Actor {
            number: u32::try_from(place + 1).unwrap_or(u32::MAX),
            is_automatic,
            name: (self.with_staff || is_automatic).then(|| subject.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_are_told_apart_and_not_named() {
        let mut actors = Actors::new(false);
        let told = ["sb1", "job:apply-deliveries", "sb2", "sb1"].map(|subject| actors.tell(subject));
        assert_eq!(told.each_ref().map(|actor| actor.number), [1, 2, 3, 1]);
        assert_eq!(
            told.each_ref().map(|actor| actor.name.as_deref()),
            [None, Some("job:apply-deliveries"), None, None]
        );
    }

    #[test]
    fn staff_are_named_by_decision() {
        assert_eq!(Actors::new(true).tell("sb1").name.as_deref(), Some("sb1"));
    }
}
