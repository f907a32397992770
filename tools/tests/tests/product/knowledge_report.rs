//! The command that asks a folder of articles a file of questions: what it prints, what it writes, what it
//! refuses.

use std::fs;
use std::path::{Path, PathBuf};

use html5gum::{Token, Tokenizer};
use tempfile::TempDir;

use crate::harness::report::{refusal, report, text};
use crate::harness::workspace;

/// A question that would be an element of HTML.
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

/// A folder with a file of questions.
fn written(questions: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("questions.csv");
    fs::write(&file, questions).unwrap();
    (folder, file)
}

fn articles() -> PathBuf {
    workspace().join("events/knowledge/articles")
}

fn knowledge(articles: &Path, questions: &Path, further: &[&str]) -> std::process::Output {
    let questions = questions.to_str().unwrap();
    report("knowledge", articles, &[&[questions], further].concat())
}

#[test]
fn the_sample_articles_answer_their_questions() {
    let questions = fs::read_to_string(workspace().join("events/knowledge/questions.csv")).unwrap();
    let (folder, file) = written(&questions);
    let printed = text(&knowledge(&articles(), &file, &[]));
    assert!(printed.contains("20 articles with "), "{printed}");
    assert!(printed.contains("0 files refused."), "{printed}");
    assert!(
        printed.contains("32 questions: 26 with an article of the folder, 6 that none answers."),
        "{printed}"
    );
    let page = fs::read_to_string(folder.path().join("questions.knowledge-report.html")).unwrap();
    assert!(page.contains("Suggested replies") && page.contains("How sure is sure enough"));
    assert!(!page.contains("NaN"), "a figure is none");
    // Nothing that agents alone may read is in a reply.
    assert!(!page.contains("45 days after delivery"));
    // A report of ours is replaced.
    text(&knowledge(&articles(), &file, &[]));
}

#[test]
fn questions_are_shown_as_text_and_masked() {
    let questions = format!("question\n{HOSTILE} ada@shop.example paid with 4111 1111 1111 1111\n");
    let (folder, file) = written(&questions);
    let printed = text(&knowledge(&articles(), &file, &["--floor", "1"]));
    assert!(printed.contains("the file does not say which article answers them"), "{printed}");
    let page = fs::read_to_string(folder.path().join("questions.knowledge-report.html")).unwrap();
    assert!(page.contains("&lt;img") && !page.contains("ada@") && !page.contains("4111 1111"));
    let images = Tokenizer::new(&page)
        .filter(|token| matches!(token, Ok(Token::StartTag(tag)) if tag.name.as_slice() == b"img"));
    assert_eq!(images.count(), 0);
}

#[test]
fn what_cannot_be_read_is_named() {
    let (folder, file) = written("question\nWhere is it?\n");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let refused = refusal(&knowledge(&empty, &file, &[]));
    assert!(refused.contains("holds no published article: 0 files"), "{refused}");
    let (_folder, none) = written("question\n");
    let refused = refusal(&knowledge(&articles(), &none, &[]));
    assert!(refused.contains("holds no question"), "{refused}");
    let (_folder, other) = written("a,b\n1,2\n");
    assert!(refusal(&knowledge(&articles(), &other, &[])).contains("has no column"));
    assert!(refusal(&knowledge(&articles(), &file, &["--floor", "2"])).contains("from 0 to 1"));
}
