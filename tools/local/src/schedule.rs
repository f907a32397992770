//! Runs functions on their schedules, as EventBridge does.

use std::time::Duration;

use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use lambda_process::{FunctionPool, InvokeError};

/// Tries of one run: Lambda repeats a failed asynchronous invocation twice (Lambda developer guide,
/// "How Lambda handles errors and retries with asynchronous invocation").
const TRIES: u32 = 3;
/// Pause between two tries. Lambda waits one minute and then two; on a laptop somebody watches.
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_secs(2);

/// A function that a schedule runs.
pub struct Clock {
    /// The function that is run.
    pub function: FunctionPool,
    /// The region, as events name it.
    pub region: String,
    /// The account, as events name it.
    pub account_id: String,
}

impl Clock {
    /// Runs the function one `period` from now and then each period, never twice at once, until
    /// `stopped` turns true. A run that is under way is finished.
    pub async fn run(self, period: Duration, mut stopped: watch::Receiver<bool>) {
        let mut ticks = interval_at(Instant::now() + period, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !*stopped.borrow() {
            tokio::select! {
                _ = ticks.tick() => self.run_with_retries(&mut stopped).await,
                _ = stopped.changed() => return,
            }
        }
    }

    async fn run_with_retries(&self, stopped: &mut watch::Receiver<bool>) {
        let event = Bytes::from(self.event().to_string());
        for attempt in 1..=TRIES {
            let Err(error) = self.function.invoke(event.clone()).await else { return };
            tracing::warn!(%error, function = self.function.function(), attempt, "scheduled run failed");
            if attempt < TRIES {
                tokio::select! {
                    () = tokio::time::sleep(PAUSE_BETWEEN_TRIES) => {}
                    _ = stopped.changed() => return,
                }
            }
        }
    }

    /// Runs the function now, whenever its schedule would, with `input` in place of what the
    /// schedule sends, if it is given.
    ///
    /// # Errors
    /// [`InvokeError`].
    pub async fn run_once(&self, input: Option<&Value>) -> Result<Bytes, InvokeError> {
        let event = input.cloned().unwrap_or_else(|| self.event());
        self.function.invoke(event.to_string().into()).await
    }

    fn event(&self) -> Value {
        let Self { function, region, account_id } = self;
        // EventBridge user guide, "Event structure reference".
        json!({
            "version": "0",
            "id": uuid::Uuid::new_v4().to_string(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": account_id,
            "time": Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
            "region": region,
            "resources": [format!("arn:aws:events:{region}:{account_id}:rule/{}", function.function())],
            "detail": {}
        })
    }
}
