//! What the command line and the environment say.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::authorizer::{AUDIENCE, TokenRequest};
use crate::mail::MailArguments;
use copilot_core::ticket::CustomerId;
use forecast_report::ForecastArguments;
use knowledge_report::KnowledgeArguments;
use triage_report::TriageArguments;

/// Longest time that a token is valid: a year.
const TOKEN_SECONDS_MAXIMUM: i64 = 366 * 24 * 60 * 60;
/// What a token allows unless the command line says otherwise: whoever runs this may do everything.
const ALL_SCOPES: &str = "read change erase admin";

/// Runs the customer support copilot on this machine.
///
/// The functions of template.yaml are built and run as they are, behind a local API gateway, with
/// DynamoDB and SQS embedded. No account, no Docker. Everything listens on 127.0.0.1 only.
#[derive(Debug, Clone, Parser)]
#[command(name = "local-stack", version)]
pub struct Options {
    /// What to do instead of serving
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Port of the API; 0 takes any free one
    #[arg(long, env = "COPILOT_PORT", default_value_t = 8000)]
    pub port: u16,

    /// Port of the embedded DynamoDB [default: the API's + 1]
    #[arg(long, env = "COPILOT_DYNAMODB_PORT")]
    pub dynamodb_port: Option<u16>,

    /// Port of the embedded SQS [default: the API's + 2]
    #[arg(long, env = "COPILOT_SQS_PORT")]
    pub sqs_port: Option<u16>,

    /// Folder that keeps tickets and messages
    #[arg(long, env = "COPILOT_DATA_DIR", default_value = ".local")]
    pub data_dir: PathBuf,

    /// Forget all tickets and messages first
    #[arg(long)]
    pub reset: bool,

    /// The SAM template that says what runs
    #[arg(long, env = "COPILOT_TEMPLATE", default_value = "template.yaml")]
    pub template: PathBuf,

    /// Ask for a token where template.yaml asks who calls; without this, nothing is checked
    #[arg(long)]
    pub auth: bool,

    /// Value for a parameter of the template (repeatable)
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub parameters: Vec<(String, String)>,

    /// Another DynamoDB: the address of DynamoDB Local or LocalStack, or `aws` for AWS itself
    #[arg(long, env = "COPILOT_DYNAMODB_ENDPOINT", value_name = "URL|aws")]
    pub dynamodb_endpoint: Option<String>,

    /// Another SQS: the address of LocalStack or ElasticMQ, or `aws` for AWS itself
    #[arg(long, env = "COPILOT_SQS_ENDPOINT", value_name = "URL|aws")]
    pub sqs_endpoint: Option<String>,

    /// A variable in the environment of every function, such as TABLE_NAME of a table on AWS (repeatable)
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub environment: Vec<(String, String)>,

    /// Build and run the functions as they are deployed: optimised, but slower to build
    #[arg(long)]
    pub release: bool,

    /// Processes that one function may have at once
    #[arg(long, env = "COPILOT_PROCESSES", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub processes: u16,

    /// Print the functions' logs as CloudWatch would get them
    #[arg(long)]
    pub json_logs: bool,

    /// File to add to what the functions' policies grant and what of it is used
    #[arg(long, env = "COPILOT_CALLS_FILE", value_name = "FILE")]
    pub calls_file: Option<PathBuf>,
}

/// What to do instead of serving.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// A task of the stack that runs on the data folder or, when none does, of one that is started for it
    #[command(flatten)]
    Task(Task),
    /// Print a token for an API that is run with --auth, also while it runs
    Token(TokenArguments),
    /// Run the AI over an export of your own tickets and say what it makes of them
    Triage(TriageArguments),
    /// Forecast the tickets to come from an export of your own, and say how right that would have been
    Forecast(ForecastArguments),
    /// Ask a folder of articles a file of questions, and say what it would answer and how right that is
    Knowledge(KnowledgeArguments),
    /// Show how a mail would be read, and what would become of it
    Mail(MailArguments),
}

/// A task of the stack that runs on the data folder or, when none does, of one that is started for it.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Erase a customer: tickets, messages, history, corrections, what was learned from them, kept bodies
    Erase(CustomerArguments),
    /// List webhook bodies that were kept because they could not be read
    Unreadable,
    /// Put kept webhook bodies through their functions again
    Replay,
    /// Run a scheduled function once, now
    RunSchedule {
        /// Its name, such as requeue-stranded
        function: String,
        /// JSON that it gets in place of what its schedule sends
        #[arg(long, value_name = "JSON", value_parser = json)]
        input: Option<Value>,
    },
}

/// Which customer.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct CustomerArguments {
    /// Their id, such as CUST-DF36B01B83A62E00D460, as every ticket of theirs has it
    #[arg(value_parser = customer_id)]
    pub customer_id: String,
}

/// The text is no id of a customer.
#[derive(Debug, thiserror::Error)]
#[error("must be of the form CUST-DF36B01B83A62E00D460")]
struct NoCustomer;

fn customer_id(text: &str) -> Result<String, NoCustomer> {
    let id: CustomerId = text.trim().parse().map_err(|_| NoCustomer)?;
    Ok(id.as_str().to_owned())
}

/// What a token is to say.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct TokenArguments {
    /// Who calls with it, such as agent-7
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub subject: String,
    /// Whom it is for; the API takes no other than its own
    #[arg(long, default_value = AUDIENCE)]
    pub audience: String,
    /// What they may do: read, change, erase, admin, or some of them between spaces
    #[arg(long, value_name = "SCOPES", default_value = ALL_SCOPES)]
    pub scope: String,
    /// For how long it is valid
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..=TOKEN_SECONDS_MAXIMUM))]
    pub expires_in: u32,
}

impl TokenArguments {
    /// The token that they ask for.
    pub fn request(self) -> TokenRequest {
        TokenRequest {
            subject: self.subject,
            audience: self.audience,
            scope: self.scope,
            expires_in: Duration::from_secs(u64::from(self.expires_in)),
        }
    }
}

fn json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// The text is not `NAME=VALUE`.
#[derive(Debug, thiserror::Error)]
#[error("must be NAME=VALUE")]
struct ParsePairError;

fn name_and_value(text: &str) -> Result<(String, String), ParsePairError> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(ParsePairError),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_token_says_who_calls_and_for_how_long() {
        let parse = |further: &[&str]| {
            let arguments = ["local-stack", "token"].iter().chain(further);
            Options::try_parse_from(arguments).map(|options| options.command)
        };
        let Ok(Some(Command::Token(arguments))) = parse(&["--subject", "agent-7"]) else {
            panic!("not taken");
        };
        let request = TokenRequest {
            subject: "agent-7".to_owned(),
            audience: AUDIENCE.to_owned(),
            scope: ALL_SCOPES.to_owned(),
            expires_in: Duration::from_secs(3600),
        };
        assert_eq!(arguments.request(), request);
        for wrong in [
            &[][..],
            &["--subject", ""],
            &["--subject", "a", "--expires-in", "0"],
            &["--subject", "a", "--expires-in", "99999999999"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn pairs_are_split_at_the_first_equals_sign() {
        let parse = |text| Options::try_parse_from(["local-stack", "--env", text]);
        let options = parse("A=b=c").unwrap();
        assert_eq!(options.environment, [("A".to_owned(), "b=c".to_owned())]);
        assert!(parse("A").is_err());
        assert!(parse("=b").is_err());
    }
}
