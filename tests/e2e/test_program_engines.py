# SPDX-License-Identifier: Apache-2.0
"""Engines whose worker is a program of its own: in any language, or in a Python environment. No engine library is needed here."""

import pathlib
import sys

import pytest
from conftest import BIN, MACHINE, NOT_OK, OK, USAGE

FAKE_WORKER = pathlib.Path(__file__).with_name("fake_worker.py")
REMEDY = "run 'pip install torch transformers'"


@pytest.fixture
def talker(joulemark):
    """An engine that is a shell script away from another program, found by JOULEMARK_ENGINE_PATH."""
    folder = joulemark.home / "engines/talker"
    folder.mkdir(parents=True)
    (folder / "engine.toml").write_text('name = "talker"\nproviders = ["cpu"]\nmodel_formats = ["onnx"]\nworker = "talk"\n[library]\nneeded = false\n')
    (folder / "talk").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE_WORKER}" "$@"\n')
    (folder / "talk").chmod(0o755)
    joulemark.environment["JOULEMARK_ENGINE_PATH"] = str(folder.parent)
    return joulemark


@pytest.fixture
def environment(joulemark):
    """A virtual environment that claims to hold transformers and torch."""
    prefix = joulemark.home / "venv"
    site = prefix / "lib/python{}.{}/site-packages".format(*sys.version_info)
    for distribution in ("torch-2.13.0", "transformers-5.23.0"):
        (site / f"{distribution}.dist-info").mkdir(parents=True)
    (prefix / "bin").mkdir()
    python = pathlib.Path(sys.executable).resolve()
    (prefix / "bin/python3").symlink_to(python)
    (prefix / "pyvenv.cfg").write_text(f"home = {python.parent}\ninclude-system-site-packages = false\n")
    return prefix


def test_a_program_is_an_engine(talker):
    outcome = talker("engines", "talker", "--json")
    (install,) = outcome.json["engines"][0]["installs"]
    assert install["problem"] is None and install["describe"]["version"] == "1.0" and install["found_by"] == "builtin"


def test_a_program_checks_cases(talker):
    for name in ("good", "fail"):
        (talker.home / name / "test_data_set_0").mkdir(parents=True)
        (talker.home / name / "model.onnx").touch()
    outcome = talker("check", "good", "fail", "--engine", "talker", "--json")
    assert outcome.status == NOT_OK and outcome.json["summary"] == {"pass": 1, "fail": 1, "unsupported": 0, "crashed": 0}


def test_a_program_that_cannot_be_started_is_named(talker):
    (talker.home / "engines/talker/talk").chmod(0o644)
    outcome = talker("check", ".", "--engine", "talker")
    assert outcome.status in (USAGE, MACHINE)
    (problem,) = (install["problem"] for install in talker("engines", "talker", "--json").json["engines"][0]["installs"])
    assert problem.startswith("cannot start worker '") and "permission denied" in problem.lower()


def test_transformers_is_absent_with_the_reason_and_the_remedy(joulemark):
    listing = joulemark("engines", "transformers", "--json").json["engines"][0]
    assert listing["installs"] == [] and listing["reason"].startswith("'transformers' is not installed in the active Python; ")
    assert REMEDY in listing["reason"] and "--python PATH" in listing["reason"]
    outcome = joulemark("generate", ".", "--engine", "transformers", "--token-ids", "1")
    assert outcome.status == MACHINE and REMEDY in outcome.err


def test_a_python_is_found_without_starting_it(joulemark, environment):
    (environment / "bin/python3").unlink()
    (environment / "bin/python3").symlink_to("/bin/false")
    outcome = joulemark("engines", "transformers", "--python", "venv", "--json")
    (install,) = outcome.json["engines"][0]["installs"]
    assert install["version"] == "5.23.0" and install["found_by"] == "option"
    assert install["library_dir"] == str(next(environment.glob("lib/*/site-packages")))
    assert "exited with status 1" in install["problem"]


@pytest.mark.parametrize("place", ["venv", "venv/bin/python3"])
def test_the_worker_runs_in_the_python_that_was_named(joulemark, environment, place):
    (install,) = joulemark("engines", "transformers", "--python", place, "--json").json["engines"][0]["installs"]
    assert install["problem"] == f"cannot open engine 'transformers': '{environment}/bin/python3' has no module 'torch'; {REMEDY} there"
    assert install["plugin"] == str(BIN / "engines/transformers/worker.py")


def test_python_is_a_spelling_of_the_engines_root(joulemark, environment):
    shorter = ["compare", "null:a", "--engine", "null,transformers", "--print-experiment"]
    outcome = joulemark(*shorter, "--python", "venv")
    assert outcome.status == OK, outcome.err
    assert f'[engine.transformers]\nroot = "{environment}"' in outcome.out
    assert joulemark(*shorter, "--engine-root", "transformers=venv").out == outcome.out
    assert joulemark(*shorter, "--engine-root", "transformers=venv", "--python", "elsewhere").out == outcome.out


def test_python_is_for_engines_that_run_in_one(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", "--python", "/usr/bin/python3")
    assert outcome.status == USAGE and outcome.err == "joulemark: --python is for engines that run in a Python: transformers\n"


@pytest.mark.parametrize("place, words", [("gone", "there is no such file"), (".", "there is no 'bin/python3' in that folder")])
def test_a_python_that_is_none_is_refused(joulemark, place, words):
    outcome = joulemark("generate", ".", "--engine", "transformers", "--python", place, "--token-ids", "1")
    assert outcome.status == MACHINE and words in outcome.err


def test_models_that_it_does_not_take_are_refused(joulemark, environment):
    (joulemark.home / "model.onnx").touch()
    outcome = joulemark("compare", "model.onnx", "--engine", "transformers", "--python", "venv")
    assert outcome.status == USAGE
    assert outcome.err.startswith("joulemark: engine 'transformers' cannot load '") and "only checkpoints of language models" in outcome.err
