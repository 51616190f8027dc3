# SPDX-License-Identifier: Apache-2.0
"""Keeps a server busy for a long time and says whether it stays as it was.

    script/soak 60                        # an hour at 80 % of what it can do
    script/soak 10 --url http://127.0.0.1:8000/v2/models/tiny/infer

Without --url it starts `joulemark serve` with the engine null. First it looks for the rate that server and client together can keep:
what a closed loop answers, and 5 % less until requests that come by Poisson are all answered in their time. Then it asks at a share of that rate,
by Poisson, and notes once a second the server's resident memory and its open files: from /proc where it started the server, else from the server's
/metrics.

The rule: of the notes after the first tenth, the growth is the Theil-Sen slope (the median of the slopes of all pairs) times the
length of the run. Memory is flat when it grows by no more than 2 % of its median, or 1 MiB where that is more; files are flat when
they grow by less than one. The soak ends with 0 when both are, no request failed and the rate was kept.
"""

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("JOULEMARK_BIN", ROOT / "build/release/bin"))
BODY = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[0.1,0.2,0.3,0.4]}]}'
MOST_POINTS = 600
KEPT_RATE = 0.98
MOST_TRIES = 20


@dataclasses.dataclass
class Note:
    seconds: float
    rss_kib: float
    files: float


def of_process(pid: int) -> tuple[float, float]:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return float(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1]), float(len(os.listdir(f"/proc/{pid}/fd")))


def of_metrics(url: str) -> tuple[float, float]:
    with urllib.request.urlopen(urllib.parse.urljoin(url, "/metrics"), timeout=10) as answer:
        text = answer.read().decode()
    value = {name: float(number) for name, number in re.findall(r"^(process_\w+) (\S+)$", text, re.M)}
    return value["process_resident_memory_bytes"] / 1024, value["process_open_fds"]


def growth(points: list[tuple[float, float]]) -> float:
    """Theil-Sen slope times the length."""
    points = points[:: max(1, len(points) // MOST_POINTS)]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in itertools.combinations(points, 2) if b[0] > a[0]]
    return statistics.median(slopes) * (points[-1][0] - points[0][0]) if slopes else 0.0


def verdict(notes: list[Note]) -> list[tuple[str, float, float, bool]]:
    """What grew from what by how much, and whether it is flat."""
    notes = notes[len(notes) // 10 :]
    rss = statistics.median(note.rss_kib for note in notes)
    rss_growth = growth([(note.seconds, note.rss_kib) for note in notes])
    files = statistics.median(note.files for note in notes)
    files_growth = growth([(note.seconds, note.files) for note in notes])
    return [("resident memory (KiB)", rss, rss_growth, rss_growth <= max(1024.0, 0.02 * rss)), ("open files", files, files_growth, files_growth < 1)]


@contextlib.contextmanager
def started_server():
    process = subprocess.Popen([BIN / "joulemark", "serve", "null:tiny", "--engine", "null", "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
    try:
        said = json.loads(process.stdout.readline())
        yield f"{said['url']}/v2/models/{said['model']}/infer", said["pid"]
    finally:
        process.terminate()
        process.wait()


class Client:
    def __init__(self, url: str, connections: int, folder: pathlib.Path):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
            raise SystemExit(f"soak: '{url}' is not on the loopback: give http://127.0.0.1:PORT/PATH")
        body = folder / "body.json"
        body.write_text(BODY)
        self.command = [BIN / "serving_client", str(parts.port), parts.path, body]
        self.connections = str(connections)

    def lines(self, rate: float, seconds: float):
        with subprocess.Popen([*self.command, str(rate), str(seconds), self.connections], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                yield json.loads(line)


def kept_share(last: dict, rate: float) -> float:
    return last["requests"] / last["seconds"] / rate


def capacity_of(client: Client, seconds: float) -> float:
    """Requests a second. A closed loop's connections wait for each other, so that it may answer more than can come at a rate."""
    *_, last = client.lines(0, seconds)
    rate = last["requests"] / last["seconds"]
    for _ in range(MOST_TRIES):
        *_, last = client.lines(rate, seconds)
        if kept_share(last, rate) >= KEPT_RATE:
            break
        rate *= 0.95
    return rate


def soak(url: str, look, arguments: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        client = Client(url, arguments.connections, pathlib.Path(folder))
        capacity = capacity_of(client, arguments.measure_seconds)
        rate = arguments.share * capacity
        print(f"capacity {capacity:,.0f}/s; {arguments.minutes:g} min at {rate:,.0f}/s", flush=True)
        notes = []
        last = {}
        for last in client.lines(rate, 60 * arguments.minutes):
            if last["state"] == "running":
                notes.append(Note(last["seconds"], *look()))
    rows = verdict(notes)
    for name, median, grown, is_flat in rows:
        print(f"{name}: median {median:,.0f}, growth {grown:+,.1f}: {'flat' if is_flat else 'NOT FLAT'}")
    kept = kept_share(last, rate)
    print(f"{last['requests']:,} requests, {last['errors']} failed, {100 * kept:.1f} % of the rate; p50 {last['p50_us']} µs, p99 {last['p99_us']} µs")
    return all(is_flat for *_, is_flat in rows) and last["errors"] == 0 and kept >= KEPT_RATE


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float, nargs="?", default=60)
    parser.add_argument("--url", help="of the requests to a server that runs already, on the loopback")
    parser.add_argument("--share", type=float, default=0.8, help="of its capacity that is asked for (default 0.8)")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--measure-seconds", type=float, default=5, help="for its capacity")
    arguments = parser.parse_args()
    if arguments.url:
        return 0 if soak(arguments.url, lambda: of_metrics(arguments.url), arguments) else 1
    with started_server() as (url, pid):
        return 0 if soak(url, lambda: of_process(pid), arguments) else 1


if __name__ == "__main__":
    sys.exit(main())
