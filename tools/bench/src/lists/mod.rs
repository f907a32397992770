//! Whether a page of a list takes as long in a large table as in a small one: `read-tickets` behind
//! a Runtime API, against embedded DynamoDBs with tables of several sizes. The tables take turns
//! with each request, so what else the machine does hits all of them.

mod filter;
mod meter;
mod reader;
mod report;
mod table;
mod ticket;

use std::net::SocketAddr;
use std::path::PathBuf;

use filter::{FILTERS, List};
use meter::{Consumed, Meter};
use reader::{Reader, ReaderError};
pub use report::Report;
use report::{Figures, Row};
use table::{Table, TableError};

use crate::machine::Machine;
use crate::measure::milliseconds;

/// Requests before the first that counts.
const REQUESTS_AHEAD: u32 = 20;
/// The page in the middle that is measured.
const MIDDLE_PAGE: usize = 10;

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The program of read-tickets, built with `--release`
    #[arg(long)]
    read_tickets: PathBuf,
    /// Tickets in each table
    #[arg(long, value_delimiter = ',', default_value = "1000,30000,300000", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    tickets: Vec<u32>,
    /// Requests for each page
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// Folder for logs
    #[arg(long)]
    logs: PathBuf,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum ListsError {
    /// No table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No page.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// No place for the tables or the meter.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// The address of a DynamoDB is none.
    #[error("{0}")]
    Address(#[from] std::net::AddrParseError),
    /// A page shows other tickets than it should.
    #[error("{list}: the page of {query} shows other tickets than it should")]
    WrongPage {
        /// The list.
        list: &'static str,
        /// What was asked.
        query: String,
    },
}

/// A table and who reads it.
struct Measured {
    table: Table,
    reader: Reader,
    meter: Meter,
    metered: Reader,
}

/// Fills the tables and measures.
///
/// # Errors
/// [`ListsError`].
pub async fn run(options: &Options) -> Result<Report, ListsError> {
    let machine = Machine::now();
    std::fs::create_dir_all(&options.logs)?;
    let folder = tempfile::tempdir_in(&options.logs)?;
    let mut all = Vec::new();
    for count in &options.tickets {
        let table = Table::fill(folder.path(), *count).await?;
        let address: SocketAddr = table.endpoint.trim_start_matches("http://").parse()?;
        let meter = Meter::start(address).await?;
        let log = |name: &str| options.logs.join(format!("read-tickets-{count}{name}.log"));
        let (program, name, key) = (&options.read_tickets, &table.name, &table.key);
        let mut reader = Reader::start(program, &table.endpoint, key, name, log("")).await?;
        let metered = Reader::start(program, &meter.endpoint, key, name, log("-metered")).await?;
        for _ in 0..REQUESTS_AHEAD {
            reader.page("order=desc").await?;
        }
        all.push(Measured { table, reader, meter, metered });
    }
    let mut rows = Vec::new();
    for filter in FILTERS {
        for is_ascending in [false, true] {
            crate::progress(&format!("{}, {}", filter.name, order(is_ascending)));
            let mut pages = Vec::new();
            for measured in &mut all {
                pages.push(measured.pages(filter, is_ascending).await?);
            }
            for (at, page) in ["first", "10th", "last"].into_iter().enumerate() {
                let queries: Vec<Option<String>> =
                    pages.iter().map(|queries| queries[at].clone()).collect();
                let figures = measure(&mut all, &queries, options.requests).await?;
                rows.push(Row { list: filter.name, order: order(is_ascending), page, figures });
            }
        }
    }
    Ok(Report { machine, requests: options.requests, tickets: options.tickets.clone(), rows })
}

fn order(is_ascending: bool) -> &'static str {
    if is_ascending { "asc" } else { "desc" }
}

/// Every table's page in turn.
async fn measure(
    all: &mut [Measured],
    queries: &[Option<String>],
    requests: u32,
) -> Result<Vec<Option<Figures>>, ListsError> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); all.len()];
    for _ in 0..requests {
        for ((measured, query), times) in all.iter_mut().zip(queries).zip(&mut times) {
            if let Some(query) = query {
                times.push(milliseconds(measured.reader.page(query).await?.time));
            }
        }
    }
    let mut figures = Vec::new();
    for ((measured, query), times) in all.iter_mut().zip(queries).zip(&times) {
        figures.push(match query {
            None => None,
            Some(query) => Some(Figures::of(times, measured.consumed(query).await?)),
        });
    }
    Ok(figures)
}

impl Measured {
    /// The queries of the first, the tenth and the last page of a list, each of which shows what it
    /// should. The tenth is absent in a shorter list.
    async fn pages(
        &mut self,
        filter: filter::Filter,
        is_ascending: bool,
    ) -> Result<[Option<String>; 3], ListsError> {
        let list = List::of(filter, is_ascending, &self.table.tickets);
        let (ids, first, last) = (list.ids(), list.query(), list.query_of_last_page());
        let wrong =
            |query: &str| ListsError::WrongPage { list: filter.name, query: query.to_owned() };
        let mut query = first.clone();
        let mut shown = 0;
        let mut middle = None;
        for number in 1..=MIDDLE_PAGE {
            let page = self.reader.page(&query).await?;
            if !ids[shown..].starts_with(&page.ids) {
                return Err(wrong(&query));
            }
            shown += page.ids.len();
            if number == MIDDLE_PAGE {
                middle = Some(query.clone());
            }
            let Some(cursor) = page.next else { break };
            query = format!("{first}&cursor={cursor}");
        }
        let page = self.reader.page(&last).await?;
        // After the last ticket that a filter shows, others may follow that have not been read yet.
        let ends = page.next.is_none() || !filter.is_indexed;
        if !ends || !ids.ends_with(&page.ids) {
            return Err(wrong(&last));
        }
        Ok([Some(first), middle, Some(last)])
    }

    async fn consumed(&mut self, query: &str) -> Result<Consumed, ListsError> {
        self.meter.take();
        self.metered.page(query).await?;
        Ok(self.meter.take())
    }
}
