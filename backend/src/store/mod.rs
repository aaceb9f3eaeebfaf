//! What is kept: the only floor that speaks SQL.
//!
//! * [`Database`]: `connect(url, max_connections)`, `migrate()`, `ping()`, `read() -> Read`, `begin() -> Write`,
//!   `checkpoint()`, `close()`. Functions that read take `&impl Connection` (a [`Read`] or a [`Write`]), functions that
//!   write take `&Write`, and nothing is kept before [`Write::commit`]. Time comes in as an argument.
//! * Parties and cases that are read one by one or by key in a [`Write`] are locked until it ends: what was decided by
//!   them still holds when it is written. What is not there yet cannot be locked: [`lock`] its name.
//! * [`party`]: `get`, `get_many`, `find_many` (by keys of any kind), `by_personal_number`, `by_number_now_or_before`, `by_external_id`, `by_cvr_number`, `list`,
//!   `search`, `insert`, `update` and `update_many` (over the versions that were read), `delete`, `insert_version(s)`,
//!   `versions`. A party is read with what CPR says of it and who holds its current number, in one statement a page.
//! * [`register`]: what CPR said, by personal number: `get`, `records_of`, `put`, `put_records`, `delete`, and for many
//!   persons `put_many`, `delete_many`. Put it before the party is written.
//! * [`event`]: `append` (late in the transaction), `list`, `bounds`.
//! * [`audit`]: `append` a [`Row`](audit::Row) in a transaction; [`Recorder`](audit::Recorder)`::record` commits rows that
//!   stand alone, several callers' in one commit; `list`.
//!
//! * [`case`]: `get`, `list`, `insert`, `update` (over an expected version), `delete`; `relate`, `unrelate`,
//!   `replace_relations`, `relation`, `relations`, `parties_of`, `cases_of`.
//! * [`delivery`]: change files: `list`, `get_one`, `by_content`, `insert`, `problems`; their bytes (`PartWriter`,
//!   `open_bytes`, `drop_bytes`); whose turn it is (`pending`, `stand`, `begin`); in the transaction of a batch `advance`,
//!   of the last one `finish`, which moves the `chain`.
//! * [`subscription`]: who is followed in CPR and why; what is wanted is computed there, in one place.
//! * [`remembered`]: what an installation remembers of its settings.
//! * [`idempotency`]: `claim` (committed before the act), `complete` (in the act's transaction), `release`, `purge`.
//! * [`job`]: `request` (a run that begins after this transaction; after the events), `request_by`, `queue`, `begin`, `beat`,
//!   `hold` (nothing is committed by a run that was taken over), `end`, `take_over`; `glance`, `list`, `get_run`.
//! * [`alarm`]: `traces`, in which patterns are looked for.
//! * [`spot_check`]: `place_before`, `look_ups` (what can be drawn), `insert`, `list`, `get_one`, `entries`, `note`.
//! * [`preview`]: `put`, `take` (once), `purge`.
//! * [`retention`]: of whom CPR's word may go (`candidates`, found by an index), and what else is too old; [`deletion`]: the
//!   log of what was deleted, [`deletion_file`]: its copy beside the database, which a restore reads; [`backup`].
//!
//! Order inside a transaction: register, party, version, case, reasons, subscription, deletion, event, job, audit, commit. Every error
//! is an [`Error`]; none
//! of them repeats what stands in a row.

pub mod alarm;
pub mod audit;
pub mod backup;
pub mod case;
mod cursor;
mod database;
pub mod deletion;
pub mod deletion_file;
pub mod delivery;
mod error;
pub mod event;
pub mod idempotency;
pub mod job;
pub mod party;
pub mod preview;
pub mod register;
pub mod remembered;
pub mod retention;
pub mod secret;
pub mod spot_check;
mod sql;
pub mod subscription;

pub use self::database::{Connection, Database, JobRight, Read, Write, lock};
pub use self::error::{Conflict, Error, errors_so_far};
