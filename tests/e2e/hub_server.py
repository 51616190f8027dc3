# SPDX-License-Identifier: Apache-2.0
"""A hub on this machine: two local servers, one that knows repositories and one that only stores files, and what can go wrong with them."""

import contextlib
import hashlib
import http.server
import json
import pathlib
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git_blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class Request:
    """One request that came, and which of the servers it came to."""

    server: str  # "hub" or "store"
    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Repository:
    """Its files at one commit; names in `large` are kept by the store and known by their SHA-256."""

    files: dict[str, bytes]
    large: set[str] = field(default_factory=set)
    commit: str = COMMIT
    revisions: set[str] = field(default_factory=lambda: {"main"})
    gated: bool = False
    etags: dict[str, str] = field(default_factory=dict)  # instead of the true ones
    sizes: dict[str, int | None] = field(default_factory=dict)  # instead of the true ones; None: not said

    def etag(self, name: str) -> str:
        content = self.files[name]
        return self.etags.get(name) or (hashlib.sha256(content).hexdigest() if name in self.large else git_blob_id(content))


@dataclass
class Faults:
    """What goes wrong, file by file. Numbers count down to nothing wrong."""

    break_after: dict[str, list[int]] = field(default_factory=dict)  # bytes of each next answer, then a reset
    stall_after: dict[str, list[int]] = field(default_factory=dict)  # bytes of each next answer, then silence
    statuses: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)  # instead of each next answer to HEAD or GET
    ignore_range: bool = False
    slow: float = 0  # seconds before each 64 KiB
    wrong_range: bool = False


class Hub:
    """Starts with `with Hub() as hub`; `hub.environment` points a program at it."""

    def __init__(self, key: pathlib.Path | None = None, certificate: pathlib.Path | None = None) -> None:
        self.key, self.certificate = key, certificate  # without them it speaks http
        self.repositories: dict[str, Repository] = {}
        self.requests: list[Request] = []
        self.faults = Faults()
        self.token = ""  # what a gated repository asks for
        self.closing = threading.Event()
        self.stack = contextlib.ExitStack()

    def __enter__(self) -> "Hub":
        self.hub = self.stack.enter_context(self._serve(HubHandler))
        self.store = self.stack.enter_context(self._serve(StoreHandler))
        return self

    def __exit__(self, *exception) -> None:
        self.closing.set()
        self.stack.close()

    @contextlib.contextmanager
    def _serve(self, handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type(handler.__name__, (handler,), {"world": self}))
        server.daemon_threads = True
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http{'s' if self.certificate else ''}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def environment(self, home: pathlib.Path) -> dict[str, str]:
        return {"HF_ENDPOINT": self.hub, "HF_HOME": str(home), "no_proxy": "127.0.0.1"}

    def asked(self, method: str, name: str = "", server: str = "") -> list[Request]:
        """The requests of that method for files whose address ends in `name`."""
        return [r for r in self.requests if r.method == method and r.path.endswith(name) and server in ("", r.server)]


class Handler(http.server.BaseHTTPRequestHandler):
    """What both servers do: note the request and send bytes, with all that can go wrong on the way."""

    world: Hub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits for the other side's delayed acknowledgement
    server_name = ""

    def log_message(self, *arguments) -> None:
        pass

    def note(self) -> None:
        self.world.requests.append(Request(self.server_name, self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))

    def answer(self, status: int, headers: dict[str, str | None], content: bytes = b"") -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(content)), **headers}.items():
            if value is not None:
                self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def scheduled(self, name: str) -> bool:
        """Sends the status that was scheduled for the file, if one was."""
        planned = self.world.faults.statuses.get(name)
        if not planned:
            return False
        self.answer(*planned.pop(0))
        return True

    def send_content(self, name: str, content: bytes, headers: dict[str, str]) -> None:
        begin = 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and not self.world.faults.ignore_range:
            begin = int(wanted.group(1))
        if begin >= len(content) and begin:
            return self.answer(416, {"Content-Range": f"bytes */{len(content)}"})
        first = begin + 1 if self.world.faults.wrong_range and begin else begin
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        for key, value in {"Content-Length": str(len(content) - begin), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.send_slowly(name, content[begin:])
        return None

    def send_slowly(self, name: str, content: bytes) -> None:
        faults = self.world.faults
        broken = faults.break_after.get(name)
        stalled = faults.stall_after.get(name)
        limit = broken.pop(0) if broken else stalled.pop(0) if stalled else None
        try:
            for at in range(0, min(len(content), len(content) if limit is None else limit), 65536):
                if faults.slow and self.world.closing.wait(faults.slow):
                    return
                self.wfile.write(content[at : min(at + 65536, len(content) if limit is None else limit)])
            self.wfile.flush()
        except OSError:
            self.close_connection = True
            return
        if limit is None:
            return
        self.close_connection = True
        if broken is None:
            self.world.closing.wait(10)
        else:  # what was sent must have arrived before the reset
            time.sleep(0.05)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class HubHandler(Handler):
    """/OWNER/NAME/resolve/REVISION/FILE, and the two questions of the API that the Python package asks."""

    server_name = "hub"

    def do_GET(self) -> None:
        self.note()
        path = urllib.parse.urlsplit(self.path).path
        if api := re.fullmatch(r"/api/models/(.+?)/(revision|tree)/([^/]+)", path):
            return self.api(api.group(1), api.group(2))
        found = re.fullmatch(r"/((?:[^/]+/)?[^/]+)/resolve/([^/]+)/(.+)", path)
        if not found:
            return self.answer(404, {})
        return self.resolve(found.group(1), urllib.parse.unquote(found.group(2)), urllib.parse.unquote(found.group(3)))

    do_HEAD = do_GET

    def api(self, repository: str, question: str) -> None:
        known = self.world.repositories[repository]
        if question == "revision":
            body = {"id": repository, "sha": known.commit, "siblings": [{"rfilename": name} for name in known.files]}
        else:
            body = [self.tree_entry(known, name) for name in known.files]
        self.answer(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    @staticmethod
    def tree_entry(known: Repository, name: str) -> dict:
        content = known.files[name]
        entry = {"type": "file", "path": name, "size": len(content), "oid": git_blob_id(content)}
        if name in known.large:
            entry["lfs"] = {"oid": known.etag(name), "size": len(content), "pointerSize": 130}
        return entry

    def resolve(self, repository: str, revision: str, name: str) -> None:
        if self.scheduled(name):
            return None
        known = self.world.repositories.get(repository)
        if known is None:
            return self.answer(401, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        if known.gated and self.headers.get("Authorization") != f"Bearer {self.world.token}":
            return self.answer(403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted"})
        if revision not in known.revisions | {known.commit}:
            return self.answer(404, {"X-Error-Code": "RevisionNotFound"})
        if name not in known.files:
            return self.answer(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": known.commit})
        return self.send_file(known, repository, name)

    def send_file(self, known: Repository, repository: str, name: str) -> None:
        content = known.files[name]
        said = {"X-Repo-Commit": known.commit}
        if name not in known.large:
            said["ETag"] = f'"{known.etag(name)}"'
            if self.command == "HEAD" and name in known.sizes:
                size = known.sizes[name]
                return self.answer(200, {**said, "Content-Length": None if size is None else str(size)})
            return self.send_content(name, content, said)
        size = known.sizes.get(name, len(content))
        said |= {"X-Linked-Etag": f'"{known.etag(name)}"'} | ({} if size is None else {"X-Linked-Size": str(size)})
        target = f"{self.world.store}/{repository}/{name}?signature=secret"
        return self.answer(302, {**said, "Location": target, "ETag": '"of-the-redirect"'})


class StoreHandler(Handler):
    """The store of large files: it knows no commits and must never see a token."""

    server_name = "store"

    def do_GET(self) -> None:
        self.note()
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)[1:]
        for repository, known in self.world.repositories.items():
            if path.startswith(repository + "/"):
                name = path[len(repository) + 1 :]
                return self.send_content(name, known.files[name], {"ETag": '"of-the-store"'})
        return self.answer(404, {})

    do_HEAD = do_GET
