//! Articles for tests.

use copilot_core::ticket::LanguageCode;

use crate::article::{
    Article, ArticleId, ArticleSource, ArticleState, Audience, Body, Labels, Title,
};

/// A published, public article in English.
pub fn article(id: &str, title: &str, body: &str) -> Article {
    Article {
        id: ArticleId::parse(id).unwrap(),
        version: 1,
        title: Title::parse(title).unwrap(),
        body: Body::parse(body).unwrap(),
        language: LanguageCode::parse("en").unwrap(),
        audience: Audience::Public,
        state: ArticleState::Published,
        category: None,
        tags: Labels::default(),
        labels: Labels::default(),
        review_by: None,
        source: ArticleSource::Own,
        external_id: None,
    }
}
