//! The command `local-stack`, built with the tests that run it as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    local_stack::command_line::main()
}
