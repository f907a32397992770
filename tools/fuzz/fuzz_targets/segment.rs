//! Any bytes as a segment of the index and as past tickets: they are refused, or come back as they were, and
//! a search of them finds places that exist.

#![no_main]

use std::sync::Arc;

use copilot_knowledge::article::Audience;
use copilot_knowledge::index::{Filter, Index, Question, Segment};
use copilot_knowledge::learning::PastTickets;
use copilot_knowledge::sealed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // With a checksum that fits, so that what it protects is reached.
    let bytes = sealed(bytes);
    if let Ok(segment) = Segment::from_bytes(&bytes) {
        assert_eq!(segment.to_bytes(), bytes);
        let current: Vec<_> = segment.articles().map(|(id, v)| (id.clone(), v)).collect();
        if let Ok(index) = Index::new(vec![Arc::new(segment)], current) {
            let filter = Filter { audience: Audience::Internal, language: None };
            let found = index.search(&Question::of("return a parcel"), filter, None, 5);
            assert!(found.articles.iter().all(|hit| hit.score.is_finite()));
        }
    }
    if let Ok(past) = PastTickets::from_bytes(&bytes) {
        let _ = past.votes(&Question::of("return a parcel"), None);
    }
});
