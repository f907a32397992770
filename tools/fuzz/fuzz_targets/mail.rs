//! Any bytes as a mail: it is read, its files are found again, and nothing of it breaks a header.

#![no_main]

use copilot_mail::InboundMail;
use copilot_mail::read::{EnvelopeSender, Receipt, Verdicts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let receipt = Receipt {
        sender: EnvelopeSender::Null,
        recipients: vec!["support@desk.example".to_owned()],
        received_at: Default::default(),
        verdicts: Verdicts::PASSED,
    };
    let mail = InboundMail::read(raw, &receipt);
    for file in &mail.attachments {
        assert!(file.bytes(raw).len() <= raw.len());
        assert!(!file.name.as_str().contains(['/', '\\', '\r', '\n']));
    }
    let mut end = 0;
    for passage in &mail.words.passages {
        assert_eq!(passage.range.start, end);
        end = passage.range.end;
    }
    assert_eq!(end, mail.words.text.len());
    let names = mail.from.iter().chain(&mail.cc).filter_map(|one| one.name.as_ref());
    assert!(!names.chain(&mail.subject).any(|text| text.chars().any(char::is_control)));
    assert_eq!(mail, InboundMail::read(raw, &receipt));
});
