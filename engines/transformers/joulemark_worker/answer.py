# SPDX-License-Identifier: Apache-2.0
"""The tokens that a model chose, kept as tokens.json, and how they differ from another's."""

from __future__ import annotations

import json
import math
import os
from typing import Callable, NamedTuple

from .failure import Failure, one_line

FILE = "tokens.json"
TOLERANCE = {"f32": 2e-3}  # of logits, by the precision of the model's own arithmetic
TOLERANCE_OF_HALVES = 0.25

Answers = list  # of requests: lists of rows, which are lists of ids
# gap(prompt and ids before, own id, other id): by how much the model's own logit is the larger one
Gap = Callable[[list, int, int], float]


class Difference(NamedTuple):
    agrees: bool
    margin: float | None  # the largest; None where no number tells it
    detail: str


def write(directory: str, answers: Answers) -> None:
    path = os.path.join(directory, FILE)
    try:
        os.makedirs(directory, exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            json.dump({"requests": answers}, file, separators=(",", ":"))
    except OSError as error:
        raise Failure("failed", f"cannot write '{path}': {error.strerror or one_line(error)}") from error


def read(directory: str) -> Answers:
    path = os.path.join(directory, FILE)
    try:
        with open(path, encoding="utf-8") as file:
            answers = json.load(file)["requests"]
    except OSError as error:
        raise Failure("failed", f"cannot read '{path}': {error.strerror or one_line(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Failure("failed", f"cannot read '{path}': it holds no requests with their tokens") from error
    if not is_table(answers):
        raise Failure("failed", f"cannot read '{path}': it holds no requests with their tokens")
    return answers


def is_table(answers) -> bool:
    def is_list(value):
        return isinstance(value, list)

    return is_list(answers) and all(is_list(rows) and all(is_list(ids) and all(type(n) is int for n in ids) for ids in rows) for rows in answers)


def compare(prompts: list, own: Answers, reference: Answers, gap: Gap, precision: str) -> Difference:
    """The first row that disagrees, or else the widest of the near ties; prompts and tokens are counted from 1."""
    if [len(rows) for rows in own] != [len(rows) for rows in reference]:
        return Difference(False, None, "the reference holds other requests")
    widest = Difference(True, 0.0, "")
    rows = ((prompt, mine, theirs) for batch in zip(prompts, own, reference) for prompt, mine, theirs in zip(*batch))
    for number, (prompt, mine, theirs) in enumerate(rows, 1):
        step = next((i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b), None)
        margin = 0.0 if step is None else gap(prompt + theirs[:step], mine[step], theirs[step])
        place = "" if step is None else f"prompt {number}, token {step + 1}: {mine[step]} instead of {theirs[step]}, margin {margin:.3g}"
        if not margin <= TOLERANCE.get(precision, TOLERANCE_OF_HALVES):  # nor is it when it is no number
            return Difference(False, margin if math.isfinite(margin) else None, place)
        if len(mine) != len(theirs):
            return Difference(False, None, f"prompt {number} has {len(mine)} tokens instead of {len(theirs)}")
        if place and (not widest.detail or margin > widest.margin):
            # Alone, without padding, the row may prefer the other token.
            widest = Difference(True, max(0.0, margin), "near tie at " + place)
    return widest
