//! Applies what is left of a delivery: the process that the crash test kills.

use anyhow::Context;
use tests::desk::Desk;

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let url = words.next().context("a database")?;
    let id = words.next().context("a delivery")?.parse()?;
    tests::database::runtime().block_on(async {
        Desk::open(&url).await?.apply(id).await?;
        Ok(())
    })
}
