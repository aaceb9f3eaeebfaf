//! `partsregister`: reads its arguments and starts what they ask for, nothing else.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use backend::app::import::{Kind, import};
use backend::app::{App, backup, chores};
use backend::clock::SystemClock;
use backend::config::{Config, LogFormat};
use backend::store::Database;
use backend::{http, telemetry};
use clap::{Parser, Subcommand, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

/// Partsregister: myndighedens eksterne parter, slået op i CPR.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Opdaterer databasens skema og kører til SIGTERM.
    Serve {
        /// Konfigurationsfilen; ellers partsregister.toml i arbejdsmappen.
        #[arg(long)]
        config: Option<PathBuf>,
        /// Prøv det: indlejret database under data/, indbygget CPR-simulator, demo-log ind. Kun på loopback.
        #[arg(long, conflicts_with = "config")]
        demo: bool,
    },
    /// Opdaterer databasens skema.
    Migrate {
        /// Konfigurationsfilen.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Skriver openapi/openapi.json og openapi/privileges.txt ud fra ruterne, uden database.
    Openapi {
        /// Skriv ikke, men fejl hvis filerne er forældede.
        #[arg(long)]
        check: bool,
        /// Mappen.
        #[arg(long, default_value = "openapi")]
        out: PathBuf,
    },
    /// Kører et job nu, i denne proces eller i den server, der kører, og viser hvordan det går.
    Job {
        #[command(subcommand)]
        chore: JobChore,
    },
    /// Læser parter eller sager ind fra en fil med én pr. linje, som i API'et (JSON). Kan afbrydes og køres igen.
    Import {
        /// Hvad linjerne er.
        #[arg(long, value_enum)]
        kind: LineKind,
        /// Filen. Udfaldet af hver linje skrives ved siden af den, i FILE.outcome.jsonl.
        file: PathBuf,
        /// Se hvad der ville ske, og gem intet (FILE.dry-run.jsonl).
        #[arg(long)]
        dry_run: bool,
        /// Konfigurationsfilen.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Skriver en hel kopi af SQLite-databasen til en ny fil, også mens serveren kører.
    Backup {
        /// Den nye fil. Sletteloggen, som den er nu, skrives ved siden af den, i TARGET.deletions.
        target: PathBuf,
        /// Konfigurationsfilen.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Lægger en kopi på SQLite-databasens plads og sletter igen, hvad der er slettet siden. Serveren skal være stoppet.
    Restore {
        /// Kopien. Uden den slettes kun igen, hvad der er slettet siden (efter pg_restore).
        #[arg(required_unless_present = "deletions")]
        source: Option<PathBuf>,
        /// En slettelog, ud over den ved siden af databasen; kan gentages.
        #[arg(long)]
        deletions: Vec<PathBuf>,
        /// Erstat den database, der er.
        #[arg(long)]
        replace: bool,
        /// Konfigurationsfilen.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Viser den gældende konfiguration uden hemmeligheder.
    Config {
        /// Konfigurationsfilen.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum LineKind {
    /// Parter.
    Parties,
    /// Sager med deres parter.
    Cases,
}

#[derive(Subcommand)]
enum JobChore {
    /// Kører jobbet til ende.
    Run {
        /// Jobbets navn, fx reconcile-subscriptions.
        name: String,
        /// Konfigurationsfilen.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

#[actix_web::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().chore).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The settings may be what is wrong; then nobody has begun to log.
            telemetry::start(telemetry::Format::Auto, "info");
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(chore: Chore) -> Result<()> {
    match chore {
        Chore::Serve { config, demo } => {
            let clock = Arc::new(SystemClock);
            let app = if demo {
                begin_to_log(&Config::load_demo("")?);
                App::start_demo(clock).await?
            } else {
                App::start(load(config.as_deref())?, clock).await?
            };
            announce(&app);
            stopped()?.await;
            tracing::info!("stopping");
            app.stop().await
        }
        Chore::Migrate { config } => {
            let config = load(config.as_deref())?;
            let database = Database::connect(config.database.url.reveal(), config.database.max_connections).await?;
            database.migrate().await?;
            Ok(database.close().await?)
        }
        Chore::Openapi { check, out } => {
            let specification = format!("{}\n", http::specification().to_pretty_json()?);
            keep(&out.join("openapi.json"), &specification, check)?;
            keep(&out.join("privileges.txt"), &http::privileges(), check)
        }
        Chore::Job { chore: JobChore::Run { name, config } } => {
            let config = load(config.as_deref())?;
            say(&chores::run_job(&config, Arc::new(SystemClock), &name, stopped()?).await?);
            Ok(())
        }
        Chore::Import { kind, file, dry_run, config } => {
            let kind = match kind {
                LineKind::Parties => Kind::Parties,
                LineKind::Cases => Kind::Cases,
            };
            let config = load(config.as_deref())?;
            let summary = import(&config, Arc::new(SystemClock), kind, &file, dry_run, stopped()?).await?;
            say(&format!(
                "oprettet: {}, ændret: {}, uændret: {}, afvist: {}",
                summary.created, summary.changed, summary.unchanged, summary.refused
            ));
            ensure!(!summary.stopped, "afbrudt; kør den samme kommando igen for at fortsætte");
            ensure!(summary.refused == 0, "{} linjer blev afvist; se rapporten ved siden af filen", summary.refused);
            Ok(())
        }
        Chore::Backup { target, config } => {
            let bytes = backup::backup(&Config::load(config.as_deref())?, &target).await?;
            say(&format!("{}: {bytes} byte, læst igennem og hel", target.display()));
            Ok(())
        }
        Chore::Restore { source, deletions, replace, config } => {
            let config = Config::load(config.as_deref())?;
            let redone =
                backup::restore(&config, Arc::new(SystemClock), source.as_deref(), &deletions, replace).await?;
            say(&format!(
                "slettet igen: {} parter og CPR-oplysninger om {} personer ({} sletninger, som databasen ikke kendte)",
                redone.parties, redone.registers, redone.deletions
            ));
            say("Jobbet purge venter, til nogen har set, at sagerne er ajour, og starter det selv.");
            Ok(())
        }
        Chore::Config { config } => {
            say(Config::load(config.as_deref())?.printable());
            Ok(())
        }
    }
}

/// The settings, by which this process logs from here on.
fn load(file: Option<&Path>) -> Result<Config> {
    let config = Config::load(file)?;
    begin_to_log(&config);
    Ok(config)
}

fn begin_to_log(config: &Config) {
    let format = match config.log.format {
        LogFormat::Auto => telemetry::Format::Auto,
        LogFormat::Text => telemetry::Format::Text,
        LogFormat::Json => telemetry::Format::Json,
    };
    telemetry::start(format, config.log.level.name());
}

/// Returns when the process is asked to stop.
fn stopped() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn announce(app: &App) {
    say(&format!("listening on {}", app.url()));
    if let Some(simulator) = app.simulator_url() {
        say(&format!("Åbn {}/ og log ind som en af demoens personer. API: {0}/docs/", app.url()));
        say(&format!("CPR-simulatoren: lad nogen flytte, og levér nattens fil, på {simulator}"));
    }
}

/// Writes a generated file, or sees whether it is up to date.
fn keep(path: &Path, content: &str, check: bool) -> Result<()> {
    if check {
        let found = std::fs::read_to_string(path).unwrap_or_default();
        ensure!(found == content, "{} er forældet: kør `cargo xtask openapi` og gem ændringen", path.display());
        return Ok(());
    }
    std::fs::write(path, content).with_context(|| format!("{} kan ikke skrives", path.display()))
}

fn say(text: &str) {
    // Whoever reads may have seen enough (`partsregister config | head`): that is no failure of ours.
    let _ = writeln!(std::io::stdout(), "{text}");
}
