#!/usr/bin/python3
"""Pictures a second from files to Inception V3 features in python3-torch, float32:
    peers_extract.py paper|careful WEIGHTS FILES THREADS

paper: one picture a pass, Pillow, the module as it is. careful: pictures read by a pool of threads, batches of 32,
channels-last, traced and frozen. FILES lists one path a line. Starts from the loaded network, warmed up; prints one line
of JSON."""

import concurrent.futures
import json
import sys
import time

import numpy as np
import torch
import torchvision
from PIL import Image, ImageFile

ImageFile.LOAD_TRUNCATED_IMAGES = True
BATCH, SIDE = 32, 299


def network(weights):
    model = torchvision.models.inception_v3(weights=None, init_weights=False, transform_input=False)
    model.load_state_dict(torch.load(weights))
    model.fc = torch.nn.Identity()
    return model.eval()


def read(path):
    picture = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
    return torch.from_numpy(np.asarray(picture, np.float32) / 127.5 - 1).permute(2, 0, 1)


def paper(model, files):
    rows = []
    for path in files:
        rows.append(model(read(path).unsqueeze(0)))
    return torch.cat(rows)


def careful(model, files, threads):
    rows = []
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        # The next batch is read while this one is computed.
        waiting = [pool.submit(read, path) for path in files[:BATCH]]
        for first in range(0, len(files), BATCH):
            batch = torch.stack([picture.result() for picture in waiting]).contiguous(memory_format=torch.channels_last)
            waiting = [pool.submit(read, path) for path in files[first + BATCH:first + 2 * BATCH]]
            rows.append(model(batch))
    return torch.cat(rows)


def main():
    way, weights, listing, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    files = open(listing, encoding="utf-8").read().split("\n")[:-1]
    torch.set_num_threads(threads)
    model = network(weights)
    with torch.no_grad():
        if way == "careful":
            x = torch.zeros(BATCH, 3, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
            model = torch.jit.freeze(torch.jit.trace(model.to(memory_format=torch.channels_last), x, check_trace=False))
            work = lambda: careful(model, files, threads)  # noqa: E731
        else:
            x = torch.zeros(1, 3, SIDE, SIDE)
            work = lambda: paper(model, files)  # noqa: E731
        for _ in range(2):
            model(x)
        start = time.perf_counter()
        features = work()
        seconds = time.perf_counter() - start
    print(json.dumps({"row": "extract", "program": way, "value": len(features) / seconds, "version": f"python3-torch {torch.__version__}",
                      "check": float(features.double().mean())}))


if __name__ == "__main__":
    main()
