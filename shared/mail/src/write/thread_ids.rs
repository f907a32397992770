//! `References` of what is written: short enough for every relay, and with the ends that matter.

use crate::{MessageId, limits};

/// Longest id that is passed on; one on a line of its own then stays below the 998 that a line may have.
const PASSED_ON_BYTES: usize = 500;

/// The ids to refer to: the oldest, the newest ones that fit, and our own last. SES replaces our
/// `Message-ID`, so that only here our own comes back in an answer.
pub(super) fn references(thread: &[MessageId], own: &MessageId) -> Vec<String> {
    let length = |id: &MessageId| id.as_str().len() + "<> ".len();
    let fits = |id: &&MessageId| id.as_str().len() <= PASSED_ON_BYTES && *id != own;
    let mut earlier: Vec<&MessageId> = thread.iter().filter(fits).collect();
    let oldest = if earlier.is_empty() { None } else { Some(earlier.remove(0)) };
    let mut left = limits::REFERENCES_BYTES
        .saturating_sub("References: ".len() + length(own) + oldest.map_or(0, length));
    let mut newest = Vec::new();
    for id in earlier.iter().rev() {
        if length(id) > left {
            break;
        }
        left -= length(id);
        newest.push(id.as_str().to_owned());
    }
    let oldest = oldest.map(|id| id.as_str().to_owned());
    oldest.into_iter().chain(newest.into_iter().rev()).chain([own.as_str().to_owned()]).collect()
}

/// The id that is answered, if it can be passed on.
pub(super) fn answered(id: Option<&MessageId>) -> Option<String> {
    id.filter(|id| id.as_str().len() <= PASSED_ON_BYTES).map(|id| id.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> MessageId {
        MessageId::parse(text).unwrap()
    }

    #[test]
    fn the_ends_of_a_long_thread_are_kept() {
        let own = id("own@desk.example");
        let thread: Vec<MessageId> =
            (0..1_000).map(|number| id(&format!("{number:0100}@x.example"))).collect();
        let ids = references(&thread, &own);
        assert_eq!(ids.first().map(String::as_str), Some(thread[0].as_str()));
        assert_eq!(ids.get(ids.len() - 2).map(String::as_str), Some(thread[999].as_str()));
        assert_eq!(ids.last().map(String::as_str), Some("own@desk.example"));
        assert!(ids.iter().map(|id| id.len() + 3).sum::<usize>() + 12 <= 1_500);
        assert_eq!(references(&[], &own), ["own@desk.example"]);
        assert_eq!(references(std::slice::from_ref(&own), &own), ["own@desk.example"]);
        assert_eq!(references(&[id(&format!("{}@x", "a".repeat(600)))], &own).len(), 1);
    }
}
