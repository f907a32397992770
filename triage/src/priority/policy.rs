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
/// Fires on more than one sign: an angry word and shouting, or three angry words.
pub(super) const FURIOUS: &str = "furious";

/// Words that stand for one another in the phrases below.
pub(super) const CLASSES: &[(&str, &str)] = &[
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
        "site|website|webshop|shop|store|server|servers|platform|system|systems|api|checkout|portal|backend|database|production|service|everything|phones|terminals|instance|cluster|app",
    ),
    ("@down", "down|offline|unreachable|crashed|dead|unavailable"),
    (
        "@staff",
        "users|employees|staff|customers|colleagues|clients|guests|patients|doctors|drivers|agents|members|teams|team|office|company|department|terminals|phones|stores|restaurants|locations|people|visitors",
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
        "closes|close|ends|expires|due|deadline|leaves|departs|starts|begins|flight|fly|flying|needs|need|must|submission|submit|latest|until|before|by|wedding|exam|interview|funeral|meeting|presentation",
    ),
    ("@count", "second|third|fourth|fifth|sixth|2nd|3rd|4th|5th|6th|tenth|10th"),
    (
        "@wrote",
        "wrote|written|emailed|mailed|called|phoned|rang|contacted|messaged|complained|tried|asked|chased|reported|writing|calling|contacting|asking|tweeted",
    ),
    (
        "@change",
        "change|cancel|send|resend|move|add|delete|check|look|update|reset|replace|exchange|correct|remove|fix|redirect|return|swap|credit|find|help|sort|confirm|activate|upgrade|switch|extend|postpone|rebook|book|apply|transfer|reissue|stop|repair|email|forward|merge|restore|refund|explain",
    ),
];

/// The rules, in the order in which they are shown.
pub static RULES: &[Rule] = &[
    Rule {
        name: "security or fraud",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "hacked|hijacked|compromised|cloned|skimmed|misused",
            "@somebody ~4 logged|logging|login|accessed|accessing|using|used|changed|ordered|bought|stole|hacked|taken|took|got|signed|opened|broke|spent|withdrew ~3 my|our|account|profile|card",
            "@somebody is|are|was|gets|got in|into|inside my|our account|accounts|profile|mailbox|email",
            "@account ~3 taken over",
            "@account takeover",
            "password|email|emial|address|phone|recovery ~6 were|was|been|got|is changed|removed|replaced|deleted",
            "friends|contacts|colleagues ~3 getting|get|receive|receiving|received ~2 messages|emails|mails|spam|texts ~2 me|account",
            "@payment ~6 i|we ?have|did didnt|did|never|not|havent|dont ?not ?even make|made|authori*|recogni*|order|ordered|know|do|done|approve*|place|placed|book|booked|request*",
            "unauthori*|unauthroi* !use|disclosure|copying|review|distribution",
            "unknown|unfamiliar|unrecogni*|strange ~1 @payment|device|login|signin",
            "login|logins|signin|signins|logged|signed|access|ip ~4 country|countries|abroad|china|russia|brazil|nigeria|vietnam|unknown|unfamiliar|different",
            "fraud|fraudulent|fraudster|fraudsters !prevention|department|team|protection|policy|detection|check|checks|alert|alerts|awareness|insurance",
            "identity ~1 theft|stolen|fraud",
            "@card ~3 was|were|been|got|is|gets stolen|cloned|skimmed|misused|nicked",
            "stolen|stole|nicked ~3 @card",
            "@own|customers @card ~8 was|were|been|being|is|got|has ?been|being used ~8 country|countries|abroad|city|never|right|for|in|without|after",
            "gave|given|give|told|entered|typed|shared ~5 code|pin|passcode|password|credentials|cvv ~4 text|sms|fake|scam*|site|page|caller|phone|phishing|him|her|them",
            "saw|knows|know|seen ~2 my|our pin|password",
            "scammed|conned|swindled|defrauded|phished",
            "fell for ~3 scam|phishing|fake|trick",
            "stop|recall|reverse|block ~1 the|my|this|that transfer|payment|wire|transaction",
            "block|freeze|lock ~2 @card|everything|access",
            "please|pls block|freeze|lock it|them|everything",
            "account ~4 emptied|drained|cleaned",
            "money|savings|funds ~4 gone|vanished|disappeared|stolen|missing ~2 from ?my|our account|wallet",
            "ransom*|malware|trojan",
            "key|keys|secret|secrets|token|credentials ~5 leaked|exposed|public|published|stolen",
        ],
    },
    Rule {
        name: "personal data in the open",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "data ~1 breach|leak|leaked|breached|exposed|stolen",
            "breach|leaked|leaking|leak ~5 data|details|passwords|emails|customers|records|information|addresses",
            "data|details|passwords|records|documents|information|emails|addresses|passport|scan|photos|id ~6 leaked|exposed|forum|public|published|dark|visible",
            "see|seeing|sees|saw|show|shows|showing|shown|looking|received|opened|got|have|had|contains|access ~7 of|about|from|else|elses|other|another|different|somebody|someone|somebodys|someones|strangers|completely elses|else|person|persons|people|peoples|customer|customers|strangers|users|patients ?data|details|invoice|invoices|account|name|address|orders|prescription|living|home|camera|documents|files|phone|medical",
            "someone|somebody elses|else|else's data|details|name|account|invoice|invoices|address|order|orders|prescription|living|home|files|photos|documents|profile",
            "other|another peoples|customers|persons|users|companys|patients data|details|name|names|account|accounts|invoice|invoices|address|addresses|orders|prescription|files|photos|documents|messages",
            "strangers|people|others|everyone|anyone can|could see|watch|read|hear|access ~1 my|our",
        ],
    },
    Rule {
        name: "danger to people",
        says: Says::Impact(Impact::Severe),
        phrases: &[
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
            "chok* !up",
            "poison*|toxic|carcinogen*",
            "carbon monoxide",
            "glass|metal|plastic|screw ~3 in ~3 food|jar|drink|soup|bread|bottle|cereal|yoghurt|yogurt|mouth|meal",
            "food poisoning",
            "wrong ~1 medicine|medication|prescription|dose|drug|drugs|insulin",
            "dangerous|unsafe|hazard|hazardous|hazards|lethal",
            "could|might|would|can have ?been|got|died|killed ~3 killed|died|fatal|fire|hurt|electrocuted",
            "brakes|brake|steering|seatbelt|airbag ~3 failed|fail|fails|broke|not|stopped",
            "before ~6 worse|hurt|injured|killed|dies ?accident|one|injury",
            "emergency|alarm|rescue|panic ~1 line|lines|calls|service|services|button|buttons ~4 dead|down|not|cannot|cant|hear|work",
            "rescue service|services|coordination",
        ],
    },
    Rule {
        name: "outage",
        says: Says::Impact(Impact::Severe),
        phrases: &[
            "outage|outages|standstill|downtime",
            "@system ~3 is|are|has|have|been|was|went|gone|being|still|seems|totally|completely|keeps ~2 @down",
            "@system @down",
            "production ~2 stopped|halted|blocked|broken|stands",
            "work ~1 stopped|stands|halted",
            "returning|returns|return|getting|gets|get|giving|gives|throwing|throws|shows ~3 500|502|503|504|database",
            "nobody|none|everyone|everybody|anyone|anybody ~7 can|could|able|get|gets|@cannot !help|tell|explain|answer|say|assist|give ~1 pay|log|login|sign|work|access|use|open|order|buy|connect|book|check|reach|call|see|print|ship",
            "nobody|everyone|everybody|whole|entire ~6 locked|@down|stuck|blocked|denied|logged|kicked ?out",
            "all|every|none|each|whole|entire|both ~4 @staff|doctor|user|customer|employee|terminal|site|shop|store|register|till|line|phone|lines|accounts|carriers ~8 @cannot|@down|denied|error|locked|blocked|failing|fails|stuck|503|500|404|unreachable|errors|out|gets|get|getting|shows|show",
            "none of our|us|my|the ~5 can|work|works|loads|connect|connects|print|prints|ring|rings",
            "our|my @staff @cannot ~2 pay|log|login|sign|work|access|use|open|order|buy|connect|book|reach|checkout|see|call|get",
            "@cannot ship|sell|bill|trade|process|serve|invoice|take ~2 anything|orders|order|customers|payments|payment|anybody|anyone|cards|bookings|patients",
            "losing|lose|lost ~3 orders|sales|revenue|customers|bookings|business|one|thousands|hundreds ?each|every ?minute|hour",
            "deleted|deleting|wiped|erased|lost|lose ~3 all|everything|every ~3 projects|project|data|files|folders|records|history|users|customers|everything|backups",
            "deleted|wiped|erased everything",
            "everyone|everybody|people|staff|team|workers|drivers is|are standing|waiting|sitting|idle",
            "basically|effectively|completely closed|shut|stuck|paralysed|paralyzed",
        ],
    },
    Rule {
        name: "attempted fraud",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "phishing|phish|smishing|spoof*",
            "scam|scams|scammer|scammers",
            "fake|suspicious|dodgy|fraudulent|bogus ~1 email|mail|message|sms|text|site|website|page|call|link|invoice|shop|seller|letter|activity|profile",
            "pretend*|claim*|claiming|posing|impersonat* ~4 you|your|bank",
            "counterfeit|forged",
            "sent|got|received|was an|only? ?the empty box|boxes|package|parcel|packet",
        ],
    },
    Rule {
        name: "money at risk",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "@charged ~7 twice|double|doubly",
            "@charged ~6 two|2|three|3|several|multiple|many times",
            "@charged ~2 again after|although|though|even|despite|for",
            "twice|double ~2 charged|billed|debited|deducted",
            "went|gone|go|goes ~2 twice|two|double ?times",
            "double|duplicate|duplicated|second @payment|charged|billing|paid|paying|booking",
            "both ~2 booked|charged|posted|cleared|debited|went",
            "wrong|incorrect|higher|different ~1 amount|amounts|sum|total|charge",
            "overcharg*|overbill*|overdrawn|overdraft",
            "@charged ~3 too|much much|more|higher",
            "@charged ~6 instead|rather ~1 of|than",
            "says|is|was|are|taken|shows|pay|paid|charged|and|costs|takes|amount ~8 and not as|what|the|27|agreed|ordered",
            "shows|showing|says|taken ~6 but ~3 bank|card|statement|invoice ~2 shows|says|showed|charged|was",
            "@charged ~8 cancelled|canceled|cancellation|cancelling|unsubscribed|returned|prepaid|agreed|promised",
            "cancelled|canceled|cancellation ~14 @charged|taking ~4 each|every|month|again|still|since|me|my|money",
            "still|keep|keeps|kept|continue* ~2 charged|charging|billed|billing|being|taking|debiting",
            "@not|where|wheres|waiting|awaiting ~4 @money",
            "@not|where|wheres|waiting ~3 money !need|matter|for ?back",
            "@money ~7 @not|where|missing|outstanding|overdue|late|refused|denied|rejected|pending",
            "@money|money|pay|paid|payment ~4 promised",
            "promised|agreed|said ~5 @money|repay|pay",
            "nothing ~2 arrived|received|come ~2 up|yet|so|till|until",
            "owe|owes|owed|owing me|us|you",
            "want|demand|get|need|give|have|return|expect ~3 money|it|cash back ?please|now|immediately !but",
            "want|demand|like|need ~2 the|my|that|it|them 412|back !to",
            "get|at|release|withhold*|withheld|holding|hold|froze|frozen|keeping ~3 my|our money|funds|payouts|payout|balance|earnings",
            "money|funds|balance|credit|savings ~4 gone|vanished|disappeared|missing|stolen|frozen|zero",
            "balance ~3 0|0.00|0,00|zero|wrong|negative",
            "charging|charges|charged me|us fees|fee|interest|penalty",
            "am|are|im|were ~1 # short",
            "out of pocket",
            "please return|refund it|them|the|that|one|mine",
            "second|other one|charge|payment isnt|is|hasnt ~2 pending|refunded|reversed",
        ],
    },
    Rule {
        name: "cannot be used at all",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "@cannot|not|never ?able ?to ~1 log|login|logon|sign|signin|get|access|enter ~1 in|into|on|my|our|account|to|back|files",
            "trying|tried ~1 log|login|sign|get ~1 in|into|since",
            "@cannot log|login|logon|signin|sign",
            "login ~2 fails|failed|failing|impossible",
            "locked|logged|kicked|shut me|us ?completely out|off|of",
            "locked out",
            "account|accounts|profile|subscription|licence|license|number|line|card|shop ~4 is|was|been|got|has|says|saying|are|currently ~2 blocked|suspended|locked|disabled|closed|deactivated|frozen|barred|banned|terminated|expired|declined|inactive",
            "account|number|line|card|licence|license blocked|suspended|locked|disabled|closed|deactivated|frozen|barred|banned|terminated|expired|declined",
            "suspended|closed|blocked|disabled|deactivated|banned|barred|terminated|froze my|our|me|us",
            "gets|got|is|was|been|were declined|rejected|refused ~3 at|in|everywhere|abroad|shop|shops",
            "im|am|is|isnt|were|not|no ?longer licensed",
            "no|without|not ?have ~1 internet|connection|signal|service|network|dial|power|heating|electricity|reception|access|broadband|phone|landline|washing|fridge|machine !charge|fee|fees",
            "lost ~2 connection|service|signal|access|internet",
            "internet|broadband|phone|line|landline|heating|heater|network|wifi|fridge|freezer|machine|boiler|tv|laptop|router|mobile|website|email|car ~3 is|are|has|been|went|gone ~2 down|dead|broken|out|off|kaputt",
            "internet|broadband|heating|network|line down|dead|out|off",
            "@cannot|not|never ~1 turn|turning|switch|switching|power|powering|boot|booting|start|starting|charge|charging|run|running ?on|up|any|at|since|anymore !because",
            "@cannot ?even open|start|launch|run|play|load|work !the|a|an|my|this|module",
            "dont|wont|not ~1 open|work|working|play|start ~3 at all",
            "dont|doesnt|not|wont play|start|connect|open ?any|anymore|more|at ?all|more",
            "@cannot|not|unable ?to work !with|around|out",
            "stops|keeps|prevents|keeping|preventing me|us from",
            "@cannot ~1 make|receive|get|place ~2 calls|call|texts",
            "@cannot be reached",
            "completely|totally|absolutely|entirely|stone dead|broken|useless|unusable|kaputt",
            "black|blank screen",
            "bricked|unusable|inoperable",
            "is|its|was|are|dead|arrived dead !link|links|pixel|pixels|end",
            "never|not|havent|didnt ~2 got|received|get|receive ~4 access|acces|licence|license|key|login|code|ticket|tickets|booking|confirmation|credentials|data|console|goods",
            "booking|reservation|ticket|tickets|order|policy|appointment ~6 not|doesnt|cannot|cant|isnt|cancelled|canceled|wasnt ~1 exist|found|valid|there|show|confirmed|cancelled|in|any ?app|anymore",
            "hotel|apartment|flat|host|restaurant|venue ~8 closed|shut|boarded|overbooked|cancelled|canceled|bankrupt",
            "format not supported",
            "upload|submission|form|portal ~4 @cannot|doesnt|not|refuses|rejects accept|work|upload|load|submit|take",
            "campaigns|ads|shop|listing|listings ~2 off|paused|gone|offline",
        ],
    },
    Rule {
        name: "legal step",
        says: Says::Impact(Impact::Serious),
        phrases: &[
            "lawyer|lawyers|attorney|attorneys|solicitor|solicitors|barrister|legal !action|team|department|name|notice|entity|form|size|page|terms|tender",
            "sue|suing|lawsuit|litigation|tribunal|ombudsman|ombudsperson|arbitration|subpoena",
            "legal action|actions|steps|proceedings|advice|claim|means",
            "to|in|at|through|county|claims|small court !side|yard|house|marriott",
            "chargeback|chargebacks",
            "charge back ~3 bank|card|paypal",
            "bank|paypal|card|visa ~3 dispute|reverse|reclaim",
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
            "@not ~3 arrive|arrived|arriving|come|came|delivered|received|receive|shipped|here|work|working|works|appear|appeared|show|load|loading|loads|open|opens|connect|connecting|accept|accepted|update|updated|updating|sync|syncing|valid|match|fit|fits|charge|respond|responding|correct|right|possible|let|allow|there|found|recogni*|moving|included|sent|print|prints|close|opening|stay|stays|received|got|get|on|in|have",
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
            "works|work|working ~1 again|now|fine|perfectly",
            "is|was|been|its|all|has|now|already|got|ve|have|found|everything|thats ~2 solved|resolved|sorted|fixed",
            "never mind",
            "nevermind",
            "please|so|can|just ignore ~1 my|this|the|previous|last|me|it",
            "false alarm",
            "please|can|may|could close ~1 the|this|my ticket|case|request|it",
            "isnt|not|no|arent ~1 broken|problem|issue|longer|missing|down ~2 anymore|any|more|broken|needed",
            "refund|parcel|package|order|money|it|letter ~1 arrived|came|received ~1 today|this|now|yesterday|safely|after",
            "misread|misunderstood|overlooked",
            "sorry for ~1 noise|confusion|fuss",
            "found ~3 cable|loose|button|culprit",
            "no further questions|question|help",
        ],
    },
    Rule {
        name: HYPOTHETICAL,
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "what|and if !you|not",
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
            "feature ~1 request|requests|idea|wish|suggestion",
            "suggestion|suggestions|feedback|fyi|wishlist",
            "would|be|itd|wouldnt ~2 cool|nice|great|good|lovely|handy|helpful|awesome ~2 if|to|have|could",
            "would love|like ~1 to ?see",
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
        name: "praise or thanks",
        says: Says::Impact(Impact::Minor),
        phrases: &[
            "love|loved|adore ~1 it|this|your|the|them",
            "great|good|excellent|amazing|fantastic|wonderful|awesome|brilliant|super job|work|service|support|product|app|experience|news",
            "well done",
            "five|5 stars|star",
            "compliment*|congrat*|kudos|bravo",
            "keep ~1 up|going",
            "pass|tell ~5 thanks|boss|team|lovely|great|wonderful",
            "was|were|been|is|are ~2 wonderful|lovely|fantastic|amazing|brilliant|excellent|superb|delighted|very ?helpful|kind",
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
            "tomorrow !morning? ?arrived",
            "@ends|today|must|only|out|before ~4 tonight|midnight|noon|eod|cob",
            "need|needs|needed|must|have|has|due|deadline|closes|close|ends|expires|leaves|leave|fly|flight|flying|starts|before|by|until|latest|only|tender|out ~4 today !for|and",
            "today ~1 at|by|before|or|only|is|latest|deadline|otherwise|its",
            "@ends ~3 in|within an|a|one|two|2|three|few|half|30|20|10|15|45|60|90 ?few|an hour|hours|minutes|mins|min",
            "in|within|for the next ~1 hour|hours|minutes|mins|half",
            "@ends|talk|starts|meeting|truck|comes|opens|boarding|train ~3 at 1|2|3|4|5|6|7|8|9|10|11|12|13|13.00|1pm|2pm|3pm|4pm|5pm|6pm|1am|7am|8am|9am|10am|11am|noon|midnight",
            "while|as im|i|we|were ~1 type|typing|write|writing|speak|speaking",
            "right now",
            "still|keeps|continues ~1 going|happening|deleting|coming|counting|spreading|processing ?on",
            "and counting",
            "each|every minute|hour|day ~2 counts|costs|matters|late",
            "fees|interest|penalty|charges ~2 each|every|per day|hour",
            "losing ~3 money|sales|customers|orders|revenue",
            "minutes|hour|hours|mins ago",
            "wont hold ?long|for|much",
        ],
    },
    Rule {
        name: "a near day or event",
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "by|before|until|till|latest|this|coming|next|upcoming ~1 @weekday",
            "end of ~1 week|the ?week",
            "before|by|until|till the|end ~2 weekend|week|month",
            "@event|@leaves ~5 @weekday",
            "@weekday ~3 @event !voucher",
            "@event ~5 in|only|is ~2 days|week|weeks|nine|9|8|7|6|5|4|3|2|two|three|four|five|six|ten",
            "in|within|only|thats|only? ~1 two|three|four|five|six|seven|nine|ten|2|3|4|5|6|7|8|9|10 days !time ?of ?delivery|working|business",
            "my|our|the|her|his|a ?own wedding|funeral|exam|interview|graduation ~6 is|on|in|are|this|next",
            "for|to|before|attend|need ~3 my|our|the|a wedding|funeral|exam|exams|interview|graduation|christening|surgery",
            "landlord|visa|embassy ~4 by|before|until",
            "next|this week|weekend !i ?time",
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
            "immediately|immediate|instantly",
            "is|its|an|total|real emergency",
            "right away",
            "at once",
            "high|top|highest priority",
            "help ~1 fast|quick|quickly|now",
            "time critical|sensitive",
            "do something",
        ],
    },
    Rule {
        name: "repeated contact",
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "@count ~1 time|email|mail|message|ticket|attempt|letter|reminder|request|call ~3 i|im|ive|writing|sending|asking|contacting|calling|this|about|we|now",
            "@count ~1 email|mail|message|ticket|letter|reminder|call",
            "time writing|asking|calling|contacting",
            "nobody|noone|nothing|never|without|not|no|havent|hasnt|yet ~4 answered|replied|responded|heard|answer|reply|response|feedback !from ?him|to ?this ?email",
            "heard|hear nothing|anything ~1 back|since|from",
            "nothing back",
            "@wrote ~5 last|weeks|days|ago|already|times|twice|several|before|again|month|months|week",
            "already|times|twice|several|repeatedly ~2 @wrote",
            "@wrote ~6 on ~2 march|april|may|june|july|august|september|october|november|december|january|february|monday|tuesday|wednesday|thursday|friday|1|2|3|10",
            "reminder|reminders|reminded",
            "ignore|ignored|ignoring ~1 me|us|my|our",
            "are|being|been|keep ignored|ignoring",
            "several|many|multiple|three|four|five|3|4|5|countless times|emails|mails|messages|calls ~4 since|about|now|already|sent",
            "someone|somebody|anybody|anyone ~2 answer|reply|respond|read ?to ?me|my|this",
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
            "cancel|close|end ~1 everything|all ?my|our ?accounts|contracts",
            "never ~1 again|buy|order|shop|use|recommend ~2 again|from|here|you|with",
            "move|switch|go|going|change|moving|switching|leave|leaving|take ~5 competition|competitor|competitors|elsewhere|another|different|other ?provider|company|bank|shop",
            "another|different|new provider|supplier|carrier",
            "lose|losing|lost ~2 customer|me",
            "done with you|your|this",
            "take ~1 business|money|custom elsewhere",
            "trustpilot|tripadvisor|yelp|newspaper|journalist|journalists",
            "social media",
            "post|posting|publish|share|tell|write ~5 twitter|facebook|instagram|everyone|everybody|online|reddit|youtube|tiktok|review|press",
            "bad|negative|one|1 ~1 star|stars|review|reviews",
            "ill|will|going ~3 cancel !my ?the ?old ?anyway",
        ],
    },
    Rule {
        name: FURIOUS,
        says: Says::Urgency(Urgency::Soon),
        phrases: &[
            "idiot|idiots|idiotic|useless|pathetic|incompetent|incompetence|moron|morons|stupid|clowns",
            "joke|disgrace|disgraceful|disgusting|ridiculous|outrageous|unacceptable|appalling|shameful|scandal*|horrible|terrible|awful|hideous",
            "furious|livid|angry|fed|sick|outraged ?up|of",
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
