//! How many people the tickets take.
//!
//! Calls and chats wait in a queue of minutes: [`erlang`] says how long, and [`people`] how many
//! people keep that short. E-mails and forms wait for hours or days: [`backlog`] goes through them by
//! simulation. [`hours`] says when people are there, and [`what_if`] asks with other numbers.

pub mod backlog;
pub mod erlang;
pub mod hours;
pub mod people;
pub mod what_if;
