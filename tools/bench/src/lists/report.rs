//! The figures of lists as Markdown.

use std::fmt::{self, Display, Formatter};

use super::meter::Consumed;
use crate::machine::Machine;
use crate::report::number;
use crate::statistics::percentile;

/// How much longer a page of the largest table may take than one of the smallest.
const FLAT: f64 = 1.5;

/// All that was measured of lists.
pub struct Report {
    pub machine: Machine,
    /// Requests for each page.
    pub requests: u32,
    /// Tickets in each table.
    pub tickets: Vec<u32>,
    /// One for each page of each list.
    pub rows: Vec<Row>,
}

/// A page of a list in every table.
pub struct Row {
    pub list: &'static str,
    pub order: &'static str,
    pub page: &'static str,
    /// For each table, unless its list has no such page.
    pub figures: Vec<Option<Figures>>,
}

/// What one page takes.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    p50_ms: f64,
    p99_ms: f64,
    consumed: Consumed,
}

impl Figures {
    /// Of the times of one page, in milliseconds.
    pub fn of(times: &[f64], consumed: Consumed) -> Self {
        let at = |percent| percentile(times, percent).unwrap_or(f64::NAN);
        Self { p50_ms: at(50), p99_ms: at(99), consumed }
    }
}

impl Row {
    /// The median of the largest table as a multiple of that of the smallest with such a page.
    fn ratio(&self) -> Option<f64> {
        let mut known = self.figures.iter().flatten();
        let (smallest, largest) = (known.next()?, known.next_back()?);
        Some(largest.p50_ms / smallest.p50_ms)
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "Measured on {}. {} requests for each page of 25 tickets, the tables in turns; p50 / p99 \
             in ms, then read units and calls of the page. × is the p50 of the largest table as a \
             multiple of that of the smallest that has such a page.\n",
            self.machine, self.requests
        )?;
        write!(out, "| list | order | page |")?;
        self.tickets.iter().try_for_each(|count| write!(out, " {count} tickets |"))?;
        writeln!(out, " × |\n|---|---|---|{}---:|", "---:|".repeat(self.tickets.len()))?;
        for row in &self.rows {
            write!(out, "| {} | {} | {} |", row.list, row.order, row.page)?;
            for figures in &row.figures {
                match figures {
                    None => write!(out, " – |")?,
                    Some(Figures { p50_ms, p99_ms, consumed: Consumed { units, calls } }) => {
                        write!(
                            out,
                            " {} / {}; {units} in {calls} |",
                            number(*p50_ms),
                            number(*p99_ms)
                        )?
                    }
                }
            }
            writeln!(out, " {} |", row.ratio().map_or_else(|| "–".to_owned(), number))?;
        }
        let ratios: Vec<f64> = self.rows.iter().filter_map(Row::ratio).collect();
        let flat = ratios.iter().filter(|ratio| **ratio <= FLAT).count();
        let worst = ratios.iter().copied().fold(f64::NAN, f64::max);
        writeln!(
            out,
            "\n{flat} of {} pages are flat within × {FLAT}; the steepest is × {}.",
            ratios.len(),
            number(worst)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_largest_to_the_smallest_with_such_a_page() {
        let of = |time: f64| Some(Figures::of(&[time], Consumed { units: 20.5, calls: 17 }));
        let row = |figures| Row { list: "all", order: "desc", page: "10th", figures };
        let rows = vec![
            row(vec![of(2.0), of(9.0), of(4.0)]),
            row(vec![None, of(4.0), of(5.0)]),
            row(vec![None, None, of(5.0)]),
        ];
        let ratios: Vec<Option<f64>> = rows.iter().map(Row::ratio).collect();
        assert_eq!(ratios, [Some(2.0), Some(1.25), None]);
        let tickets = vec![1, 2, 3];
        let text = Report { machine: Machine::now(), requests: 1, tickets, rows }.to_string();
        assert!(
            text.contains("| – | 4.00 / 4.00; 20.5 in 17 | 5.00 / 5.00; 20.5 in 17 | 1.25 |"),
            "{text}"
        );
        assert!(
            text.contains("1 of 2 pages are flat within × 1.5; the steepest is × 2.00."),
            "{text}"
        );
    }
}
