# SPDX-License-Identifier: Apache-2.0
"""Workers that lie of their windows, of themselves or of their outputs: each lie is named, and its configuration is not ranked."""

import pathlib

import numpy
import pytest
from conftest import NOT_OK, OK, contents_of
from models import floats, save
from onnx import helper, numpy_helper
from worker_session import write_engine

WORKER = pathlib.Path(__file__).with_name("lying_worker.py")
WIDTH = 1024
LAYERS = 8


def engine(folder: pathlib.Path, lie: str) -> None:
    """An engine of NumPy, on one thread."""
    write_engine(folder, 'model_formats = ["onnx"]', WORKER, f"OPENBLAS_NUM_THREADS=1 JOULEMARK_LIE={lie}")


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> pathlib.Path:
    """The folder of a model of 134 MFLOP a call, and of its input."""
    folder = tmp_path_factory.mktemp("model")
    random = numpy.random.default_rng(1)
    weights, nodes, value = [], [], "x"
    for layer in range(LAYERS):
        name = f"w{layer}"
        weights.append(numpy_helper.from_array(random.normal(0, WIDTH**-0.5, (WIDTH, WIDTH)).astype(numpy.float32), name))
        nodes += [helper.make_node("MatMul", [value, name], [f"m{layer}"]), helper.make_node("Relu", [f"m{layer}"], [f"r{layer}"])]
        value = f"r{layer}"
    nodes[-1].output[0] = "y"
    save(folder / "model.onnx", nodes, [floats("x", [8, WIDTH])], [floats("y", [8, WIDTH])], weights)
    numpy.save(folder / "x.npy", random.normal(size=(8, WIDTH)).astype(numpy.float32))
    return folder


@pytest.fixture
def lab(joulemark, model):
    """A place for engines, and the model."""
    (joulemark.home / "engines").mkdir()
    joulemark.environment["JOULEMARK_ENGINE_PATH"] = str(joulemark.home / "engines")
    for file in ("model.onnx", "x.npy"):
        (joulemark.home / file).symlink_to(model / file)
    return joulemark


def compare(lab, *lies: str, flags: tuple[str, ...] = (), repetitions: int = 1) -> tuple[int, dict[str, dict], dict[str, str]]:
    """Rows and caveats of engines, each named after its lie."""
    names = [lie.partition("=")[0] for lie in lies]
    for name, lie in zip(names, lies):
        engine(lab.home / "engines" / name, lie)
    protocol = ["--repetitions", str(repetitions), "--duration", "0.4", "--warmup-min", "0.05", "--warmup-max", "0.1", "--batch", "8"]
    outcome = lab("compare", "model.onnx", "--engine", ",".join(names), "--inputs", "x.npy", *protocol, *flags, "--json")
    assert outcome.status in (OK, NOT_OK), outcome.err
    rows = {row["configuration"]["engine"]: row for row in outcome.json["rows"]}
    return outcome.status, rows, {caveat["code"]: caveat["message"] for caveat in outcome.json["caveats"]}


@pytest.mark.quiet
def test_an_honest_worker_is_ranked(lab):
    status, rows, caveats = compare(lab, "none")
    assert status == OK and rows["none"]["reason"] == "" and "implausible" not in caveats


@pytest.mark.parametrize(
    "lie, reason",
    [
        ("cache", "the work was not done"),
        ("some", "these were not computed when they are said to have come"),
        ("fewer", "the work was not done"),
        pytest.param("sleep", "its process computed for", marks=pytest.mark.quiet),
        pytest.param("service", "its process computed for", marks=pytest.mark.quiet),
        pytest.param("poll=0.1", "its latencies are multiples of", marks=pytest.mark.quiet),
        ("part", "by its own account"),
        ("gaps", "its latencies are together"),
        ("provider", "it ran on 'cuda', not on 'cpu'"),
    ],
)
def test_a_lie_of_a_window_is_named_and_not_ranked(lab, lie, reason):
    _, rows, caveats = compare(lab, lie)
    (row,) = rows.values()
    # A window that is a tenth of the truth may be too short for its work as well; timers of a busy machine blur a comb.
    possible = (reason, {"part": "the work was not done", "poll=0.1": "its process computed for"}.get(lie, reason))
    assert row["standing"] == "unranked" and any(words in row["reason"] for words in possible), row
    assert any(words in caveats["implausible"] for words in possible)


def test_a_window_that_is_shorter_than_was_asked_for_fails(lab):
    status, rows, _ = compare(lab, "short")
    assert status == NOT_OK and "shorter than the 400000000 ns and 30 iterations" in rows["short"]["reason"]


@pytest.mark.parametrize("lie", ["constant", "echo"])
def test_wrong_outputs_are_seen_whatever_their_worker_says(lab, lie):
    status, rows, caveats = compare(lab, "none", lie)
    assert status == NOT_OK and rows["none"]["standing"] == "best"
    assert rows[lie]["standing"] == "unranked" and rows[lie]["reason"].startswith("its outputs differ from those of none"), rows[lie]
    assert lie in caveats["different"]


def trials(lab) -> list[tuple[str, int]]:
    with contents_of(lab.home / "joulemark.sqlite") as store:
        return store.execute("select engine, block from trial order by id").fetchall()


def test_wrong_outputs_are_measured_once_and_the_rest_is_counted(lab):
    status, rows, caveats = compare(lab, "none", "constant", repetitions=3)
    assert status == NOT_OK and rows["none"]["trials_ok"] == 3
    assert sorted(trials(lab)) == [("constant", 0), ("none", 0), ("none", 1), ("none", 2)]
    assert "2 further trials were left out ('--different always' measures them)" in caveats["different"]
    assert "interrupted" not in caveats
    again = lab("run", "--resume")
    assert again.status == NOT_OK and "has ended: all of its 4 trials are there; 2 more would not change the answer" in again.err
    assert len(trials(lab)) == 4


def test_wrong_outputs_are_measured_in_every_block_where_that_is_asked_for(lab):
    status, _, caveats = compare(lab, "none", "constant", flags=("--different", "always"), repetitions=2)
    assert status == NOT_OK and "left out" not in caveats["different"]
    assert sorted(trials(lab)) == [("constant", 0), ("constant", 1), ("none", 0), ("none", 1)]


def test_another_precision_that_is_not_told_is_seen_in_the_outputs(lab):
    _, rows, _ = compare(lab, "none", "halves")
    assert rows["halves"]["standing"] == "unranked" and rows["halves"]["reason"].startswith("its outputs differ from those of none"), rows["halves"]


def test_another_precision_is_not_ranked_beside_the_one_that_was_asked_for(lab):
    _, rows, _ = compare(lab, "none", "precision")
    assert rows["precision"]["standing"] == "unranked" and rows["precision"]["reason"] == "ran at f16, not f32"


def test_a_worker_that_ignores_the_rate_is_not_measured_at_one(lab):
    _, rows, _ = compare(lab, "none", flags=("--rate", "5/s"))
    assert rows["none"]["standing"] == "unranked" and rows["none"]["trials_ok"] == 0
    assert rows["none"]["reason"].startswith("unsupported: its worker cannot be asked at a rate")
