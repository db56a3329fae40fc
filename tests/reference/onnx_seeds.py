#!/usr/bin/python3
"""Small ONNX files of every kind of setting and tensor, by Debian's python3-onnx, for tests/fuzz:

    tests/reference/onnx_seeds.py tests/fuzz/corpus/onnx_file
"""

import pathlib
import sys

import numpy
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(sys.argv[1])
FOLDER.mkdir(parents=True, exist_ok=True)


def save(name, nodes, constants=(), opset=17):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, None])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.example", 1)])
    (FOLDER / name).write_bytes(model.SerializeToString())


save("settings", [helper.make_node("Any", ["x", "", "c"], ["y", ""], name="n", domain="com.example", f=1.5, i=-3, s="text",
                                   fs=[1.0, 2.0], is_=[3, -4], ss=["a", "b"], t=numpy_helper.from_array(numpy.eye(2)))])
for dtype in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"):
    array = numpy.arange(6).reshape(2, 3).astype(dtype)
    kind = numpy_helper.from_array(array).data_type
    values = array.flatten().tolist() if dtype != "float16" else array.flatten().view("uint16").tolist()
    save(dtype, [helper.make_node("Relu", ["x"], ["y"])],
         [numpy_helper.from_array(array, "raw"), helper.make_tensor("listed", kind, [2, 3], array.flatten().tolist())])
save("bfloat16", [], [helper.make_tensor("listed", TensorProto.BFLOAT16, [2], [1.0, 2.0])])
save("empty", [], [helper.make_tensor("none", TensorProto.FLOAT, [0, 3], []), helper.make_tensor("one", TensorProto.INT64, [], [7])])
branch = helper.make_graph([helper.make_node("Neg", ["x"], ["t"])], "b", [],
                           [helper.make_tensor_value_info("t", TensorProto.FLOAT, None)])
save("branches", [helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)],
     [helper.make_tensor("c", TensorProto.BOOL, [], [True])])
outside = helper.make_tensor("far", TensorProto.FLOAT, [2], [1.0, 2.0])
outside.ClearField("float_data")
outside.data_location = TensorProto.EXTERNAL
for key, value in (("location", "net.data"), ("offset", "8"), ("length", "8")):
    entry = outside.external_data.add()
    entry.key, entry.value = key, value
save("outside", [], [outside])
