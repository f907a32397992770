//! Topics that come up more often than before.
//!
//! A topic is a word or a pair of words. Words with digits or signs are none, so no number, address or
//! key is; and what fewer than five customers write is not said, so hardly a name is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::numbers::number;

/// Days whose tickets are compared
const DAYS: u32 = 7;
/// with those of as many times as many days before.
const WEEKS_BEFORE: f64 = 8.0;
/// Fewest tickets of a topic.
const TICKETS_MINIMUM: usize = 8;
/// Fewest customers who write of it.
const CUSTOMERS_MINIMUM: usize = 5;
/// How many times as many tickets as before, at least.
const TIMES_MINIMUM: f64 = 2.0;
/// How unlikely by chance: the likelihood ratio of two Poisson means, as a difference of deviances.
const RATIO_MINIMUM: f64 = 20.0;
/// The share of tickets in common from which on two topics are one.
const COMMON_SHARE: f64 = 0.5;
/// Shortest and longest word, in characters.
const WORD_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=24;
/// Most words of a ticket that are looked at.
const WORDS: usize = 400;

/// A ticket, as far as topics are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicTicket {
    /// How many days ago it came; 0 is the last complete day.
    pub days_ago: u32,
    /// Stands for the customer, and for nobody else. It need not name anybody.
    pub customer: u64,
    /// What it is about.
    pub topics: BTreeSet<String>,
}

impl TopicTicket {
    /// The ticket with the topics of `text`.
    pub fn new(days_ago: u32, customer: u64, text: &str) -> Self {
        Self { days_ago, customer, topics: topics(text) }
    }
}

/// A topic that rises.
#[derive(Debug, Clone, PartialEq)]
pub struct RisingTopic {
    /// Its words.
    pub topic: String,
    /// Others that mostly the same tickets name.
    pub others: Vec<String>,
    /// Tickets of the last seven days that name it.
    pub tickets: usize,
    /// Customers who wrote them.
    pub customers: usize,
    /// Tickets that were to be expected.
    pub expected: f64,
    /// How unlikely that is by chance; twice as much is far more unlikely.
    pub ratio: f64,
    /// Places of the tickets in the list that was given.
    pub places: Vec<usize>,
}

/// The words and the pairs of words of a text, in small letters.
pub fn topics(text: &str) -> BTreeSet<String> {
    let mut topics = BTreeSet::new();
    let mut before: Option<String> = None;
    let is_edge = |c: char| !c.is_alphanumeric() && !matches!(c, '@' | '_' | '/' | '\\');
    for word in text.split_whitespace().take(WORDS) {
        let word = word.trim_matches(is_edge);
        let letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'));
        if !letters || !WORD_CHARACTERS.contains(&word.chars().count()) {
            before = None;
            continue;
        }
        let word = word.to_lowercase();
        if let Some(before) = before {
            topics.insert(format!("{before} {word}"));
        }
        topics.insert(word.clone());
        before = Some(word);
    }
    topics
}

/// The topics that rise, the least likely first. Tickets that came more than nine weeks ago do not
/// count. Where the tickets rise altogether, as much is expected of every topic.
pub fn rising(tickets: &[TopicTicket]) -> Vec<RisingTopic> {
    let is_new = |ticket: &TopicTicket| ticket.days_ago < DAYS;
    let weeks = f64::from(DAYS) * (WEEKS_BEFORE + 1.0);
    let is_known = |ticket: &&TopicTicket| f64::from(ticket.days_ago) < weeks;
    let new = tickets.iter().filter(|ticket| is_new(ticket)).count();
    let old = tickets.iter().filter(is_known).count() - new;
    let growth = if old == 0 { 1.0 } else { number(new) / (number(old) / WEEKS_BEFORE) };
    let mut now: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, ticket) in tickets.iter().enumerate().filter(|(_, ticket)| is_new(ticket)) {
        for topic in &ticket.topics {
            now.entry(topic).or_default().push(place);
        }
    }
    now.retain(|_, places| places.len() >= TICKETS_MINIMUM);
    let mut before: HashMap<&str, usize> = HashMap::new();
    for ticket in tickets.iter().filter(|ticket| !is_new(ticket)).filter(is_known) {
        for topic in ticket.topics.iter().filter(|topic| now.contains_key(topic.as_str())) {
            *before.entry(topic).or_default() += 1;
        }
    }
    let judged = now.into_iter().filter_map(|(topic, places)| {
        let came = number(places.len());
        // Half a ticket more: that none came in eight weeks does not prove that none ever would.
        let old = number(before.get(topic).copied().unwrap_or_default()) + 0.5;
        let expected = old / WEEKS_BEFORE * growth;
        let ratio = 2.0 * (came * (came / expected).ln() - (came - expected));
        let customers: BTreeSet<u64> =
            places.iter().map(|place| tickets[*place].customer).collect();
        let rises = came >= TIMES_MINIMUM * expected
            && ratio > RATIO_MINIMUM
            && customers.len() >= CUSTOMERS_MINIMUM;
        rises.then(|| RisingTopic {
            topic: topic.to_owned(),
            others: Vec::new(),
            tickets: places.len(),
            customers: customers.len(),
            expected,
            ratio,
            places,
        })
    });
    grouped(judged.collect())
}

/// Topics that mostly the same tickets name, as one.
fn grouped(mut topics: Vec<RisingTopic>) -> Vec<RisingTopic> {
    // Of two that are as unlikely, the longer says more.
    topics.sort_by(|one, other| {
        other.ratio.total_cmp(&one.ratio).then(other.topic.len().cmp(&one.topic.len()))
    });
    let mut groups: Vec<RisingTopic> = Vec::new();
    for topic in topics {
        let is_same = |group: &&mut RisingTopic| {
            let common = topic.places.iter().filter(|place| group.places.contains(place)).count();
            let fewer = topic.places.len().min(group.places.len());
            number(common) >= COMMON_SHARE * number(fewer)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.others.push(topic.topic),
            None => groups.push(topic),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    const WORDS: [&str; 40] = [
        "parcel", "invoice", "login", "password", "refund", "printer", "update", "crash", "slow",
        "order", "late", "broken", "screen", "battery", "account", "email", "missing", "wrong",
        "size", "colour", "charge", "twice", "cancel", "return", "shipping", "address", "phone",
        "error", "install", "version", "tab", "window", "sync", "bookmark", "cookie", "font",
        "video", "sound", "blank", "page",
    ];

    /// Tickets of nine weeks, `a_day` each day, of four words each; what is frequent is at the front.
    fn tickets(seed: u64, a_day: u32) -> Vec<TopicTicket> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut tickets = Vec::new();
        for days_ago in 0..63 {
            for _ in 0..a_day {
                let word = |random: &mut ChaCha8Rng| {
                    let place = random
                        .random_range(0..WORDS.len())
                        .min(random.random_range(0..WORDS.len()));
                    WORDS[place]
                };
                let text: Vec<&str> = (0..4).map(|_| word(&mut random)).collect();
                tickets.push(TopicTicket::new(days_ago, random.random(), &text.join(" ")));
            }
        }
        tickets
    }

    #[test]
    fn a_planted_topic_is_found_with_its_words() {
        let mut tickets = tickets(1, 30);
        for number in 0..8 {
            tickets.push(TopicTicket::new(
                number % 7,
                u64::from(number),
                "too many requests today",
            ));
        }
        for week in [2, 4, 6, 8] {
            tickets.push(TopicTicket::new(week * 7, 99, "too many requests"));
        }
        let found = rising(&tickets);
        assert_eq!(found.len(), 1, "{found:?}");
        let words: Vec<&str> =
            found[0].others.iter().chain([&found[0].topic]).map(String::as_str).collect();
        assert!(words.contains(&"many requests"), "{words:?}");
        assert_eq!((found[0].tickets, found[0].customers, found[0].places.len()), (8, 8, 8));
    }

    #[test]
    fn chance_alone_raises_nothing() {
        let false_ones: usize = (100..200).map(|seed| rising(&tickets(seed, 20)).len()).sum();
        assert!(false_ones <= 10, "{false_ones} in 100 weeks");
    }

    #[test]
    fn one_customer_or_a_busy_week_is_no_topic() {
        let mut one = tickets(3, 30);
        one.extend(
            (0..20).map(|number| TopicTicket::new(number % 7, u64::from(number % 4), "flicker")),
        );
        assert_eq!(rising(&one), []);
        // Twice as many tickets of everything.
        let mut busy = tickets(4, 40);
        let calm: Vec<_> = busy.iter().filter(|ticket| ticket.days_ago < 7).cloned().collect();
        busy.extend(calm);
        assert_eq!(rising(&busy), []);
        assert_eq!(rising(&[]), []);
    }

    #[test]
    fn topics_hold_no_numbers_and_no_addresses() {
        let text = "Order 4711 of jane.roe@example.com: «Printer» doesn't print, see https://a.example/x \
                    sk-12ab key_abc +49 30 1234 C:\\temp";
        let found = topics(text);
        let expected = [
            "doesn't",
            "doesn't print",
            "order",
            "print",
            "print see",
            "printer",
            "printer doesn't",
            "see",
        ];
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }
}
