# SPDX-License-Identifier: Apache-2.0
"""`joulemark serve`: its begin and its end, who may ask, batches, and what becomes of requests that cannot be answered."""

import json
import signal
import socket
import ssl
import subprocess
import urllib.parse

import models
import numpy
import pytest
from conftest import BIN, CACHE, INTERRUPTED, MACHINE, NOT_OK, OK, USAGE, wait_until
from decoder_cases import ENGINES, case, expected, generate, why_not
from serving import at_once, has_ended, serving

NULL = ("null:x", "--engine", "null")
ROW = [[1.0, 2.0, 3.0, 4.0]]
NO_DRAIN = ("--drain-seconds", "0")


def test_one_line_says_where_it_listens(joulemark):
    with serving(joulemark, *NULL, "--option", "say=hello from the engine") as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server.ask("GET", "/health").json == {"status": "ok"}
        assert server.ask("GET", "/v2/health/ready").status == 200
        assert server.infer(ROW).json["outputs"][0]["shape"] == [1, 4]
        assert server.stop() == OK
    assert server.errors.count("hello from the engine\n") == 2, "what engines print is no answer of ours"


def test_as_json_with_what_is_served(joulemark):
    process = joulemark.start("serve", *NULL, "--name", "my-model", "--port", "0", "--json")
    said = json.loads(process.stdout.readline())
    assert set(said) == {"url", "model", "engine", "version", "pid"}
    assert said["model"] == "my-model" and said["engine"] == "null" and said["version"] == "1.0.0"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == OK and has_ended(said["pid"])


def test_ctrl_c_ends_it_too(joulemark):
    with serving(joulemark, *NULL) as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(60) == OK


def test_the_server_dies_with_the_command(joulemark):
    process = joulemark.start("serve", *NULL, "--port", "0", "--json")
    pid = json.loads(process.stdout.readline())["pid"]
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: has_ended(pid), "the server's end")


def test_a_crash_of_the_engine_is_named(joulemark):
    with serving(joulemark, *NULL, "--option", "crash=segv", "--option", "at=run:2") as server:
        with pytest.raises(OSError):
            server.infer(ROW)
        assert server.process.wait(60) == NOT_OK
    assert "the server was killed by SIGSEGV" in "".join(server.errors)


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("null:x",), USAGE, "--engine is required"),
        ((*NULL, "--port", "70000"), USAGE, "--port must be 1 to 65535, or 0"),
        ((*NULL, "--api", "openai,grpc"), USAGE, "--api must be some of openai, kserve"),
        ((*NULL, "--max-batch", "0"), USAGE, "--max-batch must be 1 to"),
        ((*NULL, "--max-queue", "0"), USAGE, "--max-queue must be 1 to"),
        ((*NULL, "--max-queue-delay-ms", "-1"), USAGE, "--max-queue-delay-ms must be 0 to"),
        ((*NULL, "--time-limit", "-1"), USAGE, "--time-limit must be 0 to"),
        ((*NULL, "--body-limit", "0"), USAGE, "--body-limit must be 1 to"),
        ((*NULL, "--bodies-limit", "63"), USAGE, "--bodies-limit must be at least the 64 MiB of --body-limit, not 63"),
        ((*NULL, "--max-connections", "0"), USAGE, "--max-connections must be 1 to"),
        ((*NULL, "--tls-key", "key.pem"), USAGE, "--tls-certificate and --tls-key go together"),
        ((*NULL, "--tls-key", "key.pem", "--tls-certificate", "none.pem"), USAGE, "cannot use the certificate"),
        ((*NULL, "--token-file", "none"), USAGE, "'none'"),
        ((*NULL, "--host", "localhost"), USAGE, "'localhost'"),
        ((*NULL, "--affinity", "4000"), NOT_OK, "4000"),
        ((*NULL, "--shape", "x"), USAGE, "--shape must be NAME=DIMENSIONS"),
        (("gone.onnx", "--engine", "null"), USAGE, "gone.onnx"),
        (("null:x", "--engine", "nil"), USAGE, "nil"),
        ((*NULL, "--option", "crash=error", "--option", "at=load"), NOT_OK, "cannot serve 'x' with engine 'null'"),
        ((*NULL, "--provider", "cuda"), NOT_OK, "no provider 'cuda'"),
    ],
)
def test_what_cannot_be_served_is_told_at_once(joulemark, words, status, message):
    outcome = joulemark("serve", *words, *(() if "--port" in words else ("--port", "0")))
    assert message in outcome.err and outcome.out == ""
    assert outcome.status == status


def announced(server, sent: bytes = b"") -> socket.socket:
    """A client with a body of 0.9 MB, of which it has sent that much."""
    parts = urllib.parse.urlsplit(server.url)
    client = socket.create_connection((parts.hostname, parts.port), timeout=60)
    client.sendall(b"POST /v2/models/x/infer HTTP/1.1\r\nContent-Length: 900000\r\n\r\n" + sent)
    return client


def refusal(server) -> bytes:
    """What a client is told that has sent nothing of its body; nothing where it may send it."""
    with announced(server) as client:
        client.settimeout(1)
        try:
            return client.recv(1000)
        except TimeoutError:
            return b""


def test_a_body_that_has_no_room_beside_the_others_is_refused(joulemark):
    with serving(joulemark, *NULL, "--body-limit", 1, "--bodies-limit", 1) as server:
        with announced(server, b" " * 800_000) as first:
            told = wait_until(lambda: refusal(server), "the first client's bytes to be in")
            assert told.startswith(b"HTTP/1.1 503") and b"Retry-After: 1\r\n" in told
            assert b"more than the server holds; come again later" in told
            assert server.ask("GET", "/health").status == 200 and server.infer(ROW).status == 200
            first.sendall(b" " * 100_000)
            assert first.recv(1000).startswith(b"HTTP/1.1 400"), "it was let in, and is no JSON"
        wait_until(lambda: refusal(server) == b"", "room for others")


def test_an_engine_that_is_a_program_is_refused_by_name(joulemark):
    folder = joulemark.home / "engines/talker"
    folder.mkdir(parents=True)
    (folder / "engine.toml").write_text('name = "talker"\nproviders = ["cpu"]\nmodel_formats = ["onnx"]\nworker = "talk"\n[library]\nneeded = false\n')
    (folder / "talk").write_text("#!/bin/sh\n")
    (folder / "talk").chmod(0o755)
    outcome = joulemark("serve", models.linear(joulemark.home / "m.onnx"), "--engine", "talker", env={"JOULEMARK_ENGINE_PATH": str(folder.parent)})
    assert outcome.status != OK and "engine 'talker' is a program of its own, which cannot be served" in outcome.err


def test_a_port_that_is_taken_is_told_before_the_model_is_loaded(joulemark):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = joulemark("serve", *NULL, "--option", "load_ms=600000", "--port", taken.getsockname()[1])
    assert outcome.status == MACHINE and "cannot listen on 127.0.0.1" in outcome.err


def test_it_can_be_ended_while_it_loads(joulemark):
    process = joulemark.start("serve", *NULL, "--option", "load_ms=600000", "--port", "0")
    wait_until(lambda: subprocess.run(["pgrep", "-P", str(process.pid), "-x", "joulemark-serve"], check=False).returncode == 0, "the server")
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED and out == ""


def test_nobody_else_reaches_it_without_a_token(joulemark):
    outcome = joulemark("serve", *NULL, "--host", "0.0.0.0", "--port", "0")
    assert outcome.status == USAGE and "give a token with --token-file or JOULEMARK_SERVE_TOKEN" in outcome.err


def test_a_token_is_asked_for_everywhere_but_about_health(joulemark):
    (joulemark.home / "token").write_text("s3cret\n")
    with serving(joulemark, *NULL, "--host", "0.0.0.0", "--token-file", "token") as server:
        server.url = server.url.replace("0.0.0.0", "127.0.0.1")
        for path in ("/health", "/v2/health/ready", "/v2/health/live"):
            assert server.ask("GET", path).status == 200
        for path in ("/metrics", "/v2", "/v1/models", "/nothing"):
            refused = server.ask("GET", path)
            assert refused.status == 401 and refused.headers["www-authenticate"] == "Bearer"
        for header in ("Bearer wrong1", "Bearer ", "s3cret", "Basic s3cret", "Bearer s3cret2"):
            assert server.infer(ROW, Authorization=header).status == 401
        for header in ("Bearer s3cret", "bearer s3cret"):
            assert server.infer(ROW, Authorization=header).status == 200
    assert "is reached without TLS" in "".join(server.errors)


def test_a_token_comes_from_the_environment_and_stands_on_no_command_line(joulemark):
    with serving(joulemark, *NULL, env={"JOULEMARK_SERVE_TOKEN": "fr0m-env"}) as server:
        assert server.infer(ROW).status == 401
        assert server.infer(ROW, Authorization="Bearer fr0m-env").status == 200
        lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert "fr0m-env" not in lines


@pytest.fixture
def certificate(tmp_path):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def test_it_speaks_tls(joulemark, certificate):
    cert, key = certificate
    context = ssl.create_default_context(cafile=str(cert))
    with serving(joulemark, *NULL, "--tls-certificate", cert, "--tls-key", key, context=context) as server:
        assert server.url.startswith("https://127.0.0.1:")
        assert server.infer(ROW).status == 200
        with pytest.raises(OSError):
            server.ask("GET", "/health", url=server.url.replace("https", "http"))
        assert server.infer(ROW).status == 200


def test_a_path_that_is_not_there_is_told_in_its_apis_way(joulemark):
    with serving(joulemark, *NULL) as server:
        assert server.ask("GET", "/v1/nothing").json["error"]["type"] == "invalid_request_error"
        assert server.ask("GET", "/v2/nothing").json == {"error": "there is no '/v2/nothing' here"}
        assert server.ask("DELETE", "/v2/models/x/infer").headers["allow"] == "OPTIONS, POST"


def test_only_the_apis_that_are_asked_for_are_there(joulemark):
    with serving(joulemark, *NULL, "--api", "openai") as server:
        assert server.infer(ROW).status == 404
        assert server.ask("GET", "/metrics").status == 200


def test_requests_have_an_id(joulemark):
    with serving(joulemark, *NULL) as server:
        assert server.infer(ROW, **{"X-Request-Id": "mine-7"}).headers["x-request-id"] == "mine-7"
        ids = {server.ask("GET", "/health").headers["x-request-id"] for _ in range(3)}
        assert len(ids) == 3
        assert server.infer(ROW, **{"X-Request-Id": "x" * 200}).headers["x-request-id"] not in ("", "x" * 200)


def test_what_waits_becomes_a_batch(joulemark):
    # The first request is in the engine for as long as the others take to come.
    with serving(joulemark, *NULL, "--option", "sleep_us=500000", "--max-batch", "4") as server:
        rows = [[[float(i)] * 4] for i in range(9)]
        answers = at_once(*[lambda row=row: server.infer(row) for row in rows])
        assert [answer.status for answer in answers] == [200] * 9
        statistics = server.ask("GET", "/v2/models/x/stats").json["model_stats"][0]
        assert statistics["inference_count"] == 9 and statistics["execution_count"] < 9
        assert 1 < server.metric("joulemark_batch_size_count") < 9


def test_a_batch_waits_for_others_as_long_as_it_is_told(joulemark):
    # A wait of an hour ends with the last place in the batch.
    with serving(joulemark, *NULL, "--max-batch", "3", "--max-queue-delay-ms", "3600000", "--time-limit", "0") as server:
        answers = at_once(*[lambda: server.infer(ROW)] * 3)
        assert [answer.status for answer in answers] == [200] * 3
        assert server.ask("GET", "/v2/models/x/stats").json["model_stats"][0]["execution_count"] == 1


def test_more_than_may_wait_is_refused(joulemark):
    with serving(joulemark, *NULL, "--option", "sleep_us=1000000", "--max-queue", "1") as server:
        answers = at_once(*[lambda: server.infer(ROW)] * 8)
        assert {answer.status for answer in answers} == {200, 429}
        assert server.infer(ROW).status == 200, "there is room again"


def test_who_waits_longer_than_the_time_limit_is_told(joulemark):
    with serving(joulemark, *NULL, "--option", "sleep_us=1000000", "--time-limit", "0.5") as server:
        answers = at_once(*[lambda: server.infer(ROW)] * 3)
        assert {answer.status for answer in answers} == {200, 504}


def test_a_running_request_is_answered_before_the_end(joulemark):
    with serving(joulemark, *NULL, "--option", "sleep_us=3000000") as server:
        answers = at_once(
            lambda: server.infer(ROW),
            lambda: wait_until(lambda: server.metric("joulemark_requests_running") > 0, "the request") and server.stop(),
        )
        assert answers[0].status == 200 and answers[1] == OK
        with pytest.raises(ConnectionRefusedError):
            server.ask("GET", "/health")


def test_what_takes_too_long_is_cut_at_the_end(joulemark):
    # Inputs of a wrong size are not called with, so that the call before the first client's does not take ten minutes as well.
    with serving(joulemark, *NULL, *NO_DRAIN, "--option", "sleep_us=600000000", "--shape", "x=1x5") as server:
        connection = server.connect()
        connection.request("POST", "/v2/models/x/infer", json.dumps({"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": ROW}]}))
        wait_until(lambda: server.metric("joulemark_requests_running") > 0, "the request")
        assert server.stop() == NOT_OK
        with pytest.raises(OSError):
            connection.getresponse()


def test_a_real_model_gives_what_it_computes(with_engines, tmp_path):
    if not (CACHE / "engines/onnxruntime").is_dir():
        pytest.skip("ONNX Runtime is not in the cache; run script/bootstrap")
    path = models.linear(tmp_path / "linear.onnx", width=8)
    import onnx

    weights = onnx.numpy_helper.to_array(onnx.load(path).graph.initializer[0])
    x = numpy.random.default_rng(2).standard_normal((6, 8)).astype(numpy.float32)
    with serving(with_engines, path, "--engine", "onnxruntime", "--max-batch", "8", "--max-queue-delay-ms", "20", model="linear") as server:
        answers = at_once(*[lambda row=row: server.infer([row.tolist()]) for row in x])
        for row, answer in zip(x, answers, strict=True):
            assert answer.status == 200, answer.body
            numpy.testing.assert_allclose(answer.json["outputs"][0]["data"], row @ weights, rtol=1e-4, atol=1e-5)
        assert server.infer([[1.0] * 7]).status == 400
        assert server.stop() == OK


def test_a_model_of_fixed_size_is_served_one_request_at_a_time(with_engines, tmp_path):
    if not (CACHE / "engines/onnxruntime").is_dir():
        pytest.skip("ONNX Runtime is not in the cache; run script/bootstrap")
    path = models.fixed(tmp_path / "fixed.onnx", rows=2)
    with serving(with_engines, path, "--engine", "onnxruntime", "--max-batch", "8", model="fixed") as server:
        answers = at_once(*[lambda: server.infer([[-1.0] * 64, [2.0] * 64])] * 4)
        assert [answer.status for answer in answers] == [200] * 4
    assert "requests are not joined to batches: the first dimension of input 'x' is fixed to 2" in "".join(server.errors)


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_in_a_batch_say_what_they_say_alone(with_engines, engine):
    if why := why_not(engine):
        pytest.skip(why)
    checkpoint = case("decoders", "gpt2")
    prompts = [run["prompt_ids"] for run in expected("decoders", "gpt2")["runs"]][:2] + [[3], [5, 6, 7, 8, 9, 10]]
    alone = [generate(with_engines, engine, checkpoint, [prompt], "--ignore-eos", "--max-new-tokens", 6).json["new_ids"] for prompt in prompts]

    def complete(server, prompt, **how):
        body = {"model": server.model, "prompt": prompt, "max_tokens": 6, "temperature": 0, "ignore_eos": True, "return_token_ids": True, **how}
        answer = server.ask("POST", "/v1/completions", body)
        assert answer.status == 200, answer.body
        return answer.json["choices"][0]["token_ids"]

    with serving(with_engines, checkpoint, "--engine", engine, "--max-batch", "4", "--max-queue-delay-ms", "300000", "--name", "m", model="m") as server:
        assert at_once(*[lambda prompt=prompt: complete(server, prompt) for prompt in prompts]) == alone
        assert server.metric("joulemark_batch_size_count") == 1
        drawn = at_once(*[lambda prompt=prompt: complete(server, prompt, temperature=2, seed=5) for prompt in prompts])
    with serving(with_engines, checkpoint, "--engine", engine, "--name", "m", model="m") as server:
        assert [complete(server, prompt, temperature=2, seed=5) for prompt in prompts] == drawn


def test_a_simulated_machine_gives_joules(joulemark):
    with serving(joulemark, *NULL, "--option", "busy_us=20000", before=("--sim", "desktop-intel")) as server:
        told = server.infer(ROW, **{"Joulemark-Energy": "request"}).json["parameters"]
        assert told["joulemark_energy_joules"] > 0
        assert told["joulemark_energy_window_s"] > 0.02, "no counter resolves 20 ms"


def test_the_server_alone_says_who_starts_it():
    done = subprocess.run([BIN / "joulemark-server"], capture_output=True, text=True, check=False)
    assert done.returncode == USAGE and "is started by 'joulemark serve'" in done.stderr
    done = subprocess.run([BIN / "joulemark-server", "--config-fd", "0"], input='{"x": 1}', capture_output=True, text=True, check=False)
    assert done.returncode == USAGE and "joulemark-server's configuration" in done.stderr
