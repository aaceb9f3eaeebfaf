//! Who may: the first extractor in every handler's signature.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use openapi::privilege::Privilege;
use openapi::problem::ProblemCode;

use super::problem::Failure;
use super::{Http, envelope};
use crate::actions::Context;
use crate::domain::caller::Caller;

/// What an operation demands of its caller. `openapi/privileges.txt` shows the same from the specification, and a test calls
/// every operation with every privilege to see that both are true.
pub trait Demand: 'static {
    /// Whether this caller may.
    fn allows(caller: &Caller, house: &Http) -> bool;
}

macro_rules! demands {
    ($($(#[$doc:meta])* $name:ident: |$caller:ident, $house:pat_param| $allows:expr;)*) => {$(
        $(#[$doc])*
        pub enum $name {}

        impl Demand for $name {
            fn allows($caller: &Caller, $house: &Http) -> bool {
                $allows
            }
        }
    )*};
}

demands! {
    /// Any valid token.
    Anybody: |_caller, _| true;
    /// Any valid token, unless `auth.read_requires` says more.
    ReadParties: |caller, house| house.read_requires.is_none_or(|privilege| caller.has(privilege));
    /// Any valid token, unless `auth.case_read_requires` says more.
    ReadCases: |caller, house| house.case_read_requires.is_none_or(|privilege| caller.has(privilege));
    /// Cases and the parties on them: what both demand.
    ReadCaseParties: |caller, house| ReadParties::allows(caller, house) && ReadCases::allows(caller, house);
    /// *Opdater fra CPR*.
    AskCpr: |caller, _| caller.has(Privilege::UpdateFromCpr);
    /// *Partsredaktør*.
    EditParties: |caller, _| caller.has(Privilege::PartyEditor);
    /// *Opdater fra CPR* or *Partsredaktør*.
    ReadCprTab: |caller, _| caller.has(Privilege::UpdateFromCpr) || caller.has(Privilege::PartyEditor);
    /// *Partsredaktør* or *Sagsintegration*.
    WriteCases: |caller, _| caller.has(Privilege::PartyEditor) || caller.has(Privilege::CaseIntegration);
    /// *Revisor*.
    ReadAudit: |caller, _| caller.has(Privilege::Auditor);
}

/// A caller who may do what `D` demands. Polled before the body is read, so that whoever may not learns nothing else.
pub struct Allowed<D> {
    /// The caller.
    pub caller: Caller,
    context: Context,
    demand: PhantomData<D>,
}

impl<D> Allowed<D> {
    /// The circumstances of an action without reason and case.
    pub fn context(self) -> Context {
        self.context
    }
}

impl<D: Demand> FromRequest for Allowed<D> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Allowed<D>, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let house = request
                .app_data::<web::Data<Http>>()
                .ok_or_else(|| Failure::new(ProblemCode::Internal, "Systemet er sat forkert op."))?
                .clone();
            let caller = match house.verifier.caller(request.headers().get(header::AUTHORIZATION)).await {
                Ok(caller) => caller,
                Err(failure) => {
                    let peer = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
                    house.limits.check(&format!("ip {peer}"))?;
                    return Err(failure);
                }
            };
            house.limits.check(&format!("sub {}", caller.subject))?;
            let context = Context {
                caller: caller.clone(),
                operation: house.operations.name(&request),
                trace_id: envelope::trace_id(&request),
                reason: None,
                case_number: None,
                idempotency: None,
            };
            if !D::allows(&caller, &house) {
                house.actions.note_refusal(&context).await?;
                return Err(Failure::new(ProblemCode::Forbidden, "Du mangler det privilegium, som handlingen kræver."));
            }
            Ok(Allowed { caller, context, demand: PhantomData })
        })
    }
}
