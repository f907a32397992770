//! Any text as an article's file in Markdown and in HTML: every passage is cut from the body, and is found again.

#![no_main]

use copilot_core::ticket::LanguageCode;
use copilot_knowledge::article::{Written, parse_file};
use copilot_knowledge::text::{Readable, passages};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for written in [Written::Markdown, Written::Html] {
        let Ok(article) = parse_file("file", text, written, LanguageCode::ENGLISH) else { continue };
        let body = article.body.as_str();
        let readable = Readable::of(body);
        let mut end = 0;
        for passage in passages(&readable) {
            assert!(passage.span.start() >= end);
            end = passage.span.end();
            assert!(passage.span.cut(body).is_some());
            assert!(readable.quoted(passage.span).is_some());
        }
    }
});
