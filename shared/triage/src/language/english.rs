//! Words that show a short text to be English.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The commonest words of English and of what customers write. Words that another language has or
/// has borrowed ("no", "was", "app") stand in [`SHARED`].
const WORDS: &str = "
    able about above accept accepted across activate actually add added address advance advice
    after again against age ago agreement allow allowed almost already although always and
    another answer any anybody anymore anyone anything anyway appear appears application applied
    apply appointment appreciate approval are arent around arrive arrived arrives asap ask asked
    asking assembling assembly assist attached attachment attempt available away back backpack
    bad bags balance bands basket batteries battery bearing became because become bedding been
    before behind being believe below belt beneath bent best better between big bike billed
    billing bills bit black blank blanket blue booking bookings boots both bottle bottles bought
    bowl bowls bracelet bracket brackets brakes branch break brochure broke broken brown brush
    brushes bucket buckle bulb bulbs burned burnt button buttons buy buying cabinet cables call
    called came can cancel canceled cancellation cancelled cancelling candle candles cannot cant
    cards carpet cause ceiling chain chair chairs change changed charge charged charger cheap
    check cheque chicken chipped choose clasp cleared click clicked clogged close closed clothes
    clothing coat coating coffee collar color colors colour colours company complaint complaints
    complete completely confirm confirmation connect cooker cookware copy cord correct correctly
    cost couch could couldnt couldve country courier cover covers crack cracked crash crashed
    crashes creased create created cup cups current currently curtain curtains cushion customer
    customers customs cutoff damage damaged daughter day days dead deadline deal deals dear
    declined delay delayed delays delete deleted deliver delivered deliveries delivery denied
    dented departure deposit desk details did didnt different dirty disabled dish dishes
    dishwasher dispatch displayed does doesnt dog doing done dont door doors double down drawer
    drawers dress dresses drill drive driving dryer during duty each earbud earbuds earlier early
    earring earrings edit education either eligible else emails employee employer empty enable
    end enough enter entered entry errors estimate even ever every everyone everything except
    exchange excuse existing expect expected expired expires explain extension extra fabric faded
    fail failed fails failure fast faucet fault faulty feature fee fees fell few figure fill
    filters finally find fine first fitting fix fixed flickering flickers flight flights flour
    folder following for forever forgot forgotten fork found frame fraud frayed free freezes
    fridge friend friends from frozen full funds furniture garden gave get gets getting gift give
    given gives glove gloves goes going gone good got grant great green grey grill guest guests
    guys hacked hair hammer handle handlebar handles happen happened happening hard has hasnt
    have havent having headphones headset health heard heater heating hello helmet help helped
    hes high him hinge hinges his hold holiday holidays hook hooks hope hose hour hours how
    however id if ill im immediately income inform inside installed installing instead
    instructions insurance interest into investment invoice isnt issue issues items its itself
    ive jacket jammed job journey jug just keep keeps kettle key keyboard kind kitchen knife
    knives knob know ladder landlord large late later latest lawyer leak leaking leaks lease
    least leather leave left leg legs lenses less let letter licence lid lids lights like line
    list listed little load loading loan loans locate location lock locked locks log logout look
    looking looks loose loss lost lot luggage machine made maintenance makes making manage
    manager many matching matter mattress may maybe meal meals mean measurements meeting melted
    membership message method methods might minutes mirror missing mistake moment money month
    months more mortgage most mouse moved much multiple must my myself name necklace need needed
    needle needs neither never new news next nice nobody noise noisy none not nothing notice
    notification now number occurred off offer often old once one ones only onto opened opening
    order ordered orders other others ought our out outage outdated oven overheating owe own
    owner package pads paid paint pairing pans pants parcel part passwords past pay payment
    payments pedal pedals peeling pencil pending people personal pet pharmacy phone pickup pillow
    pillows pink pins pipe places placing plate plates plays please pls plug plz pocket pockets
    point policy pots prices pricing printing problems products profile proof properly property
    provide purchase purchased purchases purple question questions queue quick quickly quite
    quotes rack rail railcard rails rate rates rather reach read ready really reason rebate
    receipt receipts receive received receiving recently recover red reference referral refund
    refunded refunds refuse regards registration reimbursement reinstall reinstalled rejected
    remember reminder remove removed renewal rental repair repairs replace replacement
    replacements reply request requested required requires reservation resizing resoling rest
    restart restore results retailer return returned returns review reward rewards right rings
    ripped roof rope rug running rusty saddle salary same sauce saved saving savings saw say
    saying says schedule scooter scratched screen screw screws seal sealing search seat seats
    second seconds security seeing seems select seller send sending sent setting settings several
    shared sharp shattered she shelf shelves shes ship shipment shipments shipped shipping shirt
    shirts shoe shoes should shovel show shower showing shown shows shut sickness side sign
    signature silver since sink sizing skirt sleeve sleeves slow smell smells smoke smoking
    snapped socket socks sold some somebody someone something sometimes somewhere soon sorry
    sound spare speak spelled spending spoiled spoon spring staff stained stale start started
    starts state statement statements steps sticky stole stolen stool stopped storage stove strap
    straps stroller stuck student students stuff subscriber subscription subscriptions such
    suddenly suggestions suitcase supported supposed surcharge sure survey sweater switch
    switches sword table tables take taken takes talk tariff tax taxes tear tears tell tenant
    terms than thank thanks that thatll thats the theft their them then there thermostat these
    they theyre thing things think third this those though thought three thx time times tire
    tires toaster today together told tomorrow too took tool tools toothbrush tore torn towel
    towels toy toys track transaction transactions transfer transfers travel treatment tried trip
    trouble trousers try trying tube turn turned twice two typing tyre tyres umbrella unable
    unauthorized under understand unfortunately unknown unlock unplugged unsubscribe until up
    updated updating urgent us use used user users using usually vacancy vacuum valid vehicle
    verify very view wages wait waiting wallet wanna wanted warehouse warped warranty washer
    wasnt watch watches way websites wedding weekend weeks well went were weve what whats wheel
    wheels when whenever where wheres whether which while white who wholesale why wire wires wish
    with withdraw withdrawal withdrawals within without wobbly wondering wont wood wooden wool
    words work worked worker working works worn worried would wouldnt write writing wrong wrongly
    year yearly years yellow yes yesterday yet you youll your youre youve zipper";

/// Words of English that are words of other languages too, or names that are the same in most.
const SHARED: &str = "
    a account ai all also am amazon an android app article as at audio bank be bed bill blender
    bonus box browser but by camping card cash ceo chat chatbot checkout chrome clerk client code
    comment contract cookie cookies coupon credit data debit desktop device discount display do
    dollar download driver due email error euro excel facebook fan far feedback firefox go gold
    google had hardware he her here hey hi hot hotel i impossible in instagram internet invalid
    iphone is it item kit label lamp laptop last lens link live logged login long lunch mail make
    max me min mine newsletter no non of offline ok okay on online open or over page pan passport
    password paypal pc pdf pen pin plus pot premium price pro problem product pump put quote
    radio report reset ring route said sample samsung school see server service services shift
    shop shopping site sites size slot smartphone sms so software spam stand standard status
    still stock stop store support system tab tablet tank tap telephone tent test ticket tickets
    till to top tour tracking trade training update upgrade value version video visa voucher want
    warning was water we web website week whatsapp wifi will windows yarn youtube zip";

/// Which of the two a word is among.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It is English.
    English,
    /// It is English or another language.
    Shared,
    /// It says nothing, as most words do not.
    Neither,
}

static ENGLISH: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());
static ALSO_ENGLISH: LazyLock<HashSet<&str>> =
    LazyLock::new(|| SHARED.split_whitespace().collect());

/// What a word, in lower case and without apostrophes, shows.
pub(super) fn evidence(word: &str) -> Evidence {
    if ENGLISH.contains(word) {
        Evidence::English
    } else if ALSO_ENGLISH.contains(word) {
        Evidence::Shared
    } else {
        Evidence::Neither
    }
}
