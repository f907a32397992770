#!/bin/sh
# Measures the embedded model and scikit-learn side by side: same rows, same protocol, same measures.
#   tools/triage-training/baseline/compare.sh DIR...   (the folders of data; run it in the repository)
# PYTHON names a Python 3 that has requirements.txt installed, by default python3.
set -eu
[ "$#" -gt 0 ] || { sed -n '2,4s/^# *//p' "$0" >&2; exit 2; }
definitions=tools/triage-training/definitions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=tools/triage-training/baseline/baseline.py
cargo build --quiet --release -p triage-training
training="${CARGO_TARGET_DIR:-target}/release/triage-training"
"$training" rows --data "$@" --definitions "$definitions" --output "$work/rows.csv"
"${PYTHON:-python3}" "$program" "$work/rows.csv" "$work/scikit-learn defaults.csv"
"${PYTHON:-python3}" "$program" "$work/rows.csv" "$work/scikit-learn with the recipe's weights.csv" \
    --balanced --definition-weight 30
"$training" evaluate --data "$@" --definitions "$definitions" \
    --baseline "$work/scikit-learn defaults.csv" \
    --baseline "$work/scikit-learn with the recipe's weights.csv"
