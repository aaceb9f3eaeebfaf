//! What the program says about itself. Personal numbers, names and addresses never go in here: handlers log patterns, counts,
//! codes and request ids. Every line about a request or a run of a job stands in a span with its `trace_id`.

use std::io::{IsTerminal, stderr};

use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

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

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people on a terminal, JSON everywhere else.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Begins to log to standard error; does nothing when that was begun before. `level` is the least important level that is
/// told; `RUST_LOG` goes before it.
pub fn start(format: Format, level: &str) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("{level},sqlx=warn,actix_server=warn")));
    let filter = CAPPED.iter().filter_map(|cap| cap.parse().ok()).fold(filter, EnvFilter::add_directive);
    let as_text = match format {
        Format::Auto => stderr().is_terminal(),
        Format::Text => true,
        Format::Json => false,
    };
    let lines = if as_text { text(stderr) } else { json(stderr) };
    if tracing_subscriber::registry().with(filter).with(lines).try_init().is_err() {
        tracing::debug!("logging was started before");
    }
}

/// Lines for people.
pub fn text<S, W>(writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer().with_ansi(stderr().is_terminal()).with_writer(writer).boxed()
}

/// One JSON object a line: `timestamp`, `level`, `target`, the fields of the line, and in `span` those of the request or run.
pub fn json<S, W>(writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer).boxed()
}
