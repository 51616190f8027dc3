#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server beside what many people serve models with, in one run and with one client: bench/serving.py BIN PYTHON.

BIN holds `joulemark`, `serving_null`, `serving_floor` and `serving_client`; PYTHON has bench/serving-requirements.txt. `wrk` asks in a
closed loop for the requests a second, `serving_client` in a closed loop and at a rate for latencies.
"""

import contextlib
import dataclasses
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 32
BODY = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[0.1,0.2,0.3,0.4]}]}'
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{body}'
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('{{"requests": %d, "rate": %.1f, "p50_us": %d, "p99_us": %d, "errors": %d}}\\n', summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclasses.dataclass
class Contender:
    name: str
    port: int
    path: str
    pid: int
    rates: list[float] = dataclasses.field(default_factory=list)
    cpu_us: list[float] = dataclasses.field(default_factory=list)  # of the server's processor time, per request

    def cpu_s(self) -> float:
        threads = pathlib.Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) * 1e-9


@contextlib.contextmanager
def process(command: list) -> subprocess.Popen:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()


class Clients:
    def __init__(self, folder: pathlib.Path, binaries: pathlib.Path):
        self.script = folder / "post.lua"
        self.script.write_text(SCRIPT.format(body=BODY))
        self.body = folder / "body.json"
        self.body.write_text(BODY)
        self.client = binaries / "serving_client"

    @staticmethod
    def last_line(command: list) -> dict:
        said = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])
        if said["errors"]:
            raise SystemExit(f"bench: {said['errors']} requests failed: {command}")
        return said

    def closed(self, contender: Contender, connections: int) -> dict:
        """By the public load tester."""
        url = f"http://127.0.0.1:{contender.port}{contender.path}"
        return self.last_line(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", self.script, url])

    def timed(self, contender: Contender, rate: float, connections: int) -> dict:
        """At a rate by Poisson; as fast as answers come where it is 0."""
        return self.last_line([self.client, str(contender.port), contender.path, self.body, str(rate), str(SECONDS), str(connections)])


def geometric(values: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values)))


def throughput(contenders: list[Contender], clients: Clients) -> None:
    """In turn, so that what else the machine does meets all."""
    for _ in range(ROUNDS):
        for contender in contenders:
            begin = contender.cpu_s()
            said = clients.closed(contender, CONNECTIONS)
            contender.rates.append(said["rate"])
            contender.cpu_us.append((contender.cpu_s() - begin) / said["requests"] * 1e6)


def ratio_row(what: str, ours: Contender, theirs: Contender) -> str:
    ratios = [a / b for a, b in zip(ours.rates, theirs.rates, strict=True)]
    return f"| {what} | {statistics.median(ours.rates):,.0f} | {statistics.median(theirs.rates):,.0f} | {geometric(ratios):.1f} [{min(ratios):.1f}, {max(ratios):.1f}] | {statistics.median(ours.cpu_us):.1f} | {statistics.median(theirs.cpu_us):.1f} |"


def spread(runs: list[dict]) -> str:
    p50, p99 = (statistics.median(run[key] for run in runs) for key in ("p50_us", "p99_us"))
    best = min(run["p99_us"] / run["p50_us"] for run in runs)
    return f"{p50:,.0f} | {p99:,.0f} | {p99 / p50:.1f} (best {best:.1f})"


def latency_rows(contenders: list[Contender], clients: Clients) -> list[str]:
    """In turn, like throughput."""
    alone, closed, opened = ({contender.name: [] for contender in contenders} for _ in range(3))
    for _ in range(ROUNDS):
        for contender in contenders:
            alone[contender.name].append(clients.timed(contender, 0, 1)["p50_us"])
            closed[contender.name].append(clients.timed(contender, 0, CONNECTIONS // 2))
            opened[contender.name].append(clients.timed(contender, statistics.median(contender.rates) / 2, CONNECTIONS))
    return [f"| {name} | {statistics.median(alone[name]):,.0f} | {spread(closed[name])} | {spread(opened[name])} |" for name in alone]


def paused_percent(binaries: pathlib.Path) -> float:
    done = subprocess.run([binaries / "serving_floor", "pauses", str(SECONDS)], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def report(pairs: list[tuple[str, Contender, Contender]], floor: Contender, clients: Clients) -> None:
    contenders = [floor] + [one for _, *pair in pairs for one in pair]
    throughput(contenders, clients)
    print(f"{os.cpu_count()} cores for server and client together; `wrk` with {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS} s in turn.\n")
    print("| requests a second | joulemark | FastAPI | ratio [least, most] | processor time of joulemark (µs a request) | of FastAPI |\n|---|---:|---:|---:|---:|---:|")
    for what, ours, theirs in pairs:
        print(ratio_row(what, ours, theirs))
    print(f"\n| latency (µs) | p50 of one connection | p50 of {CONNECTIONS // 2} connections | p99 | p99 / p50 | p50 at half of the rate | p99 | p99 / p50 |\n|---|---:|---:|---:|---:|---:|---:|---:|")
    print("\n".join(latency_rows(contenders, clients)))


def main() -> None:
    binaries, python = pathlib.Path(sys.argv[1]).absolute(), sys.argv[2]
    here = pathlib.Path(__file__).parent
    with (
        tempfile.TemporaryDirectory() as folder,
        process([binaries / "serving_floor"]) as floor,
        process([binaries / "serving_null"]) as null,
        process([binaries / "joulemark", "serve", "null:tiny", "--engine", "null", "--port", "0", "--json"]) as serve,
        process([python, here / "serving_fastapi.py"]) as fastapi,
    ):
        null_port, fastapi_port = int(null.stdout.readline()), int(fastapi.stdout.readline())
        serving = json.loads(serve.stdout.readline())
        serve_port = int(serving["url"].rsplit(":", 1)[1])
        infer = f"/v2/models/{serving['model']}/infer"
        pairs = [
            ("a fixed answer", Contender("HTTP alone", null_port, "/", null.pid), Contender("FastAPI, fixed answer", fastapi_port, "/answer", fastapi.pid)),
            ("a model that does nothing", Contender("joulemark serve, null engine", serve_port, infer, serving["pid"]), Contender("FastAPI, tensors in JSON", fastapi_port, infer, fastapi.pid)),
        ]
        least = Contender("an epoll loop that knows one answer", int(floor.stdout.readline()), "/", floor.pid)
        paused = [paused_percent(binaries)]
        report(pairs, least, Clients(pathlib.Path(folder), binaries))
        paused.append(paused_percent(binaries))
        print(f"\nWith every core busy the machine held threads up, for 0.1 ms and more at once, for {min(paused):.1f} and {max(paused):.1f} % of the time (before and behind these runs). Above 1 % that is what a p99 shows.")


main()
