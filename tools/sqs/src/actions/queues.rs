//! Actions on queues.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{RequestContext, required};
use crate::error::SqsError;
use crate::protocol::{
    CreateQueueRequest, GetQueueAttributesRequest, GetQueueAttributesResponse, GetQueueUrlRequest,
    ListDeadLetterSourceQueuesRequest, ListDeadLetterSourceQueuesResponse, ListQueuesRequest,
    ListQueuesResponse, Nothing, PageRequest, QueueRequest, QueueUrlResponse,
    SetQueueAttributesRequest,
};
use crate::queue::{FIFO_ATTRIBUTES, QueueName};
use crate::service::{EmbeddedSqs, now_ms, out_of_range};

/// Queues per page, and per answer when no page size is given (ListQueues
/// reference).
const MAXIMUM_PAGE_SIZE: usize = 1_000;
/// Attributes that a queue need not have, so that asking for them is no error.
const OPTIONAL_ATTRIBUTES: [&str; 5] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
];

pub(super) fn create(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: CreateQueueRequest,
) -> Result<QueueUrlResponse, SqsError> {
    let name = QueueName::parse(&required(request.queue_name, "QueueName")?)?;
    let attributes = request.attributes.unwrap_or_default();
    let queue_url = context.queue_url(sqs, name.as_str())?;
    let storage = &sqs.shared.storage;
    storage.create_queue(&name, &attributes, now_ms())?;
    Ok(QueueUrlResponse { queue_url })
}

pub(super) fn delete(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: QueueRequest,
) -> Result<Nothing, SqsError> {
    sqs.delete_queue(&context.queue_name(request.queue_url)?)?;
    Ok(Nothing {})
}

pub(super) fn purge(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: QueueRequest,
) -> Result<Nothing, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    sqs.shared.storage.purge(&queue_name)?;
    Ok(Nothing {})
}

pub(super) fn url(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: GetQueueUrlRequest,
) -> Result<QueueUrlResponse, SqsError> {
    let queue = sqs.shared.storage.queue(&required(request.queue_name, "QueueName")?)?;
    Ok(QueueUrlResponse { queue_url: context.queue_url(sqs, &queue.name)? })
}

pub(super) fn list(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: ListQueuesRequest,
) -> Result<ListQueuesResponse, SqsError> {
    let prefix = request.queue_name_prefix.unwrap_or_default();
    let queues = sqs.shared.storage.queues()?;
    let names = queues.into_iter().map(|queue| queue.name).filter(|name| name.starts_with(&prefix));
    let page = Page::of(names, &request.page)?;
    Ok(ListQueuesResponse { queue_urls: page.urls(sqs, context)?, next_token: page.next_token })
}

pub(super) fn list_sources(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: ListDeadLetterSourceQueuesRequest,
) -> Result<ListDeadLetterSourceQueuesResponse, SqsError> {
    let storage = &sqs.shared.storage;
    let target = storage.queue(&context.queue_name(request.queue_url)?)?;
    let queues = storage.queues()?;
    let names = queues.into_iter().filter_map(|queue| {
        let policy = queue.settings.redrive_policy?;
        (policy.target_name() == target.name).then_some(queue.name)
    });
    let page = Page::of(names, &request.page)?;
    Ok(ListDeadLetterSourceQueuesResponse {
        queue_urls: page.urls(sqs, context)?,
        next_token: page.next_token,
    })
}

/// Some queue names in order, and where to go on.
struct Page {
    names: Vec<String>,
    next_token: Option<String>,
}

impl Page {
    /// As in the real service there is a next token only when the client gave
    /// a page size. The token is the last name of the page.
    fn of(names: impl Iterator<Item = String>, request: &PageRequest) -> Result<Self, SqsError> {
        let size = match request.max_results {
            None => MAXIMUM_PAGE_SIZE,
            Some(size) => usize::try_from(size)
                .ok()
                .filter(|size| (1..=MAXIMUM_PAGE_SIZE).contains(size))
                .ok_or_else(|| out_of_range("MaxResults", size, "Must be between 1 and 1000."))?,
        };
        let after = match &request.next_token {
            None => String::new(),
            Some(token) => read_token(token).ok_or_else(|| {
                out_of_range("NextToken", "of this request", "It is not one of this service.")
            })?,
        };
        let mut rest = names.filter(|name| *name > after).peekable();
        let names: Vec<String> = rest.by_ref().take(size).collect();
        let has_more = rest.peek().is_some() && request.max_results.is_some();
        let next_token = names.last().filter(|_| has_more).map(|name| URL_SAFE_NO_PAD.encode(name));
        Ok(Self { names, next_token })
    }

    fn urls(&self, sqs: &EmbeddedSqs, context: &RequestContext) -> Result<Vec<String>, SqsError> {
        self.names.iter().map(|name| context.queue_url(sqs, name)).collect()
    }
}

fn read_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

pub(super) fn attributes(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: GetQueueAttributesRequest,
) -> Result<GetQueueAttributesResponse, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let all = all_attributes(sqs, &queue_name)?;
    let mut attributes = BTreeMap::new();
    for name in request.attribute_names.unwrap_or_default() {
        if name == "All" {
            attributes.extend(all.clone());
        } else if let Some(value) = all.get(&name) {
            attributes.insert(name, value.clone());
        } else if !OPTIONAL_ATTRIBUTES.contains(&name.as_str())
            && !FIFO_ATTRIBUTES.contains(&name.as_str())
        {
            return Err(SqsError::InvalidAttributeName { name });
        }
    }
    Ok(GetQueueAttributesResponse { attributes })
}

fn all_attributes(
    sqs: &EmbeddedSqs,
    queue_name: &str,
) -> Result<BTreeMap<String, String>, SqsError> {
    let storage = &sqs.shared.storage;
    let queue = storage.queue(queue_name)?;
    let depth = storage.depth(queue_name, now_ms())?;
    let mut attributes = queue.settings.to_attributes();
    for (name, value) in [
        ("ApproximateNumberOfMessages", depth.visible.to_string()),
        ("ApproximateNumberOfMessagesDelayed", depth.delayed.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", depth.in_flight.to_string()),
        ("CreatedTimestamp", (queue.created_at_ms / 1_000).to_string()),
        ("LastModifiedTimestamp", (queue.modified_at_ms / 1_000).to_string()),
        ("QueueArn", storage.account.queue_arn(queue_name)),
    ] {
        attributes.insert(name.to_owned(), value);
    }
    Ok(attributes)
}

pub(super) fn set_attributes(
    sqs: &EmbeddedSqs,
    context: &RequestContext,
    request: SetQueueAttributesRequest,
) -> Result<Nothing, SqsError> {
    let queue_name = context.queue_name(request.queue_url)?;
    let attributes = required(request.attributes, "Attributes")?;
    sqs.set_attributes(&queue_name, &attributes)?;
    Ok(Nothing {})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(names: &[&str], max_results: Option<i64>, token: Option<String>) -> Page {
        let names = names.iter().map(|name| (*name).to_owned());
        let request = PageRequest { next_token: token, max_results };
        Page::of(names, &request).unwrap()
    }

    #[test]
    fn pages_cover_every_name_once() {
        let names = ["a", "b", "c", "d", "e"];
        let mut seen = Vec::new();
        let mut token = None;
        loop {
            let page = page(&names, Some(2), token);
            assert!(page.names.len() <= 2);
            seen.extend(page.names);
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, names);
        assert!(page(&names, None, None).next_token.is_none());
    }

    #[test]
    fn foreign_tokens_and_sizes_are_refused() {
        for (max_results, token) in [
            (Some(0), None),
            (Some(1_001), None),
            (Some(-1), None),
            (Some(1), Some("***".to_owned())),
        ] {
            let request = PageRequest { next_token: token, max_results };
            assert!(matches!(
                Page::of(std::iter::empty(), &request),
                Err(SqsError::InvalidParameterValue { .. })
            ));
        }
    }
}
