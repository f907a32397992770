//! When things end.

use tokio::sync::watch;

use super::StackError;

/// A flag that a part of the stack waits for.
pub(super) async fn turned_true(mut signal: watch::Receiver<bool>) {
    // An error means that the stack is gone, which is a stop too.
    let _ = signal.wait_for(|stop| *stop).await;
}

/// Ready at Ctrl-C or SIGTERM. The signals are caught from this call on.
///
/// # Errors
/// [`StackError::System`].
pub fn stop_signal() -> Result<impl Future<Output = ()>, StackError> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |source| StackError::System { what: "catch signals", source };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
