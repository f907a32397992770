//! The policy: its rules with the phrases that fire them, and the matrix.
//!
//! A phrase is a row of parts: `a|b` is one of these words, `hack*` a word that begins so, `@class`
//! a word of that class, `?a` may be missing, `~3` is up to three words in between, `!a` means that
//! the next word is not this. Apostrophes and hyphens are left out: `cant`, `email`.

use copilot_core::ticket::Priority;
use serde::Serialize;

/// What is lost if nobody does anything, from the least on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Nothing: a question, a wish, thanks, or it is solved.
    Minor,
    /// Something is not as it should be. What a text is in which no rule fires.
    Moderate,
    /// Money is at risk, something paid for cannot be used at all, or a legal step was taken.
    Serious,
    /// Misuse, personal data in the open, danger to people, or work as a whole stands still.
    Severe,
}

/// How soon it gets worse, from the latest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// The customer says so.
    CanWait,
    /// Nothing is said.
    Usual,
    /// A day is named, patience is at its end, or the customer calls it urgent.
    Soon,
    /// It ends within a day, or damage goes on.
    Now,
}

/// What a rule says of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// What is lost.
    Impact(Impact),
    /// How soon it gets worse.
    Urgency(Urgency),
}

/// A rule of the policy.
#[derive(Debug)]
pub struct Rule {
    /// What an agent is shown.
    pub name: &'static str,
    /// What it says of a ticket.
    pub says: Says,
    /// The phrases, each of which fires it.
    pub phrases: &'static [&'static str],
}

/// The matrix: a row for each impact, a column for each urgency, both from the least on.
const MATRIX: [[Priority; 4]; 4] = {
    use Priority::{Critical, High, Low, Medium};
    [
        // Can wait, usual, soon, now.
        [Low, Low, Low, Medium],              // minor
        [Low, Medium, High, High],            // moderate
        [Medium, High, High, Critical],       // serious
        [High, Critical, Critical, Critical], // severe
    ]
};

/// The priority of an impact and an urgency, by the matrix of [`crate::priority`].
pub fn priority(impact: Impact, urgency: Urgency) -> Priority {
    MATRIX[impact as usize][urgency as usize]
}

/// Counts only beside trouble or money at risk: a large sum in an order that went well is no harm.
pub(super) const LARGE_SUM: &str = "a large sum";
/// Outweighs what was serious or moderate, unless that is told of after it.
pub(super) const SETTLED: &str = "settled";
/// Takes from its sentence what was told of as having happened.
pub(super) const HYPOTHETICAL: &str = "asks what would happen";
/// Fires when the text is little more than its questions.
pub(super) const QUESTION: &str = "general question";
/// Fires in short texts alone: a long one has more to tell.
pub(super) const PRAISE: &str = "praise or thanks";
/// Fires on more than one sign: an angry word and shouting, or three angry words.
pub(super) const FURIOUS: &str = "furious";

/// Words that stand for one another in the phrases below.
pub(super) const CLASSES: &[(&str, &str)] = &[
    ("@number", "1*|2*|3*|4*|5*|6*|7*|8*|9*|one|two|three|four|five|six|seven|eight|nine|ten"),
    ("@cannot", "cannot|cant|couldnt|unable|impossible|wont|doesnt|cnt"),
    (
        "@not",
        "not|never|no|isnt|wasnt|hasnt|havent|didnt|doesnt|dont|wont|nothing|still|without|hadnt",
    ),
    (
        "@somebody",
        "someone|somebody|stranger|strangers|hacker|hackers|thief|they|he|person|people|intruder",
    ),
    ("@own", "my|our|her|his|their|the"),
    (
        "@account",
        "account|accounts|profile|login|email|emails|mailbox|password|username|card|phone|number|page|acct",
    ),
    ("@card", "card|cards|credit|debit|account|wallet|identity|phone|passport|number|paypal"),
    (
        "@payment",
        "payment|payments|charge|charges|transaction|transactions|purchase|purchases|withdrawal|withdrawals|transfer|transfers|order|orders|debit|debits|booking|bookings|rides|calls",
    ),
    (
        "@charged",
        "charged|billed|debited|deducted|taken|took|withdrawn|withdrew|paid|payed|invoiced|booked|charge|charging|bill",
    ),
    (
        "@money",
        "refund|refunds|refunded|reimbursement|reimbursed|reimburse|compensation|deposit|payout|payouts|cashback|repayment",
    ),
    (
        "@body",
        "hand|hands|finger|fingers|leg|arm|face|foot|eye|eyes|head|skin|throat|lip|lips|mouth|calf|back",
    ),
    (
        "@child",
        "child|son|daughter|baby|kid|kids|toddler|husband|wife|mother|father|dog|cat|me|myself|him|her|customer",
    ),
    (
        "@system",
        "site|website|webshop|shop|store|server|servers|platform|system|systems|api|checkout|portal|backend|database|production|service|phones|terminals|instance|cluster",
    ),
    ("@down", "down|offline|unreachable|crashed|dead|unavailable"),
    (
        "@staff",
        "users|employees|staff|customers|colleagues|clients|guests|patients|doctors|drivers|agents|members|teams|team|office|company|department|terminals|phones|stores|restaurants|locations|people|visitors|branches|pharmacies|warehouses|schools|students|pupils|nurses|desks|tills",
    ),
    (
        "@event",
        "wedding|funeral|exam|exams|interview|graduation|anniversary|birthday|party|ceremony|trip|flight|holiday|holidays|vacation|journey|conference|meeting|presentation|concert|tournament|course|move|moving|surgery|appointment|christening|play|launch|visa|easter|christmas|xmas",
    ),
    (
        "@weekday",
        "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun|weekend",
    ),
    (
        "@leaves",
        "fly|flying|leave|leaves|leaving|travel|travelling|traveling|depart|departs|departing|start|starts|starting|begins|need|needs|needed|due|get|submit",
    ),
    (
        "@ends",
        "board|boarding|checkin|closes|close|ends|expires|due|deadline|leaves|departs|starts|begins|flight|fly|flying|needs|need|must|submission|submit|latest|until|before|by|wedding|exam|interview|funeral|meeting|presentation",
    ),
    ("@count", "second|third|fourth|fifth|sixth|2nd|3rd|4th|5th|6th|tenth|10th"),
    (
        "@wrote",
        "wrote|written|emailed|mailed|called|phoned|rang|contacted|messaged|complained|asked|chased|reported|writing|calling|contacting|asking|tweeted",
    ),
    (
        "@change",
        "change|cancel|send|resend|move|add|delete|check|look|update|reset|replace|exchange|correct|remove|fix|redirect|return|swap|credit|find|help|sort|confirm|activate|upgrade|switch|extend|postpone|rebook|book|apply|transfer|reissue|stop|repair|reactivate|deactivate|verify|block|unblock|close|email|forward|merge|restore|refund",
    ),
];

/// The rules, in the order in which they are shown.
pub static RULES: &[Rule] = &[
    Rule {
        name: "security or fraud",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "isnt|wasnt|not me doing|who|that|it|logging|ordering|buying",
            "session|device|login|phone|order|orders|computer|charge|payment ~4 isnt|not|arent mine|ours|me",
            "reads|reading|read|sees ~1 my|our messages|emails|mails|chats|mail|texts",
            "transfers|payments|charges|withdrawals|orders|purchases ~5 never|dont ~1 heard|seen|made|placed|ordered|recogni*|know",
            "iban|bank|account|payout|payee ~4 isnt|not|changed|swapped|replaced ~1 ours|mine|without",
            "blackmail*|extort*|stalking|stalker|spying|spied|catfish*",
            "emptied|drained|cleared|cleaned|plundered ~2 @account|balance|savings",
            "behind my back",
            "hacked|hijacked|compromised|breached",
            "@somebody ~4 logged|logging|login|accessed|accessing|using|used|changed|ordered|bought|stole|hacked|taken|took|got|signed|opened|broke|spent|withdrew ~3 my|our|account|profile|card",
            "@somebody is|are|was|gets|got in|into|inside my|our account|accounts|profile|mailbox|email",
            "@account ~5 taken over",
            "@account takeover",
            "password|email|address|phone ~4 were|was|been|got changed|removed|replaced",
            "friends|contacts|colleagues ~3 getting|get|receive|receiving|received ~2 messages|emails|mails|spam|texts ~2 me|account",
            "@payment ~6 i|we ?have|did didnt|did|never|not|havent|dont ?not ?even make|made|authori*|recogni*|order|ordered|do|done|approve*|place|placed|book|booked|request*",
            "unauthori*|unauthroi* !use|disclosure|copying|review|distribution",
            "unknown|unfamiliar|unrecogni*|strange ~1 @payment|device|login|signin",
            "login|logins|signin|signins|logged|signed|access|ip ~4 country|countries|abroad|china|russia|brazil|nigeria|vietnam|unknown|unfamiliar",
            "fraudulent|illegal ~1 @payment|activity|access|use|acquisition",
            "victim of ~1 fraud|scam|theft",
            "sent|transferred|wired|paid ~14 claimed|claiming|pretended|pretending|scam|scammer|fraudster|fraudsters|fake",
            "identity ~1 theft|stolen|fraud",
            "@card ~3 was|were|been|got|is|gets stolen|cloned|skimmed|misused|nicked",
            "stolen|stole|nicked ~3 @card",
            "@own|customers @card ~8 was|were|been|being|is|got|has ?been|being used ~8 country|countries|abroad|city|never|right|for|in|without|after",
            "gave|given|give|told|entered|typed|shared ~5 code|pin|passcode|password|credentials|cvv ~4 text|sms|fake|scam*|site|page|caller|phone|phishing|him|her|them",
            "saw|knows|know|seen ~2 my|our pin|password",
            "scammed|conned|swindled|defrauded|phished",
            "fell for ~3 scam|phishing|fake|trick",
            "stop|recall|reverse|block ~1 the|my|this|that transfer|payment|wire|transaction",
            "block|freeze|lock ~2 @card|everything",
            "please|pls block|freeze|lock it|them|everything",
            "account ~4 emptied|drained|cleaned",
            "money|savings|funds ~4 gone|vanished|disappeared|stolen|missing ~2 from ?my|our account|wallet",
            "ransom*|ransomware",
            "key|keys|secret|secrets|token|credentials ~5 leaked|exposed|public|published|stolen",
        ],
    },
    Rule {
        name: "personal data in the open",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "data ~1 breach|leak|leaked|breached|exposed|stolen",
            "breach|leaked|leaking|leak ~5 data|details|passwords|emails|customers|records|information|addresses",
            "data|details|passwords|records|documents|information|emails|addresses|passport|scan|photos ~6 leaked|exposed|forum|published|dark|publicly",
            "passport|licence|license|id|data|details ~4 to|in|on|made a|is ?now public",
            "see|seeing|sees|saw|show|shows|showing|shown|looking|received|opened|got|had|contains ~6 elses|peoples|strangers|persons ?own data|details|invoice|invoices|account|accounts|name|address|orders|prescription|living|home|camera|documents|files|phone|medical",
            "see|seeing|sees|saw|show|shows|showing|shown|received|opened ~5 of|from|about|belonging ~3 different|another|other|stranger person|persons|customer|customers|user|users|people|patient|patients|company",
            "someone|somebody elses|else feed|video|stream|screen|data|details|name|account|invoice|invoices|address|order|orders|prescription|living|home|files|photos|documents|profile",
            "other|another peoples|customers|persons|users|companys|patients data|details|name|names|account|accounts|invoice|invoices|address|addresses|orders|prescription|files|photos|documents|messages",
            "strangers data|details|account|house|home|room|feed|video|stream|messages|photos",
            "strangers|people|others|everyone|anyone can|could see|watch|read|hear|access ~1 my|our",
        ],
    },
    Rule {
        name: "danger to people",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "bitten|bleeding|bleeds|bled|fainted|suffocat*|paramedics|firefighters|seizure|fracture|fractured",
            "fire brigade|department|service|engine",
            "splinter|splinters|shard|shards|pieces|needle ~2 of ~1 glass|metal|plastic",
            "trapped ~2 in|inside|on|under",
            "i|he|she|mother|mum|father|dad|child|wife|husband|son|daughter fell|slipped|tripped|collapsed|choked",
            "gave way|out !to",
            "collapsed|toppled ~4 on|under|while|onto|with",
            "sick|ill|vomiting|vomited|throwing ~4 after|from|eating|drinking",
            "@cannot breathe|breath",
            "nearly|almost ~2 died|killed|crashed|choked|drowned|swallowed|fell|hit|hurt",
            "injur*|stitches|ambulance|hospitalised|hospitalized|electrocuted|concussion|unconscious",
            "emergency|casualty room|department|doctor|ward",
            "went|go|taken|took|had|rushed ~3 hospital|er",
            "cut|cuts|burnt|burned|burn|hurt|hurts|scalded|bruised|swelled|swollen|broke|bleeding|stung|shocked|scratched ~3 @body|@child|himself|herself|itself",
            "@body|@child ~3 cut|burnt|burned|hurt|swelled|swollen|swelling|bleeding|scalded|blistered",
            "caught|on|catch|catches|catching|started fire !tv|stick|tablet|hd|wall|pit",
            "flames|smoking|sparks|sparking|exploded|explosion|exploding|explode|explodes|combust*",
            "smoke ~2 from|out|coming|came",
            "battery|batteries|powerbank|cell ~6 swollen|swelled|swelling|bulging|bloated|expanded|leaking|leaked|hot|burst|puffed",
            "swollen|bulging|bloated|leaking|burst|puffy ~1 battery|batteries",
            "overheat*|melted|melting|melts|scorched|singed",
            "burn|burning|burnt|electrical smell",
            "smell|smells|smelled|smelt|smelling|stink* ~2 of|like|from ~2 gas|burning|burnt|burn|smoke|burned|fumes",
            "gas ~1 smell|leak|leaks|leaking",
            "electric|electrical shock",
            "gave|gives|got|given ~2 me|him|her|us ~1 electric|a shock",
            "allerg* ~2 reaction|shock|reactions|attack",
            "rash|anaphyla*|hives|blisters",
            "choking|choked !up",
            "poison*|toxic|carcinogen*",
            "carbon monoxide",
            "glass|metal|plastic|screw ~3 in ~3 food|jar|drink|soup|bread|bottle|cereal|yoghurt|yogurt|mouth|meal",
            "food poisoning",
            "wrong ~1 medicine|medication|prescription|dose|drug|drugs|insulin",
            "dangerous|unsafe|hazard|hazardous|hazards|lethal",
            "could|might|would|can have ?been|got|died|killed ~3 killed|died|fatal|fire|hurt|electrocuted",
            "brakes|brake|steering|seatbelt|airbag ~3 failed|fail|fails|broke|not|stopped",
            "emergency|alarm|rescue|panic ~1 line|lines|calls|service|services|button|buttons ~4 dead|down|not|cannot|cant|hear|work",
            "rescue service|services|coordination",
        ],
    },
    Rule {
        name: "outage",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "@cannot reach|contact|find|see ~2 server|servers|system|backend|database|host !on",
            "not one|a ?single ~3 can|works|gets|goes",
            "in|at|across all ~3 branches|shops|sites|stores|offices|locations|restaurants|clinics|schools",
            "rejects|refuses|blocks|declines ~1 every|all|each|any",
            "queueing|queuing|queue|lining|waiting ~5 door|outside|street|counter|tills",
            "we|business|warehouse|production|kitchen|office|factory|clinic|school ~1 is|has|have|are|had ?been|to ?come stopped|halted|close|closed|idle|standing",
            "sent|send|sending ~2 home",
            "down for all|everyone|everybody|us",
            "outage|outages|standstill|downtime",
            "everything ~1 is|went @down",
            "@system ~2 is|are|has|have|been|was|went|gone|seems ~1 @down",
            "@system @down",
            "production ~2 stopped|halted|blocked|broken|stands",
            "work ~1 stopped|stands|halted",
            "returning|returns|throwing|throws ~3 500|502|503|504",
            "@system ~5 500|502|503|504",
            "@system ~7 database error",
            "nobody|none|everyone|everybody ~5 can|could|able|get|gets|@cannot !help|tell|explain|answer|say|assist|give ~1 pay|log|login|sign|work|access|use|open|order|buy|connect|book|check|reach|call|see|print|ship",
            "nobody|everyone|everybody|whole|entire ~6 locked|@down|stuck|blocked|denied|logged|kicked ?out",
            "all|every|none|whole|entire ~3 @staff|tills|registers|machines|screens|doctor|user|customer|employee|terminal|shop|store|register|till|line|phone|lines|carriers ~7 @cannot|@down|denied|error|locked|blocked|failing|fails|stuck|503|500|404|errors",
            "none of our|us ~5 can|work|works|loads|connect|connects|print|prints|ring|rings",
            "our|my @staff @cannot ~2 pay|log|login|sign|work|access|use|open|order|buy|connect|book|reach|checkout|see|call|get",
            "@cannot ship|sell|bill|trade|process|serve|invoice|take ~2 anything|orders|order|customers|payments|payment|anybody|anyone|cards|bookings|patients",
            "losing|lose|lost ~3 orders|sales|revenue|customers|bookings|business ?each|every ?minute|hour",
            "deleted|deleting|wiped|erased ~1 all|everything|every ~1 ?of our|users|customers ~2 projects|project|data|files|folders|records|users|customers|backups",
            "everyone|everybody|people|staff|team|workers|drivers is|are standing|waiting|sitting|idle",
        ],
    },
    Rule {
        name: "attempted fraud",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "phishing|phish|smishing|spoof*",
            "fraud|fraudsters !prevention|department|team|protection|policy|detection|check|checks|awareness|insurance",
            "scam|scams|scammer|scammers",
            "fake|suspicious|dodgy|fraudulent|bogus ~1 email|mail|message|sms|text|site|website|page|call|link|invoice|shop|seller|letter|activity|profile",
            "pretend*|claimed|claiming|posing|impersonat* ~4 you|your|bank|be",
            "counterfeit|forged",
            "sent|got|received|was ~2 empty box|boxes|package|parcel|packet",
            "box|package|parcel|packet ~1 was|is|arrived|came empty",
        ],
    },
    Rule {
        name: "money at risk",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "left|leaves|out ~3 account|bank ~2 two|three|2|3|twice ?times",
            "@charged|took|left|pay|paid ~4 @number instead of|not",
            "@number instead of @number",
            "rent|payment|payments|mortgage|cheque|direct ~1 bounced|rejected|returned",
            "put|give|pay|send|transfer ~4 rest|difference|money|amount ~1 back",
            "paid ~8 never|nothing|not ~2 arrived|received|came|sent|got|shipped|happened",
            "half ~1 my|the money|amount|refund|payment",
            "@charged ~7 twice|double|doubly",
            "@charged ~6 two|2|three|3|several|multiple|many times",
            "@charged ~2 for ~4 dont|didnt|never|not have|order|ordered|use|used|want|agree|ask",
            "@charged ~2 again after|although|though|even|despite|for",
            "twice|double ~2 charged|billed|debited|deducted",
            "went|gone|go|goes ~2 twice|double",
            "went|gone|go|goes ~3 two|2 times",
            "double|duplicate|duplicated|second @payment|charged|billing|paid|paying|booking",
            "both ~2 booked|charged|posted|cleared|debited|went",
            "wrong|incorrect|higher|different ~1 amount|amounts|sum|total|charge",
            "overcharg*|overbill*|overdrawn|overdraft",
            "@charged ~3 too|much much|more|higher",
            "@charged ~6 instead|rather of|than",
            "@charged ~8 not ~3 as agreed|promised|advertised|quoted|ordered",
            "shows|showing|says|taken ~6 but ~3 bank|card|statement|invoice ~2 shows|says|showed|charged|was",
            "@charged ~8 cancelled|canceled|cancellation|cancelling|unsubscribed|returned|prepaid|agreed|promised",
            "cancelled|canceled|cancellation ~14 @charged|taking ~4 each|every|month|again|still|since|me|my|money",
            "still|keep|keeps|kept|continue* ~2 charged|charging|billed|billing|being|taking|debiting",
            "@not|where|wheres|waiting|awaiting ~4 @money",
            "where|wheres|waiting ~2 money",
            "not|never|havent|hasnt|dont|still ~1 got|received|see|seen|have ~2 money",
            "@money ~7 @not|where|missing|outstanding|overdue|late|refused|denied|rejected|pending",
            "@money|money|pay|paid|payment ~4 promised",
            "promised|agreed|said ~5 @money|repay|pay",
            "nothing ~2 arrived|received|come ~2 up|yet|so|till|until",
            "owe|owes|owed|owing me|us|you",
            "want|demand|get|need|give|have|return|expect ~3 money|it|cash back ?please|now|immediately !but",
            "get|at|release|withhold*|withheld|holding|hold|froze|frozen|keeping ~3 my|our money|funds|payouts|payout|balance|earnings",
            "money|funds|balance|credit|savings ~4 gone|vanished|disappeared|missing|stolen|frozen|zero",
            "balance ~3 0|0.00|0,00|zero|wrong|negative",
            "charging|charges|charged me|us fees|fee|interest|penalty",
            "out of pocket",
            "payroll|salaries|wages|payday ~10 stuck|hanging|hangs|not|cant|cannot|fails|failed|late",
            "please return|refund it|them|the|that|one|mine",
            "second|other one|charge|payment isnt|is|hasnt ~2 pending|refunded|reversed",
        ],
    },
    Rule {
        name: "cannot be used at all",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "kept|swallowed|ate|retained|swallows ~1 my|our|the card",
            "card ~1 swallowed|retained|eaten",
            "trial ~2 ended|mode|expired|over|version",
            "no|without ~1 hot|heat|gas|water|lights|reception ?water",
            "says|shows|claims|reports ~3 not|isnt|wasnt ~1 paid|active|activated|registered|licensed",
            "listings|listing|shop|store|profile|account ~1 hidden|removed|delisted|gone|vanished|disappeared",
            "only|my|our income|livelihood",
            "@cannot|not|never ?able ?to ~1 log|logon|sign|get|access|enter ~1 in|into|onto|my|our|account|files",
            "trying|tried ~1 log|login|sign|get ~1 in|into|since",
            "@cannot log|login|logon|signin|sign",
            "login ~2 fails|failed|failing|impossible",
            "locked|logged|kicked|shut|logs|kicks me|us ?completely out|off|of",
            "locked out",
            "account|accounts|profile|subscription|licence|license|number|line|card|shop ~4 is|was|been|got|has|says|saying|are|currently ~2 blocked|suspended|locked|disabled|closed|deactivated|frozen|barred|banned|terminated|expired|declined|inactive",
            "account|number|line|card|licence|license blocked|suspended|locked|disabled|closed|deactivated|frozen|barred|banned|terminated|expired|declined",
            "suspended|closed|blocked|disabled|deactivated|banned|barred|terminated|froze my|our|me|us",
            "gets|got|is|was|been|were declined|rejected|refused ~3 at|in|everywhere|abroad|shop|shops",
            "im|am|is|isnt|were|not|no ?longer licensed",
            "no|without ~1 internet|connection|signal|service|network|dial|power|heating|electricity|reception|access|broadband|landline|washing|fridge|machine !charge|fee|fees",
            "lost ~2 connection|service|signal|access|internet",
            "internet|broadband|phone|line|landline|heating|heater|network|wifi|fridge|freezer|machine|boiler|tv|laptop|router|mobile|website|email|car ~3 is|are|has|been|went|gone ~2 down|dead|broken|out|off|kaputt",
            "internet|broadband|heating|network|line down|dead|out|off",
            "@cannot|not ~1 turn|switch|power ?on|back|up",
            "@cannot|not ~1 boot|start|charge ?up|at|anymore !because|a|an|my",
            "@cannot|not ?even open|start|launch|run|play|work ~1 at all",
            "i|we|you cannot|cant|couldnt ?even work !with|around|out",
            "unable to work",
            "stops|keeps|prevents|keeping|preventing me|us from",
            "@cannot ~1 make|receive|get|place ~2 calls|call|texts",
            "@cannot be reached",
            "dont|doesnt|not|wont ~1 work|working|run|connect|open|play|load ~1 at all",
            "dont|doesnt|not|wont start|connect any more",
            "dont|doesnt|not|wont start|connect anymore",
            "completely|totally|absolutely|entirely|stone dead|broken|useless|unusable|kaputt",
            "black|blank screen",
            "bricked|unusable|inoperable",
            "is|its|was|are|arrived dead !link|links|pixel|pixels|end",
            "never|not|havent|didnt ~2 got|received|get|receive ~4 access|acces|licence|license|key|login|code|ticket|tickets|booking|confirmation|credentials|data|console|goods",
            "booking|reservation|ticket|tickets|order|policy|appointment ~6 not|doesnt|cannot|cant|isnt|cancelled|canceled|wasnt ~1 exist|found|valid|there|show|confirmed|cancelled",
            "hotel|apartment|flat|host|restaurant|venue ~8 closed|shut|boarded|overbooked|cancelled|canceled|bankrupt",
            "upload|submission|form|portal ~4 @cannot|doesnt|not|refuses|rejects accept|work|upload|load|submit|take",
        ],
    },
    Rule {
        name: "legal step",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "debt|collection ~1 collector|collectors|collection|agency|letter",
            "bailiff|bailiffs|enforcement|notary",
            "the|by|under|to law !firm|school|student|book",
            "statutory|my|our|consumer rights",
            "take|get|seek|took ~1 advice",
            "delete|deleted|erase|erased|erasure|copy ~3 my|personal data|information",
            "my|personal data ~1 deleted|erased|removed",
            "lawyer|lawyers|attorney|attorneys|solicitor|solicitors|barrister|legal !action|team|department|name|notice|entity|form|size|page|terms|tender",
            "sue|suing|lawsuit|litigation|tribunal|ombudsman|ombudsperson|arbitration|subpoena",
            "legal action|actions|steps|proceedings|advice|claim|means",
            "to|in|at|through|county|claims|small court !side|yard|house|marriott",
            "chargeback|chargebacks",
            "charge back ~3 bank|card|paypal",
            "bank|paypal|card|visa ~3 dispute|reverse|reclaim",
            "dispute|contest ~3 bank|paypal|card",
            "regulator|regulators|regulatory|watchdog|fca|ofcom|ofgem|ftc|cfpb|bbb",
            "trading standards",
            "consumer protection|centre|center|rights|association|agency|advice|court",
            "police !officer|station|discount|uniform",
            "gdpr|ccpa|dsgvo !compliant|compliance|ready|conform|friendly|page|statement",
            "article|art 15|17|20 ?of ?the gdpr",
            "subject access request",
            "data protection authority|officer|law|act|request|commissioner",
            "right to ~1 erasure|forgotten|access",
            "eu|european|consumer|by law|regulation|regulations|directive",
        ],
    },
    Rule { name: LARGE_SUM, says: Says::Impact(Impact::Serious), phrases: &[] },
    Rule {
        name: "trouble or a request",
        says: Says::Impact(Impact::Moderate),
        phrases: &[
            "empty|gone|disappeared|vanished|strange|odd|quiet|faint|weak|puddle|duplicate|duplicates|smells|smell|stopped|stops|rejected|rejects",
            "dont|didnt|never ~1 think ?i ~1 ordered|order|bought|subscribed",
            "never|didnt|not ~1 ordered|order|subscribed|turn|turned|showed|show ?up",
            "moving|moved !on|away",
            "@not ~3 arrive|arrived|arriving|come|came|delivered|received|receive|shipped|here|work|working|works|appear|appeared|show|load|loading|loads|open|opens|connect|connecting|accept|accepted|update|updated|updating|sync|syncing|valid|match|fit|fits|charge|respond|responding|correct|possible|allow|found|moving|included|sent|print|prints|close|stay|stays|got|play|supported",
            "broken|broke|breaks|damaged|defective|faulty|cracked|crack|torn|scratched|stained|bent|leaks|leaking|dripping|drips|leak|dented|ripped|wobbles|wobbly|loose|shattered|smashed|rotten|brown|mouldy|moldy|stale",
            "wrong|incorrect|mistake|mistakes|mixed|misspelled|misspelt|typed",
            "missing|lost|late|delayed|delay|delays|overdue|stuck|short|shorter|longer|bigger|smaller",
            "error|errors|bug|bugs|bugged|crash|crashes|crashed|crashing|freezes|freezing|frozen|glitch*|lag|lags|laggy|slow|slowly|flickers|flickering|flicker|disconnects|disconnecting|drops|dropping|invalid|fail|fails|failed|failing|failure|fault|expired|hangs|hanging|spins|blank|bounce|bounces|noise|noisy|grinding",
            "out of sync|order|date",
            "problem|problems|issue|issues|trouble|complaint|complain",
            "return|returned|returning !customer|policy",
            "exchange|replacement|replace|repair|reimburse*|refund !policy|policies",
            "cancel|cancelled|canceled|cancellation|terminate|unsubscribe|unsubscribed",
            "where|wheres ~2 my|our|the order|parcel|package|delivery|it|item|shipment|stuff|refund|money",
            "has|have|did|is my|our|the ~4 arrived|shipped|left|received|coming|delivered|arrive|sent",
            "when ~3 arrive|come|delivered|ship|ships|arrives|dispatched|shipped",
            "in transit",
            "please|kindly|just ~1 @change",
            "can|could|would|will|may you|i|we|somebody|someone|it ?please|also|kindly|maybe ~1 @change !me ?in",
            "would|id|wed like|want|wish|need to ~1 @change",
            "need|want|like|id|please ~1 new|the|a|my|some|one ~2 replacement|refund|invoice|receipt|label|copy|link|colour|color|size|seat|surcharge",
            "since ~3 update|upgrade|updating|upgrading",
            "after ~2 update|upgrade|updating|firmware",
            "ordered|wanted|bought|chose|paid|booked ~6 got|received|but|instead|only|although",
            "delivered|sent ~6 instead|wrong|not",
            "instead of",
            "isnt|arent|wasnt|dont ~3 anymore|more|there|in|right|on",
            "should|supposed ~2 have|to|be|read|arrive",
            "no longer",
            "declined|reverted|pending|rejected|refused|difficulty|difficulties|trouble",
            "why ~2 my|i|me|our",
            "taking ~1 so|too|very|forever|ages",
            "been waiting",
            "no|without|still ~1 reply|answer|response",
            "again and",
            "keeps|keep ~1 @not|asking|coming|going|falling|dropping|restarting|stopping|saying|crashing|telling|getting",
            "too ~1 small|big|large|short|long|tight|high|low|hot|cold|late",
            "on hold",
            "ignor*",
            "take|down ~1 it|down",
        ],
    },
    Rule {
        name: SETTLED,
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "all|everything good|fine|well|okay|ok ~1 now|again|thanks",
            "its here",
            "sorry ~2 bothered|bother|bothering|troubled",
            "neighbour|neighbor|neighbours|neighbors had|has it",
            "figured|worked|found ~1 it|out out|myself",
            "works|working again|now",
            "is|was|been|its|all|now|already|got|everything|thats ~1 solved|resolved|sorted|fixed",
            "sorted|solved|fixed|resolved my|our|the|it ?problem|issue",
            "never mind",
            "nevermind",
            "please|so|can|just ignore ~1 my|this|the|previous|last|me|it",
            "false alarm",
            "please|can|may|could close ~1 the|this|my ticket|case|request|it",
            "isnt|not|no|arent ~1 broken|problem|issue|longer|missing|down ~2 anymore|any|more|broken|needed",
            "refund|parcel|package|order|money|it|letter ~1 arrived|came|received ~1 today|this|now|yesterday|safely|after",
            "misread|misunderstood|overlooked",
            "sorry for ~1 noise|confusion|fuss",
            "no further questions|question|help",
        ],
    },
    Rule {
        name: HYPOTHETICAL,
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "what if !you|not",
            "what|who|how|where ~3 happens|happen|would ~8 if|when|in ?case",
            "hypothetical*|hypothetically|suppose|supposing|theoretically",
            "just|merely curious",
            "thinking of|about ~1 opening|buying|switching|ordering|joining|signing",
            "asking before",
        ],
    },
    Rule {
        name: QUESTION,
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "just|only|was|am|im ~1 wondering|curious",
            "quick|general|small|simple|policy|idle|short question|questions",
        ],
    },
    Rule {
        name: "wish or feedback",
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "just|a|my ~1 thought|thoughts|idea|observation|remark",
            "could do with|without",
            "feature ~1 request|requests|idea|wish|suggestion",
            "suggestion|suggestions|feedback|fyi",
            "would|be|itd|wouldnt ~2 cool|nice|great|good|lovely|handy|helpful|awesome ~2 if|to|have|could",
            "would love to",
            "would like ~1 to see",
            "please consider ~1 adding|add|making",
            "could|should|might|maybe ~1 add|put|make|consider|offer|bring",
            "any plans|chance ~1 for|to|of|you",
            "wish you|there|the|it",
            "just|only to ~2 let|tell|say",
            "wanted to ~1 let|tell ~1 you",
            "not ~1 complaint|complaining",
            "hard to read",
            "if you ever",
            "bring back",
        ],
    },
    Rule {
        name: PRAISE,
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "made ~1 my|his|her|our|their day|week|evening",
            "so|very|really|incredibly ~1 patient|kind|helpful|friendly|polite|competent",
            "love|loved|adore ~1 it|this|your|the|them",
            "great|good|excellent|amazing|fantastic|wonderful|awesome|brilliant|super job|work|service|support|product|app|experience|news",
            "well done",
            "five|5 stars|star",
            "compliment*|congrat*|kudos|bravo",
            "keep ~1 up|going",
            "pass|tell ~5 thanks|boss|team|lovely|great|wonderful",
            "was|were|been|is|are ~2 wonderful|lovely|fantastic|amazing|brilliant|excellent|superb|delighted",
            "thanks|thank ?you so|very much",
            "thanks|thank ?you ~2 so|very much|for !the|your ~2 help|quick|great|fast|patience|kind|nice|everything|sorting|fixing|reply",
            "thanks ?i|just got it",
            "best present|gift|shop|app|product|company|thing ever",
            "with a smile",
        ],
    },
    Rule {
        name: "within a day",
        says: Says::Urgency(Urgency::Now),
        phrases: &[
            "tomorrow",
            "@ends|today|must|only|out|before ~4 tonight|midnight|noon|eod|cob",
            "need|needs|needed|must|due|deadline|closes|close|ends|expires|leaves|leave|fly|flight|flying|starts|by|tender ~4 today !for|and",
            "today ~1 at|by|before|latest|deadline|otherwise",
            "@ends ~3 in|within an|a|one|two|2|three|few|half|30|20|10|15|45|60|90 ?few|an hour|hours|minutes|mins|min",
            "in|within|for the next ~1 hour|hours|minutes|mins|half",
            "@ends|talk|starts|comes|opens|boarding ~3 at 1|2|3|4|5|6|7|8|9|10|11|12|13|13.00|1pm|2pm|3pm|4pm|5pm|6pm|1am|7am|8am|9am|10am|11am|noon|midnight",
            "while|as im|i|we|were ~1 type|typing|write|writing|speak|speaking",
            "still|keeps|continues ~1 deleting|spreading|disappearing|leaking|burning|smoking|charging",
            "happening|coming|going ~3 right now",
            "and counting",
            "each|every minute|hour|day ~2 counts|costs|matters|late",
            "fees|interest|penalty|charges ~2 each|every|per day|hour",
            "losing ~3 money|sales|customers|orders|revenue",
        ],
    },
    Rule {
        name: "a near day or event",
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "by|before|until|till|latest|this|coming|next|upcoming ~1 @weekday",
            "end of ~1 week|month",
            "before|by|until|till the|end ~2 weekend|week|month",
            "@event|@leaves ~5 @weekday",
            "@weekday ~3 @event !voucher",
            "@event ~5 in|only|is ~2 days|week|weeks",
            "in|within|only|thats ~1 two|three|four|five|six|seven|nine|ten|2|3|4|5|6|7|8|9|10 days",
            "my|our|the|her|his|a ?own wedding|funeral|exam|interview|graduation ~6 is|on|in|are|this|next",
            "for|to|before|attend|need ~3 my|our|the|a wedding|funeral|exam|exams|interview|graduation|christening|surgery",
            "landlord|visa|embassy ~4 by|before|until",
            "next|this week|weekend",
            "next week !is",
            "cannot|cant|wont wait",
            "running out|short of|on time",
            "deadline",
        ],
    },
    Rule {
        name: "is called urgent",
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "urgent|urgently|urgency|asap|pronto",
            "as soon as ~1 possible|can",
            "need|needs|please|must|want|fix|stop|refund|call|help|act|respond|reply|restored|resolved ~6 immediately|immediate",
            "immediate|immediately ~2 help|attention|action|refund|response|assistance|solution",
            "is|its|an|total|real emergency",
            "right away",
            "at once",
            "high|top|highest priority",
            "help ~1 fast|quick|quickly|now",
            "time critical|sensitive",
            "please|must do something !wrong",
        ],
    },
    Rule {
        name: "repeated contact",
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "round ~1 in|the ?circles ?houses",
            "@number|several|many times now|already",
            "for|since @number|several|many weeks|months",
            "@count ~1 time|email|mail|message|ticket|attempt|letter|reminder|request|call ~3 i|im|ive|writing|sending|asking|contacting|calling|this|about|we|now",
            "@count ~1 email|mail|message|ticket|letter|reminder|call",
            "time writing|asking|calling|contacting",
            "nobody|noone|nothing|never|without|not|no|havent|hasnt|yet ~4 answered|replied|responded|heard|answer|reply|response|feedback !from|to",
            "heard|hear nothing|anything ~1 back|since|from",
            "nothing back",
            "tried ~3 chat|phone|calling|reach|contact|email|emailing ~6 times|twice|several|already|again",
            "@wrote !me ~5 last|weeks|days|ago|already|times|twice|several|before|again|month|months|week",
            "already|times|twice|several|repeatedly ~2 @wrote",
            "@wrote ~6 on ~2 march|april|may|june|july|august|september|october|november|december|january|february|monday|tuesday|wednesday|thursday|friday|1|2|3|10",
            "reminder|reminders|reminded",
            "ignore|ignored|ignoring ~1 me|us|my|our",
            "are|being|been|keep ignored|ignoring",
            "several|many|multiple|three|four|five|3|4|5|countless times|emails|mails|messages|calls ~4 since|about|now|already|sent",
            "someone|somebody|anybody|anyone ~2 answer|reply|respond|read ~1 me|my|this",
            "still waiting ~3 answer|reply|response|you",
            "weeks|days|months|week ~2 without ~1 reply|answer|response",
            "second|third|fourth time this|in|now",
            "how many times|more|often",
            "sent ~3 another|again ~6 as|also|well|wrong|cracked|broken",
            "passed|sent|pushed ~3 pillar|around|back",
        ],
    },
    Rule {
        name: "will leave or go public",
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "cancel everything",
            "cancel|close|end ~1 all ~1 accounts|contracts|orders|lines",
            "never again",
            "never ~1 again|buy|order|shop|use|recommend ~2 again|from|here|you|with",
            "move|switch|go|going|change|moving|switching|leave|leaving|take ~5 competition|competitor|competitors|elsewhere",
            "to|with|find|for another|different|other provider|company|bank|shop|supplier|carrier|network",
            "another|different|new provider|supplier|carrier",
            "lose|losing|lost ~2 customer !card|number|service|id",
            "done with you|your|this",
            "take ~1 business|money|custom elsewhere",
            "trustpilot|tripadvisor|yelp|newspaper|journalist|journalists",
            "social media",
            "post|posting|publish|share|tell|write ~5 twitter|facebook|instagram|everyone|everybody|online|reddit|youtube|tiktok|review|press",
            "bad|negative|one|1 ~1 star|stars|review|reviews",
            "ill|will|going ~3 cancel !my|the|our|anyway",
        ],
    },
    Rule {
        name: FURIOUS,
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "idiot|idiots|idiotic|useless|pathetic|incompetent|incompetence|moron|morons|stupid|clowns",
            "joke|disgrace|disgraceful|disgusting|ridiculous|outrageous|unacceptable|appalling|shameful|scandal*|horrible|terrible|awful|hideous",
            "furious|livid|angry|outraged",
            "fed up",
            "sick of",
            "wtf|hell|damn|bloody|crap|shit|bullshit|fuck*|ffs",
            "worst|rubbish|garbage|trash|hate|torture|nightmare",
            "shame on",
            "kidding me",
            "done with you",
            "how dare",
            "hung up",
            "waste of",
        ],
    },
    Rule {
        name: "can wait",
        says: Says::Urgency(Urgency::CanWait),
        phrases: &[
            "no stress|pressure|worries|panic",
            "not|isnt ~1 big|huge|major ?deal ?thing",
            "some time|day|point next|this|in|when",
            "sometime",
            "no ~2 hurry|rush|urgency !with",
            "not ~2 urgent|urgently|pressing|hurry|rush",
            "isnt ~2 urgent|pressing",
            "whenever you|it|thats|theres ~1 have|can|get|want|time|suits|convenient|moment",
            "when you ~1 have|get|find ~2 time|moment|minute|chance",
            "take your time",
            "no need to ~1 hurry|rush !with",
            "low priority",
            "can|could wait !for",
            "in the long run",
            "any|some time ~2 good|fine|ok|suits",
            "no big deal",
            "at your leisure|convenience",
            "dont|not need it|them till|until|before|yet",
            "eventually",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    const IMPACTS: [Impact; 4] = [Impact::Minor, Impact::Moderate, Impact::Serious, Impact::Severe];
    const URGENCIES: [Urgency; 4] = [Urgency::CanWait, Urgency::Usual, Urgency::Soon, Urgency::Now];

    #[test]
    fn more_impact_and_more_urgency_never_lower_the_priority() {
        for pair in IMPACTS.windows(2) {
            for urgency in URGENCIES {
                assert!(priority(pair[0], urgency) as u8 <= priority(pair[1], urgency) as u8);
            }
        }
        for pair in URGENCIES.windows(2) {
            for impact in IMPACTS {
                assert!(priority(impact, pair[0]) as u8 <= priority(impact, pair[1]) as u8);
            }
        }
    }

    #[test]
    fn a_text_in_which_nothing_fires_is_of_medium_priority() {
        assert_eq!(priority(Impact::Moderate, Urgency::Usual), Priority::Medium);
    }

    #[test]
    fn the_names_of_the_rules_differ() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(index + 1).all(|other| other.name != rule.name));
        }
    }
}
