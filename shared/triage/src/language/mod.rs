//! Which language a text is in, as far as one can tell, and whether it could be English.
//!
//! The model of [`crate::category`] and the rules of [`crate::priority`] know English alone. A text that
//! could be English is read as English: its category then comes with its own confidence, which is
//! low where the words say nothing. Only what is surely in another language is left to a person.
//!
//! Tickets are short, and libraries guess badly at short texts: of 42 short English ones ("help",
//! "refund pls"), whichlang took 31 for English, whatlang 14, lingua 32. So words decide first: those
//! that are English alone against those of another language. Only where a text of some length has
//! neither, whichlang (16 languages) and whatlang (69, scripts too) decide, and only if they agree.
//! Lingua is no choice, although it tells other languages best: the models of English and the six
//! languages that customers in Europe write most are 19 MB compressed, and all of them made
//! the program 290 MB. `docs/model-card.md` says how many texts are told.

mod codes;
mod english;
mod foreign;

use codes::{code, code_of};
use english::Evidence;
use foreign::{Foreign, WORD_WEIGHT};

/// Most characters that are read. A language shows early, and the time has to be bounded.
const READ_CHARACTERS: usize = 600;
/// From how many words on the libraries are asked about a text whose words show nothing.
const WORDS_FOR_LIBRARIES: usize = 4;
/// From how many English words on a text is in two languages rather than in another one.
const ENGLISH_OF_TWO: usize = 3;
/// The share of its lesser script, Latin or another, from which on a text is mixed.
const MIXED_SCRIPTS: f64 = 0.2;

/// How names of sites and files end.
const DOMAINS: &[&str] =
    &["com", "org", "net", "io", "co", "uk", "de", "fr", "es", "it", "eu", "exe", "dll", "html"];

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language {
    code: Option<&'static str>,
    could_be_english: bool,
}

impl Language {
    /// None that can be told: numbers or code alone, in two languages, or names.
    const UNTOLD: Self = Self { code: None, could_be_english: true };
    const ENGLISH: Self = Self { code: Some("en"), could_be_english: true };

    fn other(code: Option<&'static str>) -> Self {
        Self { code, could_be_english: false }
    }

    /// The code of ISO 639-1, if a language can be told.
    pub fn code(self) -> Option<&'static str> {
        self.code
    }

    /// Whether the model and the rules can read the text: it is English, or nothing shows that it is
    /// not. What they cannot read is for a person.
    pub fn is_known_to_the_model(self) -> bool {
        self.could_be_english
    }
}

/// Tells the language of a text by its first 600 characters that are words.
pub fn detect(text: &str) -> Language {
    let words = words(text);
    if words.is_empty() {
        return Language::UNTOLD;
    }
    let read = words.join(" ");
    let letters = Letters::of(&read);
    let shown = Shown::by(&words);
    if letters.are_mixed() {
        let is_english = letters.latin > letters.others && shown.is_mostly_english();
        return if is_english { Language::UNTOLD } else { Language::other(of_other_script(&read)) };
    }
    if letters.others > letters.latin {
        return Language::other(of_other_script(&read));
    }
    shown.language(&read)
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
        || is_domain(piece)
}

/// Whether it looks like a site's name or a file's, "shop.com", rather than two sentences without a space.
fn is_domain(piece: &str) -> bool {
    let piece = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
    piece.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && DOMAINS.contains(&end))
}

/// What the words of a text show.
struct Shown {
    words: usize,
    english: usize,
    shared: usize,
    foreign: Foreign,
}

impl Shown {
    fn by(words: &[&str]) -> Self {
        let mut shown =
            Self { words: words.len(), english: 0, shared: 0, foreign: Foreign::default() };
        for word in words.iter().flat_map(|word| word.split('-')) {
            let word = word.to_lowercase();
            match english::evidence(&word.replace(['\'', '’'], "")) {
                Evidence::English => shown.english += 1,
                Evidence::Shared => shown.shared += 1,
                Evidence::Neither => shown.foreign.count(&word),
            }
        }
        shown
    }

    fn is_mostly_english(&self) -> bool {
        self.english > 0 && self.english * WORD_WEIGHT > self.foreign.most()
    }

    fn language(&self, read: &str) -> Language {
        let (english, foreign) = (self.english * WORD_WEIGHT, self.foreign.most());
        if foreign >= WORD_WEIGHT && foreign > english {
            let are_two = self.english >= ENGLISH_OF_TWO && english * 2 >= foreign;
            return if are_two { Language::UNTOLD } else { Language::other(self.of_words(read)) };
        }
        if self.is_foreign_by_libraries(read) {
            return Language::other(self.of_words(read));
        }
        if self.english > 0 {
            // Half the words in another language: an answer in English may be the wrong one.
            let are_two = foreign > WORD_WEIGHT && foreign * 2 > english;
            return if are_two { Language::UNTOLD } else { Language::ENGLISH };
        }
        self.of_libraries(read)
    }

    /// Whether the libraries confirm another language of which a word or two show something: one of
    /// them if no word is English, both if one is.
    fn is_foreign_by_libraries(&self, read: &str) -> bool {
        let hinted = self.foreign.codes();
        if hinted.is_empty() || self.english > 1 || self.words < WORDS_FOR_LIBRARIES - 1 {
            return false;
        }
        let told = told_by_libraries(read);
        let confirmed = told.iter().flatten().filter(|code| hinted.contains(code)).count();
        told[1] != Some("en") && confirmed > self.english
    }

    /// The language that most words speak for. Of several, a library decides.
    fn of_words(&self, read: &str) -> Option<&'static str> {
        let codes = self.foreign.codes();
        let told = told_by_libraries(read).into_iter().flatten();
        told.into_iter().find(|code| codes.contains(code)).or(codes.first().copied())
    }

    /// No word shows anything, or one short one does. Whichlang rarely takes such a text for another
    /// language if it is English, whatlang does it every other time.
    fn of_libraries(&self, read: &str) -> Language {
        let taken_for = whichlang::detect_language(read);
        let is_short = self.words < WORDS_FOR_LIBRARIES;
        if taken_for != whichlang::Lang::Eng && !is_short && self.shared * 2 < self.words {
            let other = whatlang::detect(read);
            // Whichlang knows sixteen languages and names one of them in any case.
            let is_unknown =
                |told: &whatlang::Info| told.is_reliable() && !is_of_the_sixteen(code(told.lang()));
            let told = other.filter(is_unknown).and_then(|told| code(told.lang()));
            return Language::other(told.or(Some(code_of(taken_for))));
        }
        let is_english = self.foreign.most() == 0 && self.shared > 0;
        if is_english { Language::ENGLISH } else { Language::UNTOLD }
    }
}

/// The languages that whatlang and whichlang take a text for.
fn told_by_libraries(read: &str) -> [Option<&'static str>; 2] {
    let by_whatlang = whatlang::detect(read).and_then(|told| code(told.lang()));
    [by_whatlang, Some(code_of(whichlang::detect_language(read)))]
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
}

/// The language of a text in another script than Latin, if it can be told.
fn of_other_script(text: &str) -> Option<&'static str> {
    if text.contains(is_kana) {
        return Some("ja");
    }
    if let Some(code) = by_cyrillic_letters(text) {
        return Some(code);
    }
    let other = whatlang::detect(text)?;
    let told = code(other.lang());
    let are_agreed = told == Some(code_of(whichlang::detect_language(text)));
    let is_sure = other.is_reliable() && !is_of_the_sixteen(told);
    // In a script that only one language is written in, there is nothing to be unsure of.
    told.filter(|code| *code != "en" && (are_agreed || is_sure || has_own_script(code)))
}

/// The syllables that Japanese alone has: its other characters are those of Chinese.
fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30fa}')
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
        assert!(right >= 48 && wrong <= 2, "{right} right and {wrong} wrong of {}", told.len());
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
            assert_eq!(detect(text), Language::UNTOLD, "{text}");
        }
    }

    #[test]
    fn a_mixed_text_is_not_english_because_of_its_greeting() {
        for text in [
            "Hello, meine Bestellung ist nicht da, ich warte schon zwei Wochen",
            "Problem mit Login",
            "Password vergessen help bitte",
            "Refund bitte, der Artikel ist kaputt",
            "ご注文の画面に問題があります cannot login",
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
