//! What template.yaml says of its routes.

use crate::harness;
use std::collections::{BTreeMap, BTreeSet};

use sam_template::{Deployment, Function, Settings};
use serde_json::json;

/// The routes that anybody may call: customers create tickets, vendors sign what they send, and the
/// service's own pages tell nothing of tickets.
const OPEN: [&str; 10] = [
    "GET /api/form-token",
    "GET /api/tickets/webhook/intercom",
    "GET /docs",
    "GET /docs/{file}",
    "GET /health",
    "GET /openapi.json",
    "HEAD /api/tickets/webhook/intercom",
    "POST /api/tickets/create",
    "POST /api/tickets/webhook/intercom",
    "POST /api/tickets/webhook/zendesk",
];

fn deployment(parameters: &[(&str, &str)]) -> Deployment {
    let parameters =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings = Settings {
        region: "eu-central-1".to_owned(),
        account_id: "000000000000".to_owned(),
        stack_name: "copilot".to_owned(),
        queue_url_base: "http://127.0.0.1:9324".to_owned(),
        parameters: parameters.collect::<BTreeMap<_, _>>(),
    };
    Deployment::read(&harness::workspace().join("template.yaml"), &settings).unwrap()
}

#[test]
fn only_what_anybody_may_call_is_open() {
    let with_jwt = [("JwtIssuer", "https://login.example.com"), ("JwtAudience", "copilot")];
    for parameters in [&[][..], &with_jwt] {
        let (closed, open): (Vec<_>, Vec<_>) =
            deployment(parameters).routes.into_iter().partition(|route| route.requires_caller);
        let mut open: Vec<String> =
            open.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        open.sort();
        assert_eq!(open, OPEN, "{parameters:?}");
        assert!(!closed.is_empty());
    }
}

#[test]
fn what_anybody_may_call_can_be_closed() {
    let open = |parameters: &[(&str, &str)]| -> BTreeSet<String> {
        let routes = deployment(parameters).routes.into_iter();
        let open = routes.filter(|route| !route.requires_caller);
        open.map(|route| format!("{} {}", route.method, route.path)).collect()
    };
    let all: BTreeSet<String> = OPEN.map(str::to_owned).into();
    let less = |closed: &[&str]| -> BTreeSet<String> {
        all.iter().filter(|route| !closed.contains(&route.as_str())).cloned().collect()
    };
    let create = ["POST /api/tickets/create"];
    let docs = ["GET /docs", "GET /docs/{file}", "GET /openapi.json"];
    assert_eq!(open(&[("PublicCreate", "iam")]), less(&create));
    let with_jwt = [("JwtIssuer", "https://login.example.com"), ("PublicCreate", "jwt")];
    assert_eq!(open(&with_jwt), less(&create));
    assert_eq!(open(&[("PublicDocs", "false")]), less(&docs));
    assert_eq!(open(&[("FormToken", "public")]), all);
    assert_eq!(open(&[("FormToken", "private")]), less(&["GET /api/form-token"]));
}

#[test]
fn what_anybody_may_call_has_a_throttle_of_its_own() {
    let template = template();
    let api = resource(&template, "Api");
    let (_, settings) = api.split_once("\n      RouteSettings:\n").unwrap();
    let settings: BTreeMap<&str, &str> = settings
        .lines()
        .map_while(|line| line.strip_prefix("        "))
        .filter_map(|line| line.split_once(": "))
        .collect();
    let own = |parameter: &str| {
        format!("{{ThrottlingRateLimit: !Ref {parameter}, ThrottlingBurstLimit: !Ref {parameter}}}")
    };
    let mut expected: BTreeMap<&str, String> = OPEN
        .into_iter()
        .filter(|route| route.contains("/webhook/") && route.starts_with("POST "))
        .map(|route| (route, own("WebhooksPerSecond")))
        .collect();
    for route in ["POST /api/tickets/create", "GET /api/form-token"] {
        expected.insert(route, own("CreatesPerSecond"));
    }
    for route in ["GET /docs", "GET /docs/{file}", "GET /openapi.json"] {
        expected.insert(route, own("DocsPerSecond"));
    }
    let settings: BTreeMap<&str, String> =
        settings.into_iter().map(|(route, throttle)| (route, throttle.to_owned())).collect();
    assert_eq!(settings, expected);
    for (parameter, rate) in
        [("CreatesPerSecond", 50), ("WebhooksPerSecond", 1000), ("DocsPerSecond", 5)]
    {
        let (_, declared) = template.split_once(&format!("\n  {parameter}:\n")).unwrap();
        assert!(declared.starts_with(&format!("    Type: Number\n    Default: {rate}\n")));
    }
}

#[test]
fn no_parameter_lets_every_web_page_in() {
    let template = template();
    let (_, declared) = template.split_once("\n  CorsOrigins:\n").unwrap();
    let (_, pattern) = declared.split_once("AllowedPattern: ").unwrap();
    let pattern = json!({"pattern": pattern.lines().next().unwrap()});
    let pattern = jsonschema::validator_for(&pattern).unwrap();
    for origin in ["", "https://a.example", "http://localhost:5173", "https://a-b.example.com"] {
        assert!(pattern.is_valid(&json!(origin)), "{origin}");
    }
    for origin in ["*", "https://*", "https://*.example.com", "null", "a.example", "https://a/x"] {
        assert!(!pattern.is_valid(&json!(origin)), "{origin}");
    }
}

#[test]
fn the_document_names_401_and_security_where_the_template_asks_who_calls() {
    let document = serde_json::to_value(copilot_service::api::document()).unwrap();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["bearer", "sigv4"]);
    // With everything closed that can be.
    let closed = [("PublicCreate", "iam"), ("PublicDocs", "false"), ("FormToken", "private")];
    for route in deployment(&closed).routes {
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        assert!(operation.is_object(), "{} {} is not described", route.method, route.path);
        let named: Vec<&String> = operation["security"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|requirement| requirement.as_object().unwrap().keys())
            .collect();
        let answers_json = operation["responses"]["401"]["content"]["application/json"].is_object();
        let expected = if route.requires_caller { vec!["bearer", "sigv4"] } else { Vec::new() };
        assert_eq!(named, expected, "{} {}", route.method, route.path);
        assert_eq!(answers_json, route.requires_caller, "{} {}", route.method, route.path);
    }
}

#[test]
fn policies_can_be_read_with_a_key_and_secrets_too() {
    let arn = |service: &str| format!("arn:aws:{service}:eu-central-1:000000000000:x");
    let (key, secret) = (arn("kms"), arn("secretsmanager"));
    let with_all = deployment(&[
        ("KmsKeyArn", &key),
        ("ZendeskWebhookSecretArn", &secret),
        ("IntercomWebhookSecretArn", &secret),
    ]);
    let grants = |deployment: &Deployment, action: &str| {
        let functions = deployment.functions.iter();
        let statements = functions.flat_map(|function| &function.policy);
        statements.filter(|statement| statement.actions.contains(action)).count()
    };
    assert_eq!(grants(&with_all, "secretsmanager:GetSecretValue"), 2);
    assert_eq!(grants(&with_all, "kms:Decrypt"), 14);
    assert_eq!(grants(&deployment(&[]), "kms:Decrypt"), 0);
}

#[test]
fn functions_have_the_stacks_secret_which_outlives_the_stack() {
    const REFERENCE: &str = "{{resolve:secretsmanager:copilot-StackSecret}}";
    for function in deployment(&[]).functions {
        assert_eq!(function.environment["STACK_KEY"], REFERENCE, "{}", function.binary);
        let is_granted = |action: &String| action.starts_with("secretsmanager:");
        assert!(!function.policy.iter().any(|statement| statement.actions.iter().any(is_granted)));
    }
    // Without it nothing would be found again, so it outlives the stack and is never changed.
    let template = template();
    let secret = resource(&template, "StackSecret");
    for retained in ["\n    DeletionPolicy: Retain\n", "\n    UpdateReplacePolicy: Retain\n"] {
        assert!(secret.contains(retained), "{secret}");
    }
    assert!(!template.contains("RotationSchedule"));
}

/// The text of one resource of template.yaml, which begins at a key and ends before the next.
fn resource<'t>(template: &'t str, logical_id: &str) -> &'t str {
    let (_, rest) = template.split_once(&format!("\n  {logical_id}:\n")).unwrap();
    let ends = |(position, _): &(usize, &str)| {
        rest[position + 1..].starts_with(|c: char| c.is_ascii_alphabetic())
            || rest[position + 1..].starts_with("  ")
                && !rest[position + 3..].starts_with([' ', '\n'])
    };
    rest.match_indices('\n').find(ends).map_or(rest, |(position, _)| &rest[..position])
}

/// What stands between each `before` and the next `after`.
fn between<'t>(text: &'t str, before: &str, after: char) -> BTreeSet<&'t str> {
    text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
}

fn ids<'f>(functions: impl Iterator<Item = &'f Function>) -> BTreeSet<&'f str> {
    functions.map(|function| function.logical_id.as_str()).collect()
}

fn template() -> String {
    std::fs::read_to_string(harness::workspace().join("template.yaml")).unwrap()
}

#[test]
fn no_function_is_missing_from_an_alarm_or_the_dashboard() {
    let template = template();
    let deployment = deployment(&[]);
    let with_routes: BTreeSet<&str> =
        deployment.routes.iter().map(|route| route.function.as_str()).collect();
    let functions = deployment.functions.iter();
    let all = ids(functions.clone());
    let background = ids(functions.filter(|function| !with_routes.contains(&*function.logical_id)));
    assert!(!with_routes.is_empty() && !background.is_empty());
    for (alarm, metric, expected) in [
        ("FunctionErrorsAlarm", "Errors", &with_routes),
        ("BackgroundErrorsAlarm", "Errors", &background),
        ("FunctionThrottlesAlarm", "Throttles", &with_routes),
        ("BackgroundThrottlesAlarm", "Throttles", &background),
    ] {
        let text = resource(&template, alarm);
        assert_eq!(&between(text, "{Name: FunctionName, Value: !Ref ", '}'), expected, "{alarm}");
        let of_metric = text.matches(&format!("MetricName: {metric},")).count();
        assert_eq!(of_metric, expected.len(), "{alarm}");
    }
    for (title, metric) in [("Function errors", "Errors"), ("Function throttles", "Throttles")] {
        let widget = widget(&template, title);
        assert!(
            widget.contains(&format!(r#"["AWS/Lambda", "{metric}", "FunctionName", "#)),
            "{title}"
        );
        let functions = widget.split("${").filter_map(|rest| Some(rest.split_once("Function}")?.0));
        let functions: BTreeSet<String> = functions.map(|id| format!("{id}Function")).collect();
        assert_eq!(functions.iter().map(String::as_str).collect::<BTreeSet<_>>(), all, "{title}");
    }
}

/// The lines of a widget of the dashboard.
fn widget<'t>(template: &'t str, title: &str) -> &'t str {
    let (_, rest) =
        resource(template, "Dashboard").split_once(&format!(r#""title": "{title}""#)).unwrap();
    rest.split_once("]]}}").unwrap().0
}

#[test]
fn no_index_or_vendor_is_missing_from_an_alarm() {
    let template = template();
    let deployment = deployment(&[]);
    let indexes = deployment.tables[0].create_request["GlobalSecondaryIndexes"].as_array().unwrap();
    let indexes: BTreeSet<&str> =
        indexes.iter().map(|index| index["IndexName"].as_str().unwrap()).collect();
    for alarm in ["WriteThrottlesAlarm", "ReadThrottlesAlarm"] {
        let text = resource(&template, alarm);
        let named = between(text, "{Name: GlobalSecondaryIndexName, Value: ", '}');
        assert_eq!(named, indexes, "{alarm}");
        // The table itself, and once with each of its indexes.
        let of_table = text.matches("{Name: TableName, Value: !Ref TicketTable}").count();
        assert_eq!(of_table, indexes.len() + 1, "{alarm}");
    }
    let vendors = deployment.functions.iter();
    let vendors: BTreeSet<&str> =
        vendors.filter_map(|function| function.binary.strip_prefix("webhook-")).collect();
    for alarm in ["WebhookUnreadableAlarm", "SignatureRefusedAlarm"] {
        let text = resource(&template, alarm);
        assert_eq!(between(text, "{Name: Source, Value: ", '}'), vendors, "{alarm}");
    }
}

#[test]
fn every_alarm_tells_somebody_and_none_has_more_metrics_than_cloudwatch_takes() {
    const METRICS_LIMIT: usize = 10;
    let template = template();
    let alarms: Vec<&str> = template
        .split("\n  ")
        .filter_map(|block| block.strip_suffix(':'))
        .filter(|id| id.ends_with("Alarm"))
        .collect();
    assert_eq!(alarms.len(), template.matches("Type: AWS::CloudWatch::Alarm").count());
    for alarm in alarms {
        let text = resource(&template, alarm);
        for actions in ["AlarmActions", "OKActions"] {
            let told =
                format!("{actions}: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]");
            assert!(text.contains(&told), "{alarm} {actions}");
        }
        assert!(text.matches("MetricStat:").count() <= METRICS_LIMIT, "{alarm}");
    }
}

#[test]
fn unusually_many_creates_raise_an_alarm_where_it_is_wanted() {
    let template = template();
    let (_, declared) = template.split_once("\n  CreatesAnomalyBand:\n").unwrap();
    assert!(declared.starts_with("    Type: Number\n    Default: 0\n"));
    assert!(template.contains("WatchesCreates: !Not [!Equals [!Ref CreatesAnomalyBand, 0]]"));
    let alarm = resource(&template, "UnusualCreatesAlarm");
    for part in [
        "Condition: WatchesCreates",
        "ANOMALY_DETECTION_BAND(created, ${CreatesAnomalyBand})",
        // The metric of docs/logging.md, which has no dimension.
        "Namespace: !Ref AWS::StackName, MetricName: Created}",
        "ThresholdMetricId: usual",
        "ComparisonOperator: GreaterThanUpperThreshold",
    ] {
        assert!(alarm.contains(part), "{part}");
    }
    // CloudWatch takes such an alarm only without a threshold, and only with both series returned.
    assert!(!alarm.contains("Threshold: ") && !alarm.contains("ReturnData: false"), "{alarm}");
}

#[test]
fn the_edge_sends_what_the_stack_asks_for() {
    let edge = std::fs::read_to_string(harness::workspace().join("edge.yaml")).unwrap();
    let header = copilot_service::origin_secret::HEADER;
    let sent = format!("{{HeaderName: {header}, HeaderValue: !Ref OriginSecret}}");
    assert!(edge.contains(&sent), "{sent}");
    let declared = |template: &str| {
        let (_, declared) = template.split_once("\n  OriginSecret:\n").unwrap();
        let (declared, _) = declared.split_once("    Description:").unwrap();
        assert!(declared.contains("    NoEcho: true\n"), "{declared}");
        let (_, pattern) = declared.split_once("AllowedPattern: ").unwrap();
        pattern.trim().to_owned()
    };
    // The stack runs without one, the edge does not.
    assert_eq!(declared(&template()), format!("^$|{}", declared(&edge)));
    // The route whose requests are counted for each address.
    assert!(edge.contains("SearchString: /api/tickets/create\n"));
    assert!(template().contains("/api/tickets/create"));
}

#[test]
fn no_line_is_too_long_to_read() {
    for (number, line) in template().lines().enumerate() {
        assert!(line.chars().count() <= 140, "line {}", number + 1);
    }
}

#[test]
fn only_the_triage_may_ask_bedrock_and_only_the_one_model() {
    const MODEL: &str = "amazon.nova-lite-v1:0";
    let asked = |parameters: &[(&str, &str)]| {
        let functions = deployment(parameters).functions;
        let granted: BTreeSet<(String, String)> = functions
            .iter()
            .flat_map(|function| {
                let statements = function.policy.iter();
                let grants = |action: &String| action.starts_with("bedrock:");
                statements
                    .filter(move |statement| statement.actions.iter().any(grants))
                    .flat_map(|statement| &statement.resources)
                    .map(|resource| (function.binary.clone(), resource.clone()))
            })
            .collect();
        let triage = functions.iter().find(|function| function.binary == "triage-ticket").unwrap();
        (triage.environment["TRIAGE_MODEL"].clone(), granted)
    };
    let triage = |resource: &str| ("triage-ticket".to_owned(), resource.to_owned());
    for model in ["embedded", "none"] {
        let parameters = [("TriageModel", model), ("BedrockProfilePrefix", "eu")];
        assert_eq!(asked(&parameters), ("embedded".to_owned(), BTreeSet::new()), "{model}");
    }
    let here = "arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-lite-v1:0";
    let parameters = [("TriageModel", "bedrock"), ("BedrockModelId", MODEL)];
    assert_eq!(asked(&parameters), (format!("bedrock:{MODEL}"), BTreeSet::from([triage(here)])));
    let profile =
        "arn:aws:bedrock:eu-central-1:000000000000:inference-profile/eu.amazon.nova-lite-v1:0";
    let anywhere = "arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0";
    let parameters =
        [("TriageModel", "bedrock"), ("BedrockModelId", MODEL), ("BedrockProfilePrefix", "eu")];
    assert_eq!(
        asked(&parameters),
        (format!("bedrock:eu.{MODEL}"), BTreeSet::from([triage(profile), triage(anywhere)]))
    );
}

#[test]
fn only_the_access_log_has_addresses_and_it_is_kept_for_a_few_days() {
    let template = template();
    assert_eq!(template.matches("sourceIp").count(), 1);
    assert!(resource(&template, "Api").contains(r#""address":"$context.identity.sourceIp""#));
    assert!(resource(&template, "Api").contains("DestinationArn: !GetAtt ApiLogs.Arn"));
    let of_logs = |id: &str| resource(&template, id).lines().last().unwrap().trim().to_owned();
    assert_eq!(of_logs("ApiLogs"), "Properties: {RetentionInDays: !Ref AccessLogRetentionDays}");
    assert_eq!(of_logs("FunctionLogs"), "Properties: {RetentionInDays: !Ref LogRetentionDays}");
    let (_, parameter) = template.split_once("\n  AccessLogRetentionDays:\n").unwrap();
    assert!(
        parameter.split("Description").next().unwrap().contains("AllowedValues: [1, 3, 5, 7, 14]")
    );
    // And nothing of who calls: a token's subject may be an address.
    for personal in ["claims", "userArn", "userAgent"] {
        assert!(!resource(&template, "Api").contains(personal), "{personal}");
    }
}
