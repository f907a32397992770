//! The files of a message, told with its words: each with its name and where it is.

use serde_json::Value;

use super::html::web_address;
use super::lenient;
use crate::limits;
use copilot_core::limits::DESCRIPTION_CHARACTERS;

/// The files of a list of attachments, each as `name (address)`. Of an address that is none of the web,
/// such as `javascript:`, the name is told alone.
pub(super) fn files(list: &Value) -> Vec<String> {
    match list {
        Value::Array(list) => list.iter().filter_map(file).collect(),
        Value::Object(_) => file(list).into_iter().collect(),
        // A placeholder's: one file a line.
        Value::String(text) => text.lines().filter_map(named).collect(),
        _ => Vec::new(),
    }
}

fn file(file: &Value) -> Option<String> {
    let text =
        |names: &[&str]| names.iter().find_map(|name| lenient::words(&file[*name]).map(one_line));
    let address = ["url", "content_url", "contentUrl", "mapped_content_url", "href", "link"]
        .iter()
        .find_map(|name| file[*name].as_str().and_then(web_address));
    match file {
        Value::String(name) => named(name),
        _ => match (text(&["name", "filename", "file_name", "fileName", "title"]), address) {
            (Some(name), Some(address)) => Some(format!("{name} ({address})")),
            (name, address) => name.or(address),
        },
    }
}

/// A file that is told by one text: a name, or an address of the web.
fn named(text: &str) -> Option<String> {
    let text = one_line(text);
    let is_scheme = |scheme: &str| {
        scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    };
    let is_address = text.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
    if is_address { web_address(&text) } else { Some(text).filter(|text| !text.is_empty()) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a message with its files below them; `None` when there is neither. Files that the words
/// name already are not named again.
pub(super) fn with_files(words: Option<String>, files: Vec<String>) -> Option<String> {
    let is_told = |file: &String| words.as_ref().is_some_and(|words| words.contains(file.as_str()));
    let files: Vec<String> = files.into_iter().filter(|file| !is_told(file)).collect();
    if files.is_empty() {
        return words;
    }
    let further = files.len().saturating_sub(limits::ATTACHMENTS_NAMED);
    let mut lines: Vec<String> = files.into_iter().take(limits::ATTACHMENTS_NAMED).collect();
    if further > 0 {
        lines.push(format!("… and {further} more"));
    }
    let Some(words) = words else {
        return Some(format!("Sent without words:\n{}", lines.join("\n")));
    };
    let below = format!("\n\nAttached:\n{}", lines.join("\n"));
    // Over-long words are cut at their end, and the files are not to be cut off with it.
    let room = DESCRIPTION_CHARACTERS.saturating_sub(below.chars().count());
    let words = match words.char_indices().nth(room) {
        Some((end, _)) => {
            let kept = words.get(..end).unwrap_or_default();
            let (cut, _) = kept.char_indices().next_back().unwrap_or_default();
            format!("{}…", kept.get(..cut).unwrap_or_default())
        }
        None => words,
    };
    Some(words + &below)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_stand_below_the_words() {
        let list = json!([
            {"name": "a.png", "url": "https://files.example/a.png"},
            {"filename": "b\n.jpg", "content_url": "javascript:alert(1)"},
            {"url": "http://files.example/c"},
            {"name": "", "url": "file:///etc/passwd"},
            "https://files.example/d",
            "javascript:alert(1)",
            7
        ]);
        let told = "a.png (https://files.example/a.png)\nb .jpg\nhttp://files.example/c\nhttps://files.example/d";
        let words = |words: Option<&str>| with_files(words.map(str::to_owned), files(&list));
        assert_eq!(words(None).unwrap(), format!("Sent without words:\n{told}"));
        assert_eq!(words(Some("Look.")).unwrap(), format!("Look.\n\nAttached:\n{told}"));
        assert_eq!(with_files(None, files(&json!([]))), None);
        assert_eq!(with_files(Some("a".into()), files(&json!(null))).as_deref(), Some("a"));
        let named = with_files(Some("See x.png".into()), files(&json!([{"name": "x.png"}])));
        assert_eq!(named.as_deref(), Some("See x.png"));
    }

    #[test]
    fn many_files_and_long_words_are_bounded() {
        let many: Vec<Value> = (0..30).map(|n| json!({"name": format!("f{n}")})).collect();
        let told = with_files(Some("é".repeat(DESCRIPTION_CHARACTERS)), files(&json!(many)));
        let told = told.unwrap();
        assert_eq!(told.chars().count(), DESCRIPTION_CHARACTERS);
        assert!(told.contains("é…\n\nAttached:\nf0\n") && told.ends_with("f19\n… and 10 more"));
    }
}
