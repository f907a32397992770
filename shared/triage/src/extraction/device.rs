//! Devices such as `iPhone 14`, and versions such as `Firefox 128.0` or `v2.3.1`.

use std::ops::Range;

use copilot_core::ticket::{DeviceName, ExtractedValue, ProductVersion};

use super::tokens::{Kind, Tokens};

/// Devices by the words of their names in small letters, with the name as its maker writes it.
const DEVICES: [(&[&str], &str); 24] = [
    (&["iphone"], "iPhone"),
    (&["ipad"], "iPad"),
    (&["ipod"], "iPod"),
    (&["macbook"], "MacBook"),
    (&["imac"], "iMac"),
    (&["airpods"], "AirPods"),
    (&["apple", "watch"], "Apple Watch"),
    (&["apple", "tv"], "Apple TV"),
    (&["samsung", "galaxy"], "Samsung Galaxy"),
    (&["galaxy"], "Galaxy"),
    (&["google", "pixel"], "Google Pixel"),
    (&["pixel"], "Pixel"),
    (&["oneplus"], "OnePlus"),
    (&["xiaomi"], "Xiaomi"),
    (&["redmi"], "Redmi"),
    (&["thinkpad"], "ThinkPad"),
    (&["surface", "pro"], "Surface Pro"),
    (&["surface", "laptop"], "Surface Laptop"),
    (&["kindle"], "Kindle"),
    (&["chromebook"], "Chromebook"),
    (&["playstation"], "PlayStation"),
    (&["xbox"], "Xbox"),
    (&["nintendo", "switch"], "Nintendo Switch"),
    (&["raspberry", "pi"], "Raspberry Pi"),
];
/// Devices that only a model makes one: the word alone means other things too.
const ONLY_WITH_MODEL: [&str; 5] = ["Galaxy", "Pixel", "OnePlus", "Xiaomi", "Redmi"];
/// What may follow as the model.
const MODEL_WORDS: [&str; 26] = [
    "pro",
    "max",
    "plus",
    "mini",
    "air",
    "se",
    "ultra",
    "xl",
    "xr",
    "xs",
    "note",
    "fold",
    "flip",
    "tab",
    "z",
    "series",
    "watch",
    "paperwhite",
    "oasis",
    "fire",
    "one",
    "carbon",
    "lite",
    "fe",
    "pi",
    "x",
];
/// Tokens of a model.
const MODEL_TOKENS: usize = 6;

/// Products whose version is told, as their makers write them.
const PRODUCTS: [(&[&str], &str); 20] = [
    (&["windows"], "Windows"),
    (&["win"], "Windows"),
    (&["ios"], "iOS"),
    (&["ipados"], "iPadOS"),
    (&["watchos"], "watchOS"),
    (&["macos"], "macOS"),
    (&["mac", "os", "x"], "macOS"),
    (&["mac", "os"], "macOS"),
    (&["android"], "Android"),
    (&["ubuntu"], "Ubuntu"),
    (&["debian"], "Debian"),
    (&["fedora"], "Fedora"),
    (&["firefox"], "Firefox"),
    (&["thunderbird"], "Thunderbird"),
    (&["chrome"], "Chrome"),
    (&["chromium"], "Chromium"),
    (&["safari"], "Safari"),
    (&["edge"], "Edge"),
    (&["opera"], "Opera"),
    (&["office"], "Office"),
];
/// Versions of Windows that have a name.
const NAMED_VERSIONS: [&str; 3] = ["xp", "vista", "me"];
/// Words after a number that say that something is counted.
const COUNTED: [&str; 20] = [
    "day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute",
    "minutes", "time", "times", "second", "seconds", "am", "pm", "tabs", "windows",
];
/// Tokens of a version: `10.0.19045.3693-beta` has nine.
const VERSION_TOKENS: usize = 11;
/// Digits of a version without a dot, such as 128 of Firefox.
const PLAIN_VERSION_DIGITS: usize = 4;

/// The device or the version that begins at the token `index`.
pub(super) fn at(tokens: &Tokens<'_>, index: usize) -> Option<(Range<usize>, ExtractedValue)> {
    if tokens.kind(index) != Some(Kind::Word) {
        return None;
    }
    device(tokens, index).or_else(|| version(tokens, index))
}

/// The longest name of `list` that stands at `index`, and the token after it.
fn named<'a>(
    list: &[(&[&str], &'a str)],
    tokens: &Tokens<'_>,
    index: usize,
) -> Option<(&'a str, usize)> {
    list.iter()
        .filter(|(words, _)| {
            words.iter().enumerate().all(|(offset, word)| tokens.lower(index + offset) == *word)
        })
        .max_by_key(|(words, _)| words.len())
        .map(|(words, name)| (*name, index + words.len()))
}

fn device(tokens: &Tokens<'_>, index: usize) -> Option<(Range<usize>, ExtractedValue)> {
    let (name, mut end) = named(&DEVICES, tokens, index)?;
    let after_name = end;
    let mut full_name = name.to_owned();
    while end < after_name + MODEL_TOKENS {
        let Some(model_end) = model_end(tokens, end) else { break };
        // `iPhone14` and `Pixel-7` are the same as with a space.
        full_name.push(' ');
        let model = tokens.span(end, model_end);
        full_name.push_str(model.trim_start_matches('-'));
        end = model_end;
    }
    if (end == after_name && ONLY_WITH_MODEL.contains(&name)) || full_name.ends_with(" one") {
        return None;
    }
    let name = DeviceName::parse(&full_name).ok()?;
    Some((index..end, ExtractedValue::Device { name }))
}

/// The end of a part of a model at `at`: a word such as `Pro`, a number such as 14, or both joined,
/// as in `S22`.
fn model_end(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let at_hyphen = tokens.lower(at) == "-" && tokens.is_joined(at) && tokens.is_joined(at + 1);
    let start = if at_hyphen { at + 1 } else { at };
    let word = tokens.lower(start);
    let is_letter = word.len() <= 2 && tokens.kind(start) == Some(Kind::Word);
    if is_letter && tokens.is_joined(start + 1) && tokens.number(start + 1).is_some() {
        return Some(start + 2);
    }
    if MODEL_WORDS.contains(&word) {
        return Some(start + 1);
    }
    let number = tokens.number(start)?;
    let has_letter = tokens.is_joined(start + 1) && tokens.lower(start + 1).len() == 1;
    let is_letter = has_letter && tokens.kind(start + 1) == Some(Kind::Word);
    let end = start + 1 + usize::from(is_letter);
    let goes_on = tokens.is_joined(end) && tokens.kind(end) != Some(Kind::Mark);
    let is_decimal = tokens.lower(end) == "." && tokens.is_joined(end) && tokens.is_joined(end + 1);
    let is_model =
        number < 10_000 && !goes_on && !is_decimal && !COUNTED.contains(&tokens.lower(end));
    is_model.then_some(end)
}

fn version(tokens: &Tokens<'_>, index: usize) -> Option<(Range<usize>, ExtractedValue)> {
    if let Some((product, after)) = named(&PRODUCTS, tokens, index) {
        let start = after_version_word(tokens, after);
        let is_named = product == "Windows" && NAMED_VERSIONS.contains(&tokens.lower(start));
        let end = if is_named { start + 1 } else { version_end(tokens, start, false)? };
        return matched(tokens, index..end, start, DeviceName::parse(product).ok());
    }
    if tokens.is_joined(index) && tokens.before(index, 1) != "(" {
        return None;
    }
    let start = match tokens.lower(index) {
        "v" | "ver" | "version" | "release" | "build" | "firmware" => {
            after_version_word(tokens, index)
        }
        _ => return None,
    };
    let end = version_end(tokens, start, true)?;
    matched(tokens, start..end, start, None)
}

fn matched(
    tokens: &Tokens<'_>,
    range: Range<usize>,
    start: usize,
    product: Option<DeviceName>,
) -> Option<(Range<usize>, ExtractedValue)> {
    let version = ProductVersion::parse(tokens.span(start, range.end)).ok()?;
    Some((range, ExtractedValue::Version { product, version }))
}

/// The token after words such as `version` and `v`.
fn after_version_word(tokens: &Tokens<'_>, index: usize) -> usize {
    let mut start = index;
    while start < index + 4
        && matches!(
            tokens.lower(start),
            "version" | "ver" | "v" | "." | ":" | "release" | "build" | "firmware" | "-"
        )
    {
        start += 1;
    }
    start
}

/// The end of a version at `start`. It has a dot in it when `needs_dot`.
fn version_end(tokens: &Tokens<'_>, start: usize, needs_dot: bool) -> Option<usize> {
    tokens.number(start)?;
    let mut end = start + 1;
    while end + 1 < start + VERSION_TOKENS
        && tokens.lower(end) == "."
        && tokens.is_joined(end)
        && tokens.is_joined(end + 1)
        && tokens.is_number(end + 1)
    {
        end += 2;
    }
    let has_dot = end > start + 1;
    // `22H2` and `128.0b3`.
    while end < start + VERSION_TOKENS
        && tokens.is_joined(end)
        && (tokens.is_number(end)
            || tokens.lower(end).len() == 1 && tokens.kind(end) == Some(Kind::Word))
    {
        end += 1;
    }
    let goes_on = tokens.is_joined(end)
        && (tokens.kind(end) != Some(Kind::Mark)
            || matches!(tokens.lower(end), "%" | "@" | "€" | "$"));
    let is_short = has_dot || tokens.lower(start).len() <= PLAIN_VERSION_DIGITS;
    let is_counted = !has_dot && COUNTED.contains(&tokens.lower(end));
    (is_short && !goes_on && !is_counted && (has_dot || !needs_dot)).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{spans, values};

    #[test]
    fn devices_are_found() {
        for (text, name) in [
            ("on my iPhone 14.", "iPhone 14"),
            ("iphone14", "iPhone 14"),
            ("an iPhone 13 Pro Max in blue", "iPhone 13 Pro Max"),
            ("Pixel 7", "Pixel 7"),
            ("Google Pixel 6a", "Google Pixel 6a"),
            ("samsung galaxy S22 Ultra", "Samsung Galaxy S22 Ultra"),
            ("my MacBook Air", "MacBook Air"),
            ("an iPad", "iPad"),
            ("iPhone 2 days ago", "iPhone"),
        ] {
            let expected = format!(r#""kind":"device","name":"{name}""#);
            assert!(values(text).contains(&expected), "{text}: {}", values(text));
        }
    }

    #[test]
    fn versions_are_found() {
        for (text, value) in [
            ("Windows 11", r#""product":"Windows","version":"11""#),
            ("Windows 10 22H2", r#""product":"Windows","version":"10""#),
            ("iOS 17.2, since", r#""product":"iOS","version":"17.2""#),
            ("Firefox 128.0.", r#""product":"Firefox","version":"128.0""#),
            ("firefox version 128", r#""product":"Firefox","version":"128""#),
            ("windows xp", r#""product":"Windows","version":"xp""#),
            ("app v2.3.1", r#""kind":"version","version":"2.3.1""#),
            ("version: 10.0.19045.3693", r#""kind":"version","version":"10.0.19045.3693""#),
        ] {
            assert!(values(text).contains(value), "{text}: {}", values(text));
        }
    }

    #[test]
    fn other_words_are_none() {
        for text in [
            "close all windows 3 times",
            "a galaxy far away",
            "one pixel",
            "version 2 of my letter",
            "chrome 5 minutes ago",
            "2.3.1",
            "v",
            "iphoneX2",
            "edge",
            "office 12%",
        ] {
            let found = spans(text);
            assert!(!found.contains("device") && !found.contains("version"), "{text}: {found}");
        }
    }
}
