//! Any bytes as what Intercom sends: they are read or refused, and what is read is consistent.

#![no_main]

use copilot_channels::signature::Verification;
use copilot_channels::{WebhookEvent, intercom};
use copilot_core::ticket::Identity;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(body) = intercom::verify(&Verification::Unsigned, None, body) else {
        return;
    };
    let event = intercom::parse(body);
    if let Ok(WebhookEvent::Reported(report)) = &event
        && let Some(new) = &report.opening
    {
        assert_eq!(new.identity, Identity::from(&report.conversation));
        if let Some(opened_by) = &new.opened_by {
            assert!(report.messages.iter().any(|message| message.id == *opened_by));
        }
    }
    assert_eq!(event, intercom::parse(body));
});
