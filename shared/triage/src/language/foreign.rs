//! Words that show a text to be in a language other than English.
//!
//! Closed classes first (articles, pronouns, prepositions, auxiliaries), which hardly a sentence does
//! without, then what customers write about. They stand in lower case and without accents, as many
//! type them; words that are English too are left out.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What shows one language.
struct Signs {
    /// Of ISO 639-1.
    code: &'static str,
    /// Letters that English does not have and that speak for the language.
    letters: &'static str,
    words: &'static str,
}

const LANGUAGES: &[Signs] = &[
    Signs {
        code: "de",
        letters: "äöüß",
        words: "
            aber abgebucht abo akku alle alles als angekommen antwort anmelden artikel auch auf aus
            bei beim beschadigt bestellen bestellt bestellung bestellungen bezahlt bin bis bitte
            brauche danke dann das dass dem den der des dich die diese diesen dieser dir doch
            dringend durch ein eine einem einen einer eines einfach einmal er erhalten erstattung es
            etwas euch euer falsch falsche falscher fehlt funktioniert fur fuer geld geht gehackt
            geliefert gerat gesendet gesperrt gestern gibt gutschein habe haben habt hallo hat hatte
            heute hilfe ich ihr ihre ihren ihnen immer ist ja jemand jetzt kann kannst kaputt karte
            kein keine keinen klappt komme kommt konnen koennen konto kundigen kunde kunden leider
            lieferung liefern mahnung man mein meine meinem meinen meiner mich mir mit mochte
            moechte muss nach neu neue nicht nichts nie niemand noch nur ob oder ohne paket passwort
            preis rechnung retoure ruckgabe schicken schon sehr seit sich sie sind sofort stornieren
            ueber um und uns unser vergessen verloren versand viel vielen vom von vor wann
            warte warten warum wegen weil wer werden wie wieder wieso wird wo wollen wurde zahlung
            zu zum zur zuruck zurueck zwei zweimal",
    },
    Signs {
        code: "fr",
        letters: "œçêèëûâùàîô",
        words: "
            aide ait argent arrivee au aucun aucune aussi aux avec avez avoir avons bonjour bonsoir
            carte cassee ce cela ces cest cette chez colis commande commandes commandee compte
            connecter dans depuis des deux dois du elle en est et etait ete etre eu facture faire
            fois fonctionne identifiant il ils jai jamais je jour jours jusqu la le les leur
            livraison livre livree lui ma mais mauvais merci mes moi mois mon mot ne nest nom nos
            notre nous ou oublie paiement panne par pas passe paye personne peut peux plusieurs pour
            pourquoi pouvez prelevement probleme produit puis puisje quand que quel quelle quelquun
            quelque qui quoi rabais recevoir recu remboursement rembourser remboursez retour rien
            salut sans semaine semaines ses si sont sous suis suivi sur svp temps toujours tous tout
            toute tres trois trop un une va vais veux votre voudrais vos vous",
    },
    Signs {
        code: "es",
        letters: "ñ¿¡áíóú",
        words: "
            abonar abrir ahora al alguien alguna algun anular ante antes aqui articulo aun ayuda
            ayer buenas buenos cambiar cancelar cargo clave cobrado cobraron cobro como compra
            compre comprar con contrasena correo cual cuando cuanto cuenta cuesta de debo decir del
            desde despues dia dias dice dinero direccion donde dos el ella en encuentro entrar
            entrega entregado envio enviar enviaron equivocado es esa ese eso esperando esta estan
            estado estas este esto estoy factura falta fue funciona gracias ha haber hace hacer
            hasta hay hice hola hoy la las le les llega llegado llego llevo lo los mal mas mes mi
            mis muy nada nadie necesito ni nos nuestro nueva nuevo nunca o olvide otra otro pago
            pagar paquete para pedido pedi pero perdido poder por porque pude puede pueden puedo
            pueda que quien quiero quisiera recibido recibo recibi recibir reembolso roto se sea
            semana semanas ser sesion si siempre sigo sigue sin sobre solo soy su suscripcion sus
            talla tambien tarjeta telefono tengo tiempo tiene tienen todavia todo todos tres tu un
            una unos usted va veces vez y ya yo",
    },
    Signs {
        code: "pt",
        letters: "ãõçáâêíóú",
        words: "
            abrir agora ainda ajuda alguem ao aos aplicativo aqui atraso bom cade cancelar cartao
            chegou chega chegar como compra comprei compras conta consigo cobrado cobrada cobraram
            cobranca da das de depois desde dia dias dinheiro dizer dois dos e ela ele em encomenda
            endereco entrar entrega entregue errado errada eu esqueci esse essa esta estao este
            estou estornar estorno faco falta faz fazer fatura foi foram fui funciona gostaria ha
            hoje isso ja loja mais mas mes meses meu meus minha minhas muito na nada nao nas nem
            ninguem nos nota novo numero o obrigada obrigado oi ola onde ontem os ou paguei
            pagamento pagar para pedido pela pelo pessoa pode podem poderia por porque posso prazo
            preciso produto qual quando quanto que quebrado quem queria quero receber recebi
            recebido reembolso reclamacao sao se sem semana semanas senha ser seu sim sobre sou sua
            suas tambem tem tenho todo todos trocar troca tudo um uma vem veio vez vezes voce voces
            volta com",
    },
    Signs {
        code: "it",
        letters: "èàòùì",
        words: "
            abbonamento accedere acquisto addebitato addebito aiuto al alla alle allo anche ancora
            annullare arrivato arrivata aspetto assistenza avete avuto bisogno buongiorno buono
            cambiare carta che chi ci ciao codice coi col con consegna consegnato contatto conto
            corriere cosa da dal dalla degli dei del della delle dello dentro di difettoso dopo dove
            e entrare errore faccio fatto fattura fare fate gia giorni giorno gli grazie ha hai
            hanno ho il importo indirizzo io la le lei lo ma mai male manca mancano mese mi mia mie
            miei mio molto ne negozio nel nella nessun nessuna nessuno niente noi nome nostro
            nulla o ogni oggi ordinato ordine ordini pacco pagamento pagare pagato per perche piu
            potete posso prezzo prodotto puo qual quale quando quanto quanti quella quello questa
            questo reclamo reso ricevere ricevuta ricevuto rimborso risponde rotto rotta salve
            sbagliato sconto scusi se sei senza si siete soldi solo sono sotto spedito spedizione
            spedite sta stata stato su sua subito suo tempo tra tre troppo tutti tutto un una uno va
            vi voglio voi volte volta vorrei vostra vostro",
    },
    Signs {
        code: "nl",
        letters: "",
        words: "
            aan aangekomen aankoop aanvragen afgeschreven al alle alles annuleren antwoord bedankt
            bedrag ben bericht bestellen besteld bestelling bestellingen betaald betalen betaling
            bezorgd bezorger bij blijft boven daar dag dan dank dat de deze die dit doe doen dus
            dubbel een eens eigen elke er factuur fout gaat gebeurd gebruiken geen gehad geld
            geleden geleverd geweest gisteren goed graag haar hallo heb hebben hebt heeft helaas het
            hierbij hoe hoi hulp iemand iets ik inloggen jaar je jij jullie kaart kan kapot klacht
            klant klopt komt kon korting krijg krijgen kun kunnen kwijt langer levering lukt maand
            maar maat mag meer met mij mijn moet moeten mooi na naar niemand niet niets nieuw nieuwe
            niks nodig nog nooit nou nu om omdat ons onze ontvangen ook op opnieuw opzeggen pakket
            pakje probeer rekening retour retourneren sinds steeds stuk stuur stuurt te tegen terug
            terugbetaling toch twee uit uw van vandaag veel verkeerd verkeerde verzenden verzending
            verzonden vergeten vinden volgens voor vraag vragen waar waarom wachten wacht wachtwoord
            wanneer wat weken welke werkt wie wij wijzigen wil winkel wilt worden wordt zal ze zeer
            zelf zich zijn zit zo zonder zou",
    },
    Signs {
        code: "pl",
        letters: "łżźśćńąęó",
        words: "
            adresu ale anulowac brak byc czekam czemu czy dla dlaczego dni dnia dostalem dostalam
            dostawa dostawy dostawe dwa dziala dziekuje faktura faktury fakture gdzie haslo hasla
            ile jak jest juz kiedy klienta kod konta konto kontem kto ktos kurier kupilem mam mi
            mnie moge moj moja moje mojego mozna na nadal nie nic numer od ode oraz otrzymalem
            paczka paczki paczke pieniadze pieniedzy po pomoc pomocy prosze przesylka przesylki
            przez przyszla przyszedl reklamacja sa sie siebie swoje telefonu tego towar tygodnie
            tylko tym witam wciaz za zamowienia zamowienie zaplacilem zapomnialem ze zwrot zwrotu
            zwrocic zmiana zmienic zostal zostala",
    },
    Signs {
        code: "sv",
        letters: "åäö",
        words: "
            aldrig alla annat att av avbestalla betala betalat betalning bestallning bestallningen
            bestallt blev blir dag dagar de den det detta dom dra dragit du eller en er ett fakturan
            faktura fatt fel fick fore fran fungerar fraga ga gang ganger gar ge glomt hade hal har
            hej hjalp hjalpa hur ifran ingen inget inte jag kan kommer kom konto kontot kopt kort
            kvitto kvar kunna lamna leverans levererad levererats logga losenord man med men mig
            mina mitt mot mycket nagon nagot nar ni nu nya oss paket paketet pengar pengarna saknas
            samma sedan sen sin skickad skickat ska skulle snalla som storlek talt tack tillbaka
            trasig tva upp ut utan vad vantar vantat var vara varan varfor varor veckor vi vill
            vilken aterbetalning angra ar",
    },
    Signs {
        code: "da",
        letters: "æøå",
        words: "
            aldrig alle af bestilling bestilt betalt betaling blev bliver da dage de den der deres
            det dig din ejer eller en er et faet fakturaen faktura fik fejl fra gange gang ga glemt
            hej har hjaelp hjælp hvad hvem hvis hvor hvordan hvorfor hvornar igen ikke ind ingen jeg
            jer kan kode kom kommer konto kontoen kunne kvittering levering leveret logge lang
            mangler mange med men mig mit modtaget nar nogen noget nu og ogsa om op os pa pakke
            pakken penge pengene siden sig skal skulle som stadig tak til tilbage ud uden uger var
            varen ved vi vil virker",
    },
    Signs {
        code: "no",
        letters: "æøå",
        words: "
            aldri alle av bestilling bestillingen bestilt betalt betaling ble blir da dager de den
            dere det du eller en enna er et fatt faktura feil fikk fra ganger glemt hei har hjelp
            hva hvem hvis hvor hvordan hvorfor ikke ingen inn jeg kan kom kommer konto kontoen kunne
            levering levert logge mangler mange med meg men mitt mottatt noen noe na og ogsa om
            opp oss pa pakke pakken penger pengene siden skal skulle som takk til tilbake ut uten
            uker var varen ved vi vil virker",
    },
    Signs {
        code: "fi",
        letters: "äö",
        words: "
            ei ja en se oli ole olen olisi ovat mika missa milloin miksi miten mutta myos kun jos
            kuin minun minulla minulle mina sina tama tata tilaus tilaukseni tilauksen tilasin
            paketti pakettini pakettia saanut saapunut tullut tuli lasku laskun laskua maksoin maksu
            maksettu rahat takaisin palautus palauttaa haluan haluaisin peruuttaa perua voinko
            voitteko salasana salasanan unohdin kirjautumaan kirjautua tili tilini tililleni tuote
            rikki vaara koko viela kiitos hei moi apua edelleen kahdesti paasen paase toimi toimii
            toimitus tuotetta",
    },
    Signs {
        code: "tr",
        letters: "ığşçöüİ",
        words: "
            acil adresimi ama aldim bana ben beni benim bekliyorum bir bu cok calismiyor calinda
            calindi daha degil degistirmek destek edemiyorum edin etmek etti fatura faturami gecen
            geldi gelmedi gelen gun gundur giremiyorum giris gonderin gonderildi hala hafta haftadir
            hesabim hesabima hesap iade iadesi icin iki iptal istiyorum kac kadar kargo kargom kart
            kartim kartimdan ki kim kere kez kirik lutfen merhaba mi mu musteri nasil ne neden nerde
            nerede numarami odeme odedim olarak para parami parayi sifre sifremi siparis siparisi
            siparisim tekrar tesekkurler ucret urun urunu uygulama var veya yanlis yapamiyorum
            yardim yok",
    },
    Signs {
        code: "cs",
        letters: "řěůžčšý",
        words: "
            ale aby balik baliku byl byla bylo cekam dekuji dobry dni dva dvakrat faktura fakturu
            heslo hesla jak je jeho jsem jsme jsou jste kde kdy kolik ktery ma mam mi mne muj moje
            mohu muzete muze na nebo nefunguje nemohu nemuzu nelze neni nic objednavka objednavku
            objednal od penize platba po podle potrebuji pri prihlasit prijde proc prosim prisel
            prislo reklamace se si svuj svemu ta tak tyden tydny uctu ucet uz vam vas vraceni
            vratit za zbozi zaplatil zapomnel ze zrusit",
    },
    Signs {
        code: "hu",
        letters: "őű",
        words: "
            az csomag csomagom de egy el ez ezt es fiok fiokom fiokomba hol hogy hogyan jelszo
            jelszavam kell ki koszonom kerem keszulek ket ketszer hete ide jott kaptam kerek leszek
            lehet meg mas miert mikor mit nalam nekem nem nincs ota penz penzt penzem rendeles
            rendelesem rendelesemet rendeltem segitseg segitsen szamla szamlat szeretnem tudok tudom
            termek van vagy vissza volt bejelentkezni fizettem erkezett hibas",
    },
    Signs {
        code: "ro",
        letters: "ăâîșțşţ",
        words: "
            acum ajutor ani anulez asta astept bani banii buna cand ce cea cei cel cont contul
            conectez comanda comenzii comenzi cu cum daca dar de dea deja din doua doresc este eu
            factura fara fi fost imi inca intr la livrare livrat mai mea mele meu mi mult multumesc
            ne nici nimic nu o ori pachet pachetul parola pe pentru plata platit poate primit
            produs produsul rambursare retur rog sa sau se si sunt suma trimis un unde va vreau zile",
    },
    Signs {
        code: "id",
        letters: "",
        words: "
            ada adalah akun akan apa apakah atau bagaimana bantuan barang bayar bagus belum beli
            bisa boleh dan dana dari dengan di dimana dua hari harus hubungi ingin ini itu juga kami
            kapan karena kartu kata kali kembali kembalikan kenapa kirim kiriman ke kode kurir lagi
            lama lupa masih masuk mau minggu mohon nomor paket pada pembayaran pengiriman
            pengembalian pesan pesanan rusak saya sampai sandi salah sudah tagihan terima tidak
            tolong uang untuk yang",
    },
    Signs {
        code: "hr",
        letters: "čćšžđ",
        words: "
            ali cekam dana dobio dva dvaput gdje gde hvala ili ima imam iz jer jesam kada kad kako
            kartica koji koliko kupio lozinka lozinku mi moj moja moje mogu molim moze narudzba
            narudzbu narudzbe na ne nije nisam nista novac od paket paketa platio po posiljka povrat
            prijaviti racun racuna racunu sam se stigao stigla stiglo sto sta su treba tjedna uz vec
            za zasto zelim",
    },
    Signs {
        code: "hi",
        letters: "",
        words: "
            aap aaya aayega aya abhi aur bahut bhai bhi chahiye diya gaya gayi ghar hai hain hoga
            hogaya ho hua hui jaldi ka kab kaha kahan kaise kar karo karna karke kare ke ki kitna
            kiya koi kripya kuch kya kyu kyun krna liya mein mera mere meri mil mila mujhe nahi
            nahin ne nhi paisa paise raha rahi rupaye sab se tak tha thi wapas wala yaar yeh",
    },
];

/// Beginnings that are cut off with an apostrophe: l'ordine, j'attends.
const FRENCH: &[&str] =
    &["l", "d", "j", "n", "c", "s", "m", "t", "qu", "jusqu", "lorsqu", "puisqu"];
const ITALIAN: &[&str] =
    &["l", "d", "c", "un", "dell", "all", "nell", "dall", "sull", "quell", "dov", "com", "cos"];

static BY_WORD: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, language) in LANGUAGES.iter().enumerate() {
        for word in language.words.split_whitespace() {
            let places = by_word.entry(word).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    by_word
});

/// What a word weighs that speaks for a language.
pub(super) const WORD_WEIGHT: usize = 2;
/// The same if it may as well be a name or an abbreviation.
const WEAK_WEIGHT: usize = 1;
/// Up to how many letters a word is that short.
const SHORT_LETTERS: usize = 2;

/// How much of a text speaks for each language.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    sums: [usize; LANGUAGES.len()],
}

impl Foreign {
    /// Counts what `word`, in lower case, shows.
    pub(super) fn count(&mut self, word: &str) {
        let word = word.replace('’', "'");
        let plain: String = word.chars().filter(|c| *c != '\'').map(without_accent).collect();
        let listed = BY_WORD.get(plain.as_str());
        let is_short = plain.chars().count() <= SHORT_LETTERS;
        for (place, language) in LANGUAGES.iter().enumerate() {
            let is_listed = listed.is_some_and(|places| places.contains(&place));
            let weight = if is_listed && !is_short || is_elided(&word, language.code) {
                WORD_WEIGHT
            } else if is_listed || word.contains(|c| language.letters.contains(c)) {
                // Names have such letters in English too.
                WEAK_WEIGHT
            } else {
                0
            };
            if let Some(sum) = self.sums.get_mut(place) {
                *sum = sum.saturating_add(weight);
            }
        }
    }

    /// The sum of the weights of the language that most speaks for.
    pub(super) fn most(&self) -> usize {
        self.sums.iter().copied().max().unwrap_or_default()
    }

    /// The languages that most speaks for, none if no word speaks for any.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        let most = self.most();
        let summed = LANGUAGES.iter().zip(self.sums);
        summed
            .filter(|(_, sum)| most > 0 && *sum == most)
            .map(|(language, _)| language.code)
            .collect()
    }
}

fn is_elided(word: &str, code: &str) -> bool {
    let beginnings = match code {
        "fr" => FRENCH,
        "it" => ITALIAN,
        _ => return false,
    };
    word.split_once('\'').is_some_and(|(start, rest)| {
        // "c's" is no elision: what is cut off stands before a vowel or a mute h.
        beginnings.contains(&start)
            && rest.chars().next().is_some_and(|c| "aeiouh".contains(without_accent(c)))
    })
}

/// The letter as it is typed on a keyboard without accents.
fn without_accent(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ț' | 'ţ' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
        'ý' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::english::{Evidence, evidence};
    use super::*;

    fn of(text: &str) -> Foreign {
        let mut foreign = Foreign::default();
        for word in text.split_whitespace() {
            foreign.count(word);
        }
        foreign
    }

    #[test]
    fn words_count_with_and_without_their_accents() {
        for (text, code) in [
            ("für über", "de"),
            ("fuer ueber", "de"),
            ("j'ai l'adresse", "fr"),
            ("dov’è dell'ordine", "it"),
            ("şifremi unuttum", "tr"),
            ("zamówienie moje", "pl"),
        ] {
            assert!(of(text).most() > 0 && of(text).codes().contains(&code), "{text}");
        }
    }

    #[test]
    fn contractions_of_english_are_no_elisions() {
        let read = of("don't I'm it's we'll c's d'you y'all t's o'clock");
        assert_eq!(read.most(), 0, "{:?}", read.codes());
    }

    #[test]
    fn no_word_of_english_is_listed() {
        let both: Vec<_> =
            BY_WORD.keys().filter(|word| evidence(word) != Evidence::Neither).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
