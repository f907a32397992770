//! The figures as Markdown.

use std::fmt::{self, Display, Formatter};

use crate::load::{Load, LoadFigures};
use crate::machine::Machine;
use crate::measure::{Amount, Figures, Measured, mebibytes};

/// All that was measured.
pub struct Report {
    pub machine: Machine,
    pub amount: Amount,
    /// `create-ticket` and its peers, over each transport.
    pub creators: Vec<CreatorsOver>,
    /// Every function over HTTPS with one root.
    pub functions: Vec<Measured>,
    /// Under load: the local stack, then FastAPI.
    pub load: Option<(Load, [LoadFigures; 2])>,
}

/// `create-ticket`, plain Rust and Python over one transport.
pub struct CreatorsOver {
    pub transport: &'static str,
    /// What was measured of each.
    pub measured: [Measured; 3],
    /// The two bare calls, in milliseconds.
    pub floor_ms: f64,
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Amount { cold, warm } = self.amount;
        writeln!(
            out,
            "Measured on {}. Medians of {cold} starts and {warm} requests of each, taken in turns; \
             times in ms, sizes in MiB. × is create-ticket's part of the other's figure.\n",
            self.machine
        )?;
        self.write_creators(out)?;
        self.write_functions(out)?;
        match &self.load {
            Some((load, figures)) => write_load(out, *load, figures),
            None => Ok(()),
        }
    }
}

impl Report {
    fn write_creators(&self, out: &mut Formatter<'_>) -> fmt::Result {
        const RATIOS: &str = "| create-ticket | plain Rust | Python | × plain Rust | × Python |\n|---|---:|---:|---:|---:|---:|";
        for CreatorsOver { transport, measured, floor_ms } in &self.creators {
            writeln!(out, "| creating a ticket over {transport} {RATIOS}")?;
            let mut row = |name: &str, figure: fn(&Figures) -> f64| {
                compare(out, name, &measured.map(|one| figure(&one.figures)))
            };
            row("cold start and first request", |figures| figures.cold_ms)?;
            row("– until it asks for a request", |figures| figures.init_ms)?;
            row("– the first request", |figures| figures.first_ms)?;
            row("warm request", |figures| figures.warm_ms)?;
            row("– 99 of 100 within", |figures| figures.warm_p99_ms)?;
            row("– time on a processor", |figures| figures.cpu_ms)?;
            row("memory at its peak", |figures| figures.memory_mib)?;
            writeln!(
                out,
                "| a warm request's two calls alone | {} | | | | |\n",
                number(*floor_ms)
            )?;
        }
        let Some(CreatorsOver { measured, .. }) = self.creators.first() else { return Ok(()) };
        writeln!(out, "| size {RATIOS}")?;
        compare(out, "program", &measured.map(|one| mebibytes(one.size.files)))?;
        compare(out, "ZIP file", &measured.map(|one| mebibytes(one.size.zip)))?;
        writeln!(out)
    }

    fn write_functions(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let one_root = self.creators.iter().find(|over| over.transport == ONE_ROOT);
        let Some(CreatorsOver { measured: [_, plain_rust, python], .. }) = one_root else {
            return Ok(());
        };
        writeln!(
            out,
            "| function over {ONE_ROOT} | cold | init | first | warm | p99 | CPU | memory | program | ZIP | cold × plain Rust | cold × Python |"
        )?;
        writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        for Measured { name, figures, size } in &self.functions {
            let Figures { cold_ms, init_ms, first_ms, warm_ms, warm_p99_ms, cpu_ms, memory_mib } =
                *figures;
            let (program, zip) = (mebibytes(size.files), mebibytes(size.zip));
            write!(out, "| {name} |")?;
            for figure in
                [cold_ms, init_ms, first_ms, warm_ms, warm_p99_ms, cpu_ms, memory_mib, program, zip]
            {
                write!(out, " {} |", number(figure))?;
            }
            let [of_rust, of_python] =
                [plain_rust, python].map(|peer| number(cold_ms / peer.figures.cold_ms));
            writeln!(out, " {of_rust} | {of_python} |")?;
        }
        writeln!(out)
    }
}

/// HTTPS with as few roots as the functions trust, in words.
pub const ONE_ROOT: &str = "HTTPS, trusting one root";

fn compare(out: &mut Formatter<'_>, name: &str, figures: &[f64; 3]) -> fmt::Result {
    let [ours, plain_rust, python] = *figures;
    let [ours, plain_rust, python, of_rust, of_python] =
        [ours, plain_rust, python, ours / plain_rust, ours / python].map(number);
    writeln!(out, "| {name} | {ours} | {plain_rust} | {python} | {of_rust} | {of_python} |")
}

fn write_load(out: &mut Formatter<'_>, load: Load, figures: &[LoadFigures; 2]) -> fmt::Result {
    let Load { clients, seconds } = load;
    writeln!(
        out,
        "| {clients} clients creating for {seconds} s | what it does | creates a second | p50 | p99 |"
    )?;
    writeln!(out, "|---|---|---:|---:|---:|")?;
    let [local_stack, fastapi] = figures;
    let rows = [
        (
            "local stack",
            "stores each ticket on disk, sends its message, keeps it unique by its key; the \
             gateway, DynamoDB, SQS and the functions run on the same machine",
            local_stack,
        ),
        ("FastAPI", "puts each ticket into a dict and a list in memory, in one process", fastapi),
    ];
    for (name, does, LoadFigures { creates_per_second, p50_ms, p99_ms }) in rows {
        let (rate, p50, p99) = (number(*creates_per_second), number(*p50_ms), number(*p99_ms));
        writeln!(out, "| {name} | {does} | {rate} | {p50} | {p99} |")?;
    }
    let [of_rate, of_p50, of_p99] = [
        local_stack.creates_per_second / fastapi.creates_per_second,
        local_stack.p50_ms / fastapi.p50_ms,
        local_stack.p99_ms / fastapi.p99_ms,
    ]
    .map(number);
    writeln!(out, "| × FastAPI | | {of_rate} | {of_p50} | {of_p99} |")
}

/// Three significant digits or so: more would be noise.
pub fn number(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 0.1 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::Size;

    fn measured(name: &'static str, cold_ms: f64) -> Measured {
        let figures = Figures {
            cold_ms,
            init_ms: 1.0,
            first_ms: 1.0,
            warm_ms: 1.0,
            warm_p99_ms: 1.0,
            cpu_ms: 1.0,
            memory_mib: 1.0,
        };
        Measured { name, size: Size { files: 2 << 20, zip: 1 << 20 }, figures }
    }

    fn report() -> Report {
        let under_load = LoadFigures { creates_per_second: 500.0, p50_ms: 1.0, p99_ms: 2.0 };
        Report {
            machine: Machine::now(),
            amount: Amount { cold: 20, warm: 300 },
            creators: vec![CreatorsOver {
                transport: ONE_ROOT,
                measured: [measured("a", 5.0), measured("b", 50.0), measured("c", 1_000.0)],
                floor_ms: 0.2,
            }],
            functions: vec![measured("api-docs", 2.5)],
            load: Some((Load { clients: 16, seconds: 10 }, [under_load; 2])),
        }
    }

    #[test]
    fn ratios_stand_beside_the_figures() {
        let text = report().to_string();
        let cold = "| cold start and first request | 5.00 | 50.0 | 1000 | 0.10 | 0.005 |";
        assert!(text.contains(cold), "{text}");
        assert!(text.contains("| ZIP file | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 |"), "{text}");
        assert!(
            text.contains("| api-docs | 2.50 |") && text.contains("| 0.050 | 0.003 |"),
            "{text}"
        );
        assert!(text.contains("| × FastAPI | | 1.00 | 1.00 | 1.00 |"), "{text}");
    }

    #[test]
    fn every_row_is_as_wide_as_its_table() {
        let text = report().to_string();
        let width = |line: &str| line.matches('|').count();
        let lines: Vec<&str> = text.lines().collect();
        for (row, above) in lines.iter().skip(1).zip(&lines) {
            if row.starts_with('|') && above.starts_with('|') {
                assert_eq!(width(row), width(above), "{row}");
            }
        }
    }
}
