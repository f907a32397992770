//! Many items of the table in one call.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::record::Item;
use super::{ErasedMark, Store, failure};
use crate::backoff::Backoff;
use crate::limits;
use copilot_core::error::Error;

impl Store {
    /// The items under `keys`, at most [`limits::BATCH_READ_TICKETS`], as they are now and in no
    /// order. One that is gone or was erased is absent. `operation` is what they are read for, for the log.
    ///
    /// What DynamoDB leaves unprocessed it was too busy for, so it is asked for again after a pause. All
    /// rounds together take no longer than one call may.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also when some stay unprocessed; [`Error::Internal`].
    pub(super) async fn read_batch(
        &self,
        operation: &'static str,
        mut keys: Vec<Item>,
    ) -> Result<Vec<Item>, Error> {
        let unavailable = || Error::unavailable(operation);
        let mut items = Vec::with_capacity(keys.len());
        let mut backoff = Backoff::within(limits::OPERATION_TIMEOUT);
        while !keys.is_empty() {
            let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys));
            let request = request.build().map_err(|error| Error::internal(operation, error))?;
            let call = self.client.batch_get_item().request_items(&self.table, request);
            let answer = backoff.attempt(call.send()).await.ok_or_else(unavailable)?;
            let answer = answer.map_err(|error| failure(operation, &error))?;
            let found = answer.responses.unwrap_or_default().into_values().flatten();
            items.extend(found.filter(|item| ErasedMark::read(item).is_none()));
            let unprocessed = answer.unprocessed_keys.unwrap_or_default();
            keys = unprocessed.into_values().flat_map(|rest| rest.keys).collect();
            if !keys.is_empty() && !backoff.pause().await {
                return Err(unavailable());
            }
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::Instant;

    use super::*;
    use crate::store::fake::Fake;
    use crate::store::record::item_key;

    fn item(digits: u32) -> serde_json::Value {
        json!({"pk": {"S": format!("{digits:08X}")}, "sk": {"S": "ticket"}})
    }

    /// All `items` of an answer, and `unprocessed` left.
    fn answer(items: &[u32], unprocessed: &[u32]) -> serde_json::Value {
        let all = |digits: &[u32]| digits.iter().map(|digits| item(*digits)).collect::<Vec<_>>();
        let mut answer = json!({"Responses": {"tickets": all(items)}, "UnprocessedKeys": {}});
        if !unprocessed.is_empty() {
            answer["UnprocessedKeys"] = json!({"tickets": {"Keys": all(unprocessed)}});
        }
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_unprocessed_is_asked_for_after_pauses_that_grow() {
        let fake = Fake::answering(|call| match call {
            0 => (200, answer(&[1], &[2, 3])),
            1 => (200, answer(&[2], &[3])),
            _ => (200, answer(&[3], &[])),
        });
        let began = Instant::now();
        let keys = [1, 2, 3].map(item_key).to_vec();
        let items = fake.store().read_batch("test", keys).await.unwrap();
        assert_eq!(items.len(), 3);
        let asked: Vec<usize> = fake
            .bodies()
            .iter()
            .map(|body| body["RequestItems"]["tickets"]["Keys"].as_array().unwrap().len())
            .collect();
        assert_eq!(asked, [3, 2, 1]);
        // Half of the shortest pauses at least: 50 and 100 ms.
        assert!(began.elapsed() >= limits::RETRY_BACKOFF * 3 / 2, "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_unprocessed_is_unavailable_in_time() {
        let fake = Fake::answering(|_| (200, answer(&[], &[1])));
        let began = Instant::now();
        let error = fake.store().read_batch("test", vec![item_key(1)]).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert!(began.elapsed() <= limits::OPERATION_TIMEOUT);
        assert!(fake.bodies().len() > 5);
    }
}
