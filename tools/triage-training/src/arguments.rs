//! Arguments that several commands have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::dataset::{DatasetError, Row, read, read_definitions};
use crate::recipe::{CAP, CountedRow, REFERENCE, Recipe, SHIPPED, count};

/// Which data to read.
#[derive(Args)]
pub struct DataArguments {
    /// Folders of data; the name of a folder is the name of its source
    #[arg(long, required = true, num_args = 1.., value_name = "DIR")]
    pub data: Vec<PathBuf>,
    /// A folder of texts that say what the categories mean: always trained on, never judged
    #[arg(long, value_name = "DIR")]
    pub definitions: Option<PathBuf>,
    /// Most texts of a category from a source
    #[arg(long, default_value_t = CAP, value_name = "COUNT")]
    pub cap: usize,
}

impl DataArguments {
    /// Reads the rows.
    pub fn rows(&self) -> Result<Vec<Row>, DatasetError> {
        let mut rows = read(&self.data, self.cap)?;
        if let Some(folder) = &self.definitions {
            rows.extend(read_definitions(folder)?);
        }
        Ok(rows)
    }

    /// Reads the rows and counts their n-grams.
    pub fn counted(&self) -> Result<Vec<CountedRow>, DatasetError> {
        Ok(count(self.rows()?))
    }
}

/// How to train: a named recipe, and what differs from it.
#[derive(Args)]
pub struct RecipeArguments {
    /// Where to start from
    #[arg(long, value_enum, default_value_t = RecipeName::Shipped)]
    recipe: RecipeName,
    /// Strength of the squared penalty
    #[arg(long)]
    penalty: Option<f64>,
    /// How far categories are evened out, 0 to 1
    #[arg(long)]
    category_balance: Option<f32>,
    /// How far sources are evened out, 0 to 1
    #[arg(long)]
    source_balance: Option<f32>,
    /// How many texts of a source a definition stands for
    #[arg(long)]
    definition_weight: Option<f32>,
    /// Part of the probability that a label leaves to other categories
    #[arg(long)]
    label_smoothing: Option<f32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RecipeName {
    /// What the model in the repository is trained with
    Shipped,
    /// The first trial: plain logistic regression
    Reference,
}

impl RecipeArguments {
    /// The recipe that the arguments describe.
    pub fn recipe(&self) -> Recipe {
        let start = match self.recipe {
            RecipeName::Shipped => SHIPPED,
            RecipeName::Reference => REFERENCE,
        };
        Recipe {
            penalty: self.penalty.unwrap_or(start.penalty),
            category_balance: self.category_balance.unwrap_or(start.category_balance),
            source_balance: self.source_balance.unwrap_or(start.source_balance),
            definition_weight: self.definition_weight.unwrap_or(start.definition_weight),
            label_smoothing: self.label_smoothing.unwrap_or(start.label_smoothing),
        }
    }
}
