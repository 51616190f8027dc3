# SPDX-License-Identifier: Apache-2.0
"""Writes cases.json: what jinja2 with the settings of the Python package `transformers` makes of the templates of this folder.

make.py; needs the package `jinja2` 3.1. A case that a template refuses has `error` instead of `text`.
"""

import datetime
import json
import pathlib

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = pathlib.Path(__file__).parent
NOON = 1_790_000_000 - 1_790_000_000 % 86400 + 43200  # the same day almost everywhere
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}

USER = {"role": "user", "content": "  Hello, wörld 👋\n"}
ASSISTANT = {"role": "assistant", "content": "<think>\nwell\n</think>\n\nHi! {{ 1 + 1 }} <b>&'\""}
SYSTEM = {"role": "system", "content": " You are kind. "}
CONVERSATIONS = {
    "one": [USER],
    "system": [SYSTEM, USER],
    "turns": [USER, ASSISTANT, {"role": "user", "content": "Again?"}],
    "all": [SYSTEM, USER, ASSISTANT, {"role": "user", "content": "Again?", "name": "Zoë"}],
    "answered": [USER, ASSISTANT],
    "out of turn": [USER, USER],
    "unknown role": [{"role": "narrator", "content": "x"}],
}


class Generation(Extension):
    """The tag that marks what an assistant said."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.If(nodes.Const(True), body, [], []).set_lineno(line)


class Refused(Exception):
    pass


def refuse(message):
    raise Refused(message)


def environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    made.filters["tojson"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = datetime.datetime.fromtimestamp(NOON).strftime
    return made


def outcome(template: jinja2.Template, messages: list[dict], prompt: bool) -> dict:
    try:
        return {"text": template.render(messages=messages, add_generation_prompt=prompt, **TOKENS)}
    except Refused as refused:
        return {"error": str(refused)}


def main() -> None:
    cases = []
    for file in sorted(HERE.glob("*.jinja")):
        template = environment().from_string(file.read_text())
        for name, messages in CONVERSATIONS.items():
            for prompt in (True, False):
                case = {"template": file.stem, "conversation": name, "messages": messages, "add_generation_prompt": prompt}
                cases.append(case | outcome(template, messages, prompt))
    document = {"jinja2": jinja2.__version__, "now_s": NOON, "cases": cases}
    (HERE / "cases.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
