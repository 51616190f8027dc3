# SPDX-License-Identifier: Apache-2.0
"""From a store to a decision: recommend and gate, on measurements that a test makes up and imports; and the two studies replicated."""

import csv
import io
import random
import re
import subprocess
import sys

import pytest
from conftest import BIN, NOT_OK, OK, ROOT, USAGE

UNRESOLVED = 4
# engine → (joules, seconds, bytes) of a run
ENGINES = {"slow": (10, 4.0, 2e8), "fast": (12, 1.0, 4e8), "large": (20, 4.5, 8e8)}


@pytest.fixture
def measured(joulemark):
    """Imports runs of engines, `repetitions` each with `noise`, into STORE; values are multiplied by those of `factors`."""

    def make(store: str, engines=None, repetitions=10, noise=0.01, factors=None, model="m", seed=1):
        rng = random.Random(seed)
        rows = ["model,engine,provider,threads,batch,block,energy_J,duration_s,peak_rss_bytes"]
        for block in range(repetitions):
            for engine, (joules, seconds, size) in (engines or ENGINES).items():
                factor = (factors or {}).get(engine, 1) * rng.lognormvariate(0, noise)
                energy = "" if joules is None else joules * factor
                rows.append(f"{model},{engine},cpu,2,1,{block},{energy},{seconds * factor},{int(size)}")
        path = joulemark.home / f"{store}-{seed}-{model}.csv"
        path.write_text("\n".join(rows) + "\n")
        outcome = joulemark("import", path, "--store", f"{store}.sqlite")
        assert outcome.status == OK, outcome.err

    return make


def recommend(joulemark, *arguments):
    return joulemark("recommend", "s.sqlite", *arguments)


def chosen(joulemark, *arguments):
    outcome = recommend(joulemark, "--json", *arguments)
    assert outcome.status == OK, outcome.err
    return outcome.json["models"][0]


# recommend


def test_energy_ranks_where_it_was_measured(joulemark, measured):
    measured("s")
    model = chosen(joulemark)
    assert model["recommended"] == "slow cpu t2 b1"
    assert model["outcome"] == "better"
    assert model["metric"] == "energy_per_inference_J"
    ratios = {row["configuration"]: row["ratio"]["value"] for row in model["ranking"]}
    assert ratios["fast cpu t2 b1"] == pytest.approx(1.2, rel=0.02)


@pytest.mark.parametrize(
    ("objective", "best"),
    [("time", "fast"), ("energy", "slow"), ("edp", "fast"), ("ed2p", "fast"), ("peak_rss_mb", "slow"), ("time_per_inference_s", "fast")],
)
def test_the_objective_decides(joulemark, measured, objective, best):
    measured("s")
    assert chosen(joulemark, "--objective", objective)["recommended"] == f"{best} cpu t2 b1"


def test_a_constraint_excludes_the_best_and_says_so(joulemark, measured):
    measured("s")
    model = chosen(joulemark, "--where", "time_s<=2")
    assert model["recommended"] == "fast cpu t2 b1"
    assert model["outcome"] == "single"
    reasons = {row["configuration"]: row["reason"] for row in model["ranking"]}
    assert reasons["slow cpu t2 b1"].startswith("does not meet time_s <= 2: 4.")
    both = chosen(joulemark, "--where", "peak_rss_mb<=500", "--where", "engine!=slow")
    assert both["recommended"] == "fast cpu t2 b1"


def test_nothing_to_recommend_is_status_1(joulemark, measured):
    measured("s")
    outcome = recommend(joulemark, "--where", "time_s<=0.1")
    assert outcome.status == NOT_OK
    assert "m: no configuration." in outcome.out
    assert recommend(joulemark, "--where", "time_s<=0.1", "--json").json["models"][0]["recommended"] is None


def test_a_constraint_that_is_not_shown_is_a_caveat(joulemark, measured):
    measured("s", noise=0.05)
    found = recommend(joulemark, "--where", "time_s<=1.02", "--json").json
    assert "constraint_open" in {caveat["code"] for caveat in found["caveats"]}


def test_money_and_emissions_are_declared(joulemark, measured):
    measured("s")
    row = chosen(joulemark, "--objective", "cost", "--price", "0.36")["ranking"][0]
    assert row["scaled"] == pytest.approx(row["median"]["value"] * 0.1)
    row = chosen(joulemark, "--objective", "carbon", "--carbon", "360")["ranking"][0]
    assert row["scaled"] == pytest.approx(row["median"]["value"] * 100)
    outcome = recommend(joulemark, "--objective", "cost")
    assert outcome.status == USAGE
    assert "needs --price" in outcome.err


def test_the_front_has_what_nothing_beats_in_everything(joulemark, measured):
    measured("s")
    front = chosen(joulemark)["front"]
    assert front["metrics"] == ["energy_per_inference_J", "time_per_inference_s", "peak_rss_bytes"]
    points = {point["configuration"].split()[0]: point for point in front["points"]}
    assert {name: point["on_front"] for name, point in points.items()} == {"slow": True, "fast": True, "large": False}
    assert points["slow"]["membership"] == 1
    assert points["large"]["membership"] == 0


def test_quality_is_an_axis_of_the_front_where_it_is_given(joulemark):
    """The hungriest and slowest answers best: without its quality nothing speaks for it."""
    rows = ["model,engine,block,energy_J,duration_s,quality"]
    for engine, joules, accuracy in (("small", 1, 0.71), ("middle", 3, 0.69), ("large", 9, 0.83)):
        rows += [f"m,{engine},{block},{joules * (1 + block / 1000)},{joules},{accuracy}" for block in range(5)]
    (joulemark.home / "lab.csv").write_text("\n".join(rows) + "\n")
    assert joulemark("import", "lab.csv", "--store", "s.sqlite").status == OK
    front = chosen(joulemark)["front"]
    assert front["metrics"] == ["energy_per_inference_J", "time_per_inference_s", "quality"]
    points = {point["configuration"].split()[0]: point for point in front["points"]}
    assert {name for name, point in points.items() if point["on_front"]} == {"small", "large"}
    assert points["large"]["quality"] == 0.83 and points["large"]["membership"] == 1
    good = chosen(joulemark, "--where", "quality>=0.8")
    assert good["recommended"].startswith("large")
    assert "quality of the outputs" in recommend(joulemark).out
    exported = joulemark("export", "s.sqlite", "--csv")
    assert next(csv.DictReader(io.StringIO(exported.out)))["quality"] == "0.71"
    assert recommend(joulemark, "--objective", "quality").status == USAGE


def test_without_energy_time_ranks_and_energy_cannot(joulemark, measured):
    measured("s", engines={"a": (None, 1.0, 1e8), "b": (None, 2.0, 1e8)})
    assert chosen(joulemark)["metric"] == "time_per_inference_s"
    outcome = recommend(joulemark, "--objective", "energy")
    assert outcome.status == NOT_OK
    assert "no trial has a value of energy per inference" in outcome.out


def test_two_models_that_disagree_have_no_common_winner(joulemark, measured):
    rows = (joulemark.home / "two.csv").open("w")
    rows.write("model,engine,provider,threads,batch,block,energy_J,duration_s\n")
    rng = random.Random(3)
    for block in range(10):
        for model, engine, joules in (("m", "a", 1), ("m", "b", 2), ("n", "a", 3), ("n", "b", 2)):
            rows.write(f"{model},{engine},cpu,2,1,{block},{joules * rng.lognormvariate(0, 0.01)},1\n")
    rows.close()
    assert joulemark("import", "two.csv", "--store", "s.sqlite").status == OK
    sentence = recommend(joulemark, "--json").json["sentence"]
    assert "No configuration is in the best set of every model" in sentence
    assert "it depends on the model: interaction F(1, 18)" in sentence


def test_every_format_has_the_same_table(joulemark, measured):
    measured("s")
    text = recommend(joulemark).out
    assert text.startswith("Recommendation from experiment 1\nm: slow cpu t2 b1.\n")
    markdown = recommend(joulemark, "--format", "markdown").out
    assert "| slow cpu t2 b1 | best |" in markdown
    latex = recommend(joulemark, "--format", "latex").out
    assert latex.count("\\begin{tabular}") == latex.count("\\end{tabular}") == 2
    tables = recommend(joulemark, "--format", "csv").out.split("\n\n")
    assert [table.splitlines()[0] for table in tables] == ["# ranking", "# trade_offs"]
    ranking = list(csv.DictReader(io.StringIO("\n".join(tables[0].splitlines()[1:]))))
    assert float(ranking[1]["ratio_to_best"]) == pytest.approx(1.2, rel=0.02)
    assert recommend(joulemark, "-o", "r.md", "--format", "markdown").status == OK
    assert (joulemark.home / "r.md").read_text() == markdown


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--where", "p95_ms"], "it has no operator"),
        (["--where", "p95_msec<=3"], "there is no metric 'p95_msec'"),
        (["--objective", "enrgy"], "did you mean 'energy'?"),
        (["--objective", "throughput"], "less of it is not better"),
        (["--format", "html"], "--format must be one of"),
        (["--experiment", "7"], "holds no experiment 7"),
        (["--json", "--format", "csv"], "contradict"),
        (["-o", "s.sqlite"], "s.sqlite"),
    ],
)
def test_what_recommend_cannot_read(joulemark, measured, arguments, why):
    measured("s")
    outcome = recommend(joulemark, *arguments)
    assert outcome.status == USAGE
    assert why in outcome.err
    assert outcome.out == ""


# gate


def gate(joulemark, *arguments):
    return joulemark("gate", "base.sqlite", "new.sqlite", *arguments)


def test_a_regression_is_shown_absent_or_neither(joulemark, measured):
    measured("base", seed=1)
    measured("new", seed=2)
    assert gate(joulemark).status == OK
    measured("new", seed=3, factors={"fast": 1.1})
    worse = gate(joulemark, "--metric", "energy", "--max-regression", "3%")
    assert worse.status == NOT_OK
    assert worse.out.startswith("Regression: m on fast cpu t2 b1 needs ")
    assert gate(joulemark, "--max-regression", "15%").status == OK
    measured("new", seed=4, repetitions=4, noise=0.1)
    open_ = gate(joulemark)
    assert open_.status == UNRESOLVED
    assert open_.out.startswith("Not resolved: ")


def test_the_answer_as_json(joulemark, measured):
    measured("base", seed=1)
    measured("new", seed=2, factors={"fast": 1.1})
    found = gate(joulemark, "--json").json
    assert found["change"] == "regressed"
    assert found["max_regression"] == 0.03
    first = found["cells"][0]
    assert (first["configuration"], first["change"]) == ("fast cpu t2 b1", "regressed")
    assert 1.03 < first["ratio"]["lo"] < first["ratio"]["value"] < first["ratio"]["hi"]
    assert {cell["change"] for cell in found["cells"][1:]} <= {"within", "unresolved"}


def test_what_is_missing_in_new_is_not_fine(joulemark, measured):
    measured("base", seed=1)
    measured("new", engines={"slow": ENGINES["slow"]}, seed=2)
    outcome = gate(joulemark)
    assert outcome.status == UNRESOLVED
    assert "it is not in NEW" in outcome.out


def test_experiments_of_one_store_can_be_compared(joulemark, measured):
    measured("base", seed=1)
    measured("base", seed=2, factors={"fast": 1.2})
    same = joulemark("gate", "base.sqlite", "base.sqlite", "--base-experiment", "1", "--new-experiment", "2")
    assert same.status == NOT_OK


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--max-regression", "much"], "--max-regression must be a share"),
        (["--max-regression", "-3%"], "--max-regression must be a share"),
        (["--metric", "throughput"], "--metric throughput: less of it is not better"),
        (["--metric", "cost"], "use --metric energy"),
        (["--level", "95"], "--level must be above 0.5 and below 1"),
    ],
)
def test_what_gate_cannot_read(joulemark, measured, arguments, why):
    measured("base", seed=1)
    measured("new", seed=2)
    outcome = gate(joulemark, *arguments)
    assert outcome.status == USAGE
    assert why in outcome.err


def test_a_store_that_is_not_there(joulemark, measured):
    measured("base")
    outcome = gate(joulemark)
    assert outcome.status == USAGE
    assert "new.sqlite" in outcome.err


# The studies


def test_the_replication_says_what_the_data_say():
    done = subprocess.run(
        [sys.executable, ROOT / "script/replicate", "--check", "--joulemark", BIN / "joulemark"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_published_savings_are_in_it():
    text = (ROOT / "docs/replication.md").read_text()
    for number in ("37.99 %", "89.16 %", "90.87 %", "72.04 %", "8.91 %", "47.84 %", "89.74 %", "0.9295"):
        assert number in text, number


def test_the_tables_come_out_as_latex(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "script/replicate", "--check", "--joulemark", BIN / "joulemark", "--tables", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = sorted(tmp_path.iterdir())
    assert len(files) == 10
    for file in files:
        text = file.read_text()
        assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") > 0, file
        assert not re.search(r"(?<!\\)[_%#]", text.replace("\\label{tab:trade_offs}", "").replace("% Recommendation", "")), file
