# SPDX-License-Identifier: Apache-2.0
"""`joulemark generate` against what transformers says of the same checkpoints, and what it does with broken ones."""

import json
import shutil
import time

import pytest
from conftest import MACHINE, NOT_OK, OK, ROOT, USAGE
from decoder_cases import ENGINES, REPRESENTATIVE, case, differences, expected, generate, names, why_not

FIRST = "onnxruntime"  # every case goes through it
ENCODERS = [name for kind in ("refused", "valid") for name in names(kind) if name.startswith("bert")]
SPELLINGS = [name for name in names("decoders") if "." in name]  # the same models with config.json in another form
CASES = [(FIRST, name) for name in names("decoders") if "." not in name] + [(engine, name) for engine in ENGINES[1:] for name in REPRESENTATIVE]


@pytest.fixture(autouse=True)
def one_cache(with_engines):
    """Only what the tests of this file look at is left in the cache."""
    return with_engines


@pytest.fixture
def engine(request):
    if why := why_not(request.param):
        pytest.skip(why)
    return request.param


def through_engines(test):
    return pytest.mark.parametrize("engine", ENGINES, indirect=True)(test)


def gpt2(joulemark, engine=FIRST, prompts=((1, 2),), flags=()):
    return generate(joulemark, engine, case("decoders", "gpt2"), prompts, "--ignore-eos", *flags)


def own_copy(joulemark, kind, name):
    """The case in a folder that a test may change."""
    return shutil.copytree(case(kind, name), joulemark.home / name)


@pytest.mark.parametrize("engine, name", CASES, indirect=["engine"])
def test_answers_are_those_of_the_reference(with_engines, engine, name):
    wanted = expected("decoders", name)
    for run in wanted["runs"]:
        count = len(run["new_ids"])
        outcome = generate(
            with_engines, engine, case("decoders", name), [run["prompt_ids"]], "--max-new-tokens", count, "--ignore-eos", "--logits", "all"
        )
        assert outcome.status == OK, outcome.err
        assert differences(outcome.json, run) == []


@pytest.mark.parametrize("name", SPELLINGS)
def test_other_spellings_of_the_configuration_mean_the_same(with_engines, name):
    run = expected("decoders", name)["runs"][0]
    flags = ["--max-new-tokens", len(run["new_ids"]), "--ignore-eos", "--logits", "all"]
    outcome = generate(with_engines, FIRST, case("decoders", name), [run["prompt_ids"]], *flags)
    assert outcome.status == OK, outcome.err
    assert differences(outcome.json, run) == []


@pytest.mark.parametrize("engine, name", [row for row in CASES if row[1] in REPRESENTATIVE], indirect=["engine"])
def test_rows_of_a_batch_are_answered_as_if_alone(with_engines, engine, name):
    if "batch" not in (wanted := expected("decoders", name)):
        pytest.skip("its rows depend on each other")
    prompts = [row["prompt_ids"] for row in wanted["batch"]]
    count = len(wanted["batch"][0]["new_ids"])
    outcome = generate(with_engines, engine, case("decoders", name), prompts, "--max-new-tokens", count, "--ignore-eos", "--logits", "last")
    assert outcome.status == OK, outcome.err
    rows = outcome.json["rows"]
    assert len(rows) == len(prompts) > 1 and [row["prompt_ids"] for row in rows] == prompts
    assert [differences(row, other) for row, other in zip(rows, wanted["batch"])] == [[]] * len(rows)


@pytest.mark.parametrize("name", sorted(set(names("refused")) - set(ENCODERS)))
def test_broken_checkpoints_are_refused_at_once_with_the_reason(with_engines, name):
    began = time.monotonic()
    outcome = generate(with_engines, FIRST, case("refused", name), [[1, 2]], "--max-new-tokens", 2)
    assert outcome.status in (NOT_OK, USAGE, MACHINE) and outcome.out == ""
    assert time.monotonic() - began < 10
    assert outcome.err.startswith("joulemark: ") and outcome.err.count("\n") == 1
    for word in expected("refused", name)["refused"]:
        assert word in outcome.err
    assert not list((with_engines.home / ".cache/joulemark").glob("checkpoints/*/*.onnx"))


@pytest.mark.parametrize("name", sorted(set(names("valid")) - set(ENCODERS)))
def test_the_sound_twins_of_broken_checkpoints_run(with_engines, name):
    outcome = generate(with_engines, FIRST, case("valid", name), [[1, 2]], "--max-new-tokens", 2)
    assert outcome.status == OK, outcome.err


@through_engines
def test_logits_come_as_asked(with_engines, engine):
    everything, last, none = (gpt2(with_engines, engine, [[5, 6, 7]], ["--logits", which]).json for which in ("all", "last", "none"))
    assert len(everything["prefill_logits"]) == 3 and len(last["prefill_logits"]) == 1 and "prefill_logits" not in none
    assert len(everything["step_logits"]) == len(last["step_logits"]) == len(everything["new_ids"]) and "step_logits" not in none
    assert everything["prefill_logits"][-1] == pytest.approx(last["prefill_logits"][0], abs=1e-5)
    assert everything["new_ids"] == last["new_ids"] == none["new_ids"]
    assert everything["synthetic"] is False


@pytest.mark.parametrize(("engine", "builds"), [("onnxruntime", False), ("openvino", True)])
def test_building_is_timed_apart_where_an_engine_does_that(with_engines, engine, builds):
    timing = gpt2(with_engines, engine).json["timing"]
    assert ("build_s" in timing) == builds and timing.get("build_s", 1) > 0


def test_times_are_those_of_each_token(with_engines):
    timing = gpt2(with_engines, flags=["--max-new-tokens", 5]).json["timing"]
    assert timing["first_token_s"] > 0 and timing["load_s"] > 0
    assert len(timing["inter_token_s"]) == 4 and min(timing["inter_token_s"]) > 0


def test_people_get_a_line_for_each_prompt(with_engines):
    outcome = with_engines(
        "generate", case("decoders", "gpt2"), "--engine", FIRST, "--token-ids", "1, 2", "--token-ids", "3", "--max-new-tokens", 3, "--ignore-eos"
    )
    assert outcome.status == OK, outcome.err
    assert [len(line.split()) for line in outcome.out.splitlines()] == [3, 3]


def test_a_prompt_goes_through_the_models_tokenizer(with_engines):
    model = own_copy(with_engines, "decoders", "gpt2")
    shutil.copy(ROOT / "tests/tokenizers/gpt2.json", model / "tokenizer.json")
    texts = with_engines.home / "texts.jsonl"
    texts.write_text('{"text": "a"}\n{"text": "b"}\n')
    ids = [json.loads(line)["ids"] for line in with_engines("tokenize", model, "--file", texts, "--json").out.splitlines()]
    outcome = with_engines("generate", model, "--engine", FIRST, "--prompt", "a", "--prompt", "b", "--ignore-eos", "--json")
    assert outcome.status == OK, outcome.err
    rows = outcome.json["rows"]
    assert [row["prompt_ids"] for row in rows] == ids and ids[0] != ids[1]
    assert all(isinstance(row["text"], str) for row in rows)


def test_a_text_ends_where_the_checkpoint_says(with_engines):
    model = own_copy(with_engines, "decoders", "gpt2")
    free = generate(with_engines, FIRST, model, [[5, 6]], "--max-new-tokens", 6, "--ignore-eos").json["new_ids"]
    stop = free[2]
    (model / "generation_config.json").write_text(json.dumps({"eos_token_id": [stop]}))
    stopped = generate(with_engines, FIRST, model, [[5, 6]], "--max-new-tokens", 6).json["new_ids"]
    assert stopped == free[: free.index(stop) + 1]
    assert generate(with_engines, FIRST, model, [[5, 6]], "--max-new-tokens", 6, "--ignore-eos").json["new_ids"] == free


@pytest.mark.parametrize(
    "flags, status, words",
    [
        (["--token-ids", "1,x"], USAGE, "--token-ids takes numbers such as 5,9,27, not '1,x'"),
        (["--token-ids", ""], USAGE, "--token-ids takes numbers"),
        (["--token-ids", "-1"], USAGE, "--token-ids takes numbers"),
        (["--token-ids", "99999999999"], USAGE, "--token-ids takes numbers"),
        (["--token-ids", "1", "--max-new-tokens", "0"], USAGE, "--max-new-tokens must be 1 to"),
        (["--token-ids", "1", "--logits", "some"], USAGE, "--logits must be none, last, all, not 'some'"),
        (["--token-ids", "1", "--option", "novalue"], USAGE, "--option takes KEY=VALUE"),
        (["--token-ids", "1", "--time-limit", "0"], USAGE, "--time-limit must be positive"),
        ([], USAGE, "--prompt or --token-ids"),
        (["--prompt", "a"], USAGE, "tokenizer.json"),
        (["--token-ids", "1000000"], NOT_OK, "1000000"),
    ],
)
def test_what_cannot_be_asked_is_answered_with_the_reason(with_engines, flags, status, words):
    outcome = with_engines("generate", case("decoders", "gpt2"), "--engine", FIRST, *flags)
    assert outcome.status == status, outcome.err
    assert words in outcome.err and outcome.out == ""


def test_a_prompt_beyond_the_table_of_positions_is_refused(with_engines):
    positions = json.loads((case("decoders", "gpt2") / "config.json").read_text())["n_positions"]
    outcome = gpt2(with_engines, prompts=[[1] * (positions + 1)])
    assert outcome.status == NOT_OK and str(positions) in outcome.err


def test_what_is_no_model_is_named(with_engines):
    (with_engines.home / "empty").mkdir()
    for model, words in (("gone", "gone"), ("empty", "'empty' is no model")):
        outcome = with_engines("generate", model, "--engine", FIRST, "--token-ids", "1")
        assert outcome.status in (NOT_OK, USAGE) and words in outcome.err and outcome.out == ""


# Synthetic models

SMALL = "synthetic:codeparrot-small@layers=1,vocabulary=100"


@through_engines
def test_a_synthetic_model_runs_and_says_what_it_is(with_engines, engine):
    outcome = generate(with_engines, engine, SMALL, [[5, 9, 27]], "--max-new-tokens", 4)
    assert outcome.status == OK, outcome.err
    assert outcome.json["synthetic"] is True and len(outcome.json["new_ids"]) == 4
    assert "are synthetic" in outcome.err


def test_a_synthetic_model_is_the_same_everywhere_and_made_once(with_engines):
    first = generate(with_engines, FIRST, SMALL, [[5, 9, 27]], "--logits", "last")
    again = generate(with_engines, FIRST, SMALL, [[5, 9, 27]], "--logits", "last")
    assert "once" in first.err and "once" not in again.err
    folder = with_engines.home / ".cache/joulemark/synthetic/codeparrot-small-layers1-vocabulary100-v1"
    assert sorted(path.name for path in folder.iterdir() if path.name != ".lock") == ["config.json", "model.safetensors"]
    elsewhere = generate(with_engines, FIRST, folder, [[5, 9, 27]], "--logits", "last")
    assert first.json["prefill_logits"] == again.json["prefill_logits"] == elsewhere.json["prefill_logits"]
    assert elsewhere.json["synthetic"] is True


@pytest.mark.parametrize(
    "model, flags, words",
    [
        ("synthetic:phi-3", ["--token-ids", "1"], "did you mean 'phi-2'?"),
        ("synthetic:phi-2@layers=99", ["--token-ids", "1"], "layers must be a whole number from 1 to 32, not '99'"),
        ("synthetic:phi-2", ["--prompt", "Hello"], "no tokenizer; give --token-ids"),
    ],
)
def test_synthetic_models_that_cannot_be_are_refused_before_they_are_made(with_engines, model, flags, words):
    outcome = with_engines("generate", model, "--engine", FIRST, *flags)
    assert outcome.status == USAGE and words in outcome.err
    assert not (with_engines.home / ".cache/joulemark/synthetic").exists()


def test_a_cache_that_cannot_be_written_is_named(with_engines):
    (with_engines.home / ".cache/joulemark/synthetic").write_text("in the way")
    outcome = generate(with_engines, FIRST, SMALL, [[1]])
    assert outcome.status == MACHINE and "cannot write to the cache" in outcome.err
