# SPDX-License-Identifier: Apache-2.0
"""When a warm-up may end: the rule of src/worker/steadiness.h, with decode steps as its records."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from statistics import median
from typing import NamedTuple

STEADY_RECORDS = 20
FEWEST_STEADY_RECORDS = 6
MAX_SCATTER = 0.05
MAX_TREND = 0.01
TREND_P = 0.05
MAD_TO_SD = 1.4826
MOST_STEPS = 4096


class Steadiness(NamedTuple):
    """None where too few records were looked at."""

    steady: bool = False
    cov: float | None = None
    trend: float | None = None


class Step(NamedTuple):
    place: tuple[int, int]  # rows, and position in the text
    ns: float


def mann_kendall_p(values: list[float]) -> float:
    """Of a monotonic trend; 1 where all are equal."""
    s = sum((b > a) - (b < a) for a, b in itertools.combinations(values, 2))
    variance = sum(n * (n - 1) * (2 * n + 5) * sign for n, sign in [(len(values), 1), *((n, -1) for n in Counter(values).values())]) / 18
    return math.erfc(max(abs(s) - 1, 0) / math.sqrt(2 * variance)) if variance > 0 else 1.0


def theil_sen(values: list[float]) -> float:
    """The median slope per record."""
    return median((values[j] - values[i]) / (j - i) for i, j in itertools.combinations(range(len(values)), 2))


def mad(values: list[float]) -> float:
    center = median(values)
    return median(abs(value - center) for value in values)


def judge(values: list[float], scatter_factor: float = 1) -> Steadiness:
    """Neither wild scatter nor a trend."""
    if len(values) < FEWEST_STEADY_RECORDS:
        return Steadiness()
    center = median(values)
    cov = scatter_factor * MAD_TO_SD * mad(values) / center
    trend = theil_sen(values) * (len(values) - 1) / center
    has_trend = abs(trend) > MAX_TREND and mann_kendall_p(values) <= TREND_P
    return Steadiness(cov <= MAX_SCATTER and not has_trend, cov, trend)


def without_positions(steps: list[Step], count: int) -> list[float] | None:
    """The last steps and the last ones before them at the same positions, without what the positions cost."""
    count = min(count, len(steps) // 2)
    before = list(enumerate(steps[: len(steps) - count]))
    pairs = []
    for step in steps[len(steps) - count :]:
        like = next((i for i in reversed(range(len(before))) if before[i][1].place == step.place), None)
        if like is not None:
            at, older = before.pop(like)
            pairs.append((at, older.ns, step.ns))
    if len(pairs) < FEWEST_STEADY_RECORDS:
        return None
    older_typical, newer_typical = (median(pair[side] for pair in pairs) for side in (1, 2))
    costs = [(at, older, newer, (older / older_typical + newer / newer_typical) / 2) for at, older, newer in pairs]
    return [older / cost for _, older, _, cost in sorted(costs)] + [newer / cost for _, _, newer, cost in costs]


class History:
    """The step times of a warm-up so far."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def add(self, steps: list[Step]) -> None:
        self._steps = (self._steps + steps)[-MOST_STEPS:]

    def judge(self, max_ns: int) -> Steadiness:
        """Looks at fewer than 20 steps when 20 would not fit into half the cap."""
        if not self._steps:
            return Steadiness()
        fit = int(max_ns / 2 / max(self._steps[-1].ns, 1))
        size = min(max(fit, FEWEST_STEADY_RECORDS), STEADY_RECORDS)
        if len(self._steps) < size:
            return Steadiness()
        plain = judge([step.ns for step in self._steps[-size:]])
        if plain.steady:
            return plain
        alike = without_positions(self._steps, size)
        return judge(alike, math.sqrt(2)) if alike else plain
