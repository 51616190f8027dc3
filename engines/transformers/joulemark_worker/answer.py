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
    """Row by row up to the first token that differs; prompts and tokens are counted from 1."""
    if [len(rows) for rows in own] != [len(rows) for rows in reference]:
        return Difference(False, None, f"there are {sum(map(len, own))} rows in {len(own)} requests instead of {sum(map(len, reference))} in {len(reference)}")
    worst = Difference(True, 0.0, "")
    tolerance = TOLERANCE.get(precision, TOLERANCE_OF_HALVES)
    rows = ((prompt, mine, theirs) for batch in zip(prompts, own, reference) for prompt, mine, theirs in zip(*batch))
    for number, (prompt, mine, theirs) in enumerate(rows, 1):
        if len(mine) != len(theirs):
            return Difference(False, None, f"prompt {number} has {len(mine)} tokens instead of {len(theirs)}")
        step = next((i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b), None)
        if step is None:
            continue
        margin = gap(prompt + theirs[:step], mine[step], theirs[step])
        place = f"prompt {number}, token {step + 1}: {mine[step]} instead of {theirs[step]}"
        if not math.isfinite(margin):
            return Difference(False, None, f"{place}, and their logits are no numbers")
        margin = max(0.0, margin)  # alone, without padding, the row may prefer the other token
        if not worst.detail or margin > worst.margin:
            worst = Difference(margin <= tolerance, margin, f"{place}, margin {margin:.2g}")
    return worst
