//! Rows of the table that cannot be read. A list goes on without them, but they are logged and counted:
//! somebody must look, and the row must be mended or erased.

use std::sync::OnceLock;

use super::record::Item;

/// Takes note that a list went on without so many rows.
pub type UnreadableRowsCounter = fn(rows: usize);

static COUNTER: OnceLock<UnreadableRowsCounter> = OnceLock::new();

/// Has rows that cannot be read counted by `counter` from now on. The first call of a process holds.
pub fn count_unreadable_rows(counter: UnreadableRowsCounter) {
    // Only a second call finds it set.
    let _ = COUNTER.set(counter);
}

/// What `read` makes of the rows that `operation` has found. Those of which it makes nothing are logged
/// with the key of the first, which names a ticket, a time or a checksum and nobody.
pub(super) fn read_rows<T>(
    operation: &'static str,
    rows: Vec<Item>,
    read: impl Fn(Item) -> Option<T>,
) -> Vec<T> {
    let mut unreadable = 0;
    let mut first_key = None;
    let found = rows.into_iter().filter_map(|row| {
        let key =
            ["pk", "sk"].map(|name| row.get(name).and_then(|value| value.as_s().ok().cloned()));
        let read = read(row);
        if read.is_none() {
            unreadable += 1;
            first_key.get_or_insert(key);
        }
        read
    });
    let found = found.collect();
    if let Some([pk, sk]) = first_key {
        tracing::error!(operation, rows = unreadable, pk, sk, "rows cannot be read");
        if let Some(count) = COUNTER.get() {
            count(unreadable);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};

    use super::*;
    use crate::store::fake::Fake;
    use crate::store::scan_by_age::AgeScan;
    use copilot_core::ticket::Source;

    /// A page of two rows, one of which cannot be read.
    fn page(good: Value, bad: Value) -> Fake {
        Fake::answering(move |_| (200, json!({"Items": [bad, good]})))
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_read_is_counted_and_the_list_goes_on() {
        static COUNTED: AtomicUsize = AtomicUsize::new(0);
        count_unreadable_rows(|rows| {
            COUNTED.fetch_add(rows, Ordering::SeqCst);
        });
        let key = "2024-11-03T10:30:00.123Z#A1B2C3D4";

        let corrections = page(
            json!({
                "ticket_id": {"S": "TKT-20241103-A1B2C3D4"}, "right": {"S": "order"},
                "at": {"S": "2024-11-03T10:30:00.123Z"}
            }),
            json!({"pk": {"S": "corrections"}, "sk": {"S": key}, "right": {"S": "no category"}}),
        );
        let found = corrections.store().corrections(10, None).await.unwrap();
        assert_eq!((found.corrections.len(), COUNTED.load(Ordering::SeqCst)), (1, 1));

        let bodies = page(
            json!({"sk": {"S": "1"}, "body": {"B": "e30="}, "delivery_headers": {"M": {}}}),
            json!({"sk": {"S": "2"}, "body": {"S": "{}"}}),
        );
        let found = bodies.store().kept_bodies(Source::Zendesk, 10, None).await.unwrap();
        assert_eq!((found.bodies.len(), COUNTED.load(Ordering::SeqCst)), (1, 2));

        let created = page(json!({"created_key": {"S": key}}), json!({"created_key": {"N": "7"}}));
        let wanted = AgeScan {
            operation: "test",
            index: "by-status",
            attribute: "status_shard",
            partition: "resolved#00".to_owned(),
            before: DateTime::<Utc>::MAX_UTC,
            limit: 10,
            after: None,
        };
        let found = created.store().scan_by_age(wanted).await.unwrap();
        assert_eq!((found.tickets.len(), COUNTED.load(Ordering::SeqCst)), (1, 3));
    }
}
