//! The figures of a few suggestions, against what was computed by hand.

use chrono::DateTime;
use copilot_core::ticket::{LanguageCode, ModelName, SuggestionReason};

use super::*;
use file_report::rows::RowFaultKind;

/// Label, suggested category, confidence, and whether it is for review.
type Case = (Option<&'static str>, Option<Category>, f64, bool);

const CASES: [Case; 12] = [
    (Some("Billing"), Some(Category::Billing), 0.95, false),
    (Some("billing"), Some(Category::Billing), 0.85, false),
    (Some("BILLING"), Some(Category::Refund), 0.55, true),
    (Some("billing"), None, 0.0, true),
    (Some("refund"), Some(Category::Refund), 0.9, false),
    (Some("refund"), Some(Category::Billing), 0.82, false),
    (Some("shipping"), Some(Category::Shipping), 1.0, false),
    (Some("Paket"), Some(Category::Shipping), 0.8, false),
    (Some("shipping"), Some(Category::Shipping), 0.799, true),
    (Some("chitchat"), Some(Category::General), 0.3, true),
    (Some("chitchat"), Some(Category::Order), 0.4, true),
    (None, Some(Category::Technical), 0.7, true),
];

fn suggestion(category: Option<Category>, confidence: f64, needs_review: bool) -> Suggestion {
    let reason = |speaks_for, rule: &str| SuggestionReason {
        speaks_for,
        rule: rule.to_owned(),
        words: Vec::new(),
    };
    Suggestion {
        category,
        priority: if needs_review { Priority::High } else { Priority::Low },
        confidence: Confidence::parse(confidence).unwrap(),
        reasons: if confidence < 0.5 {
            vec![
                reason(ReasonFor::Category, "words"),
                reason(ReasonFor::Review, "unknown_language"),
                reason(ReasonFor::Review, "low_confidence"),
                reason(ReasonFor::Review, "low_confidence"),
            ]
        } else {
            vec![reason(ReasonFor::Category, "words")]
        },
        reply: None,
        extracted: Vec::new(),
        language: (confidence >= 0.5).then_some(LanguageCode::ENGLISH),
        model: ModelName::parse("fixed@1").unwrap(),
        needs_review,
        processed_at: DateTime::UNIX_EPOCH,
    }
}

fn threshold() -> Confidence {
    Confidence::parse(0.8).unwrap()
}

fn row(label: Option<&str>) -> Row {
    Row {
        line: 2,
        id: None,
        subject: "Zebra".to_owned(),
        description: "A zebra in the parcel".to_owned(),
        was_cut: false,
        is_short: false,
        created: Created::At(DateTime::UNIX_EPOCH),
        label: label.map(str::to_owned),
        original: None,
    }
}

/// The figures of the fixed suggestions, for tests of what is made of figures.
pub fn fixed() -> Figures {
    let labels = LabelMap::new(&[("paket".to_owned(), Category::Shipping)]);
    let mut figures = Figures::default();
    for (label, category, confidence, needs_review) in CASES {
        let suggestion = suggestion(category, confidence, needs_review);
        figures.add(&row(label), &suggestion, &labels, threshold());
    }
    figures.add_blank();
    figures.add_unreadable(RowFault { line: 14, kind: RowFaultKind::NotJson });
    figures
}

/// The same without any label.
pub fn fixed_without_labels() -> Figures {
    let labels = LabelMap::new(&[]);
    let mut figures = Figures::default();
    for (_, category, confidence, needs_review) in CASES {
        let suggestion = suggestion(category, confidence, needs_review);
        figures.add(&row(None), &suggestion, &labels, threshold());
    }
    figures
}

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-6, "{actual} is not {expected}");
}

#[test]
fn rows_and_suggestions_are_counted() {
    let figures = fixed();
    assert_eq!(
        (figures.rows, figures.suggested, figures.blank, figures.unreadable),
        (14, 12, 1, 1)
    );
    assert_eq!(figures.for_review, 6);
    close(figures.review_share(), 0.5);
    assert_eq!(figures.priorities, [6, 0, 6, 0]);
    // shipping, billing, technical, account, refund, order, general; the last is none.
    let counts = figures.categories.map(|count| (count.rows, count.for_review));
    assert_eq!(counts[..7], [(3, 1), (3, 0), (1, 1), (0, 0), (2, 1), (1, 1), (1, 1)]);
    assert_eq!(counts.last(), Some(&(1, 1)));
    // (1.0 + 0.8 + 0.799) / 3
    close(figures.categories[0].mean_confidence().unwrap(), 0.866_333_333);
    assert_eq!(figures.categories[3].mean_confidence(), None);
    assert_eq!(figures.models.ranked(9).0, [("fixed@1", 12)]);
    assert_eq!(figures.languages.ranked(9).0, [("en", 9), ("unknown", 3)]);
    // Reasons for anything but review do not count, and one that is given twice counts once.
    let reasons = figures.review_reasons.ranked(9).0;
    assert_eq!(reasons, [(BELOW_THRESHOLD, 3), ("low_confidence", 3), ("unknown_language", 3)]);
    let mut figures = Figures::default();
    let unexplained = suggestion(Some(Category::Order), 0.9, true);
    figures.add(&row(None), &unexplained, &LabelMap::new(&[]), threshold());
    assert_eq!(figures.review_reasons.ranked(9).0, [(NO_REASON, 1)]);
}

#[test]
fn a_confidence_falls_into_its_tenth_and_one_into_the_last() {
    let bins = fixed().confidence.bins();
    assert_eq!(bins.map(|bin| bin.rows), [1, 0, 0, 1, 1, 1, 0, 2, 3, 3]);
    close(bins[8].from, 0.8);
    close(bins[9].to, 1.0);
    // 0.85 right, 0.82 wrong, 0.8 right
    assert_eq!(bins[8].right, Share { part: 2, whole: 3 });
    close(bins[8].mean_confidence, 0.823_333_333);
    // The sum of all twelve is 8.069.
    close(fixed().confidence.mean(), 8.069 / 12.0);
}

#[test]
fn labels_tell_how_often_it_is_right() {
    let labels = fixed().labels;
    assert_eq!((labels.without, labels.unknown.ranked(9).0), (1, vec![("chitchat", 2)]));
    // Nine have a label of ours; right are two of billing, one of refund, three of shipping.
    assert_eq!(labels.confusion.accuracy(), Share { part: 6, whole: 9 });
    // Not for review are six of them, of which the refund that is called billing is wrong.
    assert_eq!(labels.sure.accuracy(), Share { part: 5, whole: 6 });
    // billing: 2 of 3 suggested, 2 of 4 labelled; refund: 1 of 2, 1 of 2; shipping: 3 of 3, 3 of 3.
    // F1: 2·2/(3+4) = 4/7, 2·1/(2+2) = 1/2, 1. Their mean is 29/42.
    close(labels.confusion.macro_f1(), 29.0 / 42.0);
    let classes = labels.categories();
    let names: Vec<&str> = classes.iter().map(|class| answer_name(class.class)).collect();
    assert_eq!(names, ["shipping", "billing", "refund"]);
    assert_eq!(classes[1].precision, Share { part: 2, whole: 3 });
    assert_eq!(classes[1].recall, Share { part: 2, whole: 4 });
    close(classes[1].f1, 4.0 / 7.0);
    // A billing ticket for which no category was suggested.
    assert_eq!(labels.confusion.count(1, CATEGORIES), 1);
}

#[test]
fn a_category_that_is_never_suggested_counts_as_nothing_found() {
    let mut confusion = Confusion::default();
    confusion.add(0, 3);
    confusion.add(2, 2);
    confusion.add(2, 1);
    // Class 0 has 0, class 2 has 2·1/(1+2); 1 and 3, which no label names, are left out.
    close(confusion.macro_f1(), (0.0 + 2.0 / 3.0) / 2.0);
    let named: Vec<usize> = confusion.classes().iter().map(|class| class.class).collect();
    assert_eq!(named, [0, 1, 2, 3]);
    close(Confusion::default().macro_f1(), 0.0);
    close(Confusion::default().accuracy().share(), 0.0);
}

#[test]
fn another_threshold_is_another_share_and_accuracy() {
    let sure = |share| fixed().confidence.sure_from(Confidence::parse(share).unwrap());
    // With a label of ours: 0.95, 0.85, 0.55, 0, 0.9, 0.82, 1, 0.8, 0.799.
    assert_eq!(sure(0.8).coverage, Share { part: 6, whole: 9 });
    assert_eq!(sure(0.8).right, Share { part: 5, whole: 6 });
    assert_eq!(sure(0.83).right, Share { part: 4, whole: 4 });
    assert_eq!(sure(0.0).right, Share { part: 6, whole: 9 });
    assert_eq!(sure(1.0).coverage, Share { part: 1, whole: 9 });
}

#[test]
fn the_gap_of_calibration_is_weighted_by_rows() {
    // By tenths, of nine: {0: 0/1}, {0.55: 0/1}, {0.799: 1/1}, {0.85, 0.82, 0.8: 2/3}, {0.95, 0.9,
    // 1: 3/3}.
    let gap = 0.0 + 0.55 + 0.201 + (2.47 - 2.0) + (3.0 - 2.85);
    close(fixed().confidence.calibration_gap(), gap / 9.0);
}

#[test]
fn an_interval_is_wide_for_few_rows() {
    // Wilson's interval of 8 of 10, as in textbooks: 0.490 to 0.943.
    let (low, high) = Share { part: 8, whole: 10 }.interval();
    assert!((low - 0.490).abs() < 1e-3 && (high - 0.943).abs() < 1e-3, "{low} {high}");
    let (low, high) = Share { part: 10, whole: 10 }.interval();
    assert!((low - 0.722).abs() < 1e-3 && high <= 1.0, "{low} {high}");
    assert_eq!(Share { part: 0, whole: 0 }.interval(), (0.0, 1.0));
}

#[test]
fn only_the_first_faults_are_named() {
    let mut figures = Figures::default();
    for line in 0..1000 {
        figures.add_unreadable(RowFault { line, kind: RowFaultKind::NotJson });
    }
    assert_eq!((figures.unreadable, figures.first_faults.len()), (1000, FAULTS_NAMED));
}
