//! The articles of a folder.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use copilot_core::ticket::LanguageCode;
use copilot_knowledge::article::{Article, ArticleId, ArticleState, Written, parse_file};
use copilot_knowledge::limits;
use file_report::safe_text::on_one_line;

use crate::error::KnowledgeReportError;

/// Most files that are read.
const FILES: usize = 20_000;
/// Deepest folder within the folder.
const DEPTH: usize = 16;
/// Longest name of a refused file that is shown, in characters.
const NAME_CHARACTERS: usize = 80;

/// What a folder holds.
#[derive(Debug, Clone, Default)]
pub struct Articles {
    /// Those that are published, in order of their ids.
    pub published: Vec<Article>,
    /// Files that hold a draft or an archived article.
    pub others: usize,
    /// Files that hold none, each with the reason.
    pub refused: Vec<String>,
}

impl Articles {
    /// Reads all files below `folder` that end as Markdown or HTML does. What names no language is in
    /// `language`.
    ///
    /// # Errors
    /// [`KnowledgeReportError`], when the folder cannot be read or no article is found.
    pub fn read(folder: &Path, language: LanguageCode) -> Result<Self, KnowledgeReportError> {
        let mut files = Vec::new();
        list(folder, DEPTH, &mut files)?;
        if files.len() > FILES {
            return Err(KnowledgeReportError::TooManyFiles { folder: folder.into(), limit: FILES });
        }
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut articles = Self::default();
        for (path, written) in &files {
            let name = path.strip_prefix(folder).unwrap_or(path).with_extension("");
            let name = name.to_string_lossy().replace('\\', "/");
            match article(path, &name, *written, language) {
                Err(reason) => articles.refused.push(shown(&name, &reason)),
                Ok(article) if article.state != ArticleState::Published => articles.others += 1,
                Ok(article) if articles.find(article.id.as_str()).is_some() => {
                    articles.refused.push(shown(&name, "another article has the same id"));
                }
                Ok(article) => articles.published.push(article),
            }
        }
        if articles.published.is_empty() {
            return Err(KnowledgeReportError::NoArticles {
                folder: folder.to_owned(),
                files: files.len(),
                refused: articles.refused.len(),
                first: articles.refused.into_iter().next(),
            });
        }
        Ok(articles)
    }

    /// The article that is meant by its id, its file's name or its title.
    pub fn find(&self, named: &str) -> Option<&ArticleId> {
        let named = named.trim();
        let without_ending = named
            .rsplit_once('.')
            .filter(|(_, ending)| written_in(ending).is_some())
            .map_or(named, |(name, _)| name);
        let id = ArticleId::of_name(without_ending).ok();
        let by_id = self
            .published
            .iter()
            .find(|article| article.id.as_str() == named || id.as_ref() == Some(&article.id));
        let by_title = || {
            let title = named.to_lowercase();
            self.published.iter().find(|article| article.title.as_str().to_lowercase() == title)
        };
        by_id.or_else(by_title).map(|article| &article.id)
    }
}

fn shown(name: &str, reason: &str) -> String {
    format!("{}: {reason}", on_one_line(name, NAME_CHARACTERS))
}

fn written_in(ending: &str) -> Option<Written> {
    match ending.to_ascii_lowercase().as_str() {
        "md" | "markdown" | "txt" => Some(Written::Markdown),
        "html" | "htm" => Some(Written::Html),
        _ => None,
    }
}

/// Links to elsewhere are not followed.
fn list(
    folder: &Path,
    depth: usize,
    files: &mut Vec<(PathBuf, Written)>,
) -> Result<(), KnowledgeReportError> {
    let at = |source| KnowledgeReportError::Folder { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(at)? {
        let entry = entry.map_err(at)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(at)?);
        if kind.is_dir() && depth > 0 {
            list(&path, depth - 1, files)?;
        } else if kind.is_file() && files.len() <= FILES {
            let ending = path.extension().and_then(|ending| ending.to_str());
            if let Some(written) = ending.and_then(written_in) {
                files.push((path, written));
            }
        }
    }
    Ok(())
}

fn article(
    path: &Path,
    name: &str,
    written: Written,
    language: LanguageCode,
) -> Result<Article, String> {
    let mut bytes = Vec::new();
    // One byte more than is taken, so that a larger file is known as such.
    let limit = limits::HTML_BYTES as u64 + 1;
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(limit).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "is not text in UTF-8".to_owned())?;
    parse_file(name, &text, written, language).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_and_html_are_read_and_the_rest_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Returns.md", b"# Return an item\n\nThirty days.");
        write("faq/pay.HTML", b"<h1>Ways to pay</h1><p>By card.</p>");
        write("draft.md", b"---\ntitle: Soon\nstate: draft\n---\nsoon");
        write("returns.txt", b"the same id");
        write("bad.md", b"---\ntitle: a\nfoo: b\n---\nc");
        write("latin.md", b"caf\xe9");
        write("large.md", &vec![b'x'; 5 * 1024 * 1024]);
        write("notes.pdf", b"not looked at");
        let articles = Articles::read(folder.path(), LanguageCode::ENGLISH).unwrap();
        let ids: Vec<&str> = articles.published.iter().map(|a| a.id.as_str()).collect();
        assert_eq!(ids, ["returns", "faq/pay"]);
        assert_eq!((articles.others, articles.refused.len()), (1, 4), "{:?}", articles.refused);
        for named in ["returns", "Returns.md", "return an ITEM"] {
            assert_eq!(articles.find(named).unwrap().as_str(), "returns", "{named}");
        }
        assert_eq!(articles.find("faq/pay.html").unwrap().as_str(), "faq/pay");
        assert_eq!(articles.find("nothing"), None);
    }

    #[test]
    fn a_folder_without_articles_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Articles::read(folder.path(), LanguageCode::ENGLISH).unwrap_err();
        assert!(refused.to_string().contains("holds no published article: 0 files"), "{refused}");
        let nowhere =
            Articles::read(&folder.path().join("none"), LanguageCode::ENGLISH).unwrap_err();
        assert!(matches!(nowhere, KnowledgeReportError::Folder { .. }));
    }
}
