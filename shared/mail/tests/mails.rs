//! Twenty mails that broke other programs, each with what must become of it. Where they come from
//! stands in `mails/SOURCES.md`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod harness;

use copilot_mail::read::{
    AutomaticKind, BounceOutcome, DmarcPolicy, InboundMail, Verdict, Verdicts, WordsSource,
};
use copilot_mail::thread::{AcknowledgementCounts, Clues, Decision, HoldReason};
use harness::{Arrival, NAMES, Store, ticket};

fn new_ticket() -> Decision {
    Decision::NewTicket { claims: None, is_proven: true }
}

fn customers_message() -> Decision {
    Decision::AddAsCustomer { ticket: ticket(), may_reopen: true }
}

/// Name, media type, length and digest of each file.
fn files(arrival: &Arrival) -> Vec<(String, String, usize, String)> {
    let files = arrival.mail.attachments.iter().map(|file| {
        let bytes = file.bytes(&arrival.raw);
        let name = file.name.as_str().to_owned();
        (name, file.media_type.clone(), bytes.len(), harness::sha256(&bytes))
    });
    files.collect()
}

fn file(
    name: &str,
    media_type: &str,
    length: usize,
    digest: &str,
) -> (String, String, usize, String) {
    (name.to_owned(), media_type.to_owned(), length, digest.to_owned())
}

fn sender(mail: &InboundMail) -> (Option<&str>, Option<&str>) {
    let sender = mail.sender().unwrap();
    (sender.name.as_deref(), sender.address.as_ref().map(|address| address.as_str()))
}

#[test]
fn rfc2231_wrong_charset() {
    let arrival = Arrival::of("rfc2231_wrong_charset");
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(arrival.mail.subject.as_deref(), Some("Drawing for order 5512"));
    assert_eq!(arrival.mail.words.text, "The drawing for order 5512 is attached.");
    let digest = "894e3876a549104071105ed1900d2e61ab6614128cac9f2fea793e7cc40fdcd4";
    assert_eq!(files(&arrival), [file("Grundriß Küche.pdf", "application/pdf", 55, digest)]);
}

#[test]
fn raw_8bit_headers() {
    let arrival = Arrival::of("raw_8bit_headers");
    let mail = &arrival.mail;
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(sender(mail), (Some("Jörg Müller"), Some("jo@moebel.example")));
    assert_eq!(mail.subject.as_deref(), Some("Rückfrage zur Größe"));
    assert_eq!(
        mail.words.text,
        "Passt das Regal in eine Nische von 80 cm? Die Schränke sind größer."
    );
    let cc: Vec<_> = mail
        .cc
        .iter()
        .map(|one| (one.name.as_deref().unwrap(), one.address.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(cc, [("Größe & Co", "info@groesse.example"), ("Käthe", "kaethe@moebel.example")]);
}

#[test]
fn split_encoded_words() {
    let arrival = Arrival::of("split_encoded_words");
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(arrival.mail.subject.as_deref(), Some("Parcel 📦 broken – wrong size"));
    assert_eq!(sender(&arrival.mail), (Some("\"Tanaka, Yuki\" 😀"), Some("yuki@mail.example")));
    let family = "👨\u{200d}👩\u{200d}👧";
    assert_eq!(
        arrival.mail.words.text,
        format!("It arrived broken 😢. {family} are disappointed.")
    );
}

#[test]
fn empty_message_ids_join_nothing() {
    let one = Arrival::of("empty_message_id_1");
    let two = Arrival::of("empty_message_id_2");
    for arrival in [&one, &two] {
        assert_eq!(arrival.decision, new_ticket());
        assert_eq!(arrival.mail.message_id, None);
        assert_eq!(arrival.clues.ids, []);
    }
    assert_ne!(one.mail.digest, two.mail.digest);
    assert_eq!(one.mail.subject.as_deref(), Some("Where is my refund"));
    assert_eq!(two.mail.subject.as_deref(), Some("Change of address"));
}

#[test]
fn the_same_message_id_does_not_make_the_same_mail() {
    let one = Arrival::of("same_message_id_1");
    let two = Arrival::of("same_message_id_2");
    assert_eq!(one.mail.message_id, two.mail.message_id);
    assert_ne!(one.mail.digest, two.mail.digest);
    assert!(one.mail.words.text.contains("771") && two.mail.words.text.contains("809"));
    // The first once more, relayed by another server.
    let mut again = b"Received: by mx.example; Mon, 2 Nov 2026 12:00:00 +0000\r\n".to_vec();
    again.extend(&one.raw);
    assert_eq!(Arrival::of_bytes(again, &Store::default()).mail.digest, one.mail.digest);
}

#[test]
fn calendar_invite() {
    let arrival = Arrival::of("calendar_invite");
    let words = &arrival.mail.words;
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(words.source, WordsSource::Calendar);
    assert_eq!(
        words.text,
        "Installation of the dishwasher\n2026-11-10 08:30 to 09:30 UTC\n12 Elm Road, ground floor\nThe fitter comes between 8:30 and 9:30.\nPlease have order 4410 ready."
    );
    let digest = "034936d257e066e905232606a741b9958afa5358ac8d66d216dbf4280833503f";
    assert_eq!(files(&arrival), [file("attachment-1.ics", "text/calendar", 488, digest)]);
}

#[test]
fn winmail_dat() {
    let arrival = Arrival::of("winmail_dat");
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(arrival.mail.words.source, WordsSource::Outlook);
    assert_eq!(arrival.mail.words.text, "The cupboard came without hinges – see the list.");
    let container = "b3b7a9187610698158c9dacd6cd166e11528f36f761f752d1fa6415f1e015195";
    let list = "f1c73647238430f6c3560fd69dbcf63ee9c06aee39bfb92157d28ff05a715c74";
    assert_eq!(
        files(&arrival),
        [
            file("winmail.dat", "application/ms-tnef", 282, container),
            file("missing parts.csv", "application/octet-stream", 32, list)
        ]
    );
}

#[test]
fn bounce_dsn() {
    let arrival = Arrival::of("bounce_dsn");
    let reported = Decision::MarkReported { ticket: ticket(), message: Some(harness::message()) };
    assert_eq!(arrival.decision, reported);
    let bounce = arrival.mail.bounce.as_ref().unwrap();
    assert!(bounce.is_final());
    let recipient = &bounce.recipients[0];
    assert_eq!(recipient.address.as_ref().unwrap().as_str(), "carl@shop.example");
    assert_eq!(
        (recipient.outcome, recipient.status.as_deref()),
        (BounceOutcome::Failed, Some("5.1.1"))
    );
    assert!(arrival.acknowledgement.is_err());

    // Without the address's tag, by our own id alone; without that, by the server's.
    let plain = arrival.text().replace(&harness::label(), "x");
    assert_eq!(Arrival::of_bytes(plain.into(), &Store::default()).decision, reported);
    let plain = arrival.text().replace(&harness::label(), "x").replace(&harness::own_id(), "x@y");
    assert_eq!(Arrival::of_bytes(plain.into(), &Store::default()).decision, reported);
    // A forged one that names nothing of ours.
    let forged = arrival.text().replace(&harness::label(), "x").replace('<', "<x");
    let decision = Arrival::of_bytes(forged.into(), &Store::default()).decision;
    assert!(matches!(decision, Decision::Hold { why: HoldReason::UnknownReport, .. }));
}

#[test]
fn loop_out_of_office() {
    let arrival = Arrival::of("loop_out_of_office");
    assert_eq!(arrival.decision, Decision::AddNote { ticket: ticket() });
    assert_eq!(arrival.mail.automatic, AutomaticKind::OutOfOffice);
    assert!(arrival.acknowledgement.is_err());
}

#[test]
fn loop_other_helpdesk() {
    let arrival = Arrival::of("loop_other_helpdesk");
    assert_eq!(arrival.decision, new_ticket());
    // Fifty times within an hour, each with a number of its own: all are kept, one is answered.
    let (mut opened, mut sent) = (0, 0);
    for number in 0..50 {
        let raw = arrival.text().replace("90211", &format!("{number}"));
        let store = Store {
            tickets_of_sender: opened,
            counts: AcknowledgementCounts {
                to_sender_in_last_hour: sent,
                to_sender_in_last_day: sent,
                in_last_hour: sent,
            },
            ..Store::default()
        };
        let arrival = Arrival::of_bytes(raw.into(), &store);
        match arrival.decision {
            Decision::NewTicket { .. } => opened += 1,
            Decision::Hold { why: HoldReason::TooManyTickets, .. } => {}
            other => panic!("{other:?}"),
        }
        sent += u32::from(arrival.acknowledgement.is_ok());
    }
    assert_eq!((opened, sent), (20, 1));
}

#[test]
fn hebrew_rtl() {
    let arrival = Arrival::of("hebrew_rtl");
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(sender(&arrival.mail), (Some("נועה"), Some("noa@mail.example")));
    assert_eq!(arrival.mail.subject.as_deref(), Some("שאלה על הזמנה 2021"));
    assert_eq!(arrival.mail.words.text, "שלום, החבילה לא הגיעה. מספר ההזמנה: 2021.");
    let digest = "d5a47f8b1caba51ae85820fbc05460d348a266555df816f2357035b371b1542e";
    assert_eq!(files(&arrival), [file("invoice_fdp.exe", "application/octet-stream", 20, digest)]);
    assert!(arrival.mail.attachments[0].name.is_program());
}

#[test]
fn from_without_address() {
    let arrival = Arrival::of("from_without_address");
    assert_eq!(arrival.decision, Decision::NewTicket { claims: None, is_proven: false });
    assert_eq!(sender(&arrival.mail), (Some("Überraschungsgrüße"), None));
    assert_eq!(arrival.mail.subject.as_deref(), Some("🎁 Gewinn 🎁"));
    let text = arrival.mail.words.text.replace("\n\n", "\n");
    assert_eq!(text, "Sie haben nichts gewonnen.\nWirklich\nNichts");
    assert!(arrival.acknowledgement.is_err());
}

#[test]
fn iso_2022_jp() {
    let arrival = Arrival::of("iso_2022_jp");
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(sender(&arrival.mail), (Some("花子"), Some("hana..ko.@keitai.example")));
    assert_eq!(arrival.mail.subject.as_deref(), Some("注文の件"));
    assert_eq!(
        arrival.mail.words.text,
        "お世話になっています。注文番号2021の商品が届きません。\n①②"
    );
    let address = arrival.mail.sender_address().unwrap();
    assert_eq!(address.to_wire(), "\"hana..ko.\"@keitai.example");
}

#[test]
fn broken_mime() {
    let arrival = Arrival::of("broken_mime");
    assert_eq!(arrival.decision, new_ticket());
    assert_eq!(arrival.mail.subject.as_deref(), Some("Scan of the form"));
    assert_eq!(arrival.mail.words.text, "The scan of form 12 is attached.");
    assert_eq!(arrival.mail.sent_at, None);
    assert!(arrival.mail.condition.is_damaged);
    let form = &arrival.mail.attachments[0];
    assert_eq!(form.name.as_str(), "form.csv");
    assert!(form.is_damaged);
    assert!(form.bytes(&arrival.raw).starts_with(b"column a,colum"));
}

#[test]
fn only_signature_and_quote() {
    let arrival = Arrival::of("only_signature_and_quote");
    assert_eq!(arrival.decision, customers_message());
    let words = &arrival.mail.words;
    assert_eq!(words.own(), "");
    assert_eq!(words.shown(), words.text);
    assert!(words.text.contains("Eva") && words.text.contains("> yes / no"));
}

#[test]
fn spoofed_reply() {
    let store = Store {
        verdicts: Verdicts {
            spf: Verdict::Fail,
            dkim: Verdict::Unknown,
            dmarc: Verdict::Fail,
            dmarc_policy: Some(DmarcPolicy::Reject),
            ..Verdicts::PASSED
        },
        ..Store::default()
    };
    let arrival = Arrival::with("spoofed_reply", &store);
    let held = Decision::Hold { why: HoldReason::Disowned, claims: Some(ticket()) };
    assert_eq!(arrival.decision, held);
    assert!(arrival.acknowledgement.is_err());
    // Where its domain asks for nothing, it is a ticket of its own.
    let verdicts = Verdicts { dmarc_policy: Some(DmarcPolicy::None), ..store.verdicts };
    let arrival = Arrival::with("spoofed_reply", &Store { verdicts, ..store });
    let own = Decision::NewTicket { claims: Some(ticket()), is_proven: false };
    assert_eq!(arrival.decision, own);
    assert!(arrival.acknowledgement.is_err());
}

#[test]
fn stranger_names_ticket() {
    let arrival = Arrival::of("stranger_names_ticket");
    let own = Decision::NewTicket { claims: Some(ticket()), is_proven: true };
    assert_eq!(arrival.decision, own);
    assert_eq!(sender(&arrival.mail).1, Some("nosy@stranger.example"));
}

#[test]
fn format_flowed() {
    let arrival = Arrival::of("format_flowed");
    assert_eq!(arrival.decision, customers_message());
    let words = &arrival.mail.words;
    assert_eq!(
        words.own(),
        "The lid does not close, and the handle is loose.\n>this line began with an angle bracket"
    );
    assert_eq!(words.quoted(), "Which part is broken?");
    assert!(words.text.ends_with("Hal"));
}

#[test]
fn what_holds_for_every_mail() {
    for name in NAMES {
        let started = std::time::Instant::now();
        let arrival = Arrival::of(name);
        assert!(started.elapsed().as_millis() < 250, "{name}");
        let mail = &arrival.mail;
        assert_eq!(mail.condition.unread, None, "{name}");
        let names = mail.attachments.iter().map(|file| file.name.as_str());
        let people = [&mail.from, &mail.to, &mail.cc, &mail.reply_to];
        let people = people.into_iter().flatten().filter_map(|one| one.name.as_deref());
        let lines: Vec<&str> = names.chain(people).chain(mail.subject.as_deref()).collect();
        for text in lines.iter().chain([&mail.words.text.as_str()]) {
            assert!(!text.contains('\u{fffd}'), "{name}: {text}");
            let takes = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
            assert!(text.chars().all(takes), "{name}: {text}");
        }
        for text in lines {
            let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!text.contains(turns), "{name}: {text}");
        }
        assert!(!mail.words.text.trim().is_empty(), "{name}");
        // Given again, it changes nothing.
        let store = Store { is_known: true, ..Store::default() };
        assert!(matches!(Arrival::with(name, &store).decision, Decision::Ignore { .. }), "{name}");
    }
}

#[test]
fn the_same_bytes_say_the_same() {
    for name in NAMES {
        let (one, two) = (Arrival::of(name), Arrival::of(name));
        assert_eq!(one.mail, two.mail);
        assert_eq!(one.clues, Clues::of(&two.mail, &two.receipt, &harness::desk()));
    }
}
