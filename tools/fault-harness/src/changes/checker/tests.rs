use std::slice;

use super::*;
use crate::changes::case::Message;

const ID: &str = "TKT-20241103-A1B2C3D4";

fn case(origin: Origin) -> Case {
    Case {
        number: 7,
        origin,
        subject: "Late create-0000007".to_owned(),
        description: "Where is it?".to_owned(),
        assignees: vec!["a".to_owned(), "b".to_owned()],
        labels: Vec::new(),
        category: Some("refund"),
        priority: None,
        statuses: Vec::new(),
    }
}

fn record(case: Case) -> CaseRecord {
    CaseRecord {
        ticket_id: Some(ID.to_owned()),
        assignees: case.assignees.len(),
        labels: case.labels.len(),
        statuses: case.statuses.len(),
        category: case.category.is_some(),
        priority: case.priority.is_some(),
        messages: Vec::new(),
        misbehaviours: Vec::new(),
        case,
    }
}

fn entry(version: u64, source: &str, fields: Value) -> (String, Value) {
    let content = json!({"version": version.to_string(), "source": source, "fields": fields});
    (format!("{version:010}"), content)
}

/// A ticket that was assigned twice, classified by an agent, and triaged before that.
fn good() -> (CaseRecord, ChangedTicket) {
    let history = [
        entry(2, "api", json!({"assignee": {"from": null, "to": "a"}})),
        entry(3, "ai", json!({"category": {"from": null, "to": "shipping"}})),
        entry(4, "api", json!({"category": {"from": "shipping", "to": "refund"}})),
        entry(5, "api", json!({"assignee": {"from": "a", "to": "b"}})),
    ];
    let ticket = ChangedTicket {
        ticket: json!({
            "ticket_id": ID, "subject": "Late create-0000007", "version": "5", "status": "new",
            "assignee": "b", "category": "refund", "category_set_by": "agent", "ai": {}
        }),
        history: history.into(),
        ..ChangedTicket::default()
    };
    (record(case(Origin::Form(uuid::Uuid::nil()))), ticket)
}

/// A conversation with two messages, the first of which reopened the ticket.
fn conversation() -> (CaseRecord, ChangedTicket) {
    let message = |id: u64| Message {
        id,
        text: format!("words {id}"),
        twice_at_once: false,
        once_more: false,
    };
    let case = case(Origin::Conversation { id: 1, messages: vec![message(70), message(71)] });
    let case = Case { assignees: Vec::new(), category: None, statuses: vec!["resolved"], ..case };
    let stored = |version: u64, id: u64| {
        let content = json!({
            "version": version.to_string(), "message_id": id.to_string(), "text": format!("words {id}")
        });
        (format!("{version:010}"), content)
    };
    let moved = |version, from: &str, to: &str| {
        let (key, mut entry) = entry(version, "api", json!({}));
        (entry["from"], entry["to"]) = (json!(from), json!(to));
        (key, entry)
    };
    let ticket = ChangedTicket {
        ticket: json!({
            "ticket_id": ID, "subject": "Late create-0000007", "version": "5", "status": "open", "ai": {}
        }),
        history: [
            entry(2, "ai", json!({})),
            moved(3, "new", "resolved"),
            moved(4, "resolved", "open"),
        ]
        .into(),
        messages: [stored(4, 70), stored(5, 71)].into(),
        known_messages: vec!["70".to_owned(), "71".to_owned()],
    };
    (CaseRecord { messages: vec![70, 71], ..record(case) }, ticket)
}

fn violations(run: &(CaseRecord, ChangedTicket)) -> Vec<ChangeViolation> {
    check(slice::from_ref(&run.0), slice::from_ref(&run.1), Vec::new()).violations
}

/// What is found once `break_it` has been at the run.
fn found(
    run: fn() -> (CaseRecord, ChangedTicket),
    break_it: impl FnOnce(&mut CaseRecord, &mut ChangedTicket),
) -> String {
    let (mut record, mut ticket) = run();
    break_it(&mut record, &mut ticket);
    let found = violations(&(record, ticket));
    let names = found.iter().map(|violation| {
        let name = format!("{violation:?}");
        name.split([' ', '{']).next().unwrap().to_owned()
    });
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn good_runs_pass_and_are_counted() {
    assert_eq!(violations(&good()), []);
    assert_eq!(violations(&conversation()), []);
    let findings = check(&[good().0], &[good().1], Vec::new());
    let counts = (findings.changes, findings.triaged, findings.contested);
    assert_eq!(counts, (3, 1, 1));
    assert_eq!(check(&[conversation().0], &[conversation().1], Vec::new()).messages, 2);
}

#[test]
fn a_change_that_is_lost_or_doubled_is_found() {
    let lost = found(good, |_, ticket| {
        ticket.history.remove("0000000005");
        ticket.ticket["version"] = json!("4");
        ticket.ticket["assignee"] = json!("a");
    });
    assert_eq!(lost, "Lost");
    let doubled = found(good, |_, ticket| {
        let again = entry(6, "api", json!({"assignee": {"from": "b", "to": "b"}}));
        ticket.history.extend([again]);
        ticket.ticket["version"] = json!("6");
    });
    assert_eq!(doubled, "History");
    assert_eq!(found(good, |_, ticket| ticket.ticket["assignee"] = json!("a")), "Differs");
    // What was not acknowledged may be there once all the same.
    assert_eq!(found(good, |record, _| record.assignees = 1), "");
    assert_eq!(found(good, |record, _| record.assignees = 0), "History");
}

#[test]
fn a_history_that_does_not_match_the_versions_is_found() {
    assert_eq!(found(good, |_, ticket| ticket.ticket["version"] = json!("6")), "Versions");
    let other = found(good, |_, ticket| {
        ticket.history.get_mut("0000000002").unwrap()["version"] = json!("3");
    });
    assert_eq!(other, "Versions");
    assert_eq!(found(conversation, |_, ticket| ticket.ticket["status"] = json!("closed")), "Steps");
}

#[test]
fn a_message_that_is_lost_or_doubled_is_found() {
    let lost = found(conversation, |_, ticket| {
        ticket.messages.remove("0000000005");
        ticket.known_messages.pop();
        ticket.ticket["version"] = json!("4");
    });
    assert_eq!(lost, "Message");
    let doubled = found(conversation, |_, ticket| {
        let mut again = ticket.messages["0000000005"].clone();
        again["version"] = json!("6");
        ticket.messages.insert("0000000006".to_owned(), again);
        ticket.ticket["version"] = json!("6");
    });
    assert_eq!(doubled, "Message");
    let unnoted = found(conversation, |_, ticket| drop(ticket.known_messages.pop()));
    assert_eq!(unnoted, "Message");
}

#[test]
fn triage_that_was_not_done_once_or_against_an_agent_is_found() {
    let twice = found(good, |_, ticket| {
        ticket.history.extend([entry(6, "ai", json!({}))]);
        ticket.ticket["version"] = json!("6");
    });
    assert_eq!(twice, "Triage");
    let never = found(conversation, |_, ticket| {
        ticket.history.get_mut("0000000002").unwrap()["source"] = json!("api");
        ticket.ticket["ai"] = Value::Null;
    });
    assert_eq!(never, "Triage");
    let marked = |_: &mut CaseRecord, ticket: &mut ChangedTicket| {
        ticket.ticket["ai_work_shard"] = json!("awaiting#00");
    };
    assert_eq!(found(good, marked), "Triage");
    let overwritten = found(good, |_, ticket| {
        let late = entry(6, "ai", json!({"category": {"from": "refund", "to": "shipping"}}));
        ticket.history.remove("0000000003");
        ticket.history.extend([entry(3, "api", json!({})), late]);
        ticket.ticket["version"] = json!("6");
        ticket.ticket["category"] = json!("shipping");
    });
    assert_eq!(overwritten, "Overwritten Differs Differs");
}

#[test]
fn tickets_that_are_missing_or_too_many_are_found() {
    let (record, ticket) = good();
    let one = std::slice::from_ref(&record);
    let found = check(one, &[], vec!["x".to_owned()]).violations;
    assert!(matches!(
        found[..],
        [ChangeViolation::Tickets { .. }, ChangeViolation::DeadLetter { .. }]
    ));
    let twice = check(one, &[ticket.clone(), ticket.clone()], Vec::new()).violations;
    assert!(matches!(twice[..], [ChangeViolation::Tickets { .. }]));
    assert!(matches!(
        check(&[], &[ticket], Vec::new()).violations[..],
        [ChangeViolation::Unexplained { .. }]
    ));
}
