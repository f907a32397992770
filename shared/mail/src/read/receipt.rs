//! What the receiving server knows of a mail that the mail itself does not tell: the envelope, and what
//! it found out about the sender. What a mail says about these things itself is never read.

use chrono::{DateTime, Utc};

use super::InboundMail;
use crate::MailAddress;

/// A mail's reception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The envelope's sender.
    pub sender: EnvelopeSender,
    /// The addresses that the server took the mail for. Only these may carry a reply address.
    pub recipients: Vec<String>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What the server found out.
    pub verdicts: Verdicts,
}

/// The address to which a mail's fate is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeSender {
    /// `<>`: nobody is to be answered.
    Null,
    /// An address.
    Address(MailAddress),
    /// Something that is no address.
    Unreadable,
}

impl EnvelopeSender {
    /// Reads the sender as a server names it, with or without angle brackets.
    pub fn parse(text: &str) -> Self {
        match text.trim().trim_start_matches('<').trim_end_matches('>').trim() {
            "" => Self::Null,
            text => MailAddress::parse(text).map_or(Self::Unreadable, Self::Address),
        }
    }
}

/// The verdicts of Amazon SES on a mail (Amazon SES developer guide, "Contents of notifications").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    /// Whether it is spam.
    pub spam: Verdict,
    /// Whether it carries a virus.
    pub virus: Verdict,
    /// Whether the envelope's domain allows the server that it came from.
    pub spf: Verdict,
    /// Whether the signatures of domains hold.
    pub dkim: Verdict,
    /// Whether the domain of From stands for it.
    pub dmarc: Verdict,
    /// What the domain of From asks to do with mail that it does not stand for.
    pub dmarc_policy: Option<DmarcPolicy>,
}

impl Verdicts {
    /// Every verdict a pass.
    pub const PASSED: Self = Self {
        spam: Verdict::Pass,
        virus: Verdict::Pass,
        spf: Verdict::Pass,
        dkim: Verdict::Pass,
        dmarc: Verdict::Pass,
        dmarc_policy: None,
    };
}

/// One verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Checked and good.
    Pass,
    /// Checked and bad.
    Fail,
    /// Nothing is known: the domain says nothing, the check failed, or there was none.
    Unknown,
}

impl Verdict {
    /// Reads the `status` of a verdict: `PASS`, `FAIL`, `GRAY`, `PROCESSING_FAILED`, `DISABLED`. A
    /// word that is not known is [`Verdict::Unknown`].
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_uppercase().as_str() {
            "PASS" => Self::Pass,
            "FAIL" => Self::Fail,
            _ => Self::Unknown,
        }
    }
}

/// What a domain asks for by DMARC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DmarcPolicy {
    /// Nothing.
    None,
    /// To set the mail aside.
    Quarantine,
    /// To refuse it.
    Reject,
}

impl DmarcPolicy {
    /// Reads `dmarcPolicy`; `None` for a word that is not known.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "none" => Some(Self::None),
            "quarantine" => Some(Self::Quarantine),
            "reject" => Some(Self::Reject),
            _ => None,
        }
    }
}

/// Whether the address in From is shown to have sent the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderProof {
    /// Its domain stands for the mail.
    Proven,
    /// Nobody knows.
    NotProven,
    /// Its domain says that the mail is not from it, and asks to set it aside or refuse it.
    Disowned,
}

impl Receipt {
    /// Whether the envelope says that nobody is to be answered.
    pub fn has_null_sender(&self) -> bool {
        self.sender == EnvelopeSender::Null
    }

    /// Whether the sender of `mail` is proven: by DMARC or, where its domain publishes no policy, by a
    /// check that passed for that very domain or one above or below it. Several addresses in From prove
    /// none of them, and neither does a header that the server may have read otherwise.
    pub fn proof(&self, mail: &InboundMail) -> SenderProof {
        let verdicts = &self.verdicts;
        if verdicts.dmarc == Verdict::Fail {
            let is_indifferent = verdicts.dmarc_policy == Some(DmarcPolicy::None);
            return if is_indifferent { SenderProof::NotProven } else { SenderProof::Disowned };
        }
        let may_differ = mail.condition.header_is_cut || mail.condition.header_is_ambiguous;
        let Some(from) = mail.sender_address().filter(|_| !may_differ) else {
            return SenderProof::NotProven;
        };
        match verdicts.dmarc {
            Verdict::Pass => SenderProof::Proven,
            Verdict::Fail | Verdict::Unknown => {
                let domain = from.domain();
                let by_spf = verdicts.spf == Verdict::Pass
                    && matches!(&self.sender, EnvelopeSender::Address(sender) if is_aligned(&sender.domain(), &domain));
                // The verdict says that a signature holds, not which: all must be of the domain.
                let by_dkim = verdicts.dkim == Verdict::Pass
                    && !mail.signing_domains.is_empty()
                    && mail.signing_domains.iter().all(|signing| is_aligned(signing, &domain));
                if by_spf || by_dkim { SenderProof::Proven } else { SenderProof::NotProven }
            }
        }
    }
}

/// Whether one domain is the other or lies below it. The upper one must have a dot: a whole top-level
/// domain stands for nobody.
fn is_aligned(one: &str, other: &str) -> bool {
    let (upper, lower) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let below =
        lower.strip_suffix(upper).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    upper.contains('.') && below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read() {
        assert_eq!(Verdict::parse("pass"), Verdict::Pass);
        assert_eq!(Verdict::parse("FAIL"), Verdict::Fail);
        for unknown in ["GRAY", "PROCESSING_FAILED", "DISABLED", "", "PASSED"] {
            assert_eq!(Verdict::parse(unknown), Verdict::Unknown);
        }
        assert_eq!(DmarcPolicy::parse("REJECT"), Some(DmarcPolicy::Reject));
        assert_eq!(DmarcPolicy::parse("x"), None);
        assert_eq!(EnvelopeSender::parse("<>"), EnvelopeSender::Null);
        assert_eq!(EnvelopeSender::parse(""), EnvelopeSender::Null);
        assert_eq!(EnvelopeSender::parse("<nobody>"), EnvelopeSender::Unreadable);
    }

    #[test]
    fn only_the_domain_itself_and_its_relatives_stand_for_it() {
        for (one, other) in [
            ("bank.example", "bank.example"),
            ("bounces.bank.example", "bank.example"),
            ("bank.example", "news.bank.example"),
        ] {
            assert!(is_aligned(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("evilbank.example", "bank.example"),
            ("bank.example.evil.example", "bank.example"),
            ("example", "bank.example"),
            ("", "bank.example"),
            ("a.bank.example", "b.bank.example"),
        ] {
            assert!(!is_aligned(one, other), "{one} {other}");
        }
    }
}
