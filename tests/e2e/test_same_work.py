# SPDX-License-Identifier: Apache-2.0
"""What is not the same work is listed with its reason and never ranked."""

import json

import numpy
from conftest import NOT_OK, OK, QUICK, contents_of
from models import floats, linear, save
from onnx import TensorProto, helper, numpy_helper

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


def test_a_winner_whose_outputs_were_checked_against_nothing_says_so(with_engines):
    table = numpy_helper.from_array(numpy.zeros((4, 2), numpy.float32), "table")
    index = numpy_helper.from_array(numpy.array([100]), "index")  # one engine checks it, the other does not
    nodes = [helper.make_node("Gather", ["table", "index"], ["row"]), helper.make_node("Add", ["x", "row"], ["y"])]
    model = save(with_engines.home / "gather.onnx", nodes, [floats("x", [1, 2])], [floats("y", [1, 2])], [table, index])
    outcome = with_engines("compare", model, *ENGINES, *QUICK, "--json")
    assert outcome.status == NOT_OK, outcome.err
    assert "checked against nothing for openvino" in caveats(outcome.json)["unchecked"]


def test_a_model_whose_outputs_change_from_run_to_run_is_told_from_one_that_differs(with_engines):
    model = save(with_engines.home / "random.onnx", [helper.make_node("RandomUniformLike", ["x"], ["y"])], [floats("x", [4])], [floats("y", [4])])
    outcome = with_engines("compare", model, "--engine", "onnxruntime", *QUICK, "--json")
    assert outcome.status == NOT_OK, outcome.err
    assert outcome.json["rows"][0]["reason"].startswith("not deterministic: its outputs differ from one run to the next")


def test_a_model_file_that_changes_during_the_run_fails_its_trials(with_engines):
    model = linear(with_engines.home / "m.onnx")
    process = with_engines.start("compare", model, "--engine", "onnxruntime", "--repetitions", "20", "--duration", "0.3",
                                 "--warmup-min", "0", "--store", "s.sqlite")  # fmt: skip
    for line in process.stderr:
        if "2/20" in line:
            break
    linear(model, width=32)
    process.communicate(timeout=60)
    assert process.returncode == NOT_OK
    with contents_of(with_engines.home / "s.sqlite") as store:
        trials = store.execute("select status, reason from trial order by block").fetchall()
        facts = dict(json.loads(store.execute("select facts from model").fetchone()[0]))
    assert trials[0][0] == "ok" and trials[-1][0] == "failed" and len(trials) == 20
    assert "has changed since the experiment began" in trials[-1][1]
    assert len(facts["fnv1a64"]) == 16 and int(facts["bytes"]) > 64 * 64 * 4
