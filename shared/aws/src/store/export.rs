//! Everything that is kept of a customer, in pages.

use super::{KnownBy, Position, Store, VersionPosition, record};
use crate::limits;
use copilot_core::error::Error;
use copilot_core::ticket::{
    CustomerId, SortOrder, Source, Ticket, TicketChange, TicketFilter, TicketId, TicketMessage,
};

/// One thing that is kept of a customer.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportRecord {
    /// A ticket.
    Ticket(Box<Ticket>),
    /// A change of a ticket.
    Change(TicketId, Box<TicketChange>),
    /// A message on a ticket.
    Message(TicketId, TicketMessage),
    /// A webhook body that could not be read and names the customer.
    KeptBody {
        /// Who sent it.
        source: Source,
        /// When it came.
        received_at: String,
        /// The bytes, as far as they are text.
        text: String,
    },
}

/// A page of what is kept of a customer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExportPage {
    /// Each ticket, oldest first, is followed by its changes and then its messages; bodies come last.
    pub records: Vec<ExportRecord>,
    /// Where the next page begins, unless this one is the last.
    pub next: Option<ExportPlace>,
}

/// A place in what is kept of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPlace(Part);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// After the ticket with this key, or before all.
    Tickets(Option<String>),
    /// In the changes of the ticket with this key, after the version.
    Changes(String, Option<u64>),
    /// The same in its messages.
    Messages(String, Option<u64>),
    /// In the bodies of a source, after the key.
    Bodies(usize, Option<String>),
}

impl ExportPlace {
    /// The place as a text.
    pub(super) fn as_text(&self) -> String {
        let version = |after: &Option<u64>| after.map(|after| after.to_string());
        let (kind, at, after) = match &self.0 {
            Part::Tickets(key) => ("t", key.clone().unwrap_or_default(), None),
            Part::Changes(key, after) => ("c", key.clone(), version(after)),
            Part::Messages(key, after) => ("m", key.clone(), version(after)),
            Part::Bodies(source, after) => ("b", source.to_string(), after.clone()),
        };
        format!("{kind}|{at}|{}", after.unwrap_or_default())
    }

    /// Reads what [`ExportPlace::as_text`] writes.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('|')?;
        let (at, after) = rest.split_once('|')?;
        let key = || record::read_created_key(at).map(|_| at.to_owned());
        let version = || if after.is_empty() { Some(None) } else { after.parse().ok().map(Some) };
        let is_there = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(Self(match kind {
            "t" if at.is_empty() => Part::Tickets(None),
            "t" => Part::Tickets(Some(key()?)),
            "c" => Part::Changes(key()?, version()?),
            "m" => Part::Messages(key()?, version()?),
            "b" => Part::Bodies(at.parse().ok()?, is_there(after)),
            _ => return None,
        }))
    }
}

/// What one look at the store gives: records, their bytes, and where it goes on.
struct Step {
    records: Vec<ExportRecord>,
    bytes: usize,
    next: Option<Part>,
}

impl Store {
    /// What is kept of the customer from the place `from` on. A page ends once it has `limit` records,
    /// [`limits::EXPORT_PAGE_BYTES`] or [`limits::EXPORT_PAGE_LOOKS`]; it may have some more records than
    /// `limit`, and none at all.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`].
    pub async fn export(
        &self,
        customer_id: &CustomerId,
        from: Option<ExportPlace>,
        limit: usize,
    ) -> Result<ExportPage, Error> {
        let ids = self.ids_of_customer(customer_id.clone()).await?;
        let mut page = ExportPage::default();
        let mut place = from.map_or(Part::Tickets(None), |ExportPlace(part)| part);
        let mut known_by = None;
        let mut bytes = 0;
        for _ in 0..limits::EXPORT_PAGE_LOOKS {
            let step = match place {
                Part::Tickets(after) => self.export_ticket(&ids, after).await?,
                Part::Changes(key, after) => self.export_changes(key, after).await?,
                Part::Messages(key, after) => self.export_messages(key, after).await?,
                Part::Bodies(source, after) => {
                    if known_by.is_none() {
                        known_by = Some(self.known_by(&ids).await?);
                    }
                    self.export_bodies(known_by.as_ref(), source, after).await?
                }
            };
            page.records.extend(step.records);
            bytes += step.bytes;
            let Some(next) = step.next else { return Ok(page) };
            place = next;
            if page.records.len() >= limit || bytes >= limits::EXPORT_PAGE_BYTES {
                break;
            }
        }
        page.next = Some(ExportPlace(place));
        Ok(page)
    }

    async fn export_ticket(
        &self,
        ids: &[CustomerId],
        after: Option<String>,
    ) -> Result<Step, Error> {
        let filter = TicketFilter {
            customer_id: ids.first().cloned(),
            further_customer_ids: ids.iter().skip(1).cloned().collect(),
            ..TicketFilter::default()
        };
        let after = after.as_deref().and_then(Position::of);
        let order = SortOrder::OldestFirst;
        let page = self.list(&filter, order, 1, after.as_ref(), |ticket| Ok((ticket, 0))).await?;
        let Some(ticket) = page.tickets.into_iter().next() else {
            let next = match page.next {
                Some(position) => Part::Tickets(Some(position.created_key())),
                None => Part::Bodies(0, None),
            };
            return Ok(Step { records: Vec::new(), bytes: 0, next: Some(next) });
        };
        let key = record::created_key(ticket.created_at, ticket.ticket_id.digits());
        let ticket = match self.read(ticket.ticket_id).await {
            Ok(ticket) => ticket,
            Err(error) => return gone(error, key),
        };
        Ok(Step {
            bytes: ticket.description.as_str().len(),
            records: vec![ExportRecord::Ticket(Box::new(ticket))],
            next: Some(Part::Changes(key, None)),
        })
    }

    async fn export_changes(&self, key: String, after: Option<u64>) -> Result<Step, Error> {
        let (_, ticket_id) = record::read_created_key(&key).ok_or(UNREADABLE)?;
        let after = after.map(|version| VersionPosition { version });
        let page = match self.changes(ticket_id, limits::EXPORT_ENTRIES_AT_ONCE, after).await {
            Ok(page) => page,
            Err(error) => return gone(error, key),
        };
        let records = page.entries.into_iter();
        let next = match page.next {
            Some(position) => Part::Changes(key, Some(position.version)),
            None => Part::Messages(key, None),
        };
        Ok(Step {
            records: records
                .map(|change| ExportRecord::Change(ticket_id, Box::new(change)))
                .collect(),
            bytes: 0,
            next: Some(next),
        })
    }

    async fn export_messages(&self, key: String, after: Option<u64>) -> Result<Step, Error> {
        let (_, ticket_id) = record::read_created_key(&key).ok_or(UNREADABLE)?;
        let after = after.map(|version| VersionPosition { version });
        let page = match self.messages(ticket_id, limits::EXPORT_ENTRIES_AT_ONCE, after).await {
            Ok(page) => page,
            Err(error) => return gone(error, key),
        };
        let bytes = page.entries.iter().map(|message| message.text.len()).sum();
        let records = page.entries.into_iter();
        let next = match page.next {
            Some(position) => Part::Messages(key, Some(position.version)),
            None => Part::Tickets(Some(key)),
        };
        Ok(Step {
            records: records.map(|message| ExportRecord::Message(ticket_id, message)).collect(),
            bytes,
            next: Some(next),
        })
    }

    async fn export_bodies(
        &self,
        known_by: Option<&KnownBy>,
        number: usize,
        after: Option<String>,
    ) -> Result<Step, Error> {
        let nothing = Step { records: Vec::new(), bytes: 0, next: None };
        let (Some(source), Some(known_by)) = (Source::VENDORS.get(number), known_by) else {
            return Ok(nothing);
        };
        let page =
            self.kept_bodies(*source, limits::EXPORT_BODIES_AT_ONCE, after.as_deref()).await?;
        let theirs = page.bodies.into_iter().filter(|kept| known_by.is_in(*source, &kept.body));
        let records: Vec<ExportRecord> = theirs
            .map(|kept| ExportRecord::KeptBody {
                source: *source,
                received_at: kept.received_at,
                text: String::from_utf8_lossy(&kept.body).into_owned(),
            })
            .collect();
        let length = |record: &ExportRecord| match record {
            ExportRecord::KeptBody { text, .. } => text.len(),
            _ => 0,
        };
        let next = match page.next {
            Some(position) => Part::Bodies(number, Some(position)),
            None => Part::Bodies(number + 1, None),
        };
        Ok(Step { bytes: records.iter().map(length).sum(), records, next: Some(next) })
    }
}

/// A ticket that was erased since it was listed has nothing more.
fn gone(error: Error, key: String) -> Result<Step, Error> {
    match error {
        Error::NotFound(_) => {
            Ok(Step { records: Vec::new(), bytes: 0, next: Some(Part::Tickets(Some(key))) })
        }
        other => Err(other),
    }
}

const UNREADABLE: Error = Error::defect("read a place in an export");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let key = || "2024-11-03T10:30:00.123Z#A1B2C3D4".to_owned();
        for part in [
            Part::Tickets(None),
            Part::Tickets(Some(key())),
            Part::Changes(key(), None),
            Part::Changes(key(), Some(7)),
            Part::Messages(key(), Some(4_294_967_297)),
            Part::Bodies(0, None),
            Part::Bodies(1, Some("a".repeat(64))),
        ] {
            let place = ExportPlace(part);
            assert_eq!(ExportPlace::of_text(&place.as_text()), Some(place));
        }
        for wrong in ["", "t", "x||", "c||", "c|2024|", "m|a|b", "b|x|"] {
            assert_eq!(ExportPlace::of_text(wrong), None, "{wrong}");
        }
    }
}
