//! Fits the weights of the signals, and judges them.

use copilot_knowledge::confidence::{Coefficients, SIGNALS, values};
use copilot_knowledge::index::Signals;

/// A question, what the search said of its first article, and whether that was right.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    pub signals: Signals,
    pub is_right: bool,
    /// Whether an article that answers it was there.
    pub is_answerable: bool,
    /// Counts the questions: the twin of one, without its article, has the same.
    pub question: usize,
    pub weight: f64,
}

/// Keeps the weights small.
const PENALTY: f64 = 1e-3;
const STEPS: usize = 3_000;
const STEP: f64 = 0.5;

/// The weights that make the examples most likely, by steps along the gradient.
pub fn fit(examples: &[Example]) -> Coefficients {
    let total: f64 = examples.iter().map(|example| example.weight).sum::<f64>().max(1e-9);
    let rows: Vec<[f64; SIGNALS]> = examples.iter().map(|e| values(&e.signals)).collect();
    let mean = |place: usize| {
        let sum = rows.iter().zip(examples).map(|(row, e)| row[place] * e.weight).sum::<f64>();
        sum / total
    };
    let scales: [(f64, f64); SIGNALS] = std::array::from_fn(|place| {
        let mean = mean(place);
        let square = |(row, e): (&[f64; SIGNALS], &Example)| (row[place] - mean).powi(2) * e.weight;
        let variance = rows.iter().zip(examples).map(square).sum::<f64>() / total;
        (mean, variance.sqrt())
    });
    let scaled: Vec<[f64; SIGNALS]> = rows
        .iter()
        .map(|row| {
            std::array::from_fn(|place| {
                let (mean, deviation) = scales[place];
                if deviation > 1e-9 { (row[place] - mean) / deviation } else { 0.0 }
            })
        })
        .collect();
    let mut weights = [0.0; SIGNALS];
    let mut intercept = 0.0;
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| weight * PENALTY);
        let mut intercept_slope = 0.0;
        for (row, example) in scaled.iter().zip(examples) {
            let sum: f64 = row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() + intercept;
            let wanted = f64::from(u8::from(example.is_right));
            let error = (1.0 / (1.0 + (-sum).exp()) - wanted) * example.weight / total;
            slope.iter_mut().zip(row).for_each(|(slope, x)| *slope += error * x);
            intercept_slope += error;
        }
        weights.iter_mut().zip(slope).for_each(|(weight, slope)| *weight -= STEP * slope);
        intercept -= STEP * intercept_slope;
    }
    let signals = std::array::from_fn(|place| {
        let (mean, deviation) = scales[place];
        (mean, deviation, weights[place])
    });
    Coefficients { signals, intercept }
}

/// How often a right answer is surer than one that is not.
pub fn auroc(judged: &[(f64, bool)]) -> f64 {
    let (right, wrong): (Vec<f64>, Vec<f64>) = (
        judged.iter().filter(|(_, right)| *right).map(|(share, _)| *share).collect(),
        judged.iter().filter(|(_, right)| !*right).map(|(share, _)| *share).collect(),
    );
    let mut sum = 0.0;
    for one in &right {
        for other in &wrong {
            sum += if one > other {
                1.0
            } else if one < other {
                0.0
            } else {
                0.5
            };
        }
    }
    sum / (count(right.len()) * count(wrong.len())).max(1.0)
}

/// What is answered at a floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtFloor {
    pub floor: f64,
    /// Share of the answerable questions that get an answer.
    pub answered: f64,
    /// Share of all answers that are right.
    pub precision: f64,
    /// Share of the questions without an article that get an answer all the same.
    pub unanswerable_answered: f64,
}

/// The curve of answers by the floor. Each example comes with how sure it was.
pub fn at_floor(judged: &[(f64, Example)], floor: f64) -> AtFloor {
    let of = |is_answerable: bool| {
        judged.iter().filter(move |(_, example)| example.is_answerable == is_answerable)
    };
    let share = |is_answerable: bool| {
        let answered = of(is_answerable).filter(|(sure, _)| *sure >= floor).count();
        count(answered) / count(of(is_answerable).count()).max(1.0)
    };
    let answers = judged.iter().filter(|(sure, _)| *sure >= floor);
    let right = answers.clone().filter(|(_, example)| example.is_right).count();
    AtFloor {
        floor,
        answered: share(true),
        precision: count(right) / count(answers.count()).max(1.0),
        unanswerable_answered: share(false),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn count(count: usize) -> f64 {
    count as f64
}
