//! Which lines of a text its sender wrote now. Nothing is taken away: each line is told what it is, so
//! that a reader can fold the rest. Marks and shapes count first, words of single languages last.

use std::ops::Range;

/// A line of a text, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    /// Whether it is quoted, where the format says so; else its marks decide.
    pub is_quoted: Option<bool>,
}

/// What a passage of a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageKind {
    /// The sender's words.
    Own,
    /// What was written before, and the line that says by whom.
    Quotation,
    /// The sender's name, address and notices below the words.
    Signature,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What it is.
    pub kind: PassageKind,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// A line that says who wrote what follows is seldom longer, in characters.
const ATTRIBUTION_CHARACTERS: usize = 300;
/// How far below a dividing line a header of the older mail begins, in lines with words.
const HEADER_WITHIN_LINES: usize = 2;

/// "Wrote" where it stands at the end of such a line. Only for quotations that carry no marks.
const WROTE: [&str; 16] = [
    "wrote:",
    "schrieb:",
    "a écrit :",
    "a écrit:",
    "écrit :",
    "escribió:",
    "escreveu:",
    "ha scritto:",
    "schreef:",
    "skrev:",
    "napisał:",
    "napisał(a):",
    "kirjoitti:",
    "пишет:",
    "写道：",
    "写道:",
];
/// "From" and "Sent" where Outlook begins an older mail with nothing before it.
const FROM: [&str; 16] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "fra",
    "od",
    "lähettäjä",
    "от",
    "kimden",
    "差出人",
    "发件人",
    "寄件者",
    "보낸 사람",
    "מאת",
];
const SENT: [&str; 22] = [
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "enviada",
    "fecha",
    "data",
    "inviato",
    "verzonden",
    "skickat",
    "sendt",
    "dato",
    "wysłano",
    "lähetetty",
    "отправлено",
    "gönderilme",
    "送信日時",
    "发送时间",
    "日期",
    "נשלח",
];
/// How programs sign for a phone.
const DEVICES: [&str; 10] = [
    "sent from my ",
    "sent via ",
    "get outlook for ",
    "von meinem ",
    "gesendet von ",
    "envoyé de mon ",
    "enviado desde mi ",
    "enviado do meu ",
    "inviato da ",
    "verzonden vanaf mijn ",
];

/// The text of the lines and what its passages are; neighbours of one kind are one passage.
pub(super) fn passages(lines: &[Line]) -> (String, Vec<Passage>) {
    let kinds = kinds(lines);
    let mut text = String::new();
    let mut passages: Vec<Passage> = Vec::new();
    for (line, kind) in lines.iter().zip(kinds) {
        let start = text.len();
        text.push_str(&line.text);
        text.push('\n');
        match passages.last_mut() {
            Some(last) if last.kind == kind => last.range.end = text.len(),
            _ => passages.push(Passage { kind, range: start..text.len() }),
        }
    }
    text.truncate(text.trim_end().len());
    for passage in &mut passages {
        passage.range = passage.range.start.min(text.len())..passage.range.end.min(text.len());
    }
    passages.retain(|passage| !passage.range.is_empty());
    (text, passages)
}

fn kinds(lines: &[Line]) -> Vec<PassageKind> {
    let quoted: Vec<bool> = lines.iter().map(is_quoted).collect();
    let mut kinds = vec![PassageKind::Own; lines.len()];
    let mut in_signature = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let below = kinds.get_mut(at..).unwrap_or_default();
        let text = line.text.trim();
        if quoted.get(at) == Some(&true) {
            below[0] = PassageKind::Quotation;
            in_signature = false;
        } else if let Some(length) = attribution(lines, &quoted, at) {
            below.iter_mut().take(length).for_each(|kind| *kind = PassageKind::Quotation);
            in_signature = false;
            at += length;
            continue;
        } else if begins_older_mail(lines, at) {
            below.fill(PassageKind::Quotation);
            return kinds;
        } else if in_signature || is_signature_mark(&line.text) || is_device(text) {
            in_signature = true;
            below[0] = PassageKind::Signature;
        }
        at += 1;
    }
    kinds
}

fn is_quoted(line: &Line) -> bool {
    line.is_quoted.unwrap_or_else(|| line.text.trim_start().starts_with('>'))
}

fn is_signature_mark(line: &str) -> bool {
    matches!(line.trim_end(), "--" | "—")
}

fn is_device(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.chars().count() < 80 && DEVICES.iter().any(|device| lower.starts_with(device))
}

/// How many lines from `at` on introduce the quotation below them: they end in a colon and name an
/// address or a number. Programs break such a line in up to three.
fn attribution(lines: &[Line], quoted: &[bool], at: usize) -> Option<usize> {
    let mut joined = String::new();
    for length in 1..=3 {
        let line =
            lines.get(at + length - 1).filter(|_| quoted.get(at + length - 1) == Some(&false))?;
        let line = line.text.trim();
        if line.is_empty() || joined.chars().count() > ATTRIBUTION_CHARACTERS {
            return None;
        }
        joined.push_str(line);
        joined.push(' ');
        if line.ends_with([':', '：']) {
            let names_somebody = joined.contains('@') || joined.chars().any(char::is_numeric);
            let below = (at + length..lines.len())
                .find(|below| lines.get(*below).is_some_and(|line| !line.text.trim().is_empty()));
            let is_above_quotation = below.is_some_and(|below| quoted.get(below) == Some(&true));
            return (names_somebody && is_above_quotation).then_some(length);
        }
    }
    None
}

/// Whether an older mail without marks begins here and reaches to the end.
fn begins_older_mail(lines: &[Line], at: usize) -> bool {
    let Some(line) = lines.get(at).map(|line| line.text.trim()) else { return false };
    let lower = line.to_lowercase();
    let says_who_wrote = WROTE.iter().any(|wrote| lower.ends_with(wrote))
        && line.chars().any(char::is_numeric)
        && line.chars().count() <= ATTRIBUTION_CHARACTERS;
    says_who_wrote
        || begins_header(lines, at)
        || (is_divider(line) && header_follows(lines, at + 1))
}

/// `From: …` and `Sent: …` on two lines, bold or not.
fn begins_header(lines: &[Line], at: usize) -> bool {
    let name = |at: usize| {
        let line = lines.get(at)?.text.trim().trim_start_matches('*');
        let (name, value) = line.split_once([':', '：'])?;
        (!value.trim().is_empty()).then(|| name.trim().trim_end_matches('*').to_lowercase())
    };
    name(at).is_some_and(|name| FROM.contains(&name.as_str()))
        && name(at + 1).is_some_and(|name| SENT.contains(&name.as_str()))
}

/// `-----Original Message-----` in any language, or a line drawn with `_`.
fn is_divider(line: &str) -> bool {
    let dashes = line.chars().take_while(|c| *c == '-').count();
    let dashes_behind = line.chars().rev().take_while(|c| *c == '-').count();
    let drawn = line.len() >= 10 && line.chars().all(|c| c == '_');
    drawn || (dashes >= 3 && dashes_behind >= 3 && line.chars().any(char::is_alphabetic))
}

/// Whether lines such as `From: …` and `Date: …` follow, under whatever names.
fn header_follows(lines: &[Line], at: usize) -> bool {
    let with_words = lines.iter().skip(at).map(|line| line.text.trim()).filter(|l| !l.is_empty());
    let is_field = |line: &str| {
        line.split_once([':', '：']).is_some_and(|(name, value)| {
            (1..=20).contains(&name.chars().count()) && !value.trim().is_empty()
        })
    };
    with_words.take(HEADER_WITHIN_LINES).filter(|line| is_field(line)).count()
        == HEADER_WITHIN_LINES
}

/// A line without its marks of quotation.
pub(super) fn unmarked(line: &str) -> &str {
    let bare = line.trim_start_matches(['>', ' ']);
    if line.starts_with('>') { bare } else { line }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        let line = |text: &str| Line { text: text.to_owned(), is_quoted: None };
        text.split('\n').map(line).collect()
    }

    fn of_kind(text: &str, kind: PassageKind) -> String {
        let (text, passages) = passages(&lines(text));
        let own = passages.into_iter().filter(|passage| passage.kind == kind);
        own.map(|passage| text[passage.range].to_owned()).collect()
    }

    #[test]
    fn quotations_are_found_in_any_language() {
        for introduction in [
            "On Mon, 2 Nov 2026 at 20:00, Support <support@desk.example> wrote:",
            "Am 02.11.2026 um 20:00 schrieb Support:",
            "Le lun. 2 nov. 2026 à 20:00, Support a écrit :",
            "2026年11月2日(月) 20:00 Support <support@desk.example>:",
            "ב-2 בנוב׳ 2026, Support כתב:",
            "On Mon, 2 Nov 2026 at 20:00, A Very Long Name\n<support@desk.example> wrote:",
        ] {
            let text = format!("Yes.\n\n{introduction}\n\n> really?\n> ok");
            assert_eq!(of_kind(&text, PassageKind::Own).trim(), "Yes.", "{text}");
        }
    }

    #[test]
    fn older_mail_without_marks_reaches_to_the_end() {
        for divider in [
            "-----Original Message-----\nFrom: a@b.example\nSent: Monday\n\nolder",
            "-----Ursprüngliche Nachricht-----\nVon: a@b.example\nGesendet: Montag\n\nolder",
            "________________________________\nDe : a@b.example\nEnvoyé : lundi\n\nolder",
            "---------- Forwarded message ---------\n差出人: a@b.example\n日付: 2日\nolder",
            "On 2 Nov 2026, Support wrote:\n\nolder",
            "From: Support <support@desk.example>\nSent: Monday, 2 November 2026 20:00\nTo: Eva\n\nolder",
            "*De :* Support\n*Envoyé :* lundi 2 novembre\n\nolder",
            "发件人: Support\n发送时间: 2026年11月2日\nolder",
        ] {
            let text = format!("Yes.\n\n{divider}");
            assert_eq!(of_kind(&text, PassageKind::Own).trim(), "Yes.", "{text}");
            assert!(of_kind(&text, PassageKind::Quotation).ends_with("older"), "{text}");
        }
    }

    #[test]
    fn words_that_only_look_like_it_stay_own() {
        for text in [
            "I need 3 things:\n- a\n- b",
            "On Tuesday I wrote to you\nabout 2 lids",
            "see below\n__________\nmy answer",
            "a -- b\n--- c",
            "Order 5512:\nlid\n\nthanks",
            "Name: Eva\nEmail: eva@mail.example\nDate: 2 November\nthe lid is broken",
            "From: Paris\nTo: Rome\nDate: 2 November\nwhere is my ticket?",
        ] {
            assert_eq!(of_kind(text, PassageKind::Own), text, "{text}");
        }
    }

    #[test]
    fn answers_between_quotations_stay_own() {
        let text = "> lid?\nyes\n> handle?\nno\n-- \nHal\n\nOn 2 Nov, S wrote:\n> x";
        assert_eq!(of_kind(text, PassageKind::Own), "yes\nno\n");
        assert_eq!(of_kind(text, PassageKind::Signature).trim(), "-- \nHal");
    }

    proptest! {
        #[test]
        fn passages_cover_the_text(text in "[>a1:@ \n_-]{0,200}") {
            let (text, passages) = passages(&lines(&text));
            let mut end = 0;
            for passage in passages {
                prop_assert_eq!(passage.range.start, end);
                end = passage.range.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
