//! The policy: its rules, what each says of a ticket, and the matrix.
//!
//! The phrases stand in `phrases`; how one is written, `phrase` tells.

use copilot_core::ticket::Priority;
use serde::Serialize;

use super::phrases::{moderate_and_minor, serious, severe, urgency};

/// What is lost if nobody does anything, from the least on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Nothing: a question, a wish, thanks, or it is solved.
    Minor,
    /// Something is not as it should be. What a text is in which no rule fires.
    Moderate,
    /// Money is at risk, something paid for cannot be used at all, or a legal step was taken.
    Serious,
    /// Misuse, personal data in the open, danger to people, or work as a whole stands still.
    Severe,
}

/// How soon it gets worse, from the latest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// The customer says so.
    CanWait,
    /// Nothing is said.
    Usual,
    /// A day is named, patience is at its end, or the customer calls it urgent.
    Soon,
    /// It ends within a day, or damage goes on.
    Now,
}

/// What a rule says of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// What is lost.
    Impact(Impact),
    /// How soon it gets worse.
    Urgency(Urgency),
}

/// A rule of the policy.
#[derive(Debug)]
pub struct Rule {
    /// What an agent is shown.
    pub name: &'static str,
    /// What it says of a ticket.
    pub says: Says,
    /// The phrases, each of which fires it.
    pub phrases: &'static [&'static str],
}

/// The matrix: a row for each impact, a column for each urgency, both from the least on.
const MATRIX: [[Priority; 4]; 4] = {
    use Priority::{Critical, High, Low, Medium};
    [
        // Can wait, usual, soon, now.
        [Low, Low, Low, Medium],              // minor
        [Low, Medium, High, High],            // moderate
        [Medium, High, High, Critical],       // serious
        [High, Critical, Critical, Critical], // severe
    ]
};

/// The priority of an impact and an urgency, by the matrix of [`crate::priority`].
pub fn priority(impact: Impact, urgency: Urgency) -> Priority {
    MATRIX[impact as usize][urgency as usize]
}

/// Counts only beside trouble or money at risk: a large sum in an order that went well is no harm.
pub(super) const LARGE_SUM: &str = "a large sum";
/// Outweighs what was serious or moderate, unless that is told of after it.
pub(super) const SETTLED: &str = "settled";
/// Takes from its sentence what was told of as having happened.
pub(super) const HYPOTHETICAL: &str = "asks what would happen";
/// Fires when the text is little more than its questions.
pub(super) const QUESTION: &str = "general question";
/// Fires in short texts alone: a long one has more to tell.
pub(super) const PRAISE: &str = "praise or thanks";
/// Fires on more than one sign: an angry word and shouting, or three angry words.
pub(super) const FURIOUS: &str = "furious";

/// The rules, in the order in which they are shown.
pub static RULES: &[Rule] = &[
    Rule {
        name: "security or fraud",
        says: Says::Impact(Impact::Severe),
        phrases: severe::SECURITY_OR_FRAUD,
    },
    Rule {
        name: "personal data in the open",
        says: Says::Impact(Impact::Severe),
        phrases: severe::PERSONAL_DATA_IN_THE_OPEN,
    },
    Rule {
        name: "danger to people",
        says: Says::Impact(Impact::Severe),
        phrases: severe::DANGER_TO_PEOPLE,
    },
    Rule { name: "outage", says: Says::Impact(Impact::Severe), phrases: severe::OUTAGE },
    Rule {
        name: "attempted fraud",
        says: Says::Impact(Impact::Serious),
        phrases: serious::ATTEMPTED_FRAUD,
    },
    Rule {
        name: "money at risk",
        says: Says::Impact(Impact::Serious),
        phrases: serious::MONEY_AT_RISK,
    },
    Rule {
        name: "cannot be used at all",
        says: Says::Impact(Impact::Serious),
        phrases: serious::CANNOT_BE_USED_AT_ALL,
    },
    Rule { name: "legal step", says: Says::Impact(Impact::Serious), phrases: serious::LEGAL_STEP },
    Rule { name: LARGE_SUM, says: Says::Impact(Impact::Serious), phrases: &[] },
    Rule {
        name: "trouble or a request",
        says: Says::Impact(Impact::Moderate),
        phrases: moderate_and_minor::TROUBLE_OR_A_REQUEST,
    },
    Rule { name: SETTLED, says: Says::Impact(Impact::Minor), phrases: moderate_and_minor::SETTLED },
    Rule {
        name: HYPOTHETICAL,
        says: Says::Impact(Impact::Minor),
        phrases: moderate_and_minor::HYPOTHETICAL,
    },
    Rule {
        name: QUESTION,
        says: Says::Impact(Impact::Minor),
        phrases: moderate_and_minor::QUESTION,
    },
    Rule {
        name: "wish or feedback",
        says: Says::Impact(Impact::Minor),
        phrases: moderate_and_minor::WISH_OR_FEEDBACK,
    },
    Rule { name: PRAISE, says: Says::Impact(Impact::Minor), phrases: moderate_and_minor::PRAISE },
    Rule {
        name: "within a day",
        says: Says::Urgency(Urgency::Now),
        phrases: urgency::WITHIN_A_DAY,
    },
    Rule {
        name: "a near day or event",
        says: Says::Urgency(Urgency::Soon),
        phrases: urgency::A_NEAR_DAY_OR_EVENT,
    },
    Rule {
        name: "is called urgent",
        says: Says::Urgency(Urgency::Soon),
        phrases: urgency::IS_CALLED_URGENT,
    },
    Rule {
        name: "repeated contact",
        says: Says::Urgency(Urgency::Soon),
        phrases: urgency::REPEATED_CONTACT,
    },
    Rule {
        name: "will leave or go public",
        says: Says::Urgency(Urgency::Soon),
        phrases: urgency::WILL_LEAVE_OR_GO_PUBLIC,
    },
    Rule { name: FURIOUS, says: Says::Urgency(Urgency::Soon), phrases: urgency::FURIOUS },
    Rule { name: "can wait", says: Says::Urgency(Urgency::CanWait), phrases: urgency::CAN_WAIT },
];

#[cfg(test)]
mod tests {
    use super::*;

    const IMPACTS: [Impact; 4] = [Impact::Minor, Impact::Moderate, Impact::Serious, Impact::Severe];
    const URGENCIES: [Urgency; 4] = [Urgency::CanWait, Urgency::Usual, Urgency::Soon, Urgency::Now];

    #[test]
    fn more_impact_and_more_urgency_never_lower_the_priority() {
        for pair in IMPACTS.windows(2) {
            for urgency in URGENCIES {
                assert!(priority(pair[0], urgency) as u8 <= priority(pair[1], urgency) as u8);
            }
        }
        for pair in URGENCIES.windows(2) {
            for impact in IMPACTS {
                assert!(priority(impact, pair[0]) as u8 <= priority(impact, pair[1]) as u8);
            }
        }
    }

    #[test]
    fn a_text_in_which_nothing_fires_is_of_medium_priority() {
        assert_eq!(priority(Impact::Moderate, Urgency::Usual), Priority::Medium);
    }

    #[test]
    fn the_names_of_the_rules_differ() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(index + 1).all(|other| other.name != rule.name));
        }
    }
}
