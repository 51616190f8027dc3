# SPDX-License-Identifier: Apache-2.0
"""Networks as exporters write them, and random graphs: every engine gives ONNX Runtime's answers."""

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import CACHE, ROOT, Joulemark

# OpenVINO reads no functions that a model defines, and its GroupQueryAttention gives empty keys.
FUSED_DECODERS = {f"llama-{kind}-{stage}" for kind in ("grouped", "4bit") for stage in ("prefill", "step")}
# TensorFlow's engine has no control flow, no sequences of open length, and none of ONNX Runtime's own operators.
CONTROL_FLOW = {"if-even", "if-long", "if-odd", "loop-greedy", "loop-nested", "loop-to-condition", "loop-to-limit", "scan"}
OPEN_LENGTH = {"tf2onnx-gru-opset13", "tf2onnx-lstm-opset9", "tf2onnx-lstm-opset15"}
LEFT_OUT = {
    "openvino": {"functions", *FUSED_DECODERS},
    "tensorflow": {"encoder-fused", *FUSED_DECODERS, *CONTROL_FLOW, *OPEN_LENGTH},
}


def write_models(out: pathlib.Path, *arguments: str) -> pathlib.Path:
    command = [sys.executable, ROOT / "bench/models", arguments[0], out, *arguments[1:]]
    subprocess.run(command, env={**os.environ, "XDG_CACHE_HOME": str(CACHE.parent)}, stdout=subprocess.DEVNULL, check=True)
    return out


def outcomes(joulemark: Joulemark, folder: pathlib.Path, engine: str) -> dict[str, str]:
    """What is wrong with each case that does not pass."""
    checked = joulemark("check", folder, "--engine", engine, "--atol", "1e-4", "--json", timeout=600)
    assert checked.out, checked.err
    assert len(checked.json["cases"]) > 30
    return {case["name"]: f"{case['status']}: {case['reason']}" for case in checked.json["cases"] if case["status"] != "pass"}


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch", "torchscript", "tensorflow"])
def test_tiny_exports_give_the_answers_of_onnx_runtime(with_engines: Joulemark, tmp_path: pathlib.Path, engine: str):
    wrong = outcomes(with_engines, write_models(tmp_path / "tiny", "tiny"), engine)
    assert set(wrong) <= LEFT_OUT.get(engine, set()), wrong


@pytest.mark.parametrize("engine", ["torch", "torchscript", "tensorflow", "mxnet"])
def test_random_graphs_give_the_answers_of_onnx_runtime(with_engines: Joulemark, tmp_path: pathlib.Path, engine: str):
    wrong = outcomes(with_engines, write_models(tmp_path / "random", "random", "0-99"), engine)
    assert not {name: reason for name, reason in wrong.items() if not reason.startswith("unsupported")}


def test_a_seed_gives_the_same_graph_each_time(tmp_path: pathlib.Path):
    folders = [write_models(tmp_path / name, "random", "7-9") for name in ("a", "b")]
    files = [path.relative_to(folders[0]) for path in folders[0].rglob("*") if path.is_file()]
    assert len(files) >= 6
    for file in files:
        assert (folders[0] / file).read_bytes() == (folders[1] / file).read_bytes()
