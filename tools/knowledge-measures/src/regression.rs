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
/// Newton's steps; a few are enough.
const STEPS: usize = 30;
/// The signals, and 1 for the intercept.
const WIDTH: usize = SIGNALS + 1;

/// The weights that make the examples most likely, by Newton's method.
pub fn fit(examples: &[Example]) -> Coefficients {
    let total: f64 = examples.iter().map(|example| example.weight).sum::<f64>().max(1e-9);
    let scales = scales(examples, total);
    let rows: Vec<[f64; WIDTH]> = examples.iter().map(|example| row(example, &scales)).collect();
    let mut weights = [0.0; WIDTH];
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| weight * PENALTY);
        let mut curvature = [[0.0; WIDTH]; WIDTH];
        for (place, line) in curvature.iter_mut().enumerate() {
            line[place] = PENALTY;
        }
        for (row, example) in rows.iter().zip(examples) {
            let sum: f64 = row.iter().zip(weights).map(|(x, w)| x * w).sum();
            let share = 1.0 / (1.0 + (-sum).exp());
            let weight = example.weight / total;
            let error = (share - f64::from(u8::from(example.is_right))) * weight;
            let bend = share * (1.0 - share) * weight;
            for (place, x) in row.iter().enumerate() {
                slope[place] += error * x;
                for (other, y) in row.iter().enumerate() {
                    curvature[place][other] += bend * x * y;
                }
            }
        }
        let step = solved(curvature, slope);
        weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step);
    }
    let signals = std::array::from_fn(|place| {
        let (mean, deviation) = scales[place];
        (mean, deviation, weights[place])
    });
    Coefficients { signals, intercept: weights[SIGNALS] }
}

/// Mean and standard deviation of each signal.
fn scales(examples: &[Example], total: f64) -> [(f64, f64); SIGNALS] {
    std::array::from_fn(|place| {
        let value = |example: &Example| values(&example.signals)[place];
        let mean = examples.iter().map(|e| value(e) * e.weight).sum::<f64>() / total;
        let square = |e: &Example| (value(e) - mean).powi(2) * e.weight;
        (mean, (examples.iter().map(square).sum::<f64>() / total).sqrt())
    })
}

fn row(example: &Example, scales: &[(f64, f64); SIGNALS]) -> [f64; WIDTH] {
    let values = values(&example.signals);
    std::array::from_fn(|place| match (values.get(place), scales.get(place)) {
        (Some(value), Some((mean, deviation))) if *deviation > 1e-9 => (value - mean) / deviation,
        (Some(_), _) => 0.0,
        (None, _) => 1.0,
    })
}

/// What `matrix` makes into `right`, by elimination. The penalty keeps the matrix from being singular.
fn solved(mut matrix: [[f64; WIDTH]; WIDTH], mut right: [f64; WIDTH]) -> [f64; WIDTH] {
    for place in 0..WIDTH {
        let line = matrix[place];
        for below in place + 1..WIDTH {
            let factor = matrix[below][place] / line[place];
            for (value, above) in matrix[below].iter_mut().zip(line) {
                *value -= factor * above;
            }
            right[below] -= factor * right[place];
        }
    }
    for place in (0..WIDTH).rev() {
        let known: f64 = (place + 1..WIDTH).map(|other| matrix[place][other] * right[other]).sum();
        right[place] = (right[place] - known) / matrix[place][place];
    }
    right
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signal_that_tells_gets_the_weight() {
        let examples: Vec<Example> = (0..400_u32)
            .map(|number| {
                let sure = f64::from(number % 20) / 20.0;
                let signals =
                    Signals { nearness: sure, margin: f64::from(number % 7), ..Signals::default() };
                // The higher, the likelier: 0 of 20 to 19 of 20.
                let is_right = number / 20 % 20 < number % 20;
                let question = number as usize;
                Example { signals, is_right, is_answerable: true, question, weight: 1.0 }
            })
            .collect();
        let weights = fit(&examples);
        let share =
            |nearness| weights.share(&Signals { nearness, margin: 3.0, ..Signals::default() });
        assert!((share(0.5) - 0.5).abs() < 0.05, "{}", share(0.5));
        assert!(share(0.9) > 0.8 && share(0.1) < 0.2);
        let judged: Vec<(f64, bool)> =
            examples.iter().map(|e| (weights.share(&e.signals), e.is_right)).collect();
        assert!(auroc(&judged) > 0.75, "{}", auroc(&judged));
    }
}
