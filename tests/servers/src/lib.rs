//! The outside programs that tests, benchmarks and `cargo xtask test` start: a private PostgreSQL cluster, ChromeDriver
//! with its Chromium, an OpenID Connect provider, an SFTP server, schemathesis. Each lives in a folder of its own below `/tmp` and ends with the process
//! that started it.

pub mod chromedriver;
pub mod leash;
pub mod oidc;
pub mod postgres;
pub mod schemathesis;
pub mod sftp;
