//! Limits of what vendors send and of what is made of it.

use std::time::Duration;

/// Longest account or app id that is taken from a vendor, in characters.
pub const ACCOUNT_ID_CHARACTERS: usize = 64;

/// How far the time of a signature may be from ours, either way. Zendesk documents no window; five
/// minutes is what receivers in the field allow.
pub const SIGNATURE_AGE: Duration = Duration::from_secs(5 * 60);

/// Longest address of a link that is kept when HTML becomes text, in characters. A longer one is
/// left out, since a cut one leads nowhere.
pub const LINK_CHARACTERS: usize = 2_000;

/// Most files of one message that are named with it; of further ones, how many there are.
pub const ATTACHMENTS_NAMED: usize = 20;

/// Most messages that are taken from one notification: Intercom puts at most 500 parts into one.
pub const MESSAGES_OF_A_NOTIFICATION: usize = 500;

/// Deepest nesting at which words of a trigger's body are looked for.
pub const TEMPLATE_DEPTH: usize = 6;

/// Longest `Idempotency-Key`, in characters, as with the payment services that clients know.
pub const IDEMPOTENCY_KEY_CHARACTERS: usize = 255;
