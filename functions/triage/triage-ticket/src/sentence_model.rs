//! Runs the sentence model, if the function was built with one.

use copilot_triage::category::SentenceScores;

/// The sentence model's scores of `text`. None if the function was built without it or when it fails:
/// the word model's suggestion then stands alone, and its model name says so.
#[cfg(feature = "second-opinion")]
pub async fn scores(text: String) -> Option<SentenceScores> {
    use std::sync::OnceLock;

    use copilot_triage::category::SentenceModel;

    static MODEL: OnceLock<Option<SentenceModel>> = OnceLock::new();

    if !copilot_embedding::is_built_in() {
        return None;
    }
    // It computes for a tenth of a second and more with a part of a processor; calls for other tickets
    // must be answered meanwhile.
    let task = tokio::task::spawn_blocking(move || {
        let load = || {
            SentenceModel::load().unwrap_or_else(|error| {
                tracing::error!(%error, "the sentence model cannot be loaded");
                None
            })
        };
        let model = MODEL.get_or_init(load).as_ref()?;
        model
            .scores(&text)
            .inspect_err(|error| tracing::error!(%error, "the sentence model failed"))
            .ok()
    });
    task.await.unwrap_or_else(|error| {
        tracing::error!(is_panic = error.is_panic(), "the sentence model broke off");
        None
    })
}

/// Without the sentence model there are no scores.
#[cfg(not(feature = "second-opinion"))]
pub async fn scores(_: String) -> Option<SentenceScores> {
    None
}
