//! The command that runs the AI over a file of tickets: what it prints, what it writes, what it refuses.
//!
//! What the AI suggests is not held to here: the figures are held to what the output says was suggested.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use html5gum::{Token, Tokenizer};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::report::{refusal, report, text};

/// Elements of HTML that have no end.
const VOID_ELEMENTS: [&str; 3] = ["meta", "br", "link"];

fn tickets(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/product/triage_report").join(name)
}

/// A folder for what is written, and a copy of a file of tickets in it.
fn copied(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::copy(tickets(name), &file).unwrap();
    (folder, file)
}

fn triage(file: &Path, further: &[&str]) -> Output {
    report("triage", file, further)
}

fn json_lines(path: &Path) -> Vec<Value> {
    let file = fs::read_to_string(path).unwrap();
    file.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_figures_are_those_of_the_output() {
    let (folder, file) = copied("tickets.csv");
    let output = folder.path().join("suggested.jsonl");
    let printed = text(&triage(&file, &["--output", output.to_str().unwrap()]));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 30);
    let ids: Vec<&str> =
        lines.iter().map(|line| line["row"]["Ticket ID"].as_str().unwrap()).collect();
    assert_eq!(ids, (101..131).map(|id| id.to_string()).collect::<Vec<_>>(), "in their order");
    // The first row takes two lines.
    assert_eq!((&lines[0]["line"], &lines[1]["line"]), (&2.into(), &4.into()));

    let is = |line: &Value, category: &str| line["suggestion"]["category"] == category;
    for category in ["shipping", "billing", "technical", "account", "refund", "order", "general"] {
        let count = lines.iter().filter(|line| is(line, category)).count();
        let row = format!("{category:<12}{count:>10}");
        assert!(printed.contains(&row), "{row:?}: {printed}");
    }
    let for_review = lines.iter().filter(|line| line["suggestion"]["needs_review"] == true).count();
    assert!(printed.contains(&format!("For review: {for_review} of 30 (")), "{printed}");
    let label = |line: &Value| line["row"]["Category"].as_str().unwrap().to_lowercase();
    let ours = |line: &&Value| !["", "marketing", "careers"].contains(&label(line).as_str());
    let labelled: Vec<&Value> = lines.iter().filter(ours).collect();
    let right = labelled.iter().filter(|line| is(line, &label(line))).count();
    assert!(printed.contains("Rows with a label of ours: 27; without a label 1;"), "{printed}");
    assert!(printed.contains(&format!("({right} of 27; 95 % interval ")), "{printed}");
    assert!(printed.contains("careers") || printed.contains("Careers"), "{printed}");
}

#[test]
fn both_forms_of_a_file_have_the_same_figures() {
    let figures = |name: &str| {
        let (_folder, file) = copied(name);
        let printed = text(&triage(&file, &["--map", "Marketing=general"]));
        assert!(printed.contains("Rows with a label of ours: 28;"), "{printed}");
        let lines = printed.lines().filter(|line| !line.starts_with("The report with plots"));
        // The names of file and columns differ.
        lines.skip(2).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(figures("tickets.csv"), figures("tickets.jsonl"));
}

/// Fails unless every element ends, in the right order, and the page loads nothing.
fn assert_well_formed(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let name = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for token in Tokenizer::new(page) {
        match token.unwrap() {
            Token::Error(error) => assert_eq!(format!("{error:?}"), "no error"),
            Token::StartTag(tag) => {
                let element = name(&tag.name);
                for (attribute, value) in &tag.attributes {
                    let attribute = name(attribute);
                    assert!(!attribute.starts_with("on"), "{attribute}");
                    assert!(!["src", "href", "srcset", "xlink:href"].contains(&attribute.as_str()));
                    assert!(!name(value).contains("://"), "{attribute}");
                }
                assert!(!["script", "iframe", "object", "img"].contains(&element.as_str()));
                if !tag.self_closing && !VOID_ELEMENTS.contains(&element.as_str()) {
                    open.push(element);
                }
            }
            Token::EndTag(tag) => assert_eq!(open.pop(), Some(name(&tag.name))),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(!page.contains("@import"), "nothing is loaded");
    let patterns = page.match_indices("url(").all(|(at, _)| page[at..].starts_with("url(#"));
    assert!(patterns, "nothing is loaded");
}

#[test]
fn the_page_is_whole_and_holds_no_text_of_a_ticket() {
    let (folder, file) = copied("tickets.jsonl");
    text(&triage(&file, &[]));
    let page = fs::read_to_string(folder.path().join("tickets.triage-report.html")).unwrap();
    assert_well_formed(&page);
    for part in ["<svg", "role=\"img\"", "<title id=", "<caption>", "prefers-color-scheme: dark"] {
        assert!(page.contains(part), "{part}");
    }
    for ticket in json_lines(&file) {
        for field in ["subject", "body"] {
            let text = ticket[field].as_str().unwrap();
            // "Job" and "Praise" could be words of the page.
            for part in text.split(['.', '?', '\n']).filter(|part| part.len() > 8) {
                assert!(!page.contains(part.trim()), "{part}");
            }
        }
    }
}

#[test]
fn examples_are_shown_when_asked_for_with_card_numbers_masked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("few.csv");
    fs::write(&file, "body\nMy card <b>4111 1111 1111 1111</b> was charged\n").unwrap();
    let report = folder.path().join("r.html");
    text(&triage(&file, &["--examples", "--report", report.to_str().unwrap()]));
    let page = fs::read_to_string(&report).unwrap();
    assert_well_formed(&page);
    assert!(page.contains("My card &lt;b&gt;•••• •••• •••• 1111&lt;/b&gt; was charged"), "{page}");
    assert!(!page.contains("4111"));
}

#[test]
fn what_cannot_be_read_is_counted_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.jsonl");
    fs::write(&file, "{\"text\": \"Where is it?\"}\n\n{\"text\": \n{\"text\": \" \"}\n[]\n")
        .unwrap();
    let printed = text(&triage(&file, &[]));
    for part in [
        "Rows: 4; with a suggestion 1, without a text 1, not readable 2",
        "line 3 is not JSON",
        "line 5 is no JSON object",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let printed = text(&triage(&file, &["--limit", "1"]));
    assert!(printed.contains("Rows: 1;"), "{printed}");

    fs::write(&file, "{\"text\": \n").unwrap();
    let sentence = refusal(&triage(&file, &["--text-column", "text"]));
    assert!(sentence.contains("names no columns"), "{sentence}");
    fs::write(&file, "{\"text\": \"\"}\n7\n").unwrap();
    let sentence = refusal(&triage(&file, &[]));
    assert!(
        sentence.contains("no row to suggest for: 1 without a text, 1 that cannot"),
        "{sentence}"
    );
}

#[test]
fn it_refuses_in_one_clear_sentence_and_leaves_nothing() {
    let (folder, file) = copied("tickets.csv");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("book.csv"), b"PK\x03\x04\x14\0\0\0").unwrap();
    fs::write(path("long.json"), format!("[{{\"body\": \"{}\"}}]", "x".repeat(5_000_000))).unwrap();
    fs::write(path("none.csv"), "id,name\n1,x\n").unwrap();
    fs::write(path("mine.html"), "mine").unwrap();
    fs::write(path("x.xlsx"), "").unwrap();
    let own = file.to_str().unwrap();
    let mine = path("mine.html");
    for (name, further, expected) in [
        ("book.csv", &[][..], "it is a ZIP file or an Excel workbook"),
        ("long.json", &[], "has nothing but rows of more than 4194304 bytes"),
        ("none.csv", &[], "name it with --text-column; there are: id, name"),
        ("x.xlsx", &[], "say what it is with --format"),
        ("gone.csv", &[], "cannot be read"),
        (".", &[], "is no regular file"),
        ("tickets.csv", &["--label-column", "topic"], "has no column \"topic\""),
        ("tickets.csv", &["--report", &mine], "is there already"),
        ("tickets.csv", &["--output", &mine], "is there already"),
        ("tickets.csv", &["--output", own, "--overwrite"], "cannot be two files at once"),
        ("tickets.csv", &["--report", own, "--overwrite"], "cannot be two files at once"),
    ] {
        let sentence = refusal(&triage(&folder.path().join(name), further));
        assert!(sentence.contains(expected), "{name} {further:?}: {sentence}");
    }
    let mut left: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["book.csv", "long.json", "mine.html", "none.csv", "tickets.csv", "x.xlsx"]);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
    assert_eq!(fs::read(&file).unwrap(), fs::read(tickets("tickets.csv")).unwrap());
    // A report of its own is replaced.
    text(&triage(&file, &[]));
    text(&triage(&file, &[]));
}

/// The suggestions for the rows of a file, and what is printed.
fn suggested(file: &Path, further: &[&str]) -> (Vec<Value>, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("suggested.jsonl");
    let report = folder.path().join("report.html");
    let named = ["--output", output.to_str().unwrap(), "--report", report.to_str().unwrap()];
    let printed = text(&triage(file, &[&named, further].concat()));
    (json_lines(&output), printed)
}

#[test]
fn files_as_the_field_writes_them_have_three_rows() {
    for name in [
        "34-sep-line.csv",
        "35-short-rows.csv",
        "37-html-bodies.csv",
        "38-category-as-list.jsonl",
        "39-array.jsonl",
        "40-half-an-emoji.jsonl",
        "41-old-line-ends.csv",
    ] {
        let (lines, printed) = suggested(&tickets(name), &[]);
        let rows = "Rows: 3; with a suggestion 3, without a text 0, not readable 0.";
        assert!(printed.contains(rows), "{name}: {printed}");
        let categories: Vec<&str> = lines
            .iter()
            .map(|line| line["suggestion"]["category"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(categories, ["shipping", "billing", "account"], "{name}");
        if printed.contains("label from") {
            assert!(printed.contains("Rows with a label of ours: 3;"), "{name}: {printed}");
        }
    }
}

#[test]
fn html_in_a_file_counts_as_the_words_in_it() {
    let (lines, printed) = suggested(&tickets("37-html-bodies.csv"), &[]);
    assert!(printed.contains("For review: 0 of 3"), "{printed}");
    assert!(printed.contains("created from \"Created time\""), "{printed}");
    assert!(!printed.contains("the time of this run counts"), "{printed}");
    for line in &lines {
        assert_eq!(line["suggestion"]["order_id"], Value::Null, "{line}");
        assert_eq!(line["suggestion"]["extracted"], serde_json::json!([]), "{line}");
    }
    // The same texts without tags are suggested for in the same way.
    let (plain, _) = suggested(&tickets("41-old-line-ends.csv"), &[]);
    for (line, plain) in lines.iter().zip(&plain) {
        assert_eq!(line["suggestion"], plain["suggestion"]);
    }
}

#[test]
fn times_of_creation_are_read_as_exports_write_them() {
    let (_, printed) = suggested(&tickets("36-dates.csv"), &[]);
    assert!(printed.contains("Rows: 6; with a suggestion 6,"), "{printed}");
    assert!(!printed.contains("the time of this run counts"), "{printed}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dates.csv");
    let rows = "body,created\nWhere is it?,03/11/2026\nWhere is it?,04/12/26 10:30\n";
    fs::write(&file, rows).unwrap();
    let (_, printed) = suggested(&file, &[]);
    let told =
        "Of 2 rows, the time of creation cannot be read (of 2, day and month cannot be told apart)";
    assert!(printed.contains(told), "{printed}");
    // One day over 12 settles it for all.
    fs::write(&file, format!("{rows}Where is it?,25/12/2026\n")).unwrap();
    let (_, printed) = suggested(&file, &[]);
    assert!(!printed.contains("cannot be read (") && printed.contains("Rows: 3;"), "{printed}");
}

#[test]
fn a_file_may_be_written_in_other_encodings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tickets.csv");
    let tickets = "subject;body\r\nMüller – “Paket”;Where is my parcel? It cost 12 €\r\n";
    let utf_16 = |mark: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}{tickets}").encode_utf16().flat_map(bytes).collect()
    };
    let windows: Vec<u8> = tickets
        .chars()
        .map(|character| match character {
            'ü' => 0xfc,
            '–' => 0x96,
            '“' => 0x93,
            '”' => 0x94,
            '€' => 0x80,
            other => u8::try_from(other).unwrap(),
        })
        .collect();
    for (bytes, name) in [
        (tickets.as_bytes().to_vec(), None),
        (format!("\u{feff}{tickets}").into_bytes(), None),
        (utf_16("\u{feff}", u16::to_le_bytes), Some("UTF-16LE")),
        (utf_16("\u{feff}", u16::to_be_bytes), Some("UTF-16BE")),
        (utf_16("", u16::to_le_bytes), Some("UTF-16LE")),
        (utf_16("", u16::to_be_bytes), Some("UTF-16BE")),
        (windows, Some("windows-1252")),
    ] {
        fs::write(&file, bytes).unwrap();
        let (lines, printed) = suggested(&file, &[]);
        let row = serde_json::json!({
            "subject": "Müller – “Paket”",
            "body": "Where is my parcel? It cost 12 €",
        });
        assert_eq!(lines.len(), 1, "{name:?}");
        assert_eq!(lines[0]["row"], row, "{name:?}");
        match name {
            Some(name) => assert!(printed.contains(&format!("was read as {name};")), "{printed}"),
            None => assert!(!printed.contains("was read as"), "{printed}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_report_replaces_regular_files_only() {
    let (folder, file) = copied("tickets.csv");
    let link = folder.path().join("link.html");
    std::os::unix::fs::symlink("/dev/null", &link).unwrap();
    for path in ["/dev/null", link.to_str().unwrap(), folder.path().to_str().unwrap()] {
        for option in ["--report", "--output"] {
            let sentence = refusal(&triage(&file, &[option, path, "--overwrite"]));
            assert!(sentence.contains("is no regular file"), "{path}: {sentence}");
        }
    }
}
