//! Replies: what stands in them, and when there is none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use chrono::NaiveDate;
use copilot_core::ticket::{Confidence, CustomerName, LanguageCode};
use copilot_knowledge::article::{Article, ArticleId, ArticleState, Audience, Body, Title};
use copilot_knowledge::index::{Index, Prepared, Question, SegmentBuilder};
use copilot_knowledge::limits;
use copilot_knowledge::reply::{Choice, NoReply, SuggestedReply, Ticket, Voice, choose, compose};
use copilot_knowledge::text::Readable;
use proptest::prelude::*;

const BODY: &str = "You may send *anything* back within **30 days**.\n\n## How\n\n\
                    1. Open [Your orders](https://shop.example/orders).\n2. Print the label.\n\n## Costs\n\nNothing.";

fn language(code: &str) -> LanguageCode {
    LanguageCode::parse(code).unwrap()
}

fn article(id: &str, body: &str) -> Article {
    let (id, title) = (ArticleId::parse(id).unwrap(), Title::parse("Return an item").unwrap());
    let body = Body::parse(body).unwrap();
    Article { version: 3, ..Article::new(id, title, body, LanguageCode::ENGLISH) }
}

fn index(articles: &[Article]) -> Index {
    let mut builder = SegmentBuilder::new(None);
    for article in articles {
        assert!(builder.add(&Prepared::of(article)));
    }
    let current = articles.iter().map(|article| (article.id.clone(), article.version));
    Index::new(vec![Arc::new(builder.build())], current).unwrap()
}

fn share(share: f64) -> Confidence {
    Confidence::parse(share).unwrap()
}

/// The choice whatever its confidence.
fn chosen(articles: &[Article], question: &str) -> Choice {
    choose(&index(articles), &Question::of(question), None, None, Confidence::NONE).unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 28).unwrap()
}

fn composed(article: &Article, ticket: &Ticket<'_>) -> Result<SuggestedReply, NoReply> {
    let choice = chosen(std::slice::from_ref(article), "send back");
    compose(&choice, article, ticket, &Voice::default(), today())
}

#[test]
fn a_reply_has_greeting_passages_next_step_and_closing() {
    let name = CustomerName::parse("Ada Lovelace").unwrap();
    let ticket = Ticket { customer_name: Some(&name), ..Ticket::default() };
    let reply = composed(&article("returns", BODY), &ticket).unwrap();
    assert_eq!(
        reply.text,
        "Hello Ada Lovelace,\n\nOur article “Return an item” says:\n\n\
         You may send anything back within 30 days.\n\nHow\n\n\
         1. Open Your orders (https://shop.example/orders).\n2. Print the label.\n\nCosts\n\nNothing.\n\n\
         If this does not answer your question, just reply to this message.\n\nKind regards"
    );
    let quoted = &reply.quotations[0];
    assert_eq!((quoted.article.as_str(), quoted.version), ("returns", 3));
    assert_eq!(quoted.span.cut(BODY), Some(BODY));
    let voice = Voice { closing: Some("Yours\nThe shop".to_owned()) };
    let article = article("returns", BODY);
    let choice = chosen(std::slice::from_ref(&article), "send back");
    let reply = compose(&choice, &article, &Ticket::default(), &voice, today()).unwrap();
    assert!(reply.text.starts_with("Hello,\n\n") && reply.text.ends_with("\n\nYours\nThe shop"));
}

#[test]
fn a_reply_in_another_language_says_so() {
    let german = Article { language: language("de"), ..article("a", "Dreißig Tage.") };
    let ticket = Ticket { language: Some(LanguageCode::ENGLISH), ..Ticket::default() };
    let reply = composed(&german, &ticket).unwrap();
    assert!(reply.text.starts_with("Guten Tag,\n\nIn unserem Artikel"), "{}", reply.text);
    assert_eq!(
        reply.remark().unwrap(),
        "The reply is in another language (de) than the ticket (en)."
    );
    let same = Ticket { language: Some(language("de")), ..Ticket::default() };
    assert_eq!(composed(&german, &same).unwrap().remark(), None);
}

#[test]
fn what_is_not_for_customers_or_not_current_is_never_quoted() {
    let public = article("returns", BODY);
    let choice = chosen(std::slice::from_ref(&public), "send back");
    for other in [
        Article { audience: Audience::Internal, ..public.clone() },
        Article { state: ArticleState::Draft, ..public.clone() },
        Article { state: ArticleState::Archived, ..public.clone() },
        Article { version: 4, ..public.clone() },
        article("other", BODY),
    ] {
        let refused = compose(&choice, &other, &Ticket::default(), &Voice::default(), today());
        assert_eq!(refused.unwrap_err(), NoReply::Changed);
    }
    let overdue = Article { review_by: today().pred_opt(), ..public };
    let refused = composed(&overdue, &Ticket::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "“Return an item” fits, but was to be reviewed by 2026-11-27: check it before you use it."
    );
}

#[test]
fn there_is_a_reason_for_no_reply() {
    let internal = Article { audience: Audience::Internal, ..article("secret", BODY) };
    let public = article("tents", "Wash a tent by hand.");
    let ask = |articles: &[Article], text: &str, code: &str, floor: f64| {
        let question = Question::of(text);
        choose(&index(articles), &question, Some(language(code)), None, share(floor))
    };
    assert_eq!(ask(&[], "anything", "en", 0.7), Err(NoReply::NoArticle));
    let none = ask(std::slice::from_ref(&public), "Wie wasche ich es?", "fr", 1.0);
    assert_eq!(none, Err(NoReply::OtherLanguage));
    let found = ask(std::slice::from_ref(&internal), "send back within 30 days", "en", 0.0);
    assert!(matches!(found, Err(NoReply::InternalOnly { .. })), "{found:?}");
    let all = [internal, public];
    let found = ask(&all, "send back within 30 days, print the label", "en", 0.99);
    assert!(found.is_err(), "{found:?}");
    assert!(!format!("{found:?}").contains("shop.example"), "nothing internal is quoted");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every quoted character stands in the version that is cited, at the place that is named.
    #[test]
    fn quotations_are_exact(
        body in "(## H\n\n|\n\n|1\\. one\n|- two |\\*\\*b\\*\\* |`c` |&amp; |\\[d\\]\\(https://e\\.example\\) |[a-z]{1,9}[.]? |é|日本 ){1,300}x",
        question in "[a-z ]{0,40}",
    ) {
        let article = article("a", &body);
        let choice = chosen(std::slice::from_ref(&article), &question);
        let reply = compose(&choice, &article, &Ticket::default(), &Voice::default(), today());
        let Ok(reply) = reply else { return Ok(()) };
        let readable = Readable::of(&body);
        let mut words = 0;
        let mut end = 0;
        for quoted in &reply.quotations {
            let text = &reply.text[quoted.place.clone()];
            prop_assert!(quoted.span.start() >= end, "not in the article's order");
            end = quoted.span.end();
            prop_assert_eq!(readable.quoted(quoted.span), Some(text));
            prop_assert!(readable.text().contains(text));
            words += text.split_whitespace().count();
        }
        prop_assert!(words <= limits::QUOTED_WORDS && !reply.quotations.is_empty());
        prop_assert!(reply.quotations.len() <= limits::QUOTED_PASSAGES);
    }
}
