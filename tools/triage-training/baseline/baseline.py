"""Judges each source by TF-IDF and logistic regression trained on all the others.

Reads the rows that `triage-training rows` writes, so that both programs learn from and are judged on
the very same texts, and writes log probabilities for `triage-training evaluate --baseline`.
"""

import argparse
import csv

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

# In the order of the product.
CATEGORIES = ["shipping", "billing", "technical", "account", "refund", "order", "general"]
# Stands for a category that training did not have.
IMPOSSIBLE = -50.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", help="the file that `triage-training rows` wrote")
    parser.add_argument("output", help="where to write the predictions")
    parser.add_argument("--C", type=float, default=1.0, help="inverse strength of the penalty")
    parser.add_argument("--balanced", action="store_true", help="give all categories equal weight")
    parser.add_argument("--definition-weight", type=float, default=1.0)
    arguments = parser.parse_args()

    with open(arguments.rows, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = np.array([row["text"] for row in rows], dtype=object)
    labels = np.array([row["category"] for row in rows])
    is_definition = np.array([row["definition"] == "1" for row in rows])
    sources = np.array([row["source"] for row in rows])
    weights = np.where(is_definition, arguments.definition_weight, 1.0)
    with open(arguments.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "category", *CATEGORIES])
        for source in sorted(set(sources[~is_definition])):
            judged = (sources == source) & ~is_definition
            scores = judge(
                texts[~judged], labels[~judged], weights[~judged], texts[judged], arguments
            )
            for label, row in zip(labels[judged], scores):
                writer.writerow([source, label, *(f"{score:.6f}" for score in row)])


def judge(texts, labels, weights, judged, arguments):
    """Log probabilities of `judged`, one column for each category."""
    vectorizers = [
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
    ]
    train = hstack([vectorizer.fit_transform(texts) for vectorizer in vectorizers]).tocsr()
    test = hstack([vectorizer.transform(judged) for vectorizer in vectorizers]).tocsr()
    if arguments.balanced:
        totals = {label: weights[labels == label].sum() for label in set(labels)}
        weights = weights / np.array([totals[label] for label in labels])
        weights = weights / weights.mean()
    model = LogisticRegression(C=arguments.C, max_iter=200)
    model.fit(train, labels, sample_weight=weights)
    scores = np.full((len(judged), len(CATEGORIES)), IMPOSSIBLE)
    columns = [CATEGORIES.index(label) for label in model.classes_]
    scores[:, columns] = np.maximum(model.predict_log_proba(test), IMPOSSIBLE)
    return scores


if __name__ == "__main__":
    main()
