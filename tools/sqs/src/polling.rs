//! Long polls: waiting for a message without asking again and again.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::error::SqsError;
use crate::message::ReceivedMessage;
use crate::service::{EmbeddedSqs, now_ms};
use crate::storage::{ReceiveLimits, ReceiveOutcome};

impl EmbeddedSqs {
    /// Receives, and waits for messages until `wait` is over or `stop` is done.
    pub(crate) async fn receive_until(
        &self,
        queue_name: &str,
        limits: ReceiveLimits,
        wait: Duration,
        stop: impl Future<Output = ()>,
    ) -> Result<Vec<ReceivedMessage>, SqsError> {
        let deadline = Instant::now() + wait;
        let mut stop = pin!(stop);
        let first = self.look(queue_name, limits).await?;
        if !first.messages.is_empty() || wait.is_zero() {
            return Ok(first.messages);
        }
        loop {
            let bell = self.shared.arrivals.of(queue_name);
            let mut arrival = pin!(bell.notified());
            // Registered before the look, so a send right after it is heard.
            arrival.as_mut().enable();
            let outcome = self.look(queue_name, limits).await?;
            if !outcome.messages.is_empty() || Instant::now() >= deadline {
                return Ok(outcome.messages);
            }
            tokio::select! {
                () = arrival => {}
                () = sleep_until(next_look(&outcome, deadline)) => {}
                () = &mut stop => return Ok(Vec::new()),
            }
        }
    }

    /// Looks into the queue once.
    async fn look(
        &self,
        queue_name: &str,
        limits: ReceiveLimits,
    ) -> Result<ReceiveOutcome, SqsError> {
        let name = queue_name.to_owned();
        let outcome = self
            .off_runtime(move |sqs| sqs.shared.storage.receive(&name, limits, now_ms()))
            .await?;
        if let Some(dead_letter_queue) = &outcome.redriven_to {
            self.shared.arrivals.announce(dead_letter_queue);
        }
        Ok(outcome)
    }

    /// Runs database work on the blocking pool. One call takes well under a
    /// millisecond, but it may have to wait for the lock, or for another
    /// process that holds the file, and must not hold up the runtime then.
    pub(crate) async fn off_runtime<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, SqsError> + Send + 'static,
    ) -> Result<T, SqsError> {
        let sqs = self.clone();
        tokio::task::spawn_blocking(move || work(&sqs)).await?
    }
}

/// When a message becomes visible that no one sends, or when to give up.
fn next_look(outcome: &ReceiveOutcome, deadline: Instant) -> Instant {
    let Some(visible_at_ms) = outcome.next_visible_at_ms else {
        return deadline;
    };
    // At least one millisecond, in case the clocks disagree by a fraction.
    let delay_ms = u64::try_from(visible_at_ms - now_ms()).unwrap_or(0).max(1);
    deadline.min(Instant::now() + Duration::from_millis(delay_ms))
}

#[cfg(test)]
mod tests {
    use crate::{EmbeddedSqs, QueueDescription, SqsError};
    use std::time::{Duration, Instant};

    use super::ReceiveLimits;

    /// A wait that no test should have to sit out.
    const LONG_WAIT: Duration = Duration::from_secs(20);

    fn service() -> EmbeddedSqs {
        let sqs = EmbeddedSqs::in_memory("eu-west-1", "000000000000").unwrap();
        let orders = QueueDescription { name: "orders".to_owned(), attributes: [].into() };
        sqs.ensure_queues(&[orders]).unwrap();
        sqs
    }

    fn send(sqs: &EmbeddedSqs) {
        let message = crate::message::OutgoingMessage {
            body: crate::message::MessageBody::parse(Some("x".to_owned())).unwrap(),
            attributes: [].into(),
            trace_header: None,
            delay_seconds: None,
        };
        sqs.send_all("orders", &[&message]).unwrap();
    }

    #[tokio::test]
    async fn every_waiting_poll_hears_a_send_and_one_gets_it() {
        let sqs = service();
        let polls: Vec<_> = (0..3)
            .map(|_| {
                let sqs = sqs.clone();
                tokio::spawn(async move {
                    sqs.receive("orders", 10, Duration::from_secs(1), None).await
                })
            })
            .collect();
        send(&sqs);
        let mut received = 0;
        for poll in polls {
            received += poll.await.unwrap().unwrap().len();
        }
        assert_eq!(received, 1);
    }

    #[tokio::test]
    async fn a_poll_wakes_when_a_message_becomes_visible_again() {
        let sqs = service();
        send(&sqs);
        let timeout = Duration::from_millis(120);
        let started = Instant::now();
        let first = sqs.receive("orders", 1, LONG_WAIT, Some(timeout)).await;
        assert_eq!(first.unwrap().len(), 1);
        let second = sqs.receive("orders", 1, LONG_WAIT, None).await.unwrap();
        assert_eq!(second.len(), 1);
        assert!(started.elapsed() >= Duration::from_millis(119));
        assert!(started.elapsed() < LONG_WAIT / 2);
    }

    #[tokio::test]
    async fn a_poll_ends_empty_when_stopped() {
        let sqs = service();
        let limits = ReceiveLimits { maximum_messages: 1, visibility_timeout_ms: None };
        let started = Instant::now();
        let messages =
            sqs.receive_until("orders", limits, LONG_WAIT, std::future::ready(())).await.unwrap();
        assert!(messages.is_empty());
        assert!(started.elapsed() < LONG_WAIT / 2);
    }

    #[tokio::test]
    async fn values_out_of_range_are_refused() {
        let sqs = service();
        let second = Duration::from_secs(1);
        for (count, wait, timeout) in [
            (0, second, None),
            (11, second, None),
            (1, second * 21, None),
            (1, second, Some(second * 43_201)),
        ] {
            assert!(matches!(
                sqs.receive("orders", count, wait, timeout).await,
                Err(SqsError::InvalidParameterValue { .. })
            ));
        }
        assert!(matches!(
            sqs.receive("missing", 1, second, None).await,
            Err(SqsError::QueueDoesNotExist)
        ));
    }
}
