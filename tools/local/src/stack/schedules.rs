//! Running a scheduled function now.

use serde_json::Value;

use super::Stack;
use super::intake::clock;
use lambda_process::InvokeError;

/// Why a scheduled function was not run, or not well.
#[derive(Debug, thiserror::Error)]
pub enum RunScheduleError {
    /// No schedule runs a function of this name.
    #[error("No schedule runs {name:?}. Scheduled are: {scheduled}.")]
    NotScheduled {
        name: String,
        /// The names that are right.
        scheduled: String,
    },
    #[error("The function {0} does not answer as a scheduled function does.")]
    NoJson(String),
    /// The function fails; its log, above, says why.
    #[error("The function {name} fails: {source}")]
    Failed {
        name: String,
        #[source]
        source: InvokeError,
    },
}

impl Stack {
    /// Runs the scheduled function `name` (that of its folder, such as `requeue-stranded`) once,
    /// now, and returns what it answers.
    ///
    /// # Errors
    /// [`RunScheduleError`].
    pub async fn run_schedule(&self, name: &str) -> Result<Value, RunScheduleError> {
        self.run_schedule_with(name, None).await
    }

    /// The same with `input` in place of what the schedule sends, if it is given.
    ///
    /// # Errors
    /// [`RunScheduleError`].
    pub async fn run_schedule_with(
        &self,
        name: &str,
        input: Option<&Value>,
    ) -> Result<Value, RunScheduleError> {
        let scheduled: Vec<_> = self
            .schedules
            .iter()
            .filter_map(|schedule| self.functions.get(&schedule.function))
            .collect();
        let Some(function) = scheduled.iter().find(|function| function.function() == name) else {
            let names: Vec<&str> = scheduled.iter().map(|pool| pool.function()).collect();
            let scheduled = names.join(", ");
            return Err(RunScheduleError::NotScheduled { name: name.to_owned(), scheduled });
        };
        let answer = clock(function, &self.region).run_once(input).await;
        let failed = |source| RunScheduleError::Failed { name: name.to_owned(), source };
        serde_json::from_slice(&answer.map_err(failed)?)
            .map_err(|_| RunScheduleError::NoJson(name.to_owned()))
    }
}
