#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts what a benchmark printed into a document: bench/doc_section.py FILE NAME < TEXT replaces what stands between
<!-- NAME begin --> and <!-- NAME end -->."""

import pathlib
import sys


def main() -> None:
    file, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    begin, end = f"<!-- {name} begin -->\n", f"<!-- {name} end -->"
    text = file.read_text()
    if begin not in text or end not in text:
        raise SystemExit(f"'{file}' has no '{begin.strip()}' and '{end}'")
    before, _, rest = text.partition(begin)
    file.write_text(before + begin + "\n" + sys.stdin.read().strip() + "\n\n" + rest[rest.index(end) :])


main()
