# SPDX-License-Identifier: Apache-2.0
"""What every end-to-end test stands on: the built program, started in an environment that the test owns."""

import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tarfile
import time
from dataclasses import dataclass, field

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
BIN = pathlib.Path(os.environ.get("JOULEMARK_BIN", ROOT / "build/release/bin"))
CACHE = pathlib.Path(os.environ.get("JOULEMARK_TEST_CACHE", pathlib.Path.home() / ".cache/joulemark"))

OK, NOT_OK, USAGE, MACHINE, INTERRUPTED = 0, 1, 2, 3, 130  # exit statuses of the program

# In the environment of every process that these tests start: other tests may run beside them.
MARK = "JOULEMARK_TEST_SESSION"
os.environ[MARK] = str(os.getpid())

# A trial of the null engine that is over in a moment.
QUICK = ["--repetitions", "2", "--duration", "0.05", "--warmup-min", "0", "--min-iterations", "1"]


def words_of(arguments: tuple) -> list[str]:
    """What else runs on the machine must not decide how many trials a test gets, unless it says so itself."""
    words = [str(argument) for argument in arguments]
    return [*words, "--retries", "0"] if "compare" in words[:3] and "--retries" not in words else words


def unpack(archive: str, folder: pathlib.Path) -> pathlib.Path:
    """Puts what an archive of tests/data has into `folder`."""
    # Pythons before 3.11.4 know no filters; later ones warn without one.
    safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(DATA / archive) as tar:
        tar.extractall(folder, **safe)
    return folder


@dataclass
class Outcome:
    """What one call of the program left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@dataclass
class Joulemark:
    """The program; every call gets a fresh, small environment."""

    home: pathlib.Path
    environment: dict[str, str] = field(default_factory=dict)

    def env(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        base = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8", "NO_COLOR": "1"}
        base["TMPDIR"] = str(self.home.parent)  # a program that is killed leaves its folder there
        # Sanitizers say what they have to say on stderr, not by the exit status of a worker that is meant to crash.
        passed_on = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
        return {**base, **passed_on, MARK: os.environ[MARK], **self.environment, **(extra or {})}

    def __call__(self, *arguments: object, timeout: float = 120, env: dict[str, str] | None = None, prefix=(), **options) -> Outcome:
        command = [*prefix, str(BIN / "joulemark"), *words_of(arguments)]
        done = subprocess.run(
            command, env=self.env(env), cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False, **options
        )
        outcome = Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "AddressSanitizer" not in outcome.err and "runtime error" not in outcome.err, outcome.err
        return outcome

    def start(self, *arguments: object, env: dict[str, str] | None = None, **options) -> subprocess.Popen:
        return subprocess.Popen(
            [str(BIN / "joulemark"), *words_of(arguments)],
            env=self.env(env), cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
        )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quiet: looks at times that honest work has on a machine of its own; nothing else runs beside it")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A file may have quiet tests only, or none."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.getoption("markexpr"):
        session.exitstatus = pytest.ExitCode.OK


@pytest.fixture
def joulemark(tmp_path: pathlib.Path) -> Joulemark:
    """The program with an empty home: no engine library is found, no sensor is there."""
    home = tmp_path / "home"
    home.mkdir()
    return Joulemark(home)


@pytest.fixture
def with_engines(joulemark: Joulemark) -> Joulemark:
    """The program with the engine libraries that script/bootstrap put into the cache."""
    (joulemark.home / ".cache/joulemark").mkdir(parents=True)
    (joulemark.home / ".cache/joulemark/engines").symlink_to(CACHE / "engines")
    return joulemark


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test"]
        + ["-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


@pytest.fixture(autouse=True)
def no_worker_is_left_behind():
    before = set(workers())
    yield
    deadline = time.monotonic() + 5
    while left := set(workers()) - before:
        assert time.monotonic() < deadline, f"workers outlive the test: {left}"
        time.sleep(0.02)


PROGRAMS = [(BIN / name).resolve() for name in ("joulemark-worker", "joulemark-server")]


def workers() -> list[int]:
    """Process ids of running workers and servers that these tests started."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "exe").resolve() in PROGRAMS and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def children_of(pid: int) -> list[int]:
    """Ids of the processes that `pid` started and that still run."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def is_running(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, what: str, timeout: float = 120):
    """Polls for something another process does; gives back what `condition` gave."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
    return found


def interrupt(process: subprocess.Popen) -> None:
    """What Ctrl-C does to a program in the foreground."""
    process.send_signal(signal.SIGINT)


@contextlib.contextmanager
def contents_of(store: pathlib.Path):
    """A connection to a store (or another database) that is committed and closed at the end."""
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        yield connection


def statuses(report: dict) -> list[tuple[int, int]]:
    """(finished trials, other trials) of each row of a report's JSON."""
    return [(row["trials_ok"], row["trials_not_ok"]) for row in report["rows"]]
