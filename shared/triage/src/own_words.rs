//! Which parts of a text its sender wrote: not what is quoted, forwarded, a signature or a notice.

use std::borrow::Cow;
use std::ops::Range;

/// Longest quotation within a line that is taken for one, in bytes. A lone mark opens nothing.
const INLINE_QUOTATION_BYTES: usize = 600;
/// How far before a quotation the words stand that say who is quoted, in bytes.
const INTRODUCTION_BYTES: usize = 60;

/// What a line says that everything below it was written earlier, by whomever.
const FORWARDS: [&str; 10] = [
    "-----original message",
    "---------- forwarded message",
    "begin forwarded message",
    "________________________________",
    "-----ursprüngliche nachricht",
    "---------- weitergeleitete nachricht",
    "-----message d'origine",
    "---------- message transféré",
    "-----mensaje original",
    "-----messaggio originale",
];
/// How the headers begin that Outlook puts above what is quoted, and what the line after begins with.
const QUOTED_HEADERS: [(&str, &[&str]); 4] = [
    ("from:", &["sent:", "date:", "to:"]),
    ("von:", &["gesendet:", "datum:", "an:"]),
    ("de :", &["envoyé :", "date :", "à :"]),
    ("de:", &["enviado:", "enviado el:", "para:"]),
];
/// How a legal notice begins, below a signature or without one.
const NOTICES: [&str; 15] = [
    "diese e-mail enthält",
    "diese nachricht enthält",
    "diese e-mail und",
    "ce message et",
    "este mensaje y",
    "este correo electrónico",
    "questo messaggio",
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
const DEVICE_SIGNATURES: [&str; 8] = [
    "sent from my ",
    "get outlook for ",
    "sent via ",
    "von meinem ",
    "gesendet von ",
    "envoyé de mon ",
    "enviado desde mi ",
    "inviato da ",
];
/// A line of these alone says good-bye: what follows is a name and an address, or a postscript.
const CLOSINGS: [&str; 18] = [
    "best regards",
    "kind regards",
    "warm regards",
    "regards",
    "best wishes",
    "sincerely",
    "yours sincerely",
    "yours faithfully",
    "mit freundlichen grüßen",
    "mit freundlichen grüssen",
    "freundliche grüße",
    "viele grüße",
    "beste grüße",
    "cordialement",
    "bien cordialement",
    "saludos cordiales",
    "atentamente",
    "cordiali saluti",
];
const POSTSCRIPTS: [&str; 4] = ["ps:", "p.s.", "ps ", "p.s:"];
/// What ends the line above a quotation that says who wrote it and when, after a date or an address.
const ATTRIBUTIONS: [&str; 6] =
    ["wrote:", "a écrit :", "a écrit:", "escribió:", "ha scritto:", "schrieb:"];
/// How such a line begins where the word for writing stands within it.
const ATTRIBUTIONS_BY_BEGINNING: [(&str, &str); 2] = [("am ", " schrieb "), ("op ", " schreef ")];

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

/// The sender's own words, or all of the text when there are none.
pub(crate) fn of(text: &str) -> Cow<'_, str> {
    let ranges = ranges(text);
    if let [all] = &ranges[..]
        && all.len() == text.len()
    {
        return Cow::Borrowed(text);
    }
    let own: String = ranges.into_iter().filter_map(|range| text.get(range)).collect();
    if own.trim().is_empty() { Cow::Borrowed(text) } else { Cow::Owned(own) }
}

/// The parts that the sender wrote, in order, as ranges of bytes.
pub(crate) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut lines = Lines::of(text);
    let (mut has_words, mut has_said_good_bye) = (false, false);
    while let Some((start, line)) = lines.next() {
        let lower = line.trim().to_lowercase();
        if ends_the_text(&lower) || lines.begin_quoted_headers(&lower) {
            break;
        }
        if lines.take_attribution(&lower) {
            // Below it stands a quotation with marks, or, from some mailers, one without.
            let marked = lines.find(|(_, line)| !line.trim().is_empty());
            if !marked.is_some_and(|(_, line)| line.trim_start().starts_with('>')) {
                break;
            }
            continue;
        }
        let without_mark = lower.trim_end_matches([',', '.', '!']);
        if CLOSINGS.contains(&without_mark) && has_words {
            has_said_good_bye = true;
        } else if POSTSCRIPTS.iter().any(|mark| lower.starts_with(mark)) {
            has_said_good_bye = false;
        }
        if !lower.starts_with('>') && !has_said_good_bye {
            has_words |= !lower.is_empty();
            ranges.push(start..start + line.len());
        }
    }
    without_inline_quotations(text, &joined(ranges))
}

/// The lines of a text, each with where it starts and with its end of line.
struct Lines<'a> {
    rest: &'a str,
    start: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text, start: 0 }
    }

    /// The next line in lower case; nothing is taken.
    fn following(&self) -> String {
        self.rest.lines().next().unwrap_or_default().trim().to_lowercase()
    }

    /// Whether `line`, which was taken last, begins the headers of a quoted mail.
    fn begin_quoted_headers(&self, line: &str) -> bool {
        QUOTED_HEADERS.iter().any(|(first, second)| {
            line.starts_with(first)
                && second.iter().any(|second| self.following().starts_with(second))
        })
    }

    /// Whether `line`, which was taken last, says who wrote what is quoted below, alone or with the next
    /// line, which is then taken too.
    fn take_attribution(&mut self, line: &str) -> bool {
        if is_attribution(line) {
            return true;
        }
        let begins = line.starts_with("on ") || line.starts_with("le ") || line.starts_with("am ");
        let is_broken = begins && is_attribution(&format!("{line} {}", self.following()));
        is_broken && self.next().is_some()
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.rest.split_inclusive('\n').next()?;
        let start = self.start;
        self.start += line.len();
        self.rest = self.rest.get(line.len()..).unwrap_or_default();
        Some((start, line))
    }
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
    let ends = ATTRIBUTIONS.iter().any(|end| line.ends_with(end));
    let names_somebody = line.starts_with("on ") || line.contains('@') || names_a_time(line);
    let is_in_another_order = line.ends_with(':')
        && ATTRIBUTIONS_BY_BEGINNING
            .iter()
            .any(|(begin, word)| line.starts_with(begin) && line.contains(word));
    (ends && names_somebody) || is_in_another_order
}

/// Whether a time such as `10:30` stands in the line.
fn names_a_time(line: &str) -> bool {
    let mut parts = line.split(':').peekable();
    while let Some(part) = parts.next() {
        let hour = part.ends_with(|c: char| c.is_ascii_digit());
        if hour && parts.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            return true;
        }
    }
    false
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
    fn attributions_of_other_languages_and_over_two_lines_are_known() {
        for above in [
            "On Tue, 3 Nov 2026 at 10:30, Support <help@shop.example>\nwrote:",
            "Am Di., 3. Nov. 2026 um 10:30 Uhr schrieb Support <help@shop.example>:",
            "Le mar. 3 nov. 2026 à 10:30, Support <help@shop.example> a écrit :",
            "El mar, 3 nov 2026 a las 10:30, Support escribió:",
            "Il giorno mar 3 nov 2026 alle 10:30 Support ha scritto:",
            "Op di 3 nov. 2026 om 10:30 schreef Support:",
        ] {
            assert_eq!(
                own(&format!("Still broken.\n{above}\n> refund")),
                "Still broken.\n",
                "{above}"
            );
        }
        let outlook = "Still broken.\nFrom: Support\nSent: Tuesday\nTo: Rosa\n\nYour refund";
        assert_eq!(own(outlook), "Still broken.\n");
        let plain = "From: the shop I bought a lamp\nIt is broken";
        assert_eq!(own(plain), plain);
    }

    #[test]
    fn what_stands_below_a_good_bye_is_left_out_but_for_a_postscript() {
        assert_eq!(own("It broke.\n\nBest regards,\nRosa\nACME"), "It broke.\n\n");
        assert_eq!(
            own("It broke.\nViele Grüße\nJörg\nPS: soon, please"),
            "It broke.\nPS: soon, please"
        );
        assert_eq!(own("Regards,\nit broke"), "Regards,\nit broke");
    }

    #[test]
    fn all_counts_when_nothing_is_the_senders_own() {
        let forwarded = "---------- Forwarded message ----------\nWhere is it?";
        assert_eq!(of(forwarded), forwarded);
        assert_eq!(of("Hello\n> hi"), "Hello\n");
    }

    #[test]
    fn a_line_that_only_begins_with_on_stays() {
        assert_eq!(own("On Tuesday I wrote to you\nb"), "On Tuesday I wrote to you\nb");
    }
}
