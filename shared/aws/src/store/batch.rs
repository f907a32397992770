//! Many items of the table in one call.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::record::Item;
use super::{Store, failure};
use crate::limits;
use copilot_core::error::Error;

impl Store {
    /// The items under `keys`, at most [`limits::BATCH_READ_TICKETS`], as they are now and in no
    /// order. One that is gone is absent. `operation` is what they are read for, for the log.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also when some stay unprocessed; [`Error::Internal`].
    pub(super) async fn read_batch(
        &self,
        operation: &'static str,
        mut keys: Vec<Item>,
    ) -> Result<Vec<Item>, Error> {
        let mut items = Vec::with_capacity(keys.len());
        for _ in 0..limits::BATCH_READ_ATTEMPTS {
            if keys.is_empty() {
                return Ok(items);
            }
            let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys));
            let request = request.build().map_err(|error| Error::internal(operation, error))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .send()
                .await
                .map_err(|error| failure(operation, &error))?;
            items.extend(answer.responses.unwrap_or_default().into_values().flatten());
            let unprocessed = answer.unprocessed_keys.unwrap_or_default();
            keys = unprocessed.into_values().flat_map(|rest| rest.keys).collect();
        }
        if keys.is_empty() {
            return Ok(items);
        }
        Err(Error::unavailable(operation))
    }
}
