//! Which parts of a text its sender wrote: not what is quoted, forwarded, a signature or a notice.

use std::ops::Range;

/// Longest quotation within a line that is taken for one, in bytes. A lone mark opens nothing.
const INLINE_QUOTATION_BYTES: usize = 600;
/// How far before a quotation the words stand that say who is quoted, in bytes.
const INTRODUCTION_BYTES: usize = 60;

/// What a line says that everything below it was written earlier, by whomever.
const FORWARDS: [&str; 4] = [
    "-----original message",
    "---------- forwarded message",
    "begin forwarded message",
    "________________________________",
];
/// How a legal notice begins, below a signature or without one.
const NOTICES: [&str; 8] = [
    "this e-mail and any",
    "this email and any",
    "this message and any",
    "this email is confidential",
    "this e-mail is confidential",
    "this message is confidential",
    "confidentiality notice",
    "disclaimer:",
];
/// A line of these alone, or beginning with the last ones, ends the text.
const SIGNATURE_MARKS: [&str; 3] = ["--", "__", "—"];
const DEVICE_SIGNATURES: [&str; 3] = ["sent from my ", "get outlook for ", "sent via "];

/// Who writes or speaks for the company, when a customer quotes them.
const COMPANY: [&str; 12] = [
    "you",
    "u",
    "your",
    "agent",
    "support",
    "colleague",
    "rep",
    "assistant",
    "chat",
    "bot",
    "team",
    "representative",
];
const SPEECH: [&str; 12] = [
    "wrote", "write", "said", "say", "says", "told", "answered", "answer", "replied", "reply",
    "promised", "stated",
];

/// The parts that the sender wrote, in order, as ranges of bytes.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut lines = lines(text).peekable();
    while let Some((start, line)) = lines.next() {
        let lower = line.trim().to_lowercase();
        if ends_the_text(&lower) {
            break;
        }
        if is_attribution(&lower) {
            // Below it stands a quotation with marks, or, from some mailers, one without.
            let marked = lines.find(|(_, line)| !line.trim().is_empty());
            if !marked.is_some_and(|(_, line)| line.trim_start().starts_with('>')) {
                break;
            }
            continue;
        }
        if !lower.starts_with('>') {
            ranges.push(start..start + line.len());
        }
    }
    without_inline_quotations(text, &joined(ranges))
}

/// The lines, each with where it starts and with its end of line.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |next, line| {
        let start = *next;
        *next += line.len();
        Some((start, line))
    })
}

fn ends_the_text(line: &str) -> bool {
    SIGNATURE_MARKS.contains(&line)
        || FORWARDS.iter().any(|mark| line.starts_with(mark))
        || NOTICES.iter().any(|mark| line.starts_with(mark))
        || DEVICE_SIGNATURES.iter().any(|mark| line.starts_with(mark))
        || (line.starts_with("this message may contain") && line.contains("privileged"))
}

/// "On 3 November, Support wrote:" and the same with "schrieb" and the like in other words.
fn is_attribution(line: &str) -> bool {
    (line.starts_with("on ") && line.ends_with("wrote:"))
        || (line.ends_with("wrote:") && line.contains('@'))
}

/// Ranges that touch as one.
fn joined(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => joined.push(range),
        }
    }
    joined
}

/// Leaves out what stands in quotation marks after words like "you wrote". What an error message
/// says is quoted as well, and stays.
fn without_inline_quotations(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut kept = Vec::new();
    for range in ranges {
        let part = text.get(range.clone()).unwrap_or_default();
        let mut from = 0;
        let mut marks = part.char_indices().filter(|(_, c)| matches!(c, '"' | '“' | '”' | '„'));
        while let Some((open, _)) = marks.next() {
            if open < from || !introduces_the_company(before(part, open)) {
                continue;
            }
            let Some((close, mark)) = marks.next() else { break };
            if close - open <= INLINE_QUOTATION_BYTES {
                kept.push(range.start + from..range.start + open);
                from = close + mark.len_utf8();
            }
        }
        kept.push(range.start + from..range.end);
    }
    kept.retain(|range| !range.is_empty());
    kept
}

fn before(part: &str, end: usize) -> &str {
    let mut start = end.saturating_sub(INTRODUCTION_BYTES);
    while !part.is_char_boundary(start) {
        start += 1;
    }
    part.get(start..end).unwrap_or_default()
}

fn introduces_the_company(introduction: &str) -> bool {
    let lower = introduction.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let last = words.len().saturating_sub(3);
    words.iter().skip(last).any(|word| SPEECH.contains(word))
        && words.iter().skip(last.saturating_sub(3)).any(|word| COMPANY.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> String {
        ranges(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn quoted_lines_and_what_stands_below_an_attribution_are_left_out() {
        assert_eq!(own("no\n> my account was hacked\nreally not"), "no\nreally not");
        assert_eq!(
            own("Yes.\n\nOn Tue, Support <a@b.example> wrote:\n> hacked?\n> b\nbye"),
            "Yes.\n\nbye"
        );
        assert_eq!(own("Yes.\nOn Tue, Support wrote:\n\nwas it hacked?\nTell us"), "Yes.\n");
    }

    #[test]
    fn signatures_notices_and_forwarded_parts_are_left_out() {
        assert_eq!(own("ok\n--\nJ. Doe, lawyer"), "ok\n");
        assert_eq!(own("ok\nThis email and any attachments are confidential"), "ok\n");
        assert_eq!(own("see\n---------- Forwarded message ----------\nEXPIRES TODAY"), "see\n");
        assert_eq!(own("ok\nSent from my iPhone"), "ok\n");
    }

    #[test]
    fn what_the_company_said_is_left_out_and_an_error_message_stays() {
        assert_eq!(own("You wrote \"we close it today\". Fine?"), "You wrote . Fine?");
        assert_eq!(
            own("Your agent told me “not urgent” but it is"),
            "Your agent told me  but it is"
        );
        assert_eq!(
            own("The app says \"account suspended\"."),
            "The app says \"account suspended\"."
        );
        assert_eq!(own("you say \"never closed"), "you say \"never closed");
    }

    #[test]
    fn a_line_that_only_begins_with_on_stays() {
        assert_eq!(own("On Tuesday I wrote to you\nb"), "On Tuesday I wrote to you\nb");
    }
}
