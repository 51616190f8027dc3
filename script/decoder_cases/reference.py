# SPDX-License-Identifier: Apache-2.0
"""Greedy decoding with transformers in 32-bit floats: what a prompt gives alone, and in a batch that is padded on the left."""

import torch

from .files import rounded

NEW_TOKENS = 6


@torch.no_grad()
def decode(model, prompts: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids [rows, NEW_TOKENS], logits of the prompts' columns [rows, columns, vocab], logits after each new id [rows, NEW_TOKENS, vocab].

    Positions follow from the mask as generate() derives them."""
    columns = max(map(len, prompts))
    ids = torch.tensor([[0] * (columns - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (columns - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    past, fed, chosen, steps, prefill = None, ids, [], [], None
    for step in range(NEW_TOKENS + 1):
        positions = (mask.cumsum(-1) - 1).masked_fill(mask == 0, 0)[:, -fed.shape[1] :]
        given = {} if model.config.model_type == "bloom" else {"position_ids": positions}
        out = model(input_ids=fed, attention_mask=mask, past_key_values=past, use_cache=True, **given)
        past = out.past_key_values
        if step == 0:
            prefill = out.logits
        else:
            steps.append(out.logits[:, -1])
        fed = out.logits[:, -1].argmax(-1, keepdim=True)
        chosen.append(fed)
        mask = torch.cat([mask, torch.ones_like(fed)], dim=-1)
    return torch.cat(chosen[:-1], dim=-1), prefill, torch.stack(steps, dim=1)


def run_alone(model, prompt: list[int]) -> dict:
    new_ids, prefill, steps = decode(model, [prompt])
    return {"prompt_ids": prompt, "new_ids": new_ids[0].tolist(), "prefill_logits": prefill[0], "step_logits": steps[0]}


def run_batch(model, prompts: list[list[int]]) -> list[dict]:
    """As alone, but of the prompt's logits the last row only."""
    new_ids, prefill, steps = decode(model, prompts)
    return [
        {"prompt_ids": prompt, "new_ids": ids.tolist(), "prefill_logits": first[-1:], "step_logits": rest}
        for prompt, ids, first, rest in zip(prompts, new_ids, prefill, steps)
    ]


def greedy_rows(run: dict) -> torch.Tensor:
    """The logits that chose the new ids."""
    return torch.cat([run["prefill_logits"][-1:], run["step_logits"][:-1]])


def margin(run: dict) -> float:
    """The smallest lead of a chosen token over the next one."""
    best = greedy_rows(run).topk(2).values
    return (best[:, 0] - best[:, 1]).min().item()


def difference(one: dict, other: dict) -> float:
    """The greatest difference between two runs of one prompt, in logits; infinite where they chose other tokens."""
    if one["new_ids"] != other["new_ids"]:
        return float("inf")
    steps = (one["step_logits"] - other["step_logits"]).abs().max()
    first = (one["prefill_logits"][-1] - other["prefill_logits"][-1]).abs().max()
    return max(steps, first).item()


@torch.no_grad()
def generated(model, prompt: list[int]) -> list[int]:
    """What generate() itself answers, to check decode() against."""
    ids = torch.tensor([prompt])
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=NEW_TOKENS, eos_token_id=None, pad_token_id=0
    )
    return out[0, len(prompt) :].tolist()


def printable(run: dict) -> dict:
    return {key: rounded(value) if isinstance(value, torch.Tensor) else value for key, value in run.items()}
