//! The parts that a mail is made of, found in one pass over its lines.
//!
//! Nothing is followed down: a mail within a mail is one part, and so is a multipart that lies too
//! deep. Time and memory therefore grow with the length alone, whatever the nesting claims to be.

use std::ops::Range;

use super::header::{Header, line_at};
use super::parameters::Parameters;
use super::transfer::Transfer;
use crate::limits;

/// A part that holds no further ones.
#[derive(Debug)]
pub(super) struct Leaf {
    pub content_type: Parameters,
    pub disposition: Parameters,
    pub transfer: Transfer,
    /// The `Content-ID` by which HTML names a picture, without angle brackets.
    pub content_id: Option<String>,
    pub body: Range<usize>,
    /// Which outermost multipart/alternative it lies in: such parts say the same in several ways.
    pub alternative: Option<usize>,
    /// Whether it was no part by the rules: words around the parts, or a multipart without any.
    pub is_makeshift: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub leaves: Vec<Leaf>,
    /// How many parts there are beyond the limit.
    pub left_out: usize,
    /// The `report-type` of a multipart/report.
    pub report_type: Option<String>,
    /// Whether the mail does not end as its multiparts say it does.
    pub is_unfinished: bool,
}

/// A multipart whose end has not come yet.
struct Open {
    boundary: Vec<u8>,
    alternative: Option<usize>,
    is_digest: bool,
    has_parts: bool,
}

/// What the lines that are being read belong to.
enum Within {
    Leaf(Box<Leaf>),
    /// The words before the first part of a multipart, and whether a part has come.
    Preamble,
    /// The words behind the last part.
    Epilogue,
}

struct Splitter<'a> {
    raw: &'a [u8],
    parts: Parts,
    open: Vec<Open>,
    within: Within,
    start: usize,
    multiparts: usize,
}

/// The parts of the mail `raw`, whose own header ends at `body`.
pub(super) fn split(raw: &[u8], header: &Header<'_>, body: usize) -> Parts {
    let mut splitter = Splitter {
        raw,
        parts: Parts::default(),
        open: Vec::new(),
        within: Within::Epilogue,
        start: body,
        multiparts: 0,
    };
    splitter.begin(header, body);
    let mut at = body;
    while let Some(line) = line_at(raw, at) {
        let next = at + line.len();
        at = match splitter.boundary(line) {
            Some((level, is_last)) => splitter.cross(level, is_last, at, next),
            None => next,
        };
    }
    splitter.finish(raw.len());
    splitter.parts
}

impl Splitter<'_> {
    /// The level of the multipart whose boundary the line is, and whether it is its last one.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?.trim_ascii_end();
        self.open.iter().enumerate().rev().find_map(|(level, open)| {
            let behind = rest.strip_prefix(open.boundary.as_slice())?;
            match behind {
                b"" => Some((level, false)),
                b"--" => Some((level, true)),
                _ => None,
            }
        })
    }

    /// Ends what comes before a boundary at `at` and begins what follows at `next`. Gives where to read on.
    fn cross(&mut self, level: usize, is_last: bool, at: usize, next: usize) -> usize {
        let leaves_inner = self.open.len() > level + 1;
        self.end(at, leaves_inner);
        self.parts.is_unfinished |= leaves_inner;
        self.open.truncate(level + 1);
        if let Some(open) = self.open.last_mut() {
            open.has_parts = true;
        }
        if is_last {
            self.open.pop();
            self.within = Within::Epilogue;
            self.start = next;
            return next;
        }
        if self.parts.leaves.len() >= limits::PARTS {
            self.parts.left_out += 1;
            self.within = Within::Preamble;
            self.start = next;
            return next;
        }
        let (header, length) = Header::read(self.raw.get(next..).unwrap_or_default());
        self.begin(&header, next + length);
        next + length
    }

    /// Begins the part with this header, whose body is at `body`.
    fn begin(&mut self, header: &Header<'_>, body: usize) {
        self.start = body;
        let field = |name: &str| header.first(name).map(|value| Parameters::parse(&value));
        let mut content_type = field("content-type").unwrap_or_default();
        let parent = self.open.last();
        if content_type.word.is_empty() && parent.is_some_and(|open| open.is_digest) {
            content_type.word = "message/rfc822".to_owned();
        }
        let alternative = parent.and_then(|open| open.alternative);
        if let Some(boundary) = self.boundary_of(&content_type, body) {
            let is_alternative = content_type.word == "multipart/alternative";
            if content_type.word == "multipart/report" && self.parts.report_type.is_none() {
                let kind = content_type.get("report-type").unwrap_or("delivery-status");
                self.parts.report_type = Some(kind.to_ascii_lowercase());
            }
            self.multiparts += 1;
            self.open.push(Open {
                boundary,
                alternative: alternative.or(is_alternative.then_some(self.multiparts)),
                is_digest: content_type.word == "multipart/digest",
                has_parts: false,
            });
            self.within = Within::Preamble;
            return;
        }
        let transfer = header.first("content-transfer-encoding");
        let content_id = header.first("content-id");
        self.within = Within::Leaf(Box::new(Leaf {
            // A multipart that is not opened is kept as it is.
            is_makeshift: content_type.word.starts_with("multipart/"),
            content_type,
            disposition: field("content-disposition").unwrap_or_default(),
            transfer: Transfer::parse(transfer.as_deref().unwrap_or_default()),
            content_id: content_id.map(|id| id.trim_matches(['<', '>', ' ']).to_owned()),
            body: body..body,
            alternative,
        }));
    }

    /// The boundary of a multipart that is to be opened. For the mail itself, one that is not declared,
    /// or never occurs, is taken from the first line that looks like it.
    fn boundary_of(&self, content_type: &Parameters, body: usize) -> Option<Vec<u8>> {
        if !content_type.word.starts_with("multipart/") || self.open.len() >= limits::DEPTH {
            return None;
        }
        let declared = content_type.get("boundary").map(|text| text.trim_end().as_bytes());
        let declared =
            declared.filter(|boundary| (1..=limits::BOUNDARY_BYTES).contains(&boundary.len()));
        if !self.open.is_empty() || self.multiparts > 0 {
            return declared.map(<[u8]>::to_vec);
        }
        let mut guessed = None;
        let mut at = body;
        while let Some(line) = line_at(self.raw, at) {
            at += line.len();
            let Some(rest) = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end) else { continue };
            if let Some(declared) = declared
                && rest.strip_suffix(b"--").unwrap_or(rest) == declared
            {
                return Some(declared.to_vec());
            }
            let is_likely = rest.len() <= limits::BOUNDARY_BYTES
                && rest.len() > 2
                && !rest.iter().all(|byte| *byte == b'-')
                && !rest.contains(&b' ');
            if guessed.is_none() && is_likely {
                guessed = Some(rest.to_vec());
            }
        }
        guessed
    }

    /// Ends what the lines before `at` belong to; `leaves_inner` when the innermost multipart ends with it.
    fn end(&mut self, at: usize, leaves_inner: bool) {
        let body = self.start..before_line_break(self.raw, self.start, at);
        match std::mem::replace(&mut self.within, Within::Preamble) {
            Within::Leaf(mut leaf) => {
                leaf.body = body;
                self.keep(*leaf);
            }
            Within::Epilogue if !self.is_blank(&body) => {
                self.keep(makeshift(body));
            }
            // A multipart without parts is words.
            Within::Preamble
                if leaves_inner
                    && self.open.last().is_some_and(|open| !open.has_parts)
                    && !self.is_blank(&body) =>
            {
                self.keep(makeshift(body));
            }
            Within::Epilogue | Within::Preamble => {}
        }
    }

    fn finish(&mut self, end: usize) {
        self.parts.is_unfinished |= !self.open.is_empty();
        let is_leaf = matches!(self.within, Within::Leaf(_));
        self.end(end, true);
        if is_leaf
            && let Some(last) = self.parts.leaves.last_mut()
            && self.open.is_empty()
        {
            // The last line break of a mail that is one part belongs to it.
            if last.body.start == self.start {
                last.body.end = end;
            }
        }
    }

    fn is_blank(&self, body: &Range<usize>) -> bool {
        self.raw.get(body.clone()).unwrap_or_default().trim_ascii().is_empty()
    }

    fn keep(&mut self, leaf: Leaf) {
        if self.parts.leaves.len() < limits::PARTS {
            self.parts.leaves.push(leaf);
        } else {
            self.parts.left_out += 1;
        }
    }
}

fn makeshift(body: Range<usize>) -> Leaf {
    Leaf {
        content_type: Parameters::parse("text/plain"),
        disposition: Parameters::default(),
        transfer: Transfer::Plain,
        content_id: None,
        body,
        alternative: None,
        is_makeshift: true,
    }
}

/// The line break before a boundary belongs to the boundary.
fn before_line_break(raw: &[u8], start: usize, at: usize) -> usize {
    let body = raw.get(start..at).unwrap_or_default();
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    start + body.strip_suffix(b"\r").unwrap_or(body).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(text: &str) -> Vec<(String, String)> {
        let (header, body) = Header::read(text.as_bytes());
        let parts = split(text.as_bytes(), &header, body);
        let pair =
            |leaf: &Leaf| (leaf.content_type.word.clone(), text[leaf.body.clone()].to_owned());
        parts.leaves.iter().map(pair).collect()
    }

    fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(word, body)| ((*word).to_owned(), (*body).to_owned())).collect()
    }

    #[test]
    fn parts_lie_between_lines_that_are_boundaries() {
        let text = "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none --b two\r\n--bb\r\n--b \r\nContent-Type: text/html\r\n\r\n<p>\r\n--b--\r\n";
        assert_eq!(leaves(text), expected(&[("", "one --b two\r\n--bb"), ("text/html", "<p>")]));
    }

    #[test]
    fn an_outer_boundary_ends_what_is_within() {
        let text = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nx\n--a\n\ny\n--a--\n";
        assert_eq!(leaves(text), expected(&[("", "x"), ("", "y")]));
    }

    #[test]
    fn words_are_kept_where_boundaries_fail() {
        for (text, words) in [
            ("Content-Type: multipart/mixed; boundary=b\n\njust words\n", "just words"),
            ("Content-Type: multipart/mixed\n\n--abc\n\njust words\n--abc--\n", "just words"),
            (
                "Content-Type: multipart/mixed; boundary=\"no\n\n--yes\n\njust words\n--yes--\n",
                "just words",
            ),
            ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\njust words", "just words"),
            ("Content-Type: multipart/mixed\n\njust words", "just words"),
            (
                "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\njust words\n--a--\n",
                "just words",
            ),
            ("no header at all, just words", "no header at all, just words"),
        ] {
            let found = leaves(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].1.trim_end(), words, "{text}");
        }
        let behind = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\ntwo\n";
        assert_eq!(leaves(behind), expected(&[("", "one"), ("text/plain", "two")]));
    }

    #[test]
    fn a_mail_in_a_mail_is_one_part() {
        let text =
            "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nSubject: x\n\ny";
        assert_eq!(leaves(text).len(), 1);
        let digest = "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--";
        assert_eq!(leaves(digest), expected(&[("message/rfc822", "Subject: x\n\ny")]));
    }

    #[test]
    fn further_parts_are_counted() {
        let text = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}--b--",
            "--b\n\nx\n".repeat(10_000)
        );
        let (header, body) = Header::read(text.as_bytes());
        let parts = split(text.as_bytes(), &header, body);
        assert_eq!((parts.leaves.len(), parts.left_out), (limits::PARTS, 10_000 - limits::PARTS));
    }

    #[test]
    fn deep_multiparts_are_kept_closed() {
        let mut text = String::new();
        for level in 0..1_000 {
            let open =
                format!("Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n");
            text.push_str(&open);
        }
        text.push_str("\nwords");
        let found = leaves(&text);
        assert_eq!(found.len(), 1);
        assert!(found[0].1.ends_with("words"));
    }
}
