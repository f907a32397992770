//! Limits of what is stored, queued and asked of AWS.

use std::time::Duration;

/// Age at which a webhook secret is read anew, so that one that was revoked soon stops working.
pub const SECRET_AGE: Duration = Duration::from_secs(15 * 60);

/// Shortest time between two readings of a webhook secret that wrong signatures cause: forgers must
/// not be able to make us call Secrets Manager at will.
pub const SECRET_REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// Shortest time between two readings of a webhook secret as long as none is known.
pub const SECRET_RETRY_PAUSE: Duration = Duration::from_secs(2);

/// Largest page in bytes as it travels inside Lambda's answer, whose own limit is 6 MB. A page that
/// would be larger ends early and its cursor goes on.
pub const PAGE_BYTES: usize = 5_500_000;

/// Longest cursor, in bytes.
pub const CURSOR_BYTES: usize = 256;

/// Tickets of one `BatchGetItem` (DynamoDB API).
pub const BATCH_READ_TICKETS: usize = 100;

/// How long a cursor holds. Somebody may leave a list open over a weekend.
pub const CURSOR_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Most tickets that are read for one page, whatever its filter leaves out: five `BatchGetItem`s, so
/// that a page of a rare kind takes no longer than a tenth of a second.
pub const PAGE_READ_TICKETS: usize = 500;

/// Bytes that are read for one page of a list, whatever its filter leaves out: what a function of 256 MB
/// reads within its time. The last batch may bring more.
pub const PAGE_READ_BYTES: usize = 8_000_000;

/// Bytes that one batch of a list reads, as far as the tickets before tell how large they are: a call
/// must end within [`OPERATION_TIMEOUT`].
pub const BATCH_READ_BYTES: usize = 2_000_000;

/// Longest description that stands in the ticket's own item, in bytes. A longer one has an item of its
/// own, which only who reads the ticket itself reads.
pub const LONG_TEXT_BYTES: usize = 8 * 1024;

/// Characters of a long description that lists and answers to changes show.
pub const CUT_TEXT_CHARACTERS: usize = 1_000;

/// Keys that are read from each shard of an index for a page, beyond its even share.
pub const SHARD_SPARE_KEYS: usize = 4;

/// Most partitions that each list index may be spread over. A partition takes 1,000 writes a second
/// (DynamoDB developer guide, "Partition-level throughput"), so 64 take 64,000 creates a second. Each
/// page of a list costs a query of each partition.
pub const LIST_SHARDS_MAXIMUM: u32 = 64;

/// Shards that are read at the same time, each over a connection of its own. Only a stack with more
/// than the four shards of the template's default comes to it. Of 16 shards, with a DynamoDB that takes
/// 5 ms, a warm list takes 15 ms with 16 at once, 22 ms with 8 and 35 ms with 4; but each connection
/// that the first list has to open takes half a millisecond of a whole processor, of which a function
/// has a part by then.
pub const SHARDS_READ_AT_ONCE: usize = 8;

/// Most connections that are opened for the shards before the first request: one for each of the
/// template's default. Whoever reads one ticket pays for them too; the first list opens those that it
/// lacks.
pub const SHARD_CONNECTIONS_AHEAD: usize = 4;

/// Ids tried for one new ticket before the store gives up. With a hundred million tickets 2.3 % of
/// all ids are taken, so that many misses in a row do not happen; nobody can bring them about, since
/// nobody knows the key that ids are derived under. Each try is one write of some milliseconds.
pub const ID_ATTEMPTS: u32 = 32;

/// Ids under which a ticket may stand from before ids were derived under a key. As long as such tickets
/// are in the table, and conversations of vendors go on for years, they are looked for.
pub const FORMER_ID_ATTEMPTS: u32 = 9;

/// Tries of one status change against tickets that others change at the same time.
pub const CHANGE_ATTEMPTS: u32 = 5;

/// How long after its beginning such a change is tried once more. Each try is one read and one write of
/// at most [`OPERATION_TIMEOUT`], so that the last one ends before the functions' own timeout of 10 s.
pub const CHANGE_TIME: Duration = Duration::from_millis(1_500);

/// Longest wait before any further attempt of ours, where the SDK makes none: for a cancelled
/// transaction, and for what a batch leaves unprocessed.
pub const LONGEST_BACKOFF: Duration = Duration::from_millis(800);

/// Resolved tickets that are read from one shard at once, by one query and one `BatchGetItem`.
pub const RESOLVED_PAGE_TICKETS: usize = 50;

/// Messages of one `SendMessageBatch` (SQS API).
pub const BATCH_MESSAGES: usize = 10;

/// Longest body of a message of AI work that is read, in bytes. Ours have about 200.
pub const AI_WORK_BYTES: usize = 4_096;

/// How long a webhook body that cannot be read is kept. The table's time to live then deletes it.
pub const UNREADABLE_RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Largest adaptation of the AI to a desk, in bytes: one item, of which DynamoDB takes 400 KB.
pub const ADAPTATION_BYTES: usize = 350_000;

/// Tickets that are looked up at once for an erasure.
pub const ERASURE_PAGE_TICKETS: usize = 25;

/// Rows that hang on a ticket that one transaction of an erasure deletes. With the corrections that
/// belong to them and the count they stay below the 100 writes of a transaction (DynamoDB API).
pub const ERASURE_ROWS_AT_ONCE: i32 = 40;

/// Kept webhook bodies that an erasure reads at once. They may have 256 KB each.
pub const ERASURE_BODIES_AT_ONCE: u32 = 25;

/// Tickets of a customer whose addresses and conversations are looked for in kept webhook bodies. The
/// customer's id is looked for besides, which finds the addresses that it is derived from.
pub const ERASURE_KNOWN_TICKETS: usize = 500;

/// Bytes of texts after which a page of an export ends. The last look may bring another megabyte, and
/// all that may take four times as much in Lambda's answer, whose own limit is 6 MB.
pub const EXPORT_PAGE_BYTES: usize = 200_000;

/// Looks at the store for one page of an export, so that it ends in time whatever they find.
pub const EXPORT_PAGE_LOOKS: usize = 60;

/// Changes or messages that an export reads at once.
pub const EXPORT_ENTRIES_AT_ONCE: u32 = 100;

/// Kept webhook bodies that an export reads at once. They may have 256 KB each.
pub const EXPORT_BODIES_AT_ONCE: u32 = 4;

/// How long the report of a finished erasure is kept, and added to when the same is erased again.
pub const ERASURE_REPORT_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Unfinished erasures that the schedule goes on with in one run.
pub const UNFINISHED_ERASURES: usize = 25;

/// How long a correction of the AI is kept to learn from. The table's time to live then deletes it.
pub const CORRECTION_RETENTION: Duration = Duration::from_secs(2 * 365 * 24 * 60 * 60);

/// How long a connection that nobody uses is kept. DynamoDB has been seen to close one after 60 s, and
/// one that the other side closes while a function is frozen costs the next request a retry.
pub const CONNECTION_IDLE: Duration = Duration::from_secs(30);

/// Longest wait for the connections that a function opens before its first request. Without them that
/// request opens them, so nothing is lost when they fail.
pub const CONNECT_AHEAD_TIMEOUT: Duration = Duration::from_millis(1_000);

/// Largest file of root certificates, in bytes. Those of systems have about 230 KB.
pub const ROOTS_BYTES: u64 = 4 * 1024 * 1024;

/// Longest wait for a connection to an AWS service. Within a region one takes a few milliseconds.
pub const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_000);

/// Longest wait for one attempt of a call. DynamoDB and SQS answer within 20 ms (p99).
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Longest wait for one call with all its retries. A create makes two calls in a row, which must
/// stay under the functions' own timeout of 10 s so that the client still gets an answer.
pub const OPERATION_TIMEOUT: Duration = Duration::from_millis(4_000);

/// Longest wait for the note that a message could not be sent. It comes after two calls that may
/// have taken their whole time, and the client still waits; without the note nothing is lost.
pub const NOTE_TIMEOUT: Duration = Duration::from_millis(1_000);

/// Attempts of one call, the first included.
pub const CALL_ATTEMPTS: u32 = 3;

/// Longest wait before the second attempt; it doubles with each further one. Most calls fail with
/// their connection, which waiting does not mend, and the SDK's own second would leave the third
/// attempt no time.
pub const RETRY_BACKOFF: Duration = Duration::from_millis(50);

/// How long a draft is kept after it was last saved.
pub const DRAFT_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);
