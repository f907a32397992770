//! What agents correct is learned, used only if it is better, and can be taken back.

use crate::harness::product::{Product, created_id};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Corrections that the desk makes: enough to learn from and to judge by.
const CORRECTIONS: usize = 60;

/// In words that the model cannot know, of a thing that this desk sends out.
fn desk_words(number: usize) -> Value {
    let part =
        ["grumbles", "is grumbling", "grumbled again", "makes a grumbling noise"][number % 4];
    json!({
        "customer_email": format!("customer{number}@example.com"),
        "subject": format!("Frobnicator {part}"),
        "description": format!("Our frobnicator {part} since the last quarbling.")
    })
}

async fn start(data: &std::path::Path) -> Product {
    let further = ["--parameter", "TriageModel=embedded", "--parameter", "TriageConfidence=0"];
    Product::start_with(data, &further).await
}

async fn retrain(product: &Product, input: Option<Value>) -> Value {
    product.stack.run_schedule_with("retrain-triage", input.as_ref()).await.unwrap()
}

#[tokio::test]
async fn what_agents_correct_is_learned_and_can_be_taken_back() {
    let data = tempfile::tempdir().unwrap();
    let product = start(data.path()).await;
    let nothing = json!({"version": 0, "activated": false, "figures": null});
    assert_eq!(retrain(&product, None).await, nothing);

    let numbers: Vec<usize> = (0..CORRECTIONS).collect();
    for group in numbers.chunks(10) {
        join_all(group.iter().map(async |number| {
            let id = created_id(&product.create(&desk_words(*number)).await);
            let suggestion = product.suggestion(&id).await;
            assert_ne!(suggestion["category"], "billing", "{suggestion}");
            // The first of two corrections of a ticket is one that does not hold.
            if number % 10 == 0 {
                product.patch(&id, &json!({"category": "order"})).await;
            }
            assert_eq!(product.patch(&id, &json!({"category": "billing"})).await.status, 200);
        }))
        .await;
    }
    let learned = retrain(&product, None).await;
    assert_eq!(
        (&learned["version"], &learned["activated"]),
        (&json!(1), &json!(true)),
        "{learned}"
    );
    let figures = &learned["figures"];
    let count = |name: &str| figures[name].as_u64().unwrap();
    assert_eq!(count("learned_from") + count("judged_by"), CORRECTIONS as u64, "{figures}");
    assert!(figures["accuracy"].as_f64() > figures["accuracy_before"].as_f64(), "{figures}");
    // The same corrections teach nothing better.
    let again = retrain(&product, None).await;
    assert_eq!((&again["version"], &again["activated"]), (&json!(1), &json!(false)), "{again}");
    product.stack.stop().await;

    // A function looks every few minutes which version is in use; a new process at once.
    let product = start(data.path()).await;
    let id = created_id(&product.create(&desk_words(1_001)).await);
    let suggestion = product.suggestion(&id).await;
    assert_eq!(suggestion["category"], "billing");
    assert!(suggestion["model"].as_str().unwrap().ends_with(".1"), "{suggestion}");

    let back = retrain(&product, Some(json!({"use": 0}))).await;
    assert_eq!(back, json!({"version": 0, "activated": true, "figures": null}));
    for wrong in [json!({"use": 7}), json!({"use": -1}), json!({"use": "1"})] {
        let outcome = product.stack.run_schedule_with("retrain-triage", Some(&wrong)).await;
        assert!(outcome.is_err(), "{wrong}");
    }
    product.stack.stop().await;

    let product = start(data.path()).await;
    let id = created_id(&product.create(&desk_words(1_002)).await);
    let suggestion = product.suggestion(&id).await;
    assert_ne!(suggestion["category"], "billing");
    product.stack.stop().await;
}
