# SPDX-License-Identifier: Apache-2.0
"""Honest engines on real models: the gate is silent. An alarm here would be one on every user's machine."""

import pytest
from conftest import CACHE, OK
from decoder_cases import ENGINES, case, why_not

pytestmark = pytest.mark.quiet

# What may be said of an honest experiment on a busy virtual machine without sensors.
HARMLESS = {
    "energy_absent",
    "few_repetitions",
    "few_calls",
    "grouped_calls",
    "noisy",
    "not_steady",
    "preflight",
    "rows_per_call",
    "several_versions",
    "suspended",
    "throttled",
    "thermal_throttled",
    "unknown_precision",
}
# What other programs on the machine can cause.
DISTURBED = {"clock_stepped", "steal", "foreign_load", "disturbed", "idle_busy", "idle_drift"}
QUICK = ["--repetitions", "2", "--duration", "0.3", "--warmup-min", "0.05", "--warmup-max", "0.5"]


def installed() -> str:
    engines = [engine for engine in ENGINES if not why_not(engine)]
    if not engines:
        pytest.skip("no engine is in the cache; run script/bootstrap")
    return ",".join(engines)


def no_alarm(outcome) -> None:
    assert outcome.status == OK, outcome.err
    assert [row["reason"] for row in outcome.json["rows"] if row["standing"] == "unranked"] == []
    said = {caveat["code"]: caveat["message"] for caveat in outcome.json["caveats"]}
    assert {code: said[code] for code in said.keys() - HARMLESS - DISTURBED} == {}


def test_no_alarm_on_a_real_classifier(with_engines):
    models = sorted((CACHE / "models/magika").rglob("*.onnx"))
    if not models:
        pytest.skip("magika is not in the cache; run script/bootstrap")
    no_alarm(with_engines("compare", models[0], "--engine", installed(), "--threads", "2", *QUICK, "--json", timeout=300))


def test_no_alarm_on_a_language_model(with_engines):
    text = ["--prompt-tokens", "6", "--new-tokens", "24"]
    no_alarm(with_engines("compare", case("decoders", "gpt2"), "--engine", installed(), *text, *QUICK, "--json", timeout=300))
