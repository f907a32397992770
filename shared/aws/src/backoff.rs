//! Pauses between the tries of a call that AWS asks patience for.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::limits;

/// The pauses of one call: each may be twice as long as the one before, and how much of it is waited is
/// drawn, so that callers who were refused together do not come back together. All tries and pauses
/// share one time limit.
#[derive(Debug)]
pub(crate) struct Backoff {
    deadline: Instant,
    longest: Duration,
}

impl Backoff {
    /// For a call that may take `limit` with all its tries.
    pub(crate) fn within(limit: Duration) -> Self {
        Self { deadline: Instant::now() + limit, longest: limits::RETRY_BACKOFF }
    }

    /// The outcome of one try; nothing when the time is over first. What a try did is then not known.
    pub(crate) async fn attempt<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout_at(self.deadline, call).await.ok()
    }

    /// Waits for the next try. False, without waiting, when its time would be over by then.
    pub(crate) async fn pause(&mut self) -> bool {
        let pause = self.longest.mul_f64(draw());
        self.longest = (self.longest * 2).min(limits::LONGEST_BACKOFF);
        let next = Instant::now() + pause;
        if next >= self.deadline {
            return false;
        }
        tokio::time::sleep_until(next).await;
        true
    }
}

/// A number from 0.5 to 1: no pause is so short that it does not help.
fn draw() -> f64 {
    let random = u16::from_le_bytes([Uuid::new_v4().as_bytes()[0], Uuid::new_v4().as_bytes()[1]]);
    0.5 + f64::from(random) / f64::from(u16::MAX) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_double_up_to_a_limit_and_end_with_the_time() {
        let began = Instant::now();
        let limit = Duration::from_secs(4);
        let mut backoff = Backoff::within(limit);
        let mut longest = limits::RETRY_BACKOFF;
        let mut pauses = 0;
        loop {
            let before = Instant::now();
            if !backoff.pause().await {
                break;
            }
            let waited = before.elapsed();
            // Tokio's clock has whole milliseconds.
            assert!(waited + Duration::from_millis(1) >= longest / 2, "{waited:?}");
            assert!(waited <= longest + Duration::from_millis(1), "{waited:?}");
            longest = (longest * 2).min(limits::LONGEST_BACKOFF);
            pauses += 1;
        }
        assert!(began.elapsed() < limit && began.elapsed() > limit - limits::LONGEST_BACKOFF);
        assert!((8..20).contains(&pauses), "{pauses}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_ends_with_the_time() {
        let backoff = Backoff::within(Duration::from_secs(1));
        assert_eq!(backoff.attempt(async { 7 }).await, Some(7));
        assert_eq!(backoff.attempt(std::future::pending::<()>()).await, None);
    }
}
