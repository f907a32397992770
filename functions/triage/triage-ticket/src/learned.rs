//! What suggests, with the newest of what agents have taught.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use copilot_aws::store::Store;
use copilot_core::error::Error;
use copilot_core::limits;
use copilot_service::telemetry;
use copilot_triage::Triage;

/// The embedded model and when it was last asked whether agents have taught something since.
///
/// Nobody holds the lock over a call: while one message looks for another version, the others of its
/// batch suggest with the one that is at hand.
pub struct LearnedTriage {
    state: Mutex<State>,
}

struct State {
    triage: Arc<Triage>,
    looked_at: Option<Instant>,
}

impl LearnedTriage {
    /// Begins with the model as it was delivered.
    pub fn new(triage: Triage) -> Self {
        Self { state: Mutex::new(State { triage: Arc::new(triage), looked_at: None }) }
    }

    /// Looks before the first ticket comes which version is in use, while Lambda still gives the function
    /// a whole processor.
    pub async fn look_ahead(&self, store: &Store) {
        self.current(store).await;
    }

    /// The model to suggest with. Looks every [`limits::ADAPTATION_AGE`] which version is in use, for at
    /// most [`limits::ADAPTATION_TIMEOUT`]. When that cannot be known or read, the one that is at hand
    /// goes on: it suggests as well as before.
    pub async fn current(&self, store: &Store) -> Arc<Triage> {
        self.current_by(|triage| look(store, triage)).await
    }

    async fn current_by<Look>(&self, look: impl FnOnce(Arc<Triage>) -> Look) -> Arc<Triage>
    where
        Look: Future<Output = Result<Option<Triage>, Error>>,
    {
        let at_hand = {
            let mut state = self.state();
            let is_fresh = state.looked_at.is_some_and(|at| at.elapsed() < limits::ADAPTATION_AGE);
            if is_fresh {
                return Arc::clone(&state.triage);
            }
            // Whoever comes meanwhile finds that somebody looks.
            state.looked_at = Some(Instant::now());
            Arc::clone(&state.triage)
        };
        let looked = tokio::time::timeout(limits::ADAPTATION_TIMEOUT, look(Arc::clone(&at_hand)));
        let failure = match looked.await {
            Ok(Ok(None)) => return at_hand,
            Ok(Ok(Some(newer))) => {
                let newer = Arc::new(newer);
                self.state().triage = Arc::clone(&newer);
                return newer;
            }
            Ok(Err(error)) => error,
            Err(_) => Error::unavailable(OPERATION),
        };
        let cause = telemetry::cause(&failure);
        tracing::warn!(kind = %failure, cause, "what agents taught is not known");
        at_hand
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const OPERATION: &str = "use what agents taught";

/// What is to take the place of `triage`, if another version is in use.
async fn look(store: &Store, triage: Arc<Triage>) -> Result<Option<Triage>, Error> {
    let version = store.active_adaptation().await?;
    if version == triage.learned_version() {
        return Ok(None);
    }
    let mut newer = Triage::clone(&triage);
    let used = match version {
        0 => newer.forget_learned(),
        _ => newer.use_learned(version, &store.adaptation(version).await?),
    };
    let defect = |error: copilot_triage::TriageDefect| Error::internal(OPERATION, error);
    used.map(|()| Some(newer)).map_err(defect)
}

#[cfg(test)]
mod tests {
    use copilot_triage::Threshold;

    use super::*;

    fn triage() -> Triage {
        Triage::new(Threshold::parse("0.8").unwrap()).unwrap()
    }

    #[tokio::test]
    async fn who_comes_while_another_looks_does_not_wait() {
        let learned = LearnedTriage::new(triage());
        let (found, looks) = tokio::sync::oneshot::channel();
        let looking = learned.current_by(|_| async { Ok(looks.await.unwrap()) });
        let other = async {
            let at_hand = learned.current_by(|_| async { panic!("a second look") }).await;
            // Only now does the first look end.
            found.send(Some(triage())).unwrap();
            at_hand
        };
        let (newer, at_hand) = tokio::join!(looking, other);
        assert!(!Arc::ptr_eq(&newer, &at_hand));
        let next = learned.current_by(|_| async { panic!("a second look") }).await;
        assert!(Arc::ptr_eq(&newer, &next));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_fails_or_hangs_leaves_what_is_at_hand() {
        let unavailable = || Error::unavailable("test");
        let failing = LearnedTriage::new(triage());
        let kept = failing.current_by(|_| async { Err(unavailable()) }).await;
        let hanging = LearnedTriage::new(triage());
        let began = tokio::time::Instant::now();
        let other = hanging.current_by(|_| std::future::pending()).await;
        assert!(
            began.elapsed() <= limits::ADAPTATION_TIMEOUT + std::time::Duration::from_millis(1)
        );
        assert_eq!((kept.learned_version(), other.learned_version()), (0, 0));
    }
}
