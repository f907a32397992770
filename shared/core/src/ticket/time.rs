//! Times of tickets: in milliseconds, as RFC 3339.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};

/// A time as clients and the store see it: RFC 3339, UTC with `Z`, milliseconds.
pub fn format_time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads a time as other systems write it: RFC 3339 with any number of fraction digits, or whole
/// seconds since 1970. `None` for anything else and outside the years 1970 to 9999.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let time = match text.parse::<i64>() {
        Ok(seconds) => DateTime::from_timestamp(seconds, 0)?,
        Err(_) => DateTime::parse_from_rfc3339(text).ok()?.to_utc(),
    };
    (1970..=9999).contains(&time.year()).then_some(time)
}

/// The present time in the precision that is stored.
pub fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
}

/// Times as text in serde: see [`format_time`].
pub mod timestamp {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes a time.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        time: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format_time(*time))
    }

    /// Reads a time.
    ///
    /// # Errors
    /// It is not RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        DateTime::<Utc>::deserialize(deserializer)
    }
}

/// The same for a time that may be absent.
pub mod optional_timestamp {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a time, or null.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        time: &Option<DateTime<Utc>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(super::format_time).serialize(serializer)
    }

    /// Reads a time, or null.
    ///
    /// # Errors
    /// It is neither null nor RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Option::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_other_systems_are_read() {
        let read = |text| parse_time(text).map(|time| time.to_rfc3339());
        for (text, expected) in [
            ("2025-01-08T10:12:07Z", "2025-01-08T10:12:07+00:00"),
            ("2025-01-08T10:12:07.6Z", "2025-01-08T10:12:07.600+00:00"),
            ("2025-01-08T10:12:07.672Z", "2025-01-08T10:12:07.672+00:00"),
            ("2025-01-08T10:12:07.672717Z", "2025-01-08T10:12:07.672717+00:00"),
            ("2025-01-08T10:12:07.672717030Z", "2025-01-08T10:12:07.672717030+00:00"),
            ("2025-01-08T12:12:07+02:00", "2025-01-08T10:12:07+00:00"),
            ("1596634805", "2020-08-05T13:40:05+00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2025-01-08", "-1", "9223372036854775807", "1e9"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
