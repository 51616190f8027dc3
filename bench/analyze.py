#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`joulemark analyze` beside SciPy, pingouin, scikit-posthocs and statsmodels: speed and values.

bench/analyze.py BIN [--metrics 2]       speed, on one core; the libraries take the given number of the 8 metrics
bench/analyze.py BIN --check N           values on N random data sets, and files of data that have no answer

Needs the packages of bench/analyze-requirements.txt; `script/bench statistics` brings them."""

import argparse
import os
import pathlib
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--metrics", type=int, default=2)
    parser.add_argument("--check", type=int, metavar="N")
    parser.add_argument("--bootstrap-every", type=int, default=20, help="with --check: bootstrap intervals of every such data set (default 20)")
    options = parser.parse_args()
    joulemark = options.bin.resolve() / "joulemark"
    if options.check:
        import analyze_check

        return 0 if analyze_check.check_random(joulemark, options.check, options.bootstrap_every) else 1
    import analyze_speed

    return 0 if analyze_speed.measure(joulemark, options.metrics) else 1


sys.exit(main())
