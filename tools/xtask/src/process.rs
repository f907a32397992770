//! Starts programs, each in a process group of its own, and leaves none behind.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How long a program may take to end after SIGTERM; then it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How often to look whether something has happened.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// Lines of a log that an error quotes.
const QUOTED_LINES: usize = 40;

/// Why a program did not do what it was started for.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program or its log file could not be opened.
    #[error("{name} could not be started: {source}")]
    NotStarted {
        /// The program.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program ended with a failure.
    #[error("{name} failed with {status}{log}")]
    Failed {
        /// The program.
        name: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of its log, or nothing when its output was shown.
        log: String,
    },
    /// The program took too long.
    #[error("{name} did not finish in {} s{log}", limit.as_secs())]
    TooLong {
        /// The program.
        name: String,
        /// What it had.
        limit: Duration,
        /// The end of its log, or nothing when its output was shown.
        log: String,
    },
    /// The system does not say whether the program runs.
    #[error("{name} was lost: {source}")]
    Lost {
        /// The program.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

tokio::task_local! {
    /// Where [`run`] writes what programs print, if not to the terminal.
    static OUTPUT: PathBuf;
}

/// Does `work`; what the programs print that it [`run`]s goes to `log`, each time from its beginning.
pub async fn with_output_in<T>(log: PathBuf, work: impl Future<Output = T>) -> T {
    OUTPUT.scope(log, work).await
}

/// Runs `command` to its end; its output goes to the terminal, or where [`with_output_in`] says.
///
/// # Errors
/// [`ProcessError`]; also when it ends with a failure.
pub async fn run(command: Command, limit: Duration) -> Result<(), ProcessError> {
    let log = OUTPUT.try_with(PathBuf::clone).ok();
    Process::start(&name_of(&command), command, log.as_deref())?.finish(limit).await
}

/// Runs `command` to its end; its output goes to `log`, and is quoted when it fails.
///
/// # Errors
/// [`ProcessError`]; also when it ends with a failure.
pub async fn run_quietly(
    command: Command,
    log: &Path,
    limit: Duration,
) -> Result<(), ProcessError> {
    Process::start(&name_of(&command), command, Some(log))?.finish(limit).await
}

/// Runs `command` to its end and returns what it prints to its standard output; the rest goes to `log`,
/// and is quoted when it fails.
///
/// # Errors
/// [`ProcessError`]; also when it ends with a failure.
pub async fn run_for_output(
    mut command: Command,
    log: &Path,
    limit: Duration,
) -> Result<String, ProcessError> {
    let name = name_of(&command);
    let not_started = |source| ProcessError::NotStarted { name: name.clone(), source };
    let path = log.with_extension("out");
    let (output, _) = open(&path).map_err(not_started)?;
    let (errors, _) = open(log).map_err(not_started)?;
    command.stdout(output).stderr(errors);
    Process::spawn(&name, command, Some(log))?.finish(limit).await?;
    let bytes = std::fs::read(&path);
    bytes
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .map_err(|source| ProcessError::Lost { name: name.clone(), source })
}

/// A running program. When it is dropped, the program and all that it started are stopped.
pub struct Process {
    name: String,
    leader: Child,
    log: Option<PathBuf>,
}

impl Process {
    /// Starts `command`; its output goes to `log`.
    ///
    /// # Errors
    /// [`ProcessError::NotStarted`].
    pub fn start_in_background(
        name: &str,
        command: Command,
        log: &Path,
    ) -> Result<Self, ProcessError> {
        Self::start(name, command, Some(log))
    }

    fn start(name: &str, mut command: Command, log: Option<&Path>) -> Result<Self, ProcessError> {
        let not_started = |source| ProcessError::NotStarted { name: name.to_owned(), source };
        if let Some(log) = log {
            let (output, errors) = open(log).map_err(not_started)?;
            command.stdout(output).stderr(errors);
        }
        Self::spawn(name, command, log)
    }

    /// Starts `command`, whose output goes where it says already.
    fn spawn(name: &str, mut command: Command, log: Option<&Path>) -> Result<Self, ProcessError> {
        let not_started = |source| ProcessError::NotStarted { name: name.to_owned(), source };
        // A group of its own: one signal then reaches all that the program starts.
        let leader = command.stdin(Stdio::null()).process_group(0).spawn().map_err(not_started)?;
        Ok(Self { name: name.to_owned(), leader, log: log.map(Path::to_owned) })
    }

    /// Looks again and again until `probe` finds something, at most for `limit`.
    ///
    /// # Errors
    /// [`ProcessError`]; also when the program ends meanwhile.
    pub async fn wait_until<T>(
        &mut self,
        limit: Duration,
        mut probe: impl AsyncFnMut() -> Option<T>,
    ) -> Result<T, ProcessError> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.status()? {
                return Err(self.failed(status));
            }
            if let Some(found) = probe().await {
                return Ok(found);
            }
            self.wait_a_moment(start, limit).await?;
        }
    }

    /// What the program has printed so far.
    pub fn output(&self) -> String {
        let bytes = self.log.as_deref().and_then(|log| std::fs::read(log).ok());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    async fn finish(mut self, limit: Duration) -> Result<(), ProcessError> {
        let start = Instant::now();
        loop {
            match self.status()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(self.failed(status)),
                None => self.wait_a_moment(start, limit).await?,
            }
        }
    }

    async fn wait_a_moment(&self, start: Instant, limit: Duration) -> Result<(), ProcessError> {
        if start.elapsed() > limit {
            let (name, log) = (self.name.clone(), self.quoted_log());
            return Err(ProcessError::TooLong { name, limit, log });
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
        Ok(())
    }

    fn status(&mut self) -> Result<Option<ExitStatus>, ProcessError> {
        let name = &self.name;
        self.leader.try_wait().map_err(|source| ProcessError::Lost { name: name.clone(), source })
    }

    fn failed(&self, status: ExitStatus) -> ProcessError {
        ProcessError::Failed { name: self.name.clone(), status, log: self.quoted_log() }
    }

    fn quoted_log(&self) -> String {
        let Some(log) = &self.log else { return String::new() };
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        let end = &lines[lines.len().saturating_sub(QUOTED_LINES)..];
        format!("; the end of {}:\n{}", log.display(), end.join("\n"))
    }

    fn signal_group(&self, signal: Signal) {
        // An error means that the group is empty: there is nothing to stop.
        if let Ok(group) = i32::try_from(self.leader.id()) {
            let _ = killpg(Pid::from_raw(group), signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.leader.try_wait(), Ok(None)) {
            self.signal_group(Signal::SIGTERM);
            let start = Instant::now();
            while matches!(self.leader.try_wait(), Ok(None)) && start.elapsed() < STOP_LIMIT {
                thread::sleep(LOOK_INTERVAL);
            }
        }
        // The leader has had its time; whatever it forgot goes too.
        self.signal_group(Signal::SIGKILL);
        let _ = self.leader.wait();
    }
}

fn open(log: &Path) -> io::Result<(File, File)> {
    if let Some(directory) = log.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let file = File::create(log)?;
    Ok((file.try_clone()?, file))
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for argument in command.get_args() {
        name.push(' ');
        name.push_str(&argument.to_string_lossy());
    }
    name
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::kill;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// A process that ended but that nothing has waited for yet still has an entry.
    fn runs(pid: i32) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        kill(Pid::from_raw(pid), None).is_ok() && !state.contains(") Z ")
    }

    /// The system takes a moment to end a killed process.
    fn ends(pid: i32) -> bool {
        let start = Instant::now();
        while runs(pid) && start.elapsed() < LIMIT {
            thread::sleep(LOOK_INTERVAL);
        }
        !runs(pid)
    }

    async fn started(script: &str, log: &Path) -> (Process, i32) {
        let mut process = Process::start_in_background("shell", shell(script), log).unwrap();
        let output = log.to_owned();
        let pid = process
            .wait_until(LIMIT, async || {
                let output = std::fs::read_to_string(&output).unwrap();
                output.strip_suffix('\n')?.parse().ok()
            })
            .await
            .unwrap();
        (process, pid)
    }

    #[tokio::test(flavor = "current_thread")]
    async fn what_a_program_started_stops_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (process, pid) = started("sleep 600 & echo $!; wait", &folder.path().join("log")).await;
        assert!(runs(pid));
        drop(process);
        assert!(ends(pid));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_child_that_ignores_the_signal_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let script = "(trap '' TERM; while :; do sleep 1; done) & echo $!; wait";
        let (process, pid) = started(script, &folder.path().join("log")).await;
        assert!(runs(pid));
        drop(process);
        assert!(ends(pid));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_failure_quotes_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("new/log");
        let error = run_quietly(shell("echo reason; exit 3"), &log, LIMIT).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("exit status: 3") && text.ends_with(":\nreason"), "{text}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn output_beside_other_steps_is_quoted_when_it_fails() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let work = run(shell("echo reason; exit 3"), LIMIT);
        let text = with_output_in(log, work).await.unwrap_err().to_string();
        assert!(text.ends_with(":\nreason"), "{text}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn output_is_told_from_what_is_logged() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let output = run_for_output(shell("echo remark >&2; echo answer"), &log, LIMIT).await;
        assert_eq!(output.unwrap(), "answer\n");
        let error =
            run_for_output(shell("echo answer; echo reason >&2; exit 3"), &log, LIMIT).await;
        let text = error.unwrap_err().to_string();
        assert!(text.ends_with(":\nreason"), "{text}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn waiting_ends_when_the_program_does() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut process = Process::start_in_background("shell", shell("exit 4"), &log).unwrap();
        let result: Result<(), _> = process.wait_until(LIMIT, async || None).await;
        assert!(matches!(result, Err(ProcessError::Failed { .. })), "{result:?}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn time_is_limited() {
        let result = run(shell("sleep 600"), Duration::from_millis(50)).await;
        assert!(matches!(result, Err(ProcessError::TooLong { .. })), "{result:?}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_program_that_is_not_there_is_named() {
        let error = run(Command::new("/nowhere/program"), LIMIT).await.unwrap_err();
        assert!(error.to_string().starts_with("program could not be started"), "{error}");
    }
}
