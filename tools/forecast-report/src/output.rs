//! The half hours to come as CSV, as workforce tools read it.

use copilot_forecast::zone::Zone;

use crate::figures::HalfHourForecast;

/// The headings.
pub const HEADINGS: &str = "start,minutes,tickets,low_80,high_80\n";
/// Length of each interval.
const MINUTES: u32 = 30;

/// One line, with its line break. The time is the clock's in `zone`, with its distance from UTC.
pub fn line(half_hour: &HalfHourForecast, zone: Zone) -> String {
    let HalfHourForecast { begins, tickets, low, high } = half_hour;
    format!("{},{MINUTES},{tickets:.3},{low},{high}\n", zone.clock(*begins))
}
