//! Any bytes as what Zendesk sends: they are read or refused, and what is read is consistent.

#![no_main]

use copilot_channels::signature::Verification;
use copilot_channels::{WebhookEvent, zendesk};
use copilot_core::ticket::Identity;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let now = Default::default();
    let Ok(body) = zendesk::verify(&Verification::Unsigned, None, None, body, now) else {
        return;
    };
    let event = zendesk::parse(body, Some("22129848"));
    if let Ok(WebhookEvent::Reported(report)) = &event
        && let Some(new) = &report.opening
    {
        assert_eq!(new.identity, Identity::from(&report.conversation));
        if let Some(opened_by) = &new.opened_by {
            assert!(report.messages.iter().any(|message| message.id == *opened_by));
        }
    }
    assert_eq!(event, zendesk::parse(body, Some("22129848")));
});
