//! Reading a mail: any bytes become an [`InboundMail`].
//!
//! No library does the reading. Parsers of mail lose words where boundaries are broken, or end the
//! process on mail that is nested deep enough, and neither can be mended from outside.

mod attachment;
mod automatic;
mod bounce;
mod calendar;
mod charset;
mod encoded_words;
mod flowed;
mod header;
mod parameters;
mod parts;
mod quotation;
mod receipt;
mod tnef;
mod transfer;
mod words;

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

pub(crate) use attachment::media_type;
pub use attachment::{Attachment, Content, FileName};
pub use automatic::AutomaticKind;
pub(crate) use bounce::OWN_MESSAGE;
pub use bounce::{Bounce, BounceOutcome, BouncedRecipient};
pub use quotation::{Passage, PassageKind};
pub use receipt::{DmarcPolicy, EnvelopeSender, Receipt, SenderProof, Verdict, Verdicts};
pub use transfer::Transfer;
pub use words::{Words, WordsSource};

use crate::address::parse_list;
use crate::{MailAddress, Mailbox, MessageId, limits};
use header::Header;
use parameters::Parameters;

/// A mail that came. Everything in it is the sender's claim; what is known of it stands in its
/// [`Receipt`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMail {
    /// From, as it is written: one address as a rule, but none or several are possible.
    pub from: Vec<Mailbox>,
    /// Where the sender asks for answers. Never who the sender is.
    pub reply_to: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// The subject as one line, if there is one.
    pub subject: Option<String>,
    /// When the sender says that it was sent, if that is possible.
    pub sent_at: Option<DateTime<Utc>>,
    /// The mail's own id. Other mails may have the same.
    pub message_id: Option<MessageId>,
    /// The mails that it answers.
    pub in_reply_to: Vec<MessageId>,
    /// The mails before it, oldest first.
    pub references: Vec<MessageId>,
    /// What it says.
    pub words: Words,
    /// Its files, in order.
    pub attachments: Vec<Attachment>,
    /// Who or what wrote it, going by its header.
    pub automatic: AutomaticKind,
    /// Whether it asks for no automatic answer.
    pub asks_for_no_answer: bool,
    /// What it reports, if it is a delivery report.
    pub bounce: Option<Bounce>,
    /// The domains whose signatures it carries, right or wrong, in lower case.
    pub signing_domains: Vec<String>,
    /// The mail of ours that it says it is.
    pub claims_to_be: Option<MessageId>,
    /// What could not be read of it.
    pub condition: Condition,
    /// A digest of sender, id, date and content: the same for two deliveries of one mail.
    pub digest: [u8; 32],
}

/// How far a mail was readable. All of it is in the raw mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Condition {
    /// Why it was not read at all, if so: then the raw mail is its only attachment.
    pub unread: Option<Unread>,
    /// Whether a part was not as it was declared, and is kept as it came.
    pub is_damaged: bool,
    /// Whether the words are longer than what is kept of them.
    pub words_are_cut: bool,
    /// Whether the header is longer than what is read of it.
    pub header_is_cut: bool,
    /// Whether other programs may read another header: then the verdicts may be about another sender.
    pub header_is_ambiguous: bool,
    /// Parts beyond those that are listed.
    pub parts_left_out: usize,
}

/// Why a mail was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than [`limits::MAIL_BYTES`].
    TooLarge,
    /// It has no header, and so says nothing of itself.
    NoHeader,
}

impl InboundMail {
    /// Reads a mail as it came. Never fails: what cannot be read is kept as the only attachment, and
    /// [`Condition`] says so.
    pub fn read(raw: &[u8], receipt: &Receipt) -> Self {
        let raw = &*with_line_feeds(raw);
        let (mut header, body) = Header::read(raw);
        if header.is_empty() || raw.len() > limits::MAIL_BYTES {
            let why = if header.is_empty() { Unread::NoHeader } else { Unread::TooLarge };
            return Self::unread(raw, &header, receipt, why);
        }
        let parts = parts::split(raw, &header, body);
        header.body_charset = parts
            .leaves
            .iter()
            .find_map(|leaf| leaf.content_type.get("charset"))
            .map(str::to_owned);
        let mut mail = Self::of_header(&header, receipt);
        let contents = words::collect(raw, &parts, mail.subject.as_deref());
        let has_null_sender = receipt.has_null_sender();
        mail.bounce = bounce::read(raw, &parts, &mail.from, has_null_sender, &contents.words.text);
        mail.automatic = if parts.report_type.as_deref() == Some("disposition-notification") {
            AutomaticKind::AutoReply
        } else {
            let is_answer = contents.is_calendar_answer;
            automatic::kind(&header, has_null_sender, mail.bounce.is_some(), is_answer)
        };
        mail.condition = Condition {
            unread: None,
            is_damaged: contents.is_damaged || parts.is_unfinished,
            words_are_cut: contents.is_cut,
            header_is_cut: header.is_cut,
            header_is_ambiguous: header.is_ambiguous,
            parts_left_out: parts.left_out,
        };
        mail.words = contents.words;
        mail.attachments = contents.attachments;
        mail.digest = mail.content_digest(&header);
        mail
    }

    /// The one mailbox that the mail says it is from; `None` where it names none or several.
    pub fn sender(&self) -> Option<&Mailbox> {
        match self.from.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The address of [`InboundMail::sender`], if it has one.
    pub fn sender_address(&self) -> Option<&MailAddress> {
        self.sender().and_then(|sender| sender.address.as_ref())
    }

    /// What the header says, with no content yet.
    fn of_header(header: &Header<'_>, receipt: &Receipt) -> Self {
        let mailboxes = |name: &str| {
            let lists = header.all(name).into_iter();
            let all = lists.flat_map(|list| parse_list(&list, encoded_words::decode));
            all.take(limits::ADDRESSES).collect::<Vec<Mailbox>>()
        };
        let ids = |name: &str| {
            let mut ids = MessageId::all_in(&header.first(name).unwrap_or_default());
            ids.drain(..ids.len().saturating_sub(limits::REFERENCES));
            ids
        };
        // A second field of a kind that may stand once is a trick: then none is believed.
        let single_id = |name: &str| (header.count(name) == 1).then(|| ids(name).pop()).flatten();
        let subject = header.readable("subject");
        Self {
            from: mailboxes("from"),
            reply_to: mailboxes("reply-to"),
            to: mailboxes("to"),
            cc: mailboxes("cc"),
            subject: subject.map(|text| text.chars().take(limits::SUBJECT_CHARACTERS).collect()),
            sent_at: header
                .first("date")
                .and_then(|date| possible_date(&date, receipt.received_at)),
            message_id: single_id("message-id"),
            in_reply_to: ids("in-reply-to"),
            references: ids("references"),
            words: Words::plain("", WordsSource::Unread),
            attachments: Vec::new(),
            automatic: automatic::kind(header, receipt.has_null_sender(), false, false),
            asks_for_no_answer: automatic::asks_for_no_answer(header),
            bounce: None,
            signing_domains: signing_domains(header),
            claims_to_be: single_id(OWN_MESSAGE),
            condition: Condition::default(),
            digest: [0; 32],
        }
    }

    fn unread(raw: &[u8], header: &Header<'_>, receipt: &Receipt, why: Unread) -> Self {
        let mut mail = Self::of_header(header, receipt);
        let start = raw.get(..raw.len().min(limits::TEXT_BYTES)).unwrap_or_default();
        let text = match why {
            Unread::NoHeader => charset::clean(&charset::undeclared(start)),
            Unread::TooLarge => mail.subject.clone().unwrap_or_default(),
        };
        mail.words = Words::plain(&text, WordsSource::Unread);
        mail.attachments = vec![Attachment::of_mail(raw)];
        mail.condition = Condition {
            unread: Some(why),
            words_are_cut: why == Unread::TooLarge || raw.len() > limits::TEXT_BYTES,
            header_is_cut: header.is_cut,
            header_is_ambiguous: header.is_ambiguous,
            ..Condition::default()
        };
        mail.digest = Sha256::digest(raw).into();
        mail
    }

    /// Relays add fields and may encode anew, but leave these.
    fn content_digest(&self, header: &Header<'_>) -> [u8; 32] {
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(bytes);
        };
        for name in ["from", "message-id", "date", "subject"] {
            part(header.first(name).unwrap_or_default().as_bytes());
        }
        part(self.words.text.as_bytes());
        for attachment in &self.attachments {
            part(attachment.name.as_str().as_bytes());
            part(&attachment.digest);
        }
        digest.finalize().into()
    }
}

/// Mail whose lines all end in a bare carriage return, as some programs write files, with the line
/// ends that everything else has. Each byte keeps its place.
fn with_line_feeds(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\n') || !raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

/// The time that a field `Date` says, unless it lies before mail was common or after tomorrow.
fn possible_date(text: &str, received_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.split('(').next().unwrap_or_default().trim();
    let date = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
    let earliest = DateTime::from_timestamp(631_152_000, 0)?; // 1990
    (date >= earliest && date <= received_at + TimeDelta::days(1)).then_some(date)
}

fn signing_domains(header: &Header<'_>) -> Vec<String> {
    let domain = |value: String| {
        // The field is all parameters, without a word before them.
        let parameters = Parameters::parse(&format!(";{value}"));
        parameters.get("d").unwrap_or_default().trim().to_ascii_lowercase()
    };
    header.all("dkim-signature").into_iter().map(domain).collect()
}

#[cfg(test)]
mod tests;
