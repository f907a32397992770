//! An embedded DynamoDB with one table full of tickets.

use std::future::pending;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use local_stack::access::{AccessControl, AccessKey};
use local_stack::aws_json::{CallError, Service};
use local_stack::dynamodb::{self, DynamoDbError};
use sam_template::{Deployment, Settings, TemplateError};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::ticket::Ticket;

/// Items of one `BatchWriteItem` (DynamoDB API).
const BATCH_ITEMS: usize = 25;
/// Batches that are written at the same time.
const BATCHES_AT_ONCE: usize = 4;
const REGION: &str = "us-east-1";
/// Characters of the progress bar.
const BAR: usize = 30;

/// A table in a DynamoDB of its own, which stops with the program.
pub struct Table {
    /// Its tickets, the oldest first.
    pub tickets: Vec<Ticket>,
    pub endpoint: String,
    pub name: String,
    /// The access key that it takes, from which those of functions follow.
    pub key: AccessKey,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("template.yaml has no table")]
    None,
    #[error(transparent)]
    DynamoDb(#[from] DynamoDbError),
    #[error("the table cannot be filled: {0}")]
    Call(#[from] CallError),
    #[error("the table did not take every ticket")]
    Unprocessed,
    #[error("{}: {source}", path.display())]
    System { path: PathBuf, source: std::io::Error },
}

impl Table {
    /// A new table of `count` tickets in a file in `folder`.
    ///
    /// # Errors
    /// [`TableError`].
    pub async fn fill(folder: &Path, count: u32) -> Result<Self, TableError> {
        let path = folder.join(format!("tickets-{count}.sqlite"));
        let system = |source| TableError::System { path: path.clone(), source };
        let settings = Settings {
            region: REGION.to_owned(),
            account_id: "000000000000".to_owned(),
            stack_name: "bench".to_owned(),
            queue_url_base: "http://127.0.0.1:1".to_owned(),
            parameters: [].into(),
        };
        let deployment = Deployment::read(&workspace::root().join("template.yaml"), &settings)?;
        let description = deployment.tables.first().ok_or(TableError::None)?;
        let key = AccessKey::draw();
        let access = Arc::new(AccessControl::new(settings, &deployment.functions, &key, None));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(system)?;
        let endpoint = format!("http://{}", listener.local_addr().map_err(system)?);
        let database = dynamodb::open(&path)?;
        tokio::spawn(dynamodb::serve(database, listener, access, pending()));
        let service = Service::dynamodb(&endpoint, REGION, key.as_str());
        dynamodb::ensure_table(&service, description).await?;
        let tickets = (0..count).map(|number| Ticket::of_table(number, count)).collect();
        let table = Self { tickets, endpoint, name: description.name.clone(), key };
        table.write(&service).await?;
        Ok(table)
    }

    async fn write(&self, service: &Service) -> Result<(), TableError> {
        let begin = Instant::now();
        let writes = self.tickets.chunks(BATCH_ITEMS).map(async |batch| {
            let puts: Vec<Value> =
                batch.iter().map(|ticket| json!({"PutRequest": {"Item": ticket.item()}})).collect();
            let request = json!({"RequestItems": {&self.name: puts}});
            let answer = service.call("BatchWriteItem", &request).await?;
            let is_done = answer["UnprocessedItems"].as_object().is_none_or(|rest| rest.is_empty());
            if is_done { Ok(batch.len()) } else { Err(TableError::Unprocessed) }
        });
        let mut writes = iter(writes).buffer_unordered(BATCHES_AT_ONCE);
        let (mut written, mut shown) = (0, 0);
        while let Some(batch) = writes.try_next().await? {
            written += batch;
            let percent = 100 * written / self.tickets.len();
            if percent != shown {
                shown = percent;
                progress(written, self.tickets.len(), begin);
            }
        }
        let _ = writeln!(std::io::stderr());
        Ok(())
    }
}

/// Standard output holds the tables alone.
fn progress(written: usize, all: usize, begin: Instant) {
    let done = BAR * written / all;
    let rate = written as f64 / begin.elapsed().as_secs_f64();
    let _ = write!(
        std::io::stderr(),
        "\rFilling [{}{}] {written} of {all} tickets, {rate:.0} a second  ",
        "#".repeat(done),
        "-".repeat(BAR - done),
    );
}
