# SPDX-License-Identifier: Apache-2.0
"""Checkpoint directories of text encoders: what every engine computes is what transformers computed."""

import json
import pathlib
import shutil

import numpy
import pytest
from conftest import CACHE, NOT_OK, OK, QUICK, USAGE, contents_of
from decoder_cases import case as reference_case
from onnx import numpy_helper

ENGINES = ["onnxruntime", "openvino", "torch", "torchscript"]
CASES = ["bert", "bert_eps", "bert_gamma_beta", "bert_gelu_new", "bert_no_pooler", "bert_prefix", "bert_relu"]
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["last_hidden_state", "pooler_output"]
TOLERANCE = 1e-4  # of numbers around 1; rounding alone gives 2e-6, the other kind of gelu 8e-4


@pytest.fixture(params=ENGINES)
def engine(request):
    library = "torch" if request.param == "torchscript" else request.param
    if not list((CACHE / "engines" / library).glob("[0-9]*")):
        pytest.skip(f"{library} is not in the cache; run script/bootstrap")
    return request.param


def prepared(joulemark) -> pathlib.Path:
    """The one model file that the program has made."""
    (file,) = (joulemark.home / ".cache/joulemark/checkpoints").glob("*/encoder.onnx")
    return file


def write_tensors(folder: pathlib.Path, kind: str, arrays: dict[str, numpy.ndarray]) -> None:
    for number, (name, array) in enumerate(arrays.items()):
        (folder / f"{kind}_{number}.pb").write_bytes(numpy_helper.from_array(array, name).SerializeToString())


def check_case(folder: pathlib.Path, model: pathlib.Path, runs: list[dict]) -> None:
    """A folder for 'joulemark check' of what transformers gave for each of its inputs."""
    shutil.copytree(model.parent, folder)
    (folder / model.name).rename(folder / "model.onnx")
    for number, run in enumerate(runs):
        data = folder / f"test_data_set_{number}"
        data.mkdir()
        ids = numpy.array(run["input_ids"], numpy.int64)
        given = {name: numpy.array(run[name], numpy.int64) if name in run else numpy.zeros_like(ids) for name in INPUTS}
        write_tensors(data, "input", given)
        write_tensors(data, "output", {name: numpy.array(run[name], numpy.float32) for name in OUTPUTS if run.get(name)})


@pytest.mark.parametrize("case", CASES)
def test_an_encoder_gives_what_transformers_gives(with_engines, tmp_path, engine, case):
    source = reference_case("encoders", case)
    outcome = with_engines("compare", source, "--engine", engine, *QUICK)
    assert outcome.status == OK, outcome.err
    runs = json.loads((source / "expected.json").read_text())["encoder"]
    check_case(tmp_path / "checked" / case, prepared(with_engines), runs)
    checked = with_engines("check", tmp_path / "checked", "--engine", engine, "--json").json["cases"]
    assert [entry["name"] for entry in checked] == [case]
    assert checked[0]["max_abs"] is not None and checked[0]["max_abs"] < TOLERANCE, checked[0]
    has_pooler = all(run.get("pooler_output") for run in runs)
    assert has_pooler == (case != "bert_no_pooler")


def test_the_store_knows_what_was_named_and_what_was_run(with_engines, tmp_path):
    source = reference_case("encoders", "bert")
    outcome = with_engines("compare", source, "--engine", "onnxruntime", *QUICK, "--store", tmp_path / "s.sqlite")
    assert outcome.status == OK, outcome.err
    assert "room for 24 tokens" in outcome.err
    with contents_of(tmp_path / "s.sqlite") as store:
        text = "\n".join(store.iterdump())
    assert f'source = "{source}"' in text
    assert str(prepared(with_engines)) in text
    assert str(prepared(with_engines).with_name("model.safetensors")) in text


def test_an_experiment_file_may_name_a_directory(with_engines, tmp_path):
    shutil.copytree(reference_case("valid", "bert"), tmp_path / "small.bert")
    experiment = tmp_path / "e.toml"
    experiment.write_text('[[model]]\nsource = "small.bert"\n[factors]\nengine = ["onnxruntime"]\n[protocol]\nretries = 0\nrepetitions = 2\n')
    outcome = with_engines("plan", experiment, "--json")
    assert outcome.status == OK, outcome.err
    assert {trial["model"] for trial in outcome.json["trials"]} == {"small.bert"}


@pytest.mark.parametrize(("case", "words"), [("bert_decoder", "is_decoder"), ("bert_relative", "position_embedding_type")])
def test_what_makes_another_model_of_it_is_refused(with_engines, case, words):
    outcome = with_engines("compare", reference_case("refused", case), "--engine", "onnxruntime", *QUICK)
    assert outcome.status == NOT_OK and words in outcome.err, outcome


def test_a_missing_weight_is_named_with_its_place_in_the_experiment(with_engines, tmp_path):
    broken = shutil.copytree(reference_case("encoders", "bert"), tmp_path / "broken")
    config = json.loads((broken / "config.json").read_text())
    (broken / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    experiment = tmp_path / "e.toml"
    experiment.write_text('[[model]]\nsource = "broken"\n[factors]\nengine = ["onnxruntime"]\n')
    outcome = with_engines("run", experiment)
    assert outcome.status == NOT_OK, outcome
    assert f"{experiment}:2" in outcome.err and "'encoder.layer.2.attention.self.query.weight' is missing" in outcome.err


def test_more_tokens_than_positions_are_refused_before_anything_runs(with_engines):
    outcome = with_engines("compare", reference_case("encoders", "bert"), "--engine", "onnxruntime", "--shape", "input_ids=1x25", *QUICK)
    assert outcome.status == USAGE and "room for 24 tokens" in outcome.err, outcome


def test_an_encoder_generates_no_text(with_engines):
    outcome = with_engines("generate", reference_case("encoders", "bert"), "--engine", "onnxruntime", "--token-ids", "5")
    assert outcome.status == NOT_OK and "is an encoder" in outcome.err, outcome


def test_a_folder_without_a_model_is_told(with_engines, tmp_path):
    outcome = with_engines("compare", tmp_path, "--engine", "onnxruntime", *QUICK)
    assert outcome.status == USAGE and "is no model" in outcome.err, outcome
