# SPDX-License-Identifier: Apache-2.0
"""The engine `transformers` in the Python that JOULEMARK_TRANSFORMERS_PYTHON names: its worker alone, then through the program."""

import json
import os
import shutil
import time

import pytest
from conftest import BIN, NOT_OK, OK, USAGE, statuses
from decoder_cases import case, differences, expected, generate, names
from worker_client import TRANSFORMERS_WORKER, Refused, Worker

PYTHON = os.environ.get("JOULEMARK_TRANSFORMERS_PYTHON", "")
pytestmark = pytest.mark.skipif(not PYTHON, reason="JOULEMARK_TRANSFORMERS_PYTHON names no Python with torch and transformers")
# With a rope that grows, transformers itself remembers the longest text that it saw.
CASES = [name for name in names("decoders") if "." not in name and name != "llama_rope_dynamic_beyond"]
BATCHES = [name for name in CASES if "batch" in expected("decoders", name)]
LONG = 1 << 40  # ns


class Loader:
    """One worker for many models, which takes seconds to start; another one after a failure."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._options: dict[str, str] = {}
        self.version = ""

    def __call__(self, folder, precision="f32", **options: str) -> Worker:
        if self._worker is None or options != self._options:
            self.close()
            self._worker, self._options = Worker(PYTHON, TRANSFORMERS_WORKER), options
            self._worker("hello", protocol=1)
            opened = self._worker("open", plugin="", library_dir="", provider="cpu", threads=1, affinity=[], options=options)
            self.version = opened["describe"]["version"]
        try:
            self._worker("load", model=str(folder), precision=precision)
        except Refused:
            self.close()
            raise
        return self._worker

    def close(self) -> None:
        if self._worker is not None:
            assert self._worker.close() == 0
        self._worker = None


@pytest.fixture(scope="module")
def load():
    loader = Loader()
    yield loader
    loader.close()


@pytest.fixture
def gpt2(load):
    return load(case("decoders", "gpt2"))


# The worker alone


def loaded_case(load, name):
    """The configuration in words that this version knows: those before 5 take the newer ones for nothing."""
    if not load.version:
        load(case("decoders", "gpt2"), attn_implementation="eager")
    older = name + ".4x"
    is_old = load.version.startswith("4.")
    if is_old and name == "llama_tied_other_head":
        pytest.skip(f"transformers {load.version} ties the head of a checkpoint that has one of its own")
    try:
        return load(case("decoders", older if is_old and older in names("decoders") else name), attn_implementation="eager")
    except Refused as refused:
        if is_old:
            pytest.skip(f"transformers {load.version}: {refused.message}")
        raise


@pytest.mark.parametrize("name", CASES)
def test_answers_are_those_of_the_reference(load, name):
    worker = loaded_case(load, name)
    for run in expected("decoders", name)["runs"]:
        reply = worker("generate", prompts=[run["prompt_ids"]], max_new_tokens=len(run["new_ids"]), stop_ids=[], logits="all")
        assert differences(reply["rows"][0], run) == []
        assert len(reply["token_at_ns"]) == len(run["new_ids"])
        assert [reply["t0_ns"], *reply["token_at_ns"]] == sorted({reply["t0_ns"], *reply["token_at_ns"]})


@pytest.mark.parametrize("name", BATCHES)
def test_rows_of_a_batch_are_answered_as_if_alone(load, name):
    worker = loaded_case(load, name)
    wanted = expected("decoders", name)["batch"]
    reply = worker("generate", prompts=[row["prompt_ids"] for row in wanted], max_new_tokens=len(wanted[0]["new_ids"]), logits="last")
    assert [differences(row, other) for row, other in zip(reply["rows"], wanted)] == [[]] * len(wanted)


def test_a_row_ends_with_its_stop_id(gpt2):
    prompts = [[13, 0, 96], [1, 2]]
    free = [row["new_ids"] for row in gpt2("generate", prompts=prompts, max_new_tokens=8)["rows"]]
    stop = free[0][2]
    rows = gpt2("generate", prompts=prompts, max_new_tokens=8, stop_ids=[stop], logits="last")["rows"]
    for row, ids in zip(rows, free):
        end = ids.index(stop) + 1 if stop in ids else len(ids)
        assert row["new_ids"] == ids[:end] and len(row["step_logits"]) == end


def test_a_row_that_ends_alone_does_not_end_the_others(gpt2):
    prompts = [[13, 0, 96], [1, 2]]
    free = [row["new_ids"] for row in gpt2("generate", prompts=prompts, max_new_tokens=8)["rows"]]
    alone = next(token for token in free[0] if token not in free[1])
    rows = gpt2("generate", prompts=prompts, max_new_tokens=8, stop_ids=[alone])["rows"]
    assert rows[0]["new_ids"][-1] == alone and rows[1]["new_ids"] == free[1]


def test_what_a_checkpoint_wishes_for_its_texts_is_left_aside(load, tmp_path):
    folder = shutil.copytree(case("decoders", "gpt2"), tmp_path / "gpt2")
    run = expected("decoders", "gpt2")["runs"][0]
    wishes = {"do_sample": True, "temperature": 3.0, "repetition_penalty": 5.0, "min_new_tokens": 3, "eos_token_id": run["new_ids"][1], "max_length": 2}
    (folder / "generation_config.json").write_text(json.dumps(wishes))
    rows = load(folder)("generate", prompts=[run["prompt_ids"]], max_new_tokens=len(run["new_ids"]))["rows"]
    assert rows[0]["new_ids"] == run["new_ids"]


# A measurement

PROMPTS = [[[13, 0, 96, 1], [1, 2]], [[55, 87, 55]]]  # 9 tokens in two requests
NEW_TOKENS = 5


@pytest.fixture
def ready(gpt2):
    assert gpt2("prompts", requests=PROMPTS, new_tokens=NEW_TOKENS, stop_ids=[])["requests"] == 2
    return gpt2


def test_a_trial_from_answer_to_durations(ready, tmp_path):
    written = ready("answer", directory=str(tmp_path), reference=None)
    assert written["compared"] is False and written["effective"]["precision"] == "f32" and written["effective"]["threads"] == 1
    assert written["effective"]["device"] == "cpu" and "Cache" in written["effective"]["kv_cache"]
    tokens = json.loads((tmp_path / "tokens.json").read_text())["requests"]
    assert [[len(row) for row in rows] for rows in tokens] == [[NEW_TOKENS] * 2, [NEW_TOKENS]]
    own = ready("answer", directory=None, reference=str(tmp_path))
    assert own["compared"] and own["agrees"] and own["max_abs"] == 0 and own["detail"] == ""
    warmed = ready("warmup", min_ns=1, max_ns=3 * 10**9, min_iterations=4)
    assert warmed["iterations"] >= 4 and warmed["iteration_ns"] > 0
    done = ready("go", min_ns=0, min_iterations=3)
    assert done["iterations"] == 4  # two whole passes
    assert done["prompt_tokens"] == 2 * 9 and done["new_tokens"] == 2 * 3 * NEW_TOKENS
    assert done["tokens"] == digest_of(tokens)
    times = ready("durations")
    assert len(times["ns"]) == len(times["first_token_ns"]) == 4 and len(times["inter_token_ns"]) == 4 * (NEW_TOKENS - 1)
    assert sum(times["ns"]) <= done["t1_ns"] - done["t0_ns"]
    assert min(times["inter_token_ns"]) > 0 and all(0 < first < whole for first, whole in zip(times["first_token_ns"], times["ns"]))


def digest_of(requests):
    value = 0xCBF29CE484222325
    for row in (row for rows in requests for row in rows):
        for byte in b"".join(token.to_bytes(4, "little") for token in row) + b"\xff\xff\xff\xff":
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def test_requests_can_end_at_their_first_token(ready):
    ready("warmup", min_ns=0, max_ns=0, min_iterations=1)
    done = ready("go", min_ns=0, min_iterations=1, new_tokens=1)
    times = ready("durations")
    assert (done["iterations"], done["new_tokens"]) == (2, 3) and times["inter_token_ns"] == []


def test_the_window_lasts_as_long_as_it_should(ready):
    ready("warmup", min_ns=0, max_ns=0, min_iterations=1)
    done = ready("go", min_ns=200_000_000, min_iterations=1)
    assert 200_000_000 <= done["t1_ns"] - done["t0_ns"] < 2_000_000_000 and done["iterations"] % 2 == 0


def test_the_cap_ends_a_warmup_within_a_request(gpt2):
    gpt2("prompts", requests=[[[1]]], new_tokens=30)
    before = time.monotonic()
    warmed = gpt2("warmup", min_ns=LONG, max_ns=1, min_iterations=1 << 30)
    assert (warmed["iterations"], warmed["steady"]) == (1, False) and time.monotonic() - before < 5


def changed_answer(ready, tmp_path, change):
    ready("answer", directory=str(tmp_path), reference=None)
    file = tmp_path / "tokens.json"
    answers = json.loads(file.read_text())
    change(answers["requests"])
    file.write_text(json.dumps(answers))
    return ready("answer", directory=None, reference=str(tmp_path))


def test_another_token_is_told_with_its_margin(ready, tmp_path):
    def change(requests):
        requests[1][0][2] = (requests[1][0][2] + 1) % 97

    reply = changed_answer(ready, tmp_path, change)
    own = ready("generate", prompts=PROMPTS[1], max_new_tokens=3, logits="last")["rows"][0]
    token = own["new_ids"][2]
    margin = own["step_logits"][1][token] - own["step_logits"][1][(token + 1) % 97]
    assert reply["agrees"] is False and reply["max_abs"] == pytest.approx(margin, abs=1e-4)
    assert reply["detail"] == f"prompt 3, token 3: {token} instead of {(token + 1) % 97}, margin {margin:.3g}"


def test_a_row_of_another_length_differs(ready, tmp_path):
    reply = changed_answer(ready, tmp_path, lambda requests: requests[0][1].pop())
    assert reply["agrees"] is False and reply["max_abs"] is None and reply["detail"] == "prompt 2 has 5 tokens instead of 4"


@pytest.mark.parametrize("precision", ["f32", "bf16", "f16", "native"])
def test_the_precision_is_the_one_asked_for(load, precision):
    worker = load(case("decoders", "llama_bf16_shards"), precision)
    worker("prompts", requests=[[[1, 2]]], new_tokens=2)
    assert worker("answer")["effective"]["precision"] == ("bf16" if precision == "native" else precision)


# What cannot be


@pytest.mark.parametrize(
    "request_, status, words",
    [
        ({"type": "inputs", "source": "generated"}, "unsupported", "prompts"),
        ({"type": "operators"}, "unsupported", "operators"),
        ({"type": "export", "model": "m", "format": "f", "path": "p"}, "unsupported", "writes no model"),
        ({"type": "check", "case": "c"}, "unsupported", "ONNX"),
        ({"type": "generate", "prompts": [[100000]]}, "invalid_argument", "there is no token 100000"),
        ({"type": "generate", "prompts": [[1] * 1000]}, "invalid_argument", "positions"),
        ({"type": "answer", "directory": "/proc/none", "reference": None}, "failed", "cannot write '/proc/none/tokens.json'"),
        ({"type": "answer", "directory": None, "reference": "/gone"}, "failed", "cannot read '/gone/tokens.json'"),
    ],
)
def test_what_cannot_be_asked_is_answered_with_the_reason(ready, request_, status, words):
    with pytest.raises(Refused, match=words) as refused:
        ready(request_.pop("type"), **request_)
    assert refused.value.status == status
    assert ready("generate", prompts=[[1]])["rows"][0]["new_ids"]  # and the worker goes on


@pytest.mark.parametrize(
    "break_it, status",
    [
        (lambda folder: (folder / "config.json").unlink(), "invalid_model"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "nothing-known"}'), "unsupported"),
        (lambda folder: (folder / "model.safetensors").unlink(), "invalid_model"),
        (lambda folder: os.truncate(folder / "model.safetensors", 1000), "invalid_model"),
    ],
)
def test_broken_checkpoints_are_refused(load, tmp_path, break_it, status):
    folder = shutil.copytree(case("decoders", "gpt2"), tmp_path / "broken")
    break_it(folder)
    with pytest.raises(Refused) as refused:
        load(folder)
    assert refused.value.status == status and "\n" not in refused.value.message


def test_a_checkpoint_without_one_of_its_weights_is_refused(load, tmp_path):
    """transformers would make the weight up."""
    folder = shutil.copytree(case("decoders", "gpt2"), tmp_path / "lacking")
    blob = (folder / "model.safetensors").read_bytes()
    size = int.from_bytes(blob[:8], "little")
    header = blob[8 : 8 + size].replace(b"ln_f.weight", b"ln_x.weight")
    (folder / "model.safetensors").write_bytes(blob[:8] + header + blob[8 + size :])
    with pytest.raises(Refused, match="ln_f.weight") as refused:
        load(folder)
    assert refused.value.status == "invalid_model"


@pytest.mark.parametrize(
    "keys, status, words",
    [
        ({"provider": "rocm"}, "unsupported", "no provider 'rocm'"),
        ({"options": {"spin": "1"}}, "invalid_argument", "no option 'spin'"),
        ({"options": {"attn_implementation": "slow"}}, "invalid_argument", "must be one of"),
        ({"affinity": [4000]}, "invalid_argument", "cannot bind to CPU 4000"),
    ],
)
def test_what_cannot_be_opened_is_answered_with_the_reason(keys, status, words):
    worker = Worker(PYTHON, TRANSFORMERS_WORKER)
    with pytest.raises(Refused, match=words) as refused:
        worker("open", **{"plugin": "", "library_dir": "", "provider": "cpu", "threads": 1, **keys})
    assert refused.value.status == status
    assert worker.close() == 0


def test_threads_and_cpus_are_those_asked_for():
    cpu = sorted(os.sched_getaffinity(0))[-1]
    worker = Worker(PYTHON, TRANSFORMERS_WORKER)
    worker("open", threads=2, affinity=[cpu])
    worker("load", model=str(case("decoders", "gpt2")))
    worker("prompts", requests=[[[1]]])
    assert worker("answer")["effective"]["threads"] == 2
    assert worker("quit")["type"] == "bye" and worker.close() == 0


# Through the program


def test_generate_runs_it(joulemark):
    run = expected("decoders", "gpt2")["runs"][0]
    flags = ["--python", PYTHON, "--max-new-tokens", len(run["new_ids"]), "--ignore-eos", "--logits", "all"]
    outcome = generate(joulemark, "transformers", case("decoders", "gpt2"), [run["prompt_ids"]], *flags)
    assert outcome.status == OK, outcome.err
    assert differences(outcome.json, run) == [] and outcome.json["model_file"] == str(case("decoders", "gpt2"))
    assert outcome.json["timing"]["load_s"] > 0


def test_engines_lists_it_with_the_version_of_its_distribution(joulemark):
    outcome = joulemark("engines", "transformers", "--python", PYTHON, "--json")
    assert outcome.status == OK, outcome.err
    (install,) = outcome.json["engines"][0]["installs"]
    assert install["version"] == install["describe"]["version"] and install["found_by"] == "option" and install["problem"] is None
    assert install["plugin"] == str(BIN / "engines/transformers/worker.py")


def test_other_models_are_none_for_it(joulemark):
    (joulemark.home / "model.onnx").write_bytes(b"")
    outcome = joulemark("generate", "model.onnx", "--engine", "transformers", "--python", PYTHON, "--token-ids", "1")
    assert outcome.status == NOT_OK and "'model.onnx' is no checkpoint" in outcome.err
    outcome = joulemark("generate", case("decoders", "gpt2"), "--engine", "transformers", "--python", PYTHON, "--token-ids", "1000")
    assert outcome.status == USAGE or "there is no token 1000" in outcome.err


def test_a_comparison_finds_the_same_tokens_as_another_engine(with_engines):
    flags = ["--batch", "1,2", "--prompt-tokens", 6, "--new-tokens", 4, "--repetitions", 1, "--duration", 0.05, "--warmup-min", 0, "--min-iterations", 1]
    command = ["compare", case("decoders", "llama"), "--engine", "onnxruntime,transformers", "--python", PYTHON, *flags]
    compared = with_engines(*command, "--json")
    assert compared.status == OK, compared.err
    assert statuses(compared.json) == [(1, 0)] * 4
    file = with_engines.home / "experiment.toml"
    file.write_text(with_engines(*command, "--print-experiment").out)
    assert f'root = "{PYTHON}"' in file.read_text()
    assert statuses(with_engines("run", file, "--json").json) == [(1, 0)] * 4
