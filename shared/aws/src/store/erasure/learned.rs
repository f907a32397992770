//! Forgetting what the AI learned from corrections that are removed.
//!
//! A version holds weights and no text, but it was made from texts. Which version learned from which
//! correction nobody notes, and none that was made before a correction can have: so all since the first
//! correction are forgotten. The next run of the training learns anew from those that are left.

use chrono::{DateTime, Utc};

use super::super::Store;
use super::report::Counted;
use copilot_core::error::Error;

impl Store {
    /// Forgets what was learned since the first correction that `erasure` has removed, if it has.
    pub(super) async fn forget_learned(
        &self,
        erasure: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let known = self.erasure(erasure).await?;
        let Some(since) = known.and_then(|known| known.learned_since) else { return Ok(()) };
        // A training that read the corrections before is to see that its lesson is void.
        self.note_unlearning(now).await?;
        let versions = self.adaptation_versions().await?;
        let is_void = |made_at: &str| made_at >= since.as_str();
        let active = self.active_adaptation().await?;
        if versions.iter().any(|version| version.number == active && is_void(&version.at)) {
            let kept = versions.iter().filter(|version| version.is_kept && !is_void(&version.at));
            let latest = kept.map(|version| version.number).max().unwrap_or(0);
            self.use_adaptation(latest, now).await?;
        }
        for version in versions.iter().filter(|version| version.is_kept && is_void(&version.at)) {
            let update = self.void_adaptation(version.number)?;
            self.remove(vec![update], erasure, &[(Counted::LearnedVersions, 1)]).await?;
        }
        self.note_forgotten(erasure, &since).await
    }
}
