# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, usage errors, exit statuses, and where output goes."""

import json
import os
import subprocess
import time

import pytest
from conftest import BIN, MACHINE, NOT_OK, OK, QUICK, USAGE, contents_of

COMMANDS = ["compare", "run", "plan", "engines", "export", "fetch", "doctor", "check", "report", "tokenize", "generate"]


def test_version_names_the_program_and_its_version(joulemark):
    outcome = joulemark("--version")
    assert outcome.status == OK
    assert outcome.out.split()[0] == "joulemark" and outcome.out.split()[1].count(".") == 2


def test_version_is_there_at_once(joulemark):
    def seconds() -> float:
        begin = time.perf_counter()
        subprocess.run([BIN / "joulemark", "--version"], env=joulemark.env(), stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin

    assert min(seconds() for _ in range(20)) < 0.1  # the promise is 20 ms; a sanitizer or a busy machine may need more


def test_help_names_every_command(joulemark):
    outcome = joulemark("--help")
    assert outcome.status == OK
    assert [command for command in COMMANDS if command not in outcome.out] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(joulemark, command):
    outcome = joulemark(command, "--help")
    assert outcome.status == OK
    assert ("--json" in outcome.out or command == "export") and not outcome.err  # which prints no data


def test_no_command_is_a_usage_error(joulemark):
    outcome = joulemark()
    assert outcome.status == USAGE
    assert "--help" in outcome.err + outcome.out


def test_an_unknown_command_is_a_usage_error(joulemark):
    outcome = joulemark("compair")
    assert outcome.status == USAGE
    assert "compair" in outcome.err and not outcome.out


def test_an_unknown_flag_is_a_usage_error_that_names_it(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", "--thraeds", "1")
    assert outcome.status == USAGE
    assert "thraeds" in outcome.err and not outcome.out


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--threads", "0"], "threads"),
        (["--threads", "two"], "two"),
        (["--batch", "-1"], "batch"),
        (["--repetitions", "0"], "repetitions"),
        (["--duration", "-1"], "duration"),
        (["--duration", "nan"], "nan"),
        (["--precision", "f31"], "f31"),
        (["--shape", "x"], "x"),
        (["--option", "nonsense"], "nonsense"),
        (["--exclude", "nonsense"], "nonsense"),
        (["--option", "null.busi_us=1"], "busy_us"),
    ],
)
def test_a_value_that_is_none_is_a_usage_error_that_names_it(joulemark, arguments, named):
    outcome = joulemark("compare", "null:a", "--engine", "null", *arguments, "--print-experiment")
    if outcome.status == OK:  # what only the engine's manifest can tell is told before the first trial
        outcome = joulemark("compare", "null:a", "--engine", "null", *arguments, *QUICK)
    assert outcome.status == USAGE, outcome
    assert named in outcome.err and not outcome.out


@pytest.mark.parametrize("arguments", [["engines"], ["doctor"], ["compare", "null:a", "--engine", "null", *QUICK]])
def test_json_is_one_object_on_stdout_and_nothing_else(joulemark, arguments):
    outcome = joulemark(*arguments, "--json")
    assert outcome.status == OK, outcome.err
    assert isinstance(outcome.json, dict)


def test_progress_and_tables_go_to_their_own_streams(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK)
    assert outcome.status == OK
    assert "null cpu f32" in outcome.out
    assert "1/2" in outcome.err and "2/2" in outcome.err


def test_quiet_leaves_stderr_to_warnings(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK, "--quiet")
    assert outcome.status == OK
    assert "1/2" not in outcome.err and "null cpu f32" in outcome.out


def test_a_pipe_gets_no_control_characters(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK, env={"NO_COLOR": "", "TERM": "xterm-256color"})
    assert "\x1b" not in outcome.out + outcome.err and "\r" not in outcome.out + outcome.err


def terminal_output(joulemark, arguments, env) -> str:
    """What a person at a terminal of 100 columns sees on stderr and stdout."""
    import fcntl
    import os
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [BIN / "joulemark", *arguments], env=joulemark.env(env), cwd=joulemark.home, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    os.close(master)
    assert process.wait(30) == OK
    return seen.decode()


def test_a_terminal_sees_one_live_line(joulemark):
    seen = terminal_output(joulemark, ["compare", "null:a", "--engine", "null", *QUICK], {"TERM": "xterm-256color"})
    assert "\r" in seen and "1/2" in seen and "measure" in seen


def test_no_color_is_respected_on_a_terminal(joulemark):
    arguments = ["compare", "null:a", "--engine", "null", *QUICK]
    coloured = terminal_output(joulemark, arguments, {"TERM": "xterm-256color", "NO_COLOR": ""})
    plain = terminal_output(joulemark, arguments, {"TERM": "xterm-256color", "NO_COLOR": "1"})
    assert "\x1b[3" not in plain and "\x1b[1m" not in plain
    assert "\x1b[" in coloured


def test_a_closed_pipe_is_no_crash(joulemark):
    command = f"{BIN / 'joulemark'} engines | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=joulemark.env(), capture_output=True, check=False)
    assert done.returncode in (OK, 1, 141) and b"terminate" not in done.stderr


def test_doctor_lists_what_it_looked_at(joulemark):
    report = joulemark("doctor", "--json").json
    assert report["sensors"], "every sensor of the table has a row"
    for sensor in report["sensors"]:
        assert sensor["usable"] or sensor["reason"]


def test_a_missing_experiment_file_is_named(joulemark):
    outcome = joulemark("run", "nowhere.toml")
    assert outcome.status in (USAGE, MACHINE, 1)
    assert "nowhere.toml" in outcome.err and "no such file" in outcome.err.lower()


def test_messages_are_one_line_without_a_full_stop(joulemark):
    for arguments in (["run", "nowhere.toml"], ["compare", "null:a", "--engine", "nul"], ["report", "nowhere.sqlite"]):
        message = joulemark(*arguments).err.strip()
        assert message.count("\n") == 0 and not message.endswith("."), message


@pytest.mark.parametrize("page", ["s.sqlite", "./s.sqlite", "link", "s.sqlite-wal", "other.sqlite", "no/page.html", "."])
def test_a_report_takes_the_place_of_nothing_that_is_needed(joulemark, page):
    (joulemark.home / "other.sqlite").write_bytes(b"SQLite format 3\0" + bytes(84))
    (joulemark.home / "link").symlink_to("s.sqlite")
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite", "--report", page)
    assert outcome.status == USAGE and f"cannot write '{page}'" in outcome.err and not outcome.out
    assert not (joulemark.home / "s.sqlite").exists()


def test_the_report_of_a_store_does_not_take_its_place(joulemark):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "report.html")
    before = (joulemark.home / "report.html").read_bytes()
    for arguments in ([], ["-o", "report.html"], ["--json", "-o", "report.html"]):
        outcome = joulemark("report", "report.html", *arguments)
        assert outcome.status == USAGE and "it is the store" in outcome.err and not outcome.out
    assert (joulemark.home / "report.html").read_bytes() == before


def test_a_report_takes_not_the_place_of_its_experiment_file(joulemark):
    (joulemark.home / "e.toml").write_text("[[model]]\nsource = 'null:a'\n[factors]\nengine = 'null'\n")
    outcome = joulemark("run", "e.toml", "--report", "e.toml")
    assert outcome.status == USAGE and "it is the experiment file" in outcome.err


def test_a_report_is_written_through_a_link_and_a_pipe(joulemark):
    (joulemark.home / "link.html").symlink_to("page.html")
    os.mkfifo(joulemark.home / "pipe")
    assert joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite", "--report", "link.html").status == OK
    assert (joulemark.home / "link.html").is_symlink() and "<html" in (joulemark.home / "page.html").read_text()
    with (joulemark.home / "read").open("wb") as read, subprocess.Popen(["cat", joulemark.home / "pipe"], stdout=read) as reader:
        assert joulemark("report", "s.sqlite", "-o", "pipe").status == OK
        assert reader.wait(20) == 0
    assert "<html" in (joulemark.home / "read").read_text() and (joulemark.home / "pipe").is_fifo()


@pytest.mark.parametrize("command", [["doctor"], ["plan", "e.toml"], ["run", "e.toml"], ["compare", "null:a", "--engine", "null", *QUICK]])
def test_a_root_that_is_no_folder_is_a_usage_error(joulemark, command):
    (joulemark.home / "e.toml").write_text("[[model]]\nsource = 'null:a'\n[factors]\nengine = 'null'\n")
    for root in ("/nowhere", joulemark.home / "e.toml"):
        outcome = joulemark(*command, "--root", root)
        assert outcome.status == USAGE and str(root) in outcome.err and not outcome.out


def test_doctor_calls_nothing_fine_that_it_cannot_see(joulemark):
    (joulemark.home / "empty").mkdir()
    outcome = joulemark("doctor", "--root", "empty")
    assert "nothing was found that disturbs" not in outcome.out and "can be seen" in outcome.out
    assert [finding["code"] for finding in joulemark("doctor", "--root", "empty", "--json").json["findings"]] == ["unseen"]


def test_of_single_values_the_last_one_counts(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK, "--quiet", "--store", "a.sqlite", "--store", "b.sqlite")
    assert outcome.status == OK, outcome.err
    assert not (joulemark.home / "a.sqlite").exists() and (joulemark.home / "b.sqlite").exists()
    assert joulemark("report", "b.sqlite", "--format", "html", "--format", "json").json["rows"]


def test_two_formats_at_once_are_a_usage_error(joulemark):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite")
    outcome = joulemark("report", "s.sqlite", "--format", "text", "--json")
    assert outcome.status == USAGE and "contradict" in outcome.err and not outcome.out
    assert joulemark("report", "s.sqlite", "--format", "json", "--json").json["rows"]


@pytest.mark.parametrize(
    "command",
    [["check", "nowhere", "--engine", "null"], ["report", "nowhere"], ["plan", "nowhere"], ["run", "nowhere"],
     ["compare", "nowhere", "--engine", "onnxruntime"], ["doctor", "--root", "nowhere"]],
)  # fmt: skip
def test_what_does_not_exist_is_a_usage_error_that_names_it(joulemark, command):
    outcome = joulemark(*command)
    assert outcome.status == USAGE and "nowhere" in outcome.err and not outcome.out


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["null:a", "--engine", "null", "--engine-root", "foo=/tmp"], "--engine-root foo "),
        (["null:a", "--engine", "null", "--seed", "-1"], "--seed must be 0 to "),
        (["null:a", "--engine", "null", "--option", "nonsense"], "like onnxruntime.spin=0"),
        (["null:a", "null:a", "--engine", "null"], "MODEL repeats 'null:a'"),
        ([b"null:\xff", "--engine", "null"], "MODEL 'null:\ufffd' is not valid UTF-8"),
        (["null:a", "--engine", "NULL"], "did you mean 'null'?"),
    ],
)
def test_a_message_blames_what_was_typed(joulemark, arguments, said):
    arguments = [argument.decode("utf-8", "surrogateescape") if isinstance(argument, bytes) else argument for argument in arguments]
    outcome = joulemark("compare", *arguments, *QUICK)
    assert outcome.status == USAGE and said in outcome.err and not outcome.out, outcome.err


def test_a_number_that_is_none_is_said_so(joulemark):
    assert "--experiment must be an integer, not 'x'" in joulemark("report", "--experiment", "x").err
    assert "--threads needs a value" in joulemark("compare", "null:a", "--threads").err
    assert "--rtol must be a number, not 'x'" in joulemark("check", ".", "--engine", "null", "--rtol", "x").err


@pytest.mark.parametrize("damage", ["drop table trial", "update experiment set value = '{'", "alter table trial rename column status to state"])
def test_a_damaged_store_is_said_so_in_plain_words(joulemark, damage):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite")
    with contents_of(joulemark.home / "s.sqlite") as store:
        store.execute("pragma foreign_keys = off")
        store.execute(damage)
    outcome = joulemark("report", "s.sqlite")
    assert outcome.status == NOT_OK and "it is damaged" in outcome.err
    assert not [word for word in ("sqlite3", "json.exception", "select", "prepare") if word in outcome.err], outcome.err


def test_numbers_do_not_follow_the_locale(joulemark):
    outcome = joulemark("compare", "null:a", "--engine", "null", *QUICK, "--json", env={"LC_ALL": "de_DE.UTF-8"})
    assert json.loads(outcome.out)["experiment"]["margin"] == 0.03
