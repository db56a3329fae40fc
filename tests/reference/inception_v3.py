#!/usr/bin/python3
"""Writes tests/nn/golden/inception_v3.f32: the pooled features, [2, 2048] little-endian float32, that torchvision's
Inception V3 gives in double precision for weights and pictures made by formula. tests/nn/inception_fixture.h makes
the same ones. Also inception_v3.keys: the name and shape of every entry of torchvision's state dict.
Needs Debian's python3-torchvision (made with 0.14.1)."""

import pathlib

import numpy as np
import torch
import torchvision


def name_hash(name):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def uniforms(name, count):
    """count numbers in [0, 1) with 24 bits: SplitMix64 from the name's hash."""
    with np.errstate(over="ignore"):
        z = np.uint64(name_hash(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def values(name, shape):
    count = int(np.prod(shape, dtype=np.int64))
    u = uniforms(name, count)
    if name.endswith("running_var"):
        v = 0.5 + u
    elif name.endswith("bn.weight"):
        v = 0.8 + 0.4 * u
    elif name.endswith("running_mean") or name.endswith("bias"):
        v = 0.2 * u - 0.1
    else:  # convolutions and linear layers
        fan_in = count // shape[0]
        v = (2.0 * u - 1.0) * np.sqrt(6.0 / fan_in)
    return v.astype(np.float32).reshape(shape)


def picture(k):
    y, x, c = np.meshgrid(np.arange(299), np.arange(299), np.arange(3), indexing="ij")
    return (3 * x + 5 * y * (k + 1) + 40 * c + ((x // 23) ^ (y // 17)) * 31) % 256


model = torchvision.models.inception_v3(weights=None, aux_logits=True, init_weights=False, transform_input=False)
state = model.state_dict()
for key in state:
    if not key.endswith("num_batches_tracked"):
        state[key] = torch.from_numpy(values(key, tuple(state[key].shape)))
model.load_state_dict(state)
shapes = dict(state)
model.eval()
model.fc = torch.nn.Identity()

x = torch.from_numpy(np.stack([picture(k) for k in range(2)])).permute(0, 3, 1, 2).double() / 127.5 - 1.0
with torch.no_grad():
    single = model(x.float()).numpy()
    double = model.double()(x).numpy()
print("mean", double.mean(), "max", double.max(), "zero", (double == 0).mean())
print("cosine between the two pictures", np.dot(double[0], double[1]) / np.linalg.norm(double[0]) / np.linalg.norm(double[1]))
print("float32 against double, relative", np.linalg.norm(single - double) / np.linalg.norm(double))
folder = pathlib.Path(__file__).resolve().parent.parent / "nn" / "golden"
(folder / "inception_v3.keys").write_text(
    "".join(" ".join([key, *map(str, tensor.shape)]) + "\n" for key, tensor in shapes.items())
)
(folder / "inception_v3.f32").write_bytes(double.astype("<f4").tobytes())
