# SPDX-License-Identifier: Apache-2.0
"""Workers whose outputs are right and whose windows are not: each lie is named, and its configuration is not ranked."""

import pathlib
import sys

import numpy
import pytest
from conftest import NOT_OK, OK
from models import floats, save
from onnx import helper, numpy_helper

WORKER = pathlib.Path(__file__).with_name("lying_worker.py")
WIDTH = 1024
LAYERS = 8


@pytest.fixture
def liar(joulemark):
    """An engine of NumPy, a model of 134 MFLOP a call, and its input."""
    folder = joulemark.home / "engines/liar"
    folder.mkdir(parents=True)
    (folder / "engine.toml").write_text('name = "liar"\nproviders = ["cpu"]\nmodel_formats = ["onnx"]\nworker = "lie"\n[library]\nneeded = false\n')
    (folder / "lie").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{WORKER}" "$@"\n')
    (folder / "lie").chmod(0o755)
    joulemark.environment["JOULEMARK_ENGINE_PATH"] = str(folder.parent)
    random = numpy.random.default_rng(1)
    weights, nodes, value = [], [], "x"
    for layer in range(LAYERS):
        name = f"w{layer}"
        weights.append(numpy_helper.from_array(random.normal(0, WIDTH**-0.5, (WIDTH, WIDTH)).astype(numpy.float32), name))
        nodes += [helper.make_node("MatMul", [value, name], [f"m{layer}"]), helper.make_node("Relu", [f"m{layer}"], [f"r{layer}"])]
        value = f"r{layer}"
    nodes[-1].output[0] = "y"
    save(joulemark.home / "model.onnx", nodes, [floats("x", [8, WIDTH])], [floats("y", [8, WIDTH])], weights)
    numpy.save(joulemark.home / "x.npy", random.normal(size=(8, WIDTH)).astype(numpy.float32))
    return joulemark


def compare(liar, lie: str, *flags: str) -> tuple[int, dict, dict]:
    liar.environment["JOULEMARK_LIE"] = lie
    protocol = ["--repetitions", "1", "--duration", "0.6", "--warmup-min", "0.05", "--warmup-max", "0.1", "--batch", "8"]
    outcome = liar("compare", "model.onnx", "--engine", "liar", "--inputs", "x.npy", *protocol, *flags, "--json")
    assert outcome.status in (OK, NOT_OK), outcome.err
    (row,) = outcome.json["rows"]
    return outcome.status, row, {caveat["code"]: caveat["message"] for caveat in outcome.json["caveats"]}


def test_an_honest_worker_is_ranked(liar):
    status, row, caveats = compare(liar, "none")
    assert status == OK and row["reason"] == "" and "implausible" not in caveats


@pytest.mark.parametrize(
    "lie, reason",
    [
        ("cache", "the work was not done"),
        ("fewer", "the work was not done"),
        ("sleep", "its process computed for"),
        ("poll", "its latencies are multiples of"),
    ],
)
def test_a_lie_is_named_and_not_ranked(liar, lie, reason):
    _, row, caveats = compare(liar, lie)
    assert row["standing"] == "unranked" and reason in row["reason"], row
    assert reason in caveats["implausible"]


def test_a_worker_that_ignores_the_rate_is_not_measured_at_one(liar):
    _, row, _ = compare(liar, "none", "--rate", "5/s")
    assert row["standing"] == "unranked" and row["trials_ok"] == 0
    assert row["reason"].startswith("unsupported: its worker cannot be asked at a rate")
