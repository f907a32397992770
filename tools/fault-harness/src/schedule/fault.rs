//! The faults and their kinds.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// Delays that a function sits out, in milliseconds.
const DELAY_MS: std::ops::RangeInclusive<u64> = 10..=300;
/// Longer than one attempt of a call may take (1.5 s, `limits::ATTEMPT_TIMEOUT` of the functions),
/// so that the call is done after its function has tried again.
const STALL: Duration = Duration::from_secs(2);

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It reaches the service late. A function that has given up by then does not stop it.
    Late(Duration),
    /// The connection is closed before the call reaches the service.
    ClosedBefore,
    /// The connection is reset before the call reaches the service.
    ResetBefore,
    /// The service has done it; the connection is reset before the answer.
    ResetAfter,
    /// The service asks for patience, in the words with this number.
    Throttled(u32),
    /// The service answers 500.
    ServerError,
    /// The service answers 503.
    Unavailable,
    /// The service has done it; its answer breaks off.
    Truncated,
    /// The service has done it; its answer is rubbish: no HTTP, or HTTP without JSON.
    Garbage {
        /// Whether it is HTTP at least.
        http: bool,
    },
    /// The function's process is killed before the call reaches the service.
    KilledBefore,
    /// The service has done it; the function's process is killed before the answer.
    KilledAfter,
    /// The transaction is cancelled for a reason of one of its writes.
    Cancelled {
        /// The reason.
        reason: CancelReason,
        /// Draws the write.
        write: u32,
    },
    /// The same transaction is said to be under way already.
    InProgress,
}

/// Why DynamoDB cancels a transaction (API reference, `TransactWriteItems`, "Errors").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CancelReason {
    /// Another transaction is at work on the item.
    Conflict,
    /// The table's partition is too busy.
    Throttled,
    /// The table's provisioned throughput is used up.
    ThroughputExceeded,
    /// The item is another one than was seen; said of the first write only, the one of the ticket.
    ConditionFailed,
}

impl CancelReason {
    /// The code that DynamoDB has for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Conflict => "TransactionConflict",
            Self::Throttled => "ThrottlingError",
            Self::ThroughputExceeded => "ProvisionedThroughputExceeded",
            Self::ConditionFailed => "ConditionalCheckFailed",
        }
    }
}

/// What the report counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// [`Fault::Late`] by less than an attempt of a call may take.
    Delay,
    /// [`Fault::Late`] by more than that.
    Stall,
    /// [`Fault::ClosedBefore`].
    ClosedBefore,
    /// [`Fault::ResetBefore`].
    ResetBefore,
    /// [`Fault::ResetAfter`].
    ResetAfter,
    /// [`Fault::Throttled`].
    Throttled,
    /// [`Fault::ServerError`].
    ServerError,
    /// [`Fault::Unavailable`].
    Unavailable,
    /// [`Fault::Truncated`].
    Truncated,
    /// [`Fault::Garbage`].
    Garbage,
    /// [`Fault::KilledBefore`].
    KilledBefore,
    /// [`Fault::KilledAfter`].
    KilledAfter,
    /// A connection that is reset as soon as it stands.
    ConnectionReset,
    /// A time in which nothing listens on the port.
    PortClosed,
    /// A call in a time in which every call fails.
    Outage,
    /// [`Fault::Cancelled`] for this reason.
    Cancelled(CancelReason),
    /// [`Fault::InProgress`].
    InProgress,
}

impl FaultKind {
    /// All of them; a run that has not injected each into each service proves too little.
    pub const ALL: [Self; 20] = [
        Self::Delay,
        Self::Stall,
        Self::ClosedBefore,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Throttled,
        Self::ServerError,
        Self::Unavailable,
        Self::Truncated,
        Self::Garbage,
        Self::KilledBefore,
        Self::KilledAfter,
        Self::ConnectionReset,
        Self::PortClosed,
        Self::Outage,
        Self::Cancelled(CancelReason::Conflict),
        Self::Cancelled(CancelReason::Throttled),
        Self::Cancelled(CancelReason::ThroughputExceeded),
        Self::Cancelled(CancelReason::ConditionFailed),
        Self::InProgress,
    ];

    /// Whether only a transaction can meet it, which SQS has none of.
    pub fn is_of_transactions(self) -> bool {
        matches!(self, Self::Cancelled(_) | Self::InProgress)
    }

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delay => "delayed",
            Self::Stall => "stalled",
            Self::ClosedBefore => "closed before the call",
            Self::ResetBefore => "reset before the call",
            Self::ResetAfter => "reset after the call",
            Self::Throttled => "throttled",
            Self::ServerError => "answered 500",
            Self::Unavailable => "answered 503",
            Self::Truncated => "answer broken off",
            Self::Garbage => "answer is rubbish",
            Self::KilledBefore => "killed before the call",
            Self::KilledAfter => "killed after the call",
            Self::ConnectionReset => "connection reset at once",
            Self::PortClosed => "port closed",
            Self::Outage => "call in an outage",
            Self::Cancelled(CancelReason::Conflict) => "cancelled by a conflict",
            Self::Cancelled(CancelReason::Throttled) => "cancelled by throttling",
            Self::Cancelled(CancelReason::ThroughputExceeded) => "cancelled by throughput",
            Self::Cancelled(CancelReason::ConditionFailed) => "cancelled by a condition",
            Self::InProgress => "said to be in progress",
        }
    }
}

impl Fault {
    /// What it counts as.
    pub fn kind(self) -> FaultKind {
        match self {
            Self::Late(time) if time < STALL => FaultKind::Delay,
            Self::Late(_) => FaultKind::Stall,
            Self::ClosedBefore => FaultKind::ClosedBefore,
            Self::ResetBefore => FaultKind::ResetBefore,
            Self::ResetAfter => FaultKind::ResetAfter,
            Self::Throttled(_) => FaultKind::Throttled,
            Self::ServerError => FaultKind::ServerError,
            Self::Unavailable => FaultKind::Unavailable,
            Self::Truncated => FaultKind::Truncated,
            Self::Garbage { .. } => FaultKind::Garbage,
            Self::KilledBefore => FaultKind::KilledBefore,
            Self::KilledAfter => FaultKind::KilledAfter,
            Self::Cancelled { reason, .. } => FaultKind::Cancelled(reason),
            Self::InProgress => FaultKind::InProgress,
        }
    }

    /// A fault of the kind; none when the kind is not one of a single call.
    pub(super) fn draw(kind: FaultKind, generator: &mut ChaCha8Rng) -> Option<Self> {
        Some(match kind {
            FaultKind::Delay => {
                Fault::Late(Duration::from_millis(generator.random_range(DELAY_MS)))
            }
            FaultKind::Stall => Fault::Late(STALL),
            FaultKind::ClosedBefore => Fault::ClosedBefore,
            FaultKind::ResetBefore => Fault::ResetBefore,
            FaultKind::ResetAfter => Fault::ResetAfter,
            FaultKind::Throttled => Fault::Throttled(generator.random()),
            FaultKind::ServerError => Fault::ServerError,
            FaultKind::Unavailable => Fault::Unavailable,
            FaultKind::Truncated => Fault::Truncated,
            FaultKind::Garbage => Fault::Garbage { http: generator.random() },
            FaultKind::KilledBefore => Fault::KilledBefore,
            FaultKind::KilledAfter => Fault::KilledAfter,
            FaultKind::Cancelled(reason) => Fault::Cancelled { reason, write: generator.random() },
            FaultKind::InProgress => Fault::InProgress,
            FaultKind::ConnectionReset | FaultKind::PortClosed | FaultKind::Outage => return None,
        })
    }
}
