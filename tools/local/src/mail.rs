//! `mail FILE`: how a mail would be read, and what would become of it as the first one that a desk gets.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;
use copilot_mail::read::{
    Attachment, EnvelopeSender, InboundMail, PassageKind, Receipt, Verdict, Verdicts,
};
use copilot_mail::thread::{Clues, Desk, DeskAddress, Evidence, ReplyKey, ReplyKeys, decide};
use copilot_mail::{Mailbox, limits};

/// Which mail is read, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct MailArguments {
    /// A mail as it came: an .eml file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The address of the desk that it came to
    #[arg(long, value_name = "ADDRESS", default_value = "support@desk.example", value_parser = desk_address)]
    pub desk: String,
    /// As if nobody knew whether its sender sent it
    #[arg(long)]
    pub not_proven: bool,
}

fn desk_address(text: &str) -> Result<String, copilot_mail::NotAnAddress> {
    DeskAddress::parse(text).map(|_| text.to_owned())
}

/// Why a mail cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum MailFileError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The address of the desk has no room for a label.
    #[error("the desk's address cannot be used")]
    Desk,
}

/// Reads the file and says what is in it.
///
/// # Errors
/// [`MailFileError`] when there is no such file, or it cannot be read.
pub fn run(arguments: &MailArguments, now: DateTime<Utc>) -> Result<String, MailFileError> {
    let at_file = |source| MailFileError::File { file: arguments.file.clone(), source };
    let mut raw = Vec::new();
    let limit = u64::try_from(limits::MAIL_BYTES).unwrap_or(u64::MAX) + 1;
    File::open(&arguments.file)
        .and_then(|file| file.take(limit).read_to_end(&mut raw))
        .map_err(at_file)?;
    let address = DeskAddress::parse(&arguments.desk).map_err(|_| MailFileError::Desk)?;
    // No mail was sent with it, so that no tag is valid.
    let key = ReplyKey::new(&[0; limits::REPLY_KEY_BYTES]).map_err(|_| MailFileError::Desk)?;
    let desk = Desk { addresses: vec![address], keys: ReplyKeys::new(key, None) };
    let verdict = if arguments.not_proven { Verdict::Unknown } else { Verdict::Pass };
    let receipt = Receipt {
        sender: return_path(&raw),
        recipients: vec![arguments.desk.clone()],
        received_at: now,
        verdicts: Verdicts { spf: verdict, dkim: verdict, dmarc: verdict, ..Verdicts::PASSED },
    };
    let mail = InboundMail::read(&raw, &receipt);
    let clues = Clues::of(&mail, &receipt, &desk);
    let decision = decide(&mail, &receipt, &clues, &Evidence::default());
    let mut shown = described(&mail);
    let _ = writeln!(shown, "decision     {decision:?}");
    Ok(shown)
}

/// The envelope's sender as servers that store a mail put it in its first lines; an unreadable one
/// where they did not.
fn return_path(raw: &[u8]) -> EnvelopeSender {
    let header = raw.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let value = header.filter_map(|line| {
        let (name, value) = line.split_at_checked("return-path:".len())?;
        name.eq_ignore_ascii_case(b"return-path:").then_some(value)
    });
    let value = value.map(String::from_utf8_lossy).next();
    value.map_or(EnvelopeSender::Unreadable, |value| EnvelopeSender::parse(&value))
}

/// The mail, one thing a line. Writing to a text does not fail.
fn described(mail: &InboundMail) -> String {
    let mut shown = String::new();
    for (name, mailboxes) in
        [("from", &mail.from), ("reply to", &mail.reply_to), ("to", &mail.to), ("copied", &mail.cc)]
    {
        for mailbox in mailboxes {
            let _ = writeln!(shown, "{name:<12} {}", one(mailbox));
        }
    }
    let subject = mail.subject.as_deref().unwrap_or("(none)");
    let _ = writeln!(shown, "subject      {subject}");
    if let Some(sent_at) = mail.sent_at {
        let _ = writeln!(shown, "sent         {}", sent_at.format("%Y-%m-%d %H:%M UTC"));
    }
    let _ = writeln!(shown, "written by   {:?}", mail.automatic);
    let _ = writeln!(shown, "words from   {:?}", mail.words.source);
    for passage in &mail.words.passages {
        let mark = match passage.kind {
            PassageKind::Own => ' ',
            PassageKind::Quotation => 'q',
            PassageKind::Signature => 's',
        };
        let text = mail.words.text.get(passage.range.clone()).unwrap_or_default();
        for line in text.lines() {
            let _ = writeln!(shown, "  {mark} | {line}");
        }
    }
    for attachment in &mail.attachments {
        let _ = writeln!(shown, "file         {}", file(attachment));
    }
    if mail.condition != Default::default() {
        let _ = writeln!(shown, "condition    {:?}", mail.condition);
    }
    shown
}

fn one(mailbox: &Mailbox) -> String {
    let address = mailbox.address.as_ref().map_or("no address", |address| address.as_str());
    match &mailbox.name {
        Some(name) => format!("{name} <{address}>"),
        None => address.to_owned(),
    }
}

fn file(attachment: &Attachment) -> String {
    let mut shown = format!(
        "{}, {}, {} bytes",
        attachment.name.as_str(),
        attachment.media_type,
        attachment.length
    );
    if attachment.name.is_program() {
        shown.push_str(", a program");
    }
    if attachment.is_damaged {
        shown.push_str(", damaged");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(file: PathBuf) -> MailArguments {
        MailArguments { file, desk: "support@desk.example".to_owned(), not_proven: false }
    }

    #[test]
    fn a_mail_is_described() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let raw = "Return-Path: <>\nFrom: Ann <ann@one.example>\nSubject: Lid\n\nIt is loose.\n> which?\n";
        std::fs::write(file.path(), raw).unwrap();
        let shown = run(&arguments(file.path().to_owned()), Utc::now()).unwrap();
        assert_eq!(
            shown,
            "from         Ann <ann@one.example>\nsubject      Lid\nwritten by   Generated\nwords from   Plain\n    | It is loose.\n  q | > which?\ndecision     NewTicket { claims: None, is_proven: true }\n"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = run(&arguments("no-such.eml".into()), Utc::now()).unwrap_err().to_string();
        assert!(error.starts_with("no-such.eml cannot be read: "), "{error}");
    }
}
