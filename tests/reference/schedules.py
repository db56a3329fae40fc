#!/usr/bin/env python3
"""Golden figures for tests/learn/training_data_test.cpp: torch.optim.lr_scheduler as the reference for the schedules.
Needs Debian's python3-torch (made with 1.13.1).

    /usr/bin/python3 tests/reference/schedules.py > tests/learn/golden/schedules.json
"""
import json
import warnings

import torch
from torch.optim import lr_scheduler

warnings.filterwarnings("ignore")  # no step of an optimiser between those of the schedule


def case(schedule, learning_rate, epochs, every=30, factor=0.1):
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=learning_rate)
    if schedule == "cosine":
        scheduler = lr_scheduler.CosineAnnealingLR(optimiser, T_max=epochs)
    elif schedule == "step":
        scheduler = lr_scheduler.StepLR(optimiser, step_size=every, gamma=factor)
    else:
        scheduler = lr_scheduler.ConstantLR(optimiser, factor=1)
    rates = []
    for _ in range(epochs):
        rates.append(optimiser.param_groups[0]["lr"])
        scheduler.step()
    return {"schedule": schedule, "learning_rate": learning_rate, "epochs": epochs, "every": every, "factor": factor,
            "rates": rates}


print(json.dumps([
    case("constant", 1e-3, 5),
    case("step", 1e-3, 70),
    case("step", 0.5, 20, every=3, factor=0.7),
    case("step", 0.01, 4, every=1, factor=0.5),
    case("cosine", 1e-3, 200),
    case("cosine", 0.1, 7),
    case("cosine", 0.1, 1),
], indent=1))
