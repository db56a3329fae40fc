#!/usr/bin/env python3
"""Golden figures for tests/evaluate/calibration_test.cpp: NumPy and scikit-learn as the reference. The bins are those of
scikit-learn's calibration_curve(strategy="quantile"), whose own answer is asserted where the targets are 0 and 1; the
intervals come from clusters drawn by our generator (metrics.py), the rest by NumPy.

    /usr/bin/python3 tests/reference/calibration.py > tests/evaluate/golden/calibration.json
"""
import json

import numpy as np
from metrics import xoshiro
from sklearn.calibration import calibration_curve


def drawn(clusters, resamples, seed):
    """The rows of each resample: as many clusters as there are, each with all its rows."""
    order = list(dict.fromkeys(clusters.tolist()))
    draws = iter(xoshiro(seed, resamples * len(order)))
    for _ in range(resamples):
        picked = [order[int(next(draws)) % len(order)] for _ in order]
        yield np.concatenate([np.flatnonzero(clusters == cluster) for cluster in picked])


def bounds(values, resamples):
    return np.percentile(values, [2.5, 97.5]).tolist() if len(values) * 2 >= resamples else None


def calibration(name, predicted, actual, clusters, bins, resamples=120, seed=3):
    edges = np.percentile(predicted, np.linspace(0, 1, bins + 1) * 100)
    of = np.searchsorted(edges[1:-1], predicted)
    if set(np.unique(actual)) <= {0.0, 1.0}:
        true, mean = calibration_curve(actual, predicted, n_bins=bins, strategy="quantile")
        assert np.allclose(true, [actual[of == b].mean() for b in np.unique(of)])
        assert np.allclose(mean, [predicted[of == b].mean() for b in np.unique(of)])
    means = {int(b): [] for b in np.unique(of)}
    for index in drawn(clusters, resamples, seed):
        for b, values in means.items():
            inside = actual[index][of[index] == b]
            if len(inside):
                values.append(inside.mean())
    found = [{"rows": int((of == b).sum()), "least": predicted[of == b].min(), "most": predicted[of == b].max(),
              "predicted": predicted[of == b].mean(), "actual": actual[of == b].mean(),
              "interval": bounds(values, resamples)} for b, values in means.items()]
    return {"name": name, "predicted": predicted.tolist(), "actual": actual.tolist(), "clusters": clusters.tolist(),
            "bins": bins, "resamples": resamples, "seed": seed, "found": found}


def residuals(name, predicted, actual, clusters, groups, resamples=120, seed=3, least=5):
    error = predicted - actual
    found = []
    for group in sorted(set(groups.tolist()) - {""}):
        if (groups == group).sum() < least:
            continue
        values = []
        for index in drawn(clusters, resamples, seed):
            inside = error[index][groups[index] == group]
            if len(inside):
                values.append(np.percentile(inside, 50, method="inverted_cdf"))
        quartiles = np.percentile(error[groups == group], [25, 50, 75]).tolist()
        found.append({"group": group, "rows": int((groups == group).sum()), "quartiles": quartiles,
                      "interval": bounds(values, resamples)})
    found.sort(key=lambda one: -abs(one["quartiles"][1]))
    return {"name": name, "predicted": predicted.tolist(), "actual": actual.tolist(), "clusters": clusters.tolist(),
            "groups": groups.tolist(), "resamples": resamples, "seed": seed, "found": found}


def main():
    g = np.random.default_rng(11)
    p = g.random(103)
    a = np.clip(0.2 + 0.6 * p + g.normal(0, 0.2, 103), 0, 1)
    apart = np.arange(103)
    steps = np.round(g.random(90) * 4) / 4
    grouped = np.array(["b", "a", "", "few", "c"])[np.minimum(g.geometric(0.4, 103) - 1, 4)]
    grouped[np.flatnonzero(grouped == "few")[3:]] = "c"
    golden = {
        "calibration": [
            calibration("plain", p, a, apart, 10),
            calibration("clusters", p, a, g.integers(0, 16, 103), 7),
            calibration("ties", steps, np.round(a[:90], 1), apart[:90], 8),
            calibration("labels", p, (a > 0.5).astype(float), apart, 5),
            calibration("one value", np.full(20, 0.4), a[:20], apart[:20], 4),
            calibration("one bin", p[:9], a[:9], apart[:9], 1),
        ],
        "residuals": [
            residuals("plain", p, a, apart, grouped),
            residuals("clusters", np.round(p, 1), np.round(a, 1), g.integers(0, 16, 103), grouped),
        ],
    }
    lines = []
    for key, value in golden.items():
        text = ",\n  ".join(json.dumps(one) for one in value)
        lines.append(f' "{key}": [\n  {text}\n ]')
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
