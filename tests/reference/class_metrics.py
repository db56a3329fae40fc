#!/usr/bin/env python3
"""Writes tests/evaluate/golden/class_metrics.json: figures of classes as scikit-learn computes them.

    tests/reference/class_metrics.py        (Debian: python3-sklearn, python3-scipy)
"""
import json
import pathlib

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import (average_precision_score, balanced_accuracy_score, brier_score_loss, cohen_kappa_score,
                             precision_recall_curve, roc_auc_score)

PRECISION = 0.9


def two(name, actual, predicted, threshold):
    precision, recall, _ = precision_recall_curve(actual, predicted)
    return {"name": name, "classes": 2, "actual": actual.tolist(), "predicted": predicted.tolist(),
            "threshold": threshold,
            "figures": {"auc": roc_auc_score(actual, predicted),
                        "pr_auc": average_precision_score(actual, predicted),
                        "balanced_accuracy": balanced_accuracy_score(actual, predicted >= threshold),
                        "recall_at_precision_90": max(recall[precision >= PRECISION], default=0.0),
                        "brier": brier_score_loss(actual, predicted)}}


def several(name, classes, actual, predicted):
    nearest = np.round(predicted * (classes - 1)).astype(int)
    return {"name": name, "classes": classes, "actual": actual.tolist(), "predicted": predicted.tolist(),
            "threshold": 0.5,
            "figures": {"spearman": spearmanr(actual, predicted).statistic,
                        "quadratic_kappa": cohen_kappa_score(actual, nearest, weights="quadratic",
                                                             labels=list(range(classes))),
                        "class_error": float(np.mean(np.abs(nearest - actual)))}}


def main():
    random = np.random.default_rng(7)
    cases = []
    for name, rows, share, signal, digits in (("even", 60, 0.5, 1.5, 6), ("rare", 120, 0.08, 2.0, 6),
                                              ("tied", 80, 0.3, 1.0, 1), ("none", 50, 0.4, 0.0, 6),
                                              ("sure", 40, 0.5, 12.0, 6)):
        actual = (random.random(rows) < share).astype(int)
        actual[:2] = (0, 1)
        predicted = np.round(1 / (1 + np.exp(-(signal * (actual - 0.5) + random.normal(size=rows)))), digits)
        cases.append(two(name, actual, predicted, float(np.round(actual.mean(), 3))))
    for name, classes, rows, signal in (("humour", 4, 90, 1.0), ("three", 3, 50, 0.4), ("ten", 10, 120, 2.0),
                                        ("order of none", 5, 60, 0.0)):
        actual = random.integers(0, classes, rows)
        predicted = 1 / (1 + np.exp(-(signal * (actual - (classes - 1) / 2) + random.normal(size=rows))))
        cases.append(several(name, classes, actual, np.round(predicted, 5)))
    out = pathlib.Path(__file__).parent.parent / "evaluate" / "golden" / "class_metrics.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
