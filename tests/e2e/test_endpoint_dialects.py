# SPDX-License-Identifier: Apache-2.0
"""Servers as configurations by other APIs than KServe's and OpenAI's, and over TLS."""

import json
import shlex
import ssl

import pytest
from ascii_tokenizer import END, ids_of
from conftest import BIN, NOT_OK, OK, QUICK
from decoder_cases import small_gpt2
from endpoint_tools import TEXT, compare, options, rows, script, trials
from models import linear
from serving import serving


def effective(trial: dict) -> dict:
    return json.loads(trial["effective_json"])


def tensorflow(*how: object) -> str:
    return script("tensorflow_server.py", "--port", "{port}", *how)


def test_tensorflow_serving_and_an_engine_do_the_same_work(with_engines):
    model = linear(with_engines.home / "m.onnx")
    server = tensorflow("--onnx", model, "--loading", 3)
    outcome = compare(with_engines, model, "onnxruntime,served", *QUICK, "--batch", 3, "--json", *options("served", command=server))
    assert outcome.status == OK, outcome.err
    assert rows(outcome)["served"]["standing"] != "unranked"
    served = [trial for trial in trials(with_engines) if trial["engine"] == "served"]
    assert {trial["agreement_agrees"] for trial in served} == {1}
    assert effective(served[0])["dialect"] == "tensorflow serving, json" and effective(served[0])["served_model"] == "m"


@pytest.mark.parametrize("how", [("--value", 3), ("--value", "nan"), ("--value", "inf")])
def test_other_answers_of_tensorflow_serving_are_not_ranked(joulemark, how):
    outcome = compare(joulemark, "null:m", "null,served", *QUICK, "--json", *options("served", command=tensorflow(*how), api="tensorflow"))
    assert rows(outcome)["served"]["standing"] == "unranked", outcome.err
    assert {trial["status"] for trial in trials(joulemark) if trial["engine"] == "served"} == {"different"}


def test_outputs_are_in_the_order_of_their_names(joulemark):
    flags = [word for name, outputs in (("a", "p,q"), ("b", "q,p")) for word in options(name, command=tensorflow("--outputs", outputs))]
    outcome = compare(joulemark, "null:m", "a,b", *QUICK, "--json", *flags)
    assert outcome.status == OK, outcome.err


@pytest.mark.parametrize(
    ("how", "flags", "words"),
    [
        (("--name", "other"), {}, ["has no model 'm'", "the option 'model'"]),
        (("--signature", "mine"), {"signature": "yours"}, ["has no signature 'yours', but mine", "the option 'signature'"]),
        (("--refuse",), {}, ["status 503: not today"]),
    ],
    ids=["another model", "another signature", "refuses"],
)
def test_tensorflow_serving_that_cannot_be_asked_says_why(joulemark, how, flags, words):
    ready = "http://127.0.0.1:{port}/v1/models/" + ("other" if "other" in how else "m")
    server = options("served", command=tensorflow(*how), api="tensorflow", ready=ready, **flags)
    outcome = compare(joulemark, "null:m", "served", *QUICK, "--repetitions", 1, *server)
    assert outcome.status == NOT_OK
    for word in words:
        assert word in trials(joulemark)[0]["reason"]


def test_the_only_signature_is_taken_whatever_its_name(joulemark):
    outcome = compare(joulemark, "null:m", "served", *QUICK, *options("served", command=tensorflow("--signature", "mine")))
    assert outcome.status == OK, outcome.err


@pytest.fixture
def speaking(joulemark, tmp_path):
    """Compares servers of texts on a checkpoint with a tokenizer; gives the outcome and the last trial."""
    folder = small_gpt2(tmp_path / "gpt2")
    prompts = tmp_path / "prompts.jsonl"

    def compare_texts(engines: str, prompt: dict, *flags):
        prompts.write_text(json.dumps(prompt) + "\n")
        outcome = compare(joulemark, folder, engines, *TEXT[2:], "--workload", prompts, "--json", *flags)
        return outcome, trials(joulemark)[-1]

    compare_texts.folder = folder
    return compare_texts


def tgi(*how: object, **more: object) -> list[str]:
    return options("tgi", command=script("tgi_server.py", "--port", "{port}", *how), **more)


def test_tgi_writes_the_tokens_of_another_server(speaking):
    other = options("other", command=script("endpoint_server.py", "--port", "{port}"))
    outcome, _ = speaking("tgi,other", {"text": "def area("}, *tgi(), *other)
    assert outcome.status == OK, outcome.err
    assert {row["standing"] == "unranked" for row in outcome.json["rows"]} == {False}


def test_tgi_is_found_by_what_it_says_of_itself(speaking):
    outcome, trial = speaking("tgi", {"text": "def area("}, *tgi())
    assert outcome.status == OK, outcome.err
    found = effective(trial)
    assert (found["server"], found["server_version"]) == ("text-generation-inference", "3.3.6")
    assert (found["dialect"], found["served_model"], found["tokens_per_event"]) == ("tgi generate_stream", "lab/tiny", 1)


def test_token_ids_that_are_a_text_can_be_prompts_for_tgi(speaking):
    assert speaking("tgi", {"ids": ids_of("ab c")}, *tgi())[0].status == OK


def test_token_ids_that_no_text_has_are_refused_for_tgi(speaking):
    tokenizer = json.loads((speaking.folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["ab"] = END + 1
    tokenizer["model"]["merges"] = [["a", "b"]]
    (speaking.folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    outcome, trial = speaking("tgi", {"ids": ids_of("ab")}, *tgi())
    assert outcome.status == NOT_OK and trial["status"] == "unsupported"
    assert "takes prompts as text alone" in trial["reason"] and "'workload'" in trial["reason"]


def test_tgi_without_a_tokenizer_here_is_refused(speaking):
    (speaking.folder / "tokenizer.json").unlink()
    outcome, trial = speaking("tgi", {"ids": ids_of("ab")}, *tgi())
    assert outcome.status == NOT_OK
    assert "takes prompts as text alone" in trial["reason"] and "tokenizer.json" in trial["reason"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (("--extra-tokens", 1), "tokens of a prompt of"),
        (("--refuse",), "status 422: Input validation error: not today"),
        (("--fail-at", 2), "the device is gone"),
        (("--most-tokens", 2), "ended a text behind 3 of 4 tokens"),
    ],
)
def test_tgi_that_cannot_be_compared_says_why(speaking, how, words):
    outcome, trial = speaking("tgi", {"text": "def area("}, *tgi(*how))
    assert outcome.status == NOT_OK and words in trial["reason"], trial["reason"]


def test_texts_of_tgi_up_to_their_end_can_be_compared(speaking):
    flags = [*tgi("--most-tokens", 2, ignore_eos=0), "--stop", "eos"]
    outcome, _ = speaking("tgi", {"text": "def area("}, *flags)
    assert outcome.status == OK, outcome.err


def over_tls(certificate: tuple[str, str], **more: object) -> list[str]:
    keys = shlex.join(["--tls-certificate", certificate[0], "--tls-key", certificate[1]])
    command = f"exec {BIN}/joulemark serve null:m --engine null --port {{port}} {keys}"
    return options("served", command=command, url="https://127.0.0.1:{port}", **more)


def test_a_server_with_tls_is_measured(joulemark, certificate):
    outcome = compare(joulemark, "null:m", "null,served", *QUICK, "--json", *over_tls(certificate, ca_file=certificate[0]))
    assert outcome.status == OK, outcome.err
    assert rows(outcome)["served"]["standing"] != "unranked"


def test_a_server_with_tls_that_runs_is_measured(joulemark, certificate):
    keys = ("--tls-certificate", certificate[0], "--tls-key", certificate[1])
    with serving(joulemark, "null:m", "--engine", "null", *keys, context=ssl.create_default_context(cafile=certificate[0])) as server:
        trusted = compare(joulemark, "null:m", f"null,{server.url}", *QUICK, "--json", *options("http", ca_file=certificate[0]))
        unknown = compare(joulemark, "null:m", server.url, *QUICK)
    assert trusted.status == OK, trusted.err
    assert rows(trusted)[server.url]["standing"] != "unranked"
    assert unknown.status == NOT_OK and "its certificate is not trusted" in unknown.out + unknown.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "its certificate is not trusted"),
        ({"ca_file": "CERTIFICATE", "ready": "https://localhost:{port}/v2/health/ready"}, "not for 'localhost'"),
        ({"ca_file": "/no/such.pem"}, "cannot use the certificates in '/no/such.pem'"),
    ],
    ids=["unknown", "another name", "no file"],
)
def test_certificates_are_verified(joulemark, certificate, more, words):
    more = {key: certificate[0] if value == "CERTIFICATE" else value for key, value in more.items()}
    outcome = compare(joulemark, "null:m", "served", *QUICK, "--repetitions", 1, *over_tls(certificate, ready_timeout_s=2, **more))
    assert outcome.status == NOT_OK
    assert words in trials(joulemark)[0]["reason"]
