//! What becomes of a mail. A tag says which ticket is meant, proof says who writes; only both together
//! make a message of the customer's. Nothing is thrown away but what has come before.

use super::{Clues, OutgoingId, ReplyTag};
use crate::read::{InboundMail, Receipt, SenderProof, Verdict};
use crate::{MailAddress, limits};
use copilot_core::ticket::TicketId;

/// A ticket of the store that a mail points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTicket {
    /// Its id.
    pub id: TicketId,
    /// Whether it is closed, and so takes no more messages.
    pub is_closed: bool,
    /// The customer's address.
    pub requester: Option<MailAddress>,
    /// Others who take part in the conversation.
    pub participants: Vec<MailAddress>,
    /// How often mail has reopened it in the last hour.
    pub reopens_in_last_hour: u32,
}

impl KnownTicket {
    fn has(&self, sender: Option<&MailAddress>) -> bool {
        let members = self.requester.iter().chain(&self.participants);
        sender
            .is_some_and(|sender| members.into_iter().any(|member| member.is_same_mailbox(sender)))
    }
}

/// What the store knows of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Whether this mail has come before: under the same delivery or, within
    /// [`limits::SEEN_BEFORE`], with the same digest.
    pub is_known: bool,
    /// The ticket of a valid tag, if there still is one.
    pub tagged: Option<KnownTicket>,
    /// The ticket to which the first known of [`Clues::own_messages`] and [`Clues::ids`] belongs.
    pub referred: Option<KnownTicket>,
    /// The message of ours that this id is, if it is one and not an id of the customer's mail.
    pub referred_message: Option<OutgoingId>,
    /// How many tickets mail of this sender has opened in the last hour.
    pub tickets_of_sender_in_last_hour: u32,
}

/// What becomes of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A message of the customer's or of somebody else who takes part.
    AddAsCustomer {
        /// On which ticket.
        ticket: TicketId,
        /// Whether it may open a resolved ticket again.
        may_reopen: bool,
    },
    /// A message under the name of somebody who takes part, marked as not proven.
    AddUnproven {
        /// On which ticket.
        ticket: TicketId,
        /// Whether it may open a resolved ticket again.
        may_reopen: bool,
    },
    /// A message of somebody else who knows the ticket's address. The customer stays the customer.
    AddAsOther {
        /// On which ticket.
        ticket: TicketId,
    },
    /// An internal note: a program wrote it. Changes no status and counts as nobody's answer.
    AddNote {
        /// On which ticket.
        ticket: TicketId,
    },
    /// A mail of ours was reported on; the report itself says how.
    MarkReported {
        /// On which ticket.
        ticket: TicketId,
        /// Which message, if the report names it and not only the ticket's address.
        message: Option<OutgoingId>,
    },
    /// A ticket of its own.
    NewTicket {
        /// The ticket that the mail claims to belong to: a hint for agents.
        claims: Option<TicketId>,
        /// Whether the sender is proven.
        is_proven: bool,
    },
    /// A ticket of its own that goes on from a closed one.
    FollowUp {
        /// The closed one.
        of: TicketId,
    },
    /// Kept aside until an agent decides; nothing is sent.
    Hold {
        /// Why.
        why: HoldReason,
        /// The ticket that the mail claims to belong to.
        claims: Option<TicketId>,
    },
    /// Nothing: it is there already.
    Ignore {
        /// Why.
        why: IgnoreReason,
    },
}

/// Why a mail is kept aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// It carries a virus.
    Virus,
    /// It is spam.
    Spam,
    /// The domain of its sender says that it is not from there, and it claims to belong to a ticket.
    Disowned,
    /// It says that it is from the desk itself.
    FromOurselves,
    /// It reports on no mail that is known.
    UnknownReport,
    /// Its sender has opened too many tickets of late.
    TooManyTickets,
}

/// Why nothing becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IgnoreReason {
    /// It has come before.
    SeenBefore,
}

/// Decides what becomes of `mail`.
pub fn decide(
    mail: &InboundMail,
    receipt: &Receipt,
    clues: &Clues,
    evidence: &Evidence,
) -> Decision {
    if evidence.is_known {
        return Decision::Ignore { why: IgnoreReason::SeenBefore };
    }
    let claims = claims(clues, evidence);
    let hold = |why| Decision::Hold { why, claims };
    match (receipt.verdicts.virus, receipt.verdicts.spam) {
        (Verdict::Fail, _) => return hold(HoldReason::Virus),
        (_, Verdict::Fail) => return hold(HoldReason::Spam),
        _ => {}
    }
    let known = known(clues, evidence);
    if let Some(own) = &clues.is_own {
        return match known.filter(|ticket| ticket.id == own.ticket) {
            Some(ticket) => Decision::AddNote { ticket: ticket.id },
            None => hold(HoldReason::FromOurselves),
        };
    }
    if mail.bounce.is_some() {
        return match reported(clues, evidence) {
            Some(ticket) => Decision::MarkReported {
                ticket: ticket.id,
                message: message_of(ticket.id, clues, evidence),
            },
            None => hold(HoldReason::UnknownReport),
        };
    }
    if clues.is_from_desk {
        return hold(HoldReason::FromOurselves);
    }
    let proof = receipt.proof(mail);
    match placed(mail, proof, evidence, clues) {
        Some(decision) => decision.unwrap_or_else(hold),
        None if evidence.tickets_of_sender_in_last_hour >= limits::TICKETS_PER_SENDER_AND_HOUR => {
            hold(HoldReason::TooManyTickets)
        }
        None => Decision::NewTicket { claims, is_proven: proof == SenderProof::Proven },
    }
}

/// The place of a mail on a ticket that is known, if it may have one there.
fn placed(
    mail: &InboundMail,
    proof: SenderProof,
    evidence: &Evidence,
    clues: &Clues,
) -> Option<Result<Decision, HoldReason>> {
    let is_tagged = matches!(clues.tag, ReplyTag::Valid(_));
    let ticket = match &evidence.tagged {
        Some(ticket) if is_tagged => ticket,
        _ => evidence.referred.as_ref()?,
    };
    let is_tagged = is_tagged && evidence.tagged.is_some();
    let takes_part = ticket.has(mail.sender_address());
    let may_reopen = ticket.reopens_in_last_hour < limits::REOPENS_PER_HOUR;
    let is_proven = proof == SenderProof::Proven;
    let ticket_id = ticket.id;
    match (is_tagged, takes_part, proof) {
        (true, ..) | (false, true, _) if proof == SenderProof::Disowned => {
            Some(Err(HoldReason::Disowned))
        }
        (true, ..) | (false, true, SenderProof::Proven) if mail.automatic.is_automatic() => {
            Some(Ok(Decision::AddNote { ticket: ticket_id }))
        }
        // A closed ticket takes nothing more, and only its customer goes on from it.
        (_, true, _) if is_proven && ticket.is_closed => {
            Some(Ok(Decision::FollowUp { of: ticket_id }))
        }
        _ if ticket.is_closed => None,
        (_, true, SenderProof::Proven) => {
            Some(Ok(Decision::AddAsCustomer { ticket: ticket_id, may_reopen }))
        }
        (true, true, _) => Some(Ok(Decision::AddUnproven { ticket: ticket_id, may_reopen })),
        (true, false, _) => Some(Ok(Decision::AddAsOther { ticket: ticket_id })),
        (false, ..) => None,
    }
}

/// The ticket that a mail points to with a tag or an id of ours, or with an id that is stored.
fn known<'a>(clues: &Clues, evidence: &'a Evidence) -> Option<&'a KnownTicket> {
    let tagged = evidence.tagged.as_ref().filter(|_| matches!(clues.tag, ReplyTag::Valid(_)));
    let all = tagged.into_iter().chain(&evidence.referred);
    // A mail of ours that came back names its ticket itself.
    let named = clues.is_own.as_ref().map(|own| own.ticket);
    all.clone().find(|ticket| Some(ticket.id) == named).or_else(|| all.clone().next())
}

/// The ticket that a report is about. It must name a mail of ours: the ids of customers' mails are known
/// to others, who could have replies marked with them.
fn reported<'a>(clues: &Clues, evidence: &'a Evidence) -> Option<&'a KnownTicket> {
    let names_ours = |ticket: &&KnownTicket| {
        evidence.referred_message.is_some()
            || clues.own_messages.iter().any(|own| own.ticket == ticket.id)
    };
    let tagged = evidence.tagged.as_ref().filter(|_| matches!(clues.tag, ReplyTag::Valid(_)));
    tagged.or_else(|| evidence.referred.as_ref().filter(names_ours))
}

/// The message of `ticket` that a report is about.
fn message_of(ticket: TicketId, clues: &Clues, evidence: &Evidence) -> Option<OutgoingId> {
    let named = clues.own_messages.iter().find(|own| own.ticket == ticket);
    let stored = evidence.referred.as_ref().filter(|referred| referred.id == ticket);
    named.map(|own| own.message.clone()).or_else(|| stored.and(evidence.referred_message.clone()))
}

fn claims(clues: &Clues, evidence: &Evidence) -> Option<TicketId> {
    known(clues, evidence).map(|ticket| ticket.id).or(clues.named_in_subject)
}
