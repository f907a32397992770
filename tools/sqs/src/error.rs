//! What can go wrong, and how each failure looks on the wire.

use std::io;

use crate::authorization::AccessDenied;

/// A failure of the queue service.
///
/// Every variant a client can cause carries the error code and the wording of
/// the SQS API reference; the others are faults of this process.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqsError {
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    /// A queue of this name exists with another value for `attribute`.
    #[error(
        "A queue already exists with the same name and a different value for attribute {attribute}"
    )]
    QueueNameExists {
        /// The first attribute that differs.
        attribute: String,
    },
    /// The attribute is unknown, or not one a client may set.
    #[error("Unknown Attribute {name}.")]
    InvalidAttributeName {
        /// The attribute as the client spelled it.
        name: String,
    },
    /// The value is outside the range the API reference gives.
    #[error("Invalid value for the parameter {name}.")]
    InvalidAttributeValue { name: String },
    /// A request parameter has a value that is not allowed.
    #[error("Value {value} for parameter {parameter} is invalid. Reason: {reason}")]
    InvalidParameterValue { parameter: &'static str, value: String, reason: String },
    /// A required request parameter is absent or empty.
    #[error("The request must contain the parameter {name}.")]
    MissingParameter { name: &'static str },
    /// Body and attributes together exceed the queue's `MaximumMessageSize`.
    #[error(
        "One or more parameters are invalid. Reason: Message must be shorter than {maximum_bytes} bytes."
    )]
    MessageTooLong {
        /// The limit of the queue, in bytes.
        maximum_bytes: u32,
    },
    /// The body or an attribute value holds a character SQS does not carry.
    #[error(
        "Invalid characters found. Allowed are #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD and #x10000 to #x10FFFF."
    )]
    InvalidMessageContents,
    /// A message attribute or message system attribute is malformed.
    #[error("The message attribute '{name}' is invalid: {reason}")]
    InvalidMessageAttribute {
        /// The attribute name as given.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The text is not a receipt handle of this queue.
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    #[error("There should be at least one entry in the request.")]
    EmptyBatchRequest,
    #[error("Maximum number of entries per request are 10. You have sent {count}.")]
    TooManyEntriesInBatchRequest { count: usize },
    /// An entry id with other than 1 to 80 letters, digits, `-` or `_`.
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    #[error("Id {id} repeated.")]
    BatchEntryIdsNotDistinct { id: String },
    /// The messages of a batch exceed the request limit together.
    #[error(
        "Batch requests cannot be longer than {maximum_bytes} bytes. You have sent {sent_bytes} bytes."
    )]
    BatchRequestTooLong {
        /// The limit in bytes.
        maximum_bytes: usize,
        /// The sum over all entries in bytes.
        sent_bytes: usize,
    },
    /// A quota is used up: queues, or messages in flight.
    #[error("{reason}")]
    OverLimit {
        /// Which quota, and its size.
        reason: String,
    },
    /// A message move task names a queue that does not exist.
    #[error("The resource that you specified for the {parameter} parameter doesn't exist.")]
    ResourceNotFound { parameter: &'static str },
    /// SQS has this feature; the local queue service does not.
    #[error("{reason}")]
    UnsupportedOperation {
        /// The feature, in a sentence.
        reason: String,
    },
    #[error("The action or operation requested is invalid.")]
    UnknownOperation,
    /// The request body is not the JSON the action takes.
    #[error("The request body could not be read: {reason}")]
    Serialization { reason: String },
    /// The policy of the function that calls does not allow the call.
    #[error("{0}")]
    AccessDenied(#[from] AccessDenied),
    /// The request has no `Host` header to build a queue URL from.
    #[error("The request has no Host header.")]
    MissingHost,

    #[error("the queue database failed: {0}")]
    Storage(#[from] rusqlite::Error),
    /// The file was written by another version of this module.
    #[error("the queue database has schema version {found}, this build reads version {expected}")]
    UnsupportedSchema {
        /// The version in the file.
        found: i64,
        /// The version this build writes.
        expected: i64,
    },
    #[error("the queue database holds an unreadable value: {0}")]
    StoredValue(#[from] serde_json::Error),
    #[error("the queue server stopped: {0}")]
    Server(#[from] io::Error),
    #[error("a queue database call was cut short: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The namespace of errors in the SQS service model.
const SQS: &str = "com.amazonaws.sqs";
/// The namespace of errors that any AWS service may answer with.
const COMMON: &str = "com.amazon.coral.service";

/// How an error is spelled on the wire.
pub(crate) struct WireError {
    /// The Smithy namespace of `shape`.
    pub namespace: &'static str,
    /// The shape name, after the `#` of `__type`.
    pub shape: &'static str,
    /// The code of the older query protocol, which the SDKs still report.
    pub query_code: &'static str,
}

impl SqsError {
    /// Whether the client caused the error and can avoid it.
    #[must_use]
    pub fn is_sender_fault(&self) -> bool {
        !matches!(
            self,
            Self::Storage(_)
                | Self::UnsupportedSchema { .. }
                | Self::StoredValue(_)
                | Self::Server(_)
                | Self::Interrupted(_)
        )
    }

    /// The error code as SDKs and batch results show it, such as
    /// `ReceiptHandleIsInvalid` or `AWS.SimpleQueueService.NonExistentQueue`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.wire().query_code
    }

    /// The spelling on the wire. Names and query codes are those of the
    /// service model, version 2012-11-05.
    pub(crate) fn wire(&self) -> WireError {
        let modeled = |shape, query_code| WireError { namespace: SQS, shape, query_code };
        let common = |shape, query_code| WireError { namespace: COMMON, shape, query_code };
        match self {
            Self::QueueDoesNotExist => {
                modeled("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
            }
            Self::QueueNameExists { .. } => modeled("QueueNameExists", "QueueAlreadyExists"),
            Self::InvalidAttributeName { .. } => {
                modeled("InvalidAttributeName", "InvalidAttributeName")
            }
            Self::InvalidAttributeValue { .. } => {
                modeled("InvalidAttributeValue", "InvalidAttributeValue")
            }
            Self::InvalidMessageContents => {
                modeled("InvalidMessageContents", "InvalidMessageContents")
            }
            Self::ReceiptHandleIsInvalid => {
                modeled("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")
            }
            Self::EmptyBatchRequest
            | Self::TooManyEntriesInBatchRequest { .. }
            | Self::InvalidBatchEntryId
            | Self::BatchEntryIdsNotDistinct { .. }
            | Self::BatchRequestTooLong { .. } => self.batch_wire(),
            Self::OverLimit { .. } => modeled("OverLimit", "OverLimit"),
            Self::ResourceNotFound { .. } => {
                modeled("ResourceNotFoundException", "ResourceNotFoundException")
            }
            Self::UnsupportedOperation { .. } => {
                modeled("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
            }
            Self::AccessDenied(_) => common("AccessDeniedException", "AccessDenied"),
            Self::MissingHost => modeled("InvalidAddress", "InvalidAddress"),
            Self::InvalidParameterValue { .. }
            | Self::MessageTooLong { .. }
            | Self::InvalidMessageAttribute { .. } => {
                common("InvalidParameterValueException", "InvalidParameterValue")
            }
            Self::MissingParameter { .. } => {
                common("MissingRequiredParameterException", "MissingParameter")
            }
            Self::UnknownOperation => common("UnknownOperationException", "InvalidAction"),
            Self::Serialization { .. } => common("SerializationException", "MalformedInput"),
            Self::Storage(_)
            | Self::UnsupportedSchema { .. }
            | Self::StoredValue(_)
            | Self::Server(_)
            | Self::Interrupted(_) => common("InternalFailure", "InternalFailure"),
        }
    }

    fn batch_wire(&self) -> WireError {
        let (shape, query_code) = match self {
            Self::TooManyEntriesInBatchRequest { .. } => (
                "TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            ),
            Self::InvalidBatchEntryId => {
                ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId")
            }
            Self::BatchEntryIdsNotDistinct { .. } => {
                ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
            }
            Self::BatchRequestTooLong { .. } => {
                ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
            }
            _ => ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"),
        };
        WireError { namespace: SQS, shape, query_code }
    }
}
