//! Limits of mail that comes and of mail that is written.

use std::time::Duration;

/// Largest mail that is read, in bytes: what Amazon SES takes with headers (40 MB, SES quotas). A
/// larger one is kept unread. Reading takes time and memory in step with the length.
pub const MAIL_BYTES: usize = 40 * 1024 * 1024;
/// Most fields of a header that are read, and of each part's. No mail in practice has half of them.
pub const HEADER_FIELDS: usize = 500;
/// Longest header that is read, in bytes. What follows is in the raw mail only.
pub const HEADER_BYTES: usize = 64 * 1024;
/// Deepest multipart that is opened; mail programs reach five. A deeper one is an attachment.
pub const DEPTH: usize = 10;
/// Most parts that are listed. Further ones are counted and stay in the raw mail.
pub const PARTS: usize = 100;
/// Most parameters of one header field, such as the pieces of a file's name.
pub const PARAMETERS: usize = 200;
/// Longest boundary that is taken, in bytes; RFC 2046 allows 70, and some programs write more.
pub const BOUNDARY_BYTES: usize = 250;
/// Most addresses that are taken of From, To, Cc or Reply-To.
pub const ADDRESSES: usize = 50;
/// Longest subject that is kept, in characters: a line of mail has at most 998 (RFC 5322).
pub const SUBJECT_CHARACTERS: usize = 998;
/// Longest text that is taken of one mail, in bytes. The rest is in the raw mail.
pub const TEXT_BYTES: usize = 1024 * 1024;
/// Longest Message-ID that is taken, in bytes (RFC 5322, section 2.1.1).
pub const MESSAGE_ID_BYTES: usize = 998;
/// Most ids that are taken of `References`, the newest ones.
pub const REFERENCES: usize = 100;
/// Most ids that are looked for in the text of a bounce that names its cause in words only.
pub const BOUNCED_IDS: usize = 50;
/// Most recipients that one bounce reports on.
pub const BOUNCED_RECIPIENTS: usize = 50;
/// Longest file name, in bytes, as file systems take it.
pub const FILE_NAME_BYTES: usize = 255;
/// Most files and properties that are read of one winmail.dat.
pub const TNEF_ENTRIES: usize = 2_000;
/// Longest local part of an address, in bytes (RFC 5321, section 4.5.3.1.1).
pub const LOCAL_PART_BYTES: usize = 64;

/// Shortest key that signs reply addresses, in bytes: as long as its digest (RFC 2104, section 3).
pub const REPLY_KEY_BYTES: usize = 32;

/// Most new tickets that mail of one address opens in an hour; later mail waits for an agent.
pub const TICKETS_PER_SENDER_AND_HOUR: u32 = 20;
/// How often mail may reopen one ticket in an hour; later mail is added without a change of status.
pub const REOPENS_PER_HOUR: u32 = 10;
/// Most acknowledgements to one address in an hour.
pub const ACKNOWLEDGEMENTS_PER_HOUR: u32 = 1;
/// Most acknowledgements to one address in 24 hours: what ends a loop that no header shows.
pub const ACKNOWLEDGEMENTS_PER_DAY: u32 = 3;
/// Most acknowledgements to all addresses in an hour.
pub const ACKNOWLEDGEMENTS_IN_ALL_PER_HOUR: u32 = 100;
/// For how long the same mail under another delivery counts as seen.
pub const SEEN_BEFORE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Longest text of a reply, in characters.
pub const REPLY_CHARACTERS: usize = 32_000;
/// Longest part of the customer's words that a reply quotes, in characters.
pub const QUOTED_CHARACTERS: usize = 2_000;
/// Most lines of the customer's words that a reply quotes.
pub const QUOTED_LINES: usize = 40;
/// Longest `References` that is written, in bytes; some relays refuse longer headers.
pub const REFERENCES_BYTES: usize = 1_500;
/// Most recipients of one mail (SES quotas).
pub const RECIPIENTS: usize = 50;
/// Most bytes of all files of one reply: with base64 it stays below what SES takes.
pub const ATTACHED_BYTES: usize = 25 * 1024 * 1024;
