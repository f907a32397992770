//! Times as exports write them, and those that are not certain.

use super::*;

fn read(text: &str) -> Result<String, UnreadTime> {
    parse(text, DateOrder::Unknown).map(|time| time.to_rfc3339())
}

#[test]
fn usual_forms_are_read() {
    for text in [
        "2026-11-03T10:30:00Z",
        "2026-11-03T11:30:00+01:00",
        "2026-11-03T10:30:00.000+0000",
        "2026-11-03T00:30:00 -10:00",
        "2026-11-03 10:30:00",
        " 2026-11-03 10:30:00 UTC ",
        "2026-11-03 10:30:00 +0000",
        "2026-11-03T10:30",
        "2026-11-03 10:30 AM",
        "2026/11/03 10:30:00",
        "2026-11-03, 10:30:00,123 GMT",
        "03/Nov/26 10:30 AM",
        "03/Nov/2026 10:30",
        "03-Nov-2026 10:30:00",
        "Tue, 03 Nov 2026 10:30:00 +0000",
        "Tue, 3 Nov 2026 05:30:00 EST",
        "Tue Nov 3 10:30:00 UTC 2026",
        "Tue Nov 03 2026 10:30:00 GMT+0000 (Coordinated Universal Time)",
        "3 Nov 2026 10:30",
        "3 November 2026, 10:30",
        "November 3, 2026 at 10:30 AM",
        "Nov 3rd, 2026 10:30 a.m.",
        "Nov. 3, 2026, 12:30 PM UTC+2",
        "Tuesday, November 3, 2026 10:30:00 AM",
        "1793701800",
        "1793701800000",
    ] {
        let time = read(text).map(|time| time.replace(".123", ""));
        assert_eq!(time.as_deref(), Ok("2026-11-03T10:30:00+00:00"), "{text}");
    }
    for text in [
        "2026-11-03",
        "November 3, 2026",
        "3 Nov 2026",
        "03/Nov/26",
        "20261103",
        "2026/11/03",
        "3rd of November 2026",
    ] {
        assert_eq!(read(text).as_deref(), Ok("2026-11-03T12:00:00+00:00"), "{text}");
    }
    assert_eq!(read("2026-11-03 12:05 AM").as_deref(), Ok("2026-11-03T00:05:00+00:00"));
    assert_eq!(read("2026-11-03 11:05 pm").as_deref(), Ok("2026-11-03T23:05:00+00:00"));
}

#[test]
fn day_and_month_are_read_only_where_the_file_tells_them_apart() {
    for text in ["03/11/2026", "03.11.2026 10:30", "3-11-26", "3/11/2026 10:30 AM"] {
        assert_eq!(read(text), Err(UnreadTime::Ambiguous), "{text}");
        let day = |order| parse(text, order).unwrap().date_naive().to_string();
        assert_eq!(day(DateOrder::DayFirst), "2026-11-03", "{text}");
        assert_eq!(day(DateOrder::MonthFirst), "2026-03-11", "{text}");
    }
    // These are one day in any order.
    for (text, expected) in
        [("25/12/2026", "2026-12-25"), ("12/25/26", "2026-12-25"), ("5.5.2026", "2026-05-05")]
    {
        assert_eq!(read(text).unwrap(), format!("{expected}T12:00:00+00:00"));
    }
}

#[test]
fn a_day_over_twelve_settles_the_order_of_the_file() {
    let order = |dates: &[&str]| {
        let mut evidence = DateOrderEvidence::default();
        dates.iter().for_each(|date| evidence.add(date));
        evidence.order()
    };
    assert_eq!(order(&["03/11/2026", "25/12/2026 10:30", ""]), DateOrder::DayFirst);
    assert_eq!(order(&["12/25/26 4:05 PM", "03/11/26"]), DateOrder::MonthFirst);
    assert_eq!(order(&["03/11/2026", "soon", "2026-11-25"]), DateOrder::Unknown);
    assert_eq!(order(&["25/12/2026", "12/25/2026"]), DateOrder::Unknown);
    assert_eq!(order(&["25 Dec 2026", "2026/12/25"]), DateOrder::Unknown);
}

#[test]
fn what_is_not_certain_is_not_read() {
    for text in [
        "",
        "soon",
        "2026-13-01",
        "2026",
        "99999999999999999999",
        "ä",
        "13/13/2026",
        "31 Feb 2026",
        "2026-11-03 10:30 IST",
        "2026-11-03 25:00",
        "2026-11-03 13:00 PM",
        "2026-11-03 10:30 +9999",
        "10:30",
        ":",
        "Nov 2026",
        "3 Nove 2026 x",
        "1/2/3/4",
    ] {
        assert_eq!(read(text), Err(UnreadTime::Unknown), "{text}");
    }
    assert_eq!(read(&"1/".repeat(1000)), Err(UnreadTime::Unknown));
}
