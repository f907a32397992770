//! Asks the second model, if the function was built with one.

use copilot_triage::category::SecondOpinion;

/// What the second model says of `text`; none without one, and none when it fails: the first model's
/// suggestion holds then, and its name tells that it was alone.
#[cfg(feature = "second-opinion")]
pub async fn on(text: String) -> Option<SecondOpinion> {
    use std::sync::OnceLock;

    use copilot_second_opinion::SecondModel;

    static MODEL: OnceLock<Option<SecondModel>> = OnceLock::new();

    if !SecondModel::is_built_in() {
        return None;
    }
    // It computes for a tenth of a second and more with a part of a processor; calls of other tickets
    // must be answered meanwhile.
    let asked = tokio::task::spawn_blocking(move || {
        let load = || {
            SecondModel::load().unwrap_or_else(|error| {
                tracing::error!(%error, "there is no second opinion");
                None
            })
        };
        let model = MODEL.get_or_init(load).as_ref()?;
        model
            .opinion(&text)
            .inspect_err(|error| tracing::error!(%error, "there is no second opinion"))
            .ok()
    });
    asked.await.unwrap_or_else(|error| {
        tracing::error!(is_panic = error.is_panic(), "the second opinion broke off");
        None
    })
}

/// There is none.
#[cfg(not(feature = "second-opinion"))]
pub async fn on(_: String) -> Option<SecondOpinion> {
    None
}
