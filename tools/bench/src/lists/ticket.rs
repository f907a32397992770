//! The tickets that fill a table: always the same ones, in the mix that a support team knows.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

/// The number that `template.yaml` gives the functions.
pub const LIST_SHARDS: u32 = 4;

/// When the first ticket was made, in milliseconds since 1970: 2026-01-01.
const BEGIN_MS: i64 = 1_767_225_600_000;
/// A ticket comes each minute, whatever the size of the table; so a filter of a time means as many
/// tickets in each.
const INTERVAL_MS: i64 = 60_000;
/// Tickets of the one customer and of the one order that are listed, in a table of any size.
const OF_THE_ONE: u32 = 260;
/// The customer that is listed. All others have a handful of tickets.
pub const CUSTOMER: &str = "CUST-00000000000000000000";
/// The order that is listed.
pub const ORDER: &str = "2021";

/// One ticket of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The digits of its id.
    pub digits: u32,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    pub status: &'static str,
    pub priority: &'static str,
    pub category: Option<&'static str>,
    pub source: &'static str,
    pub customer_id: String,
    pub order_id: Option<String>,
    pub tags: Vec<&'static str>,
}

/// In how many of a hundred tickets each stands.
type Mix = &'static [(&'static str, u32)];

const STATUSES: Mix =
    &[("new", 3), ("open", 6), ("in_progress", 6), ("resolved", 5), ("closed", 80)];
const PRIORITIES: Mix = &[("low", 20), ("medium", 60), ("high", 15), ("critical", 5)];
const CATEGORIES: Mix =
    &[("", 20), ("shipping", 30), ("billing", 20), ("technical", 15), ("refund", 10), ("order", 5)];
const SOURCES: Mix = &[("web", 40), ("email", 30), ("chat", 15), ("zendesk", 10), ("intercom", 5)];

impl Ticket {
    /// Ticket `number` of a table of `count`, the oldest being 0.
    pub fn of_table(number: u32, count: u32) -> Self {
        // An odd factor maps each number to digits of its own.
        let digits = number.wrapping_mul(2_654_435_761).wrapping_add(0x1357_9BDF);
        let draw = |what: u32| scrambled(number, what) % 100;
        let every = (count / OF_THE_ONE).max(1);
        let customer_id = match number % every {
            0 => CUSTOMER.to_owned(),
            _ => format!("CUST-{:020X}", 1 + scrambled(number, 5) % (count / 6 + 1)),
        };
        let order_id = match number % every {
            of_the_one if of_the_one == every / 2 => Some(ORDER.to_owned()),
            _ if draw(6) < 50 => Some(format!("{}", 100_000 + number)),
            _ => None,
        };
        let tags = [("vip", 10, 7), ("late", 20, 8)];
        let mut tags: Vec<&str> = tags
            .into_iter()
            .filter(|(_, part, what)| draw(*what) < *part)
            .map(|tag| tag.0)
            .collect();
        if number.is_multiple_of(500) {
            tags.push("recall");
        }
        Self {
            digits,
            created_ms: BEGIN_MS + i64::from(number) * INTERVAL_MS + i64::from(draw(0)) * 500,
            status: pick(STATUSES, draw(1)),
            priority: pick(PRIORITIES, draw(2)),
            category: Some(pick(CATEGORIES, draw(3))).filter(|category| !category.is_empty()),
            source: pick(SOURCES, draw(4)),
            customer_id,
            order_id,
            tags,
        }
    }

    pub fn id(&self) -> String {
        let day = DateTime::from_timestamp_millis(self.created_ms).unwrap_or_default();
        format!("TKT-{}-{:08X}", day.format("%Y%m%d"), self.digits)
    }

    /// Its item, as the functions store it.
    pub fn item(&self) -> Value {
        let shard = self.digits % LIST_SHARDS;
        let created_at = time(self.created_ms);
        let customer = self.customer_id.trim_start_matches("CUST-");
        let mut item = json!({"version": {"N": "3"}, "reopen_count": {"N": "0"}});
        let mut set = |name: &str, value: &str| item[name] = json!({"S": value});
        set("pk", &format!("{:08X}", self.digits));
        set("sk", "ticket");
        set("list_shard", &format!("all#{shard:02}"));
        set("status_shard", &format!("{}#{shard:02}", self.status));
        set("created_key", &format!("{created_at}#{:08X}", self.digits));
        set("write_token", "5f0d7c2b9a3e4d18b6a1c0e7f4829d35");
        set("ticket_id", &self.id());
        set("customer_id", &self.customer_id);
        set("customer_email", &format!("{}@example.com", customer.to_lowercase()));
        set("customer_name", "John Doe");
        set("subject", "Order hasn't shipped yet");
        set("description", DESCRIPTION);
        set("priority", self.priority);
        set("status", self.status);
        set("source", self.source);
        set("created_at", &created_at);
        set("updated_at", &created_at);
        for (name, value) in [("category", self.category), ("order_id", self.order_id.as_deref())] {
            if let Some(value) = value {
                set(name, value);
            }
        }
        if !self.tags.is_empty() {
            let tags: Vec<Value> = self.tags.iter().map(|tag| json!({"S": tag})).collect();
            item["tags"] = json!({"L": tags});
        }
        item
    }
}

/// A few sentences, as customers write them.
const DESCRIPTION: &str = "My order was placed a week ago but hasn't shipped. The tracking page says \
    that it waits for the carrier, and nobody answers the phone. I need it by Friday: can you tell me \
    when it will leave, or send it another way? If neither is possible, please give me the money back.";

/// A time as the API writes it.
pub fn time(milliseconds: i64) -> String {
    let time = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn pick(mix: Mix, mut percent: u32) -> &'static str {
    for (name, part) in mix {
        if percent < *part {
            return name;
        }
        percent -= part;
    }
    ""
}

/// A number that looks drawn and is the same each time: the mixing steps of MurmurHash3.
fn scrambled(number: u32, what: u32) -> u32 {
    let mut hash =
        number.wrapping_mul(31).wrapping_add(what.wrapping_mul(0x9E37_79B9)) ^ 0x5BD1_E995;
    for (shift, factor) in [(16, 0x85EB_CA6B), (13, 0xC2B2_AE35)] {
        hash ^= hash >> shift;
        hash = hash.wrapping_mul(factor);
    }
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_table_is_mixed_and_in_order() {
        let tickets: Vec<Ticket> =
            (0..3_000).map(|number| Ticket::of_table(number, 3_000)).collect();
        let digits: BTreeSet<u32> = tickets.iter().map(|ticket| ticket.digits).collect();
        assert_eq!(digits.len(), tickets.len());
        assert!(tickets.is_sorted_by_key(|ticket| ticket.created_ms));
        let part = |is: fn(&Ticket) -> bool| tickets.iter().filter(|ticket| is(ticket)).count();
        assert!((2_250..2_550).contains(&part(|ticket| ticket.status == "closed")));
        assert!((90..220).contains(&part(|ticket| ticket.priority == "critical")));
        assert!((150..450).contains(&part(|ticket| ticket.tags.contains(&"vip"))));
        assert_eq!(part(|ticket| ticket.tags.contains(&"recall")), 6);
        for one in [
            part(|ticket| ticket.customer_id == CUSTOMER),
            part(|ticket| ticket.order_id.as_deref() == Some(ORDER)),
        ] {
            assert!((OF_THE_ONE as usize..2 * OF_THE_ONE as usize).contains(&one), "{one}");
        }
    }

    #[test]
    fn an_item_reads_as_a_ticket_of_the_product() {
        let ticket = Ticket::of_table(500, 3_000);
        let item = ticket.item();
        assert_eq!(item["tags"]["L"][0]["S"].as_str().is_some(), !ticket.tags.is_empty());
        let id = copilot_core::ticket::TicketId::parse(item["ticket_id"]["S"].as_str().unwrap());
        assert_eq!(id.unwrap().digits(), ticket.digits);
    }
}
