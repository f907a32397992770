//! What hangs on a ticket that is marked as erased.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::super::corrections;
use super::super::record::{self, Item, TimelineKind};
use super::super::{Store, failure};
use super::report::Counted;
use crate::limits;
use copilot_core::error::Error;

const OPERATION: &str = "erase what hangs on a ticket";

impl Store {
    /// Deletes the rows beside the ticket with these digits, and the corrections that its history tells
    /// of. False when `until` was over first.
    pub(super) async fn erase_rows(
        &self,
        digits: u32,
        erasure: &str,
        until: Instant,
    ) -> Result<bool, Error> {
        loop {
            let rows = self.rows_beside(digits).await?;
            if rows.is_empty() {
                return Ok(true);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            let corrections = self.corrections_of(digits, &rows).await?;
            let first = corrections.iter().filter_map(|key| time_of(key)).min();
            if let Some(first) = first {
                self.note_learned_since(erasure, first).await?;
            }
            let counts = counts(&rows, corrections.len());
            let keys = rows.iter().chain(&corrections);
            let deletes = keys.map(|key| self.delete(key)).collect::<Result<Vec<_>, _>>()?;
            // What a condition says is gone already, another run has deleted: the next look shows.
            self.remove(deletes, erasure, &counts).await?;
        }
    }

    /// Some of the rows beside a ticket, without their texts. All sort before the ticket itself.
    async fn rows_beside(&self, digits: u32) -> Result<Vec<Item>, Error> {
        let (pk, sk) = record::key(digits);
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .projection_expression("pk, sk, #at, #fields.category")
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#fields", "fields")
            .expression_attribute_values(":pk", pk)
            .consistent_read(true)
            .limit(limits::ERASURE_ROWS_AT_ONCE)
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let rows = answer.items.unwrap_or_default().into_iter();
        Ok(rows.filter(|row| row.get("sk") != Some(&sk)).collect())
    }

    /// The corrections that agents gave with the changes among `rows` and that are kept
    /// still.
    async fn corrections_of(&self, digits: u32, rows: &[Item]) -> Result<Vec<Item>, Error> {
        // Two changes may have one time, and a batch takes no key twice.
        let times: BTreeSet<&String> = rows
            .iter()
            .filter(|row| row.contains_key("fields"))
            .filter_map(|row| row.get("at")?.as_s().ok())
            .collect();
        let keys = times.into_iter().map(|at| corrections::key(at, digits)).collect();
        self.read_batch(OPERATION, keys).await
    }
}

/// The time with which the sort key of a correction begins.
fn time_of(key: &Item) -> Option<&str> {
    Some(key.get("sk")?.as_s().ok()?.split_once('#')?.0)
}

fn counts(rows: &[Item], corrections: usize) -> [(Counted, usize); 6] {
    let of = |kind: Counted| rows.iter().filter(|row| kind_of(row) == kind).count();
    [
        (Counted::Changes, of(Counted::Changes)),
        (Counted::Messages, of(Counted::Messages)),
        (Counted::MessageIds, of(Counted::MessageIds)),
        (Counted::LongTexts, of(Counted::LongTexts)),
        (Counted::Others, of(Counted::Others)),
        (Counted::Corrections, corrections),
    ]
}

fn kind_of(row: &Item) -> Counted {
    let key = row.get("sk").and_then(|key| key.as_s().ok()).map_or("", String::as_str);
    match key.split_once('#').map(|(kind, _)| kind) {
        Some(kind) if kind == TimelineKind::Change.name() => Counted::Changes,
        Some(kind) if kind == TimelineKind::Message.name() => Counted::Messages,
        _ if key == record::LONG_TEXT_SORT_KEY => Counted::LongTexts,
        Some("message-id") => Counted::MessageIds,
        _ => Counted::Others,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    #[test]
    fn each_row_is_counted_as_what_it_is() {
        let row = |key: &str| Item::from([("sk".to_owned(), AttributeValue::S(key.to_owned()))]);
        let rows = [
            "history#0000000002",
            "message#0000000003",
            "message-id#a#b",
            "text#description",
            "later#1",
        ];
        let counts = counts(&rows.map(row), 2);
        assert_eq!(counts.map(|(_, count)| count), [1, 1, 1, 1, 1, 2]);
    }
}
