//! Partsregister in the browser: a caseworker finds a party, corrects it, and asks CPR about it.
//!
//! * `api` is the only room that fetches;
//! * `session` knows who is signed in and what they may;
//! * `pages` load, arrange and act; `components` only draw what they are given;
//! * `form` is plain functions: what stands in the fields, and what that means;
//! * `text` has every Danish sentence.

mod api;
mod app;
mod components;
mod form;
mod listen;
mod load;
mod pages;
mod route;
mod session;
mod text;

fn main() {
    console_error_panic_hook::set_once();
    listen::mind_the_way_back();
    yew::Renderer::<app::App>::new().render();
}
