//! The fixed sentences of a reply, by language. None of them promises anything.

use copilot_core::ticket::LanguageCode;

use super::facts::Fact;

/// The sentences of one language.
#[derive(Debug)]
pub struct Wording {
    /// Before and after a name.
    greeting: (&'static str, &'static str),
    /// To nobody by name.
    neutral_greeting: &'static str,
    /// Before and after the number of an order.
    order: (&'static str, &'static str),
    /// Before and after the number of a parcel.
    parcel: (&'static str, &'static str),
    /// Before and after the title of the article.
    article: (&'static str, &'static str),
    next_step: &'static str,
    closing: &'static str,
}

impl Wording {
    /// The sentences for replies in `language`; English for one that is not listed.
    pub fn of(language: LanguageCode) -> &'static Self {
        match String::from(language).as_str() {
            "de" => &GERMAN,
            "fr" => &FRENCH,
            "es" => &SPANISH,
            "it" => &ITALIAN,
            "nl" => &DUTCH,
            "pt" => &PORTUGUESE,
            _ => &ENGLISH,
        }
    }

    /// The first line.
    pub fn greeting(&self, name: Option<&str>) -> String {
        let (before, after) = self.greeting;
        name.map_or_else(
            || self.neutral_greeting.to_owned(),
            |name| format!("{before}{name}{after}"),
        )
    }

    /// What the message was about.
    pub fn about(&self, fact: &Fact) -> String {
        let ((before, after), number) = match fact {
            Fact::Order(number) => (self.order, number),
            Fact::Parcel(number) => (self.parcel, number),
        };
        format!("{before}{number}{after}")
    }

    /// Where what follows comes from.
    pub fn source(&self, title: &str) -> String {
        let (before, after) = self.article;
        format!("{before}{title}{after}")
    }

    /// What to do if that was not it.
    pub fn next_step(&self) -> &'static str {
        self.next_step
    }

    /// The last lines.
    pub fn closing(&self) -> &'static str {
        self.closing
    }
}

const ENGLISH: Wording = Wording {
    greeting: ("Hello ", ","),
    neutral_greeting: "Hello,",
    order: ("Thank you for your message about order ", "."),
    parcel: ("Thank you for your message about parcel ", "."),
    article: ("Our article “", "” says:"),
    next_step: "If this does not answer your question, just reply to this message.",
    closing: "Kind regards",
};

const GERMAN: Wording = Wording {
    greeting: ("Guten Tag ", ","),
    neutral_greeting: "Guten Tag,",
    order: ("vielen Dank für Ihre Nachricht zur Bestellung ", "."),
    parcel: ("vielen Dank für Ihre Nachricht zur Sendung ", "."),
    article: ("In unserem Artikel „", "“ steht dazu:"),
    next_step: "Falls das Ihre Frage nicht beantwortet, antworten Sie einfach auf diese Nachricht.",
    closing: "Freundliche Grüße",
};

const FRENCH: Wording = Wording {
    greeting: ("Bonjour ", ","),
    neutral_greeting: "Bonjour,",
    order: ("Merci pour votre message au sujet de la commande ", "."),
    parcel: ("Merci pour votre message au sujet du colis ", "."),
    article: ("Notre article « ", " » indique :"),
    next_step: "Si cela ne répond pas à votre question, répondez simplement à ce message.",
    closing: "Cordialement",
};

const SPANISH: Wording = Wording {
    greeting: ("Hola, ", ":"),
    neutral_greeting: "Hola:",
    order: ("Gracias por su mensaje sobre el pedido ", "."),
    parcel: ("Gracias por su mensaje sobre el envío ", "."),
    article: ("En nuestro artículo «", "» se explica:"),
    next_step: "Si esto no responde a su pregunta, conteste simplemente a este mensaje.",
    closing: "Un saludo",
};

const ITALIAN: Wording = Wording {
    greeting: ("Buongiorno ", ","),
    neutral_greeting: "Buongiorno,",
    order: ("Grazie per il suo messaggio sull'ordine ", "."),
    parcel: ("Grazie per il suo messaggio sulla spedizione ", "."),
    article: ("Il nostro articolo «", "» spiega:"),
    next_step: "Se questo non risponde alla sua domanda, risponda semplicemente a questo messaggio.",
    closing: "Cordiali saluti",
};

const DUTCH: Wording = Wording {
    greeting: ("Hallo ", ","),
    neutral_greeting: "Hallo,",
    order: ("Bedankt voor uw bericht over bestelling ", "."),
    parcel: ("Bedankt voor uw bericht over pakket ", "."),
    article: ("In ons artikel “", "” staat:"),
    next_step: "Beantwoordt dit uw vraag niet, reageer dan gewoon op dit bericht.",
    closing: "Met vriendelijke groet",
};

const PORTUGUESE: Wording = Wording {
    greeting: ("Olá, ", ","),
    neutral_greeting: "Olá,",
    order: ("Obrigado pela sua mensagem sobre o pedido ", "."),
    parcel: ("Obrigado pela sua mensagem sobre a encomenda ", "."),
    article: ("O nosso artigo “", "” explica:"),
    next_step: "Se isto não responder à sua pergunta, responda simplesmente a esta mensagem.",
    closing: "Com os melhores cumprimentos",
};
