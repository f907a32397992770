//! The limits that `docs/mail.md` names are those of the code.

use copilot_mail::limits;

#[test]
fn the_limits_are_documented_as_they_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/mail.md");
    let page = std::fs::read_to_string(path).unwrap();
    let thousands = |number: usize| {
        let digits = number.to_string();
        let groups: Vec<&str> = digits
            .as_bytes()
            .rchunks(3)
            .rev()
            .map(|group| std::str::from_utf8(group).unwrap())
            .collect();
        groups.join(",")
    };
    for row in [
        format!("| mail | {} bytes |", thousands(limits::MAIL_BYTES)),
        format!(
            "| header | {} fields, {} bytes,",
            limits::HEADER_FIELDS,
            thousands(limits::HEADER_BYTES)
        ),
        format!("| parts | {} |", limits::PARTS),
        format!("| multiparts within each other | {} |", limits::DEPTH),
        format!("| text | {} MiB |", limits::TEXT_BYTES / 1024 / 1024),
        format!("| addresses in From, To, Cc, Reply-To | {} each |", limits::ADDRESSES),
        format!("| `References` | the newest {} |", limits::REFERENCES),
        format!("| file name | {} bytes |", limits::FILE_NAME_BYTES),
        format!("opens at most {} tickets an hour", limits::TICKETS_PER_SENDER_AND_HOUR),
        format!("reopens a ticket at most {} times an hour", limits::REOPENS_PER_HOUR),
        format!("{} an hour in all", limits::ACKNOWLEDGEMENTS_IN_ALL_PER_HOUR),
        format!(
            "({} lines, {} characters,",
            limits::QUOTED_LINES,
            thousands(limits::QUOTED_CHARACTERS)
        ),
        format!("at most {} bytes with an id", thousands(limits::REFERENCES_BYTES)),
        format!("more than {} MiB of files", limits::ATTACHED_BYTES / 1024 / 1024),
        format!("more than {} recipients", limits::RECIPIENTS),
    ] {
        assert!(page.contains(&row), "{row}");
    }
    assert_eq!((limits::ACKNOWLEDGEMENTS_PER_HOUR, limits::ACKNOWLEDGEMENTS_PER_DAY), (1, 3));
    assert_eq!(limits::SEEN_BEFORE.as_secs(), 7 * 24 * 60 * 60);
}
