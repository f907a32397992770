//! Mail that is made to break its reader: it is read in bounded time, and nothing of it is lost.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod harness;

use std::fmt::Write;
use std::time::{Duration, Instant};

use copilot_mail::read::{InboundMail, Unread};
use copilot_mail::{limits, thread::Decision};
use harness::{Arrival, NAMES, Store};

const OUTER: &str = "From: Ann <ann@one.example>\r\nTo: support@desk.example\r\nSubject: outer\r\n";

/// The time that one hostile mail may take on a busy machine. Reading is linear, and takes a tenth of it.
const TIME: Duration = Duration::from_secs(10);

fn read(raw: &str) -> InboundMail {
    let started = Instant::now();
    let arrival = Arrival::of_bytes(raw.as_bytes().to_vec(), &Store::default());
    assert!(started.elapsed() < TIME, "{:?}", started.elapsed());
    assert_eq!(arrival.mail.subject.as_deref(), Some("outer"));
    assert_eq!(arrival.mail.sender_address().unwrap().as_str(), "ann@one.example");
    assert!(matches!(arrival.decision, Decision::NewTicket { .. }));
    arrival.mail
}

#[test]
fn forty_thousand_mails_within_each_other_are_one_file() {
    let inner = "Content-Type: message/rfc822\r\n\r\n".repeat(40_000);
    let mail = read(&format!("{OUTER}{inner}Subject: inner\r\n\r\nx"));
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.words.text, "outer");
}

#[test]
fn a_hundred_thousand_parts_are_counted() {
    let parts = "--b\r\n\r\nx\r\n".repeat(100_000);
    let mail =
        read(&format!("{OUTER}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"));
    assert_eq!(mail.condition.parts_left_out, 100_000 - limits::PARTS);
    assert_eq!(mail.words.text.lines().count(), limits::PARTS);
}

#[test]
fn half_a_million_nested_multiparts_are_opened_ten_deep() {
    let mut raw = OUTER.to_owned();
    for level in 0..500_000 {
        write!(raw, "Content-Type: multipart/mixed; boundary=b{level:06}\r\n\r\n--b{level:06}\r\n")
            .unwrap();
    }
    assert!(raw.len() > 30_000_000);
    let mail = read(&raw);
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.condition.unread, None);
}

#[test]
fn a_hundred_levels_keep_their_words() {
    let mut raw = OUTER.to_owned();
    for level in 0..100 {
        write!(raw, "Content-Type: multipart/mixed; boundary=b{level}x\r\n\r\n--b{level}x\r\n")
            .unwrap();
    }
    raw.push_str("\r\nneedle");
    let mail = read(&raw);
    let file = mail.attachments[0].bytes(raw.as_bytes()).into_owned();
    assert!(file.starts_with(b"--b10x\r\n") && file.ends_with(b"needle"));
}

#[test]
fn the_largest_file_comes_back_byte_for_byte() {
    // 29 MB, which base64 makes 40 MB of; an unoptimised build digests them too slowly.
    let length = if cfg!(debug_assertions) { 2_900_000_u32 } else { 29_000_000 };
    let bytes: Vec<u8> = (0..length).map(|number| number.to_le_bytes()[1]).collect();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes);
    let mut raw = format!(
        "{OUTER}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip; name=\"../../a.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    );
    for line in encoded.as_bytes().chunks(76) {
        raw.push_str(std::str::from_utf8(line).unwrap());
        raw.push_str("\r\n");
    }
    raw.push_str("--b--\r\n");
    assert!(raw.len() < limits::MAIL_BYTES);
    let mail = read(&raw);
    assert_eq!(mail.attachments[0].name.as_str(), "a.zip");
    assert_eq!(mail.attachments[0].length, bytes.len());
    assert!(mail.attachments[0].bytes(raw.as_bytes()).as_ref() == bytes);
}

#[test]
fn bombs_of_headers_are_cut() {
    let fields = "X-Bomb: y\r\n".repeat(100_000);
    let mail = read(&format!("{OUTER}{fields}\r\nneedle"));
    assert!(mail.condition.header_is_cut);
    assert_eq!(mail.words.text, "needle");
    for field in [
        format!("References: {}", "<a@b> ".repeat(10_000)),
        format!("Cc: {}", "a@b.example, ".repeat(4_000)),
        format!("Cc: {}", "(".repeat(60_000)),
        format!("Cc: {}", "\"\\".repeat(30_000)),
        format!("X: {}", "=?utf-8?Q?a?= ".repeat(4_000)),
        format!("Content-Disposition: attachment{}", "; filename*1*=a".repeat(4_000)),
        format!("Content-Type: text/plain; charset={}", "x".repeat(60_000)),
        format!("Content-Type: multipart/mixed; boundary={}", "x".repeat(60_000)),
        format!("Message-ID: <{}@b>", "x".repeat(60_000)),
        format!("Date: {}", "1".repeat(60_000)),
        format!("X: {}\r\n", "y\r\n ".repeat(15_000)),
    ] {
        let mail = read(&format!("{OUTER}{field}\r\n\r\nneedle"));
        assert!(mail.references.len() <= limits::REFERENCES);
        assert!(mail.cc.len() <= limits::ADDRESSES);
        let file = mail.attachments.first().map(|file| file.name.as_str().len());
        assert!(
            mail.words.text.trim() == "needle" || file.is_some_and(|length| length <= 255),
            "{field:.40}"
        );
    }
}

#[test]
fn bombs_in_bodies_stay_linear() {
    let million = 1_000_000;
    for (kind, body) in [
        ("text/html", "<div>".repeat(million / 5)),
        ("text/html", "<blockquote>".repeat(million / 12)),
        ("text/html", "<blockquote>a</blockquote>".repeat(million / 26)),
        ("text/html", "<span style='font-size:0'>".repeat(million / 26)),
        ("text/html", "<p style=display:none><b>".repeat(million / 26)),
        ("text/html", "<a href='https://x.example'>x".repeat(million / 30)),
        ("text/plain", "x:\n".repeat(million / 3)),
        ("text/plain", "1:\n\n".repeat(million / 4)),
        ("text/plain", "-----a-----\n".repeat(million / 12)),
        ("text/plain", ">".repeat(million)),
        ("text/plain", "\n".repeat(million)),
        ("text/plain; format=flowed", "a \n".repeat(million / 3)),
        ("text/calendar", "DESCRIPTION:\\n\n ".repeat(million / 16)),
        ("multipart/mixed; boundary=b", "--bb\n".repeat(million / 5)),
        ("multipart/mixed", "--b\n\n--b--\n".repeat(million / 10)),
        (
            "multipart/alternative; boundary=b",
            "--b\nContent-Type: text/html\n\nx\n".repeat(million / 32),
        ),
    ] {
        read(&format!("{OUTER}Content-Type: {kind}\r\n\r\n{body}"));
    }
}

#[test]
fn no_header_of_ours_comes_out_of_theirs() {
    for trick in [
        "Subject: outer\r\nFrom: Ann\r\n <ann@one.example>\r\n\r\nBcc: x@y.example\r\n\r\nneedle",
        "Subject: =?utf-8?Q?outer=0D=0ABcc:_x@y.example?=\r\nFrom: ann@one.example\r\n\r\nneedle",
        "Subject: outer\r\nFrom: =?utf-8?B?QQ0KQmNjOiB4?= <ann@one.example>\r\n\r\nneedle",
    ] {
        let mail = Arrival::of_bytes(trick.as_bytes().to_vec(), &Store::default()).mail;
        let texts = mail.subject.iter().chain(mail.from.iter().filter_map(|one| one.name.as_ref()));
        for text in texts {
            assert!(!text.contains(['\r', '\n']), "{text:?}");
            assert!(copilot_mail::write::HeaderText::parse(text).is_ok());
        }
    }
}

/// A generator that draws the same numbers everywhere.
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 16).unwrap()
}

#[test]
fn every_mail_cut_anywhere_and_damaged_at_random_is_kept() {
    let mut tried = 0;
    let mut state = 42;
    for name in NAMES {
        let whole = harness::raw(name);
        let cuts = (0..whole.len()).step_by(37).map(|end| whole[..end].to_vec());
        let mut inputs: Vec<Vec<u8>> = cuts.collect();
        for _ in 0..1_000 {
            let mut damaged = whole.clone();
            for _ in 0..whole.len().div_ceil(100) {
                let place = next(&mut state) % damaged.len();
                damaged[place] = u8::try_from(next(&mut state) % 256).unwrap();
            }
            inputs.push(damaged);
        }
        for raw in inputs {
            let started = Instant::now();
            let arrival = Arrival::of_bytes(raw, &Store::default());
            assert!(started.elapsed() < Duration::from_secs(1));
            if let Some(why) = arrival.mail.condition.unread {
                assert_eq!(why, Unread::NoHeader);
                assert_eq!(arrival.mail.attachments[0].bytes(&arrival.raw), arrival.raw);
            }
            assert!(!arrival.mail.words.text.contains('\0'));
            tried += 1;
        }
    }
    assert!(tried >= 20_000);
}
