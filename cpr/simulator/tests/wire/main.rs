//! The simulator from outside, over a socket. What is expected was written by hand from CPR's documents, not made with
//! the codec that the simulator itself uses.

mod control;
mod lookup;
mod raw;
mod search;
mod sign_on;
mod trouble;
