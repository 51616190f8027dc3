# SPDX-License-Identifier: Apache-2.0
"""Packages that the index does not offer: fetching ends with the first, or goes on without them where that is asked for."""

import hashlib
import http.server
import os
import subprocess
import sys
import threading
import zipfile

import pytest
from conftest import ROOT

THERE, GONE = "there-1.0-py3-none-any.whl", "gone-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path):
    """The address of an index with one of two packages, whose lists lie in the test's folder."""
    folder = tmp_path / "index/simple/there"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / THERE, "w") as wheel:
        wheel.writestr("lib.so", b"a library")
    body = (folder / THERE).read_bytes()
    (folder / "index.html").write_text(f'<a href="{THERE}">{THERE}</a>')
    (tmp_path / "index/simple/gone").mkdir()
    for project, file in (("there", THERE), ("gone", GONE)):
        digest = hashlib.sha256(body).hexdigest()
        (tmp_path / f"{project}.txt").write_text(f"wheel {project} 1.0 {file} {digest} {len(body)}\nkeep lib.so\n")
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *request: handler(*request, directory=tmp_path / "index")) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()
        thread.join()


def fetch(index, tmp_path, *flags):
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("proxy")}
    lists = [f"{tmp_path}/{project}.txt={tmp_path}/out/{project}" for project in ("gone", "there")]
    command = [sys.executable, ROOT / "script/fetch_packages.py", "--downloads", tmp_path / "downloads", *flags, *lists]
    return subprocess.run(command, env=environment | {"PIP_INDEX_URL": index}, capture_output=True, text=True, check=False)


def test_a_package_that_cannot_be_had_ends_fetching(index, tmp_path):
    done = fetch(index, tmp_path)
    assert done.returncode == 1 and f"does not offer '{GONE}'" in done.stderr
    assert not (tmp_path / "out/there").exists()


def test_it_is_left_out_with_its_reason_where_that_is_asked_for(index, tmp_path):
    done = fetch(index, tmp_path, "--skip-absent")
    assert done.returncode == 0, done.stderr
    assert f"left out: the configured package index does not offer '{GONE}'" in done.stderr
    assert (tmp_path / "out/there/1.0/lib.so").exists() and not (tmp_path / "out/gone").exists()
