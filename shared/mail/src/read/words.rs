//! The words of a mail: which of its parts they are in, and what was written now.

use super::attachment::{Attachment, FileName};
use super::parts::{Leaf, Parts};
use super::quotation::{self, Line, Passage, PassageKind};
use super::{calendar, charset, flowed, tnef};
use crate::limits;
use copilot_channels::html;
use copilot_core::ticket::is_blank;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// All of it, with its quotations and signatures. Lines end in `\n`. Empty only when neither the
    /// mail nor its subject has any words.
    pub text: String,
    /// What each part of the text is; they cover it, in order.
    pub passages: Vec<Passage>,
    /// Where the words come from.
    pub source: WordsSource,
}

/// Where words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsSource {
    /// The plain text.
    Plain,
    /// HTML.
    Html,
    /// A calendar invitation.
    Calendar,
    /// Outlook's winmail.dat.
    Outlook,
    /// The mail has no words, but a file of Outlook's own kind in which they may be; the text says so.
    HiddenByOutlook,
    /// The mail has no words but its subject.
    Subject,
    /// The mail could not be read: its bytes as text.
    Unread,
}

impl Words {
    fn new(lines: &[Line], source: WordsSource) -> Self {
        let (text, passages) = quotation::passages(lines);
        Self { text, passages, source }
    }

    pub(super) fn plain(text: &str, source: WordsSource) -> Self {
        Self::new(&as_lines(text), source)
    }

    /// What the sender wrote now. Empty when that is nothing but a signature and a quotation.
    pub fn own(&self) -> String {
        let own = self.of_kind(PassageKind::Own);
        own.trim_start_matches('\n').trim_end().to_owned()
    }

    /// What was written before, without marks of quotation at its lines.
    pub fn quoted(&self) -> String {
        let quoted = self.of_kind(PassageKind::Quotation);
        let lines: Vec<&str> = quoted.split('\n').map(quotation::unmarked).collect();
        lines.join("\n").trim().to_owned()
    }

    /// What to show first: the sender's own words, but the whole text where there are none, or where
    /// they are answers between the lines of a quotation.
    pub fn shown(&self) -> String {
        let own = self.own();
        if own.trim().is_empty() || self.is_interleaved() { self.text.clone() } else { own }
    }

    fn is_interleaved(&self) -> bool {
        let quotation =
            self.passages.iter().position(|passage| passage.kind == PassageKind::Quotation);
        let own = self.passages.iter().rposition(|passage| {
            let text = self.text.get(passage.range.clone()).unwrap_or_default();
            passage.kind == PassageKind::Own && !text.trim().is_empty()
        });
        matches!((quotation, own), (Some(quotation), Some(own)) if quotation < own)
            && self.passages.iter().filter(|passage| passage.kind == PassageKind::Quotation).count()
                > 1
    }

    fn of_kind(&self, kind: PassageKind) -> String {
        let passages = self.passages.iter().filter(|passage| passage.kind == kind);
        passages.filter_map(|passage| self.text.get(passage.range.clone())).collect()
    }
}

/// The words and the files that the parts make.
pub(super) struct Contents {
    pub words: Words,
    pub attachments: Vec<Attachment>,
    pub is_calendar_answer: bool,
    /// Whether words were not readable as they were declared, and are kept as far as they go.
    pub is_damaged: bool,
    /// Whether there are more words in the raw mail.
    pub is_cut: bool,
}

/// A text that says the same as its neighbours, or stands for itself.
struct Candidate {
    alternative: Option<usize>,
    is_html: bool,
    lines: Vec<Line>,
}

struct Collector<'a> {
    raw: &'a [u8],
    candidates: Vec<Candidate>,
    attachments: Vec<Attachment>,
    calendar: Option<calendar::Calendar>,
    outlook: Option<String>,
    has_container: bool,
    is_damaged: bool,
    is_cut: bool,
    text_left: usize,
}

/// Takes the parts for words or files. `subject` stands in where no words are found.
pub(super) fn collect(raw: &[u8], parts: &Parts, subject: Option<&str>) -> Contents {
    let mut collector = Collector {
        raw,
        candidates: Vec::new(),
        attachments: Vec::new(),
        calendar: None,
        outlook: None,
        has_container: false,
        is_damaged: false,
        is_cut: false,
        text_left: limits::TEXT_BYTES,
    };
    for (place, leaf) in parts.leaves.iter().enumerate() {
        collector.take(leaf, place == 0);
    }
    let is_calendar_answer = collector.calendar.as_ref().is_some_and(|calendar| calendar.is_answer);
    Contents {
        words: collector.words(subject),
        attachments: collector.attachments,
        is_calendar_answer,
        is_damaged: collector.is_damaged,
        is_cut: collector.is_cut,
    }
}

impl Collector<'_> {
    fn take(&mut self, leaf: &Leaf, is_first: bool) {
        let is_named =
            leaf.disposition.get("filename").is_some() || leaf.content_type.get("name").is_some();
        // Some programs name the words as well.
        let is_attached = leaf.disposition.word == "attachment" || (is_named && !is_first);
        match leaf.content_type.word.as_str() {
            "" | "text/plain" | "text" if !is_attached => self.text(leaf, false),
            "text/html" | "application/xhtml+xml" if !is_attached => self.text(leaf, true),
            // A text of another kind, or what should have been parts of the mail.
            word if !is_attached && is_makeshift_text(leaf, word) => self.text(leaf, false),
            "text/calendar" => self.calendar(leaf),
            _ => self.file(leaf),
        }
    }

    fn text(&mut self, leaf: &Leaf, is_html: bool) {
        let bytes = self.raw.get(leaf.body.clone()).unwrap_or_default();
        let undone = leaf.transfer.undo(bytes);
        let declared = leaf.content_type.get("charset").map(str::to_owned);
        let declared =
            declared.or_else(|| if is_html { charset::of_html(&undone.bytes) } else { None });
        let decoded = charset::decode(&undone.bytes, declared.as_deref());
        self.is_damaged |= !undone.is_exact || !decoded.as_declared || leaf.is_makeshift;
        let mut text = decoded.text;
        if !undone.behind.is_empty() {
            text.push('\n');
            text.push_str(&charset::undeclared(undone.behind));
        }
        if text.len() > self.text_left {
            let mut end = self.text_left;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            self.is_cut = true;
        }
        self.text_left -= text.len();
        let lines = if is_html { of_html(&text) } else { of_plain(leaf, &text) };
        let alternative = leaf.alternative;
        self.candidates.push(Candidate { alternative, is_html, lines });
    }

    fn calendar(&mut self, leaf: &Leaf) {
        let undone = leaf.transfer.undo(self.raw.get(leaf.body.clone()).unwrap_or_default());
        let text = charset::decode(&undone.bytes, leaf.content_type.get("charset")).text;
        if self.calendar.is_none() {
            self.calendar = Some(calendar::read(&text));
        }
        self.file(leaf);
    }

    fn file(&mut self, leaf: &Leaf) {
        let attachment = Attachment::of(leaf, self.raw, self.attachments.len() + 1);
        self.is_damaged |= attachment.is_damaged;
        let is_container = leaf.content_type.word.ends_with("/ms-tnef")
            || leaf.content_type.word.ends_with("/vnd.ms-tnef")
            || attachment.name.as_str().eq_ignore_ascii_case("winmail.dat");
        let container = if is_container { tnef::read(&attachment.bytes(self.raw)) } else { None };
        self.attachments.push(attachment);
        let Some(container) = container else { return };
        self.has_container = true;
        self.outlook = self.outlook.take().or(container.body);
        for file in container.files.into_iter().take(limits::PARTS) {
            let name = FileName::clean(&file.name);
            self.attachments.extend(name.map(|name| Attachment::unpacked(name, file.bytes)));
        }
    }

    /// The plain text if it says anything, else HTML; then what invitations and Outlook hide; the
    /// subject at last.
    fn words(&mut self, subject: Option<&str>) -> Words {
        let mut lines: Vec<Line> = Vec::new();
        let mut source = WordsSource::Plain;
        let candidates = std::mem::take(&mut self.candidates);
        for (place, candidate) in candidates.iter().enumerate() {
            let says_the_same = |other: &Candidate| {
                candidate.alternative.is_some() && candidate.alternative == other.alternative
            };
            let others = candidates.iter().filter(|other| says_the_same(other));
            let has_plain =
                others.clone().any(|other| !other.is_html && says_something(&other.lines));
            let has_html =
                others.clone().any(|other| other.is_html && says_something(&other.lines));
            // Plain text that only points to the HTML is not what was said.
            let points = |other: &Candidate| !other.is_html && only_points_elsewhere(&other.lines);
            let prefers_html =
                has_html && (!has_plain || others.clone().all(|o| o.is_html || points(o)));
            let is_wanted = candidate.alternative.is_none() || candidate.is_html == prefers_html;
            if !is_wanted || !says_something(&candidate.lines) {
                continue;
            }
            if candidate.is_html && (place == 0 || lines.is_empty()) {
                source = WordsSource::Html;
            }
            lines.extend(candidate.lines.iter().cloned());
        }
        if says_something(&lines) {
            return Words::new(&lines, source);
        }
        let calendar = self.calendar.as_ref().map(|calendar| calendar.words.as_str());
        if let Some(calendar) = calendar.filter(|words| !words.is_empty()) {
            return Words::plain(calendar, WordsSource::Calendar);
        }
        match (&self.outlook, self.has_container, subject) {
            (Some(body), ..) => Words::plain(body, WordsSource::Outlook),
            (None, true, _) => Words::plain(HIDDEN_BY_OUTLOOK, WordsSource::HiddenByOutlook),
            (None, false, subject) => {
                Words::plain(subject.unwrap_or_default(), WordsSource::Subject)
            }
        }
    }
}

const HIDDEN_BY_OUTLOOK: &str = "The words of this mail are inside an attachment of Outlook's own kind (winmail.dat), which is kept.";

/// Plain text that is shorter than this and holds an address of the web may only point to HTML.
const POINTER_CHARACTERS: usize = 200;

fn says_something(lines: &[Line]) -> bool {
    lines.iter().any(|line| !is_blank(&line.text))
}

/// "This mail is HTML, view it in …": programs write it where the plain text should be.
fn only_points_elsewhere(lines: &[Line]) -> bool {
    let text: String = lines.iter().flat_map(|line| line.text.chars().chain(['\n'])).collect();
    let lower = text.to_lowercase();
    text.chars().count() <= POINTER_CHARACTERS
        && lower.contains("html")
        && ["view", "support", "display", "client", "browser", "anzeig"]
            .iter()
            .any(|w| lower.contains(w))
}

fn is_makeshift_text(leaf: &Leaf, word: &str) -> bool {
    (leaf.is_makeshift && !word.starts_with("multipart/"))
        || (!word.contains('/') && !leaf.is_makeshift)
        || matches!(word, "text/enriched" | "text/markdown" | "text/x-markdown")
}

fn of_plain(leaf: &Leaf, text: &str) -> Vec<Line> {
    let is_flowed =
        leaf.content_type.get("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed"));
    let deletes = leaf.content_type.get("delsp").is_some_and(|yes| yes.eq_ignore_ascii_case("yes"));
    if is_flowed {
        // The space at the end of the last line says nothing, and those of the others are needed.
        return flowed::lines(&charset::clean(text), deletes);
    }
    as_lines(&charset::clean(text))
}

fn as_lines(text: &str) -> Vec<Line> {
    text.split('\n').map(|line| Line { text: line.to_owned(), is_quoted: None }).collect()
}

/// HTML with the lines that it quotes marked as plain text marks them.
fn of_html(source: &str) -> Vec<Line> {
    let read = html::to_text_with_quotations(source);
    let mut lines = Vec::new();
    let mut start = 0;
    // In order, and none within another: those before a line are done with.
    let mut quotations = read.quotations.iter().peekable();
    for line in read.text.split('\n') {
        let end = start + line.len();
        while quotations.next_if(|range| range.end <= start).is_some() {}
        let is_quoted =
            quotations.peek().is_some_and(|range| range.start < end) && !line.is_empty();
        let marks = if is_quoted { "> " } else { "" };
        let is_quoted = if is_quoted { Some(true) } else { None };
        lines.push(Line { text: format!("{marks}{}", charset::clean(line)), is_quoted });
        start = end + 1;
    }
    lines
}
