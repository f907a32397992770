//! The file of tickets as the command line names it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use encoding_rs::Encoding;

use crate::columns::NamedColumns;
use crate::encoding::{self, DecodedText, EncodingError, TextFacts};
use crate::files::{self, FileError, PendingFile};
use crate::rows::{ReadError, Rows};
use crate::safe_text::on_one_line;

/// The file to read.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct InputFile {
    /// The tickets: CSV with a line of headings, JSON Lines, or a list in JSON
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Form of the file [default: as its name ends, .csv, .tsv, .json, .jsonl or .ndjson]
    #[arg(long)]
    pub format: Option<Format>,

    /// Encoding of the file, such as windows-1252 or shift_jis [default: as its bytes tell]
    #[arg(long, value_name = "NAME", value_parser = named_encoding)]
    pub encoding: Option<&'static Encoding>,
}

/// The form of a file of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Values between commas, semicolons or tabs, under a line of headings
    Csv,
    /// One JSON object on each line, or a list of them
    #[value(alias = "json")]
    Jsonl,
}

/// Why a file of tickets cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error("{} cannot be read: {source}", file.display())]
    System { file: PathBuf, source: io::Error },
    /// It is a folder or a pipe.
    #[error("{} is no regular file", file.display())]
    NotAFile { file: PathBuf },
    /// Its name does not tell what it is.
    #[error("the name of {} ends neither in .csv, .tsv, .json, .jsonl nor .ndjson; say what it is with --format", file.display())]
    UnknownFormat { file: PathBuf },
    #[error("{} {source}", file.display())]
    Encoding { file: PathBuf, source: EncodingError },
    #[error("{} {source}", file.display())]
    Rows { file: PathBuf, source: ReadError },
}

/// Longest name of a file that is shown, in characters.
const FILE_NAME_CHARACTERS: usize = 120;

/// The name of a file, fit to be shown.
pub fn shown_name(file: &Path) -> String {
    on_one_line(&file.file_name().unwrap_or_default().to_string_lossy(), FILE_NAME_CHARACTERS)
}

impl InputFile {
    /// The form of the file: as named, or as its name ends.
    pub fn file_format(&self) -> Option<Format> {
        self.format.or_else(|| {
            let ending = self.file.extension()?.to_str()?.to_ascii_lowercase();
            match ending.as_str() {
                "csv" | "tsv" => Some(Format::Csv),
                "json" | "jsonl" | "ndjson" => Some(Format::Jsonl),
                _ => None,
            }
        })
    }

    /// Checks the file and begins to read it: its rows, and what its text is. With `keeps_originals`
    /// each row comes with all its columns.
    ///
    /// # Errors
    /// [`InputError`].
    pub fn open(
        &self,
        named: &NamedColumns,
        keeps_originals: bool,
    ) -> Result<(Rows, TextFacts), InputError> {
        let file = self.file.clone();
        let system = |source| InputError::System { file: file.clone(), source };
        if !fs::metadata(&file).map_err(system)?.is_file() {
            // It is read more than once, so what comes only once does not do.
            return Err(InputError::NotAFile { file });
        }
        let Some(format) = self.file_format() else {
            return Err(InputError::UnknownFormat { file });
        };
        let text = encoding::examine(|| File::open(&file), self.encoding)
            .map_err(|source| InputError::Encoding { file: file.clone(), source })?;
        let open = || Ok(DecodedText::new(File::open(&file)?, text.encoding));
        Rows::open(open, format, named, keeps_originals)
            .map(|rows| (rows, text))
            .map_err(|source| InputError::Rows { file: file.clone(), source })
    }

    /// Begins a report and, if it is wanted, another output, before the work is done in vain. Without
    /// a name the report stands beside this file, with `ending` in place of this one's.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn begin_files(
        &self,
        report: Option<&Path>,
        (ending, mark): (&str, &str),
        output: Option<&Path>,
        overwrite: bool,
    ) -> Result<(PendingFile, Option<PendingFile>), FileError> {
        let beside = || files::report_beside(&self.file, ending);
        let report = report.map_or_else(beside, Path::to_owned);
        let same = |path: &Path| FileError::Same { path: path.to_owned() };
        if files::are_same(&report, &self.file) {
            return Err(same(&report));
        }
        if let Some(output) = output
            && (files::are_same(output, &self.file) || files::are_same(output, &report))
        {
            return Err(same(output));
        }
        let report = PendingFile::create(&report, overwrite, Some(mark))?;
        let output = output.map(|path| PendingFile::create(path, overwrite, None));
        Ok((report, output.transpose()?))
    }
}

/// No encoding has this name.
#[derive(Debug, thiserror::Error)]
#[error("must be the name of an encoding, such as utf-8, utf-16le, windows-1252 or shift_jis")]
struct ParseEncodingError;

fn named_encoding(name: &str) -> Result<&'static Encoding, ParseEncodingError> {
    Encoding::for_label_no_replacement(name.as_bytes()).ok_or(ParseEncodingError)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        input: InputFile,
    }

    fn parse(arguments: &[&str]) -> Result<InputFile, clap::Error> {
        let arguments = ["report"].iter().chain(arguments);
        Line::try_parse_from(arguments).map(|line| line.input)
    }

    #[test]
    fn the_form_is_named_or_as_the_name_ends() {
        for (arguments, expected) in [
            (&["a.csv"][..], Some(Format::Csv)),
            (&["a.TSV"], Some(Format::Csv)),
            (&["a.b.jsonl"], Some(Format::Jsonl)),
            (&["a.ndjson"], Some(Format::Jsonl)),
            (&["a.csv", "--format", "jsonl"], Some(Format::Jsonl)),
            (&["a.json"], Some(Format::Jsonl)),
            (&["a.txt", "--format", "json"], Some(Format::Jsonl)),
            (&["a.txt"], None),
            (&["csv"], None),
        ] {
            assert_eq!(parse(arguments).unwrap().file_format(), expected, "{arguments:?}");
        }
    }

    #[test]
    fn an_encoding_is_known_by_its_usual_names() {
        for (name, expected) in [("latin1", "windows-1252"), ("Shift_JIS", "Shift_JIS")] {
            let arguments = parse(&["a.csv", "--encoding", name]).unwrap();
            assert_eq!(arguments.encoding.unwrap().name(), expected);
        }
        for wrong in ["", "utf", "hz-gb-2312"] {
            assert!(parse(&["a.csv", "--encoding", wrong]).is_err(), "{wrong}");
        }
    }
}
