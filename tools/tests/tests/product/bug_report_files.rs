//! The inputs of public bug reports: each is held by a test, and those that are whole requests are sent
//! byte for byte.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::product::Product;

/// The tests that name the inputs.
const TESTS: [&str; 3] = [
    include_str!("bug_reports.rs"),
    include_str!("triage_report.rs"),
    include_str!("bug_report_files.rs"),
];
/// How many reports there are; some have more than one input.
const REPORTS: u32 = 44;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/product").join(name)
}

/// The number that a file's name begins with.
fn number(name: &str) -> Option<u32> {
    let digits = name.find(|c: char| !c.is_ascii_digit()).map(|end| &name[..end])?;
    digits.parse().ok()
}

#[test]
fn every_input_is_named_by_a_test() {
    let mut numbers = BTreeSet::new();
    for place in ["bug_reports", "triage_report"] {
        for entry in std::fs::read_dir(folder(place)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(number) = number(&name) else {
                assert_eq!(place, "triage_report", "{name} has no number");
                continue;
            };
            let quoted = format!("\"{name}\"");
            assert!(TESTS.iter().any(|test| test.contains(&quoted)), "no test names {name}");
            numbers.insert(number);
        }
    }
    assert_eq!(numbers, (1..=REPORTS).collect());
}

/// Sends the request in the file and returns the head of the answer, in small letters, and its body.
async fn send(product: &Product, name: &str) -> (String, String) {
    let request = std::fs::read(folder("bug_reports").join(name)).unwrap();
    let line = request.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let address = product.stack.addresses().api.trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(address).await.unwrap();
    for part in [&request[..line], b"Connection: close\r\n", &request[line..]] {
        connection.write_all(part).await.unwrap();
    }
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

#[tokio::test]
async fn a_browser_may_ask_whether_a_page_may_create_a_ticket() {
    let data = tempfile::tempdir().unwrap();
    let origins = ["--parameter", "CorsOrigins=https://shop.example"];
    let product = Product::start_with(data.path(), &origins).await;
    let (head, _) = send(&product, "42-cors-preflight.http").await;
    assert!(head.starts_with("http/1.1 204 ") || head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("\r\naccess-control-allow-origin: https://shop.example"), "{head}");
    product.stack.stop().await;
    // Where no page is named, none is let in.
    let product = Product::start(data.path()).await;
    let (head, _) = send(&product, "42-cors-preflight.http").await;
    assert!(!head.contains("access-control-allow-origin"), "{head}");
    product.stack.stop().await;
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_the_name_of_its_header() {
    let data = tempfile::tempdir().unwrap();
    let product = Product::start(data.path()).await;
    let (head, body) = send(&product, "43-gzip.http").await;
    assert!(head.starts_with("http/1.1 415 "), "{head}");
    assert!(head.contains("\r\naccept-encoding: identity"), "{head}");
    assert!(body.contains("unsupported-content-coding"), "{body}");
    product.stack.stop().await;
}
