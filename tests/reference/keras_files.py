#!/usr/bin/python3
"""Small HDF5 files as Keras lays them out, and others that are refused: keras_files.py

Writes tests/weights/golden/keras/. A tensor's numbers are 0, 1, 2, …, all over 8. Needs Debian's python3-h5py (made
with 3.7.0)."""

import pathlib

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "weights" / "golden" / "keras"


def numbers(*shape, dtype=np.float32):
    return (np.arange(np.prod(shape)).reshape(shape) / 8).astype(dtype)


def layers(dtype=np.float32):
    return {
        "conv2d": {"kernel": numbers(1, 2, 2, 3, dtype=dtype), "bias": numbers(3, dtype=dtype)},
        "norm": {part: numbers(3, dtype=dtype) for part in ("gamma", "beta", "moving_mean", "moving_variance")},
        "sep": {"depthwise_kernel": numbers(1, 1, 2, 1), "pointwise_kernel": numbers(1, 1, 2, 1)},
    }


def write_layers(root, content):
    root.attrs["layer_names"] = [name.encode() for name in ["input_1", *content]]
    root.create_group("input_1").attrs["weight_names"] = np.array([], "S1")
    for layer, parts in content.items():
        group = root.create_group(layer)
        group.attrs["weight_names"] = [f"{layer}/{part}:0".encode() for part in parts]
        for part, values in parts.items():
            group[f"{layer}/{part}:0"] = values


def write(name, fill, **options):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", **options) as file:
        fill(file)


def whole(file):
    file.attrs["model_config"] = '{"class_name": "Functional"}'
    write_layers(file.create_group("model_weights"), layers())
    state = file.create_group("optimizer_weights")
    state["iter:0"] = np.int64(7)
    state.create_dataset("m:0", data=numbers(64), chunks=(8,), compression="gzip")


def numbered(file, named=True):
    for kind, (layer, parts) in zip(("conv2d", "batch_normalization", "separable_conv2d"), layers().items()):
        group = file.create_group(f"layers/{kind}").create_group("vars")
        if named:
            group.attrs["name"] = layer
        for i, values in enumerate(parts.values()):
            group[str(i)] = values
    file.create_group("vars")
    file["optimizer/vars/0"] = np.int64(7)


def types(file):
    for dtype in (np.float16, np.float32, np.float64, np.int32):
        file[f"layer/{np.dtype(dtype).name}"] = numbers(3, dtype=dtype)
    file["layer/big"] = numbers(3, dtype=">f4")  # no weights of Keras': passed over
    file["layer/text"] = "words"
    # Enough names for a tree of several symbol tables.
    for i in range(40):
        file[f"many/weight_{i}"] = numbers(1)


def nested(file):
    file["inception_v3/conv2d_1/kernel:0"] = numbers(2)
    file["conv2d_2/conv2d_2_1/kernel:0"] = numbers(3)
    file["conv2d_3/functional/conv2d_3/kernel"] = numbers(4)


def loop(file):
    file["a/b/kernel:0"] = numbers(2)
    file["a/b/again"] = file["a"]


if __name__ == "__main__":
    write("weights.h5", lambda file: write_layers(file, layers()))
    write("whole.h5", whole)
    write("numbered.h5", numbered)
    write("types.h5", types)
    write("nested.h5", nested)
    write("hostile/unnamed.h5", lambda file: numbered(file, named=False))
    write("hostile/external_link.h5", lambda file: file.create_group("a").__setitem__("k", h5py.ExternalLink("b.h5", "/c")))
    write("hostile/soft_link.h5", lambda file: file.create_group("a").__setitem__("k", h5py.SoftLink("/a/c")))
    write("hostile/gzip.h5", lambda file: file.create_dataset("a/k", data=numbers(64), compression="gzip"))
    write("hostile/chunked.h5", lambda file: file.create_dataset("a/k", data=numbers(64), chunks=(8,)))
    write("hostile/external_storage.h5",
          lambda file: file.create_dataset("a/k", (4,), np.float32, external=[("numbers.bin", 0, 16)]))
    write("hostile/latest.h5", lambda file: write_layers(file, layers()), libver="latest")
    write("hostile/loop.h5", loop)
    write("hostile/empty.h5", lambda file: file.create_group("a"))
