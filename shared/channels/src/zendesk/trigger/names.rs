//! What the names of a trigger's members say.

/// How sure a name makes it that its member holds a customer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Description,
    Comment,
    /// Nothing is known of it.
    Other,
    /// It holds something else.
    NoWords,
}

const DESCRIPTIONS: [&str; 4] =
    ["description", "verbatimdescription", "firstcomment", "initialcomment"];
/// Words of names that speak of what somebody says.
const SPEAKING: [&str; 13] = [
    "comment",
    "comments",
    "message",
    "messages",
    "text",
    "body",
    "content",
    "reply",
    "question",
    "description",
    "chat",
    "words",
    "transcript",
];
/// Last words of names whose members hold no words of the customer's.
const NO_WORDS: [&str; 62] = [
    "id",
    "ids",
    "url",
    "uri",
    "link",
    "links",
    "href",
    "at",
    "on",
    "date",
    "time",
    "timestamp",
    "name",
    "names",
    "email",
    "emails",
    "phone",
    "status",
    "state",
    "priority",
    "type",
    "tags",
    "tag",
    "group",
    "count",
    "number",
    "locale",
    "language",
    "zone",
    "channel",
    "via",
    "source",
    "form",
    "brand",
    "organization",
    "company",
    "account",
    "assignee",
    "agent",
    "submitter",
    "author",
    "owner",
    "user",
    "role",
    "score",
    "rating",
    "cc",
    "ccs",
    "followers",
    "collaborators",
    "subdomain",
    "domain",
    "version",
    "event",
    "trigger",
    "public",
    "private",
    "title",
    "subject",
    "attachments",
    "secret",
    "token",
];
/// First words of names of people and things that are not what the customer says.
const ABOUT_OTHERS: [&str; 22] = [
    "requester",
    "customer",
    "assignee",
    "submitter",
    "organization",
    "group",
    "brand",
    "account",
    "agent",
    "current",
    "user",
    "author",
    "via",
    "end",
    "collaborator",
    "from",
    "to",
    "sender",
    "contact",
    "reporter",
    "order",
    "phone",
];
/// The words of a name, in lower case: `latestComment`, `latest_comment` and `Latest.Comment` have two.
fn words_of_name(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for character in name.chars() {
        let is_new = !character.is_alphanumeric() || (character.is_uppercase() && was_lower);
        if is_new {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        was_lower = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The name without separators, `ticket` in front, and what tells the format at its end.
pub(super) fn base(name: &str) -> String {
    const FORMATS: [&str; 6] = ["html", "rich", "formatted", "plain", "text", "body"];
    let words = words_of_name(name);
    let mut words: &[String] = &words;
    if let [first, rest @ ..] = words
        && first == "ticket"
        && !rest.is_empty()
    {
        words = rest;
    }
    while let [rest @ .., last] = words {
        if rest.is_empty() || !FORMATS.contains(&last.as_str()) {
            break;
        }
        words = rest;
    }
    words.concat()
}

/// What a name says of its member.
pub(super) fn kind(name: &str) -> Kind {
    let words = words_of_name(name);
    let base = base(name);
    let is =
        |list: &[&str], word: Option<&String>| word.is_some_and(|w| list.contains(&w.as_str()));
    // Names in one piece, such as `createdat` and `requesteremail`.
    let ends =
        ["createdat", "updatedat", "email", "url", "phone", "status", "priority", "ticketid"];
    if DESCRIPTIONS.contains(&base.as_str()) {
        Kind::Description
    } else if words.iter().any(|word| ["internal", "private"].contains(&word.as_str()))
        || is(&NO_WORDS, words.last())
        || ends.iter().any(|end| base.ends_with(end))
    {
        Kind::NoWords
    } else if words.iter().any(|word| SPEAKING.contains(&word.as_str()))
        || base.contains("comment")
        || base.contains("message")
    {
        Kind::Comment
    } else if is(&ABOUT_OTHERS, words.first()) {
        Kind::NoWords
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_their_members_hold() {
        for (names, expected) in [
            (&["description", "ticket_description", "firstComment"][..], Kind::Description),
            (
                &["comment", "Latest.Comment", "latestcomment", "comment_body", "customer message"],
                Kind::Comment,
            ),
            (&["remark", "Anliegen", "what happened", "ticket_field_360001"], Kind::Other),
            (
                &[
                    "ticket_url",
                    "createdAt",
                    "createdat",
                    "requester_email",
                    "internal_comment",
                    "comment_author",
                    "message_id",
                    "assignee_signature",
                    "current_holiday",
                    "is_public",
                ],
                Kind::NoWords,
            ),
        ] {
            for name in names {
                assert_eq!(kind(name), expected, "{name}");
            }
        }
        for name in
            ["comment", "ticket_comment", "comment_html", "ticket.comment.body", "commentText"]
        {
            assert_eq!(base(name), "comment", "{name}");
        }
    }
}
