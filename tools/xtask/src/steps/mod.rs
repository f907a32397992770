//! The steps of `cargo xtask test`.

pub mod binaries;
pub mod browser;
pub mod checkov;
pub mod checks;
pub mod dependencies;
pub mod emulator;
pub mod faults;
pub mod fuzz;
pub mod policies;
pub mod sam;
pub mod sam_local;
pub mod schemathesis;
pub mod test;
pub mod tools;
pub mod translated;

use crate::local_stack::LocalStackError;
use crate::process::ProcessError;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A program failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// There is no local stack.
    #[error(transparent)]
    LocalStack(#[from] LocalStackError),
    /// A tool is missing.
    #[error(transparent)]
    Tools(#[from] tools::ToolsError),
    /// The language model of second opinions cannot be fetched.
    #[error(transparent)]
    LanguageModel(#[from] tools::language_model::LanguageModelError),
    /// A function does not answer as it should.
    #[error(transparent)]
    Emulator(#[from] emulator::EmulatorError),
    /// A snapshot is of no test.
    #[error(transparent)]
    Snapshots(#[from] test::SnapshotsError),
    /// A policy grants what no test uses.
    #[error(transparent)]
    Policies(#[from] policies::PoliciesError),
    /// SAM CLI does not run the functions as it should.
    #[error(transparent)]
    SamLocal(#[from] sam_local::SamLocalError),
    /// The page does not do what it should.
    #[error(transparent)]
    Browser(#[from] browser::BrowserError),
    /// A function holds what it should not.
    #[error(transparent)]
    Binary(#[from] binaries::BinaryError),
    /// The template is not as checkov wants it.
    #[error(transparent)]
    Checkov(#[from] checkov::CheckovError),
    /// A role reaches beyond the stack.
    #[error(transparent)]
    Translated(#[from] translated::TranslatedError),
    /// What the step needs is not available on this machine, which is no fault of the code. The other
    /// steps go on, unless `--strict` wants all of them.
    #[error("{0}")]
    NotPossibleHere(String),
    /// The machine refused something that a step needs.
    #[error("could not {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}
