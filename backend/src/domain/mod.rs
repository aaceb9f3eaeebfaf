//! What is true: values and decisions. Nothing here waits, reads a clock or knows a database, the web or CPR's protocols.
//!
//! * values: [`party`], [`person`], [`case`], [`event`], [`audit`], [`page`], [`details`] (the CPR tab)
//! * in: [`input`] checks what requests say (`party`, `case`, `case_number`, `personal_number`, `address` …) and gives
//!   checked values or [`input::Faults`]; [`text`] is what a line of text may be; [`address_line`] reads Danish addresses
//! * by hand: [`edit::create`], [`edit::edit`], [`edit::delete`]
//! * from CPR: [`apply::number_to_ask`], then the registry, then [`apply::preview`] or [`apply::apply`] with what was
//!   [`apply::Delivered`]. When CPR says that a number has moved (50, 60) and no other party holds the current one, the
//!   caller looks that one up and says so in `moved_from`; else it passes the first answer and who holds the number
//! * [`order`]: which of two states that CPR told is the newer one
//! * both give a [`change::Changed`]: the party, its history, its events, whose CPR records to store and to remove
//! * find: [`find::Wanted`], then until [`find::next_step`] is `None`: [`find::questions`] of the step, each one asked and
//!   audited; then [`find::candidates`], and [`find::wider`] for what else could be asked
//! * out: [`protection`] alone makes what may be shown: [`protection::PartyView`], `PersonView`, `preview_view`,
//!   `history_view`, `details_view`, `candidate_view`, `reveal`
//! * [`job`]: when a job is due, how long a failed one waits, what a run tells
//! * [`alarm`]: patterns in the log that somebody should look at
//! * [`spot_check`]: which entries of the log are look-ups, and what is found out about a drawn one
//! * [`subject_report`]: who is named in a citizen's own report
//! * [`subscription`]: which case is a reason to follow its parties and until when ([`subscription::follow`]), and what to do
//!   next about a subscription ([`subscription::next_step`])
//! * [`retention`]: how long what CPR said is kept ([`retention::may_go_from`]), what goes then and what stays
//!   ([`retention::forget`]), and when a purge waits for a person ([`retention::hold`])
//! * [`search`]: tokens of parties and queries, and the key by which names are ordered

pub mod address_line;
pub mod alarm;
pub mod apply;
pub mod audit;
pub mod caller;
pub mod case;
pub mod change;
pub mod delivery;
pub mod details;
pub mod edit;
pub mod event;
pub mod find;
pub mod freshness;
pub mod input;
pub mod job;
pub mod order;
pub mod page;
pub mod party;
pub mod person;
pub mod protection;
pub mod retention;
pub mod search;
pub mod spot_check;
pub mod subject_report;
pub mod subscription;
#[cfg(test)]
mod testing;
pub mod text;
