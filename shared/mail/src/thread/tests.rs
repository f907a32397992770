use super::*;
use crate::read::{DmarcPolicy, EnvelopeSender, InboundMail, Receipt, Verdict, Verdicts};
use crate::{MailAddress, limits};
use copilot_core::ticket::TicketId;

const TICKET: &str = "TKT-20261101-A1B2C3D4";

fn ticket_id() -> TicketId {
    TicketId::parse(TICKET).unwrap()
}

fn desk() -> Desk {
    Desk {
        addresses: vec![DeskAddress::parse("support@desk.example").unwrap()],
        keys: ReplyKeys::new(ReplyKey::new(&[7; 32]).unwrap(), None),
    }
}

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

fn known() -> KnownTicket {
    KnownTicket {
        id: ticket_id(),
        is_closed: false,
        requester: Some(address("dana@bank.example")),
        participants: vec![address("carl@shop.example")],
        reopens_in_last_hour: 0,
    }
}

/// A mail on its way in.
struct Case {
    from: String,
    further: String,
    is_tagged: bool,
    is_referred: bool,
    verdicts: Verdicts,
    sender: EnvelopeSender,
    ticket: KnownTicket,
    counted: u32,
}

impl Case {
    fn from(from: &str) -> Self {
        Self {
            from: from.to_owned(),
            further: String::new(),
            is_tagged: false,
            is_referred: false,
            verdicts: Verdicts::PASSED,
            sender: EnvelopeSender::parse("dana@bank.example"),
            ticket: known(),
            counted: 0,
        }
    }

    fn tagged(self) -> Self {
        Self { is_tagged: true, ..self }
    }

    fn referred(self) -> Self {
        Self { is_referred: true, ..self }
    }

    fn further(self, further: &str) -> Self {
        Self { further: format!("{further}\n"), ..self }
    }

    fn dmarc(mut self, dmarc: Verdict, policy: Option<DmarcPolicy>) -> Self {
        self.verdicts = Verdicts {
            dmarc,
            dmarc_policy: policy,
            spf: Verdict::Unknown,
            dkim: Verdict::Unknown,
            ..self.verdicts
        };
        self
    }

    fn closed(mut self) -> Self {
        self.ticket.is_closed = true;
        self
    }

    fn receipt(&self) -> Receipt {
        let plain = "support@desk.example".to_owned();
        let tagged = desk().addresses[0].for_ticket(ticket_id(), &desk().keys);
        Receipt {
            sender: self.sender.clone(),
            recipients: vec![if self.is_tagged { tagged.as_str().to_owned() } else { plain }],
            received_at: "2026-11-02T12:00:00Z".parse().unwrap(),
            verdicts: self.verdicts,
        }
    }

    fn mail(&self) -> InboundMail {
        let reference = if self.is_referred { "In-Reply-To: <stored@ses.example>\n" } else { "" };
        let raw =
            format!("From: {}\nSubject: Re: x\n{reference}{}\nhello", self.from, self.further);
        InboundMail::read(raw.as_bytes(), &self.receipt())
    }

    fn decide(&self) -> Decision {
        let mail = self.mail();
        let clues = Clues::of(&mail, &self.receipt(), &desk());
        let evidence = Evidence {
            tagged: self.is_tagged.then(|| self.ticket.clone()),
            referred: self.is_referred.then(|| self.ticket.clone()),
            tickets_of_sender_in_last_hour: self.counted,
            ..Evidence::default()
        };
        decide(&mail, &self.receipt(), &clues, &evidence)
    }
}

fn new_ticket(claims: bool, is_proven: bool) -> Decision {
    Decision::NewTicket { claims: claims.then(ticket_id), is_proven }
}

fn hold(why: HoldReason, claims: bool) -> Decision {
    Decision::Hold { why, claims: claims.then(ticket_id) }
}

#[test]
fn the_table_of_who_may_add_holds() {
    let unknown = |case: Case| case.dmarc(Verdict::Unknown, None);
    let ticket = ticket_id();
    let customer = Decision::AddAsCustomer { ticket, may_reopen: true };
    let unproven = Decision::AddUnproven { ticket, may_reopen: true };
    let other = Decision::AddAsOther { ticket };
    for (case, decision) in [
        (Case::from("dana@bank.example").tagged(), customer.clone()),
        (Case::from("Carl <CARL@shop.example>").tagged(), customer.clone()),
        (unknown(Case::from("dana@bank.example").tagged()), unproven),
        (Case::from("x@elsewhere.example").tagged(), other.clone()),
        (unknown(Case::from("x@elsewhere.example").tagged()), other.clone()),
        (Case::from("nobody").tagged(), other),
        (Case::from("dana@bank.example").referred(), customer),
        (unknown(Case::from("dana@bank.example").referred()), new_ticket(true, false)),
        (Case::from("x@elsewhere.example").referred(), new_ticket(true, true)),
        (Case::from("dana@bank.example"), new_ticket(false, true)),
        (unknown(Case::from("x@elsewhere.example")), new_ticket(false, false)),
    ] {
        assert_eq!(
            case.decide(),
            decision,
            "{} {} {}",
            case.from,
            case.is_tagged,
            case.is_referred
        );
    }
}

#[test]
fn a_disowned_sender_joins_no_ticket() {
    for policy in [Some(DmarcPolicy::Reject), Some(DmarcPolicy::Quarantine), None] {
        let disowned = |case: Case| case.dmarc(Verdict::Fail, policy).decide();
        let held = hold(HoldReason::Disowned, true);
        assert_eq!(disowned(Case::from("dana@bank.example").tagged()), held);
        assert_eq!(disowned(Case::from("dana@bank.example").referred()), held);
        assert_eq!(disowned(Case::from("x@bank.example").tagged()), held);
        assert_eq!(disowned(Case::from("dana@bank.example")), new_ticket(false, false));
    }
}

#[test]
fn nobody_is_taken_for_the_customer_who_is_not() {
    for (from, further) in [
        ("dana@bank.example, x@evil.example", ""),
        ("x@evil.example, dana@bank.example", ""),
        ("Dana <dana@bank.example> <x@evil.example>", ""),
        ("x@evil.example (dana@bank.example)", ""),
        ("\"dana@bank.example\" <x@evil.example>", ""),
        ("=?utf-8?Q?dana=40bank=2Eexample?= <x@evil.example>", ""),
        ("=?utf-8?Q?<dana=40bank.example>?= <x@evil.example>", ""),
        ("x@evil.example", "From: dana@bank.example"),
        ("x@evil.example", "Sender: dana@bank.example"),
        ("x@evil.example", "Reply-To: dana@bank.example"),
        ("x@evil.example", "Resent-From: dana@bank.example"),
        ("x@evil.example", "Return-Path: <dana@bank.example>"),
        ("x@evil.example", "X-Original-From: dana@bank.example"),
        ("x@evil.example", "Cc: dana@bank.example"),
        ("dana@bank.example.evil.example", ""),
        ("dana@mail.bank.example", ""),
        ("dana@bank-example.example", ""),
        ("dana@bаnk.example", ""), // Cyrillic а
        ("dana@xn--bnk-8cd.example", ""),
        ("dana@ban\u{212a}.example", ""), // the Kelvin sign
        ("dana+x@bank.example", ""),
        ("dana\u{200b}@bank.example", ""),
        ("x <dana@bank.example", ""),
        ("dana@bank.example\0@evil.example", ""),
        ("@evil.example:dana@bank.example", ""),
        ("group: dana@bank.example, x@evil.example;", ""),
    ] {
        for case in [Case::from(from).tagged(), Case::from(from).referred(), Case::from(from)] {
            let case = if further.is_empty() { case } else { case.further(further) };
            let decision = case.decide();
            let is_customer = matches!(
                decision,
                Decision::AddAsCustomer { .. }
                    | Decision::AddUnproven { .. }
                    | Decision::FollowUp { .. }
            );
            assert!(!is_customer, "{from} {further}: {decision:?}");
        }
    }
}

#[test]
fn a_tag_counts_only_in_the_envelope() {
    let tagged = desk().addresses[0].for_ticket(ticket_id(), &desk().keys);
    let case = Case::from("x@evil.example").further(&format!(
        "To: {0}\nCc: {0}\nDelivered-To: {0}\nX-Original-To: {0}",
        tagged.as_str()
    ));
    assert_eq!(Clues::of(&case.mail(), &case.receipt(), &desk()).tag, ReplyTag::None);
    assert_eq!(case.decide(), new_ticket(false, true));
}

#[test]
fn a_subject_is_a_hint_and_no_more() {
    let raw = format!("From: x@evil.example\nSubject: About [{TICKET}], please\n\nhello");
    let receipt = Case::from("").receipt();
    let mail = InboundMail::read(raw.as_bytes(), &receipt);
    let clues = Clues::of(&mail, &receipt, &desk());
    assert_eq!(decide(&mail, &receipt, &clues, &Evidence::default()), new_ticket(true, true));
}

#[test]
fn a_closed_ticket_is_gone_on_from_by_its_customer_only() {
    let follow_up = Decision::FollowUp { of: ticket_id() };
    assert_eq!(Case::from("dana@bank.example").tagged().closed().decide(), follow_up);
    assert_eq!(Case::from("dana@bank.example").referred().closed().decide(), follow_up);
    let unproven = Case::from("dana@bank.example").tagged().closed().dmarc(Verdict::Unknown, None);
    assert_eq!(unproven.decide(), new_ticket(true, false));
    assert_eq!(Case::from("x@evil.example").tagged().closed().decide(), new_ticket(true, true));
}

#[test]
fn what_programs_write_is_a_note() {
    let note = Decision::AddNote { ticket: ticket_id() };
    for field in ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: bulk"] {
        assert_eq!(Case::from("dana@bank.example").tagged().further(field).decide(), note);
        assert_eq!(Case::from("dana@bank.example").referred().further(field).decide(), note);
        assert_eq!(Case::from("x@y.example").further(field).decide(), new_ticket(false, true));
    }
    let mut away = Case::from("dana@bank.example").tagged();
    away.sender = EnvelopeSender::Null;
    assert_eq!(away.decide(), note);
    let person = Case::from("dana@bank.example").tagged();
    let listed =
        person.further("Auto-Submitted: no\nX-Auto-Response-Suppress: All\nList-Id: <a.b>");
    assert!(matches!(listed.decide(), Decision::AddAsCustomer { .. }));
}

#[test]
fn viruses_spam_and_our_own_mail_are_set_aside() {
    let mut case = Case::from("dana@bank.example").tagged();
    case.verdicts.spam = Verdict::Fail;
    assert_eq!(case.decide(), hold(HoldReason::Spam, true));
    case.verdicts.virus = Verdict::Fail;
    assert_eq!(case.decide(), hold(HoldReason::Virus, true));
    for from in ["support@desk.example", "Support <SUPPORT+x@desk.example>"] {
        assert_eq!(Case::from(from).decide(), hold(HoldReason::FromOurselves, false));
        assert_eq!(Case::from(from).tagged().decide(), hold(HoldReason::FromOurselves, true));
    }
}

#[test]
fn our_own_mail_that_comes_back_is_a_note() {
    let own = OwnMessage { ticket: ticket_id(), message: OutgoingId::parse("m1").unwrap() };
    let id = own.to_message_id("desk.example", &desk().keys).unwrap();
    let field = format!("X-Support-Message: <{}>", id.as_str());
    let note = Decision::AddNote { ticket: ticket_id() };
    assert_eq!(Case::from("support@desk.example").tagged().further(&field).decide(), note);
    assert_eq!(
        Case::from("support@desk.example").further(&field).decide(),
        hold(HoldReason::FromOurselves, false)
    );
    // Another desk's field means nothing here.
    let foreign = "X-Support-Message: <20261101a1b2c3d4.m1.aaaaaaaaaaaaaaaaaaaaaaaaaa@x.example>";
    let customer = Case::from("dana@bank.example").tagged().further(foreign).decide();
    assert!(matches!(customer, Decision::AddAsCustomer { .. }));
}

#[test]
fn senders_and_tickets_have_their_limits() {
    let mut case = Case::from("x@y.example");
    case.counted = limits::TICKETS_PER_SENDER_AND_HOUR - 1;
    assert_eq!(case.decide(), new_ticket(false, true));
    case.counted += 1;
    assert_eq!(case.decide(), hold(HoldReason::TooManyTickets, false));

    let mut case = Case::from("dana@bank.example").tagged();
    case.ticket.reopens_in_last_hour = limits::REOPENS_PER_HOUR;
    let quiet = Decision::AddAsCustomer { ticket: ticket_id(), may_reopen: false };
    assert_eq!(case.decide(), quiet);
}

#[test]
fn a_mail_that_is_known_changes_nothing() {
    let case = Case::from("dana@bank.example").tagged();
    let (mail, receipt) = (case.mail(), case.receipt());
    let clues = Clues::of(&mail, &receipt, &desk());
    let evidence = Evidence { is_known: true, tagged: Some(known()), ..Evidence::default() };
    let ignored = Decision::Ignore { why: IgnoreReason::SeenBefore };
    assert_eq!(decide(&mail, &receipt, &clues, &evidence), ignored);
}

#[test]
fn a_forged_report_marks_nothing() {
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b";
    let mut case = Case::from("mailer-daemon@x.example").further(report);
    case.sender = EnvelopeSender::Null;
    assert_eq!(case.decide(), hold(HoldReason::UnknownReport, false));
    // The id of a customer's mail is known to others.
    let referring = Case { is_referred: true, ..case };
    assert_eq!(referring.decide(), hold(HoldReason::UnknownReport, true));
    let case = Case { is_referred: false, ..referring };
    let marked = Decision::MarkReported { ticket: ticket_id(), message: None };
    assert_eq!(case.tagged().decide(), marked);
}

#[test]
fn ids_are_looked_up_from_the_newest_on() {
    let case =
        Case::from("dana@bank.example").further("In-Reply-To: <c@x>\nReferences: <a@x> <b@x>");
    let clues = Clues::of(&case.mail(), &case.receipt(), &desk());
    let ids: Vec<&str> = clues.ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["c@x", "b@x", "a@x"]);
    let empty = Case::from("dana@bank.example").further("In-Reply-To: <>\nReferences:");
    assert_eq!(Clues::of(&empty.mail(), &empty.receipt(), &desk()).ids, []);
}

fn acknowledged(case: &Case, counts: AcknowledgementCounts) -> Result<String, NoAcknowledgement> {
    let (mail, receipt) = (case.mail(), case.receipt());
    let clues = Clues::of(&mail, &receipt, &desk());
    acknowledge(&mail, &receipt, &clues, &case.decide(), counts)
        .map(|address| address.as_str().to_owned())
}

#[test]
fn only_a_proven_person_is_acknowledged_and_not_often() {
    use NoAcknowledgement::{Automatic, EnoughForSender, EnoughInAll, NoNewTicket, NotProven};
    let none = AcknowledgementCounts::default();
    let ann = || Case::from("ann@one.example");
    assert_eq!(acknowledged(&ann(), none), Ok("ann@one.example".to_owned()));
    let elsewhere = ann().further("Reply-To: x@evil.example");
    assert_eq!(acknowledged(&elsewhere, none), Ok("ann@one.example".to_owned()));
    for field in [
        "Auto-Submitted: auto-generated",
        "Precedence: list",
        "Precedence: junk",
        "List-Id: <a.b>",
        "X-Auto-Response-Suppress: All",
    ] {
        assert_eq!(acknowledged(&ann().further(field), none), Err(Automatic), "{field}");
    }
    assert_eq!(acknowledged(&ann().dmarc(Verdict::Unknown, None), none), Err(NotProven));
    assert_eq!(acknowledged(&Case::from("dana@bank.example").tagged(), none), Err(NoNewTicket));
    let counts = |hour, day, all| AcknowledgementCounts {
        to_sender_in_last_hour: hour,
        to_sender_in_last_day: day,
        in_last_hour: all,
    };
    assert_eq!(acknowledged(&ann(), counts(1, 1, 1)), Err(EnoughForSender));
    assert_eq!(acknowledged(&ann(), counts(0, 3, 3)), Err(EnoughForSender));
    assert!(acknowledged(&ann(), counts(0, 2, 99)).is_ok());
    assert_eq!(acknowledged(&ann(), counts(0, 0, 100)), Err(EnoughInAll));
}

/// Two desks that strip every header from each other's acknowledgements.
#[test]
fn two_desks_that_answer_each_other_come_to_an_end() {
    let mut sent: Vec<u32> = Vec::new();
    for minute in 0..24 * 60 {
        let within = |minutes: u32| {
            let count = sent.iter().filter(|at| **at + minutes > minute).count();
            u32::try_from(count).unwrap()
        };
        let counts = AcknowledgementCounts {
            to_sender_in_last_hour: within(60),
            to_sender_in_last_day: within(24 * 60),
            in_last_hour: within(60),
        };
        let case =
            Case::from("noreply@helpdesk.example").further(&format!("Message-ID: <{minute}@x>"));
        if acknowledged(&case, counts).is_ok() {
            sent.push(minute);
        }
    }
    assert_eq!(sent.len(), 3);
}
