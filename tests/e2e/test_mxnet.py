# SPDX-License-Identifier: Apache-2.0
"""MXNet on real models: the same ONNX file and the same answers as the others, what it tells of its run, what it refuses."""

import contextlib
import json
import pathlib
import sqlite3

import numpy
import pytest
from conftest import CACHE, NOT_OK, OK, QUICK
from models import floats, linear, save, with_unknown_operator
from onnx import TensorProto, helper, numpy_helper

INSTALLED = sorted((CACHE / "engines/mxnet").glob("[0-9]*"))
pytestmark = pytest.mark.skipif(not INSTALLED, reason="MXNet is not in the cache; run script/bootstrap")

BOTH = ["--engine", "onnxruntime,mxnet"]


def weights(name: str, *dims: int) -> numpy_helper.onnx.TensorProto:
    values = numpy.random.default_rng(len(name)).standard_normal(dims) / 4
    return numpy_helper.from_array(values.astype(numpy.float32), name)


def number(name: str, value: float) -> numpy_helper.onnx.TensorProto:
    return numpy_helper.from_array(numpy.array(value, numpy.float32), name)


def image_network(path: pathlib.Path) -> pathlib.Path:
    """Convolution, depthwise convolution with a bias, uneven padding, pooling, a product."""
    nodes = [
        helper.make_node("Conv", ["x", "a"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("BatchNormalization", ["c1", "scale", "offset", "mean", "variance"], ["n1"]),
        helper.make_node("Relu", ["n1"], ["r1"]),
        helper.make_node("Conv", ["r1", "depth", "bias"], ["c2"], kernel_shape=[3, 3], pads=[0, 0, 1, 1], group=8, strides=[2, 2]),
        helper.make_node("Clip", ["c2", "zero", "six"], ["r2"]),
        helper.make_node("MaxPool", ["r2"], ["p"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["p"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "fc", "fb"], ["y"], transB=1),
    ]
    variance = numpy_helper.from_array(numpy.full(8, 0.5, numpy.float32), "variance")
    parameters = [weights("a", 8, 3, 3, 3), weights("depth", 8, 1, 3, 3), weights("fc", 10, 8), weights("fb", 10)]
    parameters += [weights(name, 8) for name in ("scale", "offset", "mean", "bias")]
    parameters += [number("zero", 0), number("six", 6), variance]
    return save(path, nodes, [floats("x", ["N", 3, 32, 32])], [floats("y", ["N", 10])], parameters)


def gelu(path: pathlib.Path) -> pathlib.Path:
    """A product with a bias, and GELU as exporters write it."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"]),
        helper.make_node("Add", ["b", "p"], ["s"]),
        helper.make_node("Div", ["s", "root"], ["d"]),
        helper.make_node("Erf", ["d"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["e1"]),
        helper.make_node("Mul", ["s", "e1"], ["t"]),
        helper.make_node("Mul", ["t", "half"], ["y"]),
    ]
    numbers = [number("root", 2**0.5), number("one", 1), number("half", 0.5)]
    return save(path, nodes, [floats("x", ["N", 7, 16])], [floats("y", ["N", 7, 24])], [weights("w", 16, 24), weights("b", 24), *numbers])


def weights_as_input(path: pathlib.Path) -> pathlib.Path:
    """A convolution whose weights a run is given."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["c"], ["y"]),
    ]
    return save(path, nodes, [floats("x", [1, 3, 8, 8]), floats("w", [4, 3, 3, 3])], [floats("y", [1, 4, 6, 6])])


def looked_up(path: pathlib.Path) -> pathlib.Path:
    nodes = [helper.make_node("Gather", ["table", "ids"], ["y"])]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [3])
    return save(path, nodes, [ids], [floats("y", [3, 4])], [weights("table", 5, 4)])


def effective_of(joulemark) -> dict:
    """What the trial of a store says that really ran."""
    with contextlib.closing(sqlite3.connect(joulemark.home / "s.sqlite")) as store:
        return json.loads(store.execute("select effective_json from trial").fetchone()[0])


def told_of(with_engines, model: pathlib.Path, *options: str) -> dict:
    outcome = with_engines("compare", model, "--engine", "mxnet", *options, *QUICK, "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err + outcome.out
    return effective_of(with_engines)


@pytest.mark.parametrize("model", [linear, image_network, gelu, weights_as_input])
@pytest.mark.parametrize("fusion", ["0", "1"])
def test_answers_are_those_of_onnx_runtime(with_engines, tmp_path, model, fusion):
    options = ["--option", f"mxnet.fusion={fusion}"]
    outcome = with_engines("compare", model(tmp_path / "m.onnx"), *BOTH, *options, *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def test_a_batch_that_the_model_leaves_open_runs(with_engines, tmp_path):
    outcome = with_engines("compare", image_network(tmp_path / "m.onnx"), *BOTH, "--batch", "1,3", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def test_the_fusions_are_shown_to_be_active(with_engines, tmp_path):
    told = told_of(with_engines, image_network(tmp_path / "m.onnx"))
    assert told["fused"] == {"Convolution+BatchNorm+Activation": 1, "Convolution+clip": 1}
    assert told["onednn_nodes"] == 3 and told["precision"] == "f32"


def test_gelu_is_recognised_in_its_formula(with_engines, tmp_path):
    told = told_of(with_engines, gelu(tmp_path / "m.onnx"))
    assert told["fused"] == {"FullyConnected+LeakyReLU": 1} and told["graph_nodes"] == 1


def test_without_the_option_nothing_is_fused(with_engines, tmp_path):
    told = told_of(with_engines, image_network(tmp_path / "m.onnx"), "--option", "mxnet.fusion=0")
    assert told["fused"] == {} and told["onednn_nodes"] == 0


def test_weights_that_a_run_is_given_are_not_fused(with_engines, tmp_path):
    assert told_of(with_engines, weights_as_input(tmp_path / "m.onnx"))["onednn_nodes"] == 0


def test_a_place_outside_of_a_table_fails(with_engines, tmp_path):
    model = looked_up(tmp_path / "m.onnx")
    numpy.savez(tmp_path / "in.npz", ids=numpy.array([0, 5, 1], numpy.int64))
    outcome = with_engines("compare", model, "--engine", "mxnet", "--inputs", tmp_path / "in.npz", *QUICK)
    assert outcome.status == NOT_OK
    assert "failed" in outcome.out + outcome.err


def test_an_operator_that_it_lacks_is_named(with_engines, tmp_path):
    outcome = with_engines("compare", with_unknown_operator(tmp_path / "m.onnx"), "--engine", "mxnet", *QUICK)
    assert outcome.status == NOT_OK
    assert "example.nowhere.NobodyHasThis" in outcome.out + outcome.err


def test_its_operators_are_listed(with_engines):
    outcome = with_engines("engines", "mxnet", "--operators")
    assert outcome.status == OK, outcome.err
    assert "LayerNormalization" in outcome.out and "BatchNormalization" in outcome.out


def resized(path: pathlib.Path) -> pathlib.Path:
    """Planes made larger by each of MXNet's kernels and by a matrix, padded by themselves, made larger by a transposed convolution."""
    linear_of = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    nodes = [
        helper.make_node("Resize", ["x", "", "twice"], ["r1"], mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        helper.make_node("Resize", ["r1", "", "", "sizes"], ["r2"], **linear_of),
        helper.make_node("Resize", ["r2", "", "twice"], ["r3"], mode="cubic"),
        helper.make_node("Pad", ["r3", "pads"], ["p"], mode="reflect"),
        helper.make_node("ConvTranspose", ["p", "w", "b"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]),
    ]
    numbers = [
        numpy_helper.from_array(numpy.array([1, 1, 2, 2], numpy.float32), "twice"),
        numpy_helper.from_array(numpy.array([2, 3, 24, 12], numpy.int64), "sizes"),
        numpy_helper.from_array(numpy.array([0, 0, 2, 1, 0, 0, 1, 2], numpy.int64), "pads"),
    ]
    return save(path, nodes, [floats("x", [2, 3, 8, 6])], [floats("y", None)], [*numbers, weights("w", 3, 5, 3, 3), weights("b", 5)])


def found_and_scattered(path: pathlib.Path) -> pathlib.Path:
    """The greatest elements, looked up at their places, written to those of another value."""
    nodes = [
        helper.make_node("TopK", ["x", "k"], ["most", "places"]),
        helper.make_node("GatherElements", ["x", "places"], ["same"], axis=1),
        helper.make_node("Add", ["most", "same"], ["twice"]),
        helper.make_node("ScatterElements", ["x", "places", "twice"], ["s"], axis=1),
        helper.make_node("OneHot", ["places", "depth", "values"], ["hot"]),
        helper.make_node("ReduceSum", ["hot", "axes"], ["count"], keepdims=0),
        helper.make_node("Add", ["s", "count"], ["y"]),
    ]
    numbers = [
        numpy_helper.from_array(numpy.array([3], numpy.int64), "k"),
        numpy_helper.from_array(numpy.array(16, numpy.int64), "depth"),
        numpy_helper.from_array(numpy.array([0, 1], numpy.float32), "values"),
        numpy_helper.from_array(numpy.array([1], numpy.int64), "axes"),
    ]
    return save(path, nodes, [floats("x", [4, 16])], [floats("y", [4, 16])], numbers)


def attention(path: pathlib.Path) -> pathlib.Path:
    """Four heads of queries on two of keys, causal."""
    nodes = [helper.make_node("Attention", ["q", "k", "v"], ["y"], q_num_heads=4, kv_num_heads=2, is_causal=1)]
    inputs = [floats("q", ["N", 6, 32]), floats("k", ["N", 6, 16]), floats("v", ["N", 6, 16])]
    return save(path, nodes, inputs, [floats("y", ["N", 6, 32])], opset=23)


def recurrent(path: pathlib.Path) -> pathlib.Path:
    """Two directions, then one backwards from a given state, then one that forgets by resetting."""
    nodes = [
        helper.make_node("LSTM", ["x", "w1", "r1", "b1"], ["y1"], direction="bidirectional", hidden_size=6),
        helper.make_node("Transpose", ["y1"], ["t1"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["t1", "shape"], ["x2"]),
        helper.make_node("RNN", ["x2", "w2", "r2", "", "", "h"], ["y2"], direction="reverse", hidden_size=5),
        helper.make_node("Squeeze", ["y2", "one"], ["x3"]),
        helper.make_node("GRU", ["x3", "w3", "r3", "b3"], ["y", "last"], linear_before_reset=1, hidden_size=4),
    ]
    numbers = [numpy_helper.from_array(numpy.array([7, 3, 12], numpy.int64), "shape"), numpy_helper.from_array(numpy.array([1], numpy.int64), "one")]
    layers = [weights("w1", 2, 24, 8), weights("r1", 2, 24, 6), weights("b1", 2, 48), weights("w2", 1, 5, 12), weights("r2", 1, 5, 5)]
    layers += [weights("h", 1, 3, 5), weights("w3", 1, 12, 5), weights("r3", 1, 12, 4), weights("b3", 1, 24)]
    return save(path, nodes, [floats("x", [7, 3, 8])], [floats("y", [7, 1, 3, 4]), floats("last", [1, 3, 4])], [*numbers, *layers])


def chosen(path: pathlib.Path) -> pathlib.Path:
    """The branch that a constant chooses, which reads a value from around it."""

    def branch(name: str, kind: str):
        return helper.make_graph([helper.make_node(kind, ["x"], [name])], name, [], [floats(name, [2, 3])])

    condition = numpy_helper.from_array(numpy.array(False), "condition")
    node = helper.make_node("If", ["condition"], ["y"], then_branch=branch("a", "Exp"), else_branch=branch("b", "Tanh"))
    return save(path, [node], [floats("x", [2, 3])], [floats("y", [2, 3])], [condition])


@pytest.mark.parametrize("model", [resized, found_and_scattered, attention, recurrent, chosen])
def test_operators_that_are_put_together_answer_as_onnx_runtime(with_engines, tmp_path, model):
    outcome = with_engines("compare", model(tmp_path / "m.onnx"), *BOTH, *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def scattered_by_input(path: pathlib.Path) -> pathlib.Path:
    nodes = [helper.make_node("ScatterND", ["x", "places", "new"], ["y"])]
    places = helper.make_tensor_value_info("places", TensorProto.INT64, [2, 1])
    return save(path, nodes, [floats("x", [5, 4]), places, floats("new", [2, 4])], [floats("y", [5, 4])])


def test_nothing_is_written_to_a_place_outside(with_engines, tmp_path):
    given = {"x": numpy.zeros((5, 4), numpy.float32), "new": numpy.ones((2, 4), numpy.float32), "places": numpy.array([[1], [500000000]])}
    numpy.savez(tmp_path / "in.npz", **given)
    outcome = with_engines("compare", scattered_by_input(tmp_path / "m.onnx"), "--engine", "mxnet", "--inputs", tmp_path / "in.npz", *QUICK)
    assert outcome.status == NOT_OK
    assert "failed" in outcome.out + outcome.err and "crashed" not in outcome.out + outcome.err


def test_sizes_that_no_memory_holds_are_refused(with_engines, tmp_path):
    scales = numpy_helper.from_array(numpy.array([1, 1, 1e30, 1], numpy.float32), "scales")
    nodes = [helper.make_node("Resize", ["x", "", "scales"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [floats("x", [1, 1, 4, 4])], [floats("y", None)], [scales])
    outcome = with_engines("compare", model, "--engine", "mxnet", *QUICK)
    assert outcome.status == NOT_OK
    assert "an axis of 1000000000000000 elements" in outcome.out + outcome.err


def test_building_has_a_phase_of_its_own(with_engines, tmp_path):
    told_of(with_engines, image_network(tmp_path / "m.onnx"))
    with contextlib.closing(sqlite3.connect(with_engines.home / "s.sqlite")) as store:
        phases = [row[0] for row in store.execute("select phase from trial_phase where trial = (select min(id) from trial)")]
    assert "build" in phases
