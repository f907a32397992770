//! The words of a calendar invitation (RFC 5545), for a mail that has no others.

use super::charset;

/// Most lines of an event that are looked at; a recurring one may list hundreds of dates.
const LINES: usize = 5_000;

/// What a calendar asks of its reader.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Calendar {
    /// Summary, time, place and description of the first event.
    pub words: String,
    /// Whether it is somebody's answer to an invitation.
    pub is_answer: bool,
}

/// Reads the first event of a calendar.
pub(super) fn read(text: &str) -> Calendar {
    let text = charset::clean(text).replace("\n ", "").replace("\n\t", "");
    let mut event = [const { String::new() }; 5];
    let mut is_answer = false;
    let mut depth = 0_i32;
    for line in text.split('\n').take(LINES) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, parameters) = name.split_once(';').unwrap_or((name, ""));
        match name.to_ascii_uppercase().as_str() {
            "METHOD" => is_answer = matches!(value, "REPLY" | "COUNTER" | "DECLINECOUNTER"),
            "BEGIN" if value != "VCALENDAR" => depth += 1,
            "END" if value == "VEVENT" => break,
            "END" => depth -= 1,
            // What lies deeper is an alarm, and what lies above a time zone.
            "SUMMARY" if depth == 1 => event[0] = unescaped(value),
            "DTSTART" if depth == 1 => event[1] = time(value, parameters),
            "DTEND" if depth == 1 => event[2] = time(value, parameters),
            "LOCATION" if depth == 1 => event[3] = unescaped(value),
            "DESCRIPTION" if depth == 1 => event[4] = unescaped(value),
            _ => {}
        }
    }
    let [summary, start, end, place, description] = event;
    let when = match (start.rsplit_once(' '), end.split_once(' ')) {
        (_, None) => start,
        (Some((begin, zone)), Some((day, rest)))
            if begin.starts_with(day) && rest.ends_with(zone) =>
        {
            format!("{begin} to {rest}")
        }
        _ => format!("{start} to {end}"),
    };
    let lines = [summary, when, place, description];
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|l| !l.is_empty()).collect();
    Calendar { words: lines.join("\n"), is_answer }
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            character => text.push(character),
        }
    }
    text
}

/// `20261110T083000Z` as `2026-11-10 08:30 UTC`; what is written otherwise stays.
fn time(value: &str, parameters: &str) -> String {
    let is_date = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (date, clock) = value.split_once('T').unwrap_or((value, ""));
    if !is_date(date) {
        return value.to_owned();
    }
    let day = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
    let digits: String = clock.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 4 {
        return day;
    }
    let zone = if clock.ends_with('Z') {
        "UTC"
    } else {
        let zone = parameters.split(';').find_map(|parameter| parameter.strip_prefix("TZID="));
        zone.map_or("local time", |zone| zone.trim_matches('"'))
    };
    format!("{day} {}:{} {zone}", &digits[..2], &digits[2..4])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(lines: &str) -> Calendar {
        read(&format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR"))
    }

    #[test]
    fn an_event_is_put_in_words() {
        let calendar = event(
            "SUMMARY:Visit\\, again\r\nDTSTART:20261110T083000Z\r\nDTEND:20261110T093000Z\r\nBEGIN:VALARM\r\nDESCRIPTION:x\r\nEND:VALARM\r\nDESCRIPTION:one\\ntw\r\n o",
        );
        assert_eq!(calendar.words, "Visit, again\n2026-11-10 08:30 to 09:30 UTC\none\ntwo");
        assert!(!calendar.is_answer);
    }

    #[test]
    fn times_name_their_zone() {
        let when = |lines: &str| event(lines).words;
        assert_eq!(when("DTSTART;VALUE=DATE:20261110"), "2026-11-10");
        assert_eq!(
            when("DTSTART;TZID=Europe/Berlin:20261110T0830"),
            "2026-11-10 08:30 Europe/Berlin"
        );
        assert_eq!(when("DTSTART:20261110T083000"), "2026-11-10 08:30 local time");
        assert_eq!(when("DTSTART:soon"), "soon");
        assert_eq!(
            when("DTSTART:20261110T083000Z\r\nDTEND:20261111T093000Z"),
            "2026-11-10 08:30 UTC to 2026-11-11 09:30 UTC"
        );
    }

    #[test]
    fn an_answer_is_told_from_an_invitation() {
        assert!(read("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR").is_answer);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(DTSTART|DTEND|SUMMARY|BEGIN|END|[:;=T0-9Zé\n ]|VEVENT|TZID){0,60}") {
            read(&text);
        }
    }
}
