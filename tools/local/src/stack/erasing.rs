//! Erasing a customer.

use serde_json::{Value, json};

use super::{RunScheduleError, Stack};

/// The function that erases when it is invoked with a customer.
const FUNCTION: &str = "erase-due";
/// Most runs for one customer. Each removes what 40 s are enough for.
const RUNS: usize = 1_000;

/// Why a customer is not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error(transparent)]
    Function(#[from] RunScheduleError),
    #[error("The function {FUNCTION} does not answer as an erasure does.")]
    NoErasure,
    #[error("Something is left after {RUNS} runs. The same command goes on.")]
    Unfinished,
}

impl Stack {
    /// Erases the customer with this id, and says what was removed since the erasure began.
    ///
    /// # Errors
    /// [`EraseError`]; what was removed by then is.
    pub async fn erase(&self, customer_id: &str) -> Result<Vec<String>, EraseError> {
        let input = json!({"erase": customer_id});
        for _ in 0..RUNS {
            let erasure = self.run_schedule_with(FUNCTION, Some(&input)).await?;
            let erased = erasure["erased"].as_object().ok_or(EraseError::NoErasure)?;
            if erasure["finished_at"].is_string() {
                let line = |(kind, count): (&String, &Value)| {
                    format!("{}: {count}", kind.replace('_', " "))
                };
                let began = erasure["started_at"].as_str().unwrap_or_default();
                let first = format!("{customer_id} is erased. Removed since {began}:");
                return Ok(std::iter::once(first).chain(erased.iter().map(line)).collect());
            }
        }
        Err(EraseError::Unfinished)
    }
}
