//! Any text as HTML: it becomes text of bounded length.

#![no_main]

use copilot_channels::html::{readable_text, to_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|html: &str| {
    let text = to_text(html);
    assert!(text.len() <= 8 * html.len() + 64, "{} bytes of {}", text.len(), html.len());
    let _ = readable_text(html);
});
