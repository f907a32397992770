//! What suggests, with the newest of what agents have taught.

use std::time::Instant;

use copilot_aws::store::Store;
use copilot_core::error::Error;
use copilot_core::limits;
use copilot_service::telemetry;
use copilot_triage::Triage;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// The embedded model and when it was last asked whether agents have taught something since.
pub struct LearnedTriage {
    state: Mutex<State>,
}

struct State {
    triage: Triage,
    looked_at: Option<Instant>,
}

impl LearnedTriage {
    /// Begins with the model as it was delivered.
    pub fn new(triage: Triage) -> Self {
        Self { state: Mutex::new(State { triage, looked_at: None }) }
    }

    /// Looks before the first ticket comes which version is in use, while Lambda still gives the function
    /// a whole processor.
    pub async fn look_ahead(&self, store: &Store) {
        drop(self.current(store).await);
    }

    /// The model to suggest with. Looks every [`limits::ADAPTATION_AGE`] which version is in use. When
    /// that cannot be known or read, the one that is at hand goes on: it suggests as well as before.
    pub async fn current(&self, store: &Store) -> MappedMutexGuard<'_, Triage> {
        let mut state = self.state.lock().await;
        if state.looked_at.is_none_or(|at| at.elapsed() >= limits::ADAPTATION_AGE) {
            state.looked_at = Some(Instant::now());
            if let Err(error) = state.look(store).await {
                let cause = telemetry::cause(&error);
                tracing::warn!(kind = %error, cause, "what agents taught is not known");
            }
        }
        MutexGuard::map(state, |state| &mut state.triage)
    }
}

impl State {
    async fn look(&mut self, store: &Store) -> Result<(), Error> {
        const OPERATION: &str = "use what agents taught";
        let version = store.active_adaptation().await?;
        if version == self.triage.learned_version() {
            return Ok(());
        }
        let used = match version {
            0 => self.triage.forget_learned(),
            _ => self.triage.use_learned(version, &store.adaptation(version).await?),
        };
        used.map_err(|error| Error::internal(OPERATION, error))
    }
}
