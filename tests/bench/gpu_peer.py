#!/usr/bin/python3
"""Pictures a second through torchvision's networks on a device, the peer of gpu_networks: the same networks, batches and
precisions, channels-last, from RGB bytes in pinned memory to features in the computer's memory, with one batch computed
while the last one's features come back. Prints one line of JSON for each figure as soon as it is known.

First all networks as they are (eager); then, as long as the seconds for it last, compiled by torch.compile, the networks
that people use most first. --machine only says what machine this is; --decode how many pictures Pillow decodes."""

import argparse
import io
import json
import multiprocessing
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

PRECISIONS = ("fp32", "tf32", "bf16", "fp16")
WORTH_COMPILING = [
    (network, precision)
    for precision in ("bf16", "tf32", "fp16", "fp32")
    for network in ("inception_v3", "resnet50", "vgg16", "xception", "resnet101", "vgg19", "resnet152")
]
BATCH = 128  # compiled


def say(**line):
    print(json.dumps(line), flush=True)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def machine(device):
    import torch

    line = {"processor": processor(), "cores": os.cpu_count(), "torch": torch.__version__, "device": device}
    if device.startswith("cuda"):
        card = torch.cuda.get_device_properties(device)
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        driver = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split("\n")[0]
        line |= {"card": card.name, "memory_gb": round(card.total_memory / 2**30, 1), "driver": driver}
        line |= {"cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version()}
    say(part="machine", **line)


# How many pictures the processor decodes, which is what feeds a GPU.


def drawn_picture(seed):
    """A JPEG of 1080 × 1080: a photograph's gradients and grain, and bars like lines of text."""
    import numpy as np
    from PIL import Image

    g = np.random.default_rng(seed)
    coarse = Image.fromarray(g.integers(0, 256, (12, 12, 3), dtype=np.uint8)).resize((1080, 1080), Image.BICUBIC)
    pixels = np.asarray(coarse, dtype=np.int16) + g.integers(-12, 13, (1080, 1080, 3), dtype=np.int16)
    for line in range(2):
        for letter in range(18):
            top, left = 60 + 840 * line, 40 + 56 * letter
            pixels[top : top + g.integers(60, 100), left : left + g.integers(12, 40)] = 255
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()


def decode_for(job):
    """Decodes and resizes to 299 × 299 until the time is over; how many, and how long it took."""
    from PIL import Image

    files, seconds = job
    start = time.perf_counter()
    done = 0
    while time.perf_counter() < start + seconds:
        try:
            with Image.open(io.BytesIO(files[done % len(files)])) as picture:
                picture.convert("RGB").resize((299, 299), Image.BILINEAR)
        except OSError:
            pass
        done += 1
    return done, time.perf_counter() - start


def decode(folder, seconds):
    import PIL

    if folder:
        found = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
        files = [path.read_bytes() for path in found[:240]]
    else:
        files = [drawn_picture(seed) for seed in range(24)]
    if not files:
        sys.exit(f"There is no picture in {folder}.")
    cores = len(os.sched_getaffinity(0))
    for processes in sorted({1, cores}):
        with multiprocessing.Pool(processes) as pool:
            jobs = [(files[at:] + files[:at], seconds) for at in (k * len(files) // processes for k in range(processes))]
            outcomes = pool.map(decode_for, jobs, chunksize=1)
        speed = sum(done / took for done, took in outcomes)
        kilobytes = sum(map(len, files)) / len(files) / 1000
        say(part="decode", processes=processes, images_per_second=round(speed, 1), pictures=len(files))
    say(part="pictures", drawn=not folder, count=len(files), kilobytes=round(kilobytes, 1), pillow=PIL.__version__)


# Networks


class Runner:
    """A network of networks.NETWORKS on a device, in one precision at a time."""

    def __init__(self, name, device):
        import networks
        import torch

        self.torch, self.device, self.name = torch, torch.device(device), name
        build, as_features, self.side, (mean, deviation) = networks.NETWORKS[name]
        if hasattr(torch, "set_default_device"):  # drawing random weights takes seconds on a processor
            with self.device:
                model = as_features(build())
        else:
            model = as_features(build()).to(self.device)
        self.model = model.eval().to(memory_format=torch.channels_last)
        constant = lambda values: torch.tensor(values, device=self.device).mul(255).view(1, 3, 1, 1)  # noqa: E731
        self.mean, self.deviation = constant(mean), constant(deviation)

    def set(self, precision):
        torch = self.torch
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        self.type = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)
        self.model.to(self.type)

    def features(self, pixels):
        """From bytes [B, side, side, 3] on the device."""
        x = pixels.permute(0, 3, 1, 2).float().sub(self.mean).div(self.deviation).to(self.type)
        return self.model(x).float()

    def speed(self, batch, seconds, forward=None):
        """Of the median pass of those that fit into the seconds, after four to warm up; the better of two such rounds."""
        return max(self.round(batch, seconds / 2, forward or self.features) for _ in range(2))

    def round(self, batch, seconds, forward):
        torch = self.torch
        cuda = self.device.type == "cuda"
        pixels = torch.randint(0, 256, (batch, self.side, self.side, 3), dtype=torch.uint8)
        pixels = pixels.pin_memory() if cuda else pixels
        slots = []
        times = []
        with torch.inference_mode():
            end = None
            while end is None or time.perf_counter() < end or len(times) < 6:
                start = time.perf_counter()
                out = forward(pixels.to(self.device, non_blocking=True))
                if cuda:
                    kept = torch.empty(out.shape, dtype=out.dtype, pin_memory=True) if len(slots) < 2 else slots.pop(0)[0]
                    kept.copy_(out, non_blocking=True)
                    done = torch.cuda.Event()
                    done.record()
                    slots.append((kept, done))
                    slots[0][1].synchronize()  # the batch before this one
                times.append(time.perf_counter() - start)
                if end is None and len(times) == 4:
                    times, end = [], time.perf_counter() + seconds
        return batch / statistics.median(times)


def eager(options, names):
    for name in names:
        runner = Runner(name, options.device)
        for precision in options.precisions.split(","):
            runner.set(precision)
            for batch in map(int, options.batches.split(",")):
                speed = runner.speed(batch, options.seconds)
                say(part="speed", program="eager", network=name, precision=precision, batch=batch, images_per_second=speed)


def compiled(options, names):
    import torch

    if not hasattr(torch, "compile") or options.compile_seconds <= 0:
        return
    begin = time.perf_counter()
    for name, precision in WORTH_COMPILING:
        if name not in names or precision not in options.precisions.split(","):
            continue
        if time.perf_counter() > begin + options.compile_seconds:
            return
        torch.compiler.reset()
        runner = Runner(name, options.device)
        runner.set(precision)
        start = time.perf_counter()
        try:
            speed = runner.speed(BATCH, options.seconds, torch.compile(runner.features, dynamic=False))
        except Exception as error:  # noqa: BLE001 whatever the compiler says, the others go on
            print(f"torch.compile of {name} in {precision}: {error}", file=sys.stderr)
            continue
        took = time.perf_counter() - start
        line = {"network": name, "precision": precision, "batch": BATCH, "images_per_second": speed}
        say(part="speed", program="compiled", **line, seconds_to_compile=round(took, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machine", action="store_true")
    parser.add_argument("--decode", action="store_true")
    parser.add_argument("--pictures", help="a folder of JPEGs and PNGs to decode; without one they are drawn")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    parser.add_argument("--batches", default=f"8,{BATCH}")
    parser.add_argument("--seconds", type=float, default=0.4, help="for each figure")
    parser.add_argument("--compile-seconds", type=float, default=60, help="none is begun after these; 0: none at all")
    parser.add_argument("networks", nargs="*")
    options = parser.parse_args()
    if options.machine:
        machine(options.device)
    elif options.decode:
        decode(options.pictures, options.seconds)
    else:
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "reference"))
        import networks

        names = options.networks or list(networks.NETWORKS)
        eager(options, names)
        compiled(options, names)


if __name__ == "__main__":
    main()
