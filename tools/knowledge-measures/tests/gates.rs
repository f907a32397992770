//! The figures that search and replies must reach on public sets, which are not part of the repository:
//! `KNOWLEDGE_DATA=DIR cargo test -p knowledge-measures -- --ignored`. `KNOWLEDGE_KEPT=FILE` keeps what the
//! encoder read.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use knowledge_measures::abstention::AllJudged;
use knowledge_measures::data::Data;
use knowledge_measures::encoder::Reader;
use knowledge_measures::held::held;
use knowledge_measures::learned::{Known, replay};
use knowledge_measures::retrieval::hit_rates;

/// The sets, if `KNOWLEDGE_DATA` names their folder and there is an encoder.
fn data() -> Option<(Data, Reader)> {
    let folder = PathBuf::from(std::env::var_os("KNOWLEDGE_DATA")?);
    let reader = Reader::load(std::env::var_os("KNOWLEDGE_KEPT").map(PathBuf::from)).unwrap();
    reader.encoder()?;
    Some((Data::read(&folder).unwrap(), reader))
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn the_right_article_is_found_as_often_as_promised() {
    let Some((data, reader)) = data() else { return };
    for (set, first, five) in
        [(&data.aws, 0.90, 0.97), (&data.phone, 0.84, 0.0), (&data.television, 0.60, 0.0)]
    {
        let [at_one, _, at_five, _] = hit_rates(set, Some(&reader)).unwrap().shares();
        assert!(at_one >= first && at_five >= five, "{} {at_one} {at_five}", set.name);
    }
    let [at_one, ..] = hit_rates(&data.aws, None).unwrap().shares();
    assert!(at_one >= 0.83, "{at_one}");
    reader.keep().unwrap();
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn what_was_accepted_makes_search_better() {
    let Some((data, reader)) = data() else { return };
    let from: DateTime<Utc> = "2024-07-01T00:00:00Z".parse().unwrap();
    let rates = |known| replay(&data.titles, &data.cases, from, &reader, known).unwrap().shares();
    let [first, _, five, _] = rates(Known::All);
    assert!(first >= 0.48 && five >= 0.76, "{first} {five}");
    let [first, ..] = rates(Known::PerArticle(3));
    assert!(first >= 0.32, "{first}");
    reader.keep().unwrap();
}

#[test]
#[ignore = "needs sets whose licences keep them out of the repository"]
fn replies_hold_the_answer_and_doubtful_ones_are_not_given() {
    let Some((data, reader)) = data() else { return };
    let found = held(&data.aws, Some(&reader)).unwrap();
    assert!(found.held * 100 >= found.questions * 82, "{found:?}");
    let judged = AllJudged::of(&data, &["AWS".to_owned()], Some(&reader)).unwrap();
    let parts = judged.by_parts().unwrap();
    assert!(parts.auroc >= 0.90, "{}", parts.auroc);
    reader.keep().unwrap();
}
