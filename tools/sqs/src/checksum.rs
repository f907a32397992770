//! The MD5 digests SQS answers with, so that clients can check what arrived.

use std::collections::BTreeMap;

use md5::{Digest, Md5};

use crate::attribute::{MessageAttribute, MessageAttributeValue};

/// The transport type byte of a value sent as text.
const STRING_TRANSPORT_TYPE: u8 = 1;
/// The transport type byte of a value sent as bytes.
const BINARY_TRANSPORT_TYPE: u8 = 2;

/// The MD5 of a message body, in lowercase hexadecimal.
pub(crate) fn body_md5(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// The MD5 of a set of message attributes, in lowercase hexadecimal.
///
/// The Developer Guide, "Calculating the MD5 message digest for message attributes", defines the
/// input: for each attribute in name order the name, the data type, the transport type byte and the
/// value, with names, types and values each preceded by their length as four big-endian bytes.
pub(crate) fn attributes_md5(attributes: &BTreeMap<String, MessageAttribute>) -> String {
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        update_with_length(&mut digest, name.as_bytes());
        update_with_length(&mut digest, attribute.data_type.as_bytes());
        match &attribute.value {
            MessageAttributeValue::String(text) => {
                digest.update([STRING_TRANSPORT_TYPE]);
                update_with_length(&mut digest, text.as_bytes());
            }
            MessageAttributeValue::Binary(bytes) => {
                digest.update([BINARY_TRANSPORT_TYPE]);
                update_with_length(&mut digest, bytes);
            }
        }
    }
    hex::encode(digest.finalize())
}

fn update_with_length(digest: &mut Md5, bytes: &[u8]) {
    // Values are bounded by the message size, far below four gigabytes.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data_type: &str, value: &str) -> MessageAttribute {
        MessageAttribute {
            data_type: data_type.to_owned(),
            value: MessageAttributeValue::String(value.to_owned()),
        }
    }

    #[test]
    fn body_digest_covers_the_utf8_bytes() {
        assert_eq!(body_md5("hello"), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(body_md5("h\u{e9}llo \u{2713} \u{1f642}"), "f66be44c8c6f662349937156001b1b75");
    }

    #[test]
    fn attribute_digest_of_one_string() {
        let attributes = BTreeMap::from([("channel".to_owned(), text("String", "e-mail"))]);
        assert_eq!(attributes_md5(&attributes), "fe84ae46952cbfc5861a62641654e70b");
    }

    #[test]
    fn attribute_digest_orders_names_and_keeps_custom_types_and_bytes() {
        let attributes = BTreeMap::from([
            (
                "signature".to_owned(),
                MessageAttribute {
                    data_type: "Binary".to_owned(),
                    value: MessageAttributeValue::Binary(vec![0, 1, 254, 255]),
                },
            ),
            ("channel".to_owned(), text("String.label", "chat \u{2713}")),
            ("attempt".to_owned(), text("Number", "42")),
        ]);
        assert_eq!(attributes_md5(&attributes), "9e95ac9f7bf23ba64c213d74c0958871");
    }
}
