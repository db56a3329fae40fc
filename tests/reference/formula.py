"""Weights and pictures by formula, so that a golden file needs neither beside it. tests/nn/network_fixture.h makes the
same ones: change both together."""

import numpy as np


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


def ends_residual(name):
    """The batch-norm that ends a branch which is added to its own input: many of these in a row, as strong as what
    they are added to, would grow without bound. Bottlenecks of the ResNets, middle blocks of Xception."""
    return (name.startswith("layer") and name.endswith(".bn3.weight")) or name.endswith(".rep.8.weight")


def values(name, shape, names):
    """The tensor `name` of a network whose state dict has the keys `names`."""
    count = int(np.prod(shape, dtype=np.int64))
    u = uniforms(name, count)
    if name.endswith("running_var"):
        v = 0.5 + u
    elif name.endswith(".weight") and name[: -len("weight")] + "running_var" in names:  # a batch-norm's
        v = 0.8 + 0.4 * u
        if ends_residual(name):
            v = 0.25 * v
    elif name.endswith("running_mean") or name.endswith("bias"):
        v = 0.2 * u - 0.1
    else:  # convolutions and linear layers; no ReLU comes before a pointwise one, so it needs no gain of two
        fan_in = count // shape[0]
        v = (2.0 * u - 1.0) * np.sqrt((3.0 if name.endswith(".pointwise.weight") else 6.0) / fan_in)
    return v.astype(np.float32).reshape(shape)


def picture(k, side):
    """Picture number k as [side, side, 3] numbers in 0 … 255."""
    y, x, c = np.meshgrid(np.arange(side), np.arange(side), np.arange(3), indexing="ij")
    return (3 * x + 5 * y * (k + 1) + 40 * c + ((x // 23) ^ (y // 17)) * 31) % 256
