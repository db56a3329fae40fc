#!/usr/bin/env python3
"""What the classic descriptors can tell about upvotes: ridge regression in repeated k-fold cross-validation.

    classic_dump --sample /tmp/sample 400
    classic_dump /tmp/sample /tmp/sample.npy
    python3 tests/bench/classic_quality.py /tmp/sample.npy /tmp/sample/db.json [--groups]

The target is log10(1 + ups); columns are standardised and the penalty chosen on the training rows of each fold only.
Prints R2 and Spearman of the out-of-fold predictions, mean and deviation over the repetitions, beside the mean
predictor and the same pipeline on shuffled targets. --groups: each group of columns alone.
Needs python3-numpy, python3-scipy and python3-sklearn.
"""
import json
import pathlib
import sys

import numpy as np
from scipy.stats import spearmanr
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDS, REPEATS = 5, 5


def judge(model, x, y):
    """(R2, Spearman) of out-of-fold predictions, a row for each repetition."""
    figures = []
    for seed in range(REPEATS):
        predicted = cross_val_predict(model, x, y, cv=KFold(FOLDS, shuffle=True, random_state=seed))
        rho = spearmanr(predicted, y)[0] if np.ptp(predicted) > 0 else float("nan")
        figures.append((r2_score(y, predicted), rho))
    return np.array(figures)


def report(name, figures):
    r2, rho = figures.mean(0)
    print(f"{name:28} R2 {r2:6.3f} ± {figures[:, 0].std():.3f}   Spearman {rho:6.3f} ± {figures[:, 1].std():.3f}")


def main():
    npy = pathlib.Path(sys.argv[1])
    rows = json.loads(pathlib.Path(sys.argv[2]).read_text())
    rows = next(iter(rows.values())) if isinstance(rows, dict) else rows
    ups = {}
    for row in (rows.values() if isinstance(rows, dict) else rows):
        ups.setdefault(row.get("id"), row.get("ups"))
    x = np.load(npy).astype(float)
    ids = npy.with_suffix(".ids.txt").read_text().split("\n")[:len(x)]
    y = np.log10(1 + np.array([ups[i] for i in ids], float))
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(0, 5, 21)))
    print(f"{len(x)} memes, {x.shape[1]} columns, {(np.ptp(x, axis=0) == 0).sum()} of them constant; "
          f"|value|: median {np.median(np.abs(x)):.2f}, 99 % {np.quantile(np.abs(x), .99):.2f}, most {np.abs(x).max():.2f}")
    report("ridge", judge(ridge, x, y))
    report("mean predictor", judge(DummyRegressor(), x, y))
    report("ridge, shuffled targets", judge(ridge, x, np.random.default_rng(0).permutation(y)))
    if "--groups" in sys.argv:
        for line in npy.with_suffix(".groups.txt").read_text().splitlines():
            name, first, count = line.split()
            report(name, judge(ridge, x[:, int(first):int(first) + int(count)], y))


if __name__ == "__main__":
    main()
