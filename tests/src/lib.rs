//! Partsregister seen from outside: a [`House`] with everything that it speaks to (database, CPR, identity provider, a
//! clock that tests move), and the callers who use it.
//!
//! Each test has a house of its own, and none is silently skipped: what needs PostgreSQL or a browser is behind the
//! features `postgres` and `browser`, which `cargo xtask test` turns on.
#![warn(missing_docs)]

#[cfg(feature = "browser")]
pub mod browser;
pub mod change_file;
pub mod client;
pub mod database;
#[cfg(feature = "browser")]
pub mod demo;
pub mod desk;
mod house;
pub mod issuer;

pub use house::{House, run, run_following};

/// Makes each function `async fn name(house: &House)` a test on SQLite and, with feature `postgres`, one on PostgreSQL.
/// `name with SETTINGS` starts its house with these settings (TOML) on top of the usual ones.
///
/// ```text
/// on_each_database! { a_party_is_found, a_masked_address_is_hidden with "protection.display = 'mask'" }
/// ```
///
/// Functions `async fn name(database: &TestDatabase)` get an empty database and no house by
/// `on_each_database! { using with_database; … }`.
#[macro_export]
macro_rules! on_each_database {
    (using $runner:path; $($name:ident $(with $settings:expr)?),* $(,)?) => {
        mod on_sqlite {
            $(#[test]
            fn $name() {
                use super::*;
                $runner($crate::database::Kind::Sqlite, $crate::on_each_database!(@settings $($settings)?), $name);
            })*
        }

        #[cfg(feature = "postgres")]
        mod on_postgresql {
            $(#[test]
            fn $name() {
                use super::*;
                $runner($crate::database::Kind::Postgres, $crate::on_each_database!(@settings $($settings)?), $name);
            })*
        }
    };
    (@settings) => { "" };
    (@settings $settings:expr) => { $settings };
    ($($tests:tt)*) => { $crate::on_each_database! { using $crate::run; $($tests)* } };
}
