# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, with the status that the protocol has for it."""

from __future__ import annotations

STATUSES = ("failed", "invalid_argument", "unsupported", "library_missing", "library_unusable", "invalid_model", "out_of_memory")
LONGEST_MESSAGE = 400


class Failure(Exception):
    def __init__(self, status: str, message: str):
        assert status in STATUSES
        super().__init__(message)
        self.status = status


def one_line(error: BaseException) -> str:
    """The text of an exception as part of a message: its first paragraph, in one line, without a full stop."""
    paragraph = str(error).strip().split("\n\n")[0]
    text = " ".join(paragraph.split()).rstrip(".") or type(error).__name__
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + "…"
