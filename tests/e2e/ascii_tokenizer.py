# SPDX-License-Identifier: Apache-2.0
"""A tokenizer with one token for each printable ASCII character, for the tiny checkpoints of decoder_cases, whose vocabularies have 97 tokens."""

import json
import pathlib

END = 96
CHARACTERS = [chr(code) for code in range(32, 127)] + ["\n"]
TEMPLATE = """{% for message in messages %}
{% if message['role'] == 'narrator' %}{{ raise_exception('There is no narrator') }}{% endif %}
{{ message['role'] + ': ' + message['content'] }}
{% endfor %}
{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}"""


def ids_of(text: str) -> list[int]:
    return [CHARACTERS.index(character) for character in text]


def text_of(ids: list[int]) -> str:
    return "".join(CHARACTERS[id] for id in ids if id != END)


def put_into(folder: pathlib.Path, template: str | None = TEMPLATE) -> pathlib.Path:
    """Gives a checkpoint the tokenizer, the token that ends its texts, and a chat template."""
    spelled = {" ": "Ġ", "\n": "Ċ"}
    end = {"id": END, "content": "<|end|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    vocabulary = {spelled.get(character, character): id for id, character in enumerate(CHARACTERS)}
    model = {"type": "BPE", "vocab": vocabulary, "merges": []}
    (folder / "tokenizer.json").write_text(
        json.dumps({"version": "1.0", "added_tokens": [end], "pre_tokenizer": level, "decoder": level, "model": model})
    )
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|end|>"} | ({"chat_template": template} if template else {})))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"eos_token_id": END, "bos_token_id": END}))
    return folder
