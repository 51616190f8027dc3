# SPDX-License-Identifier: Apache-2.0
"""The page of a report: one file that asks for nothing, whatever models are called."""

import html.parser
import json
import re

from conftest import NOT_OK, OK, QUICK

HOSTILE = "</script><script>alert(1)</script>"


class Page(html.parser.HTMLParser):
    """Tags with their attributes, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data):
        if self._in_script:
            self.scripts[-1] += data


def page_of(joulemark, *models, flags=()) -> str:
    joulemark("compare", *models, "--engine", "null", *QUICK, "--store", "s.sqlite", *flags)
    outcome = joulemark("report", "s.sqlite", "--output", "page.html")
    assert outcome.status == OK, outcome.err
    assert "page.html" in outcome.out + outcome.err
    return (joulemark.home / "page.html").read_text(encoding="utf-8")


def embedded(page: Page) -> dict:
    data = [script for (tag, attributes), script in zip([t for t in page.tags if t[0] == "script"], page.scripts)
            if attributes.get("type") == "application/json"]  # fmt: skip
    assert len(data) == 1
    return json.loads(data[0])


def test_the_page_asks_for_nothing(joulemark):
    page = Page(page_of(joulemark, "null:a"))
    for tag, attributes in page.tags:
        assert tag not in ("iframe", "object", "embed", "base"), tag
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            address = attributes.get(name) or ""
            assert not re.match(r"\s*(https?:|//|file:)", address) or (tag == "a" and name == "href"), (tag, address)
        assert tag != "link" or not (attributes.get("href") or "").startswith("http")
    assert not re.search(r"""(@import|url\(\s*['"]?(https?:|//))""", "".join(page.scripts))


def test_the_page_holds_what_the_json_says(joulemark):
    held = embedded(Page(page_of(joulemark, "null:a", "null:b", flags=["--threads", "1,2"])))
    printed = joulemark("report", "s.sqlite", "--json").json
    assert held["rows"] == printed["rows"] and held["verdict"] == printed["verdict"]
    assert held["experiment"]["toml"] and held["hosts"] and held["latency"] and held["timelines"]
    assert len(held["trials"]["status"]) == 2 * 2 * 2


def test_a_model_called_like_a_script_stays_text(joulemark):
    experiment = f"""
        [[model]]
        source = "null:a"
        name = {json.dumps(HOSTILE)}
        [[model]]
        source = "null:b"
        name = "<!--<script><img src=x onerror=alert(1)>"
        [factors]
        engine = ["null"]
        [protocol]
        retries = 0
        repetitions = 2
        duration_s = 0.05
        min_iterations = 1
        """
    (joulemark.home / "hostile.toml").write_text(experiment)
    run = joulemark("run", "hostile.toml", "--store", "s.sqlite", "--json")
    assert run.status == OK, run.err
    assert {row["model"] for row in run.json["rows"]} >= {HOSTILE}
    joulemark("report", "s.sqlite", "--output", "page.html")
    text = (joulemark.home / "page.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in text and "<img src=x" not in text
    held = embedded(Page(text))
    assert HOSTILE in {row["model"] for row in held["rows"]}


def test_failed_trials_are_on_the_page_with_their_reason(joulemark):
    held = embedded(Page(page_of(joulemark, "null:bad?crash=segv", "null:good")))
    assert {"ok", "crashed"} == set(held["trials"]["status"])
    assert any("SIGSEGV" in reason for reason in held["trials"]["reason"])


def test_a_page_is_made_when_nothing_finished(joulemark):
    held = embedded(Page(page_of(joulemark, "null:bad?crash=segv")))
    assert held["verdict"]["models"][0]["outcome"] == "none"


def test_absent_energy_has_its_reason_in_every_output(joulemark):
    empty = joulemark.home / "machine"
    empty.mkdir()
    (empty / "proc").symlink_to("/proc")
    run = joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite", "--root", empty, "--json")
    energy = run.json["rows"][0]["metrics"]["energy_per_inference_J"]
    assert energy["value"] is None and energy["value_reason"]
    assert any("energy" in caveat["code"] for caveat in run.json["caveats"])
    text = joulemark("report", "s.sqlite").out
    assert "energy" in text.lower() and "0.000 J" not in text
    joulemark("report", "s.sqlite", "--output", "page.html")
    held = embedded(Page((joulemark.home / "page.html").read_text()))
    assert held["rows"][0]["metrics"]["energy_per_inference_J"]["value_reason"] == energy["value_reason"]


def test_a_page_that_cannot_be_written_is_an_error(joulemark):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite")
    outcome = joulemark("report", "s.sqlite", "--output", "no/such/folder/page.html")
    assert outcome.status != OK and "no/such/folder/page.html" in outcome.err


def test_the_exit_status_of_a_comparison_tells_of_lost_trials(joulemark):
    assert joulemark("compare", "null:bad?crash=segv", "null:good", "--engine", "null", *QUICK).status == NOT_OK


def test_building_is_told_apart_from_loading(joulemark):
    run = joulemark("compare", "null:a?build_ms=300&load_ms=100", "null:b", "--engine", "null", *QUICK, "--store", "s.sqlite", "--json")
    built, plain = (row["metrics"] for row in sorted(run.json["rows"], key=lambda row: row["model"]))
    assert built["build_s"]["value"] >= 0.3 and built["load_s"]["value"] >= 0.1
    assert [plain[key]["value_reason"] for key in ("build_s", "build_J")] == ["no_build_phase"] * 2
    assert "no_build_phase" not in str([built[key] for key in ("build_s", "build_J")])
    joulemark("report", "s.sqlite", "--output", "page.html")
    held = embedded(Page((joulemark.home / "page.html").read_text()))
    phases = [{phase["phase"]: phase for phase in timeline["phases"]} for timeline in held["timelines"]]
    built_trials = [names for names in phases if "build" in names]
    assert built_trials and len(built_trials) < len(phases)
    for names in built_trials:
        assert names["load"]["t1_s"] <= names["build"]["t0_s"] < names["build"]["t1_s"] <= names["warmup"]["t0_s"]
