# SPDX-License-Identifier: Apache-2.0
"""Finding engines: by flag, environment, cache and Python environment; and saying why one cannot be used."""

import os
import pathlib
import shutil
import struct

import pytest
from conftest import CACHE, MACHINE, NOT_OK, OK, QUICK, USAGE, contents_of
from models import linear

pytestmark = pytest.mark.usefixtures("joulemark")
LIBRARIES = {engine: sorted((CACHE / "engines" / engine).glob("[0-9]*"))[-1:] for engine in ("onnxruntime", "openvino")}


def installed(engine: str) -> pathlib.Path:
    if not LIBRARIES[engine]:
        pytest.skip(f"{engine} is not in the cache; run script/bootstrap")
    return LIBRARIES[engine][0]


def listing(joulemark, *arguments, **options) -> dict[str, dict]:
    outcome = joulemark("engines", "--json", *arguments, **options)
    assert outcome.status == OK, outcome.err
    return {engine["name"]: engine for engine in outcome.json["engines"]}


def elf_of_another_machine(path: pathlib.Path) -> None:
    """The header of a 64-bit shared object for AArch64, and nothing behind it."""
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    path.write_bytes(ident + struct.pack("<HHIQQQIHHHHHH", 3, 183, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0))


def model(joulemark) -> pathlib.Path:
    return linear(joulemark.home / "model.onnx")


def test_engines_lists_all_of_them_with_the_reason_where_there_is_no_library(joulemark):
    engines = listing(joulemark)
    assert {"null", "onnxruntime", "openvino"} <= set(engines)
    assert engines["null"]["installs"]
    for name in ("onnxruntime", "openvino"):
        assert not engines[name]["installs"] and engines[name]["reason"]


def test_a_missing_engine_library_is_exit_3_with_what_to_do(joulemark):
    outcome = joulemark("compare", model(joulemark), "--engine", "onnxruntime", *QUICK)
    assert outcome.status == MACHINE
    assert "onnxruntime" in outcome.err and ("script/bootstrap" in outcome.err or "pip" in outcome.err or "--engine-root" in outcome.err)


def test_an_unknown_engine_is_a_usage_error_with_the_nearest_name(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "onxruntime", *QUICK)
    assert outcome.status == USAGE
    assert "'onxruntime'" in outcome.err and "'onnxruntime'" in outcome.err


@pytest.mark.parametrize("engine", LIBRARIES)
def test_the_cache_is_searched(with_engines, engine):
    folder = installed(engine)
    install = listing(with_engines)[engine]["installs"][0]
    assert (install["version"], install["found_by"]) == (folder.name, "cache")


@pytest.mark.parametrize("engine", LIBRARIES)
def test_a_root_named_by_flag_or_environment_comes_first(joulemark, engine):
    folder = installed(engine)
    by_flag = listing(joulemark, "--engine-root", f"{engine}={folder}")[engine]["installs"][0]
    assert (by_flag["found_by"], by_flag["library_dir"]) == ("option", str(folder))
    by_variable = listing(joulemark, env={f"JOULEMARK_{engine.upper()}_ROOT": str(folder)})[engine]["installs"][0]
    assert (by_variable["found_by"], by_variable["library_dir"]) == ("environment", str(folder))


@pytest.mark.parametrize(
    "engine, subfolder", [("onnxruntime", "onnxruntime/capi"), ("openvino", "openvino/libs")]
)
def test_the_active_python_environment_is_searched(joulemark, tmp_path, engine, subfolder):
    folder = installed(engine)
    site = tmp_path / "venv/lib/python3.11/site-packages"
    (site / subfolder).parent.mkdir(parents=True)
    (site / subfolder).symlink_to(folder)
    info = site / f"{engine}-{folder.name}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {engine}\nVersion: {folder.name}\n")
    (tmp_path / "venv/pyvenv.cfg").write_text("home = /usr/bin\n")
    found = listing(joulemark, env={"VIRTUAL_ENV": str(tmp_path / "venv")})[engine]["installs"][0]
    assert (found["version"], found["found_by"]) == (folder.name, "python")


def test_two_versions_of_one_engine_stand_in_one_experiment(joulemark, tmp_path):
    folder = installed("onnxruntime")
    cache = joulemark.home / ".cache/joulemark/engines/onnxruntime"
    cache.mkdir(parents=True)
    (cache / folder.name).symlink_to(folder)
    shutil.copytree(folder, cache / "1.99.0")
    (cache / f"1.99.0/libonnxruntime.so.{folder.name}").rename(cache / "1.99.0/libonnxruntime.so.1.99.0")
    engines = f"onnxruntime@{folder.name},onnxruntime@1.99"
    outcome = joulemark("compare", linear(tmp_path / "linear.onnx"), "--engine", engines, *QUICK, "--json")
    assert outcome.status == OK, outcome.err
    assert {row["configuration"]["engine"] for row in outcome.json["rows"]} == set(engines.split(","))
    assert all(row["trials_ok"] == 2 for row in outcome.json["rows"])


def test_a_version_that_is_not_there_is_exit_3_and_names_what_is(with_engines):
    version = installed("onnxruntime").name
    outcome = with_engines("compare", model(with_engines), "--engine", "onnxruntime@0.1", *QUICK)
    assert outcome.status == MACHINE
    assert "0.1" in outcome.err and version in outcome.err


@pytest.mark.parametrize(
    "engine, library", [("onnxruntime", "libonnxruntime.so.1.31.1"), ("openvino", "libopenvino_c.so.2641")]
)
def test_a_library_of_another_architecture_is_named(joulemark, tmp_path, engine, library):
    elf_of_another_machine(tmp_path / library)
    outcome = joulemark("compare", model(joulemark), "--engine", engine, "--engine-root", f"{engine}={tmp_path}", *QUICK)
    assert outcome.status == MACHINE, outcome
    assert library in outcome.err and "aarch64" in outcome.err.lower()


@pytest.mark.parametrize(
    "engine, library", [("onnxruntime", "libonnxruntime.so.1.31.1"), ("openvino", "libopenvino_c.so.2641")]
)
@pytest.mark.parametrize("content", [b"", b"not a library", b"\x7fELF"])
def test_a_library_that_is_none_is_named(joulemark, tmp_path, engine, library, content):
    (tmp_path / library).write_bytes(content)
    outcome = joulemark("compare", model(joulemark), "--engine", engine, "--engine-root", f"{engine}={tmp_path}", *QUICK)
    assert outcome.status in (NOT_OK, MACHINE), outcome
    assert library in outcome.err + outcome.out


def old_library(folder: pathlib.Path, source: str, name: str) -> None:
    import subprocess

    folder.mkdir(exist_ok=True)
    (folder / "old.c").write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / name, folder / "old.c"], check=True)


def test_a_library_that_is_cut_short_is_known_before_the_first_trial(joulemark, tmp_path):
    folder = installed("onnxruntime")
    library = f"libonnxruntime.so.{folder.name}"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / library).write_bytes((folder / library).read_bytes()[:3_000_000])
    root = ["--engine-root", f"onnxruntime={tmp_path / 'mine'}"]
    outcome = joulemark("compare", linear(tmp_path / "m.onnx"), "--engine", "onnxruntime", *root, *QUICK, "--store", "s.sqlite")
    assert outcome.status == MACHINE and "cut short" in outcome.err and not outcome.out
    assert not (joulemark.home / "s.sqlite").exists()
    assert "cut short" in joulemark("doctor", *root).out


def test_a_library_of_something_else_is_known_before_the_first_trial(joulemark, tmp_path):
    old_library(tmp_path / "mine", "int nothing_of_onnxruntime;", "libonnxruntime.so.1.31.1")
    root = ["--engine-root", f"onnxruntime={tmp_path / 'mine'}"]
    outcome = joulemark("compare", linear(tmp_path / "m.onnx"), "--engine", "onnxruntime", *root, *QUICK, "--store", "s.sqlite")
    assert outcome.status == MACHINE and "libonnxruntime.so.1.31.1" in outcome.err and not outcome.out
    assert not (joulemark.home / "s.sqlite").exists()
    doctor = joulemark("doctor", *root)
    assert doctor.status == OK and [line for line in doctor.out.splitlines() if "broken" in line and "onnxruntime" in line]
    install = {engine["name"]: engine for engine in joulemark("doctor", "--json", *root).json["engines"]}["onnxruntime"]["installs"][0]
    assert install["describe"] is None and "libonnxruntime.so.1.31.1" in install["problem"]


def test_a_pipe_in_an_engine_root_is_not_waited_for(joulemark, tmp_path):
    os.mkfifo(tmp_path / "libonnxruntime.so.1.31.1")
    engine = listing(joulemark, "--engine-root", f"onnxruntime={tmp_path}", timeout=60)["onnxruntime"]
    assert not engine["installs"] and engine["rejected"]


def test_what_doctor_knows_of_an_engine_is_what_engines_says(with_engines):
    doctor = {engine["name"]: engine for engine in with_engines("doctor", "--json").json["engines"]}
    assert doctor == listing(with_engines)
    assert doctor["null"]["installs"][0]["version"] is None
    assert doctor["null"]["installs"][0]["describe"]["version"]


def test_only_providers_that_can_be_used_are_listed(with_engines):
    installed("onnxruntime")
    out = with_engines("engines").out
    row = next(line for line in out.splitlines() if line.startswith("onnxruntime "))
    assert row.split()[2] == "cpu", row
    library = listing(with_engines)["onnxruntime"]["installs"][0]["describe"]["providers"]
    for name in set(library) - {"cpu"}:
        assert f"not usable here: its provider {name}" in out or f", {name}" in out


def test_an_onnxruntime_that_is_too_old_is_named(joulemark, tmp_path):
    """A library that offers no API as new as the one that is needed, as an old release does."""
    source = """
    struct Base { const void* (*get)(unsigned); const char* (*version)(void); };
    static const void* get(unsigned wanted) { (void)wanted; return 0; }
    static const char* version(void) { return "1.2.0"; }
    const struct Base* OrtGetApiBase(void) { static const struct Base base = {get, version}; return &base; }
    """
    old_library(tmp_path / "old", source, "libonnxruntime.so.1.2.0")
    outcome = joulemark("compare", linear(tmp_path / "linear.onnx"), "--engine", "onnxruntime", "--engine-root", f"onnxruntime={tmp_path / 'old'}", *QUICK)
    assert outcome.status in (NOT_OK, MACHINE), outcome
    assert "1.2.0" in outcome.err + outcome.out


def test_an_openvino_that_lacks_a_symbol_is_named(joulemark, tmp_path):
    old_library(tmp_path / "old", "int nothing_of_openvino;", "libopenvino_c.so.2020")
    outcome = joulemark("compare", linear(tmp_path / "linear.onnx"), "--engine", "openvino", "--engine-root", f"openvino={tmp_path / 'old'}", *QUICK)
    assert outcome.status in (NOT_OK, MACHINE), outcome
    assert "libopenvino_c" in outcome.err + outcome.out or "ov_" in outcome.err + outcome.out


def test_an_unknown_provider_is_refused_with_those_there_are(with_engines, tmp_path):
    installed("onnxruntime")
    outcome = with_engines("compare", linear(tmp_path / "m.onnx"), "--engine", "onnxruntime", "--provider", "cpuu", *QUICK)
    assert outcome.status in (USAGE, NOT_OK, MACHINE)
    assert "cpuu" in outcome.err + outcome.out and "cpu" in (outcome.err + outcome.out).replace("cpuu", "")


def test_an_unknown_engine_option_is_refused_with_those_there_are(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", "--option", "null.bussy_us=1", *QUICK)
    assert outcome.status == USAGE
    assert "'bussy_us'" in outcome.err and "'busy_us'" in outcome.err


@pytest.mark.parametrize("option", ["dims=abc", "dims=4x", "busy_us=long", "alloc_mb=-1", "at=lunch"])
def test_a_value_that_an_engine_option_cannot_have_is_refused(joulemark, option):
    outcome = joulemark("compare", "null:a", "--engine", "null", "--option", f"null.{option}", *QUICK)
    assert outcome.status == USAGE and outcome.out == "" and outcome.err.count("\n") == 1, outcome
    assert f"'{option.partition('=')[2]}'" in outcome.err


@pytest.mark.parametrize("engine", LIBRARIES)
def test_what_really_ran_is_read_back(with_engines, tmp_path, engine):
    installed(engine)
    outcome = with_engines("compare", linear(tmp_path / "m.onnx"), "--engine", engine, "--threads", "2", *QUICK, "--store", "s.sqlite", "--json")
    assert outcome.status == OK, outcome.err
    with contents_of(with_engines.home / "s.sqlite") as store:
        import json

        effective = json.loads(store.execute("select effective_json from trial").fetchone()[0])
    assert effective["precision"] == "f32" and effective["threads"] == 2


def test_a_plugin_folder_that_is_broken_does_not_hide_the_others(joulemark, tmp_path):
    (tmp_path / "plugins/broken").mkdir(parents=True)
    (tmp_path / "plugins/broken/engine.toml").write_text("name = \n")
    engines = listing(joulemark, env={"JOULEMARK_ENGINE_PATH": str(tmp_path / "plugins")})
    assert "null" in engines
    assert any("engine.toml:1" in (engine["reason"] or "") for engine in engines.values())
