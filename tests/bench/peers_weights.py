#!/usr/bin/python3
"""peers_weights.py FOLDER DATASET COUNT: what every program of peers.sh starts from. Writes FOLDER/weights.pth, Inception
V3's formula weights as torch.save writes them, FOLDER/network.onnx, the same network as torch.onnx exports it, and
FOLDER/memes, a dataset of the first COUNT memes of DATASET whose picture is there (FOLDER/memes.txt lists the files)."""

import json
import pathlib
import shutil
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "reference"))
import formula  # noqa: E402
import networks  # noqa: E402

folder, dataset, count = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
build, as_features, side, (mean, deviation) = networks.NETWORKS["inception_v3"]
model = networks.with_formula_weights(build())
torch.save(model.state_dict(), folder / "weights.pth")
try:
    x = networks.normalised([formula.picture(0, side)], mean, deviation).float()
    axes = {"x": {0: "rows"}, "y": {0: "rows"}}
    torch.onnx.export(as_features(model), x, str(folder / "network.onnx"), input_names=["x"], output_names=["y"],
                      dynamic_axes=axes, opset_version=13)
except Exception as error:  # noqa: BLE001  # the row is then left out, which the table says
    print(f"torch.onnx cannot export the network: {error}", file=sys.stderr)

rows = next(iter(json.loads((dataset / "db.json").read_text()).values()))
pictures = {file.stem: file for file in sorted((dataset / "memes").iterdir())}
kept = {key: row for key, row in rows.items() if row.get("id") in pictures}
kept = dict(list(kept.items())[:count])
memes = folder / "memes" / "memes"
memes.mkdir(parents=True)
for row in kept.values():
    file = pictures[row["id"]]
    shutil.copy(file, memes)  # a link that leads out of the dataset would be set aside
(memes.parent / "db.json").write_text(json.dumps({"_default": kept}))
files = [str(memes / pictures[row["id"]].name) for row in kept.values()]
(folder / "memes.txt").write_text("".join(name + "\n" for name in files))
