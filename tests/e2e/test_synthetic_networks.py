# SPDX-License-Identifier: Apache-2.0
"""Generated full-size networks: synthetic:resnet50, synthetic:mobilenet_v2 and synthetic:bert-base."""

import contextlib
import pathlib
import shutil

import numpy
import onnx
import pytest
from conftest import CACHE, NOT_OK, OK, USAGE, contents_of
from numpy_network import results

SMALL = "synthetic:mobilenet_v2"
ENGINES = ["onnxruntime", "openvino", "torch", "torchscript"]
ONCE = ("--repetitions", 1, "--duration", 0.05, "--min-iterations", 1, "--warmup-min", 0, "--warmup-iterations", 1, "--warmup-max", 0.1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Models are made once for all tests, and do not stay."""
    folder = tmp_path_factory.mktemp("synthetic")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def networks(with_engines, made):
    (with_engines.home / ".cache/joulemark/synthetic").symlink_to(made)
    return with_engines


def installed(engine: str) -> bool:
    return (CACHE / "engines" / engine.replace("torchscript", "torch")).exists()


def file_of(networks, name: str) -> pathlib.Path:
    """Makes the model where no other test has, and gives its ONNX file."""
    outcome = networks("compare", f"synthetic:{name}", "--engine", "onnxruntime", "--print-experiment")
    assert outcome.status == OK, outcome.err
    return networks.home / f".cache/joulemark/synthetic/{name}-seed1-v1/model.onnx"


@pytest.mark.parametrize("name, batches", [("resnet50", "1"), ("mobilenet_v2", "1,3"), ("bert-base", "1")])
def test_engines_agree_on_a_generated_network(networks, name, batches):
    engines = [engine for engine in ENGINES if installed(engine)]
    outcome = networks("compare", f"synthetic:{name}", "--engine", ",".join(engines), "--batch", batches, *ONCE, "--json")
    assert outcome.status == OK, outcome.err
    assert f"the weights of 'synthetic:{name}' are synthetic" in outcome.err
    assert "synthetic_weights" in {caveat["code"] for caveat in outcome.json["caveats"]}
    with contents_of(networks.home / "joulemark.sqlite") as store:
        trials = store.execute("select engine, agreement_agrees, agreement_max_abs from trial").fetchall()
    assert {engine for engine, _, _ in trials} == set(engines)
    assert all(agrees == 1 and distance < 1e-4 for _, agrees, distance in trials), trials


def images():
    return {"x": numpy.random.default_rng(1).random((2, 3, 224, 224), dtype=numpy.float32)}


def texts():
    ids = numpy.random.default_rng(1).integers(1, 1000, (2, 16))
    return {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}


@pytest.mark.parametrize("name, inputs, layers", [
    ("resnet50", images, ["BatchNormalization", "Add", "Gemm"]),
    ("mobilenet_v2", images, ["BatchNormalization", "Add", "Gemm"]),
    ("bert-base", texts, ["LayerNormalization", "Gemm"]),
])  # fmt: skip
def test_what_lies_between_the_layers_neither_vanishes_nor_grows(networks, name, inputs, layers):
    for operator, result in results(file_of(networks, name), inputs()):
        if operator in layers:
            assert numpy.isfinite(result).all() and 0.4 < result.std() < 2
    assert numpy.corrcoef(result)[0, 1] < 0.9  # other inputs, other outputs


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2", "bert-base"])
def test_the_file_is_a_valid_model(networks, name):
    onnx.checker.check_model(file_of(networks, name), full_check=True)


def test_a_network_is_made_once(networks):
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(file_of(networks, "mobilenet_v2").parent)
    first = networks("compare", SMALL, "--engine", "onnxruntime", "--print-experiment")
    again = networks("compare", "synthetic:MobileNetV2", "--engine", "onnxruntime", "--print-experiment")
    assert "making 14 MB of weights" in first.err and again.err == ""


def test_a_plan_of_networks_makes_nothing(with_engines):
    file = with_engines.home / "e.toml"
    file.write_text(f'[[model]]\nsource = "{SMALL}"\n[factors]\nengine = ["onnxruntime", "torch"]\nbatch = [1, 64]\n')
    plan = with_engines("plan", "e.toml")
    assert plan.status == OK and "40 trials" in plan.out
    assert f"'{SMALL}' is not on this machine" in plan.err
    assert not (with_engines.home / ".cache/joulemark/synthetic").exists()


def test_an_experiment_file_and_recommend_take_the_name(networks):
    (networks.home / "e.toml").write_text(
        f'[[model]]\nsource = "{SMALL}"\n[factors]\nengine = ["onnxruntime", "openvino"]\n'
        "[protocol]\nrepetitions = 2\nduration_s = 0.05\nwarmup_min_s = 0\nretries = 0\n"
    )
    outcome = networks("run", "e.toml")
    assert outcome.status == OK, outcome.err
    recommended = networks("recommend", "joulemark.sqlite", "--objective", "time")
    assert recommended.status == OK and "mobilenet_v2" in recommended.out


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["compare", "synthetic:resnet51", "--engine", "onnxruntime"], "resnet50, mobilenet_v2, bert-base, codeparrot-small"),
        (["compare", "synthetic:resnet51", "--engine", "onnxruntime"], "did you mean 'resnet50'?"),
        (["compare", "synthetic:resnet50@layers=2", "--engine", "onnxruntime"], "'layers' is none of its options: seed"),
        (["compare", "synthetic:resnet50@seed=x", "--engine", "onnxruntime"], "seed must be a whole number"),
    ],
)
def test_what_cannot_be_made_is_refused(with_engines, arguments, words):
    outcome = with_engines(*arguments)
    assert outcome.status == USAGE and words in outcome.err
    assert not (with_engines.home / ".cache/joulemark/synthetic").exists()


def test_a_text_longer_than_the_table_of_positions_is_refused(networks):
    outcome = networks("compare", "synthetic:bert-base", "--engine", "onnxruntime", "--shape", "input_ids=-1x513")
    assert outcome.status == USAGE and "it has room for 512 tokens, and its inputs have 513" in outcome.err


def test_a_network_generates_no_text(with_engines):
    outcome = with_engines("generate", "synthetic:resnet50", "--engine", "onnxruntime", "--token-ids", "1")
    assert outcome.status != OK and "generates no text; 'joulemark compare' measures it" in outcome.err
    assert not (with_engines.home / ".cache/joulemark/synthetic").exists()


def test_a_disk_without_room_leaves_no_model(with_engines):
    """A limit of the size of files stands for the disk; its signal is ignored, so that the write fails."""
    limited = ["sh", "-c", 'trap "" XFSZ; exec prlimit --fsize=4000000 "$@"', "sh"]
    outcome = with_engines("compare", SMALL, "--engine", "onnxruntime", "--print-experiment", prefix=limited)
    assert outcome.status == NOT_OK and "weights.safetensors': File too large" in outcome.err
    folder = with_engines.home / ".cache/joulemark/synthetic"
    assert not (folder / "mobilenet_v2-seed1-v1").exists()
    again = with_engines("compare", SMALL, "--engine", "onnxruntime", "--print-experiment")
    assert again.status == OK
    assert [path.name for path in folder.iterdir()] == ["mobilenet_v2-seed1-v1"]
