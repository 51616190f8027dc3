# SPDX-License-Identifier: Apache-2.0
"""What the documents say is there: every test that the tables of defects and flaws name."""

import re

from conftest import ROOT

HEADING = "## Defects that are tested against"
FLAWS = 24


def rows_of(text: str) -> list[list[str]]:
    """Cells of a Markdown table, without its head."""
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def unit_tests() -> set[str]:
    pattern = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
    return {".".join(test) for file in (ROOT / "src").rglob("*_test.cpp") for test in pattern.findall(file.read_text())}


def end_to_end_tests() -> set[str]:
    pattern = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
    return {f"{file.name}::{test}" for file in (ROOT / "tests/e2e").glob("test_*.py") for test in pattern.findall(file.read_text())}


def test_every_defect_of_sensors_has_the_tests_that_are_named():
    manual = (ROOT / "docs/sensors.md").read_text()
    assert HEADING in manual
    rows = rows_of(manual.split(HEADING)[1].split("\n## ")[0])
    named = [re.findall(r"`([A-Z]\w+\.\w+)`", row[2]) for row in rows]
    assert len(rows) > 30 and all(named), "a defect without a test"
    assert {test for tests in named for test in tests} - unit_tests() == set()


def test_every_flaw_has_a_guard_and_the_tests_that_are_named():
    rows = rows_of((ROOT / "docs/flaws.md").read_text())
    assert [row[0] for row in rows] == [f"F{number}" for number in range(1, FLAWS + 1)]
    assert all(row[1] and row[2] for row in rows), "a flaw without a guard"
    named = [re.findall(r"`([^`]+)`", row[3]) for row in rows]
    assert all(named), "a flaw without a test"
    assert {test for tests in named for test in tests} - unit_tests() - end_to_end_tests() == set()
