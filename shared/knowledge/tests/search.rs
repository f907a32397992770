//! Searching: who finds what, and that nothing panics.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use copilot_core::ticket::LanguageCode;
use copilot_knowledge::article::{Article, ArticleId, Audience, Body, Title};
use copilot_knowledge::index::{
    Filter, Found, Index, IndexFault, Meaning, Prepared, Question, Segment, SegmentBuilder,
};
use proptest::prelude::*;

const EVERYTHING: Filter = Filter { audience: Audience::Internal, language: None };
const PUBLIC: Filter = Filter { audience: Audience::Public, language: None };

fn language(code: &str) -> LanguageCode {
    LanguageCode::parse(code).unwrap()
}

fn article(id: &str, title: &str, body: &str) -> Article {
    let (id, title) = (ArticleId::parse(id).unwrap(), Title::parse(title).unwrap());
    Article::new(id, title, Body::parse(body).unwrap(), LanguageCode::ENGLISH)
}

fn shop() -> Vec<Article> {
    let internal = |article: Article| Article { audience: Audience::Internal, ..article };
    let german = |article: Article| Article { language: language("de"), ..article };
    vec![
        article(
            "returns",
            "Return an item",
            "You may send things back within 30 days.\n\nKeep the receipt.",
        ),
        article("pay", "Ways to pay", "By card, by transfer, or in instalments."),
        article("tents", "Wash a tent", "By hand, with lukewarm water. Never in a machine."),
        internal(article(
            "goodwill",
            "Goodwill",
            "Late returns are accepted up to 45 days by agents.",
        )),
        german(article(
            "ruecksendung",
            "Artikel zurücksenden",
            "Sie können Artikel innerhalb von 30 Tagen zurücksenden.",
        )),
    ]
}

fn segment(articles: &[Article]) -> Arc<Segment> {
    let mut builder = SegmentBuilder::new(None);
    for article in articles {
        assert!(builder.add(&Prepared::of(article)));
    }
    Arc::new(builder.build())
}

fn current(articles: &[Article]) -> Vec<(ArticleId, u64)> {
    articles.iter().map(|article| (article.id.clone(), article.version)).collect()
}

fn index(articles: &[Article]) -> Index {
    Index::new(vec![segment(articles)], current(articles)).unwrap()
}

fn ids(found: &Found) -> Vec<&str> {
    found.articles.iter().map(|hit| hit.id.as_str()).collect()
}

#[test]
fn the_article_that_says_it_comes_first() {
    let index = index(&shop());
    let found = index.search(&Question::of("Can I wash my tent in a machine?"), PUBLIC, None, 3);
    assert_eq!(ids(&found)[0], "tents");
    assert!(!found.by_meaning);
    let signals = found.signals.unwrap();
    assert!(
        (signals.words_agree - 1.0).abs() < f64::EPSILON && signals.margin > 0.5,
        "{signals:?}"
    );
    let german = Filter { language: Some(language("de")), ..PUBLIC };
    let found = index.search(&Question::of("Wie sende ich den Artikel zurück?"), german, None, 3);
    assert_eq!(ids(&found), ["ruecksendung"]);
}

#[test]
fn customers_never_find_what_is_internal() {
    let index = index(&shop());
    let question = Question::of("late returns goodwill agents 45 days");
    assert_eq!(ids(&index.search(&question, EVERYTHING, None, 9))[0], "goodwill");
    assert!(!ids(&index.search(&question, PUBLIC, None, 9)).contains(&"goodwill"));
}

/// The scores do not depend on what the asker may not find: that would tell of it.
#[test]
fn what_is_hidden_leaves_no_trace() {
    let shop = shop();
    let public: Vec<Article> =
        shop.iter().filter(|article| article.audience == Audience::Public).cloned().collect();
    let question = Question::of("late returns goodwill agents 45 days");
    let with = index(&shop).search(&question, PUBLIC, None, 9);
    assert_eq!(with, index(&public).search(&question, PUBLIC, None, 9));
}

#[test]
fn only_the_version_in_use_is_found_whichever_segment_has_it() {
    let old = shop();
    let mut changed = article("pay", "Ways to pay", "Only by carrier pigeon.");
    changed.version = 2;
    let segments = vec![segment(&old), segment(std::slice::from_ref(&changed))];
    let mut versions: BTreeMap<ArticleId, u64> = current(&old).into_iter().collect();
    versions.insert(changed.id.clone(), 2);
    let index = Index::new(segments.clone(), versions.clone()).unwrap();
    let found = index.search(&Question::of("pay by instalments or pigeon"), PUBLIC, None, 9);
    let pay: Vec<u64> = found
        .articles
        .iter()
        .filter(|hit| hit.id.as_str() == "pay")
        .map(|hit| hit.version)
        .collect();
    assert_eq!(pay, [2]);
    versions.remove(&changed.id);
    let index = Index::new(segments.clone(), versions.clone()).unwrap();
    assert!(!ids(&index.search(&Question::of("pigeon pay"), PUBLIC, None, 9)).contains(&"pay"));
    // What is in use and in no segment is named.
    versions.insert(changed.id.clone(), 3);
    let missed = Index::new(segments, versions).unwrap();
    assert_eq!((missed.missed().len(), missed.missed()[0].version), (1, 3));
}

#[test]
fn vectors_of_two_encoders_are_not_mixed() {
    let one = |encoder: u8, id: &str| {
        let mut builder = SegmentBuilder::new(Some([encoder; 32]));
        let article = article(id, "A", "b");
        let prepared = Prepared::of(&article);
        assert!(!builder.add(&prepared), "it has no vectors");
        assert!(builder.add(&prepared.with_meanings(vec![Meaning::of(&[0.1; 384])])));
        Arc::new(builder.build())
    };
    assert!(Index::new(vec![one(1, "a"), one(1, "b")], []).is_ok());
    let mixed = Index::new(vec![one(1, "a"), one(2, "b")], []);
    assert_eq!(mixed.unwrap_err(), IndexFault::MixedEncoders);
}

#[test]
fn an_empty_index_finds_nothing() {
    let index = Index::new(Vec::new(), []).unwrap();
    assert_eq!(index.search(&Question::of("anything"), PUBLIC, None, 9), Found::default());
    assert!(!index.has_articles(EVERYTHING));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_question_panics_and_every_place_exists(
        bodies in proptest::collection::vec("[a-z#*\\-. \n]{0,120}x", 1..6),
        question in "\\PC{0,200}",
        limit in 0_usize..100,
    ) {
        let articles: Vec<Article> = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| article(&format!("a{number}"), "Title", body))
            .collect();
        let found = index(&articles).search(&Question::of(&question), PUBLIC, None, limit);
        prop_assert!(found.articles.len() <= limit);
        for hit in &found.articles {
            let article = articles.iter().find(|article| article.id == hit.id).unwrap();
            prop_assert!(hit.score.is_finite());
            for passage in &hit.passages {
                prop_assert!(passage.span.cut(article.body.as_str()).is_some());
            }
        }
    }

    /// How articles are spread over segments changes nothing.
    #[test]
    fn segments_do_not_matter(places in proptest::collection::vec(0_usize..3, 5)) {
        let shop = shop();
        let parts = (0..3).map(|part| {
            let of = shop.iter().zip(&places).filter(|(_, place)| **place == part);
            segment(&of.map(|(article, _)| article.clone()).collect::<Vec<_>>())
        });
        let divided = Index::new(parts.collect(), current(&shop)).unwrap();
        let question = Question::of("return items within 30 days by card");
        let (one, other) = (
            index(&shop).search(&question, EVERYTHING, None, 9),
            divided.search(&question, EVERYTHING, None, 9),
        );
        prop_assert_eq!(ids(&one), ids(&other));
        for (one, other) in one.articles.iter().zip(&other.articles) {
            prop_assert!((one.score - other.score).abs() < 1e-9);
        }
    }

    /// 10,000 bases at random would take long; each of these has several internal articles.
    #[test]
    fn no_base_shows_customers_what_is_internal(
        internal in proptest::collection::vec(any::<bool>(), 1..8),
        question in "(return|refund|card|tent|parcel| ){1,12}",
    ) {
        let articles: Vec<Article> = internal.iter().enumerate().map(|(number, internal)| {
            let audience = if *internal { Audience::Internal } else { Audience::Public };
            let body = "return refund card tent parcel";
            Article { audience, ..article(&format!("a{number}"), "Refund", body) }
        }).collect();
        let found = index(&articles).search(&Question::of(&question), PUBLIC, None, 50);
        prop_assert!(found.articles.iter().all(|hit| hit.audience == Audience::Public));
    }
}
