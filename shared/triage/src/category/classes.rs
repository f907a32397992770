//! The classes that a file of weights names, and the categories of this program.
//!
//! A file names its classes, each followed by a line feed, and has its numbers in their order. So the
//! categories of the program may change while the file stays: a class that is no category is left out,
//! and a category that no class stands for has no weights.

use copilot_core::ticket::Category;

use super::bytes::take;
use super::regression::CLASSES;

/// Ends the name of a class.
const END: u8 = b'\n';

/// For each category, in the order of [`Category::ALL`], whether there are weights for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownClasses([bool; CLASSES]);

impl KnownClasses {
    /// Every category.
    pub const ALL: Self = Self([true; CLASSES]);
    /// No category.
    pub const NONE: Self = Self([false; CLASSES]);

    /// Whether the category at this place of [`Category::ALL`] is one of them.
    pub fn contains(self, class: usize) -> bool {
        self.0.get(class).copied().unwrap_or_default()
    }

    /// With the category at this place of [`Category::ALL`].
    #[must_use]
    pub fn with(mut self, class: usize) -> Self {
        if let Some(known) = self.0.get_mut(class) {
            *known = true;
        }
        self
    }

    /// What either has.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|class| self.contains(class) || other.contains(class)))
    }

    /// How many categories.
    pub fn count(self) -> usize {
        self.0.iter().filter(|known| **known).count()
    }

    /// The values of these categories, and `other` for the rest.
    pub fn or_else<T: Copy>(self, values: &[T; CLASSES], other: T) -> [T; CLASSES] {
        let value = |class| values.get(class).copied().filter(|_| self.contains(class));
        std::array::from_fn(|class| value(class).unwrap_or(other))
    }

    /// The values of these categories alone, as a file has them.
    pub(super) fn columns<T: Copy>(self, values: &[T; CLASSES]) -> impl Iterator<Item = T> {
        self.0.into_iter().zip(*values).filter_map(|(known, value)| known.then_some(value))
    }

    /// What a file says of its classes: how many they are, how many bytes their names have, the names.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let names = self.names();
        let counts = [self.count() as u16, names.len() as u16].map(u16::to_le_bytes);
        counts.into_iter().flatten().chain(names).collect()
    }

    fn names(self) -> Vec<u8> {
        let names = self.columns(&Category::ALL);
        names.flat_map(|category| category.name().bytes().chain([END])).collect()
    }
}

/// Most bytes of [`KnownClasses::to_bytes`].
pub(super) const MAX_CLASSES_BYTES: usize = {
    let (mut bytes, mut rest) = (4, Category::ALL.as_slice());
    while let [category, after @ ..] = rest {
        bytes += category.name().len() + 1;
        rest = after;
    }
    bytes
};

/// The classes of a file in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileClasses {
    /// The place of each class in [`Category::ALL`]; none for one that is no category.
    places: Vec<Option<usize>>,
}

impl FileClasses {
    /// Reads the next bytes of `rest` as [`KnownClasses::to_bytes`] makes them.
    pub(super) fn take(rest: &mut &[u8]) -> Option<Self> {
        let [count, length] = [u16::from_le_bytes(take(rest)?), u16::from_le_bytes(take(rest)?)];
        let (names, after) = rest.split_at_checked(usize::from(length))?;
        *rest = after;
        Self::parse(names, usize::from(count))
    }

    /// Reads the names of `count` classes. None for another number of names, an empty one, or one that
    /// stands there twice.
    pub(super) fn parse(names: &[u8], count: usize) -> Option<Self> {
        let names = std::str::from_utf8(names).ok()?;
        let names: Vec<&str> = names.split_terminator(char::from(END)).collect();
        let is_doubled = |(place, name)| names.iter().take(place).any(|before| before == name);
        let is_wrong = names.iter().any(|name| name.is_empty());
        if names.len() != count || is_wrong || names.iter().enumerate().any(is_doubled) {
            return None;
        }
        let place = |name: &&str| Category::ALL.iter().position(|known| known.name() == *name);
        Some(Self { places: names.iter().map(place).collect() })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// The categories among them.
    pub(super) fn known(&self) -> KnownClasses {
        self.places.iter().flatten().fold(KnownClasses::NONE, |known, class| known.with(*class))
    }

    /// What a file has for its classes, in the order of [`Category::ALL`]: the default for a category
    /// that it does not name.
    pub(super) fn spread<T: Copy + Default>(&self, columns: &[T]) -> [T; CLASSES] {
        let mut values = [T::default(); CLASSES];
        for (place, column) in self.places.iter().zip(columns) {
            if let Some(value) = place.and_then(|class| values.get_mut(class)) {
                *value = *column;
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found_by_their_names() {
        let classes = FileClasses::parse(b"billing\nspells\nshipping\n", 3).unwrap();
        let known = KnownClasses::NONE.with(0).with(1);
        assert_eq!((classes.count(), classes.known(), known.count()), (3, known, 2));
        let values = classes.spread(&[7, 8, 9]);
        assert_eq!(values[..3], [9, 7, 0]);
        assert_eq!(known.columns(&values).collect::<Vec<_>>(), [9, 7]);
        assert_eq!(known.or_else(&values, -1)[..3], [9, 7, -1]);
        assert_eq!(known.names(), b"shipping\nbilling\n");
        let all = KnownClasses::ALL.to_bytes();
        assert_eq!(all.len(), MAX_CLASSES_BYTES);
        assert_eq!(FileClasses::take(&mut all.as_slice()).unwrap().known(), KnownClasses::ALL);
    }

    #[test]
    fn names_that_are_none_are_refused() {
        for (names, count) in [
            (b"billing\n".as_slice(), 2),
            (b"billing\nshipping\n", 1),
            (b"billing\nbilling\n", 2),
            (b"spells\nspells\n", 2),
            (b"billing\n\n", 2),
            (b"\xff\n", 1),
        ] {
            assert_eq!(FileClasses::parse(names, count), None, "{names:?}");
        }
    }
}
