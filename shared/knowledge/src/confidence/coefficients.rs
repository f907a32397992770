//! Written by `knowledge-measures train`.

use super::Coefficients;

/// Where words alone are compared.
pub(super) const BY_WORDS: Coefficients = Coefficients {
    signals: [
        (0.0000, 0.0000, 0.0000),
        (4.4082, 2.0340, -0.4246),
        (1.4331, 1.5189, 1.0789),
        (0.5474, 0.3276, 2.4154),
        (0.2134, 0.2512, 0.5278),
        (0.9964, 0.0595, 0.0731),
        (0.0000, 0.0000, 0.0000),
        (0.0000, 0.0000, 0.0000),
        (0.7661, 0.4930, -0.0945),
        (0.6144, 0.4051, 0.8675),
    ],
    intercept: -1.1914,
};

/// Where words and meanings are.
pub(super) const BY_MEANING: Coefficients = BY_WORDS;
