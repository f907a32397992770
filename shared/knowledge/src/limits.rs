//! Limits of articles, their index and replies, with their units.

/// Longest title of an article, in characters.
pub const TITLE_CHARACTERS: usize = 255;
/// Longest body of an article, in bytes of Markdown: a manual's chapter of some 15,000 words, and well within
/// DynamoDB's 400 KB an item. A longer text is several articles.
pub const BODY_BYTES: usize = 128 * 1024;
/// Longest HTML that is made into a body, in bytes. Markup is most of what help centres send.
pub const HTML_BYTES: usize = 1024 * 1024;
/// Longest head of a file with an article's fields, in bytes.
pub const FRONT_MATTER_BYTES: usize = 16 * 1024;
/// Longest id of an article, in characters.
pub const ARTICLE_ID_CHARACTERS: usize = 128;
/// Longest category or label of an article, in characters.
pub const LABEL_CHARACTERS: usize = 100;
/// Most tags, and most labels, of one article.
pub const LABELS: usize = 50;

/// Words of a passage, as many as fit. The encoder reads about as many.
pub const PASSAGE_WORDS: usize = 100;
/// Most words of a passage: a paragraph is not cut for a few words more.
pub const PASSAGE_WORDS_MAXIMUM: usize = 120;
/// Longest passage in bytes, for texts that have no spaces.
pub const PASSAGE_BYTES: usize = 2_000;
/// Most passages of one article. [`BODY_BYTES`] of ordinary text have a fifth of them.
pub const PASSAGES_PER_ARTICLE: usize = 1_000;

/// Longest word that is indexed, in characters; the rest of a longer one is ignored.
pub const WORD_CHARACTERS: usize = 40;
/// Most characters of a question that are read.
pub const QUESTION_CHARACTERS: usize = 4_000;
/// Most different words of a question that are looked up.
pub const QUESTION_WORDS: usize = 200;
/// Most articles that one search returns.
pub const HITS: usize = 50;

/// Most passages of one segment, and of an index: up to here every passage is looked at for every question.
pub const PASSAGES_PER_INDEX: usize = 100_000;
/// Largest segment, in bytes. One of a hundred thousand passages has some 100 MB.
pub const SEGMENT_BYTES: usize = 256 * 1024 * 1024;
/// Most segments that an index is made of.
pub const SEGMENTS: usize = 1_000;

/// Most words of articles that one reply quotes.
pub const QUOTED_WORDS: usize = 240;
/// Most passages that one reply quotes.
pub const QUOTED_PASSAGES: usize = 2;

/// Most accepted replies that are learned from; the newest count.
pub const PAST_TICKETS: usize = 2_000;
/// Most of them of one agent, so that nobody decides alone what is suggested.
pub const PAST_TICKETS_PER_AGENT: usize = 500;
/// Past tickets that a ticket is compared with.
pub const NEAREST_TICKETS: usize = 20;
