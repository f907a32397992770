//! Whole templates: what a realistic one becomes, and what no text can do.

use std::io::ErrorKind;

use proptest::prelude::*;
use serde_json::json;

use super::evaluate::tests::settings;
use super::*;

const SUPPORT: &str = include_str!("fixtures/support.yaml");

fn support_settings() -> Settings {
    let mut settings = settings();
    settings.parameters.insert("ModelId".to_owned(), "local-model".to_owned());
    settings
}

fn support(text: &str) -> Deployment {
    Deployment::parse(text, &support_settings()).unwrap()
}

fn refused(text: &str) -> String {
    Deployment::parse(text, &support_settings()).unwrap_err().to_string()
}

/// A change to the fixture that has to change something.
fn edited(from: &str, to: &str) -> String {
    assert!(SUPPORT.contains(from), "{from}");
    SUPPORT.replacen(from, to, 1)
}

#[test]
fn a_realistic_template_becomes_a_deployment() {
    let mut deployment = support(SUPPORT);
    let request = std::mem::take(&mut deployment.tables[0].create_request);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_debug_snapshot!("support_deployment", deployment);
    });
    let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
    let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    assert_eq!(
        request,
        json!({
            "TableName": "support-Tickets",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                attribute("pk", "S"),
                attribute("sk", "S"),
                attribute("customer_id", "S"),
                attribute("status", "S"),
                attribute("opened_at", "N"),
            ],
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-customer",
                    "KeySchema": [key("customer_id", "HASH"), key("opened_at", "RANGE")],
                    "Projection": {"ProjectionType": "ALL"},
                },
                {
                    "IndexName": "by-status",
                    "KeySchema": [key("status", "HASH")],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["customer_id"]},
                },
            ],
        })
    );
}

#[test]
fn parameters_change_conditions() {
    let mut settings = support_settings();
    for (name, value) in [("Stage", "live"), ("KeyArn", "arn:k")] {
        settings.parameters.insert(name.to_owned(), value.to_owned());
    }
    let live = Deployment::parse(SUPPORT, &settings).unwrap();
    let ids: Vec<_> = live.functions.iter().map(|function| function.logical_id.as_str()).collect();
    assert!(ids.contains(&"RecordAudit"));
    assert!(!ids.contains(&"ResetDemoData"));
    assert_eq!(live.functions[0].memory_mb, 1024);
    assert_eq!(live.functions[0].environment["AUDIT"], "on-call");
    assert_eq!(live.functions[0].policy.len(), 3);
}

#[test]
fn removing_a_route_from_the_text_removes_it_from_the_routes() {
    let event = "        Close:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Method: DELETE, Path: \"/tickets/{ticket_id}\"}
";
    let before = support(SUPPORT);
    let after = support(&edited(&format!("      Events:\n{event}"), ""));
    let removed: Vec<_> =
        before.routes.iter().filter(|route| !after.routes.contains(route)).collect();
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0].function, "CloseTicket");
    assert_eq!(after.routes.len() + 1, before.routes.len());
    assert_eq!(after.functions, before.functions);
}

#[test]
fn mistakes_in_the_template_are_refused_with_their_place() {
    for (from, to, expected) in [
        (
            "CodeUri: target/lambda/get-ticket/",
            "CodeUri: elsewhere/create-ticket",
            "template Resources.GetTicket.Properties.CodeUri: the binary `create-ticket` already \
             belongs to CreateTicket",
        ),
        (
            "Method: DELETE,",
            "Method: GET,",
            "template Resources.CloseTicket.Properties.Events.Close.Properties.Path: the route GET \
             /tickets/{ticket_id} already belongs to GetTicket",
        ),
        (
            "      CodeUri: target/lambda/get-ticket/\n",
            "",
            "template Resources.GetTicket.Properties.CodeUri: the function has no CodeUri, whose \
             last segment names the binary to run",
        ),
        (
            "TABLE_NAME: !Ref Tickets",
            "TABLE_NAME: !Ref Ticket",
            "template Globals.Function.Environment.Variables.TABLE_NAME: `Ticket` is neither a \
             parameter (the template has: KeyArn, LogLevel, ModelId, \
             RetentionDays, Stage) nor a resource",
        ),
        (
            "QUEUE_URL: !Ref SuggestionQueue",
            "QUEUE_URL: !ImportValue shared-queue-url",
            "template Resources.CreateTicket.Properties.Environment.Variables.QUEUE_URL: \
             the local stack cannot evaluate the function Fn::ImportValue",
        ),
        (
            "Condition: IsNotLive",
            "Condition: IsNotLiv",
            "template Resources.ResetDemoData.Condition: there is no condition `IsNotLiv`",
        ),
        (
            "Default: dev",
            "Default: test",
            "template Parameters.Stage: the value `test` is not allowed (allowed: dev, live)",
        ),
        ("Resources:", "Resource:", "template Resources: the template has no Resources section"),
        ("!Ref Stage, live]", "!Ref Stage, live", "template line "),
        ("!Condition IsLive", "!Conditon IsLive", "template line 24, column 20: "),
    ] {
        let message = refused(&edited(from, to));
        assert!(message.starts_with(expected), "{from} gave {message}");
    }
}

#[test]
fn a_parameter_without_a_value_is_named() {
    let message = Deployment::parse(SUPPORT, &settings()).unwrap_err().to_string();
    assert_eq!(
        message,
        "template Resources.SuggestAnswer.Properties.Environment.Variables.MODEL_ID: the parameter \
         `ModelId` has no default, so it needs to be given a value"
    );
}

#[test]
fn a_file_is_read_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    let missing = Deployment::read(&path, &support_settings());
    std::fs::write(&path, SUPPORT).unwrap();
    let read = Deployment::read(&path, &support_settings());
    std::fs::write(&path, b"Resources: \xFF").unwrap();
    let not_text = Deployment::read(&path, &support_settings());
    let mut large = SUPPORT.as_bytes().to_vec();
    large.resize(TEMPLATE_SIZE_LIMIT_BYTES + 1, b'\n');
    std::fs::write(&path, large).unwrap();
    let too_large = Deployment::read(&path, &support_settings());

    assert!(matches!(
        missing,
        Err(TemplateError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound
    ));
    assert_eq!(read.unwrap(), support(SUPPORT));
    assert!(matches!(
        not_text,
        Err(TemplateError::Unreadable { source, .. }) if source.kind() == ErrorKind::InvalidData
    ));
    assert!(matches!(too_large, Err(TemplateError::Syntax { .. })));
}

/// Pieces that mean something to YAML or to CloudFormation.
const FRAGMENTS: [&str; 26] = [
    "!Ref ",
    "!Sub ",
    "!GetAtt ",
    "!If ",
    "!Join ",
    "!Condition ",
    "Fn::Sub: ",
    "Ref: ",
    "${",
    "}",
    "[",
    "]",
    "{",
    ": ",
    "- ",
    "\n",
    "  ",
    "*a",
    "&a ",
    "!!str ",
    "~",
    "'",
    "\"",
    "#",
    "\u{FEFF}",
    "? ",
];

fn mutated_template() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), 0_usize..40, prop::sample::select(&FRAGMENTS[..]));
    prop::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut characters: Vec<char> = SUPPORT.chars().collect();
        for (position, removed, inserted) in edits {
            let start = position.index(characters.len());
            let end = (start + removed).min(characters.len());
            characters.splice(start..end, inserted.chars());
        }
        characters.into_iter().collect()
    })
}

/// The fixture without some of its lines. Often enough that is still a template.
fn shortened_template() -> impl Strategy<Value = String> {
    let count = SUPPORT.lines().count();
    prop::collection::btree_set(0..count, 1..3).prop_map(|removed| {
        SUPPORT
            .lines()
            .enumerate()
            .filter(|(number, _)| !removed.contains(number))
            .map(|(_, line)| format!("{line}\n"))
            .collect()
    })
}

/// A template whose properties are random, so that evaluation is reached every time.
fn random_values() -> impl Strategy<Value = String> {
    let name = prop::sample::select(
        &[
            "Q",
            "T",
            "F",
            "Api",
            "P",
            "C",
            "AWS::Region",
            "AWS::NoValue",
            "Q.Arn",
            "T.Arn",
            "x",
            "${Q}-${P}",
            "${F.Arn}",
            "0",
            "3",
            "true",
            "",
        ][..],
    );
    let leaf = prop_oneof![
        name.clone().prop_map(|name| format!("'{name}'")),
        name.prop_map(|name| format!("{{Ref: '{name}'}}")),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        let function = prop::sample::select(
            &[
                "Ref",
                "Fn::GetAtt",
                "Fn::Sub",
                "Fn::If",
                "Fn::Join",
                "Fn::Base64",
                "Fn::Equals",
                "Fn::And",
                "Fn::Not",
                "Condition",
                "Fn::Cidr",
                "key",
            ][..],
        );
        prop_oneof![
            (function, inner.clone()).prop_map(|(name, value)| format!("{{{name}: {value}}}")),
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
        ]
    });
    prop::collection::vec(value, 8).prop_map(|values| {
        format!(
            "Parameters: {{P: {{Type: String, Default: p}}}}
Conditions: {{C: {}}}
Globals: {{Function: {{Environment: {{Variables: {{A: {}}}}}}}}}
Resources:
  Q: {{Type: 'AWS::SQS::Queue', Properties: {{VisibilityTimeout: {}, RedrivePolicy: {}}}}}
  T: {{Type: 'AWS::DynamoDB::Table', Properties: {{BillingMode: {}, KeySchema: [], AttributeDefinitions: []}}}}
  F: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: f, Timeout: {}, Environment: {{Variables: {{B: {}}}}}, Policies: {}}}}}
",
            values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = Deployment::parse(&text, &support_settings());
    }

    #[test]
    fn yaml_like_text_never_panics(pieces in prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..60)) {
        let _ = Deployment::parse(&pieces.concat(), &support_settings());
        let _ = Deployment::parse(&format!("Resources: {}", pieces.concat()), &support_settings());
    }

    #[test]
    fn a_mutated_template_never_panics(text in mutated_template()) {
        let _ = Deployment::parse(&text, &support_settings());
    }

    #[test]
    fn random_values_never_panic(text in random_values()) {
        let _ = Deployment::parse(&text, &settings());
    }

    #[test]
    fn every_route_and_trigger_leads_somewhere(text in shortened_template()) {
        if let Ok(deployment) = Deployment::parse(&text, &support_settings()) {
            let function = |id: &str| deployment.functions.iter().any(|f| f.logical_id == id);
            prop_assert!(deployment.routes.iter().all(|route| function(&route.function)));
            for trigger in &deployment.queue_triggers {
                prop_assert!(function(&trigger.function));
                let mut queues = deployment.queues.iter();
                prop_assert!(queues.any(|queue| queue.name == trigger.queue_name));
            }
        }
    }
}
