# SPDX-License-Identifier: Apache-2.0
"""What the documents say is there: every test that the manual of the sensors names."""

import re

from conftest import ROOT

HEADING = "## Defects that are tested against"


def named_tests() -> set[tuple[str, str]]:
    manual = (ROOT / "docs/sensors.md").read_text()
    assert HEADING in manual
    section = manual.split(HEADING)[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`([A-Z]\w+)\.(\w+)`", row.split("|")[3]) for row in rows]
    assert len(rows) > 30 and all(named), "a defect without a test"
    return {test for tests in named for test in tests}


def test_every_defect_has_the_tests_that_are_named():
    pattern = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
    there = {test for file in (ROOT / "src").rglob("*_test.cpp") for test in pattern.findall(file.read_text())}
    assert named_tests() - there == set()
