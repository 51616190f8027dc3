# SPDX-License-Identifier: Apache-2.0
"""Meters at the plug: the built program against servers on the loopback that answer as the devices do, and as they should not."""

import base64
import contextlib
import hashlib
import http.server
import json
import re
import socketserver
import threading
import time

import pytest
from conftest import NOT_OK, OK, USAGE

WATTS = 120.0
USER, PASSWORD = "me", "hunter2"
CREDENTIALS = {"JOULEMARK_METER_USER": USER, "JOULEMARK_METER_PASSWORD": PASSWORD}

# Per kind of meter: what it answers at which path, outlet 2 where it has several.
ANSWERS = {
    "netio": {"/netio.json": {"Outputs": [{"ID": 1, "Load": 7, "Energy": 3}, {"ID": 2, "Load": WATTS, "Energy": 9}]}},
    "shelly": {"/rpc/Switch.GetStatus?id=2": {"id": 2, "apower": WATTS, "aenergy": {"total": 11.679}}},
    "shelly1": {"/meter/2": {"power": WATTS, "is_valid": True, "total": 71}},
    "tasmota": {"/cm?cmnd=Status%2010": {"StatusSNS": {"ENERGY": {"Total": 3.185, "Power": [7, WATTS]}}}},
}


class Meter(http.server.ThreadingHTTPServer):
    """A device on the loopback. `slow_s`: how long it thinks; `scheme`: which authentication it asks for, "" for none."""

    daemon_threads = True

    def __init__(self, answers, slow_s=0.0, scheme="", status=200):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.slow_s, self.scheme, self.status = answers, slow_s, scheme, status
        self.requests: list[str] = []

    def place(self, kind, outlet="/2"):
        return f"{kind}://127.0.0.1:{self.server_port}{outlet}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def is_known(self):
        given = self.headers.get("Authorization", "")
        if self.server.scheme == "Basic":
            return given == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return not self.server.scheme or self.has_digest(given)

    def has_digest(self, given):
        if not given.startswith("Digest "):
            return False
        said = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
        digest = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
        who, what = digest(f"{USER}:plug:{PASSWORD}"), digest(f"GET:{said['uri']}")
        return said["response"] == digest(f"{who}:{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}:{what}")

    def do_GET(self):
        self.server.requests.append(self.path)
        time.sleep(self.server.slow_s)
        answer = self.server.answers.get(self.path)
        body = json.dumps(answer).encode()
        if not self.is_known():
            self.send_response(401)
            digest = 'Digest qop="auth", realm="plug", nonce="12ab", algorithm=SHA-256'
            self.send_header("WWW-Authenticate", digest if self.server.scheme == "Digest" else 'Basic realm="plug"')
            body = b""
        else:
            self.send_response(self.server.status if answer is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)


class Ptdaemon(socketserver.ThreadingTCPServer):
    """A power analyser of one sample for every question."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.commands: list[str] = []


class Dialogue(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            command = line.decode().rstrip("\r\n")
            self.server.commands.append(command)
            sample = f"Time,12-28-2020 15:21:14.682,Watts,{WATTS:.6f},Volts,228.5,Amps,0.2,PF,0.48,Mark,x"
            replies = {"Hello": "Hello, PTDaemon here!", "Identify": "YOKOGAWA,WT310", "RL": f"Last 1 samples\r\n{sample}",
                       "Stop": "Stopping untimed measurement"}  # fmt: skip
            starting = "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples"
            self.wfile.write((replies.get(command, starting) + "\r\n").encode())


@contextlib.contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def machine(tmp_path):
    (tmp_path / "machine").mkdir()
    return tmp_path / "machine"


def rows(joulemark, machine, *meters, env=None):
    outcome = joulemark("doctor", "--json", "--root", machine, *meters, env=env)
    assert outcome.status in (OK, NOT_OK), outcome.err
    assert PASSWORD not in outcome.out + outcome.err
    return {row["scope"]: row for row in outcome.json["sensors"] if row["sensor"] == "meter"}


def energies(joulemark, machine, *meters, env=None, sleep="1"):
    outcome = joulemark("measure", "--json", "--root", machine, *meters, "--", "sleep", sleep, env=env)
    assert outcome.status == OK, outcome.err
    assert PASSWORD not in outcome.out + outcome.err
    run = outcome.json["runs"][0]
    return {energy["scope"]: energy for energy in run["energy"]}, run["duration_s"]


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_joules_are_those_at_the_plug(joulemark, machine, kind):
    with running(Meter(ANSWERS[kind])) as meter:
        assert rows(joulemark, machine, "--meter", meter.place(kind))["wall"]["usable"]
        energy, duration_s = energies(joulemark, machine, "--meter", meter.place(kind))
    assert energy["total"]["joules"] == pytest.approx(WATTS * duration_s, rel=0.05)
    assert energy["total"]["class"] == "derived" and energy["total"]["detail"] == "covers wall"
    assert energy["wall"]["joules"] == energy["total"]["joules"]


def test_an_analyser_behind_ptdaemon_is_started_and_stopped(joulemark, machine):
    with running(Ptdaemon()) as daemon:
        place = f"ptd://127.0.0.1:{daemon.server_address[1]}"
        energy, duration_s = energies(joulemark, machine, "--meter", place)
        deadline = time.monotonic() + 5
        while "Stop" not in daemon.commands and time.monotonic() < deadline:
            time.sleep(0.01)
    assert daemon.commands[:4] == ["Hello", "Identify", "Go,1000,0,joulemark", "RL"] and daemon.commands[-1] == "Stop"
    assert energy["total"]["joules"] == pytest.approx(WATTS * duration_s, rel=0.05)


def test_two_supplies_are_added(joulemark, machine):
    with running(Meter(ANSWERS["netio"])) as meter:
        energy, duration_s = energies(joulemark, machine, "--meter", meter.place("netio"), "--meter", meter.place("netio", "/1"))
    assert energy["wall-0"]["joules"] == pytest.approx(WATTS * duration_s, rel=0.05)
    assert energy["total"]["joules"] == pytest.approx((WATTS + 7) * duration_s, rel=0.05)


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_credentials_come_from_the_environment(joulemark, machine, scheme):
    with running(Meter(ANSWERS["shelly"], scheme=scheme)) as meter:
        named = ("--meter", meter.place("shelly"))
        without = rows(joulemark, machine, *named)["wall"]
        assert without["reason"] == "unauthorised" and "JOULEMARK_METER_PASSWORD" in without["remedy"]
        assert rows(joulemark, machine, *named, env={**CREDENTIALS, "JOULEMARK_METER_USER": "you"})["wall"]["reason"] == "unauthorised"
        assert rows(joulemark, machine, *named, env=CREDENTIALS)["wall"]["usable"]
        energy, duration_s = energies(joulemark, machine, *named, env=CREDENTIALS)
        assert energy["total"]["joules"] == pytest.approx(WATTS * duration_s, rel=0.05)
        refused, _ = energies(joulemark, machine, *named, sleep="0")
    assert refused["total"]["joules"] is None and refused["total"]["reason"] == "unauthorised"


def test_a_slow_meter_does_not_make_the_window_longer(joulemark, machine):
    with running(Meter(ANSWERS["netio"], slow_s=0.6)) as meter:
        energy, duration_s = energies(joulemark, machine, "--meter", meter.place("netio"))
    assert duration_s < 1.5
    assert energy["total"]["joules"] == pytest.approx(WATTS * duration_s, abs=2 * energy["total"]["uncertainty_j"])
    assert energy["total"]["uncertainty_j"] > 0.1 * energy["total"]["joules"]


@pytest.mark.parametrize(
    ("answers", "faults", "reason"),
    [
        ({}, {}, "unreadable"),
        (ANSWERS["netio"], {"status": 500}, "unreadable"),
        (ANSWERS["netio"], {"slow_s": 3.0}, "unreachable"),
        ({"/netio.json": {"Outputs": [{"ID": 1, "Load": 5}]}}, {}, "no_outlet"),
        ({"/netio.json": {"Outputs": [{"ID": 2}]}}, {}, "not_supported"),
        ({"/netio.json": {"Outputs": [{"ID": 2, "Load": -3}]}}, {}, "unreadable"),
        ({"/netio.json": {"Outputs": [{"ID": 2, "Load": "x" * 100_000}]}}, {}, "unreadable"),
    ],
    ids=["404", "500", "too slow", "no such outlet", "no power", "negative", "huge"],
)
def test_a_meter_that_answers_wrongly_is_no_zero(joulemark, machine, answers, faults, reason):
    with running(Meter(answers, **faults)) as meter:
        named = ("--meter", meter.place("netio"))
        row = rows(joulemark, machine, *named)["wall"]
        assert not row["usable"] and row["reason"] == reason and row["detail"]
        energy, _ = energies(joulemark, machine, *named, sleep="0")
    assert energy["total"]["joules"] is None and energy["total"]["reason"] == reason


def test_a_meter_that_goes_away_leaves_a_gap(joulemark, machine):
    with running(Meter(ANSWERS["netio"])) as meter:
        process = joulemark.start("measure", "--json", "--root", machine, "--meter", meter.place("netio"), "--", "sleep", "1")
        while len(meter.requests) < 2:
            time.sleep(0.01)
        meter.status = 500
        out, err = process.communicate(timeout=30)
    total = json.loads(out)["runs"][0]["energy"][-1]
    assert total["scope"] == "total" and total["joules"] is None and total["reason"] == "gap", err


@pytest.mark.parametrize("place", [f"netio://{USER}:{PASSWORD}@127.0.0.1/1", f"netio://{USER}:{PASSWORD},{PASSWORD}@127.0.0.1/1"])
@pytest.mark.parametrize("command", [["doctor"], ["measure", "--"], ["compare", "null:a"], ["plan", "e.toml"], ["run", "e.toml"]], ids=lambda c: c[0])
def test_credentials_in_an_address_are_refused_and_not_shown(joulemark, command, place):
    words = [command[0], "--meter", place, *command[1:]]
    outcome = joulemark(*words, *(["true"] if command[0] == "measure" else []))
    assert outcome.status == USAGE
    assert "JOULEMARK_METER_PASSWORD" in outcome.err and PASSWORD not in outcome.out + outcome.err


@pytest.mark.parametrize("place", ["netio", "http://a", "netio://a:x", "netio://a/x", "ptd+https://a"])
def test_what_is_no_address_is_refused(joulemark, place):
    outcome = joulemark("doctor", "--meter", place)
    assert outcome.status == USAGE and "--meter must be KIND://HOST" in outcome.err and place in outcome.err


def test_credentials_are_in_nothing_that_is_kept(joulemark, machine):
    meter_flags = ["--root", machine, "--duration", "2", "--repetitions", "1", "--warmup-min", "0", "--warmup-max", "0.05", "--bracket", "1",
                   "--cooldown-max", "0", "--energy-precision", "1", "--store", "s.sqlite"]  # fmt: skip
    with running(Meter(ANSWERS["netio"], scheme="Basic")) as meter:
        ran = joulemark("compare", "null:a", "--engine", "null", "--meter", meter.place("netio"), *meter_flags, env=CREDENTIALS)
        refused = joulemark("compare", "null:a", "--engine", "null", "--meter", meter.place("netio"), *meter_flags,
                            env={"JOULEMARK_METER_USER": "you", "JOULEMARK_METER_PASSWORD": PASSWORD})  # fmt: skip
    page = joulemark("report", "s.sqlite", "-o", "page.html")
    assert page.status == OK, page.err
    said = [outcome.out + outcome.err for outcome in (ran, refused, page)]
    kept = [file.read_bytes() for file in joulemark.home.rglob("*") if file.is_file()]
    token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert any(b"SQLite" in content for content in kept)
    for secret in (PASSWORD, token):
        assert not [text for text in said if secret in text]
        assert not [content for content in kept if secret.encode() in content]


def test_an_experiment_names_its_meters(joulemark, machine, tmp_path):
    with running(Meter(ANSWERS["netio"])) as meter:
        file = tmp_path / "e.toml"
        file.write_text(
            f'meters = ["{meter.place("netio")}"]\n[[model]]\nsource = "null:a?sleep_us=1000"\n[factors]\nengine = ["null"]\n'
            "[protocol]\nretries = 0\nrepetitions = 1\nduration_s = 2\nwarmup_min_s = 0\nwarmup_max_s = 0.05\n"
            "bracket_s = 1\ncooldown_max_s = 0\nenergy_precision = 1\n"
        )
        ran = joulemark("run", file, "--root", machine, "--store", "s.sqlite", "--json")
        printed = joulemark("compare", "null:a", "--engine", "null", "--meter", meter.place("netio"), "--print-experiment")
    assert ran.status == OK, ran.err
    assert ran.json["rows"][0]["metrics"]["power_W"]["value"] == pytest.approx(WATTS, rel=0.05)
    assert ran.json["energy_basis"].startswith("energy: wall, meters at the plug")
    assert f'meters = ["{meter.place("netio")}"]' in printed.out
