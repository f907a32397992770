//! The ids of one customer.

use aws_sdk_dynamodb::types::AttributeValue;

use super::record::key_beginning;
use super::{Store, failure};
use copilot_core::error::Error;
use copilot_core::ticket::{CustomerId, EmailAddress};

const OPERATION: &str = "find the ids of a customer";

impl Store {
    /// All ids under which the customer with this address has tickets: that of today first, then the one
    /// from before ids were derived under the stack's secret.
    pub fn ids_of_address(&self, address: &EmailAddress) -> Vec<CustomerId> {
        vec![CustomerId::of(address).under(&self.key), CustomerId::formerly_of(address)]
    }

    /// All ids under which the customer who has tickets under `id` has tickets, `id` first. Of an id from
    /// before there was a secret the one of today follows. The other way round nothing follows, so the
    /// newest ticket under `id` tells the address; a customer without one has tickets under `id` alone.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn ids_of_customer(&self, id: CustomerId) -> Result<Vec<CustomerId>, Error> {
        let mut ids = vec![id.clone(), id.successor(&self.key)];
        if let Some(address) = self.address_of_customer(&id).await? {
            for other in self.ids_of_address(&address) {
                if !ids.contains(&other) {
                    ids.push(other);
                }
            }
        }
        Ok(ids)
    }

    /// The address on the newest ticket under `id`.
    async fn address_of_customer(&self, id: &CustomerId) -> Result<Option<EmailAddress>, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by-customer")
            .key_condition_expression("customer_id = :id")
            .expression_attribute_values(":id", AttributeValue::S(id.as_str().to_owned()))
            .scan_index_forward(false)
            .limit(1)
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let newest = answer.items.unwrap_or_default().into_iter().next();
        let Some(partition_key) = newest.and_then(|mut entry| entry.remove("pk")) else {
            return Ok(None);
        };
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_beginning(partition_key)))
            .projection_expression("customer_email")
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let address = answer.item.and_then(|mut item| item.remove("customer_email"));
        Ok(address.and_then(|text| text.as_s().ok().cloned()).map(EmailAddress::restored))
    }
}
