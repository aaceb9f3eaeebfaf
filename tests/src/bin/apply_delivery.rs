//! Applies what is left of a delivery: the process that the crash test kills.

use anyhow::Context;
use backend::domain::delivery::State;
use tests::desk::Desk;

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let url = words.next().context("a database")?;
    let id = words.next().context("a delivery")?.parse()?;
    tests::database::runtime().block_on(async {
        let desk = Desk::open(&url).await?;
        // The kill came behind the last commit: nothing is left, and the job would not choose the delivery again.
        if desk.delivery(id).await?.state != State::Applied {
            desk.apply(id).await?;
        }
        Ok(())
    })
}
