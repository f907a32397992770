//! A desk with one ticket for the mails of the tests to come to.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "each test uses a part of it"
)]

use std::path::Path;

use copilot_core::ticket::TicketId;
use copilot_mail::read::{EnvelopeSender, InboundMail, Receipt, Verdicts};
use copilot_mail::thread::{
    AcknowledgementCounts, Clues, Decision, Desk, DeskAddress, Evidence, KnownTicket,
    NoAcknowledgement, OutgoingId, OwnMessage, ReplyKey, ReplyKeys, ReplyTag, acknowledge, decide,
};
use copilot_mail::{MailAddress, MessageId};

pub const NAMES: [&str; 20] = [
    "bounce_dsn",
    "broken_mime",
    "calendar_invite",
    "empty_message_id_1",
    "empty_message_id_2",
    "format_flowed",
    "from_without_address",
    "hebrew_rtl",
    "iso_2022_jp",
    "loop_other_helpdesk",
    "loop_out_of_office",
    "only_signature_and_quote",
    "raw_8bit_headers",
    "rfc2231_wrong_charset",
    "same_message_id_1",
    "same_message_id_2",
    "split_encoded_words",
    "spoofed_reply",
    "stranger_names_ticket",
    "winmail_dat",
];

/// The requesters of the tickets that were made first; each mail's own one is the ticket's.
const REQUESTERS: [(&str, &str); 6] = [
    ("bounce_dsn", "carl@shop.example"),
    ("loop_out_of_office", "dora@firm.example"),
    ("only_signature_and_quote", "eva@mail.example"),
    ("format_flowed", "hal@plain.example"),
    ("spoofed_reply", "dana@bank-customer.example"),
    ("stranger_names_ticket", "dana@bank-customer.example"),
];

/// The id that the sending server gave our last reply.
const SERVER_ID: &str = "010001-ses@eu-west-1.amazonses.com";
/// The id of the first mail of `spoofed_reply`'s ticket.
const FIRST_ID: &str = "where-1@bank-customer.example";

pub fn ticket() -> TicketId {
    TicketId::parse("TKT-20261101-A1B2C3D4").unwrap()
}

pub fn message() -> OutgoingId {
    OutgoingId::parse("reply-1").unwrap()
}

pub fn desk() -> Desk {
    Desk {
        addresses: vec![DeskAddress::parse("support@desk.example").unwrap()],
        keys: ReplyKeys::new(ReplyKey::new(&[7; 32]).unwrap(), None),
    }
}

pub fn label() -> String {
    let address = desk().addresses[0].for_ticket(ticket(), &desk().keys);
    address.local_part().split_once('+').unwrap().1.to_owned()
}

pub fn own_id() -> String {
    let own = OwnMessage { ticket: ticket(), message: message() };
    own.to_message_id("desk.example", &desk().keys).unwrap().as_str().to_owned()
}

pub fn raw(name: &str) -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails").join(format!("{name}.eml"));
    let mut raw = std::fs::read(path).unwrap();
    for (placeholder, value) in [
        ("@@TOKEN@@", label()),
        ("@@SES_MESSAGE_ID@@", SERVER_ID.to_owned()),
        ("@@OUR_REFERENCE@@", own_id()),
        ("@@DIGITS@@", "A1B2C3D4".to_owned()),
    ] {
        raw = replaced(&raw, placeholder.as_bytes(), value.as_bytes());
    }
    raw
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(from) {
            replaced.extend(to);
            at += from.len();
        } else {
            replaced.push(bytes[at]);
            at += 1;
        }
    }
    replaced
}

pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the store and the receiving server say.
#[derive(Clone, Copy)]
pub struct Store {
    pub verdicts: Verdicts,
    pub is_known: bool,
    pub tickets_of_sender: u32,
    pub counts: AcknowledgementCounts,
}

impl Default for Store {
    fn default() -> Self {
        let counts = AcknowledgementCounts::default();
        Self { verdicts: Verdicts::PASSED, is_known: false, tickets_of_sender: 0, counts }
    }
}

/// A mail that came, and what became of it.
pub struct Arrival {
    pub raw: Vec<u8>,
    pub receipt: Receipt,
    pub mail: InboundMail,
    pub clues: Clues,
    pub decision: Decision,
    pub acknowledgement: Result<String, NoAcknowledgement>,
}

impl Arrival {
    pub fn of(name: &str) -> Self {
        Self::with(name, &Store::default())
    }

    pub fn with(name: &str, store: &Store) -> Self {
        let requester = REQUESTERS.iter().find(|(known, _)| *known == name);
        Self::on(raw(name), store, requester.map_or("ann@one.example", |(_, requester)| requester))
    }

    pub fn of_bytes(raw: Vec<u8>, store: &Store) -> Self {
        Self::on(raw, store, "ann@one.example")
    }

    fn on(raw: Vec<u8>, store: &Store, requester: &str) -> Self {
        let receipt = receipt(&raw, store);
        let mail = InboundMail::read(&raw, &receipt);
        let clues = Clues::of(&mail, &receipt, &desk());
        let known = KnownTicket {
            id: ticket(),
            is_closed: false,
            requester: MailAddress::parse(requester).ok(),
            participants: vec![],
            reopens_in_last_hour: 0,
        };
        let stored = [SERVER_ID, FIRST_ID].map(|id| MessageId::parse(id).unwrap());
        let is_referred =
            !clues.own_messages.is_empty() || clues.ids.iter().any(|id| stored.contains(id));
        let evidence = Evidence {
            is_known: store.is_known,
            tagged: (clues.tag == ReplyTag::Valid(ticket())).then(|| known.clone()),
            referred: is_referred.then_some(known),
            referred_message: is_referred.then(message),
            tickets_of_sender_in_last_hour: store.tickets_of_sender,
        };
        let decision = decide(&mail, &receipt, &clues, &evidence);
        let acknowledgement = acknowledge(&mail, &receipt, &clues, &decision, store.counts)
            .map(|address| address.as_str().to_owned());
        Self { raw, receipt, mail, clues, decision, acknowledgement }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.raw.clone()).unwrap()
    }
}

/// The envelope as the mail's first lines show it.
fn receipt(raw: &[u8], store: &Store) -> Receipt {
    let text = String::from_utf8_lossy(raw);
    let field = |name: &str| {
        let lines = text.lines().take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.strip_prefix(name)).map(str::trim).next().map(str::to_owned)
    };
    let to = field("To:").filter(|to| to.contains("@desk.example"));
    let to = to.unwrap_or_else(|| "support@desk.example".to_owned());
    let to = to.rsplit('<').next().unwrap().trim_end_matches('>').to_owned();
    Receipt {
        sender: EnvelopeSender::parse(&field("Return-Path:").unwrap_or_default()),
        recipients: vec![to],
        received_at: "2026-11-03T12:00:00Z".parse().unwrap(),
        verdicts: store.verdicts,
    }
}
