#!/usr/bin/env python3
"""`dank extract` beside torchvision, from files on disk to features: seeded weights saved by torch.save in both
containers, pictures read and resized by Pillow.

    tests/reference/extract_end_to_end.py build/release/bin/dank DATASET [ID…]

DATASET: a folder with db.json and memes/, as `dank sample` writes it. Prints, for each network and container, the largest
relative difference of a picture's features (2-norm); ends with 1 when one is above 1e-4.
Needs python3-torchvision, python3-numpy and python3-pil."""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torchvision
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import xception  # noqa: E402

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5,) * 3, (0.5,) * 3)


def inception():
    return torchvision.models.inception_v3(weights=None, aux_logits=True, init_weights=False, transform_input=False)


NETWORKS = {
    "inception_v3": (inception, 299, HALF),
    "vgg16": (lambda: torchvision.models.vgg16(weights=None), 224, IMAGENET),
    "vgg19": (lambda: torchvision.models.vgg19(weights=None), 224, IMAGENET),
    "resnet50": (lambda: torchvision.models.resnet50(weights=None), 224, IMAGENET),
    "resnet101": (lambda: torchvision.models.resnet101(weights=None), 224, IMAGENET),
    "resnet152": (lambda: torchvision.models.resnet152(weights=None), 224, IMAGENET),
    "xception": (lambda: xception.Xception(), 299, HALF),
}


def features(model, network, x):
    if network.startswith("vgg"):
        model.classifier = model.classifier[:5]
    else:
        model.fc = torch.nn.Identity()
    with torch.no_grad():
        return model(x).numpy()


def upright(path):
    """As people see it: no EXIF in the sample, transparency over white."""
    image = Image.open(path)
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def main():
    dank, dataset, networks = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:] or list(NETWORKS)
    worst = 0.0
    for network in networks:
        make, side, (mean, deviation) = NETWORKS[network]
        torch.manual_seed(1)
        model = make().eval()
        # Running statistics that are not the identity, so that folding them matters.
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                torch.nn.init.uniform_(module.weight, 0.8, 1.2)
        with tempfile.TemporaryDirectory() as folder:
            got = {}
            for container, zipped in (("zip", True), ("legacy", False)):
                weights = f"{folder}/{container}.pth"
                torch.save(model.state_dict(), weights, _use_new_zipfile_serialization=zipped)
                out = f"{folder}/{container}.npy"
                subprocess.run(
                    [dank, "--library", f"{folder}/library-{container}", "--progress", "none", "extract", str(dataset),
                     "--backbone", network, "--weights", weights, "--precision", "fp32", "--out", out, "--json"],
                    check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                ids = pathlib.Path(out.replace(".npy", ".ids.txt")).read_text().split()
                got[container] = np.load(out)
            x = []
            for meme in ids:
                image = upright(next(p for p in (dataset / "memes").glob(meme + ".*")))
                pixels = np.asarray(image.resize((side, side), Image.BILINEAR), dtype=np.float32) / 255
                x.append((pixels - np.float32(mean)) / np.float32(deviation))
            x = torch.from_numpy(np.stack(x)).permute(0, 3, 1, 2).float()
            expected = np.concatenate([features(model, network, part) for part in x.split(8)])
            if not np.array_equal(got["zip"], got["legacy"]):
                print(network, "the two containers give different features")
                worst = 1.0
            off = np.linalg.norm(got["zip"] - expected, axis=1) / np.linalg.norm(expected, axis=1)
            worst = max(worst, float(off.max()))
            print(json.dumps({"network": network, "pictures": len(ids), "columns": got["zip"].shape[1],
                              "largest_relative_difference": float(off.max())}), flush=True)
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main()
