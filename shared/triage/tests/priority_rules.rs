//! Each rule of the policy on what fires it and on what is close and does not, and hostile texts.

use copilot_triage::priority::{Assessment, assess, policy::RULES};

/// For each rule, texts that fire it, and texts that do not.
const RULES_BY_EXAMPLE: &[(&str, &[&str], &[&str])] = &[
    (
        "security or fraud",
        &[
            "A stranger has access to my account.",
            "There is a new payee on my account.",
            "I didn't authorise these payments.",
            "Somebody opened a loan in my name and I never signed anything.",
            "My account was hacked last night.",
            "There is a payment on my statement that I did not make.",
            "Someone is using my card in another country",
            "My wallet was stolen, please block the card.",
            "I gave him the code from the sms",
            "sombody chnaged my pasword",
        ],
        &[
            "My sister has the same plan on her account.",
            "I would like to add a new payee.",
            "I made these payments.",
            "My account was not hacked, I had forgotten the password.",
            "What happens if my card gets stolen?",
            "Who leads your fraud prevention team?",
            "I changed my password yesterday.",
        ],
    ),
    (
        "personal data in the open",
        &[
            "I got the test results of Mrs Novak.",
            "You emailed the salary list to everyone.",
            "It logged me in as somebody else.",
            "I can see another customer's invoices in my account.",
            "It shows someone else's address.",
            "Your customer data was leaked on a forum.",
        ],
        &[
            "I got my test results.",
            "You emailed me the price list.",
            "Do you have a list of all branches?",
            "I can see my invoices.",
            "Someone else will collect the parcel.",
            "The tap leaks.",
        ],
    ),
    (
        "danger to people",
        &[
            "The ladder collapsed and I landed on my back.",
            "I have run out of insulin and the parcel is late.",
            "The charger is too hot and was hissing.",
            "Small bits of metal were in the soup.",
            "My throat swelled up.",
            "The toaster caught fire.",
            "The battery is swollen and hot.",
            "It gave my son an electric shock",
            "He had an allergic reaction to the cream.",
            "There is a smell of gas.",
        ],
        &[
            "The ladder is too long.",
            "The parcel is late.",
            "The soup was cold.",
            "The charger is slow.",
            "The app on my fire tv does not start.",
            "My hot water is back.",
            "No injuries, thankfully.",
            "The battery lasts a day.",
        ],
    ),
    (
        "outage",
        &[
            "Our entire clinic has no access.",
            "We can't take a single order.",
            "It kicks all students out.",
            "No bookings have come in since noon.",
            "Your website has been down since noon.",
            "Nobody can log in.",
            "None of our staff can work.",
            "All our tills show an error.",
            "The checkout is returning 503.",
        ],
        &[
            "I can't take the whole week off.",
            "No bookings for me this year.",
            "The entire box arrived.",
            "I put it down and went away.",
            "Nobody can help me with my seat.",
            "The site is not down any more than usual, it's just me.",
            "All our parcels came, thanks.",
        ],
    ),
    (
        "attempted fraud",
        &[
            "A caller wanted my PIN.",
            "I was told to move my savings.",
            "I got a code that I never asked for.",
            "I got a phishing mail in your name.",
            "Is this a fake website?",
            "The seller is a scammer.",
        ],
        &[
            "I forgot my PIN.",
            "I moved house.",
            "Which code do I enter?",
            "I got your mail, thanks.",
            "It is no scam, it works.",
            "Fake leather or real?",
        ],
    ),
    (
        "money at risk",
        &[
            "You took the fee although I had cancelled.",
            "The order failed but the money is gone.",
            "My payout has been on hold for a while.",
            "They refuse to refund me.",
            "You charged me twice.",
            "I still have not received my refund.",
            "I was billed the wrong amount.",
            "You owe me 40 euros.",
            "There is a duplicate payment.",
        ],
        &[
            "You took the box away, thanks.",
            "The order came and the price is right.",
            "Please put the order on hold.",
            "I was not charged twice.",
            "How long does a refund take?",
            "The charger broke twice.",
            "I paid yesterday.",
        ],
    ),
    (
        "cannot be used at all",
        &[
            "The boiler has packed in.",
            "About the freezer. It gave up.",
            "It won't accept my password.",
            "Reception has no record of my booking.",
            "The app says free version although I paid.",
            "I can't log in.",
            "My account has been suspended.",
            "We have no internet.",
            "The laptop won't turn on.",
            "I am locked out",
            "It doesn't work at all.",
        ],
        &[
            "The boiler is loud.",
            "I gave up sugar.",
            "It accepts my password.",
            "I have a record of my booking.",
            "I can log in again.",
            "There is no service charge on my bill, right?",
            "My account has not been suspended.",
            "It works, but slowly.",
        ],
    ),
    (
        "legal step",
        &[
            "Send me a copy of everything you hold on me.",
            "This is a breach of contract.",
            "My lawyer will write to you.",
            "I'll see you in court",
            "I have opened a chargeback.",
            "Under the GDPR I ask for my data.",
        ],
        &[
            "Send me a copy of the invoice.",
            "Where is the contract?",
            "Are you GDPR compliant?",
            "The tennis court side panel is missing.",
            "No need for a lawyer.",
        ],
    ),
    (
        "a large sum",
        &["My sofa for 2,400 EUR arrived broken.", "$1500 and it is the wrong one"],
        &[
            "My mug for 12 EUR arrived broken.",
            "Order 1500 arrived broken.",
            "I paid 2,400 EUR, all good.",
        ],
    ),
    (
        "trouble or a request",
        &[
            "The lamp is broken.",
            "Where is my parcel?",
            "Please cancel my plan.",
            "The page shows an error.",
        ],
        &["Do you ship to Norway?", "I like it a lot."],
    ),
    (
        "settled",
        &[
            "That did the trick.",
            "It turned up after all.",
            "It works again.",
            "This has been solved.",
            "Please ignore my last mail.",
            "False alarm.",
        ],
        &[
            "What is the trick?",
            "Nobody turned up.",
            "It isn't solved.",
            "Is it fixed now?",
            "If it works again I'll tell you.",
        ],
    ),
    (
        "asks what would happen",
        &[
            "What if I lose it?",
            "Who do I call if my card is stolen?",
            "Suppose I move, can I keep it?",
        ],
        &["Can you tell me if it was shipped?", "If you do not answer I'll cancel.", "What now?"],
    ),
    (
        "general question",
        &[
            "Which plan has more storage?",
            "how do i change the font",
            "Just wondering about sizes.",
        ],
        &["The lamp is broken.", "I changed the font."],
    ),
    (
        "wish or feedback",
        &[
            "I preferred the old logo.",
            "A dark mode would be nice to have.",
            "Just a suggestion.",
            "Any plans for a Mac version?",
        ],
        &["My old phone is broken.", "The dark mode is broken.", "I ordered two."],
    ),
    (
        "praise or thanks",
        &["I love it.", "Great service, five stars!", "Thank you so much."],
        &["The parcel is late.", "It's not a great product."],
    ),
    (
        "within a day",
        &[
            "Our flight is this evening.",
            "I'm at the airport.",
            "I need it by tomorrow.",
            "The offer ends today at five.",
            "We must submit before midnight.",
            "It's happening while I write this.",
        ],
        &[
            "I wrote this evening.",
            "The shop at the airport was closed.",
            "It arrived today.",
            "I ordered in the morning.",
            "Today I wrote to my aunt.",
        ],
    ),
    (
        "a near day or event",
        &[
            "My audit is next week.",
            "It has to be here by the 14th.",
            "I need it before Friday.",
            "Our wedding is on Saturday.",
            "We leave in five days.",
            "my exam is next week",
        ],
        &[
            "I bought it on the 14th.",
            "We had an audit.",
            "It arrived on Friday.",
            "We travel in spring.",
            "I do wedding photos for a living.",
        ],
    ),
    (
        "is called urgent",
        &["This is urgent!", "Please answer asap.", "please call me immediately"],
        &["Not urgent.", "It isn't urgent at all.", "The app closes immediately."],
    ),
    (
        "repeated contact",
        &[
            "I have chased this up.",
            "Nobody ever calls me back.",
            "This is the third time I'm writing.",
            "I wrote to you last week.",
            "Nobody has replied.",
            "I've called you several times",
        ],
        &[
            "The dog chased the ball.",
            "Call me back when you can.",
            "I bought it for the second time.",
            "He wrote a novel.",
            "You answered at once.",
        ],
    ),
    (
        "will leave or go public",
        &[
            "I'll switch to a competitor.",
            "You have lost a customer.",
            "I will write this on Trustpilot.",
            "Never again will I order from you.",
        ],
        &[
            "I'd like to switch to the yearly plan.",
            "Close all the windows.",
            "I lost the customer card.",
        ],
    ),
    (
        "furious",
        &[
            "You bunch of liars!!!",
            "You idiots!!! Wrong AGAIN!!!",
            "WORST COMPANY WITH TERRIBLE SERVICE EVER",
        ],
        &[
            "A bunch of flowers was missing.",
            "THIS IS TYPED WITH CAPS LOCK SORRY",
            "A bit angry, to be honest.",
            "Great!!!",
        ],
    ),
    (
        "can wait",
        &["No hurry.", "Whenever you have time.", "It's not urgent.", "Take your time."],
        &["Hurry up please.", "I can't wait for the concert.", "How much time does it take?"],
    ),
];

fn fires(assessment: &Assessment, rule: &str) -> bool {
    assessment.fired.iter().any(|fired| fired.rule == rule)
}

#[test]
fn each_rule_fires_on_what_it_names_and_not_on_what_is_close() {
    let mut wrong = Vec::new();
    for (rule, positive, negative) in RULES_BY_EXAMPLE {
        wrong.extend(
            positive
                .iter()
                .filter(|text| !fires(&assess("", text), rule))
                .map(|text| (rule, text, false)),
        );
        wrong.extend(
            negative
                .iter()
                .filter(|text| fires(&assess("", text), rule))
                .map(|text| (rule, text, true)),
        );
    }
    assert!(wrong.is_empty(), "rule, text, whether it fired: {wrong:#?}");
}

#[test]
fn every_rule_has_examples_that_fire_it_and_that_do_not() {
    let named: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let by_example: Vec<&str> = RULES_BY_EXAMPLE.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(named, by_example);
    assert!(RULES_BY_EXAMPLE.iter().all(|(_, fire, do_not)| fire.len() > 1 && do_not.len() > 1));
}

#[test]
fn the_words_are_shown_as_they_stand_in_the_text() {
    let told = assess("", "My Account\nwas HACKED");
    assert_eq!(told.fired[0].words, ["HACKED"]);
    let told = assess("", "They charged me for this order TWICE!");
    assert_eq!(told.fired[0].words, ["charged me for this order TWICE"]);
    let many = assess("", &"hacked Hacked HACKED hAcked haCked hacKed hackEd ".repeat(9));
    assert_eq!(many.fired[0].words.len(), 5);
    let long = format!("charged {} twice", "x".repeat(500));
    let words = &assess("", &long).fired[0].words;
    assert!(words[0].ends_with('…') && words[0].chars().count() <= 60, "{words:?}");
}

#[test]
fn nothing_beyond_the_longest_ticket_is_read() {
    let late = format!("{}. My account was hacked.", "lorem ".repeat(32_000 / 6));
    assert!(assess("", &late).fired.is_empty());
}

#[test]
fn hostile_texts_are_assessed_without_a_panic() {
    let pieces = [
        "",
        " ",
        "\0",
        ">",
        "\"",
        "“",
        "you wrote \"",
        "On x wrote:\n",
        "--\n",
        "’",
        "-",
        "a-",
        "'a",
        ".",
        "1,",
        "1.1.1,",
        "€",
        "not ",
        "no one ",
        "can not",
        "if ",
        "?",
        "!?",
        "\r\n",
        "\u{202e}",
        "👩‍👩‍👧",
        "İ",
        "ß",
        "ﬀ",
        "e\u{301}",
        "漢字",
        "charged ",
        "every all our users ",
        "hacked",
        "$1,000,000,000,000,000,000,000",
        "\u{feff}",
        "𝒽𝒶𝒸𝓀𝑒𝒹",
    ];
    for first in pieces {
        for second in pieces {
            for times in [1, 7] {
                let text = format!("{first}{second}").repeat(times);
                let told = assess(&text, &text);
                assert!(told.fired.iter().all(|fired| !fired.words.is_empty()));
            }
        }
        assess(first, &first.repeat(32_000 / first.len().max(1)));
    }
}
