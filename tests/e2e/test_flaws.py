# SPDX-License-Identifier: Apache-2.0
"""Flaws of an analysis that was published, on its own data: docs/flaws.md says what is told instead."""

import re

import pytest
from analyze_cases import REPETITIONS, where
from conftest import OK

PHI2 = where("phi2_cpu_CPU_energy")


def analyze(joulemark, data, *arguments):
    outcome = joulemark("analyze", data, "--value", "value", "--group", "engine", *arguments, "--resamples", "200")
    assert outcome.status == OK, outcome.err
    return outcome


def test_a_statistic_above_its_p_decides_nothing(joulemark):
    """The study's scripts took the statistic of Levene's test for significant where it was larger than p, which it nearly always is."""
    values = {"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [2.0, 3.1, 4.1, 5.2, 6.9]}
    lines = [f"{engine},{value}" for engine, sample in values.items() for value in sample]
    (joulemark.home / "equal.csv").write_text("\n".join(["engine,value", *lines]) + "\n")
    found = analyze(joulemark, "equal.csv", "--json").json
    assert set(found["levene"]) >= {"statistic", "p"}
    assert not {"significant", "reject", "decision"} & set(found["levene"])
    assert 0.05 < found["levene"]["p"] < 1
    said = analyze(joulemark, "equal.csv").out.lower()
    assert "significant" not in said and "reject" not in said


def test_engines_that_do_not_overlap_are_told_apart_where_ranks_of_all_are_not_enough(joulemark):
    found = analyze(joulemark, REPETITIONS, *PHI2, "--json").json
    (pair,) = (pair for pair in found["pairs"] if {pair["a"], pair["b"]} == {"onnx", "ov"})
    assert pair["dunn"]["p_holm"] == pytest.approx(0.167, abs=1e-3)
    assert abs(pair["cliffs_delta"]) == 1
    assert pair["mann_whitney"]["p_exact"] < 1e-4 and pair["games_howell"]["p"] < 1e-4
    low, high = pair["welch_t"]["ci"]
    assert low * high > 0


def test_small_probabilities_are_numbers_and_never_0(joulemark):
    found = analyze(joulemark, REPETITIONS, *PHI2, "--json").json
    assert 0 < found["kruskal_wallis"]["p"] < 1e-6 and 0 < found["welch_anova"]["p"] < 1e-6
    assert all(pair["hedges_g"] and len(pair["welch_t"]["ci"]) == 2 for pair in found["pairs"])
    assert not re.search(r"\b0\.0{3,}\b", analyze(joulemark, REPETITIONS, *PHI2).out)
