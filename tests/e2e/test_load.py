# SPDX-License-Identifier: Apache-2.0
"""`joulemark load`: what it tells of servers that behave in known ways."""

import csv
import json
import signal
import time

import pytest
from conftest import INTERRUPTED, MACHINE, NOT_OK, OK, USAGE
from load_server import serving
from serving import serving as served
from simulated_powercap import SimulatedPowercap


def rows_of(path) -> list[dict]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def codes(outcome) -> list[str]:
    return [caveat["code"] for caveat in outcome.json["caveats"]]


def test_a_closed_loop_counts_what_was_answered(joulemark):
    with serving() as server:
        done = joulemark("load", f"{server.url}/plain", "--concurrency", 3, "--requests", 60, "--json")
    assert done.status == OK, done.err
    told = done.json
    assert (told["api"], told["requests"], told["good"]) == ("http", 60, 60)
    assert told["loop"] == {"kind": "closed", "concurrency": 3}
    assert told["generator"]["connections"] <= 4  # one before the run, which is kept
    assert server.numbers == 61  # one request comes before the run
    latency = told["latencies"]["latency_ms"]
    assert latency["count"] == 60
    assert latency["p50"]["lo"] <= latency["p50"]["estimate"] <= latency["p50"]["hi"] <= latency["max"]


def test_a_stream_is_told_by_its_tokens(joulemark):
    with serving(first_s=0.05, gap_s=0.01) as server:
        done = joulemark("load", server.url, "--requests", 4, "--new-tokens", 11, "--prompt-tokens", 9, "--json")
    assert done.status == OK, done.err
    told = done.json
    assert (told["api"], told["model"]) == ("openai", "model")
    assert told["work"] == {"prompt_tokens": 36, "new_tokens": 44, "stream_parts": 44, "unequal": 0, "unchecked": 0}
    latencies = told["latencies"]
    assert latencies["ttft_ms"]["p50"]["estimate"] >= 50
    assert latencies["itl_ms"]["p50"]["estimate"] >= 9
    assert latencies["gap_ms"]["count"] == 40
    assert latencies["latency_ms"]["p50"]["estimate"] >= 150
    body = server.bodies[-1]
    assert len(body["prompt"]) == 9 and all(isinstance(token, int) and 0 <= token < 1000 for token in body["prompt"])
    assert (body["max_tokens"], body["ignore_eos"], body["temperature"], body["stream"]) == (11, True, 0, True)
    assert body["stream_options"] == {"include_usage": True}


def test_prompts_differ_and_the_same_seed_asks_the_same(joulemark):
    asked = []
    for seed in (1, 1, 2):
        with serving() as server:
            joulemark("load", server.url, "--requests", 3, "--new-tokens", 1, "--seed", seed)
        asked.append([tuple(body["prompt"]) for body in server.bodies])
    assert asked[0] == asked[1] != asked[2]
    assert len(set(asked[0])) == 3


def test_whole_texts_and_chats_are_asked_too(joulemark, tmp_path):
    with serving() as server:
        whole = joulemark("load", server.url, "--requests", 2, "--new-tokens", 5, "--no-stream", "--json")
        assert "stream" not in server.bodies[-1]
        chat = joulemark("load", f"{server.url}/v1/chat/completions", "--requests", 2, "--prompt-tokens", 3, "--new-tokens", 5, "--json")
        message = server.bodies[-1]["messages"][0]
    assert whole.status == OK and whole.json["work"]["new_tokens"] == 10
    assert "ttft_ms" not in whole.json["latencies"]
    assert (chat.json["api"], message["role"], len(message["content"].split())) == ("chat", "user", 3)
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"text": "def area("}\n{"ids": [5, 9]}\n')
    with serving() as server:
        joulemark("load", server.url, "--requests", 3, "--workload", prompts, "--new-tokens", 1)
        assert [body["prompt"] for body in server.bodies[1:]] == ["def area(", [5, 9], "def area("]


@pytest.mark.parametrize(
    ("behaviour", "difference"),
    [
        ({"counted": 7}, "8 new tokens were asked for, the server counts 7"),
        ({"ids": 2}, "the server counts 8 new tokens and sends 16 ids"),
    ],
)
def test_other_counts_than_asked_are_unequal_work(joulemark, behaviour, difference):
    with serving(**behaviour) as server:
        done = joulemark("load", server.url, "--requests", 3, "--new-tokens", 8, "--json")
    assert done.status == OK
    assert done.json["work"]["unequal"] == 3
    assert difference in next(each["text"] for each in done.json["caveats"] if each["code"] == "unequal_work")


def test_tokens_that_come_together_are_told(joulemark):
    with serving(streamed=2) as server:
        done = joulemark("load", server.url, "--requests", 3, "--new-tokens", 8, "--json")
    assert "merged_tokens" in codes(done) and done.json["work"]["unequal"] == 0


def test_goodput_counts_answers_that_keep_every_limit(joulemark):
    with serving(stall_after=6, stall_s=0.3) as server:
        done = joulemark("load", f"{server.url}/plain", "--requests", 10, "--limit", "latency_ms=250", "--limit", "ttft_ms=60000", "--json")
    goodput = done.json["goodput"]
    assert goodput["limits"] == {"latency_ms": 250, "ttft_ms": 60000}
    assert 0 < goodput["share"] <= 0.9
    assert goodput["per_s"] < done.json["throughput_per_s"]["estimate"]


def test_failures_are_counted_by_kind_with_their_first_message(joulemark):
    with serving(statuses={2: 503, 4: 503, 5: 429}) as server:
        done = joulemark("load", server.url, "--requests", 8, "--new-tokens", 2, "--json")
    assert done.status == NOT_OK
    assert [(each["kind"], each["count"]) for each in done.json["failures"]] == [("429", 1), ("503", 2)]
    assert "request 2 fails" in done.json["failures"][1]["first"]
    assert (done.json["requests"], done.json["good"]) == (8, 5)


@pytest.mark.parametrize(
    ("ending", "kind", "message"),
    [
        ("cut", "reset", "inside of the answer"),
        ('{"error": {"message": "out of memory"}}', "bad_answer", "out of memory"),
        ("", "bad_answer", "ended before"),
        ("no json", "bad_answer", "no JSON"),
    ],
)
def test_streams_that_go_wrong_are_failures(joulemark, ending, kind, message):
    with serving(ending=ending) as server:
        done = joulemark("load", server.url, "--requests", 2, "--new-tokens", 3, "--json")
    assert done.status == NOT_OK
    assert [(each["kind"], each["count"]) for each in done.json["failures"]] == [(kind, 2)]
    assert message in done.json["failures"][0]["first"]


def departures(scheduled: list[float], service_s: float) -> list[float]:
    """When one server that needs so long for each would be done with them."""
    free, out = 0.0, []
    for at in sorted(scheduled):
        free = max(free, at) + service_s
        out.append(free)
    return out


@pytest.mark.parametrize("arrivals", ["uniform", "poisson"])
def test_queueing_counts_from_when_a_request_was_due(joulemark, tmp_path, arrivals):
    """One server with a known time of service: nothing can end before the queue of the same schedule lets it."""
    service_s = 0.02
    file = tmp_path / "requests.csv"
    with serving(service_s=service_s) as server:
        done = joulemark("load", f"{server.url}/plain", "--rate", "100/s", "--arrivals", arrivals, "--requests", 100, "--requests-csv", file, "--json")
    assert done.status == OK, done.err
    rows = rows_of(file)
    scheduled, ends = [float(row["scheduled_s"]) for row in rows], sorted(float(row["end_s"]) for row in rows)
    truth = departures(scheduled, service_s)
    assert all(end >= expected for end, expected in zip(ends, truth, strict=True))
    # Twice as much comes as is served: the last wait about as long as all have come.
    assert done.json["latencies"]["latency_ms"]["max"] >= 1000 * (truth[-1] - max(scheduled))
    assert "falls_behind" in codes(done)
    assert done.json["loop"]["offered_per_s"] == pytest.approx(100, rel=0.01)


@pytest.mark.quiet
def test_an_open_loop_is_as_late_as_the_queue_and_no_more(joulemark, tmp_path):
    service_s = 0.02
    file = tmp_path / "requests.csv"
    with serving(service_s=service_s) as server:
        joulemark("load", f"{server.url}/plain", "--rate", "25/s", "--requests", 120, "--requests-csv", file)
    rows = rows_of(file)
    truth = departures([float(row["scheduled_s"]) for row in rows], service_s)
    ends = sorted(float(row["end_s"]) for row in rows)
    late = sorted(end - expected for end, expected in zip(ends, truth, strict=True))
    assert late[0] >= 0 and late[len(late) // 2] < 0.01


def test_a_stall_shows_in_the_open_loop(joulemark, tmp_path):
    """Half a second in which 50 requests are due: half of them wait a quarter of a second and more."""
    file = tmp_path / "requests.csv"
    with serving(stall_after=50, stall_s=0.5) as server:
        joulemark("load", f"{server.url}/plain", "--rate", "100/s", "--arrivals", "uniform", "--requests", 200, "--requests-csv", file)
    late = [row for row in rows_of(file) if float(row["end_s"]) - float(row["scheduled_s"]) > 0.25]
    assert len(late) >= 24
    with serving(stall_after=50, stall_s=0.5) as server:
        closed = joulemark("load", f"{server.url}/plain", "--requests", 100, "--json")
    assert closed.json["latencies"]["latency_ms"]["p95"]["estimate"] < 500 <= closed.json["latencies"]["latency_ms"]["max"]


def test_requests_beyond_the_cap_wait_and_are_told(joulemark):
    with serving(service_s=0.02) as server:
        done = joulemark("load", f"{server.url}/plain", "--rate", "200", "--requests", 40, "--max-in-flight", 2, "--json")
    assert done.json["generator"]["max_in_flight"] == 2
    assert done.json["generator"]["held"] > 10
    assert done.json["latencies"]["latency_ms"]["max"] > 400
    assert "held_back" in codes(done)


def test_a_trace_says_when_and_how_much(joulemark, tmp_path):
    trace = tmp_path / "trace.csv"
    trace.write_text("arrival_s,prompt_tokens,new_tokens\n0.0,4,2\n0.05,8,\n0.3,,3\n")
    file = tmp_path / "requests.csv"
    with serving() as server:
        done = joulemark("load", server.url, "--trace", trace, "--prompt-tokens", 5, "--new-tokens", 6, "--requests-csv", file)
        assert done.status == OK, done.err
        sizes = sorted((len(body["prompt"]), body["max_tokens"]) for body in server.bodies[1:])
    assert sizes == [(4, 2), (5, 3), (8, 6)]
    assert [float(row["scheduled_s"]) for row in rows_of(file)] == pytest.approx([0, 0.05, 0.3])
    lines = tmp_path / "trace.jsonl"
    lines.write_text('{"arrival_s": 0}\n{"arrival_s": 0.1, "new_tokens": 2}\n')
    with serving() as server:
        assert joulemark("load", server.url, "--trace", lines).status == OK


def test_prompts_have_their_own_length(joulemark, tmp_path):
    trace, prompts = tmp_path / "trace.csv", tmp_path / "prompts.jsonl"
    trace.write_text("arrival_s,prompt_tokens\n0,4\n")
    prompts.write_text('{"text": "a"}\n')
    done = joulemark("load", "http://127.0.0.1:9", "--trace", trace, "--workload", prompts)
    assert done.status == USAGE and "leave one of them out" in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arrival_s\n1\n0\n", "before the row above"),
        ("arrival_s\nx\n", "no number"),
        ("arrival_s\n-1\n", "not from 0"),
        ("when\n1\n", "arrival_s is missing"),
        ("arrival_s,new_tokens\n1,0\n", "not a whole number"),
        ('{"arrival_s": 1}\n[]\n', "row 2"),
        ("arrival_s\n", "no arrivals"),
    ],
)
def test_traces_that_are_wrong_are_refused(joulemark, tmp_path, text, message):
    trace = tmp_path / "trace"
    trace.write_text(text)
    done = joulemark("load", "http://127.0.0.1:9", "--trace", trace)
    assert done.status == USAGE and message in done.err


def test_warm_up_is_left_out(joulemark, tmp_path):
    file = tmp_path / "requests.csv"
    with serving() as server:
        done = joulemark("load", f"{server.url}/plain", "--rate", "50", "--warmup", 0.4, "--duration", 0.6, "--requests-csv", file, "--json")
    assert done.json["requests"] == 30
    rows = rows_of(file)
    assert [row["in_window"] for row in rows] == ["0"] * 20 + ["1"] * 30
    assert done.json["window_s"] == pytest.approx(0.6)


def test_interruption_reports_what_there_is(joulemark):
    with serving(service_s=0.01) as server:
        running = joulemark.start("load", f"{server.url}/plain", "--duration", 600, "--warmup", 0, "--json")
        while server.numbers < 5:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    told = json.loads(out)
    assert running.returncode == INTERRUPTED, err
    assert told["interrupted"] and told["good"] >= 3
    assert told["window_s"] < 600


def test_tokens_are_sent_and_their_lack_is_told(joulemark, tmp_path):
    token = tmp_path / "token"
    token.write_text("secret\n")
    with serving(token="secret") as server:
        refused = joulemark("load", f"{server.url}/plain", "--requests", 1)
        allowed = joulemark("load", f"{server.url}/plain", "--requests", 1, "--token-file", token, "--header", "X-Team: a")
    assert refused.status == NOT_OK and "401" in refused.err and "--token-file" in refused.err
    assert allowed.status == OK


def test_tls_is_verified(joulemark, certificate):
    with serving(tls=certificate) as server:
        url = server.url.replace("http:", "https:") + "/plain"
        trusted = joulemark("load", url, "--requests", 3, "--ca-file", certificate[0], "--json")
        unknown = joulemark("load", url, "--requests", 1)
        other_name = joulemark("load", url.replace("127.0.0.1", "localhost"), "--requests", 1, "--ca-file", certificate[0])
    assert trusted.status == OK, trusted.err
    assert trusted.json["generator"]["connections"] == 1
    assert unknown.status == MACHINE and "certificate" in unknown.err
    assert other_name.status == MACHINE and "certificate" in other_name.err


def test_energy_that_a_server_tells_is_shown_with_its_method(joulemark):
    with serving(energy={"joules": 1.5, "method": "share by tokens"}) as server:
        done = joulemark("load", server.url, "--requests", 4, "--new-tokens", 2, "--no-stream", "--energy")
        assert server.bodies[-1]["joulemark"] == {"energy": True}
    assert "energy: 1.5 J per request" in done.out and "share by tokens" in done.out
    with serving(energy={"joules": None, "reason": "no sensor"}) as server:
        done = joulemark("load", server.url, "--requests", 4, "--new-tokens", 2, "--no-stream", "--energy")
    assert "energy: not measured: no sensor" in done.out


def test_tensors_are_asked_of_joulemark_serve_as_json_and_as_bytes(joulemark):
    with served(joulemark, "null:x", "--engine", "null") as server:
        for flags in ([], ["--binary", "--batch", 3]):
            done = joulemark("load", server.url, "--concurrency", 2, "--requests", 50, "--json", *flags)
            assert done.status == OK, done.err
            assert (done.json["api"], done.json["model"], done.json["good"]) == ("kserve", "x", 50)
            assert done.json["energy"]["joules_per_request"] is None and done.json["energy"]["reason"]
        assert server.metric("joulemark_requests_total") >= 100


def test_texts_are_asked_of_joulemark_serve(joulemark):
    with served(joulemark, "null:x", "--engine", "null") as server:
        done = joulemark("load", server.url, "--api", "openai", "--vocabulary", 16, "--token-ids", "--requests", 20, "--new-tokens", 8, "--json")
    assert done.status == OK, done.err
    work = done.json["work"]
    assert (work["new_tokens"], work["prompt_tokens"], work["unequal"], work["unchecked"]) == (160, 20 * 128, 0, 0)


def test_joules_of_joulemark_serve_come_from_its_metrics_or_its_answers(joulemark, tmp_path):
    slow = ("null:x", "--engine", "null", "--option", "sleep_us=20000")
    with SimulatedPowercap(tmp_path / "machine", 60), served(joulemark, *slow, "--root", tmp_path / "machine") as server:
        counted = joulemark("load", server.url, "--requests", 40, "--json")
        told = joulemark("load", server.url, "--requests", 5, "--energy", "--json")
    assert "metrics" in counted.json["energy"].get("method", ""), counted.json["energy"]
    # 60 W for at least 20 ms; the last requests may not have been read when the run was over.
    assert counted.json["energy"]["joules_per_request"] > 0.5 * 60 * 0.02
    assert told.json["energy"]["joules_per_request"] > 0.5 * 60 * 0.02
    assert "energy_waits" in codes(told)


def test_text_says_what_people_look_for(joulemark):
    with serving() as server:
        done = joulemark("load", server.url, "--requests", 30, "--new-tokens", 2, "--limit", "ttft_ms=9999")
    for words in ("closed loop, concurrency 1", "30 answered well", "throughput: ", "goodput: ", "time to first token", "p99", "95 % intervals"):
        assert words in done.out
    assert "energy: not measured" in done.out


def test_nobody_there_is_a_status_of_its_own(joulemark):
    with serving() as server:
        url = server.url
    done = joulemark("load", url, "--requests", 1)
    assert done.status == MACHINE and "nobody listens" in done.err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--rate", "5", "--concurrency", "2"], "give one"),
        (["--rate", "fast"], "like 5/s"),
        (["--rate", "0"], "like 5/s"),
        (["--arrivals", "uniform"], "need --rate"),
        (["--rate", "5", "--arrivals", "bursty"], "poisson or uniform"),
        (["--duration", "1", "--requests", "1"], "give one"),
        (["--concurrency", "0"], "must be 1 to"),
        (["--limit", "tft_ms=5"], "did you mean 'ttft_ms'"),
        (["--limit", "ttft_ms=fast"], "needs milliseconds"),
        (["--api", "opena"], "did you mean 'openai'"),
        (["--header", "nothing"], "X-Team: a"),
        (["--token-file", "/nonexistent"], "/nonexistent"),
        (["--rate", "1e6", "--duration", "100"], "too large"),
        (["--time-limit", "0"], "--time-limit"),
    ],
)
def test_wrong_flags_are_told_before_anything_is_sent(joulemark, flags, message):
    done = joulemark("load", "http://127.0.0.1:9", *flags)
    assert done.status == USAGE and message in done.err


@pytest.mark.parametrize("url", ["ftp://a", "http://", "http://user:word@host", "http://a b"])
def test_addresses_that_are_none_are_refused(joulemark, url):
    done = joulemark("load", url)
    assert done.status == USAGE and "is no address" in done.err


def test_flags_of_another_api_are_refused(joulemark):
    with serving() as server:
        done = joulemark("load", f"{server.url}/plain", "--requests", 1, "--new-tokens", 5)
    assert done.status == USAGE and "--new-tokens means nothing with --api http" in done.err
