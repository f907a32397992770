//! A segment as bytes: what is stored and loaded.
//!
//! Numbers are little-endian, texts have their length before them in bytes. It begins with a mark, the
//! form's version and the recipe, and ends with a checksum. Bytes from elsewhere are refused, whatever
//! they are.

use copilot_core::ticket::LanguageCode;

use super::postings::{Posting, Postings};
use super::segment::{IndexedArticle, IndexedPassage, Meanings, Segment};
use super::{MEANING_LENGTH, Meaning};
use crate::article::{ArticleId, Audience, Title};
use crate::bytes::{
    self, NotOpened, Reader, write_count, write_encoder, write_meaning, write_number, write_text,
};
use crate::limits;
use crate::text::Span;

/// What the bytes begin with.
const MARK: [u8; 4] = *b"CKSG";
/// Counts the changes of this form.
const FORM: u16 = 1;

/// Why bytes are no segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentFault {
    /// They do not begin as a segment does.
    #[error("not a segment")]
    NotASegment,
    /// Made by another version of the program: the articles have to be indexed again.
    #[error("of another form or recipe")]
    OtherRecipe,
    /// More than [`limits::SEGMENT_BYTES`].
    #[error("too large")]
    TooLarge,
    /// Cut off or changed.
    #[error("the checksum does not fit")]
    Checksum,
    /// They hold what no segment has.
    #[error("not as a segment is made")]
    Malformed,
}

impl Segment {
    /// What is to be stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = bytes::begun(MARK, FORM);
        write_encoder(&mut bytes, self.encoder());
        write_count(&mut bytes, self.articles.len());
        for article in &self.articles {
            write_text(&mut bytes, article.id.as_str());
            bytes.extend_from_slice(&article.version.to_le_bytes());
            write_text(&mut bytes, article.title.as_str());
            bytes.extend_from_slice(String::from(article.language).as_bytes());
            bytes.push(u8::from(article.audience == Audience::Internal));
            write_number(&mut bytes, article.passages.1);
        }
        write_count(&mut bytes, self.passages.len());
        for passage in &self.passages {
            write_count(&mut bytes, passage.span.start());
            write_count(&mut bytes, passage.span.end());
            write_number(&mut bytes, passage.length);
            write_number(&mut bytes, passage.title_length);
        }
        write_count(&mut bytes, self.postings.words().len());
        for (word, postings) in self.postings.words() {
            write_text(&mut bytes, word);
            write_count(&mut bytes, postings.len());
            for posting in postings {
                write_number(&mut bytes, posting.passage);
                bytes.extend_from_slice(&posting.count.to_le_bytes());
            }
        }
        for meaning in self.meanings.iter().flat_map(|meanings| &meanings.all) {
            write_meaning(&mut bytes, meaning);
        }
        bytes::signed(bytes)
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// [`SegmentFault`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SegmentFault> {
        if bytes.len() > limits::SEGMENT_BYTES {
            return Err(SegmentFault::TooLarge);
        }
        let mut reader = bytes::opened(bytes, MARK, FORM).map_err(|fault| match fault {
            NotOpened::Mark => SegmentFault::NotASegment,
            NotOpened::Version => SegmentFault::OtherRecipe,
            NotOpened::Checksum => SegmentFault::Checksum,
        })?;
        reader.segment().filter(|_| reader.is_at_end()).ok_or(SegmentFault::Malformed)
    }
}

impl Reader<'_> {
    fn segment(&mut self) -> Option<Segment> {
        let encoder = self.encoder()?;
        let articles = self.articles()?;
        let passages = self.passages()?;
        let count = u32::try_from(passages.len()).ok()?;
        let last = articles.last().map_or(0, |article| article.passages.1);
        if last != count || passages.len() > limits::PASSAGES_PER_INDEX {
            return None;
        }
        let postings = self.postings(count)?;
        let meanings = match encoder {
            None => None,
            Some(encoder) => Some(Meanings { encoder, all: self.meanings(passages.len())? }),
        };
        Some(Segment { articles, passages, postings, meanings })
    }

    fn articles(&mut self) -> Option<Vec<IndexedArticle>> {
        let count = self.count(23)?;
        let mut articles = Vec::with_capacity(count);
        let mut first = 0;
        for _ in 0..count {
            let id = ArticleId::parse(self.text()?).ok()?;
            let version = self.take().map(u64::from_le_bytes)?;
            let title = Title::parse(self.text()?).ok()?;
            let language =
                LanguageCode::parse(std::str::from_utf8(&self.take::<2>()?).ok()?).ok()?;
            let audience = if self.flag()? { Audience::Internal } else { Audience::Public };
            let end = self.number()?;
            if end < first {
                return None;
            }
            let passages = (first, end);
            first = end;
            articles.push(IndexedArticle { id, version, title, language, audience, passages });
        }
        Some(articles)
    }

    fn passages(&mut self) -> Option<Vec<IndexedPassage>> {
        let count = self.count(16)?;
        let mut passages = Vec::with_capacity(count);
        for _ in 0..count {
            let span = Span::new(self.number()? as usize, self.number()? as usize)?;
            let (length, title_length) = (self.number()?, self.number()?);
            if title_length > length {
                return None;
            }
            passages.push(IndexedPassage { span, length, title_length });
        }
        Some(passages)
    }

    fn postings(&mut self, passages: u32) -> Option<Postings> {
        let count = self.count(9)?;
        let mut words = Vec::with_capacity(count);
        for _ in 0..count {
            let word: Box<str> = self.text()?.into();
            let count = self.count(6)?;
            let mut postings = Vec::with_capacity(count);
            for _ in 0..count {
                let passage = self.number()?;
                let count = self.take().map(u16::from_le_bytes)?;
                postings.push(Posting { passage, count });
            }
            words.push((word, postings));
        }
        Postings::restored(words, passages)
    }

    fn meanings(&mut self, count: usize) -> Option<Vec<Meaning>> {
        if count.checked_mul(MEANING_LENGTH)? > self.left() {
            return None;
        }
        let mut meanings = Vec::with_capacity(count);
        for _ in 0..count {
            meanings.push(self.meaning()?);
        }
        Some(meanings)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bytes::CHECKSUM_BYTES;
    use crate::index::{Encoder, Prepared, SegmentBuilder};
    use crate::sealed;
    use crate::testing::article;

    fn segment(bodies: &[String], encoder: Option<Encoder>) -> Segment {
        let mut builder = SegmentBuilder::new(encoder);
        for (number, body) in bodies.iter().enumerate() {
            let article = article(&format!("a{number}"), "A title", body);
            let prepared = Prepared::of(&article);
            let meanings = prepared.texts().map(|text| {
                let first = text.len() as f32;
                Meaning::of(&std::array::from_fn(|place| (first * place as f32).sin()))
            });
            let meanings = meanings.collect();
            assert!(builder.add(&prepared.with_meanings(meanings)));
        }
        builder.build()
    }

    #[test]
    fn what_is_no_segment_is_refused() {
        let bytes = segment(&["One two.".to_owned()], None).to_bytes();
        assert_eq!(Segment::from_bytes(b""), Err(SegmentFault::NotASegment));
        assert_eq!(Segment::from_bytes(&[0; 64]), Err(SegmentFault::NotASegment));
        let mut other = bytes.clone();
        other[6] = 0xff;
        assert_eq!(Segment::from_bytes(&other), Err(SegmentFault::OtherRecipe));
        for cut in 8..bytes.len() - 1 {
            let fault = Segment::from_bytes(&bytes[..cut]).unwrap_err();
            assert_ne!(fault, SegmentFault::Malformed, "{cut}");
        }
        let more = [&bytes[..bytes.len() - CHECKSUM_BYTES], &[0]].concat();
        assert_eq!(Segment::from_bytes(&sealed(&more)), Err(SegmentFault::Malformed));
    }

    /// Counts that promise more than there is take no memory.
    #[test]
    fn large_counts_are_refused_at_once() {
        let mut content = bytes::begun(MARK, FORM);
        write_encoder(&mut content, None);
        content.extend_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(Segment::from_bytes(&sealed(&content)), Err(SegmentFault::Malformed));
    }

    proptest! {
        #[test]
        fn a_segment_comes_back_as_it_was(
            bodies in proptest::collection::vec("[a-zé.# \n]{0,200}x", 0..8),
            has_meanings: bool,
        ) {
            let segment = segment(&bodies, has_meanings.then_some([7; 32]));
            prop_assert_eq!(Segment::from_bytes(&segment.to_bytes()), Ok(segment));
        }

        #[test]
        fn changed_bytes_never_panic(
            body in "[a-z ]{1,60}", place: prop::sample::Index, byte: u8, has_meanings: bool,
        ) {
            let bytes = segment(&[format!("x{body}")], has_meanings.then_some([7; 32])).to_bytes();
            let mut content = bytes[..bytes.len() - CHECKSUM_BYTES].to_vec();
            let place = place.index(content.len());
            content[place] = byte;
            let _ = Segment::from_bytes(&sealed(&content));
            let _ = Segment::from_bytes(&sealed(&content[..place]));
        }
    }
}
