# SPDX-License-Identifier: Apache-2.0
"""When requests come at a fixed rate: the schedule that src/base/arrivals.h describes, number for number."""

from __future__ import annotations

import math
from typing import NamedTuple

KINDS = ("poisson", "uniform")
MOST = 1 << 20
LONGEST_S = 86400
BITS = (1 << 64) - 1


class Schedule(NamedTuple):
    rate: float  # requests per second
    kind: str
    seed: int
    times: list[int]  # nanoseconds from the window's begin, ascending
    length_ns: int


def count(rate: float, min_ns: int, min_requests: int, in_a_pass: int) -> int:
    """Requests of a window: as many as the time asks for, at least the least, and whole passes."""
    by_time = math.ceil(min(rate * (min_ns / 1e9) * (1 - 1e-9), 1e15))
    wanted = max(by_time, min_requests, 1)
    return -(-wanted // in_a_pass) * in_a_pass


def is_possible(rate: float, requests: int) -> bool:
    return requests <= MOST and requests <= LONGEST_S * rate


def schedule(rate: float, kind: str, seed: int, requests: int) -> Schedule:
    length = int(requests / rate * 1e9)
    places = [(i + 0.5) / requests for i in range(requests)] if kind == "uniform" else poisson(seed, requests)
    return Schedule(rate, kind, seed, [int(place * length) for place in places], length)


def poisson(seed: int, requests: int) -> list[float]:
    """Events of a Poisson process of which so many fall into [0, 1)."""
    draw, total, places = uniforms(seed), 0.0, []
    for _ in range(requests):
        total += -math.log1p(-next(draw))
        places.append(total)
    whole = total - math.log1p(-next(draw))
    return [place / whole for place in places]


def uniforms(seed: int):
    """xoshiro256** in [0, 1), seeded by splitmix64 (Blackman & Vigna 2018)."""
    _, offset = splitmix(0)
    x, state = seed ^ offset, []
    for _ in range(4):
        x, word = splitmix(x)
        state.append(word)
    a, b, c, d = state
    while True:
        yield ((rotated(b * 5 & BITS, 7) * 9 & BITS) >> 11) * 2.0**-53
        t = b << 17 & BITS
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ t, rotated(d, 45)


def splitmix(x: int) -> tuple[int, int]:
    x = (x + 0x9E3779B97F4A7C15) & BITS
    z = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & BITS
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & BITS
    return x, z ^ (z >> 31)


def rotated(x: int, by: int) -> int:
    return (x << by | x >> (64 - by)) & BITS
