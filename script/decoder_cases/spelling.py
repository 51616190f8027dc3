# SPDX-License-Identifier: Apache-2.0
"""The same configuration in other words: as transformers 4 spelled it, without what equals a default, with aliases of keys."""

from transformers import AutoConfig

FRACTION = {"gpt_neox": "rotary_pct", "stablelm": "partial_rotary_factor", "phi": "partial_rotary_factor"}
ALIASES = {
    "gpt2": {"n_embd": "hidden_size", "n_layer": "num_hidden_layers", "n_head": "num_attention_heads", "n_positions": "max_position_embeddings"},
    "bloom": {"hidden_size": "n_embed", "n_layer": "num_hidden_layers", "n_head": "num_attention_heads"},
}  # fmt: skip
ALIASES["gpt_bigcode"] = ALIASES["gpt2"]
KEPT = ("model_type", "architectures")


def version_4(config: dict, kind_key: str) -> dict | None:
    """The twin with rope_theta and rope_scaling, whose kind stands under `kind_key`; None where the model has no rope."""
    old = {key: value for key, value in config.items() if key not in ("rope_parameters", "dtype", "layer_types")}
    old |= {"torch_dtype": config["dtype"], "transformers_version": "4.44.2"}
    if "rope_parameters" not in config:
        return None
    if config.get("use_sliding_window") is False:
        old["sliding_window"] = 3  # as hub configs have one, which is not to be heeded
    rope = dict(config["rope_parameters"])
    model_type = config["model_type"]
    old["rotary_emb_base" if model_type == "gpt_neox" else "rope_theta"] = rope.pop("rope_theta")
    if (fraction := rope.pop("partial_rotary_factor", None)) is not None:
        old[FRACTION[model_type]] = fraction
    kind = rope.pop("rope_type")
    old["rope_scaling"] = None if kind == "default" else {kind_key: kind} | rope
    return old


def sparse(config: dict) -> dict:
    """Without every key whose value is the one that the class takes in its absence."""
    default = AutoConfig.for_model(config["model_type"]).to_dict()
    absent = object()
    kept = {key: value for key, value in config.items() if key in KEPT or default.get(key, absent) != value}
    if "rope_parameters" in kept:
        base = default["rope_parameters"]
        rope = {key: value for key, value in kept["rope_parameters"].items() if base.get(key, absent) != value}
        kept["rope_parameters"] = rope or None
    return {key: value for key, value in kept.items() if key not in ("dtype", "transformers_version")}


def aliased(config: dict) -> dict | None:
    names = ALIASES.get(config["model_type"])
    return {names.get(key, key): value for key, value in config.items()} if names else None


def gemma_acts(config: dict) -> dict[str, dict]:
    """The first checkpoints say "gelu" and mean the tanh form; later ones also have hidden_activation, which is not read."""
    if config["model_type"] != "gemma":
        return {}
    old = config | {"hidden_act": "gelu"}
    return {"act_gelu": old, "act_both": old | {"hidden_activation": "gelu_pytorch_tanh"}}


def twins(config: dict, plain: bool) -> dict[str, dict]:
    """Ending of a twin's name → its config; the weights and the expectation are those of the case."""
    found = {"4x": version_4(config, "rope_type")}
    if found["4x"] and found["4x"]["rope_scaling"]:
        found["4x_type"] = version_4(config, "type")
    if plain:
        found |= {"sparse": sparse(config), "alias": aliased(config)} | gemma_acts(config)
    return {ending: twin for ending, twin in found.items() if twin is not None}
