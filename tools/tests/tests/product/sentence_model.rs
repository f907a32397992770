//! The sentence model is asked where the word model is unsure, and only there.

use std::path::Path;

use crate::harness::product::{Product, created_id};
use serde_json::{Value, json};

async fn with_confidence(data: &Path, confidence: &str) -> Product {
    let confidence = format!("TriageConfidence={confidence}");
    let options = ["--parameter", "TriageModel=embedded", "--parameter", &confidence];
    Product::start_with(data, &options).await
}

async fn suggestion(product: &Product, subject: &str, description: &str) -> Value {
    let body = json!({"customer_email": "ada@example.com", "subject": subject,
        "description": description});
    let id = created_id(&product.create(&body).await);
    product.suggestion(&id).await
}

fn review_reasons(suggestion: &Value) -> Vec<&str> {
    let reasons = suggestion["reasons"].as_array().unwrap().iter();
    let review = reasons.filter(|reason| reason["for"] == "review");
    review.map(|reason| reason["rule"].as_str().unwrap()).collect()
}

#[tokio::test]
#[ignore = "needs the language model, which `cargo xtask second-opinion` fetches"]
async fn what_the_word_model_is_unsure_of_is_put_to_the_sentence_model() {
    let data = tempfile::tempdir().unwrap();
    let product = with_confidence(data.path(), "0.88").await;
    let sure = suggestion(
        &product,
        "Where is my parcel?",
        "My package has not been delivered, the tracking number does not work and the courier lost \
         my shipment.",
    )
    .await;
    assert_eq!(sure["model"], "hashed-ngrams@1", "{sure}");
    let unsure = suggestion(&product, "Hello", "It does not do what I thought it would.").await;
    assert_eq!(unsure["model"], "hashed-ngrams@1+minilm@1", "{unsure}");
    // Neither model knows another language.
    let german =
        suggestion(&product, "Bestellung", "Wo bleibt mein Paket? Ich warte seit Wochen.").await;
    assert_eq!(german["model"], "hashed-ngrams@1", "{german}");
    product.stack.stop().await;
}

#[tokio::test]
#[ignore = "needs the language model, which `cargo xtask second-opinion` fetches"]
async fn a_ticket_that_nobody_is_sure_of_is_for_review() {
    let data = tempfile::tempdir().unwrap();
    // No confidence reaches 1, so every ticket gets both opinions.
    let product = with_confidence(data.path(), "1").await;
    let texts = [
        ("Question", "Can you tell me more about it?"),
        (
            "Invoice",
            "The parcel arrived but the invoice shows the wrong amount and my login fails.",
        ),
        ("Hello", "It does not do what I thought it would."),
    ];
    for (subject, description) in texts {
        let suggestion = suggestion(&product, subject, description).await;
        assert_eq!(suggestion["model"], "hashed-ngrams@1+minilm@1", "{suggestion}");
        assert_eq!(suggestion["needs_review"], true);
        assert!(review_reasons(&suggestion).contains(&"confidence"), "{suggestion}");
    }
    product.stack.stop().await;
}
