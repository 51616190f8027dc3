# SPDX-License-Identifier: Apache-2.0
"""What is looked at before an experiment, what --strict refuses, and settings that are always restored."""

import contextlib
import os
import pathlib
import re
import signal

import pytest
from conftest import INTERRUPTED, MACHINE, OK, QUICK, ROOT, USAGE, children_of, contents_of, interrupt, wait_until

NULL = ["compare", "null:a?sleep_us=1000", "--engine", "null", "--store", "s.sqlite", "--root", "machine"]
LONG = ["--repetitions", "3", "--duration", "30", "--warmup-min", "0", "--min-iterations", "1"]
OLD = ["powersave", "powersave", "balance_power", "balance_power", "1"]
SET = ["performance"] * 4 + ["0"]


class Machine:
    """A tree with two CPUs that save power."""

    def __init__(self, root: pathlib.Path) -> None:
        self.cpu = root / "sys/devices/system/cpu"
        for policy in ("policy0", "policy1"):
            (self.cpu / "cpufreq" / policy).mkdir(parents=True)
        (root / "proc/sys/kernel/random").mkdir(parents=True)
        (root / "proc/sys/kernel/random/boot_id").write_text("boot\n")
        for file, value in zip(self.files, OLD, strict=True):
            file.write_text(value + "\n")

    @property
    def files(self) -> list[pathlib.Path]:
        names = ("scaling_governor", "energy_performance_preference")
        return [self.cpu / "cpufreq" / policy / name for name in names for policy in ("policy0", "policy1")] + [self.cpu / "cpufreq/boost"]

    @property
    def values(self) -> list[str]:
        return [file.read_text().strip() for file in self.files]


@pytest.fixture
def machine(joulemark) -> Machine:
    return Machine(joulemark.home / "machine")


def records(joulemark) -> list[pathlib.Path]:
    return list((joulemark.home / ".local/state/joulemark").glob("prepared-*"))


def test_findings_are_said_kept_and_reported(joulemark, machine):
    outcome = joulemark(*NULL, *QUICK, "--json")
    assert outcome.status == OK, outcome.err
    assert "warning (governor): the frequency governor is 'powersave' for 2 of 2 policies; --prepare, or: echo performance" in outcome.err
    assert "(boost)" not in outcome.err  # a fact
    with contents_of(joulemark.home / "s.sqlite") as store:
        kept = store.execute("select code, severity from experiment_finding order by ordinal").fetchall()
    assert {("governor", "warning"), ("energy_preference", "warning"), ("boost", "info")} <= set(kept)
    for report in (outcome.json, joulemark("report", "s.sqlite", "--json").json):
        assert [finding["code"] for finding in report["findings"]] == [code for code, _ in kept]
        caveat = {each["code"]: each["message"] for each in report["caveats"]}["preflight"]
        assert "(governor)" in caveat and "(energy_preference)" in caveat and "(boost)" not in caveat
    assert "before the first trial: the frequency governor" in " ".join(joulemark("report", "s.sqlite", "--format", "text").out.split())
    assert "policies; --prepare" not in joulemark(*NULL, *QUICK, "--quiet").err


def test_doctor_has_a_reason_for_every_finding(joulemark, machine):
    found = joulemark("doctor", "--root", "machine", "--json").json["findings"]
    table = (ROOT / "docs/preflight.md").read_text()
    for finding in found:
        assert f"| `{finding['code']}` | {finding['severity']} |" in table and f"| {finding['why']} |" in table
    assert "(governor): the speed of a call" in " ".join(joulemark("doctor", "--root", "machine").out.split())


@pytest.mark.parametrize("command", ["compare", "run"])
def test_strict_refuses_before_anything_is_measured(joulemark, machine, command):
    (joulemark.home / "e.toml").write_text("[[model]]\nsource = 'null:a'\n[factors]\nengine = 'null'\n")
    arguments = NULL if command == "compare" else ["run", "e.toml", "--store", "s.sqlite", "--root", "machine"]
    outcome = joulemark(*arguments, "--strict")
    assert outcome.status == MACHINE and not outcome.out
    assert re.search(r"warning \(governor\).*\n.*warning \(energy_preference\)", outcome.err)
    assert re.search(r"because of --strict: this machine disturbs \(.*governor, energy_preference", outcome.err)
    assert not (joulemark.home / "s.sqlite").exists()


def test_findings_that_are_allowed_pass(joulemark, machine):
    assert joulemark(*NULL, "--strict", "--allow", "governor").status == MACHINE
    # What the disk of the test has is not the test's.
    allowed = [flag for code in ("governor", "energy_preference", "disk_low", "disk_full") for flag in ("--allow", code)]
    assert joulemark(*NULL, *QUICK, "--strict", *allowed).status == OK
    outcome = joulemark(*NULL, "--strict", "--allow", "governer")
    assert outcome.status == USAGE and "did you mean 'governor'?" in outcome.err
    outcome = joulemark(*NULL, "--allow", "governor")
    assert outcome.status == USAGE and "--strict" in outcome.err


def test_the_machine_is_prepared_for_the_experiment_and_restored(joulemark, machine):
    outcome = joulemark(*NULL, *QUICK, "--prepare", "--json")
    assert outcome.status == OK, outcome.err
    assert "set until the end: scaling_governor powersave → performance (2 times)" in outcome.err
    assert "restored: scaling_governor performance → powersave (2 times)" in outcome.err
    assert not {"governor", "energy_preference", "boost"} & {finding["code"] for finding in outcome.json["findings"]}
    assert machine.values == OLD and not records(joulemark)


def test_without_the_flag_nothing_is_changed(joulemark, machine):
    before = [file.stat().st_mtime_ns for file in machine.files]
    assert joulemark(*NULL, *QUICK).status == OK
    assert joulemark("doctor", "--root", "machine").status == OK
    assert [file.stat().st_mtime_ns for file in machine.files] == before and not records(joulemark)


def test_a_setting_that_may_not_be_written_is_refused_with_all_restored(joulemark, machine):
    machine.files[-1].unlink()
    machine.files[-1].symlink_to("/proc/version")  # no right lets anybody write it
    outcome = joulemark(*NULL, *QUICK, "--prepare")
    assert outcome.status == MACHINE and "run it with sudo" in outcome.err and "| sudo tee" in outcome.err
    assert machine.values[:4] == OLD[:4] and not records(joulemark)
    assert not (joulemark.home / "s.sqlite").exists()


def test_a_refusal_restores(joulemark, machine):
    (joulemark.home / "machine/proc/meminfo").write_text("SwapTotal: 4000000 kB\nSwapFree: 1000000 kB\n")
    outcome = joulemark(*NULL, *QUICK, "--prepare", "--strict")
    assert outcome.status == MACHINE and re.search(r"disturbs \(.*swap", outcome.err)
    assert machine.values == OLD


def names_of_children(pid: int) -> dict[str, int]:
    """What the kernel calls them: the first 15 letters."""
    names = {}
    for child in children_of(pid):
        with contextlib.suppress(OSError):
            names[pathlib.Path(f"/proc/{child}/comm").read_text().strip()] = child
    return names


def measuring(joulemark, machine):
    """A run that has prepared the machine, and its helper."""
    process = joulemark.start(*NULL, *LONG, "--prepare")
    children = wait_until(lambda: {"joulemark-keep", "joulemark-worke"} <= (found := names_of_children(process.pid)).keys() and found, "a helper and a worker")
    assert machine.values == SET and len(records(joulemark)) == 1
    return process, children["joulemark-keep"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_restores(joulemark, machine, number):
    process, _ = measuring(joulemark, machine)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED and "restored" in err
    assert machine.values == OLD and not records(joulemark)


def test_a_kill_in_the_middle_restores(joulemark, machine):
    process, _ = measuring(joulemark, machine)
    process.kill()
    _, err = process.communicate(timeout=10)  # the helper holds the standard error open
    assert "restored: scaling_governor performance → powersave (2 times)" in err
    assert machine.values == OLD and not records(joulemark)


def test_the_helper_outlives_signals_to_the_terminal(joulemark, machine):
    process, helper = measuring(joulemark, machine)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(helper, number)
    assert os.getsid(helper) == helper
    process.kill()
    process.communicate(timeout=10)
    assert machine.values == OLD


def leave_prepared(joulemark, machine) -> None:
    process, helper = measuring(joulemark, machine)
    os.kill(helper, signal.SIGKILL)
    process.kill()
    process.communicate(timeout=10)
    assert machine.values == SET


def test_doctor_restores_what_is_left(joulemark, machine):
    leave_prepared(joulemark, machine)
    outcome = joulemark("doctor", "--restore", "--root", "machine")
    assert outcome.status == OK and "restored: scaling_governor performance → powersave (2 times)" in outcome.out
    assert machine.values == OLD and not records(joulemark)
    assert joulemark("doctor", "--restore", "--root", "machine").out == "nothing that this user prepared is left to restore\n"


def test_the_next_run_restores_what_is_left_but_not_what_somebody_set_since(joulemark, machine):
    leave_prepared(joulemark, machine)
    machine.files[0].write_text("schedutil\n")
    outcome = joulemark(*NULL, *QUICK)
    assert "restored" in outcome.err and "somebody has set it to 'schedutil' since" in outcome.err
    assert machine.values == ["schedutil", *OLD[1:]]


def test_what_a_live_run_has_set_is_left_to_it(joulemark, machine):
    process, _ = measuring(joulemark, machine)
    for arguments in (["doctor", "--restore", "--root", "machine"], [*NULL, *QUICK, "--prepare"]):
        outcome = joulemark(*arguments)
        assert outcome.status == MACHINE and "another joulemark has prepared this machine" in outcome.err
    assert joulemark(*NULL, *QUICK).status == OK
    assert machine.values == SET
    interrupt(process)
    process.communicate(timeout=10)
    assert machine.values == OLD
