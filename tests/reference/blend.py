#!/usr/bin/python3
"""Golden figures for what is blended: scikit-learn's Ridge and SciPy's nnls as the reference.

    /usr/bin/python3 tests/reference/blend.py ridge > tests/evaluate/golden/ridge_heads.json
    /usr/bin/python3 tests/reference/blend.py stack > tests/blend/golden/stacking.json
"""
import json
import sys

import numpy as np
from scipy.optimize import nnls
from sklearn.linear_model import Ridge

PENALTIES = [100.0, 1.0, 0.01]


def ridge():
    """Wide and tall features, some rows of which are the same picture; penalties are multiples of the mean squared length
    of a centred row."""
    draws = np.random.default_rng(7)
    cases = []
    for vectors, columns, repeats in [(8, 20, 1), (40, 6, 1), (9, 5, 4), (6, 12, 3)]:
        values = draws.normal(size=(vectors, columns)).astype(np.float32).round(3)
        vector_of = np.sort(draws.integers(0, vectors, vectors * repeats)) if repeats > 1 else np.arange(vectors)
        targets = draws.random(len(vector_of)).astype(np.float32).round(3)
        mean = draws.normal(size=columns).astype(np.float32).round(2)
        scale = (draws.random(columns) + 0.5).astype(np.float32).round(2)
        x = ((values - mean) / scale).astype(np.float64)[vector_of]
        length = ((x - x.mean(0)) ** 2).sum() / len(x)
        heads = []
        for penalty in PENALTIES:
            fitted = Ridge(alpha=penalty * length, solver="cholesky").fit(x, targets.astype(np.float64))
            heads.append({"weight": fitted.coef_.tolist(), "bias": float(fitted.intercept_)})
        cases.append({"columns": columns, "values": values.ravel().tolist(), "vector_of": vector_of.tolist(),
                      "targets": targets.tolist(), "mean": mean.tolist(), "scale": scale.tolist(), "heads": heads})
    return {"penalties": PENALTIES, "cases": cases}


def stack():
    """Non-negative least squares with an intercept, then shrunk as James and Stein: by the share of the explained squares
    that as many parts of pure noise would take."""
    draws = np.random.default_rng(8)
    cases = []
    for rows, repeats, weights in [(60, 1, [0.7, 0.3]), (60, 1, [0.9, -0.5]), (40, 3, [0.2, 0.2, 0.0]), (30, 1, [0.5])]:
        parts = np.tile(draws.normal(size=(len(weights), rows)), repeats)
        parts += 0.1 * draws.normal(size=parts.shape)
        targets = np.tile(0.4 + np.array(weights) @ parts[:, :rows] + 0.3 * draws.normal(size=rows), repeats)
        centred, wanted = parts - parts.mean(1, keepdims=True), targets - targets.mean()
        found, _ = nnls(centred.T, wanted)
        left = ((wanted - found @ centred) ** 2).sum()
        gain = (wanted ** 2).sum() - left
        used = (found > 0).sum()
        found = found * max(0.02, 1 - used * left / repeats / max(1, rows - used - 1) * repeats / gain)
        cases.append({"parts": parts.tolist(), "targets": targets.tolist(), "repeats": repeats,
                      "weights": found.tolist(), "intercept": float(targets.mean() - found @ parts.mean(1))})
    return cases


print(json.dumps({"ridge": ridge, "stack": stack}[sys.argv[1]]()))
