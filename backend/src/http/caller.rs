//! Who may: the first extractor in every handler's signature.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use openapi::privilege::Privilege;
use openapi::problem::ProblemCode;
use tokio::sync::watch;
use uuid::Uuid;

use super::problem::Failure;
use super::{Http, envelope};
use crate::actions::Context;
use crate::domain::caller::{Caller, CallerKind};
use crate::domain::input;

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
    /// Both *Opdater fra CPR* and *Partsredaktør*: what makes the house do something by itself.
    Operate: |caller, _| caller.has(Privilege::UpdateFromCpr) && caller.has(Privilege::PartyEditor);
    /// *Partsredaktør* or *Sagsintegration*.
    WriteCases: |caller, _| caller.has(Privilege::PartyEditor) || caller.has(Privilege::CaseIntegration);
    /// *Revisor*.
    ReadAudit: |caller, _| caller.has(Privilege::Auditor);
}

/// The operations that ask CPR while their caller waits.
const ASKS_CPR: [&str; 5] =
    ["preview_party_cpr", "fetch_party_cpr", "look_up_person", "find_party_personal_number", "find_person"];

/// A caller who may do what `D` demands. What else was asked is read after this, so that whoever may not learns nothing else,
/// and no body is read in vain.
pub struct Allowed<D> {
    /// The caller.
    pub caller: Caller,
    context: Context,
    party_id: Option<Uuid>,
    demand: PhantomData<D>,
}

impl<D> Allowed<D> {
    /// The circumstances of the operation.
    pub fn context(self) -> Context {
        self.context
    }

    /// Notes that the caller may not do what the body asks for, and says so.
    pub async fn refuse(self, house: &Http) -> Failure {
        self.refuse_because(MISSING_PRIVILEGE, house).await
    }

    async fn refuse_because(self, why: &'static str, house: &Http) -> Failure {
        match house.actions.note_refusal(&self.context, self.party_id).await {
            Ok(()) => Failure::new(ProblemCode::Forbidden, why),
            Err(error) => error.into(),
        }
    }
}

/// Where a system names the person for whom it acts.
const ON_BEHALF_OF: &str = "X-On-Behalf-Of";

/// What a system may do for nobody in particular, wherever it has to name a person otherwise: none of it tells a
/// name, a number or an address.
const FOR_NOBODY: [&str; 3] = ["get_session", "get_settings", "list_events"];

const MISSING_PRIVILEGE: &str = "Du mangler det privilegium, som handlingen kræver.";

/// The person whom the request names; `None` without the header.
fn named_person(request: &HttpRequest) -> Result<Option<String>, Failure> {
    let mut given = request.headers().get_all(ON_BEHALF_OF);
    let Some(value) = given.next() else { return Ok(None) };
    let name = std::str::from_utf8(value.as_bytes()).ok().filter(|_| given.next().is_none());
    name.and_then(input::end_user).map(Some).ok_or_else(|| {
        Failure::field(
            "",
            "X-On-Behalf-Of skal stå én gang, være 1 til 128 tegn uden styretegn og må ikke indeholde et CPR-nummer.",
        )
    })
}

/// What speaks against a good token here: 403, because another token or none would not help (decision 0026).
fn objection<D: Demand>(context: &Context, names_somebody: bool, house: &Http) -> Option<&'static str> {
    let caller = &context.caller;
    if !D::allows(caller, house) {
        return Some(MISSING_PRIVILEGE);
    }
    match caller.kind {
        CallerKind::Person if names_somebody => {
            Some("X-On-Behalf-Of er for fagsystemer. En person handler altid i eget navn.")
        }
        CallerKind::System
            if house.client_requires_end_user && !names_somebody && !FOR_NOBODY.contains(&context.operation) =>
        {
            Some("Et fagsystem skal her angive i X-On-Behalf-Of, hvilken person det handler for.")
        }
        _ => None,
    }
}

/// An operation that was let in, for [`super::envelope`]: when nothing was noted of it in the end, its failure is.
#[derive(Clone)]
pub struct Attempt {
    /// The circumstances.
    pub context: Context,
    /// The party in the path.
    pub party_id: Option<Uuid>,
}

impl<D: Demand> FromRequest for Allowed<D> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Allowed<D>, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (open, door) = watch::channel(false);
        request.extensions_mut().insert(Door(door));
        let request = request.clone();
        Box::pin(async move {
            let house = request
                .app_data::<web::Data<Http>>()
                .ok_or_else(|| Failure::new(ProblemCode::Internal, "Systemet er sat forkert op."))?
                .clone();
            let caller = match house.verifier.caller(request.headers()).await {
                Ok(caller) => caller,
                Err(failure) => {
                    let address = house.proxies.counted(&request);
                    let peer = format!("ip {address}");
                    let limits = &house.limits;
                    let limited = limits.requests.check(&peer).and_then(|()| match failure.is_suspicious() {
                        true => limits.refused_tokens.check(&address),
                        false => Ok(()),
                    });
                    let failure = limited.err().unwrap_or(failure);
                    return Err(turn_away(&house, &request, peer, failure).await);
                }
            };
            if let Err(failure) = house.limits.requests.check(&format!("sub {}", caller.subject)) {
                return Err(turn_away(&house, &request, caller.subject, failure).await);
            }
            let person = named_person(&request);
            let names_somebody = !matches!(person, Ok(None));
            let caller = Caller { on_behalf_of: person.as_ref().ok().cloned().flatten(), ..caller };
            let path = request.match_info();
            // Runs and deliveries have an id too.
            let of_party = request.match_pattern().is_some_and(|pattern| pattern.contains("/parties/{id}"));
            let party_id = path.get("partyId").or(path.get("id").filter(|_| of_party)).and_then(|id| id.parse().ok());
            let context = Context {
                caller: caller.clone(),
                operation: house.operations.name(&request),
                trace_id: envelope::trace_id(&request),
                reason: None,
                case_number: path.get("caseNumber").and_then(|number| input::case_number("", number).ok()),
                idempotency: None,
                noted: Arc::default(),
            };
            let allowed = Allowed { caller, context, party_id, demand: PhantomData };
            if let Some(objection) = objection::<D>(&allowed.context, names_somebody, &house) {
                return Err(allowed.refuse_because(objection, &house).await);
            }
            request.extensions_mut().insert(Attempt { context: allowed.context.clone(), party_id });
            person?;
            if ASKS_CPR.contains(&allowed.context.operation) {
                house.limits.cpr.check(&allowed.caller.subject)?;
            }
            open.send_replace(true);
            Ok(allowed)
        })
    }
}

/// Notes that somebody was turned away before it was asked what they may: with a token that is not good, or too often.
async fn turn_away(house: &Http, request: &HttpRequest, who: String, failure: Failure) -> Failure {
    let code = failure.problem().code;
    let is_refusal = matches!(code, ProblemCode::Unauthenticated | ProblemCode::TooManyRequests);
    if is_refusal && house.limits.is_news(&who, code) {
        let context = Context {
            caller: Caller::house(who),
            operation: house.operations.name(request),
            trace_id: envelope::trace_id(request),
            reason: None,
            case_number: None,
            idempotency: None,
            noted: Arc::default(),
        };
        if let Err(error) = house.actions.note_turned_away(&context, code.code()).await {
            tracing::warn!(fault = error.code(), trace_id = %context.trace_id, "a refusal could not be noted");
        }
    }
    failure
}

/// Closed until the caller is let in. actix polls all extractors of a handler in turn: while the first one waits (for the
/// provider's keys, for the log of refusals), the others would refuse before it.
#[derive(Clone)]
struct Door(watch::Receiver<bool>);

/// Waits until the caller of this request is let in; not at all where nobody asks who it is.
pub fn let_in(request: &HttpRequest) -> impl Future<Output = ()> + use<> {
    let door = request.extensions().get::<Door>().cloned();
    async move {
        if let Some(Door(mut open)) = door {
            // The other end goes away with a caller who was refused; then this request is answered already.
            let _ = open.wait_for(|open| *open).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt;
    use openapi::party::{PartyInput, PartyListQuery};
    use uuid::Uuid;

    use super::*;
    use crate::http::body::{Body, Path, Query};

    #[test]
    fn nothing_else_is_said_of_a_request_before_its_caller_is_let_in() {
        let wrong = TestRequest::post().uri("/?limit=many").param("id", "none").set_payload("{");
        let (request, mut payload) = wrong.to_http_parts();
        let (open, door) = watch::channel(false);
        request.extensions_mut().insert(Door(door));
        let mut path = Path::<Uuid>::from_request(&request, &mut payload);
        let mut query = Query::<PartyListQuery>::from_request(&request, &mut payload);
        let mut body = Body::<PartyInput>::from_request(&request, &mut payload);
        assert!((&mut path).now_or_never().is_none());
        assert!((&mut query).now_or_never().is_none());
        assert!((&mut body).now_or_never().is_none());

        open.send_replace(true);
        assert!(path.now_or_never().is_some_and(|path| path.is_err()));
        assert!(query.now_or_never().is_some_and(|query| query.is_err()));
        assert!(body.now_or_never().is_some_and(|body| body.is_err()));
    }
}
