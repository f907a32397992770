//! The address to which answers to a ticket go: `support+<date><digits>.<tag>@desk.example`. It says
//! which ticket is meant, and only somebody who got a mail of ours knows it; not who writes.

use super::key::{ReplyKeys, TAG_LETTERS};
use crate::{MailAddress, NotAnAddress, limits};
use copilot_core::ticket::TicketId;

const PURPOSE: &str = "reply-address-v1";

/// An address of the desk, under which answers come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskAddress(MailAddress);

/// What an address that mail came to says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyTag {
    /// It names no ticket.
    None,
    /// It names this ticket, and was made by us.
    Valid(TicketId),
    /// It is written like one of ours, but was not made by us.
    Invalid,
}

impl DeskAddress {
    /// Takes an address whose local part leaves room for a label, and has none.
    ///
    /// # Errors
    /// [`NotAnAddress`] for any other.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let address = MailAddress::parse(text)?;
        let local = address.local_part();
        // "+", date and digits, ".", tag.
        let label = 1 + 16 + 1 + TAG_LETTERS;
        let is_plain =
            local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        if is_plain && local.len() + label <= limits::LOCAL_PART_BYTES {
            Ok(Self(address))
        } else {
            Err(NotAnAddress)
        }
    }

    /// The address itself.
    pub fn address(&self) -> &MailAddress {
        &self.0
    }

    /// The address for answers to `ticket`.
    pub fn for_ticket(&self, ticket: TicketId, keys: &ReplyKeys) -> MailAddress {
        let name = name(ticket);
        let tag = keys.tag(PURPOSE, &name);
        let (local, domain) = self.0.as_str().rsplit_once('@').unwrap_or_default();
        MailAddress::parse(&format!("{local}+{name}.{tag}@{domain}"))
            .unwrap_or_else(|NotAnAddress| self.0.clone())
    }

    /// What `recipient`, an address of an envelope, says. In any case of its letters.
    pub fn read(&self, recipient: &str, keys: &ReplyKeys) -> ReplyTag {
        let Ok(recipient) = MailAddress::parse(recipient) else { return ReplyTag::None };
        if !recipient.is_same_mailbox_but_for_labels(&self.0) {
            return ReplyTag::None;
        }
        let local = recipient.local_part().to_ascii_lowercase();
        let Some((_, label)) = local.split_once('+') else { return ReplyTag::None };
        let Some((name, tag)) = label.split_once('.') else { return ReplyTag::None };
        let Some(ticket) = ticket(name) else { return ReplyTag::None };
        if keys.accepts(PURPOSE, name, tag) { ReplyTag::Valid(ticket) } else { ReplyTag::Invalid }
    }
}

/// A ticket's date and digits, in lower case: `20261101a1b2c3d4`.
pub(super) fn name(ticket: TicketId) -> String {
    let id = ticket.to_string().to_ascii_lowercase();
    id.chars().filter(char::is_ascii_alphanumeric).skip("tkt".len()).collect()
}

/// The ticket that [`name`] names.
pub(super) fn ticket(name: &str) -> Option<TicketId> {
    let (date, digits) = name.split_at_checked(8)?;
    TicketId::parse(&format!("TKT-{date}-{}", digits.to_ascii_uppercase())).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::key::ReplyKey;
    use super::*;

    fn keys(byte: u8) -> ReplyKeys {
        ReplyKeys::new(ReplyKey::new(&[byte; 32]).unwrap(), None)
    }

    fn desk() -> DeskAddress {
        DeskAddress::parse("Support@desk.example").unwrap()
    }

    fn ticket_id(text: &str) -> TicketId {
        TicketId::parse(text).unwrap()
    }

    #[test]
    fn an_answer_finds_its_ticket_in_any_case() {
        let id = ticket_id("TKT-20261101-A1B2C3D4");
        let address = desk().for_ticket(id, &keys(1));
        assert!(address.as_str().starts_with("Support+20261101a1b2c3d4."), "{address:?}");
        assert!(address.local_part().len() <= 64);
        for written in [address.as_str().to_owned(), address.as_str().to_uppercase()] {
            assert_eq!(desk().read(&written, &keys(1)), ReplyTag::Valid(id));
        }
    }

    #[test]
    fn other_addresses_name_no_ticket() {
        for recipient in [
            "support@desk.example",
            "support+news@desk.example",
            "support+20261101a1b2c3d4@desk.example",
            "support+99999999a1b2c3d4.x@desk.example",
            "other+20261101a1b2c3d4.x@desk.example",
            "support+20261101a1b2c3d4.x@elsewhere.example",
            "nonsense",
            "",
        ] {
            assert_eq!(desk().read(recipient, &keys(1)), ReplyTag::None, "{recipient}");
        }
    }

    #[test]
    fn no_changed_letter_is_taken() {
        let id = ticket_id("TKT-20261101-A1B2C3D4");
        let address = desk().for_ticket(id, &keys(1)).as_str().to_owned();
        let (mut tried, mut invalid) = (0, 0);
        let label = address.find('+').unwrap() + 1..address.find('@').unwrap();
        for place in label {
            for letter in "abcdefghijklmnopqrstuvwxyz0123456789.-=_".chars() {
                let mut changed = address.clone();
                changed.replace_range(place..=place, &letter.to_string());
                if changed != address {
                    tried += 1;
                    let read = desk().read(&changed, &keys(1));
                    assert!(!matches!(read, ReplyTag::Valid(_)), "{changed}");
                    invalid += usize::from(read == ReplyTag::Invalid);
                }
            }
        }
        assert!(tried > 1_500 && invalid > 1_000);
    }

    #[test]
    fn no_tag_holds_for_another_ticket() {
        let keys = keys(1);
        let id = |number: u32| ticket_id(&format!("TKT-20261101-{number:08X}"));
        let tag_of = |number| {
            let address = desk().for_ticket(id(number), &keys).as_str().to_owned();
            address.split_once('.').unwrap().1.split_once('@').unwrap().0.to_owned()
        };
        for number in 0..10_000 {
            let wrong = format!("support+{}.{}@desk.example", name(id(number)), tag_of(number + 1));
            assert_eq!(desk().read(&wrong, &keys), ReplyTag::Invalid);
        }
    }

    #[test]
    fn the_previous_key_holds_until_it_is_dropped() {
        let (old, new) = (ReplyKey::new(&[1; 32]).unwrap(), ReplyKey::new(&[2; 32]).unwrap());
        let id = ticket_id("TKT-20261101-A1B2C3D4");
        let sent = desk().for_ticket(id, &ReplyKeys::new(old.clone(), None));
        let during = ReplyKeys::new(new.clone(), Some(old));
        assert_eq!(desk().read(sent.as_str(), &during), ReplyTag::Valid(id));
        assert_eq!(desk().read(sent.as_str(), &ReplyKeys::new(new, None)), ReplyTag::Invalid);
    }

    #[test]
    fn a_desk_address_leaves_room_for_a_tag() {
        let long = format!("{}@desk.example", "a".repeat(21));
        for wrong in ["a+b@desk.example", "\"a b\"@desk.example", "nobody", long.as_str()] {
            assert!(DeskAddress::parse(wrong).is_err(), "{wrong}");
        }
        assert!(DeskAddress::parse(&long[1..]).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_is_valid_by_chance(recipient in "support\\+[0-9]{8}[0-9a-f]{8}\\.[a-z2-7]{26}@desk\\.example") {
            prop_assert!(!matches!(desk().read(&recipient, &keys(1)), ReplyTag::Valid(_)));
        }

        #[test]
        fn every_ticket_is_found_again(seconds in 0_i64..4_102_444_800) {
            let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
            let id = TicketId::draw(time);
            let address = desk().for_ticket(id, &keys(3));
            prop_assert_eq!(desk().read(address.as_str(), &keys(3)), ReplyTag::Valid(id));
        }
    }
}
