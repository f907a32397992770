//! Limits of what functions do for one event.

use std::time::Duration;

use chrono::TimeDelta;

/// Tickets on a page when the client names no `limit`.
pub const PAGE_TICKETS_DEFAULT: u32 = 25;

/// Most tickets on a page; also DynamoDB's limit for one `BatchGetItem`.
pub const PAGE_TICKETS_MAXIMUM: u32 = 100;

/// Longest beginning of a description in a row of a list, in characters.
pub const SNIPPET_CHARACTERS: usize = 120;

/// Smallest JSON answer that is compressed for a client that takes it, in bytes. A smaller one fits into one
/// packet anyway.
pub const COMPRESSED_BYTES: usize = 1024;

/// How long a page that has a next one keeps its `ETag`: well below the age of a cursor, so that whoever is
/// told that nothing has changed may go on with the cursor at hand.
pub const LIST_TAG_AGE: TimeDelta = TimeDelta::days(1);

/// Changes or messages on a page when the client names no `limit`.
pub const PAGE_ENTRIES_DEFAULT: u32 = 25;

/// Most changes or messages on a page.
pub const PAGE_ENTRIES_MAXIMUM: u32 = 100;

/// Tickets that one run of `requeue-stranded` sends again; the next run goes on with the rest.
pub const REQUEUED_TICKETS: usize = 2_000;

/// Stranded tickets that are read from one shard at once.
pub const STRANDED_PAGE_TICKETS: usize = 100;

/// Batches that it sends at the same time.
pub const REQUEUED_BATCHES_AT_ONCE: usize = 5;

/// How long one run of `requeue-stranded` begins new batches; the function's timeout is 60 s.
pub const REQUEUE_TIME: Duration = Duration::from_secs(40);

/// Messages of AI work that are worked on at the same time: a whole batch, which mostly waits.
pub const AI_WORK_AT_ONCE: usize = 10;

/// Longest time for the AI work of one ticket. It comes again after that; the function's timeout is 30 s,
/// and with it the whole batch would come again. The longest that one try takes fits: a look for what
/// was learned, a read, Bedrock and a write are 4, 4, 10 and 4 s. The time left is for the tries after
/// it, when others change the ticket meanwhile, which do not ask Bedrock again.
pub const AI_WORK_TIME: Duration = Duration::from_secs(25);

/// Tickets that one run of `close-resolved` closes; the next run goes on with the rest.
pub const CLOSED_TICKETS: usize = 2_000;

/// Resolved tickets that one run of `close-resolved` reads, most of which are not due yet.
pub const READ_RESOLVED_TICKETS: usize = 20_000;

/// Tickets that it closes at the same time.
pub const CLOSED_AT_ONCE: usize = 25;

/// How long one run of `close-resolved` begins new pages. The function's timeout is 60 s, and a page
/// takes four calls in a row at most: a query, one batch with all its rounds, and two rounds of closing.
pub const CLOSE_TIME: Duration = Duration::from_secs(25);

/// Tickets of one conversation, the newest first, in which one notification fills in what is missing.
pub const COMPLETED_TICKETS: usize = 20;

/// Records on a page of an export when the client names no `limit`.
pub const PAGE_RECORDS_DEFAULT: u32 = 100;

/// Most records on a page of an export, but for those that come with the last look at the store.
pub const PAGE_RECORDS_MAXIMUM: u32 = 500;

/// How long one call to erase a customer begins new work. API Gateway waits 30 s for an answer, and what
/// is begun last takes three calls.
pub const ERASE_TIME: Duration = Duration::from_secs(12);

/// How long one run of `erase-due` begins new work; the function's timeout is 60 s.
pub const ERASE_DUE_TIME: Duration = Duration::from_secs(40);

/// Closed tickets that one run of `erase-due` reads, most of which are not due yet.
pub const READ_CLOSED_TICKETS: usize = 20_000;

/// Kept webhook bodies that one replay puts through the handler again: few enough for the functions'
/// timeout of 10 s.
pub const REPLAYED_BODIES: u32 = 25;

/// Longest delivery header of a webhook that is kept with an unreadable body, in characters.
pub const DELIVERY_HEADER_CHARACTERS: usize = 256;

/// What `Retry-After` says, in seconds, when a retry may help. Zendesk retries only below 60.
pub const RETRY_AFTER_SECONDS: u32 = 2;

/// Longest origin that a form token is made for, in bytes: a scheme, a name (RFC 1035, section 2.3.4) and
/// a port.
pub const ORIGIN_BYTES: usize = 8 + 253 + 6;

/// How long a form token is taken: as long as somebody may take to fill in a form.
pub const FORM_TOKEN_AGE: TimeDelta = TimeDelta::hours(1);
