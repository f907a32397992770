//! `cargo run`: the product on this machine.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use local_stack::options::Options;
use local_stack::stack::{self, Stack};

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

async fn run(options: Options) -> Result<(), stack::StackError> {
    let stopped = stack::stop_signal()?;
    let mut stopped = std::pin::pin!(stopped);
    let stack = tokio::select! {
        stack = Stack::start(options) => stack?,
        () = &mut stopped => return Ok(()),
    };
    let _ = writeln!(std::io::stdout(), "{}", stack.summary());
    stopped.await;
    let _ = writeln!(std::io::stdout(), "Stopping.");
    stack.stop().await;
    Ok(())
}
