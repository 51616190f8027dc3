# SPDX-License-Identifier: Apache-2.0
"""Flaws of analyses that were published, on their own data: docs/flaws.md says what is told instead."""

from conftest import DATA, OK
from test_analyze import REPETITIONS, where

import pytest


def analyze(joulemark, *arguments) -> dict:
    outcome = joulemark("analyze", REPETITIONS, "--value", "value", "--group", "engine", *arguments, "--json", "--resamples", "200")
    assert outcome.status == OK, outcome.err
    return outcome.json
