//! Limits of fields and bodies, with their units. Those of what is around them stand in the `limits` of
//! the crate that they bound.

use std::time::Duration;

/// Largest request body in bytes (256 KiB), counted after API Gateway's base64 is undone. A
/// create with every field at its limit in four-byte characters needs about 131 KB.
pub const BODY_BYTES: usize = 256 * 1024;

/// Longest e-mail address in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_BYTES: usize = 254;
/// Longest customer name, in characters.
pub const CUSTOMER_NAME_CHARACTERS: usize = 200;
/// Longest text that tells how else to reach a customer, in characters: two addresses fit.
pub const CUSTOMER_CONTACT_CHARACTERS: usize = 510;
/// Longest subject, in characters.
pub const SUBJECT_CHARACTERS: usize = 255;
/// Longest description, in characters. At four bytes each it stays well within DynamoDB's 400 KB an item.
pub const DESCRIPTION_CHARACTERS: usize = 32_000;
/// Longest note of an agent's, in characters: as long as a description, so that one may be quoted.
pub const INTERNAL_NOTE_CHARACTERS: usize = DESCRIPTION_CHARACTERS;
/// Longest draft of an agent's, in characters.
pub const DRAFT_CHARACTERS: usize = INTERNAL_NOTE_CHARACTERS;
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

/// Most faults that one answer lists; a body with more gets the first ones.
pub const FAULTS_REPORTED: usize = 50;
/// Longest part of an unknown field's name that is echoed in a fault, in characters.
pub const FIELD_NAME_CHARACTERS: usize = 64;

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

/// How often a function that uses the adaptation looks whether another version is in use.
pub const ADAPTATION_AGE: Duration = Duration::from_secs(5 * 60);
/// Longest wait for such a look, which is one call, and a second one for a new version. Without it the
/// version that is at hand goes on.
pub const ADAPTATION_TIMEOUT: Duration = Duration::from_millis(4_000);
