#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches pinned wheels and unpacks the listed members of them: LIST=FOLDER … gives FOLDER/VERSION/member.

A LIST holds lines `wheel PROJECT VERSION FILENAME SHA256 BYTES`, each followed by `keep GLOB [NAME]` lines ('*' does not
match '/'; members are flattened into the version's folder, under NAME where one is given). Wheels come from the package index that pip is configured for. A
broken download goes on where it stopped, a wheel that is there is not fetched again, and a folder VERSION either is
complete or does not exist.
"""

import argparse
import ast
import base64
import hashlib
import html.parser
import os
import pathlib
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass, field

TRIES = 6
CHUNK = 1 << 20
TIMEOUT_S = 60


class FetchError(Exception):
    """What failed, on what, why; printed as one line."""


@dataclass
class Wheel:
    project: str
    version: str
    file: str
    sha256: str
    size: int
    folder: pathlib.Path
    keep: list[tuple[str, str]] = field(default_factory=list)

    @property
    def target(self) -> pathlib.Path:
        return self.folder / self.version

    @property
    def recipe(self) -> str:
        """What made the folder; kept in it, so that a changed list unpacks again."""
        return "".join(f"{line}\n" for line in [self.sha256, *(" ".join(pair).strip() for pair in self.keep)])

    def is_unpacked(self) -> bool:
        stamp = self.target / ".unpacked"
        return stamp.is_file() and stamp.read_text() == self.recipe

    def fits_machine(self) -> bool:
        tag = self.file.removesuffix(".whl").rsplit("-", 1)[1]
        return tag == "any" or tag.endswith("_" + platform.machine())


def read_list(path: pathlib.Path, folder: pathlib.Path) -> list[Wheel]:
    wheels: list[Wheel] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if words[0] == "wheel" and len(words) == 6 and re.fullmatch("[0-9a-f]{64}", words[4]):
            wheels.append(Wheel(*words[1:5], int(words[5]), folder))
        elif words[0] == "keep" and len(words) in (2, 3) and wheels:
            wheels[-1].keep.append((words[1], words[2] if len(words) == 3 else ""))
        else:
            raise FetchError(f"{path}:{number}: expected 'wheel PROJECT VERSION FILENAME SHA256 BYTES' or 'keep GLOB [NAME]'")
    return [wheel for wheel in wheels if wheel.fits_machine()]


class Index:
    """The package index that pip would ask, with pip's certificate and proxy settings."""

    def __init__(self) -> None:
        settings = self._pip_settings()
        self._url = settings.get("index-url") or self._default_url()
        cert = settings.get("cert")
        context = ssl.create_default_context(cafile=cert if cert and os.path.exists(cert) else None)
        proxy = settings.get("proxy")
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context),
            urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None),
        )

    @staticmethod
    def _pip_settings() -> dict[str, str]:
        listing = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
        ).stdout
        found: dict[str, str] = {}
        for section in ("global.", "download.", "install.", ":env:."):  # the later wins, as in pip
            for line in listing.splitlines():
                key, _, value = line.partition("=")
                if key.startswith(section):
                    found[key.removeprefix(section)] = ast.literal_eval(value)
        return found

    @staticmethod
    def _default_url() -> str:
        from pip._internal.models.index import PyPI  # pip has no public name for its default

        return PyPI.simple_url

    def open(self, url: str, headers: dict[str, str]):
        parts = urllib.parse.urlsplit(url)
        if parts.username:  # credentials in the address of a private index
            pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            headers = {**headers, "Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        request = urllib.request.Request(urllib.parse.urlunsplit(parts), headers=headers)
        return self._opener.open(request, timeout=TIMEOUT_S)

    def address_of(self, wheel: Wheel) -> str:
        name = re.sub(r"[-_.]+", "-", wheel.project).lower()
        page = f"{self._url.rstrip('/')}/{name}/"
        with self.open(page, {"Accept": "text/html"}) as reply:
            links = _Links()
            links.feed(reply.read().decode())
        for link in links.found:
            address = urllib.parse.urljoin(page, link.partition("#")[0])
            if urllib.parse.unquote(address.rpartition("/")[2]) == wheel.file:
                return address
        raise FetchError(f"the configured package index does not offer '{wheel.file}'")


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def sha256_of(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def append_rest(index: Index, address: str, part: pathlib.Path, size: int) -> None:
    """Appends what is missing of the file at `address`; starts over where the server cannot resume."""
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    with index.open(address, headers) as reply, part.open("ab" if reply.status == 206 else "wb") as out:
        while chunk := reply.read(CHUNK):
            out.write(chunk)
    if part.stat().st_size < size:
        raise ConnectionError(f"the connection closed after {part.stat().st_size} of {size} bytes")


def download(index: Index, wheel: Wheel, downloads: pathlib.Path) -> pathlib.Path:
    done = downloads / wheel.file
    if done.is_file() and sha256_of(done) == wheel.sha256:
        return done
    done.unlink(missing_ok=True)
    part = downloads / (wheel.file + ".part")
    problem: Exception | None = None
    for attempt in range(TRIES):
        try:
            if problem:
                time.sleep(min(2**attempt, 20))
            append_rest(index, index.address_of(wheel), part, wheel.size)
            if (found := sha256_of(part)) == wheel.sha256:
                part.rename(done)
                return done
            part.unlink()
            problem = FetchError(f"SHA-256 is {found}, expected {wheel.sha256}")
        except (OSError, urllib.error.URLError) as error:
            problem = error
        print(f"  {wheel.file}: {problem}; trying again", file=sys.stderr)
    raise FetchError(f"cannot fetch '{wheel.file}': {problem}")


def glob_pattern(glob: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]*" if char == "*" else re.escape(char) for char in glob))


def unpack(archive: pathlib.Path, wheel: Wheel) -> None:
    wheel.folder.mkdir(parents=True, exist_ok=True)
    temporary = pathlib.Path(tempfile.mkdtemp(prefix=".unpack-", dir=wheel.folder))
    try:
        with zipfile.ZipFile(archive) as members:
            for glob, new_name in wheel.keep:
                matches = [name for name in members.namelist() if glob_pattern(glob).fullmatch(name)]
                if not matches:
                    raise FetchError(f"'{wheel.file}' holds nothing that matches '{glob}'")
                for name in matches:
                    with members.open(name) as source, (
                        temporary / (new_name or name.rpartition("/")[2])
                    ).open("wb") as out:
                        shutil.copyfileobj(source, out, CHUNK)
        (temporary / ".unpacked").write_text(wheel.recipe)
        temporary.chmod(0o755)
        shutil.rmtree(wheel.target, ignore_errors=True)
        temporary.rename(wheel.target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--downloads", type=pathlib.Path, required=True, help="where wheels are kept")
    parser.add_argument("--sizes", action="store_true", help="only say what would be fetched, and how much")
    parser.add_argument("pairs", nargs="+", metavar="LIST=FOLDER")
    arguments = parser.parse_args()
    wheels: list[Wheel] = []
    for pair in arguments.pairs:
        path, _, folder = pair.partition("=")
        wheels += read_list(pathlib.Path(path), pathlib.Path(folder))
    if arguments.sizes:
        for wheel in wheels:
            state = "there" if wheel.is_unpacked() else f"{wheel.size / 1e6:.1f} MB to fetch"
            if not wheel.is_unpacked() and (arguments.downloads / wheel.file).is_file():
                state = "downloaded, to be unpacked"
            print(f"  {wheel.project} {wheel.version}: {state}")
        return 0
    missing = [wheel for wheel in wheels if not wheel.is_unpacked()]
    arguments.downloads.mkdir(parents=True, exist_ok=True)
    index = Index() if missing else None
    for wheel in missing:
        unpack(download(index, wheel, arguments.downloads), wheel)
        print(f"  {wheel.project} {wheel.version}: ready in {wheel.target}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (FetchError, OSError, zipfile.BadZipFile) as error:
        print(f"fetch_packages: {error}", file=sys.stderr)
        sys.exit(1)
