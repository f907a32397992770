//! Trains and measures the models of triage.

fn main() {}
