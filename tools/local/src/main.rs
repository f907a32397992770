//! `cargo run`: the product on this machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    local_stack::command_line::main()
}
