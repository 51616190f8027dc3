#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches pinned wheels and unpacks the listed members of them: LIST=FOLDER … gives FOLDER/VERSION/member.

A LIST holds lines `wheel PROJECT VERSION FILENAME SHA256 BYTES`, each followed by any of
  keep GLOB [NAME]         members ('*' does not match '/'), flattened into the version's folder; under NAME where one is
                           given, or in the folder NAME where it ends in '/'
  keep-tree FOLDER [NAME]  all members below FOLDER with their folders, below NAME where one is given
  into VERSION             what is kept of this wheel stands in the folder of the list's earlier wheel of that version
Wheels come from the package index that pip is configured for. A broken download goes on where it stopped, a wheel that is
there is not fetched again, and a folder VERSION either is complete or does not exist. A wheel of more than 100 MB is
deleted once it is unpacked.
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
    rules: list[list[str]] = field(default_factory=list)  # the words of its keep and keep-tree lines

    @property
    def recipe(self) -> str:
        lines = [" ".join(words[words[0] == "keep" :]) for words in self.rules]
        return "".join(f"{line}\n" for line in [self.sha256, *lines])

    def fits_machine(self) -> bool:
        tag = self.file.removesuffix(".whl").rsplit("-", 1)[1]
        return tag == "any" or tag.endswith("_" + platform.machine())


@dataclass
class Target:
    """A folder VERSION, and the wheels that it is unpacked from."""

    path: pathlib.Path
    wheels: list[Wheel]

    @property
    def recipe(self) -> str:
        """What made the folder; kept in it, so that a changed list unpacks again."""
        return "".join(wheel.recipe for wheel in self.wheels)

    def is_unpacked(self) -> bool:
        stamp = self.path / ".unpacked"
        return stamp.is_file() and stamp.read_text() == self.recipe


def read_list(path: pathlib.Path, folder: pathlib.Path) -> list[Target]:
    targets: list[Target] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        wheel = targets[-1].wheels[-1] if targets else None
        if words[0] == "wheel" and len(words) == 6 and re.fullmatch("[0-9a-f]{64}", words[4]):
            targets.append(Target(folder / words[2], [Wheel(*words[1:5], int(words[5]))]))
        elif words[0] in ("keep", "keep-tree") and len(words) in (2, 3) and wheel:
            wheel.rules.append(words)
        elif words[0] == "into" and len(words) == 2 and len(targets) > 1 and targets[-2].path == folder / words[1]:
            targets[-2].wheels.append(targets.pop().wheels[0])
        else:
            raise FetchError(
                f"{path}:{number}: expected 'wheel PROJECT VERSION FILENAME SHA256 BYTES', 'keep GLOB [NAME]', "
                "'keep-tree FOLDER [NAME]' or 'into VERSION' of the wheel before"
            )
    return [target for target in targets if all(wheel.fits_machine() for wheel in target.wheels)]


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


def places_of(names: list[str], rule: list[str]) -> dict[str, str]:
    """Member → where it stands in the target, for the members that the rule keeps."""
    kind, pattern, new_name = [*rule, ""][:3]
    if kind == "keep-tree":
        prefix = pattern.rstrip("/") + "/"
        below = [name for name in names if name.startswith(prefix) and not name.endswith("/")]
        return {name: f"{new_name.rstrip('/')}/{name.removeprefix(prefix)}".lstrip("/") for name in below}
    kept = [name for name in names if glob_pattern(pattern).fullmatch(name)]
    if new_name and not new_name.endswith("/"):
        return {name: new_name for name in kept}
    return {name: new_name + name.rpartition("/")[2] for name in kept}


def inside(folder: pathlib.Path, place: str) -> pathlib.Path:
    """folder/place, when that stands below folder: a wheel's member names are not trusted."""
    path = pathlib.PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise FetchError(f"a member would be unpacked outside of its folder: '{place}'")
    return folder / path


def unpack_wheel(archive: pathlib.Path, wheel: Wheel, folder: pathlib.Path) -> None:
    with zipfile.ZipFile(archive) as members:
        for rule in wheel.rules:
            places = places_of(members.namelist(), rule)
            if not places:
                raise FetchError(f"'{wheel.file}' holds nothing that matches '{rule[1]}'")
            for name, place in places.items():
                path = inside(folder, place)
                path.parent.mkdir(parents=True, exist_ok=True)
                with members.open(name) as source, path.open("wb") as out:
                    shutil.copyfileobj(source, out, CHUNK)


def unpack(archives: list[pathlib.Path], target: Target) -> None:
    target.path.parent.mkdir(parents=True, exist_ok=True)
    temporary = pathlib.Path(tempfile.mkdtemp(prefix=".unpack-", dir=target.path.parent))
    try:
        for archive, wheel in zip(archives, target.wheels, strict=True):
            unpack_wheel(archive, wheel, temporary)
        (temporary / ".unpacked").write_text(target.recipe)
        temporary.chmod(0o755)
        shutil.rmtree(target.path, ignore_errors=True)
        temporary.rename(target.path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def fetch(target: Target, index: Index, arguments: argparse.Namespace) -> None:
    archives = [download(index, wheel, arguments.downloads) for wheel in target.wheels]
    unpack(archives, target)
    for archive, wheel in zip(archives, target.wheels, strict=True):
        if wheel.size > arguments.most_kept:
            archive.unlink()


def print_sizes(targets: list[Target], downloads: pathlib.Path) -> None:
    for target in targets:
        for wheel in target.wheels:
            state = "there" if target.is_unpacked() else f"{wheel.size / 1e6:.1f} MB to fetch"
            if not target.is_unpacked() and (downloads / wheel.file).is_file():
                state = "downloaded, to be unpacked"
            print(f"  {wheel.project} {wheel.version}: {state}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--downloads", type=pathlib.Path, required=True, help="where wheels are kept")
    parser.add_argument(
        "--most-kept", type=int, default=100_000_000, metavar="BYTES", help="larger wheels are deleted once they are unpacked"
    )
    parser.add_argument("--sizes", action="store_true", help="only say what would be fetched, and how much")
    parser.add_argument("--skip-absent", action="store_true", help="say which package cannot be had, and go on without it")
    parser.add_argument("pairs", nargs="+", metavar="LIST=FOLDER")
    arguments = parser.parse_args()
    targets: list[Target] = []
    for pair in arguments.pairs:
        path, _, folder = pair.partition("=")
        targets += read_list(pathlib.Path(path), pathlib.Path(folder))
    if arguments.sizes:
        print_sizes(targets, arguments.downloads)
        return 0
    missing = [target for target in targets if not target.is_unpacked()]
    arguments.downloads.mkdir(parents=True, exist_ok=True)
    index = Index() if missing else None
    for target in missing:
        try:
            fetch(target, index, arguments)
        except (FetchError, OSError, zipfile.BadZipFile) as error:
            if not arguments.skip_absent:
                raise
            print(f"fetch_packages: left out: {error}", file=sys.stderr)
            continue
        print(f"  {target.wheels[0].project} {target.path.name}: ready in {target.path}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (FetchError, OSError, zipfile.BadZipFile) as error:
        print(f"fetch_packages: {error}", file=sys.stderr)
        sys.exit(1)
