#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what `joulemark check --json` found with the outcomes written down: RESULT.json EXPECTED.txt [--update].

EXPECTED.txt names every case that does not pass, one per line: STATUS NAME REASON. A case whose status is not the
expected one, a case that is named and no longer there, and a summary that does not add up are failures.
"""

import argparse
import collections
import json
import pathlib
import re
import sys

HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# The ONNX backend tests that {engine} {version}does not pass: STATUS NAME REASON. {counts}.
# script/conformance compares with it; script/conformance --update {engine} writes it; docs/conformance.md explains it.
"""


def short(reason: str) -> str:
    """The reason without what changes from one machine to the next."""
    reason = re.sub(r"(?<![\w.])/[\w./+@-]+/", "", reason)
    return re.sub(r"\s+", " ", reason).strip()[:200]


def read_expected(path: pathlib.Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = [line.split(maxsplit=2) for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {words[1]: words[0] for words in lines}


def problems(result: dict, expected: dict[str, str]):
    cases = result["cases"]
    names = collections.Counter(case["name"] for case in cases)
    yield from (f"'{name}' is there {count} times" for name, count in names.items() if count > 1)
    for case in cases:
        wanted = expected.get(case["name"], "pass")
        if case["status"] != wanted:
            yield f"{case['name']}: {case['status']}, expected {wanted}; {short(case['reason'] or '')}"
    yield from (f"{name}: expected {status}, but there is no such case" for name, status in expected.items() if name not in names)
    found = collections.Counter(case["status"] for case in cases)
    if {key: value for key, value in result["summary"].items() if value} != dict(found):
        yield f"the summary {result['summary']} is not what the cases say: {dict(found)}"


def counts_of(result: dict) -> str:
    summary = result["summary"]
    return f"{len(result['cases'])} cases: " + ", ".join(f"{summary[key]} {key}" for key in ("pass", "fail", "unsupported", "crashed"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the expectation instead of comparing")
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("expected", type=pathlib.Path)
    arguments = parser.parse_args()
    result = json.loads(arguments.result.read_text())
    if arguments.update:
        version = result.get("version", "")
        lines = [
            f"{case['status']} {case['name']} {short(case['reason'] or '')}".rstrip()
            for case in sorted(result["cases"], key=lambda case: (case["status"], case["name"]))
            if case["status"] != "pass"
        ]
        header = HEADER.format(engine=result["engine"], version=version and version + " ", counts=counts_of(result))
        arguments.expected.parent.mkdir(parents=True, exist_ok=True)
        arguments.expected.write_text(header + "".join(line + "\n" for line in lines))
    found = list(problems(result, read_expected(arguments.expected)))
    print(*found[:50], sep="\n", end="\n" if found else "")
    print(f"{result['engine']}: {counts_of(result)}; {len(found)} unexpected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
