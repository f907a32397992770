//! What a text names: order numbers, amounts, dates and the like, each with its place.
