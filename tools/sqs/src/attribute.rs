//! Message attributes, and the one system attribute a producer may set.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::SqsError;
use crate::message::is_allowed_character;

/// Message attributes one message may carry ("Message quotas" of the Developer Guide).
const MAXIMUM_ATTRIBUTES: usize = 10;
/// The length of an attribute name or data type in characters (the guide's
/// "Message attribute components").
const MAXIMUM_ATTRIBUTE_NAME_CHARACTERS: usize = 256;
/// The length of an X-Ray trace header in bytes. SQS names no number; a header
/// with root, parent and sampling decision has about 100.
const MAXIMUM_TRACE_HEADER_BYTES: usize = 1_024;
/// The one system attribute a producer may set.
const TRACE_HEADER: &str = "AWSTraceHeader";

/// One attribute a producer set on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "WireMessageAttribute")]
#[serde(try_from = "WireMessageAttribute")]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, with an optional label: `Number.int`.
    pub data_type: String,
    pub value: MessageAttributeValue,
}

/// The value of a message attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageAttributeValue {
    /// The text of a `String` or `Number` attribute.
    String(String),
    /// The bytes of a `Binary` attribute.
    Binary(Vec<u8>),
}

/// An attribute value as JSON spells it, in requests, answers and storage.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WireMessageAttribute {
    data_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    /// Base64 with padding.
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl From<MessageAttribute> for WireMessageAttribute {
    fn from(attribute: MessageAttribute) -> Self {
        let (string_value, binary_value) = match attribute.value {
            MessageAttributeValue::String(text) => (Some(text), None),
            MessageAttributeValue::Binary(bytes) => (None, Some(STANDARD.encode(bytes))),
        };
        Self { data_type: Some(attribute.data_type), string_value, binary_value }
    }
}

impl TryFrom<WireMessageAttribute> for MessageAttribute {
    type Error = &'static str;

    fn try_from(wire: WireMessageAttribute) -> Result<Self, Self::Error> {
        let data_type = wire
            .data_type
            .filter(|data_type| !data_type.is_empty())
            .ok_or("it must contain a non-empty data type.")?;
        if data_type.chars().count() > MAXIMUM_ATTRIBUTE_NAME_CHARACTERS {
            return Err("its data type can be at most 256 characters long.");
        }
        let value = match data_type.split('.').next() {
            Some("String") => MessageAttributeValue::String(text_value(wire.string_value)?),
            Some("Number") => MessageAttributeValue::String(number_value(wire.string_value)?),
            Some("Binary") => MessageAttributeValue::Binary(binary_value(wire.binary_value)?),
            _ => {
                return Err(
                    "its data type is unknown, the supported type prefixes are Binary, Number, and String.",
                );
            }
        };
        Ok(Self { data_type, value })
    }
}

fn text_value(value: Option<String>) -> Result<String, &'static str> {
    let text = value
        .filter(|text| !text.is_empty())
        .ok_or("it must contain a non-empty StringValue for its data type.")?;
    if text.chars().all(is_allowed_character) {
        Ok(text)
    } else {
        Err("its value contains characters that are not allowed.")
    }
}

fn number_value(value: Option<String>) -> Result<String, &'static str> {
    let text = text_value(value)?;
    let has_number_characters =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    match text.parse::<f64>() {
        Ok(number) if has_number_characters && number.is_finite() => Ok(text),
        _ => Err("its value is not a number."),
    }
}

fn binary_value(value: Option<String>) -> Result<Vec<u8>, &'static str> {
    let bytes =
        STANDARD.decode(value.unwrap_or_default()).map_err(|_| "its BinaryValue is not base64.")?;
    if bytes.is_empty() {
        return Err("it must contain a non-empty BinaryValue for its data type.");
    }
    Ok(bytes)
}

/// Reads the message attributes of a request.
///
/// # Errors
/// [`SqsError::InvalidMessageAttribute`] naming the first attribute at fault.
pub(crate) fn parse_message_attributes(
    attributes: BTreeMap<String, WireMessageAttribute>,
) -> Result<BTreeMap<String, MessageAttribute>, SqsError> {
    if attributes.len() > MAXIMUM_ATTRIBUTES {
        return Err(SqsError::InvalidParameterValue {
            parameter: "MessageAttributes",
            value: format!("of {} attributes", attributes.len()),
            reason: format!("Number of message attributes must be at most {MAXIMUM_ATTRIBUTES}."),
        });
    }
    attributes
        .into_iter()
        .map(|(name, wire)| {
            let parsed = check_attribute_name(&name).and_then(|()| wire.try_into());
            match parsed {
                Ok(attribute) => Ok((name, attribute)),
                Err(reason) => Err(SqsError::InvalidMessageAttribute { name, reason }),
            }
        })
        .collect()
}

fn check_attribute_name(name: &str) -> Result<(), &'static str> {
    let lowercase = name.to_ascii_lowercase();
    if name.is_empty() || name.len() > MAXIMUM_ATTRIBUTE_NAME_CHARACTERS {
        Err("a name has 1 to 256 characters.")
    } else if !name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    {
        Err("a name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.).")
    } else if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        Err("a name must not start or end with a period or have periods in succession.")
    } else if lowercase.starts_with("aws.") || lowercase.starts_with("amazon.") {
        Err("a name must not start with the reserved prefixes AWS. and Amazon.")
    } else {
        Ok(())
    }
}

/// Reads the system attributes of a request: the trace header or nothing.
///
/// # Errors
/// [`SqsError::InvalidMessageAttribute`] for any other attribute or type.
pub(crate) fn parse_trace_header(
    attributes: BTreeMap<String, WireMessageAttribute>,
) -> Result<Option<String>, SqsError> {
    let mut trace_header = None;
    for (name, wire) in attributes {
        let parsed = if name == TRACE_HEADER {
            trace_header_text(wire)
        } else {
            Err("the only system attribute that can be sent is AWSTraceHeader.")
        };
        match parsed {
            Ok(text) => trace_header = Some(text),
            Err(reason) => return Err(SqsError::InvalidMessageAttribute { name, reason }),
        }
    }
    Ok(trace_header)
}

fn trace_header_text(wire: WireMessageAttribute) -> Result<String, &'static str> {
    let attribute = MessageAttribute::try_from(wire)?;
    match attribute.value {
        MessageAttributeValue::String(text) if attribute.data_type == "String" => {
            if text.len() > MAXIMUM_TRACE_HEADER_BYTES {
                return Err("a trace header has at most 1024 bytes.");
            }
            Ok(text)
        }
        _ => Err("its data type must be String."),
    }
}

/// The set SQS computes the system attribute digest over.
pub(crate) fn trace_header_as_attributes(header: &str) -> BTreeMap<String, MessageAttribute> {
    let attribute = MessageAttribute {
        data_type: "String".to_owned(),
        value: MessageAttributeValue::String(header.to_owned()),
    };
    BTreeMap::from([(TRACE_HEADER.to_owned(), attribute)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(json: serde_json::Value) -> Result<BTreeMap<String, MessageAttribute>, SqsError> {
        parse_message_attributes(serde_json::from_value(json).unwrap())
    }

    #[test]
    fn attributes_of_every_type_are_read_and_written_back() {
        let json = serde_json::json!({
            "text": {"DataType": "String.label", "StringValue": "x"},
            "count": {"DataType": "Number", "StringValue": "-1.5e3"},
            "bytes": {"DataType": "Binary.png", "BinaryValue": "AAH+/w=="},
        });
        let parsed = attributes(json.clone()).unwrap();
        assert_eq!(parsed["bytes"].value, MessageAttributeValue::Binary(vec![0, 1, 254, 255]));
        assert_eq!(serde_json::to_value(parsed).unwrap(), json);
    }

    #[test]
    fn malformed_attributes_are_refused() {
        let text = serde_json::json!({"DataType": "String", "StringValue": "x"});
        let long_name = "n".repeat(257);
        for name in ["", ".a", "a.", "a..b", "AWS.x", "aMaZoN.x", "a b", "\u{e9}", &long_name] {
            let result = attributes(serde_json::json!({ name: text }));
            assert!(matches!(result, Err(SqsError::InvalidMessageAttribute { .. })), "{name}");
        }
        for value in [
            serde_json::json!({}),
            serde_json::json!({"DataType": "Date", "StringValue": "x"}),
            serde_json::json!({"DataType": "Stringent", "StringValue": "x"}),
            serde_json::json!({"DataType": "String"}),
            serde_json::json!({"DataType": "String", "StringValue": "\u{0}"}),
            serde_json::json!({"DataType": "String", "BinaryValue": "AAAA"}),
            serde_json::json!({"DataType": "Number", "StringValue": "NaN"}),
            serde_json::json!({"DataType": "Number", "StringValue": "1e999"}),
            serde_json::json!({"DataType": "Number", "StringValue": "12 apples"}),
            serde_json::json!({"DataType": "Binary", "BinaryValue": ""}),
            serde_json::json!({"DataType": "Binary", "BinaryValue": "***"}),
            serde_json::json!({"DataType": "S".repeat(300), "StringValue": "x"}),
        ] {
            let result = attributes(serde_json::json!({ "name": value }));
            assert!(matches!(result, Err(SqsError::InvalidMessageAttribute { .. })), "{value}");
        }
        let eleven: serde_json::Map<_, _> =
            (0..11).map(|n| (format!("n{n}"), text.clone())).collect();
        assert!(matches!(attributes(eleven.into()), Err(SqsError::InvalidParameterValue { .. })));
    }

    #[test]
    fn the_trace_header_is_the_only_system_attribute() {
        let parse = |json| parse_trace_header(serde_json::from_value(json).unwrap());
        assert_eq!(
            parse(serde_json::json!({"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}}))
                .unwrap()
                .as_deref(),
            Some("Root=1")
        );
        for refused in [
            serde_json::json!({"Other": {"DataType": "String", "StringValue": "x"}}),
            serde_json::json!({"AWSTraceHeader": {"DataType": "Number", "StringValue": "1"}}),
            serde_json::json!({"AWSTraceHeader": {"DataType": "Binary", "BinaryValue": "AAAA"}}),
            serde_json::json!({"AWSTraceHeader": {"DataType": "String", "StringValue": "x".repeat(1_025)}}),
        ] {
            assert!(parse(refused).is_err());
        }
    }
}
