//! What is done to one ticket.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};
use uuid::Uuid;

use crate::ledger::MARK;
use crate::seed::{Seed, Sequence};

/// Of 100 cases, how many are conversations of a vendor.
const CONVERSATIONS: u32 = 45;
/// Of 100 messages, how many the vendor delivers twice at the same time.
const TWICE_AT_ONCE: u32 = 25;
/// Of 100 messages, how many it delivers once more after they were taken.
const ONCE_MORE: u32 = 15;
/// Of 100 tickets of agents, how many are closed in the end.
const CLOSED: u32 = 30;
/// The first id of a conversation.
const FIRST_CONVERSATION: u64 = 1_000_000;
/// Ids of messages are apart by so many for each case.
const MESSAGES_OF_A_CASE: u64 = 100;

const CATEGORIES: [&str; 4] = ["refund", "order", "billing", "account"];
const PRIORITIES: [&str; 3] = ["low", "medium", "critical"];

/// One ticket, and what happens to it. Each field is set by one client, in order, so that it is known
/// what its history must tell.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its place in the run, from 0; the subject bears it.
    pub number: u64,
    /// How the ticket comes.
    pub origin: Origin,
    /// Its subject.
    pub subject: String,
    /// Its description: plainly about shipping and urgent, so that the AI is sure of both.
    pub description: String,
    /// Who it is assigned to, one after the other.
    pub assignees: Vec<String>,
    /// The one label that it bears, one after the other.
    pub labels: Vec<String>,
    /// What an agent says that it is about, if one does; never what the AI says.
    pub category: Option<&'static str>,
    /// How urgent an agent says that it is, if one does.
    pub priority: Option<&'static str>,
    /// The statuses that an agent gives it, one after the other.
    pub statuses: Vec<&'static str>,
}

/// How a ticket comes.
#[derive(Debug, Clone)]
pub enum Origin {
    /// From the form, with this `Idempotency-Key`.
    Form(Uuid),
    /// From a conversation in Zendesk.
    Conversation {
        /// Zendesk's id of it.
        id: u64,
        /// What the customer writes later.
        messages: Vec<Message>,
    },
}

/// A message of the customer's.
#[derive(Debug, Clone)]
pub struct Message {
    /// Zendesk's id of it.
    pub id: u64,
    /// The words.
    pub text: String,
    /// Whether it is delivered twice at the same time.
    pub twice_at_once: bool,
    /// Whether it is delivered once more after it was taken.
    pub once_more: bool,
}

impl Case {
    /// The case `number` of a run.
    pub fn draw(seed: Seed, number: u64) -> Self {
        let mut generator = seed.generator(Sequence::Cases, number);
        let unique: u64 = generator.random();
        let is_conversation = one_of_hundred(&mut generator, CONVERSATIONS);
        let origin = if is_conversation {
            let messages = (0..generator.random_range(1..=4)).collect::<Vec<u64>>();
            Origin::Conversation {
                id: FIRST_CONVERSATION + number,
                messages: messages
                    .into_iter()
                    .map(|nth| draw_message(number, nth, &mut generator))
                    .collect(),
            }
        } else {
            let mut bytes = [0; 16];
            generator.fill_bytes(&mut bytes);
            Origin::Form(uuid::Builder::from_random_bytes(bytes).into_uuid())
        };
        let mut names = |kind: &str, most: u64| {
            let count = generator.random_range(1..=most);
            (0..count).map(|nth| format!("{kind}-{number}-{nth}")).collect()
        };
        let (assignees, labels) = (names("agent", 3), names("label", 2));
        Self {
            number,
            origin,
            subject: format!("Order hasn't shipped yet {MARK}{number:07} {unique:016x}"),
            description: "My order was placed a week ago but hasn't shipped. I need it before \
                          Friday. Where is my package?"
                .to_owned(),
            assignees,
            labels,
            category: one_or_none(&CATEGORIES, &mut generator),
            priority: one_or_none(&PRIORITIES, &mut generator),
            statuses: draw_statuses(is_conversation, &mut generator),
        }
    }
}

fn draw_message(number: u64, nth: u64, generator: &mut ChaCha8Rng) -> Message {
    Message {
        id: FIRST_CONVERSATION + number * MESSAGES_OF_A_CASE + nth,
        text: format!(
            "Message {nth} of {number}: \"still\" nothing, {:016x}",
            generator.random::<u64>()
        ),
        twice_at_once: one_of_hundred(generator, TWICE_AT_ONCE),
        once_more: one_of_hundred(generator, ONCE_MORE),
    }
}

/// A conversation is resolved, which the next message takes back.
fn draw_statuses(is_conversation: bool, generator: &mut ChaCha8Rng) -> Vec<&'static str> {
    if is_conversation {
        return vec!["resolved"];
    }
    let mut statuses = vec!["open", "in_progress", "resolved"];
    if one_of_hundred(generator, CLOSED) {
        statuses.push("closed");
    }
    statuses
}

fn one_or_none(of: &[&'static str], generator: &mut ChaCha8Rng) -> Option<&'static str> {
    // As likely none as each of them.
    of.get(generator.random_range(0..=of.len())).copied()
}

fn one_of_hundred(generator: &mut ChaCha8Rng, share: u32) -> bool {
    generator.random_range(0..100) < share
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ledger::mark;

    #[test]
    fn a_seed_draws_the_same_cases_and_no_two_share_an_id() {
        let draw = |seed, number| Case::draw(Seed(seed), number);
        assert_eq!(format!("{:?}", draw(7, 5)), format!("{:?}", draw(7, 5)));
        assert_ne!(draw(7, 5).subject, draw(8, 5).subject);
        let mut ids = HashSet::new();
        let mut conversations = 0;
        for number in 0..500 {
            let case = draw(7, number);
            assert_eq!(mark(&case.subject), Some(number));
            if let Origin::Conversation { id, messages } = case.origin {
                conversations += 1;
                assert_eq!(id, FIRST_CONVERSATION + number);
                assert!(messages.iter().all(|message| ids.insert(message.id)));
            }
        }
        assert!((150..300).contains(&conversations), "{conversations}");
    }
}
