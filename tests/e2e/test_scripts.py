# SPDX-License-Identifier: Apache-2.0
"""The project's own scripts: downloads are resumed and checked, and the layer check sees a wrong include."""

import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading
import zipfile

import pytest
from conftest import ROOT

WHEEL = "toy-1.0-py3-none-any.whl"


class Index(http.server.BaseHTTPRequestHandler):
    """A package index with one wheel; its server says how it misbehaves and keeps what was asked for."""

    def do_GET(self) -> None:
        server = self.server
        if self.path in server.other:
            self._send(server.other[self.path])
            return
        if self.path == "/simple/toy/":
            self._send(f'<a href="../../files/{WHEEL}#sha256=0">{WHEEL}</a>'.encode())
            return
        begin = 0
        if server.resumes and (asked := self.headers.get("Range")):
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        server.asked.append(begin)
        body = server.body[begin:]
        if server.breaks:
            server.breaks -= 1
            self._send(body, 206 if begin else 200, cut=len(body) // 2)
        else:
            self._send(body, 206 if begin else 200)

    def _send(self, body: bytes, status: int = 200, cut: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def index(tmp_path):
    with zipfile.ZipFile(tmp_path / WHEEL, "w") as wheel:
        wheel.writestr("toy/libs/libtoy.so.1", os.urandom(300_000))
        wheel.writestr("toy/libs/deep/libhidden.so.1", b"not matched by a star")
        wheel.writestr("toy/other.txt", b"not kept")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    server.body = (tmp_path / WHEEL).read_bytes()
    server.resumes, server.breaks, server.asked, server.other, server.most_kept = True, 0, [], {}, 100_000_000
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()


def fetch(index, tmp_path, *, sha256: str | None = None, keep: str = "toy/libs/lib*.so.*"):
    digest = sha256 or hashlib.sha256(index.body).hexdigest()
    (tmp_path / "packages.txt").write_text(f"# a comment\nwheel toy 1.0 {WHEEL} {digest} {len(index.body)}\nkeep {keep}\n")
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("proxy")}
    environment["PIP_INDEX_URL"] = f"http://127.0.0.1:{index.server_port}/simple"
    return subprocess.run(
        [sys.executable, ROOT / "script/fetch_packages.py", "--most-kept", str(index.most_kept), "--downloads", tmp_path / "downloads", f"{tmp_path}/packages.txt={tmp_path}/out"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_wheel_is_fetched_once_and_its_members_are_flattened(index, tmp_path):
    assert fetch(index, tmp_path).returncode == 0
    assert sorted(path.name for path in (tmp_path / "out/1.0").iterdir()) == [".unpacked", "libtoy.so.1"]
    assert fetch(index, tmp_path).returncode == 0
    assert index.asked == [0]


def test_a_changed_list_unpacks_again_without_a_download(index, tmp_path):
    fetch(index, tmp_path)
    fetch(index, tmp_path, keep="toy/other.txt")
    assert (tmp_path / "out/1.0/other.txt").exists() and index.asked == [0]


def test_a_broken_download_goes_on_where_it_stopped(index, tmp_path):
    index.breaks = 1
    done = fetch(index, tmp_path)
    assert done.returncode == 0, done.stderr
    assert index.asked == [0, len(index.body) // 2]


def test_a_part_of_an_earlier_run_is_used(index, tmp_path):
    (tmp_path / "downloads").mkdir()
    (tmp_path / f"downloads/{WHEEL}.part").write_bytes(index.body[:1000])
    assert fetch(index, tmp_path).returncode == 0
    assert index.asked == [1000]


def test_a_server_that_cannot_resume_starts_over(index, tmp_path):
    index.resumes = False
    (tmp_path / "downloads").mkdir()
    (tmp_path / f"downloads/{WHEEL}.part").write_bytes(b"x" * 1000)
    assert fetch(index, tmp_path).returncode == 0


def test_a_damaged_part_is_thrown_away(index, tmp_path):
    (tmp_path / "downloads").mkdir()
    (tmp_path / f"downloads/{WHEEL}.part").write_bytes(b"\0" * 1000)
    done = fetch(index, tmp_path)
    assert done.returncode == 0 and "SHA-256" in done.stderr
    assert index.asked == [1000, 0]


def test_a_glob_without_a_match_leaves_nothing_behind(index, tmp_path):
    done = fetch(index, tmp_path, keep="toy/nothing*")
    assert done.returncode == 1 and "toy/nothing*" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_tree_keeps_its_folders_and_a_name_with_a_slash_is_a_folder(index, tmp_path):
    assert fetch(index, tmp_path, keep="toy/libs/lib*.so.* lib/\nkeep-tree toy/libs all").returncode == 0
    out = tmp_path / "out/1.0"
    assert (out / "lib/libtoy.so.1").stat().st_size == 300_000
    assert (out / "all/deep/libhidden.so.1").read_bytes() == b"not matched by a star"
    assert sorted(path.name for path in out.iterdir()) == [".unpacked", "all", "lib"]


def test_a_tree_without_members_is_an_error(index, tmp_path):
    done = fetch(index, tmp_path, keep="toy/other.txt\nkeep-tree toy/nothing")
    assert done.returncode == 1 and "toy/nothing" in done.stderr


@pytest.mark.parametrize("name", ["toy/tree/../../../escaped", "toy/tree/a/../../../../escaped"])
def test_a_member_cannot_leave_its_folder(index, tmp_path, name):
    with zipfile.ZipFile(tmp_path / WHEEL, "a") as wheel:
        wheel.writestr(name, b"x")
    index.body = (tmp_path / WHEEL).read_bytes()
    done = fetch(index, tmp_path, keep="toy/other.txt\nkeep-tree toy/tree")
    assert done.returncode == 1 and "outside" in done.stderr
    assert list((tmp_path / "out").iterdir()) == [] and not list(tmp_path.rglob("escaped"))


def second_wheel(index, tmp_path) -> str:
    """The lines of a list for another wheel, which the first one's folder takes in."""
    (tmp_path / "more.whl").unlink(missing_ok=True)
    with zipfile.ZipFile(tmp_path / "more.whl", "w") as wheel:
        wheel.writestr("more/libmore.so.2", b"more")
    body = (tmp_path / "more.whl").read_bytes()
    name = "more-2.0-py3-none-any.whl"
    index.other = {f"/files/{name}": body, "/simple/more/": f'<a href="../../files/{name}">{name}</a>'.encode()}
    return f"wheel more 2.0 {name} {hashlib.sha256(body).hexdigest()} {len(body)}\nkeep more/libmore.so.2 lib/\ninto 1.0"


def test_several_wheels_make_one_folder(index, tmp_path):
    more = second_wheel(index, tmp_path)
    done = fetch(index, tmp_path, keep=f"toy/libs/lib*.so.* lib/\n{more}")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "out/1.0/lib").iterdir()) == ["libmore.so.2", "libtoy.so.1"]
    assert not (tmp_path / "out/2.0").exists()
    fetch(index, tmp_path, keep=f"toy/libs/lib*.so.*\n{more}")
    assert sorted(path.name for path in (tmp_path / "out/1.0").iterdir()) == [".unpacked", "lib", "libtoy.so.1"]
    assert index.asked == [0]


@pytest.mark.parametrize("line", ["into 3.0", "into", "keep-tree", "keep-tree a b c"])
def test_a_line_that_says_nothing_is_named(index, tmp_path, line):
    done = fetch(index, tmp_path, keep=f"toy/other.txt\n{line}")
    assert done.returncode == 1 and "packages.txt:4" in done.stderr


def test_a_large_wheel_does_not_stay_beside_what_was_unpacked_from_it(index, tmp_path):
    index.most_kept = 1000
    assert fetch(index, tmp_path).returncode == 0
    assert list((tmp_path / "downloads").iterdir()) == []
    assert fetch(index, tmp_path).returncode == 0
    assert index.asked == [0]


def layers(tmp_path: pathlib.Path, path: str, text: str) -> subprocess.CompletedProcess:
    for name in ("include/joulemark/result.h", "engines/a/engine.toml", "engines/b/engine.toml", "engines/b/b.h", "engines/kit/kit.h"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "src/base").mkdir(parents=True)
    (tmp_path / "engines/reader").mkdir()
    (tmp_path / "engines/reader/CMakeLists.txt").write_text("target_link_libraries(joulemark_reader PRIVATE jm_model)\n")
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    return subprocess.run([sys.executable, ROOT / "script/check-layers", tmp_path], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "path, text",
    [
        ("src/base/x.cpp", '#include "config/y.h"'),
        ("src/run/x.cpp", '#include "worker/y.h"'),
        ("src/run/x.cpp", '#include "engine/y.h"'),
        ("src/stats/x.cpp", '#include "plan/y.h"'),
        ("src/report/x.cpp", "#include <soci/soci.h>"),
        ("src/run/x.cpp", "#include <CLI/CLI.hpp>"),
        ("src/report/x.h", "#include <nlohmann/json.hpp>"),
        ("src/run/CMakeLists.txt", "joulemark_layer(run LAYERS base engine)"),
        ("engines/a/x.cpp", '#include "joulemark/result.h"'),
        ("engines/a/x.cpp", '#include "base/error.h"'),
        ("engines/a/x.cpp", '#include "../b/b.h"'),
        ("engines/a/x.cpp", '#include "b/b.h"'),
        ("engines/kit/x.h", '#include "b/b.h"'),
        ("engines/kit/x.h", '#include "model/tensor.h"'),
        ("engines/reader/x.cpp", '#include "run/trial.h"'),
        ("src/surprise/x.cpp", ""),
    ],
)
def test_the_layer_check_sees_a_wrong_include(tmp_path, path, text):
    done = layers(tmp_path, path, text)
    assert done.returncode == 1 and (path in done.stdout or "src/surprise" in done.stdout), done.stdout


@pytest.mark.parametrize(
    "path, text",
    [
        ("src/run/x.cpp", '#include "sensors/y.h"\n#include "joulemark/result.h"\n#include <vector>'),
        ("src/report/x.cpp", "#include <nlohmann/json.hpp>"),
        ("engines/a/x.cpp", '#include "joulemark/engine_abi.h"\n#include "kit/kit.h"'),
        ("engines/a/x.cpp", '#include "../kit/kit.h"'),
        ("engines/reader/x.cpp", '#include "model/tensor.h"\n#include "base/error.h"\n#include "kit/kit.h"'),
    ],
)
def test_the_layer_check_lets_the_right_ones_pass(tmp_path, path, text):
    done = layers(tmp_path, path, text)
    assert done.returncode == 0, done.stdout


def conformance(tmp_path, cases: dict[str, str], expected: str) -> subprocess.CompletedProcess:
    entries = [{"name": name, "status": status, "max_abs": 0, "max_rel": 0, "reason": ""} for name, status in cases.items()]
    summary = {status: list(cases.values()).count(status) for status in ("pass", "fail", "unsupported", "crashed")}
    (tmp_path / "result.json").write_text(json.dumps({"engine": "toy", "cases": entries, "summary": summary}))
    (tmp_path / "expected.txt").write_text(expected)
    command = [sys.executable, ROOT / "script/compare_conformance.py", tmp_path / "result.json", tmp_path / "expected.txt"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_no_outcome_of_a_conformance_case_changes_silently(tmp_path):
    assert conformance(tmp_path, {"a": "pass", "b": "fail"}, "fail b why\n").returncode == 0
    assert "b: pass, expected fail" in conformance(tmp_path, {"a": "pass", "b": "pass"}, "fail b\n").stdout
    assert "a: crashed, expected pass" in conformance(tmp_path, {"a": "crashed"}, "").stdout
    assert "no such case" in conformance(tmp_path, {"a": "pass"}, "fail gone\n").stdout
