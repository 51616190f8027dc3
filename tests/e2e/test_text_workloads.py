# SPDX-License-Identifier: Apache-2.0
"""Language models in `joulemark compare` and `run`: what is counted, what is gated, and where the joules of prefill and decoding are."""

import json
import shutil
import sqlite3

import pytest
from conftest import OK, ROOT, USAGE, contents_of
from decoder_cases import ENGINES, case, expected, generate, why_not
from simulated_powercap import SimulatedPowercap

FIRST = "onnxruntime"
QUICK = ("--repetitions", 1, "--duration", 0.2, "--warmup-max", 0.5)
LENGTHS = ("--prompt-tokens", 5, "--new-tokens", 4)


@pytest.fixture(autouse=True)
def one_cache(with_engines):
    return with_engines


def compare(joulemark, model, *flags):
    return joulemark("compare", model, "--store", joulemark.home / "s.sqlite", *QUICK, *flags)


def gpt2():
    return case("decoders", "gpt2")


def value(row, metric):
    return row["metrics"][metric]["value"]


def rows_of(joulemark, table):
    with contents_of(joulemark.home / "s.sqlite") as store:
        store.row_factory = sqlite3.Row
        return store.execute(f"select * from {table} order by 1").fetchall()


@pytest.mark.quiet
def test_every_engine_answers_the_same_tokens_and_is_ranked(with_engines):
    engines = [engine for engine in ENGINES if not why_not(engine)]
    outcome = compare(with_engines, gpt2(), "--engine", ",".join(engines), "--batch", "1,3", *LENGTHS, "--json")
    assert outcome.status == OK, outcome.err
    rows = outcome.json["rows"]
    assert len(rows) == 2 * len(engines) and {row["standing"] for row in rows} <= {"best", "tied", "behind", "worse", "unresolved"}
    assert outcome.json["verdict"]["models"][0]["metric"] == "time_per_token_s"
    for row in rows:
        assert value(row, "ttft_p50_ms") > 0 and value(row, "tpot_ms") > 0 and value(row, "prompt_tokens_per_s") > 0
        assert value(row, "tokens_per_s") == pytest.approx(1 / value(row, "time_per_token_s"))
        assert value(row, "time_per_inference_s") == pytest.approx(4 * value(row, "time_per_token_s"))
        assert value(row, "itl_p50_ms") <= value(row, "itl_p99_ms")
        assert row["metrics"]["energy_per_token_J"]["value"] is None
    assert not {"different", "other_texts"} & {caveat["code"] for caveat in outcome.json["caveats"]}


def test_at_a_rate_both_windows_hold_the_same_requests(with_engines):
    outcome = compare(with_engines, gpt2(), "--engine", FIRST, *LENGTHS, "--min-iterations", 30, "--rate", "20/s", "--arrivals", "uniform", "--json")
    assert outcome.status == OK, outcome.err
    (row,) = outcome.json["rows"]
    assert outcome.json["verdict"]["models"][0]["metric"] == "latency_p95_ms"
    (text,) = rows_of(with_engines, "trial_text")
    assert text["prompts"] == text["prefill_prompts"] == 8, "30 tokens are 8 requests of 4"
    assert value(row, "tokens_per_s") <= 8 * 4 / 0.4, "8 requests, 20 a second"
    assert 0 < value(row, "ttft_p50_ms") <= value(row, "latency_p99_ms")
    assert value(row, "busy_s") == pytest.approx(8 * value(row, "time_per_inference_s"))


def test_prompts_of_a_file_are_fed_as_they_are(with_engines):
    runs = expected("decoders", "gpt2")["runs"]
    workload = with_engines.home / "prompts.jsonl"
    workload.write_text("\n".join(json.dumps({"ids": run["prompt_ids"]}) for run in runs) + "\n\n")
    outcome = compare(with_engines, gpt2(), "--engine", FIRST, "--workload", workload, "--new-tokens", 3, "--json")
    assert outcome.status == OK, outcome.err
    (text,) = rows_of(with_engines, "trial_text")
    passes = text["prompts"] / len(runs)
    assert passes == int(passes) >= 1
    assert text["prompt_tokens"] == passes * sum(len(run["prompt_ids"]) for run in runs)
    assert text["new_tokens"] == 3 * text["prompts"]
    assert text["prefill_new_tokens"] == text["prefill_prompts"] >= text["prompts"]
    # The digest is that of what `generate` says.
    hashed = 0xCBF29CE484222325
    for run in runs:
        said = generate(with_engines, FIRST, gpt2(), [run["prompt_ids"]], "--max-new-tokens", 3, "--ignore-eos").json["new_ids"]
        for number in [*said, 0xFFFFFFFF]:
            for byte in number.to_bytes(4, "little"):
                hashed = (hashed ^ byte) * 0x100000001B3 % 2**64
    assert text["digest"] == f"{hashed:016x}"


@pytest.mark.quiet
def test_joules_of_prompts_and_of_decoding_are_told_apart(with_engines):
    """At constant watts a token's joules are its time, in each of the two windows; the counter lags behind on a busy machine."""
    watts = 37
    with SimulatedPowercap(with_engines.home / "machine", watts=watts) as machine:
        outcome = compare(with_engines, gpt2(), "--engine", FIRST, *LENGTHS, "--duration", 2, "--root", machine.root, "--json")
    assert outcome.status == OK, outcome.err
    (row,) = outcome.json["rows"]
    assert outcome.json["verdict"]["models"][0]["metric"] == "energy_per_token_J"
    assert value(row, "energy_per_token_J") == pytest.approx(watts * value(row, "time_per_token_s"), rel=0.2)
    assert value(row, "prefill_energy_per_token_J") == pytest.approx(watts / value(row, "prompt_tokens_per_s"), rel=0.2)
    whole = 4 * value(row, "energy_per_token_J")
    prompt = 5 * value(row, "prefill_energy_per_token_J")
    assert value(row, "decode_energy_per_token_J") == pytest.approx((whole - prompt) / 3, rel=1e-6)


def test_a_text_that_ends_is_counted_to_its_end(with_engines):
    model = shutil.copytree(gpt2(), with_engines.home / "gpt2")
    run = expected("decoders", "gpt2")["runs"][0]
    first = run["new_ids"][0]
    (model / "generation_config.json").write_text(json.dumps({"eos_token_id": first}))
    workload = with_engines.home / "prompts.jsonl"
    workload.write_text(json.dumps({"ids": run["prompt_ids"]}))
    flags = ("--engine", FIRST, "--workload", workload, "--new-tokens", 4, "--json")
    assert compare(with_engines, model, *flags, "--stop", "eos").status == OK
    assert compare(with_engines, model, *flags).status == OK
    ended, whole = rows_of(with_engines, "trial_text")
    assert ended["new_tokens"] == ended["prompts"] and whole["new_tokens"] == 4 * whole["prompts"]


def test_the_cache_and_the_precision_that_ran_are_told(with_engines):
    engines = [engine for engine in ENGINES if not why_not(engine)]
    assert compare(with_engines, gpt2(), "--engine", ",".join(engines), *LENGTHS).status == OK
    effective = {row["engine"]: json.loads(row["effective_json"]) for row in rows_of(with_engines, "trial")}
    assert {engine: facts["kv_cache"] for engine, facts in effective.items()} == {
        engine: "state" if engine == "openvino" else "growing" for engine in engines
    }  # heads of this model are too small for the operator with one buffer
    assert {facts["precision"] for facts in effective.values()} == {"f32"}


def test_made_up_weights_are_said_in_every_output(with_engines):
    outcome = compare(with_engines, "synthetic:codeparrot-small@layers=1,vocabulary=300", "--engine", FIRST, *LENGTHS, "--json")
    assert outcome.status == OK, outcome.err
    assert "synthetic" in outcome.err
    assert "synthetic_weights" in {caveat["code"] for caveat in outcome.json["caveats"]}


def test_a_file_of_an_experiment_says_the_same_as_the_flags(with_engines):
    flags = ("--engine", FIRST, *LENGTHS, "--stop", "never")
    printed = compare(with_engines, gpt2(), *flags, "--print-experiment")
    assert printed.status == OK, printed.err
    file = with_engines.home / "e.toml"
    file.write_text(printed.out)
    assert "[generation]\nprompt_tokens = 5\nnew_tokens = 4" in printed.out
    outcome = with_engines("run", file, "--store", with_engines.home / "s.sqlite", "--json")
    assert outcome.status == OK, outcome.err
    assert value(outcome.json["rows"][0], "time_per_token_s") > 0


@pytest.mark.parametrize(
    "flags, complaint",
    [
        (["--workload", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--workload", "empty.jsonl"], "holds no prompt"),
        (["--workload", "odd.jsonl"], "odd.jsonl', line 2: no prompt"),
        (["--workload", "text.jsonl"], "tokenizer.json"),
        (["--workload", "large.jsonl"], "token 999999 is none of the model's"),
        (["--workload", "blank.jsonl"], "prompt 1: it has no token"),
        (["--stop", "sometimes"], "--stop must be never or eos"),
        (["--new-tokens", "0"], "--new-tokens"),
        (["--new-tokens", "100000"], "more than the"),
        (["--inputs", "x.npz"], "give them with --workload"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(with_engines, flags, complaint):
    files = {"empty": "\n", "odd": '{"ids":[1]}\n{"id":[1]}\n', "text": '{"text":"Hello"}', "large": '{"ids":[999999]}', "blank": '{"ids":[]}'}
    for name, text in files.items():
        (with_engines.home / f"{name}.jsonl").write_text(text)
    outcome = with_engines("compare", gpt2(), "--engine", FIRST, *flags)
    assert outcome.status == USAGE, outcome.err
    assert complaint in outcome.err


WORDS = {"<unk>": 0, "def": 1, "class": 2, "(": 3, "self": 4, "import": 5, "#": 6}
TOKENIZER = {
    "version": "1.0",
    "added_tokens": [],
    "pre_tokenizer": {"type": "WhitespaceSplit"},
    "model": {"type": "WordLevel", "vocab": WORDS, "unk_token": "<unk>"},
}
# A tiny stand-in for some of the study's models, of the same architecture each.
STAND_INS = {
    "hub:codeparrot/codeparrot-small": "gpt2_layer_scale",
    "hub:bigcode/starcoderbase-1b": "gpt_bigcode",
    "hub:EleutherAI/pythia-410m": "gpt_neox",
    "hub:bigscience/bloomz-560m": "bloom",
    "hub:microsoft/phi-2": "phi",
}


def test_the_studys_experiment_runs_when_it_is_scaled_down(with_engines):
    """examples/code-slm-2412.15441.toml with tiny models, few prompts and short windows: all else is as it stands there."""
    study = (ROOT / "examples/code-slm-2412.15441.toml").read_text()
    head, *models = study.split("[[model]]")
    assert len(models) == 12
    for old, new in (
        ('"prompts/code.jsonl"', '"few.jsonl"'),
        ("new_tokens = 114", "new_tokens = 3"),
        ("threads = [16]", "threads = [1]"),
        ('provider = ["cpu", "cuda"]', 'provider = ["cpu"]'),
        ("repetitions = 10", "repetitions = 1\nduration_s = 0.1"),
        ("idle_s = 30", "idle_s = 0.1"),
        ("warmup_max_s = 60", "warmup_max_s = 0.2"),
    ):
        assert old in head
        head = head.replace(old, new)
    head = "\n".join(part for part in head.split("\n\n") if "[[exclude]]" not in part)
    engines = [engine for engine in ENGINES if not why_not(engine)]
    head = head.replace('["torch", "torchscript", "onnxruntime", "openvino"]', json.dumps(engines))
    for source, name in STAND_INS.items():
        assert source in study
        model = shutil.copytree(case("decoders", name), with_engines.home / name)
        (model / "tokenizer.json").write_text(json.dumps(TOKENIZER))
        head += f'\n[[model]]\nsource = "{name}"\n'
    lines = (ROOT / "examples/prompts/code.jsonl").read_text().splitlines()
    assert len(lines) == 164
    few = [line for line in lines if len(json.loads(line)["text"].split()) <= 6][:4]
    (with_engines.home / "few.jsonl").write_text("\n".join(few))
    (with_engines.home / "study.toml").write_text(head)
    outcome = with_engines("run", with_engines.home / "study.toml", "--store", with_engines.home / "s.sqlite", "--json", timeout=300)
    assert outcome.status == OK, outcome.err
    rows = outcome.json["rows"]
    assert len(rows) == len(STAND_INS) * len(engines)
    assert {row["trials_ok"] for row in rows} == {1}, rows  # what their times look like is not judged here
    for text in rows_of(with_engines, "trial_text"):
        assert text["new_tokens"] == 3 * text["prompts"] and text["prompts"] % 4 == 0
    assert "different" not in {caveat["code"] for caveat in outcome.json["caveats"]}
