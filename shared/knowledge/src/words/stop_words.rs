//! Words that every text of a language has, and that say nothing about what it is about.

/// Those of the language with this code; none for a language that is not listed.
pub(super) fn of(code: &str) -> &'static [&'static str] {
    match code {
        "en" => ENGLISH,
        "de" => GERMAN,
        "fr" => FRENCH,
        "es" => SPANISH,
        "it" => ITALIAN,
        "nl" => DUTCH,
        "pt" => PORTUGUESE,
        _ => &[],
    }
}

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "aren't", "as", "at", "be", "because", "been", "being",
    "but", "by", "can", "can't", "cannot", "could", "did", "didn't", "do", "does", "doesn't", "doing",
    "don't", "for", "from", "had", "has", "have", "having", "he", "hello", "her", "here", "hi", "him",
    "his", "how", "i", "i'd", "i'll", "i'm", "i've", "if", "in", "into", "is", "isn't", "it", "it's", "its",
    "just", "me", "my", "of", "on", "or", "our", "please", "she", "should", "so", "some", "such", "than",
    "thank", "thanks", "that", "that's", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "too", "very", "was", "we", "were", "what", "when", "where", "which", "while", "who",
    "whom", "why", "will", "with", "won't", "would", "you", "your", "yours",
];

#[rustfmt::skip]
const GERMAN: &[&str] = &[
    "aber", "als", "also", "am", "an", "auch", "auf", "aus", "bei", "beim", "bin", "bis", "bitte", "da",
    "damit", "dann", "das", "dass", "dem", "den", "denn", "der", "des", "die", "dies", "diese", "diesem",
    "diesen", "dieser", "dieses", "doch", "du", "durch", "ein", "eine", "einem", "einen", "einer", "eines",
    "er", "es", "für", "gibt", "guten", "habe", "haben", "hallo", "hat", "hatte", "ich", "ihr", "ihre",
    "ihren", "ihm", "im", "in", "ist", "ja", "kann", "können", "man", "mein", "meine", "meinem", "meinen",
    "meiner", "mich", "mir", "mit", "möchte", "muss", "nach", "nicht", "noch", "nun", "nur", "ob", "oder",
    "sehr", "sein", "seine", "sich", "sie", "sind", "so", "über", "um", "und", "uns", "unser", "unter", "vom",
    "von", "vor", "war", "warum", "was", "welche", "wenn", "wer", "werde", "werden", "wie", "wir", "wird",
    "wo", "zu", "zum", "zur",
];

#[rustfmt::skip]
const FRENCH: &[&str] = &[
    "a", "ai", "alors", "au", "aux", "avec", "avez", "avoir", "bonjour", "ce", "ces", "cet", "cette", "comme",
    "comment", "c", "c'est", "d", "dans", "de", "des", "du", "elle", "en", "es", "est", "et", "être", "faire",
    "fait", "il", "ils", "j", "j'ai", "je", "l", "la", "le", "les", "leur", "leurs", "lui", "m", "ma", "mais",
    "me", "merci", "mes", "moi", "mon", "n", "ne", "nos", "notre", "nous", "on", "ont", "ou", "où", "par",
    "pas", "peut", "peux", "plus", "pour", "pourquoi", "puis", "qu", "quand", "que", "quel", "quelle", "qui",
    "quoi", "s", "sa", "sans", "se", "ses", "si", "son", "sont", "suis", "sur", "t", "un", "une", "vos",
    "votre", "vous", "y",
];

#[rustfmt::skip]
const SPANISH: &[&str] = &[
    "a", "al", "ante", "como", "cómo", "con", "cual", "cuál", "cuando", "cuándo", "de", "del", "desde",
    "donde", "dónde", "el", "él", "ella", "en", "entre", "era", "es", "esa", "ese", "eso", "esta", "está",
    "este", "esto", "estoy", "gracias", "ha", "hace", "hacer", "han", "hasta", "hay", "he", "hola", "la",
    "las", "le", "les", "lo", "los", "más", "me", "mi", "mis", "muy", "no", "nos", "o", "os", "para", "pero",
    "por", "porque", "puede", "puedo", "que", "qué", "quien", "quién", "se", "ser", "si", "sí", "sin",
    "sobre", "son", "soy", "su", "sus", "también", "te", "tengo", "tiene", "tu", "un", "una", "uno", "unos",
    "y", "ya", "yo",
];

#[rustfmt::skip]
const ITALIAN: &[&str] = &[
    "a", "ad", "ai", "al", "alla", "anche", "che", "chi", "ci", "ciao", "come", "con", "cosa", "cui", "da",
    "dal", "dalla", "dei", "del", "della", "delle", "di", "dove", "e", "è", "ed", "era", "essere", "grazie",
    "ha", "hai", "hanno", "ho", "i", "il", "in", "io", "l", "la", "le", "lo", "ma", "mi", "mia", "mio", "ne",
    "nel", "nella", "no", "noi", "non", "o", "per", "perché", "più", "posso", "può", "quale", "quando",
    "quella", "quello", "questa", "questo", "se", "sei", "si", "sì", "sono", "su", "sua", "sul", "suo", "ti",
    "tra", "tu", "un", "una", "uno", "vi", "voi", "vostro",
];

#[rustfmt::skip]
const DUTCH: &[&str] = &[
    "aan", "als", "bij", "dan", "dank", "dat", "de", "deze", "die", "dit", "doen", "door", "dus", "een", "en",
    "er", "geen", "graag", "had", "hallo", "heb", "hebben", "heeft", "het", "hij", "hoe", "hun", "ik", "in",
    "is", "ja", "je", "jij", "kan", "kunnen", "maar", "me", "met", "mij", "mijn", "moet", "na", "naar",
    "niet", "nog", "nu", "of", "om", "omdat", "ons", "ook", "op", "over", "te", "tot", "u", "uit", "uw", "van",
    "voor", "waar", "waarom", "wanneer", "was", "wat", "we", "welke", "wie", "wij", "wil", "worden", "wordt",
    "ze", "zich", "zij", "zijn", "zo",
];

#[rustfmt::skip]
const PORTUGUESE: &[&str] = &[
    "a", "ao", "aos", "as", "até", "com", "como", "da", "das", "de", "depois", "do", "dos", "e", "é", "ela",
    "ele", "em", "entre", "era", "essa", "esse", "esta", "está", "este", "eu", "foi", "há", "isso", "isto",
    "já", "lhe", "mais", "mas", "me", "meu", "minha", "muito", "na", "não", "nas", "nem", "no", "nos", "nós",
    "o", "obrigado", "olá", "onde", "os", "ou", "para", "pela", "pelo", "por", "porque", "posso", "qual",
    "quando", "que", "quem", "se", "sem", "ser", "seu", "sua", "também", "te", "tem", "tenho", "um", "uma",
    "você", "vocês",
];
