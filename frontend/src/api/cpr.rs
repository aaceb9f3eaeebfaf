//! Asking CPR.

use gloo_net::http::Method;
use openapi::cpr_tab::CprTab;
use openapi::find::{FindAnswer, FindRequest};
use openapi::party::Party;
use openapi::person::{FetchRequest, LookupAnswer, LookupRequest, Preview, PreviewRequest};
use uuid::Uuid;

use super::{Api, ApiError, Tagged};

/// `GET /parties/{id}/cpr`: the CPR tab.
pub async fn get_party_cpr(api: &Api, id: Uuid) -> Result<CprTab, ApiError> {
    api.call(Method::GET, &format!("/parties/{id}/cpr")).answer().await
}

/// `POST /parties/{id}/cpr/preview`: what a fetch would change; saves nothing.
pub async fn preview_party_cpr(api: &Api, id: Uuid, request: &PreviewRequest) -> Result<Preview, ApiError> {
    api.call(Method::POST, &format!("/parties/{id}/cpr/preview")).json(request)?.answer().await
}

/// `POST /parties/{id}/cpr/fetch`: *Hent fra CPR*.
pub async fn fetch_party_cpr(api: &Api, id: Uuid, request: &FetchRequest) -> Result<Tagged<Party>, ApiError> {
    api.call(Method::POST, &format!("/parties/{id}/cpr/fetch")).json(request)?.tagged().await
}

/// `POST /parties/{id}/cpr/find`: *Find CPR-nummer*.
pub async fn find_party_personal_number(api: &Api, id: Uuid, request: &FindRequest) -> Result<FindAnswer, ApiError> {
    api.call(Method::POST, &format!("/parties/{id}/cpr/find")).json(request)?.answer().await
}

/// `POST /cpr/lookup`: a person by number, without a party.
pub async fn look_up_person(api: &Api, request: &LookupRequest) -> Result<LookupAnswer, ApiError> {
    api.call(Method::POST, "/cpr/lookup").json(request)?.answer().await
}

/// `POST /cpr/find`: a person by name and address, without a party.
pub async fn find_person(api: &Api, request: &FindRequest) -> Result<FindAnswer, ApiError> {
    api.call(Method::POST, "/cpr/find").json(request)?.answer().await
}
