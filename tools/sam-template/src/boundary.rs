//! The `PermissionsBoundary` of a function: what it may do at most.

use super::PolicyStatement;
use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::policies;
use super::reading::Properties;

/// Refuses a function whose policies grant what its boundary does not allow: AWS would deny the call.
///
/// # Errors
/// [`TemplateError::Invalid`] for such a grant, and for a boundary that cannot be read.
pub(super) fn check(
    evaluator: &mut Evaluator<'_>,
    properties: &Properties<'_>,
    granted: &[PolicyStatement],
) -> Result<(), TemplateError> {
    const NAME: &str = "PermissionsBoundary";
    let Some(arn) = evaluator.text_property(properties, NAME)? else { return Ok(()) };
    let boundary = policies::read_boundary(evaluator, &arn, &properties.place.key(NAME))?;
    for statement in granted {
        for action in &statement.actions {
            for resource in &statement.resources {
                if !boundary.iter().any(|allowed| allows(allowed, action, resource)) {
                    return Err(properties.invalid(
                        NAME,
                        format!("the boundary does not allow {action} on {resource}"),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn allows(statement: &PolicyStatement, action: &str, resource: &str) -> bool {
    // The names of actions are not case-sensitive ("IAM JSON policy elements: Action").
    let action = action.to_ascii_lowercase();
    statement.actions.iter().any(|allowed| matches(&allowed.to_ascii_lowercase(), &action))
        && statement.resources.iter().any(|allowed| matches(allowed, resource))
}

/// Whether `text` fits a pattern in which `*` stands for any characters and `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut position) = (0, 0);
    // Where the last `*` stands, and the text that it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, position));
                at += 1;
            }
            Some(byte) if *byte == b'?' || Some(byte) == text.get(position) => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((begin, taken)) = star else { return false };
                star = Some((begin, taken + 1));
                (at, position) = (begin + 1, taken + 1);
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn deployment(boundary: &str, action: &str, resource: &str) -> Result<(), String> {
        let text = format!(
            "Globals: {{Function: {{PermissionsBoundary: !Ref Boundary}}}}
Resources:
  Work: {{Type: 'AWS::SQS::Queue'}}
  Logs: {{Type: 'AWS::Logs::LogGroup'}}
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties: {{PolicyDocument: {{Statement: [{boundary}]}}}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f
      Policies: [{{Statement: [{{Effect: Allow, Action: '{action}', Resource: {resource}}}]}}]
"
        );
        Deployment::parse(&text, &settings()).map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_function_is_granted_nothing_beyond_its_boundary() {
        let send = "{Effect: Allow, Action: ['sqs:Send*'], Resource: !GetAtt Work.Arn}";
        assert_eq!(deployment(send, "sqs:SendMessage", "!GetAtt Work.Arn"), Ok(()));
        let logs = "{Effect: Allow, Action: 'logs:*', Resource: !GetAtt Logs.Arn}";
        assert_eq!(deployment(logs, "logs:PutLogEvents", "!GetAtt Logs.Arn"), Ok(()));
        for (action, resource) in
            [("sqs:ReceiveMessage", "!GetAtt Work.Arn"), ("sqs:SendMessage", "'arn:x'")]
        {
            let message = deployment(send, action, resource).unwrap_err();
            assert!(
                message.starts_with("template Globals.Function.PermissionsBoundary: the boundary")
                    && message.contains(action),
                "{message}"
            );
        }
    }

    #[test]
    fn stars_and_question_marks_stand_for_characters() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "arn"),
            ("a*c", "abbc"),
            ("a*bc", "abbcbc"),
            ("dynamodb:*Item", "dynamodb:GetItem"),
            ("a?c", "abc"),
            ("a**", "a"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", ""), ("a?", "a"), ("a*c", "ab"), ("b*", "ab")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
