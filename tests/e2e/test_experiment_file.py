# SPDX-License-Identifier: Apache-2.0
"""Experiment files: what is wrong is said with file, line, column and the nearest valid key; compare prints an equal file."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import BIN, CACHE, MACHINE, NOT_OK, OK, QUICK, ROOT, USAGE, statuses
from models import linear

GOOD = """\
name = "two thread counts"
seed = 7

[[model]]
source = "null:a"

[factors]
engine = ["null"]
threads = [1, 2]

[protocol]
repetitions = 2
duration_s = 0.05
warmup_min_s = 0
min_iterations = 1
"""


def write(joulemark, text: str) -> str:
    (joulemark.home / "experiment.toml").write_text(text)
    return "experiment.toml"


def test_a_file_is_measured(joulemark):
    outcome = joulemark("run", write(joulemark, GOOD), "--json")
    assert outcome.status == OK, outcome.err
    assert statuses(outcome.json) == [(2, 0), (2, 0)]
    assert outcome.json["experiment"]["name"] == "two thread counts"


@pytest.mark.parametrize(
    "old, new, place, word",
    [
        ("threads =", "thraeds =", "9:1", "'threads'"),
        ("[protocol]", "[protocoll]", "11:", "'protocol'"),
        ("repetitions = 2", "repetitions = 'two'", "12:", "integer"),
        ("repetitions = 2", "repetitions = 0", "12:", "repetitions"),
        ("seed = 7", "seed = -7", "2:", "seed"),
        ("threads = [1, 2]", "threads = [1, 1]", "9:", "1"),
        ('engine = ["null"]', "engine = []", "8:", "engine"),
        ("seed = 7", "seed = ", "2:", ""),
        ('source = "null:a"', "sourse = 'null:a'", "5:1", "'source'"),
    ],
)
def test_a_mistake_is_shown_with_its_place_and_a_suggestion(joulemark, old, new, place, word):
    assert old in GOOD
    outcome = joulemark("plan", write(joulemark, GOOD.replace(old, new)))
    assert outcome.status == USAGE
    assert f"experiment.toml:{place}" in outcome.err, outcome.err
    assert word in outcome.err, outcome.err
    assert not outcome.out


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize(
    "old, new, place, word",
    [
        ('engine = ["null"]', 'engine = ["nul"]', "8:11", "'null'"),
        ('source = "null:a"', 'source = "nope.onnx"', "5:10", "nope.onnx"),
        ("[protocol]", "[engine.null]\nbussy_us = 1\n[protocol]", "12:1", "'busy_us'"),
        ('engine = ["null"]', 'engine = ["null"]\nprovider = ["cpu", "gpu"]', "9:20", "it has cpu"),
    ],
)
def test_what_an_engine_or_a_model_lacks_is_shown_with_its_place(joulemark, command, old, new, place, word):
    assert old in GOOD
    outcome = joulemark(command, write(joulemark, GOOD.replace(old, new)))
    assert outcome.status == USAGE
    assert f"experiment.toml:{place}: " in outcome.err and word in outcome.err, outcome.err
    assert not outcome.out


@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_shape_that_cannot_fit_is_shown_with_its_place(with_engines, command):
    linear(with_engines.home / "m.onnx")
    text = GOOD.replace('source = "null:a"', 'source = "m.onnx"\nshapes = { x = [3, 9] }').replace('"null"', '"onnxruntime"')
    outcome = with_engines(command, write(with_engines, text))
    assert outcome.status == USAGE and "experiment.toml:6:10: " in outcome.err, outcome.err


def test_booleans_and_integers_stand_for_options_that_are_0_or_1(joulemark):
    linear(joulemark.home / "m.onnx")
    text = GOOD.replace('source = "null:a"', 'source = "m.onnx"').replace('"null"', '"onnxruntime"')
    for value, level in (("true", "1"), ("false", "0"), ("0", "0"), ("'1'", "1")):
        plan = joulemark("plan", write(joulemark, text + f"[engine.onnxruntime]\nspin = {value}\n"), "--json")
        assert plan.status == OK, plan.err
        assert plan.json["trials"][0]["configuration"]["options"] == {"spin": level}
    assert joulemark("plan", write(joulemark, text + "[engine.onnxruntime]\nspin = 2\n")).status == USAGE


def test_an_experiment_may_come_from_a_pipe(joulemark):
    done = subprocess.run([BIN / "joulemark", "plan", "/dev/stdin", "--json"], input=GOOD.encode(), env=joulemark.env(), cwd=joulemark.home,
                          capture_output=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == OK, done.stderr
    os.mkfifo(joulemark.home / "pipe")
    outcome = joulemark("plan", "pipe", timeout=60)
    assert outcome.status == USAGE and "nothing is written to" in outcome.err


def test_every_mistake_of_a_file_is_shown_at_once(joulemark):
    text = GOOD.replace("threads =", "thraeds =").replace("repetitions =", "repetitons =")
    outcome = joulemark("plan", write(joulemark, text))
    assert "experiment.toml:9:1" in outcome.err and "experiment.toml:12:1" in outcome.err


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\0" * 100, b"[" * 100_000, b"a = " + b"[" * 50_000, b""])
def test_bytes_that_are_no_experiment_are_refused_without_a_crash(joulemark, data):
    (joulemark.home / "experiment.toml").write_bytes(data)
    outcome = joulemark("plan", "experiment.toml")
    assert outcome.status == USAGE
    assert "experiment.toml" in outcome.err


def test_the_plan_says_order_number_and_time(joulemark):
    plan = joulemark("plan", write(joulemark, GOOD), "--json").json
    assert len(plan["trials"]) == 4
    assert plan["seconds"] > 0
    blocks = [trial["block"] for trial in plan["trials"]]
    assert blocks == sorted(blocks) and set(blocks) == {0, 1}
    text = joulemark("plan", "experiment.toml").out
    assert "4 trials" in text and "null cpu f32 t2 b1" in text


def test_the_same_seed_gives_the_same_order_and_another_one_another(joulemark):
    levels = GOOD.replace("threads = [1, 2]", "threads = [1, 2, 3, 4, 5, 6, 7, 8]")
    first = joulemark("plan", write(joulemark, levels), "--json").out
    assert first == joulemark("plan", "experiment.toml", "--json").out
    other = joulemark("plan", write(joulemark, levels.replace("seed = 7", "seed = 8")), "--json").out
    assert first != other


def test_an_excluded_cell_is_not_in_the_plan(joulemark):
    text = GOOD + "\n[[exclude]]\nengine = 'null'\nthreads = 2\n"
    plan = joulemark("plan", write(joulemark, text), "--json").json
    assert len(plan["trials"]) == 2


def test_compare_prints_the_file_it_is_equal_to(joulemark):
    flags = ["--engine", "null", "--threads", "1,2", "--batch", "1,8", "--seed", "5", "--affinity", "0", "--shape", "x=-1x4",
             "--exclude", "threads=2,batch=8", "--option", "null.busy_us=5", "--margin", "0.05", "--idle", "0.1", *QUICK]  # fmt: skip
    printed = joulemark("compare", "null:a", "null:b", *flags, "--print-experiment")
    assert printed.status == OK, printed.err
    (joulemark.home / "printed.toml").write_text(printed.out)
    from_file = joulemark("plan", "printed.toml", "--json")
    assert from_file.status == OK, from_file.err
    labels = [trial["configuration"]["label"] for trial in from_file.json["trials"]]
    assert len(labels) == 2 * 2 * 3
    run = joulemark("compare", "null:a", "null:b", *flags, "--json")
    assert run.status == OK, run.err
    assert sorted({row["configuration"]["label"] for row in run.json["rows"]}) == sorted(set(labels))
    assert all("busy_us=5" in label for label in labels)


def test_print_experiment_measures_nothing(joulemark):
    joulemark("compare", "null:a", "--engine", "null", "--store", "made.sqlite", "--print-experiment")
    assert not (joulemark.home / "made.sqlite").exists()


def test_compare_ends_with_the_way_to_its_file(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK)
    assert re.search(r"\[factors\]|--print-experiment", outcome.out + outcome.err)


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_has_a_plan(joulemark, example):
    shutil.copy(example, joulemark.home)
    linear(joulemark.home / "resnet50.onnx")
    flags = ["--skip-absent"] if "--skip-absent" in example.read_text() else []
    plan = joulemark("plan", example.name, *flags)
    assert plan.status == OK, plan.err
    assert "trials in" in plan.out


def test_absent_engines_are_skipped_when_asked(joulemark):
    """ONNX Runtime is there, OpenVINO is not installed, and nobody knows the third."""
    engines = joulemark.home / ".cache/joulemark/engines"
    engines.mkdir(parents=True)
    for folder in (CACHE / "engines").glob("onnxruntime*"):
        (engines / folder.name).symlink_to(folder)
    linear(joulemark.home / "m.onnx")
    flags = ["compare", "m.onnx", "--engine", "onnxruntime,openvino,nonesuch", *QUICK]
    refused = joulemark(*flags)
    assert refused.status == USAGE and "unknown engine 'nonesuch'" in refused.err
    outcome = joulemark(*flags, "--skip-absent", "--json")
    assert outcome.status == NOT_OK
    assert "skipped: cannot use engine 'openvino'" in outcome.err and "skipped: unknown engine 'nonesuch'" in outcome.err
    rows = {row["configuration"]["engine"]: row for row in outcome.json["rows"]}
    assert rows["onnxruntime"]["trials_ok"] == 2 and rows["onnxruntime"]["standing"] == "best"
    for engine in ("openvino", "nonesuch"):
        assert rows[engine]["trials_ok"] == 0 and f"engine '{engine}' is not installed" in rows[engine]["reason"]
    nobody = joulemark("compare", "m.onnx", "--engine", "openvino", *QUICK, "--skip-absent")
    assert nobody.status == MACHINE and "cannot use engine 'openvino'" in nobody.err


ABSENT = """\
[[model]]
source = "hub:owner/far"

[[model]]
source = "synthetic:phi-2"

[factors]
engine = ["onnxruntime", "torch"]
"""


def test_a_plan_gets_no_models(joulemark):
    plan = joulemark("plan", write(joulemark, ABSENT), env={"HF_ENDPOINT": "http://127.0.0.1:9"})
    assert plan.status == OK, plan.err
    assert plan.err.count("is not on this machine") == 2
    assert "40 trials in 10 blocks" in plan.out
    assert [path.name for path in joulemark.home.iterdir()] == ["experiment.toml"]


def test_a_plan_refuses_sources_that_are_none(joulemark):
    plan = joulemark("plan", write(joulemark, ABSENT.replace("phi-2", "phi-22")))
    assert plan.status == USAGE
    assert "phi-2" in plan.err
