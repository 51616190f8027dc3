# SPDX-License-Identifier: Apache-2.0
"""When a warm-up may end: the rule of src/worker/warmup.h, with decode steps as its records."""

from __future__ import annotations

from statistics import median

STEADY_RECORDS = 20
FEWEST_STEADY_RECORDS = 6
MAX_TREND = 0.02
MAX_SCATTER = 0.05
MAD_TO_SD = 1.4826


def is_steady(times: list[float]) -> bool:
    """No trend between the older and the newer half, and no wild scatter."""
    if len(times) < FEWEST_STEADY_RECORDS:
        return False
    half = len(times) // 2
    center = median(times)
    scatter = MAD_TO_SD * median(abs(value - center) for value in times)
    return abs(median(times[-half:]) - median(times[:half])) <= MAX_TREND * center and scatter <= MAX_SCATTER * center


class History:
    """The step times of a warm-up so far; only the last ones are kept."""

    def __init__(self) -> None:
        self._times: list[int] = []

    def add(self, times: list[int]) -> None:
        self._times = (self._times + times)[-STEADY_RECORDS:]

    def steady(self, max_ns: int) -> bool:
        """Looks at fewer than 20 steps when 20 would not fit into half the cap."""
        if not self._times:
            return False
        fit = int(max_ns / 2 / max(self._times[-1], 1))
        size = min(max(fit, FEWEST_STEADY_RECORDS), STEADY_RECORDS)
        return len(self._times) >= size and is_steady(self._times[-size:])
