# SPDX-License-Identifier: Apache-2.0
"""`joulemark tokenize` against what the Python package `tokenizers` says (tests/tokenizers/make.py wrote it down)."""

import gzip
import json
import subprocess
import sys

import pytest
from conftest import BIN, NOT_OK, OK, ROOT, USAGE

FOLDER = ROOT / "tests/tokenizers"
sys.path.insert(0, str(FOLDER))

from texts import TEXTS  # noqa: E402

CASES = json.loads(gzip.decompress((FOLDER / "cases.json.gz").read_bytes()))["cases"]
GPT2 = FOLDER / "gpt2.json"


def tokenize(joulemark, tokenizer, rows, *flags):
    """The objects that `rows` become, one call for all of them."""
    file = joulemark.home / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    outcome = joulemark("tokenize", tokenizer, "--file", file, *flags, "--json")
    assert outcome.status == OK and not outcome.err, outcome.err
    return [json.loads(line) for line in outcome.out.split("\n")[:-1]]


def differing(found, expected):
    assert len(found) == len(expected)
    return [(number, got, wanted) for number, (got, wanted) in enumerate(zip(found, expected)) if got != wanted]


def test_every_tokenizer_has_cases():
    assert sorted(CASES) == sorted(path.stem for path in FOLDER.glob("*.json")) and len(TEXTS) >= 60


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("flags, key", [([], "with"), (["--no-special-tokens"], "without")])
def test_ids_are_those_of_the_reference(joulemark, kind, flags, key):
    found = tokenize(joulemark, FOLDER / f"{kind}.json", [{"text": text} for text in TEXTS], *flags)
    assert differing(found, [{"ids": ids} for ids in CASES[kind][key]]) == []


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("flags, key", [(["--keep-special-tokens"], "kept"), ([], "left_out")])
def test_texts_are_those_of_the_reference(joulemark, kind, flags, key):
    rows = [{"ids": ids} for ids in [*CASES[kind]["with"], *CASES[kind]["ids"]]]
    found = tokenize(joulemark, FOLDER / f"{kind}.json", rows, "--decode", *flags)
    assert differing(found, [{"text": text} for text in CASES[kind][key]]) == []


def test_a_folder_stands_for_its_tokenizer(joulemark):
    (joulemark.home / "model").mkdir()
    (joulemark.home / "model/tokenizer.json").write_bytes(GPT2.read_bytes())
    assert tokenize(joulemark, "model", [{"text": "a b"}]) == tokenize(joulemark, GPT2, [{"text": "a b"}])


def test_people_get_plain_lines(joulemark):
    (joulemark.home / "texts").write_text('{"text": "a b\\u001b[1m"}\n{"text": ""}\n')
    outcome = joulemark("tokenize", GPT2, "--file", "texts")
    ids = [list(map(int, line.split())) for line in outcome.out.splitlines()]
    assert outcome.status == OK and len(ids) == 2 and ids[1] == []
    (joulemark.home / "ids").write_text(json.dumps({"ids": ids[0]}))
    outcome = joulemark("tokenize", GPT2, "--file", "ids", "--decode")
    assert (outcome.status, outcome.out) == (OK, "a b [1m\n")


def test_stdin_is_answered_line_by_line(joulemark):
    command = [BIN / "joulemark", "tokenize", GPT2, "--file", "-", "--json"]
    with subprocess.Popen(command, env=joulemark.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        for text in ("a", "b c"):
            print(json.dumps({"text": text}), file=program.stdin, flush=True)
            assert json.loads(program.stdout.readline())["ids"]
        program.stdin.close()
        assert program.wait(20) == OK


@pytest.mark.parametrize(
    "line, flags, said",
    [
        ('{"text": 1}', [], "no text"),
        ('{"ids": [1]}', [], "no text"),
        ("", [], "not valid JSON"),
        ('{"text": "\\ud800"}', [], "not valid JSON"),
        (b'{"text": "\xff"}', [], "not valid JSON"),
        ("[" * 100000, [], "nested deeper"),
        ('{"text": "a"}', ["--decode"], "no ids"),
        ('{"ids": [1, -1]}', ["--decode"], "not -1"),
        ('{"ids": [1.5]}', ["--decode"], "not 1.5"),
        ('{"ids": [4294967296]}', ["--decode"], "not 4294967296"),
    ],
)
def test_a_line_that_is_none_is_named(joulemark, line, flags, said):
    good = b'{"text": "a", "ids": [1]}\n'
    (joulemark.home / "rows").write_bytes(good + (line if isinstance(line, bytes) else line.encode()) + b"\n" + good)
    outcome = joulemark("tokenize", GPT2, "--file", "rows", *flags, "--json")
    assert outcome.status == USAGE and "'rows', line 2: " in outcome.err and said in outcome.err, outcome.err
    assert outcome.out.count("\n") == 1


def test_an_id_of_no_token_is_named(joulemark):
    (joulemark.home / "rows").write_text('{"ids": [1, 70000]}')
    outcome = joulemark("tokenize", GPT2, "--file", "rows", "--decode", "--json")
    assert outcome.status == NOT_OK and "line 1" in outcome.err and "70000" in outcome.err and not outcome.out


def test_a_hundred_megabytes_of_blanks_are_refused_at_once(joulemark):
    for blanks, said in ((100_000_000, "longer than 67108864 bytes"), (50_000_000, "50000000 bytes; the limit is 4194304")):
        with (joulemark.home / "rows").open("w") as rows:
            rows.write('{"text": "' + " " * blanks + '"}\n')
        outcome = joulemark("tokenize", GPT2, "--file", "rows", "--json", timeout=30)
        assert outcome.status != OK and said in outcome.err and not outcome.out


@pytest.mark.parametrize("kind", ["gpt2", "llama3", "bert"])
def test_a_run_of_a_million_blanks_is_no_mistake(joulemark, kind):
    """A regular expression that gives up in silence makes one piece of the run and the word behind it."""
    texts = [" " * 1_100_000 + "x", "\n" * 1_100_000 + "x"]
    blanks, newlines = tokenize(joulemark, FOLDER / f"{kind}.json", [{"text": text} for text in texts], "--no-special-tokens")
    (last,) = tokenize(joulemark, FOLDER / f"{kind}.json", [{"text": " x" if kind != "bert" else "x"}], "--no-special-tokens")
    assert blanks["ids"][-len(last["ids"]) :] == last["ids"]
    if kind == "bert":
        assert newlines == last
    else:
        assert len(set(newlines["ids"][:-2])) == 1


@pytest.mark.parametrize(
    "files, said",
    [
        ({"vocab.json": "{}", "merges.txt": ""}, "vocab.json, merges.txt but no tokenizer.json; make one"),
        ({"tokenizer.model": ""}, "tokenizer.model but no tokenizer.json; make one"),
        ({"config.json": "{}"}, "no tokenizer.json; name a checkpoint's folder"),
    ],
)
def test_a_checkpoint_without_tokenizer_says_what_to_do(joulemark, files, said):
    (joulemark.home / "model").mkdir()
    for name, text in files.items():
        (joulemark.home / "model" / name).write_text(text)
    outcome = joulemark("tokenize", "model", "--file", "-")
    assert outcome.status == USAGE and said in outcome.err and "'model'" in outcome.err


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"model": {"type": "Foo"}}', "[" * 1_000_000, '{"a":' * 100_000, "\0"])
def test_what_is_no_tokenizer_is_refused_in_one_line(joulemark, text):
    (joulemark.home / "tokenizer.json").write_text(text)
    outcome = joulemark("tokenize", "tokenizer.json", "--file", "-")
    assert outcome.status == NOT_OK and "'tokenizer.json'" in outcome.err and outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["nowhere", "--file", "-"], [GPT2], [GPT2, "--file", "nowhere"], [GPT2, "--file", "."],
     [GPT2, "--file", "-", "--decode", "--no-special-tokens"], [GPT2, "--file", "-", "--keep-special-tokens"]],
)  # fmt: skip
def test_a_wrong_command_line_is_a_usage_error(joulemark, arguments):
    outcome = joulemark("tokenize", *arguments)
    assert outcome.status == USAGE and not outcome.out and outcome.err.count("\n") == 1
