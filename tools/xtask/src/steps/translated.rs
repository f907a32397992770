//! Part of step `sam`: what the functions may do once SAM has translated template.yaml. SAM adds policies
//! of AWS's to their roles, which the template does not show and which hold for the whole account.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::StepError;
use super::tools::python::AWS;
use crate::local_stack::REGION;
use crate::process;
use crate::project::Project;

/// How long the translation may take. It takes about a second.
const LIMIT: Duration = Duration::from_secs(2 * 60);
/// What prints the translated template.
const SCRIPT: &str = "tools/xtask/sam/translate.py";
/// The resource that bounds what each function may do.
const BOUNDARY: &str = "FunctionBoundary";
/// The policies of AWS's that SAM gives to every role: for logs, and for X-Ray. What they allow beyond
/// the stack's own, the boundary takes away again.
const BOUNDED: [&str; 3] =
    ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"];

/// What the translated template grants beyond the stack.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TranslatedError {
    /// It is not a template.
    #[error("the translated template cannot be read: {0}")]
    Unreadable(&'static str),
    /// A role has no boundary, or another one.
    #[error("{0} is not held to {BOUNDARY}")]
    Unbounded(String),
    /// A role has a policy that the boundary was not made for.
    #[error("{role} has the policy {policy}")]
    Foreign {
        /// The role.
        role: String,
        /// The policy.
        policy: String,
    },
    /// A statement is for everything in the account.
    #[error("{0} names every resource of the account")]
    Everything(String),
}

/// Translates the template and checks its roles. Nothing is sent anywhere.
///
/// # Errors
/// [`TranslatedError`], or the translation fails.
pub async fn run(project: &Project) -> Result<(), StepError> {
    let mut command = Command::new(AWS.program(project, "python")?);
    command.current_dir(&project.root).args([SCRIPT, "template.yaml"]);
    command.env("AWS_DEFAULT_REGION", REGION).env("AWS_EC2_METADATA_DISABLED", "true");
    let log = project.scratch.join("sam-translate.log");
    let translated = process::run_for_output(command, &log, LIMIT).await?;
    let unreadable = |_| TranslatedError::Unreadable("it is no JSON");
    judge(&serde_json::from_str(&translated).map_err(unreadable)?)?;
    println!("no role reaches beyond the stack");
    Ok(())
}

fn judge(template: &Value) -> Result<(), TranslatedError> {
    let resources = template["Resources"].as_object();
    let resources = resources.ok_or(TranslatedError::Unreadable("it has no resources"))?;
    let of_type =
        |name: &'static str| resources.iter().filter(move |(_, resource)| resource["Type"] == name);
    let functions = of_type("AWS::Lambda::Function").count();
    let roles: Vec<_> = of_type("AWS::IAM::Role").collect();
    if functions == 0 || roles.len() != functions {
        return Err(TranslatedError::Unreadable("there is not one role for each function"));
    }
    for (name, role) in roles {
        judge_role(name, &role["Properties"])?;
    }
    let boundary = &resources.get(BOUNDARY).unwrap_or(&Value::Null)["Properties"];
    judge_document(BOUNDARY, &boundary["PolicyDocument"], true)
}

fn judge_role(name: &str, role: &Value) -> Result<(), TranslatedError> {
    if role["PermissionsBoundary"] != json!({"Ref": BOUNDARY}) {
        return Err(TranslatedError::Unbounded(name.to_owned()));
    }
    for policy in list(&role["ManagedPolicyArns"]) {
        let is_known = match policy.as_str() {
            Some(arn) => arn.rsplit('/').next().is_some_and(|last| BOUNDED.contains(&last)),
            // Of the template itself, under a condition.
            None => policy.get("Fn::If").is_some(),
        };
        if !is_known {
            let (role, policy) = (name.to_owned(), policy.to_string());
            return Err(TranslatedError::Foreign { role, policy });
        }
    }
    for policy in list(&role["Policies"]) {
        judge_document(name, &policy["PolicyDocument"], false)?;
    }
    Ok(())
}

/// Nothing that a policy names is for all of the account, but X-Ray, which knows no resources, where the
/// stack is traced.
fn judge_document(name: &str, document: &Value, may_trace: bool) -> Result<(), TranslatedError> {
    let statements = list(&document["Statement"]);
    if statements.is_empty() {
        return Err(TranslatedError::Unreadable("a policy has no statements"));
    }
    let everything = Err(TranslatedError::Everything(name.to_owned()));
    for statement in statements {
        let condition = statement["Fn::If"][0].as_str();
        for statement in alternatives(statement) {
            let actions: BTreeSet<&str> =
                list(&statement["Action"]).into_iter().filter_map(Value::as_str).collect();
            let is_tracing = may_trace
                && condition == Some("IsTraced")
                && actions.iter().all(|action| action.starts_with("xray:"));
            let resources = list(&statement["Resource"]);
            let names_all = resources.iter().any(|resource| *resource == "*");
            if (names_all && !is_tracing) || actions.contains("*") || resources.is_empty() {
                return everything;
            }
        }
    }
    Ok(())
}

/// The statements that stand in the branches of conditions.
fn alternatives(statement: &Value) -> Vec<&Value> {
    match statement["Fn::If"].as_array().map(Vec::as_slice) {
        Some([_, one, other]) => [one, other].into_iter().flat_map(alternatives).collect(),
        _ if statement.get("Ref").is_some() => Vec::new(),
        _ => vec![statement],
    }
}

/// The elements of a list, or a value that stands alone.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(elements) => elements.iter().collect(),
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Value {
        let table = json!({"Fn::GetAtt": ["Table", "Arn"]});
        let statement = json!({"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table});
        let traced =
            json!({"Effect": "Allow", "Action": ["xray:PutTraceSegments"], "Resource": "*"});
        let traced = json!({"Fn::If": ["IsTraced", traced, {"Ref": "AWS::NoValue"}]});
        json!({"Resources": {
            "F": {"Type": "AWS::Lambda::Function"},
            "FRole": {"Type": "AWS::IAM::Role", "Properties": {
                "PermissionsBoundary": {"Ref": BOUNDARY},
                "ManagedPolicyArns": [
                    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
                    {"Fn::If": ["HasKmsKey", {"Ref": "UseKeyPolicy"}, {"Ref": "AWS::NoValue"}]},
                ],
                "Policies": [{"PolicyDocument": {"Statement": [statement]}}],
            }},
            BOUNDARY: {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
                "PolicyDocument": {"Statement": [statement, traced]},
            }},
        }})
    }

    fn changed(pointer: &str, value: Value) -> TranslatedError {
        let mut template = template();
        *template.pointer_mut(pointer).unwrap() = value;
        judge(&template).unwrap_err()
    }

    #[test]
    fn a_bounded_role_passes() {
        assert_eq!(judge(&template()), Ok(()));
    }

    #[test]
    fn what_reaches_beyond_the_stack_is_named() {
        let role = "/Resources/FRole/Properties";
        let boundary = format!("/Resources/{BOUNDARY}/Properties/PolicyDocument/Statement");
        let unbounded = changed(&format!("{role}/PermissionsBoundary"), json!(null));
        assert_eq!(unbounded, TranslatedError::Unbounded("FRole".to_owned()));
        let queue = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole";
        let foreign = changed(&format!("{role}/ManagedPolicyArns/0"), json!(queue));
        assert_eq!(foreign.to_string(), format!("FRole has the policy \"{queue}\""));
        let inline = format!("{role}/Policies/0/PolicyDocument/Statement/0/Resource");
        for wide in [json!("*"), json!([{"Ref": "Table"}, "*"]), json!([])] {
            let everything = changed(&inline, wide.clone());
            assert_eq!(everything, TranslatedError::Everything("FRole".to_owned()));
            let everything = changed(&format!("{boundary}/0/Resource"), wide);
            assert_eq!(everything, TranslatedError::Everything(BOUNDARY.to_owned()));
        }
        let always_traced = changed(&format!("{boundary}/1/Fn::If/0"), json!("IsProduction"));
        assert_eq!(always_traced, TranslatedError::Everything(BOUNDARY.to_owned()));
    }

    #[test]
    fn what_tells_nothing_does_not_pass() {
        for (pointer, value) in [
            ("/Resources", json!(null)),
            ("/Resources/F/Type", json!("AWS::Lambda::Alias")),
            ("/Resources/FunctionBoundary/Properties", json!({})),
        ] {
            let error = changed(pointer, value);
            assert!(matches!(error, TranslatedError::Unreadable(_)), "{pointer}: {error}");
        }
    }
}
