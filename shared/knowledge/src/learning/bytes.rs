//! Past tickets as bytes, in a form like a segment's.

use chrono::DateTime;
use copilot_core::ticket::{LanguageCode, TicketId};

use super::{AgentKey, Decision, Kept, PastTickets, Verdict};
use crate::article::ArticleId;
use crate::bytes::{
    self, NotOpened, Reader, write_count, write_encoder, write_meaning, write_text,
};
use crate::limits;

/// What the bytes begin with.
const MARK: [u8; 4] = *b"CKPT";
/// Counts the changes of this form.
const FORM: u16 = 1;
/// Fewest bytes that one decision has.
const DECISION_BYTES: usize = 60;

/// Why bytes are no past tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PastTicketsFault {
    /// They do not begin so, or were made by another version of the program.
    #[error("not past tickets of this form and recipe")]
    OtherForm,
    /// Cut off, changed, or with what none of them has.
    #[error("not as they are made")]
    Malformed,
}

impl PastTickets {
    /// What is to be stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = bytes::begun(MARK, FORM);
        write_encoder(&mut bytes, self.encoder);
        write_count(&mut bytes, self.kept.len());
        for kept in &self.kept {
            let Decision { ticket, agent, at, article, verdict } = &kept.decision;
            write_text(&mut bytes, &ticket.to_string());
            bytes.extend_from_slice(&agent.0);
            bytes.extend_from_slice(&at.timestamp_micros().to_le_bytes());
            write_text(&mut bytes, article.as_str());
            bytes.push(u8::from(*verdict == Verdict::Accepted));
            write_text(&mut bytes, &kept.language.map(String::from).unwrap_or_default());
            write_count(&mut bytes, kept.words.len());
            for (word, count) in &kept.words {
                write_text(&mut bytes, word);
                bytes.extend_from_slice(&count.to_le_bytes());
            }
            bytes.push(u8::from(kept.meaning.is_some()));
            kept.meaning.iter().for_each(|meaning| write_meaning(&mut bytes, meaning));
        }
        bytes::signed(bytes)
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// [`PastTicketsFault`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PastTicketsFault> {
        let mut reader = bytes::opened(bytes, MARK, FORM).map_err(|fault| match fault {
            NotOpened::Mark | NotOpened::Version => PastTicketsFault::OtherForm,
            NotOpened::Checksum => PastTicketsFault::Malformed,
        })?;
        let past = reader.past_tickets().filter(|_| reader.is_at_end());
        past.ok_or(PastTicketsFault::Malformed)
    }
}

impl Reader<'_> {
    fn past_tickets(&mut self) -> Option<PastTickets> {
        let encoder = self.encoder()?;
        let count = self.count(DECISION_BYTES)?;
        let mut kept: Vec<Kept> = Vec::with_capacity(count);
        for _ in 0..count {
            kept.push(self.kept()?);
        }
        let in_order = kept.is_sorted_by_key(|kept| kept.decision.at);
        (in_order && count <= limits::PAST_TICKETS).then_some(PastTickets { encoder, kept })
    }

    fn kept(&mut self) -> Option<Kept> {
        let ticket = TicketId::parse(self.text()?).ok()?;
        let agent = AgentKey(self.take()?);
        let at = DateTime::from_timestamp_micros(self.take().map(i64::from_le_bytes)?)?;
        let article = ArticleId::parse(self.text()?).ok()?;
        let verdict = if self.flag()? { Verdict::Accepted } else { Verdict::Rejected };
        let language = match self.text()? {
            "" => None,
            code => Some(LanguageCode::parse(code).ok()?),
        };
        let count = self.count(6)?;
        let mut words = Vec::with_capacity(count);
        for _ in 0..count {
            words.push((self.text()?.to_owned(), self.take().map(u16::from_le_bytes)?));
        }
        let meaning = if self.flag()? { Some(self.meaning()?) } else { None };
        let in_order = words.is_sorted_by(|(one, _), (other, _)| one < other);
        let decision = Decision { ticket, agent, at, article, verdict };
        in_order.then_some(Kept { decision, language, words, meaning })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::{Meaning, Question};
    use crate::sealed;

    fn past(texts: &[String], has_meanings: bool) -> PastTickets {
        let mut past = PastTickets::new(has_meanings.then_some([3; 32]));
        for (number, text) in texts.iter().enumerate() {
            let id = format!("TKT-20241103-{number:08X}");
            let decision = Decision {
                ticket: TicketId::parse(&id).unwrap(),
                agent: AgentKey([1; 16]),
                at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
                article: ArticleId::parse("a").unwrap(),
                verdict: if number % 2 == 0 { Verdict::Accepted } else { Verdict::Rejected },
            };
            let meaning = Meaning::of(&std::array::from_fn(|place| (place as f32).sin()));
            let question = Question::of(text).with_meaning(meaning);
            past.record(decision, &question, Some(LanguageCode::ENGLISH));
        }
        past
    }

    proptest! {
        #[test]
        fn past_tickets_come_back_as_they_were(
            texts in proptest::collection::vec("\\PC{0,80}", 0..6), has_meanings: bool,
        ) {
            let past = past(&texts, has_meanings);
            prop_assert_eq!(PastTickets::from_bytes(&past.to_bytes()), Ok(past));
        }

        #[test]
        fn changed_bytes_never_panic(text in "[a-z ]{1,40}", place: prop::sample::Index, byte: u8) {
            let bytes = past(&[text], true).to_bytes();
            let mut content = bytes[..bytes.len() - bytes::CHECKSUM_BYTES].to_vec();
            let place = place.index(content.len());
            content[place] = byte;
            let _ = PastTickets::from_bytes(&sealed(&content));
            let _ = PastTickets::from_bytes(&sealed(&content[..place]));
        }
    }
}
