#!/usr/bin/python3
"""Seconds an epoch of the paper's network in Debian's python3-torch or scikit-learn, the peers of bench_trainer: the same
widths, batches of 100, Adam at 1e-3, float32, nine tenths of the rows to learn from and the others looked at after each
epoch. Prints one line of JSON.

torch: the usual loop (nn.Sequential with dropout, index_select of a shuffled order). scikit-learn: MLPRegressor, one
partial_fit() an epoch; it has no dropout, so it does a little less."""

import argparse
import json
import os
import statistics
import time

import numpy as np

WIDTHS = (512, 256, 128, 32, 8)


def torch_epochs(x, y, learn, held, options):
    import torch

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    device = options.device
    layers, width = [], x.shape[1]
    for units in WIDTHS:
        layers += [torch.nn.Linear(width, units), torch.nn.ReLU(), torch.nn.Dropout(0.8)]
        width = units
    model = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1)).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    features, targets = torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)
    rows, others = torch.from_numpy(learn).to(device), torch.from_numpy(held).to(device)
    seconds = []
    for _ in range(options.epochs):
        start = time.perf_counter()
        model.train()
        order = rows[torch.randperm(len(rows), device=device)]
        for batch in order.split(100):
            optimiser.zero_grad(set_to_none=True)
            loss = ((model(features[batch]).squeeze(1) - targets[batch]) ** 2).mean()
            loss.backward()
            optimiser.step()
        model.eval()
        with torch.no_grad():
            ((model(features[others]).squeeze(1) - targets[others]) ** 2).mean().item()
        seconds.append(time.perf_counter() - start)
    return torch.__version__, seconds


def sklearn_epochs(x, y, learn, held, options):
    import sklearn
    from sklearn.neural_network import MLPRegressor

    model = MLPRegressor(WIDTHS, solver="adam", batch_size=100, learning_rate_init=1e-3, alpha=0, random_state=1)
    seconds = []
    for _ in range(options.epochs):
        start = time.perf_counter()
        model.partial_fit(x[learn], y[learn])
        ((model.predict(x[held]) - y[held]) ** 2).mean()
        seconds.append(time.perf_counter() - start)
    return sklearn.__version__, seconds


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("program", choices=["python3-torch", "scikit-learn"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--device", default="cpu", help="python3-torch's: cpu or cuda")
parser.add_argument("--rows", type=int, default=3338)
parser.add_argument("--columns", type=int, default=2048)
options = parser.parse_args()
if os.environ.get("OMP_WAIT_POLICY") is None:
    parser.error("set OMP_WAIT_POLICY=passive: spinning threads make two slower than one")

g = np.random.default_rng(3)
x = g.random((options.rows, options.columns), dtype=np.float32)
y = g.random(options.rows, dtype=np.float32)
held = np.arange(0, options.rows, 10)
learn = np.setdiff1d(np.arange(options.rows), held)
run = {"python3-torch": torch_epochs, "scikit-learn": sklearn_epochs}[options.program]
version, seconds = run(x, y, learn, held, options)
print(json.dumps({"version": version, **vars(options), "milliseconds": 1e3 * statistics.median(seconds)}))
