# SPDX-License-Identifier: Apache-2.0
"""The meter's C interface from Python, by the example that the documentation points to."""

import os
import subprocess
import sys

import pytest
from conftest import BIN, ROOT
from simulated_powercap import SimulatedPowercap
from test_meters import ANSWERS, CREDENTIALS, PASSWORD, running
from test_meters import Meter as PlugMeter

LIBRARY = BIN.parent / "lib/libjoulemark_meter.so"
EXAMPLE = ROOT / "examples/meter.py"
WATTS = 40.0


def run(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, EXAMPLE, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


@pytest.fixture(autouse=True)
def built():
    assert LIBRARY.exists()


def test_a_python_program_measures_its_own_window(tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        outcome = run(LIBRARY, tmp_path / "machine")
    assert outcome.returncode == 0, outcome.stderr
    seconds, package, total = outcome.stdout.splitlines()
    joules = float(total.split(": ")[1].split(" ")[0])
    assert joules == pytest.approx(WATTS * float(seconds.split(" ")[0]), rel=0.2, abs=0.3)
    assert package.startswith("package-0 (measured): ") and " J by powercap, calibration ± " in package


def test_a_calibration_multiplies_the_joules(tmp_path):
    with SimulatedPowercap(tmp_path / "machine", WATTS):
        outcome = run(LIBRARY, tmp_path / "machine", "--calibration", "powercap:package-0=2±0")
    assert outcome.returncode == 0, outcome.stderr
    seconds, _, total = outcome.stdout.splitlines()
    joules = float(total.split(": ")[1].split(" ")[0])
    assert joules == pytest.approx(2 * WATTS * float(seconds.split(" ")[0]), rel=0.2, abs=0.6)
    assert total.endswith("calibration ± 0.000 J")


def test_a_meter_at_the_plug_is_the_total(tmp_path):
    (tmp_path / "machine").mkdir()
    environment = os.environ | CREDENTIALS
    with running(PlugMeter(ANSWERS["netio"], scheme="Basic")) as plug:
        outcome = run(LIBRARY, tmp_path / "machine", "--meter", plug.place("netio"), env=environment)
        wall, total = outcome.stdout.splitlines()[1:]
        assert wall.startswith("wall (derived): ") and total.startswith("total (derived): ")
        refused = run(LIBRARY, tmp_path / "machine", "--meter", plug.place("netio"), env=environment | {"JOULEMARK_METER_USER": "you"})
    assert "total (absent): unauthorised" in refused.stdout
    assert not [text for text in (outcome, refused) if PASSWORD in text.stdout + text.stderr]


def test_options_that_are_wrong_say_what_is_right(tmp_path):
    (tmp_path / "machine").mkdir()
    for arguments, words in ((["--meter", f"netio://me:{PASSWORD}@plug"], "JOULEMARK_METER_PASSWORD"),
                             (["--calibration", "pref=1±0.1"], "did you mean 'perf'?")):  # fmt: skip
        outcome = run(LIBRARY, tmp_path / "machine", *arguments)
        assert outcome.returncode != 0 and words in outcome.stderr
        assert PASSWORD not in outcome.stderr.split("RuntimeError")[-1]


def test_a_machine_without_sensors_says_why(tmp_path):
    (tmp_path / "machine").mkdir()
    outcome = run(LIBRARY, tmp_path / "machine")
    assert "total (absent): no_sensor: this machine has no energy sensor" in outcome.stdout


def test_a_folder_that_is_not_there_is_an_error_with_its_name(tmp_path):
    outcome = run(LIBRARY, tmp_path / "none")
    assert outcome.returncode != 0 and "there is no such folder" in outcome.stderr


def test_nothing_but_the_interface_is_visible():
    """A program may have another fmt, or a class of our names."""
    symbols = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
    names = [line.split()[-1].split("@")[0] for line in symbols.splitlines()]
    assert {name for name in names if not name.startswith("_")} == {
        f"jm_{name}" for name in ("meter_version", "meter_open", "meter_open_with", "meter_close", "window_calibration_j", "window_begin", "window_end", "window_seconds",
                                  "window_count", "window_energies", "window_total", "window_free")
    }  # fmt: skip
    assert not [name for name in names if "joulemark" in name]


def test_the_header_is_c(tmp_path):
    (tmp_path / "use.c").write_text('#include "joulemark/meter.h"\nint main(void) { return jm_meter_version() == JM_METER_VERSION ? 0 : 1; }\n')
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I", ROOT / "include", tmp_path / "use.c",
                    "-L", LIBRARY.parent, "-ljoulemark_meter", f"-Wl,-rpath,{LIBRARY.parent}", "-o", tmp_path / "use"], check=True)  # fmt: skip
    subprocess.run([tmp_path / "use"], check=True)
