# SPDX-License-Identifier: Apache-2.0
"""How fast `joulemark analyze` is beside the same statistics from SciPy and others, and on a million rows. Everything runs on one core."""

import contextlib
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import analyze_reference as reference
import numpy as np
import pingouin
import scikit_posthocs
from analyze_check import MARGIN, Errors
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

CONFIGURATIONS, REPETITIONS, METRICS = 60, 30, 8
RESAMPLES = 10_000
CORE = min(os.sched_getaffinity(0))


# A process starts with the peak memory of the one that made it, so a small one makes it.
LAUNCH = """
import json, os, subprocess, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
begin = time.perf_counter()
_, status, usage = os.wait4(subprocess.Popen(sys.argv[3:], stdout=open(sys.argv[2], "wb")).pid, 0)
print(json.dumps([status, time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024e-6]))
"""


def run(joulemark: pathlib.Path, *arguments) -> tuple[dict, float, float, float]:
    """The JSON; seconds on the clock, seconds of CPU, and MB at the peak."""
    with tempfile.NamedTemporaryFile() as output:
        command = [sys.executable, "-S", "-c", LAUNCH, str(CORE), output.name, joulemark, "analyze", *map(str, arguments), "--json"]
        status, wall, cpu, peak = json.loads(subprocess.check_output(command))
        if status != 0:
            raise RuntimeError("joulemark analyze failed")
        return json.load(output), wall, cpu, peak


def study() -> np.ndarray:
    """values[metric, configuration, repetition] with the noise of measurements."""
    random = np.random.default_rng(1)
    means = 100 * (1 + 0.02 * np.arange(CONFIGURATIONS))
    noise = 0.01 * (1 + np.arange(CONFIGURATIONS) % 5)
    return means[None, :, None] * np.exp(noise[None, :, None] * random.standard_normal((METRICS, CONFIGURATIONS, REPETITIONS)))


def write_study(values: np.ndarray, path: pathlib.Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["configuration", *(f"m{m}" for m in range(METRICS))])
        for c in range(CONFIGURATIONS):
            for r in range(REPETITIONS):
                writer.writerow([f"c{c}", *map(repr, values[:, c, r].tolist())])


class Stopwatch:
    def __init__(self):
        self.cpu: dict[str, float] = {}

    def __call__(self, name: str, function, *arguments, **options):
        begin = time.process_time()
        result = function(*arguments, **options)
        self.cpu[name] = self.cpu.get(name, 0) + time.process_time() - begin
        return result


def deltas(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.sign(a[:, :, None] - b[:, None, :]).mean(axis=(1, 2))


def tosts(a: np.ndarray, b: np.ndarray) -> list[float]:
    return [float(ttost_ind(x, y, -MARGIN * y.mean(), MARGIN * y.mean(), usevar="unequal")[0]) for x, y in zip(a, b)]


def metric_battery(groups: np.ndarray, timed: Stopwatch) -> dict:
    """Of one metric, with arrays of all groups or all pairs at once wherever a function takes them."""
    table = reference.long_form(list(groups))
    first, second = np.triu_indices(CONFIGURATIONS, 1)
    a, b = groups[first], groups[second]
    bootstrap = {"method": "BCa", "n_resamples": RESAMPLES, "axis": -1, "vectorized": True, "batch": 500, "rng": np.random.default_rng(1)}
    timed("bootstrap, mean", stats.bootstrap, (groups,), np.mean, **bootstrap)
    timed("bootstrap, median", stats.bootstrap, (groups,), np.median, **bootstrap)
    return {
        "shapiro_wilk": timed("shapiro", stats.shapiro, groups, axis=1),
        "levene": timed("levene", stats.levene, *groups),
        "bartlett": timed("bartlett", stats.bartlett, *groups),
        "fligner_killeen": timed("fligner", stats.fligner, *groups),
        "anova": timed("f_oneway", stats.f_oneway, *groups),
        "kruskal_wallis": timed("kruskal", stats.kruskal, *groups),
        "welch_anova": timed("welch_anova", pingouin.welch_anova, data=table, dv="value", between="group"),
        "games_howell": timed("pairwise_gameshowell", pingouin.pairwise_gameshowell, data=table, dv="value", between="group"),
        "dunn": timed("posthoc_dunn", scikit_posthocs.posthoc_dunn, table, "value", "group", p_adjust="holm"),
        "welch_t": timed("ttest_ind", stats.ttest_ind, a, b, axis=1, equal_var=False),
        "mann_whitney": timed("mannwhitneyu", stats.mannwhitneyu, a, b, axis=1, method="asymptotic"),
        "brunner_munzel": timed("brunnermunzel", stats.brunnermunzel, a, b, axis=1),
        "cliffs_delta": timed("Cliff's delta", deltas, a, b),
        "tost": timed("ttost_ind", tosts, a, b),
    }


def compare(errors: Errors, ours: dict, theirs: dict) -> None:
    for name in ("levene", "bartlett", "fligner_killeen", "anova", "kruskal_wallis"):
        errors.compare("", ours, {f"{name}.statistic": theirs[name].statistic, f"{name}.p": theirs[name].pvalue}, "study")
    errors.compare("", ours, {"welch_anova.statistic": theirs["welch_anova"]["F"].iloc[0], "welch_anova.p": theirs["welch_anova"]["p_unc"].iloc[0]}, "study")
    shapiro = theirs["shapiro_wilk"]
    for group, w, p in zip(ours["groups"], shapiro.statistic, shapiro.pvalue):
        errors.compare("groups", group, {"shapiro_wilk.w": w, "shapiro_wilk.p": p}, "study")
    first, second = np.triu_indices(CONFIGURATIONS, 1)
    howell = {(row.A, row.B): row.pval for row in theirs["games_howell"].itertuples()}
    for i, pair in enumerate(ours["pairs"]):
        expected = {"games_howell.p": howell[first[i], second[i]], "dunn.p_holm": theirs["dunn"].iloc[first[i], second[i]]}
        expected.update({"cliffs_delta": theirs["cliffs_delta"][i], "tost.p": theirs["tost"][i]})
        for name, key in (("welch_t", "t"), ("mann_whitney", "u"), ("brunner_munzel", "w")):
            expected.update({f"{name}.{key}": theirs[name].statistic[i], f"{name}.p": theirs[name].pvalue[i]})
        errors.compare("pairs", pair, expected, "study")


def processor() -> str:
    models = [line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return models[0] if models else "unknown processor"


def side_by_side(joulemark: pathlib.Path, folder: pathlib.Path, metrics: int) -> bool:
    values = study()
    write_study(values, folder / "study.csv")
    names = ",".join(f"m{m}" for m in range(METRICS))
    found, wall, cpu, peak = run(joulemark, folder / "study.csv", "--value", names, "--group", "configuration", "--resamples", RESAMPLES)
    os.sched_setaffinity(0, {CORE})
    timed, errors = Stopwatch(), Errors()
    for metric in range(metrics):
        compare(errors, found["analyses"][metric], metric_battery(values[metric], timed))
    scale = METRICS / metrics
    total = scale * sum(timed.cpu.values())
    print(f"{CONFIGURATIONS} configurations × {REPETITIONS} repetitions × {METRICS} metrics, all pairs, {RESAMPLES:,} resamples; "
          f"the libraries measured {metrics} of the metrics, and the sum is scaled; {processor()}\n")  # fmt: skip
    print("| of all metrics | CPU s |\n|---|---:|")
    for name, seconds in sorted(timed.cpu.items(), key=lambda item: -item[1]):
        print(f"| {name} | {scale * seconds:.2f} |")
    print(f"| **libraries together** | {total:.1f} |\n| **`joulemark analyze`**, peak {peak:.0f} MB, {wall:.2f} s on the clock | {cpu:.2f} |")
    rest = total - scale * timed.cpu["pairwise_gameshowell"]
    print(f"| **ratio** | {total / cpu:.0f} |\n| ratio of the libraries without Games–Howell to all of `analyze` | {rest / cpu:.1f} |\n")
    with contextlib.redirect_stdout(sys.stderr):
        return errors.report()


def write_long(path: pathlib.Path, groups: int, per_group: int = 100) -> None:
    random = np.random.default_rng(2)
    with path.open("w") as file:
        file.write("group,value\n")
        for g in range(groups):
            file.writelines(f"group{g},{value!r}\n" for value in (100 + g % 17 + 3 * random.standard_normal(per_group)).tolist())


def growth(joulemark: pathlib.Path, folder: pathlib.Path) -> None:
    print("\n| rows | groups | CPU s | s on the clock | peak MB |\n|---:|---:|---:|---:|---:|")
    for groups in (1_000, 3_000, 10_000):
        write_long(folder / "long.csv", groups)
        _, wall, cpu, peak = run(joulemark, folder / "long.csv", "--value", "value", "--group", "group", "--resamples", 2000)
        print(f"| {groups * 100:,} | {groups:,} | {cpu:.2f} | {wall:.2f} | {peak:.0f} |")


def measure(joulemark: pathlib.Path, metrics: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        good = side_by_side(joulemark, pathlib.Path(folder), metrics)
        growth(joulemark, pathlib.Path(folder))
    return good
