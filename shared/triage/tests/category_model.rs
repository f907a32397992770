//! The model that is shipped: that its file is what it says, and what it says of plain texts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use copilot_core::ticket::Category;
use copilot_triage::category::{CategoryModel, MAX_REASONS, MAX_TEXT_CHARS, MODEL_BYTES};

/// The most that the file may take of a function's package.
const MOST_FILE_BYTES: usize = 600 * 1024;

fn model() -> &'static CategoryModel {
    CategoryModel::embedded().unwrap()
}

#[test]
fn the_shipped_file_is_what_its_header_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/model/category.model");
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes.len(), MODEL_BYTES);
    assert!(bytes.len() <= MOST_FILE_BYTES);
    // Reading checks the layout, the checksum and every number.
    let read = CategoryModel::parse(&bytes).unwrap();
    assert_eq!(&read, model());
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(read.name(), "hashed-ngrams@1");
    assert!(read.review_threshold() > 0.0 && read.review_threshold() < 1.0);
}

#[test]
fn plain_texts_are_sorted_as_a_person_would() {
    let examples: [(&str, &[Category]); 12] = [
        (
            "My order #2021 was placed a week ago but hasn't shipped",
            &[Category::Shipping, Category::Order],
        ),
        ("Where is my package? The tracking has not moved since Friday", &[Category::Shipping]),
        ("I was charged twice for my subscription this month", &[Category::Billing]),
        ("Please send me an invoice for my last payment", &[Category::Billing]),
        ("The app crashes every time I open it after the update", &[Category::Technical]),
        ("I can't log in, my password reset email never arrives", &[Category::Account]),
        ("how do i delete my account", &[Category::Account]),
        ("I want my money back, when do I get my refund?", &[Category::Refund]),
        ("The shoes arrived damaged and I would like to return them", &[Category::Refund]),
        ("I need to cancel my order please", &[Category::Order]),
        ("can i add another item to the order i just placed", &[Category::Order]),
        ("What are your opening hours?", &[Category::General]),
    ];
    for (text, right) in examples {
        let prediction = model().predict(text);
        assert!(right.contains(&prediction.category), "{text}: {prediction:?}");
    }
}

#[test]
fn a_prediction_is_a_distribution_and_the_same_each_time() {
    let text = "My order #2021 was placed a week ago but hasn't shipped";
    let prediction = model().predict(text);
    let sum: f32 = prediction.probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-5);
    let largest = prediction.probabilities.iter().copied().fold(0.0, f32::max);
    assert_eq!(prediction.confidence, largest);
    let place = prediction.probabilities.iter().position(|one| *one == largest).unwrap();
    assert_eq!(Category::ALL[place].1, prediction.category);
    assert_eq!(prediction, model().predict(text));
}

#[test]
fn reasons_are_words_of_the_text() {
    let text = "Hello, I want a REFUND for order #2021. Write to mary.major@example.com, \
                a refund please!";
    let prediction = model().predict(text);
    assert_eq!(prediction.category, Category::Refund);
    assert!((1..=MAX_REASONS).contains(&prediction.reasons.len()));
    assert!(prediction.reasons[0].text.to_lowercase().contains("refund"), "{prediction:?}");
    for reason in &prediction.reasons {
        assert!(text.contains(&reason.text), "{reason:?}");
        assert!(!reason.text.contains(['@', '2']), "{reason:?}");
        assert!(reason.weight > 0.0);
    }
    assert!(prediction.reasons.is_sorted_by(|a, b| a.weight >= b.weight));
}

#[test]
fn a_text_without_words_has_no_reasons_and_little_confidence() {
    for text in ["", "   ", "?!…", "zzqxv"] {
        let prediction = model().predict(text);
        assert!(prediction.confidence < model().review_threshold(), "{text:?}: {prediction:?}");
    }
    assert!(model().predict("").reasons.is_empty());
}

#[test]
fn what_stands_after_the_limit_is_not_read() {
    let start = "refund ".repeat(MAX_TEXT_CHARS / 7 + 1);
    let start: String = start.chars().take(MAX_TEXT_CHARS).collect();
    let longer = format!("{start} the app crashes with an error");
    assert_eq!(model().predict(&start), model().predict(&longer));
}

#[test]
fn a_text_of_many_different_words_is_read() {
    let text: String = (0..)
        .flat_map(|n: u32| format!("w{n} ö{n}é ").into_bytes())
        .take(200_000)
        .map(char::from)
        .collect();
    let prediction = model().predict(&text);
    assert!((0.0..=1.0).contains(&prediction.confidence));
}
