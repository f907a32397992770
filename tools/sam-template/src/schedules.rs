//! The `Schedule` events of functions.

use std::time::Duration;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::reading::Properties;
use super::sections::{Resource, map_entries};
use super::{Expression, Schedule};

const EXPRESSION: &str = "Schedule";

/// What a rate is counted in. Source: "Rate expressions" in the EventBridge user guide.
const UNITS: [(&str, &str, u64); 3] =
    [("minute", "minutes", 60), ("hour", "hours", 60 * 60), ("day", "days", 24 * 60 * 60)];

/// Reads one event.
///
/// # Errors
/// [`TemplateError::Invalid`] when there is no expression or none that AWS takes, and for any other
/// property: a schedule that is switched off or sends an input of its own would run all the same.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
    properties: &Properties<'_>,
) -> Result<Schedule, TemplateError> {
    if let Some(node) = properties.own {
        for (name, _) in map_entries(node, &properties.place)? {
            if name != EXPRESSION {
                return Err(properties.invalid(name, "the local stack reads only Schedule here"));
            }
        }
    }
    let Some(text) = evaluator.text_property(properties, EXPRESSION)? else {
        return Err(properties.invalid(EXPRESSION, "the event has no schedule"));
    };
    let Some(expression) = expression(&text) else {
        let hint = "must be such as rate(5 minutes), rate(1 day) or cron(0 12 * * ? *)";
        return Err(properties.invalid(EXPRESSION, format!("{hint}, not `{text}`")));
    };
    Ok(Schedule { function: resource.logical_id.to_owned(), expression })
}

fn expression(text: &str) -> Option<Expression> {
    let (kind, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    match kind {
        "rate" => rate(inner).map(Expression::Every),
        "cron" if !inner.trim().is_empty() => Some(Expression::NotRun(text.to_owned())),
        _ => None,
    }
}

/// One of something is `1 minute`, all else `5 minutes`: AWS takes nothing else.
fn rate(text: &str) -> Option<Duration> {
    let (count, unit) = text.split_once(' ')?;
    let is_number = count.bytes().all(|byte| byte.is_ascii_digit());
    let count: u32 = count.parse().ok().filter(|_| is_number)?;
    let named = |(one, many, _): &&(&str, &str, u64)| unit == if count == 1 { *one } else { *many };
    let (_, _, seconds) = UNITS.iter().find(named)?;
    (count > 0).then(|| Duration::from_secs(u64::from(count) * seconds))
}

#[cfg(test)]
mod tests {
    use super::super::Deployment;
    use super::super::evaluate::tests::settings;
    use super::*;

    fn schedules(event: &str) -> Result<Vec<Schedule>, String> {
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\n\
             Parameters: {{Rate: {{Type: String, Default: rate(2 hours)}}}}\n\
             Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             Runtime: provided.al2023\n      Handler: bootstrap\n      CodeUri: functions/f\n      \
             Events: {{E: {event}}}\n"
        );
        Deployment::parse(&text, &settings())
            .map(|deployment| deployment.schedules)
            .map_err(|error| error.to_string())
    }

    fn every(seconds: u64) -> Expression {
        Expression::Every(Duration::from_secs(seconds))
    }

    #[test]
    fn a_schedule_is_read_from_a_parameter_too() {
        for (text, seconds) in [("rate(5 minutes)", 300), ("!Ref Rate", 7200)] {
            let event = format!("{{Type: Schedule, Properties: {{Schedule: {text}}}}}");
            let expected = Schedule { function: "F".to_owned(), expression: every(seconds) };
            assert_eq!(schedules(&event), Ok(vec![expected]), "{text}");
        }
    }

    #[test]
    fn expressions_are_those_of_aws() {
        for (text, expected) in [
            ("rate(1 minute)", Some(every(60))),
            ("rate(90 days)", Some(every(90 * 86_400))),
            ("cron(0 12 * * ? *)", Some(Expression::NotRun("cron(0 12 * * ? *)".to_owned()))),
            ("rate(0 minutes)", None),
            ("rate(1 minutes)", None),
            ("rate(2 minute)", None),
            ("rate(-1 hours)", None),
            ("rate(+5 minutes)", None),
            ("rate(5 seconds)", None),
            ("rate(5minutes)", None),
            ("rate(99999999999 days)", None),
            ("cron()", None),
            ("hourly", None),
            ("", None),
        ] {
            assert_eq!(expression(text), expected, "{text}");
        }
    }

    #[test]
    fn faults_name_their_place() {
        for (event, expected) in [
            ("{Type: Schedule}", "Properties.Schedule: the event has no schedule"),
            (
                "{Type: Schedule, Properties: {Schedule: soon}}",
                "Properties.Schedule: must be such as rate(5 minutes)",
            ),
            (
                "{Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}",
                "Properties.Enabled: the local stack reads only Schedule",
            ),
        ] {
            let message = schedules(event).unwrap_err();
            assert!(message.contains(expected), "{event} gave {message}");
        }
    }
}
