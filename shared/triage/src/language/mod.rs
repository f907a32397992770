//! Which language a text is in, as far as one can tell.
//!
//! The model of [`crate::category`] and the rules of [`crate::priority`] know English alone. What
//! is in another language, or in none that can be told, goes to a person, so a wrong "English" is
//! the worst answer and an honest "unknown" is a good one.
//!
//! Tickets are short, and libraries guess badly at short texts: of 42 short English ones ("help",
//! "refund pls"), whichlang took 31 for English, whatlang 14, lingua 32. So common English words
//! decide first. For the rest whichlang (16 languages) and whatlang (69, scripts too) must agree, or
//! whatlang must be sure of a language that the other does not know. On 54 short sentences in other
//! languages, whichlang by itself was right on 36, whatlang on 40, lingua on 54. Lingua is still no
//! choice: with its models the program grew to 290 MB, took 211 MB of memory, 51 ms to begin with
//! and 1.5 ms a sentence. The two others need half a megabyte of memory and under 0.2 ms.

mod codes;
mod english;

use codes::{code, code_of};
use english::Evidence;

/// Most characters that are read. A language shows early, and the time has to be bounded.
const READ_CHARACTERS: usize = 600;
/// Up to this many words a text is short, and English if most of them are common English words.
const SHORT_WORDS: usize = 4;
/// The share of common English words that shows a longer text to be English.
const ENGLISH_IN_LONG: f64 = 0.4;
/// The same, with words that other languages share, where whichlang takes it for English too.
const ENGLISH_IF_AGREED: f64 = 0.3;
/// The share of its lesser script, Latin or another, from which on a text is mixed.
const MIXED_SCRIPTS: f64 = 0.2;
/// Fewest letters in which a language other than English is told.
const FOREIGN_LETTERS: usize = 8;
/// The same in scripts whose characters are syllables or words.
const FOREIGN_SYLLABLES: usize = 3;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// The language with this code of ISO 639-1.
    Code(&'static str),
    /// None that can be told: too short, mixed, numbers or code alone.
    Unknown,
}

impl Language {
    /// The code of ISO 639-1, if a language can be told.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Code(code) => Some(code),
            Self::Unknown => None,
        }
    }

    /// Whether the model and the rules know the language. What they do not know is for a person.
    pub fn is_known_to_the_model(self) -> bool {
        self == ENGLISH
    }
}

const ENGLISH: Language = Language::Code("en");

/// Tells the language of a text by its first 600 characters that are words.
pub fn detect(text: &str) -> Language {
    let words = words(text);
    if words.is_empty() {
        return Language::Unknown;
    }
    let read = words.join(" ");
    let letters = Letters::of(&read);
    if letters.are_mixed() {
        return Language::Unknown;
    }
    let by_words = English::of(&words);
    let taken_for = whichlang::detect_language(&read);
    if by_words.shows(words.len(), taken_for == whichlang::Lang::Eng) {
        return ENGLISH;
    }
    foreign(&read, &letters, taken_for)
}

/// The words of a text, without addresses, numbers and code, up to [`READ_CHARACTERS`].
fn words(text: &str) -> Vec<&str> {
    let mut left = READ_CHARACTERS;
    let is_mark = |c: char| !c.is_alphabetic() && !is_combining(c);
    text.split_whitespace()
        .take(READ_CHARACTERS)
        .filter(|piece| !is_code(piece))
        .flat_map(|piece| piece.split(|c: char| is_mark(c) && !matches!(c, '\'' | '’' | '-')))
        .map(|word| word.trim_matches(is_mark))
        .filter(|word| !word.is_empty())
        .map_while(|word| {
            let end = word.char_indices().nth(left).map_or(word.len(), |(end, _)| end);
            left -= word.get(..end)?.chars().count();
            word.get(..end).filter(|word| !word.is_empty())
        })
        .collect()
}

/// The marks of scripts like Devanagari stand within words, and are no letters.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

/// Whether a piece of a text is a link, an address, a number or the like.
fn is_code(piece: &str) -> bool {
    piece.contains("://")
        || piece.contains('@')
        || piece.starts_with("www.")
        || piece.contains(['{', '}', '<', '=', '_', '\\', '/', '|'])
        || piece.chars().any(|c| c.is_ascii_digit())
}

/// How many of the words are common English ones.
struct English {
    english: usize,
    shared: usize,
}

impl English {
    fn of(words: &[&str]) -> Self {
        let mut counted = Self { english: 0, shared: 0 };
        for word in words {
            let word: String = word.to_lowercase().replace(['\'', '’'], "");
            match english::evidence(&word) {
                Evidence::English => counted.english += 1,
                Evidence::Shared => counted.shared += 1,
                Evidence::Neither => {}
            }
        }
        counted
    }

    fn shows(&self, words: usize, is_agreed: bool) -> bool {
        let both = self.english + self.shared;
        if words <= SHORT_WORDS {
            // "no internet": every word may be English, and nothing speaks for another language.
            let all_shared = words > 1 && both == words;
            let one_of_two = words <= 2 && self.english > 0;
            return all_shared || one_of_two || (self.english > 0 && both * 2 > words);
        }
        let share = |counted: usize| counted as f64 / words as f64;
        share(self.english) >= ENGLISH_IN_LONG || (is_agreed && share(both) >= ENGLISH_IF_AGREED)
    }
}

/// How many letters of a text are Latin, and how many are not.
struct Letters {
    latin: usize,
    others: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let (latin, others): (Vec<char>, Vec<char>) =
            text.chars().filter(|c| c.is_alphabetic()).partition(|c| is_latin(*c));
        Self { latin: latin.len(), others: others.len() }
    }

    fn are_mixed(&self) -> bool {
        let all = self.latin + self.others;
        self.latin.min(self.others) as f64 >= MIXED_SCRIPTS * all as f64
    }

    fn are_enough(&self) -> bool {
        let least = if self.latin > self.others { FOREIGN_LETTERS } else { FOREIGN_SYLLABLES };
        self.latin + self.others >= least
    }
}

/// What the libraries say of a text that is not shown to be English.
fn foreign(text: &str, letters: &Letters, taken_for: whichlang::Lang) -> Language {
    if !letters.are_enough() {
        return Language::Unknown;
    }
    if let Some(code) = by_cyrillic_letters(text) {
        return Language::Code(code);
    }
    let Some(other) = whatlang::detect(text) else { return Language::Unknown };
    let code = code(other.lang());
    let agreed = code == Some(code_of(taken_for));
    let sure = other.is_reliable() && !is_of_the_sixteen(code);
    // In a script that only one language is written in, there is nothing to be unsure of.
    let told = code.filter(|code| *code != "en" && (agreed || sure || has_own_script(code)));
    told.map_or(Language::Unknown, Language::Code)
}

/// Russian and Ukrainian by the letters that the other does not have: the libraries, of which one
/// knows Russian alone, seldom agree on them.
fn by_cyrillic_letters(text: &str) -> Option<&'static str> {
    let has = |letters: &[char]| text.contains(letters);
    match (has(&['ы', 'э', 'ё', 'Ы', 'Э', 'Ё']), has(&['ї', 'є', 'ґ', 'Ї', 'Є', 'Ґ'])) {
        (true, false) if !has(&['і', 'І', 'ў', 'Ў']) => Some("ru"),
        (false, true) => Some("uk"),
        _ => None,
    }
}

/// Latin with its accents, up to Vietnamese.
fn is_latin(c: char) -> bool {
    c < '\u{250}' || matches!(c, '\u{1e00}'..='\u{1eff}')
}

fn is_of_the_sixteen(code: Option<&str>) -> bool {
    whichlang::LANGUAGES.iter().any(|language| code == Some(code_of(*language)))
}

fn has_own_script(code: &str) -> bool {
    matches!(
        code,
        "el" | "he" | "ko" | "ja" | "th" | "ka" | "hy" | "ta" | "te" | "bn" | "gu" | "pa"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What customers write, in languages that the model does not know.
    const OTHERS: &[(&str, &str)] = &[
        ("de", "Meine Bestellung ist noch nicht angekommen."),
        ("de", "Ich möchte mein Geld zurück"),
        ("de", "Passwort vergessen"),
        ("de", "Wo ist mein Paket?"),
        ("de", "Der Artikel ist beschädigt, was kann ich tun?"),
        ("fr", "Je n'ai toujours pas reçu mon colis."),
        ("fr", "Remboursement svp"),
        ("fr", "Bonjour, je voudrais annuler ma commande"),
        ("fr", "Où est ma commande ?"),
        ("es", "No puedo entrar en mi cuenta, ayuda por favor."),
        ("es", "¿Dónde está mi pedido?"),
        ("es", "quiero cancelar mi suscripción"),
        ("es", "Me cobraron dos veces"),
        ("it", "Il pacco non è mai arrivato."),
        ("it", "Vorrei un rimborso per l'ordine"),
        ("it", "Non riesco ad accedere al mio account"),
        ("pt", "Não consigo entrar na minha conta."),
        ("pt", "Onde está a minha encomenda?"),
        ("pt", "Fui cobrado duas vezes pelo mesmo pedido"),
        ("nl", "Waar blijft mijn bestelling?"),
        ("nl", "Ik kan niet inloggen op mijn account."),
        ("nl", "Het pakket is beschadigd aangekomen"),
        ("pl", "Gdzie jest moja paczka?"),
        ("pl", "Nie mogę się zalogować na swoje konto."),
        ("pl", "Proszę o zwrot pieniędzy"),
        ("sv", "Var är mitt paket?"),
        ("sv", "Jag kan inte logga in på mitt konto."),
        ("sv", "Jag vill ha pengarna tillbaka"),
        ("da", "Hvor er min pakke?"),
        ("da", "Jeg kan ikke logge ind på min konto"),
        ("no", "Jeg har ikke fått pakken min ennå"),
        ("fi", "Missä tilaukseni on?"),
        ("fi", "En pääse kirjautumaan tililleni"),
        ("cs", "Kde je moje objednávka?"),
        ("cs", "Nemohu se přihlásit ke svému účtu."),
        ("hu", "Hol van a csomagom?"),
        ("hu", "Nem tudok bejelentkezni a fiókomba"),
        ("ro", "Unde este comanda mea?"),
        ("ro", "Nu pot să mă conectez la contul meu"),
        ("tr", "Siparişim nerede?"),
        ("tr", "Hesabıma giriş yapamıyorum"),
        ("ru", "Где мой заказ?"),
        ("ru", "Не могу войти в аккаунт"),
        ("uk", "Де моє замовлення? Його досі немає."),
        ("el", "Πού είναι η παραγγελία μου;"),
        ("he", "איפה ההזמנה שלי?"),
        ("ar", "أين طلبي؟ لم يصل بعد"),
        ("hi", "मेरा ऑर्डर कहाँ है?"),
        ("ja", "注文した商品がまだ届きません。"),
        ("ja", "返金してください"),
        ("zh", "我的订单在哪里？"),
        ("ko", "주문한 상품이 아직 안 왔어요"),
        ("vi", "Đơn hàng của tôi đâu rồi?"),
        ("id", "Di mana pesanan saya? Sudah dua minggu belum sampai."),
    ];

    const SHORT_ENGLISH: &[&str] = &[
        "help",
        "refund pls",
        "where is my order",
        "cancel",
        "hi",
        "cant login",
        "charged twice",
        "wrong item",
        "Still waiting!!",
        "need invoice",
        "delivery late",
        "broken screen",
        "password reset",
        "pls cancel my order",
        "not working",
        "where's my stuff",
        "app crashes",
        "urgent help",
        "no internet",
        "item missing",
        "how do i return this",
        "change address",
        "payment failed",
        "gift card not working",
        "wrong size sent",
        "Double charge on visa",
        "Order never came",
        "Do you ship to Norway",
        "login issue",
        "update my email",
        "refund not received",
        "stop the subscription",
        "thanks",
        "any news?",
        "when will it arrive",
        "It won't start",
        "discount code invalid",
        "package lost",
        "screen flickers",
        "Hello, my order 48213 has not arrived. Could you please check?",
        "The blender makes a grinding noise on level 3.",
        "I would like to return the shoes I bought last week because they do not fit.",
    ];

    #[test]
    fn short_english_is_english() {
        let missed: Vec<_> =
            SHORT_ENGLISH.iter().filter(|text| !detect(text).is_known_to_the_model()).collect();
        assert!(missed.is_empty(), "{missed:?}");
    }

    #[test]
    fn no_other_language_is_taken_for_english() {
        for (code, text) in OTHERS {
            assert!(!detect(text).is_known_to_the_model(), "{code}: {text}");
        }
    }

    #[test]
    fn another_language_is_seldom_told_wrong() {
        let told: Vec<_> = OTHERS.iter().map(|(code, text)| (*code, detect(text).code())).collect();
        let right = told.iter().filter(|(code, told)| *told == Some(*code)).count();
        let wrong =
            told.iter().filter(|(code, told)| told.is_some_and(|told| told != *code)).count();
        assert!(right >= 30 && wrong <= 1, "{right} right and {wrong} wrong of {}", told.len());
    }

    #[test]
    fn sentences_of_a_usual_length_are_told() {
        for (code, text) in [
            (
                "de",
                "Ich habe vor zwei Wochen bestellt und immer noch nichts erhalten, bitte prüfen.",
            ),
            ("fr", "J'ai passé une commande il y a deux semaines et je n'ai toujours rien reçu."),
            ("es", "Hice un pedido hace dos semanas y todavía no he recibido nada, ¿qué pasa?"),
            ("it", "Ho fatto un ordine due settimane fa e non ho ancora ricevuto niente."),
            ("pt", "Fiz uma encomenda há duas semanas e ainda não recebi nada."),
            ("nl", "Ik heb twee weken geleden besteld en nog steeds niets ontvangen."),
            ("pl", "Złożyłem zamówienie dwa tygodnie temu i nadal nic nie otrzymałem."),
            ("tr", "İki hafta önce sipariş verdim ve hâlâ hiçbir şey almadım."),
            ("ru", "Я сделал заказ две недели назад, но вы ничего не прислали."),
            (
                "uk",
                "Я зробив замовлення два тижні тому, але ще нічого не отримав. Де моє замовлення?",
            ),
            ("ja", "二週間前に注文しましたが、まだ何も届いていません。"),
            ("zh", "我两周前下了订单，到现在还没有收到任何东西。"),
            ("ko", "2주 전에 주문했는데 아직 아무것도 받지 못했습니다."),
            ("ar", "لقد طلبت منذ أسبوعين ولم أستلم أي شيء حتى الآن."),
        ] {
            assert_eq!(detect(text).code(), Some(code), "{text}");
        }
    }

    #[test]
    fn where_there_are_no_words_nothing_is_told() {
        for text in [
            "",
            " ",
            "#48213",
            "1Z999AA10123456784",
            "???",
            "{\"error\":503}",
            "https://shop.example/help",
            "a@shop.example",
            "👍👍",
        ] {
            assert_eq!(detect(text), Language::Unknown, "{text}");
        }
    }

    #[test]
    fn a_mixed_text_is_not_english_because_of_its_greeting() {
        for text in [
            "Hello, meine Bestellung ist nicht da, ich warte schon zwei Wochen",
            "Problem mit Login",
            "Password vergessen help bitte",
            "Refund bitte, der Artikel ist kaputt",
            "ご注文 order screen の問題 cannot login",
        ] {
            assert!(!detect(text).is_known_to_the_model(), "{text}");
        }
    }

    #[test]
    fn english_with_an_order_number_a_link_or_code_is_english() {
        for text in [
            "order 48213 not here https://shop.example/o/48213",
            "Where is #1Z999AA10123456784?",
            "I get {\"error\": 503} when I pay",
        ] {
            assert!(detect(text).is_known_to_the_model(), "{text}");
        }
    }

    #[test]
    fn hostile_texts_are_read_without_a_panic() {
        for piece in
            ["a", "'", "-", "é", "\u{301}", "漢", "İ ", "\u{202e}", "👩‍👩‍👧", "\0", "क्ष", "{", "' - "]
        {
            detect(piece);
            detect(&piece.repeat(32_000 / piece.len()));
            detect(&format!("{piece} help").repeat(99));
        }
    }
}
