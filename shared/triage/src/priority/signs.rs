//! Weighs what fired: what takes a hit away, and the signs that no single phrase shows.

use super::phrase::Hit;
use super::policy::{
    FURIOUS, HYPOTHETICAL, Impact, LARGE_SUM, PRAISE, QUESTION, RULES, SETTLED, Says, Urgency,
};
use super::token::{Sentence, Token, Tokens};

/// From this sum on, in units of its currency, an order that went wrong is a serious matter.
const LARGE_SUM_UNITS: f64 = 1_000.0;
/// Most words beside its questions that a text may have and still be no more than its questions.
const WORDS_BESIDE_QUESTIONS: usize = 20;
/// Most words of a text that is mere praise.
const PRAISING_WORDS: usize = 60;
/// Most words of a sentence that is a mere greeting, and does not count as told.
const GREETING_WORDS: usize = 6;
/// Digits from which on a number is that of an order or a ticket, and no year.
const REFERENCE_DIGITS: usize = 5;
/// Words in capitals, of four letters or more, from which on a text is shouted.
const SHOUTED_WORDS: usize = 4;
/// Letters of a word that count as shouted: abbreviations are shorter.
const SHOUTED_LETTERS: usize = 4;
/// Exclamation marks from which on a text is excited.
const EXCLAMATIONS: usize = 3;
/// Angry words that show fury by themselves.
const ANGRY_WORDS: usize = 3;

const CURRENCIES: [&str; 20] = [
    "€", "$", "£", "eur", "euro", "euros", "usd", "gbp", "dollar", "dollars", "pound", "pounds",
    "chf", "francs", "quid", "cad", "aud", "bucks", "sek", "pln",
];
/// How a question begins that has lost its question mark.
const QUESTION_WORDS: [&str; 22] = [
    "what", "whats", "which", "how", "hows", "who", "whos", "do", "does", "is", "are", "can",
    "any", "where", "when", "why", "am", "may", "could", "would", "will", "should",
];
const GREETINGS: [&str; 12] = [
    "hi",
    "hello",
    "hey",
    "dear",
    "thanks",
    "thank",
    "regards",
    "greetings",
    "cheers",
    "good",
    "sincerely",
    "please",
];
/// Before an "if", these ask whether something is so, not what would be: "can you check if".
const WHETHER: [&str; 12] = [
    "know",
    "tell",
    "check",
    "see",
    "wonder",
    "wondering",
    "ask",
    "sure",
    "confirm",
    "me",
    "look",
    "clear",
];
const CONDITIONALS: [&str; 11] = [
    "would", "happens", "happen", "normally", "usually", "do", "does", "who", "how", "what",
    "should",
];

/// The hits of each rule that count, by the rule's place in [`RULES`].
pub(super) struct Findings(Vec<Vec<Hit>>);

impl Findings {
    /// The hits of one rule.
    pub(super) fn of(&self, rule: usize) -> &[Hit] {
        self.0.get(rule).map_or(&[], Vec::as_slice)
    }

    fn named(&mut self, name: &str) -> Option<&mut Vec<Hit>> {
        let rule = RULES.iter().position(|rule| rule.name == name)?;
        self.0.get_mut(rule)
    }

    /// The rules that fired, each with its last hit.
    fn fired(&self) -> impl Iterator<Item = (&'static str, Says, Hit)> {
        RULES
            .iter()
            .zip(&self.0)
            .filter_map(|(rule, hits)| hits.last().map(|last| (rule.name, rule.says, *last)))
    }
}

/// Takes away what does not count, and adds the signs that no single phrase shows.
///
/// `description_starts` parts the subject from the description, in bytes.
pub(super) fn weigh(
    text: &str,
    description_starts: usize,
    tokens: &Tokens,
    hits: Vec<Vec<Hit>>,
) -> Findings {
    let mut findings = Findings(hits);
    set_aside_the_hypothetical(tokens, &mut findings);
    let told = findings.fired().any(|(name, says, _)| {
        name != SETTLED && matches!(says, Says::Impact(Impact::Serious | Impact::Moderate))
    });
    if let Some(hits) = findings.named(SETTLED) {
        hits.retain(|hit| is_stated(tokens, hit.sentence));
    }
    if tokens.tokens.len() > PRAISING_WORDS
        && let Some(hits) = findings.named(PRAISE)
    {
        hits.clear();
    }
    if let Some(hits) = findings.named(QUESTION) {
        hits.extend(questions(description_starts, tokens));
    }
    if let Some(hits) = findings.named(FURIOUS) {
        keep_only_fury(text, &tokens.tokens, hits);
    }
    if told && let Some(hits) = findings.named(LARGE_SUM) {
        hits.extend(large_sums(&tokens.tokens));
    }
    findings
}

/// The gravest impact that fired. What is settled outweighs what was told of before.
pub(super) fn impact(findings: &Findings) -> Impact {
    let fired: Vec<(&str, Impact, usize)> = findings
        .fired()
        .filter_map(|(name, says, last)| match says {
            Says::Impact(impact) => Some((name, impact, last.sentence)),
            Says::Urgency(_) => None,
        })
        .collect();
    let settled =
        fired.iter().find(|(name, ..)| *name == SETTLED).map(|(_, _, sentence)| *sentence);
    fired
        .iter()
        .filter(|(_, impact, sentence)| {
            let outweighed = settled.is_some_and(|settled| *sentence <= settled);
            *impact == Impact::Severe || *impact == Impact::Minor || !outweighed
        })
        .map(|(_, impact, _)| *impact)
        .max()
        .unwrap_or(Impact::Moderate)
}

/// The greatest urgency that fired. Only where nothing hurries does "can wait" count.
pub(super) fn urgency(findings: &Findings) -> Urgency {
    let fired = findings.fired().filter_map(|(_, says, _)| match says {
        Says::Urgency(urgency) => Some(urgency),
        Says::Impact(_) => None,
    });
    fired.max().unwrap_or(Urgency::Usual)
}

/// In a sentence that asks what would happen, nothing has happened.
fn set_aside_the_hypothetical(tokens: &Tokens, findings: &mut Findings) {
    let Some(hits) = findings.named(HYPOTHETICAL) else { return };
    for (index, sentence) in tokens.sentences.iter().enumerate() {
        if let Some(at) = asks_what_if(tokens.of(sentence), sentence.asks) {
            let start = sentence.tokens.start + at;
            hits.push(Hit { start, end: start + 1, sentence: index });
        }
    }
    let asked: Vec<usize> = hits.iter().map(|hit| hit.sentence).collect();
    if asked.is_empty() {
        return;
    }
    for (rule, hits) in RULES.iter().zip(&mut findings.0) {
        if matches!(rule.says, Says::Impact(impact) if impact > Impact::Minor) {
            hits.retain(|hit| !asked.contains(&hit.sentence));
        }
    }
}

/// Where the "if" stands of a question like "what do I do if my card is stolen?".
fn asks_what_if(words: &[Token], asks: bool) -> Option<usize> {
    let at = words.iter().position(|token| token.word == "if")?;
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    let whether = before.is_some_and(|token| WHETHER.contains(&token.word.as_str()));
    let conditional = words.iter().any(|token| CONDITIONALS.contains(&token.word.as_str()));
    (asks && conditional && !whether).then_some(at)
}

/// Whether a sentence states something: it does not ask, and sets no condition.
fn is_stated(tokens: &Tokens, sentence: usize) -> bool {
    tokens.sentences.get(sentence).is_some_and(|sentence| {
        !sentence.asks && tokens.of(sentence).iter().all(|token| token.word != "if")
    })
}

/// The questions of a text that is little more than its questions, by their first words.
fn questions(description_starts: usize, tokens: &Tokens) -> Vec<Hit> {
    if tokens.tokens.iter().any(|token| is_a_reference(&token.word)) {
        return Vec::new();
    }
    let mut questions = Vec::new();
    let mut told = 0;
    let has_description = tokens.tokens.last().is_some_and(|last| last.end > description_starts);
    for (index, sentence) in tokens.sentences.iter().enumerate() {
        let words = tokens.of(sentence);
        let in_subject = words.first().is_some_and(|first| first.start < description_starts);
        if in_subject && has_description {
            continue;
        }
        if is_question(sentence, words) {
            let start = sentence.tokens.start;
            let end = sentence.tokens.end.min(start + 4);
            questions.push(Hit { start, end, sentence: index });
        } else if !is_greeting(words) {
            told += words.len();
        }
    }
    if told > WORDS_BESIDE_QUESTIONS {
        questions.clear();
    }
    questions
}

/// Whether a number is that of an order, a ticket or the like: who gives one asks about their own.
fn is_a_reference(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    digits >= REFERENCE_DIGITS && word.chars().all(char::is_alphanumeric)
}

fn is_question(sentence: &Sentence, words: &[Token]) -> bool {
    let mut spoken =
        words.iter().map(|token| token.word.as_str()).skip_while(|word| GREETINGS.contains(word));
    let begins_as_one = spoken.next().is_some_and(|first| QUESTION_WORDS.contains(&first));
    sentence.asks || (begins_as_one && words.len() > 2)
}

fn is_greeting(words: &[Token]) -> bool {
    let greets = words.iter().any(|token| GREETINGS.contains(&token.word.as_str()));
    greets && words.len() <= GREETING_WORDS
}

/// Leaves the hits of angry words only if there are more signs of fury, and adds those.
fn keep_only_fury(text: &str, tokens: &[Token], hits: &mut Vec<Hit>) {
    let shouted: Vec<Hit> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| is_shouted(text.get(token.start..token.end).unwrap_or_default()))
        .map(|(at, token)| Hit { start: at, end: at + 1, sentence: token.sentence })
        .collect();
    let exclamations: usize = tokens
        .iter()
        .map(|token| {
            let rest = text.get(token.end..).unwrap_or_default();
            rest.chars()
                .take_while(|mark| matches!(mark, '!' | '?'))
                .filter(|mark| *mark == '!')
                .count()
        })
        .sum();
    let shouts = shouted.len() >= SHOUTED_WORDS;
    let is_fury =
        !hits.is_empty() && (shouts || exclamations >= EXCLAMATIONS || hits.len() >= ANGRY_WORDS);
    if !is_fury {
        hits.clear();
    } else if shouts {
        hits.extend(shouted);
    }
}

fn is_shouted(word: &str) -> bool {
    word.chars().count() >= SHOUTED_LETTERS && word.chars().all(char::is_uppercase)
}

/// Sums of [`LARGE_SUM_UNITS`] and more that stand beside a currency.
fn large_sums(tokens: &[Token]) -> Vec<Hit> {
    let is_currency = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|token| CURRENCIES.contains(&token.word.as_str()))
    };
    let sums = tokens.iter().enumerate().filter_map(|(at, token)| {
        let before = is_currency(at.checked_sub(1));
        let large = sum(&token.word).is_some_and(|sum| sum >= LARGE_SUM_UNITS);
        if !large || !(before || is_currency(Some(at + 1))) {
            return None;
        }
        let (start, end) = if before { (at - 1, at + 1) } else { (at, at + 2) };
        Some(Hit { start, end, sentence: token.sentence })
    });
    sums.collect()
}

/// The number that a text means by "1,890", "2.350", "1.200,50" or "1890.5": a mark with three
/// digits after it parts thousands, any other last one parts decimals.
fn sum(word: &str) -> Option<f64> {
    let (whole, decimals) = match word.rfind(['.', ',']) {
        Some(mark) if word.len() - mark != 4 => word.split_at(mark),
        _ => (word, ""),
    };
    let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ',')).collect();
    let number = format!("{whole}.{}", decimals.trim_start_matches(['.', ',']));
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::priority::{Assessment, assess};

    fn fired(assessment: &Assessment, rule: &str) -> bool {
        assessment.fired.iter().any(|fired| fired.rule == rule)
    }

    #[test]
    fn sums_are_read_in_the_ways_that_people_write_them() {
        for (written, units) in [
            ("1,890", 1_890.0),
            ("2.350", 2_350.0),
            ("1.200,50", 1_200.5),
            ("1,200.50", 1_200.5),
            ("89,90", 89.9),
            ("12.5", 12.5),
            ("8000", 8_000.0),
        ] {
            assert_eq!(sum(written), Some(units), "{written}");
        }
        assert_eq!(sum("sofa"), None);
    }

    #[test]
    fn a_large_sum_counts_only_in_an_order_that_went_wrong() {
        let broken = assess("", "The table for €1,890 arrived damaged.");
        assert_eq!((broken.impact, fired(&broken, LARGE_SUM)), (Impact::Serious, true));
        let asked = assess("", "Do you sell laptops under 1500 euros?");
        assert_eq!((asked.impact, fired(&asked, LARGE_SUM)), (Impact::Minor, false));
    }

    #[test]
    fn what_is_told_after_the_settled_counts() {
        assert_eq!(assess("Charged twice", "It's all sorted now.").impact, Impact::Minor);
        let then = "That is all sorted now. But today I was charged twice.";
        assert_eq!(assess("", then).impact, Impact::Serious);
        assert_eq!(assess("", "Is it solved? I was charged twice").impact, Impact::Serious);
    }

    #[test]
    fn in_a_question_of_what_would_happen_nothing_has_happened() {
        let asked = assess("", "What do I do if my card is stolen?");
        assert_eq!((asked.impact, fired(&asked, HYPOTHETICAL)), (Impact::Minor, true));
        let whether = assess("", "Can you check if my account was hacked?");
        assert_eq!(whether.impact, Impact::Severe);
        let threat = assess("", "If you don't answer I will see my lawyer.");
        assert_eq!(threat.impact, Impact::Serious);
    }

    #[test]
    fn a_text_with_more_than_its_question_is_no_general_question() {
        assert_eq!(assess("", "Do you deliver to Norway?").impact, Impact::Minor);
        assert_eq!(assess("", "do you deliver to norway").impact, Impact::Minor);
        let told = "We have used the machine for a year and a half, every morning, and since some \
                    time ago a light has been on at the side. Is that so by design?";
        assert_eq!(assess("", told).impact, Impact::Moderate);
        assert_eq!(assess("", "Is number 7719203 ready?").impact, Impact::Moderate);
    }

    #[test]
    fn one_angry_word_or_mere_shouting_is_no_fury() {
        assert!(!fired(&assess("", "The new colour is awful."), FURIOUS));
        assert!(!fired(&assess("", "I LOVE THIS BRAND, THANK YOU!!!"), FURIOUS));
        assert!(fired(&assess("", "You idiots sent the wrong one AGAIN!!!"), FURIOUS));
        assert!(fired(&assess("", "Useless, pathetic, a disgrace."), FURIOUS));
    }

    #[test]
    fn what_hurries_outweighs_what_can_wait() {
        let both = assess("", "Not urgent for me, but my flight leaves tomorrow.");
        assert_eq!(both.urgency, Urgency::Now);
        assert_eq!(assess("", "No hurry.").urgency, Urgency::CanWait);
    }
}
