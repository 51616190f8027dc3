# SPDX-License-Identifier: Apache-2.0
"""Experiments with servers as configurations, and what they gave."""

import pathlib
import shlex
import sys

from conftest import contents_of

HERE = pathlib.Path(__file__).parent
TEXT = ("--prompt-tokens", 5, "--new-tokens", 4, "--repetitions", 1, "--duration", 0.1, "--warmup-max", 0.2, "--min-iterations", 1)


def script(name: str, *arguments: object) -> str:
    """A command that starts one of the servers that stand here."""
    return shlex.join(["exec", sys.executable, str(HERE / name), *map(str, arguments)]).replace("'{port}'", "{port}")


def options(engine: str, **values: object) -> list[str]:
    return [word for key, value in values.items() for word in ("--option", f"{engine}.{key}={value}")]


def compare(joulemark, model, engines: str, *flags, **how):
    return joulemark("compare", model, "--engine", engines, "--store", joulemark.home / "s.sqlite", *flags, **how)


def trials(joulemark) -> list[dict]:
    with contents_of(joulemark.home / "s.sqlite") as store:
        cursor = store.execute("select * from trial order by id")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]


def rows(outcome) -> dict[str, dict]:
    return {row["configuration"]["engine"]: row for row in outcome.json["rows"]}


def value(row: dict, metric: str):
    return row["metrics"][metric]["value"]


def codes(outcome) -> set[str]:
    return {caveat["code"] for caveat in outcome.json["caveats"]}
