//! What the program says about itself. Personal numbers, names and addresses never go in here: handlers log patterns, counts,
//! codes and request ids.

use tracing_subscriber::EnvFilter;

/// Libraries that tell addresses with passwords, statements, messages or their own small talk when they are asked for more.
const CAPPED: [&str; 7] = [
    "sea_orm=info",
    "sqlx=warn",
    "hyper=info",
    "hyper_util=info",
    "reqwest=info",
    "actix_http=info",
    "tokio_cron_scheduler=warn",
];

/// Begins to log to standard error. `RUST_LOG` chooses how much, default `info`; JSON lines unless it is a terminal.
pub fn start() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,actix_server=warn"));
    let filter = CAPPED.iter().filter_map(|cap| cap.parse().ok()).fold(filter, EnvFilter::add_directive);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        log.try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
