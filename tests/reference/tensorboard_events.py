#!/usr/bin/env python3
"""Golden event files for tests/store/event_file_test.cpp and tests/store/run_export_test.cpp: Google's protobuf library
encodes the messages (their fields as in tensorflow/core/util/event.proto and framework/summary.proto), and the CRC-32C
is computed bit by bit. Needs Debian's python3-protobuf (made with 3.21.12).

    /usr/bin/python3 tests/reference/tensorboard_events.py tests/store/golden
"""
import math
import pathlib
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

F = descriptor_pb2.FieldDescriptorProto


def message_classes():
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="reference", syntax="proto3")
    value = file.message_type.add(name="Value")
    value.field.add(name="tag", number=1, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL)
    value.field.add(name="simple_value", number=2, type=F.TYPE_FLOAT, label=F.LABEL_OPTIONAL, oneof_index=0)
    value.oneof_decl.add(name="value")
    summary = file.message_type.add(name="Summary")
    summary.field.add(name="value", number=1, type=F.TYPE_MESSAGE, type_name=".reference.Value", label=F.LABEL_REPEATED)
    event = file.message_type.add(name="Event")
    event.field.add(name="wall_time", number=1, type=F.TYPE_DOUBLE, label=F.LABEL_OPTIONAL)
    event.field.add(name="step", number=2, type=F.TYPE_INT64, label=F.LABEL_OPTIONAL)
    event.field.add(name="file_version", number=3, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL, oneof_index=0)
    event.field.add(name="summary", number=5, type=F.TYPE_MESSAGE, type_name=".reference.Summary",
                    label=F.LABEL_OPTIONAL, oneof_index=0)
    event.oneof_decl.add(name="what")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return factory.GetPrototype(pool.FindMessageTypeByName("reference.Event"))


Event = message_classes()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283  # the check value of the CRC catalogues


def record(event):
    data = event.SerializeToString()
    masked = lambda part: struct.pack("<I", (((crc32c(part) >> 15) | (crc32c(part) << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def scalars(wall_time, step, values):
    event = Event(wall_time=wall_time, step=step)
    event.summary.SetInParent()
    for tag, number in values:
        value = event.summary.value.add(tag=tag)
        value.simple_value = number
    return record(event)


def version(wall_time):
    return record(Event(wall_time=wall_time, file_version="brain.Event:2"))


store = pathlib.Path(sys.argv[1])
store.joinpath("events.tfevents").write_bytes(
    version(1767322000.25)
    + scalars(1767322001.5, 1, [("loss/train", 0.1), ("loss/validation", math.inf)])
    + scalars(1767322003.75, 300, [("ünïcode/" + "x" * 200, -1e30)])
    + scalars(1767322004.0, 2**40, []))

created = 1767323045.0  # 2026-01-02T03:04:05Z
loss = lambda train, validation: [("loss/train", train), ("loss/validation", validation), ("loss/predict_the_mean", 0.3)]
store.joinpath("run.tfevents").write_bytes(
    version(created)
    + scalars(created + 0.5, 1, loss(0.5, 0.4))
    + scalars(created + 1.25, 2, loss(0.4, 0.25))
    + scalars(created + 3.25, 3, loss(0.3, math.inf))
    + scalars(created + 1.25, 2, [("test/spearman", 0.5), ("test/r2", -0.25), ("test/mae", 0.125)]))
