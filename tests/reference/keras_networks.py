#!/usr/bin/python3
"""Networks as keras.applications builds them, with numbers by formula:

    tests/reference/keras_networks.py golden [ID…]      writes tests/nn/golden/keras_ID.f32
    tests/reference/keras_networks.py h5 ID OUT.h5      writes its weights as Keras does; needs python3-h5py

A transcription of Keras' structure that shares nothing with ours: tensors in height, width, inputs, outputs, TensorFlow's
"same" padding, average pooling over what there is, Keras' names and preprocessing, convolutions by python3-torch in
double precision. Golden are the features of one picture by formula (formula.py). The seven files between them have
every layout that Keras writes: weights alone, a whole model with an optimiser's state, and the newer numbered one.
"""

import pathlib
import sys

import numpy as np

import formula

TABLE = formula.uniforms("keras", 65521)  # repeated: hashing 140 million numbers takes a minute


def uniform(name, shape):
    count = int(np.prod(shape, dtype=np.int64))
    start = formula.name_hash(name) % TABLE.size
    return np.resize(np.roll(TABLE, -start), count).reshape(shape)


class Keras:
    """Layers by name. A tensor is [height, width, channels], or just its channels when only weights are asked for."""

    def __init__(self, computes, conv_number=0, norm_number=0):
        self.computes = computes
        self.weights = {}  # layer: {part: array}, in the order of creation
        self.conv_number, self.norm_number = conv_number, norm_number

    def auto(self, base, number):
        return base if number == 0 else f"{base}_{number}"

    def make(self, layer, part, shape, fan_in=0, gain=6.0, small=False):
        u = uniform(f"{layer}/{part}", shape)
        if fan_in:
            v = (2 * u - 1) * np.sqrt(gain / fan_in)
        elif part == "moving_variance":
            v = 0.5 + u
        elif part == "gamma":
            v = (0.8 + 0.4 * u) * (0.25 if small else 1)
        else:
            v = 0.2 * u - 0.1
        self.weights.setdefault(layer, {})[part] = v.astype(np.float32)
        return self.weights[layer][part].astype(np.float64)

    @staticmethod
    def channels(x):
        return x if isinstance(x, int) else x.shape[2]

    @staticmethod
    def same(side, kernel, stride):
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        return total // 2, total - total // 2

    def padded(self, x, kh, kw, stride, padding, value=0.0):
        if padding == "valid":
            return x
        return np.pad(x, (self.same(x.shape[0], kh, stride), self.same(x.shape[1], kw, stride), (0, 0)),
                      constant_values=value)

    def convolve(self, x, kernel, stride, padding, depthwise=False):
        import torch

        x = self.padded(x, kernel.shape[0], kernel.shape[1], stride, padding)
        weight = torch.from_numpy(np.ascontiguousarray(kernel.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))))
        y = torch.nn.functional.conv2d(torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))[None], weight,
                                       stride=stride, groups=x.shape[2] if depthwise else 1)
        return y[0].numpy().transpose(1, 2, 0)

    def conv(self, x, filters, kh, kw, stride=1, padding="same", bias=False, name=None):
        if name is None:
            name = self.auto("conv2d", self.conv_number)
            self.conv_number += 1
        inputs = self.channels(x)
        kernel = self.make(name, "kernel", (kh, kw, inputs, filters), kh * kw * inputs)
        b = self.make(name, "bias", (filters,)) if bias else 0.0
        return self.convolve(x, kernel, stride, padding) + b if self.computes else filters

    def sepconv(self, x, filters, name):
        inputs = self.channels(x)
        depthwise = self.make(name, "depthwise_kernel", (3, 3, inputs, 1), 9, 3.0)
        pointwise = self.make(name, "pointwise_kernel", (1, 1, inputs, filters), inputs, 3.0)
        if not self.computes:
            return filters
        return self.convolve(self.convolve(x, depthwise, 1, "same", True), pointwise, 1, "valid")

    def norm(self, x, epsilon, gamma=True, name=None, small=False):
        if name is None:
            name = self.auto("batch_normalization", self.norm_number)
            self.norm_number += 1
        count = (self.channels(x),)
        g = self.make(name, "gamma", count, small=small) if gamma else 1.0
        beta = self.make(name, "beta", count)
        mean = self.make(name, "moving_mean", count)
        variance = self.make(name, "moving_variance", count)
        return (x - mean) / np.sqrt(variance + epsilon) * g + beta if self.computes else x

    def relu(self, x):
        return np.maximum(x, 0) if self.computes else x

    def windows(self, x, size, stride):
        views = np.lib.stride_tricks.sliding_window_view(x, (size, size), (0, 1))
        return views[::stride, ::stride]

    def max_pool(self, x, size, stride, padding="valid"):
        if not self.computes:
            return x
        return self.windows(self.padded(x, size, size, stride, padding, -np.inf), size, stride).max((3, 4))

    def average(self, x):
        """3 × 3, stride 1, "same": the mean of what lies inside."""
        if not self.computes:
            return x
        total = self.windows(self.padded(x, 3, 3, 1, "same"), 3, 1).sum((3, 4))
        return total / self.windows(self.padded(np.ones_like(x), 3, 3, 1, "same"), 3, 1).sum((3, 4))

    def join(self, *parts):
        return np.concatenate(parts, 2) if self.computes else sum(parts)

    def add(self, x, y):
        return x + y if self.computes else x

    def pool_all(self, x):
        return x.mean((0, 1)) if self.computes else x

    def dense(self, x, inputs, units, name):
        kernel = self.make(name, "kernel", (inputs, units), inputs)
        bias = self.make(name, "bias", (units,))
        return x.reshape(-1) @ kernel + bias if self.computes else units


def inception_v3(k, x):
    def cb(y, filters, kh, kw, stride=1, padding="same"):
        return k.relu(k.norm(k.conv(y, filters, kh, kw, stride, padding), 1e-3, gamma=False))

    x = cb(x, 32, 3, 3, 2, "valid")
    x = cb(x, 32, 3, 3, 1, "valid")
    x = cb(x, 64, 3, 3)
    x = k.max_pool(x, 3, 2)
    x = cb(x, 80, 1, 1, 1, "valid")
    x = cb(x, 192, 3, 3, 1, "valid")
    x = k.max_pool(x, 3, 2)
    for pooled in (32, 64, 64):
        one = cb(x, 64, 1, 1)
        five = cb(cb(x, 48, 1, 1), 64, 5, 5)
        three = cb(cb(cb(x, 64, 1, 1), 96, 3, 3), 96, 3, 3)
        x = k.join(one, five, three, cb(k.average(x), pooled, 1, 1))
    three = cb(x, 384, 3, 3, 2, "valid")
    double = cb(cb(cb(x, 64, 1, 1), 96, 3, 3), 96, 3, 3, 2, "valid")
    x = k.join(three, double, k.max_pool(x, 3, 2))
    for narrow in (128, 160, 160, 192):
        one = cb(x, 192, 1, 1)
        seven = cb(cb(cb(x, narrow, 1, 1), narrow, 1, 7), 192, 7, 1)
        double = cb(x, narrow, 1, 1)
        for filters, kh, kw in ((narrow, 7, 1), (narrow, 1, 7), (narrow, 7, 1), (192, 1, 7)):
            double = cb(double, filters, kh, kw)
        x = k.join(one, seven, double, cb(k.average(x), 192, 1, 1))
    three = cb(cb(x, 192, 1, 1), 320, 3, 3, 2, "valid")
    seven = cb(cb(cb(cb(x, 192, 1, 1), 192, 1, 7), 192, 7, 1), 192, 3, 3, 2, "valid")
    x = k.join(three, seven, k.max_pool(x, 3, 2))
    for _ in range(2):
        one = cb(x, 320, 1, 1)
        three = cb(x, 384, 1, 1)
        three = k.join(cb(three, 384, 1, 3), cb(three, 384, 3, 1))
        double = cb(cb(x, 448, 1, 1), 384, 3, 3)
        double = k.join(cb(double, 384, 1, 3), cb(double, 384, 3, 1))
        x = k.join(one, three, double, cb(k.average(x), 192, 1, 1))
    return k.pool_all(x)


def xception(k, x):
    def separable(y, filters, name, small=False):
        return k.norm(k.sepconv(y, filters, name), 1e-3, name=name + "_bn", small=small)

    x = k.relu(k.norm(k.conv(x, 32, 3, 3, 2, "valid", name="block1_conv1"), 1e-3, name="block1_conv1_bn"))
    x = k.relu(k.norm(k.conv(x, 64, 3, 3, 1, "valid", name="block1_conv2"), 1e-3, name="block1_conv2_bn"))
    for block, first, filters in ((2, 128, 128), (3, 256, 256), (4, 728, 728), (13, 728, 1024)):
        if block == 13:
            for middle in range(5, 13):
                y = x
                for i in (1, 2, 3):
                    y = separable(k.relu(y), 728, f"block{middle}_sepconv{i}", small=i == 3)
                x = k.add(x, y)
        around = k.norm(k.conv(x, filters, 1, 1, 2), 1e-3)
        y = separable(x if block == 2 else k.relu(x), first, f"block{block}_sepconv1")
        y = separable(k.relu(y), filters, f"block{block}_sepconv2")
        x = k.add(k.max_pool(y, 3, 2, "same"), around)
    x = k.relu(separable(x, 1536, "block14_sepconv1"))
    x = k.relu(separable(x, 2048, "block14_sepconv2"))
    return k.pool_all(x)


def vgg(deep):
    def build(k, x):
        for block, (filters, count) in enumerate(((64, 2), (128, 2), (256, deep), (512, deep), (512, deep)), 1):
            for i in range(1, count + 1):
                x = k.relu(k.conv(x, filters, 3, 3, bias=True, name=f"block{block}_conv{i}"))
            x = k.max_pool(x, 2, 2)
        x = k.relu(k.dense(x, 25088, 4096, "fc1"))
        return k.relu(k.dense(x, 4096, 4096, "fc2"))

    return build


def resnet(depths):
    def build(k, x):
        def cb(y, filters, size, stride, padding, name, small=False):
            y = k.conv(y, filters, size, size, stride, padding, bias=True, name=name + "_conv")
            return k.norm(y, 1.001e-5, name=name + "_bn", small=small)

        pad = (lambda y, n: np.pad(y, ((n, n), (n, n), (0, 0)))) if k.computes else (lambda y, n: y)
        x = k.relu(cb(pad(x, 3), 64, 7, 2, "valid", "conv1"))
        x = k.max_pool(pad(x, 1), 3, 2)
        for stage, (depth, filters) in enumerate(zip(depths, (64, 128, 256, 512)), 2):
            for block in range(1, depth + 1):
                name = f"conv{stage}_block{block}"
                stride = 2 if block == 1 and stage > 2 else 1
                around = cb(x, 4 * filters, 1, stride, "valid", name + "_0") if block == 1 else x
                y = k.relu(cb(x, filters, 1, stride, "valid", name + "_1"))
                y = k.relu(cb(y, filters, 3, 1, "same", name + "_2"))
                x = k.relu(k.add(cb(y, 4 * filters, 1, 1, "valid", name + "_3", small=True), around))
        return k.pool_all(x)

    return build


# id: (network, side, features, how pictures are given, numbers that Keras has given away before, layout of its file)
NETWORKS = {
    "inception_v3": (inception_v3, 299, 2048, "halves", (5, 9), "weights"),
    "xception": (xception, 299, 2048, "halves", (0, 0), "numbered"),
    "vgg16": (vgg(3), 224, 4096, "caffe", (0, 0), "whole"),
    "vgg19": (vgg(4), 224, 4096, "caffe", (0, 0), "weights"),
    "resnet50": (resnet((3, 4, 6, 3)), 224, 2048, "caffe", (0, 0), "whole"),
    "resnet101": (resnet((3, 4, 23, 3)), 224, 2048, "caffe", (0, 0), "numbered"),
    "resnet152": (resnet((3, 8, 36, 3)), 224, 2048, "caffe", (0, 0), "weights"),
}


def given(picture, how):
    x = picture.astype(np.float64)
    if how == "halves":
        return x / 127.5 - 1
    return x[:, :, ::-1] - np.array([103.939, 116.779, 123.68])


def golden(name):
    build, side, _, how, numbers, _ = NETWORKS[name]
    features = build(Keras(True, *numbers), given(formula.picture(0, side), how))
    print(f"{name}: mean {features.mean():.3g}, largest {features.max():.3g}, zeros {(features == 0).mean():.1%}")
    folder = pathlib.Path(__file__).resolve().parent.parent / "nn" / "golden"
    (folder / f"keras_{name}.f32").write_bytes(features.astype("<f4").tobytes())


def write_h5(name, out):
    import h5py

    build, _, features, _, numbers, layout = NETWORKS[name]
    k = Keras(False, *numbers)
    build(k, 3)
    if numbers[0]:  # layers that were made before, and are of no concern
        k.weights[f"conv2d_{numbers[0] - 1}"] = {"kernel": np.ones((3, 3, 8, 32), np.float32)}
        k.weights[f"batch_normalization_{numbers[1] - 1}"] = {"beta": np.ones(77, np.float32)}
    classes = 1000 if name == "resnet50" else 5
    k.dense(0, features, classes, "predictions")
    with h5py.File(out, "w") as file:
        if layout == "numbered":
            counts = {}
            for layer, parts in k.weights.items():
                kind = ("separable_conv2d" if "depthwise_kernel" in parts else "batch_normalization" if "beta" in parts
                        else "conv2d" if parts["kernel"].ndim == 4 else "dense")
                counts[kind] = counts.get(kind, -1) + 1
                group = file.create_group(f"layers/{k.auto(kind, counts[kind])}").create_group("vars")
                group.attrs["name"] = layer
                for i, part in enumerate(parts.values()):
                    group[str(i)] = part
            file.create_group("vars")
            file.create_dataset("optimizer/vars/0", data=np.int64(7))
            return
        root = file
        if layout == "whole":
            root = file.create_group("model_weights")
            file.attrs["model_config"] = '{"class_name": "Functional"}'
            state = file.create_group("optimizer_weights").create_group("Adam")
            state["iter:0"] = np.int64(7)
            state["fc1/kernel/m:0"] = np.zeros((3, 4), np.float32)
        root.attrs["layer_names"] = [layer.encode() for layer in ["input_1", *k.weights]]
        root.attrs["backend"] = b"tensorflow"
        root.create_group("input_1").attrs["weight_names"] = np.array([], "S1")
        for layer, parts in k.weights.items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{part}:0".encode() for part in parts]
            for part, values in parts.items():
                group[f"{layer}/{part}:0"] = values


if __name__ == "__main__":
    if sys.argv[1:2] == ["golden"]:
        for wanted in sys.argv[2:] or NETWORKS:
            golden(wanted)
    elif sys.argv[1:2] == ["h5"] and len(sys.argv) == 4:
        write_h5(sys.argv[2], sys.argv[3])
    else:
        sys.exit(__doc__)
