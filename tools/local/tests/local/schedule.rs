//! A schedule runs a real function again and again, and a failing run once more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use lambda_process::{FunctionConfiguration, FunctionPool, LogWriter};
use local_stack::schedule::Clock;
use serde_json::{Value, json};
use tokio::sync::watch;

const PERIOD: Duration = Duration::from_millis(50);
/// How long some runs may take; the first fails and is repeated after two seconds.
const LIMIT: Duration = Duration::from_secs(30);

async fn clock(marker: &Path) -> Clock {
    let marker = marker.to_str().unwrap().to_owned();
    let configuration = FunctionConfiguration {
        name: "test-function".to_owned(),
        executable: test_function::executable().to_owned(),
        timeout: Duration::from_secs(3),
        memory_mb: 128,
        environment: BTreeMap::from([("TEST_FUNCTION_MARKER".to_owned(), marker)]),
        maximum_processes: 1,
    };
    Clock {
        function: FunctionPool::start(configuration, LogWriter::readable()).await.unwrap(),
        region: "us-east-1".to_owned(),
        account_id: "000000000000".to_owned(),
    }
}

#[tokio::test]
async fn a_schedule_runs_its_function_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("runs");
    let clock = clock(&marker).await;
    let function = clock.function.clone();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(clock.run(PERIOD, stopped));
    let runs = || std::fs::read_to_string(&marker).unwrap_or_default();
    let some_runs = async {
        while runs().lines().count() < 4 {
            tokio::time::sleep(PERIOD).await;
        }
    };
    tokio::time::timeout(LIMIT, some_runs).await.unwrap();
    stop.send(true).unwrap();
    running.await.unwrap();

    let runs = runs();
    let events: Vec<Value> = runs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    // Lambda gives the same event to a run that is tried again.
    assert_eq!(events[0], events[1]);
    assert_eq!(ids.len(), events.len() - 1);
    for event in &events {
        assert_eq!(event["source"], "aws.events");
        let arn = "arn:aws:events:us-east-1:000000000000:rule/test-function";
        assert_eq!(event["resources"], json!([arn]));
        assert!(chrono::DateTime::parse_from_rfc3339(event["time"].as_str().unwrap()).is_ok());
    }
    function.stop().await;
}

#[tokio::test]
async fn one_run_answers_what_the_function_does() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("runs");
    let clock = clock(&marker).await;
    assert!(clock.run_once(None).await.unwrap_err().to_string().contains("the first run fails"));
    assert_eq!(clock.run_once(None).await.unwrap(), r#"{"runs":"on"}"#);
    let input = json!({"rawPath": "/plain"});
    assert_eq!(clock.run_once(Some(&input)).await.unwrap(), r#"{"answer":42}"#);
    clock.function.stop().await;
}
