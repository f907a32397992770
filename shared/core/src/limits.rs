//! Every limit of the product, with its unit, in one place.

use std::time::Duration;

/// Largest request body in bytes (256 KiB), counted after API Gateway's base64 is undone. A
/// create with every field at its limit in four-byte characters needs about 131 KB.
pub const BODY_BYTES: usize = 256 * 1024;

/// Longest e-mail address in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_BYTES: usize = 254;
/// Longest customer name, in characters.
pub const CUSTOMER_NAME_CHARACTERS: usize = 200;
/// Longest subject, in characters.
pub const SUBJECT_CHARACTERS: usize = 255;
/// Longest description, in characters. At four bytes each it stays well within DynamoDB's 400 KB an item.
pub const DESCRIPTION_CHARACTERS: usize = 32_000;
/// Longest order number, in characters.
pub const ORDER_ID_CHARACTERS: usize = 100;
/// Longest identifier that another system gives a ticket, in characters.
pub const EXTERNAL_ID_CHARACTERS: usize = 255;
/// Longest tag, in characters.
pub const TAG_CHARACTERS: usize = 100;
/// Most tags of one ticket. Further ones that a source sends are left out.
pub const TAGS: usize = 100;
/// Longest name of who works on a ticket, in characters: an e-mail address fits.
pub const ASSIGNEE_CHARACTERS: usize = 254;
/// Longest note on a change of a ticket, in characters.
pub const NOTE_CHARACTERS: usize = 1_000;
/// Longest name of who changes a ticket that a request may give, in characters.
pub const ACTOR_CHARACTERS: usize = 200;
/// Longest account or app id that is taken from a vendor, in characters.
pub const ACCOUNT_ID_CHARACTERS: usize = 64;

/// Longest name of a model that suggests, in characters. Bedrock's model ids have at most 140 that are
/// ours to name.
pub const MODEL_NAME_CHARACTERS: usize = 200;
/// Most reasons that are kept of a suggestion.
pub const SUGGESTION_REASONS: usize = 12;
/// Most values that are extracted from one ticket; what the text names first goes before the rest.
/// Twenty of them, with a date each, have some 800 bytes in the store.
pub const EXTRACTED_VALUES: usize = 20;
/// Longest name of an extracted device or product, in characters.
pub const DEVICE_NAME_CHARACTERS: usize = 40;
/// Longest extracted version of a product, in characters.
pub const PRODUCT_VERSION_CHARACTERS: usize = 32;
/// Longest tracking number, in characters (UPU S10 has 13, USPS up to 22, GS1's SSCC 20).
pub const TRACKING_NUMBER_CHARACTERS: usize = 34;
/// Longest phone number as it was written, in characters. E.164 has 15 digits at most; the rest is
/// what stands between them.
pub const PHONE_NUMBER_CHARACTERS: usize = 32;
/// Largest extracted amount in minor units, either way: ten thousand million dollars in cents.
pub const AMOUNT_MINOR_UNITS: i64 = 1_000_000_000_000;

/// How far the time of a signature may be from ours, either way. Zendesk documents no window; five
/// minutes is what receivers in the field allow.
pub const SIGNATURE_AGE: Duration = Duration::from_secs(5 * 60);

/// Age at which a webhook secret is read anew, so that one that was taken back stops to hold.
pub const SECRET_AGE: Duration = Duration::from_secs(15 * 60);
/// Shortest time between two readings of a webhook secret that wrong signatures cause: forgers must
/// not be able to make us call Secrets Manager at will.
pub const SECRET_REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// Shortest time between two readings of a webhook secret as long as none is known.
pub const SECRET_RETRY_PAUSE: Duration = Duration::from_secs(2);

/// Longest address of a link that is kept when HTML becomes text, in characters. A longer one is
/// left out, since a cut one leads nowhere.
pub const LINK_CHARACTERS: usize = 2_000;
/// Most attachments that a message without words is described by.
pub const ATTACHMENTS_NAMED: usize = 20;

/// Most faults that one answer lists; a body with more gets the first ones.
pub const FAULTS_REPORTED: usize = 50;
/// Longest part of an unknown field's name that is echoed in a fault, in characters.
pub const FIELD_NAME_CHARACTERS: usize = 64;

/// Longest `Idempotency-Key`, in characters, as with the payment services that clients know.
pub const IDEMPOTENCY_KEY_CHARACTERS: usize = 255;

/// Tickets on a page when the client names no `limit`.
pub const PAGE_TICKETS_DEFAULT: u32 = 25;
/// Most tickets on a page; also DynamoDB's limit for one `BatchGetItem`.
pub const PAGE_TICKETS_MAXIMUM: u32 = 100;
/// Changes or messages on a page when the client names no `limit`.
pub const PAGE_ENTRIES_DEFAULT: u32 = 25;
/// Most changes or messages on a page.
pub const PAGE_ENTRIES_MAXIMUM: u32 = 100;
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
/// all ids are taken, so nine misses in a row happen once in 10^14 creates.
pub const ID_ATTEMPTS: u32 = 9;
/// Tries of one status change against tickets that others change at the same time.
pub const CHANGE_ATTEMPTS: u32 = 5;
/// How long after its beginning such a change is tried once more. Each try is one read and one write of
/// at most [`OPERATION_TIMEOUT`], so that the last one ends before the functions' own timeout of 10 s.
pub const CHANGE_TIME: Duration = Duration::from_millis(1_500);

/// Tickets that one run of `requeue-stranded` sends again; the next run goes on with the rest.
pub const REQUEUED_TICKETS: usize = 2_000;
/// Stranded tickets that are read from one shard at once.
pub const STRANDED_PAGE_TICKETS: usize = 100;
/// Batches that it sends at the same time.
pub const REQUEUED_BATCHES_AT_ONCE: usize = 5;
/// How long one run of `requeue-stranded` begins new batches; the function's timeout is 60 s.
pub const REQUEUE_TIME: Duration = Duration::from_secs(40);
/// Messages of one `SendMessageBatch` (SQS API).
pub const BATCH_MESSAGES: usize = 10;

/// Messages of AI work that are worked on at the same time: a whole batch, which mostly waits.
pub const AI_WORK_AT_ONCE: usize = 10;
/// Longest time for the AI work of one ticket. It comes again after that; the function's timeout is 30 s,
/// and with it the whole batch would come again. The longest that one try takes fits: a look for what
/// was learned, a read, Bedrock and a write are 4, 4, 10 and 4 s. The time left is for the tries after
/// it, when others change the ticket meanwhile, which do not ask Bedrock again.
pub const AI_WORK_TIME: Duration = Duration::from_secs(25);
/// Longest body of a message of AI work that is read, in bytes. Ours have about 200.
pub const AI_WORK_BYTES: usize = 4_096;

/// Longest id of a model in Bedrock, in characters (Bedrock API, `modelId` of a foundation model, with
/// the prefix of an inference profile).
pub const BEDROCK_MODEL_ID_CHARACTERS: usize = 150;
/// Longest description that is shown to Bedrock, in characters. What a ticket is about stands at its
/// beginning; at some four characters a token, what is shown costs at most 2,000 tokens.
pub const BEDROCK_DESCRIPTION_CHARACTERS: usize = 8_000;
/// Longest answer of Bedrock, in tokens. One with every word that is kept of it has about 200.
pub const BEDROCK_ANSWER_TOKENS: i32 = 300;
/// Most places of a ticket that are kept of what Bedrock names for its category or its priority.
pub const BEDROCK_REASON_WORDS: usize = 3;
/// Longest such place, in characters.
pub const BEDROCK_REASON_CHARACTERS: usize = 80;
/// Longest wait for one attempt of a call to Bedrock. A small model writes such an answer in one or
/// two seconds.
pub const BEDROCK_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for Bedrock with all attempts. The ticket is read before and written after it, which
/// together must stay under the function's timeout of 30 s.
pub const BEDROCK_OPERATION_TIMEOUT: Duration = Duration::from_secs(10);
/// Attempts of one call to Bedrock, the first included. Then the embedded model suggests.
pub const BEDROCK_ATTEMPTS: u32 = 2;
/// Longest wait before the second attempt: throttling ends no sooner.
pub const BEDROCK_RETRY_BACKOFF: Duration = Duration::from_millis(500);

/// Tickets that one run of `close-resolved` closes; the next run goes on with the rest.
pub const CLOSED_TICKETS: usize = 2_000;
/// Resolved tickets that one run of `close-resolved` reads, most of which are not due yet.
pub const READ_RESOLVED_TICKETS: usize = 20_000;
/// Resolved tickets that are read from one shard at once, by one query and one `BatchGetItem`.
pub const RESOLVED_PAGE_TICKETS: usize = 50;
/// Tickets that it closes at the same time.
pub const CLOSED_AT_ONCE: usize = 25;
/// How long one run of `close-resolved` begins new pages. The function's timeout is 60 s, and a page
/// takes four calls in a row at most: a query, one batch with all its rounds, and two rounds of closing.
pub const CLOSE_TIME: Duration = Duration::from_secs(25);

/// Follow-ups that one conversation may have, each begun by a message on a closed ticket.
pub const FOLLOW_UPS: u32 = 50;
/// Kept webhook bodies that one replay puts through the handler again: few enough for the functions'
/// timeout of 10 s.
pub const REPLAYED_BODIES: u32 = 25;
/// How long a webhook body that cannot be read is kept. The table's time to live then deletes it.
pub const UNREADABLE_RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Largest adaptation of the AI to a desk, in bytes: one item, of which DynamoDB takes 400 KB.
pub const ADAPTATION_BYTES: usize = 350_000;
/// How often a function that uses the adaptation looks whether another version is in use.
pub const ADAPTATION_AGE: Duration = Duration::from_secs(5 * 60);
/// Longest wait for such a look, which is one call, and a second one for a new version. Without it the
/// version that is at hand goes on.
pub const ADAPTATION_TIMEOUT: Duration = Duration::from_millis(4_000);
/// How long a correction of the AI is kept to learn from. The table's time to live then deletes it.
pub const CORRECTION_RETENTION: Duration = Duration::from_secs(2 * 365 * 24 * 60 * 60);
/// Longest delivery header of a webhook that is kept with an unreadable body, in characters.
pub const DELIVERY_HEADER_CHARACTERS: usize = 256;

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
/// Longest wait before any further attempt of ours, where the SDK makes none: for a cancelled
/// transaction, and for what a batch leaves unprocessed.
pub const LONGEST_BACKOFF: Duration = Duration::from_millis(800);

/// What `Retry-After` says, in seconds, when a retry may help. Zendesk retries only below 60.
pub const RETRY_AFTER_SECONDS: u32 = 2;
