//! What is measured: every function, and its peers.

use std::path::PathBuf;

use crate::event::{EventError, Events, Variation};
use crate::size::{self, Deployed, Size, SizeError};

/// Something that handles events.
pub struct Candidate {
    /// What the tables call it.
    pub name: &'static str,
    /// The program and its arguments.
    pub command: (PathBuf, Vec<&'static str>),
    /// The folder that it runs in.
    pub folder: PathBuf,
    /// What it is told beyond what all are told.
    pub variables: &'static [(&'static str, &'static str)],
    /// What it is asked.
    pub events: Events,
    /// The status of its answer; `None` when its answer is none to a request.
    pub status: Option<u64>,
    /// How large what is deployed of it is.
    pub size: Size,
}

/// Why there is no candidate.
#[derive(Debug, thiserror::Error)]
pub enum CandidateError {
    /// It cannot be asked.
    #[error(transparent)]
    Event(#[from] EventError),
    /// It cannot be weighed.
    #[error(transparent)]
    Size(#[from] SizeError),
}

/// Where the programs are.
#[derive(Debug, clap::Args)]
pub struct Programs {
    /// Folder of the functions and the local stack, built with `--release`
    #[arg(long)]
    pub functions: PathBuf,
    /// The plain Rust peer
    #[arg(long)]
    pub plain_rust: PathBuf,
    /// Python environment of the Python peer
    #[arg(long)]
    pub python: PathBuf,
    /// Python environment of the FastAPI peer
    #[arg(long)]
    pub fastapi: PathBuf,
}

/// A function and what it is asked.
struct Asked {
    name: &'static str,
    function: &'static str,
    variables: &'static [(&'static str, &'static str)],
    event: &'static str,
    variation: Variation,
    status: Option<u64>,
}

const CREATED: &str = "tickets/create-ticket/created.json";

/// No confidence reaches it, so that each ticket gets a second opinion.
const NEVER_SURE: &[(&str, &str)] = &[("TRIAGE_CONFIDENCE", "1")];

const FUNCTIONS: [Asked; 17] = [
    Asked {
        name: "create-ticket",
        function: "create-ticket",
        variables: &[],
        event: CREATED,
        variation: Variation::Customer,
        status: Some(201),
    },
    Asked {
        name: "read-tickets, one ticket",
        function: "read-tickets",
        variables: &[],
        event: "tickets/read-tickets/ticket.json",
        variation: Variation::None,
        status: Some(200),
    },
    Asked {
        name: "read-tickets, a list",
        function: "read-tickets",
        variables: &[],
        event: "tickets/read-tickets/list.json",
        variation: Variation::None,
        status: Some(200),
    },
    Asked {
        name: "update-status",
        function: "update-status",
        variables: &[],
        event: "tickets/update-status/1-opened.json",
        variation: Variation::None,
        status: Some(200),
    },
    Asked {
        name: "update-ticket",
        function: "update-ticket",
        variables: &[],
        event: "tickets/update-ticket/1-classified.json",
        variation: Variation::None,
        status: Some(200),
    },
    Asked {
        name: "add-note",
        function: "add-note",
        variables: &[],
        event: "tickets/add-note/without-key.json",
        variation: Variation::None,
        status: Some(201),
    },
    Asked {
        name: "keep-draft",
        function: "keep-draft",
        variables: &[],
        event: "tickets/keep-draft/2-saved.json",
        variation: Variation::None,
        status: Some(200),
    },
    Asked {
        name: "webhook-zendesk",
        function: "webhook-zendesk",
        variables: &[],
        event: "channels/webhook-zendesk/1-trigger-created.json",
        variation: Variation::ZendeskTicket,
        status: Some(201),
    },
    Asked {
        name: "webhook-intercom",
        function: "webhook-intercom",
        variables: &[],
        event: "channels/webhook-intercom/3-user-created.json",
        variation: Variation::IntercomConversation,
        status: Some(201),
    },
    Asked {
        name: "triage-ticket",
        function: "triage-ticket",
        variables: &[],
        event: "triage/triage-ticket/1-created.json",
        variation: Variation::None,
        status: None,
    },
    Asked {
        name: "triage-ticket, two opinions",
        function: "triage-ticket",
        variables: NEVER_SURE,
        event: "triage/triage-ticket/1-created.json",
        variation: Variation::None,
        status: None,
    },
    Asked {
        name: "retrain-triage",
        function: "retrain-triage",
        variables: &[],
        event: "triage/retrain-triage/scheduled.json",
        variation: Variation::None,
        status: None,
    },
    Asked {
        name: "requeue-stranded",
        function: "requeue-stranded",
        variables: &[],
        event: "tickets/requeue-stranded/scheduled.json",
        variation: Variation::None,
        status: None,
    },
    Asked {
        name: "close-resolved",
        function: "close-resolved",
        variables: &[],
        event: "tickets/close-resolved/scheduled.json",
        variation: Variation::None,
        status: None,
    },
    Asked {
        name: "customer-data, export",
        function: "customer-data",
        variables: &[],
        event: "privacy/customer-data/1-export.json",
        variation: Variation::None,
        status: Some(200),
    },
    Asked {
        name: "erase-due",
        function: "erase-due",
        variables: &[],
        event: "privacy/erase-due/scheduled.json",
        variation: Variation::None,
        status: None,
    },
    Asked {
        name: "api-docs, health",
        function: "api-docs",
        variables: &[],
        event: "site/api-docs/health.json",
        variation: Variation::None,
        status: Some(200),
    },
];

/// `create-ticket`, then the same in plain Rust and in Python.
///
/// # Errors
/// [`CandidateError`].
pub fn creators(programs: &Programs) -> Result<[Candidate; 3], CandidateError> {
    let [create, ..] = &FUNCTIONS;
    Ok([function(create, programs)?, plain_rust(programs)?, python(programs)?])
}

/// The functions other than `create-ticket`.
///
/// # Errors
/// [`CandidateError`].
pub fn other_functions(programs: &Programs) -> Result<Vec<Candidate>, CandidateError> {
    let [_, others @ ..] = &FUNCTIONS;
    others.iter().map(|asked| function(asked, programs)).collect()
}

fn function(asked: &Asked, programs: &Programs) -> Result<Candidate, CandidateError> {
    let program = programs.functions.join(asked.function);
    Ok(Candidate {
        name: asked.name,
        size: size::of(&Deployed::Program(program.clone()))?,
        command: (program, Vec::new()),
        folder: workspace::root(),
        variables: asked.variables,
        events: events(asked.event, asked.variation)?,
        status: asked.status,
    })
}

fn plain_rust(programs: &Programs) -> Result<Candidate, CandidateError> {
    let program = programs.plain_rust.clone();
    Ok(Candidate {
        name: "plain Rust",
        size: size::of(&Deployed::Program(program.clone()))?,
        command: (program, Vec::new()),
        folder: workspace::root(),
        variables: &[],
        events: creates()?,
        status: Some(201),
    })
}

fn python(programs: &Programs) -> Result<Candidate, CandidateError> {
    let folder = workspace::root().join("tools/bench/peers/python");
    let program = folder.join("create_ticket.py");
    let environment = programs.python.clone();
    Ok(Candidate {
        name: "Python",
        size: size::of(&Deployed::Python { program, environment })?,
        command: (
            programs.python.join("bin/python"),
            vec!["-m", "awslambdaric", "create_ticket.handler"],
        ),
        folder,
        variables: &[],
        events: creates()?,
        status: Some(201),
    })
}

/// Requests that each create another ticket.
///
/// # Errors
/// [`EventError`].
pub fn creates() -> Result<Events, EventError> {
    events(CREATED, Variation::Customer)
}

fn events(file: &str, variation: Variation) -> Result<Events, EventError> {
    Events::read(&workspace::root().join("events").join(file), variation)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_function_is_forgotten() {
        let functions = workspace::functions(&workspace::root()).unwrap();
        let functions: BTreeSet<String> = functions.into_keys().collect();
        let measured: BTreeSet<String> =
            FUNCTIONS.iter().map(|asked| asked.function.to_owned()).collect();
        assert_eq!(measured, functions);
    }

    #[test]
    fn every_event_can_be_made() {
        for asked in &FUNCTIONS {
            events(asked.event, asked.variation).unwrap().next().unwrap();
        }
    }
}
