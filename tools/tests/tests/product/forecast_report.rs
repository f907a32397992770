//! The command that forecasts from a file of tickets: what it prints, what it writes, what it refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use chrono::{Days, NaiveDate};
use html5gum::{Token, Tokenizer};
use tempfile::TempDir;

use crate::harness::report::{refusal, report, text};

/// A label that would be an element of HTML.
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

/// A folder with a file of tickets: on each day from 2023-10-01 on as many as `counts` says, at
/// all hours.
fn written(counts: impl Iterator<Item = usize>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tickets.csv");
    let first: NaiveDate = "2023-10-01".parse().unwrap();
    let mut text = "Ticket ID,Created at,Category,Secret\n".to_owned();
    let mut id = 0;
    for (day, count) in counts.enumerate() {
        let date = first.checked_add_days(Days::new(day as u64)).unwrap();
        for ticket in 0..count {
            id += 1;
            let (hour, minute) = (ticket * 24 / count, id % 60);
            let label = if id % 3 == 0 { HOSTILE } else { "Billing" };
            text.push_str(&format!("{id},{date}T{hour:02}:{minute:02}:00Z,{label},zebra\n"));
        }
    }
    fs::write(&file, text).unwrap();
    (folder, file)
}

/// Counts with weekdays, a level that moves from month to month, and much that is neither: a fixed row
/// of numbers stands for chance.
fn noisy(days: usize) -> impl Iterator<Item = usize> {
    let mut state: u64 = 7;
    (0..days).map(move |day| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let chance = usize::try_from(state >> 33).unwrap() % 41;
        let level = [100, 125, 150, 175, 150, 125][day / 21 % 6];
        [60, 58, 55, 50, 52, 20, 15][day % 7] * (80 + chance) * level / 10_000
    })
}

fn forecast(file: &Path, further: &[&str]) -> Output {
    report("forecast", file, further)
}

#[test]
fn a_forecast_that_beats_simpler_methods_is_recommended() {
    let (folder, file) = written(noisy(200));
    let printed = text(&forecast(&file, &[]));
    assert!(printed.contains("\nRecommended: over "), "{printed}");
    assert!(printed.contains("Data until 2024-04-16, 199 days."), "{printed}");
    let page = fs::read_to_string(folder.path().join("tickets.forecast-report.html")).unwrap();
    assert!(page.contains("Of use for this team"));
    // It says how right it would have been, and nothing of a ticket but its label.
    assert!(page.contains("How right it would have been") && !page.contains("zebra"));
    assert!(!page.contains("NaN") && !page.contains("inf"), "a figure is none");
    // A report of ours is replaced.
    text(&forecast(&file, &[]));
}

#[test]
fn a_forecast_that_does_not_beat_last_week_is_not_recommended() {
    // Each week as the last: nothing beats that.
    let (folder, file) = written((0..120).map(|day| [60, 58, 55, 50, 52, 20, 15][day % 7]));
    let printed = text(&forecast(&file, &[]));
    assert!(printed.contains("\nNot recommended: over "), "{printed}");
    assert!(printed.contains("Plan with that."), "{printed}");
    let page = fs::read_to_string(folder.path().join("tickets.forecast-report.html")).unwrap();
    assert!(page.contains("Not of use for this team"));
    let (_folder, file) = written(noisy(30));
    let printed = text(&forecast(&file, &[]));
    assert!(printed.contains("\nNot recommended yet: "), "{printed}");
    assert!(printed.contains("There is not enough history for ranges"), "{printed}");
}

#[test]
fn each_half_hour_is_written_and_they_add_up_to_the_days() {
    let (folder, file) = written(noisy(175));
    let output = folder.path().join("half-hours.csv");
    let further = ["--zone", "Europe/Berlin", "--output", output.to_str().unwrap()];
    let printed = text(&forecast(&file, &further));
    let lines = fs::read_to_string(&output).unwrap();
    let of_day = |day: &str| -> Vec<f64> {
        let lines = lines.lines().filter(|line| line.starts_with(day));
        lines.map(|line| line.split(',').nth(2).unwrap().parse().unwrap()).collect()
    };
    // The clock is put forward on 2024-03-31, where the days begin an hour earlier than in UTC.
    assert_eq!((of_day("2024-03-30").len(), of_day("2024-03-31").len()), (48, 46));
    assert!(lines.contains("\n2024-03-31T01:30:00+01:00,30,"), "{lines}");
    assert!(lines.contains("\n2024-03-31T03:00:00+02:00,30,"), "{lines}");
    for day in ["2024-03-30", "2024-03-31"] {
        let row = printed.lines().find(|line| line.contains(day)).unwrap();
        let whole: f64 = row.split_whitespace().nth(2).unwrap().parse().unwrap();
        let sum: f64 = of_day(day).iter().sum();
        assert!((sum - whole).abs() < 0.1, "{day}: {sum} {whole}");
    }
    assert!(refusal(&forecast(&file, &further)).contains("--overwrite"));
}

#[test]
fn a_ticket_that_is_there_twice_counts_once() {
    let (_folder, file) = written(noisy(70));
    let once = text(&forecast(&file, &[]));
    let whole = fs::read_to_string(&file).unwrap();
    let again: String = whole.lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(&file, format!("{whole}{again}9999999,soon,,\n9999998,2999-01-01,,\n")).unwrap();
    let twice = text(&forecast(&file, &[]));
    let days = |printed: &str| printed[printed.find("\nDay ").unwrap()..].to_owned();
    assert_eq!(days(&once), days(&twice));
    for said in ["the ticket was there before", "cannot be read", "created after this run"] {
        assert!(twice.contains(said) && !once.contains(said), "{said}: {twice}");
    }
}

#[test]
fn labels_and_names_stay_texts_on_the_page() {
    let (folder, file) = written(noisy(60));
    let events = folder.path().join("events.csv");
    let lines = "2023-10-10,\"><script>x\n2023-10-20,\"><script>x\n2023-10-30,\"><script>x\n2023-12-01,\"><script>x\n";
    fs::write(&events, lines).unwrap();
    let hostile = folder.path().join("<script>.csv");
    fs::rename(&file, &hostile).unwrap();
    let further = ["--events", events.to_str().unwrap()];
    let printed = text(&forecast(&hostile, &further));
    assert!(printed.contains("next 7 days"), "{printed}");
    let page = fs::read_to_string(folder.path().join("<script>.forecast-report.html")).unwrap();
    assert!(page.contains("&lt;img src=x"), "the label is shown");
    for token in Tokenizer::new(page.as_str()).flatten() {
        if let Token::StartTag(tag) = token {
            let name = String::from_utf8_lossy(&tag.name).into_owned();
            assert!(!["script", "img"].contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn what_cannot_be_forecast_is_refused_in_a_sentence() {
    let (folder, file) = written([5, 5, 5].into_iter());
    let few = refusal(&forecast(&file, &[]));
    assert!(few.contains("there are 2 complete days of tickets"), "{few}");
    assert!(!folder.path().join("tickets.forecast-report.html").exists());
    let other = folder.path().join("other.csv");
    fs::write(&other, "id,text\n1,late\n").unwrap();
    assert!(refusal(&forecast(&other, &[])).contains("--created-column"));
    fs::write(&other, "id,created\n1,soon\n").unwrap();
    assert!(refusal(&forecast(&other, &[])).contains("no row with a time of creation"));
    let events = folder.path().join("events.csv");
    fs::write(&events, "2023-10-10\n").unwrap();
    let wrong = refusal(&forecast(&file, &["--events", events.to_str().unwrap()]));
    assert!(wrong.contains("line 1 is not a date"), "{wrong}");
    let zone = forecast(&file, &["--zone", "Europe/Atlantis"]);
    assert!(String::from_utf8_lossy(&zone.stderr).contains("must be the name of a time zone"));
}
