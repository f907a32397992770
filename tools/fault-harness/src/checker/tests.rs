use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::load::{Answer, Create, Idempotency};
use crate::reply::Misbehaviour;
use crate::seed::Seed;

const KEY: Idempotency =
    Idempotency::Key { key: Uuid::nil(), by_two_clients: false, repeated: false };

fn create(number: u64, idempotency: Idempotency) -> Create {
    Create { idempotency, ..Create::draw(Seed(7), number) }
}

fn ticket_id(number: u64) -> String {
    format!("TKT-20241103-{number:08X}")
}

fn stored(number: u64) -> StoredTicket {
    StoredTicket { ticket_id: ticket_id(number), form: create(number, KEY).form }
}

fn answer(create: &Create, ticket_id: &str) -> Answer {
    let mut ticket = create.form.to_json();
    ticket["ticket_id"] = json!(ticket_id);
    let body = json!({"ticket": ticket, "suggested_actions": [AI_WORK_QUEUED]});
    Answer { body, is_replayed: false }
}

fn record(number: u64) -> Record {
    let create = create(number, KEY);
    let answers = vec![answer(&create, &ticket_id(number))];
    Record { create, answers, misbehaviours: Vec::new() }
}

fn message(ticket_id: &str, reason: &str) -> String {
    json!({
        "schema_version": 1,
        "ticket_id": ticket_id,
        "reason": reason,
        "trace_id": null,
        "sent_at": "2024-11-03T10:30:00.123Z"
    })
    .to_string()
}

/// Three creates, all as it should be.
fn run() -> (Vec<Record>, Evidence) {
    let evidence = Evidence {
        tickets: (0..3).map(stored).collect(),
        messages: (0..3).map(|number| message(&ticket_id(number), "created")).collect(),
        dead_letters: Vec::new(),
    };
    ((0..3).map(record).collect(), evidence)
}

fn violations((records, evidence): &(Vec<Record>, Evidence)) -> Vec<Violation> {
    check(records, evidence).violations
}

#[test]
fn a_good_run_passes() {
    let (mut records, mut evidence) = run();
    // A repeated answer and a second message are right as well.
    let mut again = records[0].answers[0].clone();
    again.is_replayed = true;
    again.body["suggested_actions"] = json!(["AI processing is delayed"]);
    records[0].answers.push(again);
    evidence.messages.push(message(&ticket_id(1), "requeued"));
    let findings = check(&records, &evidence);
    assert_eq!(findings.violations, []);
    assert_eq!((findings.answered, findings.suggestions_differ, findings.told_twice), (3, 1, 1));
}

#[test]
fn a_lost_ticket_is_found() {
    let mut run = run();
    run.1.tickets.remove(1);
    assert_eq!(
        violations(&run),
        [
            Violation::Lost { create: 1, ticket_id: ticket_id(1) },
            Violation::MessageOfNothing { ticket_id: ticket_id(1) },
        ]
    );
}

#[test]
fn a_doubled_ticket_is_found() {
    let mut run = run();
    run.1.tickets.push(StoredTicket { ticket_id: ticket_id(9), ..stored(1) });
    run.1.messages.push(message(&ticket_id(9), "created"));
    let ticket_ids = BTreeSet::from([ticket_id(1), ticket_id(9)]);
    assert_eq!(violations(&run), [Violation::Doubled { create: 1, ticket_ids }]);
}

#[test]
fn answers_with_two_tickets_are_found() {
    let mut run = run();
    let other = answer(&run.0[1].create, &ticket_id(9));
    run.0[1].answers.push(other);
    let found = violations(&run);
    assert!(found.contains(&Violation::Lost { create: 1, ticket_id: ticket_id(9) }), "{found:?}");
    assert!(found.contains(&Violation::AnswersDiffer { create: 1 }), "{found:?}");
    let doubled = |violation: &Violation| matches!(violation, Violation::Doubled { .. });
    assert!(found.iter().any(doubled), "{found:?}");
}

#[test]
fn an_altered_ticket_is_found_in_the_table_and_in_an_answer() {
    let altered = |field| Violation::Altered { create: 1, ticket_id: ticket_id(1), field };
    let mut in_the_table = run();
    in_the_table.1.tickets[1].form.description.push('!');
    assert_eq!(violations(&in_the_table), [altered("description")]);

    let mut in_an_answer = run();
    in_an_answer.0[1].answers[0].body["ticket"]["customer_email"] = json!("else@example.com");
    assert_eq!(violations(&in_an_answer), [altered("customer_email")]);
}

#[test]
fn a_missing_message_is_found() {
    let mut run = run();
    run.1.messages[1] = message(&ticket_id(1), "requeued");
    assert_eq!(violations(&run), [Violation::NotQueued { create: 1, ticket_id: ticket_id(1) }]);

    // A client that was told of the delay waits for the sweep, and no longer.
    run.1.messages.remove(1);
    run.0[1].answers[0].body["suggested_actions"] = json!(["AI processing is delayed"]);
    assert_eq!(violations(&run), [Violation::Forgotten { ticket_id: ticket_id(1) }]);
}

#[test]
fn messages_that_lead_nowhere_are_found() {
    let mut run = run();
    run.1.messages.push(message(&ticket_id(9), "created"));
    run.1.messages.push("{}".to_owned());
    run.1.dead_letters.push("x".to_owned());
    let body = "{}".to_owned();
    assert_eq!(
        violations(&run),
        [
            Violation::BadMessage { fault: MessageFault::OtherMembers, body },
            Violation::MessageOfNothing { ticket_id: ticket_id(9) },
            Violation::DeadLetter { body: "x".to_owned() },
        ]
    );
}

#[test]
fn a_ticket_that_nobody_asked_for_is_found() {
    let mut run = run();
    for (number, subject) in [(8, "Help"), (9, "create-0000077")] {
        let mut ticket = StoredTicket { ticket_id: ticket_id(number), ..stored(1) };
        ticket.form.subject = subject.to_owned();
        run.1.tickets.push(ticket);
        run.1.messages.push(message(&ticket_id(number), "created"));
    }
    let unexplained = [8, 9].map(|number| Violation::Unexplained { ticket_id: ticket_id(number) });
    assert_eq!(violations(&run), unexplained);
}

#[test]
fn a_create_without_key_or_answer_may_have_made_one_ticket_but_not_two() {
    let (mut records, mut evidence) = run();
    records[1] = Record { create: create(1, Idempotency::None), ..records[1].clone() };
    records[1].answers.clear();
    let findings = check(&records, &evidence);
    assert_eq!(findings.violations, []);
    assert_eq!((findings.answered, findings.maybe, findings.maybe_made), (2, 1, 1));

    evidence.tickets.push(StoredTicket { ticket_id: ticket_id(9), ..stored(1) });
    evidence.messages.push(message(&ticket_id(9), "created"));
    let found = check(&records, &evidence).violations;
    assert!(matches!(found.as_slice(), [Violation::Doubled { create: 1, .. }]), "{found:?}");
}

#[test]
fn what_a_client_complains_of_is_found() {
    let mut run = run();
    run.0[2].misbehaviours.push(Misbehaviour::NoSuccess);
    run.0[1].answers[0].body["ticket"] = json!(null);
    assert_eq!(
        violations(&run),
        [
            Violation::NamesNoTicket { create: 1 },
            Violation::Misbehaved { create: 2, misbehaviour: Misbehaviour::NoSuccess },
        ]
    );
}
