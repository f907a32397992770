//! Means and quantiles of a few numbers.

/// The middle of `values`, which are put in another order; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    let count = values.len();
    if count == 0 {
        return 0.0;
    }
    let (below, upper, _) = values.select_nth_unstable_by(count / 2, f64::total_cmp);
    let upper = *upper;
    if count % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    (lower + upper) / 2.0
}

/// `count` as a number to reckon with. Counts of tickets and days stay far below 2^53.
pub fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// The mean; 0 of none.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / number(values.len()) }
}

/// The mean of what lies between the lowest and the highest fifth; of a few the median. The values are
/// put in another order.
pub fn middle(values: &mut [f64]) -> f64 {
    if values.len() < 5 {
        return median(values);
    }
    values.sort_unstable_by(f64::total_cmp);
    let cut = values.len() / 5;
    mean(&values[cut..values.len() - cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found() {
        assert_eq!(median(&mut []), 0.0);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(mean(&[1.0, 2.0]), 1.5);
        assert_eq!(middle(&mut [9.0, 1.0, 2.0, 3.0, -70.0]), 2.0);
    }
}
