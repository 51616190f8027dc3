# SPDX-License-Identifier: Apache-2.0
"""Kills runs at random moments and resumes them: nothing may be lost, doubled, left behind or in another order.

    script/survival 200 --seed 7          # 200 kills; prints every fault, and how many kills of which kind there were

A campaign runs one experiment after another on the null engine, in which one cell fails in a way that is not tried again, one crashes
and the others are well. Each is killed and resumed until it is complete, then compared with an uninterrupted run of the same file.
Where the kills fall: at the start of a program, anywhere in a trial, just after a trial was reported, and, seen from the growth of the
write-ahead log, inside of the store's transactions.
"""

import argparse
import collections
import contextlib
import csv
import io
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("JOULEMARK_BIN", ROOT / "build/release/bin"))

# The columns of `export --csv` that the clock decides, directly or by how much fits into a window. All others have to be equal.
TIMINGS = re.compile(
    r"duration_s|iterations|inferences|warmup_.*|cooldown_.*|steady|started_at|load_s|build_s|cpu_s|.*_rss_bytes|.*_faults|.*_switches"
    r"|(read|written)_bytes|cgroup_.*|pressure_.*|temperature_.*|cpu_frequency_MHz|thermal_throttles|sampler_.*|steal_s|foreign_cpu_s|cpu_wait_s|disturbed"
    r"|.*_per_inference_[Js]|.*_per_s|latency_.*|power_W"
)

EXPERIMENT = """
name = "survival"
seed = {seed}
margin = 0.03
[[model]]
name = "well"
source = "null:well?sleep_us=200"
[[model]]
name = "lacking"
source = "null:lacking?crash=error&status=unsupported&at=load"
[[model]]
name = "crashing"
source = "null:crashing?crash=segv&at=run:1"
[factors]
engine = ["null"]
threads = [1, 2]
[protocol]
repetitions = {repetitions}
duration_s = 0.02
min_iterations = 1
warmup_min_s = 0.0
warmup_min_iterations = 1
retries = 0
"""
TRIAL_S = 0.06  # about
GONE_WITHIN_S = 5


def processes_with(mark: str) -> list[int]:
    """Ids of running processes that have `mark` in their environment."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found


def control_groups() -> set[str]:
    """Those that a run may have made."""
    root = pathlib.Path("/sys/fs/cgroup")
    return {str(path) for path in root.rglob("joulemark*") if path.is_dir()} if root.is_dir() else set()


def trials_in(store: pathlib.Path) -> list[tuple]:
    """(block, position, attempt, cell, status, reason) in the order in which they were stored. A copy is read, so that the program
    itself finds the store as the kill has left it."""
    with tempfile.TemporaryDirectory() as folder:
        for path in store.parent.glob(store.name + "*"):
            shutil.copy(path, folder)
        with contextlib.closing(sqlite3.connect(pathlib.Path(folder) / store.name)) as copy:
            if copy.execute("pragma integrity_check").fetchone() != ("ok",):
                raise AssertionError("the store is damaged")
            if not copy.execute("select count(*) from sqlite_master where name = 'trial'").fetchone()[0]:
                return []
            return copy.execute(
                "select block, position, attempt, model || ' ' || threads, status, reason from trial order by id"
            ).fetchall()


class Kill:
    """How and when one run is killed."""

    def __init__(self, draw: random.Random):
        self.how = draw.choices(["SIGKILL", "SIGKILL to all", "SIGTERM", "SIGINT", "SIGHUP", "SIGTERM to all"], [55, 15, 8, 8, 6, 8])[0]
        self.when = draw.choices(["start", "trial", "trials", "reported", "transaction"], [15, 25, 20, 10, 30])[0]
        self.delay_s = {"start": 0.05, "trial": TRIAL_S, "trials": 6 * TRIAL_S}.get(self.when, 0) * draw.random()
        self.count = draw.randint(1, 8)
        self.shuffle = draw.shuffle

    def strike(self, process: subprocess.Popen, mark: str) -> None:
        number = getattr(signal, self.how.split()[0])
        targets = [process.pid]
        if self.how.endswith("all"):
            targets = processes_with(mark)
            self.shuffle(targets)
        for pid in targets:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


class Campaign:
    def __init__(self, folder: pathlib.Path, seed: int):
        self.folder, self.draw = folder, random.Random(seed)
        self.kills = collections.Counter()
        self.resumed_trials = 0
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.groups_before = control_groups()
        self.mark = f"SURVIVAL={uuid.uuid4()}"
        name, value = self.mark.split("=")
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", "TMPDIR": str(self.temporary), name: value}

    def start(self, *arguments: object) -> subprocess.Popen:
        return subprocess.Popen(
            [str(BIN / "joulemark"), *map(str, arguments)], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def one_kill(self, file: pathlib.Path, store: pathlib.Path, done: list[tuple]) -> tuple[list[tuple], bool]:
        """A resumed run that is killed. What is stored then, and whether it was complete before."""
        kill = Kill(self.draw)
        process = self.start("run", file, "--resume", "--store", store)
        reported: list[int] = []
        seen = threading.Event()

        def listen() -> None:
            for line in process.stderr:
                if match := re.match(r"trial (\d+)/", line):
                    reported.append(int(match[1]))
                    if len(reported) >= kill.count:
                        seen.set()
            seen.set()

        listener = threading.Thread(target=listen)
        listener.start()
        drained = threading.Thread(target=process.stdout.read)
        drained.start()
        if kill.when == "reported":
            seen.wait(30)
        elif kill.when == "transaction":
            wait_for_growth(store.with_name(store.name + "-wal"), kill.count, process)
        else:
            time.sleep(kill.delay_s)
        complete = process.poll() is not None
        if not complete:
            kill.strike(process, self.mark)
        process.wait(30)
        listener.join()
        drained.join()
        if not complete:
            self.kills[f"{kill.how}, {kill.when}"] += 1
        self.check_nothing_runs(kill)
        stored = trials_in(store)
        # Trials are numbered in the order of the plan, so that the last number is how many there have to be.
        assert not reported or len(stored) >= max(reported), f"{kill.how}, {kill.when}: {max(reported)} reported, {len(stored)} stored"
        assert stored[: len(done)] == done, f"{kill.how}, {kill.when}: stored trials have changed"
        return stored, complete

    def check_nothing_runs(self, kill: Kill) -> None:
        deadline = time.monotonic() + GONE_WITHIN_S
        while left := processes_with(self.mark):
            assert time.monotonic() < deadline, f"{kill.how}, {kill.when}: processes {left} are left"
            time.sleep(0.005)

    def finished(self, *arguments: object) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode in (0, 1), err
        return out

    def one_experiment(self, number: int, most_kills: int) -> None:
        """From the first kill to the comparison."""
        file, store = self.folder / f"{number}.toml", self.folder / f"{number}.sqlite"
        file.write_text(EXPERIMENT.format(seed=self.draw.randrange(1000), repetitions=self.draw.randint(3, 6)))
        stored, complete, before = [], False, self.kills.total()
        while not complete and self.kills.total() - before < most_kills:
            stored, complete = self.one_kill(file, store, stored)
        self.finished("run", file, "--resume", "--store", store)
        whole = self.folder / f"{number}.whole.sqlite"
        self.finished("run", file, "--store", whole)
        self.compare(trials_in(store), trials_in(whole))
        self.compare_csv(self.finished("export", store, "--csv"), self.finished("export", whole, "--csv"))
        self.resumed_trials += len(trials_in(store))
        left = [path.name for path in self.temporary.iterdir() if path.name.startswith("joulemark-")]
        assert not left, f"temporary folders are left: {left}"
        assert control_groups() <= self.groups_before, "control groups are left"

    @staticmethod
    def compare(resumed: list[tuple], whole: list[tuple]) -> None:
        places = [trial[:2] for trial in resumed]
        assert places == sorted(places), "the trials were measured in another order"
        assert len(set(places)) == len(places), "trials are doubled"
        for trial, other in zip(resumed, whole, strict=True):
            assert trial == other, f"{trial} is not {other}"

    @staticmethod
    def compare_csv(resumed: str, whole: str) -> None:
        rows = [list(csv.DictReader(io.StringIO(text))) for text in (resumed, whole)]
        for ours, theirs in zip(*rows, strict=True):
            for column, value in ours.items():
                if not TIMINGS.fullmatch(column):
                    assert value == theirs[column], f"column {column}: {value!r} is not {theirs[column]!r}"


def wait_for_growth(log: pathlib.Path, times: int, process: subprocess.Popen) -> None:
    """Returns while the write-ahead log is being written to for the `times`-th time."""
    size = -1
    while process.poll() is None:
        with contextlib.suppress(OSError):
            now = log.stat().st_size
            if now > size:
                times -= size >= 0
                if times == 0:
                    return
            size = now


def run(kills: int, seed: int, folder: pathlib.Path) -> Campaign:
    """Raises AssertionError on the first fault."""
    campaign = Campaign(folder, seed)
    number = 0
    while (left := kills - campaign.kills.total()) > 0:
        number += 1
        campaign.one_experiment(number, left)
    return campaign


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            campaign = run(arguments.kills, arguments.seed, pathlib.Path(folder))
        except AssertionError as fault:
            print(f"seed {arguments.seed}: {fault}", file=sys.stderr)
            return 1
    for kind, count in sorted(campaign.kills.items()):
        print(f"{count:5}  {kind}")
    print(
        f"{campaign.kills.total()} kills, {campaign.resumed_trials} trials in {time.monotonic() - began:.0f} s: none lost or doubled, "
        "no process left behind, orders and results those of uninterrupted runs"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
