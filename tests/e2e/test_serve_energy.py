# SPDX-License-Identifier: Apache-2.0
"""Joules of served requests, on a simulated machine whose power is known."""

import pytest
from conftest import wait_until
from serving import at_once, serving
from simulated_powercap import SimulatedPowercap

ROW = [[1.0, 2.0, 3.0, 4.0]]
WATTS = 60
SLOW = ("null:x", "--engine", "null", "--option", "sleep_us=20000")
ASK = {"Joulemark-Energy": "request"}


def energy_of(answer) -> dict:
    parameters = answer.json["parameters"]
    return {key.removeprefix("joulemark_energy_"): value for key, value in parameters.items()}


def test_a_short_request_has_its_part_of_a_window_that_the_counter_resolves(joulemark, tmp_path):
    with (
        SimulatedPowercap(tmp_path / "machine", WATTS),
        serving(joulemark, *SLOW, "--root", tmp_path / "machine") as server,
    ):
        told = energy_of(server.infer(ROW, **ASK))
    assert told["window_s"] >= 0.09
    assert told["share"] * told["window_s"] >= 0.02, "the engine had it for 20 ms"
    assert told["joules"] == pytest.approx(told["share"] * told["window_joules"])
    assert told["window_joules"] == pytest.approx(WATTS * told["window_s"], rel=0.5), "a busy machine writes the counter late"


def test_requests_together_took_what_the_metrics_say_and_no_more_than_there_was(joulemark, tmp_path):
    with (
        SimulatedPowercap(tmp_path / "machine", WATTS),
        serving(joulemark, *SLOW, "--max-batch", "4", "--root", tmp_path / "machine") as server,
    ):
        answers = [answer for _ in range(3) for answer in at_once(*[lambda: server.infer(ROW, **ASK)] * 6)]
        joules = sum(energy_of(answer)["joules"] for answer in answers)
        wait_until(lambda: server.metric("joulemark_request_energy_joules_total") >= 0.999 * joules, "the metrics")
        assert server.metric("joulemark_request_energy_joules_total") == pytest.approx(joules, rel=1e-3)
        assert joules <= server.metric("joulemark_energy_joules_total")


def test_where_nothing_is_measured_there_is_a_reason_and_no_number(joulemark):
    with serving(joulemark, "null:x", "--engine", "null", before=("--sim", "vm")) as server:
        told = energy_of(server.infer(ROW, **ASK))
    assert set(told) == {"reason"} and "virtual machine" in told["reason"]
