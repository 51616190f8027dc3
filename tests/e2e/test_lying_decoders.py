# SPDX-License-Identifier: Apache-2.0
"""Workers of language models that lie: each lie is named, and its configuration is not ranked."""

import json
import pathlib

import numpy
import pytest
from conftest import NOT_OK, OK
from decoder_cases import why_not
from worker_session import write_engine

pytestmark = pytest.mark.quiet

WORKER = pathlib.Path(__file__).with_name("lying_decoder.py")
WIDTH, LAYERS, VOCABULARY, POSITIONS = 256, 4, 500, 160
PROMPT_TOKENS = 32


def engine(folder: pathlib.Path, lie: str) -> None:
    """An engine of NumPy, on one thread."""
    write_engine(folder, 'decoder_forms = ["checkpoint"]', WORKER, f"OPENBLAS_NUM_THREADS=1 JOULEMARK_LIE={lie}")


def write_checkpoint(folder: pathlib.Path) -> None:
    """A GPT-2 of 3 million weights, which choose clearly."""
    config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": WIDTH, "n_head": 4, "n_layer": LAYERS, "n_positions": POSITIONS}
    config |= {"n_inner": 4 * WIDTH, "vocab_size": VOCABULARY, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    shapes = {"wte.weight": (VOCABULARY, WIDTH), "wpe.weight": (POSITIONS, WIDTH), "ln_f.weight": (WIDTH,), "ln_f.bias": (WIDTH,)}
    for layer in (f"h.{i}." for i in range(LAYERS)):
        for norm in ("ln_1", "ln_2"):
            shapes |= {f"{layer}{norm}.weight": (WIDTH,), f"{layer}{norm}.bias": (WIDTH,)}
        for name, rows, columns in (("attn.c_attn", 1, 3), ("attn.c_proj", 1, 1), ("mlp.c_fc", 1, 4), ("mlp.c_proj", 4, 1)):
            shapes |= {f"{layer}{name}.weight": (rows * WIDTH, columns * WIDTH), f"{layer}{name}.bias": (columns * WIDTH,)}
    random = numpy.random.default_rng(1)
    header, blob = {}, b""
    for name, shape in shapes.items():
        scale = 0.2 if name.startswith("w") else shape[0] ** -0.5
        numbers = random.normal(float(".ln_" in "." + name and name.endswith("weight")), scale if len(shape) == 2 else 0.05, shape)
        data = numbers.astype(numpy.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(blob), len(blob) + len(data)]}
        blob += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + blob)


@pytest.fixture
def lab(joulemark):
    """A place for engines, and a model."""
    (joulemark.home / "engines").mkdir()
    joulemark.environment["JOULEMARK_ENGINE_PATH"] = str(joulemark.home / "engines")
    write_checkpoint(joulemark.home / "model")
    return joulemark


def compare(lab, *engines: str, prompts: int = 3, new_tokens: int = 24, duration: float = 0.4) -> tuple[int, dict[str, dict], dict[str, str]]:
    """Rows and caveats of engines, each named after its lie."""
    random = numpy.random.default_rng(2)
    lines = (json.dumps({"ids": random.integers(0, VOCABULARY, PROMPT_TOKENS).tolist()}) for _ in range(prompts))
    (lab.home / "prompts.jsonl").write_text("\n".join(lines))
    protocol = ["--repetitions", "1", "--duration", str(duration), "--warmup-min", "0.05", "--warmup-max", "0.2"]
    workload = ["--workload", "prompts.jsonl", "--new-tokens", str(new_tokens)]
    outcome = lab("compare", "model", "--engine", ",".join(engines), *workload, *protocol, "--json")
    assert outcome.status in (OK, NOT_OK), outcome.err
    rows = {row["configuration"]["engine"]: row for row in outcome.json["rows"]}
    return outcome.status, rows, {caveat["code"]: caveat["message"] for caveat in outcome.json["caveats"]}


def install(lab, *lies: str) -> list[str]:
    names = [lie.partition("=")[0] for lie in lies]
    for name, lie in zip(names, lies):
        engine(lab.home / "engines" / name, lie)
    return names


ALARMS = {"implausible", "odd_windows", "different", "near_tie", "other_texts", "unchecked"}


def test_an_honest_worker_is_ranked_beside_another_engine(lab, with_engines):
    others = [name for name in ("onnxruntime",) if not why_not(name)]
    status, rows, caveats = compare(lab, *others, *install(lab, "none", "none2"))
    assert status == OK and not any(row["reason"] for row in rows.values()), rows
    assert not ALARMS & set(caveats), caveats


NAMED = {
    "cache": "the work was not done",
    "fewer": "these were not computed when they are said to have come",
    "shorter": "worker answered nonsense to 'go'",
    "sleep": "its process computed for",
    "early": "its first tokens came after",
    "tenth": "whose tokens took",
    "other": "the texts of its window are others",
    "provider": "it ran on 'cuda', not on 'cpu'",
    "precision": "ran at f16, not f32",
    "wrong": "its tokens are others than the reference's",
    "once": "its tokens are others than the reference's",
    "tie": "is none: none cpu f32 t1 b1 has a margin of",
}


def test_every_lie_is_named_and_its_configuration_is_not_ranked(lab):
    _, rows, _ = compare(lab, *install(lab, "none", *NAMED))
    missed = {lie: rows[lie]["reason"] for lie, reason in NAMED.items() if rows[lie]["standing"] != "unranked" or reason not in rows[lie]["reason"]}
    assert not missed and rows["none"]["standing"] == "best"


def test_a_loop_that_polls_for_tokens_is_named(lab):
    _, rows, _ = compare(lab, *install(lab, "none", "poll=0.02"), prompts=1, new_tokens=32)
    # Timers of a busy machine blur a comb.
    assert any(words in rows["poll"]["reason"] for words in ("its latencies are multiples of", "its process computed for")), rows


def test_a_cache_of_keys_and_values_that_is_none_is_named(lab):
    # Others on the machine make steps longer that would be short: then the times say less for a while, and it is tried again.
    reasons = []
    for _ in range(4):
        _, rows, _ = compare(lab, *install(lab, "none", "nocache"), prompts=1, new_tokens=112, duration=2)
        assert rows["none"]["reason"] == "", rows
        reasons.append(rows["nocache"]["reason"])
        if "it kept no cache of keys and values" in reasons[-1]:
            return
        (lab.home / "joulemark.sqlite").unlink()
    raise AssertionError(reasons)
