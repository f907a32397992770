//! A set's articles as an index.

use std::sync::Arc;

use copilot_knowledge::article::{Article, ArticleId, Audience};
use copilot_knowledge::index::{Filter, Index, Prepared, Question, Segment, SegmentBuilder};

use crate::data::MeasureError;
use crate::encoder::Reader;

/// What customers find.
pub const PUBLIC: Filter = Filter { audience: Audience::Public, language: None };

/// The segment of `articles` with vectors, if `reader` is given and has any.
///
/// # Errors
/// [`MeasureError`].
pub fn segment(articles: &[Article], reader: Option<&Reader>) -> Result<Segment, MeasureError> {
    let mut builder = SegmentBuilder::new(reader.and_then(Reader::encoder));
    for article in articles {
        let mut prepared = Prepared::of(article);
        if let Some(reader) = reader {
            let texts: Vec<String> = prepared.texts().collect();
            let meanings = texts.iter().map(|text| reader.meaning(text));
            let meanings: Vec<_> = meanings.collect::<Result<_, _>>()?;
            prepared = prepared.with_meanings(meanings.into_iter().flatten().collect());
        }
        builder.add(&prepared);
    }
    Ok(builder.build())
}

/// The index of all of `articles`.
///
/// # Errors
/// [`MeasureError`].
pub fn index(articles: &[Article], reader: Option<&Reader>) -> Result<Index, MeasureError> {
    let current: Vec<(ArticleId, u64)> =
        articles.iter().map(|article| (article.id.clone(), article.version)).collect();
    Ok(Index::new(vec![Arc::new(segment(articles, reader)?)], current)?)
}

/// A question with what it means, if `reader` is given and has vectors.
///
/// # Errors
/// [`MeasureError`].
pub fn question(text: &str, reader: Option<&Reader>) -> Result<Question, MeasureError> {
    let question = Question::of(text);
    let meaning = reader.map(|reader| reader.meaning(text)).transpose()?.flatten();
    Ok(match meaning {
        Some(meaning) => question.with_meaning(meaning),
        None => question,
    })
}
