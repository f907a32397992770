//! Suggests for every row, on all cores, and hands the outcomes on in the order of the file.

use std::num::NonZeroU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use chrono::{DateTime, Utc};
use copilot_core::ticket::Suggestion;
use copilot_triage::Triage;

use file_report::rows::{Created, ReadError, ReadRow, Row, RowFault, Rows};

/// Most rows that a core takes at once.
const BATCH_ROWS: usize = 64;
/// Bytes from which on a core takes no further row: texts may be long.
const BATCH_BYTES: usize = 1024 * 1024;
/// Most cores that are used.
const WORKERS_MAXIMUM: usize = 32;
/// Batches that wait before and after each core. They bound the memory.
const BATCHES_WAITING: usize = 1;

/// What became of a row.
#[derive(Debug)]
pub enum Outcome {
    Suggested(Box<Row>, Box<Suggestion>),
    /// It has no text.
    Blank,
    /// It cannot be read.
    Unreadable(RowFault),
}

/// Rows that are worked on together.
struct Batch<T> {
    items: Vec<T>,
    /// How many bytes of the file were read by then.
    position: u64,
}

/// Suggests for the rows, `limit` at most, and calls `each` for every outcome, and `progress` with
/// the bytes that are done. A row that does not say when it was created counts as created at `now`.
///
/// # Errors
/// The file cannot be read any further, or `each` fails.
pub fn suggest_all<E: From<ReadError>>(
    rows: Rows,
    triage: &Triage,
    limit: Option<NonZeroU64>,
    now: DateTime<Utc>,
    mut each: impl FnMut(Outcome) -> Result<(), E>,
    mut progress: impl FnMut(u64),
) -> Result<(), E> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(WORKERS_MAXIMUM);
    thread::scope(|scope| {
        // Each core has its own way in and out. The batches take the ways in turn, so they come out
        // in the order in which they went in.
        let (entries, exits): (Vec<_>, Vec<_>) = (0..workers)
            .map(|_| {
                let (entry, waiting) = sync_channel::<Batch<ReadRow>>(BATCHES_WAITING);
                let (done, exit) = sync_channel(BATCHES_WAITING);
                scope.spawn(move || work(triage, now, &waiting, &done));
                (entry, exit)
            })
            .unzip();
        let reader = scope.spawn(move || read(rows, limit, &entries));
        let collected = collect(&exits, &mut each, &mut progress);
        // Whoever still works finds nobody to hand on to, and ends.
        drop(exits);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        collected?;
        Ok(read?)
    })
}

fn read(
    mut rows: Rows,
    limit: Option<NonZeroU64>,
    entries: &[SyncSender<Batch<ReadRow>>],
) -> Result<(), ReadError> {
    let mut left = limit.map_or(u64::MAX, NonZeroU64::get);
    for entry in entries.iter().cycle() {
        let mut items = Vec::with_capacity(BATCH_ROWS);
        let mut bytes = 0;
        while left > 0 && items.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(row) = rows.next_row()? else {
                left = 0;
                break;
            };
            left -= 1;
            bytes += size(&row);
            items.push(row);
        }
        if items.is_empty() || entry.send(Batch { items, position: rows.position() }).is_err() {
            break;
        }
    }
    Ok(())
}

fn size(row: &ReadRow) -> usize {
    match row {
        ReadRow::Row(row) => {
            row.subject.len() + row.description.len() + row.original.as_ref().map_or(0, String::len)
        }
        ReadRow::Blank | ReadRow::Unreadable(_) => 0,
    }
}

fn work(
    triage: &Triage,
    now: DateTime<Utc>,
    waiting: &Receiver<Batch<ReadRow>>,
    done: &SyncSender<Batch<Outcome>>,
) {
    for batch in waiting {
        let outcome = |row| match row {
            ReadRow::Blank => Outcome::Blank,
            ReadRow::Unreadable(fault) => Outcome::Unreadable(fault),
            ReadRow::Row(row) => {
                let created = match row.created {
                    Created::At(time) => time,
                    Created::Unsaid | Created::Ambiguous | Created::Unreadable => now,
                };
                let suggestion = triage.suggest_for(&row.subject, &row.description, created);
                Outcome::Suggested(row, Box::new(suggestion))
            }
        };
        let items = batch.items.into_iter().map(outcome).collect();
        if done.send(Batch { items, position: batch.position }).is_err() {
            break;
        }
    }
}

fn collect<E>(
    exits: &[Receiver<Batch<Outcome>>],
    each: &mut impl FnMut(Outcome) -> Result<(), E>,
    progress: &mut impl FnMut(u64),
) -> Result<(), E> {
    for exit in exits.iter().cycle() {
        // The first way that nothing comes out of any more is where the next batch would have gone.
        let Ok(batch) = exit.recv() else { break };
        for outcome in batch.items {
            each(outcome)?;
        }
        progress(batch.position);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use copilot_triage::Threshold;

    use super::*;
    use file_report::columns::NamedColumns;
    use file_report::encoding::DecodedText;
    use file_report::input::Format;

    #[derive(Debug, PartialEq)]
    enum Stop {
        Reading,
        Enough,
    }

    impl From<ReadError> for Stop {
        fn from(_: ReadError) -> Self {
            Self::Reading
        }
    }

    fn lines(
        file: &str,
        limit: Option<u64>,
        most: usize,
    ) -> (Vec<Option<u64>>, Result<(), Stop>, u64) {
        let mut written = tempfile::NamedTempFile::new().unwrap();
        written.write_all(file.as_bytes()).unwrap();
        let open = || Ok(DecodedText::new(File::open(written.path())?, encoding_rs::UTF_8));
        let rows = Rows::open(open, Format::Csv, &NamedColumns::default(), false).unwrap();
        let triage = Triage::new(Threshold::parse("0.8").unwrap()).unwrap();
        let mut lines = Vec::new();
        let mut position = 0;
        let limit = limit.map(|limit| NonZeroU64::new(limit).unwrap());
        let each = |outcome| {
            lines.push(match outcome {
                Outcome::Suggested(row, _) => Some(row.line),
                Outcome::Unreadable(fault) => Some(fault.line),
                Outcome::Blank => None,
            });
            if lines.len() == most { Err(Stop::Enough) } else { Ok(()) }
        };
        let ended = suggest_all(rows, &triage, limit, Utc::now(), each, |bytes| position = bytes);
        (lines, ended, position)
    }

    fn file(rows: usize) -> String {
        let rows = (0..rows).map(|row| match row % 100 {
            98 => " \n".to_owned(),
            99 => "a,b\n".to_owned(),
            _ => format!("Where is parcel {row}?\n"),
        });
        format!("body\n{}", rows.collect::<String>())
    }

    #[test]
    fn outcomes_keep_the_order_of_the_file() {
        let file = file(5000);
        let (lines, ended, position) = lines(&file, None, usize::MAX);
        assert_eq!(ended, Ok(()));
        assert_eq!(lines.len(), 5000);
        for (row, line) in lines.iter().enumerate() {
            let expected = (row % 100 != 98).then_some(row as u64 + 2);
            assert_eq!(*line, expected, "row {row}");
        }
        assert_eq!(position, file.len() as u64);
    }

    #[test]
    fn no_more_than_the_limit_is_read() {
        for limit in [1, 64, 65, 150] {
            assert_eq!(lines(&file(1000), Some(limit), usize::MAX).0.len(), limit as usize);
        }
        assert_eq!(lines("body\n", None, usize::MAX).0, []);
    }

    #[test]
    fn a_failure_ends_everything() {
        let (seen, ended, _) = lines(&file(5000), None, 70);
        assert_eq!((seen.len(), ended), (70, Err(Stop::Enough)));
        let endless = format!("{}\"{}", file(200), "x".repeat(5 * 1024 * 1024));
        let (seen, ended, _) = lines(&endless, None, usize::MAX);
        assert_eq!(ended, Err(Stop::Reading));
        assert!(seen.len() <= 200);
    }
}
