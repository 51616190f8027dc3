# SPDX-License-Identifier: Apache-2.0
"""What is not the same work is listed with its reason and never ranked."""

from conftest import OK, QUICK
from models import save
from onnx import TensorProto, helper

ENGINES = ["--engine", "onnxruntime,openvino"]


def caveats(report: dict) -> dict[str, str]:
    return {caveat["code"]: caveat["message"] for caveat in report["caveats"]}


def typed(path, kind: int, operator: str = "Identity"):
    """y = operator(x) for [2, 3] elements of one type."""
    port = lambda name: helper.make_tensor_value_info(name, kind, [2, 3])  # noqa: E731
    return save(path, [helper.make_node(operator, ["x"], ["y"])], [port("x")], [port("y")])


def test_a_precision_other_than_the_label_is_said(joulemark):
    outcome = joulemark("compare", "null:x", "--option", "null.precision=bf16", *QUICK, "--json")
    assert outcome.status == OK, outcome.err
    assert "ran at bf16, not f32" in caveats(outcome.json)["precision"]


def test_engines_that_ran_at_different_precisions_are_not_ranked_against_each_other(with_engines):
    model = typed(with_engines.home / "half.onnx", TensorProto.FLOAT16)
    outcome = with_engines("compare", model, *ENGINES, *QUICK, "--json")
    assert outcome.status == OK, outcome.err
    rows = {row["configuration"]["engine"]: row for row in outcome.json["rows"]}
    assert rows["onnxruntime"]["standing"] == "unranked" and rows["onnxruntime"]["reason"] == "ran at f16, not f32"
    assert rows["openvino"]["standing"] == "best"


def test_configurations_that_all_ran_at_another_precision_are_compared_and_it_is_said(with_engines):
    model = typed(with_engines.home / "half.onnx", TensorProto.FLOAT16)
    outcome = with_engines("compare", model, "--engine", "onnxruntime", "--threads", "1,2", *QUICK, "--json")
    assert outcome.status == OK, outcome.err
    assert all(row["standing"] != "unranked" for row in outcome.json["rows"])
    assert "ran at f16, not f32" in caveats(outcome.json)["precision"]
