#!/usr/bin/python3
"""What reduced precision costs; for precision.sh.

precision.py weights FILE FILES     writes Inception V3 with He's random weights, its batch-norm calibrated on the first 32
                                    pictures listed in FILES: activations as large as a trained network's
precision.py table FOLDER DOCUMENT  how FOLDER/KIND-bf16.npy agrees with FOLDER/KIND-fp32.npy, row by row and in what
                                    models make of them: trained on half of the float32 rows (scikit-learn, percentiles
                                    of the upvotes in FOLDER/memes/db.json), with early stopping, they predict the other half from both
"""

import datetime
import json
import pathlib
import re
import sys
import warnings


def write_weights(file, listing):
    import torch
    import torchvision
    from peers_extract import read
    torch.manual_seed(1)
    model = torchvision.models.inception_v3(weights=None, init_weights=False, transform_input=False)
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        elif isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # the mean over what follows
    files = pathlib.Path(listing).read_text().split("\n")[:32]
    with torch.no_grad():
        model.train()(torch.stack([read(name) for name in files]))
    torch.save(model.eval().state_dict(), file)


def cosines(a, b):
    import numpy
    return (a * b).sum(1) / numpy.linalg.norm(a, axis=1) / numpy.linalg.norm(b, axis=1)


def rows_of(folder, kind, title):
    import numpy
    from scipy.stats import rankdata, spearmanr
    from sklearn.linear_model import Ridge
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler
    reduced, exact = (numpy.load(folder / f"{kind}-{precision}.npy") for precision in ("bf16", "fp32"))
    ids = (folder / f"{kind}-fp32.ids.txt").read_text().split("\n")[:-1]
    upvotes = {row["id"]: row["ups"] for row in next(iter(json.loads((folder / "memes/db.json").read_text()).values())).values()}
    targets = rankdata([upvotes[meme] for meme in ids]) / len(ids)
    raw, centred = cosines(reduced, exact), cosines(reduced - exact.mean(0), exact - exact.mean(0))
    order = numpy.random.default_rng(1).permutation(len(ids))
    train, test = order[: len(ids) // 2], order[len(ids) // 2 :]
    scaler = StandardScaler().fit(exact[train])
    for name, model in (("ridge", Ridge(alpha=exact.shape[1])),
                        ("one hidden layer of 256", MLPRegressor((256,), early_stopping=True, random_state=1)),
                        ("the paper's five layers", MLPRegressor((512, 256, 128, 32, 8), early_stopping=True, random_state=1))):
        model.fit(scaler.transform(exact[train]), targets[train])
        a, b = (model.predict(scaler.transform(features[test])) for features in (reduced, exact))
        yield (f"| {title} | {name} | {raw.mean():.5f} | {raw.min():.5f} | {centred.mean():.4f} | {centred.min():.4f} "
               f"| {spearmanr(a, b).statistic:.4f} |")


def write_table(folder, document):
    warnings.simplefilter("ignore")  # of scikit-learn, of too few epochs
    folder, document = pathlib.Path(folder), pathlib.Path(document)
    count = len((folder / "formula-fp32.ids.txt").read_text().split("\n")) - 1
    table = [f"Inception V3's features of {count} memes in bfloat16 beside float32; {datetime.date.today()}. Cosines of a "
             "row with its counterpart, raw and less the mean row; rank correlation (Spearman) of what a model predicts for "
             "the half of the memes that it was not trained on.", "",
             "| Weights | Model | Cosine | least | Centred | least | Spearman |", "|---|---|---:|---:|---:|---:|---:|",
             *rows_of(folder, "formula", "by formula"), *rows_of(folder, "he", "He's random, batch-norm calibrated")]
    begin, end = "<!-- precision: begin, written by tests/bench/precision.sh -->", "<!-- precision: end -->"
    text = document.read_text()
    if begin not in text:
        raise SystemExit(f"{document} has no section for it: {begin}")
    section = begin + "\n" + "\n".join(table) + "\n" + end
    document.write_text(re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: section, text, flags=re.S))
    print("\n".join(table))


if sys.argv[1] == "weights":
    write_weights(*sys.argv[2:])
else:
    write_table(*sys.argv[2:])
