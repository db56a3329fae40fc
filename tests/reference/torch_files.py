#!/usr/bin/env python3
"""Files for tests/weights and tests/fuzz: the same tensors as PyTorch saves them in both of its containers and as a
safetensors writer of its own makes them, wrappers around them, and files that attack their reader.

    /usr/bin/python3 tests/reference/torch_files.py tests/weights/golden      (Debian's python3-torch)

The storages' keys in the older container are addresses, so its bytes differ from run to run; nothing else does.
"""
import argparse
import collections
import datetime
import io
import json
import os
import pathlib
import pickle
import struct
import sys
import zipfile

import numpy
import torch

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def state():
    generator = torch.Generator().manual_seed(3)

    def random(*shape):
        return torch.randn(*shape, generator=generator)

    shared = random(10)
    tensors = collections.OrderedDict()
    tensors["conv.weight"] = torch.nn.Parameter(random(4, 3, 2, 2))
    tensors["bn.num_batches_tracked"] = torch.tensor(1234567890123)
    tensors["half"] = random(3, 2).half()
    tensors["bfloat"] = random(5).bfloat16()
    tensors["double"] = random(2, 2).double()
    tensors["int"] = torch.tensor([-2, 3, 4], dtype=torch.int32)
    tensors["short"] = torch.tensor([[-5], [6]], dtype=torch.int16)
    tensors["char"] = torch.tensor([-7, 8, 127], dtype=torch.int8)
    tensors["byte"] = torch.tensor([0, 9, 255], dtype=torch.uint8)
    tensors["bool"] = torch.tensor([True, False, True])
    tensors["empty"] = torch.zeros(0, 4)
    tensors["scalar"] = torch.tensor(-0.5)
    tensors["transposed"] = random(3, 5).t()
    tensors["channels_last"] = random(2, 3, 2, 3).to(memory_format=torch.channels_last)
    tensors["every_other"] = random(4, 6)[1:, ::2]
    tensors["shared.first"] = shared[:4]
    tensors["shared.last"] = shared[3:].view(7)
    tensors["special"] = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0, 1e-42])
    tensors["größe.重み"] = random(2)
    tensors._metadata = collections.OrderedDict([("", {"version": 1}), ("bn", {"version": 2})])
    return tensors


def raw(tensor):
    return bytes(tensor.detach().contiguous().flatten().view(torch.uint8).tolist()) if tensor.numel() else b""


def safetensors(tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        begin = len(data)
        data += raw(tensor)
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


# Pickles by hand, to write what no honest program does.

def text(value):
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def integer(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -2**31 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    size = (value.bit_length() + 8) // 8
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def group(*values):
    return b"(" + b"".join(values) + b"t"


def name(module, what):
    return b"c" + module.encode() + b"\n" + what.encode() + b"\n"


ORDERED = name("collections", "OrderedDict")


def storage(key, elements, kind="FloatStorage", *more):
    return group(text("storage"), name("torch", kind), text(key), text("cpu"), integer(elements), *more) + b"Q"


def tensor(store, offset, shape, stride):
    return name("torch._utils", "_rebuild_tensor_v2") + group(
        store, integer(offset), group(*map(integer, shape)), group(*map(integer, stride)), b"\x89", ORDERED + b")R"
    ) + b"R"


def entries(**values):
    return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def whole(body):
    return b"\x80\x02" + body + b"."


def zipped(body, records={}, compression=zipfile.ZIP_STORED, byteorder=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr(zipfile.ZipInfo("archive/data.pkl"), whole(body), compression)
        if byteorder:
            archive.writestr(zipfile.ZipInfo("archive/byteorder"), byteorder)
        for key, data in records.items():
            archive.writestr(zipfile.ZipInfo("archive/data/" + key), data, compression)
    return out.getvalue()


MACHINE = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def legacy(body, records=(), machine=MACHINE, tail=b""):
    out = pickle.dumps(0x1950a86a20f9469cfc6c, 2) + pickle.dumps(1001, 2) + pickle.dumps(machine, 2) + whole(body)
    out += pickle.dumps([key for key, _, _ in records], 2)
    for _, elements, data in records:
        out += struct.pack("<q", elements) + data
    return out + tail


def python2(data):
    """As Python 2 and PyTorch 0.2 saved VGG16: byte strings, long numbers, an OrderedDict made from a list of pairs,
    _rebuild_tensor, what is remembered numbered from 1, and storages of six parts."""
    def old(value):
        return b"U" + bytes([len(value)]) + value.encode()

    def long(value):
        size = (value.bit_length() + 8) // 8 if value else 0
        return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)

    def entry(key, store, offset, shape, stride):
        return b"](" + old(key) + name("torch._utils", "_rebuild_tensor") + group(
            group(old("storage"), name("torch", "FloatStorage"), old(store), old("cpu"), integer(6), b"N") + b"Q",
            long(offset), group(*map(long, shape)), group(*map(long, stride))) + b"Re"

    body = ORDERED + b"q\x01](" + entry("weight", "94", 0, (2, 2), (2, 1)) + entry("bias", "94", 4, (2,), (1,)) + \
        b"e\x85R"
    keys = b"\x80\x02]q\x01U\x0294a."
    return pickle.dumps(0x1950a86a20f9469cfc6c, 2) + pickle.dumps(1001, 2) + pickle.dumps(MACHINE, 2) + whole(body) + \
        keys + struct.pack("<q", 6) + data


def saved(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


def hostile():
    eight = struct.pack("<ff", 1.5, -2)
    good = tensor(storage("0", 2), 0, [2], [1])
    files = {}
    for kind, write in (("zip", zipped), ("legacy", legacy)):
        def both(label, body, elements=2, data=eight):
            files[f"{kind}_{label}"] = write(body, {"0": data} if kind == "zip" else [("0", elements, data)])

        both("system", name("os", "system") + text("echo attacked") + b"\x85R")
        both("posix_system", name("posix", "system") + text("echo attacked") + b"\x85R")
        both("eval", entries(w=good, x=name("builtins", "eval") + text("1+1") + b"\x85R"))
        both("whole_network", name("torch.nn.modules.linear", "Linear") + b")\x81")
        both("numel", entries(w=tensor(storage("0", 50_000_000), 0, [50_000_000], [1])), 50_000_000)
        both("storage_size", entries(w=tensor(storage("0", 3), 0, [2], [1])), 2)
        both("two_sizes", entries(w=good, x=tensor(storage("0", 1), 0, [1], [1])))
        both("long_binput", b"}r" + struct.pack("<I", 400_000_000))
        both("setitem", b"](" + text("w") + good + b"u")
        both("setitem_on_tensor", good + text("w") + integer(1) + b"s")
        both("append_to_dict", b"}" + integer(1) + b"a")
        both("build_on_tensor", good + b"}b")
        both("outside", entries(w=tensor(storage("0", 2), 1, [2], [1])))
        both("outside_by_stride", entries(w=tensor(storage("0", 2), 0, [2], [2])))
        both("overflow", entries(w=tensor(storage("0", 2), 0, [2**40, 2**40], [2**40, 1])))
        both("huge_stride", entries(w=tensor(storage("0", 2), 0, [2], [2**62])))
        both("negative_stride", entries(w=tensor(storage("0", 2), 1, [2], [-1])))
        both("negative_offset", entries(w=tensor(storage("0", 2), -1, [1], [1])))
        both("expanded", entries(w=tensor(storage("0", 2), 0, [1_000_000], [0])))
        both("twice", entries(w=good) + text("w") + good + b"s")
        both("metadata_name", entries(__metadata__=good))
        both("deep", integer(1) + b"\x85" * 40)
        both("marks", b"(" * 100)
        both("many_values", b"N" * 200)
        both("number_name", b"}" + integer(1) + good + b"s")
        both("list", b"](" + good + b"e")
        both("nothing", b"}")
        both("stack_empty", b"s")
        both("conjugate", entries(w=good[:-2] + entries(conj=b"\x88") + b"tR"))
        both("repeats", ORDERED + b"q\0](" + (integer(1) + integer(1) + b"\x86") * 100 + b"e\x85q\1" + b"h\0h\1R" * 200)
        both("in_itself", b"]q\0" + b"h\0a" * 50)
        both("call_without", integer(1) + b")R")
        both("wrong_id", group(text("module"), integer(1)) + b"Q")
        both("view_of_storage", entries(w=tensor(storage("0", 2, "FloatStorage", group(text("v"), integer(0),
                                                                                       integer(1))), 0, [1], [1])))
    small = zipped(entries(w=good), {"0": eight})
    files["zip_deflated"] = zipped(entries(w=good), {"0": eight}, zipfile.ZIP_DEFLATED)
    files["zip_big_endian"] = zipped(entries(w=good), {"0": eight}, byteorder=b"big")
    files["zip_checksum"] = small.replace(eight, b"\1" + eight[1:], 1)
    files["zip_unused"] = zipped(entries(w=good), {"0": eight, "1": eight})
    files["zip_missing"] = zipped(entries(w=good))
    files["zip_duplicate"] = zipped(entries(w=good), {"0": eight, "1": eight}).replace(b"data/1", b"data/0")
    files["zip_two_tops"] = zipped(entries(w=good), {"0": eight}).replace(b"archive/data/0", b"brchive/data/0")
    files["zip_climbing"] = zipped(entries(w=good), {"0": eight}).replace(b"archive/data/0", b"../../x/data/0")
    files["zip_names_differ"] = small.replace(b"archive/data/0", b"archive/data/9", 1)
    files["zip_more_announced"] = small[:-12] + b"\xff\xff" + small[-10:]
    files["zip_comment"] = small[:-2] + b"\4\0more"
    files["zip_encrypted"] = flagged(small)
    files["zip_other"] = other_zip()
    record = ("0", 2, eight)
    files["legacy_big_endian"] = legacy(entries(w=good), [record], dict(MACHINE, little_endian=False))
    files["legacy_sizes"] = legacy(entries(w=good), [record], dict(MACHINE, type_sizes={"short": 2, "int": 8,
                                                                                        "long": 8}))
    files["legacy_protocol"] = legacy(entries(w=good), [record]).replace(pickle.dumps(1001, 2), pickle.dumps(1002, 2))
    files["legacy_listed_twice"] = legacy(entries(w=good), [record, record])
    files["legacy_unused"] = legacy(entries(w=good), [record, ("1", 2, eight)])
    files["legacy_missing"] = legacy(entries(w=good))
    files["legacy_tail"] = legacy(entries(w=good), [record], tail=b"\0")
    return files


def flagged(archive):
    """Says that every record is encrypted."""
    out = bytearray(archive)
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = out.find(magic)
        while start >= 0:
            out[start + at] |= 1
            start = out.find(magic, start + 4)
    return bytes(out)


def other_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("weights/weight.npy"), b"\x93NUMPY")
    return out.getvalue()


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor([2.0, 3.0, 4.0]))

    def forward(self, pictures):
        return pictures.mean((2, 3)) * self.scale


def main(folder):
    tensors = state()
    plain = collections.OrderedDict((key, tensors[key]) for key in ("scalar", "transposed"))
    checkpoint = {"epoch": 7, "loss": 0.25, "best": None, "arch": "resnet50", "done": False, "history": [1.5, 2],
                  "state_dict": plain,
                  "optimizer": {"state": {0: {"step": 3, "exp_avg": torch.ones(3)}},
                                "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999), "params": [0]}]}}
    files = {
        "state.zip.pth": saved(tensors),
        "state.legacy.pth": saved(tensors, _use_new_zipfile_serialization=False),
        "state.safetensors": safetensors(tensors),
        "checkpoint.zip.pth": saved(checkpoint),
        "checkpoint.legacy.pth": saved(checkpoint, _use_new_zipfile_serialization=False),
        "checkpoint.safetensors": safetensors(plain),
        "imagenet.pth": saved({"epoch": 90, "state_dict": plain, "best_acc1": torch.tensor(76.1)}),
        "model_wrapper.pth": saved({"model": dict(plain), "args": {"lr": 0.1}}),
        "plain_dict.pth": saved(dict(plain)),
        "net_wrapper.pth": saved({"net": plain, "acc": 91.5, "epoch": 7, "history": {"loss": [1.5, 2]}}),
        "ema_wrapper.pth": saved({"step": torch.tensor(7), "ema": dict(plain)}),
        "two_networks.pth": saved({"generator": plain, "critic": dict(plain)}),
        "protocol4.pth": saved(plain, pickle_protocol=4),
    }
    values = torch.tensor([1.5, -2.0, 3.0, 0.25, 5.0, -6.0])
    files["python2.pth"] = python2(raw(values))
    files["python2.safetensors"] = safetensors({"weight": values[:4].view(2, 2), "bias": values[4:]})
    out = io.BytesIO()
    torch.jit.save(torch.jit.script(Network()), out)
    files["network.pt"] = out.getvalue()
    for label, kept in (("namespace", argparse.Namespace(lr=0.1)), ("numpy_scalar", numpy.float64(76.1)),
                        ("set", {"train", "test"}), ("path", pathlib.PurePosixPath("runs/7")),
                        ("defaultdict", collections.defaultdict(list)), ("time", datetime.datetime(2018, 1, 2)),
                        ("bytes", b"\xff"), ("array", numpy.zeros(3))):
        files[f"checkpoint_{label}.pth"] = saved({"epoch": 7, "kept": kept, "state_dict": plain})
    for label, data in hostile().items():
        files[f"hostile/{label}.pth"] = data

    os.makedirs(os.path.join(folder, "hostile"), exist_ok=True)
    for label, data in files.items():
        assert len(data) < 20_000, label
        with open(os.path.join(folder, label), "wb") as file:
            file.write(data)
    print(len(files), "files,", sum(map(len, files.values())), "bytes")


main(sys.argv[1])
