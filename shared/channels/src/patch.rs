//! The body of `PATCH /api/tickets/{ticket_id}`: a JSON Merge Patch (RFC 7396), in which a field
//! that is absent stays as it is and null takes away what a field holds.

use serde_json::Value;

use super::body::JsonObject;
use copilot_core::error::Error;
use copilot_core::limits;
use copilot_core::ticket::{Assignee, Category, Priority, Tag, TicketPatch};

/// Reads the body. RFC 7396 lets any JSON be a patch; one that is no object would put something else
/// in the ticket's place and is refused.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Malformed`], or [`Error::Invalid`] with every fault at once.
pub fn parse_patch(body: &[u8]) -> Result<TicketPatch, Error> {
    let mut object = JsonObject::read(body)?;
    let patch = TicketPatch {
        priority: named(&mut object, "priority", &Priority::ALL, Priority::name, "").flatten(),
        category: named(&mut object, "category", &Category::ALL, Category::name, ", or null"),
        assignee: assignee(&mut object),
        tags: tags(&mut object),
    };
    object.finish(&["priority", "category", "assignee", "tags"])?;
    Ok(patch)
}

/// One of `all` by its name. `null_allowed` ends the sentence that lists them, and is empty where null
/// is a fault.
fn named<T: Copy>(
    object: &mut JsonObject,
    member: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    null_allowed: &str,
) -> Option<Option<T>> {
    match object.member(member)? {
        Value::Null if !null_allowed.is_empty() => return Some(None),
        Value::String(text) => {
            if let Some(value) = all.iter().find(|known| name(**known) == text) {
                return Some(Some(*value));
            }
        }
        _ => {}
    }
    let names: Vec<&str> = all.iter().map(|known| name(*known)).collect();
    object.refuse(member, format!("Must be one of {}{null_allowed}.", names.join(", ")))
}

fn assignee(object: &mut JsonObject) -> Option<Option<Assignee>> {
    const NAME: &str = "assignee";
    match object.member(NAME)? {
        Value::Null => Some(None),
        Value::String(text) => match Assignee::parse(text) {
            Ok(assignee) => Some(Some(assignee)),
            Err(fault) => object.refuse(NAME, fault.to_string()),
        },
        _ => object.refuse(NAME, "Must be a string or null."),
    }
}

/// Each label once, in the order of the list.
fn tags(object: &mut JsonObject) -> Option<Vec<Tag>> {
    const NAME: &str = "tags";
    let elements = match object.member(NAME)? {
        Value::Null => return Some(Vec::new()),
        Value::Array(elements) if elements.len() <= limits::TAGS => elements.clone(),
        Value::Array(elements) => {
            let (most, actual) = (limits::TAGS, elements.len());
            return object.refuse(NAME, format!("Must have at most {most} tags; has {actual}."));
        }
        _ => return object.refuse(NAME, "Must be a list of strings, or null."),
    };
    let mut tags = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let parsed = match element {
            Value::String(text) => Tag::parse(text).map_err(|fault| fault.to_string()),
            _ => Err("Must be a string.".to_owned()),
        };
        match parsed {
            Ok(tag) if tags.contains(&tag) => {}
            Ok(tag) => tags.push(tag),
            Err(detail) => {
                object.refuse_at::<()>(&[NAME, &index.to_string()], detail);
            }
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use copilot_core::error::Place;
    use copilot_core::ticket::{Ticket, example};

    fn patch(body: &Value) -> Result<TicketPatch, Error> {
        parse_patch(body.to_string().as_bytes())
    }

    fn faults(body: &Value) -> Vec<(String, String)> {
        let Err(Error::Invalid(faults)) = patch(body) else {
            panic!("no field faults: {body}");
        };
        faults
            .into_iter()
            .map(|fault| match fault.place {
                Place::Pointer(place) => (place, fault.detail),
                other => panic!("not in the body: {other:?}"),
            })
            .collect()
    }

    #[test]
    fn absent_is_unchanged_and_null_takes_away() {
        assert_eq!(patch(&json!({})).unwrap(), TicketPatch::default());
        let nulls = patch(&json!({"category": null, "assignee": null, "tags": null})).unwrap();
        let cleared = TicketPatch {
            priority: None,
            category: Some(None),
            assignee: Some(None),
            tags: Some(Vec::new()),
        };
        assert_eq!(nulls, cleared);
        let all = json!({"priority": "high", "category": "refund", "assignee": " Jane ",
            "tags": ["vip", " vip ", "b2b"]});
        let set = TicketPatch {
            priority: Some(Priority::High),
            category: Some(Some(Category::Refund)),
            assignee: Some(Some(Assignee::parse("Jane").unwrap())),
            tags: Some(vec![Tag::parse("vip").unwrap(), Tag::parse("b2b").unwrap()]),
        };
        assert_eq!(patch(&all).unwrap(), set);
    }

    #[test]
    fn all_faults_come_at_once() {
        let found = faults(&json!({
            "priority": null,
            "category": "Refund",
            "assignee": " ",
            "tags": ["fine", " ", 7, "x".repeat(101)],
            "status": "open",
            "ticket_id": null
        }));
        let expected = [
            ("#/priority", "Must be one of low, medium, high, critical."),
            (
                "#/category",
                "Must be one of shipping, billing, technical, account, refund, order, general, or null.",
            ),
            ("#/assignee", "Must not be blank."),
            ("#/tags/1", "Must not be blank."),
            ("#/tags/2", "Must be a string."),
            ("#/tags/3", "Must have at most 100 characters; has 101."),
            ("#/status", "Is not a known field."),
            ("#/ticket_id", "Is not a known field."),
        ];
        assert_eq!(found, expected.map(|(place, detail)| (place.to_owned(), detail.to_owned())));
        assert_eq!(faults(&json!({"assignee": 1}))[0].1, "Must be a string or null.");
        assert_eq!(faults(&json!({"tags": "vip"}))[0].1, "Must be a list of strings, or null.");
    }

    #[test]
    fn lists_and_answers_are_bounded() {
        let tags = |count: usize| json!({"tags": vec!["same"; count]});
        assert_eq!(patch(&tags(100)).unwrap().tags.unwrap().len(), 1);
        assert_eq!(faults(&tags(101))[0].1, "Must have at most 100 tags; has 101.");
        let wrong = json!({"tags": vec![1; 100], "unknown": 1});
        assert_eq!(faults(&wrong).len(), limits::FAULTS_REPORTED);
    }

    #[test]
    fn a_patch_is_an_object() {
        for body in ["", "null", "[]", "\"high\"", "7", "{"] {
            assert!(matches!(parse_patch(body.as_bytes()), Err(Error::Malformed(_))), "{body}");
        }
    }

    /// The algorithm of RFC 7396, section 2, for a target and a patch that are flat objects.
    fn merged(target: &Value, patch: &Value) -> Value {
        let mut target = target.as_object().unwrap().clone();
        for (name, value) in patch.as_object().unwrap() {
            if value.is_null() {
                target.remove(name);
            } else {
                target.insert(name.clone(), value.clone());
            }
        }
        Value::Object(target)
    }

    fn right_patch() -> impl Strategy<Value = Value> {
        let priority = prop::option::of(prop::sample::select(vec!["low", "medium", "critical"]));
        let category =
            prop::option::of(prop::option::of(prop::sample::select(vec!["billing", "general"])));
        let assignee = prop::option::of(prop::option::of("[a-zé😀]{1,254}"));
        let tags = prop::collection::btree_set("[a-zé😀]{1,100}", 0..6);
        let tags = prop::option::of(prop::option::of(tags));
        (priority, category, assignee, tags).prop_map(|(priority, category, assignee, tags)| {
            let mut patch = json!({});
            let mut set = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    patch[name] = value;
                }
            };
            set("priority", priority.map(Value::from));
            set("category", category.map(|value| json!(value)));
            set("assignee", assignee.map(|value| json!(value)));
            set("tags", tags.map(|value| json!(value)));
            patch
        })
    }

    /// What a patch may set, and who did.
    fn document(ticket: &Ticket) -> Value {
        json!({
            "priority": ticket.priority,
            "priority_set_by": ticket.priority_set_by,
            "category": ticket.category,
            "category_set_by": ticket.category_set_by,
            "assignee": ticket.assignee,
            "tags": ticket.tags,
        })
    }

    proptest! {
        #[test]
        fn a_right_patch_does_what_the_rfc_says(first in right_patch(), second in right_patch()) {
            let mut ticket = example().unwrap();
            let mut document = document(&ticket);
            for body in [&first, &second, &second] {
                let parsed = patch(body).unwrap();
                ticket = parsed.applied_to(&ticket).unwrap_or(ticket);
                document = merged(&document, body);
                for name in ["priority", "category"] {
                    if body.get(name).is_some() {
                        document[format!("{name}_set_by")] = "agent".into();
                    }
                }
            }
            for (name, value) in self::document(&ticket).as_object().unwrap() {
                let expected = document.get(name).cloned().unwrap_or_else(|| {
                    if name == "tags" { json!([]) } else { Value::Null }
                });
                prop_assert_eq!(value, &expected, "{}", name);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_patch(&body);
        }

        #[test]
        fn any_texts_are_read_or_refused(name in "priority|category|assignee|tags|.*", text in ".*") {
            for value in [json!(text), json!([text]), json!({"from": text})] {
                let body = json!({name.as_str(): value});
                if let Ok(parsed) = patch(&body) {
                    prop_assert!(["assignee", "tags", "priority", "category"].contains(&name.as_str()));
                    prop_assert_ne!(parsed, TicketPatch::default());
                }
            }
        }
    }
}
