# SPDX-License-Identifier: Apache-2.0
"""TensorFlow on real models: the same ONNX file and the same answers as the others, what it tells of its run, what it refuses."""

import contextlib
import json
import pathlib
import sqlite3

import numpy
import onnx
import pytest
import saved_model
from conftest import CACHE, NOT_OK, OK, QUICK, USAGE
from models import floats, linear, save, with_unknown_operator
from onnx import helper, numpy_helper

INSTALLED = sorted((CACHE / "engines/tensorflow").glob("[0-9]*"))
pytestmark = pytest.mark.skipif(not INSTALLED, reason="TensorFlow is not in the cache; run script/bootstrap")

BOTH = ["--engine", "onnxruntime,tensorflow"]
ROWS = ["--shape", "x=2x8"]


def weights(name: str, *dims: int) -> numpy_helper.onnx.TensorProto:
    values = numpy.random.default_rng(len(name)).standard_normal(dims) / 4
    return numpy_helper.from_array(values.astype(numpy.float32), name)


def image_network(path: pathlib.Path) -> pathlib.Path:
    """Convolution, depthwise convolution with a bias, pooling with padding, a product."""
    nodes = [
        helper.make_node("Conv", ["x", "a"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("BatchNormalization", ["c1", "scale", "offset", "mean", "variance"], ["n1"]),
        helper.make_node("Relu", ["n1"], ["r1"]),
        helper.make_node("Conv", ["r1", "depth", "bias"], ["c2"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=8, strides=[2, 2]),
        helper.make_node("Clip", ["c2", "zero", "six"], ["r2"]),
        helper.make_node("MaxPool", ["r2"], ["p"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("GlobalAveragePool", ["p"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "fc", "fb"], ["y"], transB=1),
    ]
    numbers = [numpy_helper.from_array(numpy.array(value, numpy.float32), name) for name, value in (("zero", 0), ("six", 6))]
    variance = numpy_helper.from_array(numpy.full(8, 0.5, numpy.float32), "variance")
    parameters = [weights("a", 8, 3, 3, 3), weights("depth", 8, 1, 3, 3), weights("fc", 10, 8), weights("fb", 10)]
    parameters += [weights(name, 8) for name in ("scale", "offset", "mean", "bias")]
    return save(path, nodes, [floats("x", ["N", 3, 32, 32])], [floats("y", ["N", 10])], [*parameters, *numbers, variance])


def normalising(path: pathlib.Path) -> pathlib.Path:
    """Layer normalisation of small numbers, which an epsilon that is too large changes."""
    nodes = [
        helper.make_node("Mul", ["x", "small"], ["s"]),
        helper.make_node("LayerNormalization", ["s", "scale", "offset"], ["y"], epsilon=1e-12),
    ]
    small = numpy_helper.from_array(numpy.array(0.01, numpy.float32), "small")
    return save(path, nodes, [floats("x", ["N", 64])], [floats("y", ["N", 64])], [small, weights("scale", 64), weights("offset", 64)])


def effective_of(joulemark) -> dict:
    """What the trial of a store says that really ran."""
    with contextlib.closing(sqlite3.connect(joulemark.home / "s.sqlite")) as store:
        return json.loads(store.execute("select effective_json from trial").fetchone()[0])


@pytest.mark.parametrize("model", [linear, image_network, normalising])
def test_answers_are_those_of_onnx_runtime(with_engines, tmp_path, model):
    outcome = with_engines("compare", model(tmp_path / "m.onnx"), *BOTH, "--batch", "3", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_a_layout_that_is_asked_for_runs_and_is_told(with_engines, tmp_path, layout):
    model = image_network(tmp_path / "m.onnx")
    options = ["--option", f"tensorflow.layout={layout}", "--store", "s.sqlite"]
    outcome = with_engines("compare", model, "--engine", "tensorflow", *options, *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    told = effective_of(with_engines)
    assert told["layout"] == layout and "layout_trial" not in told
    assert layout.upper() in told["layouts"]


def test_the_optimiser_is_shown_to_be_active(with_engines, tmp_path):
    model = image_network(tmp_path / "m.onnx")
    outcome = with_engines("compare", model, "--engine", "tensorflow", *QUICK, "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err + outcome.out
    told = effective_of(with_engines)
    assert told["fused"]["Conv2D+FusedBatchNorm+Relu"] == 1
    assert told["onednn_nodes"] > 0 and told["precision"] == "f32"
    assert told["layout"] in ("nhwc", "nchw") and told["layout_trial"]


def test_a_product_of_rows_of_open_sizes_is_fused_with_its_bias(with_engines, tmp_path):
    nodes = [helper.make_node("MatMul", ["x", "W"], ["xw"]), helper.make_node("Add", ["b", "xw"], ["y"])]
    ports = [[floats(name, ["batch", "length", 8])] for name in "xy"]
    model = save(tmp_path / "m.onnx", nodes, *ports, [weights("W", 8, 8), weights("b", 8)])
    outcome = with_engines("compare", model, "--engine", "tensorflow", "--shape", "x=2x3x8", *QUICK, "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err + outcome.out
    assert effective_of(with_engines)["fused"] == {"MatMul+BiasAdd": 1}


def encoder_layer(path: pathlib.Path) -> pathlib.Path:
    """Two linear layers with GELU between them, as exporters write it."""
    nodes = [
        helper.make_node("MatMul", ["x", "W1"], ["a"]),
        helper.make_node("Add", ["a", "b1"], ["h"]),
        helper.make_node("Div", ["h", "root"], ["d"]),
        helper.make_node("Erf", ["d"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["f"]),
        helper.make_node("Mul", ["h", "f"], ["g"]),
        helper.make_node("Mul", ["g", "half"], ["i"]),
        helper.make_node("MatMul", ["i", "W2"], ["j"]),
        helper.make_node("Add", ["b2", "j"], ["y"]),
    ]
    values = {"root": 2**0.5, "one": 1, "half": 0.5}
    numbers = [numpy_helper.from_array(numpy.array(value, numpy.float32), name) for name, value in values.items()]
    parameters = [weights("W1", 8, 32), weights("b1", 32), weights("W2", 32, 8), weights("b2", 8)]
    return save(path, nodes, [floats("x", ["batch", "length", 8])], [floats("y", ["batch", "length", 8])], [*parameters, *numbers])


def test_a_gelu_in_five_nodes_is_fused_with_the_product_in_front(with_engines, tmp_path):
    model = encoder_layer(tmp_path / "m.onnx")
    outcome = with_engines("compare", model, *BOTH, "--shape", "x=2x3x8", *QUICK)
    assert outcome.status == OK and "different" not in outcome.out, outcome.err + outcome.out
    outcome = with_engines("compare", model, "--engine", "tensorflow", "--shape", "x=2x3x8", *QUICK, "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err + outcome.out
    assert effective_of(with_engines)["fused"] == {"MatMul+BiasAdd": 1, "MatMul+BiasAdd+GeluExact": 1}


def recurrent(kind: str, length: int | str, direction: str):
    def make(path: pathlib.Path) -> pathlib.Path:
        gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
        both = 2 if direction == "bidirectional" else 1
        node = helper.make_node(kind, ["x", "W", "R", "B"], ["y", "last"], hidden_size=6, direction=direction)
        parameters = [weights("W", both, gates * 6, 4), weights("R", both, gates * 6, 6), weights("B", both, 2 * gates * 6)]
        outputs = [floats("y", [length, both, "N", 6]), floats("last", [both, "N", 6])]
        return save(path, [node], [floats("x", [length, "N", 4])], outputs, parameters)

    return make


@pytest.mark.parametrize(
    ("kind", "length", "direction"),
    [("LSTM", "steps", "bidirectional"), ("GRU", "steps", "reverse"), ("RNN", 20, "forward"), ("LSTM", 3, "reverse")],
)
def test_a_recurrent_network_of_any_length_answers_as_onnx_runtime(with_engines, tmp_path, kind, length, direction):
    model = recurrent(kind, length, direction)(tmp_path / "m.onnx")
    steps = 5 if length == "steps" else length
    outcome = with_engines("compare", model, *BOTH, "--shape", f"x={steps}x2x4", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def looping(path: pathlib.Path) -> pathlib.Path:
    """As a scripted model: rows of x are added one by one, each by a branch, and all sums are stacked."""
    row = [floats("r", [8])]
    doubled = helper.make_graph([helper.make_node("Add", ["row", "row"], ["t"])], "then", [], [floats("t", [8])])
    scaled = helper.make_graph([helper.make_node("Mul", ["row", "scale"], ["o"])], "else", [], [floats("o", [8])])
    turn = [
        helper.make_node("Gather", ["x", "i"], ["row"], axis=0),
        helper.make_node("ReduceSum", ["row"], ["total"], keepdims=0),
        helper.make_node("Greater", ["total", "zero"], ["positive"]),
        helper.make_node("If", ["positive"], ["r"], then_branch=doubled, else_branch=scaled),
        helper.make_node("Add", ["sum", "r"], ["next"]),
        helper.make_node("Identity", ["go"], ["more"]),
        helper.make_node("Identity", ["next"], ["seen"]),
    ]
    flag = onnx.TensorProto.BOOL
    inputs = [
        helper.make_tensor_value_info("i", onnx.TensorProto.INT64, []),
        helper.make_tensor_value_info("go", flag, []),
        floats("sum", [8]),
    ]
    outputs = [helper.make_tensor_value_info("more", flag, []), floats("next", [8]), floats("seen", [8])]
    body = helper.make_graph(turn, "turn", inputs, outputs, value_info=row)
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"], end=1),
        helper.make_node("Squeeze", ["shape"], ["count"]),
        helper.make_node("Loop", ["count", "", "start"], ["last", "all"], body=body),
    ]
    numbers = [numpy_helper.from_array(numpy.array(0, numpy.float32), "zero"), weights("scale", 8), weights("start", 8)]
    return save(path, nodes, [floats("x", ["N", 8])], [floats("last", [8]), floats("all", ["N", 8])], numbers)


def test_loops_and_branches_answer_as_onnx_runtime(with_engines, tmp_path):
    outcome = with_engines("compare", looping(tmp_path / "m.onnx"), *BOTH, "--shape", "x=5x8", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def of_open_rank(path: pathlib.Path) -> pathlib.Path:
    """As torch.onnx writes squeeze(-1) of an open size: a branch takes the axis away, and what follows tells the rank."""
    squeezed = helper.make_graph([helper.make_node("Squeeze", ["x", "last"], ["s"])], "then", [], [floats("s", None)])
    same = helper.make_graph([helper.make_node("Identity", ["x"], ["i"])], "else", [], [floats("i", None)])
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "last"], ["size"]),
        helper.make_node("Equal", ["size", "one"], ["single"]),
        helper.make_node("If", ["single"], ["z"], then_branch=squeezed, else_branch=same),
        helper.make_node("Unsqueeze", ["z", "last"], ["u"]),
        helper.make_node("Conv", ["u", "W"], ["y"]),
    ]
    numbers = [numpy_helper.from_array(numpy.array([value], numpy.int64), name) for name, value in (("last", -1), ("one", 1))]
    return save(path, nodes, [floats("x", ["N", 4, "L"])], [floats("y", ["N", 3, 1])], [*numbers, weights("W", 3, 4, 1)])


def test_a_rank_that_a_branch_decides_is_told_by_what_follows(with_engines, tmp_path):
    outcome = with_engines("compare", of_open_rank(tmp_path / "m.onnx"), *BOTH, "--shape", "x=2x4x1", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def test_building_is_a_phase_of_its_own(with_engines, tmp_path):
    model = image_network(tmp_path / "m.onnx")
    outcome = with_engines("compare", model, "--engine", "tensorflow", *QUICK, "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err + outcome.out
    with contextlib.closing(sqlite3.connect(with_engines.home / "s.sqlite")) as store:
        phases = [name for (name,) in store.execute("select phase from trial_phase order by rowid")]
    assert phases[:3] == ["load", "build", "warmup"]


def test_without_the_optimiser_nothing_is_fused(with_engines, tmp_path):
    model = linear(tmp_path / "m.onnx")
    options = ["--option", "tensorflow.optimize=0", "--store", "s.sqlite"]
    outcome = with_engines("compare", model, "--engine", "tensorflow", *options, *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert effective_of(with_engines)["fused"] == {}


@pytest.mark.parametrize(("choice", "variables"), [("auto", 1), ("constant", 0), ("variable", 1)])
def test_large_matrices_are_variables_unless_told_otherwise(with_engines, tmp_path, choice, variables):
    model = linear(tmp_path / "m.onnx", width=512)
    options = ["--option", f"tensorflow.weights={choice}", "--store", "s.sqlite"]
    outcome = with_engines("compare", model, "--engine", "tensorflow", *options, *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert effective_of(with_engines)["variables"] == variables


def test_an_operator_that_it_lacks_is_named(with_engines, tmp_path):
    outcome = with_engines("compare", with_unknown_operator(tmp_path / "m.onnx"), "--engine", "tensorflow", *QUICK)
    assert outcome.status == NOT_OK
    assert "example.nowhere.NobodyHasThis" in outcome.out + outcome.err


def test_options_that_exclude_each_other_are_refused(with_engines, tmp_path):
    options = ["--option", "tensorflow.optimize=0", "--option", "tensorflow.layout=nhwc"]
    outcome = with_engines("compare", linear(tmp_path / "m.onnx"), "--engine", "tensorflow", *options, *QUICK)
    assert outcome.status in (NOT_OK, USAGE)
    assert "it is the optimiser that converts to it" in outcome.out + outcome.err


def test_its_operators_are_listed(with_engines):
    outcome = with_engines("engines", "tensorflow", "--operators")
    assert outcome.status == OK, outcome.err
    assert "LayerNormalization" in outcome.out and "BatchNormalization" in outcome.out


def with_saved_model(folder: pathlib.Path, factor: float) -> pathlib.Path:
    """A folder with one network as ONNX and as a SavedModel, the weights of which are multiplied."""
    graph = onnx.load(linear(folder / "model.onnx")).graph
    saved_model.product(folder, factor * numpy_helper.to_array(graph.initializer[0]))
    return folder


def test_a_saved_model_answers_as_the_onnx_file_beside_it(with_engines, tmp_path):
    outcome = with_engines("compare", with_saved_model(tmp_path / "m", 1), *BOTH, "--batch", "3", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def test_a_saved_model_reads_its_variables(with_engines, tmp_path):
    graph = onnx.load(linear(tmp_path / "m/model.onnx", width=8)).graph
    writer = saved_model.writer_of_a_variable(tmp_path / "w", numpy_helper.to_array(graph.initializer[0]), tmp_path / "m")
    written = with_engines("compare", writer, "--engine", "tensorflow", *ROWS, *QUICK)
    assert written.status == OK, written.err + written.out
    saved_model.of_a_variable(tmp_path / "m", 8)
    outcome = with_engines("compare", tmp_path / "m", *BOTH, *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def test_another_answer_of_a_saved_model_is_seen(with_engines, tmp_path):
    outcome = with_engines("compare", with_saved_model(tmp_path / "m", 2), *BOTH, *QUICK)
    assert "different" in outcome.out, outcome.err + outcome.out


@pytest.mark.parametrize("name", ["", "saved_model.pb"])
def test_a_saved_model_runs_alone_by_its_folder_and_its_file(with_engines, tmp_path, name):
    folder = saved_model.product(tmp_path / "m", numpy.eye(8))
    outcome = with_engines("compare", folder / name, "--engine", "tensorflow", *ROWS, *QUICK, "--store", "s.sqlite")
    assert outcome.status == OK, outcome.err + outcome.out
    assert effective_of(with_engines)["precision"] == "f32"


def test_a_saved_model_without_its_variables_is_refused(with_engines, tmp_path):
    folder = saved_model.of_a_variable(tmp_path / "m", 8)
    outcome = with_engines("compare", folder, "--engine", "tensorflow", *ROWS, *QUICK)
    assert outcome.status == NOT_OK
    assert "'variables/variables.index' is missing" in outcome.out + outcome.err


def cut(file: pathlib.Path, bytes_left: int | None = None) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 if bytes_left is None else bytes_left])


@pytest.mark.parametrize(("bytes_left", "reason"), [(None, "cut off or damaged"), (0, "no graph for serving")])
def test_a_saved_model_that_is_cut_off_is_refused(with_engines, tmp_path, bytes_left, reason):
    folder = saved_model.product(tmp_path / "m", numpy.eye(8))
    cut(folder / "saved_model.pb", bytes_left)
    outcome = with_engines("compare", folder, "--engine", "tensorflow", *ROWS, *QUICK)
    assert outcome.status == NOT_OK
    assert reason in outcome.out + outcome.err and str(folder) in outcome.out + outcome.err


@pytest.mark.parametrize("name", ["variables.index", "variables.data-00000-of-00001"])
def test_variables_that_are_cut_off_are_refused(with_engines, tmp_path, name):
    writer = saved_model.writer_of_a_variable(tmp_path / "w", numpy.eye(8), tmp_path / "m")
    written = with_engines("compare", writer, "--engine", "tensorflow", *ROWS, *QUICK)
    assert written.status == OK, written.err + written.out
    folder = saved_model.of_a_variable(tmp_path / "m", 8)
    cut(folder / "variables" / name)
    outcome = with_engines("compare", folder, "--engine", "tensorflow", *ROWS, *QUICK)
    assert outcome.status == NOT_OK
    assert "copy the whole folder again" in outcome.out + outcome.err


def test_a_signature_of_strings_is_named(with_engines, tmp_path):
    folder = saved_model.of_texts(tmp_path / "m")
    outcome = with_engines("compare", folder, "--engine", "tensorflow", *ROWS, *QUICK)
    assert outcome.status == NOT_OK
    assert "'x' of its signature has the element type string" in outcome.out + outcome.err


def test_a_signature_that_a_saved_model_lacks_is_named(with_engines, tmp_path):
    folder = saved_model.product(tmp_path / "m", numpy.eye(8))
    outcome = with_engines("compare", folder, "--engine", "tensorflow", "--option", "tensorflow.signature=predict", *ROWS, *QUICK)
    assert outcome.status == NOT_OK
    assert "no signature 'predict'" in outcome.out + outcome.err


def test_a_saved_model_is_refused_for_other_engines(with_engines, tmp_path):
    folder = saved_model.product(tmp_path / "m", numpy.eye(8))
    outcome = with_engines("compare", folder, "--engine", "onnxruntime", *QUICK)
    assert outcome.status == USAGE
    assert "cannot load" in outcome.out + outcome.err
