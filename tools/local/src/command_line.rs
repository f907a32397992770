//! The command line: runs the product, or does one task.

use std::io::Write;
use std::process::ExitCode;

use crate::authorizer::{self, SigningKey, TokenError};
use crate::control::{self, ControlError, ControlSocket};
use crate::key_file::KeyFileError;
use crate::mail::{self, MailFileError};
use crate::options::{Command, Options, Task};
use crate::stack::{self, Stack, StackError, TaskError};
use chrono::Utc;
use clap::Parser;
use forecast_report::ForecastReportError;
use knowledge_report::KnowledgeReportError;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use triage_report::TriageReportError;

/// Runs the command that the arguments of this process name.
#[tokio::main]
pub async fn main() -> ExitCode {
    // The embedded DynamoDB warns of every answer that is no success, such as that a table is
    // there.
    let loud = Targets::new().with_default(Level::WARN).with_target("dynoxide", Level::ERROR);
    tracing_subscriber::fmt().with_writer(std::io::stderr).finish().with(loud).init();
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut options: Options) -> Result<(), Failure> {
    match options.command.take() {
        None => run_stack(options, None).await,
        Some(Command::Task(task)) => {
            if let Some(lines) = control::ask(&options.data_dir, &task).await? {
                lines.iter().for_each(|line| print(line));
                return Ok(());
            }
            // Nobody calls the API meanwhile.
            options.port = 0;
            run_stack(options, Some(task)).await
        }
        Some(Command::Token(arguments)) => {
            let key = SigningKey::open(&options.data_dir)?;
            print(&authorizer::issue(&key, &arguments.request())?);
            Ok(())
        }
        Some(Command::Triage(arguments)) => {
            print(triage_report::run(&arguments, Utc::now())?.trim_end());
            Ok(())
        }
        Some(Command::Forecast(arguments)) => {
            print(forecast_report::run(&arguments, Utc::now())?.trim_end());
            Ok(())
        }
        Some(Command::Knowledge(arguments)) => {
            print(knowledge_report::run(&arguments, Utc::now())?.trim_end());
            Ok(())
        }
        Some(Command::Mail(arguments)) => {
            print(mail::run(&arguments, Utc::now())?.trim_end());
            Ok(())
        }
    }
}

/// Serves, or does `task` and ends.
async fn run_stack(options: Options, task: Option<Task>) -> Result<(), Failure> {
    let stopped = stack::stop_signal()?;
    let mut stopped = std::pin::pin!(stopped);
    let stack = tokio::select! {
        stack = Stack::start(options) => stack?,
        () = &mut stopped => return Ok(()),
    };
    let outcome = match task {
        None => {
            print(&stack.summary());
            serve(&stack, stopped).await;
            print("Stopping.");
            Ok(Vec::new())
        }
        Some(task) => stack.perform(&task).await,
    };
    stack.stop().await;
    for line in outcome? {
        print(&line);
    }
    Ok(())
}

/// Does what the running stack is asked for until it is stopped.
async fn serve(stack: &Stack, stopped: impl Future<Output = ()>) {
    match ControlSocket::open(stack.data_dir()) {
        Ok(control) => tokio::select! {
            () = stopped => {}
            () = control.serve(stack) => {}
        },
        Err(error) => {
            tracing::warn!(%error, "tasks need this stack stopped: there is no socket to ask it through");
            stopped.await;
        }
    }
}

/// Why the command fails.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error(transparent)]
    Task(#[from] TaskError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    TriageReport(#[from] TriageReportError),
    #[error(transparent)]
    ForecastReport(#[from] ForecastReportError),
    #[error(transparent)]
    KnowledgeReport(#[from] KnowledgeReportError),
    #[error(transparent)]
    MailFile(#[from] MailFileError),
}

fn print(line: &str) {
    // Nobody reads what cannot be written.
    let _ = writeln!(std::io::stdout(), "{line}");
}
