# SPDX-License-Identifier: Apache-2.0
"""The BERT cases: two batches padded on the right, with and without token types."""

import pathlib
from dataclasses import dataclass, field

import torch
from transformers import BertConfig, BertModel

from .files import change_tensors, rounded, save_model, write_expected
from .names import CHANGES
from .weights import draw_weights

BERT = {
    "vocab_size": 99, "hidden_size": 24, "intermediate_size": 28, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": 24,
}  # fmt: skip


@dataclass(frozen=True)
class Encoder:
    """`embed`: standard deviation of the embeddings; small ones make the epsilon of the first norm visible."""

    name: str
    config: dict = field(default_factory=dict)
    pooling: bool = True
    names: str = ""
    embed: float = 0.2


ENCODERS = [
    Encoder("bert", embed=0.003),
    Encoder("bert_relu", {"hidden_act": "relu", "num_attention_heads": 2}),
    Encoder("bert_gelu_new", {"hidden_act": "gelu_new", "num_hidden_layers": 3}),
    Encoder("bert_eps", {"layer_norm_eps": 1e-5, "type_vocab_size": 3}, embed=0.003),
    Encoder("bert_no_pooler", pooling=False),
    Encoder("bert_prefix", names="bert_prefix"),
    Encoder("bert_gamma_beta", names="bert_gamma_beta"),
]


def inputs(config: BertConfig, generator: torch.Generator) -> list[dict]:
    def ids(*shape: int, high: int) -> torch.Tensor:
        return torch.randint(0, high, shape, generator=generator)

    mask = torch.tensor([[1] * 9, [1] * 4 + [0] * 5, [1] + [0] * 8])
    single = ids(1, config.max_position_embeddings, high=config.vocab_size)
    return [
        {
            "input_ids": ids(3, 9, high=config.vocab_size),
            "attention_mask": mask,
            "token_type_ids": ids(3, 9, high=config.type_vocab_size),
        },
        {"input_ids": single, "attention_mask": torch.ones_like(single), "token_type_ids": torch.zeros_like(single)},
    ]


@torch.no_grad()
def answer(model: BertModel, given: dict) -> dict:
    out = model(**given)
    result = {key: value.tolist() for key, value in given.items()} | {"last_hidden_state": rounded(out.last_hidden_state)}
    if out.pooler_output is not None:
        result["pooler_output"] = rounded(out.pooler_output)
    return result


def write_encoder(root: pathlib.Path, case: Encoder, seed: int) -> None:
    folder = root / case.name
    model = BertModel(BertConfig(**BERT | case.config), add_pooling_layer=case.pooling)
    draw_weights(model, seed, 2, case.embed)
    config = save_model(model, folder, 0)
    if case.names:
        change_tensors(folder, CHANGES[case.names], config)
    # Loaded anew, so that the expectation is of what the folder holds.
    loaded = BertModel.from_pretrained(
        folder, add_pooling_layer=case.pooling, attn_implementation="eager", dtype=torch.float32
    ).eval()
    drawn = inputs(loaded.config, torch.Generator().manual_seed(seed))
    write_expected(folder, {"encoder": [answer(loaded, given) for given in drawn]})
