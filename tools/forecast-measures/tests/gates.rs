//! The figures that forecasts must reach on public counts, which are not part of the repository:
//! `FORECAST_DATA=DIR cargo test -p forecast-measures -- --ignored`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;

use chrono::NaiveDate;
use copilot_forecast::daily::{Calendar, Origins, Score, backtest};
use copilot_forecast::trends::unusual::{Direction, unusual_days};
use forecast_measures::data::Data;
use forecast_measures::protocol;

/// The sets, if `FORECAST_DATA` names their folder.
fn data() -> Option<Data> {
    let folder = PathBuf::from(std::env::var_os("FORECAST_DATA")?);
    Some(Data::read(&folder).unwrap())
}

fn wape(score: Score) -> f64 {
    score.wape().unwrap()
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn days_are_as_close_as_promised_and_ranges_hold() {
    let Some(data) = data() else { return };
    let none = Calendar::default();
    for (calendar, limits) in
        [(&none, [0.17, 0.176, 0.184]), (&data.releases, [0.16, 0.166, 0.176])]
    {
        for (found, limit) in protocol::daily(&data.questions, calendar).unwrap().iter().zip(limits)
        {
            assert_eq!(found.origins, 146);
            assert!(wape(found.ours) <= limit, "{} {limit}", wape(found.ours));
            assert!(wape(found.ours) < wape(found.eight_weeks).min(wape(found.last_week)));
            let (held_80, held_95) =
                (found.cover_80.share().unwrap(), found.cover_95.share().unwrap());
            assert!((0.77..=0.84).contains(&held_80), "{held_80}");
            assert!((0.91..=0.97).contains(&held_95), "{held_95}");
        }
        let days_14 = protocol::daily(&data.questions, calendar).unwrap()[1];
        assert!(days_14.cover_80.width().unwrap() <= 0.6);
        for (year, found) in protocol::by_year(&data.questions, calendar).unwrap() {
            let held = found.cover_80.share().unwrap();
            assert!((0.72..=0.9).contains(&held), "{year}: {held}");
            assert!(wape(found.ours) <= wape(found.last_week), "{year}");
        }
    }
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn no_series_is_worse_than_the_last_week_and_few_days_do() {
    let Some(data) = data() else { return };
    let calls = ("calls", &data.calls, 42, 1);
    let topics = data.topics.iter().map(|(name, counts)| (name.as_str(), counts, 60, 9));
    for (name, counts, first, every) in topics.chain([calls]) {
        for ahead in [7, 14, 28] {
            let origins = Origins { first, every, ahead };
            let found = backtest(counts, &Calendar::default(), origins).unwrap();
            assert!(wape(found.ours) <= wape(found.last_week), "{name} {ahead}");
        }
    }
    for (days, limit) in [(3, 0.225), (7, 0.205), (14, 0.205), (28, 0.185)] {
        let found = wape(protocol::cold_start(&data.questions, days).unwrap());
        assert!(found <= limit, "{days}: {found}");
    }
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn hours_and_the_rest_of_today_are_as_close_as_promised() {
    let Some(data) = data() else { return };
    let counts = data.questions_by_hour.daily().unwrap();
    let found = protocol::by_hour(&data.questions_by_hour, &counts);
    assert!(wape(found.hour) <= 0.5 && wape(found.four_hours) <= 0.31, "{found:?}");
    assert!((0.77..=0.86).contains(&found.held_80) && (0.91..=0.97).contains(&found.held_95));
    for (hour, fixed, corrected) in protocol::today(&data.questions_by_hour, &counts) {
        assert!(wape(corrected) <= wape(fixed) + 0.005, "{hour}");
    }
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn incidents_are_found_on_their_first_day() {
    let Some(data) = data() else { return };
    let found = unusual_days(&data.questions, &data.releases);
    for day in ["2021-06-01", "2022-01-13", "2025-11-10"] {
        let day: NaiveDate = day.parse().unwrap();
        let first = found.iter().find(|found| found.date == day);
        assert_eq!(first.map(|found| found.direction), Some(Direction::High), "{day}");
    }
}
