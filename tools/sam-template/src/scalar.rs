//! What an unquoted YAML scalar means to CloudFormation.

use super::node::Node;

/// Resolves an unquoted scalar.
///
/// CloudFormation reads YAML 1.1, so `yes`, `no`, `on` and `off` are booleans. Only plain decimal
/// numbers are numbers here. Everything whose text would change on the way (`0012`, `1_000`,
/// `0x1F`, `1e3`, a number over 64 bits, a date) stays the text it is.
pub(super) fn resolve_plain(text: &str) -> Node {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Node::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Node::Bool(true);
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Node::Bool(false);
        }
        _ => {}
    }
    if let Some(integer) = plain_integer(text) {
        return Node::Integer(integer);
    }
    if let Some(float) = plain_float(text) {
        return Node::Float(float);
    }
    Node::String(text.to_owned())
}

fn plain_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let padded = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || padded || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn plain_float(text: &str) -> Option<f64> {
    let magnitude = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = magnitude.split_once('.')?;
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let float: f64 = text.parse().ok()?;
    // A version such as 1.10 must not lose its last digit, so the number has to print as its text.
    let printed = serde_json::Value::from(float).to_string();
    (printed == text).then_some(float)
}

#[cfg(test)]
mod tests {
    use super::{Node, resolve_plain};

    #[test]
    fn booleans_and_null_follow_yaml_1_1() {
        assert_eq!(resolve_plain("yes"), Node::Bool(true));
        assert_eq!(resolve_plain("Off"), Node::Bool(false));
        assert_eq!(resolve_plain("false"), Node::Bool(false));
        assert_eq!(resolve_plain("~"), Node::Null);
        assert_eq!(resolve_plain(""), Node::Null);
    }

    #[test]
    fn decimal_numbers_are_numbers() {
        assert_eq!(resolve_plain("0"), Node::Integer(0));
        assert_eq!(resolve_plain("-12"), Node::Integer(-12));
        assert_eq!(resolve_plain("0.25"), Node::Float(0.25));
        assert_eq!(resolve_plain("-1.5"), Node::Float(-1.5));
    }

    #[test]
    fn text_that_would_change_as_a_number_stays_text() {
        for text in [
            "000123456789",
            "1_000",
            "0x1F",
            "1e3",
            "1.10",
            "-",
            "--1",
            "+1",
            ".5",
            "2012-10-17",
            "99999999999999999999",
            "1.2.3",
            ".inf",
            "-00",
            "1.",
        ] {
            assert_eq!(resolve_plain(text), Node::String(text.to_owned()), "{text}");
        }
    }
}
