//! `language-reach`: how many texts in English get a category, and how many in other languages do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use copilot_triage::language::{Language, detect};
use thiserror::Error;

use crate::dataset::{DatasetError, read};

/// To how many words the English texts are cut, besides being read whole.
const CUTS: [usize; 3] = [3, 5, 10];
/// From how many words on a text in another language must not be taken for English.
const LONG_WORDS: usize = 4;

/// Arguments of `language-reach`.
#[derive(Args)]
pub struct Arguments {
    /// Folders of English texts; the name of a folder is the name of its source
    #[arg(long, required = true, num_args = 1.., value_name = "DIR")]
    data: Vec<PathBuf>,
    /// Files of texts in other languages: in each line a language's code, a tab and a text
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    foreign: Vec<PathBuf>,
    /// Which of its lines to read
    #[arg(long, value_enum, default_value_t = Lines::All)]
    lines: Lines,
    /// Prints every text that comes out wrong
    #[arg(long)]
    wrong: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lines {
    /// All of them
    All,
    /// Those at odd places, which the lists of words may be made by
    Odd,
    /// Those at even places, which are for judging alone
    Even,
}

/// Why nothing could be measured.
#[derive(Debug, Error)]
pub enum LanguageReachError {
    /// The English texts.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The others.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why it could not be read.
        error: std::io::Error,
    },
    /// A line that is not as described.
    #[error("{path}: line {line} is no code, tab and text")]
    NoText {
        /// The file.
        path: PathBuf,
        /// Its place, from 1.
        line: usize,
    },
}

/// Prints a table of the English sources and one of the other languages.
pub fn run(arguments: &Arguments) -> Result<(), LanguageReachError> {
    print_english(arguments)?;
    println!(
        "\nPart of the texts in other languages that is taken for English, by length in words"
    );
    arguments.foreign.iter().try_for_each(|path| print_foreign(arguments, path))
}

fn print_english(arguments: &Arguments) -> Result<(), DatasetError> {
    println!("Part of the English texts that gets a category, whole and cut to their first words");
    println!("{:<24} {:>6} {:>8} {:>8} {:>8} {:>8}", "source", "texts", "whole", 3, 5, 10);
    for folder in &arguments.data {
        let rows = read(std::slice::from_ref(folder), usize::MAX)?;
        let reach = |words: usize| {
            let cut =
                |text: &str| text.split_whitespace().take(words).collect::<Vec<_>>().join(" ");
            let missed: Vec<String> = rows
                .iter()
                .map(|row| cut(&row.text))
                .filter(|text| !detect(text).is_known_to_the_model())
                .collect();
            if arguments.wrong {
                missed.iter().for_each(|text| println!("  {:?} {text}", detect(text).code()));
            }
            share(rows.len() - missed.len(), rows.len())
        };
        let [three, five, ten] = CUTS.map(reach);
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
        println!(
            "{name:<24} {:>6} {:>8} {three:>8} {five:>8} {ten:>8}",
            rows.len(),
            reach(usize::MAX)
        );
    }
    Ok(())
}

/// What became of the texts of one language.
#[derive(Default)]
struct Told {
    short: usize,
    short_as_english: usize,
    long: usize,
    long_as_english: usize,
    right: usize,
    wrong: usize,
}

impl Told {
    fn add(&mut self, code: &str, text: &str, language: Language) {
        let as_english = usize::from(language.is_known_to_the_model());
        if text.split_whitespace().count() < LONG_WORDS {
            self.short += 1;
            self.short_as_english += as_english;
        } else {
            self.long += 1;
            self.long_as_english += as_english;
        }
        self.right += usize::from(language.code() == Some(code));
        self.wrong += usize::from(language.code().is_some_and(|told| told != code));
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<8} {:>6} {:>11} {:>6} {:>11} {:>10} {:>10}",
            self.long,
            share(self.long_as_english, self.long),
            self.short,
            share(self.short_as_english, self.short),
            share(self.right, self.long + self.short),
            share(self.wrong, self.long + self.short),
        );
    }
}

fn print_foreign(arguments: &Arguments, path: &Path) -> Result<(), LanguageReachError> {
    let unreadable = |error| LanguageReachError::Unreadable { path: path.to_owned(), error };
    let content = std::fs::read_to_string(path).map_err(unreadable)?;
    let mut languages: BTreeMap<&str, Told> = BTreeMap::new();
    let mut all = Told::default();
    for (place, line) in content.lines().enumerate() {
        let (code, text) = line
            .split_once('\t')
            .ok_or_else(|| LanguageReachError::NoText { path: path.to_owned(), line: place + 1 })?;
        let is_odd = place % 2 == 0;
        if arguments.lines != Lines::All && is_odd != (arguments.lines == Lines::Odd) {
            continue;
        }
        let language = detect(text);
        if arguments.wrong && language.is_known_to_the_model() {
            println!("  {code} {text}");
        }
        languages.entry(code).or_default().add(code, text, language);
        all.add(code, text, language);
    }
    println!("\n{}", path.display());
    println!(
        "{:<8} {:>6} {:>11} {:>6} {:>11} {:>10} {:>10}",
        "", "long", "as English", "short", "as English", "told right", "wrong"
    );
    languages.iter().for_each(|(code, told)| told.print(code));
    all.print("all");
    Ok(())
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{:.2} %", 100.0 * part as f64 / whole as f64)
}
