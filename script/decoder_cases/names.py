# SPDX-License-Identifier: Apache-2.0
"""Changes of stored tensors that checkpoints of older versions have: other names, buffers beside weights, a head that is tied too."""

import torch

Tensors = dict[str, torch.Tensor]
PREFIXES = ("transformer.", "model.")


def no_prefix(tensors: Tensors, _config: dict) -> Tensors:
    """As the base model saves itself, without the head."""
    plain = {}
    for name, tensor in tensors.items():
        prefix = next((prefix for prefix in PREFIXES if name.startswith(prefix)), "")
        plain[name.removeprefix(prefix)] = tensor
    return plain


def gpt2_hub(tensors: Tensors, config: dict) -> Tensors:
    """As the first GPT-2 checkpoints: no prefix, and the causal mask of each layer as a buffer."""
    positions = config["n_positions"]
    changed = no_prefix(tensors, config)
    for layer in range(config["n_layer"]):
        changed[f"h.{layer}.attn.bias"] = torch.tril(torch.ones(1, 1, positions, positions))
        changed[f"h.{layer}.attn.masked_bias"] = torch.tensor(-10000.0)
    return changed


def neox_buffers(tensors: Tensors, config: dict) -> Tensors:
    positions = config["max_position_embeddings"]
    changed = dict(tensors)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"gpt_neox.layers.{layer}.attention"
        changed[f"{prefix}.bias"] = torch.tril(torch.ones(1, 1, positions, positions)).to(torch.bool)
        changed[f"{prefix}.masked_bias"] = torch.tensor(-1e9)
        changed[f"{prefix}.rotary_emb.inv_freq"] = torch.tensor([0.125])  # wrong on purpose: it is not to be read
    return changed


def neox_lm_head(tensors: Tensors, _config: dict) -> Tensors:
    """The head under the name that its module has in transformers 5."""
    return {name.replace("embed_out.", "lm_head."): tensor for name, tensor in tensors.items()}


def llama_buffers(tensors: Tensors, config: dict) -> Tensors:
    changed = dict(tensors)
    for layer in range(config["num_hidden_layers"]):
        changed[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = torch.full((3,), 0.125)
    return changed


def copied_head(tensors: Tensors, _config: dict) -> Tensors:
    return tensors | {"lm_head.weight": tensors["transformer.wte.weight"].clone()}


def other_head(tensors: Tensors, _config: dict) -> Tensors:
    """Tied by the config, yet with a head of its own values: transformers then does not tie."""
    return tensors | {"lm_head.weight": tensors["model.embed_tokens.weight"].flip(0).contiguous()}


def bert_prefix(tensors: Tensors, _config: dict) -> Tensors:
    """As a model with a head saves its encoder, with something of the head."""
    changed = {f"bert.{name}": tensor for name, tensor in tensors.items()}
    return changed | {"cls.predictions.bias": torch.ones(4), "bert.embeddings.position_ids": torch.arange(4)[None]}


def bert_gamma_beta(tensors: Tensors, _config: dict) -> Tensors:
    """As checkpoints converted from TensorFlow name the norms."""
    old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    changed = {}
    for name, tensor in tensors.items():
        ending = next((ending for ending in old if name.endswith(ending)), "")
        changed[name.removesuffix(ending) + old.get(ending, "")] = tensor
    return changed


CHANGES = {
    function.__name__: function
    for function in (
        no_prefix, gpt2_hub, neox_buffers, neox_lm_head, llama_buffers, copied_head, other_head, bert_prefix, bert_gamma_beta,
    )
}  # fmt: skip
