# SPDX-License-Identifier: Apache-2.0
"""Results of other tools become experiments of a store, and trials of a store become CSV."""

import csv
import io
import json
import math
import signal
import sqlite3
import time

import pytest
from conftest import INTERRUPTED, MACHINE, NOT_OK, OK, QUICK, ROOT, USAGE, contents_of

csv.field_size_limit(1 << 24)
STUDIES = ROOT / "examples/studies"
CODE = STUDIES / "code-slm-2412.15441"
RUNTIMES = STUDIES / "runtimes-2402.13640/resnet50_batch1_secondary.csv"
ENGINES = {"onnx": "onnxruntime", "ov": "openvino", "torch": "torch", "torchscript": "torchscript"}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def exported(joulemark, *arguments, store="s.sqlite") -> list[dict[str, str]]:
    outcome = joulemark("export", store, "--csv", *arguments)
    assert outcome.status == OK, outcome.err
    return rows_of(outcome.out)


def imported(joulemark, *arguments) -> list[dict]:
    outcome = joulemark("import", *arguments, "--store", "s.sqlite", "--json")
    assert outcome.status == OK, outcome.err
    return outcome.json["experiments"]


def caveats(joulemark, experiment: int = 1) -> dict[str, str]:
    report = joulemark("report", "s.sqlite", "--json", "--experiment", str(experiment)).json
    return {caveat["code"]: caveat["message"] for caveat in report["caveats"]}


@pytest.fixture
def write(joulemark):
    def into_home(text: str, name: str = "lab.csv"):
        path = joulemark.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return into_home


# The two studies


def test_every_repetition_of_the_code_study_comes_back(joulemark):
    made = imported(joulemark, CODE / "per_repetition_complete.csv")
    assert [(each["id"], each["trials"]) for each in made] == [(1, 40), (2, 50)]
    rows = exported(joulemark)
    found = {(r["provider"].upper(), r["engine"], r["model"], int(r["block"]) + 1): r for r in rows}
    columns = {"CPU_energy": "cpu_energy_J", "GPU_energy": "gpu_energy_J", "global_energy": "energy_J", "inference_duration": "duration_s"}
    checked = 0
    for source in rows_of((CODE / "per_repetition_complete.csv").read_text()):
        if source["metric"] not in columns:
            continue
        row = found[source["ep"], ENGINES[source["engine"]], source["model"], int(source["repetition"])]
        assert float(row[columns[source["metric"]]]) == float(source["value"])
        assert row["iterations"] == "164" and row["energy_class"] in ("derived", "absent")
        checked += 1
    assert checked == 170


def test_the_medians_of_the_code_study_are_joined(joulemark):
    made = imported(joulemark, CODE)
    assert [each["trials"] for each in made] == [40, 50, 72]
    assert {"what": "measurements of the idle machine", "count": 2} in made[2]["skipped"]
    assert "medians of 10 repetitions" in made[2]["origin"]
    rows = {(r["provider"].upper(), r["engine"], r["model"]): r for r in exported(joulemark, "--experiment", "3")}
    columns = {"cpu_energy_median": "cpu_energy_J", "gpu_energy_median": "gpu_energy_J", "global_energy_median": "energy_J"}
    for source in rows_of((CODE / "medians_energy.csv").read_text()):
        if source["engine"] != "idle":
            row = rows[source["ep"], ENGINES[source["engine"]], source["model"]]
            assert float(row[columns[source["metric"]]]) == float(source["value"])
    for source in rows_of((CODE / "medians_duration.csv").read_text()):
        row = rows[source["ep"], ENGINES[source["engine"]], source["model"]]
        assert float(row["duration_s"]) == float(source["value"])


def test_what_the_code_study_does_not_say_is_not_known(joulemark):
    imported(joulemark, CODE)
    rows = exported(joulemark, "--experiment", "3")
    assert all(row["threads"] == "" for row in rows)
    assert {row["precision"] for row in rows if row["engine"] == "openvino"} == {""}
    assert {row["precision"] for row in rows if row["engine"] != "openvino"} == {"f32"}
    assert all(row["gpu_energy_J"] == "" for row in rows if row["provider"] == "cpu"), "missing, not 0"
    found = caveats(joulemark, 3)
    assert "medians_energy.csv" in found["imported"] and "did not measure" in found["imported"]
    assert "gpu (not_recorded in 36 of 72 trials)" in found["energy_coverage"]
    assert "openvino cpu b1" in found["unknown_precision"]
    assert "doctor" not in str(found) and "--repetitions" not in str(found)


def test_torchscript_that_generated_nothing_is_listed_and_not_ranked(joulemark):
    imported(joulemark, CODE)
    report = joulemark("report", "s.sqlite", "--json", "--experiment", "1").json
    by_engine = {row["configuration"]["engine"]: row for row in report["rows"]}
    assert by_engine["torchscript"]["standing"] == "unranked"
    assert by_engine["torchscript"]["reason"] == "it ran one forward pass of each prompt and generated nothing"
    assert by_engine["openvino"]["standing"] == "best"
    assert report["verdict"]["models"][0]["metric"] == "energy_per_inference_J"
    assert report["verdict"]["sentence"].startswith("In the imported trials, for phi2, openvino cpu b1")


def test_the_runtime_study_comes_back(joulemark):
    assert imported(joulemark, RUNTIMES)[0]["trials"] == 6
    rows = {(r["engine"], r["provider"]): r for r in exported(joulemark)}
    columns = {"gpu_energy": "gpu_energy_J", "cpu_energy": "cpu_energy_J", "total_energy": "energy_J", "inference_time": "duration_s"}
    for source in rows_of(RUNTIMES.read_text()):
        assert float(rows[source["engine"], source["ep"]][columns[source["metric"]]]) == float(source["value"])
    assert {row["iterations"] for row in rows.values()} == {"1"}


def test_reports_of_imported_trials_have_every_format(joulemark):
    imported(joulemark, CODE / "medians_energy.csv", CODE / "medians_duration.csv", "--name", "code")
    for form in ("text", "html", "json"):
        outcome = joulemark("report", "s.sqlite", "--format", form)
        assert outcome.status == OK, outcome.err
        assert "Joulemark did not measure these trials" in " ".join(outcome.out.split())
    assert joulemark("report", "s.sqlite", "--json").json["experiment"]["name"] == "code"


# Round trips


def test_what_was_exported_imports_and_exports_as_the_same(joulemark):
    for number, source in enumerate((CODE / "per_repetition_complete.csv", RUNTIMES), 1):
        store = f"a{number}.sqlite"
        assert joulemark("import", source, "--store", store).status == OK
        assert joulemark("export", store, "--csv", "--experiment", "1", "-o", f"a{number}.csv").status == OK
        assert joulemark("import", f"a{number}.csv", "--store", f"b{number}.sqlite").status == OK
        assert joulemark("export", f"b{number}.sqlite", "--csv", "-o", f"b{number}.csv").status == OK
        assert (joulemark.home / f"a{number}.csv").read_bytes() == (joulemark.home / f"b{number}.csv").read_bytes()


def test_measured_trials_survive_with_the_times_of_their_calls(joulemark):
    measured = joulemark("compare", "null:a", "--engine", "null", "--batch", "1,4", *QUICK, "--store", "s.sqlite")
    assert measured.status == OK, measured.err
    first = exported(joulemark, "--calls")
    assert joulemark("export", "s.sqlite", "--csv", "--calls", "-o", "all.csv").status == OK
    assert joulemark("import", "all.csv", "--store", "again.sqlite").status == OK
    assert exported(joulemark, "--calls", store="again.sqlite") == first
    assert len(first) == 4 and all(row["latency_p50_ms"] and row["latencies_ms"] for row in first)


def test_an_export_has_every_attempt_and_every_metric(joulemark):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite", "--name", "one")
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite", "--name", "two")
    rows = exported(joulemark)
    assert [row["experiment"] for row in rows] == ["1", "1", "2", "2"]
    assert [row["experiment"] for row in exported(joulemark, "--experiment", "2")] == ["2", "2"]
    report = joulemark("report", "s.sqlite", "--json").json
    for metric in report["metrics"]:
        assert metric["key"] in rows[0]
    row = rows[-1]
    assert row["status"] == "ok" and row["host"] and float(row["started_at"]) > 1.7e9
    assert row["energy_J"] == "" and row["energy_reason"] != "" and row["energy_class"] == "absent"
    assert math.isclose(float(row["time_per_inference_s"]), float(row["duration_s"]) / float(row["inferences"]))
    assert row["steady"] in ("", "0", "1")


# Maps of columns


def test_a_wide_file_by_a_map(joulemark, write):
    write("Net,Runtime,rep,kWh,ms,note\na,ort,1,0.001,1500,x\na,ort,2,0.002,1600,x\na,ov,1,0.001,1400,y\n")
    flags = ["--map", "model=Net,engine=Runtime,block=rep", "--map", "energy_J=kWh*3600000", "--map", "duration_s=ms*0.001"]
    made = imported(joulemark, "lab.csv", *flags, "--set", "provider=cpu", "--set", "threads=4", "--where", "note=x")
    assert made == [{"id": 1, "name": "lab", "origin": "'lab.csv'", "trials": 2,
                     "skipped": [{"what": "rows that --where leaves out", "count": 1}]}]  # fmt: skip
    rows = exported(joulemark)
    assert [(r["energy_J"], r["duration_s"], r["threads"], r["block"]) for r in rows] == [("3600", "1.5", "4", "0"), ("7200", "1.6", "4", "1")]


def test_a_long_file_by_a_map(joulemark, write):
    write("m,e,what,v\na,ort,joules,5\na,ort,secs,2\na,ov,joules,\na,ov,secs,3\na,ov,temp,50\n")
    made = imported(joulemark, "lab.csv", "--metric", "what", "--value", "v", "--map", "model=m,engine=e,energy_J=joules,duration_s=secs")
    assert made[0]["trials"] == 2
    assert made[0]["skipped"] == [{"what": "values of 'temp', which is no field of a trial", "count": 1}]
    rows = exported(joulemark)
    assert [(r["energy_J"], r["energy_reason"], r["duration_s"]) for r in rows] == [("5", "", "2"), ("", "not_recorded", "3")]


def test_the_guess_is_said_on_standard_error(joulemark, write):
    write("model,engine,energy_J\na,b,1\n")
    outcome = joulemark("import", "lab.csv", "--store", "s.sqlite")
    assert outcome.status == OK and outcome.err == "joulemark: read as --layout csv\n"
    assert outcome.out == "experiment 1: lab, 1 trials from 'lab.csv'\n"


def test_the_fields_are_listed(joulemark):
    outcome = joulemark("help", "fields")
    assert outcome.status == OK
    for name in ("energy_J", "duration_s", "SCOPE_energy_J", "latencies_ms", "block"):
        assert f"\n{name} " in "\n" + outcome.out


# Mistakes

GOOD = "model,engine,block,energy_J\n"


@pytest.mark.parametrize(
    ("text", "flags", "status", "message"),
    [
        (GOOD + "a,b,0,1\na,b,0,x1\n", [], NOT_OK, "cannot import 'lab.csv': row 2: column 'energy_J': 'x1' is no number; leave the cell empty"),
        (GOOD + "a,b,0,-3\n", [], NOT_OK, "row 1: column 'energy_J': -3 is negative"),
        (GOOD + "a,b,0,1\na,b,0,2\n", [], NOT_OK, "row 2: a second trial of 'a', 'b b1' in one block, the first is row 1; map 'block'"),
        (GOOD + "a,,0,1\n", [], NOT_OK, "row 1: the trial has no engine"),
        (GOOD + "a,b,0\n", [], NOT_OK, "row 1 has 3 cells, and the head has 4"),
        (GOOD, [], NOT_OK, "no trial is in it"),
        ("", [], USAGE, "it looks like none of the known layouts"),
        (GOOD, ["--map", "energyJ=energy_J"], USAGE, "a trial has no field 'energyJ'; 'joulemark help fields' lists them; did you mean 'energy_J'?"),
        (GOOD, ["--map", "model=modell,engine=engine"], USAGE, "it has no column 'modell'; did you mean 'model'?"),
        (GOOD, ["--map", "model=model"], USAGE, "nothing says the engine"),
        (GOOD, ["--map", "model"], USAGE, "--map 'model' must be NAME=VALUE"),
        (GOOD, ["--set", "batch=x"], USAGE, "cannot set 'batch': 'x' is no number"),
        (GOOD, ["--where", "run=1"], USAGE, "it has no column 'run'"),
        (GOOD, ["--metric", "engine"], USAGE, "--metric and --value"),
        (GOOD, ["--layout", "gaisa"], USAGE, "no layout is named 'gaisa'; there is: gaissa, runtimes, optimum-benchmark, csv; did you mean 'gaissa'?"),
        (GOOD, ["--layout", "gaissa"], USAGE, "its columns are not ep, engine, model, metric, value"),
        (GOOD, ["--layout", "gaissa", "--set", "batch=2"], USAGE, "--layout gaissa brings its own map of columns"),
    ],
)
def test_mistakes_are_named_and_leave_nothing(joulemark, write, text, flags, status, message):
    write(text)
    outcome = joulemark("import", "lab.csv", *flags, "--store", "s.sqlite")
    assert outcome.status == status, outcome.err
    assert message in outcome.err
    if (joulemark.home / "s.sqlite").exists():
        with contents_of(joulemark.home / "s.sqlite") as store:
            assert store.execute("select count(*) from experiment").fetchone() == (0,)


def test_files_that_are_not_there_and_stores_that_cannot_be(joulemark, write):
    assert joulemark("import", "none.csv").status == USAGE
    write(GOOD + "a,b,0,1\n")
    assert joulemark("import", "lab.csv", "--store", "no/folder/s.sqlite").status == MACHINE
    assert joulemark("import", "lab.csv", "--store", "lab.csv").status == NOT_OK


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "nothing says what to write of 's.sqlite'; give --csv for the trials of a store, or --to torchscript for a model"),
        (["--csv", "--to", "torchscript"], "--csv writes the trials of a store and --to a model; give one of them"),
        (["--csv", "--optimize", "freeze"], "are for models"),
        (["--to", "torchscript", "--experiment", "1"], "are for trials"),
        (["--csv", "--experiment", "7"], "holds no experiment 7"),
        (["--csv", "-o", "s.sqlite"], "it is the store"),
    ],
)
def test_mistakes_of_an_export(joulemark, write, flags, message):
    write(GOOD + "a,b,0,1\n")
    imported(joulemark, "lab.csv")
    outcome = joulemark("export", "s.sqlite", *flags)
    assert outcome.status == USAGE and message in outcome.err
    assert joulemark("export", "none.sqlite", "--csv").status == USAGE


def test_one_bad_file_of_several_leaves_nothing(joulemark, write):
    write(GOOD + "a,b,0,1\n", "good.csv")
    write(GOOD + "a,b,0,1\na,b,1,bad\n", "bad.csv")
    outcome = joulemark("import", "good.csv", "bad.csv", "--store", "s.sqlite")
    assert outcome.status == NOT_OK and "'bad.csv': row 2" in outcome.err
    with contents_of(joulemark.home / "s.sqlite") as store:
        for table in ("experiment", "trial", "trial_energy", "trial_data"):
            assert store.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_an_interrupted_import_leaves_nothing(joulemark, write):
    write(GOOD + "".join(f"a,b,{block},1\n" for block in range(200_000)))
    process = joulemark.start("import", "lab.csv", "--store", "s.sqlite")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED and "nothing was imported" in err
    with contents_of(joulemark.home / "s.sqlite") as store:
        assert store.execute("select count(*) from trial").fetchone() == (0,)
        assert store.execute("select count(*) from experiment").fetchone() == (0,)


def test_a_killed_import_leaves_nothing(joulemark, write):
    write(GOOD + "".join(f"a,b,{block},1\n" for block in range(200_000)))
    process = joulemark.start("import", "lab.csv", "--store", "s.sqlite")
    time.sleep(1)
    process.kill()
    process.communicate()
    assert joulemark("report", "s.sqlite", "--list").status == OK
    with contents_of(joulemark.home / "s.sqlite") as store:
        assert store.execute("select count(*) from trial").fetchone() == (0,)


# optimum-benchmark


def benchmark(engine: str, seconds: list[float], kwh: float) -> dict:
    return {
        "config": {
            "name": "x",
            "backend": {"name": engine, "version": "1.0", "model": "gpt2", "device": "cpu", "torch_dtype": "float32", "intra_op_num_threads": 2},
            "scenario": {"input_shapes": {"batch_size": 2, "sequence_length": 8}, "generate_kwargs": {"max_new_tokens": 10}},
            "environment": {"cpu": "some CPU"},
        },
        "report": {
            "load_model": {"latency": {"unit": "s", "values": [2.0]}},
            "generate": {
                "memory": {"unit": "MB", "max_ram": 500.0},
                "latency": {"unit": "s", "values": seconds},
                "energy": {"unit": "kWh", "cpu": kwh, "ram": 0.0, "gpu": 0.0, "total": kwh},
            },
        },
    }


def test_a_folder_of_optimum_benchmark(joulemark, write):
    for run in range(3):
        write(json.dumps(benchmark("pytorch", [1.0, 1.5], 0.001)), f"runs/pt{run}/benchmark.json")
        split = benchmark("onnxruntime", [0.5, 0.25], 0.0005)
        write(json.dumps(split["report"]), f"runs/ort{run}/benchmark_report.json")
        write(json.dumps(split["config"]), f"runs/ort{run}/benchmark_config.json")
    outcome = joulemark("import", "runs", "--store", "s.sqlite", "--json")
    assert outcome.status == OK, outcome.err
    assert "optimum-benchmark" in outcome.err and outcome.json["experiments"][0]["trials"] == 6
    rows = exported(joulemark)
    torch = [row for row in rows if row["engine"] == "pytorch"]
    assert [row["block"] for row in torch] == ["0", "1", "2"]
    assert torch[0]["duration_s"] == "2.5" and torch[0]["iterations"] == "2" and torch[0]["threads"] == "2"
    assert float(torch[0]["energy_J"]) == 2 * 0.001 * 3.6e6 and torch[0]["energy_class"] == "estimated"
    assert torch[0]["peak_rss_bytes"] == "500000000" and torch[0]["new_tokens"] == "40" and torch[0]["load_s"] == "2"
    report = joulemark("report", "s.sqlite", "--json").json
    assert report["rows"][0]["configuration"]["label"] == "onnxruntime cpu f32 t2 b2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is no JSON"),
        (json.dumps(benchmark("a", [1.0], 1.0))[:200], "it is no JSON, or not all of it"),
        ("[1, 2]", "it is no JSON object"),
        ("[" * 100_000, "nested more than 64 deep"),
        ('{"config": {"backend": 3}, "report": {}}', "no 'backend'"),
        (json.dumps(benchmark("a", [-1.0], 1.0)), "'latency.values' is no list of finite numbers from 0 on"),
        ("\x00\xff" * 50, "it is no JSON"),
    ],
)
def test_nonsense_of_optimum_benchmark_is_refused(joulemark, write, text, message):
    write(text, "runs/benchmark.json")
    outcome = joulemark("import", "runs", "--store", "s.sqlite")
    assert outcome.status == NOT_OK and message in outcome.err and "benchmark.json" in outcome.err


def test_a_report_without_its_configuration_is_refused(joulemark, write):
    write("{}", "runs/benchmark_report.json")
    outcome = joulemark("import", "runs", "--store", "s.sqlite")
    assert outcome.status == NOT_OK and "benchmark_config.json" in outcome.err


def test_older_stores_have_no_origin(joulemark):
    joulemark("compare", "null:a", "--engine", "null", *QUICK, "--store", "s.sqlite")
    with sqlite3.connect(joulemark.home / "s.sqlite") as store:
        value = json.loads(store.execute("select value from experiment").fetchone()[0])
        assert value.pop("origin") == ""
        store.execute("update experiment set value = ?", [json.dumps(value)])
    assert "imported" not in caveats(joulemark)
