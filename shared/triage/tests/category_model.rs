//! The model that is shipped: that its file is what it says, and what it says of plain texts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use copilot_core::ticket::Category;
use copilot_triage::category::{
    Adaptation, CategoryModel, Correction, MAX_REASONS, MAX_TEXT_CHARS,
};

/// The most that the file may take of a function's package.
const MOST_FILE_BYTES: usize = 600 * 1024;

/// Below this a person should decide: see the model card.
const LITTLE_CONFIDENCE: f32 = 0.879;

fn model() -> &'static CategoryModel {
    CategoryModel::embedded().unwrap()
}

#[test]
fn the_shipped_file_is_what_its_header_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/model/category.model");
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.len() <= MOST_FILE_BYTES);
    // Reading checks the layout, the checksum and every number.
    let read = CategoryModel::parse(&bytes).unwrap();
    assert_eq!(&read, model());
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!(read.name(), "hashed-ngrams@1");
    assert!((0..7).all(|class| read.classes().contains(class)));
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
    assert_eq!(Category::ALL[place], prediction.category);
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
        assert!(prediction.confidence < LITTLE_CONFIDENCE, "{text:?}: {prediction:?}");
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

/// What layout 1 of the file, which did not name its classes, held for each row of the table: as the
/// file was converted, no weight may have changed.
#[test]
fn the_shipped_weights_are_those_of_the_layout_before() {
    use sha2::{Digest as _, Sha256};

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/model/category.model");
    let bytes = std::fs::read(path).unwrap();
    let table = &bytes[bytes.len() - 65_536 * 8..];
    assert_eq!(
        format!("{:x}", Sha256::digest(table)),
        "3af82a5f806029c6222dc0ed74bcc1df8df806c8fe2b294331ca2c9b62beb9f9"
    );
}

/// As the model predicted before its file named its classes, in the order of [`Category::ALL`].
#[test]
fn the_shipped_model_predicts_as_it_did_in_the_layout_before() {
    #[rustfmt::skip]
    let before = [
        ("My order #2021 was placed a week ago but hasn't shipped", [0.9828345, 0.0011447042, 0.00076946, 0.00094555464, 0.003633196, 0.009729672, 0.00094289647]),
        ("I was charged twice for my subscription this month", [2.502766e-5, 0.99953955, 4.6533794e-5, 4.4655524e-5, 0.00016671084, 3.8643917e-5, 0.00013885651]),
        ("The app crashes every time I open it after the update", [0.005344426, 0.004621633, 0.97057885, 0.010688363, 0.0022118469, 0.00084709533, 0.0057077953]),
        ("how do i delete my account", [0.0004634224, 0.003235101, 0.0007496384, 0.99456966, 0.00028874472, 0.00024030072, 0.00045310703]),
        ("The shoes arrived damaged and I would like to return them", [0.0029781668, 0.00043940285, 0.00089979643, 0.0037736248, 0.98975796, 0.0012241486, 0.00092692045]),
        ("can i add another item to the order i just placed", [0.017674426, 0.00083476544, 0.0030425983, 0.0010566831, 0.009053682, 0.95873225, 0.009605595]),
        ("What are your opening hours?", [0.00113236, 0.002117704, 0.005980112, 0.0020106311, 0.0014642462, 0.0037807524, 0.9835142]),
        ("", [0.055154696, 0.09736582, 0.13024847, 0.08222966, 0.08909739, 0.057052094, 0.48885188]),
    ];
    for (text, probabilities) in before {
        let now = model().predict(text).probabilities;
        for (now, before) in now.into_iter().zip(probabilities) {
            // The logarithms and exponentials are those of the platform.
            assert!((now - before).abs() <= 1e-6, "{text}: {now} is not {before}");
        }
    }
}

/// Tables of deployed products hold adaptations of the layout before, which did not name its classes.
#[test]
fn an_adaptation_of_the_layout_before_is_still_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adaptation/layout-1.bin");
    let bytes = std::fs::read(path).unwrap();
    let old = Adaptation::parse(&bytes).unwrap();
    let texts =
        ["frobnicator 12 is grumbling", "the frobnicator grumbles again", "grumbling, frobnicator"];
    let corrections =
        texts.map(|text| Correction { text: text.to_owned(), category: Category::Shipping });
    let new = model().adapt(&corrections).unwrap();
    for text in ["Grumbling noises of my frobnicator", "I want a refund", ""] {
        let [old, new] = [&old, &new].map(|one| model().predict_with(Some(one), text));
        assert_eq!(old.category, new.category, "{text}");
        assert!((old.confidence - new.confidence).abs() <= 1e-4, "{text}: {old:?} {new:?}");
    }
    assert_eq!(Adaptation::parse(&old.to_bytes()), Ok(old));
}
