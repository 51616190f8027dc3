# SPDX-License-Identifier: Apache-2.0
"""Engines that are compiled for each version of PyTorch: with made-up libraries and implementations, and no compiler of ours."""

import pathlib
import shutil
import subprocess

import pytest
from conftest import BIN, MACHINE, NOT_OK, OK, QUICK, ROOT, USAGE
from models import linear

HERE = ROOT / "tests"
IMPLEMENTATION = "libjoulemark_torch_impl.so"


@pytest.fixture(scope="module")
def toys(tmp_path_factory) -> pathlib.Path:
    """A PyTorch 9.9.9 in torch/ with headers and no code, and an implementation for it."""
    folder = tmp_path_factory.mktemp("toys")
    lib = folder / "torch/lib"
    (folder / "torch/include/ATen").mkdir(parents=True)
    (folder / "torch/include/ATen/ATen.h").touch()
    (folder / "torch/version.py").write_text("__version__ = '9.9.9+cpu'\n")
    lib.mkdir()
    for name in ("c10", "torch_cpu"):
        library = lib / f"lib{name}.so"
        command = ["cc", "-shared", "-fPIC", '-DTOY_VERSION="9.9.9"', f"-Wl,-soname,{library.name}", HERE / "toy_torch.c", "-o", library]
        subprocess.run(command, check=True)
    includes = [f"-I{ROOT / 'include'}", f"-I{ROOT / 'engines'}"]
    command = ["c++", "-std=c++20", "-shared", "-fPIC", *includes, HERE / "toy_torch_impl.cpp", f"-L{lib}", "-ltorch_cpu"]
    subprocess.run([*command, "-o", folder / IMPLEMENTATION], check=True)
    return folder


@pytest.fixture
def plugins(joulemark, tmp_path) -> pathlib.Path:
    """The plugins of this build, without the implementations that it may have made."""
    for name in ("torch", "torchscript"):
        (tmp_path / "plugins" / name).mkdir(parents=True)
        for file in ("engine.toml", f"libjoulemark_{name}.so"):
            shutil.copy(BIN / "engines" / name / file, tmp_path / "plugins" / name)
    joulemark.environment["JOULEMARK_ENGINE_PATH"] = str(tmp_path / "plugins")
    return tmp_path / "plugins"


@pytest.fixture
def built(plugins, toys) -> pathlib.Path:
    """The same with an implementation for 9.9.9."""
    (plugins / "torch/impl/9.9.9").mkdir(parents=True)
    shutil.copy(toys / IMPLEMENTATION, plugins / "torch/impl/9.9.9")
    return plugins


def root_of(toys, engine: str = "torch") -> list[str]:
    return ["--engine-root", f"{engine}={toys / 'torch'}"]


def engine_of(joulemark, *arguments) -> dict:
    outcome = joulemark("engines", "--json", *arguments)
    assert outcome.status == OK, outcome.err
    (engine,) = outcome.json["engines"]
    return engine


def test_an_engine_without_an_implementation_says_how_to_build_one(joulemark, plugins, toys):
    (install,) = engine_of(joulemark, "torch", *root_of(toys))["installs"]
    assert install["version"] == "9.9.9" and install["library_dir"] == str(toys / "torch/lib")
    wanted = f"no plugin was built for PyTorch 9.9.9; run 'joulemark engines --build torch --root {toys / 'torch/lib'}'"
    assert install["problem"].endswith(wanted)
    outcome = joulemark("compare", linear(joulemark.home / "m.onnx"), "--engine", "torch", *root_of(toys), *QUICK)
    assert outcome.status == MACHINE and wanted in outcome.err


def test_torchscript_is_found_where_torch_is(joulemark, plugins, toys):
    (install,) = engine_of(joulemark, "torchscript", *root_of(toys))["installs"]
    assert (install["version"], install["found_by"]) == ("9.9.9", "option")
    joulemark.environment["JOULEMARK_TORCH_ROOT"] = str(toys / "torch")
    assert engine_of(joulemark, "torchscript")["installs"][0]["found_by"] == "environment"


def test_a_provider_that_is_absent_has_its_reason(joulemark, built, toys):
    (install,) = engine_of(joulemark, "torch", *root_of(toys))["installs"]
    assert install["problem"] is None and install["providers"] == ["cpu"]
    assert "this PyTorch has no CUDA" in install["absent_providers"]["cuda"]
    lines = joulemark("engines", "torch", *root_of(toys)).out.splitlines()
    assert lines[1].split()[:3] == ["torch", "9.9.9", "cpu"]
    assert any("provider 'cuda': this PyTorch has no CUDA" in line for line in lines)
    assert not [line for line in joulemark("doctor", *root_of(toys)).out.splitlines() if "broken" in line and "torch 9" in line]


def test_a_comparison_with_a_provider_that_is_absent_ends_before_its_first_trial(joulemark, built, toys):
    model = linear(joulemark.home / "m.onnx")
    outcome = joulemark("compare", model, "--engine", "torch", "--provider", "cpu,cuda", *root_of(toys), *QUICK, "--store", "s.sqlite")
    assert outcome.status == MACHINE and "'cuda'" in outcome.err and "has no CUDA" in outcome.err
    assert not (joulemark.home / "s.sqlite").exists()


def test_check_asks_for_its_provider(joulemark, built, toys, tmp_path):
    (tmp_path / "case/test_data_set_0").mkdir(parents=True)
    linear(tmp_path / "case/model.onnx")
    check = ["check", tmp_path / "case", "--engine", "torch", *root_of(toys), "--provider"]
    outcome = joulemark(*check, "cuda")
    assert outcome.status == MACHINE and "has no CUDA" in outcome.err
    outcome = joulemark(*check, "rocm")
    assert outcome.status == USAGE and "'rocm'; it has cpu, cuda" in outcome.err


def in_cache(joulemark, toys) -> None:
    (joulemark.home / ".cache/joulemark/engines/torch").mkdir(parents=True)
    (joulemark.home / ".cache/joulemark/engines/torch/9.9.9").symlink_to(toys / "torch")


def test_an_engine_that_nobody_asked_for_is_left_out_with_a_note(joulemark, plugins, toys):
    in_cache(joulemark, toys)
    outcome = joulemark("compare", linear(joulemark.home / "m.onnx"), *QUICK)
    assert outcome.status == MACHINE
    assert "engine 'torch' is left out: " in outcome.err and "engine 'torchscript' is left out: " in outcome.err
    assert "no plugin was built for PyTorch 9.9.9" in outcome.err.splitlines()[-1]


def test_the_operators_of_an_engine_are_listed(joulemark, built, toys):
    outcome = joulemark("engines", "torch", "--operators", *root_of(toys))
    assert outcome.status == OK, outcome.err
    rows = [line.split(maxsplit=2) for line in outcome.out.splitlines()]
    assert ["Toy", "ai.onnx", "1 to 6"] in rows and ["Toy", "ai.onnx", "7 and newer"] in rows and ["Play", "com.example", "3"] in rows
    assert outcome.out.splitlines()[-1] == "1 of ai.onnx, 1 of com.example"
    listed = joulemark("engines", "torch", "--operators", "--json", *root_of(toys)).json
    assert (listed["engine"], listed["version"]) == ("torch", "9.9.9")
    assert listed["operators"][0] == {"domain": "", "name": "Toy", "since": 1, "until": 6}
    assert listed["operators"][1]["until"] is None


def test_an_engine_that_lists_no_operators_says_so(joulemark):
    outcome = joulemark("engines", "null", "--operators")
    assert outcome.status == NOT_OK and "'null'" in outcome.err and not outcome.out
    assert joulemark("engines", "--operators").status == USAGE


def test_one_engine_can_be_listed(joulemark):
    assert engine_of(joulemark, "null")["name"] == "null"
    outcome = joulemark("engines", "nul")
    assert outcome.status == USAGE and "'null'" in outcome.err


# The build: cmake is a script that makes what the real one would.


def fake_tools(joulemark, tmp_path, script: str) -> None:
    folder = tmp_path / "tools"
    folder.mkdir(exist_ok=True)
    for name in ("cmake", "ninja", "c++"):
        (folder / name).write_text("#!/bin/sh\n" + (script if name == "cmake" else ""))
        (folder / name).chmod(0o755)
    joulemark.environment["PATH"] = f"{folder}:/usr/bin:/bin"


def making(toys, digest: str) -> str:
    """The script of a cmake that builds: `cmake -S S -B DIR …` and `cmake --build DIR --target T`."""
    made = "$2/bin/engines/torch/impl/9.9.9"
    return f"""echo "$@"
    if [ "$1" = --build ]; then
      mkdir -p {made} && cp {toys / IMPLEMENTATION} {made} && echo {digest} > {made}/digest
    fi"""


def own_digest() -> str:
    digest = BIN.parent / "generated/torch/digest"
    return digest.read_text().strip()


def build(joulemark, toys, *arguments):
    return joulemark("engines", "--build", "torch", "--root", toys / "torch", "--source", ROOT, *arguments)


def test_an_engine_is_built_into_the_cache_once(joulemark, plugins, toys, tmp_path):
    fake_tools(joulemark, tmp_path, making(toys, own_digest()))
    outcome = build(joulemark, toys)
    made = joulemark.home / f".cache/joulemark/plugins/torch/9.9.9-{own_digest()}" / IMPLEMENTATION
    assert outcome.status == OK and outcome.out == f"built '{made}'\n", outcome
    assert engine_of(joulemark, "torch", *root_of(toys))["installs"][0]["problem"] is None
    again = build(joulemark, toys)
    assert again.status == OK and "as it is" in again.out and again.err == ""
    assert [path.name for path in made.parent.iterdir()] == [IMPLEMENTATION]


def test_what_was_built_from_other_sources_is_not_used(joulemark, plugins, toys, tmp_path):
    fake_tools(joulemark, tmp_path, making(toys, "0123456789abcdef"))
    outcome = build(joulemark, toys)
    assert outcome.status == NOT_OK and "was this program built from" in outcome.err
    assert "no plugin was built" in engine_of(joulemark, "torch", *root_of(toys))["installs"][0]["problem"]


def test_a_build_that_fails_shows_the_end_of_its_log(joulemark, plugins, toys, tmp_path):
    fake_tools(joulemark, tmp_path, "seq 100; echo the compiler is unhappy >&2; exit 3")
    outcome = build(joulemark, toys)
    assert outcome.status == NOT_OK and not outcome.out
    lines = outcome.err.splitlines()
    assert "the compiler is unhappy" in lines and "99" in lines and "9" not in lines
    assert "'cmake' ended with status 3" in lines[-1]
    log = joulemark.home / ".cache/joulemark/plugins/torch/build.log"
    assert str(log) in lines[-1] and log.read_text().startswith("1\n2\n")


def test_a_build_that_makes_nothing_is_an_error(joulemark, plugins, toys, tmp_path):
    fake_tools(joulemark, tmp_path, "exit 0")
    outcome = build(joulemark, toys)
    assert outcome.status == NOT_OK and IMPLEMENTATION in outcome.err


def test_a_tool_that_is_missing_is_named(joulemark, plugins, toys):
    joulemark.environment["PATH"] = "/nowhere"
    outcome = build(joulemark, toys)
    assert outcome.status == MACHINE and "there is no 'cmake' on the PATH" in outcome.err


def test_headers_that_are_missing_are_named(joulemark, plugins, toys, tmp_path):
    shutil.copytree(toys / "torch", tmp_path / "bare", ignore=shutil.ignore_patterns("include"))
    outcome = joulemark("engines", "--build", "torch", "--root", tmp_path / "bare", "--source", ROOT)
    assert outcome.status == MACHINE and str(tmp_path / "bare/include/ATen/ATen.h") in outcome.err


@pytest.mark.parametrize(
    "arguments, status, words",
    [
        (["--build", "null"], USAGE, "one plugin serves all"),
        (["--build", "torhc"], USAGE, "did you mean 'torch'?"),
        (["--build", "torch", "--root", "/nowhere"], MACHINE, "no file there matches 'libtorch_cpu.so'"),
        (["--build", "torch"], MACHINE, "script/bootstrap"),
        (["--root", "/nowhere"], USAGE, "--build ENGINE"),
    ],
)
def test_a_build_that_cannot_be_is_refused(joulemark, plugins, arguments, status, words):
    outcome = joulemark("engines", *arguments)
    assert outcome.status == status and words in outcome.err and not outcome.out, outcome


def test_a_source_tree_that_is_none_is_refused(joulemark, plugins, toys, tmp_path):
    outcome = joulemark("engines", "--build", "torch", "--root", toys / "torch", "--source", tmp_path)
    assert outcome.status == USAGE and str(tmp_path) in outcome.err
