//! A mail to the customer, as bytes that a server takes.

use chrono::{DateTime, Utc};
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId as WrittenId;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

use super::body::{self, Quoted};
use super::thread_ids;
use super::{HeaderText, reply_subject};
use crate::read::{FileName, OWN_MESSAGE, media_type};
use crate::{MailAddress, MessageId, limits};

/// Who a mail is from or to.
#[derive(Debug, Clone)]
pub struct Correspondent {
    /// The name for people, if there is one.
    pub name: Option<HeaderText>,
    /// The address.
    pub address: MailAddress,
}

/// A file that goes with a mail.
#[derive(Debug, Clone)]
pub struct OutgoingFile<'a> {
    /// Its name.
    pub name: FileName,
    /// Its media type: `type/subtype`.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// An agent's reply.
#[derive(Debug, Clone)]
pub struct Reply<'a> {
    /// The desk, with an address that its domain has proven.
    pub from: Correspondent,
    /// The address of the ticket, for answers.
    pub reply_to: MailAddress,
    /// The customer.
    pub to: Correspondent,
    /// Others that the agent chose.
    pub cc: Vec<Correspondent>,
    /// The subject of the ticket.
    pub subject: HeaderText,
    /// Our id of this mail.
    pub id: MessageId,
    /// The customer's newest mail, if it had an id.
    pub answers: Option<MessageId>,
    /// The ids of the mails before it, oldest first.
    pub thread: Vec<MessageId>,
    /// What the agent wrote.
    pub text: &'a str,
    /// What it answers.
    pub quoted: Option<Quoted<'a>>,
    /// The files that go with it.
    pub files: Vec<OutgoingFile<'a>>,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

/// Why a mail cannot be written, to be told to the agent at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotWrite {
    /// The text is blank.
    #[error("The text is blank.")]
    Blank,
    /// The text is too long.
    #[error("The text has more than {} characters.", limits::REPLY_CHARACTERS)]
    TooLong,
    /// There are too many recipients.
    #[error("There are more than {} recipients.", limits::RECIPIENTS)]
    TooManyRecipients,
    /// The files are too large together.
    #[error("The files have more than {} bytes together.", limits::ATTACHED_BYTES)]
    TooLarge,
    /// The file is of a kind that mail servers refuse.
    #[error("Mail servers refuse files of the kind of {}.", .0.as_str())]
    Program(FileName),
    /// The address has letters that mail servers without SMTPUTF8 do not take.
    #[error("The address has letters outside of ASCII, which mail servers may refuse.")]
    NotAscii,
}

/// Writes an agent's reply. It does not call itself automatic: a person wrote it.
///
/// # Errors
/// [`CannotWrite`] says what the agent must change.
pub fn reply(reply: &Reply<'_>) -> Result<Vec<u8>, CannotWrite> {
    check(reply)?;
    let ids = thread_ids::references(&reply.thread, &reply.id);
    let subject = reply_subject(&reply.subject);
    let mut message = head(&reply.from, &reply.reply_to, &reply.to, &subject, &reply.id, reply.at)?;
    if !reply.cc.is_empty() {
        let cc = reply.cc.iter().map(written).collect::<Result<Vec<_>, _>>()?;
        message = message.cc(Address::new_list(cc));
    }
    if let Some(answered) = thread_ids::answered(reply.answers.as_ref()) {
        message = message.in_reply_to(answered);
    }
    message = message.references(WrittenId::new_list(ids.into_iter()));
    let quoted = reply.quoted.as_ref();
    let words = words(reply.text, quoted);
    let mut parts = Vec::with_capacity(reply.files.len());
    for file in &reply.files {
        let bytes = BodyPart::Binary(file.bytes.into());
        parts.push(
            MimePart::new(type_of_file(file.media_type), bytes).attachment(file.name.as_str()),
        );
    }
    let body = if parts.is_empty() {
        words
    } else {
        parts.insert(0, words);
        MimePart::new("multipart/mixed", parts)
    };
    Ok(bytes(message.body(body)))
}

fn check(reply: &Reply<'_>) -> Result<(), CannotWrite> {
    if reply.text.trim().is_empty() {
        return Err(CannotWrite::Blank);
    }
    if reply.text.chars().count() > limits::REPLY_CHARACTERS {
        return Err(CannotWrite::TooLong);
    }
    if reply.cc.len() + 1 > limits::RECIPIENTS {
        return Err(CannotWrite::TooManyRecipients);
    }
    if let Some(program) = reply.files.iter().find(|file| file.name.is_program()) {
        return Err(CannotWrite::Program(program.name.clone()));
    }
    let total = reply.files.iter().fold(0_usize, |all, file| all.saturating_add(file.bytes.len()));
    if total > limits::ATTACHED_BYTES { Err(CannotWrite::TooLarge) } else { Ok(()) }
}

/// The fields that every mail of ours has.
pub(super) fn head<'a>(
    from: &Correspondent,
    reply_to: &MailAddress,
    to: &Correspondent,
    subject: &HeaderText,
    id: &MessageId,
    at: DateTime<Utc>,
) -> Result<MessageBuilder<'a>, CannotWrite> {
    let own_field = HeaderType::MessageId(WrittenId::new(id.as_str().to_owned()));
    Ok(MessageBuilder::new()
        .from(written(from)?)
        .reply_to(written(&Correspondent { name: None, address: reply_to.clone() })?)
        .to(written(to)?)
        .subject(subject.as_str().to_owned())
        .date(at.timestamp())
        .message_id(id.as_str().to_owned())
        .header(OWN_MESSAGE_FIELD, own_field))
}

/// As in [`OWN_MESSAGE`], spelled as people expect it.
const OWN_MESSAGE_FIELD: &str = "X-Support-Message";
const _: () = assert!(OWN_MESSAGE_FIELD.eq_ignore_ascii_case(OWN_MESSAGE));

/// A field of one word.
pub(super) fn word(text: &'static str) -> HeaderType<'static> {
    HeaderType::Text(Text::new(text))
}

/// The text in both forms.
pub(super) fn words(text: &str, quoted: Option<&Quoted<'_>>) -> MimePart<'static> {
    let plain = MimePart::new("text/plain", BodyPart::Text(body::plain(text, quoted).into()));
    let html = MimePart::new("text/html", BodyPart::Text(body::html(text, quoted).into()));
    MimePart::new("multipart/alternative", vec![plain, html])
}

/// The mail's bytes. Writing to memory does not fail.
pub(super) fn bytes(message: MessageBuilder<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.serialize(&mut bytes);
    bytes
}

fn written<'a>(correspondent: &Correspondent) -> Result<Address<'a>, CannotWrite> {
    let address = correspondent.address.to_wire();
    if !address.is_ascii() {
        return Err(CannotWrite::NotAscii);
    }
    let name = correspondent.name.as_ref().map(|name| name.as_str().to_owned());
    Ok(Address::new_address(name, address))
}

/// The type, unless it is of a kind that mail programs show or open in place.
fn type_of_file(text: &str) -> String {
    let written = media_type(text);
    let opens = ["multipart/", "message/", "text/"].iter().any(|kind| written.starts_with(kind));
    if opens { media_type("") } else { written }
}
