#!/usr/bin/env python3
"""Golden figures for tests/evaluate/metrics_test.cpp and tests/base/base_test.cpp: SciPy, scikit-learn and NumPy as the reference.

    python3 tests/reference/metrics.py > tests/evaluate/golden/metrics.json
"""
import json
import math

import numpy as np
from scipy import stats
from sklearn.linear_model import Ridge
from sklearn.metrics import (average_precision_score, mean_absolute_error, mean_squared_error, r2_score,
                             roc_auc_score)
from sklearn.preprocessing import StandardScaler

MASK = (1 << 64) - 1
SPREAD = [0.31, 0.28, 0.35, 0.3, 0.29]


def top(predicted, actual, share):
    """The dankest share: at least as dank as the ceil(share * n)-th, so ties at the edge count."""
    edge = np.sort(actual)[::-1][max(1, math.ceil(round(share * len(actual), 9))) - 1]
    label = actual >= edge
    if label.all():
        return {"base": 1.0, "roc": None, "pr": None}
    return {"base": float(label.mean()), "roc": float(roc_auc_score(label, predicted)),
            "pr": float(average_precision_score(label, predicted))}


def pairwise(predicted, upvotes):
    """Every pair with a factor of two between its upvotes, one by one; equal predictions count half."""
    right, count = 0.0, 0
    for i in range(len(upvotes)):
        for j in range(len(upvotes)):
            if upvotes[i] > upvotes[j] and upvotes[i] >= 2 * upvotes[j]:
                count += 1
                right += 1.0 if predicted[i] > predicted[j] else 0.5 if predicted[i] == predicted[j] else 0.0
    return right, count


def is_constant(values):
    return bool((values == values[0]).all())


def figures(predicted, actual, upvotes):
    right, count = pairwise(predicted, upvotes)
    undefined = is_constant(actual) or is_constant(predicted)
    return {
        "rows": len(actual),
        "mae": mean_absolute_error(actual, predicted),
        "rmse": float(np.sqrt(mean_squared_error(actual, predicted))),
        "r2": None if is_constant(actual) else r2_score(actual, predicted),
        "spearman": None if undefined else float(stats.spearmanr(predicted, actual)[0]),
        "kendall": None if undefined else float(stats.kendalltau(predicted, actual)[0]),
        "pairs": count,
        "pairwise": right / count if count else None,
        "quarter": top(predicted, actual, 0.25),
        "twentieth": top(predicted, actual, 0.05),
    }


def within_figures(predicted, actual, upvotes, groups, identity=None):
    """Row-weighted means over the groups of two members or more, deviations and pairs over all of them.

    `identity` tells the copies of a row in a resample from other rows."""
    identity = np.arange(len(actual)) if identity is None else identity
    single, weights, p, a, right, count = [], [], [], [], 0.0, 0
    for group in dict.fromkeys(groups.tolist()):
        index = np.flatnonzero(groups == group)
        if group == "" or len(set(identity[index].tolist())) < 2:
            continue
        p.append(predicted[index] - predicted[index].mean())
        a.append(actual[index] - actual[index].mean())
        single.append(figures(predicted[index], actual[index],
                              np.zeros(len(index)) if upvotes is None else upvotes[index]))
        weights.append(len(index))
        if upvotes is not None:
            more = pairwise(predicted[index], upvotes[index])
            right, count = right + more[0], count + more[1]

    def mean(*path):
        values, used = [], []
        for one, weight in zip(single, weights):
            defined = one[path[0]]["roc"] if len(path) > 1 else one[path[0]]
            if defined is None:
                continue
            for key in path:
                one = one[key]
            values.append(one)
            used.append(weight)
        return float(np.average(values, weights=used)) if values else None

    p, a = np.concatenate(p), np.concatenate(a)
    return {
        "rows": len(a), "groups": len(single),
        "mae": float(np.abs(p - a).mean()), "rmse": float(np.sqrt(((p - a) ** 2).mean())),
        "r2": float(1 - ((p - a) ** 2).sum() / (a ** 2).sum()),
        "spearman": mean("spearman"), "kendall": mean("kendall"),
        "pairs": count, "pairwise": right / count if count else None,
        "quarter": {key: mean("quarter", key) for key in ("base", "roc", "pr")},
        "twentieth": {key: mean("twentieth", key) for key in ("base", "roc", "pr")},
    }


def case(name, predicted, actual, upvotes=None, groups=None):
    predicted, actual = np.asarray(predicted, float), np.asarray(actual, float)
    upvotes = np.round(actual * 1000) if upvotes is None else np.asarray(upvotes)
    result = {
        "name": name,
        "predicted": predicted.tolist(),
        "actual": actual.tolist(),
        "upvotes": [int(value) for value in upvotes],
        "ranks": stats.rankdata(predicted).tolist(),
        **figures(predicted, actual, upvotes),
    }
    if groups is not None:
        groups = np.asarray(groups)
        result["groups"] = groups.tolist()
        result["within"] = within_figures(predicted, actual, upvotes, groups)
    return result


def many(g, rows, ties):
    upvotes = np.round(np.exp(g.normal(6, 2, rows)))
    actual = np.log1p(upvotes) / np.log1p(upvotes.max())
    predicted = actual + g.normal(0, 0.3, rows)
    if ties:
        predicted, actual = np.round(predicted * 12) / 12, np.round(actual * 10) / 10
        upvotes = np.round(actual * 40)
    return predicted, actual, upvotes


def grouped(name, g, rows, ties):
    """Seven groups of uneven size, one of a single member, some rows without a group."""
    index = np.minimum(g.geometric(0.35, rows) - 1, 6)
    groups = np.array(["a", "b", "", "c", "d", "e", "f"])[index]
    groups[-1] = "alone"
    upvotes = np.round(np.exp(g.normal(4 + index, 1, rows)))
    actual = np.log1p(upvotes)
    predicted = actual - 0.5 * index + g.normal(0, 1, rows)
    if ties:
        upvotes = np.round(upvotes, -2)
        predicted, actual = np.round(predicted), np.round(actual)
    return case(name, predicted, actual, upvotes, groups)


def percentiles(generator):
    reference = np.sort(generator.integers(0, 8, 25) / 8).astype(np.float32)
    values = [-1.0, 0.0, 0.125, 0.3, 0.5, 0.875, 1.0, 2.0]
    return {"reference": reference.tolist(), "values": values,
            "percentiles": [float(stats.percentileofscore(reference, v, kind="mean")) for v in values]}


def xoshiro(seed, count):
    """xoshiro256** seeded by SplitMix64, written from the authors' description."""
    state = []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        state.append(z ^ (z >> 31))

    def rotl(x, k):
        return ((x << k) | (x >> (64 - k))) & MASK

    numbers = []
    for _ in range(count):
        numbers.append(str((rotl((state[1] * 5) & MASK, 7) * 9) & MASK))
        t = (state[1] << 17) & MASK
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= t
        state[3] = rotl(state[3], 45)
    return numbers


def resampled(name, g, resamples, rows, seed, pairs=False):
    """95 % percentile intervals over clusters drawn by our generator, the rest by NumPy and SciPy.

    With `pairs` the groups have two members each, of which a resample often draws one alone."""
    clusters = g.integers(0, 12, rows)
    groups = np.arange(rows) // 2 if pairs else g.integers(0, 3, rows)
    actual = np.round(g.random(rows), 1) + groups * 0.3
    predicted = np.round(actual + g.normal(0, 0.4, rows), 1)
    order = list(dict.fromkeys(clusters.tolist()))
    draws = iter(xoshiro(seed, resamples * len(order)))  # 2^64 mod 12 is too small for a draw to be refused here
    pooled, error, within, within_error = [], [], [], []
    for _ in range(resamples):
        picked = [order[int(next(draws)) % len(order)] for _ in order]
        index = np.concatenate([np.flatnonzero(clusters == cluster) for cluster in picked])
        pooled.append(stats.spearmanr(predicted[index], actual[index])[0])
        error.append(mean_absolute_error(actual[index], predicted[index]))
        inside = within_figures(predicted[index], actual[index], None, groups[index], index)
        within.append(np.nan if inside["spearman"] is None else inside["spearman"])
        within_error.append(inside["mae"])

    def bounds(values):
        return np.nanpercentile(values, [2.5, 97.5]).tolist()

    return {"name": name, "seed": seed, "resamples": resamples, "clusters": clusters.tolist(),
            "groups": [str(group) for group in groups], "predicted": predicted.tolist(), "actual": actual.tolist(),
            "spearman": bounds(pooled), "mae": bounds(error), "within_spearman": bounds(within),
            "within_mae": bounds(within_error)}


def ridge(name, g, rows, columns):
    """scikit-learn's Ridge on standardised training rows, the penalty that errs least on the validation rows."""
    features = np.round(g.normal(3, 2, (rows, columns)) * np.linspace(0.5, 4, columns) * 16) / 16  # exact as float32
    features[:, 1] = 7  # tells nothing
    targets = (features[:, 0] * 0.2 + features[:, 2] * 0.1 + g.normal(0, 0.5, rows)).astype(np.float32)
    train, validation, judged = np.split(g.permutation(rows), [rows // 2, rows * 3 // 4])
    train, validation, judged = np.sort(train), np.sort(validation), np.sort(judged)
    x = StandardScaler().fit(features[train].astype(float)).transform(features.astype(float))
    best = None
    for share in [0.001, 0.01, 0.1, 1, 10, 100]:
        model = Ridge(alpha=share * (columns - 1), solver="cholesky").fit(x[train], targets[train].astype(float))
        error = mean_squared_error(targets[validation], model.predict(x[validation]))
        if best is None or error < best[0]:
            best = (error, model.predict(x[judged]))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    similarity = unit[judged] @ unit[train].T
    nearest = similarity.argmax(axis=1)
    return {"name": name, "columns": columns, "features": features.ravel().tolist(), "targets": targets.tolist(),
            "train": train.tolist(), "validation": validation.tolist(), "judged": judged.tolist(),
            "predicted": best[1].tolist(), "nearest": train[nearest].tolist(),
            "similarity": similarity.max(axis=1).tolist()}


def kernel_ridge(g, rows, columns):
    """scikit-learn's Ridge on raw features far from 0, for a kernel that was not centred."""
    features = np.round(g.normal(3, 2, (rows, columns)) * 16) / 16
    targets = features[:, 0] * 0.2 - features[:, 1] * 0.1 + g.normal(0, 0.3, rows)
    train, choose, judged = np.split(np.arange(rows), [rows // 2, rows * 3 // 4])
    squares = ((features[train] - features[train].mean(axis=0)) ** 2).sum()
    best = None
    for share in [0.001, 0.01, 0.1, 1, 10, 100]:
        model = Ridge(alpha=share * squares / len(train), solver="cholesky").fit(features[train], targets[train])
        error = mean_squared_error(targets[choose], model.predict(features[choose]))
        if best is None or error < best[0]:
            best = (error, model.predict(features[judged]))
    return {"columns": columns, "train": len(train), "choose": len(choose), "features": features.ravel().tolist(),
            "targets": targets.tolist(), "predicted": best[1].tolist()}


def main():
    g = np.random.default_rng(7)
    actual = g.random(60)
    upvotes = np.round(np.exp(g.normal(6, 2, 80)))
    golden = {
        "cases": [
            case("plain", actual + g.normal(0, 0.2, 60), actual),
            case("unrelated", g.random(60), actual),
            case("backwards", 1 - actual, actual),
            case("perfect", actual, actual),
            case("ties", g.integers(0, 4, 50), g.integers(0, 4, 50)),
            case("ties in one", g.integers(0, 3, 40), g.random(40)),
            case("large", upvotes * 1.5, upvotes),
            case("two rows", [0.2, 0.1], [0.4, 0.9]),
            case("constant prediction", [0.5] * 6, [0.1, 0.2, 0.3, 0.4, 0.5, 0.9]),
            case("constant actual", [0.1, 0.2, 0.3], [0.5, 0.5, 0.5]),
            case("no upvotes", [0.1, 0.2, 0.3, 0.2], [0.5, 0.2, 0.5, 0.1], [0, 0, 0, 0]),
            case("doubles", [1, 2, 3, 2, 5, 6, 6], [1, 2, 4, 0, 8, 4, 3], [1, 2, 4, 0, 8, 4, 3]),
            case("many", *many(g, 400, False)),
            case("many ties", *many(g, 400, True)),
            grouped("groups", g, 90, False),
            grouped("groups with ties", g, 120, True),
        ],
        "percentile": percentiles(g),
        "resampled": [resampled("plain", g, 200, 40, 5), resampled("few rows", g, 101, 25, 17),
                      resampled("groups of two", np.random.default_rng(11), 200, 40, 9, True)],
        "ridge": [ridge("more rows than features", g, 80, 12), ridge("more features than rows", g, 60, 90)],
        "kernel_ridge": kernel_ridge(np.random.default_rng(13), 60, 8),
        "spread": {"values": SPREAD, "mean": float(np.mean(SPREAD)), "sd": float(np.std(SPREAD, ddof=1))},
        "xoshiro": {"0": xoshiro(0, 5), "42": xoshiro(42, 5)},
    }
    lines = []
    for key, value in golden.items():
        text = ",\n  ".join(json.dumps(one) for one in value) if isinstance(value, list) else json.dumps(value)
        lines.append(f' "{key}": ' + (f"[\n  {text}\n ]" if isinstance(value, list) else text))
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
