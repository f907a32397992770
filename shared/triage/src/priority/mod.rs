//! How urgent a ticket is, by a stated policy.
//!
//! No model: no public labels of priority hold up on texts that a model has not seen, so a model's
//! guess could not be defended to an agent. The policy can: each rule that fired is told together
//! with the words that fired it, and anyone can read in [`policy`] what follows from it.
//!
//! Two things are read from the text, its [`Impact`] (what is lost if nobody does anything) and its
//! [`Urgency`] (how soon it gets worse); the matrix gives the priority:
//!
//! | impact \ urgency | can wait | usual | soon | now |
//! |---|---|---|---|---|
//! | severe | high | critical | critical | critical |
//! | serious | medium | high | high | critical |
//! | moderate | low | medium | high | high |
//! | minor | low | low | low | medium |
//!
//! The gravest impact and the greatest urgency that fired count. A text in which nothing fired is
//! moderate and usual, so `medium`. What is denied ("not urgent"), quoted or forwarded, and what
//! stands in a signature or a legal notice, fires nothing. The rules are for English alone; ask
//! [`crate::language`] first.
//!
//! The rules know only the words that stand in them. Of 40 texts that were written after the rules,
//! 50 % were told as the rubric says and 78 % within one step. What was told to be high or critical
//! was, but of the texts that were, two in three fired too little and were told to be `medium` or
//! `low`. So `medium` does not mean harmless. See `docs/priority-rubric.md`.

mod phrase;
mod phrases;
pub mod policy;
mod signs;
mod spelling;
mod token;

use copilot_core::limits::{DESCRIPTION_CHARACTERS, SUBJECT_CHARACTERS};
use copilot_core::ticket::Priority;
use serde::Serialize;

pub use policy::{Impact, Says, Urgency};

use crate::own_words;
use phrase::Hit;
use token::Token;

/// Most places that a fired rule shows.
const SHOWN_WORDS: usize = 5;
/// Longest shown place, in characters.
const SHOWN_CHARACTERS: usize = 60;

/// How urgent a ticket is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// What the matrix gives for the two below.
    pub priority: Priority,
    /// What is lost if nobody does anything.
    pub impact: Impact,
    /// How soon it gets worse.
    pub urgency: Urgency,
    /// Every rule that fired, in the order of the policy, also those that a graver one outweighs.
    pub fired: Vec<FiredRule>,
}

/// A rule of the policy that a text fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FiredRule {
    /// The rule's name, as [`policy::RULES`] has it.
    pub rule: &'static str,
    /// What the rule says of the ticket.
    pub says: Says,
    /// The words that fired it, as they stand in the text: at most 5 places of 60 characters.
    pub words: Vec<String>,
}

/// Tells how urgent a ticket is. Of longer texts than a ticket may have, the rest is not read.
///
/// The time it takes grows with the length of the text alone: about 0.1 ms for 500 characters. The
/// first call also makes the phrases ready, which takes some 7 ms.
pub fn assess(subject: &str, description: &str) -> Assessment {
    let text = joined(subject, description);
    let description_starts = text.len() - bounded(description, DESCRIPTION_CHARACTERS).len();
    let mut tokens = token::read(&text, &own_words::ranges(&text));
    phrase::recognise(&mut tokens.tokens);
    let hits = phrase::find(&tokens);
    let findings = signs::weigh(&text, description_starts, &tokens, hits);
    let (impact, urgency) = (signs::impact(&findings), signs::urgency(&findings));
    let fired = policy::RULES
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let words = shown(&text, &tokens.tokens, findings.of(index));
            (!words.is_empty()).then_some(FiredRule { rule: rule.name, says: rule.says, words })
        })
        .collect();
    Assessment { priority: policy::priority(impact, urgency), impact, urgency, fired }
}

fn joined(subject: &str, description: &str) -> String {
    let subject = bounded(subject, SUBJECT_CHARACTERS);
    let description = bounded(description, DESCRIPTION_CHARACTERS);
    format!("{subject}\n\n{description}")
}

fn bounded(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

/// The places that fired a rule, each once, as they stand in the text.
fn shown(text: &str, tokens: &[Token], hits: &[Hit]) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for hit in hits {
        let (Some(first), Some(last)) = (tokens.get(hit.start), tokens.get(hit.end - 1)) else {
            continue;
        };
        let place = short(text.get(first.start..last.end).unwrap_or_default());
        if !shown.contains(&place) {
            shown.push(place);
        }
        if shown.len() == SHOWN_WORDS {
            break;
        }
    }
    shown
}

fn short(place: &str) -> String {
    let start = bounded(place, SHOWN_CHARACTERS - 1);
    let words = start.split_whitespace().collect::<Vec<_>>().join(" ");
    if start.len() < place.len() { format!("{words}…") } else { words }
}
