//! Forecasts as a whole.

use chrono::Days;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::*;
use crate::simulated::{poisson, series};

fn calendar(name: &str, first: usize, every: u16, counts: &DailyCounts) -> Calendar {
    let mut calendar = Calendar::default();
    let until = counts.last().checked_add_days(Days::new(60)).unwrap();
    let name = EventName::parse(name).unwrap();
    calendar.add(&name, counts.day(first), Recurrence::Every { days: every }, until).unwrap();
    calendar
}

#[test]
fn few_days_are_refused_and_marked() {
    let none = forecast(&series(vec![5, 6]), &Calendar::default(), 7).unwrap_err();
    assert_eq!(
        none.to_string(),
        "there are 2 complete days of tickets; a forecast needs at least 3"
    );
    assert_eq!(
        forecast(&series(vec![5; 9]), &Calendar::default(), 57),
        Err(NoForecast::TooFarAhead)
    );
    let three = forecast(&series(vec![5, 6, 7]), &Calendar::default(), 14).unwrap();
    assert!(three.days.iter().all(|day| (5.0..7.0).contains(&day.tickets)));
    assert!(three.days.iter().all(|day| day.basis == RangeBasis::NotEnoughHistory));
    let enough = forecast(&series(vec![5; 120]), &Calendar::default(), 14).unwrap();
    assert!(enough.days.iter().all(|day| day.basis == RangeBasis::PastErrors));
    assert_eq!((enough.history_days, enough.data_until), (120, series(vec![5; 120]).last()));
}

#[test]
fn an_event_that_changes_nothing_changes_no_forecast() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut changed = 0;
    for first in 30..60 {
        let counts = series((0..500).map(|_| poisson(&mut random, 60.0)).collect());
        let nothing = calendar("nothing", first, 31, &counts);
        let with = forecast(&counts, &nothing, 28).unwrap();
        let without = forecast(&counts, &Calendar::default(), 28).unwrap();
        let differs = with
            .days
            .iter()
            .zip(&without.days)
            .any(|(with, without)| (with.tickets / without.tickets - 1.0).abs() >= 0.01);
        changed += usize::from(differs);
    }
    assert!(changed <= 1, "{changed} of 30");
}

#[test]
fn the_effect_of_an_event_is_learned_shrunk_and_said() {
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let is_event = |day: usize| day >= 40 && (day - 40).is_multiple_of(35);
    let counts: Vec<u32> = (0..400)
        .map(|day| poisson(&mut random, if is_event(day) { 120.0 } else { 60.0 }))
        .collect();
    let counts = series(counts);
    let campaign = calendar("campaign", 40, 35, &counts);
    let found = forecast(&counts, &campaign, 35).unwrap();
    let effect = &found.effects[0];
    assert_eq!(effect.name.as_str(), "campaign");
    assert!((9..=11).contains(&effect.occurrences), "{}", effect.occurrences);
    let doubled = 2_f64.ln();
    assert!((0.75 * doubled..1.05 * doubled).contains(&effect.effects[1]), "{effect:?}");
    // The next is on day 425, and on no other day.
    let next = &found.days[25];
    assert!((95.0..130.0).contains(&next.tickets), "{next:?}");
    assert!(
        next.reasons
            .events
            .iter()
            .any(|(name, factor)| name.as_str() == "campaign" && *factor > 1.6)
    );
    assert!((50.0..70.0).contains(&found.days[23].tickets));
    // Two occurrences prove nothing.
    let twice = forecast(&counts.until(90), &campaign, 7).unwrap();
    assert!(twice.effects[0].effects.iter().all(|effect| *effect == 0.0));
}

#[test]
fn nothing_is_learned_from_days_to_come() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let counts = series((0..300).map(|_| poisson(&mut random, 40.0)).collect());
    let events = calendar("release", 20, 28, &counts);
    let replay = Replay::new(&counts, &events, 0);
    for known in [3, 50, 120, 200, 299] {
        let (method, then) = replay.forecast(known).unwrap();
        let until = counts.until(known);
        let (same, now) = Replay::new(&until, &events, 0).forecast(known).unwrap();
        assert_eq!((method, then), (same, now), "{known}");
    }
}
