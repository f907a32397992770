//! Markdown as plain text, in which every word knows where it stands in the Markdown.
//!
//! What is quoted of an article is cut out of this text, and named by its bytes in the article's body.

use std::ops::Range;

use copilot_channels::html;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Deepest list whose items are still set further in.
const INDENTED_LISTS: usize = 6;

/// A part of an article's body, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// From `start` up to `end`, which is not part of it; none if it holds nothing or lies too far.
    pub fn new(start: usize, end: usize) -> Option<Self> {
        let span = Self { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? };
        (span.start < span.end).then_some(span)
    }

    /// Its first byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// The byte after its last one.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// That part of `body`, if it has one there.
    pub fn cut(self, body: &str) -> Option<&str> {
        body.get(self.start()..self.end())
    }

    /// The same part counted in characters, as clients count.
    pub fn in_characters(self, body: &str) -> Option<Range<usize>> {
        let start = body.get(..self.start())?.chars().count();
        Some(start..start + self.cut(body)?.chars().count())
    }
}

/// What of the Markdown a part of the readable text is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Its bytes in the readable text.
    text: Range<usize>,
    /// Its bytes in the Markdown.
    source: Range<usize>,
    kind: PieceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    /// The same bytes in both.
    Verbatim,
    /// Other bytes: an entity, a list's mark, HTML. It is never cut.
    Made,
    /// The address of a link: read by customers, not by the search.
    Address,
}

/// A paragraph, an item of a list, a row of a table, a line of code, or a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Its bytes in the readable text.
    pub text: Range<usize>,
    pub is_heading: bool,
}

/// An article's body as plain text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readable {
    text: String,
    pieces: Vec<Piece>,
    blocks: Vec<Block>,
}

impl Readable {
    /// Reads Markdown. Images, comments, and what HTML hides are gone.
    pub fn of(markdown: &str) -> Self {
        let mut reader = Reader { markdown, ..Reader::default() };
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
            reader.read(event, range);
        }
        reader.end_block();
        reader.readable
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Where the `range` of the readable text stands in the Markdown.
    pub(super) fn span(&self, range: &Range<usize>) -> Option<Span> {
        let first = self.pieces.get(self.pieces.partition_point(|p| p.text.end <= range.start))?;
        let after = self.pieces.partition_point(|piece| piece.text.start < range.end);
        let last = self.pieces.get(after.checked_sub(1)?)?;
        let start = match first.kind {
            PieceKind::Verbatim => {
                first.source.start + range.start.saturating_sub(first.text.start)
            }
            _ => first.source.start,
        };
        let end = match last.kind {
            PieceKind::Verbatim => last.source.end - last.text.end.saturating_sub(range.end),
            _ => last.source.end,
        };
        Span::new(start, end)
    }

    /// What stands at `span` of the Markdown, as a person reads it.
    pub fn quoted(&self, span: Span) -> Option<&str> {
        let first =
            self.pieces.get(self.pieces.partition_point(|p| p.source.end <= span.start()))?;
        let after = self.pieces.partition_point(|piece| piece.source.start < span.end());
        let last = self.pieces.get(after.checked_sub(1)?)?;
        let start = match first.kind {
            PieceKind::Verbatim => {
                first.text.start + span.start().saturating_sub(first.source.start)
            }
            _ => first.text.start,
        };
        let end = match last.kind {
            PieceKind::Verbatim => last.text.end - last.source.end.saturating_sub(span.end()),
            _ => last.text.end,
        };
        self.text.get(start..end).filter(|text| !text.is_empty())
    }

    /// The `range` of the readable text without the addresses of links.
    pub(super) fn searched(&self, range: &Range<usize>) -> String {
        let mut text = String::new();
        let mut from = range.start;
        let begin = self.pieces.partition_point(|piece| piece.text.end <= range.start);
        let pieces = self.pieces.iter().skip(begin);
        for piece in pieces.take_while(|piece| piece.text.start < range.end) {
            if piece.kind == PieceKind::Address {
                text.push_str(self.text.get(from..piece.text.start).unwrap_or_default());
                from = piece.text.end.min(range.end);
            }
        }
        text.push_str(self.text.get(from..range.end).unwrap_or_default());
        text
    }

    /// Whether the readable text may be cut at the byte `at`, because it is known where that is in the
    /// Markdown.
    pub(super) fn may_cut(&self, at: usize) -> bool {
        let place = self.pieces.partition_point(|piece| piece.text.end <= at);
        self.pieces
            .get(place)
            .is_none_or(|piece| piece.kind == PieceKind::Verbatim || piece.text.start >= at)
    }
}

/// Goes through the events of the parser.
#[derive(Default)]
struct Reader<'a> {
    markdown: &'a str,
    readable: Readable,
    /// Where the block that is being read begins, once it has words.
    block: Option<usize>,
    is_heading: bool,
    is_code: bool,
    /// Line breaks between this block and the one before.
    line_breaks: usize,
    /// The numbers of the lists that are open; none for one without.
    lists: Vec<Option<u64>>,
    /// What begins the next block's list item, and where its mark stands.
    item: Option<(String, Range<usize>)>,
    /// Addresses of the links that are open.
    links: Vec<String>,
    /// Images that are open: what describes them is not part of the text.
    images: usize,
    /// The block of HTML that is being read.
    html: Option<Range<usize>>,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) if self.is_code => self.code(&text, range.start),
            Event::Text(text) => self.words(&text, range),
            Event::Code(text) => self.words(&text, range),
            Event::Html(_) => {
                let start = self.html.as_ref().map_or(range.start, |html| html.start);
                self.html = Some(start..range.end);
            }
            Event::SoftBreak => self.push(" ", range, PieceKind::Made),
            Event::HardBreak => self.push("\n", range, PieceKind::Made),
            Event::InlineHtml(tag) => {
                if tag.to_ascii_lowercase().starts_with("<br") {
                    self.push("\n", range, PieceKind::Made);
                }
            }
            Event::Rule
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.begin_block(2);
                self.is_heading = level <= HeadingLevel::H6;
            }
            Tag::Paragraph | Tag::BlockQuote(_) | Tag::Table(_) | Tag::HtmlBlock => {
                self.begin_block(2);
            }
            Tag::CodeBlock(_) => {
                self.begin_block(2);
                self.is_code = true;
            }
            Tag::List(number) => {
                self.begin_block(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push(number);
            }
            Tag::Item => self.begin_item(range.start),
            Tag::TableHead | Tag::TableRow => self.begin_block(1),
            Tag::TableCell if self.block.is_some() => {
                self.push(" | ", range.start..range.start, PieceKind::Made);
            }
            Tag::Link { dest_url, .. } => self.links.push(dest_url.to_string()),
            Tag::Image { .. } => self.images += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(_) => {
                self.end_block();
                self.is_heading = false;
            }
            TagEnd::CodeBlock => {
                self.end_block();
                self.is_code = false;
            }
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::List(_) => {
                self.end_block();
                self.lists.pop();
                self.item = None;
            }
            TagEnd::Link => self.end_link(&range),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::Paragraph | TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead => {
                self.end_block();
            }
            _ => {}
        }
    }

    /// Ends what came before; what follows stands so many lines below it.
    fn begin_block(&mut self, line_breaks: usize) {
        self.end_block();
        let line_breaks = if self.lists.is_empty() { line_breaks } else { 1 };
        self.line_breaks = self.line_breaks.max(line_breaks);
    }

    fn begin_item(&mut self, start: usize) {
        self.begin_block(1);
        let depth = self.lists.len().saturating_sub(1).min(INDENTED_LISTS);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number += 1;
                mark
            }
            _ => "- ".to_owned(),
        };
        self.item = Some(("  ".repeat(depth) + &mark, start..start + 1));
    }

    fn words(&mut self, text: &str, range: Range<usize>) {
        // White space around code or an escape is part of the Markdown's range alone.
        let source = self.markdown.get(range.clone()).unwrap_or_default();
        match source.find(text) {
            Some(at) => {
                let start = range.start + at;
                self.push(text, start..start + text.len(), PieceKind::Verbatim);
            }
            None => self.push(text, range, PieceKind::Made),
        }
    }

    /// Each line of code is a block.
    fn code(&mut self, text: &str, start: usize) {
        let mut start = start;
        for line in text.split_inclusive('\n') {
            let words = line.trim_end();
            if !words.is_empty() {
                self.words(words, start..start + words.len());
                self.begin_block(1);
            }
            start += line.len();
        }
    }

    fn end_link(&mut self, range: &Range<usize>) {
        let Some(address) = self.links.pop() else { return };
        let shown = self.block.and_then(|start| self.readable.text.get(start..));
        let is_shown = shown.is_some_and(|shown| shown.ends_with(&address));
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        if is_web && !is_shown && self.block.is_some() {
            let source = range.end.saturating_sub(1)..range.end;
            self.push(&format!(" ({address})"), source, PieceKind::Address);
        }
    }

    fn end_html(&mut self) {
        if let Some(range) = self.html.take() {
            let text = html::to_text(self.markdown.get(range.clone()).unwrap_or_default());
            self.push(text.trim(), range, PieceKind::Made);
        }
        self.end_block();
    }

    fn push(&mut self, text: &str, source: Range<usize>, kind: PieceKind) {
        let says_something = !text.trim().is_empty();
        if self.images > 0 || text.is_empty() || (self.block.is_none() && !says_something) {
            return;
        }
        if self.block.is_none() {
            self.open_block();
        }
        self.add(text, source, kind);
    }

    fn open_block(&mut self) {
        if !self.readable.text.is_empty() {
            self.readable.text.extend(std::iter::repeat_n('\n', self.line_breaks.max(1)));
        }
        self.line_breaks = 0;
        self.block = Some(self.readable.text.len());
        if let Some((mark, source)) = self.item.take() {
            self.add(&mark, source, PieceKind::Made);
        }
    }

    fn add(&mut self, text: &str, source: Range<usize>, kind: PieceKind) {
        let start = self.readable.text.len();
        self.readable.text.push_str(text);
        self.readable.pieces.push(Piece { text: start..start + text.len(), source, kind });
    }

    fn end_block(&mut self) {
        let Some(start) = self.block.take() else { return };
        // White space at the end of a line means nothing.
        while let Some(piece) = self.readable.pieces.last()
            && piece.text.start >= start
            && self.readable.text.get(piece.text.clone()).is_some_and(|text| text.trim().is_empty())
        {
            self.readable.text.truncate(piece.text.start);
            self.readable.pieces.pop();
        }
        let end = self.readable.text.len();
        if start < end {
            self.readable.blocks.push(Block { text: start..end, is_heading: self.is_heading });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_read_as_text() {
        for (markdown, text) in [
            ("# A *b*\n\nc  \nd\ne", "A b\n\nc\nd e"),
            ("1. one\n2. two\n   - sub\n\nend", "1. one\n2. two\n  - sub\n\nend"),
            ("3) a\n\n   b", "3. a\nb"),
            (
                "see [the page](https://shop.example/a) now",
                "see the page (https://shop.example/a) now",
            ),
            ("see <https://shop.example/a> and [b](c.md)", "see https://shop.example/a and b"),
            ("![a picture](x.png)text", "text"),
            ("a &amp; b \\* `c d`", "a & b * c d"),
            ("<!-- note -->\n\n<div hidden>no</div>\n\n<p>yes</p>\n", "yes"),
            ("a <b>c</b><br>d", "a c\nd"),
            ("```\nx = 1\n\ny\n```\nz", "x = 1\ny\n\nz"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
            ("> q\n> r", "q r"),
            ("", ""),
            ("<script>alert(1)</script>\n", ""),
        ] {
            assert_eq!(Readable::of(markdown).text(), text, "{markdown}");
        }
    }

    #[test]
    fn a_span_leads_to_the_markdown_and_back() {
        let markdown = "Go to **Settings**, then [Security](https://shop.example/s).";
        let readable = Readable::of(markdown);
        let start = readable.text().find("Sett").unwrap();
        let span = readable.span(&(start..readable.text().len())).unwrap();
        assert_eq!(
            span.cut(markdown),
            Some("Settings**, then [Security](https://shop.example/s).")
        );
        assert_eq!(
            readable.quoted(span),
            Some("Settings, then Security (https://shop.example/s).")
        );
        assert_eq!(
            readable.searched(&(0..readable.text().len())),
            "Go to Settings, then Security."
        );
        assert_eq!(Span::new(3, 5).unwrap().in_characters("éé a"), None);
        assert_eq!(Span::new(2, 5).unwrap().in_characters("éé a"), Some(1..3));
        assert_eq!(Span::new(2, 2), None);
    }
}
