//! Reports that a mail did not arrive (RFC 3464, RFC 6522), and older ones that say so in words only.

use super::header::Header;
use super::parts::{Leaf, Parts};
use super::{charset, parameters::Parameters};
use crate::limits;
use crate::{MailAddress, Mailbox, MessageId};

/// What a report says. Anybody can write one: it counts for nothing but the one mail that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Whom the mail did not reach, as far as the report says.
    pub recipients: Vec<BouncedRecipient>,
    /// The ids by which the report names the mail: its own and those that it refers to.
    pub ids: Vec<MessageId>,
}

/// One recipient of a mail that was reported on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BouncedRecipient {
    /// The address, if it is readable.
    pub address: Option<MailAddress>,
    /// What became of the mail.
    pub outcome: BounceOutcome,
    /// The status code `class.subject.detail` (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceOutcome {
    /// It will not arrive.
    Failed,
    /// It is still being tried.
    Delayed,
    /// It arrived, or went on to where no report comes from.
    Delivered,
}

impl Bounce {
    /// Whether the mail did not reach somebody for good.
    pub fn is_final(&self) -> bool {
        self.recipients.is_empty()
            || self.recipients.iter().any(|one| one.outcome == BounceOutcome::Failed)
    }
}

/// The report that a mail is, if it is one.
pub(super) fn read(
    raw: &[u8],
    parts: &Parts,
    from: &[Mailbox],
    has_null_sender: bool,
    words: &str,
) -> Option<Bounce> {
    let status =
        parts.leaves.iter().find(|leaf| leaf.content_type.word == "message/delivery-status");
    let says_so = parts.report_type.as_deref() == Some("delivery-status") || status.is_some();
    let is_from_a_server =
        from.iter().filter_map(|mailbox| mailbox.address.as_ref()).any(|address| {
            let local = address.local_part().to_ascii_lowercase();
            matches!(local.as_str(), "mailer-daemon" | "postmaster")
        });
    let is_report = says_so || (has_null_sender && is_from_a_server);
    if !is_report {
        return None;
    }
    let recipients = status.map(|leaf| recipients(&content(raw, leaf))).unwrap_or_default();
    let mut ids = Vec::new();
    for leaf in &parts.leaves {
        if matches!(leaf.content_type.word.as_str(), "message/rfc822" | "text/rfc822-headers") {
            ids.extend(ids_of_header(&content(raw, leaf)));
        }
    }
    if ids.is_empty() {
        ids = MessageId::all_in(words);
    }
    ids.truncate(limits::BOUNCED_IDS);
    Some(Bounce { recipients, ids })
}

fn content(raw: &[u8], leaf: &Leaf) -> Vec<u8> {
    leaf.transfer.undo(raw.get(leaf.body.clone()).unwrap_or_default()).bytes.into_owned()
}

/// The groups of fields behind the first one, which is about the server.
fn recipients(report: &[u8]) -> Vec<BouncedRecipient> {
    let text = charset::clean(&charset::undeclared(report));
    let mut recipients = Vec::new();
    for group in text.split("\n\n").take(limits::BOUNCED_RECIPIENTS + 1) {
        let (header, _) = Header::read(group.trim_start().as_bytes());
        let Some(outcome) = header.first("action").and_then(|action| outcome(&action)) else {
            continue;
        };
        let address = ["final-recipient", "original-recipient"].iter().find_map(|name| {
            let value = header.first(name)?;
            let (_, address) = value.split_once(';')?;
            MailAddress::parse(address.trim().trim_matches(['<', '>'])).ok()
        });
        let status = header.first("status").map(|status| Parameters::parse(&status).word);
        let status = status.and_then(|status| status.split_whitespace().next().map(str::to_owned));
        recipients.push(BouncedRecipient {
            address,
            outcome,
            status: status.filter(|s| is_status(s)),
        });
    }
    recipients.truncate(limits::BOUNCED_RECIPIENTS);
    recipients
}

fn outcome(action: &str) -> Option<BounceOutcome> {
    match action.trim().to_ascii_lowercase().as_str() {
        "failed" => Some(BounceOutcome::Failed),
        "delayed" => Some(BounceOutcome::Delayed),
        "delivered" | "relayed" | "expanded" => Some(BounceOutcome::Delivered),
        _ => None,
    }
}

fn is_status(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.len() == 3 && parts.iter().all(is_number)
}

fn ids_of_header(mail: &[u8]) -> Vec<MessageId> {
    let (header, _) = Header::read(mail);
    let fields = ["message-id", OWN_MESSAGE, "references"];
    let values = fields.iter().filter_map(|name| header.first(name));
    values.flat_map(|value| MessageId::all_in(&value)).collect()
}

/// The field in which a mail of ours names itself: mail servers replace its `Message-ID`.
pub(crate) const OWN_MESSAGE: &str = "x-support-message";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipient_is_read() {
        let report = b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; <a@b.example>\r\nAction: failed\r\nStatus: 5.1.1 (no such)\r\n\r\nOriginal-Recipient: rfc822;c@d.example\r\nFinal-Recipient: rfc822;\r\nAction: Delayed\r\nStatus: 4.2.2\r\n";
        let read = recipients(report);
        let short: Vec<_> = read
            .iter()
            .map(|r| (r.address.as_ref().map(MailAddress::as_str), r.outcome, r.status.as_deref()))
            .collect();
        assert_eq!(
            short,
            [
                (Some("a@b.example"), BounceOutcome::Failed, Some("5.1.1")),
                (Some("c@d.example"), BounceOutcome::Delayed, Some("4.2.2")),
            ]
        );
    }

    #[test]
    fn a_status_is_three_numbers() {
        for text in ["5.1.1", "4.0.0", "2.0.100"] {
            assert!(is_status(text), "{text}");
        }
        for text in ["", "5", "5.1", "5.1.1.1", "a.b.c", "5.1.1000", "5..1"] {
            assert!(!is_status(text), "{text}");
        }
    }
}
