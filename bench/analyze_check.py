# SPDX-License-Identifier: Apache-2.0
"""`joulemark analyze` against the libraries of analyze_reference.py on random data."""

import csv
import json
import math
import pathlib
import subprocess
import tempfile

import analyze_reference as reference
import numpy as np

MARGIN = 0.03
P = {"p", "p_exact", "p_holm", "p_bonferroni", "p_bh", "p_above_lo", "p_below_hi"}
WANTED = {"statistic": 1e-8, "p": 1e-6}
SEEDS = 10


def reject(name: str):
    raise ValueError(f"{name} is no JSON")


def analyse(joulemark: pathlib.Path, rows: list[list], *options: str) -> dict:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
        csv.writer(file).writerows([["group", "block", "value", "other"], *rows])
        file.flush()
        done = subprocess.run([joulemark, "analyze", file.name, "--value", "value", "--group", "group", "--json", *options], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout, parse_constant=reject)


def unexplained(node, path="") -> list[str]:
    """Paths of values that are null without a reason beside them."""
    if isinstance(node, list):
        return [found for i, item in enumerate(node) for found in unexplained(item, f"{path}[{i}]")]
    if not isinstance(node, dict):
        return []
    found = [f"{path}.{key}" for key, value in node.items() if value is None and not isinstance(node.get(f"{key}_reason"), str)]
    return found + [deeper for key, value in node.items() for deeper in unexplained(value, f"{path}.{key}")]


def random_groups(random: np.random.Generator) -> list[np.ndarray]:
    count, shape = random.integers(2, 7), random.integers(0, 5)
    size = random.integers(3, 31)
    groups = []
    for _ in range(count):
        n = size if random.random() < 0.5 else random.integers(3, 31)
        values = random.standard_normal(n) * random.choice([0.1, 1, 5]) + random.choice([0, 0.5, 3])
        if shape == 1:
            values = np.exp(values / 2)
        if shape == 2:
            values = np.round(values)
        if shape == 3:
            values = 1000 + np.round(values, 1)
        if shape == 4:
            values = random.standard_t(2, n) * 1e-3
        groups.append(values)
    return groups


def at(node: dict, path: str):
    for key in path.split("."):
        node = None if node is None else node.get(key)
    return node


def floor_of(key: str) -> float:
    """Below it, the distance counts: a number near 0 is the rest of a subtraction, and SciPy integrates the studentized range to an absolute error."""
    if key in ("pairs.games_howell.p", "pairs.tukey_hsd.p"):
        return 1e-5
    if key == "groups.shapiro_wilk.p":
        return 1e-7  # of three values it is the difference of two angles
    return 1e-300 if kind_of(key) == "p" else 1e-5


def kind_of(key: str) -> str:
    return "p" if key.rpartition(".")[2] in P else "statistic"


def shown(error: float) -> str:
    return "" if math.isnan(error) else f"{error:.0e}" if error > 0 else "0"


class Errors:
    """The worst relative error of each number, and what one side has and the other lacks."""

    def __init__(self):
        self.worst: dict[str, tuple[float, str]] = {}
        self.compared: dict[str, int] = {}
        self.lacking: dict[str, list[str]] = {}

    def compare(self, where: str, ours: dict, theirs: dict, case: str) -> None:
        for path, expected in theirs.items():
            key, value = f"{where}.{path}", at(ours, path)
            pairs = list(zip(value, expected)) if isinstance(value, list) else [(value, expected)]
            for mine, its in pairs:
                self.number(key, mine, its, case)

    def number(self, key: str, mine, its, case: str) -> None:
        if isinstance(its, list):  # an interval that we do not have
            its = its[0]
        if (mine is None) != (not math.isfinite(its)):
            side = "reference only" if mine is None else "joulemark only"
            self.lacking.setdefault(f"{key}: {side}", []).append(case)
            return
        if mine is None:
            return
        error = abs(mine - its) / max(abs(its), floor_of(key))
        self.compared[key] = self.compared.get(key, 0) + 1
        if error >= self.worst.get(key, (-1.0, ""))[0]:
            self.worst[key] = (error, f"{case}: {mine!r} for {its!r}")

    def report(self) -> bool:
        """A Markdown table of the worst errors of each method, and below it what is too far away."""
        methods: dict[str, dict[str, float]] = {}
        for key, (error, _) in self.worst.items():
            method, _, name = key.strip(".").removeprefix("groups.").removeprefix("pairs.").rpartition(".")
            row = methods.setdefault(method or name, {"compared": 0, "statistic": math.nan, "p": math.nan})
            kind = kind_of(key)
            row["compared"] = max(row["compared"], self.compared[key])
            row[kind] = max(error, row[kind]) if row[kind] == row[kind] else error
        print("| key | compared | statistics | p |\n|---|---:|---:|---:|")
        for method, row in methods.items():
            print(f"| `{method}` | {row['compared']:,} | {shown(row['statistic'])} | {shown(row['p'])} |")
        print()
        for key, (error, where) in self.worst.items():
            if error > WANTED[kind_of(key)]:
                print(f"{key}: {error:.1e} {where}")
        for key, cases in sorted(self.lacking.items()):
            print(f"{key}: {len(cases)} times, first in {cases[0]}")
        return all(error <= WANTED[kind_of(key)] for key, (error, _) in self.worst.items())


def rows_of(groups: list[np.ndarray]) -> list[list]:
    return [[f"g{i}", block, repr(float(value)), repr(float(value) ** 2 + block)] for i, values in enumerate(groups) for block, value in enumerate(values)]


def compare_set(errors: Errors, found: dict, groups: list[np.ndarray], case: str) -> None:
    blocked = len({len(values) for values in groups}) == 1
    for ours, values in zip(found["groups"], groups):
        errors.compare("groups", ours, reference.group(values), case)
    errors.compare("", found, reference.omnibus(groups, blocked), case)
    of_families = reference.families(groups)
    numbered = [(i, j) for i in range(len(groups)) for j in range(i + 1, len(groups))]
    for ours, (i, j) in zip(found["pairs"], numbered, strict=True):
        a, b = groups[i], groups[j]
        errors.compare("pairs", ours, {**reference.pair(a, b, MARGIN), **of_families[i, j]}, case)
        if blocked:
            errors.compare("pairs", ours, reference.paired(a, b, MARGIN), case)
    x = np.concatenate(groups)
    y = np.concatenate([values**2 + np.arange(len(values)) for values in groups])
    errors.compare("correlation", found["correlation"], reference.correlation(x, y), case)


def outside(found: dict, groups: list[np.ndarray], case: str) -> list[str]:
    """Ends of bootstrap intervals that lie beyond what SciPy gives with ten seeds, widened by half of their range and a thousandth of the interval."""
    misses = []
    for ours, values in zip(found["groups"], groups):
        for key, statistic in (("bca_mean", np.mean), ("bca_median", np.median)):
            if ours[key] is None:
                continue
            ends = np.array([reference.bca(values, statistic, 9999, seed) for seed in range(SEEDS)])
            if not np.isfinite(ends).all():
                continue
            width = np.ptp(ends.mean(axis=0))
            for end, of_seeds in zip(ours[key], ends.T):
                slack = np.ptp(of_seeds) / 2 + width / 1000
                if not of_seeds.min() - slack <= end <= of_seeds.max() + slack:
                    misses.append(f"{case} {key} n = {len(values)}: {end} beyond {of_seeds.min()} … {of_seeds.max()}")
    return misses


def check_random(joulemark: pathlib.Path, count: int, every: int) -> bool:
    errors, misses, intervals = Errors(), [], 0
    for seed in range(count):
        groups = random_groups(np.random.default_rng(seed))
        blocked = ["--block", "block"] if len({len(values) for values in groups}) == 1 else []
        found = analyse(joulemark, rows_of(groups), "--with", "other", "--pairs", "all", *blocked)
        if found_bare := unexplained(found):
            raise RuntimeError(f"seed {seed}: null without a reason: {found_bare}")
        compare_set(errors, found, groups, f"seed {seed}")
        if seed % every == 0:
            misses += outside(found, groups, f"seed {seed}")
            intervals += 4 * len(groups)
    good = errors.report()
    print(f"BCa: {len(misses)} of {intervals} ends beyond the range of {SEEDS} seeds of SciPy")
    print("\n".join(misses))
    return good
