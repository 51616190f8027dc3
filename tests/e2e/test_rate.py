# SPDX-License-Identifier: Apache-2.0
"""Iso-load: requests at a fixed rate, the same for every configuration, and latencies from their arrival.

What is expected holds however late a loaded machine lets a process run.
"""

import pytest
from conftest import CACHE, OK, USAGE, contents_of

PROTOCOL = ["--repetitions", "2", "--warmup-min", "0.01", "--warmup-max", "0.05", "--min-iterations", "1", "--duration", "0.5"]
MAGIKA = CACHE / "models/magika/1.0.3/magika.onnx"


def report(joulemark, *arguments) -> dict:
    return joulemark("compare", *arguments, *PROTOCOL, "--store", "s.sqlite", "--json").json


def value(row: dict, key: str) -> float:
    return row["metrics"][key]["value"]


def windows(joulemark) -> list[tuple[float, int]]:
    """(seconds, requests) of every window in the store."""
    with contents_of(joulemark.home / "s.sqlite") as store:
        return [
            ((t1 - t0) / 1e9, iterations)
            for t0, t1, iterations in store.execute(
                "select p.t0_ns, p.t1_ns, t.iterations from trial t join trial_phase p on p.trial = t.id where p.phase = 'measure'"
            )
        ]


def test_every_configuration_gets_the_same_requests(joulemark):
    result = report(joulemark, "null:a?busy_us=2000", "--engine", "null", "--threads", "1,2", "--rate", "40/s")
    assert (result["experiment"]["rate"], result["experiment"]["arrivals"]) == (40, "poisson")
    assert "at 40 requests a second" in result["verdict"]["sentence"]
    for seconds, requests in windows(joulemark):
        assert requests == 20 and seconds >= 0.5
    for row in result["rows"]:
        assert value(row, "busy_s") >= 20 * 0.002
        assert value(row, "throughput_per_s") <= 40
        assert value(row, "latency_p50_ms") >= 2
        assert value(row, "wake_late_s") > 0


def test_without_an_energy_sensor_the_latency_ranks(joulemark):
    result = report(joulemark, "null:a?busy_us=500", "--engine", "null", "--threads", "1,2", "--rate", "20", "--arrivals", "uniform")
    assert result["verdict"]["models"][0]["metric"] == "latency_p95_ms"


def test_a_rate_that_is_too_high_is_said_and_not_ranked(joulemark):
    result = report(joulemark, "null:a?busy_us=30000", "--engine", "null", "--rate", "50", "--arrivals", "uniform")
    (row,) = result["rows"]
    assert row["standing"] == "unranked"
    assert row["reason"].startswith("overloaded at 50 requests a second: one takes")
    assert "overloaded" in {caveat["code"] for caveat in result["caveats"]}
    # 25 requests of 30 ms, 20 ms apart: the last waits for 24 × 10 ms at the least.
    assert value(row, "latency_p99_ms") >= 240 and value(row, "queue_max") >= 7
    assert all(seconds >= 0.75 and requests == 25 for seconds, requests in windows(joulemark))


def test_more_than_the_time_limit_holds_is_not_begun(joulemark):
    result = report(joulemark, "null:a?busy_us=400000", "--engine", "null", "--rate", "50", "--time-limit", "9")
    (row,) = result["rows"]
    assert row["trials_ok"] == 0 and "overloaded: 25 requests of" in row["reason"]


def test_a_slow_call_makes_others_wait(joulemark):
    """Every fifth takes ten times as long, and those behind it are late: no coordinated omission."""
    model = "null:a?busy_us=5000&slow_every=5"
    row = report(joulemark, model, "--engine", "null", "--rate", "50", "--arrivals", "uniform")["rows"][0]
    # 20 ms apart: the one behind a call of 50 ms waits for 30 ms, and the next for 15 ms.
    assert value(row, "latency_p95_ms") >= 50 and value(row, "queue_max") >= 2
    assert value(row, "latency_p50_ms") >= 5


def test_text_and_file_name_the_rate(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *PROTOCOL, "--rate", "50/s")
    text = " ".join(outcome.out.split())
    assert "at 50 requests a second" in text and "p50, p95, p99: latency from the scheduled arrival" in text
    printed = joulemark("compare", "null:a", "--engine", "null", "--rate", "50/s", "--print-experiment").out
    assert "rate = 50" in printed.splitlines() and 'arrivals = "poisson"' in printed.splitlines()
    (joulemark.home / "e.toml").write_text(printed.replace("rate = 50", 'rate = "50/s"'))
    plan = joulemark("plan", "e.toml", "--json")
    assert plan.status == OK, plan.err


def test_the_plan_counts_the_least_requests(joulemark):
    text = "[[model]]\nsource = 'null:a'\n[factors]\nengine = 'null'\n[protocol]\nrepetitions = 2\nduration_s = 1\nmin_iterations = 30\n"
    (joulemark.home / "flat.toml").write_text(text)
    (joulemark.home / "rate.toml").write_text(text + "rate = '2/s'\n")
    seconds = {name: joulemark("plan", f"{name}.toml", "--json").json["seconds"] for name in ("flat", "rate")}
    assert seconds["rate"] - seconds["flat"] == pytest.approx(2 * (15 - 1))
    (joulemark.home / "rate.toml").write_text(text + "rate = 0.05\n")
    refused = joulemark("plan", "rate.toml")
    assert refused.status == USAGE and "the 30 requests of a window take 600 s at 0.05 a second" in refused.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--rate", "5/min"], "--rate must be a number, not '5/min'"),
        (["--rate", "-1"], "--rate must be 0 to 1000000, not -1"),
        (["--rate", "5", "--arrivals", "bursts"], "--arrivals must be poisson or uniform, not 'bursts'"),
        (["--rate", "5", "--batch", "1,2"], "compare one batch size at a time"),
    ],
)
def test_rates_that_make_no_sense_are_refused(joulemark, arguments, message):
    refused = joulemark("compare", "null:a", "--engine", "null", *arguments)
    assert refused.status == USAGE and message in refused.err


@pytest.mark.skipif(not MAGIKA.exists(), reason="script/bootstrap has not fetched the model")
def test_real_engines_at_a_rate(with_engines):
    result = report(with_engines, MAGIKA, "--engine", "onnxruntime,openvino", "--rate", "10/s")
    for row in result["rows"]:
        assert row["trials_ok"] == 2, row
        assert value(row, "busy_s") > 0
    assert {requests for _, requests in windows(with_engines)} == {5}
