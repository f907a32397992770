//! More mails of the kinds that broke other programs, small enough to stand here.

mod harness;

use copilot_mail::read::{AutomaticKind, InboundMail, WordsSource};
use copilot_mail::thread::{Decision, HoldReason};
use harness::{Arrival, Store, label, own_id, ticket};

/// A mail with the usual fields; line feeds become line ends as mail has them.
fn mail(further: &str, body: &[u8]) -> Vec<u8> {
    let header = format!(
        "Return-Path: <ann@one.example>\nFrom: Ann <ann@one.example>\nTo: support@desk.example\nSubject: s\n{further}\n\n"
    );
    let mut raw = header.replace('\n', "\r\n").into_bytes();
    raw.extend(body);
    raw
}

fn read(further: &str, body: &[u8]) -> InboundMail {
    Arrival::of_bytes(mail(further, body), &Store::default()).mail
}

fn words(further: &str, body: &[u8]) -> String {
    read(further, body).words.text
}

fn parts(kind: &str, parts: &[(&str, &str)]) -> InboundMail {
    let mut body = String::new();
    for (header, text) in parts {
        body.push_str(&format!("--b\r\n{}\r\n\r\n{text}\r\n", header.replace('\n', "\r\n")));
    }
    read(&format!("Content-Type: multipart/{kind}; boundary=b"), (body + "--b--\r\n").as_bytes())
}

#[test]
fn wrong_or_missing_charsets() {
    let typed = |charset: &str| format!("Content-Type: text/plain; charset={charset}");
    for (charset, body, text) in [
        ("cp932", &b"\x82\xa0\x82\xa2"[..], "あい"),
        ("utf-8", b"na\xefve \x96 caf\xe9", "naïve – café"),
        ("unknown-8bit", "größe".as_bytes(), "größe"),
        ("x-user-defined", b"gr\xf6\xdfe", "größe"),
        ("\"utf8\"", "größe".as_bytes(), "größe"),
        ("ks_c_5601-1987", b"\xc7\xd1\xb1\xdb", "한글"),
        ("gb18030", b"\xd6\xd0\x81\x30\x81\x30", "中\u{80}"),
        ("koi8-r", b"\xf0\xd2\xc9", "При"),
        ("windows-1256", b"\xe3\xd1\xcd\xc8\xc7", "مرحبا"),
        ("tis-620", b"\xca\xc7\xd1\xca", "สวัส"),
        ("", b"gr\xf6\xdfe", "größe"),
    ] {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        assert_eq!(words(&typed(charset), body), text, "{charset}");
    }
    let utf16 = "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64";
    assert_eq!(words(utf16, b"//5oAOkA"), "hé");
    // A short text that is rightly labelled is not guessed at.
    let short =
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable";
    assert_eq!(words(short, b"=C3=A9=C3=A8 ok"), "éè ok");
}

#[test]
fn headers_in_every_wrong_way() {
    let subject = |raw: &[u8]| {
        let mut bytes = b"From: a@b.example\r\nSubject: ".to_vec();
        bytes.extend(raw);
        bytes.extend(b"\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\nx");
        Arrival::of_bytes(bytes, &Store::default()).mail.subject.unwrap_or_default()
    };
    for (raw, text) in [
        (&b"\xef\xf0\xe8"[..], "при"),
        ("Größe".as_bytes(), "Größe"),
        (b"\x1b$BCmJ8\x1b(B", "注文"),
        (b"=?gb2312?Q?=C7=EB?= =?gb2312?Q?=CE=CA?=", "请问"),
        (b"=?utf-8?B?5rOo5pa?=\r\n =?utf-8?B?h?=", "注\u{fffd}"),
        (b"=?iso-2022-jp?B?GyRCQ21KOBsoQg==?=", "注文"),
        (b"=?us-ascii?Q?gr=F6=DFer?=", "größer"),
        (b"=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?= =?utf-8?Q?b?= c", "aéb c"),
        (b"=?utf-8?q?with space inside?=", "with space inside"),
        (b"a\0b\x07c", "a b c"),
    ] {
        let read = subject(raw);
        if text.contains('\u{fffd}') {
            assert!(!read.contains('\u{fffd}') && read.starts_with('注'), "{read}");
        } else {
            assert_eq!(read, text);
        }
    }
}

#[test]
fn file_names_in_every_wrong_way() {
    for (header, name) in [
        ("Content-Disposition: attachment; filename=\"=?utf-8?Q?J=C3=B6rg.pdf?=\"", "Jörg.pdf"),
        (
            "Content-Disposition: attachment;\n filename*0*=utf-8''J%C3;\n filename*1*=%B6rg.pdf",
            "Jörg.pdf",
        ),
        ("Content-Disposition: attachment; filename*=iso-8859-1'de'J%F6rg.pdf", "Jörg.pdf"),
        ("Content-Disposition: attachment; filename*=us-ascii''J%C3%B6rg.pdf", "Jörg.pdf"),
        ("Content-Type: application/pdf; name=\"J\u{f6}rg.pdf\"", "Jörg.pdf"),
        ("Content-Disposition: attachment; filename=a b.pdf", "a b.pdf"),
        ("Content-Disposition: attachment; filename=\"a.pdf", "a.pdf"),
        ("Content-Disposition: attachment; filename=\"\"", "attachment-1.bin"),
        ("Content-Type: image/png", "attachment-1.png"),
        (
            "Content-Disposition: attachment; filename=\"..\\\\..\\\\evil\u{202e}txt.scr\"",
            "eviltxt.scr",
        ),
    ] {
        let mail = parts("mixed", &[("Content-Type: text/plain", "x"), (header, "y")]);
        assert_eq!(mail.attachments[0].name.as_str(), name, "{header}");
        assert_eq!(mail.words.text, "x");
    }
}

#[test]
fn bodies_in_every_wrong_way() {
    let encoded = |encoding: &str| format!("Content-Transfer-Encoding: {encoding}");
    assert_eq!(words(&encoded("quoted-printable"), b"50 =% off=\r\n, =C3=A9"), "50 =% off, é");
    let footer = b"aGVsbG8=\r\n_______\r\nlist@x.example\r\n";
    assert_eq!(words(&encoded("base64"), footer), "hello\n_______\nlist@x.example");
    assert_eq!(words(&encoded("8-bit"), "é".as_bytes()), "é");
    assert_eq!(words(&encoded("x-uuencode"), b"begin 644 a\r\n%:&5L;&\\\r\n`\r\nend\r\n"), "hello");
    assert_eq!(words("Content-Type: text", b"hello"), "hello");
    assert_eq!(words("Content-Type:", b"hello"), "hello");
    assert_eq!(
        words("Content-Type: multipart/mixed; boundary=\"b", b"--b\r\n\r\nhello\r\n--b--"),
        "hello"
    );
    let inside = "multipart/mixed; boundary=cut";
    let body = b"--cut\r\n\r\none --cut two\r\n --cut\r\nthree\r\n--cutter\r\nfour\r\n--cut--\r\n";
    let text = "one --cut two\n --cut\nthree\n--cutter\nfour";
    assert_eq!(words(&format!("Content-Type: {inside}"), body), text);
}

#[test]
fn html_in_every_wrong_way() {
    let html = |body: &str| words("Content-Type: text/html; charset=utf-8", body.as_bytes());
    assert_eq!(html("<style>x</style><script>y</script><p>a<p>b"), "a\n\nb");
    assert_eq!(html("<div style=display:none>x</div>a<span style='font-size:0px'>y</span>"), "a");
    assert_eq!(html("a<img src=cid:x width=1 height=1>"), "a");
    assert_eq!(
        html("<a href='javascript:x'>a</a> <a href=https://x.example>b</a>"),
        "a b (https://x.example)"
    );
    assert_eq!(html("<title>t</title><!-- c -->a&nbsp;&#x202E;b"), "a \u{202e}b");
    // Words that cannot be seen are none: the subject stands in.
    assert_eq!(html("<p style='display:none'>x</p>"), "s");
}

#[test]
fn words_are_never_blank() {
    assert_eq!(words("X: y", b""), "s");
    assert_eq!(words("X: y", b" \r\n\r\n"), "s");
    let picture = parts("mixed", &[("Content-Type: image/png", "x")]);
    assert_eq!((picture.words.text.as_str(), picture.attachments.len()), ("s", 1));
    let forward = parts(
        "mixed",
        &[("Content-Type: message/rfc822", "From: x\r\nSubject: inner\r\n\r\ninner words")],
    );
    assert_eq!(
        (forward.words.text.as_str(), forward.attachments[0].name.as_str()),
        ("s", "attachment-1.eml")
    );
    let broken =
        "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64";
    let outlook = parts("mixed", &[("Content-Type: text/plain", ""), (broken, "eJ8+IgEA")]);
    assert_eq!(outlook.words.source, WordsSource::HiddenByOutlook);
    assert!(outlook.words.text.contains("winmail.dat"));
}

#[test]
fn forwarded_mail_keeps_its_inner_mail_whole() {
    let mail = parts(
        "mixed",
        &[
            ("Content-Type: text/plain", "see below"),
            (
                "Content-Type: message/rfc822",
                "From: x@y.example\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\ninner\r\n--c--",
            ),
        ],
    );
    assert_eq!(mail.words.text, "see below");
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.attachments[0].media_type, "message/rfc822");
}

#[test]
fn invitations_in_several_forms() {
    let event = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=de:Termin\r\nDTSTART;TZID=Europe/Berlin:20261110T083000\r\nEND:VEVENT\r\nEND:VCALENDAR";
    let text = "Termin\n2026-11-10 08:30 Europe/Berlin";
    assert_eq!(words("Content-Type: text/calendar; charset=utf-8", event.as_bytes()), text);
    let mail = parts("mixed", &[("Content-Type: text/calendar; name=invite.ics", event)]);
    assert_eq!((mail.words.text.as_str(), mail.attachments[0].name.as_str()), (text, "invite.ics"));
    let with_words = parts(
        "alternative",
        &[("Content-Type: text/plain", "hello"), ("Content-Type: text/calendar", event)],
    );
    assert_eq!(with_words.words.text, "hello");
    let answer = event.replace("REQUEST", "REPLY");
    assert_eq!(
        read("Content-Type: text/calendar", answer.as_bytes()).automatic,
        AutomaticKind::Calendar
    );
}

#[test]
fn bounces_that_say_so_in_words_only() {
    for (from, text) in [
        (
            "MAILER-DAEMON@mx.shop.example",
            format!(
                "Hi. This is the qmail-send program.\r\n<carl@shop.example>:\r\nNo mailbox.\r\n\r\n--- Below this line is a copy.\r\nMessage-ID: <{}>\r\n",
                own_id()
            ),
        ),
        (
            "Postmaster <postmaster@mx.shop.example>",
            format!("Non remis.\r\nReferences: <x@y.example> <{}>\r\n", own_id()),
        ),
    ] {
        let raw = format!(
            "Return-Path: <>\r\nFrom: {from}\r\nTo: support@desk.example\r\nSubject: failure\r\n\r\n{text}"
        );
        let arrival = Arrival::of_bytes(raw.into_bytes(), &Store::default());
        assert_eq!(arrival.mail.automatic, AutomaticKind::Bounce);
        let reported =
            Decision::MarkReported { ticket: ticket(), message: Some(harness::message()) };
        assert_eq!(arrival.decision, reported, "{from}");
    }
    let forged = "Return-Path: <>\r\nFrom: mailer-daemon@x.example\r\nTo: support@desk.example\r\n\r\n<20261101a1b2c3d4.reply-1.aaaaaaaaaaaaaaaaaaaaaaaaaa@desk.example>";
    let arrival = Arrival::of_bytes(forged.as_bytes().to_vec(), &Store::default());
    assert!(matches!(arrival.decision, Decision::Hold { why: HoldReason::UnknownReport, .. }));
}

#[test]
fn a_third_persons_answer_does_not_take_the_ticket_over() {
    let raw = format!(
        "Return-Path: <p@firm.example>\r\nFrom: Paul <p@firm.example>\r\nTo: support+{}@desk.example\r\nSubject: Re: s\r\nIn-Reply-To: <{}>\r\n\r\nI answer for Ann.",
        label(),
        own_id()
    );
    let arrival = Arrival::of_bytes(raw.into_bytes(), &Store::default());
    assert_eq!(arrival.decision, Decision::AddAsOther { ticket: ticket() });
}

#[test]
fn answers_find_their_ticket_without_the_address() {
    for fields in [
        format!("In-Reply-To: <{}>", own_id()),
        format!("References: <a@b.example> <{}> <c@d.example>", own_id()),
        "In-Reply-To: <010001-ses@eu-west-1.amazonses.com>".to_owned(),
    ] {
        let arrival = Arrival::of_bytes(mail(&fields, b"yes"), &Store::default());
        let added = Decision::AddAsCustomer { ticket: ticket(), may_reopen: true };
        assert_eq!(arrival.decision, added, "{fields}");
    }
}

#[test]
fn right_to_left_words_keep_their_logical_order() {
    for (charset, body, text) in [
        ("iso-8859-8-i", &b"\xf9\xec\xe5\xed 12"[..], "שלום 12"),
        ("iso-8859-8", b"\xf9\xec\xe5\xed", "שלום"),
        ("windows-1255", b"\xf9\xec\xe5\xed", "שלום"),
        ("iso-8859-6", b"\xe5\xd1\xcd\xc8\xc7", "مرحبا"),
    ] {
        assert_eq!(words(&format!("Content-Type: text/plain; charset={charset}"), body), text);
    }
}

#[test]
fn flowed_text_in_several_forms() {
    let flowed = |delsp: &str| format!("Content-Type: text/plain; format=Flowed{delsp}");
    assert_eq!(
        words(&flowed(""), b"one \r\ntwo\r\n\r\n>> a \r\n>> b\r\n> c"),
        "one two\n\n>> a b\n> c"
    );
    assert_eq!(words(&flowed("; DelSp=\"Yes\""), "今日 \r\nは".as_bytes()), "今日は");
    assert_eq!(
        words(&flowed(""), b" From here\r\n  indented\r\n-- \r\nHal"),
        "From here\n indented\n-- \nHal"
    );
}
