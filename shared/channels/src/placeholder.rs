//! Placeholders that nobody filled in: `{{ticket.title}}`, `{% if … %}`.

/// What placeholders of Zendesk's begin with. Other texts in braces are a person's own.
const ROOTS: [&str; 6] = ["ticket", "current_user", "satisfaction", "agent", "account", "user"];

/// Whether the text is nothing but placeholders of a template, with marks between them at most.
pub(super) fn is_unfilled(text: &str) -> bool {
    let mut rest = text;
    let mut count = 0_usize;
    loop {
        let next = [("{{", "}}"), ("{%", "%}")]
            .into_iter()
            .filter_map(|(open, close)| rest.find(open).map(|at| (at, open, close)))
            .min();
        let Some((at, open, close)) = next else { break };
        let (before, inside) = (rest.get(..at), rest.get(at + open.len()..));
        let Some((inside, after)) = inside.and_then(|inside| inside.split_once(close)) else {
            return false;
        };
        let is_theirs = open == "{%" || ROOTS.iter().any(|root| begins_with(inside, root));
        if !is_theirs || before.is_none_or(has_words) {
            return false;
        }
        count += 1;
        rest = after;
    }
    count > 0 && !has_words(rest)
}

fn begins_with(inside: &str, root: &str) -> bool {
    let rest = inside.trim_start_matches(['{', ' ']).strip_prefix(root);
    rest.is_some_and(|rest| rest.trim_start().is_empty() || rest.starts_with(['.', '[', ' ', '|']))
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_placeholders_are_a_template() {
        for text in [
            "{{ticket.id}}",
            " {{ ticket.latest_comment_html }} ",
            "{{ticket.requester.first_name}} {{ticket.requester.last_name}}",
            "#{{ticket.id}}: {{ticket.title}}",
            "{% for comment in ticket.comments %}{% endfor %}",
            "{{{ticket.title}}}",
            "{{ticket.ticket_field_360001}}",
        ] {
            assert!(is_unfilled(text), "{text}");
        }
        for text in [
            "",
            "Rosa",
            "{{name}}",
            "{{ticket.title",
            "Your mail shows {{ticket.title}}",
            "{{ticket.title}} is what your mail shows",
            "{{tickets}}",
            "}}{{",
        ] {
            assert!(!is_unfilled(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(\\{|\\}|%|ticket|\\.|é| ){0,30}") {
            let _ = is_unfilled(&text);
        }
    }
}
