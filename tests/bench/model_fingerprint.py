#!/usr/bin/env python3
"""Says whether two models hold the same: model_fingerprint.py FILE.dankmodel

Prints the SHA-256 over each tensor's name, type, shape and bytes, in the order of their names, and of what the file's
description says of the training, without the run's name and how long each epoch took. Ends badly for a file that is cut.
"""

import hashlib
import json
import struct
import sys


def model_fingerprint(path):
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    document = json.loads(header.pop("__metadata__")["dank"])
    tensors = hashlib.sha256()
    for name in sorted(header):
        entry = header[name]
        begin, end = entry["data_offsets"]
        tensor = data[8 + size + begin : 8 + size + end]
        if len(tensor) != end - begin:
            raise ValueError(f"{path}: {name} is cut")
        tensors.update(json.dumps([name, entry["dtype"], entry["shape"]]).encode())
        tensors.update(tensor)
    told = {
        key: document[key]
        for key in ("backbone", "config", "epoch", "epochs_run", "output", "target", "train_ids", "validation_ids",
                    "test_ids", "train_mean", "mean_predictor_loss")
    }  # fmt: skip
    told["curve"] = [epoch[:3] for epoch in document["curve"]]  # the fourth is the seconds it took
    return f"{tensors.hexdigest()} {hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]}"


if __name__ == "__main__":
    print(model_fingerprint(sys.argv[1]))
