//! Waits for the end of a process, and brings it about when asked to.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::sync::{mpsc, watch};

use super::ProcessExit;

/// Time between SIGTERM and SIGKILL when the pool stops.
const TERMINATION_GRACE: Duration = Duration::from_secs(2);

/// Takes charge of `child`. The returned channel tells how it ended, after it has
/// been reaped. It is killed when `killed` becomes true or its sender is gone, and
/// asked to end first when `stopping` becomes true. `alive` is held until then.
pub(super) fn supervise(
    mut child: Child,
    mut killed: watch::Receiver<bool>,
    mut stopping: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) -> watch::Receiver<Option<ProcessExit>> {
    let (told, exit) = watch::channel(None);
    tokio::spawn(async move {
        let status = tokio::select! {
            status = child.wait() => status,
            () = requested(&mut killed) => {
                signal_group(&child, Signal::SIGKILL);
                child.wait().await
            }
            () = requested(&mut stopping) => terminate(&mut child, &mut killed).await,
        };
        let exit = status.map_or(ProcessExit::Unknown, process_exit);
        told.send_replace(Some(exit));
        drop(alive);
    });
    exit
}

async fn terminate(
    child: &mut Child,
    killed: &mut watch::Receiver<bool>,
) -> std::io::Result<ExitStatus> {
    signal_group(child, Signal::SIGTERM);
    tokio::select! {
        status = child.wait() => return status,
        () = requested(killed) => {}
        () = tokio::time::sleep(TERMINATION_GRACE) => {}
    }
    signal_group(child, Signal::SIGKILL);
    child.wait().await
}

/// Waits until the request is made or nobody is left to make it.
async fn requested(request: &mut watch::Receiver<bool>) {
    let _ = request.wait_for(|requested| *requested).await;
}

/// Signals the process and all it started. The group exists, and its number is
/// not anyone else's, as long as the process has not been reaped.
fn signal_group(child: &Child, signal: Signal) {
    let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()) else {
        return;
    };
    if let Err(error) = killpg(Pid::from_raw(id), signal) {
        tracing::warn!(%error, %signal, process = id, "a function's process could not be signalled");
    }
}

fn process_exit(status: ExitStatus) -> ProcessExit {
    match (status.code(), status.signal()) {
        (Some(code), _) => ProcessExit::Code(code),
        (None, Some(signal)) => ProcessExit::Signal(signal),
        (None, None) => ProcessExit::Unknown,
    }
}
