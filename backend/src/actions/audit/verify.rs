//! Whether the log is what was written.

use crate::actions::{About, Actions, Context, Error, Told};
use crate::domain::audit::Verification;
use crate::store;

impl Actions {
    /// Reads the whole log, and compares it with the places that were told outside where we can read them. Ends at the
    /// first row that is not what was written.
    ///
    /// # Errors
    /// As every read; when the file of the anchors cannot be read.
    pub async fn verify_audit_log(&self, context: &Context) -> Result<Verification, Error> {
        let told = |verification: &Verification| Told::count(verification.checked);
        self.read(context, About::criteria("hele loggen"), told, async || self.verify().await).await
    }

    async fn verify(&self) -> Result<Verification, Error> {
        let mut verification = store::audit::verify(&self.database).await?;
        if verification.first_broken.is_none() {
            self.compare_anchors(&mut verification).await?;
        }
        if let Some(broken) = &verification.first_broken {
            tracing::error!(
                target: "audit.verify",
                chain = broken.chain,
                position = broken.position,
                fault = ?broken.fault,
                "the audit log is not what was written"
            );
        }
        Ok(verification)
    }
}
