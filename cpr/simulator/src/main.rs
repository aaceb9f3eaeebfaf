//! The simulator alone, for the desk.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use cpr_simulator::{Knobs, NightKnobs, Options, Simulator};

/// A CPR office on loopback: answers GCTP and CPR Direkte about fictitious persons, and makes change files of them.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Loopback address and port of GCTP, the page and the control panel; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090")]
    bind: String,
    /// Loopback address and port of CPR Direkte.
    #[arg(long, default_value = "127.0.0.1:5000")]
    direkte_bind: String,
    /// Loopback address and port of the SFTP server that shows the change files.
    #[arg(long, default_value = "127.0.0.1:2222")]
    sftp_bind: String,
    /// Where the customer's private key for the SFTP server is put.
    #[arg(long, default_value = "data/cpr-simulator-sftp-key")]
    sftp_key_file: PathBuf,
    /// Where change files are put.
    #[arg(long, default_value = "data/deliveries")]
    folder: PathBuf,
    /// Where the certificate is put that CPR Direkte's clients must trust.
    #[arg(long, default_value = "data/cpr-simulator-ca.pem")]
    ca_file: PathBuf,
    /// Where is kept what a restart must not forget.
    #[arg(long, default_value = "data/cpr-simulator.json")]
    memory: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let Arguments { bind, direkte_bind, sftp_bind, sftp_key_file, folder, ca_file, memory } = Arguments::parse();
    let night = NightKnobs { scheduled: true, ..NightKnobs::default() };
    #[expect(clippy::disallowed_methods, reason = "here the wall clock comes in; the library is given it")]
    let options = Options {
        bind,
        direkte_bind,
        sftp_bind,
        sftp_key_file: Some(sftp_key_file),
        delivery_folder: Some(folder),
        ca_file: Some(ca_file),
        memory: Some(memory),
        knobs: Knobs { night, ..Knobs::default() },
        ..Options::new(chrono::Utc::now)
    };
    let simulator = Simulator::start(options).context("the simulator did not start")?;
    let (direkte, sftp, night) = (simulator.direkte(), simulator.sftp(), simulator.night());
    println!("CPR simulator: buttons at {}", simulator.page_url());
    println!("  GCTP       {}", simulator.url());
    println!("             user {}, password {}", simulator.user(), simulator.password());
    println!("  Direkte    {}:{}, certificate {}", direkte.host(), direkte.port(), direkte.ca_file().display());
    println!(
        "             customer {}, user {}, password {}",
        direkte.customer_number(),
        direkte.user(),
        direkte.password()
    );
    println!("  files      {}, task {}", night.folder().display(), night.task_number());
    println!("  SFTP       {}:{}, user {}, key {}", sftp.host(), sftp.port(), sftp.user(), sftp.key_file().display());
    println!("             folder {}, host key {}", sftp.out_dir(), sftp.host_key());
    println!("  control    http://{}/control/knobs, see the README", simulator.address());
    loop {
        std::thread::park();
    }
}
