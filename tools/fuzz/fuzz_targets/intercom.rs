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
    if let Ok(
        WebhookEvent::MessageReceived { conversation, opening: Some(new), .. }
        | WebhookEvent::StatusChanged { conversation, opening: Some(new), .. },
    ) = &event
    {
        assert_eq!(new.identity, Identity::from(conversation));
    }
    if let Ok(WebhookEvent::ConversationOpened(new)) = &event {
        assert!(matches!(&new.identity, Identity::Of(text) if text.starts_with("intercom:")));
    }
    assert_eq!(event, intercom::parse(body));
});
