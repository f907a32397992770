//! Words that show a short text to be English.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The commonest words of English and of what customers write. Words that are as common in another
/// language ("no", "in", "was") stand in [`SHARED`].
const WORDS: &str = "
    about above account across add address after again ago almost already always and another
    answer any anybody anymore anyone anything are arent around arrive arrived arrives asap ask
    asked away back bad because been before behind being better between big billed billing blank
    both bought box break broke broken browser button buy call called came can cancel canceled
    cancelled cannot cant card cards change changed charge charged charger chat check checkout
    click clicked close closed code company connect copy cost could couldnt coupon crash crashed
    crashes credit customer damaged day days deal dear debit delay delayed delete deleted
    delivered delivery details device did didnt different discount does doesnt dog done dont
    double down download due each early eligible emails empty end enough error even ever every
    everyone everything exchange expired extra fail failed fails fast faulty feature fee feedback
    few find first fix fixed flickers flight for forgot found free freezes friend from full get
    gets gift give given gives goes going gone good got great has hasnt have havent having hello
    help hey hi him his hold hours how however id if ill im immediately instead into invoice isnt
    issue issues item items its ive just keep keeps key know late later leave left less let letter
    like line link little live locked log logged logout look looking lost made mail makes
    many may maybe message might missing mistake money month months more most much must my myself
    name need needed needs never new news next nice nobody not nothing now number off offer okay
    old once one only opened opening order ordered orders other our out own package paid parcel
    part past pay payment pending people phone please pls plz price product
    profile purchase question questions quick quickly rather ready really reason receipt receive
    received refund refunded regards remove replace replacement reply request reset return
    returned returns right same saw say says screen seems seller send sent service settings she
    ship shipped shipping shoes should show shows sign since site size slow some somebody someone
    something sometimes soon sorry speak start started starts statement status stop stopped store
    stuck stuff subscription such support supposed sure system take taken tell than thank thanks
    that thats the their them then there these they thing things think this those though thought
    thx ticket till time times today together told tomorrow too took track tracking transaction
    transfer tried try trying turn twice two unable under unsubscribe until up update updated
    upgrade urgent us use used using value very visa voucher wait waiting wanted warranty wasnt
    way website weeks well went were what whats when where wheres whether which while who why wish
    with within without wont work working works would wouldnt write wrong yes yesterday yet you
    your";

/// Words of English that are words of other languages too, or names that are the same in most.
const SHARED: &str = "
    a all also am an app as at bank be bill but by cookie cookies data do email excel far go had
    he her here hot i in internet invalid is it last login long make me mine no of ok on online
    open or over password pc pdf problem put said see so still to top want was we week wifi will";

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
