//! Limits of forecasts, with their units.

/// Furthest day that is forecast, counted from the last day of history: eight weeks, which is what
/// hiring looks ahead.
pub const HORIZON_DAYS: usize = 56;
/// Fewest days of history that a forecast is made from.
pub const HISTORY_DAYS_MINIMUM: usize = 3;
/// Most days of history that a series may have: some 27 years.
pub const HISTORY_DAYS: usize = 10_000;
/// Past days whose errors make the intervals: a year of origins.
pub const INTERVAL_DAYS: usize = 360;
/// Fewest past errors that an interval is made from. Below it the range is that of chance alone, and
/// marked as such.
pub const INTERVAL_ERRORS_MINIMUM: usize = 60;
/// Most different names of events in a calendar.
pub const EVENT_NAMES: usize = 100;
/// Most dates that one calendar holds.
pub const EVENT_DATES: usize = 10_000;
/// Longest name of an event, in characters.
pub const EVENT_NAME_CHARACTERS: usize = 100;
/// Fewest past occurrences of an event that its effect is learned from.
pub const EVENT_OCCURRENCES_MINIMUM: usize = 3;
/// Days before those that make the intervals, so that it is known for each which method was the
/// better one.
pub const COMPARED_DAYS_BEFORE_FORECAST: usize = 56;
