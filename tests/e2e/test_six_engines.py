# SPDX-License-Identifier: Apache-2.0
"""One file on every engine that runs ONNX models: their answers agree, and those that are not installed do not stop the others."""

import json
import pathlib
import re

import pytest
from conftest import CACHE, NOT_OK, OK, ROOT, contents_of
from models import linear
from test_exported_models import write_models

ENGINES = ["onnxruntime", "openvino", "torch", "torchscript", "tensorflow", "mxnet"]
QUICK = ("--repetitions", 1, "--duration", 0.05, "--min-iterations", 1, "--warmup-min", 0, "--warmup-iterations", 1, "--warmup-max", 0.1)
STUDY = ROOT / "examples/runtimes-2402.13640.toml"
# A miniature of each of the study's models.
STAND_INS = {"synthetic:resnet50": "resnet-bn", "synthetic:mobilenet_v2": "mobilenetv2-bn", "synthetic:bert-base": "bert-opset17"}


def folder_of(engine: str) -> pathlib.Path:
    return CACHE / "engines" / engine.replace("torchscript", "torch")


@pytest.fixture
def installed() -> list[str]:
    return [engine for engine in ENGINES if folder_of(engine).exists()]


def test_a_full_size_network_gives_the_same_logits_on_every_engine(with_engines, installed):
    outcome = with_engines("compare", "synthetic:mobilenet_v2", "--engine", ",".join(installed), *QUICK, "--json")
    assert outcome.status == OK, outcome.err
    with contents_of(with_engines.home / "joulemark.sqlite") as store:
        distances = dict(store.execute("select engine, agreement_max_abs from trial where agreement_agrees = 1"))
    assert set(distances) == set(installed)
    # The largest logit is above 1, and each of two engines is half of this from the reference.
    assert max(distances.values()) < 0.5e-4, distances


def test_what_is_not_installed_is_a_row_and_the_rest_goes_on(joulemark, installed):
    absent = {"tensorflow", "mxnet"}
    engines = joulemark.home / ".cache/joulemark/engines"
    engines.mkdir(parents=True)
    for engine in set(installed) - absent - {"torchscript"}:
        (engines / engine).symlink_to(folder_of(engine))
    linear(joulemark.home / "m.onnx")
    outcome = joulemark("compare", "m.onnx", "--engine", ",".join(ENGINES), *QUICK, "--skip-absent", "--json")
    assert outcome.status == NOT_OK
    rows = {row["configuration"]["engine"]: row for row in outcome.json["rows"]}
    assert set(rows) == set(ENGINES)
    for engine in installed:
        if engine in absent:
            assert rows[engine]["standing"] == "unranked" and f"engine '{engine}' is not installed" in rows[engine]["reason"]
        else:
            assert rows[engine]["trials_ok"] == 1, rows[engine]


def scaled_down(study: str) -> str:
    for old, new in (
        ("threads = [8]", "threads = [1]"),
        ("batch = [1, 64]", "batch = [2]"),
        ("repetitions = 10", "repetitions = 1\nretries = 0"),
        ("duration_s = 30", "duration_s = 0.05\nwarmup_min_s = 0"),
        ("bracket_s = 60", "bracket_s = 0.1"),
        ("ready_s = 10", "ready_s = 0.1"),
        ("warmup_max_s = 60", "warmup_max_s = 0.2"),
        *STAND_INS.items(),
    ):
        assert old in study
        study = study.replace(old, f"{new}/model.onnx" if old in STAND_INS else new)
    return study


def test_the_studys_experiment_runs_when_it_is_scaled_down(with_engines, installed):
    """examples/runtimes-2402.13640.toml with miniatures and short windows: all else is as it stands there."""
    write_models(with_engines.home, "tiny", *STAND_INS.values())
    study = STUDY.read_text()
    assert json.loads(re.search(r"^engine = (.*)$", study, re.MULTILINE)[1]) == ENGINES
    # BERT is the last model there; its miniature has 24 positions.
    shapes = ", ".join(f"{name} = [-1, 7]" for name in ("input_ids", "attention_mask", "token_type_ids"))
    (with_engines.home / "study.toml").write_text(scaled_down(study) + f"shapes = {{ {shapes} }}\n")
    store = with_engines.home / "s.sqlite"
    outcome = with_engines("run", "study.toml", "--skip-absent", "--store", store, "--json", timeout=300)
    assert outcome.status == (OK if installed == ENGINES else NOT_OK), outcome.err
    rows = [row for row in outcome.json["rows"] if row["configuration"]["engine"] in installed]
    assert len(rows) == len(STAND_INS) * len(installed)
    assert not [row["reason"] for row in rows if row["standing"] == "unranked"]
    report = with_engines("report", store, "--output", with_engines.home / "page.html")
    assert report.status == OK and (with_engines.home / "page.html").stat().st_size > 0
