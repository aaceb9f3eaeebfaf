//! The only room that fetches: one function per operation of the contract, with the operation's name.

mod access;
mod audit;
mod cases;
mod client;
mod cpr;
mod deliveries;
mod error;
mod jobs;
mod parties;
mod session;
mod sign_in;
mod subscriptions;

pub use access::Access;
pub use audit::{
    draw_audit_sample, get_audit_sample, list_audit_alarms, list_audit_samples, make_subject_report,
    note_audit_sample_entry, search_audit_entries,
};
pub use cases::list_party_cases;
pub use client::{Api, Tagged};
pub use cpr::{
    fetch_party_cpr, find_party_personal_number, find_person, get_party_cpr, look_up_person, preview_party_cpr,
};
pub use deliveries::{list_deliveries, list_delivery_problems, retry_delivery, upload_delivery};
pub use error::ApiError;
pub use jobs::{list_jobs, start_job_run};
pub use parties::{
    create_party, delete_party, get_party, get_party_history, list_parties, reveal_party_address, search_parties,
    update_party,
};
pub use session::{get_session, get_settings};
pub use sign_in::{Provider, demo_sign_in, discover_provider, exchange_code, get_sign_in};
pub use subscriptions::{
    get_party_subscription, get_subscription_summary, list_subscriptions, retry_party_subscription,
};
