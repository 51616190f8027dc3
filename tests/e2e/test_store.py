# SPDX-License-Identifier: Apache-2.0
"""The store: what is refused, what survives, and who may write at once."""

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading

import pytest
from conftest import BIN, INTERRUPTED, MACHINE, NOT_OK, OK, QUICK, ROOT, Outcome, contents_of, interrupt, statuses, wait_until

TINY = ["compare", "null:a", "--engine", "null", *QUICK]


def test_a_report_over_a_store_says_what_compare_said(joulemark):
    first = joulemark(*TINY, "--store", "s.sqlite", "--json")
    again = joulemark("report", "s.sqlite", "--json")
    assert again.status == OK, again.err
    assert again.json == first.json


def test_without_a_store_nothing_is_left_in_the_folder_but_what_is_said(joulemark):
    outcome = joulemark(*TINY)
    assert outcome.status == OK
    left = [path.name for path in joulemark.home.iterdir() if path.name != ".cache"]
    assert all(name in outcome.out + outcome.err for name in left), left


def test_several_experiments_share_a_store_and_the_last_one_is_reported(joulemark):
    joulemark(*TINY, "--name", "first", "--store", "s.sqlite")
    joulemark(*TINY, "--name", "second", "--store", "s.sqlite")
    assert joulemark("report", "s.sqlite", "--json").json["experiment"]["name"] == "second"
    assert joulemark("report", "s.sqlite", "--experiment", "1", "--json").json["experiment"]["name"] == "first"


def test_a_newer_schema_is_refused_and_left_alone(joulemark):
    joulemark(*TINY, "--store", "s.sqlite")
    with contents_of(joulemark.home / "s.sqlite") as store:
        store.execute("update joulemark_schema set version = 999")
    before = (joulemark.home / "s.sqlite").read_bytes()
    for arguments in (["report", "s.sqlite"], [*TINY, "--store", "s.sqlite"]):
        outcome = joulemark(*arguments)
        assert outcome.status != OK
        assert "s.sqlite" in outcome.err and "newer" in outcome.err
    assert (joulemark.home / "s.sqlite").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no database at all\n" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_store_is_refused(joulemark, content):
    (joulemark.home / "s.sqlite").write_bytes(content)
    outcome = joulemark("report", "s.sqlite")
    assert outcome.status != OK and "s.sqlite" in outcome.err
    assert (joulemark.home / "s.sqlite").read_bytes() == content


def test_another_programs_database_is_refused_for_writing(joulemark):
    with contents_of(joulemark.home / "s.sqlite") as other:
        other.execute("create table friends (name text)")
    outcome = joulemark(*TINY, "--store", "s.sqlite")
    assert outcome.status != OK and "s.sqlite" in outcome.err
    with contents_of(joulemark.home / "s.sqlite") as other:
        assert other.execute("select count(*) from sqlite_master").fetchone() == (1,)


def test_a_missing_store_is_named(joulemark):
    outcome = joulemark("report", "nowhere.sqlite")
    assert outcome.status != OK and "nowhere.sqlite" in outcome.err
    assert not (joulemark.home / "nowhere.sqlite").exists()


def test_a_store_in_a_missing_folder_fails_before_anything_is_measured(joulemark):
    outcome = joulemark(*TINY, "--store", "no/such/folder/s.sqlite")
    assert outcome.status != OK and "no/such/folder" in outcome.err
    assert "1/2" not in outcome.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_without_permission_is_named(joulemark):
    (joulemark.home / "closed").mkdir(mode=0o500)
    outcome = joulemark(*TINY, "--store", "closed/s.sqlite")
    assert outcome.status == MACHINE and "closed/s.sqlite" in outcome.err


def test_two_processes_write_to_one_store(joulemark):
    arguments = ["compare", "--engine", "null", "--repetitions", "10", "--duration", "0.02", "--warmup-min", "0", "--store", "s.sqlite", "--json"]
    first = joulemark.start(*arguments, "null:one")
    second = joulemark.start(*arguments, "null:two")
    results = [process.communicate(timeout=120) for process in (first, second)]
    assert [first.returncode, second.returncode] == [OK, OK], [err for _, err in results]
    for out, _ in results:
        assert statuses(json.loads(out)) == [(10, 0)]
    with contents_of(joulemark.home / "s.sqlite") as store:
        assert store.execute("select count(*) from trial").fetchone() == (20,)


def test_a_reader_does_not_disturb_a_writer(joulemark):
    writer = joulemark.start("compare", "null:a", "--engine", "null", "--repetitions", "10", "--duration", "0.05", "--warmup-min", "0",
                             "--store", "s.sqlite")  # fmt: skip
    wait_until((joulemark.home / "s.sqlite").exists, "the store")
    while writer.poll() is None:
        outcome = joulemark("report", "s.sqlite")
        assert "locked" not in outcome.err
    writer.communicate()
    assert writer.returncode == OK


def test_a_full_disk_is_said_and_finished_trials_are_kept(joulemark):
    """A limit on the file size stands in for the disk's: writing fails half-way through the experiment."""
    full = joulemark(
        "compare", "null:a?sleep_us=20", "--engine", "null", "--repetitions", "400", "--duration", "0.01", "--warmup-min", "0",
        "--min-iterations", "300", "--store", "s.sqlite", timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
    )  # fmt: skip
    assert full.status == MACHINE, full
    assert "s.sqlite" in full.err
    with contents_of(joulemark.home / "s.sqlite") as store:
        assert store.execute("pragma integrity_check").fetchone() == ("ok",)
        kept = store.execute("select count(*) from trial").fetchone()[0]
    assert 0 < kept < 400
    assert joulemark("report", "s.sqlite", "--json").json["rows"][0]["trials_ok"] == kept


def in_small_file_system(joulemark, script: str, kilobytes: int):
    """Runs a script of bash with a file system of that size at `small`, in a mount namespace of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount namespace may be made here")
    (joulemark.home / "small").mkdir()
    whole = f"mount -t tmpfs -o size={kilobytes}k none small || exit 99; {script}"
    done = subprocess.run(["unshare", "-m", "bash", "-c", whole], env=joulemark.env(), cwd=joulemark.home, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_a_full_file_system_is_said(joulemark):
    command = [BIN / "joulemark", "compare", "'null:a?sleep_us=20'", "--engine", "null", "--repetitions", "400", "--duration", "0.01",
               "--warmup-min", "0", "--min-iterations", "300", "--store", "small/s.sqlite"]  # fmt: skip
    outcome = in_small_file_system(joulemark, " ".join(map(str, command)), 300)
    assert outcome.status == MACHINE, outcome
    assert "small/s.sqlite" in outcome.err and "space" in outcome.err


@pytest.fixture
def killed_store(joulemark):
    """The store of a run that was killed: most of it is in the write-ahead log."""
    process = joulemark.start("compare", "null:a?sleep_us=200", "--engine", "null", "--repetitions", "40", "--duration", "0.02",
                              "--warmup-min", "0", "--min-iterations", "1", "--store", "s.sqlite")  # fmt: skip
    for line in process.stderr:
        if line.startswith("trial 12/"):
            break
    process.kill()
    process.communicate(timeout=10)
    (joulemark.home / "s.sqlite-shm").unlink()
    return joulemark.home / "s.sqlite"


def cut(content: bytes, place: int) -> bytes:
    return content[:place]


def cut_at_page(content: bytes, place: int) -> bytes:
    return content[: place // 4096 * 4096]


def blank_page(content: bytes, place: int) -> bytes:
    begin = place // 4096 * 4096
    return content[:begin] + bytes(len(content[begin : begin + 4096])) + content[begin + 4096 :]


def blank_rest(content: bytes, place: int) -> bytes:
    return content[:place] + bytes(len(content) - place)


@pytest.mark.parametrize("suffix", ["", "-wal"])
@pytest.mark.parametrize("change", [cut, cut_at_page, blank_page, blank_rest])
def test_a_store_that_lost_a_part_never_loses_the_middle_in_silence(joulemark, killed_store, change, suffix):
    """Of the log the last trials may go, which are measured again; of the file nothing, unless it is said."""
    if not suffix:
        joulemark("report", "s.sqlite", "--list")  # brings the log into the file
    files = {path.name.removeprefix("s.sqlite"): path.read_bytes() for path in killed_store.parent.glob("s.sqlite*")}

    def export(contents: dict[str, bytes]):
        for left in joulemark.home.glob("copy.sqlite*"):
            left.unlink()
        for name, content in contents.items():
            (joulemark.home / f"copy.sqlite{name}").write_bytes(content)
        return joulemark("export", "copy.sqlite", "--csv")

    whole = export(files).out.splitlines()
    assert len(whole) > 12
    draw = random.Random(change.__name__ + suffix)
    for _ in range(12):
        place = draw.randrange(len(files[suffix]))
        outcome = export({**files, suffix: change(files[suffix], place)})
        if outcome.status == OK:
            rows = outcome.out.splitlines()
            assert rows == whole[: len(rows)] and (suffix or rows == whole), place
        else:
            assert "it is damaged (" in outcome.err or "it is not a joulemark store" in outcome.err, outcome


def test_a_store_whose_log_alone_is_left_is_not_begun_anew(joulemark, killed_store):
    log = (joulemark.home / "s.sqlite-wal").read_bytes()
    killed_store.write_bytes(b"")
    for command in (["report", "s.sqlite"], ["run", "--resume", "--store", "s.sqlite"], [*TINY, "--store", "s.sqlite"]):
        outcome = joulemark(*command)
        assert outcome.status == NOT_OK and "its write-ahead log" in outcome.err
    assert (joulemark.home / "s.sqlite-wal").read_bytes() == log


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="sqlite3 is not installed")
def test_what_can_be_read_of_a_damaged_store_goes_on_in_a_new_one(joulemark, killed_store):
    joulemark("report", "s.sqlite", "--list")
    killed_store.write_bytes(blank_page(killed_store.read_bytes(), killed_store.stat().st_size - 1))
    damaged = joulemark("run", "--resume", "--store", "s.sqlite")
    assert damaged.status == NOT_OK and "it is damaged (" in damaged.err
    remedy = next(line for line in (ROOT / "docs/store.md").read_text().splitlines() if line.startswith("sqlite3 damaged.sqlite"))
    killed_store.rename(joulemark.home / "damaged.sqlite")
    subprocess.run(["bash", "-c", remedy], cwd=joulemark.home, capture_output=True, check=False)
    resumed = joulemark("run", "--resume", "--store", "new.sqlite")
    assert resumed.status == OK, resumed.err
    assert joulemark("report", "new.sqlite", "--json").json["rows"][0]["trials_ok"] == 40


def test_a_store_whose_blobs_are_damaged_is_an_error_and_no_crash(joulemark):
    joulemark(*TINY, "--store", "s.sqlite")
    with contents_of(joulemark.home / "s.sqlite") as store:
        tables = [row[0] for row in store.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            blobs = [row[1] for row in store.execute(f"pragma table_info({table})") if row[2].upper() == "BLOB"]
            for column in blobs:
                store.execute(f"update {table} set {column} = x'28b52ffdffffffffffffffff'")
    outcome = joulemark("report", "s.sqlite")
    assert 0 < outcome.status <= 3, outcome
    assert "s.sqlite" in outcome.err


def test_an_interrupt_while_another_process_holds_the_store_ends_soon(joulemark):
    joulemark(*TINY, "--store", "s.sqlite")
    holder = sqlite3.connect(joulemark.home / "s.sqlite", isolation_level=None, check_same_thread=False)
    holder.execute("begin immediate")
    process = joulemark.start(*TINY, "--store", "s.sqlite")
    timer = threading.Timer(1, lambda: interrupt(process))
    timer.start()
    process.communicate(timeout=25)
    timer.cancel()
    holder.execute("rollback")
    assert process.returncode != OK


def test_a_store_deleted_during_the_run_is_said(joulemark):
    store = joulemark.home / "gone.sqlite"
    process = joulemark.start("compare", "null:a?sleep_us=1000", "--engine", "null", "--repetitions", "20", "--duration", "0.2",
                              "--warmup-min", "0", "--store", store)  # fmt: skip
    for line in process.stderr:
        if "2/20" in line:
            break
    store.unlink()
    _, err = process.communicate(timeout=60)
    assert process.returncode == MACHINE, err
    assert "deleted, moved or replaced" in err and "kept as experiment" not in err
