use proptest::prelude::*;

use super::*;
use crate::read::{
    AutomaticKind, EnvelopeSender, FileName, InboundMail, Receipt, Verdicts, WordsSource,
};
use crate::{MailAddress, MessageId};
use copilot_core::ticket::TicketId;

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

fn text(text: &str) -> HeaderText {
    HeaderText::parse(text).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn correspondent(name: &str, written: &str) -> Correspondent {
    Correspondent { name: HeaderText::parse(name).ok(), address: address(written) }
}

fn example(words: &str) -> Reply<'_> {
    Reply {
        from: correspondent("Desk, Support", "support@desk.example"),
        reply_to: address("support+20261101a1b2c3d4.aaaa@desk.example"),
        to: correspondent("Jörg \"Jo\" Müller", "jo@moebel.example"),
        cc: vec![],
        subject: text("AW: Größe & <Lid>"),
        id: id("20261101a1b2c3d4.m1.aaaa@desk.example"),
        answers: Some(id("raw8@moebel.example")),
        thread: vec![id("first@moebel.example"), id("raw8@moebel.example")],
        text: words,
        quoted: Some(Quoted {
            by: Some(text("Jörg Müller")),
            at: "2026-11-02T09:00:00Z".parse().unwrap(),
            text: "Passt das Regal?\nMeine Karte: 4111 1111 1111 1111",
        }),
        files: vec![],
        at: "2026-11-02T12:00:00Z".parse().unwrap(),
    }
}

fn read(raw: &[u8]) -> InboundMail {
    let receipt = Receipt {
        sender: EnvelopeSender::parse("support@desk.example"),
        recipients: vec![],
        received_at: "2026-11-02T12:00:00Z".parse().unwrap(),
        verdicts: Verdicts::PASSED,
    };
    InboundMail::read(raw, &receipt)
}

/// What every mail must keep to, so that each server on the way takes it.
fn assert_sendable(raw: &[u8]) {
    assert!(raw.is_ascii());
    let text = std::str::from_utf8(raw).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "bare line feeds");
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "bare carriage returns");
    assert!(!text.contains('\0'));
    let longest = text.split("\r\n").map(str::len).max().unwrap_or_default();
    assert!(longest <= 998, "a line of {longest}");
}

fn field_names(raw: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(raw).unwrap();
    let (header, _) = text.split_once("\r\n\r\n").unwrap();
    let fields = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split(':').next().unwrap().to_lowercase()).collect()
}

const FIELDS: [&str; 11] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "x-support-message",
    "in-reply-to",
    "references",
    "content-type",
    "mime-version",
];

fn assert_only_own_fields(raw: &[u8]) {
    let mut names = field_names(raw);
    names.sort_unstable();
    let mut expected = FIELDS.map(str::to_owned).to_vec();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn a_reply_is_read_as_it_was_meant() {
    let raw = reply(&example("Ja, 80 cm & mehr <b>passen</b>.\n\n> so?\nViele Grüße")).unwrap();
    assert_sendable(&raw);
    assert_only_own_fields(&raw);
    let mail = read(&raw);
    assert_eq!(mail.sender().unwrap().name.as_deref(), Some("Desk, Support"));
    assert_eq!(mail.to[0].name.as_deref(), Some("Jörg \"Jo\" Müller"));
    assert_eq!(mail.to[0].address, Some(address("jo@moebel.example")));
    assert_eq!(
        mail.reply_to[0].address.as_ref().unwrap().as_str(),
        "support+20261101a1b2c3d4.aaaa@desk.example"
    );
    assert_eq!(mail.subject.as_deref(), Some("Re: Größe & <Lid>"));
    assert_eq!(mail.in_reply_to, [id("raw8@moebel.example")]);
    let own = "20261101a1b2c3d4.m1.aaaa@desk.example";
    assert_eq!(mail.references, [id("first@moebel.example"), id("raw8@moebel.example"), id(own)]);
    assert_eq!(mail.claims_to_be, Some(id(own)));
    assert_eq!(mail.automatic, AutomaticKind::None);
    assert!(mail.words.text.starts_with("Ja, 80 cm & mehr <b>passen</b>.\n\n> so?\nViele Grüße\n\nJörg Müller, 2026-11-02 09:00 UTC:\n> Passt das Regal?"), "{}", mail.words.text);
    assert!(!mail.words.text.contains("4111 1111"), "card numbers are masked");
    assert_eq!(mail.condition, crate::read::Condition::default());
}

#[test]
fn another_parser_reads_the_same() {
    let mut with_file = example("Ja.");
    let name = FileName::clean("Grundriß \"Küche\".pdf").unwrap();
    with_file.files =
        vec![OutgoingFile { name, media_type: "application/pdf", bytes: b"\0\xff\r\nx" }];
    let raw = reply(&with_file).unwrap();
    assert_sendable(&raw);
    let parsed = mail_parser::MessageParser::default().parse(&raw).unwrap();
    assert_eq!(parsed.subject(), Some("Re: Größe & <Lid>"));
    let to = parsed.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Jörg \"Jo\" Müller"), Some("jo@moebel.example")));
    assert!(parsed.body_text(0).unwrap().starts_with("Ja.\r\n"));
    let html = parsed.body_html(0).unwrap();
    assert!(html.contains("<p dir=\"auto\">Ja.</p>") && html.contains("<blockquote"), "{html}");
    use mail_parser::MimeHeaders;
    let file = parsed.attachment(0).unwrap();
    assert_eq!(file.attachment_name(), Some("Grundriß _Küche_.pdf"));
    assert_eq!(file.contents(), b"\0\xff\r\nx");
    let own = read(&raw);
    assert_eq!(own.attachments[0].name.as_str(), "Grundriß _Küche_.pdf");
    assert_eq!(own.attachments[0].bytes(&raw).as_ref(), b"\0\xff\r\nx");
}

#[test]
fn words_are_data_in_html() {
    let raw = reply(&example("<script>alert(1)</script> \"'&amp; <a href=x>")).unwrap();
    let parsed = mail_parser::MessageParser::default().parse(&raw).unwrap();
    let html = parsed.body_html(0).unwrap().into_owned();
    assert!(
        html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp;amp; &lt;a"),
        "{html}"
    );
    assert!(!html.contains("<script") && !html.contains("<a "), "{html}");
}

#[test]
fn a_mailbox_with_dots_in_a_row_is_quoted() {
    let mut to_japan = example("はい。");
    to_japan.to = correspondent("花子", "hana..ko.@keitai.example");
    let raw = reply(&to_japan).unwrap();
    assert_sendable(&raw);
    assert!(String::from_utf8_lossy(&raw).contains("<\"hana..ko.\"@keitai.example>"));
    let mail = read(&raw);
    assert!(
        mail.to[0].address.as_ref().unwrap().is_same_mailbox(&address("hana..ko.@keitai.example"))
    );
}

#[test]
fn what_cannot_go_says_why() {
    assert_eq!(reply(&example(" \n")), Err(CannotWrite::Blank));
    assert_eq!(reply(&example(&"x".repeat(32_001))), Err(CannotWrite::TooLong));
    let mut many = example("x");
    many.cc = (0..50).map(|n| correspondent("", &format!("a{n}@b.example"))).collect();
    assert_eq!(reply(&many), Err(CannotWrite::TooManyRecipients));
    let mut program = example("x");
    let name = FileName::clean("a.EXE").unwrap();
    program.files = vec![OutgoingFile { name: name.clone(), media_type: "x/y", bytes: b"" }];
    assert_eq!(reply(&program), Err(CannotWrite::Program(name)));
    let large = vec![0; crate::limits::ATTACHED_BYTES + 1];
    let mut large_file = example("x");
    let name = FileName::clean("a.bin").unwrap();
    large_file.files = vec![OutgoingFile { name, media_type: "x/y", bytes: &large }];
    assert_eq!(reply(&large_file), Err(CannotWrite::TooLarge));
    let mut foreign = example("x");
    foreign.to = correspondent("", "jörg@moebel.example");
    assert_eq!(reply(&foreign), Err(CannotWrite::NotAscii));
}

#[test]
fn a_long_conversation_stays_sendable() {
    let mut long = example("x");
    long.thread =
        (0..1_000).map(|n| id(&format!("{n}.{}@x.example", "y".repeat(n % 480)))).collect();
    long.subject = text(&"Größe ".repeat(160));
    let words = "w".repeat(5_000) + "\n" + &"ä".repeat(5_000);
    long.text = &words;
    long.cc =
        (0..49).map(|n| correspondent(&"ü".repeat(200), &format!("a{n}@b.example"))).collect();
    let raw = reply(&long).unwrap();
    assert_sendable(&raw);
    let text = String::from_utf8(raw.clone()).unwrap();
    let references = text.split("References: ").nth(1).unwrap();
    let lines = references.split("\r\n").enumerate();
    let folded = lines.take_while(|(number, line)| *number == 0 || line.starts_with([' ', '\t']));
    let references: String = folded.map(|(_, line)| line).collect();
    assert!(references.len() <= 1_500);
    let mail = read(&raw);
    assert_eq!((mail.cc.len(), mail.words.own().starts_with("wwww")), (49, true));
}

#[test]
fn a_long_quotation_is_cut() {
    let mut long = example("x");
    let words = "line\n".repeat(1_000);
    long.quoted = long.quoted.map(|quoted| Quoted { text: &words, ..quoted });
    let mail = read(&reply(&long).unwrap());
    assert_eq!(mail.words.text.matches("> line").count(), crate::limits::QUOTED_LINES);
    assert!(mail.words.text.ends_with("> …"));
}

#[test]
fn an_acknowledgement_holds_nothing_of_the_customer() {
    let raw = acknowledgement(&Acknowledgement {
        from: correspondent("Support", "support@desk.example"),
        reply_to: address("support+20261101a1b2c3d4.aaaa@desk.example"),
        to: address("jo@moebel.example"),
        ticket: TicketId::parse("TKT-20261101-A1B2C3D4").unwrap(),
        id: id("own@desk.example"),
        answers: Some(id("raw8@moebel.example")),
        at: "2026-11-02T12:00:00Z".parse().unwrap(),
    })
    .unwrap();
    assert_sendable(&raw);
    let mail = read(&raw);
    assert_eq!(mail.automatic, AutomaticKind::AutoReply);
    assert!(mail.asks_for_no_answer);
    assert_eq!(
        mail.subject.as_deref(),
        Some("We have received your message [TKT-20261101-A1B2C3D4]")
    );
    assert_eq!(mail.words.source, WordsSource::Plain);
    assert_eq!(mail.to[0].name, None);
}

proptest! {
    /// Whatever texts a reply is made of: no field more, no recipient more, and it is read as it was.
    #[test]
    fn nothing_gets_into_the_header(
        subject in "\\PC{1,300}",
        name in "\\PC{1,80}|[\"<>@,;:()\\\\ a=?]{1,40}",
        words in ".{0,400}|(\r|\n|\0|a|é|-- |From: x|Bcc: x@y.example){1,40}",
        file in "\\PC{1,80}",
    ) {
        let mut made = example("x");
        let (Ok(subject), Ok(name)) = (HeaderText::parse(&subject), HeaderText::parse(&name)) else {
            return Ok(());
        };
        prop_assume!(!words.trim().is_empty());
        made.subject = subject;
        made.to.name = Some(name);
        made.text = &words;
        let file = FileName::clean(&file).filter(|name| !name.is_program());
        made.files = file.iter().map(|name| OutgoingFile { name: name.clone(), media_type: "image/png", bytes: b"x" }).collect();
        let raw = reply(&made).unwrap();
        assert_sendable(&raw);
        assert_only_own_fields(&raw);
        let mail = read(&raw);
        prop_assert_eq!(mail.to.len(), 1);
        prop_assert_eq!(mail.to[0].address.clone(), Some(address("jo@moebel.example")));
        prop_assert_eq!(mail.cc, []);
        prop_assert_eq!(mail.attachments.len(), made.files.len());
        if let Some(file) = file {
            prop_assert_eq!(&mail.attachments[0].name, &file);
        }
    }
}
