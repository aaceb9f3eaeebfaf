//! The choice of whose cases are followed, which is the installation's, stands in the log like anybody's.

use uuid::Uuid;

use crate::actions::{About, Actions, Context, Told};
use crate::domain::caller::Caller;
use crate::domain::subscription::Scope;
use crate::store;
use crate::store::audit::Row;

/// The name under which the choice is remembered that stands in the log.
const CHOSEN: &str = "subscription-scope";

impl Actions {
    /// Writes the choice into the log when it is another one than before. Of several servers that start with it one does.
    pub(in crate::actions) async fn note_scope(&self) -> Result<(), store::Error> {
        let scope = self.policy.follow.scope;
        let reason = self.policy.all_cases_reason.clone().filter(|_| scope == Scope::AllCases);
        let chosen = format!("{} {}", scope.name(), reason.as_deref().unwrap_or_default());
        let before = store::remembered::get(&self.database.read(), CHOSEN).await?;
        // What every installation begins with is no choice.
        let is_default = before.is_none() && scope == Scope::OpenAndRecentlyClosed;
        if is_default || before.as_ref() == Some(&chosen) {
            return Ok(());
        }
        let context = Context {
            caller: Caller::house("konfiguration"),
            operation: "choose_subscription_scope",
            trace_id: Uuid::now_v7().to_string(),
            reason,
            case_number: None,
            idempotency: None,
            noted: Default::default(),
        };
        let write = self.database.begin().await?;
        if store::remembered::change(&write, CHOSEN, &chosen).await? {
            let intent = self.intent(&context, About::criteria(scope.name()));
            store::audit::append(&write, &Row::Entry(intent, self.succeeded(&Told::count(1)))).await?;
        }
        write.commit().await
    }
}
