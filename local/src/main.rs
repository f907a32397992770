//! `cargo run`: the product on this machine.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use local_stack::options::{Command, Options};
use local_stack::stack::{self, KeptBodiesError, Stack, StackError};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .init();
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut options: Options) -> Result<(), Failure> {
    let command = options.command;
    if command.is_some() {
        // Nobody calls the API meanwhile.
        options.port = 0;
    }
    let stopped = stack::stop_signal()?;
    let mut stopped = std::pin::pin!(stopped);
    let stack = tokio::select! {
        stack = Stack::start(options) => stack?,
        () = &mut stopped => return Ok(()),
    };
    let outcome = match command {
        None => {
            print(&stack.summary());
            stopped.await;
            print("Stopping.");
            Ok(Vec::new())
        }
        Some(Command::Unreadable) => stack.unreadable().await,
        Some(Command::Replay) => stack.replay().await,
    };
    stack.stop().await;
    for line in outcome? {
        print(&line);
    }
    Ok(())
}

/// Why the command fails.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error(transparent)]
    KeptBodies(#[from] KeptBodiesError),
}

fn print(line: &str) {
    // Nobody reads what cannot be written.
    let _ = writeln!(std::io::stdout(), "{line}");
}
