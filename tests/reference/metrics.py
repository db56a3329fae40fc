#!/usr/bin/env python3
"""Golden figures for tests/data/test_metrics.cpp and test_base.cpp: SciPy, scikit-learn and NumPy as the reference.

    python3 tests/reference/metrics.py > tests/data/golden/metrics.json
"""
import json

import numpy as np
from scipy import stats
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

MASK = (1 << 64) - 1


def case(name, predicted, actual):
    predicted, actual = np.asarray(predicted, float), np.asarray(actual, float)
    constant_actual = bool((actual == actual[0]).all())
    constant_predicted = bool((predicted == predicted[0]).all())
    return {
        "name": name,
        "predicted": predicted.tolist(),
        "actual": actual.tolist(),
        "mae": mean_absolute_error(actual, predicted),
        "rmse": float(np.sqrt(mean_squared_error(actual, predicted))),
        "r2": None if constant_actual else r2_score(actual, predicted),
        "spearman": None if constant_actual or constant_predicted
        else float(stats.spearmanr(predicted, actual)[0]),
        "ranks": stats.rankdata(predicted).tolist(),
    }


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


def interval(rho, rows):
    half = stats.norm.ppf(0.975) * np.sqrt(1.06 / (rows - 3))
    z = np.arctanh(rho)
    return [float(np.tanh(z - half)), float(np.tanh(z + half))]


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
        ],
        "percentile": percentiles(g),
        "intervals": [{"rho": rho, "rows": rows, "interval": interval(rho, rows)}
                      for rho, rows in [(0.5, 48), (0.1, 30), (-0.3, 200)]],
        "xoshiro": {"0": xoshiro(0, 5), "42": xoshiro(42, 5)},
    }
    print(json.dumps(golden, indent=1))


if __name__ == "__main__":
    main()
