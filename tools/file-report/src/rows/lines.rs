//! The lines of a file.

use std::io::{self, BufRead, BufReader, Read};

use super::ROW_BYTES_MAXIMUM;

/// The lines of a file. A line that is too long is passed over.
#[derive(Debug)]
pub struct Lines<R> {
    file: BufReader<R>,
    /// The line that was read, without its end.
    line: Vec<u8>,
    /// Its number, counted from 1.
    number: u64,
    /// How many bytes were read.
    position: u64,
    /// The byte that ends a line.
    end: u8,
}

impl<R: Read> Lines<R> {
    pub fn new(file: BufReader<R>, end: u8) -> Self {
        Self { file, line: Vec::new(), number: 0, position: 0, end }
    }

    /// The line that was read, without its end.
    pub fn text(&self) -> &[u8] {
        &self.line
    }

    /// Its number, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Reads the next line: `None` at the end, `false` when it is too long.
    pub fn next(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let mut fits = true;
        let mut is_anything = false;
        loop {
            let filled = match self.file.fill_buf() {
                Ok(filled) => filled,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = filled.iter().position(|byte| *byte == self.end);
            let part = &filled[..end.unwrap_or(filled.len())];
            is_anything |= !filled.is_empty();
            fits &= self.line.len() + part.len() <= ROW_BYTES_MAXIMUM;
            if fits {
                self.line.extend_from_slice(part);
            }
            let is_last = filled.is_empty();
            let read = part.len() + usize::from(end.is_some());
            self.file.consume(read);
            self.position += read as u64;
            if end.is_some() || is_last {
                break;
            }
        }
        if !is_anything {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(fits))
    }
}
