//! The command `local-stack` as a process.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use crate::harness::workspace;

/// The command on free ports, with its data in `data_dir`.
pub fn command(data_dir: &Path) -> Command {
    command_on("0", data_dir)
}

/// The command with the API on `port`. AI work stays in its queue, as with `harness::options`.
pub fn command_on(port: &str, data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local-stack-under-test"));
    command
        .current_dir(workspace().join("functions"))
        .args(["--port", port, "--data-dir"])
        .arg(data_dir)
        .args(["--parameter", "TriageModel=none"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A running stack that is killed with the test, should the test fail.
pub struct Running {
    process: Child,
    output: Option<BufReader<ChildStdout>>,
    /// The base address of the API.
    pub api: String,
}

impl Running {
    /// Starts a stack and waits until it says that it is ready.
    pub fn start(data_dir: &Path) -> Self {
        Self::start_command(command(data_dir))
    }

    /// The same with a command of one's own.
    pub fn start_command(mut command: Command) -> Self {
        let mut process = command.spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut api = String::new();
        let mut line = String::new();
        while output.read_line(&mut line).unwrap() > 0 {
            if let Some(address) = line.trim().strip_prefix("API") {
                api = address.trim().to_owned();
            }
            if line.contains("Ctrl-C") {
                break;
            }
            line.clear();
        }
        assert!(api.starts_with("http://127.0.0.1:"), "not ready: {api:?}");
        Self { process, output: Some(output), api }
    }

    /// Throws away what it prints from now on. A pipe that nobody reads holds up a busy stack.
    pub fn discard_output(&mut self) {
        let mut output = self.output.take().unwrap();
        let mut errors = self.process.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
    }

    /// Sends a signal to the stack itself.
    pub fn signal(&self, signal: &str) {
        kill(signal, &[self.process.id()]);
    }

    /// Sends SIGKILL to the stack and all its functions.
    pub fn kill_all(&self) {
        let mut processes = vec![self.process.id()];
        processes.extend(self.function_processes());
        kill("-KILL", &processes);
    }

    /// Waits for its end: what it has printed, and how it ended.
    pub fn ended(&mut self) -> (String, ExitStatus) {
        let mut rest = String::new();
        if let Some(output) = &mut self.output {
            output.read_to_string(&mut rest).unwrap();
        }
        (rest, self.process.wait().unwrap())
    }

    /// What it has written to its error output, once it has ended.
    pub fn errors(&mut self) -> String {
        let mut errors = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        errors
    }

    /// The processes that run the functions.
    pub fn function_processes(&self) -> Vec<u32> {
        let parent = self.process.id().to_string();
        let output = Command::new("ps").args(["-o", "pid=", "--ppid", &parent]).output().unwrap();
        let ids = String::from_utf8(output.stdout).unwrap();
        ids.lines().map(|id| id.trim().parse().unwrap()).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn kill(signal: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    assert!(Command::new("kill").arg(signal).args(ids).status().unwrap().success());
}
