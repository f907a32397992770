//! What is sent to the functions and what must come back.

use serde_json::Value;

/// One event for one function, and its answer.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The function: the name of its folder in `functions/` and `events/`, and of its binary.
    pub function: &'static str,
    /// The file in `events/`.
    pub event: &'static str,
    /// Whether the ticket in the event's path is replaced by the one created before.
    pub of_created_ticket: bool,
    /// The statuses that pass; 0 for an answer without one.
    pub statuses: &'static [u64],
    /// What the body must be.
    pub body: Body,
}

/// What the body of an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// A new ticket whose AI work is queued. The checks after it are about this ticket.
    CreatedTicket,
    /// A page of tickets that holds the created one.
    PageWithCreatedTicket,
    /// The created ticket with this status.
    CreatedTicketWithStatus(&'static str),
    /// A webhook's answer that names a ticket.
    TicketOfWebhook,
    /// Problem details with the status of the answer (RFC 9457).
    Problem,
    /// The health of the function.
    Health,
    /// That two messages of a batch failed and the others did not.
    BatchWithTwoFailures,
    /// Which version of what was learned is in use, the same.
    Training,
    /// What a sweep for stranded tickets found, which is no answer to a request and has no status.
    Sweep,
    /// What a run found that closes resolved tickets, the same.
    Closing,
    /// What a run found that erases what is due, the same.
    Erasing,
    /// A page of what is kept of a customer.
    Export,
}

/// All checks. Those of one function follow each other: they are sent to one process.
pub const CHECKS: [Check; 18] = [
    check("create-ticket", "created.json", &[201], Body::CreatedTicket),
    check("read-tickets", "list.json", &[200], Body::PageWithCreatedTicket),
    Check {
        of_created_ticket: true,
        ..check("read-tickets", "ticket.json", &[200], Body::CreatedTicketWithStatus("new"))
    },
    check("read-tickets", "history-not-found.json", &[404], Body::Problem),
    check("update-status", "not-found.json", &[404], Body::Problem),
    Check {
        of_created_ticket: true,
        ..check("update-status", "1-opened.json", &[200], Body::CreatedTicketWithStatus("open"))
    },
    Check {
        of_created_ticket: true,
        ..check("update-ticket", "4-assigned.json", &[200], Body::CreatedTicketWithStatus("open"))
    },
    check("add-note", "not-found.json", &[404], Body::Problem),
    check("keep-draft", "not-found.json", &[404], Body::Problem),
    check("webhook-zendesk", "1-trigger-created.json", &[200, 201], Body::TicketOfWebhook),
    check("webhook-intercom", "1-alias-created.json", &[200, 201], Body::TicketOfWebhook),
    check("triage-ticket", "3-mixed.json", &[0], Body::BatchWithTwoFailures),
    check("retrain-triage", "scheduled.json", &[0], Body::Training),
    check("requeue-stranded", "scheduled.json", &[0], Body::Sweep),
    check("close-resolved", "scheduled.json", &[0], Body::Closing),
    check("customer-data", "1-export.json", &[200], Body::Export),
    check("erase-due", "scheduled.json", &[0], Body::Erasing),
    check("api-docs", "health.json", &[200], Body::Health),
];

const fn check(
    function: &'static str,
    event: &'static str,
    statuses: &'static [u64],
    body: Body,
) -> Check {
    Check { function, event, of_created_ticket: false, statuses, body }
}

impl Check {
    /// Whether `answer`, in the payload format 2.0 of API Gateway, passes. `created_ticket` is the
    /// id of the ticket that [`Body::CreatedTicket`] was about.
    pub fn accepts(&self, answer: &Value, created_ticket: &str) -> bool {
        let status = answer["statusCode"].as_u64().unwrap_or_default();
        let body = body(answer);
        let new_ticket = new_ticket_id(answer);
        self.statuses.contains(&status)
            && match self.body {
                Body::CreatedTicket => {
                    new_ticket.is_some()
                        && lists(&body["suggested_actions"], |action| action == AI_QUEUED)
                }
                Body::PageWithCreatedTicket => {
                    lists(&body["tickets"], |ticket| ticket["ticket_id"] == created_ticket)
                }
                Body::CreatedTicketWithStatus(status) => {
                    body["ticket_id"] == created_ticket && body["status"] == status
                }
                Body::TicketOfWebhook => {
                    let ticket_id = body["ticket_id"].as_str();
                    ticket_id.is_some_and(|ticket_id| ticket_id.starts_with("TKT-"))
                }
                Body::Problem => body["status"] == status && body["title"].is_string(),
                Body::Health => body["status"] == "ok",
                Body::BatchWithTwoFailures => {
                    answer["batchItemFailures"].as_array().is_some_and(|failed| failed.len() == 2)
                }
                Body::Training => answer["version"].is_u64(),
                Body::Sweep => answer["requeued"].is_u64(),
                Body::Closing => answer["closed"].is_u64(),
                Body::Erasing => answer["erased"].is_u64(),
                Body::Export => body["records"].is_array(),
            }
    }
}

/// The id of the new ticket that `answer` tells of, if it does.
pub fn new_ticket_id(answer: &Value) -> Option<String> {
    let body = body(answer);
    let ticket_id = body["ticket"]["ticket_id"].as_str()?;
    ticket_id.starts_with("TKT-").then(|| ticket_id.to_owned())
}

fn body(answer: &Value) -> Value {
    let text = answer["body"].as_str().unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

/// Says in a new ticket's `suggested_actions` that the queue has taken the message.
const AI_QUEUED: &str = "AI processing queued";

fn lists(array: &Value, wanted: impl Fn(&Value) -> bool) -> bool {
    array.as_array().is_some_and(|values| values.iter().any(wanted))
}

/// Makes an event about the ticket `ticket_id`, wherever API Gateway puts the path.
pub fn address_ticket(event: &mut Value, ticket_id: &str) {
    let parameter = &mut event["pathParameters"]["ticket_id"];
    let Some(former) = parameter.as_str().map(ToOwned::to_owned) else { return };
    *parameter = ticket_id.into();
    for pointer in ["/rawPath", "/requestContext/http/path"] {
        if let Some(path) = event.pointer_mut(pointer)
            && let Some(text) = path.as_str()
        {
            *path = text.replace(&former, ticket_id).into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u64, body: &Value) -> Value {
        json!({"statusCode": status, "body": body.to_string(), "isBase64Encoded": false})
    }

    fn created(suggested_action: &str) -> Value {
        let ticket = json!({"ticket_id": "TKT-1"});
        answer(201, &json!({"ticket": ticket, "suggested_actions": [suggested_action]}))
    }

    #[test]
    fn a_created_ticket_is_looked_for_afterwards() {
        assert!(CHECKS[0].accepts(&created(AI_QUEUED), ""));
        assert_eq!(new_ticket_id(&created(AI_QUEUED)).unwrap(), "TKT-1");
        let page = |ticket_id: &str| answer(200, &json!({"tickets": [{"ticket_id": ticket_id}]}));
        assert!(CHECKS[1].accepts(&page("TKT-1"), "TKT-1"));
        assert!(!CHECKS[1].accepts(&page("TKT-2"), "TKT-1"));
    }

    #[test]
    fn a_ticket_whose_work_is_not_queued_fails() {
        assert!(!CHECKS[0].accepts(&created("AI processing is delayed"), ""));
    }

    #[test]
    fn answers_that_are_none_fail() {
        let crash = json!({"errorType": "Runtime.ExitError", "errorMessage": "exit status 1"});
        let not_json = json!({"statusCode": 200, "body": "<html>"});
        for check in &CHECKS {
            for answer in [&Value::Null, &crash, &not_json, &answer(500, &json!({"status": 500}))] {
                assert!(!check.accepts(answer, ""), "{}", check.function);
            }
        }
    }

    #[test]
    fn an_event_gets_the_ticket_in_every_place() {
        let path = "/api/tickets/TKT-1/status";
        let mut event = json!({
            "rawPath": path,
            "pathParameters": {"ticket_id": "TKT-1"},
            "requestContext": {"http": {"path": path}},
        });
        address_ticket(&mut event, "TKT-2");
        assert!(!event.to_string().contains("TKT-1"), "{event}");
        assert_eq!(event["requestContext"]["http"]["path"], "/api/tickets/TKT-2/status");
    }
}
