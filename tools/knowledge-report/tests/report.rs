//! What a report prints, what it writes, what it refuses.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use html5gum::{Token, Tokenizer};
use knowledge_report::KnowledgeArguments;
use tempfile::TempDir;

/// A question that would be an element of HTML.
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: KnowledgeArguments,
}

/// What is printed, or why nothing is.
fn report(articles: &Path, questions: &Path, further: &[&str]) -> Result<String, String> {
    let paths = ["report", articles.to_str().unwrap(), questions.to_str().unwrap()];
    let line = Line::try_parse_from(paths.iter().chain(further)).map_err(|e| e.to_string())?;
    let now = "2026-11-28T10:00:00Z".parse().unwrap();
    knowledge_report::run(&line.arguments, now).map_err(|error| error.to_string())
}

/// A folder with a file of questions.
fn written(questions: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("questions.csv");
    fs::write(&file, questions).unwrap();
    (folder, file)
}

fn samples() -> PathBuf {
    workspace::root().join("events/knowledge")
}

#[test]
fn the_sample_articles_answer_their_questions() {
    let questions = fs::read_to_string(samples().join("questions.csv")).unwrap();
    let (folder, file) = written(&questions);
    let printed = report(&samples().join("articles"), &file, &[]).unwrap();
    println!("{printed}");
    assert!(printed.contains("20 articles with "), "{printed}");
    assert!(printed.contains("0 files refused."), "{printed}");
    let counted = "32 questions: 26 with an article of the folder, 6 that none answers.";
    assert!(printed.contains(counted), "{printed}");
    let page = fs::read_to_string(folder.path().join("questions.knowledge-report.html")).unwrap();
    assert!(page.contains("Suggested replies") && page.contains("How sure is sure enough"));
    assert!(!page.contains("NaN"), "a figure is none");
    // Nothing that agents alone may read is in a reply.
    assert!(!page.contains("45 days after delivery"));
    // A report of ours is replaced.
    report(&samples().join("articles"), &file, &[]).unwrap();
}

#[test]
fn questions_are_shown_as_text_and_masked() {
    let questions = format!("question\n{HOSTILE} ada@shop.example paid with 4111 1111 1111 1111\n");
    let (folder, file) = written(&questions);
    let printed = report(&samples().join("articles"), &file, &["--floor", "1"]).unwrap();
    assert!(printed.contains("the file does not say which article answers them"), "{printed}");
    let page = fs::read_to_string(folder.path().join("questions.knowledge-report.html")).unwrap();
    assert!(!page.contains("ada@") && !page.contains("4111 1111"));
    let images = Tokenizer::new(&page)
        .filter(|token| matches!(token, Ok(Token::StartTag(tag)) if tag.name.as_slice() == b"img"));
    assert_eq!(images.count(), 0);
}

#[test]
fn what_cannot_be_read_is_named() {
    let articles = samples().join("articles");
    let (folder, file) = written("question\nWhere is it?\n");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let refused = report(&empty, &file, &[]).unwrap_err();
    assert!(refused.contains("holds no published article: 0 files"), "{refused}");
    let (_folder, none) = written("question\n");
    let refused = report(&articles, &none, &[]).unwrap_err();
    assert!(refused.contains("holds no question"), "{refused}");
    let (_folder, other) = written("a,b\n1,2\n");
    assert!(report(&articles, &other, &[]).unwrap_err().contains("has no column"));
    assert!(report(&articles, &file, &["--floor", "2"]).unwrap_err().contains("from 0 to 1"));
}
