//! Ranges of counts that vary by chance.

/// From this mean on the normal distribution is close enough.
const NORMAL_FROM: f64 = 500.0;

/// A distribution of counts: Poisson, or wider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountDistribution {
    /// The mean.
    pub mean: f64,
    /// How much wider than chance: the variance is `mean + excess * mean²`. 0 is Poisson, all else
    /// negative binomial.
    pub excess: f64,
}

impl CountDistribution {
    /// The smallest count that is not exceeded with probability `share`.
    pub fn quantile(self, share: f64) -> u32 {
        let mean = self.mean.max(0.0);
        if mean <= 0.0 {
            return 0;
        }
        let variance = mean + self.excess * mean * mean;
        if mean >= NORMAL_FROM {
            let count = mean + normal_quantile(share) * variance.sqrt();
            return whole(count.ceil());
        }
        // Each probability from the one before it.
        let (mut probability, size) = if self.excess <= 0.0 {
            ((-mean).exp(), f64::INFINITY)
        } else {
            let size = 1.0 / self.excess;
            ((size * (size / (size + mean)).ln()).exp(), size)
        };
        let (mut below, mut count) = (probability, 0_u32);
        let most = whole(mean + 12.0 * variance.sqrt() + 20.0);
        while below < share && count < most {
            let next = f64::from(count) + 1.0;
            probability *= if size.is_finite() {
                (size + f64::from(count)) / next * mean / (size + mean)
            } else {
                mean / next
            };
            below += probability;
            count += 1;
        }
        count
    }
}

/// The next whole number of tickets within what a count can hold.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
pub fn whole(count: f64) -> u32 {
    count.clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The quantile of the standard normal distribution (Acklam's rational approximation, good to 1e-9
/// relative).
pub fn normal_quantile(share: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let horner = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, factor| sum * x + factor);
    let share = share.clamp(1e-12, 1.0 - 1e-12);
    let tail = share.min(1.0 - share);
    if tail < 0.02425 {
        let q = (-2.0 * tail.ln()).sqrt();
        let value = horner(&C, q) / (horner(&D, q) * q + 1.0);
        return if share < 0.5 { value } else { -value };
    }
    let q = share - 0.5;
    let r = q * q;
    q * horner(&A, r) / (horner(&B, r) * r + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantile(mean: f64, excess: f64, share: f64) -> u32 {
        CountDistribution { mean, excess }.quantile(share)
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Poisson tables: P(X <= 5 | 3) = .9161, P(X <= 4 | 3) = .8153; P(X <= 14 | 10) = .9165.
        assert_eq!(quantile(3.0, 0.0, 0.91), 5);
        assert_eq!(quantile(3.0, 0.0, 0.81), 4);
        assert_eq!(quantile(10.0, 0.0, 0.9165), 14);
        assert_eq!(quantile(0.0, 0.2, 0.99), 0);
        // A geometric distribution of mean 1: P(X <= n) = 1 - 2^-(n+1).
        assert_eq!(quantile(1.0, 1.0, 0.87), 2);
        assert_eq!(quantile(1.0, 1.0, 0.88), 3);
        assert!((normal_quantile(0.975) - 1.959_964).abs() < 1e-5);
        assert!((normal_quantile(0.01) + 2.326_348).abs() < 1e-5);
        assert_eq!(quantile(1e6, 0.0, 0.5), 1_000_000);
    }
}
