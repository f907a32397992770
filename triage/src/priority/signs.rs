//! Weighs what fired: what takes a hit away, and the signs that no single phrase shows.

use super::phrase::Hit;
use super::policy::{
    FURIOUS, HYPOTHETICAL, Impact, LARGE_SUM, QUESTION, RULES, SETTLED, Says, Urgency,
};
use super::token::{Sentence, Token, Tokens};

/// From this sum on, in units of its currency, an order that went wrong is a serious matter.
const LARGE_SUM_UNITS: f64 = 1_000.0;
/// Most words beside its questions that a text may have and still be no more than its questions.
const WORDS_BESIDE_QUESTIONS: usize = 20;
/// Most words of a sentence that is a mere greeting, and does not count as told.
const GREETING_WORDS: usize = 6;
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
const QUESTION_WORDS: [&str; 16] = [
    "what", "whats", "which", "how", "hows", "who", "whos", "do", "does", "is", "are", "can",
    "any", "where", "when", "why",
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

fn is_question(sentence: &Sentence, words: &[Token]) -> bool {
    let begins_as_one =
        words.first().is_some_and(|first| QUESTION_WORDS.contains(&first.word.as_str()));
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
