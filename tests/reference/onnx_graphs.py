#!/usr/bin/python3
"""Writes small networks with random weights as ONNX files, by Debian's python3-torch and python3-torchvision:

    tests/reference/onnx_graphs.py FOLDER [--large]

tests/nn/golden has tiny_vit.onnx and tiny_resnet.onnx of it. --large writes a ViT-B/16 and a ResNet-50 instead, to look at
by hand (450 MB). tests/reference/onnx_graphs.mjs computes what comes out of them.
"""

import argparse
import pathlib
import warnings

import torch
import torchvision


def tiny():
    yield "tiny_vit", 64, 14, torchvision.models.VisionTransformer(
        image_size=64, patch_size=16, num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=10)
    resnet = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=10)
    # Eight times as narrow, or the file would have 20 MB.
    resnet.inplanes = 8
    resnet.conv1 = torch.nn.Conv2d(3, 8, 7, 2, 3, bias=False)
    resnet.bn1 = torch.nn.BatchNorm2d(8)
    block = torchvision.models.resnet.BasicBlock
    for layer, (planes, stride) in enumerate([(8, 1), (16, 2), (32, 2), (64, 2)], 1):
        setattr(resnet, f"layer{layer}", resnet._make_layer(block, planes, 1, stride))
    resnet.fc = torch.nn.Linear(64, 10)
    yield "tiny_resnet", 64, 13, resnet


def large():
    yield "vit_b_16", 224, 14, torchvision.models.vit_b_16(weights=None)
    yield "resnet50", 224, 13, torchvision.models.resnet50(weights=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.manual_seed(14)
    for name, side, opset, network in large() if options.large else tiny():
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):  # or it would change nothing
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 2)
            if isinstance(module, torch.nn.Linear):
                torch.nn.init.normal_(module.weight, 0, 0.1)
        torch.onnx.export(network.eval(), torch.rand(1, 3, side, side), options.folder / f"{name}.onnx", opset_version=opset,
                          input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


if __name__ == "__main__":
    main()
