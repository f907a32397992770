use proptest::prelude::*;

use super::*;

fn receipt() -> Receipt {
    Receipt {
        sender: EnvelopeSender::parse("ann@one.example"),
        recipients: vec!["support@desk.example".to_owned()],
        received_at: "2026-11-02T12:00:00Z".parse().unwrap(),
        verdicts: Verdicts::PASSED,
    }
}

fn read(mail: &[u8]) -> InboundMail {
    InboundMail::read(mail, &receipt())
}

#[test]
fn what_is_no_mail_is_kept_as_a_file() {
    for raw in [&b""[..], b"\r\n", b"hello\nworld", b"\xff\xfe\0\0", b"\n\nFrom: a@b.example\n\nx"]
    {
        let mail = read(raw);
        assert_eq!(mail.condition.unread, Some(Unread::NoHeader));
        assert_eq!(mail.attachments.len(), 1);
        assert_eq!(mail.attachments[0].bytes(raw), raw);
    }
    assert_eq!(read(b"hello\nworld").words.text, "hello\nworld");
}

#[test]
fn one_byte_too_many_is_kept_with_its_sender() {
    let mut raw = b"From: Ann <ann@one.example>\r\nSubject: big\r\n\r\n".to_vec();
    raw.resize(limits::MAIL_BYTES, b'x');
    assert_eq!(read(&raw).condition.unread, None);
    raw.push(b'x');
    let mail = read(&raw);
    assert_eq!(mail.condition.unread, Some(Unread::TooLarge));
    assert_eq!(mail.sender_address().unwrap().as_str(), "ann@one.example");
    assert_eq!(mail.words.text, "big");
    assert_eq!(mail.attachments[0].bytes(&raw).len(), raw.len());
}

#[test]
fn line_ends_may_be_of_any_kind() {
    let text = "From: ann@one.example\nSubject: a\n b\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\none\ntwo\n--x--\n";
    for end in ["\r\n", "\n", "\r"] {
        let mail = read(text.replace('\n', end).as_bytes());
        assert_eq!(mail.subject.as_deref(), Some("a b"), "{end:?}");
        assert_eq!(mail.words.text, "one\ntwo", "{end:?}");
        assert!(!mail.condition.is_damaged);
    }
}

#[test]
fn several_senders_are_none() {
    for from in [
        "From: a@b.example, c@d.example",
        "From: a@b.example\nFrom: c@d.example",
        "From: Dana <a@b.example> <c@d.example>",
        "Subject: none",
    ] {
        let mail = read(format!("{from}\n\nx").as_bytes());
        assert_eq!(mail.sender(), None, "{from}");
        assert_eq!(receipt().proof(&mail), SenderProof::NotProven, "{from}");
    }
}

#[test]
fn without_a_policy_an_aligned_check_proves_the_sender() {
    let mail = |further: &str| read(format!("From: a@bank.example\n{further}\n\nx").as_bytes());
    let proof = |mail: &InboundMail, sender: &str, spf, dkim| {
        let mut receipt = receipt();
        receipt.sender = EnvelopeSender::parse(sender);
        receipt.verdicts = Verdicts { spf, dkim, dmarc: Verdict::Unknown, ..Verdicts::PASSED };
        receipt.proof(mail)
    };
    use SenderProof::{NotProven, Proven};
    use Verdict::{Pass, Unknown};
    let plain = mail("X: y");
    assert_eq!(proof(&plain, "x@bounce.bank.example", Pass, Unknown), Proven);
    assert_eq!(proof(&plain, "x@evil.example", Pass, Pass), NotProven);
    assert_eq!(proof(&plain, "", Pass, Unknown), NotProven);
    let signed = mail("DKIM-Signature: v=1; a=rsa; d=Bank.example; s=x; b=y");
    assert_eq!(proof(&signed, "", Unknown, Pass), Proven);
    assert_eq!(proof(&signed, "", Unknown, Unknown), NotProven);
    let twice = mail("DKIM-Signature: d=bank.example\nDKIM-Signature: d=evil.example");
    assert_eq!(proof(&twice, "", Unknown, Pass), NotProven);
}

#[test]
fn a_header_that_others_may_read_otherwise_proves_nobody() {
    let bomb = format!("{}DKIM-Signature: d=evil.example", "X: y\n".repeat(600));
    for further in
        ["no field\nFrom: x@evil.example", "X: a\rFrom: x@evil.example", "X: a\0b", bomb.as_str()]
    {
        let mail = read(format!("From: a@bank.example\n{further}\n\nx").as_bytes());
        assert!(mail.sender_address().is_some(), "{further:.40}");
        assert_eq!(receipt().proof(&mail), SenderProof::NotProven, "{further:.40}");
    }
}

#[test]
fn a_named_first_part_and_a_charset_in_html_are_words() {
    let named = "Subject: s\nContent-Type: text/plain; charset=utf-8; name=body.txt\n\nwords";
    assert_eq!(read(named.as_bytes()).words.text, "words");
    let file = "Subject: s\nContent-Type: text/plain\nContent-Disposition: attachment\n\nwords";
    assert_eq!(read(file.as_bytes()).attachments.len(), 1);
    for meta in [
        "<meta charset=windows-1251>",
        "<META http-equiv=\"Content-Type\" content='text/html; charset=\"windows-1251\"'>",
    ] {
        let mut html = format!("Subject: s\nContent-Type: text/html\n\n<html><head>{meta}</head>")
            .into_bytes();
        html.extend(b"<p>\xef\xf0\xe8</p>");
        assert_eq!(read(&html).words.text, "при", "{meta}");
    }
}

#[test]
fn a_disowned_sender_is_worse_than_an_unproven_one() {
    let mail = read(b"From: a@bank.example\n\nx");
    let proof = |dmarc_policy| {
        let mut receipt = receipt();
        receipt.verdicts.dmarc = Verdict::Fail;
        receipt.verdicts.dmarc_policy = dmarc_policy;
        receipt.proof(&mail)
    };
    assert_eq!(proof(Some(DmarcPolicy::None)), SenderProof::NotProven);
    assert_eq!(proof(Some(DmarcPolicy::Quarantine)), SenderProof::Disowned);
    assert_eq!(proof(Some(DmarcPolicy::Reject)), SenderProof::Disowned);
    assert_eq!(proof(None), SenderProof::Disowned);
}

#[test]
fn impossible_dates_are_none() {
    let date = |text: &str| read(format!("Date: {text}\n\nx").as_bytes()).sent_at;
    assert!(date("Mon, 02 Nov 2026 12:00:00 +0000 (UTC)").is_some());
    assert!(date("2 Nov 2026 12:00 +0100").is_some());
    for text in
        ["nonsense", "", "Mon, 02 Nov 1970 12:00:00 +0000", "Wed, 04 Nov 2026 12:00:00 +0000"]
    {
        assert_eq!(date(text), None, "{text}");
    }
}

fn mixed(parts: &[(&str, &str)]) -> String {
    let mut text =
        "From: a@b.example\nSubject: s\nContent-Type: multipart/mixed; boundary=x\n\n".to_owned();
    for (header, body) in parts {
        text.push_str(&format!("--x\n{header}\n\n{body}\n"));
    }
    text + "--x--\n"
}

#[test]
fn words_come_from_every_text_part_in_order() {
    let mail = read(
        mixed(&[
            ("Content-Type: text/plain", "above"),
            ("Content-Type: image/png\nContent-ID: <p1>\nContent-Disposition: inline", "png"),
            ("Content-Type: text/plain", "below"),
            ("Content-Type: text/plain\nContent-Disposition: attachment; filename=n.txt", "file"),
        ])
        .as_bytes(),
    );
    assert_eq!(mail.words.text, "above\nbelow");
    let names: Vec<_> =
        mail.attachments.iter().map(|a| (a.name.as_str(), a.content_id.as_deref())).collect();
    assert_eq!(names, [("attachment-1.png", Some("p1")), ("n.txt", None)]);
}

fn alternative(plain: &str, html: &str) -> Words {
    let text = format!(
        "Subject: s\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\n{plain}\n--x\nContent-Type: text/html\n\n{html}\n--x--\n"
    );
    read(text.as_bytes()).words
}

#[test]
fn of_alternatives_plain_text_is_taken_if_it_says_anything() {
    assert_eq!(alternative("plain", "<p>html").text, "plain");
    assert_eq!(alternative(" \n", "<p>html").text, "html");
    let pointer = "This is an HTML mail. Please view it in a browser.";
    assert_eq!(alternative(pointer, "<p>html").text, "html");
    assert_eq!(alternative(pointer, "<p></p>").text, pointer);
    assert_eq!(alternative(" ", "<p></p>").text, "s");
}

#[test]
fn what_html_quotes_is_folded_and_what_it_hides_is_gone() {
    for html in [
        "<div>Yes.</div><div class=\"gmail_quote\"><div>On x wrote:</div><blockquote>older</blockquote></div>",
        "<p>Yes.</p><blockquote type=cite><p>older</p></blockquote>",
        "<p>Yes.</p><div id=divRplyFwdMsg>From: x</div><div>older</div>",
        "<p>Yes.<span style='display:none'>secret</span></p><hr><div id=appendonsend></div><p>older</p>",
    ] {
        let words = alternative("", html);
        assert_eq!(words.own().trim_end_matches("\n---").trim(), "Yes.", "{html}");
        assert!(words.quoted().contains("older"), "{html}");
        assert!(!words.text.contains("secret"), "{html}");
    }
}

#[test]
fn two_deliveries_of_one_mail_have_one_digest() {
    let mail = "From: a@b.example\nMessage-ID: <1@b.example>\nDate: x\n\nhello\n";
    let digest = |text: &str| read(text.as_bytes()).digest;
    assert_eq!(digest(mail), digest(&format!("Received: by y\nReturn-Path: <q@r>\n{mail}")));
    assert_eq!(digest(mail), digest(&mail.replace('\n', "\r\n")));
    assert_ne!(digest(mail), digest(&mail.replace("hello", "hullo")));
    assert_ne!(digest(mail), digest(&mail.replace("a@b", "c@b")));
}

proptest! {
    #[test]
    fn never_panics(raw in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mail = read(&raw);
        for attachment in &mail.attachments {
            attachment.bytes(&raw);
        }
    }

    /// Whatever the structure is said to be, a word of the body is among the words or in a file.
    #[test]
    fn no_word_of_a_body_is_lost(
        kind in "(text/plain|text/html|multipart/mixed|multipart/alternative; boundary=b|message/rfc822|x|image/png|text/calendar|application/ms-tnef)",
        encoding in "(7bit|8bit|quoted-printable|nonsense)",
        charset in "(utf-8|iso-8859-1|shift_jis|x|us-ascii)",
        inner in "(--b\n|--b--\n|--c\n|X: y\n|\n|> |=\n|;){0,8}",
    ) {
        let raw = format!("Subject: s\nContent-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{inner}\nneedle 42\n");
        let mail = read(raw.as_bytes());
        let files: Vec<u8> = mail.attachments.iter().flat_map(|a| a.bytes(raw.as_bytes()).into_owned()).collect();
        let in_files = String::from_utf8_lossy(&files).contains("needle 42");
        // In the header of a part it is no word of the body.
        let in_header = inner.ends_with("Content-Type: text/html\n");
        prop_assert!(mail.words.text.contains("needle 42") || in_files || in_header, "{:?}", mail);
    }
}
