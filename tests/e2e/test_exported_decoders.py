# SPDX-License-Identifier: Apache-2.0
"""Decoders that others exported. tests/data/exported_decoders.tar.gz holds the reference case llama_gqa as Optimum writes it:
onnx/model.onnx (optimum-onnx 0.1.0) and openvino/openvino_model.{xml,bin}, stateful (optimum-intel 2.2.0), task text-generation-with-past."""

import decoder_cases
import numpy
import pytest
from conftest import OK, unpack

LIMIT = 1e-4


@pytest.fixture(scope="module")
def expected():
    return decoder_cases.expected("decoders", "llama_gqa")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return unpack("exported_decoders.tar.gz", tmp_path_factory.mktemp("exported"))


def generated(program, model, engine, prompts, new_tokens, logits):
    ids = [f"--token-ids={','.join(map(str, prompt))}" for prompt in prompts]
    outcome = program("generate", model, "--engine", engine, *ids, "--max-new-tokens", new_tokens, "--ignore-eos", "--logits", logits, "--json")
    assert outcome.status == OK, outcome.err
    return outcome.json


def check(answer, wanted):
    assert answer["new_ids"] == wanted["new_ids"]
    for key in ("prefill_logits", "step_logits"):
        difference = numpy.abs(numpy.array(answer[key]) - numpy.array(wanted[key])).max()
        assert difference < LIMIT, f"{key} differ by {difference}"


# A folder stands for the model in it.
EXPORTS = [("onnx", "onnxruntime"), ("onnx", "openvino"), ("openvino", "openvino"), ("onnx/model.onnx", "onnxruntime")]


@pytest.mark.parametrize(("model", "engine"), EXPORTS)
def test_an_exported_decoder_gives_the_reference_tokens_and_logits(with_engines, exported, expected, model, engine):
    for run in expected["runs"]:
        check(generated(with_engines, exported / model, engine, [run["prompt_ids"]], len(run["new_ids"]), "all"), run)


@pytest.mark.parametrize(("model", "engine"), EXPORTS[:3])
def test_prompts_of_different_lengths_make_a_batch(with_engines, exported, expected, model, engine):
    rows = expected["batch"]
    prompts = [row["prompt_ids"] for row in rows]
    answer = generated(with_engines, exported / model, engine, prompts, len(rows[0]["new_ids"]), "last")
    for row, wanted in zip(answer["rows"], rows, strict=True):
        check(row, wanted)
