//! How urgent a ticket is, by a stated policy.
