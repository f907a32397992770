//! What is unusual: days ([`unusual`]), topics ([`rising`]), and tickets that wait too long
//! ([`service_level`]).

pub mod rising;
pub mod service_level;
pub mod unusual;
