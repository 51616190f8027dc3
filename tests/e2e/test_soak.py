# SPDX-License-Identifier: Apache-2.0
"""A server that is busy for a while stays as it was; the long version is script/soak."""

import os
import pathlib
import subprocess
import sys

import pytest
import soak
from soak import Note, growth, verdict

HERE = pathlib.Path(__file__).parent


def notes(rss, files):
    return [Note(float(t), rss(t), files(t)) for t in range(100)]


def is_flat(rss=lambda _: 50_000.0, files=lambda _: 40.0):
    return [flat for *_, flat in verdict(notes(rss, files))]


def test_steps_and_noise_of_a_flat_line_are_no_growth():
    assert is_flat(rss=lambda t: 50_000.0 + 800 * (t % 7), files=lambda t: 40.0 + t % 3) == [True, True]


def test_what_grows_until_it_is_warm_is_flat():
    assert is_flat(rss=lambda t: 50_000.0 if t >= 10 else 5000.0 * t) == [True, True]


def test_a_leak_is_not_flat():
    assert is_flat(rss=lambda t: 50_000.0 + 20 * t) == [False, True]
    assert is_flat(files=lambda t: 40.0 + 0.05 * t) == [True, False]


def test_a_single_outlier_changes_nothing():
    assert growth([(float(t), 1e9 if t == 50 else 2.0 * t) for t in range(101)]) == pytest.approx(200)


@pytest.mark.quiet
def test_half_a_minute_leaves_memory_and_files_as_they_are():
    """Whether the rate was kept depends on what else the machine does: the long version judges that too."""
    if not (soak.BIN / "serving_client").exists():
        pytest.skip("the benchmarks are not built")
    command = [sys.executable, HERE / "soak.py", "0.5", "--share", "0.4", "--measure-seconds", "2"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=os.environ, timeout=180)
    assert done.stdout.count(": flat") == 2, done.stdout
    assert " 0 failed" in done.stdout
