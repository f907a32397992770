//! Pools of real processes of the `test-function` binary.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use lambda_process::{
    CapturedLog, FunctionConfiguration, FunctionPool, InvokeError, LogFormat, LogWriter,
    MAXIMUM_EVENT_BYTES, ProcessExit, StartError,
};
use serde_json::{Value, json};

/// Longest time a test waits for a process to be gone.
const PATIENCE: Duration = Duration::from_secs(10);

fn configuration() -> FunctionConfiguration {
    FunctionConfiguration {
        name: "test-function".to_owned(),
        executable: test_function::executable().to_owned(),
        timeout: Duration::from_secs(20),
        memory_mb: 128,
        environment: [("AWS_REGION".to_owned(), "eu-central-1".to_owned())].into(),
        maximum_processes: 4,
    }
}

fn no_logs() -> LogWriter {
    LogWriter::new(LogFormat::Json, Box::new(std::io::sink()))
}

async fn pool(configuration: FunctionConfiguration) -> FunctionPool {
    FunctionPool::start(configuration, no_logs()).await.unwrap()
}

fn event(path: &str) -> Bytes {
    json!({ "rawPath": path }).to_string().into()
}

/// The process that answered, and its answer.
fn echoed(response: Result<Bytes, InvokeError>) -> (u64, Value) {
    let response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
    let echo: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
    (echo["pid"].as_u64().unwrap(), echo)
}

/// A process that waits to be reaped counts as gone: whether an orphan is reaped
/// is up to the first process of the machine.
fn is_running(process: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/status"))
        .is_ok_and(|status| !status.contains("State:\tZ"))
}

/// Running processes that have `marker` in their environment.
fn processes_with_marker(marker: &str) -> Vec<String> {
    let environment = |process: &Path| std::fs::read(process.join("environ"));
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|process| {
            environment(process)
                .is_ok_and(|variables| String::from_utf8_lossy(&variables).contains(marker))
        })
        .map(|process| process.display().to_string())
        .collect()
}

async fn until_gone(process: u64) {
    let started = Instant::now();
    while is_running(process) {
        assert!(started.elapsed() < PATIENCE, "process {process} is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_one_after_another_use_one_process() {
    let pool = pool(configuration()).await;
    let (first, echo) = echoed(pool.invoke(event("/echo")).await);
    assert_eq!(echo["event"], json!({ "rawPath": "/echo" }));
    assert_eq!(echo["function"], "test-function");
    assert_eq!(echo["home"], Value::Null);
    assert_eq!(
        echo["functionArn"],
        "arn:aws:lambda:eu-central-1:000000000000:function:test-function"
    );
    for _ in 0..20 {
        assert_eq!(echoed(pool.invoke(event("/echo")).await).0, first);
    }
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_at_once_use_a_process_each() {
    let pool = pool(configuration()).await;
    let (left, right) =
        tokio::join!(pool.invoke(event("/sleep/500")), pool.invoke(event("/sleep/500")));
    assert_ne!(echoed(left).0, echoed(right).0);
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_beyond_the_last_process_wait() {
    let pool = pool(FunctionConfiguration { maximum_processes: 1, ..configuration() }).await;
    let started = Instant::now();
    let (first, second, third) = tokio::join!(
        pool.invoke(event("/sleep/200")),
        pool.invoke(event("/sleep/200")),
        pool.invoke(event("/sleep/200"))
    );
    assert!(started.elapsed() >= Duration::from_millis(600));
    let processes = [echoed(first).0, echoed(second).0, echoed(third).0];
    assert!(processes.iter().all(|process| *process == processes[0]));
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_told_at_once_and_the_next_event_gets_a_new_process() {
    let pool = pool(configuration()).await;
    let (first, _) = echoed(pool.invoke(event("/echo")).await);
    let exit = pool.invoke(event("/exit")).await.unwrap_err();
    assert_eq!(exit, InvokeError::Crashed { exit: ProcessExit::Code(3) });
    let (second, _) = echoed(pool.invoke(event("/echo")).await);
    assert_ne!(first, second);
    let aborted = pool.invoke(event("/abort")).await.unwrap_err();
    assert_eq!(aborted, InvokeError::Crashed { exit: ProcessExit::Signal(6) });
    echoed(pool.invoke(event("/echo")).await);
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_or_a_caught_panic_leaves_the_process_in_use() {
    let pool = pool(configuration()).await;
    let (process, _) = echoed(pool.invoke(event("/echo")).await);
    for (path, expected) in [("/error", "asked to fail"), ("/panic", "asked to panic")] {
        match pool.invoke(event(path)).await.unwrap_err() {
            InvokeError::Function { message, .. } => {
                assert!(message.contains(expected), "{message}");
            }
            other => panic!("{path}: {other:?}"),
        }
    }
    assert_eq!(echoed(pool.invoke(event("/echo")).await).0, process);
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_over_its_timeout_is_killed_and_replaced() {
    let timeout = Duration::from_millis(700);
    let pool = pool(FunctionConfiguration { timeout, ..configuration() }).await;
    let (first, _) = echoed(pool.invoke(event("/echo")).await);
    let error = pool.invoke(event("/sleep/60000")).await.unwrap_err();
    assert_eq!(error, InvokeError::TimedOut { after: timeout });
    assert!(!is_running(first));
    assert_ne!(echoed(pool.invoke(event("/echo")).await).0, first);
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_idle_is_replaced_unseen() {
    let pool = pool(configuration()).await;
    let (first, _) = echoed(pool.invoke(event("/idle-crash")).await);
    until_gone(first).await;
    assert_ne!(echoed(pool.invoke(event("/echo")).await).0, first);
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_over_the_limit_is_an_error_of_the_function() {
    let pool = pool(configuration()).await;
    match pool.invoke(event("/large")).await.unwrap_err() {
        InvokeError::Function { error_type, .. } => {
            assert_eq!(error_type, "Function.ResponseSizeTooLarge");
        }
        other => panic!("{other:?}"),
    }
    echoed(pool.invoke(event("/echo")).await);
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_over_the_limit_reaches_no_process() {
    let pool = pool(configuration()).await;
    let bytes = MAXIMUM_EVENT_BYTES + 1;
    let error = pool.invoke(vec![b' '; bytes].into()).await.unwrap_err();
    assert_eq!(error, InvokeError::EventTooLarge { bytes });
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_event_is_echoed_whole() {
    let pool = pool(configuration()).await;
    let filler = "x".repeat(2 * 1024 * 1024);
    let event = json!({ "rawPath": "/echo", "body": filler }).to_string();
    let (_, echo) = echoed(pool.invoke(event.into()).await);
    assert_eq!(echo["event"]["body"].as_str().unwrap().len(), filler.len());
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_init_is_a_start_error_with_the_exit() {
    let mut configuration = configuration();
    configuration.environment.insert("TEST_FUNCTION_INIT".to_owned(), "exit".to_owned());
    match FunctionPool::start(configuration, no_logs()).await {
        Err(StartError::Init { exit, .. }) => assert_eq!(exit, ProcessExit::Code(7)),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it started"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_asks_for_no_event_is_killed_at_the_init_limit() {
    let marker = uuid::Uuid::new_v4().to_string();
    let mut configuration = configuration();
    for (name, value) in [("TEST_FUNCTION_INIT", "hang"), ("TEST_MARKER", &marker)] {
        configuration.environment.insert(name.to_owned(), value.to_owned());
    }
    match FunctionPool::start(configuration, no_logs()).await {
        Err(StartError::Init { exit, .. }) => assert_eq!(exit, ProcessExit::InitTimedOut),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it started"),
    }
    assert_eq!(processes_with_marker(&marker), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_binary_is_a_start_error() {
    let started = FunctionPool::start(
        FunctionConfiguration { executable: "/nowhere/bootstrap".into(), ..configuration() },
        no_logs(),
    )
    .await;
    assert!(matches!(started, Err(StartError::Executable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_keeps_failing_its_init_is_not_started_in_a_loop() {
    let marker = std::env::temp_dir().join(format!("local-stack-{}", uuid::Uuid::new_v4()));
    let mut configuration = configuration();
    for (name, value) in [
        ("TEST_FUNCTION_INIT", "exit-unless-first"),
        ("TEST_FUNCTION_MARKER", marker.to_str().unwrap()),
    ] {
        configuration.environment.insert(name.to_owned(), value.to_owned());
    }
    let pool = pool(configuration).await;
    pool.invoke(event("/exit")).await.unwrap_err();
    let crashed = InvokeError::Crashed { exit: ProcessExit::Code(7) };
    assert_eq!(pool.invoke(event("/echo")).await, Err(crashed.clone()));
    // Refused without a process, so in no time.
    let started = Instant::now();
    for _ in 0..50 {
        assert_eq!(pool.invoke(event("/echo")).await, Err(crashed.clone()));
    }
    assert!(started.elapsed() < Duration::from_millis(500));
    // Once the cause is gone and the pause over, the function works again.
    std::fs::remove_file(&marker).unwrap();
    let started = Instant::now();
    while pool.invoke(event("/echo")).await.is_err() {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    pool.stop().await;
    std::fs::remove_file(&marker).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_leaves_no_process_and_fails_what_is_in_work() {
    let marker = uuid::Uuid::new_v4().to_string();
    let mut configuration = configuration();
    configuration.environment.insert("TEST_MARKER".to_owned(), marker.clone());
    let pool = pool(configuration).await;
    let (left, right) =
        tokio::join!(pool.invoke(event("/sleep/200")), pool.invoke(event("/sleep/200")));
    let (left, right) = (echoed(left).0, echoed(right).0);
    let in_work = tokio::spawn({
        let pool = pool.clone();
        async move { pool.invoke(event("/sleep/60000")).await }
    });
    let starting = tokio::spawn({
        let pool = pool.clone();
        async move {
            tokio::join!(pool.invoke(event("/sleep/60000")), pool.invoke(event("/sleep/60000")))
        }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!processes_with_marker(&marker).is_empty());
    pool.stop().await;
    assert!(!is_running(left) && !is_running(right));
    assert_eq!(processes_with_marker(&marker), Vec::<String>::new());
    assert!(in_work.await.unwrap().is_err());
    let (one, other) = starting.await.unwrap();
    assert!(one.is_err() && other.is_err());
    let after = pool.invoke(event("/echo")).await.unwrap_err();
    assert_eq!(after, InvokeError::Crashed { exit: ProcessExit::Stopped });
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_pool_kills_its_processes() {
    let pool = pool(configuration()).await;
    let (process, _) = echoed(pool.invoke(event("/echo")).await);
    drop(pool);
    until_gone(process).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_gives_up_does_not_stop_the_function() {
    let pool = pool(configuration()).await;
    let (process, _) = echoed(pool.invoke(event("/echo")).await);
    let given_up =
        tokio::time::timeout(Duration::from_millis(50), pool.invoke(event("/sleep/300")));
    assert!(given_up.await.is_err());
    let (other, _) = echoed(pool.invoke(event("/echo")).await);
    assert_ne!(process, other, "the first process is still at work");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(is_running(process));
    pool.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_and_platform_records_are_logged() {
    let captured = CapturedLog::default();
    let logs = captured.writer();
    let pool = FunctionPool::start(configuration(), logs).await.unwrap();
    let line = r#"{"timestamp":"2026-11-24T10:00:00Z","level":"INFO","message":"hello"}"#;
    let event = json!({ "rawPath": "/log", "body": line }).to_string();
    echoed(pool.invoke(event.into()).await);
    assert_eq!(captured.line_with("hello").await, line);
    let report: Value = serde_json::from_str(&captured.line_with("platform.report").await).unwrap();
    assert_eq!(report["record"]["status"], "success");
    assert!(report["record"]["metrics"]["initDurationMs"].as_f64().unwrap() > 0.0);
    pool.stop().await;
}

/// Stands in for a local stack that is killed: run as a process of its own by the
/// test below, and only then does it do anything.
#[tokio::test(flavor = "multi_thread")]
async fn local_stack_to_be_killed() {
    if std::env::var_os("LOCAL_STACK_TO_BE_KILLED").is_none() {
        return;
    }
    let pool = pool(configuration()).await;
    let (process, _) = echoed(pool.invoke(event("/echo")).await);
    let mut output = std::io::stderr();
    writeln!(output, "process {process}").unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_end_when_the_local_stack_is_killed() {
    let mut local_stack = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["local_stack_to_be_killed", "--exact", "--nocapture"])
        .env("LOCAL_STACK_TO_BE_KILLED", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(local_stack.stderr.take().unwrap());
    let process = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("process ")?.parse().ok())
        .unwrap();
    assert!(is_running(process));
    local_stack.kill().unwrap();
    local_stack.wait().unwrap();
    until_gone(process).await;
}
