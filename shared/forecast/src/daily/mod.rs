//! Tickets a day.

mod backtest;
mod calendar;
mod effects;
mod forecast;
mod interval;
mod level;
mod replay;
mod series;
mod walk;
mod weekday;

pub use backtest::{Backtest, Cover, Origins, Score, backtest, backtest_replay, to_whole};
pub use calendar::{Calendar, CalendarError, EventName, Recurrence};
pub use effects::EventEffect;
pub use forecast::{DailyForecast, DayForecast, MODEL, NoForecast, Reasons, forecast, from_replay};
pub use interval::{Range, RangeBasis};
pub use replay::{Method, Replay, tickets};
pub use series::{DailyCounts, SeriesError};

pub(crate) use walk::Walk;

#[cfg(test)]
mod tests;
