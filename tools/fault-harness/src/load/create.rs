//! What the clients send.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ledger::MARK;
use crate::seed::{Seed, Sequence};

/// Of 100 creates, how many bear a key.
const WITH_KEY: u32 = 85;
/// Of 100 creates with a key, how many two clients send at the same time.
const BY_TWO_CLIENTS: u32 = 12;
/// Of 100 creates with a key, how many are sent once more after they succeeded.
const REPEATED: u32 = 8;
/// Of 100 creates, how many have a description of the greatest length.
const LONG: u32 = 2;
/// The greatest length of a description, in characters.
const DESCRIPTION_CHARACTERS: usize = 32_000;
/// Customers, so that some have several tickets.
const CUSTOMERS: u64 = 97;

/// Texts that must come back as they went.
const TEXTS: [&str; 7] = [
    "My order hasn't shipped yet. Can you help?",
    "Zeile eins\nZeile zwei\r\n\teingerückt  ",
    "\"quoted\" \\ backslash \\n </script><b>&amp;",
    "😀 ünïcödé 漢字 عربى \u{200d}\u{feff}e\u{301}",
    "{\"S\": \"no attribute\", \"N\": [1, 2.50, null]}",
    "'; DROP TABLE tickets; -- #pk :value",
    "   indented and 100 % ${TABLE_NAME} {{ticket.id}}",
];

/// One ticket that a client wants.
#[derive(Debug, Clone)]
pub struct Create {
    /// Its place in the run, from 0; the subject bears it.
    pub number: u64,
    /// Whether repeated requests are known as such.
    pub idempotency: Idempotency,
    /// What the ticket says.
    pub form: Form,
}

/// The `Idempotency-Key` of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// None: whether a request without an answer made a ticket cannot be known, so it is never sent
    /// again.
    None,
    /// Sent again until a ticket is answered.
    Key {
        /// The key.
        key: Uuid,
        /// Two clients send it at the same time.
        by_two_clients: bool,
        /// It is sent once more after it succeeded.
        repeated: bool,
    },
}

/// The fields of a ticket that its client chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// `customer_email`
    pub customer_email: String,
    /// `subject`
    pub subject: String,
    /// `description`
    pub description: String,
}

impl Create {
    /// The create `number` of a run.
    pub fn draw(seed: Seed, number: u64) -> Self {
        let mut generator = seed.generator(Sequence::Creates, number);
        let idempotency = draw_idempotency(&mut generator);
        Self { number, idempotency, form: draw_form(number, &mut generator) }
    }

    /// Its key, if it has one.
    pub fn key(&self) -> Option<Uuid> {
        match self.idempotency {
            Idempotency::None => None,
            Idempotency::Key { key, .. } => Some(key),
        }
    }
}

impl Form {
    /// The body of the request.
    pub fn to_json(&self) -> Value {
        json!({
            "customer_email": self.customer_email,
            "subject": self.subject,
            "description": self.description
        })
    }
}

fn draw_idempotency(generator: &mut ChaCha8Rng) -> Idempotency {
    if !one_of_hundred(generator, WITH_KEY) {
        return Idempotency::None;
    }
    let mut bytes = [0; 16];
    generator.fill_bytes(&mut bytes);
    Idempotency::Key {
        key: uuid::Builder::from_random_bytes(bytes).into_uuid(),
        by_two_clients: one_of_hundred(generator, BY_TWO_CLIENTS),
        repeated: one_of_hundred(generator, REPEATED),
    }
}

fn draw_form(number: u64, generator: &mut ChaCha8Rng) -> Form {
    let text = TEXTS.get(generator.random_range(0..TEXTS.len())).copied().unwrap_or_default();
    let unique: u64 = generator.random();
    let mut description = format!("{unique:016x} {text}");
    if one_of_hundred(generator, LONG) {
        let missing = DESCRIPTION_CHARACTERS - description.chars().count();
        description.extend(text.chars().cycle().take(missing));
    }
    let name = if generator.random() { "customer" } else { "Customer" };
    Form {
        customer_email: format!("{name}{}@example.com", number % CUSTOMERS),
        subject: format!("Help – \"{MARK}{number:07}\" {unique:016x} 漢字"),
        description,
    }
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
    fn a_seed_draws_the_same_creates_and_no_two_are_alike() {
        let draw = |number| Create::draw(Seed(7), number);
        assert_eq!((draw(5).form, draw(5).key()), (draw(5).form, draw(5).key()));
        assert_ne!(draw(5).form, Create::draw(Seed(8), 5).form);
        let creates: Vec<Create> = (0..1_000).map(draw).collect();
        let subjects: HashSet<&String> = creates.iter().map(|one| &one.form.subject).collect();
        let keys: HashSet<Uuid> = creates.iter().filter_map(Create::key).collect();
        assert_eq!(subjects.len(), 1_000);
        assert!((700..1_000).contains(&keys.len()));
        assert!(creates.iter().any(|one| one.form.description.chars().count() == 32_000));
    }

    #[test]
    fn the_subject_tells_the_create() {
        let create = Create::draw(Seed(7), 123);
        assert_eq!(mark(&create.form.to_json().to_string()), Some(123));
    }
}
