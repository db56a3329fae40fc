"""Xception (Chollet 2017, arXiv:1610.02357, figure 5) in plain torch.nn, with the parameter names of the weights that
were ported from Keras and that timm publishes as legacy_xception: the reference for our own network, since timm is
not in Debian.

Each separable convolution is a depthwise 3 x 3 ("conv1") followed by a 1 x 1 ("pointwise") with nothing in between.
A block is a chain "rep" of ReLU, separable convolution, batch-norm; its shortcut takes the block's input as it came,
before that first ReLU, through a strided 1 x 1 ("skip", "skipbn") where size or width change. All batch-norms have
PyTorch's epsilon, 1e-5. The first two convolutions have no padding."""

import torch
from torch import nn


def separable(inputs, outputs):
    layers = nn.Sequential()
    layers.add_module("conv1", nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False))
    layers.add_module("pointwise", nn.Conv2d(inputs, outputs, 1, bias=False))
    return layers


class Block(nn.Module):
    """`widths`: channels before the first separable convolution and after each one. `shrink`: halve the size."""

    def __init__(self, widths, shrink, relu_first=True):
        super().__init__()
        chain = []
        for before, after in zip(widths, widths[1:]):
            if chain or relu_first:
                chain.append(nn.ReLU())
            chain += [separable(before, after), nn.BatchNorm2d(after)]
        if shrink:
            chain.append(nn.MaxPool2d(3, stride=2, padding=1))
        self.rep = nn.Sequential(*chain)
        self.has_skip = shrink or widths[0] != widths[-1]
        if self.has_skip:
            self.skip = nn.Conv2d(widths[0], widths[-1], 1, stride=2 if shrink else 1, bias=False)
            self.skipbn = nn.BatchNorm2d(widths[-1])

    def forward(self, x):
        shortcut = self.skipbn(self.skip(x)) if self.has_skip else x
        return self.rep(x) + shortcut


class Xception(nn.Module):
    """[B, 3, 299, 299] -> [B, 2048] features, or through `fc`, which is Identity() once features are wanted."""

    def __init__(self, classes=1000):
        super().__init__()
        # Entry flow.
        self.conv1, self.bn1 = nn.Conv2d(3, 32, 3, stride=2, bias=False), nn.BatchNorm2d(32)
        self.conv2, self.bn2 = nn.Conv2d(32, 64, 3, bias=False), nn.BatchNorm2d(64)
        self.block1 = Block([64, 128, 128], shrink=True, relu_first=False)
        self.block2 = Block([128, 256, 256], shrink=True)
        self.block3 = Block([256, 728, 728], shrink=True)
        # Middle flow.
        for number in range(4, 12):
            self.add_module(f"block{number}", Block([728, 728, 728, 728], shrink=False))
        # Exit flow.
        self.block12 = Block([728, 728, 1024], shrink=True)
        self.conv3, self.bn3 = separable(1024, 1536), nn.BatchNorm2d(1536)
        self.conv4, self.bn4 = separable(1536, 2048), nn.BatchNorm2d(2048)
        self.fc = nn.Linear(2048, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.bn2(self.conv2(x)))
        x = self.block3(self.block2(self.block1(x)))
        x = self.block7(self.block6(self.block5(self.block4(x))))
        x = self.block11(self.block10(self.block9(self.block8(x))))
        x = self.block12(x)
        x = torch.relu(self.bn3(self.conv3(x)))
        x = torch.relu(self.bn4(self.conv4(x)))
        return self.fc(x.mean((2, 3)))
