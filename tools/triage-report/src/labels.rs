//! What the labels of a file mean in our categories.

use std::collections::HashMap;

use copilot_core::ticket::Category;

/// Labels and their categories: our own names, and those that are mapped.
#[derive(Debug, Clone)]
pub struct LabelMap {
    by_label: HashMap<String, Category>,
}

impl LabelMap {
    /// Our own names, and `mappings` before them.
    pub fn new(mappings: &[(String, Category)]) -> Self {
        let own = Category::ALL.map(|category| (category.name().to_owned(), category));
        let mapped = mappings.iter().map(|(label, category)| (folded(label), *category));
        Self { by_label: own.into_iter().chain(mapped).collect() }
    }

    /// The category that `label` means, in any case.
    pub fn category(&self, label: &str) -> Option<Category> {
        self.by_label.get(&folded(label)).copied()
    }
}

fn folded(label: &str) -> String {
    label.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_in_any_case_and_a_mapping_goes_first() {
        let mappings =
            [("Rückgabe".to_owned(), Category::Refund), ("ORDER".to_owned(), Category::Shipping)];
        let labels = LabelMap::new(&mappings);
        assert_eq!(labels.category(" Billing\n"), Some(Category::Billing));
        assert_eq!(labels.category("RÜCKGABE"), Some(Category::Refund));
        assert_eq!(labels.category("order"), Some(Category::Shipping));
        assert_eq!(labels.category("orders"), None);
        assert_eq!(labels.category(""), None);
    }
}
