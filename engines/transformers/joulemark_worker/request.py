# SPDX-License-Identifier: Apache-2.0
"""Requests as checked values: what is missing or of another type is an `invalid_argument` that names the key."""

from __future__ import annotations

import json
import math

from .failure import Failure

MOST_TOKENS = 1 << 24
LARGEST_ID = (1 << 31) - 1


def parse(line: bytes) -> Request:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Failure("invalid_argument", "a request must be one JSON object on one line")
    return Request(value)


class Request:
    """The keys of one request. Null counts as absent, unknown keys are ignored."""

    def __init__(self, keys: dict):
        self._keys = keys

    def has(self, key: str) -> bool:
        return self._keys.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value(key, default)
        if not isinstance(value, str) or "\0" in value:
            raise wrong(key, "a string")
        return value

    def integer(self, key: str, default: int, least: int, most: int = (1 << 63) - 1) -> int:
        value = self._value(key, default)
        if not is_integer(value) or not least <= value <= most:
            raise wrong(key, f"an integer from {least} to {most}")
        return value

    def rate(self, key: str) -> float:
        value = self._value(key, None)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
            raise wrong(key, "a number above 0")
        return float(value)

    def choice(self, key: str, words: tuple[str, ...]) -> str:
        value = self.text(key, words[0])
        if value not in words:
            raise wrong(key, "one of " + ", ".join(words))
        return value

    def ids(self, key: str) -> list[int]:
        return checked_ids(key, self._value(key, []))

    def prompts(self, key: str) -> list[list[int]]:
        return checked_prompts(key, self._value(key, []))

    def batches(self, key: str) -> list[list[list[int]]]:
        value = self._value(key, [])
        if not isinstance(value, list) or not value:
            raise wrong(key, "a list of batches of prompts")
        return [checked_prompts(key, prompts) for prompts in value]

    def texts(self, key: str) -> dict[str, str]:
        value = self._value(key, {})
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise wrong(key, "an object of strings")
        return value

    def _value(self, key: str, default):
        value = self._keys.get(key)
        if value is None and default is None:
            raise wrong(key, "given")
        return default if value is None else value


def is_integer(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def checked_ids(key: str, value) -> list[int]:
    if not isinstance(value, list) or not all(is_integer(number) and 0 <= number <= LARGEST_ID for number in value):
        raise wrong(key, "a list of ids")
    return value


def checked_prompts(key: str, value) -> list[list[int]]:
    if not isinstance(value, list) or not value or not all(checked_ids(key, prompt) for prompt in value):
        raise wrong(key, "a list of prompts, each of at least one id")
    return value


def wrong(key: str, wanted: str) -> Failure:
    return Failure("invalid_argument", f"request not understood: key '{key}' must be {wanted}")
