//! Articles for tests.

use copilot_core::ticket::LanguageCode;

use crate::article::{Article, ArticleId, Body, Title};

/// A published, public article in English.
pub fn article(id: &str, title: &str, body: &str) -> Article {
    let (id, title) = (ArticleId::parse(id).unwrap(), Title::parse(title).unwrap());
    Article::new(id, title, Body::parse(body).unwrap(), LanguageCode::ENGLISH)
}
