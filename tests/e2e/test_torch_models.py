# SPDX-License-Identifier: Apache-2.0
"""PyTorch's engines on real models: the same ONNX file as the others, their own files, and what they refuse."""

import numpy
import pytest
from conftest import NOT_OK, OK, QUICK, USAGE
from models import floats, linear, save
from onnx import TensorProto, helper, numpy_helper

PYTORCH = ["--engine", "torch,torchscript"]


@pytest.fixture
def exported(with_engines, tmp_path):
    """A model as ONNX, the TorchScript archive that was written of it, and inputs."""
    source = linear(tmp_path / "linear.onnx")
    archive = tmp_path / "linear.pt"
    outcome = with_engines("export", source, "--to", "torchscript", "-o", archive)
    assert outcome.status == OK, outcome.err
    numpy.savez(tmp_path / "inputs.npz", x=numpy.random.default_rng(1).standard_normal((3, 64)).astype(numpy.float32))
    return source, archive, tmp_path / "inputs.npz"



def test_four_engines_agree_on_one_file(with_engines, tmp_path):
    source = linear(tmp_path / "linear.onnx")
    outcome = with_engines("compare", source, "--engine", "torch,torchscript,onnxruntime,openvino", *QUICK)
    assert outcome.status == OK, outcome.err
    assert outcome.out.count("different") == 0 and "failed" not in outcome.out


@pytest.mark.parametrize("kind", ["graph", "archive"])
def test_planning_is_a_phase_apart_from_reading(with_engines, exported, tmp_path, kind):
    _, archive, inputs = exported
    model = [archive, "--inputs", inputs] if kind == "archive" else [linear(tmp_path / "linear.onnx")]
    rows = with_engines("compare", *model, *PYTORCH, *QUICK, "--json").json["rows"]
    assert len(rows) == 2
    for row in rows:
        assert row["metrics"]["build_s"]["value"] > 0 and row["metrics"]["load_s"]["value"] > 0, row["configuration"]


def test_an_archive_runs_on_both_engines_and_gives_the_same_answers(with_engines, exported):
    _, archive, inputs = exported
    outcome = with_engines("compare", archive, *PYTORCH, "--inputs", inputs, *QUICK)
    assert outcome.status == OK, outcome.err
    outcome = with_engines("compare", archive, *PYTORCH, "--shape", "x=5x64", *QUICK)
    assert outcome.status == OK, outcome.err


def test_an_archive_needs_shapes_or_inputs(with_engines, exported):
    outcome = with_engines("compare", exported[1], *PYTORCH, *QUICK)
    assert outcome.status == USAGE
    assert "does not say the shapes of its inputs" in outcome.err and "--shape" in outcome.err


def test_an_archive_is_no_model_for_the_other_engines(with_engines, exported):
    outcome = with_engines("compare", exported[1], "--engine", "onnxruntime", "--shape", "x=1x64", *QUICK)
    assert outcome.status == USAGE and "it takes onnx files" in outcome.err


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_damaged_archive_is_told_from_a_model(with_engines, exported, size):
    archive = exported[1]
    archive.write_bytes(archive.read_bytes()[:size] if size >= 0 else b"PK\3\4" + bytes(4000))
    outcome = with_engines("compare", archive, *PYTORCH, "--shape", "x=1x64", *QUICK)
    assert outcome.status == NOT_OK
    assert "is no TorchScript archive that can be read" in outcome.err + outcome.out
    assert "frame #" not in outcome.err + outcome.out


def test_a_damaged_package_is_told_from_a_model(with_engines, tmp_path):
    (tmp_path / "model.pt2").write_bytes(b"PK\3\4" + bytes(4000))
    outcome = with_engines("compare", tmp_path / "model.pt2", "--engine", "torch", "--shape", "input_0=1", *QUICK)
    assert outcome.status == NOT_OK and "is no AOTInductor package that can be opened" in outcome.err + outcome.out


def test_an_operator_outside_the_table_is_named_with_its_node(with_engines, tmp_path):
    nodes = [helper.make_node("Bogus", ["x"], ["y"], name="odd_one", domain="my.own")]
    source = save(tmp_path / "odd.onnx", nodes, [floats("x", [1, 4])], [floats("y", [1, 4])], domains=["my.own"])
    outcome = with_engines("compare", source, *PYTORCH, *QUICK)
    assert outcome.status == NOT_OK
    assert "node 'odd_one' (my.own.Bogus, opset 1): unsupported operator" in outcome.err + outcome.out


def test_a_run_that_fails_names_the_node(with_engines, tmp_path):
    """The shape is in the file and does not fit what the user gives."""
    shape = numpy_helper.from_array(numpy.array([7, 3], numpy.int64), "shape")
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["y"], name="reshaped")]
    source = save(tmp_path / "m.onnx", nodes, [floats("x", ["n", 4])], [floats("y", [7, 3])], [shape])
    for engine in ("torch", "torchscript"):
        outcome = with_engines("compare", source, "--engine", engine, "--shape", "x=2x4", *QUICK)
        assert outcome.status == NOT_OK
        assert "reshaped" in outcome.err + outcome.out and "frame #" not in outcome.err + outcome.out


def test_optimize_is_recorded_as_what_really_ran(with_engines, tmp_path):
    source = linear(tmp_path / "linear.onnx")
    for value in ("none", "freeze", "onednn-prepack"):
        outcome = with_engines("compare", source, "--engine", "torch", "--option", f"torch.optimize={value}", *QUICK)
        assert outcome.status == OK, outcome.err
        outcome = with_engines("report", "--json")
        assert f'"optimize":"{value}"' in outcome.out.replace('": "', '":"')


def test_a_model_cannot_be_exported_over_itself_or_to_an_unknown_format(with_engines, tmp_path):
    source = linear(tmp_path / "linear.onnx")
    before = source.read_bytes()
    assert with_engines("export", source, "--to", "torchscript", "-o", source).status == USAGE
    assert source.read_bytes() == before
    outcome = with_engines("export", source, "--to", "coreml")
    assert outcome.status == USAGE and "there is: torchscript" in outcome.err
    assert with_engines("export", tmp_path / "absent.onnx", "--to", "torchscript").status == USAGE


def test_an_export_that_cannot_be_written_says_so_and_leaves_nothing(with_engines, tmp_path):
    source = linear(tmp_path / "linear.onnx")
    outcome = with_engines("export", source, "--to", "torchscript", "-o", tmp_path / "absent/linear.pt")
    assert outcome.status == USAGE and "absent" in outcome.err
    outcome = with_engines("export", source, "--to", "torchscript", "-o", "/dev/full")
    assert outcome.status != OK


def test_several_outputs_of_an_exported_model_come_back(with_engines, tmp_path):
    nodes = [helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Shape", ["x"], ["b"])]
    outputs = [floats("a", ["n", 4]), helper.make_tensor_value_info("b", TensorProto.INT64, [2])]
    source = save(tmp_path / "two.onnx", nodes, [floats("x", ["n", 4])], outputs)
    assert with_engines("export", source, "--to", "torchscript", "-o", tmp_path / "two.pt").status == OK
    outcome = with_engines("compare", tmp_path / "two.pt", *PYTORCH, "--shape", "x=3x4", *QUICK)
    assert outcome.status == OK, outcome.err
