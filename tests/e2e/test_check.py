# SPDX-License-Identifier: Apache-2.0
"""`joulemark check`: every case ends as pass, fail, unsupported or crashed, and none stops the others."""

import pathlib
import shutil
import sys
import time

import numpy
import pytest
from conftest import CACHE, NOT_OK, OK, USAGE
from models import case, data_set, unsupported_case

FAKE_WORKER = pathlib.Path(__file__).with_name("fake_worker.py")
ENGINES = ["onnxruntime", "openvino"]


@pytest.fixture(params=ENGINES)
def engine(request):
    if not list((CACHE / "engines" / request.param).glob("[0-9]*")):
        pytest.skip(f"{request.param} is not in the cache; run script/bootstrap")
    return request.param


@pytest.fixture
def with_fake_worker(joulemark, tmp_path):
    worker = tmp_path / "worker"
    worker.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE_WORKER} "$@"\n')
    worker.chmod(0o755)
    joulemark.environment["JOULEMARK_WORKER"] = str(worker)
    return joulemark


def by_name(report: dict) -> dict[str, dict]:
    return {entry["name"]: entry for entry in report["cases"]}


def test_cases_pass_fail_and_are_unsupported(with_engines, tmp_path, engine):
    case(tmp_path / "cases/a_right")
    case(tmp_path / "cases/b_wrong", expected=3)
    unsupported_case(tmp_path / "cases/deeper/c_unsupported")
    outcome = with_engines("check", tmp_path / "cases", "--engine", engine, "--json")
    assert outcome.status == NOT_OK
    report = outcome.json
    assert set(report) >= {"engine", "cases", "summary"} and report["engine"] == engine
    assert report["summary"] == {"pass": 1, "fail": 1, "unsupported": 1, "crashed": 0}
    cases = by_name(report)
    assert cases["a_right"]["status"] == "pass" and cases["a_right"]["max_abs"] == 0
    assert cases["b_wrong"]["status"] == "fail" and cases["b_wrong"]["max_abs"] == 5 and cases["b_wrong"]["reason"]
    assert abs(cases["b_wrong"]["max_rel"] - 1 / 3) < 1e-6
    assert cases["c_unsupported"]["status"] == "unsupported" and "NobodyHasThis" in cases["c_unsupported"]["reason"]
    for key in ("max_abs", "max_rel"):
        assert cases["c_unsupported"][key] is None and cases["c_unsupported"][key + "_reason"] == "not_compared"


def test_a_difference_without_a_number_is_null_with_its_reason(with_engines, tmp_path, engine):
    x = numpy.ones((2, 3), numpy.float32)
    data_set(case(tmp_path / "cases/a_infinite"), x, x * numpy.float32("inf"))
    data_set(case(tmp_path / "cases/b_wide"), x, numpy.full((2, 3), 2.0))
    data_set(case(tmp_path / "cases/c_shape"), x, numpy.full(6, 2, numpy.float32))
    cases = by_name(with_engines("check", tmp_path / "cases", "--engine", engine, "--json").json)
    reasons = {name: (entry["max_abs"], entry["max_abs_reason"], entry["max_rel_reason"]) for name, entry in cases.items()}
    assert reasons == {
        "a_infinite": (None, "not_finite", "not_finite"),
        "b_wide": (None, "not_comparable", "not_comparable"),
        "c_shape": (None, "not_comparable", "not_comparable"),
    }


def test_test_data_must_have_a_file_for_each_input_and_output(with_engines, tmp_path, engine):
    sets = {name: case(tmp_path / "cases" / name) / "test_data_set_0" for name in ("extra", "gap", "none", "right")}
    (sets["extra"] / "input_1.pb").write_bytes((sets["extra"] / "input_0.pb").read_bytes())
    (sets["gap"] / "output_0.pb").rename(sets["gap"] / "output_1.pb")
    (sets["none"] / "input_0.pb").unlink()
    cases = by_name(with_engines("check", tmp_path / "cases", "--engine", engine, "--json").json)
    assert [name for name in cases if cases[name]["status"] == "pass"] == ["right"]
    assert "has 2 inputs, the model 1" in cases["extra"]["reason"]
    assert "output_0.pb' is missing" in cases["gap"]["reason"]
    assert "given: nothing" in cases["none"]["reason"] and "'x'" in cases["none"]["reason"]


def test_the_table_shows_what_the_json_says(with_engines, tmp_path, engine):
    case(tmp_path / "cases/a_right")
    case(tmp_path / "cases/b_wrong", expected=3)
    outcome = with_engines("check", tmp_path / "cases", "--engine", engine)
    assert outcome.status == NOT_OK
    assert "b_wrong" in outcome.out and "fail" in outcome.out
    assert "pass 1, fail 1" in outcome.out


def test_all_right_is_exit_0(with_engines, tmp_path, engine):
    case(tmp_path / "one")
    outcome = with_engines("check", tmp_path / "one", "--engine", engine, "--json")
    assert outcome.status == OK and outcome.json["summary"]["pass"] == 1


def test_a_wider_tolerance_lets_a_case_pass(with_engines, tmp_path, engine):
    case(tmp_path / "nearly", expected=2.01)
    assert with_engines("check", tmp_path / "nearly", "--engine", engine).status == NOT_OK
    assert with_engines("check", tmp_path / "nearly", "--engine", engine, "--rtol", "0.1").status == OK


def test_a_broken_case_is_a_failure_of_its_own(with_engines, tmp_path, engine):
    case(tmp_path / "cases/a_right")
    broken = case(tmp_path / "cases/b_broken")
    (broken / "model.onnx").write_bytes(b"\xff" * 100)
    answerless = case(tmp_path / "cases/c_bad_answer")
    (answerless / "test_data_set_0/output_0.pb").write_bytes(b"\xff" * 100)
    missing = case(tmp_path / "cases/d_no_input")
    (missing / "test_data_set_0/input_0.pb").unlink()
    outcome = with_engines("check", tmp_path / "cases", "--engine", engine, "--json")
    cases = by_name(outcome.json)
    assert cases["a_right"]["status"] == "pass"
    for name in ("b_broken", "c_bad_answer", "d_no_input"):
        assert cases[name]["status"] == "fail" and cases[name]["reason"], cases[name]


@pytest.mark.parametrize("how, word", [("kill", "SIGKILL"), ("segv", "SIGSEGV"), ("abort", "SIGABRT"), ("exit", "7"), ("nonsense", "")])
def test_a_crash_never_stops_the_rest(with_fake_worker, tmp_path, how, word):
    for name in ("a_right", f"b_{how}", "c_right"):
        case(tmp_path / "cases" / name)
    outcome = with_fake_worker("check", tmp_path / "cases", "--engine", "null", "--json")
    assert outcome.status == NOT_OK, outcome.err
    cases = by_name(outcome.json)
    assert [cases["a_right"]["status"], cases["c_right"]["status"]] == ["pass", "pass"]
    assert cases[f"b_{how}"]["status"] == "crashed" and word in cases[f"b_{how}"]["reason"], cases
    assert outcome.json["summary"] == {"pass": 2, "fail": 0, "unsupported": 0, "crashed": 1}


def test_a_case_that_never_answers_ends_at_its_limit(with_fake_worker, tmp_path):
    for name in ("a_right", "b_silent", "c_right"):
        case(tmp_path / "cases" / name)
    outcome = with_fake_worker("check", tmp_path / "cases", "--engine", "null", "--time-limit", "1", "--json")
    cases = by_name(outcome.json)
    assert cases["b_silent"]["status"] == "crashed" and "time limit" in cases["b_silent"]["reason"]
    assert cases["c_right"]["status"] == "pass"


def test_a_hang_costs_its_limit_once(with_fake_worker, tmp_path):
    case(tmp_path / "cases/a_silent")
    begin = time.monotonic()
    outcome = with_fake_worker("check", tmp_path / "cases", "--engine", "null", "--time-limit", "3", "--json")
    assert time.monotonic() - begin < 5.5
    assert "3.0 s after the start" in by_name(outcome.json)["a_silent"]["reason"]


def test_statuses_of_a_worker_are_passed_on(with_fake_worker, tmp_path):
    for name in ("a_right", "b_fail", "c_unsupported"):
        case(tmp_path / "cases" / name)
    report = with_fake_worker("check", tmp_path / "cases", "--engine", "null", "--json").json
    assert [entry["status"] for entry in report["cases"]] == ["pass", "fail", "unsupported"]
    assert by_name(report)["b_fail"]["max_abs"] == 0.5


def test_cases_below_cases_are_run_each_once(with_fake_worker, tmp_path):
    case(tmp_path / "cases/nest")
    case(tmp_path / "cases/nest/inner")
    report = with_fake_worker("check", tmp_path / "cases", tmp_path / "cases/nest", "--engine", "null", "--json").json
    assert [entry["name"] for entry in report["cases"]] == ["nest", "inner"]


def test_half_a_case_fails_and_says_what_it_lacks(with_fake_worker, tmp_path):
    case(tmp_path / "cases/whole")
    shutil.rmtree(case(tmp_path / "cases/dataless") / "test_data_set_0")
    (case(tmp_path / "cases/modelless") / "model.onnx").unlink()
    (tmp_path / "cases/notes").mkdir()
    (tmp_path / "cases/notes/readme.txt").write_text("no case")
    outcome = with_fake_worker("check", tmp_path / "cases", "--engine", "null", "--json")
    assert outcome.status == NOT_OK and outcome.json["summary"] == {"pass": 1, "fail": 2, "unsupported": 0, "crashed": 0}
    cases = by_name(outcome.json)
    assert "test_data_set_*" in cases["dataless"]["reason"] and "model.onnx" in cases["modelless"]["reason"]


def test_names_are_told_apart_and_steer_no_terminal(with_fake_worker, tmp_path):
    for folder in ("one/same", "two/same", "odd\nname"):
        case(tmp_path / "cases" / folder)
    lines = with_fake_worker("check", tmp_path / "cases", "--engine", "null").out.splitlines()
    assert len(lines) == 4 and any("one/same" in line for line in lines) and any("two/same" in line for line in lines)
    assert any("odd name" in line for line in lines)


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_cases_is_an_error(joulemark, tmp_path, folder):
    (tmp_path / "empty").mkdir()
    outcome = joulemark("check", tmp_path / folder, "--engine", "null")
    assert outcome.status == USAGE and folder in outcome.err
