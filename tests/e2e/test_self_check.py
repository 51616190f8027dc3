# SPDX-License-Identifier: Apache-2.0
"""`doctor --self-check`: what sampling costs is measured, shown, and changes no status."""

import pytest
from conftest import OK, USAGE
from simulated_powercap import SimulatedPowercap


def test_the_difference_has_an_interval_and_the_sampler_its_cost(joulemark, tmp_path):
    with SimulatedPowercap(tmp_path / "machine", 40.0) as machine:
        outcome = joulemark("doctor", "--root", machine.root, "--self-check", "--seconds", "4", "--json")
    assert outcome.status == OK, outcome.err
    (check,) = outcome.json.values()
    assert check["hz"] == 10 and check["pairs"] >= 6
    assert check["change"]["lo"] <= check["change"]["value"] <= check["change"]["hi"]
    assert check["change"]["value"] == pytest.approx(check["latency_on_s"] / check["latency_off_s"] - 1, abs=0.5)
    assert 0 <= check["sampler_cores"] < 0.1
    # Ticks on a grid that begins before each block.
    least = round(check["pairs"] * check["block_s"] * check["hz"])
    assert least <= check["ticks"] + check["missed_ticks"] <= 2 * least
    assert check["verdict"].startswith("sampling at 10 Hz changes latency by ")


def test_the_text_says_what_was_found(joulemark):
    outcome = joulemark("doctor", "--self-check", "--seconds", "0.1")
    assert outcome.status == OK, outcome.err
    assert "too few blocks for an interval" in outcome.out and " % of a core, " in outcome.out and " missed" in outcome.out


@pytest.mark.parametrize("seconds", ["-1", "nan", "1e9"])
def test_a_time_that_is_none_is_refused(joulemark, seconds):
    outcome = joulemark("doctor", "--self-check", "--seconds", seconds)
    assert outcome.status == USAGE and "--seconds must be from 0 to 3600" in outcome.err
