//! What a ticket is about: a linear model over hashed n-grams.
