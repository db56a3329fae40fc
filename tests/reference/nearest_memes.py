#!/usr/bin/env python3
"""Nearest training memes by the cosine of standardised features, from scikit-learn, for tests/evaluate/golden/nearest.json.

Standardised by the training rows' mean and deviation (biased); a constant feature counts nothing."""
import json
import pathlib

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(7)
train = (rng.normal(size=(40, 24)) * rng.uniform(0.1, 5, 24) + rng.normal(size=24) * 3).astype(np.float32)
train[:, 5] = 2.5
queries = (rng.normal(size=(6, 24)) * 2 + rng.normal(size=24)).astype(np.float32)
queries[0] = train[11]
scaler = StandardScaler().fit(train.astype(np.float64))
a, b = scaler.transform(queries.astype(np.float64)), scaler.transform(train.astype(np.float64))
a[:, 5] = 0
similarity = cosine_similarity(a, b)
order = np.argsort(-similarity, axis=1, kind="stable")[:, :3]
out = {
    "train": [[float(v) for v in row] for row in train],
    "queries": [[float(v) for v in row] for row in queries],
    "rows": order.tolist(),
    "similarity": [[float(similarity[i, j]) for j in order[i]] for i in range(len(order))],
}
path = pathlib.Path(__file__).parent.parent / "evaluate/golden/nearest.json"
path.write_text(json.dumps(out) + "\n")
