//! The rows of queues.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use super::Storage;
use crate::error::SqsError;
use crate::queue::{Account, QueueDescription, QueueName, QueueSettings};

/// Queues in one database. The real service has no such quota; here it bounds
/// what a runaway client can create.
const MAXIMUM_QUEUES: usize = 1_000;

/// One stored queue.
#[derive(Debug, Clone)]
pub(crate) struct StoredQueue {
    pub id: i64,
    pub name: String,
    pub settings: QueueSettings,
    pub created_at_ms: i64,
    pub modified_at_ms: i64,
}

impl Storage {
    /// Creates a queue, or finds the one of this name and these attributes.
    ///
    /// # Errors
    /// [`SqsError::QueueNameExists`] when the existing queue differs in one of
    /// the given attributes; errors of the attributes themselves.
    pub fn create_queue(
        &self,
        name: &QueueName,
        attributes: &BTreeMap<String, String>,
        now_ms: i64,
    ) -> Result<(), SqsError> {
        self.transaction(|transaction| {
            let Some(existing) = load(transaction, name.as_str())? else {
                let mut settings = QueueSettings::default();
                settings.apply(attributes)?;
                check_redrive_target(transaction, &self.account, name.as_str(), &settings)?;
                return insert(transaction, name, &settings, now_ms);
            };
            match existing.settings.first_difference(attributes)? {
                Some(attribute) => Err(SqsError::QueueNameExists { attribute }),
                None => Ok(()),
            }
        })
    }

    /// Makes the queues exist with exactly the described attributes. They may
    /// name each other as dead-letter queues in any order. Messages are kept.
    ///
    /// # Errors
    /// Errors of a name or an attribute; then nothing has changed.
    pub fn ensure_queues(
        &self,
        descriptions: &[QueueDescription],
        now_ms: i64,
    ) -> Result<(), SqsError> {
        self.transaction(|transaction| {
            let mut described = Vec::with_capacity(descriptions.len());
            for description in descriptions {
                let name = QueueName::parse(&description.name)?;
                let mut settings = QueueSettings::default();
                settings.apply(&description.attributes)?;
                match load(transaction, name.as_str())? {
                    Some(queue) if queue.settings == settings => {}
                    Some(queue) => update(transaction, queue.id, &settings, now_ms)?,
                    None => insert(transaction, &name, &settings, now_ms)?,
                }
                described.push((name, settings));
            }
            for (name, settings) in &described {
                check_redrive_target(transaction, &self.account, name.as_str(), settings)?;
            }
            Ok(())
        })
    }

    /// Sets the given attributes of a queue and keeps the others.
    pub fn set_queue_attributes(
        &self,
        name: &str,
        attributes: &BTreeMap<String, String>,
        now_ms: i64,
    ) -> Result<(), SqsError> {
        self.transaction(|transaction| {
            let mut queue = find(transaction, name)?;
            queue.settings.apply(attributes)?;
            if attributes.contains_key("RedrivePolicy") {
                check_redrive_target(transaction, &self.account, name, &queue.settings)?;
            }
            update(transaction, queue.id, &queue.settings, now_ms)
        })
    }

    /// The queue of this name.
    pub fn queue(&self, name: &str) -> Result<StoredQueue, SqsError> {
        self.transaction(|transaction| find(transaction, name))
    }

    /// All queues in name order, at most [`MAXIMUM_QUEUES`].
    pub fn queues(&self) -> Result<Vec<StoredQueue>, SqsError> {
        self.transaction(all)
    }
}

/// The queue of this name, or [`SqsError::QueueDoesNotExist`].
pub(super) fn find(transaction: &Transaction<'_>, name: &str) -> Result<StoredQueue, SqsError> {
    load(transaction, name)?.ok_or(SqsError::QueueDoesNotExist)
}

pub(super) fn load(
    transaction: &Transaction<'_>,
    name: &str,
) -> Result<Option<StoredQueue>, SqsError> {
    transaction
        .prepare_cached("SELECT * FROM queues WHERE name = ?1")?
        .query_row([name], |row| Ok(from_row(row)))
        .optional()?
        .transpose()
}

pub(super) fn all(transaction: &Transaction<'_>) -> Result<Vec<StoredQueue>, SqsError> {
    transaction
        .prepare_cached("SELECT * FROM queues ORDER BY name")?
        .query_map([], |row| Ok(from_row(row)))?
        .map(|row| row?)
        .collect()
}

fn from_row(row: &Row<'_>) -> Result<StoredQueue, SqsError> {
    let settings: String = row.get("settings")?;
    Ok(StoredQueue {
        id: row.get("queue_id")?,
        name: row.get("name")?,
        settings: serde_json::from_str(&settings)?,
        created_at_ms: row.get("created_at_ms")?,
        modified_at_ms: row.get("modified_at_ms")?,
    })
}

fn insert(
    transaction: &Transaction<'_>,
    name: &QueueName,
    settings: &QueueSettings,
    now_ms: i64,
) -> Result<(), SqsError> {
    let count: usize =
        transaction.query_row("SELECT COUNT(*) FROM queues", [], |row| row.get(0))?;
    if count >= MAXIMUM_QUEUES {
        return Err(SqsError::OverLimit {
            reason: format!("The local queue service holds at most {MAXIMUM_QUEUES} queues."),
        });
    }
    transaction.execute(
        "INSERT INTO queues (name, settings, created_at_ms, modified_at_ms)
         VALUES (:name, :settings, :now, :now)",
        named_params! {
            ":name": name.as_str(),
            ":settings": serde_json::to_string(settings)?,
            ":now": now_ms,
        },
    )?;
    Ok(())
}

fn update(
    transaction: &Transaction<'_>,
    queue_id: i64,
    settings: &QueueSettings,
    now_ms: i64,
) -> Result<(), SqsError> {
    transaction.execute(
        "UPDATE queues SET settings = :settings, modified_at_ms = :now WHERE queue_id = :queue",
        named_params! {
            ":settings": serde_json::to_string(settings)?,
            ":now": now_ms,
            ":queue": queue_id,
        },
    )?;
    Ok(())
}

/// Refuses a redrive policy whose target is missing, foreign or the queue itself.
fn check_redrive_target(
    transaction: &Transaction<'_>,
    account: &Account,
    source: &str,
    settings: &QueueSettings,
) -> Result<(), SqsError> {
    let Some(policy) = &settings.redrive_policy else {
        return Ok(());
    };
    let refused = |reason: &str| SqsError::InvalidParameterValue {
        parameter: "RedrivePolicy",
        value: policy.dead_letter_target_arn.clone(),
        reason: reason.to_owned(),
    };
    let target = account
        .queue_name(&policy.dead_letter_target_arn)
        .ok_or_else(|| refused("Dead letter target is not a queue of this account and region."))?;
    if target == source {
        return Err(refused("A queue cannot be its own dead letter target."));
    }
    match load(transaction, target)? {
        Some(_) => Ok(()),
        None => Err(refused("Dead letter target does not exist.")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{START_MS, account, add_queue, description, send, storage};
    use super::*;

    fn policy(target: &str) -> String {
        serde_json::json!({
            "deadLetterTargetArn": account().queue_arn(target),
            "maxReceiveCount": 3,
        })
        .to_string()
    }

    #[test]
    fn described_queues_may_name_each_other_in_any_order() {
        let storage = storage();
        let queues = [
            description("orders", &[("RedrivePolicy", &policy("dead"))]),
            description("dead", &[]),
        ];
        storage.ensure_queues(&queues, START_MS).unwrap();
        assert_eq!(storage.queues().unwrap().len(), 2);
    }

    #[test]
    fn a_description_replaces_all_attributes_and_keeps_messages() {
        let storage = storage();
        add_queue(&storage, "orders", &[("VisibilityTimeout", "5")]);
        send(&storage, "orders", "x", START_MS);
        add_queue(&storage, "orders", &[("DelaySeconds", "1")]);
        let settings = storage.queue("orders").unwrap().settings;
        assert_eq!(settings.visibility_timeout_seconds, 30);
        assert_eq!(settings.delay_seconds, 1);
        assert_eq!(storage.depth("orders", START_MS).unwrap().visible, 1);
    }

    #[test]
    fn one_bad_description_changes_nothing() {
        let storage = storage();
        let queues = [
            description("orders", &[]),
            description("mails", &[("RedrivePolicy", &policy("missing"))]),
        ];
        assert!(storage.ensure_queues(&queues, START_MS).is_err());
        assert!(storage.queues().unwrap().is_empty());
    }

    #[test]
    fn redrive_targets_must_exist_elsewhere() {
        let storage = storage();
        add_queue(&storage, "orders", &[]);
        let foreign =
            r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:1:orders","maxReceiveCount":1}"#;
        for refused in [policy("missing"), policy("orders"), foreign.to_owned()] {
            let attributes = BTreeMap::from([("RedrivePolicy".to_owned(), refused)]);
            assert!(matches!(
                storage.set_queue_attributes("orders", &attributes, START_MS),
                Err(SqsError::InvalidParameterValue { .. })
            ));
        }
    }

    #[test]
    fn the_number_of_queues_is_bounded() {
        let storage = storage();
        let queues: Vec<_> = (0..=MAXIMUM_QUEUES)
            .map(|number| description(&format!("queue-{number}"), &[]))
            .collect();
        assert!(matches!(
            storage.ensure_queues(&queues, START_MS),
            Err(SqsError::OverLimit { .. })
        ));
        storage.ensure_queues(&queues[..MAXIMUM_QUEUES], START_MS).unwrap();
    }
}
