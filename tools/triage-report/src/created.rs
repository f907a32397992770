//! When a ticket was created, as exports write it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Times without a zone; they are taken as UTC.
const TIME_FORMATS: [&str; 4] =
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
/// Digits of a time in milliseconds since 1970; such a time in seconds has 10 (until the year
/// 2286).
const MILLISECOND_DIGITS: usize = 13;

/// Reads RFC 3339, `2024-11-03 10:30:00` with or without ` UTC`, `2024-11-03`, or seconds or
/// milliseconds since 1970. Dates whose day and month could be mixed up are not read.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.with_timezone(&Utc));
    }
    if let Ok(time) = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z") {
        return Some(time.with_timezone(&Utc));
    }
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            MILLISECOND_DIGITS => DateTime::from_timestamp_millis(number),
            9 | 10 => DateTime::from_timestamp(number, 0),
            _ => None,
        };
    }
    let time = TIME_FORMATS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(12, 0, 0);
    time.or_else(day).map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_forms_are_read() {
        for text in [
            "2024-11-03T10:30:00Z",
            "2024-11-03T11:30:00+01:00",
            "2024-11-03 10:30:00",
            " 2024-11-03 10:30:00 UTC ",
            "2024-11-03 10:30:00 +0000",
            "2024-11-03T10:30",
            "1730629800",
            "1730629800000",
        ] {
            assert_eq!(parse(text).unwrap().to_rfc3339(), "2024-11-03T10:30:00+00:00", "{text}");
        }
        assert_eq!(parse("2024-11-03").unwrap().to_rfc3339(), "2024-11-03T12:00:00+00:00");
    }

    #[test]
    fn what_is_not_certain_is_not_read() {
        for text in ["", "03/11/2024", "soon", "2024-13-01", "2024", "99999999999999999999", "ä"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
