//! Multinomial logistic regression over sparse examples, fitted by L-BFGS.
//!
//! Sums run in one order on one thread, so that the same examples give the same weights to the last
//! bit (on one platform: `exp` and `ln` are its own).

/// Classes of the model: the categories.
pub const CLASSES: usize = copilot_core::ticket::Category::ALL.len();
/// Steps that L-BFGS remembers, as Nocedal and Wright recommend (3 to 20).
const HISTORY: usize = 8;
/// Halvings of a step before the search gives up: the loss is as low as numbers can tell.
const MAX_HALVINGS: usize = 20;
/// Armijo's constant: the part of the promised descent that a step must bring.
const SUFFICIENT_DESCENT: f64 = 1e-4;

/// One text to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Features and their values; a feature is below the number given to [`fit`].
    pub features: Vec<(u32, f32)>,
    /// What is added to the scores of the classes: what another model says already, or zeros.
    pub offset: [f32; CLASSES],
    /// Probability of each class; they add up to 1.
    pub target: [f32; CLASSES],
    /// How many examples this one stands for.
    pub weight: f32,
}

/// How strongly weights are held near zero, and when to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Half of this times the squared weights is added to the loss.
    pub penalty: f64,
    /// The same for the intercepts.
    pub intercept_penalty: f64,
    /// Most iterations of L-BFGS.
    pub max_iterations: usize,
    /// Stops when no slope is steeper than this part of the weight of all examples.
    pub tolerance: f64,
}

/// What [`fit`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// For each feature, what it adds to the score of each class.
    pub weights: Vec<[f64; CLASSES]>,
    /// What each class starts with.
    pub intercepts: [f64; CLASSES],
}

/// Finds the coefficients with the least penalised loss. Features at or above `feature_count` are
/// left out.
pub fn fit(examples: &[Example], feature_count: usize, settings: Settings) -> Coefficients {
    let problem = Problem { examples, feature_count, settings };
    let total_weight: f64 = examples.iter().map(|example| f64::from(example.weight)).sum();
    let mut point = vec![[0.0; CLASSES]; feature_count + 1];
    let (mut loss, mut gradient) = problem.loss_and_gradient(&point);
    let mut history = History::default();
    for _ in 0..settings.max_iterations {
        if steepest(&gradient) <= settings.tolerance * total_weight {
            break;
        }
        let direction = history.direction(&gradient);
        let Some(next) = problem.search(&point, loss, &gradient, &direction) else { break };
        history.remember(&point, &gradient, &next);
        (point, loss, gradient) = (next.point, next.loss, next.gradient);
    }
    let intercepts = point.pop().unwrap_or_default();
    Coefficients { weights: point, intercepts }
}

/// The probabilities of the classes from their scores.
pub fn softmax(scores: &[f64; CLASSES]) -> [f64; CLASSES] {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exponents = scores.map(|score| (score - largest).exp());
    let sum: f64 = exponents.iter().sum();
    exponents.map(|exponent| exponent / sum)
}

/// A vector of coefficients: one array for each feature, then the intercepts.
type Vector = Vec<[f64; CLASSES]>;

struct Problem<'a> {
    examples: &'a [Example],
    feature_count: usize,
    settings: Settings,
}

struct Step {
    point: Vector,
    loss: f64,
    gradient: Vector,
}

impl Problem<'_> {
    fn loss_and_gradient(&self, point: &Vector) -> (f64, Vector) {
        let (mut loss, mut gradient) = self.penalty(point);
        let intercepts = point.last().copied().unwrap_or_default();
        let mut intercept_slopes = [0.0; CLASSES];
        for example in self.examples {
            let mut scores = add(&intercepts, &example.offset.map(f64::from), 1.0);
            for (weights, value) in self.features(example, point) {
                scores = add(&scores, weights, value);
            }
            let probabilities = softmax(&scores);
            let weight = f64::from(example.weight);
            let target = example.target.map(f64::from);
            for (probability, wanted) in probabilities.iter().zip(&target) {
                loss -= weight * wanted * probability.max(f64::MIN_POSITIVE).ln();
            }
            let slopes = add(&probabilities, &target, -1.0).map(|slope| slope * weight);
            intercept_slopes = add(&intercept_slopes, &slopes, 1.0);
            for (feature, value) in &example.features {
                if (*feature as usize) < self.feature_count
                    && let Some(row) = gradient.get_mut(*feature as usize)
                {
                    *row = add(row, &slopes, f64::from(*value));
                }
            }
        }
        if let Some(row) = gradient.last_mut() {
            *row = add(row, &intercept_slopes, 1.0);
        }
        (loss, gradient)
    }

    fn penalty(&self, point: &Vector) -> (f64, Vector) {
        let mut loss = 0.0;
        let mut gradient = point.clone();
        for (feature, row) in gradient.iter_mut().enumerate() {
            let penalty = if feature == self.feature_count {
                self.settings.intercept_penalty
            } else {
                self.settings.penalty
            };
            loss += 0.5 * penalty * row.iter().map(|weight| weight * weight).sum::<f64>();
            *row = row.map(|weight| penalty * weight);
        }
        (loss, gradient)
    }

    fn features<'a>(
        &'a self,
        example: &'a Example,
        point: &'a Vector,
    ) -> impl Iterator<Item = (&'a [f64; CLASSES], f64)> {
        let weights = point.get(..self.feature_count).unwrap_or_default();
        example.features.iter().filter_map(|(feature, value)| {
            Some((weights.get(*feature as usize)?, f64::from(*value)))
        })
    }

    /// Halves the step until it brings enough.
    fn search(&self, point: &Vector, loss: f64, slope: &Vector, way: &Vector) -> Option<Step> {
        let promised = dot(slope, way);
        let mut length = 1.0;
        for _ in 0..MAX_HALVINGS {
            let next: Vector =
                point.iter().zip(way).map(|(row, step)| add(row, step, length)).collect();
            let (next_loss, gradient) = self.loss_and_gradient(&next);
            if next_loss <= loss + SUFFICIENT_DESCENT * length * promised {
                return Some(Step { point: next, loss: next_loss, gradient });
            }
            length /= 2.0;
        }
        None
    }
}

/// The last steps, which tell how the loss curves.
#[derive(Default)]
struct History {
    steps: std::collections::VecDeque<Curvature>,
}

struct Curvature {
    moved: Vector,
    slope_change: Vector,
    product: f64,
}

impl History {
    /// The two-loop recursion: the descent that the remembered curvature suggests.
    fn direction(&self, gradient: &Vector) -> Vector {
        let mut direction: Vector = gradient.iter().map(|row| row.map(|slope| -slope)).collect();
        let mut factors = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter().rev() {
            let factor = dot(&step.moved, &direction) / step.product;
            add_to(&mut direction, &step.slope_change, -factor);
            factors.push(factor);
        }
        let scale = match self.steps.back() {
            Some(last) => last.product / dot(&last.slope_change, &last.slope_change),
            None => 1.0 / dot(gradient, gradient).sqrt().max(f64::MIN_POSITIVE),
        };
        for row in &mut direction {
            *row = row.map(|value| value * scale);
        }
        for (step, factor) in self.steps.iter().zip(factors.iter().rev()) {
            let correction = factor - dot(&step.slope_change, &direction) / step.product;
            add_to(&mut direction, &step.moved, correction);
        }
        direction
    }

    fn remember(&mut self, point: &Vector, gradient: &Vector, next: &Step) {
        let moved = difference(&next.point, point);
        let slope_change = difference(&next.gradient, gradient);
        let product = dot(&moved, &slope_change);
        // Without upward curvature the recursion would no longer descend.
        if product > f64::EPSILON * dot(&slope_change, &slope_change) {
            if self.steps.len() == HISTORY {
                self.steps.pop_front();
            }
            self.steps.push_back(Curvature { moved, slope_change, product });
        }
    }
}

fn add(a: &[f64; CLASSES], b: &[f64; CLASSES], times: f64) -> [f64; CLASSES] {
    let mut sum = *a;
    for (value, other) in sum.iter_mut().zip(b) {
        *value += other * times;
    }
    sum
}

fn add_to(sum: &mut Vector, other: &Vector, times: f64) {
    for (row, other) in sum.iter_mut().zip(other) {
        *row = add(row, other, times);
    }
}

fn difference(a: &Vector, b: &Vector) -> Vector {
    a.iter().zip(b).map(|(a, b)| add(a, b, -1.0)).collect()
}

fn dot(a: &Vector, b: &Vector) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b).sum()
}

fn steepest(gradient: &Vector) -> f64 {
    gradient.iter().flatten().fold(0.0, |steepest: f64, slope| steepest.max(slope.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings =
        Settings { penalty: 0.1, intercept_penalty: 0.0, max_iterations: 200, tolerance: 1e-9 };

    fn example(features: &[(u32, f32)], class: usize) -> Example {
        let mut target = [0.0; CLASSES];
        target[class] = 1.0;
        Example { features: features.to_vec(), offset: [0.0; CLASSES], target, weight: 1.0 }
    }

    fn scores(found: &Coefficients, features: &[(u32, f32)]) -> [f64; CLASSES] {
        features.iter().fold(found.intercepts, |scores, (feature, value)| {
            add(&scores, &found.weights[*feature as usize], f64::from(*value))
        })
    }

    #[test]
    fn what_can_be_told_apart_is_told_apart() {
        let examples = [
            example(&[(0, 1.0), (2, 0.5)], 0),
            example(&[(1, 1.0), (2, 0.5)], 3),
            example(&[(1, 1.0), (0, -1.0)], 3),
        ];
        let found = fit(&examples, 3, SETTINGS);
        assert!(softmax(&scores(&found, &[(0, 1.0)]))[0] > 0.7);
        assert!(softmax(&scores(&found, &[(1, 1.0)]))[3] > 0.7);
    }

    #[test]
    fn the_slope_vanishes_where_the_search_ends() {
        let examples: Vec<Example> = (0..40)
            .map(|n| example(&[(n % 7, 1.0), (7 + n % 3, 0.3)], (n * n % 5) as usize))
            .collect();
        let found = fit(&examples, 10, SETTINGS);
        let mut point = found.weights.clone();
        point.push(found.intercepts);
        let problem = Problem { examples: &examples, feature_count: 10, settings: SETTINGS };
        let (_, gradient) = problem.loss_and_gradient(&point);
        assert!(steepest(&gradient) < 1e-5, "{}", steepest(&gradient));
    }

    #[test]
    fn without_examples_for_it_nothing_is_learned() {
        let found = fit(&[], 2, SETTINGS);
        assert_eq!(found.weights, [[0.0; CLASSES]; 2]);
        // An example whose features are unknown still tells how frequent its class is.
        let found =
            fit(&[example(&[(9, 1.0)], 1)], 2, Settings { intercept_penalty: 1.0, ..SETTINGS });
        assert_eq!(found.weights, [[0.0; CLASSES]; 2]);
        assert!(found.intercepts[1] > found.intercepts[0]);
    }

    #[test]
    fn an_offset_that_says_it_all_leaves_little_to_learn() {
        let unaided = example(&[(0, 1.0)], 2);
        let mut aided = unaided.clone();
        aided.offset[2] = 20.0;
        let settings = Settings { intercept_penalty: 1.0, ..SETTINGS };
        let weight = |example| fit(&[example], 1, settings).weights[0][2];
        assert!(weight(aided) < 0.01 * weight(unaided));
    }

    #[test]
    fn probabilities_add_up_however_large_the_scores() {
        let mut scores = [0.0; CLASSES];
        [scores[0], scores[1], scores[2]] = [1e300, -1e300, 1.0];
        let probabilities = softmax(&scores);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((probabilities[0] - 1.0).abs() < 1e-12);
    }
}
