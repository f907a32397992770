//! The `Schedule` and `ScheduleV2` events of functions.

use std::time::Duration;

use serde_json::Value;

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::reading::Properties;
use super::sections::Resource;
use super::{Expression, Schedule, Scheduler};

/// What a rate is counted in. Source: "Rate expressions" in the EventBridge Scheduler user guide.
const UNITS: [(&str, &str, u64); 3] =
    [("minute", "minutes", 60), ("hour", "hours", 60 * 60), ("day", "days", 24 * 60 * 60)];

/// Reads one event. Nothing when it is not enabled.
///
/// # Errors
/// [`TemplateError::Invalid`] when there is no expression, or none that AWS takes.
pub(super) fn read<'t>(
    evaluator: &mut Evaluator<'t>,
    resource: Resource<'t>,
    properties: &Properties<'_>,
    scheduler: Scheduler,
) -> Result<Option<Schedule>, TemplateError> {
    // `Enabled` is a rule's alone; SAM knows `State` for both.
    let is_switched_off = scheduler == Scheduler::Rule
        && evaluator.boolean_property(properties, "Enabled")? == Some(false);
    let is_disabled = match evaluator.text_property(properties, "State")?.as_deref() {
        None | Some("ENABLED") => is_switched_off,
        Some("DISABLED") => true,
        Some(_) => return Err(properties.invalid("State", "must be ENABLED or DISABLED")),
    };
    let name = match scheduler {
        Scheduler::Rule => "Schedule",
        Scheduler::EventBridgeScheduler => "ScheduleExpression",
    };
    let Some(text) = evaluator.text_property(properties, name)? else {
        return Err(properties.invalid(name, "the event has no schedule"));
    };
    let Some(expression) = expression(&text) else {
        let hint = "must be such as rate(5 minutes), rate(1 day) or cron(0 12 * * ? *)";
        return Err(properties.invalid(name, format!("{hint}, not `{text}`")));
    };
    let input = match evaluator.text_property(properties, "Input")? {
        None => None,
        Some(text) => Some(serde_json::from_str::<Value>(&text).map_err(|_| {
            properties.invalid("Input", "must be JSON, which is all that Lambda takes")
        })?),
    };
    let function = resource.logical_id.to_owned();
    Ok((!is_disabled).then_some(Schedule { function, expression, scheduler, input }))
}

fn expression(text: &str) -> Option<Expression> {
    let (kind, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    match kind {
        "rate" => rate(inner).map(Expression::Every),
        "cron" | "at" if !inner.trim().is_empty() => Some(Expression::NotRun(text.to_owned())),
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
    fn both_kinds_are_read() {
        let rule = schedules("{Type: Schedule, Properties: {Schedule: rate(5 minutes)}}").unwrap();
        assert_eq!(rule.len(), 1);
        assert_eq!((rule[0].function.as_str(), &rule[0].expression), ("F", &every(300)));
        assert_eq!((rule[0].scheduler, &rule[0].input), (Scheduler::Rule, &None));
        let scheduler = schedules(
            r#"{Type: ScheduleV2, Properties: {ScheduleExpression: !Ref Rate, State: ENABLED, Input: '{"a": 1}'}}"#,
        )
        .unwrap();
        assert_eq!(scheduler[0].expression, every(7200));
        assert_eq!(scheduler[0].scheduler, Scheduler::EventBridgeScheduler);
        assert_eq!(scheduler[0].input, Some(serde_json::json!({"a": 1})));
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
    fn disabled_ones_are_left_out() {
        for disabled in ["Enabled: false", "State: DISABLED"] {
            let event =
                format!("{{Type: Schedule, Properties: {{Schedule: rate(1 day), {disabled}}}}}");
            assert_eq!(schedules(&event), Ok(Vec::new()), "{disabled}");
        }
    }

    #[test]
    fn faults_name_their_place() {
        for (event, expected) in [
            ("{Type: Schedule}", "Properties.Schedule: the event has no schedule"),
            (
                "{Type: ScheduleV2, Properties: {ScheduleExpression: soon}}",
                "Properties.ScheduleExpression: must be such as rate(5 minutes)",
            ),
            (
                "{Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{'}}",
                "Properties.Input: must be JSON",
            ),
            (
                "{Type: Schedule, Properties: {Schedule: rate(1 day), State: OFF}}",
                "Properties.State: must be ENABLED or DISABLED",
            ),
        ] {
            let message = schedules(event).unwrap_err();
            assert!(message.contains(expected), "{event} gave {message}");
        }
    }
}
