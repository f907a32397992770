//! What template.yaml says of its routes.

use crate::harness;
use std::collections::{BTreeMap, BTreeSet};

use sam_template::{Deployment, Settings};

/// The routes that anybody may call: customers create tickets, vendors sign what they send, and the
/// service's own pages tell nothing of tickets.
const OPEN: [&str; 9] = [
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
    assert_eq!(grants(&with_all, "kms:Decrypt"), 10);
    assert_eq!(grants(&deployment(&[]), "kms:Decrypt"), 0);
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
