//! The browser application in a headless Chromium, before a house of its own.

mod caseworker;
mod cpr;
mod dialog;
mod headers;
mod list;
mod log;
mod narrow;
mod provider;
mod session;
mod sign_in;
mod subscriptions;
