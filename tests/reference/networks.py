#!/usr/bin/python3
"""Golden features of every network: networks.py [ID…], all without an argument.

Writes tests/nn/golden/ID.f32, the features [2, columns] as little-endian float32 that the reference network gives in
double precision for weights and pictures by formula (formula.py), and ID.keys, the name and shape of every entry of
its whole state dict. The references are torchvision's own modules and, for Xception, xception.py beside this file.
Needs Debian's python3-torchvision (made with 0.14.1)."""

import pathlib
import sys

import numpy as np
import torch
import torchvision
from torch import nn

import formula
from xception import Xception

HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def without_fc(model):
    model.fc = nn.Identity()
    return model


def second_hidden_layer(model):
    """VGG up to and with the ReLU after its second fully connected layer, classifier.4."""
    model.classifier = model.classifier[:5]
    return model


def inception_v3():
    return torchvision.models.inception_v3(weights=None, init_weights=False, transform_input=False)


def vgg(which):
    return lambda: getattr(torchvision.models, which)(weights=None, init_weights=False)


def resnet(which):
    return lambda: getattr(torchvision.models, which)(weights=None)


# id: (builder, what makes it a feature network, input side, mean and deviation)
NETWORKS = {
    "inception_v3": (inception_v3, without_fc, 299, HALF),
    "vgg16": (vgg("vgg16"), second_hidden_layer, 224, IMAGENET),
    "vgg19": (vgg("vgg19"), second_hidden_layer, 224, IMAGENET),
    "resnet50": (resnet("resnet50"), without_fc, 224, IMAGENET),
    "resnet101": (resnet("resnet101"), without_fc, 224, IMAGENET),
    "resnet152": (resnet("resnet152"), without_fc, 224, IMAGENET),
    "xception": (Xception, without_fc, 299, HALF),
}


def normalised(pictures, mean, deviation):
    """[B, side, side, 3] in 0 … 255 -> [B, 3, side, side], double."""
    x = (np.stack(pictures) / 255.0 - np.array(mean)) / np.array(deviation)
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def with_formula_weights(model):
    state = model.state_dict()
    names = set(state)
    for key in state:
        if not key.endswith("num_batches_tracked"):
            state[key] = torch.from_numpy(formula.values(key, tuple(state[key].shape), names))
    model.load_state_dict(state)
    return model.eval()


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def write_golden(name, folder):
    build, as_features, side, (mean, deviation) = NETWORKS[name]
    model = with_formula_weights(build())
    shapes = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}
    model = as_features(model)
    x = normalised([formula.picture(k, side) for k in range(2)], mean, deviation)
    with torch.no_grad():
        single = model(x.float()).numpy()
        double = model.double()(x).numpy()
    off = single - double
    print(
        f"{name}: mean {double.mean():.3g}, largest {double.max():.3g}, zeros {(double == 0).mean():.1%}, "
        f"cosine of the two pictures {cosine(double[0], double[1]):.5f}, "
        f"apart by {np.linalg.norm(double[0] - double[1]) / np.linalg.norm(double[0]):.3g}; "
        f"float32 against double: norm {np.linalg.norm(off) / np.linalg.norm(double):.2g}, "
        f"largest {np.abs(off).max() / np.abs(double).max():.2g}"
    )
    lines = [" ".join([key, *map(str, shape)]) + "\n" for key, shape in shapes.items()]
    (folder / f"{name}.keys").write_text("".join(lines))
    (folder / f"{name}.f32").write_bytes(double.astype("<f4").tobytes())


if __name__ == "__main__":
    golden = pathlib.Path(__file__).resolve().parent.parent / "nn" / "golden"
    for wanted in sys.argv[1:] or NETWORKS:
        write_golden(wanted, golden)
