//! Reads what Bedrock answers. A model can answer anything, the more so when a ticket asks it to, so
//! only what is exactly as required is taken.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::operation::converse::ConverseOutput as Answer;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConverseOutput, StopReason, ToolUseBlock};
use aws_smithy_types::Document;
use copilot_core::limits;
use copilot_core::ticket::{Category, Confidence, Priority, Ticket};

use super::refusal::NoBedrockSuggestion;
use super::request::{CATEGORY, CATEGORY_WORDS, CONFIDENCE, PRIORITY, PRIORITY_WORDS, TOOL};

/// What a model in Bedrock suggests for a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct BedrockSuggestion {
    /// What it is about.
    pub category: Category,
    /// How urgent it is.
    pub priority: Priority,
    /// How sure the model says it is of the category; not calibrated.
    pub confidence: Confidence,
    /// Words that stand in the ticket and speak for the category.
    pub category_words: Vec<String>,
    /// Words that stand in the ticket and speak for the priority.
    pub priority_words: Vec<String>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// It ended before or beside the tool.
    #[error("the answer does not end with the use of the tool")]
    OtherEnd,
    /// No tool or several.
    #[error("the answer does not use the tool once")]
    NotOneToolUse,
    /// A tool that it was not given.
    #[error("the answer uses a tool that there is not")]
    OtherTool,
    /// The input of the tool is no object, or has a member more or less.
    #[error("the answer has other members than required")]
    OtherMembers,
    /// No category of ours.
    #[error("the answer names no known category")]
    UnknownCategory,
    /// No priority of ours.
    #[error("the answer names no known priority")]
    UnknownPriority,
    /// No number from 0 to 1.
    #[error("the answer's confidence is no number from 0 to 1")]
    NoConfidence,
    /// No list of texts.
    #[error("the answer's words are no list of texts")]
    NoWords,
}

/// What `answer` suggests for `ticket`.
pub(super) fn read(
    answer: &Answer,
    ticket: &Ticket,
) -> Result<BedrockSuggestion, NoBedrockSuggestion> {
    match answer.stop_reason() {
        StopReason::ToolUse => {}
        StopReason::ContentFiltered | StopReason::GuardrailIntervened => {
            return Err(NoBedrockSuggestion::KeptBack);
        }
        _ => return Err(AnswerFault::OtherEnd.into()),
    }
    let Some(ConverseOutput::Message(message)) = answer.output() else {
        return Err(AnswerFault::NotOneToolUse.into());
    };
    // A model may think aloud beside the tool; nobody reads that.
    let mut tool_uses = message.content().iter().filter_map(|block| match block {
        ContentBlock::ToolUse(tool_use) => Some(tool_use),
        _ => None,
    });
    match (tool_uses.next(), tool_uses.next()) {
        (Some(only), None) => Ok(read_tool_use(only, ticket)?),
        _ => Err(AnswerFault::NotOneToolUse.into()),
    }
}

fn read_tool_use(
    tool_use: &ToolUseBlock,
    ticket: &Ticket,
) -> Result<BedrockSuggestion, AnswerFault> {
    if tool_use.name() != TOOL {
        return Err(AnswerFault::OtherTool);
    }
    let members = tool_use.input().as_object().ok_or(AnswerFault::OtherMembers)?;
    let known = [CATEGORY, PRIORITY, CONFIDENCE, CATEGORY_WORDS, PRIORITY_WORDS];
    if members.len() != known.len() || !known.iter().all(|name| members.contains_key(*name)) {
        return Err(AnswerFault::OtherMembers);
    }
    let text = |name| members.get(name).and_then(Document::as_string);
    let confidence = members.get(CONFIDENCE).and_then(Document::as_number);
    Ok(BedrockSuggestion {
        category: text(CATEGORY).and_then(Category::parse).ok_or(AnswerFault::UnknownCategory)?,
        priority: text(PRIORITY).and_then(Priority::parse).ok_or(AnswerFault::UnknownPriority)?,
        confidence: confidence
            .and_then(|number| Confidence::parse(number.to_f64_lossy()).ok())
            .ok_or(AnswerFault::NoConfidence)?,
        category_words: words(members, CATEGORY_WORDS, ticket)?,
        priority_words: words(members, PRIORITY_WORDS, ticket)?,
    })
}

/// The words of a list that stand in the ticket, the first ones. What does not stand there is not shown
/// to agents: it would be the model's own text.
fn words(
    members: &HashMap<String, Document>,
    name: &str,
    ticket: &Ticket,
) -> Result<Vec<String>, AnswerFault> {
    let list = members.get(name).and_then(Document::as_array).ok_or(AnswerFault::NoWords)?;
    let texts: Option<Vec<&str>> = list.iter().map(Document::as_string).collect();
    let stands_in_ticket = |words: &&str| {
        let is_short = (1..=limits::BEDROCK_REASON_CHARACTERS).contains(&words.chars().count());
        let is_plain = !words.chars().any(char::is_control);
        let texts = [ticket.subject.as_str(), ticket.description.as_str()];
        is_short && is_plain && texts.iter().any(|text| text.contains(*words))
    };
    let kept = texts.ok_or(AnswerFault::NoWords)?.into_iter().map(str::trim);
    let kept = kept.filter(stands_in_ticket).take(limits::BEDROCK_REASON_WORDS);
    Ok(kept.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_bedrockruntime::types::{ConversationRole, Message};
    use aws_smithy_types::Number;
    use copilot_core::ticket::example;
    use serde_json::{Value, json};

    use super::*;

    /// The SDK reads no JSON by itself into its documents.
    fn document(value: &Value) -> Document {
        match value {
            Value::Null => Document::Null,
            Value::Bool(value) => Document::Bool(*value),
            Value::Number(number) => Document::Number(Number::Float(number.as_f64().unwrap())),
            Value::String(text) => Document::String(text.clone()),
            Value::Array(items) => Document::Array(items.iter().map(document).collect()),
            Value::Object(members) => Document::Object(
                members.iter().map(|(name, value)| (name.clone(), document(value))).collect(),
            ),
        }
    }

    fn tool_use(name: &str, input: &Value) -> ContentBlock {
        let tool_use = ToolUseBlock::builder().tool_use_id("1").name(name).input(document(input));
        ContentBlock::ToolUse(tool_use.build().unwrap())
    }

    fn answer(stop_reason: StopReason, content: Vec<ContentBlock>) -> Answer {
        let message = Message::builder()
            .role(ConversationRole::Assistant)
            .set_content(Some(content))
            .build()
            .unwrap();
        let output = ConverseOutput::Message(message);
        Answer::builder().output(output).stop_reason(stop_reason).build().unwrap()
    }

    fn ticket() -> Ticket {
        example().unwrap()
    }

    fn good() -> Value {
        json!({
            "category": "shipping", "priority": "high", "confidence": 0.91,
            "category_words": ["hasn't shipped"], "priority_words": ["a week ago"]
        })
    }

    fn fault(stop_reason: StopReason, content: Vec<ContentBlock>) -> AnswerFault {
        match read(&answer(stop_reason, content), &ticket()) {
            Err(NoBedrockSuggestion::Unreadable(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }

    fn with(member: &str, value: Value) -> Value {
        let mut input = good();
        input[member] = value;
        input
    }

    #[test]
    fn a_good_answer_is_a_suggestion() {
        let aloud = ContentBlock::Text("Let me see.".to_owned());
        let content = vec![aloud, tool_use(TOOL, &good())];
        let suggestion = read(&answer(StopReason::ToolUse, content), &ticket()).unwrap();
        let expected = BedrockSuggestion {
            category: Category::Shipping,
            priority: Priority::High,
            confidence: Confidence::parse(0.91).unwrap(),
            category_words: vec!["hasn't shipped".to_owned()],
            priority_words: vec!["a week ago".to_owned()],
        };
        assert_eq!(suggestion, expected);
    }

    #[test]
    fn only_words_of_the_ticket_are_kept() {
        let too_long = "My order #2021 was placed a week ago but hasn't shipped. Can you help? ";
        let too_long = too_long.repeat(2);
        let words = json!([
            "SYSTEM: escalate",
            " #2021 ",
            "",
            "Order hasn't shipped yet",
            "hasn't\nshipped",
            too_long,
            "<script>",
            "a week ago",
            "Can you help?"
        ]);
        let content = vec![tool_use(TOOL, &with(CATEGORY_WORDS, words))];
        let suggestion = read(&answer(StopReason::ToolUse, content), &ticket()).unwrap();
        assert_eq!(suggestion.category_words, ["#2021", "Order hasn't shipped yet", "a week ago"]);
    }

    #[test]
    fn every_other_answer_is_refused() {
        use AnswerFault::*;
        for (input, expected) in [
            (json!("shipping"), OtherMembers),
            (json!([good()]), OtherMembers),
            (json!({}), OtherMembers),
            (with("ticket_id", json!("TKT-20241103-A1B2C3D4")), OtherMembers),
            (with(CATEGORY, json!("delete")), UnknownCategory),
            (with(CATEGORY, json!("Shipping")), UnknownCategory),
            (with(CATEGORY, json!(null)), UnknownCategory),
            (with(PRIORITY, json!("urgent")), UnknownPriority),
            (with(PRIORITY, json!(["high"])), UnknownPriority),
            (with(CONFIDENCE, json!(1.01)), NoConfidence),
            (with(CONFIDENCE, json!(-0.1)), NoConfidence),
            (with(CONFIDENCE, json!("0.9")), NoConfidence),
            (with(CATEGORY_WORDS, json!("hasn't shipped")), NoWords),
            (with(PRIORITY_WORDS, json!([1])), NoWords),
        ] {
            let found = fault(StopReason::ToolUse, vec![tool_use(TOOL, &input)]);
            assert_eq!(found, expected, "{input}");
        }
        let use_it = || tool_use(TOOL, &good());
        let text = || ContentBlock::Text(good().to_string());
        for (content, expected) in [
            (vec![], NotOneToolUse),
            (vec![text()], NotOneToolUse),
            (vec![use_it(), use_it()], NotOneToolUse),
            (vec![use_it(), tool_use("close_ticket", &json!({}))], NotOneToolUse),
            (vec![tool_use("close_ticket", &good())], OtherTool),
        ] {
            assert_eq!(fault(StopReason::ToolUse, content), expected);
        }
        for stop_reason in [StopReason::EndTurn, StopReason::MaxTokens, "new_reason".into()] {
            assert_eq!(fault(stop_reason, vec![use_it()]), OtherEnd);
        }
    }

    #[test]
    fn what_a_filter_keeps_back_is_refused() {
        for stop_reason in [StopReason::ContentFiltered, StopReason::GuardrailIntervened] {
            let content = vec![tool_use(TOOL, &good())];
            let refusal = read(&answer(stop_reason, content), &ticket()).unwrap_err();
            assert_eq!(refusal.rule(), "bedrock_refused");
        }
    }
}
