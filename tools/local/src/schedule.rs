//! Runs functions on their schedules, as EventBridge does.

use std::time::Duration;

use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use lambda_process::{FunctionPool, InvokeError};
use sam_template::{Schedule, Scheduler};

/// Tries of one run: Lambda repeats a failed asynchronous invocation twice (Lambda developer guide,
/// "How Lambda handles errors and retries with asynchronous invocation").
const TRIES: u32 = 3;
/// Pause between two tries. Lambda waits one minute and then two; on a laptop somebody watches.
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_secs(2);

/// A schedule with what it joins.
pub struct Clock {
    /// The function that is run.
    pub function: FunctionPool,
    pub schedule: Schedule,
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
        if let Some(input) = &self.schedule.input {
            return input.clone();
        }
        let id = uuid::Uuid::new_v4().to_string();
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let name = self.function.function();
        match self.schedule.scheduler {
            // EventBridge user guide, "Event structure reference".
            Scheduler::Rule => json!({
                "version": "0",
                "id": id,
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": self.account_id,
                "time": time,
                "region": self.region,
                "resources": [format!("arn:aws:events:{}:{}:rule/{name}", self.region, self.account_id)],
                "detail": {}
            }),
            // Its details are a text, unlike a rule's, as functions on AWS have logged it.
            Scheduler::EventBridgeScheduler => json!({
                "version": "0",
                "id": id,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": self.account_id,
                "time": time,
                "region": self.region,
                "resources": [format!(
                    "arn:aws:scheduler:{}:{}:schedule/default/{name}",
                    self.region, self.account_id
                )],
                "detail": "{}"
            }),
        }
    }
}
