//! Fetching change files from where CPR lays them. Nothing is changed there.

use std::time::Duration;

use super::super::job::Run;
use super::super::{Actions, Error};
use super::APPLY;
use super::intake::{Examined, Origin, on_disk};
use crate::domain::delivery::{Listed, State, take};
use crate::domain::job::Report;
use crate::registry::delivery::SourceFault;
use crate::store;

/// Between two listings: a file that is being written grows.
const PAUSE: Duration = Duration::from_secs(1);

impl Actions {
    /// Takes in the change files that are there and were not seen before. Each is taken when its size is the same in two
    /// listings; one that cannot be used is looked at again in the next run, and refused when it is still the same then.
    ///
    /// # Errors
    /// [`Error::DeliverySource`]; what was taken in before stays.
    pub async fn receive_deliveries(&self, run: &Run) -> Result<Report, Error> {
        let mut report = Report::of([
            ("listed", 0),
            ("otherNames", 0),
            ("received", 0),
            ("known", 0),
            ("refused", 0),
            ("incomplete", 0),
        ]);
        let visit = self.deliveries.visit().await?;
        let before = visit.list().await?;
        let (there, others) = take(&before, &before);
        report.add("listed", there.len() as u64);
        report.add("otherNames", others as u64);
        let seen = store::delivery::seen(&self.database.read(), &there).await?;
        let fresh = |file: &Listed| !seen.contains(&(file.clone(), true));
        if !there.iter().any(fresh) {
            return Ok(report);
        }
        run.go_on()?;
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = run.stopped() => return Err(Error::Interrupted),
        }
        let (stable, _) = take(&before, &visit.list().await?);
        report.add("incomplete", (there.len() - stable.len().min(there.len())) as u64);
        let wanted: Vec<Listed> = stable.into_iter().filter(fresh).collect();
        for (done, file) in wanted.iter().enumerate() {
            run.progress(done as u64, Some(wanted.len() as u64)).await?;
            let copy = on_disk(tempfile::tempfile).await?;
            let copy = match visit.fetch(file, copy).await {
                Ok(copy) => copy,
                Err(SourceFault::Changed) => {
                    report.add("incomplete", 1);
                    continue;
                }
                Err(fault) => return Err(fault.into()),
            };
            let examined = Examined::of(copy).await?;
            // The other side may still be writing it: not refused at first sight.
            if examined.is_unsound() && !seen.contains(&(file.clone(), false)) {
                report.add("incomplete", 1);
                self.note_seen(run, file, false).await?;
                continue;
            }
            report.add(self.receive(run, file, examined).await?, 1);
            self.note_seen(run, file, true).await?;
        }
        run.progress(wanted.len() as u64, Some(wanted.len() as u64)).await?;
        self.wake(APPLY).await?;
        Ok(report)
    }

    /// Takes in a file; under which word it is counted.
    async fn receive(&self, run: &Run, file: &Listed, examined: Examined) -> Result<&'static str, Error> {
        let before = store::delivery::by_content(&self.database.read(), examined.content_hash()).await?;
        let from = Origin { file_name: Some(file.name.clone()), is_alone: false };
        let delivery = self.take_in(&run.context("take_in_delivery"), from, examined).await?;
        Ok(match before {
            _ if delivery.is_refused_for_itself() => "refused",
            Some(before) if before.state != State::Refused => "known",
            _ => "received",
        })
    }

    async fn note_seen(&self, run: &Run, file: &Listed, taken: bool) -> Result<(), Error> {
        let write = self.database.begin().await?;
        run.hold(&write).await?;
        store::delivery::note_seen(&write, file, taken).await?;
        Ok(write.commit().await?)
    }
}
