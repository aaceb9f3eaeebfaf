//! The browser application in a headless Chromium, before a house of its own.

mod sign_in;
