#!/usr/bin/python3
"""Pictures a second through one feature network in Debian's python3-torch, the peer of bench_networks: the same
network, batch, threads and precision, in PyTorch's own ways of running it. Prints one line of JSON.

eager: the module as it is. frozen: traced and frozen TorchScript, batch-norm folded, channels-last. optimised: frozen,
then torch.jit.optimize_for_inference(), where that works (it does not for bfloat16). Pictures are already normalised,
which ours still have to be."""

import argparse
import json
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "reference"))
import formula  # noqa: E402
import networks  # noqa: E402


def pictures_per_second(model, x, seconds):
    """Of the median pass, after two to warm up."""
    passes = []
    end = None
    while end is None or time.perf_counter() < end or len(passes) < 5:
        start = time.perf_counter()
        model(x)
        passes.append(time.perf_counter() - start)
        if end is None and len(passes) == 2:
            passes, end = [], time.perf_counter() + seconds
    return len(x) / statistics.median(passes)


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backbone", required=True, choices=networks.NETWORKS)
parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--seconds", type=float, default=5, help="for each way of running it")
options = parser.parse_args()

torch.set_num_threads(options.threads)
build, as_features, side, (mean, deviation) = networks.NETWORKS[options.backbone]
kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[options.precision]
model = as_features(networks.with_formula_weights(build())).to(kind)
x = networks.normalised([formula.picture(k, side) for k in range(options.batch)], mean, deviation).to(kind)
result = {"program": "python3-torch", "version": torch.__version__, **vars(options)}
with torch.inference_mode():
    result["eager"] = pictures_per_second(model, x, options.seconds)
# Not in inference mode, whose tensors cannot be frozen.
with torch.no_grad():
    x = x.contiguous(memory_format=torch.channels_last)
    model = model.to(memory_format=torch.channels_last)
    frozen = torch.jit.freeze(torch.jit.trace(model, x, check_trace=False))
    result["frozen"] = pictures_per_second(frozen, x, options.seconds)
    if options.precision == "fp32":
        try:
            optimised = torch.jit.optimize_for_inference(torch.jit.trace(model, x, check_trace=False))
            result["optimised"] = pictures_per_second(optimised, x, options.seconds)
        except RuntimeError as error:
            print(f"optimize_for_inference: {error}", file=sys.stderr)
result["images_per_second"] = max(result.get(way, 0) for way in ("eager", "frozen", "optimised"))
print(json.dumps(result))
